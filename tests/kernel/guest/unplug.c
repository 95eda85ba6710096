// SPDX-License-Identifier: MIT
/*
 * The controller can be pulled out at any moment, and put back.
 * A thread that waits in the kernel, and one that pulls; a fresh plug for each test.
 */
#include "tests/kernel/guest/scenario.h"

#include <pthread.h>

struct waiter {
	int fd;
	long (*wait)(int fd);
	long result;
	int error;
};

static void *wait_in_kernel(void *argument)
{
	struct waiter *waiter = argument;

	errno = 0;
	waiter->result = waiter->wait(waiter->fd);
	waiter->error = errno;
	return NULL;
}

/* Pulls the plug while another thread is inside @wait on @fd. */
static void unplug_during(struct rig *rig, struct waiter *waiter)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, wait_in_kernel, waiter), 0);
	sleep_ms(100);
	rig_unplug(rig);
	pthread_join(thread, NULL);
}

static long read_until_error(int fd)
{
	static uint8_t frame[LEAP_FRAME_MAX];
	long got;

	while ((got = read(fd, frame, sizeof(frame))) > 0)
		;
	return got;
}

static long poll_until_error(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	do {
		if (poll(&pollfd, 1, -1) < 0)
			return -1;
	} while (!(pollfd.revents & (POLLHUP | POLLERR)));
	return pollfd.revents;
}

static long poll_once(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	return poll(&pollfd, 1, -1) < 0 ? -1 : pollfd.revents;
}

static long get_until_error(int fd)
{
	struct leap_control control = { .id = LEAP_CONTROL_GAIN };

	while (!ioctl(fd, LEAP_IOC_CONTROL_GET, &control))
		;
	return -1;
}

static long start_and_stop_until_error(int fd)
{
	int r;

	do {
		r = ioctl(fd, LEAP_IOC_START);
		sleep_ms(20);
	} while (!r && !ioctl(fd, LEAP_IOC_STOP));
	return -1;
}

static void test_a_reader_that_waits_is_told(void **state)
{
	struct rig *rig = *state;
	struct waiter waiter = { .wait = read_until_error };

	waiter.fd = open(rig->device, O_RDONLY);
	unplug_during(rig, &waiter);
	assert_int_equal(waiter.result, -1);
	assert_int_equal(waiter.error, ENODEV);
	close(waiter.fd);
}

static void test_a_reader_of_a_frozen_device_is_told(void **state)
{
	struct rig *rig = *state;
	struct waiter waiter = { .wait = read_until_error };

	waiter.fd = open(rig->device, O_RDONLY);
	rig_say(rig, "freeze");
	unplug_during(rig, &waiter);
	assert_int_equal(waiter.result, -1);
	assert_int_equal(waiter.error, ENODEV);
	close(waiter.fd);
}

static void test_poll_ends_with_hangup_while_streaming(void **state)
{
	struct rig *rig = *state;
	struct waiter waiter = { .wait = poll_until_error };

	waiter.fd = open(rig->device, O_RDONLY);
	assert_int_equal(ioctl(waiter.fd, LEAP_IOC_START), 0);
	unplug_during(rig, &waiter);
	assert_true(waiter.result & POLLHUP);
	assert_true(waiter.result & POLLERR);
	close(waiter.fd);
}

static void test_poll_of_an_idle_device_ends_with_hangup(void **state)
{
	struct rig *rig = *state;
	struct waiter waiter = { .wait = poll_once };

	waiter.fd = open(rig->device, O_RDONLY);
	unplug_during(rig, &waiter);
	assert_true(waiter.result & POLLHUP);
	assert_true(waiter.result & POLLERR);
	close(waiter.fd);
}

static void test_a_control_in_flight_is_ended(void **state)
{
	struct rig *rig = *state;
	struct waiter waiter = { .wait = get_until_error };

	waiter.fd = open(rig->device, O_RDWR);
	unplug_during(rig, &waiter);
	assert_int_equal(waiter.error, ENODEV);
	close(waiter.fd);
}

static void test_a_control_without_answer_is_ended(void **state)
{
	struct rig *rig = *state;
	struct waiter waiter = { .wait = get_until_error };

	waiter.fd = open(rig->device, O_RDWR);
	rig_say(rig, "noreply-control 1000");
	unplug_during(rig, &waiter);
	assert_int_equal(waiter.error, ENODEV);
	close(waiter.fd);
}

static void test_starting_and_stopping_is_ended(void **state)
{
	struct rig *rig = *state;
	struct waiter waiter = { .wait = start_and_stop_until_error };

	/*
	 * Without frames no transfer is waiting to be sent when it is cancelled. Such
	 * a one the virtual host controller never gives back if its connection closes
	 * at that moment: it looks for it among those that were sent only.
	 */
	rig_say(rig, "freeze");
	waiter.fd = open(rig->device, O_RDONLY);
	unplug_during(rig, &waiter);
	assert_int_equal(waiter.error, ENODEV);
	close(waiter.fd);
}

static void test_every_call_says_no_device_afterwards(void **state)
{
	struct rig *rig = *state;
	struct leap_control control = { .id = LEAP_CONTROL_GAIN, .value = 20 };
	struct leap_calibration calibration;
	uint8_t *frame = malloc(LEAP_FRAME_MAX);
	struct leap_info info;
	int fd = open(rig->device, O_RDWR);

	rig_unplug(rig);
	assert_errno(read(fd, frame, LEAP_FRAME_MAX), ENODEV);
	assert_errno(ioctl(fd, LEAP_IOC_INFO, &info), ENODEV);
	assert_errno(ioctl(fd, LEAP_IOC_CALIBRATION, &calibration), ENODEV);
	assert_errno(ioctl(fd, LEAP_IOC_CONTROL_GET, &control), ENODEV);
	assert_errno(ioctl(fd, LEAP_IOC_CONTROL_SET, &control), ENODEV);
	assert_errno(ioctl(fd, LEAP_IOC_START), ENODEV);
	assert_errno(ioctl(fd, LEAP_IOC_STOP), ENODEV);
	assert_int_equal(poll_once(fd) & (POLLHUP | POLLERR), POLLHUP | POLLERR);
	free(frame);
	close(fd);
}

static void test_the_mapping_stays_and_says_gone(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	uint64_t number;
	uint32_t head, whole = 0;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 20);
	rig_unplug(rig);
	assert_int_equal(ring.header->state, LEAP_STATE_GONE);
	head = ring_head(&ring);
	for (uint32_t i = 0; i < ring.header->slot_count; i++)
		whole += ring_check(&ring, head - i, NULL, &number, NULL) ==
			 FRAME_WHOLE;
	assert_true(whole >= ring.header->slot_count - 2);
	sleep_ms(50);
	assert_int_equal(ring_head(&ring), head);
	close(ring.fd);
	assert_int_equal(ring.header->state, LEAP_STATE_GONE);
	munmap((void *)ring.header, ring.info.ring_size);
}

static void test_a_mapping_made_before_and_kept_outlives_the_next_device(void **state)
{
	struct rig *rig = *state;
	struct ring old, new;

	ring_open(&old, rig->device, O_RDONLY);
	rig_unplug(rig);
	rig_replug(rig);
	ring_open(&new, rig->device, O_RDONLY);
	assert_int_equal(ioctl(new.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&new, 5);
	assert_int_equal(old.header->state, LEAP_STATE_GONE);
	assert_int_equal(old.header->magic, LEAP_RING_MAGIC);
	assert_errno(ioctl(old.fd, LEAP_IOC_START), ENODEV);
	ring_close(&old);
	ring_wait_whole(&new, 5);
	ring_close(&new);
}

static void test_the_moment_in_a_frame_does_not_matter(void **state)
{
	struct rig *rig = *state;

	/* A frame is 8.7 ms long. */
	for (unsigned int ms = 0; ms < 18; ms++) {
		struct ring ring;
		uint64_t number;

		ring_open(&ring, rig->device, O_RDONLY);
		assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
		ring_wait_whole(&ring, 2);
		sleep_ms(ms);
		rig_unplug(rig);
		assert_int_not_equal(
			ring_check(&ring, ring_head(&ring), NULL, &number, NULL),
			FRAME_TORN);
		rig_replug(rig);
		ring_close(&ring);
	}
}

#define plugged(name) cmocka_unit_test_setup_teardown(name, plug, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		plugged(test_a_reader_that_waits_is_told),
		plugged(test_a_reader_of_a_frozen_device_is_told),
		plugged(test_poll_ends_with_hangup_while_streaming),
		plugged(test_poll_of_an_idle_device_ends_with_hangup),
		plugged(test_a_control_in_flight_is_ended),
		plugged(test_a_control_without_answer_is_ended),
		plugged(test_starting_and_stopping_is_ended),
		plugged(test_every_call_says_no_device_afterwards),
		plugged(test_the_mapping_stays_and_says_gone),
		plugged(test_a_mapping_made_before_and_kept_outlives_the_next_device),
		plugged(test_the_moment_in_a_frame_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
