// SPDX-License-Identifier: MIT
/*
 * The controller falls asleep when nobody needs it, and wakes up for whoever does.
 * One thread, one controller for all tests.
 */
#include "tests/kernel/guest/scenario.h"

#include <dirent.h>

#define POWER "/sys/bus/usb/devices/1-1/power/"

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail_msg("%s: %s", path, strerror(errno));
	close(fd);
}

static bool asleep(void)
{
	char text[16] = "";
	int fd = open(POWER "runtime_status", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return !strncmp(text, "suspended", 9);
}

static void assert_falls_asleep(void)
{
	for (unsigned int i = 0; i < 200 && !asleep(); i++)
		sleep_ms(20);
	assert_true(asleep());
}

static int plug_impatient(void **state)
{
	int r = plug(state);

	/* instead of two seconds */
	put(POWER "autosuspend_delay_ms", "100");
	return r;
}

static void test_an_idle_controller_falls_asleep(void **state)
{
	char text[16] = "";
	int fd = open(POWER "control", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	assert_memory_equal(text, "auto", 4);
	close(fd);
	assert_falls_asleep();
}

static void test_opening_it_alone_lets_it_sleep(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	assert_falls_asleep();
	ring_open(&ring, rig->device, O_RDONLY);
	sleep_ms(50);
	assert_true(asleep());
	ring_close(&ring);
}

static void test_looking_at_its_attributes_lets_it_sleep(void **state)
{
	const char *const folders[] = { "/sys/class/leap/leap0",
					"/sys/class/leap/leap0/controls" };
	unsigned int files = 0;
	char text[512];

	(void)state;
	assert_falls_asleep();
	for (unsigned int i = 0; i < 2; i++) {
		DIR *folder = opendir(folders[i]);
		struct dirent *entry;

		assert_non_null(folder);
		while ((entry = readdir(folder))) {
			int fd;

			if (entry->d_type != DT_REG)
				continue;
			fd = openat(dirfd(folder), entry->d_name, O_RDONLY | O_CLOEXEC);
			if (fd < 0)
				continue; /* uevent may be for writing only */
			files += read(fd, text, sizeof(text)) > 0;
			close(fd);
			assert_true(asleep());
		}
		closedir(folder);
	}
	assert_true(files >= 20);
}

static void test_it_is_awake_as_long_as_somebody_streams(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	for (unsigned int i = 0; i < times(5, 500); i++) {
		assert_falls_asleep();
		ring_open(&ring, rig->device, O_RDONLY);
		assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
		ring_wait_whole(&ring, 5);
		sleep_ms(300);
		assert_false(asleep());
		ring_wait_whole(&ring, 5);
		assert_int_equal(ring.header->errors, 0);
		assert_int_equal(ring.header->restarts, 0);
		if (i % 2)
			assert_int_equal(ioctl(ring.fd, LEAP_IOC_STOP), 0);
		ring_close(&ring);
	}
	assert_falls_asleep();
}

static void test_a_control_wakes_it_up(void **state)
{
	struct rig *rig = *state;
	struct leap_control control = { .id = LEAP_CONTROL_GAIN, .value = 29 };
	int fd = open(rig->device, O_RDWR | O_CLOEXEC);

	assert_falls_asleep();
	assert_int_equal(ioctl(fd, LEAP_IOC_CONTROL_SET, &control), 0);
	assert_falls_asleep();
	control.value = 0;
	assert_int_equal(ioctl(fd, LEAP_IOC_CONTROL_GET, &control), 0);
	assert_int_equal(control.value, 29);
	assert_falls_asleep();
	put("/sys/class/leap/leap0/controls/gain", "30");
	assert_falls_asleep();
	close(fd);
}

static void test_pulling_the_plug_of_a_sleeping_controller_does_no_harm(void **state)
{
	struct rig *rig = *state;
	int fd;

	for (unsigned int i = 0; i < times(3, 50); i++) {
		fd = open(rig->device, O_RDWR | O_CLOEXEC);
		put(POWER "autosuspend_delay_ms", "50");
		assert_falls_asleep();
		rig_unplug(rig);
		assert_errno(ioctl(fd, LEAP_IOC_START), ENODEV);
		close(fd);
		rig_replug(rig);
	}
	put(POWER "autosuspend_delay_ms", "100");
}

static void test_the_next_driver_can_let_it_sleep_too(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	/* a reference that was left over would keep it awake for ever */
	for (unsigned int i = 0; i < 3; i++) {
		ring_open(&ring, rig->device, O_RDONLY);
		assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
		ring_wait_whole(&ring, 1);
		put("/sys/bus/usb/drivers/leap/unbind", "1-1:1.0");
		ring_close(&ring);
		put("/sys/bus/usb/drivers/leap/bind", "1-1:1.0");
		rig_wait_node(rig);
	}
	put(POWER "autosuspend_delay_ms", "100");
	assert_falls_asleep();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_idle_controller_falls_asleep),
		cmocka_unit_test(test_opening_it_alone_lets_it_sleep),
		cmocka_unit_test(test_looking_at_its_attributes_lets_it_sleep),
		cmocka_unit_test(test_it_is_awake_as_long_as_somebody_streams),
		cmocka_unit_test(test_a_control_wakes_it_up),
		cmocka_unit_test(
			test_pulling_the_plug_of_a_sleeping_controller_does_no_harm),
		cmocka_unit_test(test_the_next_driver_can_let_it_sleep_too),
	};

	return cmocka_run_group_tests(tests, plug_impatient, stop);
}
