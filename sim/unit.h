/* SPDX-License-Identifier: MIT */
/*
 * Controllers off the production line: each has lenses and a calibration of its own.
 * A shelf of units belongs to one thread at a time; what it lends is read only.
 */
#ifndef LEAP_SIM_UNIT_H
#define LEAP_SIM_UNIT_H

#include "daemon/tracking/camera.h"
#include "sim/optics.h"
#include "sim/sim.h"

/**
 * struct leap_sim_unit - one controller
 * @block: its calibration
 * @camera: parsed from that
 * @lenses: what they see
 */
struct leap_sim_unit {
	uint8_t block[LEAP_SIM_CALIBRATION_SIZE];
	struct leap_camera camera;
	struct leap_sim_lenses lenses;
};

/** leap_sim_unit_init() - around the real one of leap_sim_calibration(), by seed */
void leap_sim_unit_init(uint64_t seed, struct leap_sim_unit *ret_unit);

#endif /* LEAP_SIM_UNIT_H */
