// SPDX-License-Identifier: MIT
/*
 * How far the eyes are from level, on crops drawn here. Single-threaded; owns nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/tracking/level.h"

#define DEPTH 240.0
#define ROW (240.0 / LEAP_CROP_ROWS / DEPTH) /* radians */
#define DISPARITY 7

/* A bright palm with a finger, for the right eye so many rows lower and to the side. */
static void draw(struct leap_crop *crop, int lower, bool swapped)
{
	memset(crop->pixel, 0, sizeof(crop->pixel));
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		bool right = (eye == LEAP_EYE_RIGHT) != swapped;
		int down = right ? lower : 0, along = right ? DISPARITY : 0;

		for (int r = 30; r < 46; r++)
			memset(&crop->pixel[eye][r + down][40 + along], 190, 32);
		for (int r = 16; r < 30; r++)
			memset(&crop->pixel[eye][r + down][50 + along], 150, 6);
	}
	crop->place = (struct leap_crop_place){ .width = 240, .mirrored = swapped };
	crop->depth = DEPTH;
}

static void rows_between_the_eyes_are_counted(void **state)
{
	struct leap_level_measure m;
	struct leap_crop crop;

	for (int lower = -8; lower <= 8; lower++) {
		for (int swapped = 0; swapped < 2; swapped++) {
			draw(&crop, lower, swapped);
			assert_true(leap_level_measure(&crop, &m));
			assert_true(fabs(m.lower - lower * ROW) < 0.3 * ROW);
			assert_true(m.weight > 0.9);
		}
	}
	(void)state;
}

static void a_crop_looked_at_the_other_way_round_tells_the_same(void **state)
{
	struct leap_level_measure m;
	struct leap_crop crop;

	/* Turned by half a turn eyes are swapped, and lower is higher. */
	draw(&crop, -4, true);
	crop.place.mirrored = false;
	crop.place.turned = true;
	assert_true(leap_level_measure(&crop, &m));
	assert_true(fabs(m.lower - 4 * ROW) < 0.3 * ROW);
	(void)state;
}

static void darkness_and_eyes_too_far_apart_tell_nothing(void **state)
{
	struct leap_level_measure m;
	struct leap_crop crop;

	draw(&crop, 0, false);
	memset(crop.pixel[LEAP_EYE_RIGHT], 0, sizeof(crop.pixel[0]));
	assert_false(leap_level_measure(&crop, &m));
	for (int lower = 10; lower < 17; lower++) {
		draw(&crop, lower, false);
		assert_true(!leap_level_measure(&crop, &m) || m.weight < 0.1);
	}
	(void)state;
}

static void a_calibration_is_believed_until_many_crops_speak_against_it(void **state)
{
	struct leap_level level = { 0 };
	struct leap_level_measure off = { 0.08, 1 }, little = { 0.01, 1 };

	for (int i = 0; i < 200; i++)
		assert_false(leap_level_learn(&level, &little));
	assert_true(level.allowed == 0);
	level = (struct leap_level){ 0 };
	assert_false(leap_level_learn(&level, &off));
	for (int i = 0; i < 200; i++) {
		off.lower = 0.08 - level.allowed;
		leap_level_learn(&level, &off);
	}
	assert_true(fabs(level.allowed - 0.08) < 0.005);
	(void)state;
}

static void crops_that_are_not_alike_teach_nothing(void **state)
{
	struct leap_level level = { 0 };
	struct leap_level_measure unlike = { 0.08, 0 };

	for (int i = 0; i < 200; i++)
		assert_false(leap_level_learn(&level, &unlike));
	assert_true(level.allowed == 0);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_between_the_eyes_are_counted),
		cmocka_unit_test(a_crop_looked_at_the_other_way_round_tells_the_same),
		cmocka_unit_test(darkness_and_eyes_too_far_apart_tell_nothing),
		cmocka_unit_test(
			a_calibration_is_believed_until_many_crops_speak_against_it),
		cmocka_unit_test(crops_that_are_not_alike_teach_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
