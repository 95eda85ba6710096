/* SPDX-License-Identifier: MIT */
/*
 * What every kind of source implements; seen only inside this folder and its tests.
 * A source belongs to the capture thread, as source.h says.
 */
#ifndef LEAP_SOURCE_IMPL_H
#define LEAP_SOURCE_IMPL_H

#include <time.h>

#include "daemon/capture/source.h"

#define LEAP_SOURCE_ERROR_MAX 512

/** struct leap_source_ops - see the functions of the same name in source.h */
struct leap_source_ops {
	int (*next)(struct leap_source *source, int timeout_ms,
		    struct leap_stereo_frame *ret_frame);
	bool (*still_valid)(const struct leap_source *source,
			    const struct leap_stereo_frame *frame);
	int (*expose)(struct leap_source *source, unsigned int exposure_us,
		      unsigned int gain); /* NULL: not possible */
	int (*darken)(struct leap_source *source,
		      unsigned int interval); /* NULL: not possible */
	void (*close)(struct leap_source *source);
};

/** struct leap_source - embedded as the first member by every kind */
struct leap_source {
	const struct leap_source_ops *ops;
	bool live;
	struct leap_source_info info;
};

/**
 * leap_source_fail() - write the text for ret_error
 * @error: LEAP_SOURCE_ERROR_MAX bytes
 * @result: a negative errno
 *
 * Return: @result.
 */
__attribute__((format(printf, 3, 4))) int leap_source_fail(
	char error[LEAP_SOURCE_ERROR_MAX], int result, const char *format, ...);

/** leap_source_device_open() - /dev/leapN by its path */
int leap_source_device_open(const char *path, struct leap_source **ret_source,
			    char error[LEAP_SOURCE_ERROR_MAX]);

/**
 * leap_source_device_new() - a source on an open device and its mapped ring
 * @fd: polled for new frames; the source's from success on, as the mapping is
 * @map: the ring
 * @map_size: its bytes
 * @error: filled in on failure
 *
 * The info is the caller's to fill in.
 */
int leap_source_device_new(int fd, void *map, size_t map_size,
			   struct leap_source **ret_source,
			   char error[LEAP_SOURCE_ERROR_MAX]);

/** leap_source_replay_open() - a capture, over and over at its recorded pace */
int leap_source_replay_open(const char *path, struct leap_source **ret_source,
			    char error[LEAP_SOURCE_ERROR_MAX]);

/** leap_source_simulate_open() - one simulated hand; everything follows from @seed */
int leap_source_simulate_open(uint64_t seed, struct leap_source **ret_source,
			      char error[LEAP_SOURCE_ERROR_MAX]);

static inline int64_t leap_source_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline struct timespec leap_source_timespec(int64_t time_ns)
{
	return (struct timespec){
		.tv_sec = time_ns / 1000000000,
		.tv_nsec = time_ns % 1000000000,
	};
}

#endif /* LEAP_SOURCE_IMPL_H */
