// SPDX-License-Identifier: MIT
/*
 * The network's loops for x86-64 processors with AVX-512 (built for them, see meson.build).
 * Pure functions, any thread.
 */
#include <immintrin.h>
#include <stdint.h>

#define LANES 16
#define GROUPS 2
#define BLOCKS 2
#define WEIGHTS __m512i

typedef int int_vector __attribute__((vector_size(4 * LANES)));

static inline __m512i load(const int16_t *at)
{
	return _mm512_loadu_si512(at);
}

static inline int_vector dot(int_vector sum, __m512i w, int x)
{
	return sum + (int_vector)_mm512_madd_epi16(w, _mm512_set1_epi32(x));
}

#include "daemon/tracking/kernel-loops.h"

static bool usable(void)
{
	return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

const struct leap_kernel leap_kernel_avx512 = {
	"avx512", usable, convolve, finish, exponent,
};
