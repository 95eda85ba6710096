// SPDX-License-Identifier: MIT
/*
 * Each controller keeps its number, whatever comes and goes beside it.
 * One thread, up to four emulated controllers at a time.
 */
#include "tests/kernel/guest/scenario.h"

#define CONTROLLERS 4

static const char *const serials[CONTROLLERS] = { "LP00000000011", "LP00000000022",
						  "LP00000000033", "LP00000000044" };

/* The serial number behind a number; empty when there is none. */
static void serial_of(unsigned int number, char serial[32])
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/leap/leap%u/serial", number);
	serial[0] = '\0';
	file = fopen(path, "re");
	if (!file)
		return;
	if (fscanf(file, "%31s", serial) != 1)
		serial[0] = '\0';
	fclose(file);
}

static void await(unsigned int number, const char *expected)
{
	char serial[32];

	for (unsigned int i = 0; i < 500; i++) {
		serial_of(number, serial);
		if (!strcmp(serial, expected))
			return;
		sleep_ms(20);
	}
	fail_msg("leap%u is '%s', not '%s'", number, serial, expected);
}

static void plug_one(struct rig *rig, unsigned int which)
{
	const char *const options[] = { "--pattern", "checksum", "--serial",
					serials[which], NULL };

	rig_start(&rig[which], options);
}

static void pull_one(struct rig *rig, unsigned int which, unsigned int number)
{
	rig_kill(&rig[which]);
	await(number, "");
}

static void test_each_gets_a_number_and_keeps_it(void **state)
{
	struct rig rig[CONTROLLERS] = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		plug_one(rig, i);
		await(i, serials[i]);
	}
	pull_one(rig, 0, 0);
	pull_one(rig, 1, 1);
	/* in the other order, and with a new one between them */
	plug_one(rig, 1);
	await(1, serials[1]);
	plug_one(rig, 3);
	await(3, serials[3]);
	plug_one(rig, 0);
	await(0, serials[0]);
	for (unsigned int i = 0; i < CONTROLLERS; i++)
		pull_one(rig, i, i);
}

static void test_several_stream_at_the_same_time(void **state)
{
	struct rig rig[CONTROLLERS] = { 0 };
	struct ring rings[2];

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		char device[16];

		plug_one(rig, i);
		await(i, serials[i]);
		snprintf(device, sizeof(device), "/dev/leap%u", i);
		ring_open(&rings[i], device, O_RDONLY);
		assert_string_equal((const char *)rings[i].info.serial, serials[i]);
		assert_int_equal(ioctl(rings[i].fd, LEAP_IOC_START), 0);
	}
	for (unsigned int i = 0; i < 2; i++)
		ring_wait_whole(&rings[i], 20);
	/* pulling one takes nothing from the other */
	pull_one(rig, 0, 0);
	assert_int_equal(rings[0].header->state, LEAP_STATE_GONE);
	ring_wait_whole(&rings[1], 20);
	assert_int_equal(rings[1].header->errors, 0);
	for (unsigned int i = 0; i < 2; i++)
		ring_close(&rings[i]);
	pull_one(rig, 1, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_gets_a_number_and_keeps_it),
		cmocka_unit_test(test_several_stream_at_the_same_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
