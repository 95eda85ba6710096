// SPDX-License-Identifier: MIT
/*
 * All six sensor modes, and the change from one to another under readers.
 * One thread, one controller for all tests.
 */
#include "tests/kernel/guest/scenario.h"

#define MODES 6

static const struct {
	uint16_t width, height;
	uint32_t interval_ns;
} expected[MODES] = {
	{ 640, 480, 17391300 }, { 640, 240, 8695600 },	{ 640, 120, 4672800 },
	{ 752, 480, 20000000 }, { 752, 240, 10000000 }, { 752, 120, 5263100 },
};

static int set_mode(int fd, uint16_t width, uint16_t height)
{
	struct leap_mode_info mode = { .width = width, .height = height };

	int r = ioctl(fd, LEAP_IOC_MODE_SET, &mode);

	if (r)
		fprintf(stderr, "mode %ux%u: %m\n", width, height);
	return r;
}

static void test_the_modes_are_listed(void **state)
{
	struct rig *rig = *state;
	struct leap_mode_info mode = { .index = MODES };
	int fd = open(rig->device, O_RDONLY | O_CLOEXEC);

	assert_errno(ioctl(fd, LEAP_IOC_MODE_ENUM, &mode), EINVAL);
	mode.index = UINT32_MAX;
	assert_errno(ioctl(fd, LEAP_IOC_MODE_ENUM, &mode), EINVAL);
	for (uint32_t i = 0; i < MODES; i++) {
		mode = (struct leap_mode_info){ .index = i };
		assert_int_equal(ioctl(fd, LEAP_IOC_MODE_ENUM, &mode), 0);
		assert_int_equal(mode.width, expected[i].width);
		assert_int_equal(mode.height, expected[i].height);
		assert_int_equal(mode.interval_ns, expected[i].interval_ns);
		assert_int_equal(mode.frame_size, mode.width * mode.height * 2);
	}
	close(fd);
}

static void test_it_begins_with_640_by_240(void **state)
{
	struct rig *rig = *state;
	struct leap_mode_info mode;
	int fd = open(rig->device, O_RDONLY | O_CLOEXEC);

	assert_int_equal(ioctl(fd, LEAP_IOC_MODE_GET, &mode), 0);
	assert_int_equal(mode.width, 640);
	assert_int_equal(mode.height, 240);
	assert_int_equal(mode.index, 1);
	close(fd);
}

static void test_a_reader_may_not_change_the_mode(void **state)
{
	struct rig *rig = *state;
	int fd = open(rig->device, O_RDONLY | O_CLOEXEC);

	assert_errno(set_mode(fd, 640, 480), EPERM);
	close(fd);
}

static void test_a_mode_that_does_not_exist_is_refused(void **state)
{
	struct rig *rig = *state;
	struct leap_mode_info mode;
	int fd = open(rig->device, O_RDWR | O_CLOEXEC);

	assert_errno(set_mode(fd, 640, 241), EINVAL);
	assert_errno(set_mode(fd, 0, 0), EINVAL);
	assert_errno(set_mode(fd, 65535, 65535), EINVAL);
	assert_int_equal(ioctl(fd, LEAP_IOC_MODE_GET, &mode), 0);
	assert_int_equal(mode.width, 640);
	assert_errno(ioctl(fd, LEAP_IOC_MODE_SET, 8), EFAULT);
	assert_errno(ioctl(fd, LEAP_IOC_MODE_GET, 8), EFAULT);
	close(fd);
}

/* Whole frames of that size come, and at the mode's rate where time is the device's. */
static void assert_streams_in(const struct ring *ring, unsigned int i)
{
	struct leap_slot first, last;
	uint64_t number;
	uint32_t frames;

	ring_wait_whole(ring, 3);
	assert_int_equal(ring->header->width, expected[i].width);
	assert_int_equal(ring->header->height, expected[i].height);
	assert_int_equal(ring->header->interval_ns, expected[i].interval_ns);
	assert_int_equal(ring_check(ring, ring_head(ring), NULL, &number, &first),
			 FRAME_WHOLE);
	ring_wait_whole(ring, 10);
	assert_int_equal(ring_check(ring, ring_head(ring), NULL, &number, &last),
			 FRAME_WHOLE);
	assert_int_equal(last.width, expected[i].width);
	assert_int_equal(last.height, expected[i].height);
	assert_int_equal(last.size, last.width * last.height * 2);
	assert_int_equal(last.generation, ring->header->generation);
	assert_true(last.flags & LEAP_FRAME_METADATA);
	frames = last.sequence - first.sequence;
	if (clock_is_virtual())
		assert_in_range((last.time_last_ns - first.time_last_ns) / frames,
				expected[i].interval_ns - expected[i].interval_ns / 50,
				expected[i].interval_ns + expected[i].interval_ns / 50);
}

static void test_each_mode_streams_whole_frames_at_its_rate(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	for (unsigned int i = 0; i < MODES; i++) {
		ring_open(&ring, rig->device, O_RDWR);
		assert_int_equal(
			set_mode(ring.fd, expected[i].width, expected[i].height), 0);
		assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
		assert_streams_in(&ring, i);
		assert_int_equal(ring.header->errors, 0);
		ring_close(&ring);
	}
}

static void test_the_mode_changes_under_a_running_stream(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	uint32_t generation;
	int other = open(rig->device, O_RDWR | O_CLOEXEC);

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	for (unsigned int turn = 0; turn < 3; turn++) {
		for (unsigned int i = 0; i < MODES; i++) {
			generation = ring.header->generation;
			assert_int_equal(
				set_mode(other, expected[i].width, expected[i].height),
				0);
			assert_int_equal(ring.header->generation, generation + 1);
			assert_streams_in(&ring, i);
		}
	}
	generation = ring.header->generation;
	assert_int_equal(set_mode(other, 752, 120), 0);
	assert_int_equal(ring.header->generation, generation);
	assert_int_equal(set_mode(other, 640, 240), 0);
	ring_close(&ring);
	close(other);
}

/* In whatever order slots of both sizes lie beside each other, none is taken amiss. */
static void test_no_frame_of_either_mode_is_torn_by_the_change(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	uint32_t sequence, torn = 0, whole = 0;
	uint64_t number;

	ring_open(&ring, rig->device, O_RDWR);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	sequence = ring_head(&ring);
	for (unsigned int i = 0; i < 60; i++) {
		uint32_t head;

		if (i % 3 == 0)
			assert_int_equal(
				set_mode(ring.fd, i % 2 ? 640 : 752, i % 2 ? 240 : 480),
				0);
		head = ring_wait(&ring, sequence);
		for (uint32_t back = 0; back < ring.header->slot_count; back++) {
			enum verdict verdict =
				ring_check(&ring, head - back, NULL, &number, NULL);

			torn += verdict == FRAME_TORN;
			whole += verdict == FRAME_WHOLE;
		}
		sequence = head;
	}
	assert_int_equal(torn, 0);
	assert_true(whole > 60);
	assert_int_equal(set_mode(ring.fd, 640, 240), 0);
	ring_close(&ring);
}

static void test_read_gives_frames_of_the_mode_in_force(void **state)
{
	struct rig *rig = *state;
	uint8_t *frame = malloc(LEAP_FRAME_MAX);
	int fd = open(rig->device, O_RDWR | O_CLOEXEC);

	assert_int_equal(read(fd, frame, LEAP_FRAME_MAX), 640 * 240 * 2);
	assert_int_equal(set_mode(fd, 752, 480), 0);
	/* one that was complete before the change may still be new to this file */
	read(fd, frame, LEAP_FRAME_MAX);
	assert_int_equal(read(fd, frame, LEAP_FRAME_MAX), 752 * 480 * 2);
	assert_errno(read(fd, frame, 640 * 240 * 2), EMSGSIZE);
	assert_int_equal(set_mode(fd, 640, 240), 0);
	free(frame);
	close(fd);
}

static void test_a_device_that_refuses_keeps_the_old_mode(void **state)
{
	struct rig *rig = *state;
	struct leap_mode_info mode;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDWR);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 2);
	rig_say(rig, "garbage-control 1000");
	sleep_ms(20);
	assert_errno(set_mode(ring.fd, 752, 480), EIO);
	rig_say(rig, "garbage-control 0");
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_MODE_GET, &mode), 0);
	assert_int_equal(mode.width, 640);
	assert_int_equal(mode.height, 240);
	ring_wait_whole(&ring, 5);
	assert_int_equal(ring.header->width, 640);
	ring_close(&ring);
}

/* At the rate of each mode, not at one for all. */
static int plug_unhurried(void **state)
{
	const char *const options[] = { "--pattern", "checksum", NULL };
	struct rig *rig = calloc(1, sizeof(*rig));

	rig_start(rig, options);
	rig_wait_node(rig);
	*state = rig;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_modes_are_listed),
		cmocka_unit_test(test_it_begins_with_640_by_240),
		cmocka_unit_test(test_a_reader_may_not_change_the_mode),
		cmocka_unit_test(test_a_mode_that_does_not_exist_is_refused),
		cmocka_unit_test(test_each_mode_streams_whole_frames_at_its_rate),
		cmocka_unit_test(test_the_mode_changes_under_a_running_stream),
		cmocka_unit_test(test_no_frame_of_either_mode_is_torn_by_the_change),
		cmocka_unit_test(test_read_gives_frames_of_the_mode_in_force),
		cmocka_unit_test(test_a_device_that_refuses_keeps_the_old_mode),
	};

	return cmocka_run_group_tests(tests, plug_unhurried, stop);
}
