/* SPDX-License-Identifier: MIT */
/*
 * A rectified cut-out of one eye's picture around a hand: pixels are directions, so
 * that geometry in it is plain perspective. Scratch of one tracker.
 */
#ifndef LEAP_PATCH_H
#define LEAP_PATCH_H

#include "daemon/tracking/view.h"

#define LEAP_PATCH 128

#define LEAP_OUTSIDE_MAX 60

enum leap_patch_mask {
	LEAP_MASK_NOTHING,
	LEAP_MASK_HAND,
	LEAP_MASK_OUTSIDE, /* outside the raw picture */
};

/**
 * struct leap_patch - the directions around a hand, as one eye sees them
 * @origin: slopes of pixel (0, 0); columns count against x, rows along z
 * @step: slope from one pixel to the next
 * @grain: size of a pixel at the hand's distance, millimetres
 * @value: grey levels
 * @mask: enum leap_patch_mask
 * @depth_inside: distance of a hand pixel to the nearest other one, in thirds of a
 *	pixel; 0 outside the hand
 * @depth_outside: the same for the pixels that are not hand, at most
 *	LEAP_OUTSIDE_MAX
 * @box: of the hand: least column, least row, greatest column, greatest row
 * @dark: grey level of the surroundings
 * @bright: median grey level of the hand
 * @area: hand pixels
 */
struct leap_patch {
	double origin[2];
	double step;
	double grain;
	uint8_t value[LEAP_PATCH][LEAP_PATCH];
	uint8_t mask[LEAP_PATCH][LEAP_PATCH];
	int16_t depth_inside[LEAP_PATCH][LEAP_PATCH];
	int16_t depth_outside[LEAP_PATCH][LEAP_PATCH];
	int box[4];
	int dark;
	int bright;
	int area;
};

/**
 * leap_patch_cut() - rectify the surroundings of @centre
 * @row_offset: slope by which this eye's rows are displaced from the calibration
 */
void leap_patch_cut(struct leap_patch *patch, const struct leap_view *view,
		    const struct leap_camera *camera, enum leap_eye eye,
		    const struct leap_stereo_frame *frame, struct vec3 centre,
		    double row_offset);

/**
 * leap_patch_find_hand() - the bright shape at the middle of the patch
 * Fills mask, box, bright, dark and area. @owner: when not NULL, 1 for each pixel that
 * belongs to somebody else.
 *
 * Return: false when there is none.
 */
bool leap_patch_find_hand(struct leap_patch *patch,
			  const uint8_t owner[LEAP_PATCH][LEAP_PATCH]);

/** leap_patch_measure() - fills depth_inside and depth_outside */
void leap_patch_measure(struct leap_patch *patch);

/** leap_patch_pixel() - where a point of space falls, in pixels of the patch */
static inline void leap_patch_pixel(const struct leap_patch *patch, double eye_x,
				    struct vec3 point, double ret_pixel[2])
{
	double y = point.y > 1 ? point.y : 1;

	ret_pixel[0] = (patch->origin[0] - (point.x - eye_x) / y) / patch->step;
	ret_pixel[1] = (point.z / y - patch->origin[1]) / patch->step;
}

static inline void leap_patch_slope(const struct leap_patch *patch, double column,
				    double row, double ret_slope[2])
{
	ret_slope[0] = patch->origin[0] - column * patch->step;
	ret_slope[1] = patch->origin[1] + row * patch->step;
}

#endif /* LEAP_PATCH_H */
