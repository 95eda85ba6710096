// SPDX-License-Identifier: MIT
/*
 * Memory of any content, as a strange leapd or driver might share it: a frame, the ring
 * of frames, the ring of pictures, a calibration. Pure; nothing is kept.
 *
 * The first byte says which.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/decode.h"
#include "lib/images.h"
#include "lib/ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void look_at_frame(const void *bytes, size_t size)
{
	static struct leap_frame frame;
	struct leap_relative_motion motion;

	if (leap_decode_frame(bytes, size, &frame, NULL))
		return;
	must(frame.hand_count <= LEAP_MAX_HANDS && frame.tool_count <= LEAP_MAX_TOOLS);
	for (uint32_t i = 0; i < frame.hand_count; i++) {
		must(leap_find_hand(&frame, frame.hand[i].id));
		leap_hand_motion(&frame, &frame, frame.hand[i].id, &motion);
	}
	leap_frame_motion(&frame, &frame, &motion);
}

static void look_at_ring(const void *map, size_t size)
{
	struct leap_ring_view view;
	leap_le32 head;

	if (leap_ring_view_init(&view, map, size))
		return;
	head = leap_ring_view_head(&view);
	for (leap_le32 i = 0; i < 8; i++) {
		size_t bytes;
		const void *frame = leap_ring_view_look(&view, head - i, &bytes);

		if (!frame)
			continue;
		must((const char *)frame + bytes <= (const char *)map + size);
		look_at_frame(frame, bytes);
		leap_ring_view_has(&view, head - i);
	}
}

static void look_at_pictures(const void *map, size_t size)
{
	struct leap_picture_ring ring;
	struct leap_image image;
	const uint8_t *end = (const uint8_t *)map + size;

	if (leap_picture_ring_init(&ring, map, size))
		return;
	if (leap_picture_ring_newest(&ring, &image))
		return;
	must(image.pixels + (size_t)image.width * image.height * 2 <= end);
	must(image.pixels[0] +
		     image.pixels[(size_t)image.width * image.height * 2 - 1] >=
	     0);
	leap_picture_ring_has(&ring, image.sequence);
}

static void look_through_lenses(const uint8_t *block)
{
	struct leap_lenses *lenses;
	double slope[2], pixel[2];

	if (leap_lenses_new(block, &lenses))
		return;
	for (int side = 0; side < 2; side++)
		for (int x = 0; x < 640; x += 40) {
			if (leap_rectify(lenses, (unsigned int)side, 640, 240, x, 120,
					 slope))
				continue;
			must(isfinite(slope[0]) && isfinite(slope[1]));
			must(!leap_warp(lenses, (unsigned int)side, 640, 240, slope,
					pixel));
			must(fabs(pixel[0] - x) < 0.01 && fabs(pixel[1] - 120) < 0.01);
		}
	leap_lenses_free(lenses);
}

/* The checksum is not what is to be guessed. */
static void sign_block(uint8_t *block)
{
	uint32_t sum = 0, word;

	for (int i = 0; i < 38; i++) {
		memcpy(&word, block + 4 * i, 4);
		sum += word;
	}
	memcpy(block + 4 * 38, &sum, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (!size)
		return 0;
	/* aligned, and of its exact size: a byte too far is noticed */
	copy = malloc(size - 1 ? size - 1 : 1);
	must(copy);
	memcpy(copy, data + 1, size - 1);
	switch (data[0] % 4) {
	case 0:
		look_at_frame(copy, size - 1);
		break;
	case 1:
		look_at_ring(copy, size - 1);
		break;
	case 2:
		look_at_pictures(copy, size - 1);
		break;
	default:
		if (size - 1 == LEAP_WIRE_CALIBRATION_SIZE) {
			sign_block(copy);
			look_through_lenses(copy);
		}
	}
	free(copy);
	return 0;
}
