/* SPDX-License-Identifier: MIT */
/*
 * A first pose from nothing but the outlines and the distance of a hand.
 * Pure.
 */
#ifndef LEAP_START_H
#define LEAP_START_H

#include "daemon/tracking/fit.h"

/**
 * leap_start_place() - where the palm in these patches is
 * Return: false when stereo does not tell.
 */
bool leap_start_place(const struct leap_evidence *evidence, struct vec3 *ret_place);

/**
 * leap_start_pose() - the pose that explains the evidence best, from scratch
 * @left: chirality
 * @palm_up: suppose that the eyes see the back of the hand
 * @prior: size; near is not used
 *
 * Return: false when the palm cannot be placed.
 */
bool leap_start_pose(const struct leap_evidence *evidence, bool left, bool palm_up,
		     const struct leap_fit_prior *prior, struct leap_pose *ret_pose,
		     struct leap_fit_quality *ret_quality);

#endif /* LEAP_START_H */
