// SPDX-License-Identifier: MIT
/*
 * The network's loops for 64-bit ARM processors, all of which have NEON and fused multiply-add.
 * Pure functions, any thread.
 */
#define LANES 4
#define PIXELS 6
#include "daemon/tracking/kernel-loops.h"

static bool usable(void)
{
	return true;
}

const struct leap_kernel leap_kernel_neon = { "neon", usable, convolve, exponent };
