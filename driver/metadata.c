// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decodes the metadata in the last pixels of a frame. Pure; owns nothing.
 */
#include "driver/metadata.h"

#define LEAP_METADATA_MARKER 0x78
#define LEAP_GAIN_MIN 16
#define LEAP_DIGITAL_UNITY 4 /* digital gain is in quarters */
#define LEAP_DIGITAL_MAX 15

/*
 * The frame carries only the low bits of a setting. When they are those of the last
 * value that was set, it is that value; else a frame from before the last change has
 * come, and the smallest value with these bits is the most likely one.
 */
static u32 leap_complete(u32 low, u32 modulus, u32 last_set, u32 minimum)
{
	if (last_set % modulus == low)
		return last_set;
	return low < minimum % modulus ? low + modulus : low;
}

/* What digital gain makes of a byte. */
static u32 leap_amplify(u32 value, u32 digital_gain)
{
	return min(value * digital_gain / LEAP_DIGITAL_UNITY, 255U);
}

/* The byte of which digital gain made this one; a gain of 1 or more loses nothing. */
static u32 leap_attenuate(u32 value, u32 digital_gain)
{
	return (value * LEAP_DIGITAL_UNITY + digital_gain - 1) / digital_gain;
}

/*
 * The marker passes through digital gain, too. When the last setting does not make it
 * what it is, the frame is from before that setting, and the marker tells the gain as
 * long as it has not saturated. 0: no gain makes the marker such.
 */
static u32 leap_digital_gain(u8 marker, u32 last_set)
{
	u32 gain;

	if (last_set >= LEAP_DIGITAL_UNITY &&
	    leap_amplify(LEAP_METADATA_MARKER, last_set) == marker)
		return last_set;
	for (gain = LEAP_DIGITAL_UNITY; gain <= LEAP_DIGITAL_MAX; gain++) {
		u32 expected = leap_amplify(LEAP_METADATA_MARKER, gain);

		if (expected == marker && expected < 255)
			return gain;
	}
	return 0;
}

bool leap_metadata_parse(const u8 *line, const struct leap_metadata *last_set,
			 struct leap_metadata *ret_metadata)
{
	u32 digital = leap_digital_gain(line[0], last_set->digital_gain);
	u8 value[LEAP_METADATA_SIZE / 2];
	unsigned int i;
	u32 low;

	if (!digital)
		return false;
	for (i = 0; i < LEAP_METADATA_SIZE; i += 2) {
		if (line[i] != line[i + 1])
			return false;
		value[i / 2] = leap_attenuate(line[i], digital);
	}

	low = (value[3] & 15) << 5 | (value[4] & 31);
	ret_metadata->label = (value[1] & 15) << 4 | (value[2] & 15);
	ret_metadata->lit = value[3] & 16;
	ret_metadata->exposure_us = leap_complete(low, 512, last_set->exposure_us, 0);
	ret_metadata->gain =
		leap_complete(value[5] & 31, 32, last_set->gain, LEAP_GAIN_MIN);
	ret_metadata->digital_gain = digital;
	return true;
}
