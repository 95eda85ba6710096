// SPDX-License-Identifier: MIT
/*
 * Dense stereo by block matching, with running sums. Pure.
 */
#include "tests/bench/block_match.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH_MAX 752
#define HALF_WIDE 4
#define HALF_HIGH 2

/* Differences of one row, summed over the block's columns. */
static void row_sums(const uint8_t *row, int width, int disparity, uint16_t *ret_sum)
{
	uint16_t difference[WIDTH_MAX + 2 * HALF_WIDE] = { 0 };
	uint16_t sum = 0;

	for (int c = disparity; c < width; c++)
		difference[c + HALF_WIDE] =
			(uint16_t)abs(row[2 * c] - row[2 * (c - disparity) + 1]);
	for (int c = 0; c < 2 * HALF_WIDE; c++)
		sum += difference[c];
	for (int c = 0; c < width; c++) {
		sum += difference[c + 2 * HALF_WIDE];
		ret_sum[c] = sum;
		sum -= difference[c];
	}
}

enum { ROWS = 2 * HALF_HIGH + 1 };

struct scratch {
	uint16_t row[ROWS][WIDTH_MAX]; /* the newest, each summed over columns */
	uint16_t column[WIDTH_MAX]; /* their sum */
	uint16_t best[];
};

/* Takes a row in and the oldest one out; NULL is a row without differences. */
static void next_row(struct scratch *s, const uint8_t *pixels, int r, int width,
		     int disparity)
{
	uint16_t *slot = s->row[r % ROWS];

	for (int c = 0; c < width; c++)
		s->column[c] -= slot[c];
	if (pixels)
		row_sums(pixels, width, disparity, slot);
	else
		memset(slot, 0, sizeof(s->row[0]));
	for (int c = 0; c < width; c++)
		s->column[c] += slot[c];
}

static void keep_better(struct scratch *s, size_t start, int width, int disparity,
			uint8_t *ret_disparity)
{
	for (int c = 0; c < width; c++) {
		if (s->column[c] < s->best[start + c]) {
			s->best[start + c] = s->column[c];
			ret_disparity[start + c] = (uint8_t)disparity;
		}
	}
}

void block_match(const uint8_t *pixels, int width, int height, uint8_t *ret_disparity)
{
	size_t size = (size_t)width * height;
	struct scratch *s = malloc(sizeof(*s) + size * sizeof(s->best[0]));

	if (!s)
		abort();
	memset(s->best, 0xff, size * sizeof(s->best[0]));
	for (int d = 0; d < BLOCK_MATCH_DISPARITIES; d++) {
		memset(s->row, 0, sizeof(s->row));
		memset(s->column, 0, sizeof(s->column));
		for (int r = 0; r < height + HALF_HIGH; r++) {
			const uint8_t *row = pixels + (size_t)r * width * 2;

			next_row(s, r < height ? row : NULL, r, width, d);
			if (r >= HALF_HIGH)
				keep_better(s, (size_t)(r - HALF_HIGH) * width, width,
					    d, ret_disparity);
		}
	}
	free(s);
}
