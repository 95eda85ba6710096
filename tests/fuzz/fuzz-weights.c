// SPDX-License-Identifier: MIT
/*
 * Any file of weights is refused or gives a network that can be run.
 * Single-threaded; owns nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/tracking/network.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WHERE 4 /* first bytes: where in a valid file the rest goes */

static uint32_t crc32(const uint8_t *p, size_t size)
{
	uint32_t table[256], crc = ~0u;

	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0);
	}
	while (size--)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 255];
	return ~crc;
}

static void try_file(const void *weights, size_t size)
{
	static const struct leap_crop crop = { .depth = 200 };
	struct leap_network_answer answer;
	struct leap_network *network;

	if (leap_network_new(weights, size, NULL, &network) < 0)
		return;
	leap_network_run(network, &crop, &answer);
	leap_network_free(network);
}

/* The checksum is made true, so that what is behind it is reached. */
static void try_patched(const uint8_t *data, size_t size)
{
	size_t whole, at = 0;
	const void *valid = leap_network_weights(&whole);
	uint8_t *weights = malloc(whole);
	uint32_t crc;

	if (!weights)
		abort();
	memcpy(weights, valid, whole);
	for (int i = 0; i < WHERE; i++)
		at = at << 8 | data[i];
	at %= whole - 4;
	size -= WHERE;
	if (size > whole - 4 - at)
		size = whole - 4 - at;
	memcpy(weights + at, data + WHERE, size);
	crc = crc32(weights, whole - 4);
	for (int i = 0; i < 4; i++)
		weights[whole - 4 + (size_t)i] = (uint8_t)(crc >> 8 * i);
	try_file(weights, whole);
	free(weights);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_file(data, size);
	if (size > WHERE)
		try_patched(data, size);
	return 0;
}
