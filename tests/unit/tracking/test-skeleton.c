// SPDX-License-Identifier: MIT
/*
 * The jointed hand: proportions, mirror image, bending, and how points move with it.
 * Single-threaded; owns nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/tracking/skeleton.h"
#include "daemon/tracking/smooth.h"

#define DEGREE (M_PI / 180)

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static struct leap_pose flat_pose(bool left)
{
	struct leap_pose pose = { .left = left, .place = vec3(10, 200, -5), .size = 1 };

	pose.turn = leap_skeleton_axes(vec3(0, 0, -1), vec3(0, -1, 0));
	return pose;
}

static struct leap_pose bent_pose(bool left)
{
	struct leap_pose pose = flat_pose(left);

	for (int i = 0; i < LEAP_ANGLES; i++)
		pose.angle[i] = (7 + 3 * (i % 4)) * DEGREE;
	pose.turn = leap_skeleton_axes(vec3(0.3, 0.2, -1), vec3(0.2, -1, 0.1));
	pose.size = 1.1;
	return pose;
}

static void the_palm_lies_where_the_service_puts_it(void **state)
{
	struct leap_pose pose = flat_pose(true);
	struct leap_skeleton s;
	struct vec3 mean = vec3(0, 0, 0), off;
	double middle = 0, scale;

	(void)state;
	leap_skeleton_pose(&pose, &s);
	for (int k = 1; k < LEAP_FINGERS; k++)
		mean = vec3_madd(mean, 0.25, s.joint[k][LEAP_MCP]);
	for (int j = LEAP_MCP; j < LEAP_BTIP; j++)
		middle += vec3_distance(s.joint[LEAP_MIDDLE][j],
					s.joint[LEAP_MIDDLE][j + 1]);
	/* the service's "length" of a finger is 0.70 of its three bones */
	scale = 0.70 * middle / 69.3;
	off = vec3_sub(pose.place, mean);
	assert_near(off.z, 15.6 * scale, 0.5);
	assert_near(off.y, -1.3 * scale, 0.5);
	assert_near(off.x, 7.9 * scale, 0.5);
}

static void a_left_thumb_points_to_the_users_right(void **state)
{
	struct leap_pose left = flat_pose(true), right = flat_pose(false);
	struct leap_skeleton s;

	(void)state;
	leap_skeleton_pose(&left, &s);
	assert_true(s.joint[LEAP_THUMB][LEAP_BTIP].x > left.place.x + 40);
	leap_skeleton_pose(&right, &s);
	assert_true(s.joint[LEAP_THUMB][LEAP_BTIP].x < right.place.x - 40);
}

static void a_right_hand_mirrors_a_left_one(void **state)
{
	struct leap_pose left = bent_pose(true), right = bent_pose(false);
	struct leap_skeleton a, b;

	(void)state;
	left.place = right.place = vec3(0, 200, 0);
	left.turn = leap_skeleton_axes(vec3(0.3, 0.2, -1), vec3(0.2, -1, 0.1));
	right.turn = leap_skeleton_axes(vec3(-0.3, 0.2, -1), vec3(-0.2, -1, 0.1));
	leap_skeleton_pose(&left, &a);
	leap_skeleton_pose(&right, &b);
	for (int k = 0; k < LEAP_FINGERS; k++) {
		for (int j = 0; j < LEAP_JOINTS; j++) {
			struct vec3 mirrored = b.joint[k][j];

			mirrored.x = -mirrored.x;
			assert_true(vec3_distance(mirrored, a.joint[k][j]) < 1e-9);
		}
	}
	b.elbow.x = -b.elbow.x;
	assert_true(vec3_distance(a.elbow, b.elbow) < 1e-9);
}

static void bones_keep_their_lengths_when_they_bend(void **state)
{
	struct leap_pose flat = flat_pose(false), bent = bent_pose(false);
	struct leap_skeleton a, b;

	(void)state;
	flat.size = bent.size;
	leap_skeleton_pose(&flat, &a);
	leap_skeleton_pose(&bent, &b);
	for (int k = 0; k < LEAP_FINGERS; k++) {
		for (int j = 0; j + 1 < LEAP_JOINTS; j++)
			assert_near(vec3_distance(a.joint[k][j], a.joint[k][j + 1]),
				    vec3_distance(b.joint[k][j], b.joint[k][j + 1]),
				    1e-9);
	}
}

static void the_thumb_has_no_metacarpal(void **state)
{
	struct leap_pose pose = bent_pose(true);
	struct leap_skeleton s;

	(void)state;
	leap_skeleton_pose(&pose, &s);
	assert_true(vec3_distance(s.joint[LEAP_THUMB][LEAP_CARP],
				  s.joint[LEAP_THUMB][LEAP_MCP]) < 1e-12);
}

static void a_bent_finger_comes_out_of_the_palm(void **state)
{
	(void)state;
	for (int left = 0; left < 2; left++) {
		struct leap_pose pose = flat_pose(left);
		struct leap_skeleton s;

		pose.angle[LEAP_FINGER_ANGLE(LEAP_INDEX)] = 60 * DEGREE;
		leap_skeleton_pose(&pose, &s);
		assert_true(s.joint[LEAP_INDEX][LEAP_BTIP].y < pose.place.y - 50);
		assert_near(s.joint[LEAP_MIDDLE][LEAP_BTIP].y,
			    s.joint[LEAP_MIDDLE][LEAP_MCP].y, 1e-9);
	}
}

static struct leap_pose nudged(const struct leap_pose *pose, int freedom, double by)
{
	struct leap_pose next = *pose;
	double axis[3] = { 0, 0, 0 };

	if (freedom < LEAP_FREE_TURN) {
		axis[freedom] = by;
		next.place = vec3_add(pose->place, vec3(axis[0], axis[1], axis[2]));
	} else if (freedom < LEAP_FREE_ANGLE) {
		axis[freedom - LEAP_FREE_TURN] = by;
		next.turn = leap_skeleton_turn(&pose->turn,
					       vec3(axis[0], axis[1], axis[2]));
	} else if (freedom < LEAP_FREE_SIZE) {
		next.angle[freedom - LEAP_FREE_ANGLE] += by;
	} else if (freedom == LEAP_FREE_SIZE) {
		next.size *= exp(by);
	} else {
		next.proportion[freedom - LEAP_FREE_PROPORTION] += by;
	}
	return next;
}

static void derivatives_agree_with_small_steps(void **state)
{
	const double step = 1e-5;

	(void)state;
	for (int left = 0; left < 2; left++) {
		struct leap_pose pose = bent_pose(left);
		struct leap_skeleton s;

		leap_skeleton_pose(&pose, &s);
		for (int freedom = 0; freedom < LEAP_FREEDOMS; freedom++) {
			struct leap_pose next = nudged(&pose, freedom, step);
			struct leap_skeleton moved;

			leap_skeleton_pose(&next, &moved);
			/* rods of bones: their far ends are joints or lie on them */
			for (int rod = 0; rod < 19; rod++) {
				struct vec3 motion[LEAP_FREEDOMS], measured;
				uint32_t mask;

				/* The end of a tip's rod depends on its thickness. */
				if (freedom >= LEAP_FREE_SIZE && rod % 3 == 2)
					continue;
				mask = leap_skeleton_motion(&s, rod, s.rod[rod].end[1],
							    motion);
				measured = vec3_scale(vec3_sub(moved.rod[rod].end[1],
							       s.rod[rod].end[1]),
						      1 / step);
				assert_true(vec3_distance(measured, motion[freedom]) <
					    0.05);
				if (vec3_length(motion[freedom]) > 0)
					assert_true(mask >> freedom & 1);
			}
		}
	}
}

static void the_arm_tells_only_its_own_bend(void **state)
{
	struct leap_pose pose = bent_pose(true);
	struct vec3 motion[LEAP_FREEDOMS];
	struct leap_skeleton s;
	uint32_t mask;

	(void)state;
	leap_skeleton_pose(&pose, &s);
	mask = leap_skeleton_motion(&s, LEAP_ROD_ARM, s.elbow, motion);
	assert_int_equal(mask, 1U << (LEAP_FREE_ANGLE + LEAP_ANGLE_ARM) |
				       1U << (LEAP_FREE_ANGLE + LEAP_ANGLE_ARM_LIFT));
}

static void axes_are_made_of_anything(void **state)
{
	static const struct vec3 odd[] = { { 0, 0, 0 },	 { 0, 1, 0 }, { 0, -1, 0 },
					   { 1, 0, 0 },	 { 0, 0, 1 }, { 1e-300, 0, 0 },
					   { 1e9, 2, 3 } };

	(void)state;
	for (unsigned int i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		for (unsigned int j = 0; j < sizeof(odd) / sizeof(odd[0]); j++) {
			struct mat3 axes = leap_skeleton_axes(odd[i], odd[j]);

			assert_near(mat3_determinant(&axes), 1, 1e-9);
			assert_near(vec3_dot(axes.row[0], axes.row[1]), 0, 1e-9);
			assert_near(vec3_dot(axes.row[1], axes.row[2]), 0, 1e-9);
		}
	}
}

static void relaxed_angles_are_within_their_limits(void **state)
{
	double angle[LEAP_ANGLES];

	(void)state;
	leap_skeleton_relaxed(angle);
	for (int i = 0; i < LEAP_ANGLES; i++) {
		double least, most;

		leap_skeleton_limits(i, &least, &most);
		assert_true(least < most);
		assert_true(angle[i] >= least && angle[i] <= most);
	}
}

static void smoothing_quiets_noise_and_follows_motion(void **state)
{
	const struct leap_smoothing how = { 2.5, 0.03 };
	struct leap_smooth still = { 0 }, moving = { 0 };
	double quiet = 0, late = 0;

	(void)state;
	for (int i = 0; i < 400; i++) {
		double noise = (i * 7919 % 101 - 50) / 50.0;

		quiet = leap_smooth_next(&still, &how, 100 + noise, 0.0087);
		late = 1000 * 0.0087 * i -
		       leap_smooth_next(&moving, &how, 1000 * 0.0087 * i, 0.0087);
		if (i > 100)
			assert_near(quiet, 100, 0.4);
	}
	/* at 1 m/s less than 10 ms behind */
	assert_true(late < 10);
}

static void noise_that_counts_as_rest_does_not_open_the_filter(void **state)
{
	const struct leap_smoothing open = { 2.5, 0.2, 0 }, calm = { 2.5, 0.2, 30 };
	struct leap_smooth a = { 0 }, b = { 0 };
	double opened = 0, calmed = 0;

	(void)state;
	for (int i = 0; i < 400; i++) {
		double noise = (i * 7919 % 101 - 50) / 50.0;

		opened += pow(leap_smooth_next(&a, &open, noise, 0.0087), 2);
		calmed += pow(leap_smooth_next(&b, &calm, noise, 0.0087), 2);
	}
	assert_true(calmed < 0.7 * opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_palm_lies_where_the_service_puts_it),
		cmocka_unit_test(a_left_thumb_points_to_the_users_right),
		cmocka_unit_test(a_right_hand_mirrors_a_left_one),
		cmocka_unit_test(bones_keep_their_lengths_when_they_bend),
		cmocka_unit_test(the_thumb_has_no_metacarpal),
		cmocka_unit_test(a_bent_finger_comes_out_of_the_palm),
		cmocka_unit_test(derivatives_agree_with_small_steps),
		cmocka_unit_test(the_arm_tells_only_its_own_bend),
		cmocka_unit_test(axes_are_made_of_anything),
		cmocka_unit_test(relaxed_angles_are_within_their_limits),
		cmocka_unit_test(smoothing_quiets_noise_and_follows_motion),
		cmocka_unit_test(noise_that_counts_as_rest_does_not_open_the_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
