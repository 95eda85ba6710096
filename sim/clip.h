/* SPDX-License-Identifier: MIT */
/*
 * Short films for scoring trackers, with the truth for every frame: people, units and
 * rooms are those of evaluation, never of training. One thread at a time per clip.
 *
 * It tells where the hands are: nothing in daemon/ may include this file.
 */
#ifndef LEAP_SIM_CLIP_H
#define LEAP_SIM_CLIP_H

#include "sim/sample.h"

struct leap_sim_clip;

enum leap_sim_clip_kind {
	LEAP_SIM_CLIP_HAND, /* one hand doing anything, 100 to 400 mm away */
	LEAP_SIM_CLIP_RANGE, /* one hand going from 80 to 600 mm */
	LEAP_SIM_CLIP_STILL, /* one hand that does not move */
	LEAP_SIM_CLIP_SWEEP, /* to and fro at 1 m/s */
	LEAP_SIM_CLIP_TOOL, /* one hand with a pen or stick, to and fro */
	LEAP_SIM_CLIP_ARRIVAL, /* a hand comes in and stays */
	LEAP_SIM_CLIP_PAIR, /* two hands doing anything, apart */
	LEAP_SIM_CLIP_CROSSING, /* one passes above the other */
	LEAP_SIM_CLIP_TOUCHING, /* they meet, stay together and part */
	LEAP_SIM_CLIP_RECORDED, /* what somebody's hands did before a real device */
	LEAP_SIM_CLIP_EMPTY, /* from here on no hands: rooms of all kinds */
	LEAP_SIM_CLIP_TORSO,
	LEAP_SIM_CLIP_HEAD,
	LEAP_SIM_CLIP_LAMP, /* lamps, windows, ceilings */
	LEAP_SIM_CLIP_SLEEVE,
	LEAP_SIM_CLIP_OBJECT,
	LEAP_SIM_CLIP_KINDS,
};

/** leap_sim_clip_name() - in a word */
const char *leap_sim_clip_name(enum leap_sim_clip_kind kind);

/**
 * leap_sim_clip_new() - Return: 0, -EINVAL an unknown kind or RECORDED, -ENOMEM.
 * Frames are LEAP_SIM_INTERVAL_NS apart.
 */
int leap_sim_clip_new(enum leap_sim_clip_kind kind, uint64_t seed,
		      struct leap_sim_clip **ret_clip);

/**
 * leap_sim_clip_record() - hands of @seed that move as recorded ones did
 * @frames: the same one or two hands in each, in the same order; times in between are
 *	interpolated
 * @count: at least 2
 *
 * Return: 0, -EINVAL these are no such frames, -ENOMEM.
 */
int leap_sim_clip_record(uint64_t seed, const struct leap_hands *frames,
			 unsigned int count, struct leap_sim_clip **ret_clip);

/** leap_sim_clip_frames() - how many it has */
unsigned int leap_sim_clip_frames(const struct leap_sim_clip *clip);

/**
 * leap_sim_clip_apart() - of LEAP_SIM_CLIP_TOUCHING, when they are apart
 * @ret_before: the last frame before they come near each other
 * @ret_after: the first one after they have parted
 *
 * Return: false for other kinds.
 */
bool leap_sim_clip_apart(const struct leap_sim_clip *clip, unsigned int *ret_before,
			 unsigned int *ret_after);

/**
 * leap_sim_clip_frame() - a picture and its truth, in any order
 * @pixels: LEAP_SIM_FRAME_SIZE bytes
 */
void leap_sim_clip_frame(struct leap_sim_clip *clip, unsigned int index,
			 uint8_t *pixels, struct leap_sim_sample *ret_sample);

/** leap_sim_clip_free() - NULL is allowed */
void leap_sim_clip_free(struct leap_sim_clip *clip);

#endif /* LEAP_SIM_CLIP_H */
