/* SPDX-License-Identifier: MIT */
/*
 * One stereo infrared picture, as every source yields it and the tracker reads it.
 * Types only; borrowed memory, valid until the source's next call.
 */
#ifndef LEAP_STEREO_FRAME_H
#define LEAP_STEREO_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum leap_eye {
	LEAP_EYE_LEFT, /* even bytes of a row; at x = +baseline/2 */
	LEAP_EYE_RIGHT,
	LEAP_EYES,
};

/**
 * struct leap_stereo_frame - pixels of both eyes and what is known about them
 * @pixels: height rows of width pairs of bytes: left, right, left, right ...
 * @width: columns of one eye
 * @height: rows
 * @sequence: the source's frame number; a gap means lost frames
 * @time_ns: CLOCK_MONOTONIC time of the exposure, as near as the source knows it
 *	(device: arrival of the first payload; replay: the recorded Xts, moved to the
 *	time of playing, so that it goes on where the recording starts again)
 * @ready_ns: CLOCK_MONOTONIC time at which the whole frame could be read
 * @lost_before: frames lost directly before this one
 * @exposure_us: 0 when unknown
 * @gain: analog gain in 1/16; 0 when unknown
 * @damaged: rows are missing, the device flagged the frame or exposed it with the LEDs
 *	off: not for tracking
 * @dark: whole, and exposed with the LEDs off: it shows the light of the room alone
 */
struct leap_stereo_frame {
	const uint8_t *pixels;
	uint32_t width;
	uint32_t height;
	uint64_t sequence;
	int64_t time_ns;
	int64_t ready_ns;
	uint32_t lost_before;
	uint16_t exposure_us;
	uint8_t gain;
	bool damaged;
	bool dark;
};

static inline uint8_t leap_stereo_pixel(const struct leap_stereo_frame *frame,
					enum leap_eye eye, uint32_t column,
					uint32_t row)
{
	return frame->pixels[((size_t)row * frame->width + column) * 2 + eye];
}

#endif /* LEAP_STEREO_FRAME_H */
