/* SPDX-License-Identifier: MIT */
/*
 * Motion factors r, s, t of a set of hands: the frame's are those of all hands.
 * Plain values in a struct leap_motion, owned by the thread that has that.
 */
#ifndef LEAP_FACTORS_H
#define LEAP_FACTORS_H

#include "daemon/motion/frame.h"

/**
 * leap_hands_pose() - where a set of hands is, how it is turned, how wide it is
 * Found by comparing recorded factors ten and fifty frames apart:
 * r: rows are an orthonormal right-handed basis that turns with the knuckles; of one
 * hand the palm's (x, back of the hand, to the wrist), of two the line between the
 * palms and the mean of the backs.
 * s: logarithm of the spread of the fingertips (root mean square distance from their
 * centre) in units of 19 mm, about 1.2 for an open hand.
 * t: the mean of the palms.
 *
 * @hand: @count of them, at least one, direction and normal unit vectors
 */
struct leap_motion_factors leap_hands_pose(const struct leap_tracked_hand *hand,
					   unsigned int count);

/**
 * struct leap_factors_anchor - joins a new set of hands to the factors so far
 * Factors are relative values to clients: what counts is that they do not jump when a
 * hand comes or goes, so that r, s and t of any two frames can be compared.
 */
struct leap_factors_anchor {
	struct mat3 turn; /* r = turn * pose.r */
	double s;
	struct vec3 t;
};

/** leap_factors_anchor_none() - factors are the pose itself */
struct leap_factors_anchor leap_factors_anchor_none(void);

/** leap_factors_anchor_at() - such that @pose has @factors */
struct leap_factors_anchor leap_factors_anchor_at(
	const struct leap_motion_factors *pose,
	const struct leap_motion_factors *factors);

/** leap_factors_apply() - the factors of a pose */
struct leap_motion_factors leap_factors_apply(const struct leap_factors_anchor *anchor,
					      const struct leap_motion_factors *pose);

#endif /* LEAP_FACTORS_H */
