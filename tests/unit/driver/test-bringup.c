// SPDX-License-Identifier: MIT
/*
 * Which files unlock a controller, and which are refused. Single-threaded; no state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "driver/bringup.h"

static const u8 serial[LEAP_BRINGUP_SERIAL_SIZE] = "LP12345678901";

static const struct leap_bringup_step steps[] = {
	{ LEAP_BRINGUP_WRITE, 0x10, 0xaa },
	{ LEAP_BRINGUP_EXPECT, 0x14, 0x55 },
	{ LEAP_BRINGUP_WAIT, 0, 4 },
	{ LEAP_BRINGUP_WRITE, 0x2f, 0xff },
};

#define COUNT 4
#define SIZE (LEAP_BRINGUP_HEADER_SIZE + COUNT * LEAP_BRINGUP_STEP_SIZE + 4)

static void make(u8 *data)
{
	assert_int_equal(leap_bringup_size(COUNT), SIZE);
	leap_bringup_write(steps, COUNT, serial, data);
}

/* On the heap to its exact size, so that ASan sees a byte too far. */
static int parse(const u8 *data, size_t size)
{
	struct leap_bringup bringup;
	u8 *copy = malloc(size ? size : 1);
	int ret;

	assert_non_null(copy);
	memcpy(copy, data, size);
	ret = leap_bringup_parse(copy, size, serial, &bringup);
	free(copy);
	return ret;
}

/* With a checksum that holds, so that it is something else that is refused. */
static void seal(u8 *data, size_t size)
{
	u32 sum = 0;

	for (size_t i = 0; i < size - 4; i += 4)
		sum += leap_get_le32(data + i);
	leap_put_le32(sum, data + size - 4);
}

static void what_was_written_is_read_again(void **state)
{
	struct leap_bringup bringup;
	u8 data[SIZE];

	(void)state;
	make(data);
	assert_int_equal(leap_bringup_parse(data, SIZE, serial, &bringup), 0);
	assert_int_equal(bringup.count, COUNT);
	for (u32 i = 0; i < COUNT; i++) {
		struct leap_bringup_step step = leap_bringup_step(&bringup, i);

		assert_int_equal(step.what, steps[i].what);
		assert_int_equal(step.address, steps[i].address);
		assert_int_equal(step.value, steps[i].value);
	}
}

static void each_wrong_byte_is_found(void **state)
{
	u8 data[SIZE];

	(void)state;
	make(data);
	for (size_t i = 0; i < SIZE; i++) {
		data[i] ^= 0x20;
		assert_int_equal(parse(data, SIZE), -EINVAL);
		data[i] ^= 0x20;
	}
	assert_int_equal(parse(data, SIZE), 0);
}

static void a_file_of_another_length_is_refused(void **state)
{
	u8 data[SIZE + 4] = {};

	(void)state;
	make(data);
	for (size_t size = 0; size <= sizeof(data); size++)
		assert_int_equal(parse(data, size), size == SIZE ? 0 : -EINVAL);
}

static void another_controllers_file_is_told_apart(void **state)
{
	struct leap_bringup bringup;
	u8 data[SIZE];
	u8 other[LEAP_BRINGUP_SERIAL_SIZE];

	(void)state;
	make(data);
	memcpy(other, serial, sizeof(other));
	other[12]++;
	assert_int_equal(leap_bringup_parse(data, SIZE, other, &bringup), -ENOKEY);
}

static void assert_refused_with(size_t offset, u8 value)
{
	u8 data[SIZE];

	make(data);
	data[LEAP_BRINGUP_HEADER_SIZE + offset] = value;
	seal(data, SIZE);
	assert_int_equal(parse(data, SIZE), -EINVAL);
}

static void only_the_registers_of_the_handshake_can_be_touched(void **state)
{
	(void)state;
	for (unsigned int address = 0; address < 256; address++) {
		u8 data[SIZE];

		make(data);
		data[LEAP_BRINGUP_HEADER_SIZE + 1] = address;
		seal(data, SIZE);
		assert_int_equal(parse(data, SIZE),
				 address >= 0x10 && address <= 0x2f ? 0 : -EINVAL);
	}
}

static void steps_that_mean_nothing_are_refused(void **state)
{
	(void)state;
	assert_refused_with(0, 0);
	assert_refused_with(0, 4);
	assert_refused_with(3, 1);
	assert_refused_with(9, 0x10); /* a wait has no address */
}

static void waits_of_more_than_five_seconds_are_refused(void **state)
{
	struct leap_bringup_step waits[21];
	u8 data[LEAP_BRINGUP_HEADER_SIZE + 21 * LEAP_BRINGUP_STEP_SIZE + 4];

	(void)state;
	for (u32 i = 0; i < 21; i++)
		waits[i] = (struct leap_bringup_step){ LEAP_BRINGUP_WAIT, 0, 250 };
	leap_bringup_write(waits, 20, serial, data);
	assert_int_equal(parse(data, leap_bringup_size(20)), 0);
	waits[20].value = 1;
	leap_bringup_write(waits, 21, serial, data);
	assert_int_equal(parse(data, leap_bringup_size(21)), -EINVAL);
}

static void a_count_without_bounds_is_refused(void **state)
{
	u8 data[SIZE];

	(void)state;
	for (u32 i = 0; i < 32; i++) {
		make(data);
		leap_put_le32(1U << i, data + 12);
		seal(data, SIZE);
		assert_int_equal(parse(data, SIZE), i == 2 ? 0 : -EINVAL);
	}
	/* of which the length, counted modulo 2^32, is that of four steps */
	leap_put_le32(0x40000004, data + 12);
	seal(data, SIZE);
	assert_int_equal(parse(data, SIZE), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read_again),
		cmocka_unit_test(each_wrong_byte_is_found),
		cmocka_unit_test(a_file_of_another_length_is_refused),
		cmocka_unit_test(another_controllers_file_is_told_apart),
		cmocka_unit_test(only_the_registers_of_the_handshake_can_be_touched),
		cmocka_unit_test(steps_that_mean_nothing_are_refused),
		cmocka_unit_test(waits_of_more_than_five_seconds_are_refused),
		cmocka_unit_test(a_count_without_bounds_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
