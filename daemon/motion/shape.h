/* SPDX-License-Identifier: MIT */
/*
 * How a hand is held: extended fingers, grab, pinch, the ball it could hold.
 * Pure functions of one tracked hand whose direction and normal are unit vectors.
 */
#ifndef LEAP_SHAPE_H
#define LEAP_SHAPE_H

#include "daemon/motion/frame.h"

/**
 * leap_finger_extended() - straight enough to be counted
 * Fingers: pip to tip within 1.31 rad of the hand's direction; thumb: tip more than
 * 71.15 mm * scale from the palm's centre. Agrees with 99.6 % of the recorded.
 */
bool leap_finger_extended(const struct leap_tracked_hand *hand,
			  enum leap_finger_type type, double scale);

/**
 * leap_grab_strength() - 0 open to 1 fist
 * The least bent of the four fingers decides: the angle between its proximal and distal
 * bone, 0.8 rad to 2.0 rad. Exact for every recording of service 2.0 and later.
 */
double leap_grab_strength(const struct leap_tracked_hand *hand);

/**
 * leap_grab_angle() - radians, 0 open to about pi
 * Mean angle between metacarpal and distal bone of the four fingers; 0.3 % off in the
 * one recorded frame that has it.
 */
double leap_grab_angle(const struct leap_tracked_hand *hand);

/**
 * leap_pinch_strength() - 0 to 1, thumb against the nearest finger
 * Distance of the tips' centres, 60 mm to 22 mm times the scale. Exact for every
 * recording.
 */
double leap_pinch_strength(const struct leap_tracked_hand *hand, double scale);

/** leap_pinch_distance() - millimetres between the tips of thumb and index finger */
double leap_pinch_distance(const struct leap_tracked_hand *hand);

/**
 * leap_hand_sphere() - the ball that the hand seems to hold
 * Algebraic least squares through knuckles, last joints and palm, all alike: within 7 %
 * of the recorded radius (median of the one recording of service 2.0 that has spheres;
 * 7 % in the frame of a later one). Of early hands (see leap_hand_is_early()) through
 * the tips and the palm's reference point: the original's own, exact.
 *
 * @ret_radius: millimetres, at most about 2000
 */
void leap_hand_sphere(const struct leap_tracked_hand *hand, struct vec3 *ret_center,
		      double *ret_radius);

#endif /* LEAP_SHAPE_H */
