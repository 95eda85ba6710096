/* SPDX-License-Identifier: MIT */
/*
 * Bends a hand of bones so that it explains points seen in space: Levenberg-Marquardt
 * over place, turn, joint angles and build, each point weighted by how sure it is.
 * Pure; no state, any thread.
 */
#ifndef LEAP_POSE_FIT_H
#define LEAP_POSE_FIT_H

#include "daemon/tracking/build.h"
#include "daemon/tracking/network.h"

/**
 * struct leap_sighting - a point of the hand as it is seen
 * @place: Leap coordinates
 * @view: unit, the direction in which it is seen
 * @across: deviation perpendicular to @view, millimetres
 * @along: deviation along @view, millimetres
 */
struct leap_sighting {
	struct vec3 place;
	struct vec3 view;
	double across;
	double along;
};

/**
 * struct leap_fit_belief - what is known before looking
 * @near: where the hand is expected; NULL for a hand not seen before
 * @place_sd: deviation from there, millimetres
 * @turn_sd: radians
 * @angle_sd: radians
 * @build: the hand's
 * @stiffness: how many times over the build is believed in
 */
struct leap_fit_belief {
	const struct leap_pose *near;
	double place_sd;
	double turn_sd;
	double angle_sd;
	const struct leap_build *build;
	double stiffness;
};

/**
 * struct leap_fit_result - how well it went
 * @misfit: root of the mean squared distance of joints from their sightings,
 *	in their own deviations; about 1 when the deviations are right
 * @told: what the sightings alone say about the build, an inverse covariance
 */
struct leap_fit_result {
	double misfit;
	double told[LEAP_BUILD][LEAP_BUILD];
};

/** leap_fit_guess() - a relaxed hand at the place and turn of the seen palm */
void leap_fit_guess(const struct leap_sighting seen[LEAP_POINTS], bool left,
		    double size, struct leap_pose *ret_pose);

/**
 * leap_fit_pose() - improve @pose
 * @seen: by point of the network
 * @pose: a guess; its chirality is kept
 * @steps: at most so many
 */
void leap_fit_pose(const struct leap_sighting seen[LEAP_POINTS],
		   const struct leap_fit_belief *belief, int steps,
		   struct leap_pose *pose, struct leap_fit_result *ret_result);

#endif /* LEAP_POSE_FIT_H */
