/* SPDX-License-Identifier: MIT */
/*
 * The synthetic controller: an articulated hand moving above two rendered eyes.
 * Deterministic by seed; one thread at a time per simulator. Never read by tracking.
 */
#ifndef LEAP_SIM_H
#define LEAP_SIM_H

#include <stddef.h>
#include <stdint.h>

#define LEAP_SIM_WIDTH 640
#define LEAP_SIM_HEIGHT 240
#define LEAP_SIM_FRAME_SIZE (LEAP_SIM_WIDTH * LEAP_SIM_HEIGHT * 2)
#define LEAP_SIM_INTERVAL_NS 8695600 /* 86956 x 100 ns, as the device negotiates */
#define LEAP_SIM_CALIBRATION_SIZE 156
#define LEAP_SIM_SERIAL "LP00000000001"

struct leap_sim;

/**
 * struct leap_sim_options - what to simulate
 * @seed: everything random follows from it: hand shape, motion, noise
 * @hands: 0, 1 or 2
 * @calibration: LEAP_SIM_CALIBRATION_SIZE bytes to render through; NULL for
 *	leap_sim_calibration()
 */
struct leap_sim_options {
	uint64_t seed;
	unsigned int hands;
	const uint8_t *calibration;
};

/** leap_sim_calibration() - the block of a real controller, valid checksum */
const uint8_t *leap_sim_calibration(void);

/**
 * leap_sim_new() - build the hands and the eyes (some ten milliseconds)
 *
 * Return: 0, -ENOMEM, -EINVAL more hands than two, or what leap_camera_parse() says.
 */
int leap_sim_new(const struct leap_sim_options *options, struct leap_sim **ret_sim);

/**
 * leap_sim_set_exposure() - as the controls of the device do
 * @exposure_us: 10..65535
 * @gain: analog, 1/16 steps, 16..63
 */
void leap_sim_set_exposure(struct leap_sim *sim, unsigned int exposure_us,
			   unsigned int gain);

/** leap_sim_set_leds() - bit 0 left, 1 centre, 2 right; all on at the start */
void leap_sim_set_leds(struct leap_sim *sim, unsigned int mask);

/**
 * leap_sim_render() - the picture number @index, taken at index * LEAP_SIM_INTERVAL_NS
 * @pixels: LEAP_SIM_FRAME_SIZE bytes, interleaved as on the wire, embedded metadata
 *	line included (facts of the wire: last 12 bytes of the frame)
 *
 * Frames can be rendered in any order: the same index gives the same bytes.
 */
void leap_sim_render(struct leap_sim *sim, uint64_t index, uint8_t *pixels);

/** leap_sim_free() - NULL is allowed */
void leap_sim_free(struct leap_sim *sim);

#endif /* LEAP_SIM_H */
