// SPDX-License-Identifier: MIT
/*
 * Controllers off the production line. Pure values; no state, any thread.
 */
#include "sim/unit.h"

#include <string.h>

#include "sim/random.h"

/* Where the calibration's floats are: the baseline, then 17 for each eye. */
#define FLOATS 8
#define EYE_FLOATS 17
#define CHECKSUM (LEAP_SIM_CALIBRATION_SIZE - 4)

enum {
	BASELINE = 0,
	FIRST_EYE = 2,
	FOCAL = 0,
	CENTRE = 1, /* two */
	RADIAL = 5, /* six */
	CAYLEY = 14, /* three */
};

static uint32_t load(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void store(uint32_t word, uint8_t *p)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(word >> (8 * i));
}

static float get(const uint8_t *block, int index)
{
	uint32_t word = load(block + FLOATS + 4 * index);
	float value;

	memcpy(&value, &word, sizeof(value));
	return value;
}

static void put(float value, int index, uint8_t *block)
{
	uint32_t word;

	memcpy(&word, &value, sizeof(word));
	store(word, block + FLOATS + 4 * index);
}

/* The sum of two even draws: more often near 0 than far, never beyond @most. */
static float deviation(uint64_t seed, uint64_t purpose, double most)
{
	return (float)(leap_sim_uniform(seed, 2 * purpose, -most / 2, most / 2) +
		       leap_sim_uniform(seed, 2 * purpose + 1, -most / 2, most / 2));
}

static void vary_eye(uint64_t seed, int first, uint8_t *block)
{
	put(get(block, first + FOCAL) * (1 + deviation(seed, 0, 0.016)), first + FOCAL,
	    block);
	for (int i = 0; i < 2; i++)
		put(get(block, first + CENTRE + i) + deviation(seed, 1 + i, 9),
		    first + CENTRE + i, block);
	/* Numerator and denominator alike, or the lens would be another one. */
	for (int i = 0; i < 3; i++) {
		float factor = 1 + deviation(seed, 3 + i, 0.01);

		for (int j = i; j < 6; j += 3)
			put(get(block, first + RADIAL + j) * factor, first + RADIAL + j,
			    block);
	}
	for (int i = 0; i < 3; i++)
		put(get(block, first + CAYLEY + i) + deviation(seed, 6 + i, 0.005),
		    first + CAYLEY + i, block);
}

static void vary_calibration(uint64_t seed, uint8_t *block)
{
	uint32_t sum = 0;

	put(get(block, BASELINE) + deviation(seed, 1, 0.25), BASELINE, block);
	for (int e = 0; e < LEAP_EYES; e++)
		vary_eye(leap_sim_hash(seed, 10 + e), FIRST_EYE + e * EYE_FLOATS,
			 block);
	for (int i = 0; i < CHECKSUM; i += 4)
		sum += load(block + i);
	store(sum, block + CHECKSUM);
}

void leap_sim_unit_init(uint64_t seed, struct leap_sim_unit *ret_unit)
{
	struct leap_sim_unit *u = ret_unit;

	memcpy(u->block, leap_sim_calibration(), sizeof(u->block));
	vary_calibration(seed, u->block);
	if (leap_camera_parse(u->block, sizeof(u->block), &u->camera) < 0) {
		/* No deviation above leads here; a unit without one always parses. */
		memcpy(u->block, leap_sim_calibration(), sizeof(u->block));
		leap_camera_parse(u->block, sizeof(u->block), &u->camera);
	}
	leap_sim_lenses_init(&u->camera, &u->lenses);
}
