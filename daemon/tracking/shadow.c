// SPDX-License-Identifier: MIT
/*
 * Which pixels of a patch belong to which of two hands that are near each other.
 * Pure functions on the caller's memory.
 */
#include <string.h>

#include "daemon/tracking/shadow.h"

#define N LEAP_PATCH
#define SHADOW_MARGIN 8 /* pixels around a hand that may still be its own */

void leap_shadow_cast(const struct leap_patch *patch, double eye_x,
		      const struct leap_skeleton *skeleton, struct leap_shadow *shadow)
{
	shadow->count = 0;
	for (int i = 0; i < 2; i++) {
		shadow->box[i] = N;
		shadow->box[2 + i] = 0;
	}
	for (int r = 0; r < LEAP_RODS; r++) {
		const struct leap_rod *rod = &skeleton->rod[r];
		struct vec3 end = rod->end[1];
		double a[2], b[2], length = 1e-6;
		int n = shadow->count;

		if (r == LEAP_ROD_ARM)
			end = vec3_lerp(rod->end[0], end, LEAP_ARM_BEYOND);
		if (rod->end[0].y < 20 || end.y < 20)
			continue;
		leap_patch_pixel(patch, eye_x, rod->end[0], a);
		leap_patch_pixel(patch, eye_x, end, b);
		shadow->radius[n] =
			(float)(rod->radius[0] / (rod->end[0].y * patch->step));
		for (int i = 0; i < 2; i++) {
			float margin = shadow->radius[n] + SHADOW_MARGIN;

			shadow->from[n][i] = (float)a[i];
			shadow->along[n][i] = (float)(b[i] - a[i]);
			length += (b[i] - a[i]) * (b[i] - a[i]);
			shadow->box[i] =
				fminf(shadow->box[i], (float)fmin(a[i], b[i]) - margin);
			shadow->box[2 + i] = fmaxf(shadow->box[2 + i],
						   (float)fmax(a[i], b[i]) + margin);
		}
		shadow->per_length[n] = (float)(1 / length);
		shadow->count++;
	}
}

static float distance_to(const struct leap_shadow *shadow, float x, float y)
{
	float best = 1e9f;

	for (int r = 0; r < shadow->count; r++) {
		float dx = x - shadow->from[r][0], dy = y - shadow->from[r][1];
		float t = (dx * shadow->along[r][0] + dy * shadow->along[r][1]) *
			  shadow->per_length[r];

		t = t < 0 ? 0 : t > 1 ? 1 : t;
		dx -= t * shadow->along[r][0];
		dy -= t * shadow->along[r][1];
		best = fminf(best, sqrtf(dx * dx + dy * dy) - shadow->radius[r]);
	}
	return best;
}

void leap_shadow_give(const struct leap_shadow *theirs, const struct leap_shadow *mine,
		      uint8_t owner[LEAP_PATCH][LEAP_PATCH])
{
	const int block = 4;

	for (int y = 0; y < N; y += block) {
		float row = y + (block - 1) / 2.0f;

		if (row < theirs->box[1] || row > theirs->box[3])
			continue;
		for (int x = 0; x < N; x += block) {
			float column = x + (block - 1) / 2.0f, distance;

			if (column < theirs->box[0] || column > theirs->box[2])
				continue;
			distance = distance_to(theirs, column, row);
			if (distance > SHADOW_MARGIN ||
			    (mine && distance >= distance_to(mine, column, row)))
				continue;
			for (int r = y; r < y + block; r++)
				memset(&owner[r][x], 1, block);
		}
	}
}
