// SPDX-License-Identifier: MIT
/*
 * The network's loops for 64-bit ARM processors, all of which have NEON.
 * Pure functions, any thread.
 */
#include <arm_neon.h>
#include <stdint.h>

#define LANES 4
#define GROUPS 1
#define BLOCKS 1
#define WEIGHTS int16x4x2_t

typedef int int_vector __attribute__((vector_size(4 * LANES)));

/* First channels of the pairs, then second ones. */
static inline int16x4x2_t load(const int16_t *at)
{
	return vld2_s16(at);
}

static inline int_vector dot(int_vector sum, int16x4x2_t w, int x)
{
	int16x4_t values = vreinterpret_s16_s32(vdup_n_s32(x));
	int32x4_t first = vmlal_lane_s16((int32x4_t)sum, w.val[0], values, 0);

	return (int_vector)vmlal_lane_s16(first, w.val[1], values, 1);
}

#include "daemon/tracking/kernel-loops.h"

static bool usable(void)
{
	return true;
}

const struct leap_kernel leap_kernel_neon = {
	"neon", usable, convolve, finish, exponent,
};
