/* SPDX-License-Identifier: MIT */
/*
 * Frames that can vouch for themselves, for checking a path from device to reader.
 * Pure; any thread.
 *
 * Every row carries the number of its frame, its own number and a checksum, so that a
 * reader notices a torn frame (rows of different frames), a shifted one (rows in the
 * wrong place), stale rows and any flipped byte. A row of 2 * width bytes is
 *
 *	0	4	'L' 'P' 'C' 'K'
 *	4	8	number of the frame, little endian
 *	12	2	number of the row, little endian
 *	14	2	rows of the frame, little endian
 *	16	4	checksum of the row, little endian
 *	20	...	filling
 *
 * The filling is a sequence of 32-bit little-endian words, the word at offset o being
 * (frame * 0x9e3779b1 + row * 0x85ebca6b + o / 4 * 0xc2b2ae35) mod 2^32. The checksum
 * is Adler-like over the row's words with the checksum word taken as 0: a = sum of the
 * words, b = sum of the words times (words of the row - their index), both mod 2^32;
 * checksum = a ^ (b rotated left by 16).
 *
 * The last LEAP_PATTERN_METADATA bytes of the last row are not part of this: the
 * controller's own embedded metadata lies there (and the words of that row end before).
 */
#ifndef LEAP_SIM_PATTERN_H
#define LEAP_SIM_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#define LEAP_PATTERN_METADATA 12
#define LEAP_PATTERN_WIDTH_MIN 16
#define LEAP_PATTERN_HEIGHT_MAX 65535

/**
 * leap_pattern_fill() - frame @number, except its metadata bytes
 * @pixels: width * height * 2 bytes
 * @width: columns of one eye, even, LEAP_PATTERN_WIDTH_MIN or more
 * @height: rows, 1..LEAP_PATTERN_HEIGHT_MAX
 */
void leap_pattern_fill(uint8_t *pixels, unsigned int width, unsigned int height,
		       uint64_t number);

/**
 * leap_pattern_verify() - is this a whole, untorn frame?
 * @pixels: width * height * 2 bytes
 * @width: as for leap_pattern_fill()
 * @height: as for leap_pattern_fill()
 * @ret_number: its number
 * @ret_row: on -EBADMSG the first bad row; may be NULL
 *
 * Return: 0; -EBADMSG when a row is damaged, misplaced or of another frame than the
 *	first; -EINVAL for a size that leap_pattern_fill() cannot make.
 */
int leap_pattern_verify(const uint8_t *pixels, unsigned int width, unsigned int height,
			uint64_t *ret_number, unsigned int *ret_row);

/**
 * struct leap_pattern_metadata - what the controller embeds in each frame
 * @exposure_us: its low nine bits fit
 * @gain: its low five bits fit
 * @label: 8 bits
 * @lit: the LEDs were on
 */
struct leap_pattern_metadata {
	uint16_t exposure_us;
	uint8_t gain;
	uint8_t label;
	bool lit;
};

/**
 * leap_pattern_metadata() - write the embedded metadata of a frame
 * @end: the first byte after the frame's pixels
 */
void leap_pattern_metadata(uint8_t *end, const struct leap_pattern_metadata *metadata);

#endif /* LEAP_SIM_PATTERN_H */
