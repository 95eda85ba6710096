/* SPDX-License-Identifier: MIT */
/*
 * From light to bytes: exposure, background, blur, stray light, noise, saturation and
 * the metadata line. One thread at a time per sensor: it has scratch memory.
 */
#ifndef LEAP_SIM_SENSOR_H
#define LEAP_SIM_SENSOR_H

#include <stdint.h>

#include "daemon/tracking/camera.h"
#include "sim/sim.h"
#include "sim/trace.h"

struct leap_sim_sensor;

/**
 * struct leap_sim_setting - the controls that the picture depends on
 * @exposure_us: 10..65535
 * @gain: analog, 1/16 steps, 16..63
 * @leds: bit 0 left, 1 centre, 2 right
 */
struct leap_sim_setting {
	unsigned int exposure_us;
	unsigned int gain;
	unsigned int leds;
};

/** leap_sim_sensor_new() - Return: 0 or -ENOMEM. @seed: background and noise */
int leap_sim_sensor_new(const struct leap_camera *camera, uint64_t seed,
			struct leap_sim_sensor **ret_sensor);

/** leap_sim_sensor_render() - both eyes' picture of @surface, LEAP_SIM_FRAME_SIZE bytes */
void leap_sim_sensor_render(struct leap_sim_sensor *sensor,
			    const struct leap_sim_surface *surface,
			    const struct leap_sim_setting *setting, uint64_t index,
			    uint8_t *pixels);

/** leap_sim_sensor_free() - NULL is allowed */
void leap_sim_sensor_free(struct leap_sim_sensor *sensor);

#endif /* LEAP_SIM_SENSOR_H */
