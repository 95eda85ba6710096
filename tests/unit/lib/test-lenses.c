// SPDX-License-Identifier: MIT
/*
 * The library's lens model is the tracker's: pixels and slopes agree to 0.01 pixel.
 * Both are pure; the calibrations are random ones near the real.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/tracking/camera.h"
#include "lib/leap.h"
#include "sim/sim.h"

static const struct leap_sensor_mode modes[] = { { 640, 480 }, { 640, 240 },
						 { 640, 120 }, { 752, 480 },
						 { 752, 240 }, { 752, 120 } };

static void compare_pixel(const struct leap_camera *camera,
			  const struct leap_lenses *lenses, int eye,
			  struct leap_sensor_mode mode, double column, double row,
			  unsigned int *seen)
{
	double theirs[2], ours[2], pixel[2], back[2];
	bool sees = leap_camera_slope(camera, (enum leap_eye)eye, mode, column, row,
				      theirs);
	int r = leap_rectify(lenses, (unsigned int)eye, mode.width, mode.height, column,
			     row, ours);
	struct vec3 point;

	assert_int_equal(sees, !r);
	if (!sees)
		return;
	(*seen)++;
	assert_true(fabs(theirs[0] - ours[0]) < 1e-6 * (1 + fabs(theirs[0])));
	assert_true(fabs(theirs[1] - ours[1]) < 1e-6 * (1 + fabs(theirs[1])));
	assert_int_equal(leap_warp(lenses, (unsigned int)eye, mode.width, mode.height,
				   ours, pixel),
			 0);
	assert_true(fabs(pixel[0] - column) < 0.01);
	assert_true(fabs(pixel[1] - row) < 0.01);
	point = vec3(leap_camera_eye_x(camera, (enum leap_eye)eye) + theirs[0] * 200,
		     200, theirs[1] * 200);
	assert_true(leap_camera_project(camera, (enum leap_eye)eye, mode, point, back));
	assert_true(fabs(pixel[0] - back[0]) < 0.01);
	assert_true(fabs(pixel[1] - back[1]) < 0.01);
}

static unsigned int compare(const struct leap_camera *camera,
			    const struct leap_lenses *lenses)
{
	unsigned int seen = 0;

	assert_true(fabs(camera->baseline - (double)leap_lenses_baseline(lenses)) <
		    1e-4);
	for (size_t m = 0; m < sizeof(modes) / sizeof(modes[0]); m++)
		for (int eye = 0; eye < 2; eye++)
			for (uint32_t y = 0; y < modes[m].height; y += 7)
				for (uint32_t x = 0; x < modes[m].width; x += 13)
					compare_pixel(camera, lenses, eye, modes[m],
						      x + 0.3, y + 0.7, &seen);
	return seen;
}

static void sign_block(unsigned char *block)
{
	uint32_t sum = 0, word;

	for (int i = 0; i < 38; i++) {
		memcpy(&word, block + 4 * i, 4);
		sum += word;
	}
	memcpy(block + 4 * 38, &sum, 4);
}

static void vary(unsigned char *block, unsigned int seed)
{
	for (int i = 0; i < 36; i++) {
		float value;

		memcpy(&value, block + 8 + 4 * i, 4);
		seed = seed * 1664525 + 1013904223;
		value *= 1 + ((float)(seed >> 8) / (1 << 24) - 0.5F) / 20;
		memcpy(block + 8 + 4 * i, &value, 4);
	}
	sign_block(block);
}

static void agrees_with_the_tracker_on_every_calibration(void **state)
{
	unsigned int seen = 0, used = 0;

	(void)state;
	for (unsigned int seed = 0; seed < 12; seed++) {
		unsigned char block[LEAP_SIM_CALIBRATION_SIZE];
		struct leap_lenses *lenses;
		struct leap_camera camera;
		int r;

		memcpy(block, leap_sim_calibration(), sizeof(block));
		if (seed)
			vary(block, seed);
		r = leap_camera_parse(block, sizeof(block), &camera);
		assert_int_equal(leap_lenses_new(block, &lenses), r);
		if (r)
			continue;
		used++;
		seen += compare(&camera, lenses);
		leap_lenses_free(lenses);
	}
	assert_true(used > 2);
	assert_true(seen > 10000);
}

static void agrees_with_the_tracker_without_a_calibration(void **state)
{
	struct leap_lenses *lenses;
	struct leap_camera camera;

	(void)state;
	leap_camera_nominal(&camera);
	assert_int_equal(leap_lenses_new(NULL, &lenses), 0);
	assert_true(compare(&camera, lenses) > 1000);
	leap_lenses_free(lenses);
}

static void refuses_what_the_tracker_refuses(void **state)
{
	unsigned char block[LEAP_SIM_CALIBRATION_SIZE];
	struct leap_lenses *lenses;
	float value = NAN;

	(void)state;
	memcpy(block, leap_sim_calibration(), sizeof(block));
	block[9] ^= 1;
	assert_int_equal(leap_lenses_new(block, &lenses), -EBADMSG);
	for (int i = 0; i < 36; i++) {
		struct leap_camera camera;

		memcpy(block, leap_sim_calibration(), sizeof(block));
		memcpy(block + 8 + 4 * i, &value, 4);
		sign_block(block);
		lenses = NULL;
		assert_int_equal(leap_lenses_new(block, &lenses),
				 leap_camera_parse(block, sizeof(block), &camera));
		leap_lenses_free(lenses);
	}
}

static void directions_that_no_pixel_sees_are_refused(void **state)
{
	static const double wide[2] = { 1e6, 0 }, none[2] = { NAN, 0 };
	struct leap_lenses *lenses;
	double pixel[2];

	(void)state;
	assert_int_equal(leap_lenses_new(NULL, &lenses), 0);
	assert_int_equal(leap_warp(lenses, 0, 640, 240, wide, pixel), -ERANGE);
	assert_int_equal(leap_warp(lenses, 0, 640, 240, none, pixel), -ERANGE);
	assert_int_equal(leap_warp(lenses, 2, 640, 240, wide, pixel), -ERANGE);
	assert_int_equal(leap_rectify(lenses, 0, 640, 0, 1, 1, pixel), -ERANGE);
	leap_lenses_free(lenses);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_tracker_on_every_calibration),
		cmocka_unit_test(agrees_with_the_tracker_without_a_calibration),
		cmocka_unit_test(refuses_what_the_tracker_refuses),
		cmocka_unit_test(directions_that_no_pixel_sees_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
