// SPDX-License-Identifier: MIT
/*
 * The network's loops for x86-64 processors with AVX2 (built for them, see meson.build).
 * Pure functions, any thread.
 */
#include <immintrin.h>
#include <stdint.h>

#define LANES 8
#define GROUPS 1
#define BLOCKS 1
#define WEIGHTS __m256i

typedef int int_vector __attribute__((vector_size(4 * LANES)));

static inline __m256i load(const int16_t *at)
{
	return _mm256_loadu_si256((const __m256i *)at);
}

static inline int_vector dot(int_vector sum, __m256i w, int x)
{
	return sum + (int_vector)_mm256_madd_epi16(w, _mm256_set1_epi32(x));
}

#include "daemon/tracking/kernel-loops.h"

static bool usable(void)
{
	return __builtin_cpu_supports("avx2");
}

const struct leap_kernel leap_kernel_avx2 = {
	"avx2", usable, convolve, finish, exponent,
};
