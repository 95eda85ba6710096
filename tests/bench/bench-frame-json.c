// SPDX-License-Identifier: MIT
// Cost of a frame's text: this writer against json-c and against snprintf("%.6g").
// Single-threaded; all three say the same frame of two hands.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/bench/host.h"
#include "tests/bench/other_writers.h"

#define ROUNDS 15
#define FRAMES 200

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec + time.tv_nsec * 1e-9;
}

struct way {
	const char *name;
	int (*write)(const struct other_writers *writers, char *buffer);
	double best_ns;
	int size;
};

static void measure(const struct other_writers *writers, struct way *way, char *buffer)
{
	double begin = now(), ns;

	for (int i = 0; i < FRAMES; i++)
		way->size = way->write(writers, buffer);
	ns = (now() - begin) / FRAMES * 1e9;
	if (way->best_ns == 0.0 || ns < way->best_ns)
		way->best_ns = ns;
}

int main(void)
{
	struct way ways[] = {
		{ .name = "frame_json", .write = write_ours },
		{ .name = "snprintf %.6g", .write = write_snprintf },
		{ .name = "json-c DOM, PLAIN", .write = write_json_c },
	};
	const size_t count = sizeof(ways) / sizeof(*ways);
	char *buffer = malloc(OTHER_WRITERS_SIZE);
	struct other_writers *writers;
	struct leap_frame frame;

	if (!buffer)
		return EXIT_FAILURE;
	host_frame(&frame);
	writers = other_writers_new(&frame);
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < count; i++)
			measure(writers, &ways[i], buffer);
	printf("one frame, two hands, version 6 (best of %d rounds, CPU time)\n",
	       ROUNDS);
	for (size_t i = 0; i < count; i++)
		printf("%-18s %6d bytes %9.0f ns %7.1f x\n", ways[i].name, ways[i].size,
		       ways[i].best_ns, ways[i].best_ns / ways[0].best_ns);
	other_writers_free(writers);
	free(buffer);
	return EXIT_SUCCESS;
}
