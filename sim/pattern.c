// SPDX-License-Identifier: MIT
/*
 * Frames that can vouch for themselves, for checking a path from device to reader.
 * Pure; any thread.
 */
#include "sim/pattern.h"

#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#define MAGIC 0x4b43504cU /* "LPCK" */
#define HEADER_WORDS 5
#define CHECKSUM_WORD 4
#define METADATA_WORDS (LEAP_PATTERN_METADATA / 4)

static uint32_t load(const uint8_t *row, size_t word)
{
	uint32_t value;

	memcpy(&value, row + 4 * word, sizeof(value));
	return le32toh(value);
}

static void store(uint8_t *row, size_t word, uint32_t value)
{
	value = htole32(value);
	memcpy(row + 4 * word, &value, sizeof(value));
}

static uint32_t checksum(const uint8_t *row, size_t words)
{
	uint32_t a = 0, b = 0;

	for (size_t i = 0; i < words; i++) {
		uint32_t value = i == CHECKSUM_WORD ? 0 : load(row, i);

		a += value;
		b += value * (uint32_t)(words - i);
	}
	return a ^ (b << 16 | b >> 16);
}

static size_t row_words(unsigned int width, unsigned int height, unsigned int row)
{
	return width / 2 - (row == height - 1 ? METADATA_WORDS : 0);
}

void leap_pattern_fill(uint8_t *pixels, unsigned int width, unsigned int height,
		       uint64_t number)
{
	for (unsigned int row = 0; row < height; row++) {
		uint8_t *line = pixels + (size_t)row * width * 2;
		size_t words = row_words(width, height, row);
		uint32_t start = (uint32_t)number * 0x9e3779b1U + row * 0x85ebca6bU;

		store(line, 0, MAGIC);
		store(line, 1, number);
		store(line, 2, number >> 32);
		store(line, 3, row | (uint32_t)height << 16);
		for (size_t i = HEADER_WORDS; i < words; i++)
			store(line, i, start + (uint32_t)i * 0xc2b2ae35U);
		store(line, CHECKSUM_WORD, checksum(line, words));
	}
}

static uint64_t row_number(const uint8_t *row)
{
	return load(row, 1) | (uint64_t)load(row, 2) << 32;
}

int leap_pattern_verify(const uint8_t *pixels, unsigned int width, unsigned int height,
			uint64_t *ret_number, unsigned int *ret_row)
{
	uint64_t number;

	if (width < LEAP_PATTERN_WIDTH_MIN || width % 2 || !height ||
	    height > LEAP_PATTERN_HEIGHT_MAX)
		return -EINVAL;
	number = row_number(pixels);
	for (unsigned int row = 0; row < height; row++) {
		const uint8_t *line = pixels + (size_t)row * width * 2;

		if (load(line, 0) != MAGIC || row_number(line) != number ||
		    load(line, 3) != (row | (uint32_t)height << 16) ||
		    load(line, CHECKSUM_WORD) !=
			    checksum(line, row_words(width, height, row))) {
			if (ret_row)
				*ret_row = row;
			return -EBADMSG;
		}
	}
	*ret_number = number;
	return 0;
}

void leap_pattern_metadata(uint8_t *end, const struct leap_pattern_metadata *metadata)
{
	const uint8_t bytes[LEAP_PATTERN_METADATA / 2] = {
		0x78,
		metadata->label >> 4,
		metadata->label & 15,
		(metadata->lit ? 0x10 : 0) | (metadata->exposure_us >> 5 & 15),
		metadata->exposure_us & 31,
		metadata->gain & 31,
	};

	/* once for each eye */
	for (unsigned int i = 0; i < LEAP_PATTERN_METADATA; i++)
		end[(int)i - LEAP_PATTERN_METADATA] = bytes[i / 2];
}
