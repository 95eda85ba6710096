/* SPDX-License-Identifier: MIT */
/*
 * WebSocket clients, each a process of its own, that note when each frame came.
 * Used by one thread.
 */
#ifndef LEAP_BENCH_AUDIENCE_H
#define LEAP_BENCH_AUDIENCE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** AUDIENCE_MAX - clients at most */
#define AUDIENCE_MAX 200

struct audience_shared;

struct audience {
	unsigned int count;
	pid_t pid[AUDIENCE_MAX];
	struct audience_shared *shared;
};

/**
 * audience_start() - connect; exits when that does not succeed
 * @seconds: room is made for the frames of so long
 *
 * They listen in the background, and have had a frame when it returns.
 */
void audience_start(struct audience *audience, unsigned int count, unsigned int port,
		    double seconds);

/** audience_begin() - note what comes from now on */
void audience_begin(struct audience *audience);

/** audience_end() - note no more */
void audience_end(struct audience *audience);

/**
 * audience_latencies() - milliseconds from the frames' timestamps to their receipt, of
 * all clients, sorted
 * @ret_count: frames that were received
 *
 * Return: to be freed.
 */
double *audience_latencies(const struct audience *audience, size_t *ret_count);

/** audience_stop() - disconnect */
void audience_stop(struct audience *audience);

#endif /* LEAP_BENCH_AUDIENCE_H */
