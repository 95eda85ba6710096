/* SPDX-License-Identifier: MIT */
/*
 * Motion factors r, s, t of a hand, or of all hands: the frame's.
 * Plain values in a struct leap_motion, owned by the thread that has that.
 */
#ifndef LEAP_FACTORS_H
#define LEAP_FACTORS_H

#include "daemon/motion/frame.h"

/**
 * leap_hands_pose() - where a set of hands is, how it is turned, how wide it is
 * r: rows are an orthonormal right-handed basis. Of one hand the palm's (x, back of
 * the hand, to the wrist), of two the line between the palms and what is up.
 * s: logarithm of the mean distance of all fingertips from their centre, and 0.6 mm,
 * in units of 17.5 mm; about 1.2 for an open hand.
 * t: of one hand the palm's reference point (see leap_palm_reference()), of two the
 * centre of the palms and the tips.
 *
 * @hand: @count of them, at least one, direction and normal unit vectors
 */
struct leap_motion_factors leap_hands_pose(const struct leap_tracked_hand *hand,
					   unsigned int count);

/**
 * leap_pose_follow() - the smoothed pose, one frame later
 * With every frame r goes a fifth of the way to the pose, s three tenths, t half: the
 * original's own; over ten frames its factors of one hand are met to 0.01 degrees,
 * 0.0004 and 0.0005 mm (medians), of two hands to 1.4 degrees, 0.0001 and 1.6 mm.
 *
 * @smooth: before; a new set of hands starts with its pose
 */
void leap_pose_follow(struct leap_motion_factors *smooth,
		      const struct leap_motion_factors *pose);

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
