// SPDX-License-Identifier: MIT
/*
 * Thirty-two readers of one controller, each in a process of its own and each in its own
 * way: mapped, polling, reading, asking for settings, starting and stopping.
 * One process more counts.
 */
#include "tests/kernel/guest/scenario.h"

#include "sim/pattern.h"

#include <signal.h>
#include <sys/wait.h>

#define READERS 32
#define SECONDS times(3, 60)

/* Ends with 0 when every frame that was looked at was whole, and some were. */
static int follow(const char *device, unsigned int hold_ms)
{
	const struct habits habits = { .hold_ms = hold_ms };
	unsigned int whole = 0, torn = 0;
	uint64_t end = now_ns() + SECONDS * 1000000000ULL, number;
	struct ring ring;

	ring_open(&ring, device, O_RDONLY);
	if (ioctl(ring.fd, LEAP_IOC_START))
		return 2;
	while (now_ns() < end) {
		uint32_t head = ring_wait(&ring, ring_head(&ring));
		enum verdict verdict = ring_check(&ring, head, &habits, &number, NULL);

		whole += verdict == FRAME_WHOLE;
		torn += verdict == FRAME_TORN;
	}
	ring_close(&ring);
	return torn || !whole;
}

static int read_frames(const char *device)
{
	uint64_t end = now_ns() + SECONDS * 1000000000ULL, number;
	uint8_t *frame = malloc(LEAP_FRAME_MAX);
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	unsigned int wrong = 0;

	while (now_ns() < end)
		wrong += read(fd, frame, LEAP_FRAME_MAX) != 640 * 240 * 2 ||
			 leap_pattern_verify(frame, 640, 240, &number, NULL);
	free(frame);
	close(fd);
	return wrong != 0;
}

static int ask(const char *device)
{
	struct leap_control control = { .id = LEAP_CONTROL_EXPOSURE };
	uint64_t end = now_ns() + SECONDS * 1000000000ULL;
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	unsigned int wrong = 0;

	while (now_ns() < end) {
		wrong += ioctl(fd, LEAP_IOC_CONTROL_GET, &control) != 0;
		sleep_ms(5);
	}
	close(fd);
	return wrong != 0;
}

static int start_and_stop(const char *device)
{
	uint64_t end = now_ns() + SECONDS * 1000000000ULL;
	unsigned int wrong = 0;

	while (now_ns() < end) {
		int fd = open(device, O_RDONLY | O_CLOEXEC);

		wrong += ioctl(fd, LEAP_IOC_START) != 0;
		sleep_ms(3);
		wrong += ioctl(fd, LEAP_IOC_STOP) != 0;
		close(fd);
	}
	return wrong != 0;
}

static int behave(const char *device, unsigned int which)
{
	switch (which % 4) {
	case 0:
		return follow(device, which % 8 ? 10 : 0);
	case 1:
		return read_frames(device);
	case 2:
		return ask(device);
	default:
		return start_and_stop(device);
	}
}

static void test_thirty_two_readers_do_not_disturb_each_other(void **state)
{
	struct rig *rig = *state;
	pid_t children[READERS];
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 2);
	for (unsigned int i = 0; i < READERS; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (!children[i])
			_exit(behave(rig->device, i));
	}
	for (unsigned int i = 0; i < READERS; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	assert_int_equal(ring.header->errors, 0);
	assert_int_equal(ring.header->short_frames, 0);
	if (clock_is_virtual())
		assert_int_equal(ring.header->lost, 0);
	printf("## %d readers: %u frames, %u lost\n", READERS, ring.header->frames,
	       ring.header->lost);
	ring_close(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_thirty_two_readers_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests(tests, plug, stop);
}
