// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the sensor modes in the class-specific descriptors of the streaming interface.
 * Pure; owns nothing. Layouts: UVC 1.00, 3.9.2, and its payload format documents.
 */
#include <linux/leap.h>

#include "driver/descriptor.h"

#define LEAP_CS_INTERFACE 0x24
#define LEAP_VS_FORMAT_UNCOMPRESSED 0x04
#define LEAP_VS_FRAME_UNCOMPRESSED 0x05
#define LEAP_VS_COLORFORMAT 0x0d
#define LEAP_FORMAT_SIZE 27
#define LEAP_FRAME_SIZE 26 /* without the list of intervals */

/* 100 ns: 1 ms to 1 s */
#define LEAP_INTERVAL_MIN 10000
#define LEAP_INTERVAL_MAX 10000000

static const u8 leap_guid_yuy2[] = { 'Y',  'U',	 'Y',  '2',  0x00, 0x00, 0x10, 0x00,
				     0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71 };

/* The format that the frame descriptors after @desc belong to; 0 for one unusable. */
static u8 leap_format_index(const u8 *desc, u8 size)
{
	if (desc[2] != LEAP_VS_FORMAT_UNCOMPRESSED || size < LEAP_FORMAT_SIZE ||
	    memcmp(desc + 5, leap_guid_yuy2, sizeof(leap_guid_yuy2)) || desc[21] != 16)
		return 0;
	return desc[3];
}

static bool leap_frame_parse(const u8 *desc, u8 size, struct leap_video_mode *mode)
{
	if (desc[2] != LEAP_VS_FRAME_UNCOMPRESSED || size < LEAP_FRAME_SIZE)
		return false;
	mode->frame_index = desc[3];
	mode->width = leap_get_le16(desc + 5);
	mode->height = leap_get_le16(desc + 7);
	mode->interval = leap_get_le32(desc + 21);
	return mode->frame_index && mode->interval >= LEAP_INTERVAL_MIN &&
	       mode->interval <= LEAP_INTERVAL_MAX;
}

const struct leap_video_mode *leap_find_mode(const struct leap_video_mode *modes,
					     unsigned int count, u16 width, u16 height)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (modes[i].width == width && modes[i].height == height)
			return &modes[i];
	return NULL;
}

static bool leap_mode_fits(const struct leap_video_mode *mode)
{
	u32 size = (u32)mode->width * mode->height;

	return size && size <= LEAP_FRAME_MAX / 2;
}

unsigned int leap_descriptor_modes(const u8 *data, size_t len,
				   struct leap_video_mode *ret_modes)
{
	struct leap_video_mode mode = {};
	unsigned int count = 0;

	while (count < LEAP_MODES_MAX && len >= 3 && data[0] >= 3 && data[0] <= len) {
		u8 size = data[0];

		if (data[1] != LEAP_CS_INTERFACE) {
			/* not ours to read */
		} else if (mode.format_index && leap_frame_parse(data, size, &mode)) {
			if (leap_mode_fits(&mode) &&
			    !leap_find_mode(ret_modes, count, mode.width, mode.height))
				ret_modes[count++] = mode;
		} else if (data[2] != LEAP_VS_FRAME_UNCOMPRESSED &&
			   data[2] != LEAP_VS_COLORFORMAT) {
			mode.format_index = leap_format_index(data, size);
		}
		data += size;
		len -= size;
	}
	return count;
}
