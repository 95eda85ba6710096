// SPDX-License-Identifier: MIT
/*
 * Payloads and answers of a hostile device: whatever comes, the ring keeps its promises, and
 * an honest stream works afterwards.
 * One thread, one controller for all tests.
 */
#include "tests/kernel/guest/scenario.h"

#define CONTROLS LEAP_CONTROL_FRAME_RATIO

/* What readers rely on, whatever the pixels are. */
static void assert_bounded(const struct ring *ring)
{
	const volatile struct leap_ring_header *header = ring->header;
	uint32_t head = ring_head(ring);

	assert_int_equal(header->magic, LEAP_RING_MAGIC);
	assert_int_equal(header->frame_size, header->width * header->height * 2);
	for (uint32_t i = 0; i < header->slot_count; i++) {
		const volatile struct leap_slot *slot = ring_slot(ring, head - i);

		assert_true(slot->filled <= slot->size);
		assert_true(slot->size <= header->data_capacity);
		if (slot->sequence == head - i && !(slot->flags & LEAP_FRAME_SHORT))
			assert_int_equal(slot->filled, slot->size);
	}
}

static void test_streams_of_damaged_payloads_do_no_harm(void **state)
{
	unsigned int streams = times(200, 10000);
	struct rig *rig = *state;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDWR);
	rig_say(rig, "mutate 2000000000");
	for (unsigned int i = 0; i < streams; i++) {
		assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
		sleep_ms(10 + i % 7);
		assert_bounded(&ring);
		assert_int_equal(ioctl(ring.fd, LEAP_IOC_STOP), 0);
	}
	printf("## %u streams of damaged payloads: %u frames, %u short, %u lost, "
	       "%u payloads refused\n",
	       streams, ring.header->frames, ring.header->short_frames,
	       ring.header->lost, ring.header->errors);
	assert_true(ring.header->errors > 0);
	assert_true(ring.header->short_frames > 0);
	rig_say(rig, "mutate 0");
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 10);
	ring_close(&ring);
}

static void ask_for_everything(int fd, unsigned int turn)
{
	struct leap_control control = { .id = 1 + turn % CONTROLS };
	struct leap_mode_info mode = { .width = turn % 2 ? 640 : 752, .height = 240 };

	if (!ioctl(fd, LEAP_IOC_CONTROL_GET, &control)) {
		assert_true(control.value >= control.minimum);
		assert_true(control.value <= control.maximum);
	}
	if (turn % 5 == 0) {
		control.value = control.minimum + turn % 2;
		ioctl(fd, LEAP_IOC_CONTROL_SET, &control);
	}
	if (turn % 11 == 0)
		ioctl(fd, LEAP_IOC_MODE_SET, &mode);
	if (turn % 13 == 0 && !ioctl(fd, LEAP_IOC_START))
		ioctl(fd, LEAP_IOC_STOP);
}

static void test_nonsense_in_answers_does_no_harm(void **state)
{
	unsigned int turns = times(200, 3000);
	struct leap_mode_info mode = { .width = 640, .height = 240 };
	struct rig *rig = *state;
	struct ring ring;
	uint32_t before;

	ring_open(&ring, rig->device, O_RDWR);
	before = ring.header->control_errors;
	rig_say(rig, "garbage-control 2000000000");
	sleep_ms(20);
	for (unsigned int i = 0; i < turns; i++)
		ask_for_everything(ring.fd, i);
	printf("## %u nonsense answers refused\n",
	       ring.header->control_errors - before);
	rig_say(rig, "garbage-control 0");
	sleep_ms(20);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_MODE_SET, &mode), 0);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 10);
	assert_true(ring.header->control_errors - before > times(300, 5000));
	ring_close(&ring);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0 && write(fd, text, strlen(text)) > 0);
	close(fd);
}

static void test_nonsense_while_the_driver_asks_who_it_is_does_no_harm(void **state)
{
	unsigned int turns = times(10, 300);
	struct rig *rig = *state;
	struct ring ring;

	for (unsigned int i = 0; i < turns; i++) {
		char command[32];

		put("/sys/bus/usb/drivers/leap/unbind", "1-1:1.0");
		/* the questions are some 700 */
		snprintf(command, sizeof(command), "garbage-control %u", i * 37 % 900);
		rig_say(rig, command);
		sleep_ms(10);
		put("/sys/bus/usb/drivers/leap/bind", "1-1:1.0");
		rig_wait_node(rig);
	}
	rig_say(rig, "garbage-control 0");
	sleep_ms(10);
	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 10);
	ring_close(&ring);
	printf("## %u times asked who it is, with nonsense in the answers\n", turns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams_of_damaged_payloads_do_no_harm),
		cmocka_unit_test(test_nonsense_in_answers_does_no_harm),
		cmocka_unit_test(
			test_nonsense_while_the_driver_asks_who_it_is_does_no_harm),
	};

	return cmocka_run_group_tests(tests, plug, stop);
}
