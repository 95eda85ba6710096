/* SPDX-License-Identifier: MIT */
/*
 * Bends and places the skeleton until it explains what both eyes see.
 * Pure.
 */
#ifndef LEAP_FIT_H
#define LEAP_FIT_H

#include "daemon/tracking/depth.h"
#include "daemon/tracking/outline.h"
#include "daemon/tracking/skeleton.h"

#define LEAP_SAMPLES_MAX 256

/**
 * struct leap_evidence - everything known about one hand in one frame; borrowed
 * @camera: where the eyes are
 * @patch: by eye, measured
 * @outline: by eye
 * @point: the surface by stereo
 * @samples: pixels that the skeleton has to cover, by eye
 * @hand_samples: the first so many of them are the hand's, the others the arm's
 * @sample: column, row
 */
struct leap_evidence {
	const struct leap_camera *camera;
	const struct leap_patch *patch;
	const struct leap_outline *outline;
	const struct leap_depth_point *point;
	int points;
	int samples[LEAP_EYES];
	int hand_samples[LEAP_EYES];
	uint8_t sample[LEAP_EYES][LEAP_SAMPLES_MAX][2];
};

/** struct leap_tip_match - the tip of an outline that a finger ends in, or -1 */
struct leap_tip_match {
	int tip[LEAP_FINGERS][LEAP_EYES];
};

/**
 * struct leap_fit_prior - what is believed before looking
 * @near: the pose expected, NULL for none
  * @angle_sd: radians by which its angles may be off
 * @turn_sd: radians by which its turn may be off
  * @palm_sd: millimetres between the centre of the palm and of the outline's palm
 * @size: of this hand
 * @size_sd: of its logarithm
 */
struct leap_fit_prior {
	const struct leap_pose *near;
	double angle_sd;
	double turn_sd;
	double palm_sd;

	double size;
	double size_sd;
};

/**
 * struct leap_fit_quality - how well a pose explains the evidence
 * @cost: what the fit makes small; comparable for the same evidence only
 * @uncovered: share of the hand's pixels that no part of the skeleton covers
 * @stray: share of the skeleton that lies outside the hand's pixels
 * @off_surface: median distance of the stereo surface from the skeleton's, mm
 */
struct leap_fit_quality {
	double cost;
	double uncovered;
	double stray;
	double off_surface;
};

/** leap_evidence_sample() - choose the pixels to cover */
void leap_evidence_sample(struct leap_evidence *evidence);

/** leap_fit_tips() - place by matched tips and priors alone; fast and coarse */
double leap_fit_tips(const struct leap_evidence *evidence,
		     const struct leap_tip_match *match,
		     const struct leap_fit_prior *prior, int steps,
		     struct leap_pose *pose);

/** leap_fit_all() - use all evidence; @pose is where to start and the result */
void leap_fit_all(const struct leap_evidence *evidence,
		  const struct leap_tip_match *match,
		  const struct leap_fit_prior *prior, int steps, struct leap_pose *pose,
		  struct leap_fit_quality *ret_quality);

/** leap_fit_match_tips() - give each finger the nearest tip in order around the palm */
void leap_fit_match_tips(const struct leap_evidence *evidence,
			 const struct leap_pose *pose, double reach,
			 struct leap_tip_match *ret_match);

/**
 * leap_fit_finger() - see whether one finger is held otherwise
 * Straight, hooked, bent and curled up are tried; what explains the evidence clearly
 * better is kept. Frees a finger that was followed into a wrong position.
 *
 * Return: whether @pose and @quality have changed.
 */
bool leap_fit_finger(const struct leap_evidence *evidence,
		     const struct leap_fit_prior *prior, int finger,
		     struct leap_pose *pose, struct leap_fit_quality *quality);

#endif /* LEAP_FIT_H */
