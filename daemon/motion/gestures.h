/* SPDX-License-Identifier: MIT */
/*
 * Gestures of all pointables: who makes which, its id, its states.
 * Owned by the tracking thread, as part of its struct leap_motion.
 */
#ifndef LEAP_GESTURES_H
#define LEAP_GESTURES_H

#include "daemon/motion/movement.h"

struct leap_gestures;

/** leap_gestures_new() - Return: 0 or -ENOMEM */
int leap_gestures_new(const struct leap_gesture_options *options,
		      struct leap_gestures **ret_gestures);

/** leap_gestures_configure() - for what begins from now on */
void leap_gestures_configure(struct leap_gestures *gestures,
			     const struct leap_gesture_options *options);

/**
 * leap_gestures_update() - find the gestures of a frame
 * A circle or swipe is told of in every frame from its start to its stop, under one id;
 * each start has its one stop, at the latest in the frame in which the pointable is
 * gone. Taps are one stop. Ids increase with every gesture, duration counts from the
 * start (taps: from the beginning of the dip). In a stop the progress of a circle is 1,
 * as it was in the original's.
 *
 * @frame: complete but for its gestures; those are written. There is always room: no
 *	gesture begins while LEAP_GESTURES_MAX of them last
 */
void leap_gestures_update(struct leap_gestures *gestures, struct leap_frame *frame);

/** leap_gestures_free() - NULL is allowed */
void leap_gestures_free(struct leap_gestures *gestures);

#endif /* LEAP_GESTURES_H */
