// SPDX-License-Identifier: MIT
// Extended, grab, pinch and sphere of hands held as a test says.
// Single-threaded.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/motion/bones.h"
#include "daemon/motion/shape.h"
#include "posed_hand.h"

static struct leap_tracked_hand hand_curled(double curl, double size)
{
	struct hand_pose pose = {
		.palm = vec3(10, 200, 20),
		.yaw = 0.3,
		.roll = -0.4,
		.size = size,
		.curl = { curl, curl, curl, curl, curl },
	};

	return posed_hand(&pose);
}

/* Thumb and a finger with their tips a distance apart; the others far away. */
static struct leap_tracked_hand hand_pinching(int finger, double gap, double size)
{
	struct leap_tracked_hand hand = hand_curled(0.0, size);
	struct vec3 tip = leap_fingertip(hand.joint[finger]);
	struct vec3 thumb = leap_fingertip(hand.joint[LEAP_THUMB]);
	struct vec3 from = vec3_unit_or(vec3_sub(thumb, tip), vec3(1, 0, 0));
	struct vec3 shift = vec3_sub(vec3_madd(tip, gap, from), thumb);

	for (int i = 0; i < LEAP_JOINTS; i++)
		hand.joint[LEAP_THUMB][i] = vec3_add(hand.joint[LEAP_THUMB][i], shift);
	return hand;
}

static void the_scale_is_the_size_of_the_hand(void **state)
{
	static const double sizes[] = { 0.7, 1.0, 1.2 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct leap_tracked_hand hand = hand_curled(0.5, sizes[i]);

		assert_float_equal(leap_hand_scale(&hand), sizes[i], 1e-9);
	}
}

static void a_hand_without_bones_has_the_mean_scale(void **state)
{
	struct leap_tracked_hand hand = { 0 };

	(void)state;
	assert_true(leap_hand_scale(&hand) == 1.0);
}

static void an_open_hand_has_all_fingers_extended_and_a_fist_none(void **state)
{
	struct leap_tracked_hand open = hand_curled(0.0, 0.9),
				 fist = hand_curled(1, 0.9);

	(void)state;
	for (int finger = 0; finger < LEAP_FINGERS; finger++) {
		assert_true(leap_finger_extended(&open, finger, 0.9));
		if (finger != LEAP_THUMB)
			assert_false(leap_finger_extended(&fist, finger, 0.9));
	}
}

static void a_tucked_in_thumb_is_not_extended(void **state)
{
	struct leap_tracked_hand hand = hand_curled(0.0, 1.0);
	struct vec3 *joint = hand.joint[LEAP_THUMB];

	(void)state;
	joint[LEAP_DIP] = vec3_add(hand.palm, vec3(0, -20, 10));
	joint[LEAP_BTIP] = vec3_add(hand.palm, vec3(0, -20, -10));
	assert_false(leap_finger_extended(&hand, LEAP_THUMB, 1.0));
}

static void grab_grows_from_open_hand_to_fist(void **state)
{
	struct leap_tracked_hand open = hand_curled(0.0, 1.0), fist = hand_curled(1, 1);
	double previous = 0.0;

	(void)state;
	assert_true(leap_grab_strength(&open) == 0.0);
	assert_true(leap_grab_strength(&fist) == 1.0);
	for (double curl = 0.0; curl <= 1.0; curl += 0.1) {
		struct leap_tracked_hand hand = hand_curled(curl, 1.0);

		assert_true(leap_grab_strength(&hand) >= previous);
		previous = leap_grab_strength(&hand);
	}
}

static void grab_is_linear_in_the_bend_of_the_least_bent_finger(void **state)
{
	struct leap_tracked_hand hand = hand_curled(1.0, 1.0);
	struct vec3 *joint = hand.joint[LEAP_RING];

	(void)state;
	joint[LEAP_MCP] = vec3(0, 0, 0);
	joint[LEAP_PIP] = vec3(0, 0, -40);
	joint[LEAP_DIP] = vec3(0, -10, -60);
	joint[LEAP_BTIP] = vec3_add(joint[LEAP_DIP], vec3(0, -sin(1.4), -cos(1.4)));
	assert_float_equal(leap_grab_strength(&hand), 0.5, 1e-9);
}

static void the_thumb_has_no_say_in_grabbing(void **state)
{
	struct hand_pose pose = { .curl = { 0, 1, 1, 1, 1 } };
	struct leap_tracked_hand hand = posed_hand(&pose);

	(void)state;
	assert_true(leap_grab_strength(&hand) == 1.0);
}

static void the_grab_angle_goes_from_flat_to_about_pi(void **state)
{
	struct leap_tracked_hand open = hand_curled(0.0, 1.0), fist = hand_curled(1, 1);

	(void)state;
	assert_true(leap_grab_angle(&open) < 0.8);
	assert_true(leap_grab_angle(&fist) > 2.5 && leap_grab_angle(&fist) < M_PI);
}

static void any_finger_can_pinch(void **state)
{
	(void)state;
	for (int finger = LEAP_INDEX; finger < LEAP_FINGERS; finger++) {
		struct leap_tracked_hand hand = hand_pinching(finger, 5.0, 1.0);

		assert_true(leap_pinch_strength(&hand, 1.0) == 1.0);
	}
}

static void pinching_depends_on_distance_and_size(void **state)
{
	struct leap_tracked_hand half = hand_pinching(LEAP_PINKY, 41.0, 1.0);
	struct leap_tracked_hand small = hand_pinching(LEAP_PINKY, 41.0 * 0.7, 0.7);

	(void)state;
	assert_float_equal(leap_pinch_strength(&half, 1.0), 0.5, 1e-9);
	assert_float_equal(leap_pinch_strength(&small, 0.7), 0.5, 1e-9);
}

static void an_open_hand_does_not_pinch(void **state)
{
	struct leap_tracked_hand hand = hand_curled(0.0, 1.0);

	(void)state;
	assert_true(leap_pinch_strength(&hand, 1.0) == 0.0);
	assert_true(leap_pinch_distance(&hand) > 60.0);
}

static void a_fist_holds_a_smaller_ball_than_an_open_hand(void **state)
{
	struct leap_tracked_hand open = hand_curled(0.0, 1.0), fist = hand_curled(1, 1);
	struct vec3 center;
	double wide, narrow;

	(void)state;
	leap_hand_sphere(&open, &center, &wide);
	leap_hand_sphere(&fist, &center, &narrow);
	assert_true(narrow < wide);
	assert_true(narrow > 10.0 && narrow < 80.0);
}

static void a_ball_in_the_hand_is_found(void **state)
{
	struct leap_tracked_hand hand = hand_curled(0.0, 1.0);
	struct vec3 ball = vec3(20, 150, -30), center;
	double radius;

	(void)state;
	for (int finger = 0; finger < LEAP_FINGERS; finger++) {
		for (int i = 0; i < LEAP_JOINTS; i++) {
			struct vec3 *joint = &hand.joint[finger][i];

			*joint = vec3_madd(
				ball, 60.0,
				vec3_unit_or(vec3_sub(*joint, ball), vec3(0, 1, 0)));
		}
		hand.joint[finger][LEAP_BTIP] = hand.joint[finger][LEAP_DIP];
	}
	hand.palm = vec3_madd(ball, 60.0, vec3(0, 1, 0));
	leap_hand_sphere(&hand, &center, &radius);
	assert_float_equal(radius, 60.0, 0.5);
	assert_float_equal(vec3_distance(center, ball), 0.0, 1.0);
}

static void a_flat_hand_has_a_large_but_finite_ball(void **state)
{
	struct leap_tracked_hand hand = hand_curled(0.0, 1.0);
	struct vec3 center;
	double radius;

	(void)state;
	for (int finger = 0; finger < LEAP_FINGERS; finger++)
		for (int i = 0; i < LEAP_JOINTS; i++)
			hand.joint[finger][i].y = 200.0;
	hand.palm.y = 200.0;
	leap_hand_sphere(&hand, &center, &radius);
	assert_true(isfinite(radius) && radius > 40.0 && radius < 2200.0);
	assert_true(isfinite(vec3_length(center)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_scale_is_the_size_of_the_hand),
		cmocka_unit_test(a_hand_without_bones_has_the_mean_scale),
		cmocka_unit_test(an_open_hand_has_all_fingers_extended_and_a_fist_none),
		cmocka_unit_test(a_tucked_in_thumb_is_not_extended),
		cmocka_unit_test(grab_grows_from_open_hand_to_fist),
		cmocka_unit_test(grab_is_linear_in_the_bend_of_the_least_bent_finger),
		cmocka_unit_test(the_thumb_has_no_say_in_grabbing),
		cmocka_unit_test(the_grab_angle_goes_from_flat_to_about_pi),
		cmocka_unit_test(any_finger_can_pinch),
		cmocka_unit_test(pinching_depends_on_distance_and_size),
		cmocka_unit_test(an_open_hand_does_not_pinch),
		cmocka_unit_test(a_fist_holds_a_smaller_ball_than_an_open_hand),
		cmocka_unit_test(a_ball_in_the_hand_is_found),
		cmocka_unit_test(a_flat_hand_has_a_large_but_finite_ball),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
