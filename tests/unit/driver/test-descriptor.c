// SPDX-License-Identifier: MIT
/*
 * Modes found in a real controller's descriptors, and none in impossible ones.
 * Single-threaded; no state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "driver/descriptor.h"

/* The class-specific descriptors of the streaming interface, byte for byte. */
static const u8 real[] = {
	0x0e, 0x24, 0x01, 0x01, 0xdd, 0x00, 0x83, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x1b, 0x24, 0x04, 0x01, 0x06, 0x59, 0x55, 0x59, 0x32, 0x00, 0x00, 0x10,
	0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71, 0x10, 0x04, 0x00, 0x00,
	0x00, 0x00, 0x1e, 0x24, 0x05, 0x01, 0x00, 0x80, 0x02, 0xe0, 0x01, 0x00, 0x80,
	0xd8, 0x10, 0x00, 0x80, 0xd8, 0x10, 0x00, 0x60, 0x09, 0x00, 0x59, 0xa7, 0x02,
	0x00, 0x01, 0x59, 0xa7, 0x02, 0x00, 0x1e, 0x24, 0x05, 0x02, 0x00, 0x80, 0x02,
	0xf0, 0x00, 0x00, 0x80, 0xd8, 0x10, 0x00, 0x80, 0xd8, 0x10, 0x00, 0xb0, 0x04,
	0x00, 0xac, 0x53, 0x01, 0x00, 0x01, 0xac, 0x53, 0x01, 0x00, 0x1e, 0x24, 0x05,
	0x03, 0x00, 0x80, 0x02, 0x78, 0x00, 0x00, 0x80, 0xac, 0x0f, 0x00, 0x80, 0xac,
	0x0f, 0x00, 0x58, 0x02, 0x00, 0x88, 0xb6, 0x00, 0x00, 0x01, 0x88, 0xb6, 0x00,
	0x00, 0x1e, 0x24, 0x05, 0x04, 0x00, 0xf0, 0x02, 0xe0, 0x01, 0x00, 0x40, 0x36,
	0x11, 0x00, 0x40, 0x36, 0x11, 0x00, 0x04, 0x0b, 0x00, 0x40, 0x0d, 0x03, 0x00,
	0x01, 0x40, 0x0d, 0x03, 0x00, 0x1e, 0x24, 0x05, 0x05, 0x00, 0xf0, 0x02, 0xf0,
	0x00, 0x00, 0x40, 0x36, 0x11, 0x00, 0x40, 0x36, 0x11, 0x00, 0x82, 0x05, 0x00,
	0xa0, 0x86, 0x01, 0x00, 0x01, 0xa0, 0x86, 0x01, 0x00, 0x1e, 0x24, 0x05, 0x06,
	0x00, 0xf0, 0x02, 0x78, 0x00, 0x00, 0xf0, 0x59, 0x10, 0x00, 0xf0, 0x59, 0x10,
	0x00, 0xc1, 0x02, 0x00, 0x97, 0xcd, 0x00, 0x00, 0x01, 0x97, 0xcd, 0x00, 0x00,
};

#define FORMAT 14 /* offset of the format descriptor */
#define FRAME_2 71 /* of the second frame descriptor */

/* On the heap to its exact size, so that ASan sees a byte too far. */
static int find(const u8 *data, size_t len, u16 width, u16 height,
		struct leap_video_mode *mode)
{
	struct leap_video_mode modes[LEAP_MODES_MAX];
	const struct leap_video_mode *found;
	u8 *copy = malloc(len ? len : 1);
	unsigned int count;

	assert_non_null(copy);
	memcpy(copy, data, len);
	count = leap_descriptor_modes(copy, len, modes);
	free(copy);
	found = leap_find_mode(modes, count, width, height);
	if (!found)
		return -ENOENT;
	*mode = *found;
	return 0;
}

static void all_six_modes_are_found(void **state)
{
	static const struct leap_video_mode modes[] = {
		{ 1, 1, 640, 480, 173913 }, { 1, 2, 640, 240, 86956 },
		{ 1, 3, 640, 120, 46728 },  { 1, 4, 752, 480, 200000 },
		{ 1, 5, 752, 240, 100000 }, { 1, 6, 752, 120, 52631 },
	};
	struct leap_video_mode mode;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		assert_int_equal(find(real, sizeof(real), modes[i].width,
				      modes[i].height, &mode),
				 0);
		assert_int_equal(mode.format_index, modes[i].format_index);
		assert_int_equal(mode.frame_index, modes[i].frame_index);
		assert_int_equal(mode.interval, modes[i].interval);
	}
	assert_int_equal(find(real, sizeof(real), 320, 240, &mode), -ENOENT);
}

static void a_cut_list_has_what_came_before_the_cut(void **state)
{
	struct leap_video_mode mode;

	(void)state;
	for (size_t len = 0; len <= sizeof(real); len++)
		assert_int_equal(find(real, len, 640, 240, &mode),
				 len >= FRAME_2 + 30 ? 0 : -ENOENT);
}

static void assert_not_found_with(size_t offset, u8 value)
{
	struct leap_video_mode mode;
	u8 data[sizeof(real)];

	memcpy(data, real, sizeof(real));
	data[offset] = value;
	assert_int_equal(find(data, sizeof(data), 640, 240, &mode), -ENOENT);
}

static void impossible_descriptors_are_passed_over(void **state)
{
	(void)state;
	assert_not_found_with(0, 0); /* lengths that lead nowhere */
	assert_not_found_with(0, 2);
	assert_not_found_with(0, 255);
	assert_not_found_with(FORMAT, 26);
	assert_not_found_with(FRAME_2, 25);
	assert_not_found_with(FRAME_2 + 1, 0x25); /* not class-specific */
	assert_not_found_with(FRAME_2 + 2, 0x07); /* a frame of another format */
	assert_not_found_with(FRAME_2 + 3, 0); /* indices count from 1 */
	assert_not_found_with(FORMAT + 2, 0x06); /* MJPEG */
	assert_not_found_with(FORMAT + 3, 0);
	assert_not_found_with(FORMAT + 5, 'N'); /* NUY2 */
	assert_not_found_with(FORMAT + 21, 12); /* bits of a pixel */
	assert_not_found_with(FRAME_2 + 24, 0x10); /* an interval of half a minute */
}

static void an_interval_of_nothing_is_no_mode(void **state)
{
	struct leap_video_mode mode;
	u8 data[sizeof(real)];

	(void)state;
	memcpy(data, real, sizeof(real));
	memset(data + FRAME_2 + 21, 0, 4);
	assert_int_equal(find(data, sizeof(data), 640, 240, &mode), -ENOENT);
}

static void frames_belong_to_the_format_before_them(void **state)
{
	struct leap_video_mode mode;

	(void)state;
	assert_int_equal(find(real + FRAME_2, sizeof(real) - FRAME_2, 640, 240, &mode),
			 -ENOENT);
}

static void modes_that_fit_in_no_slot_and_second_ones_are_left_out(void **state)
{
	struct leap_video_mode modes[LEAP_MODES_MAX];
	u8 data[sizeof(real)];

	(void)state;
	assert_int_equal(leap_descriptor_modes(real, sizeof(real), modes), 6);
	memcpy(data, real, sizeof(real));
	data[FRAME_2 + 6] = 0xff; /* 65408 columns */
	assert_int_equal(leap_descriptor_modes(data, sizeof(data), modes), 5);
	memcpy(data + FRAME_2, real + FRAME_2 - 30, 30);
	assert_int_equal(leap_descriptor_modes(data, sizeof(data), modes), 5);
	assert_int_equal(modes[0].frame_index, 1);
	assert_int_equal(modes[1].frame_index, 3);
}

static void more_modes_than_any_controller_has_are_not_read(void **state)
{
	struct leap_video_mode modes[LEAP_MODES_MAX + 1];
	u8 data[27 + 30 * (LEAP_MODES_MAX + 4)];

	(void)state;
	memset(modes, 0, sizeof(modes));
	memcpy(data, real + FORMAT, 27);
	for (int i = 0; i < LEAP_MODES_MAX + 4; i++) {
		memcpy(data + 27 + 30 * i, real + FRAME_2, 30);
		data[27 + 30 * i + 7] = 10 + i; /* rows */
	}
	assert_int_equal(leap_descriptor_modes(data, sizeof(data), modes),
			 LEAP_MODES_MAX);
	assert_int_equal(modes[LEAP_MODES_MAX].frame_index, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_six_modes_are_found),
		cmocka_unit_test(a_cut_list_has_what_came_before_the_cut),
		cmocka_unit_test(impossible_descriptors_are_passed_over),
		cmocka_unit_test(an_interval_of_nothing_is_no_mode),
		cmocka_unit_test(frames_belong_to_the_format_before_them),
		cmocka_unit_test(
			modes_that_fit_in_no_slot_and_second_ones_are_left_out),
		cmocka_unit_test(more_modes_than_any_controller_has_are_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
