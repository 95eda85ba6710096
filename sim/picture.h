/* SPDX-License-Identifier: MIT */
/*
 * What the controller's settings make of a scene: the frame as it is sent.
 * Pure; any thread.
 */
#ifndef LEAP_SIM_PICTURE_H
#define LEAP_SIM_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct leap_picture - a frame that the device is about to send
 * @number: frames since it was plugged in, skipped ones counted too
 * @time_ns: when it was exposed, on the device's clock
 * @width: columns of one eye
 * @height: rows
 * @exposure_us: in force
 * @gain: analog gain in force, 1/16 steps
 * @digital_gain: in 1/4 steps, 4..15
 * @gamma: square root instead of linear
 * @leds: bit 0 left, 1 centre, 2 right
 * @dark: exposed with the LEDs off because of the dark interval
 * @rotated: turned by 180 degrees
 * @label: 8 bits; 0 unless there is a dark interval
 */
struct leap_picture {
	uint64_t number;
	uint64_t time_ns;
	uint16_t width;
	uint16_t height;
	uint16_t exposure_us;
	uint8_t gain;
	uint8_t digital_gain;
	bool gamma;
	uint8_t leds;
	bool dark;
	bool rotated;
	uint8_t label;
};

/** leap_picture_fn - draw @picture: width * height * 2 bytes, metadata included */
typedef void leap_picture_fn(void *context, const struct leap_picture *picture,
			     uint8_t *pixels);

/**
 * leap_picture_checksum() - a leap_picture_fn: the pattern of sim/pattern.h
 * @context: unused
 *
 * Rotation, digital gain and gamma leave the pattern alone; the metadata is as usual.
 */
void leap_picture_checksum(void *context, const struct leap_picture *picture,
			   uint8_t *pixels);

/**
 * leap_picture_develop() - from a scene of 640 x 240 to the picture's mode
 * @picture: its width is 640 or 752, its height 120, 240 or 480
 * @scene: LEAP_SIM_FRAME_SIZE bytes, metadata included, as leap_sim_render() makes
 * @pixels: width * height * 2 bytes
 *
 * 480 rows show each row of the scene twice, 120 rows every second one: the modes of
 * the sensor differ in the rows they read, not in what the lens sees. 752 columns
 * are the 640 of the scene between 56 black ones on each side, because the scene ends
 * there. Then rotation, digital gain (saturating) and gamma apply; the metadata passes
 * through digital gain as on the device and stays where it is.
 */
void leap_picture_develop(const struct leap_picture *picture, const uint8_t *scene,
			  uint8_t *pixels);

#endif /* LEAP_SIM_PICTURE_H */
