// SPDX-License-Identifier: MIT
/*
 * frames: a reader that follows the ring, verifies every frame and counts.
 * One thread. Ends with 1 if a frame was torn, with 0 on unplugging.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "tests/kernel/guest/rig.h"

struct options {
	const char *device;
	const char *log;
	double seconds;
	struct habits habits;
	bool passive;
};

struct counts {
	unsigned int whole, flagged, overtaken, torn;
	uint64_t missing; /* by the numbers the device gave its frames */
	uint64_t last_number;
};

static void usage(void)
{
	fputs("usage: frames [--seconds S] [--hold MS] [--careless] [--passive]\n"
	      "	      [--log FILE] DEVICE\n"
	      "  --hold MS    sleep in the middle of using a frame\n"
	      "  --careless   do not check afterwards that the frame was still there\n"
	      "  --passive    do not ask for the stream, only look on\n"
	      "  --log FILE   a line for each whole frame: sequence, device's number\n",
	      stderr);
	exit(EXIT_FAILURE);
}

static struct options parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "hold", required_argument, NULL, 'h' },
		{ "careless", no_argument, NULL, 'c' },
		{ "passive", no_argument, NULL, 'p' },
		{ "log", required_argument, NULL, 'l' },
		{ NULL },
	};
	struct options options = { .seconds = 1 };
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
		switch (option) {
		case 's':
			options.seconds = atof(optarg);
			break;
		case 'h':
			options.habits.hold_ms = atoi(optarg);
			break;
		case 'c':
			options.habits.careless = true;
			break;
		case 'p':
			options.passive = true;
			break;
		case 'l':
			options.log = optarg;
			break;
		default:
			usage();
		}
	if (optind != argc - 1)
		usage();
	options.device = argv[optind];
	return options;
}

static void count(const struct ring *ring, uint32_t sequence,
		  const struct options *options, struct counts *counts, FILE *log)
{
	uint64_t number;

	switch (ring_check(ring, sequence, &options->habits, &number, NULL)) {
	case FRAME_WHOLE:
		if (counts->whole && number > counts->last_number)
			counts->missing += number - counts->last_number - 1;
		counts->last_number = number;
		counts->whole++;
		if (log)
			fprintf(log, "%u %llu\n", sequence, (unsigned long long)number);
		break;
	case FRAME_FLAGGED:
		counts->flagged++;
		break;
	case FRAME_OVERTAKEN:
		counts->overtaken++;
		break;
	case FRAME_TORN:
		counts->torn++;
		break;
	}
}

/* Waits for a frame; false when the device is gone. */
static bool await(const struct ring *ring)
{
	struct pollfd pollfd = { .fd = ring->fd, .events = POLLIN };

	if (poll(&pollfd, 1, 100) < 0 && errno != EINTR)
		return false;
	return !(pollfd.revents & (POLLHUP | POLLERR));
}

static void follow(const struct ring *ring, const struct options *options,
		   struct counts *counts, FILE *log)
{
	uint32_t sequence = ring_head(ring), head;
	uint64_t end = now_ns() + (uint64_t)(options->seconds * 1e9);
	bool there = true;

	while (there && now_ns() < end) {
		there = await(ring);
		head = ring_head(ring);
		/* Behind by more than the ring holds: go on with what is there. */
		if (head - sequence >= ring->header->slot_count) {
			counts->overtaken += head - sequence - 1;
			sequence = head - 1;
		}
		while (sequence != head && now_ns() < end) {
			sequence = ring_next(sequence);
			count(ring, sequence, options, counts, log);
		}
	}
}

int main(int argc, char **argv)
{
	struct options options = parse(argc, argv);
	struct counts counts = { 0 };
	struct ring ring;
	uint64_t begin, end;
	uint32_t first;
	FILE *log = NULL;

	if (options.log && !(log = fopen(options.log, "w"))) {
		fprintf(stderr, "%s: %s\n", options.log, strerror(errno));
		return EXIT_FAILURE;
	}
	ring_open(&ring, options.device, O_RDONLY);
	if (!options.passive && ioctl(ring.fd, LEAP_IOC_START)) {
		fprintf(stderr, "LEAP_IOC_START: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	if (!options.passive)
		ring_wait(&ring, ring_head(&ring));
	first = ring.header->frames;
	begin = now_ns();
	follow(&ring, &options, &counts, log);
	end = now_ns();
	printf("%.1f frames/s: %u whole, %u flagged, %u overtaken, %u torn, "
	       "%llu missing; driver counts %u frames, %u lost, %u short, %u errors, "
	       "%u restarts\n",
	       (ring.header->frames - first) * 1e9 / (end - begin), counts.whole,
	       counts.flagged, counts.overtaken, counts.torn,
	       (unsigned long long)counts.missing, ring.header->frames,
	       ring.header->lost, ring.header->short_frames, ring.header->errors,
	       ring.header->restarts);
	if (log)
		fclose(log);
	ring_close(&ring);
	return counts.torn ? EXIT_FAILURE : EXIT_SUCCESS;
}
