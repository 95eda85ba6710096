// SPDX-License-Identifier: MIT
/*
 * Resetting the device and sending the machine to sleep interrupt the stream, no more.
 * One thread, one controller for all tests.
 */
#include "tests/kernel/guest/scenario.h"

#include <linux/usbdevice_fs.h>

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written;

	if (fd < 0)
		return false;
	written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return written;
}

static int open_usb_device(void)
{
	char path[64];
	int number;
	FILE *file = fopen("/sys/bus/usb/devices/1-1/devnum", "r");

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%d", &number), 1);
	fclose(file);
	snprintf(path, sizeof(path), "/dev/bus/usb/001/%03d", number);
	return open(path, O_WRONLY | O_CLOEXEC);
}

static void reset(void)
{
	int fd = open_usb_device();

	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, USBDEVFS_RESET), 0);
	close(fd);
}

static void test_a_stream_goes_on_after_a_reset(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	for (unsigned int i = 0; i < 5; i++) {
		ring_wait_whole(&ring, 5);
		reset();
	}
	ring_wait_whole(&ring, 20);
	assert_int_equal(ring.header->state, LEAP_STATE_STREAMING);
	ring_close(&ring);
}

static void test_settings_survive_a_reset(void **state)
{
	struct rig *rig = *state;
	struct leap_control control = { .id = LEAP_CONTROL_EXPOSURE, .value = 222 };
	struct leap_slot slot;
	struct ring ring;
	uint64_t number;

	ring_open(&ring, rig->device, O_RDWR);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_CONTROL_SET, &control), 0);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 5);
	reset();
	ring_wait_whole(&ring, 10);
	assert_int_equal(ring_check(&ring, ring_head(&ring), NULL, &number, &slot),
			 FRAME_WHOLE);
	assert_int_equal(slot.exposure_us, 222);
	ring_close(&ring);
}

static void test_settings_of_an_idle_device_survive_a_reset(void **state)
{
	struct rig *rig = *state;
	struct leap_control control = { .id = LEAP_CONTROL_GAIN, .value = 47 };
	int fd = open(rig->device, O_RDWR | O_CLOEXEC);

	assert_int_equal(ioctl(fd, LEAP_IOC_CONTROL_SET, &control), 0);
	reset();
	control.value = 0;
	assert_int_equal(ioctl(fd, LEAP_IOC_CONTROL_GET, &control), 0);
	assert_int_equal(control.value, 47);
	close(fd);
}

/* The watchdog looks every half second; after a reset nobody has to wait for that. */
static void test_a_stream_goes_on_at_once_after_a_reset(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	if (!clock_is_virtual())
		skip();
	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	for (unsigned int i = 0; i < 5; i++) {
		uint64_t begin;

		ring_wait_whole(&ring, 5 + i);
		reset();
		begin = now_ns();
		ring_wait_whole(&ring, 2);
		assert_in_range(now_ns() - begin, 0, 250000000);
	}
	ring_close(&ring);
}

static void test_an_idle_device_stays_idle_after_a_reset(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	uint32_t head;

	ring_open(&ring, rig->device, O_RDONLY);
	reset();
	head = ring_head(&ring);
	sleep_ms(100);
	assert_int_equal(ring_head(&ring), head);
	assert_int_equal(ring.header->state, LEAP_STATE_IDLE);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 5);
	ring_close(&ring);
}

/*
 * The drivers of all devices are put to sleep and woken, the machine stays up. The
 * virtual host controller refuses when its turn comes, after ours: the write fails, and
 * all are woken again.
 */
static bool sleep_and_wake(void)
{
	if (!put("/sys/power/pm_test", "devices"))
		return false;
	put("/sys/power/state", "freeze");
	return true;
}

static void test_a_stream_goes_on_after_sleep(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 5);
	for (unsigned int i = 0; i < times(3, 100); i++) {
		if (!sleep_and_wake()) {
			ring_close(&ring);
			skip();
		}
		ring_wait_whole(&ring, 5);
	}
	assert_int_equal(ring.header->state, LEAP_STATE_STREAMING);
	ring_close(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_stream_goes_on_after_a_reset),
		cmocka_unit_test(test_settings_survive_a_reset),
		cmocka_unit_test(test_settings_of_an_idle_device_survive_a_reset),
		cmocka_unit_test(test_a_stream_goes_on_at_once_after_a_reset),
		cmocka_unit_test(test_an_idle_device_stays_idle_after_a_reset),
		cmocka_unit_test(test_a_stream_goes_on_after_sleep),
	};

	return cmocka_run_group_tests(tests, plug, stop);
}
