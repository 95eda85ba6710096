// SPDX-License-Identifier: MIT
/*
 * The network's loops for any processor: four numbers at a time suit most of them.
 * Pure functions, any thread.
 */
#include <stdint.h>
#include <string.h>

#define LANES 4
#define GROUPS 1
#define BLOCKS 1
#define WEIGHTS struct weights

typedef int int_vector __attribute__((vector_size(4 * LANES)));

struct weights {
	int_vector low, high;
};

/* Halves of a pair trade places with the bytes' order, in weights and values alike. */
static inline struct weights load(const int16_t *at)
{
	int_vector pairs;

	memcpy(&pairs, at, sizeof(pairs));
	return (struct weights){ pairs << 16 >> 16, pairs >> 16 };
}

static inline int_vector dot(int_vector sum, struct weights w, int x)
{
	return sum + w.low * (int16_t)x + w.high * (x >> 16);
}

#include "daemon/tracking/kernel-loops.h"

static bool usable(void)
{
	return true;
}

const struct leap_kernel leap_kernel_plain = {
	"plain", usable, convolve, finish, exponent,
};
