// SPDX-License-Identifier: MIT
/*
 * How wide is looked, that looks lead to hands, and that places without one are given up.
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
#include "sim/sample.h"

#define SCENES 60

struct studio {
	struct leap_sim_sampler *sampler;
	struct leap_sim_sample sample;
	struct leap_gaze gaze;
	uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	struct leap_stereo_frame frame;
};

static int set_up(void **state)
{
	struct studio *studio = calloc(1, sizeof(*studio));
	const void *weights;
	size_t size;

	if (!studio)
		return -1;
	weights = leap_network_weights(&size);
	studio->frame.pixels = studio->pixels;
	studio->frame.width = LEAP_SIM_WIDTH;
	studio->frame.height = LEAP_SIM_HEIGHT;
	*state = studio;
	if (leap_network_new(weights, size, NULL, &studio->gaze.network) < 0)
		return -1;
	return leap_sim_sampler_new(LEAP_SIM_TRAINING, &studio->sampler);
}

static int tear_down(void **state)
{
	struct studio *studio = *state;

	leap_sim_sampler_free(studio->sampler);
	leap_network_free(studio->gaze.network);
	free(studio);
	return 0;
}

static void draw(struct studio *studio, uint64_t seed, enum leap_sim_content content)
{
	const struct leap_sensor_mode mode = { LEAP_SIM_WIDTH, LEAP_SIM_HEIGHT };

	assert_int_equal(leap_sim_sample_draw(studio->sampler, seed, content,
					      studio->pixels, &studio->sample),
			 0);
	leap_crop_optics_init(&studio->sample.camera, mode, &studio->gaze.optics);
}

/* Return: looks it took. */
static unsigned long home(struct studio *studio, struct vec3 place, bool *ret_found)
{
	const struct leap_sight_known nobody = { 0 };
	unsigned long before = studio->gaze.looks;
	struct leap_sight sight;

	*ret_found = leap_sight_home(&studio->gaze, &studio->frame, place, false,
				     &nobody, &sight);
	return studio->gaze.looks - before;
}

static void a_crop_is_as_wide_as_the_hand_is_large(void **state)
{
	struct leap_build build = { 0 };

	(void)state;
	assert_float_equal(leap_sight_width(&build), LEAP_SIGHT_WIDTH, 1e-9);
	build.mean[0] = log(1.25);
	assert_float_equal(leap_sight_width(&build), 1.25 * LEAP_SIGHT_WIDTH, 1e-9);
	build.mean[0] = log(0.8);
	assert_float_equal(leap_sight_width(&build), 0.8 * LEAP_SIGHT_WIDTH, 1e-9);
}

static void no_crop_is_wider_or_narrower_than_the_network_knows(void **state)
{
	struct leap_build build = { .mean = { log(4) } };

	(void)state;
	assert_float_equal(leap_sight_width(&build), 1.5 * LEAP_SIGHT_WIDTH, 1e-9);
	build.mean[0] = log(0.1);
	assert_float_equal(leap_sight_width(&build), 0.6 * LEAP_SIGHT_WIDTH, 1e-9);
}

static void looks_from_a_hand_aside_lead_to_it(void **state)
{
	struct studio *studio = *state;
	unsigned int hands = 0, found = 0;

	for (uint64_t seed = 0; seed < SCENES; seed++) {
		const struct leap_sim_sample_hand *hand = &studio->sample.hand[0];
		bool is_found;

		draw(studio, seed, LEAP_SIM_ONE_HAND);
		if (hand->inside < 0.95 || hand->hand.palm.y > 350)
			continue;
		home(studio, vec3_add(hand->hand.palm, vec3(50, 20, 40)), &is_found);
		hands++;
		found += is_found;
	}
	assert_in_range(hands, SCENES / 4, SCENES);
	assert_in_range(found, (hands * 3 + 3) / 4, hands);
}

static void where_no_hand_is_few_places_get_a_third_look(void **state)
{
	struct studio *studio = *state;
	unsigned int places = 0, second = 0, third = 0;

	for (uint64_t seed = 0; seed < SCENES; seed++) {
		draw(studio, seed, LEAP_SIM_NO_HAND);
		for (unsigned int i = 0; i < studio->sample.decoys; i++) {
			unsigned long looks;
			bool found;

			looks = home(studio, studio->sample.decoy[i], &found);
			assert_false(found);
			places++;
			second += looks > 1;
			third += looks > 2;
		}
	}
	assert_in_range(second, places / 10, places);
	assert_in_range(third, 0, second / 5);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crop_is_as_wide_as_the_hand_is_large),
		cmocka_unit_test(no_crop_is_wider_or_narrower_than_the_network_knows),
		cmocka_unit_test(looks_from_a_hand_aside_lead_to_it),
		cmocka_unit_test(where_no_hand_is_few_places_get_a_third_look),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
