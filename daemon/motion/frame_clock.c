// SPDX-License-Identifier: MIT
// Time stamps and frame rate from the times of the frames.
// Owned by the tracking thread, as part of its struct leap_motion.
#include <math.h>

#include "daemon/motion/frame_clock.h"

#define RATE_TIME_CONSTANT 0.5 /* seconds */
#define PAUSE 1.0 /* seconds */

static int64_t saturating_subtract(int64_t a, int64_t b)
{
	int64_t difference;

	if (__builtin_sub_overflow(a, b, &difference))
		return b < 0 ? INT64_MAX : INT64_MIN;
	return difference;
}

static int64_t saturating_add(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static void measure_interval(struct leap_frame_clock *clock, double seconds)
{
	if (seconds <= 0.0 || seconds > PAUSE)
		return;
	if (clock->interval == 0.0)
		clock->interval = seconds;
	clock->interval -=
		expm1(-seconds / RATE_TIME_CONSTANT) * (seconds - clock->interval);
}

int64_t leap_frame_clock_tick(struct leap_frame_clock *clock, int64_t time_ns,
			      int64_t epoch_ns)
{
	int64_t step;

	if (!clock->running) {
		step = saturating_subtract(time_ns, epoch_ns);
		clock->elapsed_ns = step > 0 ? step : 0;
		clock->timestamp_us = clock->elapsed_ns / 1000;
		clock->running = true;
	} else {
		step = saturating_subtract(time_ns, clock->source_ns);
		measure_interval(clock, step * 1e-9);
		if (step > 0)
			clock->elapsed_ns = saturating_add(clock->elapsed_ns, step);
		if (clock->elapsed_ns / 1000 > clock->timestamp_us)
			clock->timestamp_us = clock->elapsed_ns / 1000;
		else
			clock->timestamp_us++;
	}
	clock->source_ns = time_ns;
	return clock->timestamp_us;
}

double leap_frame_clock_rate(const struct leap_frame_clock *clock)
{
	return clock->interval > 0.0 ? 1.0 / clock->interval : 0.0;
}
