/* SPDX-License-Identifier: MIT */
/*
 * Where the simulated hands really are, for scoring only: tests and benchmarks.
 * Nothing in daemon/ may include this file (a test checks it).
 */
#ifndef LEAP_SIM_TRUTH_H
#define LEAP_SIM_TRUTH_H

#include "daemon/tracking/hand.h"
#include "sim/sim.h"

/**
 * leap_sim_truth() - the hands of picture number @index
 * @ret_hands: track is the hand's number, confidence 1; the definitions of joints,
 *	palm and tips are those of the original service, as in struct leap_tracked_hand
 */
void leap_sim_truth(const struct leap_sim *sim, uint64_t index,
		    struct leap_hands *ret_hands);

#endif /* LEAP_SIM_TRUTH_H */
