/* SPDX-License-Identifier: MIT */
/*
 * Where a tip was during the last second and a half, and circles through its path.
 * Plain values in a struct leap_gestures, owned by the thread that has that.
 */
#ifndef LEAP_TIP_PATH_H
#define LEAP_TIP_PATH_H

#include "daemon/motion/frame.h"

#define LEAP_PATH_SAMPLES 256

/**
 * struct leap_tip_state - a tip in one frame
 * @beside: its position and velocity relative to the other fingers of its hand
 * @inward: out of the palm
 */
struct leap_tip_state {
	int64_t time_us;
	struct vec3 position;
	struct vec3 velocity;
	struct vec3 beside_position;
	struct vec3 beside_velocity;
	struct vec3 inward;
	enum leap_touch_zone touch_zone;
	bool extended;
	bool thumb;
};

/* Sums over all samples up to one, of positions relative to the path's origin. */
struct leap_path_sums {
	struct vec3 p;
	struct mat3 pp; /* upper triangle */
	struct vec3 ppp; /* |p|^2 p */
	double extended;
};

struct leap_tip_path {
	int64_t begin_us; /* of the first sample ever */
	unsigned int count; /* of samples, LEAP_PATH_SAMPLES at most */
	unsigned int newest;
	unsigned int since_origin; /* samples since the sums were begun anew */
	struct vec3 origin;
	struct leap_tip_state state[LEAP_PATH_SAMPLES];
	struct leap_path_sums sums[LEAP_PATH_SAMPLES];
};

/** leap_tip_path_clear() - no samples */
void leap_tip_path_clear(struct leap_tip_path *path);

/** leap_tip_path_add() - the oldest falls out; times increase */
void leap_tip_path_add(struct leap_tip_path *path, const struct leap_tip_state *state);

/** leap_tip_path_back() - the sample @back frames ago; @back < count */
const struct leap_tip_state *leap_tip_path_back(const struct leap_tip_path *path,
						unsigned int back);

/**
 * leap_tip_path_span() - how many frames back a time lies
 * Return: frames from the newest sample to the first one that is not older than
 * @seconds; all but the oldest sample when the path is shorter.
 */
unsigned int leap_tip_path_span(const struct leap_tip_path *path, double seconds);

/** struct leap_circle_fit - a circle through the newest part of a path */
struct leap_circle_fit {
	struct vec3 center;
	struct vec3 normal; /* unit; the path turns about it, counter-clockwise */
	double radius;
	double turns; /* angle of the path as seen from the centre; > 0 */
	double roughness; /* rms distance from the circle in its plane, by the radius */
	double height; /* rms distance from the plane, by the radius */
	double farthest; /* largest distance from the centre, by the radius */
	double extended; /* share of samples in which the finger was extended */
};

/**
 * leap_tip_path_circle() - fit a circle to the samples from @back frames ago on
 * Plane of least squares, in it the algebraic fit of least squares; the recorded
 * circles' centres are met to 0.1 mm by it when the span is the right one.
 *
 * @radius_min, @radius_max: others are not looked at any closer
 * @farthest_max: give up when a sample is farther from the centre, by the radius
 *
 * Return: whether there is such a circle about which the path turns in one sense.
 */
bool leap_tip_path_circle(const struct leap_tip_path *path, unsigned int back,
			  double radius_min, double radius_max, double farthest_max,
			  struct leap_circle_fit *ret_fit);

#endif /* LEAP_TIP_PATH_H */
