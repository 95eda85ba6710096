// SPDX-License-Identifier: MIT
/*
 * What one look at a hand costs, with each kind of loops, against the plain ones.
 * Single-threaded; owns nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/tracking/kernel.h"
#include "daemon/tracking/network.h"

#define ROUNDS 9
#define PASSES 60

static const struct leap_kernel *const kernels[] = {
	&leap_kernel_plain,
#if defined(__x86_64__)
	&leap_kernel_sse2,  &leap_kernel_avx2, &leap_kernel_avx512, &leap_kernel_vnni,
#elif defined(__aarch64__)
	&leap_kernel_neon,
#endif
};

#define KERNELS (sizeof(kernels) / sizeof(*kernels))

static double milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void fill(struct leap_crop *crop)
{
	uint32_t random = 1;

	memset(crop, 0, sizeof(*crop));
	crop->depth = 200;
	crop->axis[2] = vec3(0, 1, 0);
	for (size_t i = 0; i < sizeof(crop->pixel); i++) {
		random = random * 1664525 + 1013904223;
		(&crop->pixel[0][0][0])[i] = (uint8_t)(random >> 24);
	}
}

static double pass_time(struct leap_network *network, const struct leap_crop *crop)
{
	struct leap_network_answer answer;
	double start = milliseconds();

	for (int i = 0; i < PASSES; i++)
		leap_network_run(network, crop, &answer);
	return (milliseconds() - start) / PASSES;
}

static double crop_time(void)
{
	static uint8_t pixels[640 * 240 * 2];
	static struct leap_crop_optics optics;
	const struct leap_stereo_frame frame = { .pixels = pixels,
						 .width = 640,
						 .height = 240 };
	const struct leap_sensor_mode mode = { 640, 240 };
	struct leap_crop_place place = { { 0, 200, 0 }, 240, false, false };
	static struct leap_crop crop;
	struct leap_camera camera;
	double start;

	leap_camera_nominal(&camera);
	leap_crop_optics_init(&camera, mode, &optics);
	start = milliseconds();
	for (int i = 0; i < PASSES; i++) {
		place.anchor.x = i;
		leap_crop_take(&optics, &frame, &place, &crop);
		leap_crop_even(&crop);
	}
	return (milliseconds() - start) / PASSES;
}

/* The kinds take turns, so that whatever disturbs disturbs all; the best round counts. */
int main(void)
{
	struct leap_network *network[KERNELS] = { NULL };
	double best[KERNELS], crop_best = INFINITY;
	static struct leap_crop crop;
	const void *weights;
	size_t size;

	weights = leap_network_weights(&size);
	fill(&crop);
	for (size_t k = 0; k < KERNELS; k++) {
		best[k] = INFINITY;
		if (kernels[k]->usable() &&
		    leap_network_new(weights, size, kernels[k], &network[k]) < 0)
			return 1;
	}
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t k = 0; k < KERNELS; k++)
			if (network[k])
				best[k] = fmin(best[k], pass_time(network[k], &crop));
		crop_best = fmin(crop_best, crop_time());
	}
	printf("one look: crop %.3f ms\n", crop_best);
	for (size_t k = 0; k < KERNELS; k++) {
		if (network[k])
			printf("  network, %-7s %.3f ms, %.2f times as fast as plain\n",
			       kernels[k]->name, best[k], best[0] / best[k]);
		leap_network_free(network[k]);
	}
	return 0;
}
