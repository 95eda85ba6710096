// SPDX-License-Identifier: MIT
/*
 * From the JSON of a frame to the hands that it was made of; see recorded_frame.h.
 * Pure; any thread.
 */
#include "tools/recorded_frame.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "daemon/motion/bones.h"

#define NESTING_MAX 16
#define TIMESTAMP_MAX (INT64_MAX / 1000)

/* Of the mean right hand, in the axes of the palm, millimetres. */
static const struct vec3 carp_from_knuckle[LEAP_FINGERS] = {
	[LEAP_INDEX] = { 11.4, 10.1, 66.3 },
	[LEAP_MIDDLE] = { 1.9, 9.6, 63.8 },
	[LEAP_RING] = { -7.0, 8.6, 56.9 },
	[LEAP_PINKY] = { -13.9, 5.7, 51.5 },
};
static const struct vec3 wrist_from_palm = { 5, 3, 62 };
static const struct vec3 elbow_from_wrist = { 0, 0, 250 };

__attribute__((format(printf, 2, 3))) static int complain(char *error,
							  const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error, RECORDED_FRAME_ERROR_MAX, format, arguments);
	va_end(arguments);
	return -EBADMSG;
}

static bool get_number(json_object *object, const char *key, double *ret_number)
{
	json_object *member;

	if (!json_object_object_get_ex(object, key, &member) ||
	    !(json_object_is_type(member, json_type_int) ||
	      json_object_is_type(member, json_type_double)))
		return false;
	*ret_number = json_object_get_double(member);
	return true;
}

static bool get_integer(json_object *object, const char *key, int64_t *ret_integer)
{
	json_object *member;

	if (!json_object_object_get_ex(object, key, &member) ||
	    !json_object_is_type(member, json_type_int))
		return false;
	*ret_integer = json_object_get_int64(member);
	return true;
}

static bool get_vec3(json_object *object, const char *key, struct vec3 *ret_vector)
{
	json_object *member;
	double v[3];

	if (!json_object_object_get_ex(object, key, &member) ||
	    !json_object_is_type(member, json_type_array) ||
	    json_object_array_length(member) != 3)
		return false;
	for (int i = 0; i < 3; i++) {
		json_object *element = json_object_array_get_idx(member, i);

		if (!json_object_is_type(element, json_type_int) &&
		    !json_object_is_type(element, json_type_double))
			return false;
		v[i] = json_object_get_double(element);
	}
	*ret_vector = vec3(v[0], v[1], v[2]);
	return true;
}

static bool get_array(json_object *object, const char *key, json_object **ret_array)
{
	return json_object_object_get_ex(object, key, ret_array) &&
	       json_object_is_type(*ret_array, json_type_array);
}

static bool is_true(json_object *object, const char *key)
{
	json_object *member;

	return json_object_object_get_ex(object, key, &member) &&
	       json_object_is_type(member, json_type_boolean) &&
	       json_object_get_boolean(member);
}

static bool get_side(json_object *object, bool *ret_left)
{
	json_object *member;
	const char *side;

	if (!json_object_object_get_ex(object, "type", &member) ||
	    !json_object_is_type(member, json_type_string))
		return false;
	side = json_object_get_string(member);
	*ret_left = !strcmp(side, "left");
	return *ret_left || !strcmp(side, "right");
}

static int take_hand(json_object *object, struct leap_tracked_hand *ret_hand,
		     char *error)
{
	int64_t id;

	*ret_hand = (struct leap_tracked_hand){ .confidence = 1.0 };
	if (!get_integer(object, "id", &id) || id < 0 || id > UINT32_MAX)
		return complain(error, "a hand without an id");
	ret_hand->track = id;
	if (!get_side(object, &ret_hand->left))
		return complain(error, "hand %u is neither left nor right",
				ret_hand->track);
	if (!get_vec3(object, "palmPosition", &ret_hand->palm) ||
	    !get_vec3(object, "palmNormal", &ret_hand->normal) ||
	    !get_vec3(object, "direction", &ret_hand->direction))
		return complain(error, "hand %u lacks a palm or a direction",
				ret_hand->track);
	get_number(object, "confidence", &ret_hand->confidence);
	get_number(object, "palmWidth", &ret_hand->palm_width);
	for (int finger = 0; finger < LEAP_FINGERS; finger++)
		for (int joint = 0; joint < LEAP_JOINTS; joint++)
			ret_hand->joint[finger][joint] = ret_hand->palm;
	return 0;
}

/* A place given for the mean right hand, in this hand. */
static struct vec3 place(const struct leap_tracked_hand *hand, double scale,
			 struct vec3 from, struct vec3 offset)
{
	struct mat3 palm = leap_palm_basis(hand->left, hand->normal, hand->direction);

	return vec3_madd(from, scale, mat3_apply_transposed(&palm, offset));
}

/* After its joints are known. */
static void complete_hand(json_object *object, struct leap_tracked_hand *hand)
{
	double scale = leap_hand_scale(hand);

	if (!get_vec3(object, "wrist", &hand->wrist))
		hand->wrist = place(hand, scale, hand->palm, wrist_from_palm);
	if (!get_vec3(object, "elbow", &hand->elbow))
		hand->elbow = place(hand, scale, hand->wrist, elbow_from_wrist);
}

static struct leap_tracked_hand *find_hand(struct leap_hands *hands, int64_t id)
{
	for (unsigned int i = 0; i < hands->count; i++)
		if (hands->hand[i].track == id)
			return &hands->hand[i];
	return NULL;
}

/* Fingers without a type are numbered by it. */
static bool get_finger_type(json_object *object, int64_t *ret_type)
{
	if (!get_integer(object, "type", ret_type)) {
		if (!get_integer(object, "id", ret_type))
			return false;
		*ret_type %= 10;
	}
	return *ret_type >= 0 && *ret_type < LEAP_FINGERS;
}

static void complete_finger(json_object *object, const struct leap_tracked_hand *hand,
			    int type, struct vec3 joint[LEAP_JOINTS])
{
	struct vec3 tip;

	if (type == LEAP_THUMB)
		joint[LEAP_CARP] = joint[LEAP_MCP];
	else if (!get_vec3(object, "carpPosition", &joint[LEAP_CARP]))
		joint[LEAP_CARP] = place(hand, leap_hand_scale(hand), joint[LEAP_MCP],
					 carp_from_knuckle[type]);
	if (!get_vec3(object, "btipPosition", &joint[LEAP_BTIP]) &&
	    get_vec3(object, "tipPosition", &tip))
		joint[LEAP_BTIP] = leap_fingertip_end(joint[LEAP_DIP], tip);
}

static int take_finger(json_object *object, struct leap_hands *hands, char *error)
{
	struct leap_tracked_hand *hand;
	struct vec3 *joint;
	int64_t hand_id, type;

	if (!get_integer(object, "handId", &hand_id) || !get_finger_type(object, &type))
		return complain(error, "a finger without a hand or a type");
	hand = find_hand(hands, hand_id);
	if (!hand)
		return 0;
	joint = hand->joint[type];
	if (!get_vec3(object, "mcpPosition", &joint[LEAP_MCP]) ||
	    !get_vec3(object, "pipPosition", &joint[LEAP_PIP]) ||
	    !get_vec3(object, "dipPosition", &joint[LEAP_DIP]))
		return complain(error, "finger %d of hand %u lacks joints", (int)type,
				hand->track);
	return 0;
}

static int take_tool(json_object *object, struct leap_hands *hands, char *error)
{
	struct leap_tracked_tool tool = { .confidence = 1.0 };
	int64_t id, hand_id = -1;

	if (hands->tool_count == LEAP_TOOLS_MAX)
		return 0;
	if (!get_integer(object, "id", &id) || id < 0 || id > UINT32_MAX ||
	    !get_vec3(object, "tipPosition", &tool.tip) ||
	    !get_vec3(object, "direction", &tool.direction))
		return complain(error, "a tool without an id, a tip or a direction");
	tool.track = id;
	get_number(object, "length", &tool.length);
	get_number(object, "width", &tool.width);
	get_integer(object, "handId", &hand_id);
	tool.held = hand_id >= 0 && hand_id <= UINT32_MAX;
	tool.hand = tool.held ? hand_id : 0;
	hands->tool[hands->tool_count++] = tool;
	return 0;
}

static int take_hands(json_object *array, struct leap_hands *hands, char *error)
{
	size_t count = json_object_array_length(array);
	int r = 0;

	for (size_t i = 0; !r && i < count && hands->count < LEAP_HANDS_MAX; i++)
		r = take_hand(json_object_array_get_idx(array, i),
			      &hands->hand[hands->count++], error);
	return r;
}

static int take_pointables(json_object *array, struct leap_hands *hands, char *error)
{
	size_t count = json_object_array_length(array);
	int r = 0;

	for (size_t i = 0; !r && i < count; i++) {
		json_object *object = json_object_array_get_idx(array, i);

		r = is_true(object, "tool") ? take_tool(object, hands, error)
					    : take_finger(object, hands, error);
	}
	return r;
}

/* What hangs on the size of the hand, once all joints that are given are there. */
static void complete(json_object *hand_array, json_object *pointables,
		     struct leap_hands *hands)
{
	size_t count = json_object_array_length(pointables);

	for (size_t i = 0; i < count; i++) {
		json_object *object = json_object_array_get_idx(pointables, i);
		struct leap_tracked_hand *hand;
		int64_t hand_id, type;

		if (is_true(object, "tool") ||
		    !get_integer(object, "handId", &hand_id) ||
		    !get_finger_type(object, &type))
			continue;
		hand = find_hand(hands, hand_id);
		if (hand)
			complete_finger(object, hand, type, hand->joint[type]);
	}
	for (unsigned int i = 0; i < hands->count; i++)
		complete_hand(json_object_array_get_idx(hand_array, i),
			      &hands->hand[i]);
}

static int take_frame(json_object *root, struct leap_hands *ret_hands, char *error)
{
	struct leap_hands hands = { 0 };
	json_object *hand_array, *pointables;
	int64_t timestamp;
	int r;

	if (!json_object_is_type(root, json_type_object))
		return complain(error, "no JSON object");
	if (!get_array(root, "hands", &hand_array))
		return 0;
	if (!get_integer(root, "timestamp", &timestamp) || timestamp < 0 ||
	    timestamp > TIMESTAMP_MAX)
		return complain(error, "a frame without a time stamp");
	if (!get_array(root, "pointables", &pointables))
		return complain(error, "a frame without pointables");
	hands.time_ns = timestamp * 1000;
	r = take_hands(hand_array, &hands, error);
	if (!r)
		r = take_pointables(pointables, &hands, error);
	if (r)
		return r;
	complete(hand_array, pointables, &hands);
	*ret_hands = hands;
	return 1;
}

int recorded_frame_parse(const char *text, size_t size, struct leap_hands *ret_hands,
			 char error[RECORDED_FRAME_ERROR_MAX])
{
	json_tokener *tokener;
	enum json_tokener_error problem;
	json_object *root;
	int r;

	if (size > INT_MAX)
		return complain(error, "a line longer than a frame can be");
	tokener = json_tokener_new_ex(NESTING_MAX);
	if (!tokener) {
		complain(error, "out of memory");
		return -ENOMEM;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	root = json_tokener_parse_ex(tokener, text, (int)size);
	problem = json_tokener_get_error(tokener);
	if (problem == json_tokener_success)
		r = take_frame(root, ret_hands, error);
	else
		r = complain(error, "not JSON: %s",
			     problem == json_tokener_continue
				     ? "it ends too early"
				     : json_tokener_error_desc(problem));
	json_object_put(root);
	json_tokener_free(tokener);
	return r;
}
