/* SPDX-License-Identifier: MIT */
/*
 * Randomness without a state: every draw is a function of a seed and of what it is
 * for, so that frames can be made in any order. Pure, any thread.
 */
#ifndef LEAP_SIM_RANDOM_H
#define LEAP_SIM_RANDOM_H

#include <stdint.h>

/** leap_sim_hash() - 64 well mixed bits of a pair (the finaliser of splitmix64) */
static inline uint64_t leap_sim_hash(uint64_t seed, uint64_t purpose)
{
	uint64_t z = seed + (purpose + 1) * 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/** leap_sim_uniform() - evenly from @low to @high */
static inline double leap_sim_uniform(uint64_t seed, uint64_t purpose, double low,
				      double high)
{
	double unit = (double)(leap_sim_hash(seed, purpose) >> 11) * 0x1p-53;

	return low + (high - low) * unit;
}

#endif /* LEAP_SIM_RANDOM_H */
