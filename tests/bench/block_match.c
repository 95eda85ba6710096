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

void block_match(const uint8_t *pixels, int width, int height, uint8_t *ret_disparity)
{
	enum { ROWS = 2 * HALF_HIGH + 1 };
	static __thread uint16_t row[ROWS][WIDTH_MAX];
	uint16_t column[WIDTH_MAX];
	size_t size = (size_t)width * height;
	uint16_t *best = malloc(size * sizeof(*best));

	if (!best)
		abort();
	memset(best, 0xff, size * sizeof(*best));
	for (int d = 0; d < BLOCK_MATCH_DISPARITIES; d++) {
		memset(row, 0, sizeof(row));
		memset(column, 0, sizeof(column));
		for (int r = 0; r < height + HALF_HIGH; r++) {
			uint16_t *slot = row[r % ROWS];
			int middle = r - HALF_HIGH;

			for (int c = 0; c < width; c++)
				column[c] -= slot[c];
			if (r < height)
				row_sums(pixels + (size_t)r * width * 2, width, d,
					 slot);
			else
				memset(slot, 0, sizeof(row[0]));
			for (int c = 0; c < width; c++)
				column[c] += slot[c];
			for (int c = 0; middle >= 0 && c < width; c++) {
				size_t at = (size_t)middle * width + c;

				if (column[c] < best[at]) {
					best[at] = column[c];
					ret_disparity[at] = (uint8_t)d;
				}
			}
		}
	}
	free(best);
}
