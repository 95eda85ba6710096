/* SPDX-License-Identifier: MIT */
/*
 * Takes away the light that is not the controller's own: what a picture with the LEDs
 * off shows is subtracted from those with the LEDs on. Belongs to the thread that tracks.
 */
#ifndef LEAP_AMBIENT_H
#define LEAP_AMBIENT_H

#include "daemon/capture/stereo_frame.h"

struct leap_ambient;

/*
 * What is known of the controller: one frame in every so many is exposed with the LEDs
 * off when it is asked for that, and says so in its metadata (LEAP_FRAME_DARK). That its
 * exposure and gain are those of its neighbours is assumed, and that pixels are linear
 * in light: the square root curve is off, and so is digital gain, as the controller is
 * when it is plugged in. Where a lit pixel is white, less than the whole is left of it.
 */

/** leap_ambient_new() - nothing is known of the light yet. Return: 0 or -ENOMEM */
int leap_ambient_new(struct leap_ambient **ret_ambient);

/**
 * leap_ambient_learn() - take a dark frame; its pixels are copied
 * @frame: exposed with the LEDs off
 */
void leap_ambient_learn(struct leap_ambient *ambient,
			const struct leap_stereo_frame *frame);

/** leap_ambient_forget() - the dark frame taken last was no good */
void leap_ambient_forget(struct leap_ambient *ambient);

/**
 * leap_ambient_subtract() - a lit frame without the light of the room
 * @frame: not dark
 * @ret_frame: *@frame, with pixels that are valid until the next call when there is a
 *	dark frame of its geometry, not older than half a second; else with its own.
 *	The dark frame counts by the light it let in, exposure times gain
 *
 * Return: whether anything was subtracted.
 */
bool leap_ambient_subtract(struct leap_ambient *ambient,
			   const struct leap_stereo_frame *frame,
			   struct leap_stereo_frame *ret_frame);

/**
 * leap_ambient_level() - how bright the room makes the picture
 * @frame: of which exposure and gain
 *
 * Return: the level that a quarter of the dark frame's pixels reach, for the light that
 * @frame lets in; may be beyond 255. 0 when there is no dark frame that fits.
 */
double leap_ambient_level(const struct leap_ambient *ambient,
			  const struct leap_stereo_frame *frame);

/** leap_ambient_free() - NULL is allowed */
void leap_ambient_free(struct leap_ambient *ambient);

#endif /* LEAP_AMBIENT_H */
