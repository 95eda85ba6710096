// SPDX-License-Identifier: MIT
// Whole frames: identity, order, time, motion factors, and invariants of any input.
// Single-threaded.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/motion/motion.h"
#include "posed_hand.h"
#include "tests/unit/random.h"

#define FRAME_NS 8695652

/* Gestures that have started and not stopped, and the newest id seen. */
struct open_gestures {
	int32_t newest_id;
	unsigned int count;
	int32_t id[LEAP_GESTURES_MAX];
};

struct scene {
	struct open_gestures open;
	struct leap_motion *motion;
	struct leap_hands hands;
	struct leap_frame frame;
};

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct leap_motion_options options;

	if (!scene)
		return -1;
	leap_motion_options_default(&options);
	*state = scene;
	return leap_motion_new(&options, &scene->motion);
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	leap_motion_free(scene->motion);
	free(scene);
	return 0;
}

static struct hand_pose right_hand(uint32_t track)
{
	return (struct hand_pose){ .track = track, .palm = vec3(80, 200, 0) };
}

static struct hand_pose left_hand(uint32_t track)
{
	return (struct hand_pose){
		.track = track, .left = true, .palm = vec3(-80, 180, 30), .roll = 0.2
	};
}

/* One frame later the tracker sees these hands; NULL ends them. */
static const struct leap_frame *see(struct scene *scene, const struct hand_pose *first,
				    const struct hand_pose *second)
{
	scene->hands.time_ns += FRAME_NS;
	scene->hands.count = 0;
	if (first)
		scene->hands.hand[scene->hands.count++] = posed_hand(first);
	if (second)
		scene->hands.hand[scene->hands.count++] = posed_hand(second);
	assert_int_equal(
		leap_motion_update(scene->motion, &scene->hands, &scene->frame), 0);
	return &scene->frame;
}

/* Sees the hands for so long that what is smoothed has come to rest. */
static const struct leap_frame *rest(struct scene *scene, const struct hand_pose *first,
				     const struct hand_pose *second)
{
	for (int i = 0; i < 150; i++)
		see(scene, first, second);
	return &scene->frame;
}

static void assert_vec3(struct vec3 a, struct vec3 b, double tolerance)
{
	if (!(vec3_distance(a, b) <= tolerance))
		fail_msg("(%g %g %g) is not (%g %g %g)", a.x, a.y, a.z, b.x, b.y, b.z);
}

static void assert_factors(const struct leap_motion_factors *a,
			   const struct leap_motion_factors *b)
{
	for (int i = 0; i < 3; i++)
		assert_vec3(a->r.row[i], b->r.row[i], 1e-9);
	assert_float_equal(a->s, b->s, 1e-9);
	assert_vec3(a->t, b->t, 1e-9);
}

static void the_first_hand_is_number_one(void **state)
{
	struct hand_pose right = right_hand(77);
	const struct leap_frame *frame = see(*state, &right, NULL);

	assert_int_equal(frame->hand_count, 1);
	assert_int_equal(frame->hand[0].id, 1);
	assert_int_equal(frame->pointable_count, 5);
	for (int finger = 0; finger < LEAP_FINGERS; finger++) {
		assert_int_equal(frame->pointable[finger].id, 10 + finger);
		assert_int_equal(frame->pointable[finger].hand_id, 1);
		assert_int_equal(frame->pointable[finger].type, finger);
		assert_false(frame->pointable[finger].tool);
	}
}

static void a_new_hand_is_at_rest_and_was_not_visible_before(void **state)
{
	struct hand_pose right = right_hand(1);
	const struct leap_frame *frame = see(*state, &right, NULL);

	assert_true(frame->hand[0].time_visible == 0.0);
	assert_true(vec3_length(frame->hand[0].palm_velocity) == 0.0);
	assert_vec3(frame->hand[0].stabilized_palm_position, right.palm, 0.0);
	for (int finger = 0; finger < LEAP_FINGERS; finger++) {
		assert_true(frame->pointable[finger].time_visible == 0.0);
		assert_true(vec3_length(frame->pointable[finger].tip_velocity) == 0.0);
	}
}

static void a_followed_hand_keeps_its_number_and_ages(void **state)
{
	struct hand_pose right = right_hand(5);
	const struct leap_frame *frame = NULL;

	for (int i = 0; i <= 115; i++)
		frame = see(*state, &right, NULL);
	assert_int_equal(frame->hand[0].id, 1);
	assert_float_equal(frame->hand[0].time_visible, 1.0, 1e-4);
	assert_float_equal(frame->pointable[4].time_visible, 1.0, 1e-4);
	assert_float_equal(frame->frame_rate, 115.0, 0.1);
}

static void another_hand_gets_the_next_number(void **state)
{
	struct hand_pose first = right_hand(9), second = right_hand(3);

	see(*state, &first, NULL);
	assert_int_equal(see(*state, &second, NULL)->hand[0].id, 2);
	assert_int_equal(see(*state, &first, NULL)->hand[0].id, 3);
}

static void hands_come_in_the_order_of_their_numbers(void **state)
{
	struct hand_pose right = right_hand(9), left = left_hand(3);
	const struct leap_frame *frame;

	see(*state, &right, NULL);
	frame = see(*state, &left, &right);
	assert_int_equal(frame->hand_count, 2);
	assert_int_equal(frame->hand[0].id, 1);
	assert_false(frame->hand[0].left);
	assert_int_equal(frame->hand[1].id, 2);
	assert_true(frame->hand[1].left);
	assert_int_equal(frame->pointable[0].id, 10);
	assert_int_equal(frame->pointable[9].id, 24);
	frame = see(*state, &left, NULL);
	assert_int_equal(frame->hand[0].id, 2);
	assert_int_equal(frame->pointable[0].id, 20);
}

static void frame_numbers_step_by_one_and_time_runs_on(void **state)
{
	struct scene *scene = *state;
	int64_t previous = -1;

	for (int i = 1; i < 100; i++) {
		const struct leap_frame *frame = see(scene, NULL, NULL);

		assert_int_equal(frame->id, i);
		assert_true(frame->timestamp_us > previous);
		previous = frame->timestamp_us;
		if (i == 50)
			scene->hands.time_ns = 0;
	}
}

static void a_moving_hand_has_its_velocity(void **state)
{
	struct hand_pose right = right_hand(1);
	const struct leap_frame *frame = NULL;

	for (int i = 0; i < 60; i++) {
		right.palm.x += 250.0 * FRAME_NS * 1e-9;
		frame = see(*state, &right, NULL);
	}
	assert_vec3(frame->hand[0].palm_velocity, vec3(250, 0, 0), 0.5);
	for (int finger = 0; finger < LEAP_FINGERS; finger++)
		assert_vec3(frame->pointable[finger].tip_velocity, vec3(250, 0, 0),
			    0.5);
}

static void without_any_hand_ever_the_factors_are_neutral(void **state)
{
	const struct leap_frame *frame = see(*state, NULL, NULL);
	struct leap_motion_factors neutral = { .r = mat3_identity() };

	assert_int_equal(frame->hand_count, 0);
	assert_int_equal(frame->pointable_count, 0);
	assert_factors(&frame->motion, &neutral);
}

static void the_frame_of_one_hand_has_that_hand_s_factors(void **state)
{
	struct hand_pose right = right_hand(1);

	for (int i = 0; i < 10; i++) {
		const struct leap_frame *frame;

		frame = see(*state, &right, NULL);
		if (!i)
			assert_vec3(frame->motion.t, right.palm, 1e-9);
		right.yaw += 0.1;
		right.palm.y += 3;
		assert_factors(&frame->motion, &frame->hand[0].motion);
		assert_float_equal(mat3_determinant(&frame->motion.r), 1.0, 1e-9);
	}
}

static void factors_freeze_when_the_hand_leaves_and_go_on_with_the_next(void **state)
{
	struct hand_pose right = right_hand(1), left = left_hand(2);
	struct leap_motion_factors last = see(*state, &right, NULL)->motion;
	const struct leap_frame *frame;

	assert_factors(&see(*state, NULL, NULL)->motion, &last);
	frame = see(*state, &left, NULL);
	assert_factors(&frame->motion, &last);
	assert_factors(&frame->hand[0].motion, &last);
	left.palm.z -= 12;
	frame = rest(*state, &left, NULL);
	assert_vec3(vec3_sub(frame->motion.t, last.t), vec3(0, 0, -12), 1e-9);
	assert_factors(&frame->hand[0].motion, &frame->motion);
}

static void a_second_hand_does_not_make_the_frame_jump(void **state)
{
	struct hand_pose right = right_hand(1), left = left_hand(2);
	struct leap_motion_factors last = see(*state, &right, NULL)->motion;

	assert_factors(&see(*state, &right, &left)->motion, &last);
	assert_factors(&see(*state, &left, NULL)->motion, &last);
}

static struct leap_tracked_tool pen(uint32_t track)
{
	return (struct leap_tracked_tool){
		.track = track,
		.confidence = 0.9,
		.tip = vec3(60, 190, -120),
		.direction = vec3(0, 0, -1),
		.length = 90,
		.width = 7,
	};
}

static const struct leap_frame *see_tool(struct scene *scene,
					 const struct hand_pose *hand,
					 const struct leap_tracked_tool *tool)
{
	scene->hands.tool_count = tool ? 1 : 0;
	if (tool)
		scene->hands.tool[0] = *tool;
	return see(scene, hand, NULL);
}

static void a_pen_in_a_hand_is_a_pointable_of_that_hand(void **state)
{
	struct hand_pose right = right_hand(7);
	struct leap_tracked_tool tool = pen(7);
	const struct leap_frame_pointable *pointable;
	const struct leap_frame *frame;

	tool.held = true;
	tool.hand = 7;
	frame = see_tool(*state, &right, &tool);
	assert_int_equal(frame->pointable_count, 6);
	pointable = &frame->pointable[5];
	assert_true(pointable->tool && pointable->extended);
	assert_int_equal(pointable->hand_id, frame->hand[0].id);
	assert_vec3(pointable->tip_position, tool.tip, 0.0);
	assert_vec3(pointable->stabilized_tip_position, tool.tip, 0.0);
	assert_vec3(pointable->direction, tool.direction, 0.0);
	assert_true(pointable->length == 90 && pointable->width == 7);
	for (int finger = 0; finger < LEAP_FINGERS; finger++)
		assert_int_not_equal(pointable->id, frame->pointable[finger].id);
}

static void a_pen_that_nobody_holds_belongs_to_no_hand(void **state)
{
	struct hand_pose right = right_hand(7);
	struct leap_tracked_tool tool = pen(1);

	assert_int_equal(see_tool(*state, &right, &tool)->pointable[5].hand_id, -1);
	tool.held = true;
	tool.hand = 8;
	assert_int_equal(see_tool(*state, &right, &tool)->pointable[5].hand_id, -1);
	assert_int_equal(see_tool(*state, NULL, &tool)->pointable_count, 1);
}

static void a_pen_keeps_its_id_and_has_its_tip_s_velocity(void **state)
{
	struct leap_tracked_tool tool = pen(3);
	const struct leap_frame *frame = see_tool(*state, NULL, &tool);
	int32_t id = frame->pointable[0].id;

	for (int i = 0; i < 115; i++) {
		tool.tip.y += 200.0 * FRAME_NS * 1e-9;
		frame = see_tool(*state, NULL, &tool);
		assert_int_equal(frame->pointable[0].id, id);
	}
	assert_vec3(frame->pointable[0].tip_velocity, vec3(0, 200, 0), 0.5);
	assert_float_equal(frame->pointable[0].time_visible, 1.0, 1e-4);
	see_tool(*state, NULL, NULL);
	assert_true(see_tool(*state, NULL, &tool)->pointable[0].id > id);
}

static struct vec3 rotation_vector(const struct mat3 *now, const struct mat3 *then)
{
	struct vec3 twice = { 0 };

	for (int i = 0; i < 3; i++)
		twice = vec3_add(twice, vec3_cross(then->row[i], now->row[i]));
	return vec3_scale(twice, 0.5);
}

static void a_turning_hand_is_a_rotation(void **state)
{
	struct hand_pose right = right_hand(1);
	struct leap_motion_factors then = see(*state, &right, NULL)->motion;
	const struct leap_frame *frame;

	right.yaw = 0.3;
	frame = rest(*state, &right, NULL);
	assert_vec3(rotation_vector(&frame->motion.r, &then.r), vec3(0, sin(0.3), 0),
		    1e-9);
	assert_float_equal(frame->motion.s, then.s, 1e-9);
}

static void a_hand_that_grows_is_a_scale_factor(void **state)
{
	struct hand_pose right = right_hand(1);
	double then = see(*state, &right, NULL)->motion.s;

	right.size = 1.25;
	assert_float_equal(exp(rest(*state, &right, NULL)->motion.s - then), 1.25,
			   0.01);
}

static void two_hands_that_part_scale_and_that_circle_rotate(void **state)
{
	struct hand_pose right = right_hand(1), left = left_hand(2);
	struct leap_motion_factors then;
	const struct leap_frame *frame;

	left.palm = vec3(-80, 200, 0);
	left.roll = 0;
	then = see(*state, &right, &left)->motion;
	right.palm.x += 60, left.palm.x -= 60;
	frame = rest(*state, &right, &left);
	assert_true(exp(frame->motion.s - then.s) > 1.4);
	assert_vec3(frame->motion.t, then.t, 1e-9);
	then = frame->motion;
	right.palm = vec3(140 * cos(0.2), 200, -140 * sin(0.2));
	left.palm = vec3(-140 * cos(0.2), 200, 140 * sin(0.2));
	frame = rest(*state, &right, &left);
	assert_vec3(rotation_vector(&frame->motion.r, &then.r), vec3(0, sin(0.2), 0),
		    1e-9);
}

static void an_automatic_box_goes_where_the_hands_are(void **state)
{
	struct leap_motion_options options;
	struct leap_motion *motion;
	struct hand_pose high = right_hand(1);
	struct leap_hands hands = { .count = 1 };
	struct leap_frame frame;

	(void)state;
	leap_motion_options_default(&options);
	options.box.automatic = true;
	assert_int_equal(leap_motion_new(&options, &motion), 0);
	high.palm.y = 320;
	hands.hand[0] = posed_hand(&high);
	leap_motion_update(motion, &hands, &frame);
	assert_vec3(frame.box_center, vec3(0, 200, 0), 1e-9);
	for (int i = 0; i < 115 * 60; i++) {
		hands.time_ns += FRAME_NS;
		leap_motion_update(motion, &hands, &frame);
	}
	assert_vec3(frame.box_center, vec3(0, 320, 0), 1.0);
	assert_float_equal(frame.box_size.x, 235.247 * 1.6, 1.0);
	leap_motion_free(motion);
}

static void the_interaction_box_stands_at_its_height(void **state)
{
	struct leap_motion_options options;
	struct leap_motion *motion;
	struct leap_hands hands = { 0 };
	struct leap_frame frame;

	(void)state;
	leap_motion_options_default(&options);
	assert_int_equal(leap_motion_new(&options, &motion), 0);
	leap_motion_update(motion, &hands, &frame);
	assert_vec3(frame.box_center, vec3(0, 200, 0), 0.0);
	assert_vec3(frame.box_size, vec3(235.247, 235.247, 147.751), 1e-9);
	leap_motion_free(motion);
	options.box.height = 150;
	assert_int_equal(leap_motion_new(&options, &motion), 0);
	leap_motion_update(motion, &hands, &frame);
	assert_vec3(frame.box_center, vec3(0, 150, 0), 0.0);
	leap_motion_free(motion);
}

static void refused(struct scene *scene)
{
	int64_t id = scene->frame.id;
	struct leap_motion_factors last = scene->frame.motion;

	scene->hands.time_ns += FRAME_NS;
	assert_int_equal(
		leap_motion_update(scene->motion, &scene->hands, &scene->frame),
		-EINVAL);
	assert_int_equal(scene->frame.id, id + 1);
	assert_int_equal(scene->frame.hand_count, 0);
	assert_int_equal(scene->frame.pointable_count, 0);
	assert_factors(&scene->frame.motion, &last);
}

static void hands_that_cannot_be_are_refused_and_the_others_go_on(void **state)
{
	static const double impossible[] = { NAN, INFINITY, -INFINITY, 1e300 };
	struct scene *scene = *state;
	struct hand_pose right = right_hand(4), left = left_hand(6);

	for (size_t i = 0; i < sizeof(impossible) / sizeof(*impossible); i++) {
		see(scene, &right, &left);
		scene->hands.hand[1].joint[i][LEAP_DIP].y = impossible[i];
		refused(scene);
		see(scene, &right, &left);
		scene->hands.hand[0].elbow.z = impossible[i];
		refused(scene);
		see(scene, &right, &left);
		scene->hands.hand[0].confidence = impossible[i];
		if (!isfinite(impossible[i]))
			refused(scene);
	}
	scene->hands.hand[1].track = scene->hands.hand[0].track;
	refused(scene);
	scene->hands.count = LEAP_HANDS_MAX + 1;
	refused(scene);
	assert_int_equal(see(scene, &right, &left)->hand[1].id, 2);
}

static void tools_that_cannot_be_are_refused(void **state)
{
	struct scene *scene = *state;
	struct leap_tracked_tool tool = pen(2);

	see_tool(scene, NULL, &tool);
	scene->hands.tool[0].tip.z = NAN;
	refused(scene);
	scene->hands.tool[0] = tool;
	scene->hands.tool[0].width = INFINITY;
	refused(scene);
	scene->hands.tool[0] = scene->hands.tool[1] = tool;
	scene->hands.tool_count = 2;
	refused(scene);
	scene->hands.tool_count = LEAP_TOOLS_MAX + 1;
	refused(scene);
	assert_int_equal(see_tool(scene, NULL, &tool)->pointable[0].id, 15);
}

static bool in_range(double value, double low, double high)
{
	return value >= low && value <= high;
}

static void assert_unit(struct vec3 v)
{
	assert_float_equal(vec3_length(v), 1.0, 1e-9);
}

static void assert_finite(struct vec3 v)
{
	assert_true(isfinite(v.x) && isfinite(v.y) && isfinite(v.z));
}

static void assert_basis(const struct mat3 *basis, bool left)
{
	for (int i = 0; i < 3; i++) {
		assert_unit(basis->row[i]);
		assert_float_equal(vec3_dot(basis->row[i], basis->row[(i + 1) % 3]),
				   0.0, 1e-9);
	}
	assert_float_equal(mat3_determinant(basis), left ? -1.0 : 1.0, 1e-9);
}

static void assert_hand_is_sound(const struct leap_frame_hand *hand)
{
	assert_true(in_range(hand->confidence, 0, 1));
	assert_unit(hand->direction);
	assert_unit(hand->palm_normal);
	assert_float_equal(vec3_dot(hand->direction, hand->palm_normal), 0.0, 1e-9);
	assert_finite(hand->palm_velocity);
	assert_finite(hand->stabilized_palm_position);
	assert_basis(&hand->arm_basis, hand->left);
	assert_true(in_range(hand->palm_width, 0, 1e8));
	assert_true(in_range(hand->arm_width, 0, 1e8));
	assert_true(in_range(hand->grab_strength, 0, 1));
	assert_true(in_range(hand->grab_angle, 0, M_PI));
	assert_true(in_range(hand->pinch_strength, 0, 1));
	assert_true(in_range(hand->pinch_distance, 0, 1e8));
	assert_finite(hand->sphere_center);
	assert_true(in_range(hand->sphere_radius, 0, 1e8));
	assert_true(in_range(hand->time_visible, 0, 1e13));
	assert_basis(&hand->motion.r, false);
	assert_true(isfinite(hand->motion.s));
	assert_finite(hand->motion.t);
}

static void assert_finger_is_sound(const struct leap_frame_pointable *finger,
				   const struct leap_frame_hand *hand, int type)
{
	assert_int_equal(finger->id, hand->id * 10 + type);
	assert_int_equal(finger->hand_id, hand->id);
	for (int bone = 0; bone < LEAP_BONES; bone++)
		assert_basis(&finger->bases[bone], hand->left);
	assert_vec3(finger->direction, vec3_scale(finger->bases[2].row[2], -1.0), 0.0);
	assert_finite(finger->tip_position);
	assert_finite(finger->tip_velocity);
	assert_finite(finger->stabilized_tip_position);
	assert_true(in_range(finger->length, 0, 1e8));
	assert_true(in_range(finger->width, 0, 1e8));
	assert_true(in_range(finger->touch_distance, -1, 1));
	assert_true(finger->touch_zone <= LEAP_TOUCH_TOUCHING);
	assert_true(finger->time_visible == hand->time_visible);
}

static void assert_tool_is_sound(const struct leap_frame_pointable *tool)
{
	assert_true(tool->tool);
	assert_int_equal(tool->id % 10, 5);
	assert_float_equal(vec3_length(tool->direction), 1.0, 1e-9);
	assert_finite(tool->tip_position);
	assert_finite(tool->tip_velocity);
	assert_finite(tool->stabilized_tip_position);
	assert_true(in_range(tool->length, 0, 1e8));
	assert_true(in_range(tool->width, 0, 1e8));
	assert_true(in_range(tool->touch_distance, -1, 1));
}

static void assert_frame_is_sound(const struct leap_frame *frame)
{
	unsigned int fingers = frame->hand_count * LEAP_FINGERS;

	assert_true(frame->pointable_count >= fingers);
	assert_true(frame->pointable_count <= fingers + LEAP_TOOLS_MAX);
	assert_true(in_range(frame->frame_rate, 0, 1e9));
	assert_basis(&frame->motion.r, false);
	assert_true(isfinite(frame->motion.s));
	assert_finite(frame->motion.t);
	for (unsigned int i = 0; i < frame->hand_count; i++) {
		assert_hand_is_sound(&frame->hand[i]);
		if (i)
			assert_true(frame->hand[i].id > frame->hand[i - 1].id);
		for (int type = 0; type < LEAP_FINGERS; type++)
			assert_finger_is_sound(
				&frame->pointable[i * LEAP_FINGERS + type],
				&frame->hand[i], type);
	}
	for (unsigned int i = fingers; i < frame->pointable_count; i++)
		assert_tool_is_sound(&frame->pointable[i]);
}

static bool is_lasting(const struct leap_frame_gesture *gesture)
{
	return gesture->type == LEAP_GESTURE_CIRCLE ||
	       gesture->type == LEAP_GESTURE_SWIPE;
}

static void assert_gesture_is_sound(const struct leap_frame_gesture *gesture)
{
	assert_true(gesture->pointable_id > 0 && gesture->hand_id >= 0);
	assert_true(gesture->duration_us >= 0);
	assert_finite(gesture->position);
	assert_finite(gesture->start_position);
	assert_float_equal(vec3_length(gesture->direction), 1.0, 1e-6);
	assert_true(in_range(gesture->progress, 0, 1e6));
	assert_true(in_range(gesture->radius, 0, 151));
	assert_true(in_range(gesture->speed, 0, 1e12));
	if (!is_lasting(gesture))
		assert_int_equal(gesture->state, LEAP_GESTURE_STOP);
}

static bool was_open(const struct open_gestures *open, int32_t id)
{
	for (unsigned int i = 0; i < open->count; i++)
		if (open->id[i] == id)
			return true;
	return false;
}

/* New ids start, known ones go on, and none is missing before it has stopped. */
static void assert_lives_are_whole(struct open_gestures *open,
				   const struct leap_frame *frame)
{
	struct open_gestures now = { .newest_id = open->newest_id };
	unsigned int known = 0;

	for (unsigned int i = 0; i < frame->gesture_count; i++) {
		const struct leap_frame_gesture *gesture = &frame->gesture[i];
		bool knew = was_open(open, gesture->id);

		assert_gesture_is_sound(gesture);
		known += knew;
		if (!knew) {
			assert_true(gesture->id > now.newest_id);
			now.newest_id = gesture->id;
			assert_int_equal(gesture->state, is_lasting(gesture)
								 ? LEAP_GESTURE_START
								 : LEAP_GESTURE_STOP);
		} else {
			assert_int_not_equal(gesture->state, LEAP_GESTURE_START);
		}
		if (gesture->state != LEAP_GESTURE_STOP)
			now.id[now.count++] = gesture->id;
	}
	assert_int_equal(known, open->count);
	*open = now;
}

/* Now and then a value that is the same for all, or gone, or out of all bounds. */
static double wild(struct random *random)
{
	static const double odd[] = { 0,    0,	   0,	   -0.0, 1,  1e6,
				      -1e6, 1e-12, 5e-324, 1e7,	 NAN };
	uint64_t choice = random_next(random) % 1000;

	return choice < sizeof(odd) / sizeof(*odd)
		       ? odd[choice]
		       : random_between(random, -300.0, 300.0);
}

static struct vec3 wild_point(struct random *random)
{
	return vec3(wild(random), wild(random), wild(random));
}

static struct leap_tracked_hand wild_hand(struct random *random)
{
	struct leap_tracked_hand hand = {
		.track = random_next(random) % 5,
		.left = random_next(random) & 1,
		.confidence = random_between(random, -1.0, 2.0),
		.palm = wild_point(random),
		.normal = wild_point(random),
		.direction = wild_point(random),
		.wrist = wild_point(random),
		.elbow = wild_point(random),
		.palm_width = wild(random),
	};
	struct vec3 same = wild_point(random);
	bool collapsed = random_next(random) % 4 == 0;

	for (int finger = 0; finger < LEAP_FINGERS; finger++)
		for (int i = 0; i < LEAP_JOINTS; i++)
			hand.joint[finger][i] = collapsed ? same : wild_point(random);
	if (random_next(random) % 8 == 0)
		hand.normal = hand.direction;
	if (random_next(random) % 8 == 0)
		hand.elbow = hand.wrist;
	return hand;
}

static struct leap_tracked_tool wild_tool(struct random *random)
{
	return (struct leap_tracked_tool){
		.track = random_next(random) % 5,
		.held = random_next(random) & 1,
		.hand = random_next(random) % 5,
		.confidence = random_between(random, -1.0, 2.0),
		.tip = wild_point(random),
		.direction = wild_point(random),
		.length = wild(random),
		.width = wild(random),
	};
}

static void any_input_gives_a_sound_frame(void **state)
{
	static const int64_t steps[] = {
		0, 1, FRAME_NS, FRAME_NS, -FRAME_NS, 1LL << 50
	};
	struct scene *scene = *state;
	struct random random = random_seed(1);
	int64_t previous_us = -1;
	unsigned int accepted = 0, before = 0;

	for (int i = 0; i < 50000; i++) {
		scene->hands.time_ns = (scene->hands.time_ns & INT64_MAX >> 1) +
				       steps[random_next(&random) % 6];
		scene->hands.count = random_next(&random) % (LEAP_HANDS_MAX + 1);
		for (unsigned int j = 0; j < scene->hands.count; j++)
			scene->hands.hand[j] = wild_hand(&random);
		scene->hands.tool_count = random_next(&random) % (LEAP_TOOLS_MAX + 1);
		for (unsigned int j = 0; j < scene->hands.tool_count; j++)
			scene->hands.tool[j] = wild_tool(&random);
		accepted += leap_motion_update(scene->motion, &scene->hands,
					       &scene->frame) == 0;
		assert_frame_is_sound(&scene->frame);
		if (accepted > before)
			assert_lives_are_whole(&scene->open, &scene->frame);
		before = accepted;
		assert_int_equal(scene->frame.id, i + 1);
		assert_true(scene->frame.timestamp_us > previous_us);
		previous_us = scene->frame.timestamp_us;
	}
	assert_true(accepted > 20000);
}

static void a_wandering_pair_gives_sound_frames(void **state)
{
	struct scene *scene = *state;
	struct hand_pose right = right_hand(1), left = left_hand(2);
	struct random random = random_seed(2);

	for (int i = 0; i < 5000; i++) {
		double t = i / 115.0;

		right.palm =
			vec3(80 + 60 * sin(t), 200 + 80 * sin(1.7 * t), 50 * cos(t));
		right.yaw = sin(0.9 * t), right.pitch = sin(1.3 * t),
		right.roll = 3 * t;
		left.palm = vec3(-90, 250 + 100 * cos(t), 20 * sin(9 * t));
		for (int finger = 0; finger < LEAP_FINGERS; finger++) {
			right.curl[finger] = 0.5 + 0.5 * sin(3 * t + finger);
			left.curl[finger] = random_unit(&random);
		}
		assert_frame_is_sound(see(scene, i % 500 < 450 ? &right : NULL,
					  i % 300 < 200 ? &left : NULL));
		assert_lives_are_whole(&scene->open, &scene->frame);
	}
}

#define motion_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		motion_test(the_first_hand_is_number_one),
		motion_test(a_new_hand_is_at_rest_and_was_not_visible_before),
		motion_test(a_followed_hand_keeps_its_number_and_ages),
		motion_test(another_hand_gets_the_next_number),
		motion_test(hands_come_in_the_order_of_their_numbers),
		motion_test(frame_numbers_step_by_one_and_time_runs_on),
		motion_test(a_moving_hand_has_its_velocity),
		motion_test(without_any_hand_ever_the_factors_are_neutral),
		motion_test(the_frame_of_one_hand_has_that_hand_s_factors),
		motion_test(
			factors_freeze_when_the_hand_leaves_and_go_on_with_the_next),
		motion_test(a_second_hand_does_not_make_the_frame_jump),
		motion_test(a_pen_in_a_hand_is_a_pointable_of_that_hand),
		motion_test(a_pen_that_nobody_holds_belongs_to_no_hand),
		motion_test(a_pen_keeps_its_id_and_has_its_tip_s_velocity),
		motion_test(a_turning_hand_is_a_rotation),
		motion_test(a_hand_that_grows_is_a_scale_factor),
		motion_test(two_hands_that_part_scale_and_that_circle_rotate),
		cmocka_unit_test(the_interaction_box_stands_at_its_height),
		cmocka_unit_test(an_automatic_box_goes_where_the_hands_are),
		motion_test(hands_that_cannot_be_are_refused_and_the_others_go_on),
		motion_test(tools_that_cannot_be_are_refused),
		motion_test(any_input_gives_a_sound_frame),
		motion_test(a_wandering_pair_gives_sound_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
