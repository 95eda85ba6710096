// SPDX-License-Identifier: MIT
/*
 * Rectifies the surroundings of a hand and tells its shape from the rest.
 * Works on memory of the calling tracker only.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/tracking/patch.h"

#define N LEAP_PATCH
#define NODE 8
#define NODES (N / NODE + 1)
#define CONTRAST_MIN 9
/* Between the surroundings and the hand, where the outline is drawn. */
#define OUTLINE_SHARE 0.36
#define AREA_MIN 60
/* From the middle of a patch to its edge; fingers of a near hand reach far out. */
#define REACH 165.0
#define REACH_NEAR 225.0
#define NEAR 100.0
#define FAR 30000

static uint8_t sample(const struct leap_stereo_frame *frame, enum leap_eye eye, float u,
		      float v)
{
	int column = (int)u, row = (int)v;
	int fu = (int)((u - column) * 64), fv = (int)((v - row) * 64);
	const uint8_t *p =
		frame->pixels + ((size_t)row * frame->width + column) * 2 + eye;
	const uint8_t *q = p + (size_t)frame->width * 2;
	int top = p[0] * (64 - fu) + p[2] * fu;
	int bottom = q[0] * (64 - fu) + q[2] * fu;

	return (top * (64 - fv) + bottom * fv) >> 12;
}

static void cut_row(struct leap_patch *patch, int row, enum leap_eye eye,
		    const struct leap_stereo_frame *frame, float node[NODES][2])
{
	const float u_most = frame->width - 1.01f, v_most = frame->height - 1.01f;

	for (int i = 0; i < NODES - 1; i++) {
		float u = node[i][0], v = node[i][1];
		float du = (node[i + 1][0] - u) / NODE,
		      dv = (node[i + 1][1] - v) / NODE;

		for (int c = i * NODE; c < (i + 1) * NODE; c++, u += du, v += dv) {
			if (u >= 0 && u <= u_most && v >= 0 && v <= v_most) {
				patch->value[row][c] = sample(frame, eye, u, v);
				patch->mask[row][c] = LEAP_MASK_NOTHING;
			} else {
				patch->value[row][c] = 0;
				patch->mask[row][c] = LEAP_MASK_OUTSIDE;
			}
		}
	}
}

void leap_patch_cut(struct leap_patch *patch, const struct leap_view *view,
		    const struct leap_camera *camera, enum leap_eye eye,
		    const struct leap_stereo_frame *frame, struct vec3 centre,
		    double row_offset)
{
	double y = centre.y > 20 ? centre.y : 20;
	double near = fmax(0, fmin(1, (2 * NEAR - y) / NEAR));
	float node[NODES][NODES][2];

	patch->grain = 2 * (REACH + near * (REACH_NEAR - REACH)) / N;
	patch->step = patch->grain / y;
	patch->origin[0] =
		(centre.x - leap_camera_eye_x(camera, eye)) / y + patch->step * N / 2;
	patch->origin[1] = centre.z / y - patch->step * N / 2;
	for (int j = 0; j < NODES; j++) {
		for (int i = 0; i < NODES; i++) {
			double slope[2];

			leap_patch_slope(patch, i * NODE, j * NODE, slope);
			leap_view_pixel(view, eye, slope[0], slope[1] + row_offset,
					node[j][i]);
		}
	}
	for (int row = 0; row < N; row++) {
		float between[NODES][2], f = (row % NODE) / (float)NODE;
		int j = row / NODE;

		for (int i = 0; i < NODES; i++) {
			for (int c = 0; c < 2; c++)
				between[i][c] = node[j][i][c] +
						f * (node[j + 1][i][c] - node[j][i][c]);
		}
		cut_row(patch, row, eye, frame, between);
	}
}

static int percentile(const unsigned int histogram[256], int from, int to, double share)
{
	unsigned int total = 0, below = 0;

	for (int v = from; v <= to; v++)
		total += histogram[v];
	for (int v = from; v <= to; v++) {
		below += histogram[v];
		if (total && below > share * total)
			return v;
	}
	return from;
}

/* The grey level that parts the histogram into its two most uniform halves. */
static int parting_level(const unsigned int histogram[256])
{
	double total = 0, sum = 0, best = -1, below = 0, below_sum = 0;
	int level = 0;

	for (int v = 0; v < 256; v++) {
		total += histogram[v];
		sum += (double)v * histogram[v];
	}
	for (int v = 0; v < 255; v++) {
		double above, difference, between;

		below += histogram[v];
		below_sum += (double)v * histogram[v];
		above = total - below;
		if (below < 1 || above < 1)
			continue;
		difference = below_sum / below - (sum - below_sum) / above;
		between = below * above * difference * difference;
		if (between > best) {
			best = between;
			level = v;
		}
	}
	return level;
}

static int outline_level(struct leap_patch *patch,
			 const uint8_t owner[LEAP_PATCH][LEAP_PATCH])
{
	unsigned int histogram[256] = { 0 };
	int level;

	for (int row = 0; row < N; row++) {
		for (int c = 0; c < N; c++) {
			if (patch->mask[row][c] != LEAP_MASK_OUTSIDE &&
			    !(owner && owner[row][c]))
				histogram[patch->value[row][c]]++;
		}
	}
	level = parting_level(histogram);
	patch->dark = percentile(histogram, 0, level, 0.5);
	patch->bright = percentile(histogram, level + 1, 255, 0.5);
	if (patch->bright - patch->dark < CONTRAST_MIN)
		return 256;
	level = patch->dark + (int)(OUTLINE_SHARE * (patch->bright - patch->dark));
	return level < patch->dark + CONTRAST_MIN ? patch->dark + CONTRAST_MIN : level;
}

/* Marks what is connected to (column, row) above the level; returns its area. */
static int flood(struct leap_patch *patch, int column, int row, int level,
		 const uint8_t owner[N][N], uint8_t done[N][N], uint8_t mark)
{
	uint16_t stack[N * N];
	int depth = 0, area = 0;

	stack[depth++] = row * N + column;
	done[row][column] = mark;
	while (depth) {
		static const int steps[4][2] = {
			{ 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 }
		};
		int at = stack[--depth];

		area++;
		for (int i = 0; i < 4; i++) {
			int c = at % N + steps[i][0], r = at / N + steps[i][1];

			if (c < 0 || c >= N || r < 0 || r >= N || done[r][c] ||
			    patch->value[r][c] <= level ||
			    patch->mask[r][c] == LEAP_MASK_OUTSIDE ||
			    (owner && owner[r][c]))
				continue;
			done[r][c] = mark;
			stack[depth++] = r * N + c;
		}
	}
	return area;
}

static void mark_hand(struct leap_patch *patch, const uint8_t done[N][N], uint8_t mark)
{
	int *box = patch->box;

	box[0] = box[1] = N;
	box[2] = box[3] = 0;
	for (int row = 0; row < N; row++) {
		for (int c = 0; c < N; c++) {
			if (done[row][c] != mark)
				continue;
			patch->mask[row][c] = LEAP_MASK_HAND;
			box[0] = c < box[0] ? c : box[0];
			box[1] = row < box[1] ? row : box[1];
			box[2] = c > box[2] ? c : box[2];
			box[3] = row;
		}
	}
}

/*
 * The shape that weighs most around the middle of the patch, where the hand is
 * expected; others are other hands, lamps and clothes.
 */
bool leap_patch_find_hand(struct leap_patch *patch, const uint8_t owner[N][N])
{
	uint8_t done[N][N] = { 0 };
	int level = outline_level(patch, owner), best = 0, best_mark = 0, mark = 0;

	patch->area = 0;
	for (int row = 2; row < N && mark < 200; row += 4) {
		for (int c = 2; c < N && mark < 200; c += 4) {
			int area, off = abs(c - N / 2) + abs(row - N / 2), weight;

			if (done[row][c] || patch->value[row][c] <= level ||
			    patch->mask[row][c] == LEAP_MASK_OUTSIDE ||
			    (owner && owner[row][c]))
				continue;
			area = flood(patch, c, row, level, owner, done, ++mark);
			weight = area * 64 / (64 + off);
			if (area >= AREA_MIN && weight > best) {
				best = weight;
				best_mark = mark;
				patch->area = area;
			}
		}
	}
	if (!best)
		return false;
	mark_hand(patch, done, best_mark);
	return true;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Two passes of a 3-4 chamfer over a box; distances are in thirds of a pixel. */
static void spread_distance(int16_t d[N][N], const int box[4])
{
	for (int r = box[1]; r <= box[3]; r++) {
		for (int c = box[0]; c <= box[2]; c++) {
			int v = d[r][c];

			if (!v)
				continue;
			if (c)
				v = least(v, d[r][c - 1] + 3);
			if (r)
				v = least(v, d[r - 1][c] + 3);
			if (r && c)
				v = least(v, d[r - 1][c - 1] + 4);
			if (r && c < N - 1)
				v = least(v, d[r - 1][c + 1] + 4);
			d[r][c] = v;
		}
	}
	for (int r = box[3]; r >= box[1]; r--) {
		for (int c = box[2]; c >= box[0]; c--) {
			int v = d[r][c];

			if (!v)
				continue;
			if (c < N - 1)
				v = least(v, d[r][c + 1] + 3);
			if (r < N - 1)
				v = least(v, d[r + 1][c] + 3);
			if (r < N - 1 && c < N - 1)
				v = least(v, d[r + 1][c + 1] + 4);
			if (r < N - 1 && c)
				v = least(v, d[r + 1][c - 1] + 4);
			d[r][c] = v;
		}
	}
}

void leap_patch_measure(struct leap_patch *patch)
{
	const int margin = LEAP_OUTSIDE_MAX / 3;
	int box[4];

	for (int i = 0; i < 2; i++) {
		box[i] = patch->box[i] > margin ? patch->box[i] - margin : 0;
		box[2 + i] = least(N - 1, patch->box[2 + i] + margin);
	}
	for (int r = 0; r < N; r++) {
		for (int c = 0; c < N; c++) {
			int mask = patch->mask[r][c];

			patch->depth_inside[r][c] = mask != LEAP_MASK_NOTHING ? FAR : 0;
			patch->depth_outside[r][c] =
				mask != LEAP_MASK_HAND ? LEAP_OUTSIDE_MAX : 0;
		}
	}
	spread_distance(patch->depth_inside, patch->box);
	spread_distance(patch->depth_outside, box);
}
