// SPDX-License-Identifier: MIT
/*
 * Plugging in and out many times leaves nothing behind.
 * One thread, one emulator.
 */
#include "tests/kernel/guest/scenario.h"

#define CYCLES 60

static void test_a_device_that_nobody_opens_comes_and_goes(void **state)
{
	struct rig *rig = *state;

	for (unsigned int i = 0; i < CYCLES / 3; i++) {
		rig_unplug(rig);
		rig_replug(rig);
	}
	assert_string_equal(rig->device, "/dev/leap0");
}

static void test_a_device_that_streams_comes_and_goes(void **state)
{
	struct rig *rig = *state;

	for (unsigned int i = 0; i < CYCLES / 3; i++) {
		struct ring ring;

		ring_open(&ring, rig->device, O_RDONLY);
		assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
		ring_wait_whole(&ring, 1);
		rig_unplug(rig);
		ring_close(&ring);
		rig_replug(rig);
	}
	assert_string_equal(rig->device, "/dev/leap0");
}

static void test_files_of_devices_long_gone_do_no_harm(void **state)
{
	struct rig *rig = *state;
	struct ring rings[CYCLES / 6];

	for (unsigned int i = 0; i < CYCLES / 6; i++) {
		ring_open(&rings[i], rig->device, O_RDONLY);
		assert_int_equal(ioctl(rings[i].fd, LEAP_IOC_START), 0);
		ring_wait_whole(&rings[i], 1);
		rig_unplug(rig);
		rig_replug(rig);
	}
	for (unsigned int i = 0; i < CYCLES / 6; i++) {
		assert_int_equal(rings[i].header->state, LEAP_STATE_GONE);
		ring_close(&rings[i]);
	}
}

static void test_pulling_the_plug_while_the_driver_asks_who_it_is(void **state)
{
	struct rig *rig = *state;

	/* Enumeration and probing take some 200 ms. */
	rig_unplug(rig);
	for (unsigned int ms = 0; ms < 400; ms += 20) {
		rig_say(rig, "plug");
		sleep_ms(ms);
		rig_say(rig, "unplug");
		sleep_ms(20);
	}
	rig_wait_empty_bus();
	rig_replug(rig);
}

static void test_the_last_one_streams_as_well_as_the_first(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 30);
	assert_int_equal(ring.header->errors, 0);
	ring_close(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_device_that_nobody_opens_comes_and_goes),
		cmocka_unit_test(test_a_device_that_streams_comes_and_goes),
		cmocka_unit_test(test_files_of_devices_long_gone_do_no_harm),
		cmocka_unit_test(test_pulling_the_plug_while_the_driver_asks_who_it_is),
		cmocka_unit_test(test_the_last_one_streams_as_well_as_the_first),
	};

	return cmocka_run_group_tests(tests, plug, stop);
}
