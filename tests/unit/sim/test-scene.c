// SPDX-License-Identifier: MIT
/*
 * Pictures rendered ahead follow the device's clock and its settings.
 * Two threads: the test draws, the scene renders.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "sim/pattern.h"
#include "sim/scene.h"

#define FRAME LEAP_SIM_FRAME_SIZE
#define WINDOW 4

static const struct leap_sim_options hand = { .seed = 1, .hands = 1 };

static struct leap_picture picture_at(unsigned int interval)
{
	return (struct leap_picture){
		.number = interval,
		.time_ns = (uint64_t)interval * LEAP_SIM_INTERVAL_NS,
		.width = LEAP_SIM_WIDTH,
		.height = LEAP_SIM_HEIGHT,
		.exposure_us = 511,
		.gain = 31,
		.digital_gain = 4,
		.leds = 7,
	};
}

static struct leap_scene *scene_new(void)
{
	struct leap_scene *scene;

	assert_int_equal(leap_scene_new(&hand, WINDOW, &scene), 0);
	return scene;
}

static void embedded(const struct leap_picture *picture, bool lit, uint8_t *metadata)
{
	const struct leap_pattern_metadata values = {
		.exposure_us = picture->exposure_us,
		.gain = picture->gain,
		.label = picture->label,
		.lit = lit,
	};

	leap_pattern_metadata(metadata + LEAP_PATTERN_METADATA, &values);
}

/* Draw until the metadata is as expected; the renderer gets five seconds for it. */
static bool draw_until(struct leap_scene *scene, const struct leap_picture *picture,
		       bool lit, uint8_t *pixels)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	uint8_t expected[LEAP_PATTERN_METADATA];

	embedded(picture, lit, expected);
	for (unsigned int i = 0; i < 1000; i++) {
		leap_scene_draw(scene, picture, pixels);
		if (memcmp(pixels + FRAME - sizeof(expected), expected,
			   sizeof(expected)) == 0)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static unsigned long brightness(const uint8_t *pixels)
{
	unsigned long sum = 0;

	for (unsigned int i = 0; i < FRAME - LEAP_PATTERN_METADATA; i++)
		sum += pixels[i];
	return sum;
}

static void the_first_picture_is_that_of_the_simulator(void **state)
{
	uint8_t *drawn = malloc(FRAME), *rendered = malloc(FRAME);
	const struct leap_picture picture = picture_at(0);
	struct leap_scene *scene = scene_new();
	struct leap_sim *sim;

	(void)state;
	assert_int_equal(leap_sim_new(&hand, &sim), 0);
	leap_sim_set_exposure(sim, 511, 31);
	leap_sim_render(sim, 0, rendered);
	leap_scene_draw(scene, &picture, drawn);
	assert_memory_equal(drawn, rendered, FRAME);
	leap_sim_free(sim);
	leap_scene_free(scene);
	free(rendered);
	free(drawn);
}

static void the_motion_goes_to_and_fro(void **state)
{
	static const unsigned int order[] = { 0, 1, 2, 3, 2, 1, 0, 1 };
	uint8_t *drawn = malloc(FRAME), *rendered = malloc(FRAME);
	struct leap_scene *scene = scene_new();
	struct leap_picture picture;
	struct leap_sim *sim;
	unsigned int at = 0;

	(void)state;
	assert_int_equal(leap_sim_new(&hand, &sim), 0);
	leap_sim_set_exposure(sim, 511, 31);
	/* let the window fill: while it does, the motion waits for the renderer */
	for (unsigned int i = 0; i < 1000 && at < WINDOW - 1; i++) {
		const struct timespec pause = { .tv_nsec = 5000000 };

		nanosleep(&pause, NULL);
		picture = picture_at(i);
		leap_scene_draw(scene, &picture, drawn);
		leap_sim_render(sim, at + 1, rendered);
		at += memcmp(drawn, rendered, FRAME) == 0;
	}
	for (unsigned int i = 4; i < sizeof(order) / sizeof(order[0]); i++) {
		picture.time_ns += LEAP_SIM_INTERVAL_NS;
		leap_scene_draw(scene, &picture, drawn);
		leap_sim_render(sim, order[i], rendered);
		assert_memory_equal(drawn, rendered, FRAME);
	}
	leap_sim_free(sim);
	leap_scene_free(scene);
	free(rendered);
	free(drawn);
}

static void new_settings_reach_the_picture(void **state)
{
	struct leap_picture picture = picture_at(0);
	struct leap_scene *scene = scene_new();
	uint8_t *pixels = malloc(FRAME);
	unsigned long bright;

	(void)state;
	assert_true(draw_until(scene, &picture, true, pixels));
	bright = brightness(pixels);
	picture.exposure_us = 77;
	picture.gain = 16;
	assert_true(draw_until(scene, &picture, true, pixels));
	assert_true(brightness(pixels) < bright);
	free(pixels);
	leap_scene_free(scene);
}

static void a_dark_picture_is_taken_without_leds(void **state)
{
	struct leap_picture lit = picture_at(0), dark = picture_at(1);
	struct leap_scene *scene = scene_new();
	uint8_t *pixels = malloc(FRAME);
	unsigned long bright;

	(void)state;
	assert_true(draw_until(scene, &lit, true, pixels));
	bright = brightness(pixels);
	dark.dark = true;
	dark.label = 9;
	assert_true(draw_until(scene, &dark, false, pixels));
	assert_true(brightness(pixels) < bright);
	assert_true(draw_until(scene, &lit, true, pixels));
	assert_true(brightness(pixels) > bright / 2);
	free(pixels);
	leap_scene_free(scene);
}

static void a_broken_calibration_is_refused(void **state)
{
	const uint8_t broken[LEAP_SIM_CALIBRATION_SIZE] = { 'C', 'A' };
	const struct leap_sim_options options = { .hands = 1, .calibration = broken };
	struct leap_scene *scene;

	(void)state;
	assert_true(leap_scene_new(&options, WINDOW, &scene) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_picture_is_that_of_the_simulator),
		cmocka_unit_test(the_motion_goes_to_and_fro),
		cmocka_unit_test(new_settings_reach_the_picture),
		cmocka_unit_test(a_dark_picture_is_taken_without_leds),
		cmocka_unit_test(a_broken_calibration_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
