/* SPDX-License-Identifier: MIT */
/*
 * Time as clients see it: microseconds that never repeat or run back; the frame rate.
 * Part of a struct leap_motion, owned by the thread that has that.
 */
#ifndef LEAP_FRAME_CLOCK_H
#define LEAP_FRAME_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct leap_frame_clock {
	bool running;
	int64_t source_ns; /* of the newest frame, as its source said */
	int64_t elapsed_ns; /* since the epoch, without steps back */
	int64_t timestamp_us;
	double interval; /* smoothed seconds between frames; 0 until there are two */
};

/**
 * leap_frame_clock_tick() - a frame was taken at @time_ns
 * Time that stands still or steps back advances the time stamp by one microsecond; what
 * follows is counted on from there.
 *
 * @epoch_ns: time_ns that is time stamp 0; an earlier first frame gets 0
 *
 * Return: its time stamp, microseconds, larger than any before.
 */
int64_t leap_frame_clock_tick(struct leap_frame_clock *clock, int64_t time_ns,
			      int64_t epoch_ns);

/**
 * leap_frame_clock_rate() - frames per second, smoothed over half a second
 * Pauses of more than a second do not count.
 *
 * Return: 0 before the second frame.
 */
double leap_frame_clock_rate(const struct leap_frame_clock *clock);

#endif /* LEAP_FRAME_CLOCK_H */
