// SPDX-License-Identifier: MIT
/*
 * The network's loops for any processor: four floats at a time suit most of them.
 * Pure functions, any thread.
 */
#define LANES 4
#define PIXELS 4
#include "daemon/tracking/kernel-loops.h"

static bool usable(void)
{
	return true;
}

const struct leap_kernel leap_kernel_plain = { "plain", usable, convolve, exponent };
