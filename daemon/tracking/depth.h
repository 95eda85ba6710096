/* SPDX-License-Identifier: MIT */
/*
 * Distance by comparing the two eyes' patches of a hand.
 * Pure.
 */
#ifndef LEAP_DEPTH_H
#define LEAP_DEPTH_H

#include "daemon/tracking/patch.h"

#define LEAP_DEPTH_POINTS 320

/**
 * struct leap_depth_point - a piece of surface
 * @place: by stereo
 * @pixel: where the left eye's patch shows it
 * @weight: 0..1, how distinct the match was
 */
struct leap_depth_point {
	struct vec3 place;
	double pixel[2];
	double weight;
};

/**
 * leap_depth_points() - the hand's surface on a grid of the left patch
 * Return: their number.
 */
int leap_depth_points(const struct leap_patch patch[LEAP_EYES],
		      const struct leap_camera *camera,
		      struct leap_depth_point ret_points[LEAP_DEPTH_POINTS]);

/**
 * leap_depth_row_error() - how many rows the right patch lies too low
 * @ret_rows: in pixels of the patch, positive when features are lower in the right
 *
 * Return: false when the patches do not tell.
 */
bool leap_depth_row_error(const struct leap_patch patch[LEAP_EYES], double *ret_rows);

#endif /* LEAP_DEPTH_H */
