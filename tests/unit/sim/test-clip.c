// SPDX-License-Identifier: MIT
/*
 * Films for scoring: they can be repeated, move smoothly, show what their kind says, and
 * a tracker that reports the truth scores without a fault. One thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "tests/bench/track_record.h"

static uint8_t pixels[LEAP_SIM_FRAME_SIZE];

static struct leap_sim_clip *open_clip(enum leap_sim_clip_kind kind, uint64_t seed)
{
	struct leap_sim_clip *clip;

	assert_int_equal(leap_sim_clip_new(kind, seed, &clip), 0);
	return clip;
}

static void a_frame_is_the_same_in_any_order(void **state)
{
	static uint8_t again[LEAP_SIM_FRAME_SIZE];
	struct leap_sim_clip *a = open_clip(LEAP_SIM_CLIP_RANGE, 3);
	struct leap_sim_clip *b = open_clip(LEAP_SIM_CLIP_RANGE, 3);
	struct leap_sim_sample p, q;

	(void)state;
	leap_sim_clip_frame(a, 40, pixels, &p);
	leap_sim_clip_frame(b, 300, again, &q);
	assert_memory_not_equal(pixels, again, sizeof(again));
	leap_sim_clip_frame(b, 40, again, &q);
	assert_memory_equal(pixels, again, sizeof(again));
	assert_true(vec3_distance(p.hand[0].hand.palm, q.hand[0].hand.palm) == 0);
	leap_sim_clip_free(a);
	leap_sim_clip_free(b);
}

static void hands_move_without_a_step(void **state)
{
	static const enum leap_sim_clip_kind kinds[] = {
		LEAP_SIM_CLIP_HAND,
		LEAP_SIM_CLIP_ARRIVAL,
		LEAP_SIM_CLIP_TOUCHING,
	};

	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		struct leap_sim_clip *clip = open_clip(kinds[k], 2);
		struct leap_sim_sample now, before;

		leap_sim_clip_frame(clip, 0, pixels, &before);
		for (unsigned int i = 1; i < 60; i++) {
			leap_sim_clip_frame(clip, i, pixels, &now);
			for (int f = 0; f < LEAP_FINGERS; f++)
				assert_true(
					vec3_distance(
						now.hand[0].hand.joint[f][LEAP_BTIP],
						before.hand[0]
							.hand.joint[f][LEAP_BTIP]) <
					60);
			before = now;
		}
		leap_sim_clip_free(clip);
	}
}

static double apart(struct leap_sim_clip *clip, unsigned int frame)
{
	struct leap_sim_sample s;

	leap_sim_clip_frame(clip, frame, pixels, &s);
	assert_int_equal(s.hands, 2);
	assert_true(s.hand[0].hand.left != s.hand[1].hand.left);
	return vec3_distance(s.hand[0].hand.palm, s.hand[1].hand.palm);
}

static void touching_hands_meet_and_part(void **state)
{
	struct leap_sim_clip *clip = open_clip(LEAP_SIM_CLIP_TOUCHING, 1);
	unsigned int before, after;

	(void)state;
	assert_true(leap_sim_clip_apart(clip, &before, &after));
	assert_true(after + TRACK_SETTLED < leap_sim_clip_frames(clip));
	assert_true(apart(clip, before) > 180);
	assert_true(apart(clip, (before + after) / 2) < 120);
	assert_true(apart(clip, after) > 180);
	leap_sim_clip_free(clip);
	clip = open_clip(LEAP_SIM_CLIP_PAIR, 1);
	assert_false(leap_sim_clip_apart(clip, &before, &after));
	leap_sim_clip_free(clip);
}

static void a_range_goes_from_near_to_far(void **state)
{
	struct leap_sim_clip *clip = open_clip(LEAP_SIM_CLIP_RANGE, 1);
	struct leap_sim_sample s;

	(void)state;
	leap_sim_clip_frame(clip, 0, pixels, &s);
	assert_true(s.hand[0].hand.palm.y < 85);
	leap_sim_clip_frame(clip, leap_sim_clip_frames(clip) - 1, pixels, &s);
	assert_true(s.hand[0].hand.palm.y > 590);
	leap_sim_clip_free(clip);
}

static void some_films_have_no_hands(void **state)
{
	(void)state;
	for (int kind = LEAP_SIM_CLIP_EMPTY; kind < LEAP_SIM_CLIP_KINDS; kind++) {
		struct leap_sim_clip *clip = open_clip(kind, 1);
		struct leap_sim_sample s;

		leap_sim_clip_frame(clip, 10, pixels, &s);
		assert_int_equal(s.hands, 0);
		leap_sim_clip_free(clip);
	}
}

static void a_tool_sticks_out_of_its_hand(void **state)
{
	struct leap_sim_clip *clip = open_clip(LEAP_SIM_CLIP_TOOL, 1);
	const struct leap_tracked_hand *hand;
	struct leap_sim_sample s;

	(void)state;
	leap_sim_clip_frame(clip, 50, pixels, &s);
	assert_int_equal(s.hands, 1);
	assert_int_equal(s.tools, 1);
	hand = &s.hand[0].hand;
	assert_true(s.tool[0].held && s.tool[0].hand == hand->track);
	assert_true(s.tool[0].length > 40);
	assert_true(vec3_distance(s.tool[0].tip, hand->joint[LEAP_INDEX][LEAP_BTIP]) >
		    s.tool[0].length - 15);
	leap_sim_clip_free(clip);
}

static void what_is_no_kind_is_refused(void **state)
{
	struct leap_sim_clip *clip;

	(void)state;
	assert_int_equal(leap_sim_clip_new(LEAP_SIM_CLIP_KINDS, 1, &clip), -EINVAL);
}

/* What a tracker without error, but for @shift, would report. */
static struct leap_hands report(const struct leap_sim_sample *truth, double shift)
{
	struct leap_hands seen = { .count = truth->hands };

	for (unsigned int i = 0; i < truth->hands; i++) {
		/* In the other order than the truth. */
		struct leap_tracked_hand *h = &seen.hand[truth->hands - 1 - i];

		*h = truth->hand[i].hand;
		h->palm.x += shift;
		for (int k = 0; k < LEAP_FINGERS; k++)
			for (int j = 0; j < LEAP_JOINTS; j++)
				h->joint[k][j].x += shift;
	}
	return seen;
}

static void errors_are_measured_as_they_are(void **state)
{
	struct leap_sim_clip *clip = open_clip(LEAP_SIM_CLIP_PAIR, 2);
	static struct leap_sim_sample s;
	struct track_log log = { 0 };
	struct leap_hands seen;

	(void)state;
	leap_sim_clip_frame(clip, 0, pixels, &s);
	seen = report(&s, 5);
	track_log_frame(&log, LEAP_SIM_CLIP_PAIR, 0, 0, &seen, &s, pixels);
	assert_int_equal(log.count, 2);
	for (size_t i = 0; i < log.count; i++) {
		assert_true(log.record[i].found && log.record[i].right_side);
		assert_true(fabs(log.record[i].palm - 5) < 1e-3);
		assert_true(fabs(log.record[i].joint[2][3] - 5) < 1e-3);
		assert_int_equal(log.record[i].track, i + 1);
		assert_false(log.record[i].settled);
	}
	assert_int_equal(log.extra[LEAP_SIM_CLIP_PAIR], 0);
	track_log_free(&log);
	leap_sim_clip_free(clip);
}

static void hands_in_the_wrong_place_are_false_ones(void **state)
{
	struct leap_sim_clip *clip = open_clip(LEAP_SIM_CLIP_HAND, 2);
	static struct leap_sim_sample s;
	struct track_log log = { 0 };
	struct leap_hands seen;

	(void)state;
	for (unsigned int i = 0; i <= TRACK_SETTLED; i++) {
		leap_sim_clip_frame(clip, i, pixels, &s);
		seen = report(&s, 2 * TRACK_NEAR);
		track_log_frame(&log, LEAP_SIM_CLIP_HAND, 0, i, &seen, &s, pixels);
	}
	assert_int_equal(log.extra[LEAP_SIM_CLIP_HAND], TRACK_SETTLED + 1);
	assert_false(log.record[0].found);
	assert_true(log.record[TRACK_SETTLED].settled);
	track_log_free(&log);
	leap_sim_clip_free(clip);
}

static void shares_of_values_are_in_order(void **state)
{
	struct track_values v = { 0 };

	(void)state;
	assert_true(isnan(track_values_share(&v, 0.5)));
	for (int i = 100; i >= 0; i--)
		track_values_add(&v, i);
	assert_true(track_values_share(&v, 0.5) == 50);
	assert_true(track_values_share(&v, 0.95) == 95);
	assert_true(track_values_share(&v, 1) == 100);
	track_values_free(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_is_the_same_in_any_order),
		cmocka_unit_test(hands_move_without_a_step),
		cmocka_unit_test(touching_hands_meet_and_part),
		cmocka_unit_test(a_range_goes_from_near_to_far),
		cmocka_unit_test(some_films_have_no_hands),
		cmocka_unit_test(a_tool_sticks_out_of_its_hand),
		cmocka_unit_test(what_is_no_kind_is_refused),
		cmocka_unit_test(errors_are_measured_as_they_are),
		cmocka_unit_test(hands_in_the_wrong_place_are_false_ones),
		cmocka_unit_test(shares_of_values_are_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
