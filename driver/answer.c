// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judges what the device answers on its control pipe. Pure; owns nothing.
 */
#include <linux/leap.h>

#include "driver/answer.h"

/* UVC 1.00, 4.3.1.1 */
#define LEAP_PROBE_HINT 0
#define LEAP_PROBE_FORMAT 2
#define LEAP_PROBE_FRAME 3
#define LEAP_PROBE_INTERVAL 4
#define LEAP_PROBE_PAYLOAD_SIZE 22
#define LEAP_HINT_INTERVAL 1 /* keep dwFrameInterval, change other fields */

static bool leap_alphanumeric(u8 c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

bool leap_serial_valid(const u8 *data)
{
	unsigned int len = 0;
	unsigned int i;

	while (len < LEAP_SERIAL_LEN && leap_alphanumeric(data[len]))
		len++;
	for (i = len; i < LEAP_SERIAL_LEN; i++)
		if (data[i])
			return false;
	return len;
}

bool leap_calibration_valid(const u8 *data)
{
	unsigned int i;
	u32 sum = 0;

	if (data[0] != 'C' || data[1] != 'A')
		return false;
	for (i = 0; i < LEAP_CALIBRATION_SIZE - 4; i += 4)
		sum += leap_get_le32(data + i);
	return sum == leap_get_le32(data + i);
}

void leap_probe_encode(const struct leap_video_mode *mode, u8 *block)
{
	memset(block, 0, LEAP_PROBE_SIZE);
	leap_put_le16(LEAP_HINT_INTERVAL, block + LEAP_PROBE_HINT);
	block[LEAP_PROBE_FORMAT] = mode->format_index;
	block[LEAP_PROBE_FRAME] = mode->frame_index;
	leap_put_le32(mode->interval, block + LEAP_PROBE_INTERVAL);
}

u32 leap_probe_payload_size(const struct leap_video_mode *mode, const u8 *block)
{
	u32 size = leap_get_le32(block + LEAP_PROBE_PAYLOAD_SIZE);
	u32 interval = leap_get_le32(block + LEAP_PROBE_INTERVAL);
	u32 tolerance = mode->interval / 16; /* a device may round */

	if (block[LEAP_PROBE_FORMAT] != mode->format_index ||
	    block[LEAP_PROBE_FRAME] != mode->frame_index ||
	    interval < mode->interval - tolerance ||
	    interval > mode->interval + tolerance)
		return 0;
	return size <= LEAP_PAYLOAD_MAX ? size : 0;
}
