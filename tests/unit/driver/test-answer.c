// SPDX-License-Identifier: MIT
/*
 * Which answers on the control pipe are believed. Single-threaded; no state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <linux/leap.h>

#include "driver/answer.h"

static const struct leap_video_mode mode = { 1, 2, 640, 240, 86956 };

/* A real device's GET_CUR(PROBE) after it was asked for that mode. */
static const u8 real_probe[LEAP_PROBE_SIZE] = {
	0x01, 0x00, 0x01, 0x02, 0xac, 0x53, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x0b, 0x00, 0x00, 0x40, 0x00, 0x00,
};

static bool serial_valid(const char *text)
{
	u8 data[LEAP_SERIAL_LEN] = {};

	memcpy(data, text, strlen(text));
	return leap_serial_valid(data);
}

static void serials_are_letters_and_digits(void **state)
{
	(void)state;
	assert_true(serial_valid("LP12345678901"));
	assert_true(serial_valid("A1234567890123"));
	assert_false(serial_valid(""));
	assert_false(serial_valid("LP/../../etc"));
	assert_false(serial_valid("LP 123"));
	assert_false(serial_valid("\n\t\t\t"));
	assert_false(serial_valid("\xff\xff\xff\xff"));
}

static void a_serial_ends_once(void **state)
{
	static const u8 data[LEAP_SERIAL_LEN] = "LP12\0005678";

	(void)state;
	assert_false(leap_serial_valid(data));
}

static void seal(u8 *calibration)
{
	u32 sum = 0;

	for (int i = 0; i < LEAP_CALIBRATION_SIZE - 4; i += 4)
		sum += leap_get_le32(calibration + i);
	leap_put_le32(sum, calibration + LEAP_CALIBRATION_SIZE - 4);
}

static void a_calibration_needs_marker_and_checksum(void **state)
{
	u8 data[LEAP_CALIBRATION_SIZE] = {};

	(void)state;
	assert_false(leap_calibration_valid(data)); /* the sum of nothing is right */
	for (int i = 0; i < LEAP_CALIBRATION_SIZE; i++)
		data[i] = 255 - i;
	seal(data);
	assert_false(leap_calibration_valid(data));
	data[0] = 'C';
	data[1] = 'A';
	assert_false(leap_calibration_valid(data));
	seal(data);
	assert_true(leap_calibration_valid(data));
}

static void each_wrong_byte_of_a_calibration_is_found(void **state)
{
	u8 data[LEAP_CALIBRATION_SIZE] = { 'C', 'A' };

	(void)state;
	seal(data);
	for (int i = 0; i < LEAP_CALIBRATION_SIZE; i++) {
		data[i] ^= 0x40;
		assert_false(leap_calibration_valid(data));
		data[i] ^= 0x40;
	}
	assert_true(leap_calibration_valid(data));
}

static void the_request_for_a_mode_is_the_vendors(void **state)
{
	static const u8 expected[LEAP_PROBE_SIZE] = { 1, 0, 1, 2, 0xac, 0x53, 1, 0 };
	u8 block[LEAP_PROBE_SIZE];

	(void)state;
	memset(block, 0xff, sizeof(block));
	leap_probe_encode(&mode, block);
	assert_memory_equal(block, expected, sizeof(block));
}

static void a_real_answer_gives_its_payload_size(void **state)
{
	(void)state;
	assert_int_equal(leap_probe_payload_size(&mode, real_probe), 16384);
}

static void an_interval_may_be_rounded(void **state)
{
	u8 block[LEAP_PROBE_SIZE];

	(void)state;
	memcpy(block, real_probe, sizeof(block));
	leap_put_le32(86960, block + 4);
	assert_int_equal(leap_probe_payload_size(&mode, block), 16384);
	leap_put_le32(62500, block + 4); /* what GET_MAX says */
	assert_int_equal(leap_probe_payload_size(&mode, block), 0);
}

static void answers_to_something_else_are_refused(void **state)
{
	static const u8 at[] = { 2, 3, 5, 6, 7, 24, 25 };
	u8 block[LEAP_PROBE_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		memcpy(block, real_probe, sizeof(block));
		block[at[i]] ^= 0x80;
		assert_int_equal(leap_probe_payload_size(&mode, block), 0);
	}
	memcpy(block, real_probe, sizeof(block));
	leap_put_le32(0, block + 22);
	assert_int_equal(leap_probe_payload_size(&mode, block), 0);
	leap_put_le32(LEAP_PAYLOAD_MAX + 1, block + 22);
	assert_int_equal(leap_probe_payload_size(&mode, block), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serials_are_letters_and_digits),
		cmocka_unit_test(a_serial_ends_once),
		cmocka_unit_test(a_calibration_needs_marker_and_checksum),
		cmocka_unit_test(each_wrong_byte_of_a_calibration_is_found),
		cmocka_unit_test(the_request_for_a_mode_is_the_vendors),
		cmocka_unit_test(a_real_answer_gives_its_payload_size),
		cmocka_unit_test(an_interval_may_be_rounded),
		cmocka_unit_test(answers_to_something_else_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
