/* SPDX-License-Identifier: MIT */
/*
 * The real service as a process of its own, with two scripted hands at 115 Hz, whose
 * timestamps say when each frame was published. Used by one thread.
 */
#ifndef LEAP_BENCH_HOST_H
#define LEAP_BENCH_HOST_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/motion/frame.h"

#define HOST_RATE_HZ 115

/** struct host - @port is known when host_start() returns */
struct host {
	pid_t pid;
	unsigned int port;
	struct host_shared *shared;
};

/** host_frame() - a frame of two hands, as motion makes it */
void host_frame(struct leap_frame *ret_frame);

/** host_now_ns() - CLOCK_MONOTONIC; frames' timestamps are the same in microseconds */
int64_t host_now_ns(void);

/**
 * host_start() - exits when it cannot
 * @hands: 2, or 0 for frames without any
 */
struct host host_start(unsigned int hands);

/** host_frames() - published so far */
uint64_t host_frames(const struct host *host);

/** host_cpu_ns() - CPU time of all its threads so far */
int64_t host_cpu_ns(pid_t pid);

/** host_memory() - bytes that are resident */
uint64_t host_memory(pid_t pid);

/** host_stop() - exits when it does not end well */
void host_stop(struct host *host);

#endif /* LEAP_BENCH_HOST_H */
