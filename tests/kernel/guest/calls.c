// SPDX-License-Identifier: MIT
/*
 * System calls for each frame: none for a reader that spins, one for one that sleeps.
 * The reader is a child that is traced.
 */
#include "tests/kernel/guest/scenario.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define FRAMES 100

/* Bounds what is counted; the call itself does nothing. */
static void mark(void)
{
	syscall(SYS_getppid);
}

static void spin(const struct ring *ring)
{
	uint32_t first = ring_head(ring);

	mark();
	while (ring_head(ring) - first < FRAMES)
		;
	mark();
}

static void sleep_for_each(const struct ring *ring)
{
	struct pollfd pollfd = { .fd = ring->fd, .events = POLLIN };
	uint32_t first;

	/* what was there before is reported now */
	poll(&pollfd, 1, -1);
	first = ring_head(ring);
	mark();
	while (ring_head(ring) - first < FRAMES)
		poll(&pollfd, 1, -1);
	mark();
}

static void read_as(const char *device, void (*reader)(const struct ring *ring))
{
	struct ring ring;

	ring_open(&ring, device, O_RDONLY);
	if (ioctl(ring.fd, LEAP_IOC_START))
		_exit(1);
	ring_wait_whole(&ring, 2);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	reader(&ring);
	_exit(0);
}

/* Calls that the child made between its two marks. */
static unsigned int count_calls(pid_t child)
{
	unsigned int calls = 0, marks = 0, stops = 0;
	int status;

	waitpid(child, &status, 0);
	ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD);
	for (;;) {
		long number;

		ptrace(PTRACE_SYSCALL, child, NULL, NULL);
		waitpid(child, &status, 0);
		if (WIFEXITED(status))
			break;
		if (!WIFSTOPPED(status) || WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		/* once on the way in, once on the way out */
		if (stops++ % 2)
			continue;
		number = ptrace(PTRACE_PEEKUSER, child, 15 * sizeof(long), NULL);
		if (number == SYS_getppid)
			marks++;
		else if (marks == 1)
			calls++;
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(marks, 2);
	return calls;
}

static unsigned int calls_of(const char *device,
			     void (*reader)(const struct ring *ring))
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child)
		read_as(device, reader);
	return count_calls(child);
}

static void test_a_spinning_reader_makes_no_system_call(void **state)
{
	struct rig *rig = *state;
	unsigned int calls = calls_of(rig->device, spin);

	printf("## a spinning reader: %u system calls in %d frames\n", calls, FRAMES);
	assert_int_equal(calls, 0);
}

static void test_a_sleeping_reader_makes_one_for_each_frame(void **state)
{
	struct rig *rig = *state;
	unsigned int calls = calls_of(rig->device, sleep_for_each);

	printf("## a sleeping reader: %u system calls in %d frames\n", calls, FRAMES);
	/* fewer when two frames came while it was traced */
	assert_in_range(calls, 1, FRAMES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_spinning_reader_makes_no_system_call),
		cmocka_unit_test(test_a_sleeping_reader_makes_one_for_each_frame),
	};

	return cmocka_run_group_tests(tests, plug, stop);
}
