// SPDX-License-Identifier: MIT
/*
 * The network's loops for x86-64 processors with AVX2 and FMA (built for them, see meson.build).
 * Pure functions, any thread.
 */
#define LANES 8
#define PIXELS 6
#include "daemon/tracking/kernel-loops.h"

static bool usable(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const struct leap_kernel leap_kernel_avx2 = { "avx2", usable, convolve, exponent };
