// SPDX-License-Identifier: MIT
/*
 * Parts a silhouette into arm, palm and what sticks out of it, by distances measured
 * inside the shape. Pure functions on the caller's memory.
 */
#include <string.h>

#include "daemon/tracking/outline.h"

#define N LEAP_PATCH
#define FAR 30000
/* Tips are looked for from a circle of this share of the palm's, and count from its
 * rim: the difference is what lies between. */
#define INNER 0.4
#define RIM 0.75
/* Half the width a fingertip can seem to have: those near the eye look large. */
#define FLESH_MAX 27
#define AT_ARM 0.6 /* cosine of the angle around the palm that the arm takes */
#define SLENDER 0.52 /* of half the width to the way from the end */
#define SLENDER_STEPS 7

/*
 * Distance inside the shape from whatever is 0 in @d, everything else being FAR;
 * thirds of a pixel.
 */
static void walk(const struct leap_patch *patch, int16_t d[N][N])
{
	static const int steps[8][3] = { { 1, 0, 3 },  { -1, 0, 3 }, { 0, 1, 3 },
					 { 0, -1, 3 }, { 1, 1, 4 },  { -1, 1, 4 },
					 { 1, -1, 4 }, { -1, -1, 4 } };
	uint8_t waiting[N * N] = { 0 };
	uint16_t queue[N * N];
	unsigned int head = 0, tail = 0;

	for (int r = patch->box[1]; r <= patch->box[3]; r++) {
		for (int c = patch->box[0]; c <= patch->box[2]; c++) {
			if (d[r][c] == 0) {
				queue[tail++ % (N * N)] = r * N + c;
				waiting[r * N + c] = 1;
			}
		}
	}
	while (head != tail) {
		int at = queue[head++ % (N * N)], c = at % N, r = at / N;

		waiting[at] = 0;
		for (int i = 0; i < 8; i++) {
			int x = c + steps[i][0], y = r + steps[i][1];
			int reached = d[r][c] + steps[i][2];

			if (x < 0 || x >= N || y < 0 || y >= N ||
			    patch->mask[y][x] != LEAP_MASK_HAND || d[y][x] <= reached)
				continue;
			d[y][x] = reached;
			if (!waiting[y * N + x]) {
				waiting[y * N + x] = 1;
				queue[tail++ % (N * N)] = y * N + x;
			}
		}
	}
}

static bool at_edge(const struct leap_patch *patch, int column, int row)
{
	return column < 1 || row < 1 || column > N - 2 || row > N - 2 ||
	       patch->mask[row][column - 1] == LEAP_MASK_OUTSIDE ||
	       patch->mask[row][column + 1] == LEAP_MASK_OUTSIDE ||
	       patch->mask[row - 1][column] == LEAP_MASK_OUTSIDE ||
	       patch->mask[row + 1][column] == LEAP_MASK_OUTSIDE;
}

/*
 * An arm is what is cut off by the edge of the picture over an arm's width; a hand
 * without one is taken to come from the user.
 */
static void find_arm(const struct leap_patch *patch, double ret_arm[2])
{
	const int arm_width = (int)(40 / patch->grain);
	double sum[2] = { 0, 0 }, weights = 0;
	int lowest = -1, lowest_column = N / 2, cut = 0;

	for (int r = patch->box[1]; r <= patch->box[3]; r++) {
		for (int c = patch->box[0]; c <= patch->box[2]; c++) {
			double weight;

			if (patch->mask[r][c] != LEAP_MASK_HAND)
				continue;
			lowest_column = r > lowest ? c : lowest_column;
			lowest = r;
			if (!at_edge(patch, c, r))
				continue;
			weight = r > N / 2 ? 3 : 1;
			sum[0] += weight * c;
			sum[1] += weight * r;
			weights += weight;
			cut++;
		}
	}
	if (cut >= arm_width) {
		ret_arm[0] = sum[0] / weights;
		ret_arm[1] = sum[1] / weights;
	} else {
		ret_arm[0] = lowest_column;
		ret_arm[1] = lowest;
	}
}

static void start_at(const struct leap_patch *patch, int16_t d[N][N],
		     const double at[2], double radius)
{
	double best = 1e9;
	int best_c = -1, best_r = -1;

	for (int r = 0; r < N; r++) {
		for (int c = 0; c < N; c++)
			d[r][c] = FAR;
	}
	for (int r = patch->box[1]; r <= patch->box[3]; r++) {
		for (int c = patch->box[0]; c <= patch->box[2]; c++) {
			double x = c - at[0], y = r - at[1], off = x * x + y * y;

			if (patch->mask[r][c] != LEAP_MASK_HAND)
				continue;
			if (off <= radius * radius)
				d[r][c] = 0;
			if (off < best) {
				best = off;
				best_c = c;
				best_r = r;
			}
		}
	}
	if (best_c >= 0)
		d[best_r][best_c] = 0;
}

/*
 * The palm is the roundest place within a hand's length of the end that is farthest
 * from the arm. Beyond that length lies the forearm, which may be as thick.
 */
static void find_palm(const struct leap_patch *patch, const int16_t from_arm[N][N],
		      struct leap_outline *outline)
{
	const double reach = 135 / patch->grain, thickest = 44 / patch->grain;
	double best = -1e9;
	int farthest = 0;

	for (int r = 0; r < N; r++) {
		for (int c = 0; c < N; c++) {
			if (patch->mask[r][c] == LEAP_MASK_HAND &&
			    from_arm[r][c] < FAR && from_arm[r][c] > farthest)
				farthest = from_arm[r][c];
		}
	}
	for (int r = patch->box[1]; r <= patch->box[3]; r++) {
		for (int c = patch->box[0]; c <= patch->box[2]; c++) {
			double thick, back, score;

			if (patch->mask[r][c] != LEAP_MASK_HAND ||
			    from_arm[r][c] == FAR)
				continue;
			thick = patch->depth_inside[r][c] / 3.0;
			back = (farthest - from_arm[r][c]) / 3.0;
			score = fmin(thick, thickest) - 0.01 * back;
			if (back > reach)
				score -= 0.25 * (back - reach);
			if (score > best) {
				best = score;
				outline->palm[0] = c;
				outline->palm[1] = r;
				outline->radius = thick;
			}
		}
	}
}

/* Follows the distance down from the end towards the palm for @length pixels. */
static void walk_back(const int16_t d[N][N], const double from[2], double length,
		      double ret_at[2])
{
	int c = (int)from[0], r = (int)from[1], start = d[r][c];

	while (start - d[r][c] < 3 * length && d[r][c] > 0) {
		int next_c = c, next_r = r;

		for (int y = -1; y <= 1; y++) {
			for (int x = -1; x <= 1; x++) {
				if (r + y < 0 || r + y >= N || c + x < 0 || c + x >= N)
					continue;
				if (d[r + y][c + x] < d[next_r][next_c]) {
					next_c = c + x;
					next_r = r + y;
				}
			}
		}
		if (next_c == c && next_r == r)
			break;
		c = next_c;
		r = next_r;
	}
	ret_at[0] = c;
	ret_at[1] = r;
}

/* Moves a pixel to where the shape is thickest nearby: its middle line. */
static void to_middle_line(const struct leap_patch *patch, double at[2])
{
	int c = (int)at[0], r = (int)at[1];

	for (int step = 0; step < 4; step++) {
		int best_c = c, best_r = r;

		for (int y = -1; y <= 1; y++) {
			for (int x = -1; x <= 1; x++) {
				if (r + y < 0 || r + y >= N || c + x < 0 || c + x >= N)
					continue;
				if (patch->depth_inside[r + y][c + x] >
				    patch->depth_inside[best_r][best_c]) {
					best_c = c + x;
					best_r = r + y;
				}
			}
		}
		if (best_c == c && best_r == r)
			break;
		c = best_c;
		r = best_r;
	}
	at[0] = c;
	at[1] = r;
}

static bool is_peak(const struct leap_patch *patch, const int16_t d[N][N], int column,
		    int row)
{
	const int around = 4;

	for (int r = row - around; r <= row + around; r++) {
		for (int c = column - around; c <= column + around; c++) {
			if (r < 0 || r >= N || c < 0 || c >= N ||
			    patch->mask[r][c] != LEAP_MASK_HAND || d[r][c] == FAR)
				continue;
			if (d[r][c] > d[row][column] ||
			    (d[r][c] == d[row][column] && r * N + c < row * N + column))
				return false;
		}
	}
	return true;
}

static double thickness(const struct leap_patch *patch, const double at[2])
{
	return patch->depth_inside[(int)at[1]][(int)at[0]] / 3.0;
}

/*
 * Walking in from its end, a finger soon is narrow for the way gone; a bulge of the
 * palm grows as wide as it is deep.
 */
static bool is_slender(const struct leap_patch *patch, const int16_t d[N][N],
		       const struct leap_tip *tip)
{
	const double step = 5 / patch->grain;
	double at[2] = { tip->end[0], tip->end[1] };

	if (thickness(patch, tip->pad) > FLESH_MAX / patch->grain)
		return false;
	for (int i = 1; i <= SLENDER_STEPS; i++) {
		walk_back(d, at, step, at);
		if (i > 2 && thickness(patch, at) < SLENDER * i * step)
			return true;
	}
	return false;
}

/* What sticks out on the side of the arm is the arm, or a sleeve. */
static bool is_at_arm(const struct leap_outline *outline, int column, int row)
{
	double arm[2] = { outline->arm[0] - outline->palm[0],
			  outline->arm[1] - outline->palm[1] };
	double x = column - outline->palm[0], y = row - outline->palm[1];
	double back = (x * arm[0] + y * arm[1]) / (hypot(arm[0], arm[1]) + 1e-6);

	return back > AT_ARM * hypot(x, y);
}

static void add_tip(const struct leap_patch *patch, const int16_t d[N][N], int column,
		    int row, struct leap_outline *outline)
{
	struct leap_tip tip = { .end = { column, row },
				.reach = d[row][column] / 3.0 - RIM * outline->radius };

	if (is_at_arm(outline, column, row))
		return;
	walk_back(d, tip.end, 7 / patch->grain, tip.pad);
	to_middle_line(patch, tip.pad);

	if (!is_slender(patch, d, &tip))
		return;
	outline->tip[outline->tips++] = tip;
}

static void find_tips(const struct leap_patch *patch, struct leap_outline *outline)
{
	const int shortest = (int)(3 * (14 / patch->grain + RIM * outline->radius));
	int16_t d[N][N];

	start_at(patch, d, outline->palm, outline->radius * INNER);
	walk(patch, d);
	for (int r = 2; r < N - 2 && outline->tips < LEAP_TIPS_MAX; r++) {
		for (int c = 2; c < N - 2 && outline->tips < LEAP_TIPS_MAX; c++) {
			if (patch->mask[r][c] == LEAP_MASK_HAND && d[r][c] < FAR &&
			    d[r][c] > shortest && !at_edge(patch, c, r) &&
			    is_peak(patch, d, c, r))
				add_tip(patch, d, c, r, outline);
		}
	}
}

/* Angle around the palm, from the arm, the way the columns turn into rows. */
static double angle_of(const struct leap_outline *outline, const struct leap_tip *tip)
{
	double a =
		atan2(tip->pad[1] - outline->palm[1], tip->pad[0] - outline->palm[0]);
	double arm = atan2(outline->arm[1] - outline->palm[1],
			   outline->arm[0] - outline->palm[0]);

	a -= arm;
	while (a < 0)
		a += 2 * M_PI;
	return a;
}

static void sort_tips(struct leap_outline *outline)
{
	for (int i = 1; i < outline->tips; i++) {
		struct leap_tip tip = outline->tip[i];
		int j = i;

		for (; j && angle_of(outline, &outline->tip[j - 1]) >
				    angle_of(outline, &tip);
		     j--)
			outline->tip[j] = outline->tip[j - 1];
		outline->tip[j] = tip;
	}
}

void leap_outline_find(const struct leap_patch *patch, struct leap_outline *ret_outline)
{
	struct leap_outline *outline = ret_outline;
	int16_t from_arm[N][N];

	memset(outline, 0, sizeof(*outline));
	find_arm(patch, outline->arm);
	start_at(patch, from_arm, outline->arm, 3);
	walk(patch, from_arm);
	find_palm(patch, from_arm, outline);
	find_tips(patch, outline);
	sort_tips(outline);
}
