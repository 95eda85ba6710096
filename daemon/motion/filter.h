/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a point over time: its velocity, its steadied position and touch.
 * Plain values inside a hand's history, owned by the thread that has that.
 */
#ifndef LEAP_FILTER_H
#define LEAP_FILTER_H

#include "daemon/motion/frame.h"

/** struct leap_moving_point - a palm or a fingertip; millimetres, mm/s */
struct leap_moving_point {
	struct vec3 position;
	struct vec3 velocity;
	struct vec3 stabilized;
	double speed; /* smoothed; what the steadying goes by */
};

/** leap_moving_point_start() - first seen here, at rest */
void leap_moving_point_start(struct leap_moving_point *point, struct vec3 position);

/**
 * leap_moving_point_step() - seen again
 * velocity: exponential mean of the frame-to-frame velocities, time constant 28 ms. The
 * original's own: it meets the recorded fingertip velocities to 0.1 mm/s (median).
 *
 * stabilized: follows at a rate of 20/s * (speed / (100 mm/s))^2, speed being smoothed
 * over 60 ms: it stays where it is at rest and has no lag in quick motion. Fitted to
 * the recordings; median distance to the recorded point 2.0 mm (tips), 2.4 mm (palm).
 *
 * @seconds: since the step before, > 0
 */
void leap_moving_point_step(struct leap_moving_point *point, struct vec3 position,
			    double seconds);

/** LEAP_TOUCH_START - the touch distance of a new tip: a third of the hover zone */
#define LEAP_TOUCH_START (1.0 / 3.0)

/**
 * leap_touch_step() - the touch distance after a tip moved
 * The plane is parallel to x-y and adapts: 62.5 mm along z are a distance of 1, and
 * with every 30 mm that the tip travels in any direction the distance forgets all but
 * 1/e of how far it is from the middle of its zone (1/3 hovering, -0.26 touching).
 * These values were read off the recordings, there is no public definition; the median
 * difference is 0.09, the zone is the recorded one in 74 % of cases.
 *
 * @distance: before
 *
 * Return: -1 (far through the plane) to 1 (the far edge of the hover zone).
 */
double leap_touch_step(double distance, struct vec3 from, struct vec3 to);

/** leap_touch_zone() - touching at or behind the plane, none at the far edge */
enum leap_touch_zone leap_touch_zone(double distance);

#endif /* LEAP_FILTER_H */
