// SPDX-License-Identifier: MIT
/*
 * Block matching along the rectified rows, to a fraction of a pixel.
 * Pure functions on the caller's memory.
 */
#include <stdlib.h>

#include "daemon/tracking/depth.h"

#define N LEAP_PATCH
#define HALF 4 /* of the compared block */
#define BLOCK ((2 * HALF + 1) * (2 * HALF + 1))
#define GRID 4
#define NEARER 20 /* columns of the search, towards the eye and away from it */
#define FARTHER 9
#define ROWS 4
#define DIFFERENCE_MAX (NEARER + 20)

static int block_difference(const struct leap_patch patch[LEAP_EYES], int column,
			    int row, int shift, int down)
{
	const uint8_t *a = &patch[0].value[row - HALF][column - HALF];
	const uint8_t *b = &patch[1].value[row + down - HALF][column - shift - HALF];
	int sum = 0;

	for (int r = 0; r < 2 * HALF + 1; r++, a += N, b += N) {
		for (int c = 0; c < 2 * HALF + 1; c++)
			sum += abs(a[c] - b[c]);
	}
	return sum;
}

static bool block_fits(int column, int row, int shift, int down)
{
	return column >= HALF && column < N - HALF && row >= HALF && row < N - HALF &&
	       column - shift >= HALF && column - shift < N - HALF &&
	       row + down >= HALF && row + down < N - HALF;
}

/*
 * The surface at one pixel of the left patch: columns by which left exceeds right, to
 * a fraction. Returns 0..1, how distinct the match is.
 */
static double match_at(const struct leap_patch patch[LEAP_EYES], const double pixel[2],
		       int expected, int range, double *ret_difference)
{
	int column = (int)(pixel[0] + 0.5), row = (int)(pixel[1] + 0.5);
	int cost[2 * DIFFERENCE_MAX + 1], n = 0, first, best = -1;
	double bend, peak, contrast = patch[0].bright - patch[0].dark;

	if (range > DIFFERENCE_MAX)
		range = DIFFERENCE_MAX;
	first = expected - range;
	for (int s = first; s <= expected + range; s++, n++) {
		if (!block_fits(column, row, s, 0)) {
			cost[n] = 1 << 24;
			continue;
		}
		cost[n] = block_difference(patch, column, row, s, 0);
		if (best < 0 || cost[n] < cost[best])
			best = n;
	}
	/* cppcheck-suppress uninitvar ; both neighbours of best have been written */
	if (best <= 0 || best >= n - 1 || cost[best - 1] >= 1 << 24 ||
	    cost[best + 1] >= 1 << 24)
		return 0;
	peak = cost[best] / (double)BLOCK;
	if (peak > 0.35 * contrast + 2)
		return 0;
	/* two lines of equal slope fit a sum of absolute differences */
	bend = (cost[best - 1] > cost[best + 1] ? cost[best - 1] : cost[best + 1]) -
	       cost[best];
	if (bend < 1)
		return 0;
	*ret_difference = first + best + 0.5 * (cost[best - 1] - cost[best + 1]) / bend;
	bend /= BLOCK;
	return fmin(1, bend / (0.06 * contrast + 0.5));
}

static struct vec3 place_of(const struct leap_patch patch[LEAP_EYES],
			    const struct leap_camera *camera, const double pixel[2],
			    double difference)
{
	double slope[2][2], y, spread;

	leap_patch_slope(&patch[0], pixel[0], pixel[1], slope[0]);
	leap_patch_slope(&patch[1], pixel[0] - difference, pixel[1], slope[1]);
	spread = slope[1][0] - slope[0][0];
	y = camera->baseline / (spread > 0.02 ? spread : 0.02);
	return vec3(leap_camera_eye_x(camera, LEAP_EYE_LEFT) + slope[0][0] * y, y,
		    slope[0][1] * y);
}

int leap_depth_points(const struct leap_patch patch[LEAP_EYES],
		      const struct leap_camera *camera,
		      struct leap_depth_point ret_points[LEAP_DEPTH_POINTS])
{
	int count = 0;

	for (int row = GRID; row < N; row += GRID) {
		for (int column = GRID; column < N; column += GRID) {
			struct leap_depth_point *point = &ret_points[count];
			double difference;

			if (count == LEAP_DEPTH_POINTS ||
			    patch[0].mask[row][column] != LEAP_MASK_HAND)
				continue;
			point->pixel[0] = column;
			point->pixel[1] = row;
			point->weight = match_at(patch, point->pixel,
						 (NEARER - FARTHER) / 2,
						 (NEARER + FARTHER) / 2, &difference);
			if (point->weight <= 0)
				continue;
			point->place =
				place_of(patch, camera, point->pixel, difference);
			count++;
		}
	}
	return count;
}

/* Blocks with an upper or lower edge in them tell rows apart. */
static bool has_row_edge(const struct leap_patch *patch, int column, int row)
{
	int up = patch->value[row - HALF][column],
	    down = patch->value[row + HALF][column];

	return abs(up - down) > 0.4 * (patch->bright - patch->dark);
}

bool leap_depth_row_error(const struct leap_patch patch[LEAP_EYES], double *ret_rows)
{
	double total[2 * ROWS + 1] = { 0 }, bend;
	int blocks = 0, best = 0;

	for (int row = HALF + ROWS; row < N - HALF - ROWS; row += GRID) {
		for (int column = HALF; column < N - HALF; column += GRID) {
			if (patch[0].mask[row][column] != LEAP_MASK_HAND ||
			    !has_row_edge(&patch[0], column, row))
				continue;
			blocks++;
			for (int down = -ROWS; down <= ROWS; down++) {
				int lowest = 255 * BLOCK;

				for (int s = -FARTHER; s <= NEARER; s++) {
					int cost;

					if (!block_fits(column, row, s, down))
						continue;
					cost = block_difference(patch, column, row, s,
								down);
					lowest = cost < lowest ? cost : lowest;
				}
				total[down + ROWS] += lowest;
			}
		}
	}
	if (blocks < 12)
		return false;
	for (int i = 0; i < 2 * ROWS + 1; i++)
		best = total[i] < total[best] ? i : best;
	*ret_rows = best - ROWS;
	if (best == 0 || best == 2 * ROWS)
		return true;
	bend = total[best - 1] + total[best + 1] - 2 * total[best];
	if (bend > 0)
		*ret_rows += 0.5 * (total[best - 1] - total[best + 1]) / bend;
	return true;
}
