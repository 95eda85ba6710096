// SPDX-License-Identifier: MIT
/*
 * The program leap-sim over a real socket: a host imports, streams and loses it.
 * The program runs as a child; its path is the only argument. Nothing takes a minute.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/pattern.h"
#include "sim/usbip.h"

#define FRAME (640 * 240 * 2)
#define BUFFER 16384

static const char *program;

struct child {
	pid_t pid;
	FILE *commands;
	FILE *output;
	unsigned int port;
};

/* Started with @arguments; complaints go to nowhere. */
static void start_with(struct child *child, const char *const *arguments)
{
	int in[2], out[2];

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	child->pid = fork();
	assert_true(child->pid >= 0);
	if (child->pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		close(out[0]);
		if (!freopen("/dev/null", "w", stderr))
			_exit(126);
		execv(program, (char **)arguments);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	child->commands = fdopen(in[1], "w");
	child->output = fdopen(out[0], "r");
}

static int stop(struct child *child)
{
	int status;

	fclose(child->commands);
	fclose(child->output);
	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void listen_for_hosts(struct child *child, const char *rate)
{
	const char *const arguments[] = { "leap-sim",  "--usbip",  "listen:0",
					  "--pattern", "checksum", "--rate",
					  rate,	       NULL };

	start_with(child, arguments);
	assert_int_equal(fscanf(child->output,
				"listening on 127.0.0.1 port %u, %*[^\n]",
				&child->port),
			 1);
}

static void command(struct child *child, const char *line)
{
	fprintf(child->commands, "%s\n", line);
	fflush(child->commands);
}

static int dial(const struct child *child)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(child->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(
		connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void say(int fd, const void *bytes, size_t size)
{
	assert_int_equal(send(fd, bytes, size, MSG_NOSIGNAL), size);
}

/* Return: whether all of it came. */
static bool hear(int fd, void *bytes, size_t size)
{
	return recv(fd, bytes, size, MSG_WAITALL) == (ssize_t)size;
}

static void put32(uint8_t *to, uint32_t value)
{
	value = htonl(value);
	memcpy(to, &value, sizeof(value));
}

static uint32_t get32(const uint8_t *from)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return ntohl(value);
}

/* Return: the status of the answer; 0 when the controller is ours. */
static uint32_t import(int fd)
{
	uint8_t request[40] = { 0x01, 0x11, 0x80, 0x03 };
	uint8_t answer[8 + 312];

	memcpy(request + 8, LEAP_USBIP_BUSID, sizeof(LEAP_USBIP_BUSID));
	say(fd, request, sizeof(request));
	assert_true(hear(fd, answer, 8));
	if (get32(answer + 4) == 0)
		assert_true(hear(fd, answer + 8, 312));
	return get32(answer + 4);
}

static void submit(int fd, unsigned int endpoint, bool to_host, uint32_t length,
		   const uint8_t *setup, const void *data)
{
	uint8_t header[LEAP_USBIP_HEADER_SIZE] = { 0 };

	put32(header, 1);
	put32(header + 4, 1);
	put32(header + 8, LEAP_USBIP_DEVID);
	put32(header + 12, to_host);
	put32(header + 16, endpoint);
	put32(header + 24, length);
	if (setup)
		memcpy(header + 40, setup, 8);
	say(fd, header, sizeof(header));
	if (!to_host && length)
		say(fd, data, length);
}

static void stream(int fd)
{
	static const uint8_t configure[8] = { 0x00, 9, 1 };
	static const uint8_t commit[8] = { 0x21, 1, 0, 2, 1, 0, 26, 0 };
	static const uint8_t block[26] = { 0, 0, 1, 2 };
	uint8_t answer[LEAP_USBIP_HEADER_SIZE];

	submit(fd, 0, false, 0, configure, NULL);
	assert_true(hear(fd, answer, sizeof(answer)));
	submit(fd, 0, false, sizeof(block), commit, block);
	assert_true(hear(fd, answer, sizeof(answer)));
	assert_int_equal(get32(answer + 20), 0);
}

/* Return: whether a frame came; @pixels has room for one payload too many. */
static bool receive_frame(int fd, uint8_t *pixels)
{
	uint8_t header[LEAP_USBIP_HEADER_SIZE], payload[BUFFER] = { 0 };
	size_t size = 0;

	while (size < FRAME) {
		uint32_t actual;

		submit(fd, 3, true, BUFFER, NULL, NULL);
		if (!hear(fd, header, sizeof(header)))
			return false;
		actual = get32(header + 24);
		assert_int_equal(get32(header + 20), 0);
		assert_in_range(actual, 13, BUFFER);
		assert_true(hear(fd, payload, actual));
		memcpy(pixels + size, payload + 12, actual - 12);
		size += actual - 12;
	}
	assert_int_equal(payload[1] & 2, 2);
	assert_int_equal(size, FRAME);
	return true;
}

static void frames_come_whole_and_in_order(void **state)
{
	static uint8_t pixels[FRAME + BUFFER];
	struct child child;
	uint64_t number;
	int fd;

	(void)state;
	listen_for_hosts(&child, "max");
	fd = dial(&child);
	assert_int_equal(import(fd), 0);
	stream(fd);
	for (unsigned int i = 0; i < 50; i++) {
		assert_true(receive_frame(fd, pixels));
		assert_int_equal(leap_pattern_verify(pixels, 640, 240, &number, NULL),
				 0);
		assert_int_equal(number, i);
	}
	close(fd);
	command(&child, "quit");
	assert_int_equal(stop(&child), 0);
}

static void a_second_host_finds_it_busy_and_then_fresh(void **state)
{
	static uint8_t pixels[FRAME + BUFFER];
	struct child child;
	int first, second;
	uint64_t number;
	char end;

	(void)state;
	listen_for_hosts(&child, "max");
	first = dial(&child);
	assert_int_equal(import(first), 0);
	stream(first);
	assert_true(receive_frame(first, pixels));
	second = dial(&child);
	assert_int_equal(import(second), LEAP_USBIP_BUSY);
	assert_int_equal(recv(second, &end, 1, 0), 0);
	close(second);
	/* answered with an end of its own, so that it is known to be over */
	shutdown(first, SHUT_WR);
	while (recv(first, pixels, sizeof(pixels), 0) > 0)
		;
	close(first);
	second = dial(&child);
	assert_int_equal(import(second), 0);
	stream(second);
	assert_true(receive_frame(second, pixels));
	assert_int_equal(leap_pattern_verify(pixels, 640, 240, &number, NULL), 0);
	assert_int_equal(number, 0);
	close(second);
	command(&child, "quit");
	assert_int_equal(stop(&child), 0);
}

static void silent_callers_keep_nobody_out(void **state)
{
	struct child child;
	int silent[12], fd;

	(void)state;
	listen_for_hosts(&child, "max");
	for (unsigned int i = 0; i < 12; i++)
		silent[i] = dial(&child);
	fd = dial(&child);
	assert_int_equal(import(fd), 0);
	for (unsigned int i = 0; i < 12; i++)
		close(silent[i]);
	close(fd);
	command(&child, "quit");
	assert_int_equal(stop(&child), 0);
}

static void unplugging_hangs_up_until_it_is_plugged_in_again(void **state)
{
	static uint8_t pixels[FRAME + BUFFER];
	struct child child;
	uint32_t status;
	int fd;

	(void)state;
	listen_for_hosts(&child, "115");
	fd = dial(&child);
	assert_int_equal(import(fd), 0);
	stream(fd);
	assert_true(receive_frame(fd, pixels));
	submit(fd, 2, true, 64, NULL, NULL); /* waits for ever */
	command(&child, "unplug");
	assert_int_equal(recv(fd, pixels, 1, 0), 0);
	close(fd);
	fd = dial(&child);
	assert_int_equal(import(fd), LEAP_USBIP_NO_DEVICE);
	close(fd);
	command(&child, "plug");
	do {
		fd = dial(&child);
		status = import(fd);
		close(fd);
	} while (status == LEAP_USBIP_NO_DEVICE);
	assert_int_equal(status, 0);
	command(&child, "quit");
	assert_int_equal(stop(&child), 0);
}

static void a_signal_ends_it_well(void **state)
{
	struct child child;

	(void)state;
	listen_for_hosts(&child, "max");
	kill(child.pid, SIGTERM);
	assert_int_equal(stop(&child), 0);
}

static int status_of(const char *option, const char *value)
{
	const char *const arguments[] = { "leap-sim", "--usbip", "listen:0",
					  option,     value,	 NULL };
	struct child child;

	start_with(&child, arguments);
	return stop(&child);
}

static void what_cannot_be_meant_is_refused(void **state)
{
	(void)state;
	assert_int_equal(status_of("--rate", "0"), 2);
	assert_int_equal(status_of("--rate", "fast"), 2);
	assert_int_equal(status_of("--hands", "3"), 2);
	assert_int_equal(status_of("--pattern", "cat"), 2);
	assert_int_equal(status_of("--serial", "a serial"), 2);
	assert_int_equal(status_of("--usbip", "listen:65536"), 2);
	assert_int_equal(status_of("--calibration", "/dev/null"), 1);
	assert_int_equal(status_of("--descriptors", "/dev/null"), 1);
	assert_int_equal(status_of("--control", "/dev/null"), 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_whole_and_in_order),
		cmocka_unit_test(a_second_host_finds_it_busy_and_then_fresh),
		cmocka_unit_test(silent_callers_keep_nobody_out),
		cmocka_unit_test(unplugging_hangs_up_until_it_is_plugged_in_again),
		cmocka_unit_test(a_signal_ends_it_well),
		cmocka_unit_test(what_cannot_be_meant_is_refused),
	};

	if (argc != 2)
		return 2;
	program = argv[1];
	alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
