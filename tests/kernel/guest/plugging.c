// SPDX-License-Identifier: MIT
/*
 * In and out, many times; every other time in the middle of a frame, under readers that are
 * mapped, that poll, that read, and that ask, set, start and stop.
 * A thread for each kind of reader, and one that pulls the plug.
 */
#include "tests/kernel/guest/scenario.h"

#include <pthread.h>
#include <time.h>

#define KINDS 5
#define PHASES 36 /* of half a millisecond: two frames */

struct reader {
	struct ring ring;
	bool wrong;
};

/*
 * A request that was under way when the plug was pulled may fail as one that the device
 * did not answer, or answered with nothing; whoever asks again is told.
 */
static bool told(int fd)
{
	struct leap_info info;

	if (errno != ENODEV && errno != EIO && errno != EBADMSG) {
		fprintf(stderr, "the plug was pulled, and it says: %m\n");
		return false;
	}
	for (unsigned int i = 0; i < 500; i++) {
		if (ioctl(fd, LEAP_IOC_INFO, &info) && errno == ENODEV)
			return true;
		sleep_ms(2);
	}
	return false;
}

static void *follow(void *argument)
{
	struct reader *reader = argument;
	struct ring *ring = &reader->ring;
	uint64_t number;

	ioctl(ring->fd, LEAP_IOC_START);
	while (ring->header->state != LEAP_STATE_GONE) {
		struct pollfd pollfd = { .fd = ring->fd, .events = POLLIN };

		poll(&pollfd, 1, 20);
		/* it is going: the state says so when all transfers are stopped */
		if (pollfd.revents & POLLHUP)
			sleep_ms(1);
		if (ring_check(ring, ring_head(ring), NULL, &number, NULL) ==
		    FRAME_TORN) {
			fprintf(stderr, "frame %u is torn\n", ring_head(ring));
			reader->wrong = true;
		}
	}
	return NULL;
}

static void *poll_only(void *argument)
{
	struct reader *reader = argument;
	struct pollfd pollfd = { .fd = reader->ring.fd, .events = POLLIN };

	do
		poll(&pollfd, 1, -1);
	while (!(pollfd.revents & (POLLHUP | POLLERR)));
	return NULL;
}

static void *read_frames(void *argument)
{
	uint8_t *frame = malloc(LEAP_FRAME_MAX);
	struct reader *reader = argument;
	int fd = reader->ring.fd;

	while (read(fd, frame, LEAP_FRAME_MAX) > 0)
		;
	reader->wrong |= !told(fd);
	free(frame);
	return NULL;
}

static void *ask_and_set(void *argument)
{
	struct leap_control control = { .id = LEAP_CONTROL_GAIN };
	struct reader *reader = argument;
	int fd = reader->ring.fd, r;

	do {
		control.value = 16 + (control.value + 1) % 48;
		r = ioctl(fd, LEAP_IOC_CONTROL_SET, &control);
		if (!r)
			r = ioctl(fd, LEAP_IOC_CONTROL_GET, &control);
		sleep_ms(1);
	} while (!r);
	reader->wrong |= !told(fd);
	return NULL;
}

static void *start_and_stop(void *argument)
{
	struct leap_mode_info mode = { .height = 240 };
	struct reader *reader = argument;
	int fd = reader->ring.fd, r;

	do {
		mode.width = mode.width == 640 ? 752 : 640;
		r = ioctl(fd, LEAP_IOC_START);
		if (!r)
			r = ioctl(fd, LEAP_IOC_MODE_SET, &mode);
		sleep_ms(2);
		if (!r)
			r = ioctl(fd, LEAP_IOC_STOP);
	} while (!r);
	reader->wrong |= !told(fd);
	return NULL;
}

static void pull_under_readers(struct rig *rig, unsigned int phase)
{
	static void *(*const kinds[KINDS])(void *) = { follow, poll_only, read_frames,
						       ask_and_set, start_and_stop };
	struct reader readers[KINDS];
	pthread_t threads[KINDS];
	struct timespec moment = { 0, phase * 500000 };
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	for (unsigned int i = 0; i < KINDS; i++) {
		readers[i] = (struct reader){ .wrong = false };
		ring_open(&readers[i].ring, rig->device, O_RDWR);
		assert_int_equal(
			pthread_create(&threads[i], NULL, kinds[i], &readers[i]), 0);
	}
	ring_wait(&ring, ring_next(ring_head(&ring)));
	nanosleep(&moment, NULL);
	rig_unplug(rig);
	for (unsigned int i = 0; i < KINDS; i++) {
		pthread_join(threads[i], NULL);
		ring_close(&readers[i].ring);
		assert_false(readers[i].wrong);
	}
	assert_int_equal(ring.header->state, LEAP_STATE_GONE);
	ring_close(&ring);
}

static void test_in_and_out_in_the_middle_of_a_frame(void **state)
{
	unsigned int cycles = times(24, 1000);
	struct rig *rig = *state;

	for (unsigned int i = 0; i < cycles; i++) {
		if (i % 2)
			pull_under_readers(rig, i / 2 % PHASES);
		else
			rig_unplug(rig);
		rig_replug(rig);
	}
	assert_string_equal(rig->device, "/dev/leap0");
	printf("## %u times in and out, half of them under %d readers\n", cycles,
	       KINDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_and_out_in_the_middle_of_a_frame),
	};

	return cmocka_run_group_tests(tests, plug, stop);
}
