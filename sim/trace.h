/* SPDX-License-Identifier: MIT */
/*
 * Light on a surface: follows the rays of one tile to the blended cones and shades
 * what they meet. Pure, any thread.
 */
#ifndef LEAP_SIM_TRACE_H
#define LEAP_SIM_TRACE_H

#include "sim/optics.h"

/* The device's LEDs: left, centre and right along its long edge. */
#define LEAP_SIM_LEDS 3

/**
 * struct leap_sim_light - what shines
 * @x: places of the LEDs on the x axis, millimetres
 * @power: of each; at 1, a surface facing an LED from 1 mm gives a signal of 1
 * @ambient: signal from light that comes from everywhere
 */
struct leap_sim_light {
	float x[LEAP_SIM_LEDS];
	float power[LEAP_SIM_LEDS];
	float ambient;
};

/**
 * leap_sim_trace() - what the pixels of one tile receive
 * @eye_x: where the rays start, on the x axis
 * @tile: the rays
 * @sight: at least one cone
 * @ret_signal: of the surface, per pixel, linear, before the sensor
 * @ret_cover: how much of the pixel is covered by the surface, 0..1
 */
void leap_sim_trace(float eye_x, const struct leap_sim_tile *tile,
		    const struct leap_sim_sight *sight,
		    const struct leap_sim_light *light,
		    float ret_signal[LEAP_SIM_LANES], float ret_cover[LEAP_SIM_LANES]);

#endif /* LEAP_SIM_TRACE_H */
