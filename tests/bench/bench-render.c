// SPDX-License-Identifier: MIT
/*
 * What a synthetic frame costs: milliseconds of one core for 0, 1 and 2 hands, and the
 * frames a second that makes; likewise for random scenes. Prints tables; one thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/sample.h"
#include "sim/sim.h"

#define SCENES 250
#define WARM_UP 150 /* scenes, until all units' lenses are there */
#define SEEDS 4
#define FRAMES 240 /* of each seed, spread over all it does */
#define STRIDE 17

/* Processor time: what others run on this machine does not count. */
static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int measure(unsigned int hands, double times[SEEDS * FRAMES], double *ret_start)
{
	static uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	size_t count = 0;

	*ret_start = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const struct leap_sim_options options = { .seed = seed,
							  .hands = hands };
		struct leap_sim *sim;
		double before = seconds();

		if (leap_sim_new(&options, &sim) < 0)
			return -1;
		*ret_start += (seconds() - before) / SEEDS;
		for (uint64_t i = 0; i < FRAMES; i++) {
			before = seconds();
			leap_sim_render(sim, i * STRIDE, pixels);
			times[count++] = seconds() - before;
		}
		leap_sim_free(sim);
	}
	qsort(times, count, sizeof(*times), compare);
	return 0;
}

/* Random scenes, with all that is in them and where it is; lenses are made before. */
static int measure_scenes(enum leap_sim_content content, double times[SCENES])
{
	static uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	static struct leap_sim_sample sample;
	struct leap_sim_sampler *sampler;

	if (leap_sim_sampler_new(LEAP_SIM_TRAINING, &sampler) < 0)
		return -1;
	for (int i = -WARM_UP; i < SCENES; i++) {
		double before = seconds();

		if (leap_sim_sample_draw(sampler, (uint64_t)(WARM_UP + i), content,
					 pixels, &sample) < 0)
			return -1;
		if (i >= 0)
			times[i] = seconds() - before;
	}
	leap_sim_sampler_free(sampler);
	qsort(times, SCENES, sizeof(*times), compare);
	return 0;
}

static void print_scenes(const char *name, const double times[SCENES])
{
	double sum = 0;

	for (size_t i = 0; i < SCENES; i++)
		sum += times[i];
	printf("%-9s %10.2f %5.2f %5.2f %5.2f %10.0f\n", name, 1e3 * sum / SCENES,
	       1e3 * times[SCENES / 2], 1e3 * times[SCENES * 99 / 100],
	       1e3 * times[SCENES - 1], SCENES / sum);
}

static int scenes(void)
{
	static const char *const name[LEAP_SIM_CONTENTS] = { "anything", "one hand",
							     "two hands", "no hand" };
	static double times[SCENES];

	printf("\nscene      ms/scene mean   p50   p99   max   scenes/s\n");
	for (int content = 0; content < LEAP_SIM_CONTENTS; content++) {
		if (measure_scenes(content, times) < 0)
			return -1;
		print_scenes(name[content], times);
	}
	return 0;
}

int main(void)
{
	static double times[SEEDS * FRAMES];

	printf("hands  ms/frame mean   p50   p99   max   frames/s  of 115  start ms\n");
	for (unsigned int hands = 0; hands <= 2; hands++) {
		const size_t count = SEEDS * FRAMES;
		double sum = 0, start;

		if (measure(hands, times, &start) < 0) {
			fprintf(stderr, "bench-render: out of memory\n");
			return 1;
		}
		for (size_t i = 0; i < count; i++)
			sum += times[i];
		printf("%5u %14.2f %5.2f %5.2f %5.2f %10.0f %6.1fx %9.1f\n", hands,
		       1e3 * sum / (double)count, 1e3 * times[count / 2],
		       1e3 * times[count * 99 / 100], 1e3 * times[count - 1],
		       (double)count / sum, (double)count / sum / 115, 1e3 * start);
	}
	if (scenes() < 0) {
		fprintf(stderr, "bench-render: out of memory\n");
		return 1;
	}
	return 0;
}
