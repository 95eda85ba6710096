// SPDX-License-Identifier: MIT
/*
 * Exposure and gain follow how bright the hands in the pictures are.
 * Single-threaded; owns nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/tracking/exposure.h"

#define WIDTH 640
#define HEIGHT 240
#define INTERVAL_NS INT64_C(8695600)

/* A controller before a wall whose brightness is proportional to exposure and gain. */
struct room {
	struct leap_camera camera;
	struct leap_exposure exposure;
	struct leap_hands hands;
	uint8_t pixels[WIDTH * HEIGHT * 2];
	struct leap_stereo_frame frame;
	double light; /* grey levels at 511 us and gain 16 */
	unsigned int changes;
	double sun; /* of that light, what is not the LEDs' */
	bool silent; /* the pictures do not say what they were taken with */
	unsigned int deaf; /* frames that a setting takes to come into force */
	unsigned int since;
	unsigned int us, gain; /* in force */
};

static int set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	struct leap_tracked_hand *hand;

	assert_non_null(room);
	leap_camera_nominal(&room->camera);
	leap_exposure_init(&room->exposure);
	room->us = room->exposure.exposure_us;
	room->gain = room->exposure.gain;
	room->hands.count = 1;
	hand = &room->hands.hand[0];
	for (int k = 0; k < LEAP_FINGERS; k++)
		for (int j = 0; j < LEAP_JOINTS; j++)
			hand->joint[k][j] = vec3(20 * k - 40, 200, 20 * j - 40);
	room->frame = (struct leap_stereo_frame){ .pixels = room->pixels,
						  .width = WIDTH,
						  .height = HEIGHT };
	*state = room;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static double level(const struct room *room)
{
	return fmin(room->light * room->us * room->gain / (511.0 * 16), 255);
}

static void pass(struct room *room, unsigned int frames)
{
	while (frames--) {
		struct leap_stereo_frame *frame = &room->frame;

		if (room->since++ >= room->deaf) {
			room->us = room->exposure.exposure_us;
			room->gain = room->exposure.gain;
		}
		memset(room->pixels, (int)level(room), sizeof(room->pixels));
		frame->time_ns += INTERVAL_NS;
		room->exposure.room = room->sun * room->us * room->gain / (511.0 * 16);
		frame->exposure_us = room->silent ? 0 : (uint16_t)room->us;
		frame->gain = room->silent ? 0 : (uint8_t)room->gain;
		if (leap_exposure_next(&room->exposure, &room->camera, frame,
				       &room->hands)) {
			room->changes++;
			room->since = 0;
		}
	}
}

static void assert_sane(const struct room *room)
{
	assert_in_range(room->exposure.exposure_us, LEAP_EXPOSURE_LEAST,
			LEAP_EXPOSURE_MOST);
	assert_in_range(room->exposure.gain, LEAP_GAIN_LEAST, LEAP_GAIN_MOST);
}

static void hands_come_to_be_well_exposed(void **state)
{
	static const double lights[] = { 60, 90, 130, 250, 400, 700 };
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(lights) / sizeof(*lights); i++) {
		room->light = lights[i];
		pass(room, 120);
		assert_sane(room);
		assert_true(level(room) >= 90 && level(room) <= 180);
	}
}

/* Nobody sees a hand there before the light is less. */
static void a_blinding_room_lowers_the_exposure_without_a_hand(void **state)
{
	struct room *room = *state;
	double sun;

	room->hands.count = 0;
	room->sun = 700;
	room->light = 800;
	pass(room, 300);
	assert_sane(room);
	sun = room->sun * room->us * room->gain / (511.0 * 16);
	assert_true(sun < 125);
	assert_true(sun > 60);
	room->changes = 0;
	pass(room, 300);
	assert_int_equal(room->changes, 0);
	room->sun = 0;
	pass(room, 300);
	assert_int_equal(room->exposure.exposure_us, LEAP_EXPOSURE_MOST);
}

static void what_is_well_exposed_is_left_alone(void **state)
{
	struct room *room = *state;
	unsigned int before;

	room->light = 130;
	pass(room, 120);
	before = room->changes;
	pass(room, 1000);
	assert_int_equal(room->changes, before);
}

static void late_settings_do_not_make_it_swing(void **state)
{
	struct room *room = *state;

	room->deaf = 6;
	room->light = 400;
	pass(room, 300);
	room->changes = 0;
	pass(room, 600);
	assert_int_equal(room->changes, 0);
	assert_true(level(room) >= 90 && level(room) <= 180);
}

static void pictures_that_tell_nothing_are_waited_for(void **state)
{
	struct room *room = *state;

	room->silent = true;
	room->deaf = 4;
	room->light = 400;
	pass(room, 400);
	assert_true(level(room) >= 90 && level(room) <= 180);
}

static void exposure_grows_before_gain(void **state)
{
	struct room *room = *state;

	room->light = 700;
	pass(room, 120);
	assert_int_equal(room->exposure.gain, LEAP_GAIN_LEAST);
	room->light = 30;
	for (int i = 0; i < 200; i++) {
		pass(room, 1);
		if (room->exposure.gain > LEAP_GAIN_LEAST)
			assert_int_equal(room->exposure.exposure_us,
					 LEAP_EXPOSURE_MOST);
	}
	assert_int_equal(room->exposure.gain, LEAP_GAIN_MOST);
}

static void without_hands_all_light_is_let_in_again(void **state)
{
	struct room *room = *state;

	room->light = 700;
	pass(room, 120);
	room->hands.count = 0;
	pass(room, 100);
	assert_true(room->exposure.exposure_us < LEAP_EXPOSURE_MOST);
	pass(room, 500);
	assert_int_equal(room->exposure.exposure_us, LEAP_EXPOSURE_MOST);
	assert_int_equal(room->exposure.gain, LEAP_GAIN_MOST);
}

#define exposure_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		exposure_test(hands_come_to_be_well_exposed),
		exposure_test(a_blinding_room_lowers_the_exposure_without_a_hand),
		exposure_test(what_is_well_exposed_is_left_alone),
		exposure_test(late_settings_do_not_make_it_swing),
		exposure_test(pictures_that_tell_nothing_are_waited_for),
		exposure_test(exposure_grows_before_gain),
		exposure_test(without_hands_all_light_is_let_in_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
