// SPDX-License-Identifier: MIT
/*
 * What has happened between two frames; points in the interaction box. Pure.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/leap.h"

static struct leap_frame then, now;

static void near(float a, double b)
{
	assert_true(fabs((double)a - b) < 1e-4);
}

/* Axes that are turned by @angle about z, left by the right-hand rule. */
static struct leap_matrix turned(double angle)
{
	float c = (float)cos(angle), s = (float)sin(angle);

	return (struct leap_matrix){ { c, s, 0 }, { -s, c, 0 }, { 0, 0, 1 } };
}

static int set_up(void **state)
{
	(void)state;
	memset(&then, 0, sizeof(then));
	then.hand_count = 1;
	then.hand[0].id = 5;
	then.hand[0].motion.rotation = then.motion.rotation = turned(0);
	then.box_center = (struct leap_vector){ 0, 200, 0 };
	then.box_size = (struct leap_vector){ 200, 100, 50 };
	now = then;
	return 0;
}

static void nothing_has_happened_within_one_frame(void **state)
{
	struct leap_relative_motion motion;

	(void)state;
	leap_frame_motion(&now, &now, &motion);
	near(motion.angle, 0);
	near(motion.scale_factor, 1);
	near(motion.translation.x, 0);
	near(motion.rotation_probability, 0);
	near(motion.scale_probability, 0);
	near(motion.translation_probability, 0);
}

static void a_turn_has_its_axis_and_angle(void **state)
{
	static const double angles[] = { 0.01, 0.5, 1.5, 3, M_PI, -0.01, -2 };
	const struct leap_vector z = { 0, 0, 3 }, x = { 1, 0, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(angles) / sizeof(angles[0]); i++) {
		struct leap_relative_motion motion;

		then.motion.rotation = turned(0.3);
		now.motion.rotation = turned(0.3 + angles[i]);
		leap_frame_motion(&now, &then, &motion);
		near(motion.angle, fabs(angles[i]));
		near(fabsf(motion.axis.z), 1);
		near(motion.rotation.x.x, cos(angles[i]));
		near(motion.rotation.x.y, -sin(angles[i])); /* takes x towards y */
		near(motion.rotation.y.x, sin(angles[i]));
		if (fabs(angles[i]) < 3.1) { /* of half a turn both ways are one */
			near(leap_rotation_angle(&motion, &z), angles[i]);
			near(leap_rotation_angle(&motion, &x), 0);
		}
		if (fabs(angles[i]) > 0.4)
			assert_true(motion.rotation_probability > 0.7F);
	}
}

static void left_handed_bases_turn_like_right_handed_ones(void **state)
{
	struct leap_relative_motion motion;

	(void)state;
	then.motion.rotation = turned(0);
	now.motion.rotation = turned(0.5);
	then.motion.rotation.x.x *= -1;
	then.motion.rotation.x.y *= -1;
	now.motion.rotation.x.x *= -1;
	now.motion.rotation.x.y *= -1;
	leap_frame_motion(&now, &then, &motion);
	near(motion.angle, 0.5);
	near(motion.axis.z, 1);
}

static void scale_and_translation_are_differences(void **state)
{
	struct leap_relative_motion motion;

	(void)state;
	then.hand[0].motion.scale = 0.5F;
	now.hand[0].motion.scale = 0.5F + logf(2);
	then.hand[0].motion.translation = (struct leap_vector){ 1, 2, 3 };
	now.hand[0].motion.translation = (struct leap_vector){ 11, 22, 33 };
	leap_hand_motion(&now, &then, 5, &motion);
	near(motion.scale_factor, 2);
	near(motion.translation.x, 10);
	near(motion.translation.y, 20);
	near(motion.translation.z, 30);
	assert_true(motion.scale_probability > 0.5F);
	assert_true(motion.rotation_probability + motion.scale_probability +
			    motion.translation_probability <
		    1);
}

static void a_hand_that_is_not_in_both_has_not_moved(void **state)
{
	struct leap_relative_motion motion;

	(void)state;
	now.hand[0].motion.translation.x = 100;
	leap_hand_motion(&now, &then, 6, &motion);
	near(motion.translation.x, 0);
	near(motion.scale_factor, 1);
	near(motion.rotation.y.y, 1);
	then.hand_count = 0;
	leap_frame_motion(&now, &then, &motion);
	near(motion.scale_factor, 1);
	assert_null(leap_find_hand(&then, 5));
}

static void the_box_is_from_nought_to_one(void **state)
{
	const struct leap_vector corner = { 100, 250, -25 }, outside = { 1000, 0, 0 };
	struct leap_vector point;

	(void)state;
	point = leap_box_normalize(&now, &corner, false);
	near(point.x, 1);
	near(point.y, 1);
	near(point.z, 0);
	point = leap_box_denormalize(&now, &point);
	near(point.x, 100);
	near(point.y, 250);
	near(point.z, -25);
	point = leap_box_normalize(&now, &outside, true);
	near(point.x, 1);
	near(point.y, 0);
	near(point.z, 0.5);
	point = leap_box_normalize(&now, &outside, false);
	near(point.x, 5.5);
}

#define scenario(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario(nothing_has_happened_within_one_frame),
		scenario(a_turn_has_its_axis_and_angle),
		scenario(left_handed_bases_turn_like_right_handed_ones),
		scenario(scale_and_translation_are_differences),
		scenario(a_hand_that_is_not_in_both_has_not_moved),
		scenario(the_box_is_from_nought_to_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
