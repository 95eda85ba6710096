// SPDX-License-Identifier: MIT
/*
 * Damages payloads, for testing what has to survive them.
 * Pure; any thread.
 */
#include "sim/mutation.h"

#define HEADER 12
#define TIME_STAMP 2

static uint32_t draw(uint64_t *noise)
{
	*noise = *noise * 6364136223846793005U + 1442695040888963407U;
	return *noise >> 33;
}

static void scatter(uint8_t *bytes, size_t size, uint64_t *noise)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = draw(noise);
}

size_t leap_mutate(uint8_t *payload, size_t size, uint64_t *noise)
{
	size_t header = size < HEADER ? size : HEADER;

	switch (draw(noise) % 64) {
	case 0: /* a header of another length */
		payload[0] = draw(noise);
		break;
	case 1: /* other bits in it */
		payload[header > 1] = draw(noise);
		break;
	case 2:
		payload[header > 1] ^= 1 << draw(noise) % 8;
		break;
	case 3: /* another time */
		if (size >= HEADER)
			scatter(payload + TIME_STAMP, 4, noise);
		break;
	case 4: /* cut anywhere */
		size = 1 + draw(noise) % size;
		break;
	case 5: /* cut in the header */
		size = 1 + draw(noise) % header;
		break;
	case 6: /* too long, for the frame or for the transfer */
		scatter(payload + size, LEAP_MUTATION_MAX - size, noise);
		size += draw(noise) % (LEAP_MUTATION_MAX - size + 1);
		break;
	case 7: /* nothing but noise */
		size = 1 + draw(noise) % LEAP_MUTATION_MAX;
		scatter(payload, size, noise);
		break;
	default:
		break;
	}
	return size;
}
