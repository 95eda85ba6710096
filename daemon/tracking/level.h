/* SPDX-License-Identifier: MIT */
/*
 * Whether both eyes see a hand on the same rows, as a calibration promises, and by how
 * much they miss it: a block that is not this unit's own leaves some rows between them,
 * and the network then doubts what it sees. Plain values; any thread.
 */
#ifndef LEAP_LEVEL_H
#define LEAP_LEVEL_H

#include "daemon/tracking/crop.h"

/**
 * struct leap_level - what was learned of one unit's eyes; all 0 at first
 * @lower: mean, radians by which the right eye sees hands lower in its picture (nearer to
 *	the user) than the left, both rectified by the calibration as it came
 * @allowed: so much of it is allowed for
 * @weight: of what it was learned from, up to LEAP_LEVEL_WEIGHT
 */
struct leap_level {
	double lower;
	double allowed;
	double weight;
};

/* The mean is of about that many good crops, half a second of frames. */
#define LEAP_LEVEL_WEIGHT 50.0

/**
 * struct leap_level_measure - what one crop says
 * @lower: radians, as in struct leap_level, but of the camera that it was taken with
 * @weight: 0..1, how alike both eyes' rows are with that allowed for
 */
struct leap_level_measure {
	double lower;
	double weight;
};

/**
 * leap_level_measure() - by how much the right eye sees a hand lower in one crop
 * Disparity moves things along rows only, so both eyes' sums over the rows of a hand
 * that fills the crop are alike but for this: 4.6 mrad root of mean square over simulated
 * hands whose eyes are level to 1.7 mrad.
 * @crop: with its brightness evened out
 *
 * Return: false where there is nothing to compare, or more than a sixth of the crop
 * between the eyes; the latter may also be told by no weight.
 */
bool leap_level_measure(const struct leap_crop *crop,
			struct leap_level_measure *ret_measure);

/**
 * leap_level_learn() - take another measurement into the mean
 * @measure: of a crop taken with @allowed allowed for
 *
 * Up to 30 mrad nothing is allowed for: a unit's own block leaves 2, by the years 6,
 * which do no harm, and the shapes of some hands look like 20.
 *
 * Return: true when @allowed has changed.
 */
bool leap_level_learn(struct leap_level *level,
		      const struct leap_level_measure *measure);

#endif /* LEAP_LEVEL_H */
