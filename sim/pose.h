/* SPDX-License-Identifier: MIT */
/*
 * What hands do, at random: grips of all classes and ways to hold a hand.
 * Pure but for the dice, which belong to the caller.
 */
#ifndef LEAP_SIM_POSE_H
#define LEAP_SIM_POSE_H

#include "sim/anatomy.h"
#include "sim/random.h"
#include "sim/sample.h"

/** struct leap_sim_angles - as leap_sim_posture_orient() takes them */
struct leap_sim_angles {
	double yaw;
	double pitch;
	double roll;
};

/** leap_sim_throw_pose() - any class, the open hand most often */
enum leap_sim_pose leap_sim_throw_pose(struct leap_sim_dice *dice);

/** leap_sim_throw_grip() - some grip of class @pose, within the limits of joints */
void leap_sim_throw_grip(struct leap_sim_dice *dice, const struct leap_sim_shape *shape,
			 enum leap_sim_pose pose, struct leap_sim_grip *ret_grip);

/**
 * leap_sim_throw_angles() - palm down most of the time, else sideways, up, or any way;
 *	one hand in ten comes from the far side
 */
struct leap_sim_angles leap_sim_throw_angles(struct leap_sim_dice *dice);

#endif /* LEAP_SIM_POSE_H */
