/* SPDX-License-Identifier: MIT */
/*
 * Turns the tracker's hands, frame after frame, into complete frames: ids, velocities,
 * stabilised points, motion factors. Owned by the tracking thread; no clock, no I/O.
 */
#ifndef LEAP_MOTION_H
#define LEAP_MOTION_H

#include "daemon/motion/box.h"
#include "daemon/motion/frame.h"
#include "daemon/motion/movement.h"

struct leap_motion;

/**
 * struct leap_motion_options - what a user may set
 * @epoch_ns: time_ns that becomes timestamp 0
 * @box: the interaction box
 * @gesture: when a movement is a gesture
 */
struct leap_motion_options {
	int64_t epoch_ns;
	struct leap_box_options box;
	struct leap_gesture_options gesture;
};

/** leap_motion_options_default() - epoch 0, documented defaults */
void leap_motion_options_default(struct leap_motion_options *ret_options);

/** leap_motion_new() - Return: 0 or -ENOMEM */
int leap_motion_new(const struct leap_motion_options *options,
		    struct leap_motion **ret_motion);

/**
 * leap_motion_configure() - other settings from the next frame on
 * @options: its epoch_ns is of no account: time goes on
 */
void leap_motion_configure(struct leap_motion *motion,
			   const struct leap_motion_options *options);

/**
 * leap_motion_update() - derive everything from the newest hands
 * @motion: history
 * @hands: the tracker's answer; refused are values that are not finite, positions
 *	farther than a kilometre, and two hands, or two tools, of the same track
 * @ret_frame: completely written; a frame without hands keeps the last r, s and t
 *
 * Return: 0; -EINVAL refused (ret_frame is then a frame without hands, and what is
 * remembered of the hands waits for the next one).
 */
int leap_motion_update(struct leap_motion *motion, const struct leap_hands *hands,
		       struct leap_frame *ret_frame);

/** leap_motion_free() - NULL is allowed */
void leap_motion_free(struct leap_motion *motion);

#endif /* LEAP_MOTION_H */
