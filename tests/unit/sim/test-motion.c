// SPDX-License-Identifier: MIT
/*
 * The simulated hand's anatomy and habits: joints keep their limits, bones their
 * lengths, and what is called a pinch or a fist is one. One thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/motion.h"

#define DEGREES (M_PI / 180.0)
#define FRAME 8.6956e-3

static void make(struct leap_sim_motion *m, uint64_t seed)
{
	leap_sim_motion_init(seed, seed % 2, 10, m);
}

static double bend(const struct vec3 joint[LEAP_JOINTS], int at)
{
	struct vec3 in = vec3_sub(joint[at], joint[at - 1]);
	struct vec3 out = vec3_sub(joint[at + 1], joint[at]);
	double cosine = vec3_dot(in, out) / (vec3_length(in) * vec3_length(out));

	return acos(fmax(-1, fmin(1, cosine)));
}

static void bones_keep_their_lengths(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 10; seed++) {
		struct leap_sim_motion m;

		make(&m, seed);
		for (double t = 0; t < 40; t += 0.37) {
			struct leap_sim_posture posture;
			struct leap_sim_skeleton s;

			leap_sim_motion_at(&m, t, &posture);
			leap_sim_skeleton_pose(&m.shape, &posture, &s);
			for (int k = 0; k < LEAP_FINGERS; k++)
				for (int b = 0; b < 4; b++)
					assert_true(
						fabs(vec3_distance(
							     s.hand.joint[k][b],
							     s.hand.joint[k][b + 1]) -
						     m.shape.bone[k][b]) < 1e-6);
			assert_true(fabs(vec3_distance(s.hand.wrist, s.hand.elbow) -
					 m.shape.forearm) < 1e-6);
		}
	}
}

static void joints_keep_their_limits(void **state)
{
	struct leap_sim_grip grip = { 0 };
	struct vec3 joint[LEAP_FINGERS][LEAP_JOINTS];
	struct leap_sim_motion m;

	(void)state;
	make(&m, 1);
	for (int sign = -1; sign <= 1; sign += 2) {
		for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++)
			grip.finger[k] = (struct leap_sim_finger){ 9 * sign, 9 * sign,
								   9 * sign };
		grip.thumb = (struct leap_sim_thumb){ 9 * sign, 9 * sign, 9 * sign,
						      9 * sign };
		leap_sim_grip_limit(&grip);
		leap_sim_fingers(&m.shape, &grip, joint);
		for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
			assert_true(fabs(grip.finger[k].spread) <= 26 * DEGREES);
			assert_true(bend(joint[k], LEAP_PIP) <= 113 * DEGREES);
			assert_true(bend(joint[k], LEAP_DIP) <= 75 * DEGREES);
		}
		assert_true(bend(joint[LEAP_THUMB], LEAP_DIP) <= 83 * DEGREES);
	}
}

static void a_pinch_joins_thumb_and_index(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct vec3 joint[LEAP_FINGERS][LEAP_JOINTS];
		struct leap_sim_motion m;
		double gap;

		make(&m, seed);
		leap_sim_fingers(&m.shape, &m.pinch, joint);
		gap = vec3_distance(joint[LEAP_THUMB][LEAP_BTIP],
				    joint[LEAP_INDEX][LEAP_BTIP]);
		assert_true(gap > 9 * m.shape.scale && gap < 15 * m.shape.scale);
		leap_sim_fingers(&m.shape, &m.open, joint);
		gap = vec3_distance(joint[LEAP_THUMB][LEAP_BTIP],
				    joint[LEAP_INDEX][LEAP_BTIP]);
		assert_true(gap > 45 * m.shape.scale);
	}
}

static void a_fist_brings_all_tips_to_the_palm(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct vec3 joint[LEAP_FINGERS][LEAP_JOINTS];
		struct leap_sim_motion m;

		make(&m, seed);
		leap_sim_fingers(&m.shape, &m.fist, joint);
		for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
			assert_true(joint[k][LEAP_BTIP].z < joint[k][LEAP_MCP].z);
			assert_true(joint[k][LEAP_BTIP].y > 10 * m.shape.scale);
		}
		/* The thumb in front of the fingers, not through them. */
		for (int k = LEAP_INDEX; k <= LEAP_MIDDLE; k++)
			assert_true(vec3_distance(joint[LEAP_THUMB][LEAP_BTIP],
						  joint[k][LEAP_DIP]) >
				    12 * m.shape.scale);
		assert_true(joint[LEAP_THUMB][LEAP_BTIP].y >
			    joint[LEAP_MIDDLE][LEAP_DIP].y);
	}
}

static void everything_is_done_and_much_of_it_with_an_open_hand(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		unsigned int done[LEAP_SIM_ACTIONS] = { 0 }, all = 0;
		struct leap_sim_motion m;

		make(&m, seed);
		assert_int_equal(leap_sim_motion_action(&m, 0), LEAP_SIM_HOVER);
		for (double t = 1; t < 24 * LEAP_SIM_STRETCH; t += 0.2, all++)
			done[leap_sim_motion_action(&m, t)]++;
		for (int a = LEAP_SIM_TURN; a < LEAP_SIM_ACTIONS; a++)
			assert_true(done[a] > 0);
		assert_true(done[LEAP_SIM_HOVER] + done[LEAP_SIM_SWAY] > all * 4 / 10);
	}
}

static void no_step_between_frames(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 6; seed++) {
		struct leap_sim_posture a, b, c;
		struct leap_sim_motion m;

		make(&m, seed);
		leap_sim_motion_at(&m, 0, &a);
		leap_sim_motion_at(&m, FRAME, &b);
		for (int i = 2; i < 5000; i++) {
			struct vec3 bent;

			leap_sim_motion_at(&m, i * FRAME, &c);
			bent = vec3_add(vec3_sub(c.palm, b.palm),
					vec3_sub(a.palm, b.palm));
			/* 10 m/s^2 is more than any of the actions needs. */
			assert_true(vec3_length(bent) < 10e3 * FRAME * FRAME);
			assert_true(fabs(c.grip.finger[LEAP_INDEX].curl -
					 2 * b.grip.finger[LEAP_INDEX].curl +
					 a.grip.finger[LEAP_INDEX].curl) < 3 * DEGREES);
			a = b;
			b = c;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bones_keep_their_lengths),
		cmocka_unit_test(joints_keep_their_limits),
		cmocka_unit_test(a_pinch_joins_thumb_and_index),
		cmocka_unit_test(a_fist_brings_all_tips_to_the_palm),
		cmocka_unit_test(everything_is_done_and_much_of_it_with_an_open_hand),
		cmocka_unit_test(no_step_between_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
