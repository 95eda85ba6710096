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
 * leap_depth_at() - the surface at one pixel of the left patch
 * @expected: columns by which left exceeds right; the search is around it
 * @range: how far to search, columns
 * @ret_difference: columns by which left exceeds right, to a fraction of a pixel
 *
 * Return: 0..1, how distinct the match is; 0 is none.
 */
double leap_depth_at(const struct leap_patch patch[LEAP_EYES], const double pixel[2],
		     int expected, int range, double *ret_difference);

/** leap_depth_place() - the point of space at a pixel of the left patch */
struct vec3 leap_depth_place(const struct leap_patch patch[LEAP_EYES],
			     const struct leap_camera *camera, const double pixel[2],
			     double difference);

/**
 * leap_depth_row_error() - how many rows the right patch lies too low
 * @ret_rows: in pixels of the patch, positive when features are lower in the right
 *
 * Return: false when the patches do not tell.
 */
bool leap_depth_row_error(const struct leap_patch patch[LEAP_EYES], double *ret_rows);

#endif /* LEAP_DEPTH_H */
