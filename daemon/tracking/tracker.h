/* SPDX-License-Identifier: MIT */
/*
 * Pixels, calibration and time in, hands and their tools out. A pure library: no I/O,
 * no globals, no clock; the same frames give the same hands. One thread at a time per
 * tracker.
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

/** enum leap_mount - where the controller is, which tells how it sees most hands */
enum leap_mount {
	LEAP_MOUNT_DESKTOP, /* below them: their palms */
	LEAP_MOUNT_HMD, /* on a head: their backs */
	LEAP_MOUNT_SCREENTOP, /* on a screen, looking down: their backs */
};

/**
 * leap_tracker_orient() - what hands to expect; between frames, by their thread
 * @mount: desktop at first. On a head and on a screen a hand that could be a right one
 *	seen from the back or a left one seen from the palm is rather taken for the former;
 *	hands are found and followed in all mounts alike, and coordinates mean the same
 * @far_side: arms come from -z: what is tried first for new hands; false at first
 */
void leap_tracker_orient(struct leap_tracker *tracker, enum leap_mount mount,
			 bool far_side);

/**
 * leap_tracker_update() - look at the next frame
 * @tracker: a tracker
 * @frame: any of the six sensor modes; a damaged frame keeps what is followed and
 *	yields the hands of the frame before
 * @ret_hands: all hands seen, possibly none, and what they hold
 *
 * Frames come in the order of their time; a step back in time starts afresh.
 *
 * Return: 0; -EINVAL a geometry that is no sensor mode (ret_hands then has none).
 */
int leap_tracker_update(struct leap_tracker *tracker,
			const struct leap_stereo_frame *frame,
			struct leap_hands *ret_hands);

/**
 * leap_tracker_camera() - what the pixels are taken to mean, between frames
 * As it was given, or levelled (leap_camera_level()) where both eyes were found to see
 * hands on other rows than it says: hands are where this one has them. It belongs to the
 * tracker and may be another after the next frame.
 */
const struct leap_camera *leap_tracker_camera(const struct leap_tracker *tracker);

/**
 * leap_tracker_lower() - radians by which the right eye sees hands lower than the camera
 * that was given says; 0 when that is good enough. A calibration that is far off is as a
 * rule another controller's.
 */
double leap_tracker_lower(const struct leap_tracker *tracker);

/** leap_tracker_free() - NULL is allowed */
void leap_tracker_free(struct leap_tracker *tracker);

#endif /* LEAP_TRACKER_H */
