/* SPDX-License-Identifier: MIT */
/*
 * Pixels, calibration and time in, hands out. A pure library: no I/O, no globals, no
 * clock; the same frames give the same hands. One thread at a time per tracker.
 */
#ifndef LEAP_TRACKER_H
#define LEAP_TRACKER_H

#include "daemon/tracking/camera.h"
#include "daemon/tracking/hand.h"

struct leap_tracker;

/**
 * leap_tracker_new() - a tracker for one pair of cameras
 * @camera: copied
 *
 * Return: 0, -ENOMEM, or what leap_network_new() says of the weights that the program
 * was built with.
 */
int leap_tracker_new(const struct leap_camera *camera,
		     struct leap_tracker **ret_tracker);

/**
 * leap_tracker_update() - look at the next frame
 * @tracker: a tracker
 * @frame: any of the six sensor modes; a damaged frame keeps what is followed and
 *	yields the hands of the frame before
 * @ret_hands: all hands seen, possibly none
 *
 * Frames come in the order of their time; a step back in time starts afresh.
 *
 * Return: 0; -EINVAL a geometry that is no sensor mode (ret_hands then has none).
 */
int leap_tracker_update(struct leap_tracker *tracker,
			const struct leap_stereo_frame *frame,
			struct leap_hands *ret_hands);

/** leap_tracker_free() - NULL is allowed */
void leap_tracker_free(struct leap_tracker *tracker);

#endif /* LEAP_TRACKER_H */
