// SPDX-License-Identifier: MIT
/*
 * What open, read, poll, start, stop and close do, as <linux/leap.h> promises.
 * One thread and short-lived children; one controller for all tests.
 */
#include "tests/kernel/guest/scenario.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "sim/pattern.h"

static int open_device(const struct rig *rig, int flags)
{
	int fd = open(rig->device, flags | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static short poll_now(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	assert_true(poll(&pollfd, 1, 0) >= 0);
	return pollfd.revents;
}

static short poll_for(int fd, int ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	assert_true(poll(&pollfd, 1, ms) >= 0);
	return pollfd.revents;
}

/* Whether the head moves within a tenth of a second, some eleven frames. */
static bool streams(const struct ring *ring)
{
	uint32_t head;

	sleep_ms(50);
	head = ring_head(ring);
	sleep_ms(100);
	return ring_head(ring) != head;
}

static void test_opening_alone_does_not_start_the_stream(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_false(streams(&ring));
	assert_int_equal(ring.header->state, LEAP_STATE_IDLE);
	ring_close(&ring);
}

static void test_the_stream_runs_while_any_file_asks_for_it(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	int first = open_device(rig, O_RDONLY), second = open_device(rig, O_RDONLY);

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(first, LEAP_IOC_START), 0);
	assert_int_equal(ioctl(second, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 2);
	assert_int_equal(ioctl(first, LEAP_IOC_STOP), 0);
	assert_true(streams(&ring));
	close(second);
	assert_false(streams(&ring));
	assert_int_equal(ring.header->state, LEAP_STATE_IDLE);
	close(first);
	ring_close(&ring);
}

static void test_starting_twice_needs_one_stop(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 2);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_STOP), 0);
	assert_false(streams(&ring));
	ring_close(&ring);
}

static void test_stopping_what_was_not_started_takes_nothing_from_others(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	int other = open_device(rig, O_RDONLY);

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ioctl(other, LEAP_IOC_STOP);
	ring_wait_whole(&ring, 2);
	close(other);
	ring_wait_whole(&ring, 2);
	ring_close(&ring);
}

static void test_the_stream_starts_again_after_a_stop(void **state)
{
	struct rig *rig = *state;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	for (unsigned int i = 0; i < 10; i++) {
		assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
		ring_wait_whole(&ring, 1);
		assert_int_equal(ioctl(ring.fd, LEAP_IOC_STOP), 0);
	}
	assert_int_equal(ring.header->errors, 0);
	ring_close(&ring);
}

static void test_killing_a_reader_takes_its_wish_for_the_stream_back(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	pid_t child;

	ring_open(&ring, rig->device, O_RDONLY);
	child = fork();
	if (!child) {
		int fd = open(rig->device, O_RDONLY);

		ioctl(fd, LEAP_IOC_START);
		for (;;)
			pause();
	}
	ring_wait(&ring, ring_head(&ring));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_false(streams(&ring));
	ring_close(&ring);
}

static void test_read_gives_whole_frames_each_one_once(void **state)
{
	struct rig *rig = *state;
	int fd = open_device(rig, O_RDONLY);
	uint8_t *frame = malloc(LEAP_FRAME_MAX);
	uint64_t last = 0, number;

	for (unsigned int i = 0; i < 20; i++) {
		assert_int_equal(read(fd, frame, LEAP_FRAME_MAX), 640 * 240 * 2);
		assert_int_equal(leap_pattern_verify(frame, 640, 240, &number, NULL),
				 0);
		assert_true(i == 0 || number > last);
		last = number;
	}
	free(frame);
	close(fd);
}

static void test_read_into_a_buffer_smaller_than_a_frame_is_refused(void **state)
{
	struct rig *rig = *state;
	int fd = open_device(rig, O_RDONLY);
	uint8_t *frame = malloc(LEAP_FRAME_MAX);

	assert_errno(read(fd, frame, 640 * 240 * 2 - 1), EMSGSIZE);
	assert_errno(read(fd, frame, 0), EMSGSIZE);
	assert_int_equal(read(fd, frame, 640 * 240 * 2), 640 * 240 * 2);
	free(frame);
	close(fd);
}

static void test_read_into_memory_that_is_not_there_is_refused(void **state)
{
	struct rig *rig = *state;
	int fd = open_device(rig, O_RDONLY);
	void *nothing = mmap(NULL, LEAP_FRAME_MAX, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_errno(read(fd, nothing, LEAP_FRAME_MAX), EFAULT);
	munmap(nothing, LEAP_FRAME_MAX);
	close(fd);
}

static void test_a_nonblocking_read_says_again_when_there_is_nothing_new(void **state)
{
	struct rig *rig = *state;
	int fd = open_device(rig, O_RDONLY | O_NONBLOCK);
	uint8_t *frame = malloc(LEAP_FRAME_MAX);
	unsigned int frames = 0, nothing = 0;

	assert_errno(read(fd, frame, LEAP_FRAME_MAX), EAGAIN);
	while (frames < 10) {
		if (read(fd, frame, LEAP_FRAME_MAX) > 0) {
			frames++;
			continue;
		}
		assert_int_equal(errno, EAGAIN);
		nothing++;
		sleep_ms(1);
	}
	assert_true(nothing > 0);
	free(frame);
	close(fd);
}

static void ignore(int signal)
{
	(void)signal;
}

static void test_a_signal_ends_a_read_that_waits(void **state)
{
	struct rig *rig = *state;
	struct sigaction action = { .sa_handler = ignore };
	struct itimerval soon = { .it_value = { .tv_usec = 50000 } };
	int fd = open_device(rig, O_RDONLY);
	uint8_t *frame = malloc(LEAP_FRAME_MAX);
	ssize_t got;

	sigaction(SIGALRM, &action, NULL);
	rig_say(rig, "freeze");
	setitimer(ITIMER_REAL, &soon, NULL);
	while ((got = read(fd, frame, LEAP_FRAME_MAX)) > 0)
		;
	assert_int_equal(got, -1);
	assert_int_equal(errno, EINTR);
	rig_say(rig, "thaw");
	free(frame);
	close(fd);
}

static void test_poll_reports_each_frame_once(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	uint32_t before, reports = 0;
	uint64_t end;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(poll_now(ring.fd), 0);
	before = ring_head(&ring);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	assert_int_equal(poll_for(ring.fd, 1000), POLLIN);
	reports++;
	for (end = now_ns() + 200000000; now_ns() < end; reports++)
		assert_int_equal(poll_for(ring.fd, 1000), POLLIN);
	assert_in_range(reports, 1, ring_head(&ring) - before);
	ring_close(&ring);
}

static void test_poll_counts_for_each_file_alone(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	int other = open_device(rig, O_RDONLY);

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 2);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_STOP), 0);
	poll_now(ring.fd);
	assert_int_equal(poll_now(ring.fd), 0);
	assert_int_equal(poll_now(other), POLLIN);
	assert_int_equal(poll_now(other), 0);
	close(other);
	ring_close(&ring);
}

static void test_unknown_ioctls_and_bad_pointers_are_refused(void **state)
{
	struct rig *rig = *state;
	int fd = open_device(rig, O_RDWR);

	assert_errno(ioctl(fd, _IO(LEAP_IOC_MAGIC, 0x7f)), ENOTTY);
	assert_errno(ioctl(fd, _IOR(LEAP_IOC_MAGIC, 0x00, char)), ENOTTY);
	assert_errno(ioctl(fd, LEAP_IOC_INFO, 8), EFAULT);
	assert_errno(ioctl(fd, LEAP_IOC_CALIBRATION, 8), EFAULT);
	assert_errno(ioctl(fd, LEAP_IOC_CONTROL_GET, 8), EFAULT);
	assert_errno(ioctl(fd, LEAP_IOC_CONTROL_SET, 8), EFAULT);
	close(fd);
}

static void test_writing_and_seeking_are_refused(void **state)
{
	struct rig *rig = *state;
	int fd = open_device(rig, O_RDWR);

	assert_errno(write(fd, "x", 1), EINVAL);
	assert_errno(lseek(fd, 1, SEEK_SET), ESPIPE);
	close(fd);
}

static void test_times_and_sequence_numbers_rise(void **state)
{
	struct rig *rig = *state;
	struct leap_slot slot, before = { 0 };
	struct ring ring;
	uint32_t sequence;
	uint64_t number;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 1);
	sequence = ring_head(&ring);
	for (unsigned int i = 0; i < 20; i++) {
		sequence = ring_wait(&ring, sequence);
		assert_int_equal(ring_check(&ring, sequence, NULL, &number, &slot),
				 FRAME_WHOLE);
		assert_int_equal(slot.sequence, sequence);
		assert_true(slot.time_first_ns > before.time_first_ns);
		assert_true(slot.time_last_ns > before.time_last_ns);
		assert_true(slot.time_last_ns <= now_ns());
		assert_true(i == 0 || slot.device_time_ms > before.device_time_ms);
		if (clock_is_virtual())
			assert_int_equal(slot.lost_before, 0);
		before = slot;
	}
	ring_close(&ring);
}

static void test_a_frame_can_be_read_while_it_arrives(void **state)
{
	struct rig *rig = *state;
	const volatile struct leap_slot *slot;
	struct ring ring;
	unsigned int partial = 0;
	uint64_t end = now_ns() + 2000000000ULL;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 1);
	while (!partial && now_ns() < end) {
		uint32_t coming = ring_next(ring_head(&ring)), filled;

		slot = ring_slot(&ring, coming);
		if (__atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE) != coming)
			continue;
		filled = __atomic_load_n(&slot->filled, __ATOMIC_ACQUIRE);
		partial += filled > 0 && filled < 640 * 240 * 2;
	}
	assert_true(partial > 0);
	ring_close(&ring);
}

static void test_the_frame_being_replaced_is_never_taken_for_a_whole_one(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	uint64_t number;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, ring.header->slot_count);
	/* A frame that comes after a fault is filled before it is shown. */
	for (unsigned int i = 0; i < 20; i++) {
		uint32_t head = ring_head(&ring);

		rig_say(rig, "eproto 1");
		while (ring_head(&ring) - head < 4) {
			uint32_t oldest =
				ring_head(&ring) + 1 - ring.header->slot_count;

			assert_int_not_equal(
				ring_check(&ring, oldest, NULL, &number, NULL),
				FRAME_TORN);
		}
	}
	ring_close(&ring);
}

/*
 * Freezes the device in the middle of a frame. Returns the number of that frame, of which
 * readers see some rows.
 */
static uint32_t freeze_in_a_frame(struct rig *rig, const struct ring *ring)
{
	uint64_t end = now_ns() + 10000000000ULL;

	while (now_ns() < end) {
		const volatile struct leap_slot *slot;
		uint32_t coming;

		ring_wait_whole(ring, 2);
		rig_say(rig, "freeze");
		/* what is on its way arrives; the watchdog does not mind yet */
		sleep_ms(50);
		coming = ring_next(ring_head(ring));
		slot = ring_slot(ring, coming);
		if (slot->sequence == coming && slot->filled > 0)
			return coming;
		rig_say(rig, "thaw");
	}
	fail_msg("no frame was seen while it arrived");
	return 0;
}

static bool is_damaged(const struct ring *ring, uint32_t sequence)
{
	const volatile struct leap_slot *slot = ring_slot(ring, sequence);

	return slot->sequence == sequence &&
	       slot->flags & (LEAP_FRAME_SHORT | LEAP_FRAME_ERROR);
}

static void test_a_frame_that_the_end_of_the_stream_cuts_keeps_its_number(void **state)
{
	struct rig *rig = *state;
	struct ring ring;
	uint32_t cut;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	cut = freeze_in_a_frame(rig, &ring);
	poll_now(ring.fd);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_STOP), 0);
	assert_int_equal(ring_head(&ring), cut);
	assert_true(is_damaged(&ring, cut));
	/* who waits is told, as of any frame */
	assert_int_equal(poll_now(ring.fd), POLLIN);
	rig_say(rig, "thaw");
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait(&ring, cut);
	assert_true(is_damaged(&ring, cut));
	ring_close(&ring);
}

static void test_a_frame_that_a_change_of_mode_cuts_keeps_its_number(void **state)
{
	struct leap_mode_info other = { .width = 752, .height = 480 };
	struct leap_mode_info usual = { .width = 640, .height = 240 };
	struct rig *rig = *state;
	struct ring ring;
	uint32_t cut;

	ring_open(&ring, rig->device, O_RDWR);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	cut = freeze_in_a_frame(rig, &ring);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_MODE_SET, &other), 0);
	assert_int_equal(ring_head(&ring), cut);
	assert_true(is_damaged(&ring, cut));
	assert_int_equal(ring_slot(&ring, cut)->width, 640);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_MODE_SET, &usual), 0);
	rig_say(rig, "thaw");
	ring_close(&ring);
}

static void test_a_nonblocking_read_does_not_wait_for_the_one_after_a_damaged_one(
	void **state)
{
	struct rig *rig = *state;
	struct sigaction action = { .sa_handler = ignore };
	struct itimerval patience = { .it_value = { .tv_sec = 2 } };
	struct itimerval none = { 0 };
	int fd = open_device(rig, O_RDONLY | O_NONBLOCK);
	uint8_t *frame = malloc(LEAP_FRAME_MAX);
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	freeze_in_a_frame(rig, &ring);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_STOP), 0);
	/* what a read that waits would end with */
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &patience, NULL);
	assert_errno(read(fd, frame, LEAP_FRAME_MAX), EAGAIN);
	setitimer(ITIMER_REAL, &none, NULL);
	rig_say(rig, "thaw");
	ring_close(&ring);
	free(frame);
	close(fd);
}

#define WAITERS 3

/* Waits for frames as one who need not be woken together with others. */
static int wait_exclusively(const char *device, atomic_uint *satisfied)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int fd = open(device, O_RDONLY), epoll = epoll_create1(0);
	unsigned int frames = 0;

	if (fd < 0 || ioctl(fd, LEAP_IOC_START) ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		return 1;
	/* on until all have had ten: who has enough may not make room for another */
	while (atomic_load(satisfied) < WAITERS && frames < 1000) {
		if (epoll_wait(epoll, &event, 1, 5000) != 1)
			return 1;
		if (++frames == 10)
			atomic_fetch_add(satisfied, 1);
	}
	return frames < 10;
}

static void test_a_frame_wakes_each_of_those_who_wait_exclusively(void **state)
{
	struct rig *rig = *state;
	atomic_uint *satisfied = mmap(NULL, sizeof(*satisfied), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t children[WAITERS];

	assert_true(satisfied != MAP_FAILED);
	for (unsigned int i = 0; i < WAITERS; i++) {
		children[i] = fork();
		if (!children[i])
			_exit(wait_exclusively(rig->device, satisfied));
	}
	for (unsigned int i = 0; i < WAITERS; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	munmap(satisfied, sizeof(*satisfied));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opening_alone_does_not_start_the_stream),
		cmocka_unit_test(test_the_stream_runs_while_any_file_asks_for_it),
		cmocka_unit_test(test_starting_twice_needs_one_stop),
		cmocka_unit_test(
			test_stopping_what_was_not_started_takes_nothing_from_others),
		cmocka_unit_test(test_the_stream_starts_again_after_a_stop),
		cmocka_unit_test(
			test_killing_a_reader_takes_its_wish_for_the_stream_back),
		cmocka_unit_test(test_read_gives_whole_frames_each_one_once),
		cmocka_unit_test(
			test_read_into_a_buffer_smaller_than_a_frame_is_refused),
		cmocka_unit_test(test_read_into_memory_that_is_not_there_is_refused),
		cmocka_unit_test(
			test_a_nonblocking_read_says_again_when_there_is_nothing_new),
		cmocka_unit_test(test_a_signal_ends_a_read_that_waits),
		cmocka_unit_test(test_poll_reports_each_frame_once),
		cmocka_unit_test(test_poll_counts_for_each_file_alone),
		cmocka_unit_test(test_unknown_ioctls_and_bad_pointers_are_refused),
		cmocka_unit_test(test_writing_and_seeking_are_refused),
		cmocka_unit_test(test_times_and_sequence_numbers_rise),
		cmocka_unit_test(test_a_frame_can_be_read_while_it_arrives),
		cmocka_unit_test(
			test_the_frame_being_replaced_is_never_taken_for_a_whole_one),
		cmocka_unit_test(
			test_a_frame_that_the_end_of_the_stream_cuts_keeps_its_number),
		cmocka_unit_test(
			test_a_frame_that_a_change_of_mode_cuts_keeps_its_number),
		cmocka_unit_test(
			test_a_nonblocking_read_does_not_wait_for_the_one_after_a_damaged_one),
		cmocka_unit_test(test_a_frame_wakes_each_of_those_who_wait_exclusively),
	};

	return cmocka_run_group_tests(tests, plug, stop);
}
