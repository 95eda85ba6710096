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
 * @wrap: how far light creeps under the skin: the cosine beyond the terminator
 * @gloss: what skin mirrors of an LED straight before it, relative to what it scatters
 * @lobe: how much dimmer an LED is to the sides than straight up, 0..1
 * @edge: how much less the lens passes to its edge, 0..1
 * @shade: how dark skin gets where it sees itself, 0..1
 */
struct leap_sim_light {
	float x[LEAP_SIM_LEDS];
	float power[LEAP_SIM_LEDS];
	float ambient;
	float wrap;
	float gloss;
	float lobe;
	float edge;
	float shade;
};

/**
 * struct leap_sim_trace - what the pixels of one tile receive, row by row
 * @signal: of the surface, linear, before the sensor
 * @cover: how much of the pixel is covered by the surface, 0..1
 * @depth: distance of the surface from the eye, where it covers anything
 */
struct leap_sim_trace {
	float signal[LEAP_SIM_LANES];
	float cover[LEAP_SIM_LANES];
	float depth[LEAP_SIM_LANES];
};

/**
 * leap_sim_trace() - what the pixels of one tile receive
 * @eye_x: where the rays start, on the x axis
 * @tile: the rays
 * @sight: at least one cone
 *
 * Return: false when the surface touches none of the pixels; nothing is written then.
 */
bool leap_sim_trace(float eye_x, const struct leap_sim_tile *tile,
		    const struct leap_sim_sight *sight,
		    const struct leap_sim_light *light,
		    struct leap_sim_trace *ret_trace);

#endif /* LEAP_SIM_TRACE_H */
