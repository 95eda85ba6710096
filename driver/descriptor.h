/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds a sensor mode in the class-specific descriptors of the streaming interface.
 * Pure; owns nothing.
 */
#ifndef LEAP_DESCRIPTOR_H
#define LEAP_DESCRIPTOR_H

#include "driver/pure.h"

/**
 * struct leap_video_mode - one frame descriptor
 * @format_index: bFormatIndex
 * @frame_index: bFrameIndex
 * @width: columns of one eye
 * @height: rows
 * @interval: default frame interval in units of 100 ns
 */
struct leap_video_mode {
	u8 format_index;
	u8 frame_index;
	u16 width;
	u16 height;
	u32 interval;
};

/**
 * leap_descriptor_find_mode() - look for a size in a list of descriptors
 * @data: class-specific descriptors, from the device: anything
 * @len: bytes
 * @width: columns of one eye
 * @height: rows
 * @ret_mode: filled in on success
 *
 * Takes uncompressed YUY2 only, because its 16-bit pixels are the two eyes' bytes.
 * Return: 0, or -ENOENT when there is no such mode.
 */
int leap_descriptor_find_mode(const u8 *data, size_t len, u16 width, u16 height,
			      struct leap_video_mode *ret_mode);

#endif /* LEAP_DESCRIPTOR_H */
