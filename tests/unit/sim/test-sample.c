// SPDX-License-Identifier: MIT
/*
 * Random scenes by seed: they can be repeated, their truth fits their pictures, and all
 * kinds of hands occur. One thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "sim/sample.h"

static struct leap_sim_sampler *sampler_of(enum leap_sim_split split)
{
	struct leap_sim_sampler *sampler;

	assert_int_equal(leap_sim_sampler_new(split, &sampler), 0);
	return sampler;
}

static void a_seed_is_a_scene_whatever_was_drawn_before(void **state)
{
	static uint8_t once[LEAP_SIM_FRAME_SIZE], again[LEAP_SIM_FRAME_SIZE];
	struct leap_sim_sampler *a = sampler_of(LEAP_SIM_TRAINING);
	struct leap_sim_sampler *b = sampler_of(LEAP_SIM_TRAINING);
	struct leap_sim_sample p, q;

	(void)state;
	for (uint64_t seed = 0; seed < 5; seed++) {
		assert_int_equal(
			leap_sim_sample_draw(a, seed, LEAP_SIM_ANYTHING, once, &p), 0);
		assert_int_equal(leap_sim_sample_draw(b, 99 - seed, LEAP_SIM_TWO_HANDS,
						      again, &q),
				 0);
		assert_memory_not_equal(once, again, sizeof(once));
		assert_int_equal(
			leap_sim_sample_draw(b, seed, LEAP_SIM_ANYTHING, again, &q), 0);
		assert_memory_equal(once, again, sizeof(once));
		assert_int_equal(p.hands, q.hands);
		assert_memory_equal(p.block, q.block, sizeof(p.block));
	}
	leap_sim_sampler_free(a);
	leap_sim_sampler_free(b);
}

static void evaluation_shares_no_scene_with_training(void **state)
{
	static uint8_t once[LEAP_SIM_FRAME_SIZE], again[LEAP_SIM_FRAME_SIZE];
	struct leap_sim_sampler *a = sampler_of(LEAP_SIM_TRAINING);
	struct leap_sim_sampler *b = sampler_of(LEAP_SIM_EVALUATION);
	struct leap_sim_sample p, q;

	(void)state;
	for (uint64_t seed = 0; seed < 5; seed++) {
		leap_sim_sample_draw(a, seed, LEAP_SIM_ONE_HAND, once, &p);
		leap_sim_sample_draw(b, seed, LEAP_SIM_ONE_HAND, again, &q);
		assert_memory_not_equal(once, again, sizeof(once));
		assert_memory_not_equal(p.block, q.block, sizeof(p.block));
	}
	leap_sim_sampler_free(a);
	leap_sim_sampler_free(b);
}

static double off(const float pixel[2], const double expected[2])
{
	return hypot(pixel[0] - expected[0], 2 * (pixel[1] - expected[1]));
}

/* What the lens really shows is a little off what its calibration says, not more. */
static void the_truth_lies_where_the_calibration_says_almost(void **state)
{
	const struct leap_sensor_mode mode = { LEAP_SIM_WIDTH, LEAP_SIM_HEIGHT };
	struct leap_sim_sampler *sampler = sampler_of(LEAP_SIM_EVALUATION);
	static uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	double most = 0, sum = 0;
	struct leap_sim_sample s;
	int count = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		leap_sim_sample_draw(sampler, seed, LEAP_SIM_ONE_HAND, pixels, &s);
		for (int e = 0; e < LEAP_EYES; e++) {
			double p[2], d;

			assert_true(leap_camera_project(
				&s.camera, e, mode,
				s.hand[0].hand.joint[LEAP_MIDDLE][LEAP_MCP], p));
			d = off(s.hand[0].pixel[e][LEAP_MIDDLE][LEAP_MCP], p);
			most = fmax(most, d);
			sum += d;
			count++;
		}
	}
	assert_true(sum / count > 0.02);
	assert_true(sum / count < 1);
	assert_true(most < 6);
	leap_sim_sampler_free(sampler);
}

/* Brighter than the corners of the picture, or darker where there is a window. */
static void visible_tips_stand_out(void **state)
{
	struct leap_sim_sampler *sampler = sampler_of(LEAP_SIM_TRAINING);
	static uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	unsigned int tips = 0, lit = 0;
	struct leap_sim_sample s;

	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		leap_sim_sample_draw(sampler, seed, LEAP_SIM_ONE_HAND, pixels, &s);
		for (int k = 0; k < LEAP_FINGERS; k++) {
			const float *p = s.hand[0].pixel[LEAP_EYE_LEFT][k][LEAP_BTIP];
			size_t row, column;

			if (!s.hand[0].visible[LEAP_EYE_LEFT][k][LEAP_BTIP])
				continue;
			column = (size_t)(p[0] + 0.5f);
			row = (size_t)(p[1] + 0.5f);
			lit += pixels[2 * (row * LEAP_SIM_WIDTH + column)] > 12;
			tips++;
		}
	}
	assert_true(tips > 100);
	assert_true(lit > tips * 85 / 100);
	leap_sim_sampler_free(sampler);
}

static void all_kinds_of_hands_occur(void **state)
{
	struct leap_sim_sampler *sampler = sampler_of(LEAP_SIM_TRAINING);
	static uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	unsigned int left = 0, pose[LEAP_SIM_POSES] = { 0 }, near = 0, far = 0;
	unsigned int up = 0, edge_on = 0;
	double narrow = 1e6, wide = 0;
	struct leap_sim_sample s;

	(void)state;
	for (uint64_t seed = 0; seed < 160; seed++) {
		const struct leap_sim_sample_hand *h = &s.hand[0];

		leap_sim_sample_draw(sampler, seed, LEAP_SIM_ONE_HAND, pixels, &s);
		assert_int_equal(s.hands, 1);
		left += h->hand.left;
		pose[h->pose]++;
		near += h->hand.palm.y < 150;
		far += h->hand.palm.y > 400;
		up += h->tilt > 2.1;
		edge_on += h->tilt > 1.2 && h->tilt < 1.9;
		narrow = fmin(narrow, h->hand.palm_width);
		wide = fmax(wide, h->hand.palm_width);
	}
	assert_in_range(left, 56, 104);
	for (int i = 0; i < LEAP_SIM_POSES; i++)
		assert_true(pose[i] >= 4);
	assert_true(near > 16 && far > 16);
	assert_true(up > 10 && edge_on > 16);
	assert_true(narrow < 62 && wide > 98);
	leap_sim_sampler_free(sampler);
}

/* Those of struct leap_tracked_hand, for hands of all shapes and both sides. */
static void truth_keeps_the_definitions(void **state)
{
	struct leap_sim_sampler *sampler = sampler_of(LEAP_SIM_TRAINING);
	static uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	struct leap_sim_sample s;

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		const struct leap_tracked_hand *h = &s.hand[0].hand;
		struct vec3 mean = vec3(0, 0, 0), thumbwards, palm;
		double middle = 0;

		leap_sim_sample_draw(sampler, seed, LEAP_SIM_ONE_HAND, pixels, &s);
		for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++)
			mean = vec3_madd(mean, 0.25, h->joint[k][LEAP_MCP]);
		for (int j = LEAP_MCP; j < LEAP_BTIP; j++)
			middle += 0.7 * vec3_distance(h->joint[LEAP_MIDDLE][j],
						      h->joint[LEAP_MIDDLE][j + 1]);
		middle /= 69.3;
		thumbwards = vec3_scale(vec3_cross(h->direction, h->normal),
					h->left ? -1 : 1);
		palm = vec3_madd(mean, -15.6 * middle, h->direction);
		palm = vec3_madd(palm, 1.3 * middle, h->normal);
		palm = vec3_madd(palm, 7.9 * middle, thumbwards);
		assert_true(vec3_distance(palm, h->palm) < 0.01);
		assert_true(fabs(vec3_dot(h->direction, h->normal)) < 1e-9);
		assert_true(vec3_distance(h->joint[LEAP_THUMB][LEAP_CARP],
					  h->joint[LEAP_THUMB][LEAP_MCP]) == 0);
	}
	leap_sim_sampler_free(sampler);
}

static void contents_are_as_asked(void **state)
{
	struct leap_sim_sampler *sampler = sampler_of(LEAP_SIM_TRAINING);
	static uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	unsigned int of[LEAP_HANDS_MAX + 1] = { 0 };
	struct leap_sim_sample s;

	(void)state;
	for (uint64_t seed = 0; seed < 12; seed++) {
		leap_sim_sample_draw(sampler, seed, LEAP_SIM_NO_HAND, pixels, &s);
		assert_int_equal(s.hands, 0);
		leap_sim_sample_draw(sampler, seed, LEAP_SIM_TWO_HANDS, pixels, &s);
		assert_int_equal(s.hands, 2);
		assert_true(vec3_distance(s.hand[0].hand.palm, s.hand[1].hand.palm) >
			    20);
	}
	for (uint64_t seed = 0; seed < 60; seed++) {
		leap_sim_sample_draw(sampler, seed, LEAP_SIM_ANYTHING, pixels, &s);
		of[s.hands]++;
	}
	assert_true(of[0] > 1 && of[1] > 20 && of[2] > 5);
	assert_int_equal(
		leap_sim_sample_draw(sampler, 1, LEAP_SIM_CONTENTS, pixels, &s),
		-EINVAL);
	leap_sim_sampler_free(sampler);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seed_is_a_scene_whatever_was_drawn_before),
		cmocka_unit_test(evaluation_shares_no_scene_with_training),
		cmocka_unit_test(the_truth_lies_where_the_calibration_says_almost),
		cmocka_unit_test(visible_tips_stand_out),
		cmocka_unit_test(all_kinds_of_hands_occur),
		cmocka_unit_test(truth_keeps_the_definitions),
		cmocka_unit_test(contents_are_as_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
