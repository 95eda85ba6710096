// SPDX-License-Identifier: MIT
/*
 * One frame to many clients: what share arrives, how late, at what cost; and the same
 * frame written anew for each client by json-c and by snprintf.
 * Service and clients are processes; this one measures.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/service/parcel.h"
#include "tests/bench/audience.h"
#include "tests/bench/host.h"
#include "tests/bench/other_writers.h"
#include "tests/unit/service/ws_client.h"

#define SETTLE_US 1000000
#define COMPARED_CLIENTS 50
#define GOAL_CORE 25.0
#define GOAL_P99_MS 10.0

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

struct outcome {
	double seconds;
	double published; /* a client */
	size_t received; /* by all */
	double p50_ms, p99_ms, max_ms;
	double cpu_seconds;
};

static double us_per_message(const struct outcome *outcome)
{
	return outcome->cpu_seconds * 1e6 / (double)outcome->received;
}

static void take_latencies(const struct audience *audience, struct outcome *outcome)
{
	double *ms = audience_latencies(audience, &outcome->received);
	size_t count = outcome->received;

	if (count) {
		outcome->p50_ms = ms[count / 2];
		outcome->p99_ms = ms[count * 99 / 100];
		outcome->max_ms = ms[count - 1];
	}
	free(ms);
}

static struct outcome measure(unsigned int clients, unsigned int hands, double seconds)
{
	struct host host = host_start(hands);
	struct outcome outcome = { 0 };
	struct audience audience;
	uint64_t frames;
	int64_t from_ns, cpu_ns;

	audience_start(&audience, clients, host.port, seconds);
	usleep(SETTLE_US);
	audience_begin(&audience);
	frames = host_frames(&host);
	cpu_ns = host_cpu_ns(host.pid);
	from_ns = host_now_ns();
	usleep((useconds_t)(seconds * 1e6));
	audience_end(&audience);
	outcome.cpu_seconds = (double)(host_cpu_ns(host.pid) - cpu_ns) / 1e9;
	outcome.seconds = (double)(host_now_ns() - from_ns) / 1e9;
	outcome.published = (double)(host_frames(&host) - frames);
	take_latencies(&audience, &outcome);
	audience_stop(&audience);
	host_stop(&host);
	return outcome;
}

static void print(unsigned int clients, const struct outcome *outcome)
{
	printf("%8u %10.1f %9.2f %% %8.3f %8.3f %8.3f %9.1f %% %9.1f\n", clients,
	       outcome->published / outcome->seconds,
	       100.0 * (double)outcome->received / outcome->published / clients,
	       outcome->p50_ms, outcome->p99_ms, outcome->max_ms,
	       100.0 * outcome->cpu_seconds / outcome->seconds,
	       us_per_message(outcome));
	fflush(stdout);
}

/* Another service: it writes the frame for each client anew, and knows nothing else. */
struct rival {
	pid_t pid;
	unsigned int port;
	int listener;
	int (*write)(const struct other_writers *writers, char *buffer);
};

/* The answer to the key that every client here sends. */
static const char answer[] =
	"HTTP/1.1 101 Switching Protocols\r\n"
	"Upgrade: websocket\r\n"
	"Connection: Upgrade\r\n"
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static int accept_client(int listener)
{
	int fd = accept(listener, NULL, NULL), on = 1, unsent = 64 * 1024;
	char request[1024];

	if (fd < 0 || recv(fd, request, sizeof(request), 0) <= 0 ||
	    send(fd, answer, sizeof(answer) - 1, 0) < 0)
		fail("rival");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	return fd;
}

/* Sending blocks: it is a comparison of costs, and drops nothing. */
static void tell(const struct rival *rival, const struct other_writers *writers, int fd,
		 char *buffer)
{
	int size = rival->write(writers, buffer + LEAP_PARCEL_HEADER_MAX);
	unsigned char header[LEAP_PARCEL_HEADER_MAX];
	size_t header_size = leap_parcel_header(header, LEAP_PARCEL_TEXT, false, size);
	char *at = buffer + LEAP_PARCEL_HEADER_MAX - header_size;

	memcpy(at, header, header_size);
	if (send(fd, at, header_size + size, MSG_NOSIGNAL) < 0)
		_exit(0); /* the audience has left */
}

static void serve_rival(const struct rival *rival, unsigned int clients)
{
	struct itimerspec rhythm = { { 0, 1000000000 / HOST_RATE_HZ },
				     { 0, 1000000000 / HOST_RATE_HZ } };
	int timer = timerfd_create(CLOCK_MONOTONIC, 0), fd[AUDIENCE_MAX];
	char *buffer = malloc(LEAP_PARCEL_HEADER_MAX + OTHER_WRITERS_SIZE);
	struct other_writers *writers;
	struct leap_frame frame;
	uint64_t ticks;
	unsigned int i;

	if (timer < 0 || !buffer || timerfd_settime(timer, 0, &rhythm, NULL))
		fail("rival");
	host_frame(&frame);
	frame.timestamp_us = 1;
	writers = other_writers_new(&frame);
	for (i = 0; i < clients; i++)
		fd[i] = accept_client(rival->listener);
	for (;;) {
		if (read(timer, &ticks, sizeof(ticks)) < 0)
			fail("timer");
		for (i = 0; i < clients; i++)
			tell(rival, writers, fd[i], buffer);
	}
}

static struct rival start_rival(int (*write)(const struct other_writers *, char *),
				unsigned int clients)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	struct rival rival = { .write = write };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	rival.listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(rival.listener, (struct sockaddr *)&address, size) ||
	    listen(rival.listener, AUDIENCE_MAX) ||
	    getsockname(rival.listener, (struct sockaddr *)&address, &size))
		fail("rival");
	rival.port = ntohs(address.sin_port);
	rival.pid = fork();
	if (rival.pid < 0)
		fail("fork");
	if (!rival.pid)
		serve_rival(&rival, clients);
	close(rival.listener);
	return rival;
}

static struct outcome measure_rival(int (*write)(const struct other_writers *, char *),
				    unsigned int clients, double seconds)
{
	struct rival rival = start_rival(write, clients);
	struct outcome outcome = { 0 };
	struct audience audience;
	int64_t from_ns, cpu_ns;

	audience_start(&audience, clients, rival.port, seconds);
	usleep(SETTLE_US);
	audience_begin(&audience);
	cpu_ns = host_cpu_ns(rival.pid);
	from_ns = host_now_ns();
	usleep((useconds_t)(seconds * 1e6));
	audience_end(&audience);
	outcome.cpu_seconds = (double)(host_cpu_ns(rival.pid) - cpu_ns) / 1e9;
	outcome.seconds = (double)(host_now_ns() - from_ns) / 1e9;
	outcome.published = HOST_RATE_HZ * outcome.seconds;
	take_latencies(&audience, &outcome);
	audience_stop(&audience);
	kill(rival.pid, SIGKILL);
	waitpid(rival.pid, NULL, 0);
	return outcome;
}

static void print_rival(const char *name, const struct outcome *ours,
			const struct outcome *theirs)
{
	printf("  %-22s %8.1f us of CPU a message %6.1f x ours, %5.1f %% of 115 Hz "
	       "delivered\n",
	       name, us_per_message(theirs),
	       us_per_message(theirs) / us_per_message(ours),
	       100.0 * (double)theirs->received / theirs->published / COMPARED_CLIENTS);
}

static void compare(double seconds)
{
	struct outcome ours = measure(COMPARED_CLIENTS, 2, seconds);
	struct outcome dom = measure_rival(write_json_c, COMPARED_CLIENTS, seconds);
	struct outcome printf_ =
		measure_rival(write_snprintf, COMPARED_CLIENTS, seconds);

	printf("written for each of %d clients anew, per message with sending it\n",
	       COMPARED_CLIENTS);
	print_rival("this service", &ours, &ours);
	print_rival("json-c DOM, PLAIN", &ours, &dom);
	print_rival("snprintf %.6g", &ours, &printf_);
}

int main(int argc, char **argv)
{
	static const unsigned int clients[] = { 1, 10, 50, 100, 200 };
	double seconds = argc > 1 ? atof(argv[1]) : 5;
	struct outcome outcome;
	size_t i;

	printf("two hands at %d Hz, each client a process, %.0f s each; goal at 100: "
	       "100 %%, p99 %.0f ms, %.0f %% of a core\n",
	       HOST_RATE_HZ, seconds, GOAL_P99_MS, GOAL_CORE);
	printf(" clients   frames/s  delivered   p50 ms   p99 ms   max ms  CPU of core "
	       "us/message\n");
	for (i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		outcome = measure(clients[i], 2, seconds);
		print(clients[i], &outcome);
	}
	outcome = measure(1, 0, seconds);
	printf("no hands, one client in the background: %.2f %% of a core\n",
	       100.0 * outcome.cpu_seconds / outcome.seconds);
	compare(seconds);
	return 0;
}
