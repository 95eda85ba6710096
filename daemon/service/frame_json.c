// SPDX-License-Identifier: MIT
// Writes a frame as JSON, keys in alphabetical order, into the caller's buffer.
// Pure; the buffer belongs to the caller for the time of the call.
#include <errno.h>
#include <string.h>

#include "daemon/service/frame_json.h"
#include "daemon/service/json_number.h"

/* From here on hands have sides and fingers have bones. */
#define VERSION_SKELETON 6

/* at stays NULL from the first text that does not fit. */
struct writer {
	char *at;
	const char *end;
};

static inline void put(struct writer *w, const char *text, size_t size)
{
	if (!w->at || (size_t)(w->end - w->at) < size) {
		w->at = NULL;
		return;
	}
	memcpy(w->at, text, size);
	w->at += size;
}

/* For string literals only: their length is known to the compiler. */
#define PUT(w, literal) put(w, "" literal, sizeof(literal) - 1)

static void put_string(struct writer *w, const char *text)
{
	put(w, text, strlen(text));
}

static void put_real(struct writer *w, double value)
{
	char text[LEAP_JSON_NUMBER_MAX];

	if (w->at && w->end - w->at >= LEAP_JSON_NUMBER_MAX)
		w->at = leap_json_real(w->at, value);
	else
		put(w, text, leap_json_real(text, value) - text);
}

static void put_integer(struct writer *w, int64_t value)
{
	char text[LEAP_JSON_NUMBER_MAX];

	put(w, text, leap_json_integer(text, value) - text);
}

static void put_bool(struct writer *w, bool value)
{
	if (value)
		PUT(w, "true");
	else
		PUT(w, "false");
}

static void put_vec3(struct writer *w, struct vec3 v)
{
	PUT(w, "[");
	put_real(w, v.x);
	PUT(w, ",");
	put_real(w, v.y);
	PUT(w, ",");
	put_real(w, v.z);
	PUT(w, "]");
}

static void put_mat3(struct writer *w, const struct mat3 *m)
{
	PUT(w, "[");
	put_vec3(w, m->row[0]);
	PUT(w, ",");
	put_vec3(w, m->row[1]);
	PUT(w, ",");
	put_vec3(w, m->row[2]);
	PUT(w, "]");
}

/* Gestures name at most one hand and one pointable; 0 is none. */
static void put_id_array(struct writer *w, int32_t id)
{
	PUT(w, "[");
	if (id)
		put_integer(w, id);
	PUT(w, "]");
}

static void put_circle(struct writer *w, const struct leap_frame_gesture *gesture)
{
	PUT(w, "{\"center\":");
	put_vec3(w, gesture->position);
	PUT(w, ",\"duration\":");
	put_integer(w, gesture->duration_us);
	PUT(w, ",\"handIds\":");
	put_id_array(w, gesture->hand_id);
	PUT(w, ",\"id\":");
	put_integer(w, gesture->id);
	PUT(w, ",\"normal\":");
	put_vec3(w, gesture->direction);
	PUT(w, ",\"pointableIds\":");
	put_id_array(w, gesture->pointable_id);
	PUT(w, ",\"progress\":");
	put_real(w, gesture->progress);
	PUT(w, ",\"radius\":");
	put_real(w, gesture->radius);
}

static void put_swipe_or_tap(struct writer *w, const struct leap_frame_gesture *gesture)
{
	PUT(w, "{\"direction\":");
	put_vec3(w, gesture->direction);
	PUT(w, ",\"duration\":");
	put_integer(w, gesture->duration_us);
	PUT(w, ",\"handIds\":");
	put_id_array(w, gesture->hand_id);
	PUT(w, ",\"id\":");
	put_integer(w, gesture->id);
	PUT(w, ",\"pointableIds\":");
	put_id_array(w, gesture->pointable_id);
	PUT(w, ",\"position\":");
	put_vec3(w, gesture->position);
	if (gesture->type == LEAP_GESTURE_SWIPE) {
		PUT(w, ",\"speed\":");
		put_real(w, gesture->speed);
		PUT(w, ",\"startPosition\":");
		put_vec3(w, gesture->start_position);
	} else {
		PUT(w, ",\"progress\":");
		put_real(w, gesture->progress);
	}
}

static void put_gesture(struct writer *w, const struct leap_frame_gesture *gesture)
{
	static const char *const state[] = {
		[LEAP_GESTURE_START] = "start",
		[LEAP_GESTURE_UPDATE] = "update",
		[LEAP_GESTURE_STOP] = "stop",
	};
	static const char *const type[] = {
		[LEAP_GESTURE_CIRCLE] = "circle",
		[LEAP_GESTURE_SWIPE] = "swipe",
		[LEAP_GESTURE_KEY_TAP] = "keyTap",
		[LEAP_GESTURE_SCREEN_TAP] = "screenTap",
	};

	if (gesture->type == LEAP_GESTURE_CIRCLE)
		put_circle(w, gesture);
	else
		put_swipe_or_tap(w, gesture);
	PUT(w, ",\"state\":\"");
	put_string(w, state[gesture->state]);
	PUT(w, "\",\"type\":\"");
	put_string(w, type[gesture->type]);
	PUT(w, "\"}");
}

static void put_arm(struct writer *w, const struct leap_frame_hand *hand)
{
	PUT(w, "\"armBasis\":");
	put_mat3(w, &hand->arm_basis);
	PUT(w, ",\"armWidth\":");
	put_real(w, hand->arm_width);
	PUT(w, ",\"confidence\":");
	put_real(w, hand->confidence);
	PUT(w, ",");
}

static void put_grab(struct writer *w, const struct leap_frame_hand *hand)
{
	PUT(w, ",\"elbow\":");
	put_vec3(w, hand->elbow);
	PUT(w, ",\"grabAngle\":");
	put_real(w, hand->grab_angle);
	PUT(w, ",\"grabStrength\":");
	put_real(w, hand->grab_strength);
}

static void put_pinch(struct writer *w, const struct leap_frame_hand *hand)
{
	PUT(w, ",\"palmWidth\":");
	put_real(w, hand->palm_width);
	PUT(w, ",\"pinchDistance\":");
	put_real(w, hand->pinch_distance);
	PUT(w, ",\"pinchStrength\":");
	put_real(w, hand->pinch_strength);
}

static void put_hand(struct writer *w, const struct leap_frame_hand *hand,
		     bool skeleton)
{
	PUT(w, "{");
	if (skeleton)
		put_arm(w, hand);
	PUT(w, "\"direction\":");
	put_vec3(w, hand->direction);
	if (skeleton)
		put_grab(w, hand);
	PUT(w, ",\"id\":");
	put_integer(w, hand->id);
	PUT(w, ",\"palmNormal\":");
	put_vec3(w, hand->palm_normal);
	PUT(w, ",\"palmPosition\":");
	put_vec3(w, hand->palm_position);
	PUT(w, ",\"palmVelocity\":");
	put_vec3(w, hand->palm_velocity);
	if (skeleton)
		put_pinch(w, hand);
	PUT(w, ",\"r\":");
	put_mat3(w, &hand->motion.r);
	PUT(w, ",\"s\":");
	put_real(w, hand->motion.s);
	PUT(w, ",\"sphereCenter\":");
	put_vec3(w, hand->sphere_center);
	PUT(w, ",\"sphereRadius\":");
	put_real(w, hand->sphere_radius);
	PUT(w, ",\"stabilizedPalmPosition\":");
	put_vec3(w, hand->stabilized_palm_position);
	PUT(w, ",\"t\":");
	put_vec3(w, hand->motion.t);
	PUT(w, ",\"timeVisible\":");
	put_real(w, hand->time_visible);
	if (skeleton) {
		PUT(w, ",\"type\":\"");
		put_string(w, hand->left ? "left" : "right");
		PUT(w, "\",\"wrist\":");
		put_vec3(w, hand->wrist);
	}
	PUT(w, "}");
}

/* Up to the comma before "direction". */
static void put_bones(struct writer *w, const struct leap_frame_pointable *finger)
{
	PUT(w, "\"bases\":[");
	for (int bone = 0; bone < LEAP_BONES; bone++) {
		if (bone)
			PUT(w, ",");
		put_mat3(w, &finger->bases[bone]);
	}
	PUT(w, "],\"btipPosition\":");
	put_vec3(w, finger->joint[LEAP_BTIP]);
	PUT(w, ",\"carpPosition\":");
	put_vec3(w, finger->joint[LEAP_CARP]);
	PUT(w, ",\"dipPosition\":");
	put_vec3(w, finger->joint[LEAP_DIP]);
	PUT(w, ",");
}

static void put_knuckles(struct writer *w, const struct leap_frame_pointable *finger)
{
	PUT(w, ",\"mcpPosition\":");
	put_vec3(w, finger->joint[LEAP_MCP]);
	PUT(w, ",\"pipPosition\":");
	put_vec3(w, finger->joint[LEAP_PIP]);
}

static void put_touch(struct writer *w, const struct leap_frame_pointable *pointable)
{
	static const char *const zone[] = {
		[LEAP_TOUCH_NONE] = "none",
		[LEAP_TOUCH_HOVERING] = "hovering",
		[LEAP_TOUCH_TOUCHING] = "touching",
	};

	PUT(w, ",\"touchDistance\":");
	put_real(w, pointable->touch_distance);
	PUT(w, ",\"touchZone\":\"");
	put_string(w, zone[pointable->touch_zone]);
	PUT(w, "\"");
}

static void put_pointable(struct writer *w,
			  const struct leap_frame_pointable *pointable, bool skeleton)
{
	bool finger = skeleton && !pointable->tool;

	PUT(w, "{");
	if (finger)
		put_bones(w, pointable);
	PUT(w, "\"direction\":");
	put_vec3(w, pointable->direction);
	if (finger) {
		PUT(w, ",\"extended\":");
		put_bool(w, pointable->extended);
	}
	PUT(w, ",\"handId\":");
	put_integer(w, pointable->hand_id);
	PUT(w, ",\"id\":");
	put_integer(w, pointable->id);
	PUT(w, ",\"length\":");
	put_real(w, pointable->length);
	if (finger)
		put_knuckles(w, pointable);
	PUT(w, ",\"stabilizedTipPosition\":");
	put_vec3(w, pointable->stabilized_tip_position);
	PUT(w, ",\"timeVisible\":");
	put_real(w, pointable->time_visible);
	PUT(w, ",\"tipPosition\":");
	put_vec3(w, pointable->tip_position);
	PUT(w, ",\"tipVelocity\":");
	put_vec3(w, pointable->tip_velocity);
	PUT(w, ",\"tool\":");
	put_bool(w, pointable->tool);
	put_touch(w, pointable);
	if (finger) {
		PUT(w, ",\"type\":");
		put_integer(w, pointable->type);
	}
	if (finger || pointable->tool) {
		PUT(w, ",\"width\":");
		put_real(w, pointable->width);
	}
	PUT(w, "}");
}

static void put_gestures(struct writer *w, const struct leap_frame *frame)
{
	PUT(w, ",\"gestures\":[");
	for (unsigned int i = 0; i < frame->gesture_count; i++) {
		if (i)
			PUT(w, ",");
		put_gesture(w, &frame->gesture[i]);
	}
	PUT(w, "]");
}

static void put_hands(struct writer *w, const struct leap_frame *frame, bool skeleton)
{
	PUT(w, ",\"hands\":[");
	for (unsigned int i = 0; i < frame->hand_count; i++) {
		if (i)
			PUT(w, ",");
		put_hand(w, &frame->hand[i], skeleton);
	}
	PUT(w, "]");
}

static void put_pointables(struct writer *w, const struct leap_frame *frame,
			   bool skeleton)
{
	PUT(w, ",\"pointables\":[");
	for (unsigned int i = 0; i < frame->pointable_count; i++) {
		if (i)
			PUT(w, ",");
		put_pointable(w, &frame->pointable[i], skeleton);
	}
	PUT(w, "]");
}

int leap_frame_json_write(const struct leap_frame *frame,
			  const struct leap_frame_json_options *options, char *buffer,
			  size_t size)
{
	bool skeleton = options->version >= VERSION_SKELETON;
	struct writer w = { buffer, buffer + size };

	PUT(&w, "{\"currentFrameRate\":");
	put_real(&w, frame->frame_rate);
	if (skeleton)
		PUT(&w, ",\"devices\":[]");
	if (options->gestures)
		put_gestures(&w, frame);
	put_hands(&w, frame, skeleton);
	PUT(&w, ",\"id\":");
	put_integer(&w, frame->id);
	PUT(&w, ",\"interactionBox\":{\"center\":");
	put_vec3(&w, frame->box_center);
	PUT(&w, ",\"size\":");
	put_vec3(&w, frame->box_size);
	PUT(&w, "}");
	put_pointables(&w, frame, skeleton);
	PUT(&w, ",\"r\":");
	put_mat3(&w, &frame->motion.r);
	PUT(&w, ",\"s\":");
	put_real(&w, frame->motion.s);
	PUT(&w, ",\"t\":");
	put_vec3(&w, frame->motion.t);
	PUT(&w, ",\"timestamp\":");
	put_integer(&w, frame->timestamp_us);
	PUT(&w, "}");
	put(&w, "", 1);
	return w.at ? (int)(w.at - buffer) - 1 : -ENOSPC;
}
