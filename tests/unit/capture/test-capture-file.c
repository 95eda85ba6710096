// SPDX-License-Identifier: MIT
/*
 * Captures are read back as they were written, and what is no capture is refused.
 * Single-threaded; each test owns its memory.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/capture/capture_file.h"

#define HEADER "YUV4MPEG2 W1280 H120 F2500000:11682 Ip A1:1 Cmono\n"
#define FRAME_SIZE (1280 * 120)

/* A capture in memory, given out in pieces as a pipe might. */
struct bytes {
	char *data;
	size_t size;
	size_t position;
	size_t piece;
	int error; /* given instead of the end */
};

static ssize_t bytes_read(void *context, void *buffer, size_t size)
{
	struct bytes *bytes = context;
	size_t n = bytes->size - bytes->position;

	if (n == 0)
		return bytes->error;
	if (n > size)
		n = size;
	if (bytes->piece && n > bytes->piece)
		n = bytes->piece;
	memcpy(buffer, bytes->data + bytes->position, n);
	bytes->position += n;
	return n;
}

static void append(struct bytes *bytes, const void *data, size_t size)
{
	bytes->data = realloc(bytes->data, bytes->size + size);
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

static void append_line(struct bytes *bytes, const char *line)
{
	append(bytes, line, strlen(line));
}

static void append_pixels(struct bytes *bytes, int value, size_t size)
{
	char *pixels = malloc(size);

	memset(pixels, value, size);
	append(bytes, pixels, size);
	free(pixels);
}

static int open_bytes(struct bytes *bytes, struct leap_capture_reader **ret_reader,
		      char *error)
{
	const struct leap_capture_input input = {
		.read = bytes_read,
		.context = bytes,
	};

	return leap_capture_reader_new(&input, ret_reader, error);
}

static void assert_header_refused(const char *header, const char *reason)
{
	struct bytes bytes = { .data = strdup(header), .size = strlen(header) };
	struct leap_capture_reader *reader = NULL;
	char error[LEAP_CAPTURE_ERROR_MAX] = "";

	assert_int_equal(open_bytes(&bytes, &reader, error), -EBADMSG);
	assert_null(reader);
	if (!strstr(error, reason))
		fail_msg("'%s' does not say '%s'", error, reason);
	free(bytes.data);
}

/* Frames before the bad one are read; then @reason is given. */
static void assert_frame_refused(struct bytes *bytes, unsigned int good,
				 const char *reason)
{
	struct leap_capture_reader *reader;
	char error[LEAP_CAPTURE_ERROR_MAX] = "";
	uint8_t *pixels = malloc(FRAME_SIZE);
	int64_t time_ns = 0;

	assert_int_equal(open_bytes(bytes, &reader, error), 0);
	for (unsigned int i = 0; i < good; i++)
		assert_int_equal(
			leap_capture_reader_next(reader, pixels, &time_ns, NULL, error),
			1);
	assert_int_equal(
		leap_capture_reader_next(reader, pixels, &time_ns, NULL, error),
		-EBADMSG);
	if (!strstr(error, reason))
		fail_msg("'%s' does not say '%s'", error, reason);
	leap_capture_reader_free(reader);
	free(pixels);
	free(bytes->data);
}

static void what_was_written_is_read_back_in_all_six_modes(void **state)
{
	static const struct leap_capture_format modes[] = {
		{ 640, 480, 17391300 }, { 640, 240, 8695600 },	{ 640, 120, 4672800 },
		{ 752, 480, 20000000 }, { 752, 240, 10000000 }, { 752, 120, 5263100 },
	};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		size_t size = leap_capture_frame_size(&modes[i]);
		struct leap_capture_reader *reader;
		struct bytes bytes = { .piece = 1000 };
		char line[LEAP_CAPTURE_LINE_MAX], error[LEAP_CAPTURE_ERROR_MAX];
		uint8_t *pixels = malloc(size);
		int64_t time_ns;
		uint64_t offset;

		append(&bytes, line, leap_capture_print_header(&modes[i], line));
		for (int frame = 0; frame < 3; frame++) {
			append(&bytes, line,
			       leap_capture_print_frame(123456789012 + frame, line));
			append_pixels(&bytes, 'a' + frame, size);
		}

		assert_int_equal(open_bytes(&bytes, &reader, error), 0);
		assert_memory_equal(leap_capture_reader_format(reader), &modes[i],
				    sizeof(modes[i]));
		for (int frame = 0; frame < 3; frame++) {
			assert_int_equal(leap_capture_reader_next(reader, pixels,
								  &time_ns, &offset,
								  error),
					 1);
			assert_int_equal(time_ns, 123456789012 + frame);
			assert_memory_equal(pixels, bytes.data + offset, size);
			assert_int_equal(pixels[0], 'a' + frame);
			assert_int_equal(pixels[size - 1], 'a' + frame);
		}
		assert_int_equal(leap_capture_reader_next(reader, pixels, &time_ns,
							  &offset, error),
				 0);
		leap_capture_reader_free(reader);
		free(pixels);
		free(bytes.data);
	}
}

static void modes_have_the_intervals_the_controller_negotiates(void **state)
{
	(void)state;
	assert_int_equal(leap_capture_nominal_interval_ns(640, 240), 8695600);
	assert_int_equal(leap_capture_nominal_interval_ns(752, 480), 20000000);
	assert_int_equal(leap_capture_nominal_interval_ns(1280, 240), 0);
}

static void frames_without_a_time_follow_by_the_frame_rate(void **state)
{
	struct leap_capture_reader *reader;
	struct bytes bytes = { 0 };
	char error[LEAP_CAPTURE_ERROR_MAX];
	int64_t time_ns;

	(void)state;
	append_line(&bytes, "YUV4MPEG2 W1280 H120 F200:1 Cmono\n");
	append_line(&bytes, "FRAME\n");
	append_pixels(&bytes, 0, FRAME_SIZE);
	append_line(&bytes, "FRAME Ip Xother=1\n");
	append_pixels(&bytes, 0, FRAME_SIZE);
	append_line(&bytes, "FRAME Xts=7000000\n");
	append_pixels(&bytes, 0, FRAME_SIZE);
	append_line(&bytes, "FRAME\n");
	append_pixels(&bytes, 0, FRAME_SIZE);

	assert_int_equal(open_bytes(&bytes, &reader, error), 0);
	assert_int_equal(leap_capture_reader_next(reader, NULL, &time_ns, NULL, error),
			 1);
	assert_int_equal(time_ns, 0);
	assert_int_equal(leap_capture_reader_next(reader, NULL, &time_ns, NULL, error),
			 1);
	assert_int_equal(time_ns, 5000000);
	assert_int_equal(leap_capture_reader_next(reader, NULL, &time_ns, NULL, error),
			 1);
	assert_int_equal(time_ns, 7000000);
	assert_int_equal(leap_capture_reader_next(reader, NULL, &time_ns, NULL, error),
			 1);
	assert_int_equal(time_ns, 12000000);
	leap_capture_reader_free(reader);
	free(bytes.data);
}

static void what_is_no_capture_is_refused_with_the_reason(void **state)
{
	(void)state;
	assert_header_refused("", "it is empty");
	assert_header_refused("\n", "does not start with YUV4MPEG2");
	assert_header_refused("\x89PNG\r\n", "does not start with YUV4MPEG2");
	assert_header_refused("YUV4MPEG2 W1280 H240", "does not start with YUV4MPEG2");
	assert_header_refused("YUV4MPEG W1280 H240 F25:1 Cmono\n",
			      "does not start with YUV4MPEG2");
	assert_header_refused("YUV4MPEG2 W1280 H240 F25:1\n", "a capture is grey");
	assert_header_refused("YUV4MPEG2 W1280 H240 F25:1 C420jpeg\n",
			      "a capture is grey");
	assert_header_refused("YUV4MPEG2 W1280 H240 F25:1 Cmono16\n",
			      "a capture is grey");
	assert_header_refused("YUV4MPEG2 W1280 H240 F25:1 It Cmono\n", "interlaced");
	assert_header_refused("YUV4MPEG2 W1280 H240 Cmono\n", "no frame rate");
	assert_header_refused("YUV4MPEG2 W1280 H240 F0:0 Cmono\n", "frame rate 'F0:0'");
	assert_header_refused("YUV4MPEG2 W1280 H240 F25 Cmono\n", "frame rate 'F25'");
	assert_header_refused("YUV4MPEG2 W1280 H240 F1:2147483647 Cmono\n",
			      "frame rate");
	assert_header_refused("YUV4MPEG2 W1280 H240 F99999999999:1 Cmono\n",
			      "frame rate");
	assert_header_refused("YUV4MPEG2 W640 H240 F25:1 Cmono\n", "no mode");
	assert_header_refused("YUV4MPEG2 W1281 H240 F25:1 Cmono\n", "no mode");
	assert_header_refused("YUV4MPEG2 W1280 H241 F25:1 Cmono\n", "no mode");
	assert_header_refused("YUV4MPEG2 H240 F25:1 Cmono\n", "no mode");
	assert_header_refused("YUV4MPEG2 W-1280 H240 F25:1 Cmono\n", "width 'W-1280'");
	assert_header_refused("YUV4MPEG2 W1280 H F25:1 Cmono\n", "height 'H'");
	assert_header_refused("YUV4MPEG2 W1280 H240 F25:1 Q7 Cmono\n",
			      "unknown word 'Q7'");
}

static void a_truncated_frame_is_named_with_its_place(void **state)
{
	struct bytes bytes = { 0 };

	(void)state;
	append_line(&bytes, HEADER "FRAME Xts=1\n");
	append_pixels(&bytes, 0, FRAME_SIZE);
	append_line(&bytes, "FRAME Xts=2\n");
	append_pixels(&bytes, 0, 5000);
	assert_frame_refused(&bytes, 1,
			     "frame 2 at byte 153662: the capture is truncated: this "
			     "frame has 5000 of 153600 bytes");
}

static void a_capture_cut_inside_a_line_is_refused(void **state)
{
	struct bytes bytes = { 0 };

	(void)state;
	append_line(&bytes, HEADER "FRAME Xts=12");
	assert_frame_refused(&bytes, 0, "frame 1 at byte 50: it ends in the middle");
}

static void pixels_where_a_line_should_be_are_refused(void **state)
{
	struct bytes bytes = { 0 };

	(void)state;
	append_line(&bytes, HEADER "FRAME Xts=1\n");
	append_pixels(&bytes, 200, FRAME_SIZE + 1000);
	assert_frame_refused(&bytes, 1, "frame 2 at byte 153662: no line of text");
}

static void times_that_make_no_sense_are_refused(void **state)
{
	static const struct {
		const char *second;
		const char *reason;
	} cases[] = {
		{ "FRAME Xts=1000\n", "not later" },
		{ "FRAME Xts=999\n", "not later" },
		{ "FRAME Xts=3600000001001\n", "more than an hour" },
		{ "FRAME Xts=-5\n", "'Xts=-5' is no number" },
		{ "FRAME Xts=\n", "'Xts=' is no number" },
		{ "FRAME Xts=99999999999999999999\n", "is no number" },
		{ "FRAMES\n", "FRAME was expected" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bytes bytes = { 0 };

		append_line(&bytes, HEADER "FRAME Xts=1000\n");
		append_pixels(&bytes, 0, FRAME_SIZE);
		append_line(&bytes, cases[i].second);
		append_pixels(&bytes, 0, FRAME_SIZE);
		assert_frame_refused(&bytes, 1, cases[i].reason);
	}
}

static void an_input_that_fails_is_not_taken_for_the_end(void **state)
{
	struct leap_capture_reader *reader;
	struct bytes bytes = { .error = -EIO };
	char error[LEAP_CAPTURE_ERROR_MAX];
	int64_t time_ns;

	(void)state;
	append_line(&bytes, HEADER);
	assert_int_equal(open_bytes(&bytes, &reader, error), 0);
	assert_int_equal(leap_capture_reader_next(reader, NULL, &time_ns, NULL, error),
			 -EIO);
	assert_string_equal(error, "frame 1 at byte 50: reading failed: "
				   "Input/output error");
	leap_capture_reader_free(reader);
	free(bytes.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read_back_in_all_six_modes),
		cmocka_unit_test(modes_have_the_intervals_the_controller_negotiates),
		cmocka_unit_test(frames_without_a_time_follow_by_the_frame_rate),
		cmocka_unit_test(what_is_no_capture_is_refused_with_the_reason),
		cmocka_unit_test(a_truncated_frame_is_named_with_its_place),
		cmocka_unit_test(a_capture_cut_inside_a_line_is_refused),
		cmocka_unit_test(pixels_where_a_line_should_be_are_refused),
		cmocka_unit_test(times_that_make_no_sense_are_refused),
		cmocka_unit_test(an_input_that_fails_is_not_taken_for_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
