// SPDX-License-Identifier: MIT
/*
 * What the controller's settings make of a scene: the frame as it is sent.
 * Pure; any thread.
 */
#include "sim/picture.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "sim/pattern.h"
#include "sim/sim.h"

#define METADATA LEAP_PATTERN_METADATA
#define ROW (LEAP_SIM_WIDTH * 2)
#define UNITY_GAIN 4
#define LIT 0x10 /* in the fourth metadata value */

static uint8_t amplify(unsigned int value, unsigned int digital_gain)
{
	value = value * digital_gain / UNITY_GAIN;
	return value < 255 ? value : 255;
}

/* The metadata passes through digital gain. */
static void amplify_metadata(const struct leap_picture *picture, uint8_t *end)
{
	for (unsigned int i = 1; i <= METADATA; i++)
		end[-(int)i] = amplify(end[-(int)i], picture->digital_gain);
}

void leap_picture_checksum(void *context, const struct leap_picture *picture,
			   uint8_t *pixels)
{
	const struct leap_pattern_metadata metadata = {
		.exposure_us = picture->exposure_us,
		.gain = picture->gain,
		.label = picture->label,
		.lit = picture->leds && !picture->dark,
	};

	(void)context;
	leap_pattern_fill(pixels, picture->width, picture->height, picture->number);
	pixels += (size_t)picture->width * picture->height * 2;
	leap_pattern_metadata(pixels, &metadata);
	amplify_metadata(picture, pixels);
}

/* A row of the scene without the metadata that lies on the last one. */
static void copy_row(const uint8_t *scene, unsigned int row, uint8_t *to)
{
	memcpy(to, scene + row * ROW, ROW);
	if (row == LEAP_SIM_HEIGHT - 1)
		memcpy(to + ROW - METADATA, scene + row * ROW - METADATA, METADATA);
}

static void fit(const struct leap_picture *picture, const uint8_t *scene,
		uint8_t *pixels)
{
	size_t stride = (size_t)picture->width * 2, margin = (stride - ROW) / 2;

	for (unsigned int row = 0; row < picture->height; row++) {
		uint8_t *to = pixels + row * stride;

		memset(to, 0, margin);
		copy_row(scene, row * LEAP_SIM_HEIGHT / picture->height, to + margin);
		memset(to + margin + ROW, 0, margin);
	}
}

/* Both eyes turn, each stays in its place of the pair. */
static void rotate(uint8_t *pixels, size_t size)
{
	for (size_t a = 0, b = size - 2; a < b; a += 2, b -= 2) {
		uint8_t pair[2];

		memcpy(pair, pixels + a, 2);
		memcpy(pixels + a, pixels + b, 2);
		memcpy(pixels + b, pair, 2);
	}
}

static void tone(const struct leap_picture *picture, uint8_t *pixels, size_t size)
{
	uint8_t curve[256];

	for (unsigned int i = 0; i < 256; i++) {
		curve[i] = amplify(i, picture->digital_gain);
		if (picture->gamma)
			curve[i] = lroundf(sqrtf(curve[i] * 255.0f));
	}
	for (size_t i = 0; i < size; i++)
		pixels[i] = curve[pixels[i]];
}

static void put_metadata(const struct leap_picture *picture, const uint8_t *scene_end,
			 uint8_t *end)
{
	const uint8_t *from = scene_end - METADATA;
	uint8_t *to = end - METADATA;

	memcpy(to, from, METADATA);
	for (unsigned int eye = 0; eye < 2; eye++) {
		to[2 + eye] = (to[2 + eye] & 0xf0) | picture->label >> 4;
		to[4 + eye] = (to[4 + eye] & 0xf0) | (picture->label & 15);
		if (picture->dark)
			to[6 + eye] &= ~LIT;
	}
	amplify_metadata(picture, end);
}

void leap_picture_develop(const struct leap_picture *picture, const uint8_t *scene,
			  uint8_t *pixels)
{
	size_t size = (size_t)picture->width * picture->height * 2;

	if (picture->width == LEAP_SIM_WIDTH && picture->height == LEAP_SIM_HEIGHT &&
	    !picture->rotated)
		memcpy(pixels, scene, size);
	else
		fit(picture, scene, pixels);
	if (picture->rotated)
		rotate(pixels, size);
	if (picture->gamma || picture->digital_gain != UNITY_GAIN)
		tone(picture, pixels, size);
	put_metadata(picture, scene + LEAP_SIM_FRAME_SIZE, pixels + size);
}
