/* SPDX-License-Identifier: MIT */
/*
 * Reproducible random values for property tests: the same seed, the same test.
 * A plain value, owned by the test that seeds it.
 */
#ifndef LEAP_TESTS_RANDOM_H
#define LEAP_TESTS_RANDOM_H

#include <math.h>
#include <stdint.h>
#include <string.h>

struct random {
	uint64_t state;
};

static inline struct random random_seed(uint64_t seed)
{
	return (struct random){ seed };
}

/* SplitMix64: any state is as good as any other. */
static inline uint64_t random_next(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* 0 <= unit < 1 */
static inline double random_unit(struct random *random)
{
	return (random_next(random) >> 11) * 0x1p-53;
}

static inline double random_between(struct random *random, double low, double high)
{
	return low + (high - low) * random_unit(random);
}

/* Mostly everyday values, and all that a double can hold now and then. */
static inline double random_double(struct random *random)
{
	static const double odd[] = {
		NAN, INFINITY, -INFINITY, 0.0, -0.0, 1e308, 1e-310
	};
	uint64_t choice = random_next(random) % 64, bits = random_next(random);
	double any;

	if (choice < sizeof(odd) / sizeof(*odd))
		return odd[choice];
	if (choice > 8)
		return random_between(random, -500.0, 500.0);
	memcpy(&any, &bits, sizeof(any));
	return any;
}

#endif /* LEAP_TESTS_RANDOM_H */
