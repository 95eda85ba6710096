// SPDX-License-Identifier: MIT
/*
 * The settings, by ioctl and in sysfs: ranges, permissions, and what arrives in the frames.
 * One thread, one controller for all tests.
 */
#include "tests/kernel/guest/scenario.h"

#include <pthread.h>
#include <sys/stat.h>

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
		{ LEAP_CONTROL_DIGITAL_GAIN, 0, 4, 15 },
		{ LEAP_CONTROL_GAMMA, 0, 0, 1 },
		{ LEAP_CONTROL_HDR, 0, 0, 1 },
		{ LEAP_CONTROL_ROTATE, 0, 0, 1 },
		{ LEAP_CONTROL_DARK_INTERVAL, 0, 0, 255 },
		{ LEAP_CONTROL_CENTRE_ROW, 0, 0, 479 },
		{ LEAP_CONTROL_FRAME_RATIO, 0, 1, 1000 },
	};
	int fd = open_for_writing(*state);

	for (unsigned int i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
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
	set(fd, LEAP_CONTROL_DARK_INTERVAL, 0);
	set(fd, LEAP_CONTROL_DIGITAL_GAIN, 4);
	set(fd, LEAP_CONTROL_GAMMA, 0);
	set(fd, LEAP_CONTROL_ROTATE, 0);
	close(fd);
}

static void test_a_control_that_does_not_exist_is_refused(void **state)
{
	struct leap_control control = { .id = 0 };
	int fd = open_for_writing(*state);

	assert_errno(ioctl(fd, LEAP_IOC_CONTROL_GET, &control), EINVAL);
	control.id = LEAP_CONTROL_FRAME_RATIO + 1;
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

/* A file among the attributes of the first controller. */
static const char *attribute(const char *name)
{
	static char path[96];

	snprintf(path, sizeof(path), "/sys/class/leap/leap0/%s", name);
	return path;
}

static int read_attribute(const char *name, char *text, size_t size)
{
	int fd = open(attribute(name), O_RDONLY | O_CLOEXEC), got, error;

	assert_true(fd >= 0);
	got = read(fd, text, size - 1);
	error = errno;
	close(fd);
	if (got < 0)
		return -error;
	text[got] = '\0';
	return got;
}

static int write_attribute(const char *name, const char *text)
{
	int fd = open(attribute(name), O_WRONLY | O_CLOEXEC), r = 0;

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		r = -errno;
	if (fd >= 0)
		close(fd);
	return r;
}

static const struct {
	const char *name;
	uint32_t id;
} attributes[] = {
	{ "controls/exposure", LEAP_CONTROL_EXPOSURE },
	{ "controls/gain", LEAP_CONTROL_GAIN },
	{ "controls/digital_gain", LEAP_CONTROL_DIGITAL_GAIN },
	{ "controls/gamma", LEAP_CONTROL_GAMMA },
	{ "controls/led_left", LEAP_CONTROL_LED_LEFT },
	{ "controls/led_centre", LEAP_CONTROL_LED_CENTRE },
	{ "controls/led_right", LEAP_CONTROL_LED_RIGHT },
	{ "controls/hdr", LEAP_CONTROL_HDR },
	{ "controls/rotate", LEAP_CONTROL_ROTATE },
	{ "controls/dark_interval", LEAP_CONTROL_DARK_INTERVAL },
	{ "controls/centre_row", LEAP_CONTROL_CENTRE_ROW },
	{ "controls/frame_ratio", LEAP_CONTROL_FRAME_RATIO },
};

static void test_each_control_has_its_attribute(void **state)
{
	int fd = open_for_writing(*state);

	for (unsigned int i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		struct leap_control control = { .id = attributes[i].id };
		int32_t before = get(fd, control.id);
		char text[16];

		assert_int_equal(ioctl(fd, LEAP_IOC_CONTROL_GET, &control), 0);
		snprintf(text, sizeof(text), "%d\n", control.minimum);
		assert_int_equal(write_attribute(attributes[i].name, text), 0);
		assert_int_equal(get(fd, control.id), control.minimum);
		assert_true(read_attribute(attributes[i].name, text, 16) > 1);
		assert_int_equal(atoi(text), control.minimum);
		snprintf(text, sizeof(text), "%d", control.maximum + 1);
		assert_int_equal(write_attribute(attributes[i].name, text), -ERANGE);
		assert_int_equal(write_attribute(attributes[i].name, "1x"), -EINVAL);
		assert_int_equal(write_attribute(attributes[i].name, ""), 0);
		assert_int_equal(get(fd, control.id), control.minimum);
		assert_int_equal(set(fd, control.id, before), 0);
	}
	close(fd);
}

static void test_only_root_may_write_attributes(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		struct stat status;

		assert_int_equal(stat(attribute(attributes[i].name), &status), 0);
		assert_int_equal(status.st_mode & 0777, 0644);
		assert_int_equal(status.st_uid, 0);
	}
}

static void test_digital_gain_and_dark_frames_are_told_with_each_frame(void **state)
{
	struct rig *rig = *state;
	struct leap_slot slot;
	struct ring ring;
	uint64_t number;

	ring_open(&ring, rig->device, O_RDWR);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	assert_int_equal(set(ring.fd, LEAP_CONTROL_DIGITAL_GAIN, 9), 0);
	assert_int_equal(set(ring.fd, LEAP_CONTROL_DARK_INTERVAL, 4), 0);
	ring_wait_whole(&ring, 8);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(
			ring_check(&ring, ring_head(&ring) - i, NULL, &number, &slot),
			FRAME_WHOLE);
		assert_int_equal(slot.label, number & 0xff);
		assert_int_equal(!!(slot.flags & LEAP_FRAME_DARK), number % 4 == 0);
		assert_true(slot.flags & LEAP_FRAME_METADATA);
		assert_int_equal(slot.digital_gain, 9);
	}
	assert_int_equal(set(ring.fd, LEAP_CONTROL_DIGITAL_GAIN, 4), 0);
	assert_int_equal(set(ring.fd, LEAP_CONTROL_DARK_INTERVAL, 0), 0);
	ring_wait_whole(&ring, 6);
	assert_int_equal(ring_check(&ring, ring_head(&ring), NULL, &number, &slot),
			 FRAME_WHOLE);
	assert_int_equal(slot.digital_gain, 4);
	ring_close(&ring);
}

struct writer {
	const struct rig *rig;
	uint32_t id;
	int32_t from, to;
	int failures;
};

static void *write_often(void *argument)
{
	struct writer *writer = argument;
	int fd = open(writer->rig->device, O_RDWR | O_CLOEXEC);

	for (unsigned int i = 0; i < 30; i++) {
		for (int32_t v = writer->from; v <= writer->to; v++) {
			struct leap_control control = { .id = writer->id, .value = v };

			writer->failures += ioctl(fd, LEAP_IOC_CONTROL_SET, &control) !=
						    0 ||
					    control.value < writer->from ||
					    control.value > writer->to;
		}
	}
	close(fd);
	return NULL;
}

static void test_several_writers_do_not_mix(void **state)
{
	struct writer writers[] = {
		{ *state, LEAP_CONTROL_EXPOSURE, 300, 303, 0 },
		{ *state, LEAP_CONTROL_GAIN, 20, 23, 0 },
		{ *state, LEAP_CONTROL_DIGITAL_GAIN, 4, 7, 0 },
		{ *state, LEAP_CONTROL_CENTRE_ROW, 100, 103, 0 },
	};
	pthread_t threads[4];
	int fd = open_for_writing(*state);

	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, write_often, &writers[i]), 0);
	for (unsigned int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(writers[i].failures, 0);
		assert_int_equal(get(fd, writers[i].id), writers[i].to);
	}
	assert_int_equal(set(fd, LEAP_CONTROL_DIGITAL_GAIN, 4), 0);
	close(fd);
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
		cmocka_unit_test(
			test_digital_gain_and_dark_frames_are_told_with_each_frame),
		cmocka_unit_test(test_each_control_has_its_attribute),
		cmocka_unit_test(test_only_root_may_write_attributes),
		cmocka_unit_test(test_several_writers_do_not_mix),
		cmocka_unit_test(test_settings_survive_the_end_of_the_stream),
		cmocka_unit_test(test_controls_do_not_disturb_the_stream),
		cmocka_unit_test(test_one_nonsense_answer_is_asked_for_again),
		cmocka_unit_test(test_nothing_but_nonsense_is_told_and_passes),
		cmocka_unit_test(
			test_a_device_that_does_not_answer_is_an_error_and_passes),
	};

	return cmocka_run_group_tests(tests, plug, stop);
}
