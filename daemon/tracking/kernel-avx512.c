// SPDX-License-Identifier: MIT
/*
 * The network's loops for x86-64 processors with AVX-512 (built for them, see meson.build).
 * Pure functions, any thread.
 */
#define LANES 16
#define PIXELS 12
#include "daemon/tracking/kernel-loops.h"

static bool usable(void)
{
	return __builtin_cpu_supports("avx512f");
}

const struct leap_kernel leap_kernel_avx512 = { "avx512", usable, convolve, exponent };
