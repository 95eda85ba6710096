/* SPDX-License-Identifier: MIT */
/*
 * From light to bytes: exposure, background, blur, stray light, noise, saturation and
 * the metadata line. One thread at a time per sensor: it has scratch memory.
 */
#ifndef LEAP_SIM_SENSOR_H
#define LEAP_SIM_SENSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/backdrop.h"
#include "sim/trace.h"

struct leap_sim_sensor;

/**
 * struct leap_sim_setting - the controls that the picture depends on
 * @exposure_us: 10..65535
 * @gain: analog, 1/16 steps, 16..63
 * @leds: bit 0 left, 1 centre, 2 right
 * @digital_gain: 1/4 steps, 4 leaves the picture alone
 * @gamma: square root instead of linear
 */
struct leap_sim_setting {
	unsigned int exposure_us;
	unsigned int gain;
	unsigned int leds;
	unsigned int digital_gain;
	bool gamma;
};

/**
 * struct leap_sim_look - what differs between units and conditions. Signals are in
 *	steps of the picture at an exposure of 511 us and an analog gain of 31
 * @light: of the device, at that exposure and gain and with all LEDs on
 * @black: level of a pixel without light
 * @read_noise: steps
 * @shot_noise: steps^2 for each step of signal
 * @stray: part of all light that the lens scatters about
 * @blur_across, @blur_down: weight of the neighbours on each side, up to 1/3
 * @turn: by eye, a small rotation vector in radians: how the eye looks elsewhere than
 *	its calibration says
 */
struct leap_sim_look {
	struct leap_sim_light light;
	float black;
	float read_noise;
	float shot_noise;
	float stray;
	float blur_across;
	float blur_down;
	struct vec3 turn[LEAP_EYES];
};

/** struct leap_sim_shot - all that one picture depends on; @dice: its noise */
struct leap_sim_shot {
	const struct leap_sim_lenses *lenses;
	const struct leap_sim_surface *surface;
	const struct leap_sim_backdrop *backdrop;
	struct leap_sim_look look;
	struct leap_sim_setting setting;
	uint64_t dice;
};

/** leap_sim_look_init() - the average unit, in the dark */
void leap_sim_look_init(struct leap_sim_look *ret_look);

/** leap_sim_look_turned() - @point where it would be for @eye to look as it should */
struct vec3 leap_sim_look_turned(const struct leap_sim_look *look, enum leap_eye eye,
				 float eye_x, struct vec3 point);

/** leap_sim_sensor_new() - Return: 0 or -ENOMEM. @seed: noise */
int leap_sim_sensor_new(uint64_t seed, struct leap_sim_sensor **ret_sensor);

/** leap_sim_sensor_render() - both eyes' picture, LEAP_SIM_FRAME_SIZE bytes */
void leap_sim_sensor_render(struct leap_sim_sensor *sensor,
			    const struct leap_sim_shot *shot, uint8_t *pixels);

/**
 * leap_sim_sensor_depth() - how far from the eye something is, in the last picture
 * @column: of a pixel of that picture
 * @row: likewise
 *
 * Return: millimetres along the ray, 0 where there is nothing but the backdrop or where
 * a surface covers a pixel only in part.
 */
float leap_sim_sensor_depth(const struct leap_sim_sensor *sensor, enum leap_eye eye,
			    unsigned int column, unsigned int row);

/** leap_sim_sensor_free() - NULL is allowed */
void leap_sim_sensor_free(struct leap_sim_sensor *sensor);

#endif /* LEAP_SIM_SENSOR_H */
