/* SPDX-License-Identifier: MIT */
/*
 * What a simulated hand does: a posture for every instant, without a state, so that
 * frames can be made in any order. Written once at the start, then read only.
 */
#ifndef LEAP_SIM_MOTION_H
#define LEAP_SIM_MOTION_H

#include <stdint.h>

#include "sim/anatomy.h"

/* What is done for a few seconds each; the first two fill every second stretch. */
enum leap_sim_action {
	LEAP_SIM_HOVER, /* a natural open hand */
	LEAP_SIM_SWAY, /* open, moving to and fro */
	LEAP_SIM_TURN, /* rolling about the forearm */
	LEAP_SIM_FIST, /* closing and opening twice */
	LEAP_SIM_PINCH, /* thumb and index finger meet twice */
	LEAP_SIM_POINT, /* index finger out, poking */
	LEAP_SIM_COUNT, /* one to five */
	LEAP_SIM_WAVE, /* from the wrist */
	LEAP_SIM_ACTIONS,
};

/** LEAP_SIM_STRETCH - seconds for which an action lasts */
#define LEAP_SIM_STRETCH 2.6

/**
 * struct leap_sim_motion - one hand's habits
 * @seed: what distinguishes it from another hand's
 * @shape: the hand
 * @home: around which the palm wanders, for a right hand (x mirrored for a left one)
 * @open, @relaxed, @fist, @pinch, @point: grips that suit the shape, e.g. finger and
 *	thumb do meet in @pinch
 */
struct leap_sim_motion {
	uint64_t seed;
	struct leap_sim_shape shape;
	struct vec3 home;
	struct leap_sim_grip open;
	struct leap_sim_grip relaxed;
	struct leap_sim_grip fist;
	struct leap_sim_grip pinch;
	struct leap_sim_grip point;
};

/**
 * leap_sim_motion_init() - habits by seed
 * @apart: how far the palm stays on its own side of the device, millimetres
 */
void leap_sim_motion_init(uint64_t seed, bool left, double apart,
			  struct leap_sim_motion *ret_motion);

/** leap_sim_motion_action() - what is being done at @seconds */
enum leap_sim_action leap_sim_motion_action(const struct leap_sim_motion *motion,
					    double seconds);

/**
 * leap_sim_motion_at() - the posture at @seconds (from 0)
 * Position and angles are continuous with their first derivatives.
 */
void leap_sim_motion_at(const struct leap_sim_motion *motion, double seconds,
			struct leap_sim_posture *ret_posture);

#endif /* LEAP_SIM_MOTION_H */
