/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a point over time: its velocity, its steadied position and touch.
 * Plain values inside a hand's history, owned by the thread that has that.
 */
#ifndef LEAP_FILTER_H
#define LEAP_FILTER_H

#include "daemon/motion/frame.h"

/** struct leap_moving_point - a palm or a tip; millimetres, mm/s, seconds */
struct leap_moving_point {
	struct vec3 position;
	struct vec3 reference;
	struct vec3 velocity;
	struct vec3 stabilized;
	double age; /* since it was first seen */
	double pace; /* 0..1, smoothed: how quickly it moves in x and y */
	double level; /* 0..1, smoothed: moves within x-y (1) or along z (0) */
	double touch_distance;
	enum leap_touch_zone touch_zone;
};

/**
 * struct leap_point_sight - a point as it is seen in one frame
 * @reference: the point whose velocity is reported; @position but for the palm of old
 *	recordings (see leap_palm_reference())
 * @direction: where it points to, unit
 */
struct leap_point_sight {
	struct vec3 position;
	struct vec3 reference;
	struct vec3 direction;
};

/** leap_moving_point_start() - first seen here, at rest */
void leap_moving_point_start(struct leap_moving_point *point,
			     const struct leap_point_sight *sight);

/**
 * leap_moving_point_step() - seen again
 *
 * velocity: exponential mean of the frame-to-frame velocities, time constant 28 ms. The
 * original's own: fingertips agree to 0.04 mm/s (median).
 *
 * touch: the original's own, read off the recordings (median difference 0.0001). A
 * plane parallel to x-y lies 20 mm before the tip; 60 mm along z are a distance of 1.
 * Farther away than that the plane follows by a tenth of the excess a frame; behind it
 * likewise from 17 mm on. In between it is at rest but for quick motion within x-y:
 * then it follows by (v - 100 mm/s) / (1 m/s) a frame, where v^2 = vx^2 + vy^2 - vz^2.
 * Passing the plane adds 3 mm, so that it cannot be passed twice by trembling. In the
 * first third of a second, and while it points away from the screen, a tip cannot
 * touch; beside the screen (50 mm beyond the interaction box), hardly.
 *
 * stabilized: follows the position at a rate of 1000/s * pace^2 * level^4 (half of
 * it when touching). pace is min(1, speed within x-y / 400 mm/s), 120 mm/s when
 * touching, smoothed over 157 ms; level is 1 less the share of a right angle that the
 * velocity makes with x-y, smoothed over 60 ms. So a hand that pokes does not move a
 * cursor, and one that sweeps is not late. That the point is drawn along the straight
 * line, at a rate per time, is the original's own; the rate was fitted: median
 * distance to the recorded point 0.95 mm (tips), 1.5 mm (palm).
 *
 * @seconds: since the step before, > 0
 */
void leap_moving_point_step(struct leap_moving_point *point,
			    const struct leap_point_sight *sight, double seconds);

/** LEAP_TOUCH_START - the touch distance of a new tip, and of one at rest: 20 mm */
#define LEAP_TOUCH_START (1.0 / 3.0)

#endif /* LEAP_FILTER_H */
