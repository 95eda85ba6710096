// SPDX-License-Identifier: MIT
/*
 * What the last pixels of a frame say about it. Single-threaded; no state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "driver/metadata.h"

/* The values of frames of a real controller: 511 us, gain 22, LEDs on, label 0. */
static const u8 real[LEAP_METADATA_SIZE] = { 0x78, 0x78, 0,    0,    0,	   0,
					     0x1f, 0x1f, 0x1f, 0x1f, 0x16, 0x16 };

static bool parse(const u8 *line, u16 exposure_us, u8 gain, u8 digital_gain,
		  struct leap_metadata *ret)
{
	const struct leap_metadata last_set = { .exposure_us = exposure_us,
						.gain = gain,
						.digital_gain = digital_gain };

	return leap_metadata_parse(line, &last_set, ret);
}

static void the_values_of_a_real_frame_are_read(void **state)
{
	struct leap_metadata m;

	(void)state;
	assert_true(parse(real, 511, 22, 4, &m));
	assert_int_equal(m.exposure_us, 511);
	assert_int_equal(m.gain, 22);
	assert_int_equal(m.label, 0);
	assert_true(m.lit);
}

static void settings_beyond_the_bits_are_completed(void **state)
{
	struct leap_metadata m;

	(void)state;
	assert_true(parse(real, 511 + 3 * 512, 22 + 32, 4, &m));
	assert_int_equal(m.exposure_us, 511 + 3 * 512);
	assert_int_equal(m.gain, 54);
}

static void a_frame_from_before_the_last_setting_keeps_its_values(void **state)
{
	struct leap_metadata m;

	(void)state;
	assert_true(parse(real, 4000, 40, 4, &m));
	assert_int_equal(m.exposure_us, 511);
	assert_int_equal(m.gain, 22);
}

static void gain_is_never_below_its_range(void **state)
{
	u8 line[LEAP_METADATA_SIZE];
	struct leap_metadata m;

	(void)state;
	memcpy(line, real, sizeof(line));
	for (u8 low = 0; low < 32; low++) {
		line[10] = line[11] = low;
		assert_true(parse(line, 511, 16, 4, &m));
		assert_in_range(m.gain, 16, 63);
		assert_int_equal(m.gain % 32, low);
	}
}

static void a_dark_frame_and_its_label_are_told(void **state)
{
	u8 line[LEAP_METADATA_SIZE];
	struct leap_metadata m;

	(void)state;
	memcpy(line, real, sizeof(line));
	line[2] = line[3] = 0xfc;
	line[4] = line[5] = 0x03;
	line[6] = line[7] = 0x0f;
	assert_true(parse(line, 511, 22, 4, &m));
	assert_int_equal(m.label, 0xc3);
	assert_false(m.lit);
}

static void ordinary_pixels_are_no_metadata(void **state)
{
	u8 line[LEAP_METADATA_SIZE];
	struct leap_metadata m;

	(void)state;
	for (int i = 0; i < LEAP_METADATA_SIZE; i++) {
		memcpy(line, real, sizeof(line));
		line[i] ^= 1; /* no longer the same for both eyes, or no marker */
		assert_false(parse(line, 511, 22, 4, &m));
	}
	memset(line, 0x79, sizeof(line));
	assert_false(parse(line, 511, 22, 4, &m));
}

/* The line as digital gain leaves it: each byte times the gain, cut off at 255. */
static void amplify(u8 *line, u32 digital_gain)
{
	for (int i = 0; i < LEAP_METADATA_SIZE; i++)
		line[i] = min(line[i] * digital_gain / 4, 255U);
}

static void digital_gain_is_taken_out_again(void **state)
{
	u8 line[LEAP_METADATA_SIZE];
	struct leap_metadata m;

	(void)state;
	for (u8 digital = 4; digital <= 15; digital++) {
		for (u8 low = 0; low < 32; low++) {
			memcpy(line, real, sizeof(line));
			line[2] = line[3] = 0x0c;
			line[4] = line[5] = 0x05;
			line[8] = line[9] = low;
			amplify(line, digital);
			assert_true(parse(line, 480 + low, 22, digital, &m));
			assert_int_equal(m.digital_gain, digital);
			assert_int_equal(m.exposure_us, 480 + low);
			assert_int_equal(m.gain, 22);
			assert_int_equal(m.label, 0xc5);
			assert_true(m.lit);
		}
	}
}

static void a_frame_from_before_the_last_digital_gain_tells_its_own(void **state)
{
	u8 line[LEAP_METADATA_SIZE];
	struct leap_metadata m;

	(void)state;
	for (u8 digital = 4; digital <= 15; digital++) {
		memcpy(line, real, sizeof(line));
		amplify(line, digital);
		/* from 9 on the marker has saturated, and which gain it was is unknown */
		if (digital <= 8) {
			assert_true(parse(line, 511, 22, 15, &m));
			assert_int_equal(m.digital_gain, digital);
			assert_int_equal(m.exposure_us, 511);
		} else {
			assert_false(parse(line, 511, 22, 4, &m));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_values_of_a_real_frame_are_read),
		cmocka_unit_test(settings_beyond_the_bits_are_completed),
		cmocka_unit_test(a_frame_from_before_the_last_setting_keeps_its_values),
		cmocka_unit_test(gain_is_never_below_its_range),
		cmocka_unit_test(a_dark_frame_and_its_label_are_told),
		cmocka_unit_test(ordinary_pixels_are_no_metadata),
		cmocka_unit_test(digital_gain_is_taken_out_again),
		cmocka_unit_test(
			a_frame_from_before_the_last_digital_gain_tells_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
