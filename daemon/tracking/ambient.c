// SPDX-License-Identifier: MIT
/*
 * Takes away the light that is not the controller's own. Two buffers as large as the
 * largest mode, touched only when there are dark frames; the tracking thread's.
 */
#include "daemon/tracking/ambient.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MAX_MODE ((size_t)752 * 480 * 2)
#define STALE_NS INT64_C(500000000)

#define SPARSE 31

#define UNITY 256 /* of the factor between two exposures */
#define FACTOR_MOST (16 * UNITY)

struct leap_ambient {
	struct leap_stereo_frame
		frame; /* of the dark picture; width 0: there is none */
	int level; /* that a quarter of it reaches */
	uint8_t dark[SIZE_MAX_MODE];
	uint8_t clean[SIZE_MAX_MODE];
};

int leap_ambient_new(struct leap_ambient **ret_ambient)
{
	*ret_ambient = calloc(1, sizeof(**ret_ambient));
	return *ret_ambient ? 0 : -ENOMEM;
}

void leap_ambient_free(struct leap_ambient *ambient)
{
	free(ambient);
}

void leap_ambient_forget(struct leap_ambient *ambient)
{
	ambient->frame.width = 0;
}

static size_t size_of(const struct leap_stereo_frame *frame)
{
	return (size_t)frame->width * frame->height * 2;
}

/* Every SPARSE-th byte; odd, so that both eyes have their turn. */
static int quarter_level(const uint8_t *pixels, size_t size)
{
	size_t count[256] = { 0 }, looked = 0, above = 0;
	int level = 255;

	for (size_t i = 0; i < size; i += SPARSE, looked++)
		count[pixels[i]]++;
	while (level > 0 && (above + count[level]) * 4 < looked)
		above += count[level--];
	return level;
}

void leap_ambient_learn(struct leap_ambient *ambient,
			const struct leap_stereo_frame *frame)
{
	if (size_of(frame) > SIZE_MAX_MODE)
		return;
	ambient->frame = *frame;
	memcpy(ambient->dark, frame->pixels, size_of(frame));
	ambient->level = quarter_level(ambient->dark, size_of(frame));
}

static bool fits(const struct leap_ambient *ambient,
		 const struct leap_stereo_frame *frame)
{
	const struct leap_stereo_frame *dark = &ambient->frame;

	return dark->width && dark->width == frame->width &&
	       dark->height == frame->height && frame->time_ns >= dark->time_ns &&
	       frame->time_ns - dark->time_ns <= STALE_NS;
}

/* How much more light the lit frame let in, in UNITYs; unknown: as much. */
static unsigned int factor(const struct leap_stereo_frame *lit,
			   const struct leap_stereo_frame *dark)
{
	uint64_t above = (uint64_t)lit->exposure_us * lit->gain;
	uint64_t below = (uint64_t)dark->exposure_us * dark->gain;
	uint64_t ratio;

	if (!above || !below)
		return UNITY;
	ratio = (above * UNITY + below / 2) / below;
	return ratio < FACTOR_MOST ? (unsigned int)ratio : FACTOR_MOST;
}

/* Loops that vectorise: no branch, no order among the pixels. */
static void subtract(const uint8_t *restrict lit, const uint8_t *restrict dark,
		     size_t size, uint8_t *restrict ret_clean)
{
	for (size_t i = 0; i < size; i++)
		ret_clean[i] = (uint8_t)(lit[i] > dark[i] ? lit[i] - dark[i] : 0);
}

static void subtract_scaled(const uint8_t *restrict lit, const uint8_t *restrict dark,
			    unsigned int scale, size_t size,
			    uint8_t *restrict ret_clean)
{
	for (size_t i = 0; i < size; i++) {
		unsigned int away = (dark[i] * scale + UNITY / 2) / UNITY;

		ret_clean[i] = (uint8_t)(lit[i] > away ? lit[i] - away : 0);
	}
}

bool leap_ambient_subtract(struct leap_ambient *ambient,
			   const struct leap_stereo_frame *frame,
			   struct leap_stereo_frame *ret_frame)
{
	unsigned int scale;

	*ret_frame = *frame;
	if (!fits(ambient, frame))
		return false;
	scale = factor(frame, &ambient->frame);
	if (scale == UNITY)
		subtract(frame->pixels, ambient->dark, size_of(frame), ambient->clean);
	else
		subtract_scaled(frame->pixels, ambient->dark, scale, size_of(frame),
				ambient->clean);
	ret_frame->pixels = ambient->clean;
	return true;
}

double leap_ambient_level(const struct leap_ambient *ambient,
			  const struct leap_stereo_frame *frame)
{
	if (!fits(ambient, frame))
		return 0;
	return ambient->level * (double)factor(frame, &ambient->frame) / UNITY;
}
