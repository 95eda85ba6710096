// SPDX-License-Identifier: MIT
// The text of frames: keys of each version, numbers as %.6g, and always valid JSON.
// Single-threaded.
#include <errno.h>
#include <float.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/service/frame_json.h"
#include "daemon/service/json_number.h"
#include "tests/unit/random.h"

/* The published example of each version; 2 to 5 are as 1. */
static const char version_6[] =
	"{\"currentFrameRate\":110.5,\"devices\":[],"
	"\"gestures\":[{\"center\":[10,180,-20],\"duration\":450000,"
	"\"handIds\":[5],\"id\":11,\"normal\":[0,0,-1],\"pointableIds\":[51],"
	"\"progress\":1.6,\"radius\":22.5,\"state\":\"stop\","
	"\"type\":\"circle\"},{\"direction\":[1,0,0],\"duration\":120000,"
	"\"handIds\":[5],\"id\":12,\"pointableIds\":[51],\"position\":[90,200,"
	"0],\"speed\":1250.5,\"startPosition\":[-80,200,0],\"state\":\"stop\","
	"\"type\":\"swipe\"},{\"direction\":[0,-1,0],\"duration\":95000,"
	"\"handIds\":[5],\"id\":13,\"pointableIds\":[51],\"position\":[15,160,"
	"-30],\"progress\":1,\"state\":\"stop\",\"type\":\"keyTap\"},"
	"{\"direction\":[0,0,-1],\"duration\":95000,\"handIds\":[5],\"id\":14,"
	"\"pointableIds\":[51],\"position\":[15,190,-60],\"progress\":1,"
	"\"state\":\"stop\",\"type\":\"screenTap\"}],"
	"\"hands\":[{\"armBasis\":[[1,0,0],[0,0.995037,0.0995037],[0,"
	"-0.0995037,0.995037]],\"armWidth\":59.5,\"confidence\":1,"
	"\"direction\":[0,0.0995037,-0.995037],\"elbow\":[10,150.149,308.511],"
	"\"grabAngle\":0,\"grabStrength\":0,\"id\":5,\"palmNormal\":[0,"
	"-0.995037,-0.0995037],\"palmPosition\":[10,180,10],"
	"\"palmVelocity\":[0,0,0],\"palmWidth\":85,\"pinchDistance\":60,"
	"\"pinchStrength\":0,\"r\":[[1,0,0],[0,0.995037,0.0995037],[0,"
	"-0.0995037,0.995037]],\"s\":1.2,\"sphereCenter\":[10,145.174,6.51737],"
	"\"sphereRadius\":72.5,\"stabilizedPalmPosition\":[10,180,10],"
	"\"t\":[10,180,10],\"timeVisible\":0.5,\"type\":\"right\","
	"\"wrist\":[10,174.03,69.7022]}],\"id\":7003,"
	"\"interactionBox\":{\"center\":[0,200,0],\"size\":[235.247,235.247,"
	"147.751]},\"pointables\":[{\"bases\":[[[0.998205,0.00595951,"
	"-0.0595951],[8.67362e-19,0.995037,0.0995037],[0.0598923,-0.0993251,"
	"0.993251]],[[0.998205,0.00595951,-0.0595951],[8.67362e-19,0.995037,"
	"0.0995037],[0.0598923,-0.0993251,0.993251]],[[0.998205,0.00595951,"
	"-0.0595951],[8.67362e-19,0.995037,0.0995037],[0.0598923,-0.0993251,"
	"0.993251]],[[0.998205,0.00595951,-0.0595951],[8.67362e-19,0.995037,"
	"0.0995037],[0.0598923,-0.0993251,0.993251]]],"
	"\"btipPosition\":[-16.5943,189.725,-87.2529],\"carpPosition\":[-7.85,"
	"175.224,57.7618],\"dipPosition\":[-15.636,188.136,-71.3608],"
	"\"direction\":[-0.0598923,0.0993251,-0.993251],\"extended\":true,"
	"\"handId\":5,\"id\":51,\"length\":70,\"mcpPosition\":[-11.9227,"
	"181.978,-9.77928],\"pipPosition\":[-14.3184,185.951,-49.5093],"
	"\"stabilizedTipPosition\":[-16.5943,189.725,-87.2529],"
	"\"timeVisible\":0.5,\"tipPosition\":[-16.3547,189.328,-83.2798],"
	"\"tipVelocity\":[0,0,0],\"tool\":false,\"touchDistance\":0.333,"
	"\"touchZone\":\"hovering\",\"type\":1,\"width\":18.071},"
	"{\"direction\":[0,0,-1],\"handId\":-1,\"id\":900,\"length\":140,"
	"\"stabilizedTipPosition\":[0,250,-40],\"timeVisible\":0.5,"
	"\"tipPosition\":[0,250,-40],\"tipVelocity\":[0,0,0],\"tool\":true,"
	"\"touchDistance\":0.5,\"touchZone\":\"none\",\"width\":6}],\"r\":[[1,"
	"0,0],[0,0.995037,0.0995037],[0,-0.0995037,0.995037]],\"s\":1.2,"
	"\"t\":[10,180,10],\"timestamp\":70030000}";

static const char version_1[] =
	"{\"currentFrameRate\":110.5,\"gestures\":[{\"center\":[10,180,-20],"
	"\"duration\":450000,\"handIds\":[5],\"id\":11,\"normal\":[0,0,-1],"
	"\"pointableIds\":[51],\"progress\":1.6,\"radius\":22.5,"
	"\"state\":\"stop\",\"type\":\"circle\"},{\"direction\":[1,0,0],"
	"\"duration\":120000,\"handIds\":[5],\"id\":12,\"pointableIds\":[51],"
	"\"position\":[90,200,0],\"speed\":1250.5,\"startPosition\":[-80,200,"
	"0],\"state\":\"stop\",\"type\":\"swipe\"},{\"direction\":[0,-1,0],"
	"\"duration\":95000,\"handIds\":[5],\"id\":13,\"pointableIds\":[51],"
	"\"position\":[15,160,-30],\"progress\":1,\"state\":\"stop\","
	"\"type\":\"keyTap\"},{\"direction\":[0,0,-1],\"duration\":95000,"
	"\"handIds\":[5],\"id\":14,\"pointableIds\":[51],\"position\":[15,190,"
	"-60],\"progress\":1,\"state\":\"stop\",\"type\":\"screenTap\"}],"
	"\"hands\":[{\"direction\":[0,0.0995037,-0.995037],\"id\":5,"
	"\"palmNormal\":[0,-0.995037,-0.0995037],\"palmPosition\":[10,180,10],"
	"\"palmVelocity\":[0,0,0],\"r\":[[1,0,0],[0,0.995037,0.0995037],[0,"
	"-0.0995037,0.995037]],\"s\":1.2,\"sphereCenter\":[10,145.174,6.51737],"
	"\"sphereRadius\":72.5,\"stabilizedPalmPosition\":[10,180,10],"
	"\"t\":[10,180,10],\"timeVisible\":0.5}],\"id\":7003,"
	"\"interactionBox\":{\"center\":[0,200,0],\"size\":[235.247,235.247,"
	"147.751]},\"pointables\":[{\"direction\":[-0.0598923,0.0993251,"
	"-0.993251],\"handId\":5,\"id\":51,\"length\":70,"
	"\"stabilizedTipPosition\":[-16.5943,189.725,-87.2529],"
	"\"timeVisible\":0.5,\"tipPosition\":[-16.3547,189.328,-83.2798],"
	"\"tipVelocity\":[0,0,0],\"tool\":false,\"touchDistance\":0.333,"
	"\"touchZone\":\"hovering\"},{\"direction\":[0,0,-1],\"handId\":-1,"
	"\"id\":900,\"length\":140,\"stabilizedTipPosition\":[0,250,-40],"
	"\"timeVisible\":0.5,\"tipPosition\":[0,250,-40],\"tipVelocity\":[0,0,"
	"0],\"tool\":true,\"touchDistance\":0.5,\"touchZone\":\"none\","
	"\"width\":6}],\"r\":[[1,0,0],[0,0.995037,0.0995037],[0,-0.0995037,"
	"0.995037]],\"s\":1.2,\"t\":[10,180,10],\"timestamp\":70030000}";

static struct vec3 tilted(double x)
{
	return vec3(x, 0.09950371902, -0.9950371902);
}

static struct mat3 tilted_basis(void)
{
	return (struct mat3){ {
		vec3(1, 0, 0),
		vec3(0, 0.9950371902, 0.09950371902),
		vec3(0, -0.09950371902, 0.9950371902),
	} };
}

static struct leap_frame_hand example_hand(void)
{
	return (struct leap_frame_hand){
		.id = 5,
		.confidence = 1,
		.palm_position = vec3(10, 180, 10),
		.stabilized_palm_position = vec3(10, 180, 10),
		.palm_normal = vec3(0, -0.9950371902, -0.09950371902),
		.direction = tilted(0),
		.palm_width = 85,
		.wrist = vec3(10, 174.0297768588, 69.702231412),
		.elbow = vec3(10, 150.149, 308.511),
		.arm_basis = tilted_basis(),
		.arm_width = 59.5,
		.pinch_distance = 60,
		.sphere_center = vec3(10, 145.17369834, 6.517369834),
		.sphere_radius = 72.5,
		.time_visible = 0.5,
		.motion = { tilted_basis(), 1.2, vec3(10, 180, 10) },
	};
}

static struct leap_frame_pointable example_finger(void)
{
	struct leap_frame_pointable finger = {
		.id = 51,
		.hand_id = 5,
		.type = LEAP_INDEX,
		.extended = true,
		.joint = { vec3(-7.85, 175.224, 57.7618),
			   vec3(-11.9227, 181.978, -9.77928),
			   vec3(-14.3184, 185.951, -49.5093),
			   vec3(-15.636, 188.136, -71.3608),
			   vec3(-16.5943, 189.725, -87.2529) },
		.tip_position = vec3(-16.3547, 189.328, -83.2798),
		.stabilized_tip_position = vec3(-16.5943, 189.725, -87.2529),
		.direction = vec3(-0.0598923, 0.0993251, -0.993251),
		.length = 70,
		.width = 18.071,
		.touch_distance = 0.333,
		.touch_zone = LEAP_TOUCH_HOVERING,
		.time_visible = 0.5,
	};

	for (int bone = 0; bone < LEAP_BONES; bone++)
		finger.bases[bone] = (struct mat3){ {
			vec3(0.998205, 0.00595951, -0.0595951),
			vec3(8.67362e-19, 0.995037, 0.0995037),
			vec3(0.0598923, -0.0993251, 0.993251),
		} };
	return finger;
}

static struct leap_frame_pointable example_tool(void)
{
	return (struct leap_frame_pointable){
		.id = 900,
		.hand_id = -1,
		.tool = true,
		.tip_position = vec3(0, 250, -40),
		.stabilized_tip_position = vec3(0, 250, -40),
		.direction = vec3(0, 0, -1),
		.length = 140,
		.width = 6,
		.touch_distance = 0.5,
		.time_visible = 0.5,
	};
}

static void add_example_gestures(struct leap_frame *frame)
{
	struct leap_frame_gesture gesture = {
		.state = LEAP_GESTURE_STOP,
		.hand_id = 5,
		.pointable_id = 51,
		.progress = 1,
	};

	frame->gesture_count = 4;
	for (int i = 0; i < 4; i++) {
		frame->gesture[i] = gesture;
		frame->gesture[i].id = 11 + i;
		frame->gesture[i].type = i;
		frame->gesture[i].duration_us = 95000;
	}
	frame->gesture[0].position = vec3(10, 180, -20);
	frame->gesture[0].duration_us = 450000;
	frame->gesture[0].direction = vec3(0, 0, -1);
	frame->gesture[0].progress = 1.6;
	frame->gesture[0].radius = 22.5;
	frame->gesture[1].direction = vec3(1, 0, 0);
	frame->gesture[1].duration_us = 120000;
	frame->gesture[1].position = vec3(90, 200, 0);
	frame->gesture[1].start_position = vec3(-80, 200, 0);
	frame->gesture[1].speed = 1250.5;
	frame->gesture[2].direction = vec3(0, -1, 0);
	frame->gesture[2].position = vec3(15, 160, -30);
	frame->gesture[3].direction = vec3(0, 0, -1);
	frame->gesture[3].position = vec3(15, 190, -60);
}

static void example_frame(struct leap_frame *ret_frame)
{
	*ret_frame = (struct leap_frame){
		.id = 7003,
		.timestamp_us = 70030000,
		.frame_rate = 110.5,
		.box_center = vec3(0, 200, 0),
		.box_size = vec3(235.247, 235.247, 147.751),
		.motion = { tilted_basis(), 1.2, vec3(10, 180, 10) },
		.hand_count = 1,
		.hand[0] = example_hand(),
		.pointable_count = 2,
		.pointable[0] = example_finger(),
		.pointable[1] = example_tool(),
	};
	add_example_gestures(ret_frame);
}

static void assert_text(const struct leap_frame *frame, int version, bool gestures,
			const char *expected)
{
	struct leap_frame_json_options options = { version, gestures };
	char *text = malloc(LEAP_FRAME_JSON_MAX);
	int size = leap_frame_json_write(frame, &options, text, LEAP_FRAME_JSON_MAX);

	assert_string_equal(text, expected);
	assert_int_equal(size, strlen(expected));
	free(text);
}

static void version_6_says_everything(void **state)
{
	struct leap_frame frame;

	(void)state;
	example_frame(&frame);
	assert_text(&frame, 6, true, version_6);
}

static void versions_before_6_know_no_skeleton(void **state)
{
	struct leap_frame frame;

	(void)state;
	example_frame(&frame);
	for (int version = 1; version < 6; version++)
		assert_text(&frame, version, true, version_1);
}

#define EMPTY_TAIL                                                      \
	"\"hands\":[],\"id\":1,\"interactionBox\":{\"center\":[0,0,0]," \
	"\"size\":[0,0,0]},\"pointables\":[],\"r\":[[1,0,0],[0,1,0],"   \
	"[0,0,1]],\"s\":0,\"t\":[0,0,0],\"timestamp\":2}"

static void gestures_are_there_when_asked_for_and_only_then(void **state)
{
	struct leap_frame frame = { .id = 1,
				    .timestamp_us = 2,
				    .motion.r = mat3_identity() };

	(void)state;
	assert_text(&frame, 1, false, "{\"currentFrameRate\":0," EMPTY_TAIL);
	assert_text(&frame, 1, true,
		    "{\"currentFrameRate\":0,\"gestures\":[]," EMPTY_TAIL);
	assert_text(&frame, 6, false,
		    "{\"currentFrameRate\":0,\"devices\":[]," EMPTY_TAIL);
	assert_text(
		&frame, 6, true,
		"{\"currentFrameRate\":0,\"devices\":[],\"gestures\":[]," EMPTY_TAIL);
}

static void a_gesture_of_no_hand_keeps_its_empty_lists(void **state)
{
	struct leap_frame frame;
	struct leap_frame_json_options options = { 6, true };
	char *text = malloc(LEAP_FRAME_JSON_MAX);

	(void)state;
	example_frame(&frame);
	frame.gesture[1].hand_id = 0;
	frame.gesture[1].pointable_id = 0;
	leap_frame_json_write(&frame, &options, text, LEAP_FRAME_JSON_MAX);
	assert_non_null(strstr(text, "\"handIds\":[],\"id\":12,\"pointableIds\":[],"));
	free(text);
}

static void a_buffer_too_small_is_refused_and_not_overrun(void **state)
{
	struct leap_frame_json_options options = { 6, true };
	struct leap_frame frame;
	size_t needed = strlen(version_6) + 1;

	(void)state;
	example_frame(&frame);
	for (size_t size = 0; size <= needed; size++) {
		char *text = malloc(size ? size : 1);
		int result = leap_frame_json_write(&frame, &options, text, size);

		assert_int_equal(result, size < needed ? -ENOSPC : (int)needed - 1);
		free(text);
	}
}

static struct vec3 random_vec3(struct random *random)
{
	return vec3(random_double(random), random_double(random),
		    random_double(random));
}

static void random_mat3(struct random *random, struct mat3 *ret_mat3)
{
	for (int i = 0; i < 3; i++)
		ret_mat3->row[i] = random_vec3(random);
}

static void random_hand(struct random *random, struct leap_frame_hand *ret_hand)
{
	*ret_hand = (struct leap_frame_hand){
		.id = random_next(random),
		.left = random_next(random) & 1,
		.confidence = random_double(random),
		.palm_position = random_vec3(random),
		.palm_velocity = random_vec3(random),
		.stabilized_palm_position = random_vec3(random),
		.palm_normal = random_vec3(random),
		.direction = random_vec3(random),
		.palm_width = random_double(random),
		.wrist = random_vec3(random),
		.elbow = random_vec3(random),
		.arm_width = random_double(random),
		.grab_angle = random_double(random),
		.grab_strength = random_double(random),
		.pinch_distance = random_double(random),
		.pinch_strength = random_double(random),
		.sphere_center = random_vec3(random),
		.sphere_radius = random_double(random),
		.time_visible = random_double(random),
		.motion = { .s = random_double(random), .t = random_vec3(random) },
	};
	random_mat3(random, &ret_hand->arm_basis);
	random_mat3(random, &ret_hand->motion.r);
}

static void random_pointable(struct random *random,
			     struct leap_frame_pointable *ret_pointable)
{
	*ret_pointable = (struct leap_frame_pointable){
		.id = random_next(random),
		.hand_id = random_next(random),
		.tool = random_next(random) % 4 == 0,
		.type = random_next(random) % LEAP_FINGERS,
		.extended = random_next(random) & 1,
		.tip_position = random_vec3(random),
		.tip_velocity = random_vec3(random),
		.stabilized_tip_position = random_vec3(random),
		.direction = random_vec3(random),
		.length = random_double(random),
		.width = random_double(random),
		.touch_distance = random_double(random),
		.touch_zone = random_next(random) % 3,
		.time_visible = random_double(random),
	};
	for (int i = 0; i < LEAP_JOINTS; i++)
		ret_pointable->joint[i] = random_vec3(random);
	for (int i = 0; i < LEAP_BONES; i++)
		random_mat3(random, &ret_pointable->bases[i]);
}

static void random_gesture(struct random *random,
			   struct leap_frame_gesture *ret_gesture)
{
	*ret_gesture = (struct leap_frame_gesture){
		.id = random_next(random),
		.type = random_next(random) % 4,
		.state = random_next(random) % 3,
		.duration_us = random_next(random),
		.hand_id = random_next(random) % 3,
		.pointable_id = random_next(random) % 3,
		.position = random_vec3(random),
		.start_position = random_vec3(random),
		.direction = random_vec3(random),
		.progress = random_double(random),
		.radius = random_double(random),
		.speed = random_double(random),
	};
}

static void random_frame(struct random *random, struct leap_frame *ret_frame)
{
	*ret_frame = (struct leap_frame){
		.id = random_next(random),
		.timestamp_us = random_next(random),
		.frame_rate = random_double(random),
		.box_center = random_vec3(random),
		.box_size = random_vec3(random),
		.motion = { .s = random_double(random), .t = random_vec3(random) },
		.hand_count = random_next(random) % (LEAP_HANDS_MAX + 1),
		.pointable_count = random_next(random) % (LEAP_POINTABLES_MAX + 1),
		.gesture_count = random_next(random) % (LEAP_GESTURES_MAX + 1),
	};
	random_mat3(random, &ret_frame->motion.r);
	for (unsigned int i = 0; i < ret_frame->hand_count; i++)
		random_hand(random, &ret_frame->hand[i]);
	for (unsigned int i = 0; i < ret_frame->pointable_count; i++)
		random_pointable(random, &ret_frame->pointable[i]);
	for (unsigned int i = 0; i < ret_frame->gesture_count; i++)
		random_gesture(random, &ret_frame->gesture[i]);
}

static size_t array_length(struct json_object *object, const char *key)
{
	struct json_object *array = NULL;

	assert_true(json_object_object_get_ex(object, key, &array));
	assert_true(json_object_is_type(array, json_type_array));
	return json_object_array_length(array);
}

static void assert_keys_ascend(struct json_object *object)
{
	const char *previous = "";

	if (json_object_is_type(object, json_type_array))
		for (size_t i = 0; i < json_object_array_length(object); i++)
			assert_keys_ascend(json_object_array_get_idx(object, i));
	if (!json_object_is_type(object, json_type_object))
		return;
	json_object_object_foreach(object, key, value)
	{
		assert_true(strcmp(previous, key) < 0);
		previous = key;
		assert_keys_ascend(value);
	}
}

/* Strict: no NaN, nothing after the end, and json-c must find all that was put in. */
static void assert_is_the_json_of(const char *text, int size,
				  const struct leap_frame *frame, bool gestures)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, text, size + 1);
	assert_int_equal(json_tokener_get_error(tokener), json_tokener_success);
	assert_int_equal(json_tokener_get_parse_end(tokener), size);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf"));
	assert_keys_ascend(object);
	assert_int_equal(array_length(object, "hands"), frame->hand_count);
	assert_int_equal(array_length(object, "pointables"), frame->pointable_count);
	if (gestures)
		assert_int_equal(array_length(object, "gestures"),
				 frame->gesture_count);
	json_object_put(object);
	json_tokener_free(tokener);
}

static void any_frame_is_valid_json_with_keys_in_order(void **state)
{
	struct random random = random_seed(1);
	char *text = malloc(LEAP_FRAME_JSON_MAX);
	struct leap_frame frame;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct leap_frame_json_options options = { 1 + i % 6, i % 4 != 0 };
		int size;

		random_frame(&random, &frame);
		size = leap_frame_json_write(&frame, &options, text,
					     LEAP_FRAME_JSON_MAX);
		assert_true(size > 0);
		assert_is_the_json_of(text, size, &frame, options.gestures);
	}
	free(text);
}

static void fill_with_longest(double *value, size_t count)
{
	while (count--)
		*value++ = -1.23456e-300;
}

static void the_longest_frame_fits_the_promised_buffer(void **state)
{
	struct leap_frame_json_options options = { 6, true };
	char *text = malloc(LEAP_FRAME_JSON_MAX);
	struct random random = random_seed(2);
	struct leap_frame frame;
	int size;

	(void)state;
	random_frame(&random, &frame);
	frame.id = frame.timestamp_us = INT64_MIN;
	frame.hand_count = LEAP_HANDS_MAX;
	frame.pointable_count = LEAP_POINTABLES_MAX;
	frame.gesture_count = LEAP_GESTURES_MAX;
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		random_hand(&random, &frame.hand[i]);
		frame.hand[i].id = INT32_MIN;
		fill_with_longest(&frame.hand[i].confidence,
				  (sizeof(frame.hand[i]) -
				   offsetof(struct leap_frame_hand, confidence)) /
					  sizeof(double));
	}
	for (int i = 0; i < LEAP_POINTABLES_MAX; i++) {
		random_pointable(&random, &frame.pointable[i]);
		frame.pointable[i].tool = false;
		fill_with_longest(&frame.pointable[i].joint[0].x, LEAP_JOINTS * 3);
		fill_with_longest(&frame.pointable[i].bases[0].row[0].x,
				  LEAP_BONES * 9);
	}
	for (int i = 0; i < LEAP_GESTURES_MAX; i++)
		random_gesture(&random, &frame.gesture[i]);
	size = leap_frame_json_write(&frame, &options, text, LEAP_FRAME_JSON_MAX);
	assert_true(size > 10000);
	assert_is_the_json_of(text, size, &frame, true);
	free(text);
}

static void assert_number(double value)
{
	char expected[64], text[LEAP_JSON_NUMBER_MAX + 1];

	*leap_json_real(text, value) = '\0';
	snprintf(expected, sizeof(expected), "%.6g", value);
	if (strcmp(text, expected) != 0)
		fail_msg("%.17g is written as %s, not as %s", value, text, expected);
}

static void numbers_of_any_size_are_written_as_printf_does(void **state)
{
	struct random random = random_seed(3);

	(void)state;
	for (int i = 0; i < 400000; i++) {
		double mantissa = random_unit(&random) * 2.0 - 1.0;
		double everyday = mantissa * pow(10.0, random_next(&random) % 14 - 6.0);
		uint64_t bits = random_next(&random);
		double any;

		memcpy(&any, &bits, sizeof(any));
		assert_number(everyday);
		assert_number(mantissa * 1e3);
		if (isfinite(any) && any != 0.0)
			assert_number(any);
	}
}

/* Half a unit in the last of six digits, by exact powers of ten. */
static double six_digits_tolerance(double value)
{
	int exponent = (int)floor(log10(fabs(value)));

	if (fabs(value) < pow(10.0, exponent)) /* log10() was rounded up */
		exponent--;
	return 0.5 * pow(10.0, exponent - 5) * (1 + 1e-9);
}

static void ten_million_floats_parse_back_within_six_digits(void **state)
{
	struct random random = random_seed(5);
	char text[LEAP_JSON_NUMBER_MAX + 1], *end;
	unsigned int denormals = 0;
	double parsed;
	float value;

	(void)state;
	for (int i = 0; i < 10000000; i++) {
		uint32_t bits = random_next(&random);

		if (i % 16 == 0)
			bits &= 0x807fffff; /* a denormal, or zero */
		memcpy(&value, &bits, sizeof(value));
		end = leap_json_real(text, value);
		*end = '\0';
		parsed = strtod(text, &end);
		if (*end)
			fail_msg("%s is no number", text);
		if (!isfinite(value) || value == 0) {
			assert_string_equal(text, "0");
			continue;
		}
		denormals += fabsf(value) < FLT_MIN;
		if (!(fabs(parsed - (double)value) <= six_digits_tolerance(value)))
			fail_msg("%.9g is written as %s", (double)value, text);
	}
	assert_true(denormals > 600000);
}

static void ties_are_written_as_printf_does(void **state)
{
	struct random random = random_seed(4);

	(void)state;
	for (int i = 0; i < 200000; i++) {
		double digits = random_next(&random) % 1000000 + 0.5;
		int power = random_next(&random) % 40 - 20;

		assert_number(digits);
		assert_number(ldexp(random_next(&random) % 10000000, -(i % 12)));
		assert_number(power < 0 ? digits / pow(10, -power)
					: digits * pow(10, power));
	}
}

static void numbers_at_powers_are_written_as_printf_does(void **state)
{
	(void)state;
	for (int exponent = -1074; exponent <= 1023; exponent++) {
		double power = ldexp(1.0, exponent);

		assert_number(power);
		assert_number(nextafter(power, INFINITY));
		assert_number(nextafter(power, 0.0) > 0.0 ? nextafter(power, 0.0)
							  : 1.0);
	}
	for (int exponent = -323; exponent <= 308; exponent++) {
		double power = pow(10.0, exponent), close = 999999.5 * power;

		assert_number(power);
		assert_number(nextafter(power, INFINITY));
		assert_number(nextafter(power, 0.0) > 0.0 ? nextafter(power, 0.0)
							  : 1.0);
		assert_number(isfinite(close) ? -close : 1.0);
	}
}

static void what_json_cannot_say_is_written_as_zero(void **state)
{
	static const double values[] = { 0.0, -0.0, NAN, -NAN, INFINITY, -INFINITY };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		char text[LEAP_JSON_NUMBER_MAX + 1];

		*leap_json_real(text, values[i]) = '\0';
		assert_string_equal(text, "0");
	}
}

static void integers_are_written_in_full(void **state)
{
	static const int64_t values[] = { 0, 7, -1, 1000000, INT64_MAX, INT64_MIN };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		char expected[32], text[LEAP_JSON_NUMBER_MAX + 1];

		*leap_json_integer(text, values[i]) = '\0';
		snprintf(expected, sizeof(expected), "%lld", (long long)values[i]);
		assert_string_equal(text, expected);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_6_says_everything),
		cmocka_unit_test(versions_before_6_know_no_skeleton),
		cmocka_unit_test(gestures_are_there_when_asked_for_and_only_then),
		cmocka_unit_test(a_gesture_of_no_hand_keeps_its_empty_lists),
		cmocka_unit_test(a_buffer_too_small_is_refused_and_not_overrun),
		cmocka_unit_test(any_frame_is_valid_json_with_keys_in_order),
		cmocka_unit_test(the_longest_frame_fits_the_promised_buffer),
		cmocka_unit_test(numbers_of_any_size_are_written_as_printf_does),
		cmocka_unit_test(ten_million_floats_parse_back_within_six_digits),
		cmocka_unit_test(ties_are_written_as_printf_does),
		cmocka_unit_test(numbers_at_powers_are_written_as_printf_does),
		cmocka_unit_test(what_json_cannot_say_is_written_as_zero),
		cmocka_unit_test(integers_are_written_in_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
