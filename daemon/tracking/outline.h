/* SPDX-License-Identifier: MIT */
/*
 * What the shape of a hand in one patch says by itself: palm, arm and fingertips.
 * Pure.
 */
#ifndef LEAP_OUTLINE_H
#define LEAP_OUTLINE_H

#include "daemon/tracking/patch.h"

#define LEAP_TIPS_MAX 8

/**
 * struct leap_tip - the end of something that sticks out of the palm
 * @end: its outermost pixel: column, row
 * @pad: a pixel in the middle of its flesh, about a fingertip's radius from the end
 

 * @reach: from the rim of the palm to the end, along the shape, pixels
 */
struct leap_tip {
	double end[2];
	double pad[2];

	double reach;
};

/**
 * struct leap_outline - the parts of the shape
 * @palm: centre of the palm: column, row
 * @radius: of the largest circle around it inside the shape, pixels
 * @arm: where the arm leaves the shape: column, row
 * @tip: in order of their angle around the palm
 */
struct leap_outline {
	double palm[2];
	double radius;
	double arm[2];
	int tips;
	struct leap_tip tip[LEAP_TIPS_MAX];
};

/** leap_outline_find() - @patch measured, with a hand in it */
void leap_outline_find(const struct leap_patch *patch,
		       struct leap_outline *ret_outline);

#endif /* LEAP_OUTLINE_H */
