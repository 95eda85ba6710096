/* SPDX-License-Identifier: MIT */
/*
 * The hands above the synthetic controller, rendered ahead by a thread of its own.
 * leap_scene_draw() belongs to one thread; see scene.c for what the lock guards.
 */
#ifndef LEAP_SIM_SCENE_H
#define LEAP_SIM_SCENE_H

#include "sim/picture.h"
#include "sim/sim.h"

struct leap_scene;

/**
 * leap_scene_new() - start rendering; returns with the first picture done
 * @options: for leap_sim_new(); the calibration must outlive the scene
 * @length: pictures in the window, 2 or more; each takes LEAP_SIM_FRAME_SIZE bytes
 *
 * Return: 0, what leap_sim_new() says, -ENOMEM, or -EAGAIN without a thread.
 */
int leap_scene_new(const struct leap_sim_options *options, unsigned int length,
		   struct leap_scene **ret_scene);

/**
 * leap_scene_draw() - a leap_picture_fn; @context is the scene
 *
 * Costs a copy, whatever rendering costs: pictures come from a window of the motion
 * that is played to and fro, at the speed of the picture's clock. When exposure, gain
 * or LEDs change, the window is rendered anew from where the motion is; until its
 * first pictures are done, the last one is repeated with the settings it was made
 * with, which its metadata names.
 */
void leap_scene_draw(void *context, const struct leap_picture *picture,
		     uint8_t *pixels);

/** leap_scene_free() - NULL is allowed */
void leap_scene_free(struct leap_scene *scene);

#endif /* LEAP_SIM_SCENE_H */
