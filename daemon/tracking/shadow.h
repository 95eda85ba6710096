/* SPDX-License-Identifier: MIT */
/*
 * A skeleton as one eye's patch shows it, to part the pixels of two hands.
 * Pure.
 */
#ifndef LEAP_SHADOW_H
#define LEAP_SHADOW_H

#include "daemon/tracking/patch.h"
#include "daemon/tracking/skeleton.h"

/* Arms go on beyond the rod that stands for them, to this multiple of it. */
#define LEAP_ARM_BEYOND 1.8

/**
 * struct leap_shadow - the middle lines of a skeleton's rods in pixels of a patch
 * @count: rods that the eye can see
 * @from: one end
 * @along: from there to the other end
 * @per_length: 1 / squared length
 * @radius: of the flesh
 * @box: least column, least row, greatest column, greatest row, with a margin
 */
struct leap_shadow {
	int count;
	float from[LEAP_RODS][2];
	float along[LEAP_RODS][2];
	float per_length[LEAP_RODS];
	float radius[LEAP_RODS];
	float box[4];
};

/** leap_shadow_cast() - @skeleton seen in @patch by the eye at @eye_x */
void leap_shadow_cast(const struct leap_patch *patch, double eye_x,
		      const struct leap_skeleton *skeleton, struct leap_shadow *shadow);

/**
 * leap_shadow_give() - mark the pixels that belong to @theirs rather than to @mine
 * @mine: may be NULL: then all that is near @theirs is theirs
 * @owner: 1 for theirs; other pixels stay as they are
 */
void leap_shadow_give(const struct leap_shadow *theirs, const struct leap_shadow *mine,
		      uint8_t owner[LEAP_PATCH][LEAP_PATCH]);

#endif /* LEAP_SHADOW_H */
