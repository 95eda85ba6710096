// SPDX-License-Identifier: MIT
// Circles, swipes and taps of a finger that a test moves, and what is none of them.
// Single-threaded.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/motion/motion.h"
#include "posed_hand.h"

#define FRAME_NS 8695652
#define FRAME (FRAME_NS * 1e-9)
#define LIVES_MAX 64

/* What was told of one gesture. */
struct life {
	struct leap_frame_gesture first, last;
	int starts, stops;
};

struct scene {
	struct leap_motion *motion;
	struct leap_hands hands;
	struct leap_frame frame;
	struct hand_pose hand;
	struct vec3 finger; /* how far the index finger is from its place */
	unsigned int count;
	struct life life[LIVES_MAX];
};

static void note(struct scene *scene, const struct leap_frame_gesture *gesture)
{
	struct life *life = NULL;

	for (unsigned int i = 0; i < scene->count; i++)
		if (scene->life[i].first.id == gesture->id)
			life = &scene->life[i];
	if (!life) {
		assert_true(scene->count < LIVES_MAX);
		life = &scene->life[scene->count++];
		life->first = *gesture;
	}
	life->last = *gesture;
	life->starts += gesture->state == LEAP_GESTURE_START;
	life->stops += gesture->state == LEAP_GESTURE_STOP;
}

static void see(struct scene *scene, bool there)
{
	struct leap_tracked_hand hand = posed_hand(&scene->hand);

	for (int joint = LEAP_DIP; joint < LEAP_JOINTS; joint++)
		hand.joint[LEAP_INDEX][joint] =
			vec3_add(hand.joint[LEAP_INDEX][joint], scene->finger);
	scene->hands.time_ns += FRAME_NS;
	scene->hands.count = there;
	scene->hands.hand[0] = hand;
	assert_int_equal(
		leap_motion_update(scene->motion, &scene->hands, &scene->frame), 0);
	for (unsigned int i = 0; i < scene->frame.gesture_count; i++)
		note(scene, &scene->frame.gesture[i]);
}

static void wait(struct scene *scene, double seconds)
{
	for (double t = 0.0; t < seconds; t += FRAME)
		see(scene, true);
}

static int set_up_with(void **state, const struct leap_motion_options *options)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	if (!scene)
		return -1;
	scene->hand = (struct hand_pose){ .track = 1, .palm = vec3(20, 200, 0) };
	*state = scene;
	if (leap_motion_new(options, &scene->motion))
		return -1;
	wait(scene, 1.0);
	return 0;
}

static int set_up(void **state)
{
	struct leap_motion_options options;

	leap_motion_options_default(&options);
	return set_up_with(state, &options);
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	leap_motion_free(scene->motion);
	free(scene);
	return 0;
}

static unsigned int count_of(const struct scene *scene, enum leap_gesture_type type)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < scene->count; i++)
		count += scene->life[i].first.type == type;
	return count;
}

static const struct life *only(const struct scene *scene, enum leap_gesture_type type)
{
	const struct life *found = NULL;

	assert_int_equal(count_of(scene, type), 1);
	for (unsigned int i = 0; i < scene->count; i++)
		if (scene->life[i].first.type == type)
			found = &scene->life[i];
	return found;
}

/* Clockwise for somebody who looks along -z. */
static void circle(struct scene *scene, double radius, double turns, double seconds)
{
	double rate = turns * 2.0 * M_PI / seconds;

	for (double t = 0.0; t < seconds; t += FRAME) {
		scene->finger =
			vec3(radius * sin(rate * t), radius * (cos(rate * t) - 1.0), 0);
		see(scene, true);
	}
}

static void a_finger_that_goes_round_draws_a_circle(void **state)
{
	struct scene *scene = *state;
	const struct life *life;

	circle(scene, 15.0, 3.0, 1.5);
	wait(scene, 0.5);
	life = only(scene, LEAP_GESTURE_CIRCLE);
	assert_int_equal(life->starts, 1);
	assert_int_equal(life->stops, 1);
	assert_int_equal(life->first.pointable_id, 11);
	assert_int_equal(life->first.hand_id, 1);
	assert_true(life->first.progress >= 0.75 && life->first.progress < 1.3);
	assert_float_equal(life->last.radius, 15.0, 0.5);
	assert_float_equal(vec3_length(life->last.direction), 1.0, 1e-9);
	assert_true(life->last.direction.z < -0.99); /* clockwise: along the finger */
	assert_true(life->last.progress == 1.0);
	assert_true(life->last.duration_us > 1000000);
}

static void turns_are_counted(void **state)
{
	struct scene *scene = *state;
	double most = 0.0;

	circle(scene, 20.0, 4.0, 2.4);
	for (unsigned int i = 0; i < scene->frame.gesture_count; i++)
		most = fmax(most, scene->frame.gesture[i].progress);
	assert_float_equal(most, 4.0, 0.4);
}

static void a_slow_round_circle_is_one_too(void **state)
{
	struct scene *scene = *state;

	circle(scene, 30.0, 1.5, 1.8);
	assert_int_equal(count_of(scene, LEAP_GESTURE_CIRCLE), 1);
}

/* Once round a flattened circle; @high: how far its quarters rise and fall. */
static void rough_circle(struct scene *scene, double radius, double flat, double high,
			 double turns, double seconds)
{
	double rate = turns * 2.0 * M_PI / seconds;

	for (double t = 0.0; t < seconds; t += FRAME) {
		scene->finger = vec3(radius * (1.0 + flat) * sin(rate * t),
				     radius * (1.0 - flat) * (cos(rate * t) - 1.0),
				     radius * high * (cos(2.0 * rate * t) - 1.0));
		see(scene, true);
	}
}

static void a_small_circle_may_be_slow_and_rough(void **state)
{
	struct scene *scene = *state;

	rough_circle(scene, 8.0, 0.2, 0.0, 1.0, 0.9);
	assert_int_equal(count_of(scene, LEAP_GESTURE_CIRCLE), 1);
}

static void a_large_circle_that_is_slow_may_not_be_rough(void **state)
{
	struct scene *scene = *state;

	rough_circle(scene, 24.0, 0.2, 0.0, 1.0, 0.9);
	assert_int_equal(count_of(scene, LEAP_GESTURE_CIRCLE), 0);
}

static void a_quick_circle_may_leave_its_plane(void **state)
{
	struct scene *scene = *state;

	rough_circle(scene, 10.0, 0.0, 0.185, 2.0, 0.84);
	assert_int_equal(count_of(scene, LEAP_GESTURE_CIRCLE), 1);
}

static void a_slower_circle_may_not_leave_its_plane(void **state)
{
	struct scene *scene = *state;

	rough_circle(scene, 10.0, 0.0, 0.185, 2.0, 1.2);
	assert_int_equal(count_of(scene, LEAP_GESTURE_CIRCLE), 0);
}

static void draw_until_it_stops(struct scene *scene)
{
	circle(scene, 15.0, 2.0, 1.0);
	for (int i = 0; i < 100 && !only(scene, LEAP_GESTURE_CIRCLE)->stops; i++)
		see(scene, true);
	assert_int_equal(only(scene, LEAP_GESTURE_CIRCLE)->stops, 1);
}

static void an_arc_that_follows_a_stop_at_once_is_none(void **state)
{
	struct scene *scene = *state;

	draw_until_it_stops(scene);
	circle(scene, 15.0, 0.9, 0.45);
	wait(scene, 0.5);
	assert_int_equal(count_of(scene, LEAP_GESTURE_CIRCLE), 1);
}

static void an_arc_that_follows_a_stop_later_is_the_next_circle(void **state)
{
	struct scene *scene = *state;

	draw_until_it_stops(scene);
	wait(scene, 0.15);
	circle(scene, 15.0, 0.9, 0.45);
	wait(scene, 0.5);
	assert_int_equal(count_of(scene, LEAP_GESTURE_CIRCLE), 2);
}

static void the_other_way_round_the_normal_is_the_other_one(void **state)
{
	struct scene *scene = *state;

	circle(scene, 15.0, -2.0, 1.0);
	assert_true(only(scene, LEAP_GESTURE_CIRCLE)->last.direction.z > 0.99);
}

static void a_circle_that_is_too_small_is_none(void **state)
{
	struct scene *scene = *state;

	circle(scene, 4.0, 3.0, 1.5);
	assert_int_equal(count_of(scene, LEAP_GESTURE_CIRCLE), 0);
}

static int set_up_for_large_circles(void **state)
{
	struct leap_motion_options options;

	leap_motion_options_default(&options);
	options.gesture.circle_min_radius = 25.0;
	return set_up_with(state, &options);
}

static void the_least_radius_is_what_somebody_has_set(void **state)
{
	struct scene *scene = *state;

	circle(scene, 15.0, 3.0, 1.5);
	assert_int_equal(count_of(scene, LEAP_GESTURE_CIRCLE), 0);
	circle(scene, 30.0, 3.0, 1.5);
	assert_int_equal(count_of(scene, LEAP_GESTURE_CIRCLE), 1);
}

static void other_settings_count_at_once(void **state)
{
	struct scene *scene = *state;
	struct leap_motion_options options;

	circle(scene, 15.0, 3.0, 1.5);
	assert_int_equal(count_of(scene, LEAP_GESTURE_CIRCLE), 0);
	leap_motion_options_default(&options);
	options.box.height = 150;
	leap_motion_configure(scene->motion, &options);
	circle(scene, 15.0, 3.0, 1.5);
	assert_int_equal(count_of(scene, LEAP_GESTURE_CIRCLE), 1);
	assert_true(scene->frame.box_center.y == 150);
	assert_true(scene->frame.timestamp_us > 3000000);
}

static void when_the_hand_is_gone_its_gestures_have_stopped(void **state)
{
	struct scene *scene = *state;
	const struct life *life;

	circle(scene, 15.0, 2.0, 1.0);
	assert_int_equal(only(scene, LEAP_GESTURE_CIRCLE)->stops, 0);
	see(scene, false);
	life = only(scene, LEAP_GESTURE_CIRCLE);
	assert_int_equal(life->stops, 1);
	assert_int_equal(life->last.state, LEAP_GESTURE_STOP);
	see(scene, false);
	assert_int_equal(scene->frame.gesture_count, 0);
}

/* The whole hand, quickest in the middle of its way. */
static void sweep(struct scene *scene, struct vec3 way, double seconds)
{
	struct vec3 from = scene->hand.palm;

	for (double t = 0.0; t < seconds; t += FRAME) {
		double share = (1.0 - cos(M_PI * t / seconds)) / 2.0;

		scene->hand.palm = vec3_madd(from, share, way);
		see(scene, true);
	}
}

static void a_quick_sweep_is_one_swipe_of_each_finger(void **state)
{
	struct scene *scene = *state;

	sweep(scene, vec3(280, 0, 0), 0.3);
	wait(scene, 0.3);
	assert_int_equal(count_of(scene, LEAP_GESTURE_SWIPE), 5);
	for (unsigned int i = 0; i < scene->count; i++) {
		const struct life *life = &scene->life[i];

		if (life->first.type != LEAP_GESTURE_SWIPE)
			continue;
		assert_int_equal(life->starts, 1);
		assert_int_equal(life->stops, 1);
		assert_true(life->first.direction.x > 0.99);
		assert_true(life->first.speed > 900.0);
		assert_true(vec3_distance(life->first.position,
					  life->first.start_position) >= 112.5);
		assert_int_equal(life->first.duration_us, 0);
	}
}

static void a_sweep_and_its_way_back_are_two(void **state)
{
	struct scene *scene = *state;

	sweep(scene, vec3(280, 0, 0), 0.3);
	sweep(scene, vec3(-280, 0, 0), 0.3);
	wait(scene, 0.3);
	assert_int_equal(count_of(scene, LEAP_GESTURE_SWIPE), 10);
}

static void slow_and_short_sweeps_are_none(void **state)
{
	struct scene *scene = *state;

	sweep(scene, vec3(280, 0, 0), 0.8);
	wait(scene, 0.3);
	sweep(scene, vec3(-90, 0, 0), 0.1);
	wait(scene, 0.3);
	assert_int_equal(count_of(scene, LEAP_GESTURE_SWIPE), 0);
}

static void a_fist_does_not_swipe(void **state)
{
	struct scene *scene = *state;

	for (int finger = 1; finger < LEAP_FINGERS; finger++)
		scene->hand.curl[finger] = 1.0;
	sweep(scene, vec3(280, 0, 0), 0.3);
	for (unsigned int i = 0; i < scene->count; i++)
		assert_int_equal(scene->life[i].first.pointable_id, 10); /* the thumb */
}

/* Down along @way and back. */
static void dip(struct scene *scene, struct vec3 way, double seconds)
{
	for (double t = 0.0; t < seconds; t += FRAME) {
		scene->finger = vec3_scale(way, sin(M_PI * t / seconds));
		see(scene, true);
	}
	scene->finger = vec3(0, 0, 0);
	wait(scene, 0.1);
}

static void a_finger_that_dips_and_springs_back_taps_a_key(void **state)
{
	struct scene *scene = *state;
	const struct life *life;

	dip(scene, vec3(0, -12, 0), 0.16);
	life = only(scene, LEAP_GESTURE_KEY_TAP);
	assert_int_equal(life->starts, 0);
	assert_int_equal(life->stops, 1);
	assert_int_equal(life->first.pointable_id, 11);
	assert_true(life->first.progress == 1.0);
	assert_true(life->first.direction.y < -0.9);
	assert_true(life->first.duration_us > 50000 &&
		    life->first.duration_us < 250000);
}

static void a_hand_that_dips_taps_no_key(void **state)
{
	struct scene *scene = *state;

	sweep(scene, vec3(0, -20, 0), 0.1);
	sweep(scene, vec3(0, 20, 0), 0.1);
	wait(scene, 0.2);
	assert_int_equal(count_of(scene, LEAP_GESTURE_KEY_TAP), 0);
}

static void a_dip_that_is_too_small_or_too_slow_taps_no_key(void **state)
{
	struct scene *scene = *state;

	dip(scene, vec3(0, -1.5, 0), 0.16);
	dip(scene, vec3(0, -12, 0), 1.2);
	assert_int_equal(count_of(scene, LEAP_GESTURE_KEY_TAP), 0);
}

static void a_poke_forward_taps_the_screen(void **state)
{
	struct scene *scene = *state;
	const struct life *life;

	sweep(scene, vec3(0, 0, -30), 0.5); /* to where it touches */
	sweep(scene, vec3(0, 0, -25), 0.1);
	sweep(scene, vec3(0, 0, 12), 0.1);
	assert_true(count_of(scene, LEAP_GESTURE_SCREEN_TAP) >= 1);
	life = &scene->life[0];
	assert_int_equal(life->stops, 1);
	assert_true(life->first.direction.z < -0.95);
	assert_true(life->first.progress == 1.0);
}

static void a_hand_at_rest_makes_no_gesture(void **state)
{
	struct scene *scene = *state;

	wait(scene, 3.0);
	assert_int_equal(scene->count, 0);
}

#define gesture_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		gesture_test(a_hand_at_rest_makes_no_gesture),
		gesture_test(a_finger_that_goes_round_draws_a_circle),
		gesture_test(turns_are_counted),
		gesture_test(a_slow_round_circle_is_one_too),
		gesture_test(a_small_circle_may_be_slow_and_rough),
		gesture_test(a_large_circle_that_is_slow_may_not_be_rough),
		gesture_test(a_quick_circle_may_leave_its_plane),
		gesture_test(a_slower_circle_may_not_leave_its_plane),
		gesture_test(an_arc_that_follows_a_stop_at_once_is_none),
		gesture_test(an_arc_that_follows_a_stop_later_is_the_next_circle),
		gesture_test(the_other_way_round_the_normal_is_the_other_one),
		gesture_test(a_circle_that_is_too_small_is_none),
		cmocka_unit_test_setup_teardown(
			the_least_radius_is_what_somebody_has_set,
			set_up_for_large_circles, tear_down),
		cmocka_unit_test_setup_teardown(other_settings_count_at_once,
						set_up_for_large_circles, tear_down),
		gesture_test(when_the_hand_is_gone_its_gestures_have_stopped),
		gesture_test(a_quick_sweep_is_one_swipe_of_each_finger),
		gesture_test(a_sweep_and_its_way_back_are_two),
		gesture_test(slow_and_short_sweeps_are_none),
		gesture_test(a_fist_does_not_swipe),
		gesture_test(a_finger_that_dips_and_springs_back_taps_a_key),
		gesture_test(a_hand_that_dips_taps_no_key),
		gesture_test(a_dip_that_is_too_small_or_too_slow_taps_no_key),
		gesture_test(a_poke_forward_taps_the_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
