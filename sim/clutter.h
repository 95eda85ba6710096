/* SPDX-License-Identifier: MIT */
/*
 * What is above a controller and is no hand: torsos, heads, things, sleeves without a
 * hand. Pure values; no state, any thread.
 */
#ifndef LEAP_SIM_CLUTTER_H
#define LEAP_SIM_CLUTTER_H

#include "sim/flesh.h"

enum leap_sim_thing {
	LEAP_SIM_TORSO, /* the user's, towards +z, with upper arms */
	LEAP_SIM_HEAD, /* bent over the device */
	LEAP_SIM_SLEEVE, /* an arm whose hand is in its sleeve */
	LEAP_SIM_OBJECT, /* a cup, a ball, a box, a pen, a cable */
	LEAP_SIM_THINGS,
};

/**
 * leap_sim_clutter() - add a thing to @surface, placed by @seed
 * @sway: away from that place, millimetres
 * @ret_places: points on it
 *
 * Return: how many points, up to 4.
 */
unsigned int leap_sim_clutter(uint64_t seed, enum leap_sim_thing thing,
			      struct vec3 sway, struct leap_sim_surface *surface,
			      struct vec3 ret_places[4]);

#endif /* LEAP_SIM_CLUTTER_H */
