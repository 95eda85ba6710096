/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The metadata that the controller writes over the last pixels of a frame.
 * Pure; owns nothing.
 */
#ifndef LEAP_METADATA_H
#define LEAP_METADATA_H

#include "driver/pure.h"

/** LEAP_METADATA_SIZE - bytes at the end of a frame: six values, each for both eyes */
#define LEAP_METADATA_SIZE 12

/**
 * struct leap_metadata - what was in the pixels
 * @exposure_us: completed with the last setting, as the frame carries it modulo 512
 * @gain: completed with the last setting, as the frame carries it modulo 32
 * @digital_gain: in quarters, 4..15; told from the marker, which it multiplies
 * @label: the device's frame label
 * @lit: exposed with the LEDs on
 */
struct leap_metadata {
	u16 exposure_us;
	u8 gain;
	u8 digital_gain;
	u8 label;
	bool lit;
};

/**
 * leap_metadata_parse() - read the metadata of a whole frame
 * @line: its last LEAP_METADATA_SIZE bytes
 * @last_set: exposure (10..65535), gain (16..63) and digital gain (4..15) that were
 *	set last; the rest does not matter
 * @ret_metadata: filled in when there is metadata
 *
 * Return: true when the bytes are metadata, false when they are ordinary pixels.
 */
bool leap_metadata_parse(const u8 *line, const struct leap_metadata *last_set,
			 struct leap_metadata *ret_metadata);

#endif /* LEAP_METADATA_H */
