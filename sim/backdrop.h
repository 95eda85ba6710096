/* SPDX-License-Identifier: MIT */
/*
 * What the eyes see behind everything that the LEDs reach: a dim room, lamps, windows,
 * a ceiling, reflections in the cover glass. Drawn once for a scene, then read only.
 */
#ifndef LEAP_SIM_BACKDROP_H
#define LEAP_SIM_BACKDROP_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/tracking/camera.h"
#include "sim/sim.h"

/* Smooth light is kept for every fourth pixel and for one more on the far sides. */
#define LEAP_SIM_COARSE 4
#define LEAP_SIM_COARSE_ACROSS (LEAP_SIM_WIDTH / LEAP_SIM_COARSE + 1)
#define LEAP_SIM_COARSE_DOWN (LEAP_SIM_HEIGHT / LEAP_SIM_COARSE + 1)

#define LEAP_SIM_LAMPS_MAX 12

/**
 * struct leap_sim_lamp - something that shines by itself and has an edge
 * @column, @row: its middle, by eye
 * @half: half its extent along its own two axes, columns (a row is two of them)
 * @axis: unit, its first axis in the picture, in columns and half rows
 * @square: a rectangle, or else an ellipse
 * @power: steps at the nominal exposure and gain
 */
struct leap_sim_lamp {
	float column[LEAP_EYES];
	float row[LEAP_EYES];
	float half[2];
	float axis[2];
	bool square;
	float power;
};

/** struct leap_sim_backdrop - the light of a room */
struct leap_sim_backdrop {
	float smooth[LEAP_EYES][LEAP_SIM_COARSE_DOWN][LEAP_SIM_COARSE_ACROSS];
	unsigned int lamps;
	struct leap_sim_lamp lamp[LEAP_SIM_LAMPS_MAX];
};

enum leap_sim_room {
	LEAP_SIM_ROOM_DIM, /* a faint glow */
	LEAP_SIM_ROOM_LIT, /* daylight or warm lamps somewhere: a strong glow */
	LEAP_SIM_ROOM_LAMP, /* a lamp in view */
	LEAP_SIM_ROOM_WINDOW,
	LEAP_SIM_ROOM_CEILING, /* its lights in rows */
	LEAP_SIM_ROOMS,
};

/** leap_sim_backdrop_init() - the room of @seed */
void leap_sim_backdrop_init(uint64_t seed, enum leap_sim_room room,
			    struct leap_sim_backdrop *ret_backdrop);

/**
 * leap_sim_backdrop_light() - what one eye sees of it
 * @scale: what to multiply it with
 * @ret_light: LEAP_SIM_WIDTH * LEAP_SIM_HEIGHT values
 */
void leap_sim_backdrop_light(const struct leap_sim_backdrop *backdrop,
			     enum leap_eye eye, float scale, float *ret_light);

#endif /* LEAP_SIM_BACKDROP_H */
