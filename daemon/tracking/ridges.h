/* SPDX-License-Identifier: MIT */
/*
 * Thin bright lines in one eye's picture: which leave a hand, and how a line in space
 * that is believed in compares with what that eye sees.
 * Pure functions; any thread.
 */
#ifndef LEAP_RIDGES_H
#define LEAP_RIDGES_H

#include "daemon/tracking/crop.h"
#include "daemon/tracking/skeleton.h"

#define LEAP_RIDGES_MAX 3

/**
 * struct leap_line - a piece of a straight line in Leap coordinates
 * @base: its end at the hand
 * @tip: its other end
 */
struct leap_line {
	struct vec3 base;
	struct vec3 tip;
};

/** leap_ridge_width_most() - how wide a tool at @p may look, millimetres */
double leap_ridge_width_most(struct vec3 p);

/**
 * leap_ridges_leave() - lines that leave a hand and are none of its fingers
 * @frame: its geometry is the tables' mode
 * @flesh: of all hands that are known; what covers these is no line
 * @count: hands
 * @which: the one that the lines leave
 * @ret_lines: the most distinct first; ends as if they lay at the palm's distance. They
 *	may go on beyond the tip
 *
 * Return: how many.
 */
int leap_ridges_leave(const struct leap_crop_optics *optics,
		      const struct leap_stereo_frame *frame, enum leap_eye eye,
		      const struct leap_skeleton *const *flesh, unsigned int count,
		      unsigned int which, struct leap_line ret_lines[LEAP_RIDGES_MAX]);

/**
 * struct leap_ridge - what an eye sees along a line
 * @side: unit, across the line and the eye's ray, at base and tip
 * @offset: millimetres along @side from the line to the ridge, at base and tip
 * @begins: where the ridge does, millimetres beyond the line's tip: negative
 * @ends: likewise
 * @cut: by the picture's edge: it ends elsewhere
 * @seen: share of the way from where it begins to where it ends on which there is a
 *	ridge that is straight
 * @rough: root of the mean squared distance of that from straight, millimetres
 * @width: median, at half the height, millimetres
 */
struct leap_ridge {
	struct vec3 side[2];
	double offset[2];
	double begins;
	double ends;
	bool cut;
	double seen;
	double rough;
	double width;
};

/**
 * leap_ridge_measure() - look along a line, and a little beyond both its ends
 * @line: not the eye's own ray
 * @reach: how far off it the ridge may be, millimetres
 *
 * Return: false when there is no ridge to speak of, too little of the line is in the
 * picture, or it is no line between 10 mm and 1 m long.
 */
bool leap_ridge_measure(const struct leap_crop_optics *optics,
			const struct leap_stereo_frame *frame, enum leap_eye eye,
			const struct leap_line *line, double reach,
			struct leap_ridge *ret_ridge);

#endif /* LEAP_RIDGES_H */
