/* SPDX-License-Identifier: MIT */
/*
 * The interaction box: where hands are meant to be, and how large that place is.
 * Part of a struct leap_motion, owned by the thread that has that.
 */
#ifndef LEAP_BOX_H
#define LEAP_BOX_H

#include "daemon/motion/frame.h"

/**
 * struct leap_box_options - the original's settings, by its key names
 * @height: of the centre, millimetres; interaction_box_height, 200
 * @scale: interaction_box_scale, 0.8
 * @shift: of the centre; interaction_center_x, _y and _z, 0
 * @automatic: the height follows the hands; interaction_box_auto. In no recording has
 *	it moved, so false unless somebody asks for it
 */
struct leap_box_options {
	double height;
	double scale;
	struct vec3 shift;
	bool automatic;
};

struct leap_box {
	struct leap_box_options options;
	double height;
};

/** leap_box_options_default() - as above */
struct leap_box_options leap_box_options_default(void);

/** leap_box_start() - at its height */
void leap_box_start(struct leap_box *box, const struct leap_box_options *options);

/**
 * leap_box_follow() - an automatic box goes where the hands are, others stay
 * Within ten seconds two thirds of the way to the mean height of the palms; its centre
 * stays between 100 and 400 mm.
 *
 * @count: of @hand, may be 0: the box then waits
 * @seconds: since the frame before
 */
void leap_box_follow(struct leap_box *box, const struct leap_tracked_hand *hand,
		     unsigned int count, double seconds);

/**
 * leap_box_describe() - centre and size
 * At 200 mm and a scale of 0.8 the size is [235.247, 235.247, 147.751], as recorded; it
 * grows with both, as the field of view does.
 */
void leap_box_describe(const struct leap_box *box, struct vec3 *ret_center,
		       struct vec3 *ret_size);

#endif /* LEAP_BOX_H */
