/* SPDX-License-Identifier: MIT */
/*
 * Random scenes by seed, for training networks and for scoring trackers: hands of all
 * shapes in all postures, other things that are no hands, lights, lenses, settings.
 * One thread at a time per sampler; a scene depends on its seed alone, not on what the
 * sampler did before.
 *
 * It tells where the hands are: nothing in daemon/ may include this file.
 */
#ifndef LEAP_SIM_SAMPLE_H
#define LEAP_SIM_SAMPLE_H

#include "daemon/tracking/camera.h"
#include "daemon/tracking/hand.h"
#include "sim/sim.h"

struct leap_sim_sampler;

/*
 * The two share no seed, no unit's lenses and no person, and the settings of evaluation
 * go a little beyond those of training.
 */
enum leap_sim_split {
	LEAP_SIM_TRAINING,
	LEAP_SIM_EVALUATION,
};

/* What a scene is to hold; the first means the others in fixed shares. */
enum leap_sim_content {
	LEAP_SIM_ANYTHING,
	LEAP_SIM_ONE_HAND,
	LEAP_SIM_TWO_HANDS,
	LEAP_SIM_NO_HAND,
	LEAP_SIM_CONTENTS,
};

enum leap_sim_pose {
	LEAP_SIM_POSE_OPEN,
	LEAP_SIM_POSE_RELAXED,
	LEAP_SIM_POSE_FIST,
	LEAP_SIM_POSE_PINCH,
	LEAP_SIM_POSE_POINT,
	LEAP_SIM_POSE_COUNT, /* one to five fingers out, any of them */
	LEAP_SIM_POSE_GRAB, /* around something that is not there */
	LEAP_SIM_POSE_RANDOM, /* anything within the limits of joints */
	LEAP_SIM_POSE_REACH, /* straight fingers, bent at their knuckles only */
	LEAP_SIM_POSES,
};

/**
 * struct leap_sim_sample_hand - where a hand really is
 * @hand: the truth in Leap coordinates, as struct leap_tracked_hand defines it
 * @pose: what the fingers do
 * @tilt: angle between the palm's normal and the vertical, radians: 0 palm down, pi/2
 *	edge-on, pi palm up
 * @pixel: by eye, finger, joint: column and row of the joint in the picture as it is,
 *	first pixel's centre 0.0; NAN where that eye's lens has no answer. Differs from
 *	projecting @hand with the camera by the lenses' unknown error
 * @visible: by eye, finger, joint: in the picture and hidden by nothing but its own flesh
 * @inside: share of the hand's joints that are in both pictures, 0..1
 */
struct leap_sim_sample_hand {
	struct leap_tracked_hand hand;
	enum leap_sim_pose pose;
	double tilt;
	float pixel[LEAP_EYES][LEAP_FINGERS][LEAP_JOINTS][2];
	bool visible[LEAP_EYES][LEAP_FINGERS][LEAP_JOINTS];
	double inside;
};

#define LEAP_SIM_DECOYS_MAX 16

/**
 * struct leap_sim_sample - what a scene is
 * @camera: what a tracker is told, parsed from @block. The pictures deviate from it by
 *	what is left of error after a factory's calibration
 * @block: the unit's calibration
 * @hands: 0..2
 * @hand: that many, first the one that stands for the scene
 * @tools: 0..2
 * @tool: thin long things in hands; track is that of the hand
 * @decoys: things that are no hands
 * @decoy: places on their surfaces where something may take them for hands: middles of
 *	forearms, sleeves' ends, heads, torsos, other things; Leap coordinates
 * @exposure_us: as in the picture's metadata
 * @gain: analog, 1/16 steps
 * @squint: by how much more the eyes' axes converge than the calibration says, radians.
 *	It makes a place at height y look y * y * @squint / 40 mm nearer, which nothing in
 *	the pictures tells from a hand that is nearer and smaller
 */
struct leap_sim_sample {
	struct leap_camera camera;
	uint8_t block[LEAP_SIM_CALIBRATION_SIZE];
	unsigned int hands;
	struct leap_sim_sample_hand hand[LEAP_HANDS_MAX];
	unsigned int tools;
	struct leap_tracked_tool tool[LEAP_HANDS_MAX];
	unsigned int decoys;
	struct vec3 decoy[LEAP_SIM_DECOYS_MAX];
	unsigned int exposure_us;
	unsigned int gain;
	double squint;
};

/** leap_sim_sampler_new() - Return: 0 or -ENOMEM. It grows to some 80 MB with use. */
int leap_sim_sampler_new(enum leap_sim_split split,
			 struct leap_sim_sampler **ret_sampler);

/**
 * leap_sim_sample_draw() - the scene of @seed and its picture
 * @pixels: LEAP_SIM_FRAME_SIZE bytes, as leap_sim_render() gives them
 *
 * Return: 0; -EINVAL an unknown content; -ENOMEM.
 */
int leap_sim_sample_draw(struct leap_sim_sampler *sampler, uint64_t seed,
			 enum leap_sim_content content, uint8_t *pixels,
			 struct leap_sim_sample *ret_sample);

/** leap_sim_sampler_free() - NULL is allowed */
void leap_sim_sampler_free(struct leap_sim_sampler *sampler);

#endif /* LEAP_SIM_SAMPLE_H */
