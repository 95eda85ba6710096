// SPDX-License-Identifier: MIT
/*
 * leap-track: a capture or a pair of pictures in, tracking frames as JSON lines out.
 * One thread, no clock: the same input gives the same output, byte for byte.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/capture/capture_fd.h"
#include "daemon/motion/motion.h"
#include "daemon/service/frame_json.h"
#include "daemon/tracking/tracker.h"
#include "tools/overlay.h"
#include "tools/picture.h"
#include "tools/recorded_frame.h"

/*
 * A still is shown to the tracker as often as a second of the controller, so that its
 * filters, which take a hand that appears to be moving, have come to rest.
 */
#define STILL_FRAMES 115

static const char usage[] =
	"Usage: leap-track [OPTION...] CAPTURE\n"
	"       leap-track [OPTION...] --left=PNG --right=PNG\n"
	"       leap-track [--gestures] --from-frames=JSONL\n"
	"Track the hands in a capture of a Leap Motion Controller, or in the two pictures\n"
	"of one moment. Prints a tracking frame (protocol version 6) as one line of JSON\n"
	"for each frame of the capture, or one for the pair.\n"
	"\n"
	"  -c, --calibration=FILE  the controller's calibration, 156 bytes; default is\n"
	"                          CAPTURE.calibration if there is one, or else the\n"
	"                          values of a typical controller\n"
	"  -l, --left=PNG          picture of the left eye\n"
	"  -r, --right=PNG         picture of the right eye\n"
	"  -o, --overlay=PNG       draw the hands over the last picture of both eyes;\n"
	"                          without .png a folder: over the pictures of each frame\n"
	"  -f, --from-frames=JSONL read recorded frames instead of pictures, - is standard\n"
	"                          input; all but joints and palms is computed afresh\n"
	"  -g, --gestures          report gestures\n"
	"  -h, --help              show this text\n"
	"  -V, --version           show the version\n"
	"\n"
	"CAPTURE is a file written by leap-record; - is standard input.\n";

struct options {
	const char *capture;
	const char *calibration;
	const char *left;
	const char *right;
	const char *overlay;
	bool overlay_folder;
	const char *frames;
	bool gestures;
};

/* The way from pixels to text; hands are those of the last picture. */
struct pipeline {
	struct leap_camera camera;
	struct leap_tracker *tracker;
	struct leap_motion *motion;
	struct leap_hands hands;
	struct leap_frame frame;
	bool gestures; /* are told */
	char json[LEAP_FRAME_JSON_MAX + 1]; /* and a newline */
};

__attribute__((format(printf, 1, 2))) static int complain(const char *format, ...)
{
	va_list args;

	fputs("leap-track: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_FAILURE;
}

/* A folder takes the pictures of all frames, a file those of the last one. */
static bool is_folder(const char *path)
{
	const char *suffix = strrchr(path, '.');
	struct stat st;

	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode);
	return !suffix || strcasecmp(suffix, ".png") != 0;
}

static int make_folder(const char *path)
{
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return complain("%s: %s", path, strerror(errno));
	return EXIT_SUCCESS;
}

static int check_options(const struct options *options)
{
	if (options->frames && (options->capture || options->left || options->right ||
				options->overlay || options->calibration))
		return complain("--from-frames has no pictures: it goes with "
				"--gestures alone");
	if (options->frames)
		return -1;
	if (options->capture && (options->left || options->right))
		return complain("a capture or a pair of pictures, not both");
	if (!options->left != !options->right)
		return complain("--left and --right go together");
	if (!options->capture && !options->left)
		return complain("nothing to track: name a capture, or a pair of "
				"pictures with --left and --right");
	return -1;
}

/* Return: -1 go on, otherwise the exit status. */
static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "calibration", required_argument, NULL, 'c' },
		{ "left", required_argument, NULL, 'l' },
		{ "right", required_argument, NULL, 'r' },
		{ "overlay", required_argument, NULL, 'o' },
		{ "from-frames", required_argument, NULL, 'f' },
		{ "gestures", no_argument, NULL, 'g' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:l:r:o:f:ghV", names, NULL)) != -1) {
		switch (c) {
		case 'c':
			options->calibration = optarg;
			break;
		case 'l':
			options->left = optarg;
			break;
		case 'r':
			options->right = optarg;
			break;
		case 'o':
			options->overlay = optarg;
			options->overlay_folder = is_folder(optarg);
			break;
		case 'f':
			options->frames = optarg;
			break;
		case 'g':
			options->gestures = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("leap-track " LEAP_VERSION);
			return EXIT_SUCCESS;
		default:
			fputs("Try 'leap-track --help'.\n", stderr);
			return EXIT_FAILURE;
		}
	}
	if (optind < argc)
		options->capture = argv[optind++];
	if (optind < argc)
		return complain("what is '%s'? One capture at a time", argv[optind]);
	return check_options(options);
}

/* Return: 0; -ENOENT, without a text; another errno with one. */
static int read_calibration(const char *path, struct leap_camera *ret_camera)
{
	uint8_t block[LEAP_CAMERA_BLOCK_SIZE + 1];
	FILE *file = fopen(path, "rbe");
	size_t size;
	int r = 0;

	if (!file) {
		r = -errno;
		if (r != -ENOENT)
			complain("%s: %s", path, strerror(-r));
		return r;
	}
	size = fread(block, 1, sizeof(block), file);
	if (ferror(file)) {
		r = -errno;
		complain("%s: %s", path, strerror(-r));
	} else {
		r = leap_camera_parse(block, size, ret_camera);
		if (r < 0)
			complain("%s: %s", path, leap_camera_fault(block, size));
	}
	fclose(file);
	return r;
}

static int read_calibration_beside(const char *capture, struct leap_camera *ret_camera)
{
	char *path;
	int r;

	if (asprintf(&path, "%s.calibration", capture) < 0) {
		complain("out of memory");
		return -ENOMEM;
	}
	r = read_calibration(path, ret_camera);
	free(path);
	return r;
}

static int find_camera(const struct options *options, struct leap_camera *ret_camera)
{
	int r = -ENOENT;

	if (options->calibration) {
		r = read_calibration(options->calibration, ret_camera);
		if (r == -ENOENT)
			complain("%s: %s", options->calibration, strerror(-r));
		return r;
	}
	if (options->capture && strcmp(options->capture, "-") != 0)
		r = read_calibration_beside(options->capture, ret_camera);
	if (r == -ENOENT) {
		complain("no calibration: positions are those of a typical controller "
			 "(see --calibration)");
		leap_camera_nominal(ret_camera);
		r = 0;
	}
	return r;
}

static int write_line(const char *line, size_t size)
{
	while (size) {
		ssize_t n = write(STDOUT_FILENO, line, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return complain("standard output: %s", strerror(errno));
		line += n;
		size -= n;
	}
	return EXIT_SUCCESS;
}

/* Prints the frame last made, in a single write where the system allows it. */
static int print_frame(struct pipeline *pipeline)
{
	static const struct leap_frame_json_options options = {
		.version = 6,
		.gestures = true,
	};
	int size;

	if (!pipeline->gestures)
		pipeline->frame.gesture_count = 0;
	size = leap_frame_json_write(&pipeline->frame, &options, pipeline->json,
				     LEAP_FRAME_JSON_MAX);
	if (size < 0)
		return complain("a frame does not fit: %s", strerror(-size));
	pipeline->json[size] = '\n';
	return write_line(pipeline->json, size + 1);
}

static int track_frame(struct pipeline *pipeline, const struct leap_stereo_frame *frame)
{
	int r;

	r = leap_tracker_update(pipeline->tracker, frame, &pipeline->hands);
	if (r == 0)
		r = leap_motion_update(pipeline->motion, &pipeline->hands,
				       &pipeline->frame);
	if (r < 0)
		return complain("tracking failed: %s", strerror(-r));
	return EXIT_SUCCESS;
}

static int draw_picture(const char *path, const struct pipeline *pipeline,
			const struct leap_stereo_frame *frame)
{
	char error[PICTURE_ERROR_MAX];
	int status = EXIT_SUCCESS;
	uint8_t *rgb;

	rgb = overlay_draw(frame, leap_tracker_camera(pipeline->tracker),
			   &pipeline->hands);
	if (!rgb)
		return complain("out of memory");
	if (picture_write_rgb(path, rgb, frame->width, frame->height * 2, error) < 0)
		status = complain("%s", error);
	free(rgb);
	return status;
}

/* Into the folder, by number; 000001.png is the first. */
static int draw_each(const struct options *options, const struct pipeline *pipeline,
		     const struct leap_stereo_frame *frame)
{
	char path[PATH_MAX];

	if (!options->overlay || !options->overlay_folder)
		return EXIT_SUCCESS;
	if (snprintf(path, sizeof(path), "%s/%06" PRIu64 ".png", options->overlay,
		     (uint64_t)frame->sequence) >= (int)sizeof(path))
		return complain("%s: %s", options->overlay, strerror(ENAMETOOLONG));
	return draw_picture(path, pipeline, frame);
}

static int draw_last(const struct options *options, const struct pipeline *pipeline,
		     const struct leap_stereo_frame *frame)
{
	if (!options->overlay || options->overlay_folder)
		return EXIT_SUCCESS;
	return draw_picture(options->overlay, pipeline, frame);
}

static int track_reader(const struct options *options, struct pipeline *pipeline,
			struct leap_capture_reader *reader)
{
	const struct leap_capture_format *format = leap_capture_reader_format(reader);
	uint8_t *pixels = malloc(leap_capture_frame_size(format));
	struct leap_stereo_frame frame = {
		.pixels = pixels,
		.width = format->width,
		.height = format->height,
	};
	char error[LEAP_CAPTURE_ERROR_MAX];
	int status = EXIT_SUCCESS, r = 0;

	if (!pixels)
		return complain("out of memory");
	while (status == EXIT_SUCCESS &&
	       (r = leap_capture_reader_next(reader, pixels, &frame.time_ns, NULL,
					     error)) > 0) {
		frame.ready_ns = frame.time_ns;
		frame.sequence++;
		status = track_frame(pipeline, &frame);
		if (status == EXIT_SUCCESS)
			status = print_frame(pipeline);
		if (status == EXIT_SUCCESS)
			status = draw_each(options, pipeline, &frame);
	}
	if (r < 0)
		status = complain("%s: %s", options->capture, error);
	else if (!frame.sequence)
		status = complain("%s: a capture without frames", options->capture);
	if (status == EXIT_SUCCESS)
		status = draw_last(options, pipeline, &frame);
	free(pixels);
	return status;
}

static int track_capture(const struct options *options, struct pipeline *pipeline)
{
	bool from_stdin = strcmp(options->capture, "-") == 0;
	struct leap_capture_reader *reader;
	struct leap_capture_input input;
	char error[LEAP_CAPTURE_ERROR_MAX];
	int fd = STDIN_FILENO, status;

	if (!from_stdin)
		fd = open(options->capture, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return complain("%s: %s", options->capture, strerror(errno));
	input = leap_capture_fd_input(&fd);
	if (leap_capture_reader_new(&input, &reader, error) < 0) {
		status = complain("%s: %s", options->capture, error);
	} else {
		status = track_reader(options, pipeline, reader);
		leap_capture_reader_free(reader);
	}
	if (!from_stdin)
		close(fd);
	return status;
}

static int track_still(const struct options *options, struct pipeline *pipeline,
		       const struct picture eye[LEAP_EYES])
{
	size_t eye_pixels = (size_t)eye[0].width * eye[0].height;
	uint8_t *pixels = malloc(eye_pixels * LEAP_EYES);
	struct leap_stereo_frame frame = {
		.pixels = pixels,
		.width = eye[0].width,
		.height = eye[0].height,
	};
	int64_t interval_ns =
		leap_capture_nominal_interval_ns(eye[0].width, eye[0].height);
	int status = EXIT_SUCCESS;

	if (!pixels)
		return complain("out of memory");
	for (size_t i = 0; i < eye_pixels; i++)
		for (int e = 0; e < LEAP_EYES; e++)
			pixels[i * 2 + e] = eye[e].pixels[i];
	for (int i = 0; i < STILL_FRAMES && status == EXIT_SUCCESS; i++) {
		frame.sequence = i + 1;
		frame.time_ns = frame.ready_ns = i * interval_ns;
		status = track_frame(pipeline, &frame);
	}
	if (status == EXIT_SUCCESS)
		status = print_frame(pipeline);
	frame.sequence = 1;
	if (status == EXIT_SUCCESS)
		status = draw_each(options, pipeline, &frame);
	if (status == EXIT_SUCCESS)
		status = draw_last(options, pipeline, &frame);
	free(pixels);
	return status;
}

static int track_pair(const struct options *options, struct pipeline *pipeline)
{
	struct picture eye[LEAP_EYES] = { 0 };
	char error[PICTURE_ERROR_MAX];
	int status;

	if (picture_read(options->left, &eye[LEAP_EYE_LEFT], error) < 0 ||
	    picture_read(options->right, &eye[LEAP_EYE_RIGHT], error) < 0)
		status = complain("%s", error);
	else if (eye[0].width != eye[1].width || eye[0].height != eye[1].height)
		status = complain("%s is %ux%u, but %s is %ux%u", options->left,
				  eye[0].width, eye[0].height, options->right,
				  eye[1].width, eye[1].height);
	else
		status = track_still(options, pipeline, eye);
	free(eye[0].pixels);
	free(eye[1].pixels);
	return status;
}

/* Return: -1 go on, otherwise the exit status. */
static int derive_line(const struct options *options, struct pipeline *pipeline,
		       const char *line, size_t size, unsigned long number)
{
	char error[RECORDED_FRAME_ERROR_MAX];
	int r;

	while (size && strchr(" \t\r\n", line[size - 1]))
		size--;
	if (!size)
		return -1;
	r = recorded_frame_parse(line, size, &pipeline->hands, error);
	if (r == 0)
		return -1;
	if (r > 0 && leap_motion_update(pipeline->motion, &pipeline->hands,
					&pipeline->frame) < 0) {
		snprintf(error, sizeof(error), "numbers that no hand has");
		r = -EINVAL;
	}
	if (r < 0)
		return complain("%s:%lu: %s", options->frames, number, error);
	return print_frame(pipeline) == EXIT_SUCCESS ? -1 : EXIT_FAILURE;
}

static int derive_lines(const struct options *options, struct pipeline *pipeline,
			FILE *file)
{
	unsigned long number = 0;
	size_t allocated = 0;
	char *line = NULL;
	int status = -1;
	ssize_t size;

	while (status < 0 && (size = getline(&line, &allocated, file)) >= 0)
		status = derive_line(options, pipeline, line, size, ++number);
	if (status < 0 && ferror(file))
		status = complain("%s: %s", options->frames, strerror(errno));
	else if (status < 0 && !pipeline->frame.id)
		status = complain("%s: no frames in it", options->frames);
	free(line);
	return status < 0 ? EXIT_SUCCESS : status;
}

static int derive_frames(const struct options *options, struct pipeline *pipeline)
{
	bool from_stdin = strcmp(options->frames, "-") == 0;
	FILE *file = from_stdin ? stdin : fopen(options->frames, "re");
	int status;

	if (!file)
		return complain("%s: %s", options->frames, strerror(errno));
	status = derive_lines(options, pipeline, file);
	if (!from_stdin)
		fclose(file);
	return status;
}

static int run(const struct options *options, struct pipeline *pipeline)
{
	struct leap_motion_options motion_options;

	leap_motion_options_default(&motion_options);
	if (leap_motion_new(&motion_options, &pipeline->motion) < 0)
		return complain("out of memory");
	pipeline->gestures = options->gestures;
	if (options->frames)
		return derive_frames(options, pipeline);
	if (find_camera(options, &pipeline->camera) < 0)
		return EXIT_FAILURE;
	if (options->overlay_folder && make_folder(options->overlay) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	if (leap_tracker_new(&pipeline->camera, &pipeline->tracker) < 0)
		return complain("out of memory");
	return options->capture ? track_capture(options, pipeline)
				: track_pair(options, pipeline);
}

/* A row of 240 is that many radians in the middle of the picture. */
#define ROW (2 / 132.0)

static void tell_level(const struct leap_tracker *tracker)
{
	double lower = tracker ? leap_tracker_lower(tracker) : 0;

	if (fabs(lower) > 0)
		complain("the right eye sees hands %.1f rows %s than the calibration "
			 "says, which is allowed for: is it this controller's?",
			 fabs(lower) / ROW, lower > 0 ? "lower" : "higher");
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct pipeline *pipeline;
	int status;

	status = parse_options(argc, argv, &options);
	if (status >= 0)
		return status;
	pipeline = calloc(1, sizeof(*pipeline));
	if (!pipeline)
		return complain("out of memory");
	status = run(&options, pipeline);
	if (status == EXIT_SUCCESS)
		tell_level(pipeline->tracker);
	leap_tracker_free(pipeline->tracker);
	leap_motion_free(pipeline->motion);
	free(pipeline);
	return status;
}
