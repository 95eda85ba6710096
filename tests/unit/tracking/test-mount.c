// SPDX-License-Identifier: MIT
/*
 * Hands seen from the palm and from the back, by controllers in different places.
 * The pictures are the simulator's; single-threaded, owns nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/tracking/network.h"
#include "daemon/tracking/sight.h"
#include "daemon/tracking/tracker.h"
#include "sim/grip.h"
#include "sim/stage.h"

#define PEOPLE 24
#define FRAMES 14

struct studio {
	struct leap_sim_unit unit;
	struct leap_sim_stage stage;
	struct leap_sim_sensor *sensor;
	struct leap_sim_surface surface;
	struct leap_sim_sample sample;
	uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	struct leap_stereo_frame frame;
};

static int set_up(void **state)
{
	struct studio *studio = calloc(1, sizeof(*studio));

	if (!studio)
		return -1;
	studio->frame.pixels = studio->pixels;
	studio->frame.width = LEAP_SIM_WIDTH;
	studio->frame.height = LEAP_SIM_HEIGHT;
	*state = studio;
	return leap_sim_sensor_new(1, &studio->sensor);
}

static int tear_down(void **state)
{
	struct studio *studio = *state;

	leap_sim_sensor_free(studio->sensor);
	free(studio);
	return 0;
}

/* An open hand of @person; @roll: 0 its palm, pi its back is turned to the device */
static const struct leap_tracked_hand *photograph(struct studio *studio,
						  uint64_t person, double roll)
{
	bool left = person & 1;
	struct leap_sim_act act = {
		.posture = { .palm = vec3(12, 210 + 3.0 * (double)(person % 7), -5),
			     .elbow = vec3(60, 190, 300) },
		.pose = LEAP_SIM_POSE_OPEN,
	};

	leap_sim_unit_init(person, &studio->unit);
	leap_sim_stage_init(person, LEAP_SIM_TRAINING, &studio->unit, &studio->stage);
	studio->stage.setting = (struct leap_sim_setting){
		.exposure_us = 511, .gain = 31, .leds = 7, .digital_gain = 4
	};
	leap_sim_stage_enter(person, left, &studio->stage);
	leap_sim_posture_orient(0.1, 0.15, roll, &act.posture);
	leap_sim_grip_open(person, &act.posture.grip);
	if (left)
		leap_sim_posture_mirror(&act.posture);
	leap_sim_stage_shoot(&studio->stage, studio->sensor, &studio->surface, &act,
			     person, studio->pixels, &studio->sample);
	return &studio->sample.hand[0].hand;
}

static double right_at(struct studio *studio, struct leap_gaze *gaze,
		       const struct leap_tracked_hand *hand, double backs)
{
	struct leap_crop_place at = { hand->palm, LEAP_SIGHT_WIDTH, hand->left, false };
	struct leap_sight sight;

	leap_crop_optics_init(
		&studio->sample.camera,
		(struct leap_sensor_mode){ LEAP_SIM_WIDTH, LEAP_SIM_HEIGHT },
		&gaze->optics);
	gaze->backs = backs;
	leap_sight_take(gaze, &studio->frame, &at, &sight);
	return sight.right;
}

static void expecting_backs_speaks_for_backs_and_against_palms(void **state)
{
	struct studio *studio = *state;
	struct leap_gaze *gaze = calloc(1, sizeof(*gaze));
	const void *weights;
	size_t size;

	weights = leap_network_weights(&size);
	assert_int_equal(leap_network_new(weights, size, NULL, &gaze->network), 0);
	for (uint64_t person = 0; person < 6; person++) {
		const struct leap_tracked_hand *hand = photograph(studio, person, M_PI);

		assert_true(right_at(studio, gaze, hand, 2) >
			    right_at(studio, gaze, hand, 0) + 1);
		hand = photograph(studio, person, 0);
		assert_true(right_at(studio, gaze, hand, 2) <
			    right_at(studio, gaze, hand, 0) - 1);
	}
	leap_network_free(gaze->network);
	free(gaze);
}

/* Return: people whose hand is seen, and as the one it is. */
static int rightly_seen(struct studio *studio, enum leap_mount mount, double roll)
{
	int count = 0;

	for (uint64_t person = 0; person < PEOPLE; person++) {
		const struct leap_tracked_hand *hand = photograph(studio, person, roll);
		struct leap_tracker *tracker;
		struct leap_hands hands;

		assert_int_equal(leap_tracker_new(&studio->sample.camera, &tracker), 0);
		leap_tracker_orient(tracker, mount, false);
		for (int i = 0; i < FRAMES; i++) {
			studio->frame.time_ns = i * (int64_t)LEAP_SIM_INTERVAL_NS;
			assert_int_equal(
				leap_tracker_update(tracker, &studio->frame, &hands),
				0);
		}
		count += hands.count == 1 && hands.hand[0].left == hand->left &&
			 vec3_distance(hands.hand[0].palm, hand->palm) < 50;
		leap_tracker_free(tracker);
	}
	return count;
}

static void most_hands_are_the_right_ones_from_below_and_from_above(void **state)
{
	struct studio *studio = *state;
	int palms = rightly_seen(studio, LEAP_MOUNT_DESKTOP, 0);
	int backs = rightly_seen(studio, LEAP_MOUNT_HMD, M_PI);

	print_message("of %d: %d palms, %d backs\n", PEOPLE, palms, backs);
	assert_true(palms * 4 >= PEOPLE * 3);
	assert_true(backs * 4 >= PEOPLE * 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expecting_backs_speaks_for_backs_and_against_palms),
		cmocka_unit_test(
			most_hands_are_the_right_ones_from_below_and_from_above),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
