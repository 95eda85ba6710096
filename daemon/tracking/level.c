// SPDX-License-Identifier: MIT
/*
 * Compares the rows of both eyes' crops of one hand. Pure; no state, any thread.
 */
#include "daemon/tracking/level.h"

#define ROWS LEAP_CROP_ROWS
#define APART 10 /* rows at most */

/* Darker than that, where 204 is bright, is not the hand. */
#define DIM 40

/* Mean brightness of a row's pixels below which there is no hand to compare. */
#define MEAN_LEAST 4.0

/* How soon what both eyes see alike counts for nothing: at half of all there is. */
#define ALIKE 2.0

/* A calibration is believed as if so many crops had borne it out. */
#define BELIEVED 5.0

/*
 * Radians, two rows of 240: no unit's own calibration is off by as much, and the shapes
 * of some hands seem to be.
 */
#define TOLERATED 0.03

/* Smaller changes are not worth new tables. */
#define CHANGE_LEAST 0.003

/* How the sums over the rows go on from row to row, for a mean sum of 1. */
static bool sum_rows(const uint8_t pixel[ROWS][LEAP_CROP_COLUMNS],
		     double ret_step[ROWS])
{
	double mean = 0;
	int sum[ROWS];

	for (int r = 0; r < ROWS; r++) {
		sum[r] = 0;
		for (int c = 0; c < LEAP_CROP_COLUMNS; c++)
			sum[r] += pixel[r][c] > DIM ? pixel[r][c] : 0;
		mean += (double)sum[r] / ROWS;
	}
	if (mean < MEAN_LEAST * LEAP_CROP_COLUMNS)
		return false;
	for (int r = 1; r < ROWS - 1; r++)
		ret_step[r] = (sum[r + 1] - sum[r - 1]) / mean;
	ret_step[0] = ret_step[ROWS - 1] = 0;
	return true;
}

/* What is left when @right is moved up by so many rows, as a share of what there is. */
static double mismatch(const double left[ROWS], const double right[ROWS], int apart)
{
	double rest = 0, all = 0;

	for (int r = APART; r < ROWS - APART; r++) {
		double a = left[r], b = right[r + apart];

		rest += (b - a) * (b - a);
		all += a * a + b * b;
	}
	return all > 0 ? rest / all : 1;
}

bool leap_level_measure(const struct leap_crop *crop,
			struct leap_level_measure *ret_measure)
{
	bool swapped = crop->place.mirrored != crop->place.turned;
	double left[ROWS], right[ROWS], off[2 * APART + 1], bend, apart;
	int best = 0;

	if (!sum_rows(crop->pixel[swapped], left) ||
	    !sum_rows(crop->pixel[!swapped], right))
		return false;
	for (int i = 0; i <= 2 * APART; i++) {
		off[i] = mismatch(left, right, i - APART);
		if (off[i] < off[best])
			best = i;
	}
	if (best == 0 || best == 2 * APART)
		return false;
	bend = off[best - 1] - 2 * off[best] + off[best + 1];
	apart = best - APART;
	if (bend > 0)
		apart += 0.5 * (off[best - 1] - off[best + 1]) / bend;
	if (crop->place.turned)
		apart = -apart;
	ret_measure->lower = apart * crop->place.width / ROWS / crop->depth;
	ret_measure->weight = fmax(0, 1 - ALIKE * off[best]);
	return true;
}

bool leap_level_learn(struct leap_level *level,
		      const struct leap_level_measure *measure)
{
	double lower = level->allowed + measure->lower, wanted;

	if (measure->weight <= 0)
		return false;
	level->weight = fmin(fmax(level->weight, BELIEVED) + measure->weight,
			     LEAP_LEVEL_WEIGHT);
	level->lower += measure->weight / level->weight * (lower - level->lower);
	wanted = fabs(level->lower) > TOLERATED ? level->lower : 0;
	if (fabs(wanted - level->allowed) < CHANGE_LEAST)
		return false;
	level->allowed = wanted;
	return true;
}
