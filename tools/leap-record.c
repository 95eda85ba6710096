// SPDX-License-Identifier: MIT
/*
 * leap-record: stereo frames of a controller, or of the simulated one, into a capture.
 * The main thread takes frames from the source; the recorder's thread writes them.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/capture/source.h"
#include "tools/recorder.h"

#define NS_PER_S 1000000000.0

/* A source that yields nothing for so long is not going to. */
#define SILENCE_MAX_S 5.0
#define WAIT_MS 100

static const char usage[] =
	"Usage: leap-record [OPTION...]\n"
	"Record the pictures of a Leap Motion Controller as a capture (YUV4MPEG2).\n"
	"\n"
	"  -s, --source=SPEC    auto (default), device[:PATH], replay:FILE, simulate\n"
	"                       or simulate:SEED\n"
	"  -n, --frames=N       stop after N frames\n"
	"  -t, --seconds=S      stop after S seconds\n"
	"  -o, --output=FILE    write to FILE, and the controller's calibration to\n"
	"                       FILE.calibration; - (default) is standard output\n"
	"  -h, --help           show this text\n"
	"  -V, --version        show the version\n"
	"\n"
	"Without --frames and --seconds it records until it is interrupted (Ctrl-C).\n";

struct options {
	const char *source;
	const char *output;
	uint64_t frames; /* 0: no limit */
	double seconds; /* 0: no limit */
};

/* Where they go. */
struct output {
	const char *path; /* or how to call it */
	char calibration[PATH_MAX];
	bool regular; /* a file, which can be removed again */
	int fd;
};

/* What became of the frames that a source had. */
struct tally {
	uint64_t recorded;
	uint64_t lost;
	uint64_t damaged;
};

__attribute__((format(printf, 1, 2))) static int complain(const char *format, ...)
{
	va_list args;

	fputs("leap-record: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_FAILURE;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / NS_PER_S;
}

static bool to_stdout(const struct options *options)
{
	return strcmp(options->output, "-") == 0;
}

static bool parse_count(const char *text, uint64_t *ret_count)
{
	char *end;

	errno = 0;
	*ret_count = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && !*end && !errno && *ret_count;
}

static bool parse_seconds(const char *text, double *ret_seconds)
{
	char *end;

	*ret_seconds = strtod(text, &end);
	return end != text && !*end && *ret_seconds > 0 && *ret_seconds < 1e9;
}

/* Return: -1 go on, otherwise the exit status. */
static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "source", required_argument, NULL, 's' },
		{ "frames", required_argument, NULL, 'n' },
		{ "seconds", required_argument, NULL, 't' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "s:n:t:o:hV", names, NULL)) != -1) {
		switch (c) {
		case 's':
			options->source = optarg;
			break;
		case 'n':
			if (!parse_count(optarg, &options->frames))
				return complain("--frames=%s: not a number of frames",
						optarg);
			break;
		case 't':
			if (!parse_seconds(optarg, &options->seconds))
				return complain("--seconds=%s: not a number of seconds",
						optarg);
			break;
		case 'o':
			options->output = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("leap-record " LEAP_VERSION);
			return EXIT_SUCCESS;
		default:
			fputs("Try 'leap-record --help'.\n", stderr);
			return EXIT_FAILURE;
		}
	}
	if (optind < argc)
		return complain("what is '%s'? Name the file with --output=FILE",
				argv[optind]);
	if (to_stdout(options) && isatty(STDOUT_FILENO))
		return complain("pictures are not for a terminal: use --output=FILE");
	return -1;
}

static sigset_t end_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	return set;
}

/* Signals are asked for between two frames and never in the middle of one. */
static void hold_signals(void)
{
	sigset_t set = end_signals();

	sigprocmask(SIG_BLOCK, &set, NULL);
	/* full pipes and files are errors of write(), so that they can be told */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

static bool end_was_asked_for(void)
{
	static const struct timespec at_once;
	sigset_t set = end_signals();

	if (sigtimedwait(&set, NULL, &at_once) < 0)
		return false;
	/* the second signal ends the program, should the disk not answer */
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	return true;
}

/* Return: 1 a frame, 0 the end was asked for, or -1 with a text on stderr. */
static int next_frame(struct leap_source *source, double end_s,
		      struct leap_stereo_frame *frame)
{
	double silent_since = now_s();

	while (!end_was_asked_for() && now_s() < end_s) {
		int r = leap_source_next(source, WAIT_MS, frame);

		if (r == 1)
			return 1;
		if (r < 0) {
			complain(r == -ENODEV ? "the controller was unplugged"
					      : "the source is broken");
			return -1;
		}
		if (now_s() - silent_since > SILENCE_MAX_S) {
			complain("no picture for %.0f seconds: unplug the controller "
				 "and plug it in again",
				 SILENCE_MAX_S);
			return -1;
		}
	}
	return 0;
}

/* Copies and commits one frame. Return: 0, or the errno of the writing. */
static int record_frame(struct leap_source *source, struct recorder *recorder,
			const struct leap_stereo_frame *frame, int64_t *last_ns,
			struct tally *tally)
{
	uint8_t *slot;

	tally->lost += frame->lost_before;
	/* a time stamp that stands still makes a capture that nobody can read */
	if (frame->damaged || frame->time_ns <= *last_ns) {
		tally->damaged++;
		return 0;
	}
	slot = recorder_slot(recorder);
	if (slot)
		memcpy(slot, frame->pixels, (size_t)frame->width * frame->height * 2);
	if (!slot || !leap_source_still_valid(source, frame)) {
		tally->lost++;
		return 0;
	}
	*last_ns = frame->time_ns;
	tally->recorded++;
	return recorder_commit(recorder, frame->time_ns);
}

/* @frame is the first one. Return: an exit status. */
static int record_frames(const struct options *options, struct leap_source *source,
			 struct recorder *recorder, struct leap_stereo_frame *frame,
			 struct tally *tally)
{
	const struct leap_stereo_frame first = *frame;
	double end_s = options->seconds ? now_s() + options->seconds : HUGE_VAL;
	int64_t last_ns = -1;
	int r;

	frame->lost_before = 0; /* before the first one nothing was wanted */
	do {
		if (frame->width != first.width || frame->height != first.height)
			return complain("the controller changed its mode from %ux%u to "
					"%ux%u: the capture ends here",
					first.width, first.height, frame->width,
					frame->height);
		if (options->seconds &&
		    (frame->time_ns - first.time_ns) / NS_PER_S > options->seconds)
			return EXIT_SUCCESS;
		if (record_frame(source, recorder, frame, &last_ns, tally) < 0)
			return EXIT_SUCCESS; /* recorder_finish() has the reason */
		if (tally->recorded == options->frames && options->frames)
			return EXIT_SUCCESS;
		r = next_frame(source, end_s, frame);
	} while (r > 0);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* A recording must not be read with the calibration of an earlier one. */
static int write_calibration(const struct output *output,
			     const struct leap_source_info *info)
{
	int fd, status = EXIT_SUCCESS;

	if (!info->calibration_size) {
		complain(
			"the source has no calibration: %s is read with nominal values",
			output->path);
		if (unlink(output->calibration) < 0 && errno != ENOENT)
			return complain("%s: %s", output->calibration, strerror(errno));
		return EXIT_SUCCESS;
	}
	fd = open(output->calibration, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return complain("%s: %s", output->calibration, strerror(errno));
	errno = ENOSPC; /* what a short write means */
	if (write(fd, info->calibration, info->calibration_size) !=
	    (ssize_t)info->calibration_size)
		status = complain("%s: %s", output->calibration, strerror(errno));
	close(fd);
	return status;
}

/* What has no whole frame is no capture: better no file than that. */
static void remove_output(const struct output *output)
{
	if (!output->regular)
		return;
	unlink(output->path);
	unlink(output->calibration);
}

static int open_output(struct output *output, const struct leap_source_info *info)
{
	struct stat status;

	if (snprintf(output->calibration, sizeof(output->calibration), "%s.calibration",
		     output->path) >= (int)sizeof(output->calibration))
		return complain("%s: the name is too long", output->path);
	output->fd = open(output->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (output->fd < 0 || fstat(output->fd, &status) < 0)
		return complain("%s: %s", output->path, strerror(errno));
	output->regular = S_ISREG(status.st_mode);
	if (output->regular && write_calibration(output, info) != EXIT_SUCCESS) {
		remove_output(output);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

static int record_to(const struct options *options, struct leap_source *source,
		     const struct output *output, struct leap_stereo_frame *first)
{
	const struct leap_capture_format format = {
		.width = first->width,
		.height = first->height,
		.interval_ns =
			leap_capture_nominal_interval_ns(first->width, first->height),
	};
	struct tally tally = { 0 };
	struct recorder *recorder;
	uint64_t written = 0;
	int status, r;

	r = recorder_new(output->fd, &format, &recorder);
	if (r < 0)
		return complain("cannot record: %s", strerror(-r));
	status = record_frames(options, source, recorder, first, &tally);
	r = recorder_finish(recorder, &written);
	/* some file systems say only at the end that the disk is full */
	if (close(output->fd) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		status = complain("%s: writing failed: %s", output->path, strerror(-r));
	if (!written)
		remove_output(output);
	complain("%" PRIu64 " frames written, %" PRIu64 " lost, %" PRIu64
		 " damaged and left out",
		 written, tally.lost, tally.damaged);
	return status;
}

static int record_source(const struct options *options, struct leap_source *source)
{
	struct output output = { .path = "standard output", .fd = STDOUT_FILENO };
	struct leap_stereo_frame first;
	int r;

	/* nothing is created before the first picture is there */
	r = next_frame(source, HUGE_VAL, &first);
	if (r < 0)
		return EXIT_FAILURE;
	if (r == 0)
		return complain("interrupted before the first picture");
	if (!leap_capture_is_sensor_mode(first.width, first.height))
		return complain("pictures of %ux%u are not of this controller",
				first.width, first.height);
	if (!to_stdout(options)) {
		output.path = options->output;
		if (open_output(&output, leap_source_info(source)) != EXIT_SUCCESS)
			return EXIT_FAILURE;
	}
	return record_to(options, source, &output, &first);
}

int main(int argc, char **argv)
{
	struct options options = { .source = "auto", .output = "-" };
	struct leap_source *source;
	const char *error;
	int status;

	status = parse_options(argc, argv, &options);
	if (status >= 0)
		return status;
	hold_signals();
	if (leap_source_open(options.source, &source, &error) < 0)
		return complain("%s", error);
	if (strcmp(options.source, "auto") == 0 && !leap_source_is_live(source))
		complain("no controller found: this is the simulated one");
	status = record_source(&options, source);
	leap_source_close(source);
	return status;
}
