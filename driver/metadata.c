// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decodes the metadata in the last pixels of a frame. Pure; owns nothing.
 */
#include "driver/metadata.h"

#define LEAP_METADATA_MARKER 0x78
#define LEAP_GAIN_MIN 16

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

bool leap_metadata_parse(const u8 *line, u32 exposure_us, u32 gain,
			 struct leap_metadata *ret_metadata)
{
	unsigned int i;

	if (line[0] != LEAP_METADATA_MARKER)
		return false;
	for (i = 0; i < LEAP_METADATA_SIZE; i += 2)
		if (line[i] != line[i + 1])
			return false;

	ret_metadata->label = (line[2] & 15) << 4 | (line[4] & 15);
	ret_metadata->lit = line[6] & 16;
	ret_metadata->exposure_us = leap_complete((line[6] & 15) << 5 | (line[8] & 31),
						  512, exposure_us, 0);
	ret_metadata->gain = leap_complete(line[10] & 31, 32, gain, LEAP_GAIN_MIN);
	return true;
}
