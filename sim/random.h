/* SPDX-License-Identifier: MIT */
/*
 * Randomness without a state: every draw is a function of a seed and of what it is
 * for, so that frames can be made in any order. Pure, any thread.
 */
#ifndef LEAP_SIM_RANDOM_H
#define LEAP_SIM_RANDOM_H

#include <math.h>
#include <stdbool.h>
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

/** leap_sim_uniform_log() - likewise by their logarithms; both above 0 */
static inline double leap_sim_uniform_log(uint64_t seed, uint64_t purpose, double low,
					  double high)
{
	return exp(leap_sim_uniform(seed, purpose, log(low), log(high)));
}

/** struct leap_sim_dice - draws one after the other, for what needs many */
struct leap_sim_dice {
	uint64_t seed;
	uint64_t thrown;
};

/** leap_sim_throw() - evenly from @low to @high */
static inline double leap_sim_throw(struct leap_sim_dice *dice, double low, double high)
{
	return leap_sim_uniform(dice->seed, dice->thrown++, low, high);
}

/** leap_sim_throw_log() - likewise by their logarithms; both above 0 */
static inline double leap_sim_throw_log(struct leap_sim_dice *dice, double low,
					double high)
{
	return leap_sim_uniform_log(dice->seed, dice->thrown++, low, high);
}

/** leap_sim_chance() - true in @share of all cases */
static inline bool leap_sim_chance(struct leap_sim_dice *dice, double share)
{
	return leap_sim_throw(dice, 0, 1) < share;
}

/** leap_sim_bell() - around 0, standard deviation @width, never beyond six of it */
static inline double leap_sim_bell(struct leap_sim_dice *dice, double width)
{
	double sum = 0;

	for (int k = 0; k < 12; k++)
		sum += leap_sim_throw(dice, -0.5, 0.5);
	return width * sum;
}

/** leap_sim_another_seed() - for what has dice of its own */
static inline uint64_t leap_sim_another_seed(struct leap_sim_dice *dice)
{
	return leap_sim_hash(dice->seed ^ 0x5eedULL, dice->thrown++);
}

#endif /* LEAP_SIM_RANDOM_H */
