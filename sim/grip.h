/* SPDX-License-Identifier: MIT */
/*
 * What fingers do: grips that suit a hand.
 * Pure values; no state, any thread.
 */
#ifndef LEAP_SIM_GRIP_H
#define LEAP_SIM_GRIP_H

#include "sim/anatomy.h"

/** leap_sim_grip_open() - splayed more or less, by seed */
void leap_sim_grip_open(uint64_t seed, struct leap_sim_grip *ret_grip);

/** leap_sim_grip_relaxed() - fingers half bent, as they hang */
void leap_sim_grip_relaxed(struct leap_sim_grip *ret_grip);

/** leap_sim_grip_fist() - the thumb lies across the fingers of this hand */
void leap_sim_grip_fist(const struct leap_sim_shape *shape,
			struct leap_sim_grip *ret_grip);

/** leap_sim_grip_pinch() - the pads of thumb and finger @with (not the thumb) touch */
void leap_sim_grip_pinch(const struct leap_sim_shape *shape, enum leap_finger_type with,
			 struct leap_sim_grip *ret_grip);

/**
 * leap_sim_grip_thumb() - the thumb whose bones point as nearly as possible like these
 * @way: of its three bones from the wrist outwards, unit, in hand axes
 * @grip: its thumb is written
 */
void leap_sim_grip_thumb(const struct leap_sim_shape *shape, const struct vec3 way[3],
			 struct leap_sim_grip *grip);

#endif /* LEAP_SIM_GRIP_H */
