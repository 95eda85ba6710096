/* SPDX-License-Identifier: MIT */
/*
 * Keeps hands well exposed: what the controller's exposure and gain should be next.
 * Pure values; belongs to the thread that tracks.
 */
#ifndef LEAP_EXPOSURE_H
#define LEAP_EXPOSURE_H

#include "daemon/tracking/camera.h"
#include "daemon/tracking/hand.h"

/*
 * The range that the original service was seen to use. Beyond it the numbers in the
 * pictures wrap: they have nine bits of exposure and five of gain.
 */
#define LEAP_EXPOSURE_LEAST 77 /* microseconds */
#define LEAP_EXPOSURE_MOST 511
#define LEAP_GAIN_LEAST 16 /* sixteenths */
#define LEAP_GAIN_MOST 31

/**
 * struct leap_exposure - what is set, and how long it has been
 * @exposure_us: wanted last
 * @gain: wanted last
 * @waited_ns: time of the frame at which it was
 * @seen_ns: when a hand was seen last
 * @room: how bright the room alone makes the picture, leap_ambient_level() of the frame
 *	that comes next; 0: dark or not known
 */
struct leap_exposure {
	unsigned int exposure_us;
	unsigned int gain;
	int64_t waited_ns;
	int64_t seen_ns;
	double room;
};

/** leap_exposure_init() - as the controller is set when streaming starts: all light */
void leap_exposure_init(struct leap_exposure *exposure);

/**
 * leap_exposure_next() - what to set after this frame
 * @camera: with which @hands were seen
 * @frame: its exposure and gain say whether the last setting is in force
 * @hands: seen in it
 *
 * Hands too bright or too dim change the exposure first, and the gain once that is at
 * its end, by steps that no one sees as a jump. Two seconds without a hand, everything
 * goes back to the start, which sees farthest. A room that would blind the eyes lowers the
 * exposure whatever hands look like, and never lets it rise: what is white already
 * cannot be told from a hand by subtracting.
 *
 * Return: true when exposure_us and gain are to be set now. Should that fail, the next
 * try comes with a later frame.
 */
bool leap_exposure_next(struct leap_exposure *exposure,
			const struct leap_camera *camera,
			const struct leap_stereo_frame *frame,
			const struct leap_hands *hands);

#endif /* LEAP_EXPOSURE_H */
