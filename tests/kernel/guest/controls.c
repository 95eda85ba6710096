// SPDX-License-Identifier: MIT
/*
 * Exposure, gain and LEDs: ranges, permissions, and what arrives in the frames.
 * One thread, one controller for all tests.
 */
#include "tests/kernel/guest/scenario.h"

static int set(int fd, uint32_t id, int32_t value)
{
	struct leap_control control = { .id = id, .value = value };

	return ioctl(fd, LEAP_IOC_CONTROL_SET, &control);
}

static int32_t get(int fd, uint32_t id)
{
	struct leap_control control = { .id = id };

	assert_int_equal(ioctl(fd, LEAP_IOC_CONTROL_GET, &control), 0);
	return control.value;
}

static int open_for_writing(const struct rig *rig)
{
	int fd = open(rig->device, O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void test_each_control_has_its_range(void **state)
{
	static const struct leap_control expected[] = {
		{ LEAP_CONTROL_EXPOSURE, 0, 10, 65535 },
		{ LEAP_CONTROL_GAIN, 0, 16, 63 },
		{ LEAP_CONTROL_LED_LEFT, 0, 0, 1 },
		{ LEAP_CONTROL_LED_CENTRE, 0, 0, 1 },
		{ LEAP_CONTROL_LED_RIGHT, 0, 0, 1 },
	};
	int fd = open_for_writing(*state);

	for (unsigned int i = 0; i < 5; i++) {
		struct leap_control control = { .id = expected[i].id };

		assert_int_equal(ioctl(fd, LEAP_IOC_CONTROL_GET, &control), 0);
		assert_int_equal(control.minimum, expected[i].minimum);
		assert_int_equal(control.maximum, expected[i].maximum);
		assert_in_range(control.value, control.minimum, control.maximum);
		assert_int_equal(set(fd, control.id, control.minimum), 0);
		assert_int_equal(get(fd, control.id), control.minimum);
		assert_int_equal(set(fd, control.id, control.maximum), 0);
		assert_int_equal(get(fd, control.id), control.maximum);
		assert_errno(set(fd, control.id, control.minimum - 1), ERANGE);
		assert_errno(set(fd, control.id, control.maximum + 1), ERANGE);
		assert_int_equal(get(fd, control.id), control.maximum);
	}
	close(fd);
}

static void test_a_control_that_does_not_exist_is_refused(void **state)
{
	struct leap_control control = { .id = 0 };
	int fd = open_for_writing(*state);

	assert_errno(ioctl(fd, LEAP_IOC_CONTROL_GET, &control), EINVAL);
	control.id = LEAP_CONTROL_LED_RIGHT + 1;
	assert_errno(ioctl(fd, LEAP_IOC_CONTROL_GET, &control), EINVAL);
	assert_errno(set(fd, 0, 1), EINVAL);
	assert_errno(set(fd, UINT32_MAX, 1), EINVAL);
	close(fd);
}

static void test_a_reader_may_look_and_not_set(void **state)
{
	struct rig *rig = *state;
	int fd = open(rig->device, O_RDONLY | O_CLOEXEC);

	get(fd, LEAP_CONTROL_GAIN);
	assert_errno(set(fd, LEAP_CONTROL_GAIN, 20), EPERM);
	close(fd);
}

static void test_what_is_set_arrives_in_the_frames(void **state)
{
	struct rig *rig = *state;
	struct leap_slot slot;
	struct ring ring;
	uint64_t number;

	ring_open(&ring, rig->device, O_RDWR);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	assert_int_equal(set(ring.fd, LEAP_CONTROL_EXPOSURE, 317), 0);
	assert_int_equal(set(ring.fd, LEAP_CONTROL_GAIN, 41), 0);
	ring_wait_whole(&ring, 6);
	assert_int_equal(ring_check(&ring, ring_head(&ring), NULL, &number, &slot),
			 FRAME_WHOLE);
	assert_true(slot.flags & LEAP_FRAME_METADATA);
	assert_int_equal(slot.exposure_us, 317);
	assert_int_equal(slot.gain, 41);
	ring_close(&ring);
}

static void test_frames_without_light_are_marked(void **state)
{
	struct rig *rig = *state;
	struct leap_slot slot;
	struct ring ring;
	uint64_t number;

	ring_open(&ring, rig->device, O_RDWR);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	for (uint32_t on = 0; on < 2; on++) {
		for (uint32_t id = LEAP_CONTROL_LED_LEFT; id <= LEAP_CONTROL_LED_RIGHT;
		     id++)
			assert_int_equal(set(ring.fd, id, on), 0);
		ring_wait_whole(&ring, 6);
		assert_int_equal(
			ring_check(&ring, ring_head(&ring), NULL, &number, &slot),
			FRAME_WHOLE);
		assert_int_equal(!(slot.flags & LEAP_FRAME_DARK), on);
	}
	ring_close(&ring);
}

static void test_settings_survive_the_end_of_the_stream(void **state)
{
	struct rig *rig = *state;
	struct leap_slot slot;
	struct ring ring;
	uint64_t number;
	int fd = open_for_writing(rig);

	assert_int_equal(set(fd, LEAP_CONTROL_EXPOSURE, 123), 0);
	close(fd);
	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(get(ring.fd, LEAP_CONTROL_EXPOSURE), 123);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 6);
	assert_int_equal(ring_check(&ring, ring_head(&ring), NULL, &number, &slot),
			 FRAME_WHOLE);
	assert_int_equal(slot.exposure_us, 123);
	ring_close(&ring);
}

static void test_controls_do_not_disturb_the_stream(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	uint32_t lost, flawed;

	ring_open(&ring, rig->device, O_RDWR);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 2);
	lost = ring.header->lost;
	flawed = ring.header->errors + ring.header->short_frames;
	for (int32_t i = 0; i < 100; i++) {
		assert_int_equal(set(ring.fd, LEAP_CONTROL_GAIN, 16 + i % 48), 0);
		assert_int_equal(get(ring.fd, LEAP_CONTROL_GAIN), 16 + i % 48);
	}
	ring_wait_whole(&ring, 2);
	if (clock_is_virtual())
		assert_int_equal(ring.header->lost, lost);
	assert_int_equal(ring.header->errors + ring.header->short_frames, flawed);
	ring_close(&ring);
}

static void test_one_nonsense_answer_is_asked_for_again(void **state)
{
	struct rig *rig = *state;
	int fd = open_for_writing(rig);

	assert_int_equal(set(fd, LEAP_CONTROL_GAIN, 33), 0);
	rig_say(rig, "garbage-control 1");
	sleep_ms(50);
	assert_int_equal(get(fd, LEAP_CONTROL_GAIN), 33);
	close(fd);
}

static void test_nothing_but_nonsense_is_told_and_passes(void **state)
{
	struct rig *rig = *state;
	struct leap_control control = { .id = LEAP_CONTROL_GAIN };
	int fd = open_for_writing(rig);

	assert_int_equal(set(fd, LEAP_CONTROL_GAIN, 33), 0);
	rig_say(rig, "garbage-control 1000");
	sleep_ms(50);
	assert_errno(ioctl(fd, LEAP_IOC_CONTROL_GET, &control), EBADMSG);
	rig_say(rig, "garbage-control 0");
	sleep_ms(50);
	assert_int_equal(get(fd, LEAP_CONTROL_GAIN), 33);
	close(fd);
}

static void test_a_device_that_does_not_answer_is_an_error_and_passes(void **state)
{
	struct rig *rig = *state;
	struct leap_control control = { .id = LEAP_CONTROL_GAIN };
	int fd = open_for_writing(rig);

	rig_say(rig, "noreply-control 1000");
	sleep_ms(50);
	assert_errno(ioctl(fd, LEAP_IOC_CONTROL_GET, &control), EIO);
	rig_say(rig, "noreply-control 0");
	sleep_ms(50);
	assert_int_equal(set(fd, LEAP_CONTROL_GAIN, 20), 0);
	assert_int_equal(get(fd, LEAP_CONTROL_GAIN), 20);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_control_has_its_range),
		cmocka_unit_test(test_a_control_that_does_not_exist_is_refused),
		cmocka_unit_test(test_a_reader_may_look_and_not_set),
		cmocka_unit_test(test_what_is_set_arrives_in_the_frames),
		cmocka_unit_test(test_frames_without_light_are_marked),
		cmocka_unit_test(test_settings_survive_the_end_of_the_stream),
		cmocka_unit_test(test_controls_do_not_disturb_the_stream),
		cmocka_unit_test(test_one_nonsense_answer_is_asked_for_again),
		cmocka_unit_test(test_nothing_but_nonsense_is_told_and_passes),
		cmocka_unit_test(
			test_a_device_that_does_not_answer_is_an_error_and_passes),
	};

	return cmocka_run_group_tests(tests, plug, stop);
}
