/* SPDX-License-Identifier: MIT */
/*
 * How a person's hand is built: its size and proportions, learned while it is followed.
 * Pure values; any thread.
 */
#ifndef LEAP_BUILD_H
#define LEAP_BUILD_H

#include "daemon/tracking/skeleton.h"

/* The size, then the proportions: the last freedoms of the fit, in their order. */
#define LEAP_BUILD (1 + LEAP_PROPORTIONS)

/**
 * struct leap_build - what is believed, as a normal distribution
 * @mean: logarithms, 0 is the average hand
 * @information: inverse of the covariance, symmetric
 */
struct leap_build {
	double mean[LEAP_BUILD];
	double information[LEAP_BUILD][LEAP_BUILD];
};

/**
 * leap_build_of_people() - before anything was seen
 * Deviations: the size 14 %, from child to man; fingers, for that size, 7 % all together
 * and 4 % each, the palm's breadth 5 %. Chosen wide: a wrong belief costs more than a
 * second of learning.
 */
void leap_build_of_people(struct leap_build *ret_build);

/**
 * leap_build_learn() - take in what a fit found
 * @pose: the fit, made with @build as its belief times @stiffness
 * @told: what the sightings alone told, from struct leap_fit_result
 * @stiffness: as above
 * @gain: how much of a frame's information is new, 0..1; neighbouring frames err alike
 */
void leap_build_learn(struct leap_build *build, const struct leap_pose *pose,
		      const double told[LEAP_BUILD][LEAP_BUILD], double stiffness,
		      double gain);

/** leap_build_scale() - how large a hand is, fingers and palm together; 1: average */
double leap_build_scale(const struct leap_build *build);

#endif /* LEAP_BUILD_H */
