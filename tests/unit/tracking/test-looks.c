// SPDX-License-Identifier: MIT
/*
 * Where the tracker looks at a hand that it follows, and what it makes of what is seen
 * there. Every look passes through here. Single-threaded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/tracking/sight.h"
#include "daemon/tracking/tracker.h"
#include "sim/sim.h"

#define SETTLED 48 /* frames */
#define LOOKS 16
#define ROUND 4 /* looks */

/* The linker puts __wrap_leap_sight_take() between the tracker and its eyes. */
static struct {
	struct leap_crop_place at[LOOKS];
	unsigned int count;
	struct vec3 palm_off;
	double doubt;
} looks;

void __real_leap_sight_take(struct leap_gaze *gaze,
			    const struct leap_stereo_frame *frame,
			    const struct leap_crop_place *at,
			    struct leap_sight *ret_sight);
void __wrap_leap_sight_take(struct leap_gaze *gaze,
			    const struct leap_stereo_frame *frame,
			    const struct leap_crop_place *at,
			    struct leap_sight *ret_sight);

void __wrap_leap_sight_take(struct leap_gaze *gaze,
			    const struct leap_stereo_frame *frame,
			    const struct leap_crop_place *at,
			    struct leap_sight *ret_sight)
{
	__real_leap_sight_take(gaze, frame, at, ret_sight);
	ret_sight->palm = vec3_add(ret_sight->palm, looks.palm_off);
	ret_sight->doubt += looks.doubt;
	looks.at[looks.count++ % LOOKS] = *at;
}

/* Stares at the first picture of a hand; returns the hand, the newest looks in order. */
static struct leap_tracked_hand stare(unsigned int frames)
{
	const struct leap_sim_options options = { .seed = 1, .hands = 1 };
	static uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	struct leap_stereo_frame frame = {
		.pixels = pixels,
		.width = LEAP_SIM_WIDTH,
		.height = LEAP_SIM_HEIGHT,
	};
	struct leap_tracker *tracker;
	struct leap_camera camera;
	struct leap_hands hands;
	struct leap_sim *sim;

	assert_int_equal(leap_camera_parse(leap_sim_calibration(),
					   LEAP_SIM_CALIBRATION_SIZE, &camera),
			 0);
	assert_int_equal(leap_sim_new(&options, &sim), 0);
	leap_sim_render(sim, 0, pixels);
	assert_int_equal(leap_tracker_new(&camera, &tracker), 0);
	for (unsigned int i = 0; i < frames; i++) {
		if (i == frames - LOOKS)
			looks.count = 0;
		assert_int_equal(leap_tracker_update(tracker, &frame, &hands), 0);
		frame.time_ns += LEAP_SIM_INTERVAL_NS;
	}
	assert_int_equal(looks.count, LOOKS);
	assert_int_equal(hands.count, 1);
	leap_tracker_free(tracker);
	leap_sim_free(sim);
	return hands.hand[0];
}

static int set_up(void **state)
{
	(void)state;
	looks.palm_off = vec3(0, 0, 0);
	looks.doubt = 0;
	return 0;
}

static void a_hand_in_plain_sight_is_looked_at_from_four_places_around_it(void **state)
{
	struct leap_tracked_hand hand = stare(SETTLED + LOOKS);
	struct vec3 mean = vec3(0, 0, 0), middle;

	(void)state;
	assert_true(hand.confidence > 0.6 && hand.palm.y < 380);
	for (int i = 0; i < LOOKS; i++) {
		struct vec3 at = looks.at[i].anchor;

		mean = vec3_madd(mean, 1.0 / LOOKS, at);
		for (int k = 1; k <= ROUND && i + k < LOOKS; k++) {
			double apart = vec3_distance(at, looks.at[i + k].anchor);

			assert_true(k == ROUND ? apart < 2 : apart > 4);
		}
	}
	middle = leap_crop_middle(&hand.joint[0][0], LEAP_FINGERS * LEAP_JOINTS);
	assert_true(vec3_distance(mean, middle) < 5);
}

static void a_hand_in_doubt_is_looked_at_from_where_it_is(void **state)
{
	struct leap_tracked_hand hand;

	(void)state;
	looks.doubt = 20;
	hand = stare(SETTLED + LOOKS);
	assert_true(hand.confidence < 0.4);
	for (int i = 0; i + 1 < LOOKS; i++)
		assert_true(vec3_distance(looks.at[i].anchor, looks.at[i + 1].anchor) <
			    1);
}

static void half_of_what_is_seen_of_a_palm_is_believed(void **state)
{
	struct leap_tracked_hand plain = stare(SETTLED + LOOKS), hand;
	struct vec3 off = vec3(0, 8, 0);

	(void)state;
	looks.palm_off = off;
	hand = stare(SETTLED + LOOKS);
	assert_true(vec3_distance(hand.wrist, plain.wrist) < 1e-6);
	assert_true(vec3_distance(vec3_sub(hand.palm, plain.palm),
				  vec3_scale(off, 0.5)) < 0.3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			a_hand_in_plain_sight_is_looked_at_from_four_places_around_it,
			set_up),
		cmocka_unit_test_setup(a_hand_in_doubt_is_looked_at_from_where_it_is,
				       set_up),
		cmocka_unit_test_setup(half_of_what_is_seen_of_a_palm_is_believed,
				       set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
