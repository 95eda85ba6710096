/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the sensor modes in the class-specific descriptors of the streaming interface.
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

/** LEAP_MODES_MAX - a controller has six */
#define LEAP_MODES_MAX 8

/**
 * leap_descriptor_modes() - the sensor modes in a list of descriptors
 * @data: class-specific descriptors, from the device: anything
 * @len: bytes
 * @ret_modes: LEAP_MODES_MAX of them, filled in from the start
 *
 * Takes uncompressed YUY2 only, because its 16-bit pixels are the two eyes' bytes, in
 * frames that fit in a slot of the ring. Of two modes of the same size the first
 * counts. Return: how many there are.
 */
unsigned int leap_descriptor_modes(const u8 *data, size_t len,
				   struct leap_video_mode *ret_modes);

/**
 * leap_find_mode() - look for a size in a list of modes
 * @modes: the list
 * @count: how many it has
 * @width: columns of one eye
 * @height: rows
 *
 * Return: the mode, or NULL when there is none.
 */
const struct leap_video_mode *leap_find_mode(const struct leap_video_mode *modes,
					     unsigned int count, u16 width, u16 height);

#endif /* LEAP_DESCRIPTOR_H */
