// SPDX-License-Identifier: MIT
/*
 * Child processes that read from a socket and write times to shared memory.
 * Each child has a row of its own there.
 */
#include "tests/bench/audience.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/host.h"
#include "tests/unit/service/ws_client.h"

#define WAIT_MS 100
#define START_SECONDS 30

struct row {
	atomic_uint heard; /* has had a frame */
	atomic_size_t noted;
};

struct audience_shared {
	size_t size; /* of the mapping */
	size_t room; /* in a row */
	atomic_bool noting;
	atomic_bool stop;
	struct row row[AUDIENCE_MAX];
	float milliseconds[];
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* The timestamp is the last thing in a frame: ..."timestamp":123} */
static int64_t timestamp_ns(const struct ws_frame *frame)
{
	static const char key[] = "\"timestamp\":";
	const char *end = frame->payload + frame->size;
	const char *from = frame->size > 40 ? end - 40 : frame->payload;
	const char *at = memmem(from, end - from, key, strlen(key));

	return at ? strtoll(at + strlen(key), NULL, 10) * 1000 : 0;
}

static void note(struct audience_shared *shared, unsigned int n, int64_t sent_ns,
		 int64_t now_ns)
{
	struct row *row = &shared->row[n];
	size_t noted = atomic_load(&row->noted);

	atomic_store(&row->heard, 1);
	if (!atomic_load(&shared->noting) || noted == shared->room)
		return;
	shared->milliseconds[n * shared->room + noted] =
		(float)((double)(now_ns - sent_ns) / 1e6);
	atomic_store(&row->noted, noted + 1);
}

/* The time is taken when the bytes are in this process, before they are looked at. */
static void listen_to(struct audience_shared *shared, unsigned int n, unsigned int port)
{
	struct ws_client *client = malloc(sizeof(*client));
	struct ws_frame frame;
	int64_t now_ns, sent_ns;
	int r;

	if (!client || ws_open(client, port, "/v6.json") != 101)
		fail("connect");
	ws_say(client, "{\"background\":true}");
	while (!atomic_load(&shared->stop)) {
		r = ws_next(client, WAIT_MS, &frame);
		if (r < 0)
			exit(1);
		if (!r)
			continue;
		now_ns = host_now_ns();
		do {
			if (frame.opcode == WS_PING)
				ws_send(client, WS_PONG, true, "", 0);
			sent_ns = timestamp_ns(&frame);
			if (sent_ns)
				note(shared, n, sent_ns, now_ns);
		} while (ws_take(client, &frame));
	}
	ws_close(client);
	free(client);
}

static void wait_for_all(const struct audience *audience)
{
	int64_t until_ns = host_now_ns() + START_SECONDS * INT64_C(1000000000);
	unsigned int i;

	for (i = 0; i < audience->count; i++)
		while (!atomic_load(&audience->shared->row[i].heard)) {
			if (host_now_ns() > until_ns) {
				fprintf(stderr, "client %u gets no frame\n", i);
				exit(1);
			}
			usleep(1000);
		}
}

void audience_start(struct audience *audience, unsigned int count, unsigned int port,
		    double seconds)
{
	size_t room = (size_t)((seconds + 2) * HOST_RATE_HZ);
	size_t size = sizeof(*audience->shared) + count * room * sizeof(float);
	unsigned int i;

	audience->count = count;
	audience->shared = mmap(NULL, size, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (audience->shared == MAP_FAILED)
		fail("mmap");
	audience->shared->size = size;
	audience->shared->room = room;
	fflush(NULL);
	for (i = 0; i < count; i++) {
		audience->pid[i] = fork();
		if (audience->pid[i] < 0)
			fail("fork");
		if (!audience->pid[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			listen_to(audience->shared, i, port);
			_exit(0);
		}
	}
	wait_for_all(audience);
}

void audience_begin(struct audience *audience)
{
	unsigned int i;

	for (i = 0; i < audience->count; i++)
		atomic_store(&audience->shared->row[i].noted, 0);
	atomic_store(&audience->shared->noting, true);
}

void audience_end(struct audience *audience)
{
	atomic_store(&audience->shared->noting, false);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double *audience_latencies(const struct audience *audience, size_t *ret_count)
{
	const struct audience_shared *shared = audience->shared;
	double *all = calloc(audience->count * shared->room, sizeof(*all));
	size_t count = 0, noted, j;
	unsigned int i;

	if (!all)
		fail("calloc");
	for (i = 0; i < audience->count; i++) {
		noted = atomic_load(&shared->row[i].noted);
		for (j = 0; j < noted; j++)
			all[count++] = shared->milliseconds[i * shared->room + j];
	}
	qsort(all, count, sizeof(*all), compare);
	*ret_count = count;
	return all;
}

void audience_stop(struct audience *audience)
{
	int status, bad = 0;
	unsigned int i;

	atomic_store(&audience->shared->stop, true);
	for (i = 0; i < audience->count; i++) {
		waitpid(audience->pid[i], &status, 0);
		bad += status != 0;
	}
	if (bad)
		fprintf(stderr, "%d clients lost their connection\n", bad);
	munmap(audience->shared, audience->shared->size);
}
