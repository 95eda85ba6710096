/* SPDX-License-Identifier: MIT */
/*
 * Bright regions of a whole frame, in coarse cells: where a hand might be.
 * Pure; the scratch memory belongs to the caller.
 */
#ifndef LEAP_REGIONS_H
#define LEAP_REGIONS_H

#include "daemon/tracking/camera.h"

/* A cell is 4 columns wide and a 120th of the picture high: about square. */
#define LEAP_CELL_COLUMNS 4
#define LEAP_CELLS_WIDE 188
#define LEAP_CELLS_HIGH 120
#define LEAP_REGIONS_MAX 12

/**
 * struct leap_cells - a small copy of both eyes' pictures
 * @wide: columns in use
 * @value: mean grey level of the cell, by eye
 * @threshold: what a cell must exceed to be brighter than its surroundings
 * @label: which region a cell belongs to, 0 for none
 * @taken: cells of the left eye that are not to be looked at
 * @dark: grey level of nothing
 */
struct leap_cells {
	int wide;
	uint8_t value[LEAP_EYES][LEAP_CELLS_HIGH][LEAP_CELLS_WIDE];
	uint8_t threshold[LEAP_CELLS_HIGH][LEAP_CELLS_WIDE];
	int16_t label[LEAP_CELLS_HIGH][LEAP_CELLS_WIDE];
	uint8_t taken[LEAP_CELLS_HIGH][LEAP_CELLS_WIDE];
	int dark;
};

/**
 * struct leap_region - one connected bright region of the left eye's picture
 * @cells: area
 * @box: least column, least row, greatest column, greatest row, in cells
  * @middle: a point well inside the region and away from where an arm enters it,
 *	column and row
 * @place: its position by stereo
 * @other_place: the same for the opposite end, which is the hand where the arm is too
 *	dim to be followed to the picture's border

 */
struct leap_region {
	int cells;
	int box[4];
	double middle[2];
	struct vec3 place;
	struct vec3 other_place;
};

/** leap_cells_fill() - average each cell, find the dark level, nothing taken yet */
void leap_cells_fill(struct leap_cells *cells, const struct leap_stereo_frame *frame);

/**
 * leap_regions_find() - bright regions of a plausible size and distance for a hand
 * @cells: filled
 * @ret_regions: the largest first
 *
 * Return: their number.
 */
int leap_regions_find(struct leap_cells *cells, const struct leap_camera *camera,
		      struct leap_sensor_mode mode,
		      struct leap_region ret_regions[LEAP_REGIONS_MAX]);

#endif /* LEAP_REGIONS_H */
