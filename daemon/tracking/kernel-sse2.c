// SPDX-License-Identifier: MIT
/*
 * The network's loops for any x86-64 processor.
 * Pure functions, any thread.
 */
#include <emmintrin.h>
#include <stdint.h>

#define LANES 4
#define GROUPS 1
#define BLOCKS 1
#define WEIGHTS __m128i

typedef int int_vector __attribute__((vector_size(4 * LANES)));

static inline __m128i load(const int16_t *at)
{
	return _mm_loadu_si128((const __m128i *)at);
}

static inline int_vector dot(int_vector sum, __m128i w, int x)
{
	return sum + (int_vector)_mm_madd_epi16(w, _mm_set1_epi32(x));
}

#include "daemon/tracking/kernel-loops.h"

static bool usable(void)
{
	return true;
}

const struct leap_kernel leap_kernel_sse2 = {
	"sse2", usable, convolve, finish, exponent,
};
