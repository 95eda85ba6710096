// SPDX-License-Identifier: MIT
/*
 * From a calibration block to the directions of pixels and back: the lens model that
 * leapd tracks with (README, Coordinates), for programs that read pictures.
 * A pair of lenses is written once and only read afterwards, by any thread.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/leap.h"
#include "lib/native_protocol.h"

#define WORDS (LEAP_WIRE_CALIBRATION_SIZE / 4)
#define FIRST_FLOAT 2 /* words: 'C' 'A' version score; time */
#define FLOATS_BEFORE_EYES 2
#define FLOATS_PER_EYE 17
#define SIDES 2

/* The radial polynomial is trusted as far as it rises. Radii in focal lengths. */
#define REACH_MOST 4.0
#define REACH_STEP 0.01
#define FORWARD_LEAST 0.02 /* cosine of the flattest ray */

/**
 * struct lens - pixels at the 640 x 480 scale
 * @k: x_u = x_d (1 + k1 r2 + k2 r4 + k3 r6) / (1 + k4 r2 + k5 r4 + k6 r6)
 * @turn: rows; takes rays of the frame common to both eyes to the eye's own
 * @reach: radius up to which there is one ray for each pixel
 */
struct lens {
	double focal, centre[2];
	double k[6];
	double turn[3][3];
	double reach;
};

struct leap_lenses {
	double baseline;
	struct lens lens[SIDES];
};

static double undistorted(const struct lens *lens, double r)
{
	const double *k = lens->k;
	double q = r * r;

	return r * (1 + q * (k[0] + q * (k[1] + q * k[2]))) /
	       (1 + q * (k[3] + q * (k[4] + q * k[5])));
}

/* How much farther out a ray gets for a pixel a little farther out. */
static double slope_at(const struct lens *lens, double r)
{
	const double *k = lens->k;
	double q = r * r;
	double top = 1 + q * (k[0] + q * (k[1] + q * k[2]));
	double bottom = 1 + q * (k[3] + q * (k[4] + q * k[5]));
	double top_slope = k[0] + q * (2 * k[1] + 3 * q * k[2]);
	double bottom_slope = k[3] + q * (2 * k[4] + 3 * q * k[5]);

	return (top + 2 * q * (top_slope - bottom_slope * top / bottom)) / bottom;
}

static void find_reach(struct lens *lens)
{
	double before = 0;

	lens->reach = 0;
	for (int i = 1; i <= (int)(REACH_MOST / REACH_STEP); i++) {
		double r = i * REACH_STEP, u = undistorted(lens, r);

		if (!(u > before && u < 100 && slope_at(lens, r) > 0.05))
			return;
		before = u;
		lens->reach = r;
	}
}

/* Cayley's parameters: (1 + [v]) (1 - [v])^-1 without trigonometry. */
static void set_turn(struct lens *lens, const double v[3])
{
	double n = 1 + v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
	double skew[3][3] = { { 0, -v[2], v[1] },
			      { v[2], 0, -v[0] },
			      { -v[1], v[0], 0 } };

	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			lens->turn[i][j] = (2 * (v[i] * v[j] + skew[i][j]) +
					    (i == j ? 2 - n : 0)) /
					   n;
}

static bool all_within(const double *values, int count, double most)
{
	for (int i = 0; i < count; i++)
		if (!(fabs(values[i]) <= most))
			return false;
	return true;
}

/* Of the 640 x 480 picture's farthest corner, focal lengths. */
static double corner_radius(const struct lens *lens)
{
	return hypot(fmax(lens->centre[0], 639 - lens->centre[0]),
		     fmax(lens->centre[1], 479 - lens->centre[1])) /
	       lens->focal;
}

/* In the order of the block: focal, centre, p1 p2 (not used), k1..k6, 3 unused, turn. */
static int set_lens(struct lens *lens, const double f[FLOATS_PER_EYE])
{
	if (!(f[0] >= 110 && f[0] <= 200) || !all_within(f + 1, 2, 45) ||
	    !all_within(f + 3, 2, 0.2) || !all_within(f + 5, 6, 50) ||
	    !all_within(f + 14, 3, 0.05))
		return -ERANGE;
	lens->focal = f[0];
	lens->centre[0] = 320 + f[1];
	lens->centre[1] = 240 + f[2];
	memcpy(lens->k, f + 5, sizeof(lens->k));
	set_turn(lens, f + 14);
	find_reach(lens);
	return lens->reach < corner_radius(lens) ? -ERANGE : 0;
}

static void set_nominal(struct leap_lenses *lenses)
{
	static const double k[6] = { 1.272, 0.2982, 0.0177, 1.464, 0.3432, -0.006705 };
	static const double none[3] = { 0 };

	lenses->baseline = 40;
	for (int i = 0; i < SIDES; i++) {
		struct lens *lens = &lenses->lens[i];

		lens->focal = 132;
		lens->centre[0] = i == LEAP_SIDE_LEFT ? 312 : 307.5;
		lens->centre[1] = 235.5;
		memcpy(lens->k, k, sizeof(k));
		set_turn(lens, none);
		lens->reach = REACH_MOST;
	}
}

static int set_from_block(struct leap_lenses *lenses, const unsigned char *block)
{
	double values[WORDS];
	leap_le32 sum = 0, word;
	float value;

	if (memcmp(block, "CA", 3) != 0) /* version 0 */
		return -EBADMSG;
	for (int i = 0; i < WORDS; i++) {
		memcpy(&word, block + 4 * i, sizeof(word));
		memcpy(&value, &word, sizeof(value));
		values[i] = value;
		if (i < WORDS - 1)
			sum += word;
	}
	if (sum != word)
		return -EBADMSG;
	lenses->baseline = values[FIRST_FLOAT];
	if (!(lenses->baseline >= 20 && lenses->baseline <= 80))
		return -ERANGE;
	for (int i = 0; i < SIDES; i++) {
		int r = set_lens(&lenses->lens[i], values + FIRST_FLOAT +
							   FLOATS_BEFORE_EYES +
							   i * FLOATS_PER_EYE);

		if (r)
			return r;
	}
	return 0;
}

int leap_lenses_new(const void *block, struct leap_lenses **ret_lenses)
{
	struct leap_lenses *lenses = calloc(1, sizeof(*lenses));
	int r = 0;

	if (!lenses)
		return -ENOMEM;
	if (block)
		r = set_from_block(lenses, block);
	else
		set_nominal(lenses);
	if (r) {
		free(lenses);
		return r;
	}
	*ret_lenses = lenses;
	return 0;
}

void leap_lenses_free(struct leap_lenses *lenses)
{
	free(lenses);
}

float leap_lenses_baseline(const struct leap_lenses *lenses)
{
	return (float)lenses->baseline;
}

/* Rows of a picture are bins of those of the sensor; the calibration's own convention is
 * that row r of 240 lies at 2 r. */
static double bin_of(uint32_t height)
{
	return 480.0 / height;
}

int leap_rectify(const struct leap_lenses *lenses, unsigned int side, uint32_t width,
		 uint32_t height, double column, double row, double ret_slope[2])
{
	const struct lens *lens;
	double bin, eye[3], ray[3], r, grow;

	if (side >= SIDES || !width || !height)
		return -ERANGE;
	lens = &lenses->lens[side];
	bin = bin_of(height);
	eye[0] = (column - ((double)width - 640) / 2 - lens->centre[0]) / lens->focal;
	eye[1] = (bin * row + (bin - 2) / 2 - lens->centre[1]) / lens->focal;
	r = hypot(eye[0], eye[1]);
	if (!(r <= lens->reach))
		return -ERANGE;
	grow = r > 1e-9 ? undistorted(lens, r) / r : 1;
	eye[0] *= grow;
	eye[1] *= grow;
	eye[2] = 1;
	for (int i = 0; i < 3; i++) /* transposed: back to the common frame */
		ray[i] = lens->turn[0][i] * eye[0] + lens->turn[1][i] * eye[1] +
			 lens->turn[2][i] * eye[2];
	if (ray[2] <
	    FORWARD_LEAST * sqrt(ray[0] * ray[0] + ray[1] * ray[1] + ray[2] * ray[2]))
		return -ERANGE;
	ret_slope[0] = -ray[0] / ray[2];
	ret_slope[1] = ray[1] / ray[2];
	return 0;
}

/* The polynomial rises up to the reach, so that halving finds the radius whatever the
 * calibration; fifty halvings of four are below the last bit that matters. */
static double distorted(const struct lens *lens, double u)
{
	double low = 0, high = lens->reach;

	for (int i = 0; i < 50; i++) {
		double middle = (low + high) / 2;

		if (undistorted(lens, middle) < u)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

int leap_warp(const struct leap_lenses *lenses, unsigned int side, uint32_t width,
	      uint32_t height, const double slope[2], double ret_pixel[2])
{
	double ray[3] = { -slope[0], slope[1], 1 }, eye[3], u, shrink, bin;
	const struct lens *lens;

	if (side >= SIDES || !width || !height)
		return -ERANGE;
	lens = &lenses->lens[side];
	for (int i = 0; i < 3; i++)
		eye[i] = lens->turn[i][0] * ray[0] + lens->turn[i][1] * ray[1] +
			 lens->turn[i][2] * ray[2];
	if (!(eye[2] > 0))
		return -ERANGE;
	u = hypot(eye[0], eye[1]) / eye[2];
	if (!(u <= undistorted(lens, lens->reach) * (1 + 1e-9)))
		return -ERANGE;
	shrink = lens->focal / eye[2] * (u > 1e-9 ? distorted(lens, u) / u : 1);
	bin = bin_of(height);
	ret_pixel[0] = lens->centre[0] + shrink * eye[0] + ((double)width - 640) / 2;
	ret_pixel[1] = (lens->centre[1] + shrink * eye[1] - (bin - 2) / 2) / bin;
	return 0;
}
