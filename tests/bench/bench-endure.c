// SPDX-License-Identifier: MIT
/*
 * What bad clients cost the good ones: some that never read, and a thousand a second
 * that come and go. Service, good clients and bad ones are processes; this one measures.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/audience.h"
#include "tests/bench/host.h"
#include "tests/unit/service/ws_client.h"

#define GOOD_CLIENTS 5
#define STUCK_CLIENTS 5
/* Whoever says nothing for a minute is dropped: these say that they are alive. */
#define ALIVE_SECONDS 20
#define CHURN_PER_SECOND 1000
#define CHURN_PROCESSES 2
#define WARM_UP_US 2000000

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Good clients are watched for a while; prints what they had. */
static void watch(const struct host *host, struct audience *audience, const char *when,
		  double seconds)
{
	uint64_t frames, memory = host_memory(host->pid), after;
	size_t count;
	double *ms;

	audience_begin(audience);
	frames = host_frames(host);
	usleep((useconds_t)(seconds * 1e6));
	audience_end(audience);
	frames = host_frames(host) - frames;
	after = host_memory(host->pid);
	ms = audience_latencies(audience, &count);
	printf("  %-26s %7.2f %% delivered, p50 %6.3f p99 %6.3f max %7.3f ms, service "
	       "%6.2f MB, %+ld kB\n",
	       when, 100.0 * (double)count / (double)frames / audience->count,
	       count ? ms[count / 2] : 0, count ? ms[count * 99 / 100] : 0,
	       count ? ms[count - 1] : 0, (double)after / 1e6,
	       ((long)after - (long)memory) / 1000);
	fflush(stdout);
	free(ms);
}

static bool is_connected(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	return !getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) &&
	       info.tcpi_state == TCP_ESTABLISHED;
}

static void be_stuck(unsigned int port)
{
	struct ws_client *client = malloc(sizeof(*client));

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!client || ws_open(client, port, "/v6.json") != 101)
		fail("connect");
	ws_say(client, "{\"background\":true}");
	while (is_connected(client->fd)) {
		sleep(ALIVE_SECONDS);
		ws_send(client, WS_PONG, true, "", 0);
	}
	_exit(1);
}

static void endure_stuck(double seconds)
{
	struct host host = host_start(2);
	struct audience audience;
	pid_t stuck[STUCK_CLIENTS];
	int i;

	printf("%d clients that never read, beside %d that do, %.0f s\n", STUCK_CLIENTS,
	       GOOD_CLIENTS, seconds);
	audience_start(&audience, GOOD_CLIENTS, host.port, seconds);
	usleep(WARM_UP_US);
	watch(&host, &audience, "before they come", seconds < 30 ? seconds : 30);
	for (i = 0; i < STUCK_CLIENTS; i++) {
		stuck[i] = fork();
		if (stuck[i] < 0)
			fail("fork");
		if (!stuck[i])
			be_stuck(host.port);
	}
	usleep(WARM_UP_US); /* until their sockets are full */
	watch(&host, &audience, "while they do not read", seconds);
	for (i = 0; i < STUCK_CLIENTS; i++) {
		if (waitpid(stuck[i], NULL, WNOHANG))
			printf("  one of them was dropped\n");
		kill(stuck[i], SIGKILL);
		waitpid(stuck[i], NULL, 0);
	}
	audience_stop(&audience);
	host_stop(&host);
}

/* From many addresses of loopback, so that no port has to be used again so soon. */
static int connect_from(unsigned int n, unsigned int port)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + n % 1000);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof(from)) ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)))
		fail("connect");
	return fd;
}

static void come_and_go(unsigned int n, unsigned int port, atomic_uint *served)
{
	static const char request[] = "GET /v6.json HTTP/1.1\r\nHost: 127.0.0.1\r\n"
				      "Upgrade: websocket\r\nConnection: Upgrade\r\n"
				      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
				      "Sec-WebSocket-Version: 13\r\n\r\n";
	static const char close_frame[] = "\x88\x82mask\x6e\x89";
	char answer[1024];
	int fd = connect_from(n, port);

	if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0 &&
	    recv(fd, answer, sizeof(answer), 0) > 12 &&
	    !memcmp(answer, "HTTP/1.1 101", 12))
		atomic_fetch_add(served, 1);
	if (n % 2) /* the others do not say goodbye */
		send(fd, close_frame, sizeof(close_frame) - 1, MSG_NOSIGNAL);
	close(fd);
}

static void churn(unsigned int first, unsigned int port, double seconds,
		  atomic_uint *served)
{
	int64_t step_ns = INT64_C(1000000000) * CHURN_PROCESSES / CHURN_PER_SECOND;
	int64_t begin_ns = host_now_ns(), at_ns = begin_ns;
	int64_t end_ns = begin_ns + (int64_t)(seconds * 1e9);
	struct timespec until;
	unsigned int n = first;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (; at_ns < end_ns; at_ns += step_ns, n += CHURN_PROCESSES) {
		until.tv_sec = at_ns / 1000000000;
		until.tv_nsec = at_ns % 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		if (host_now_ns() > end_ns)
			break; /* too slow a machine: the count tells */
		come_and_go(n, port, served);
	}
}

static void endure_churn(double seconds)
{
	struct host host = host_start(2);
	struct audience audience;
	pid_t child[CHURN_PROCESSES];
	atomic_uint *served = mmap(NULL, sizeof(*served), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int i;

	if (served == MAP_FAILED)
		fail("mmap");
	printf("%d clients a second that come and go, beside one that stays, %.0f s\n",
	       CHURN_PER_SECOND, seconds);
	audience_start(&audience, 1, host.port, seconds);
	usleep(WARM_UP_US);
	watch(&host, &audience, "before they come", seconds < 30 ? seconds : 30);
	fflush(NULL);
	for (i = 0; i < CHURN_PROCESSES; i++) {
		child[i] = fork();
		if (child[i] < 0)
			fail("fork");
		if (!child[i]) {
			churn(i, host.port, seconds, served);
			_exit(0);
		}
	}
	watch(&host, &audience, "while they come and go", seconds);
	for (i = 0; i < CHURN_PROCESSES; i++)
		waitpid(child[i], NULL, 0);
	printf("  %u were served, %.0f a second\n", atomic_load(served),
	       atomic_load(served) / seconds);
	watch(&host, &audience, "after they are gone", seconds < 10 ? seconds : 10);
	audience_stop(&audience);
	host_stop(&host);
	munmap(served, sizeof(*served));
}

int main(int argc, char **argv)
{
	double stuck = argc > 1 ? atof(argv[1]) : 20, churning = 10;

	if (argc > 2)
		churning = atof(argv[2]);
	signal(SIGPIPE, SIG_IGN);
	if (stuck > 0)
		endure_stuck(stuck);
	if (churning > 0)
		endure_churn(churning);
	return 0;
}
