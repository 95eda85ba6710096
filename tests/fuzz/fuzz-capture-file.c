// SPDX-License-Identifier: MIT
/*
 * Any text as the lines of a capture, read whole and skipped through: both must agree.
 * Pixels are put in after each FRAME line, so that inputs stay small. Single-threaded.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/capture/capture_file.h"

#define PIXELS (1280 * 120) /* of the smallest mode */
#define FRAMES_MAX 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	const uint8_t *data;
	size_t left;
};

/* Odd amounts, so that lines and pictures are cut where a pipe might cut them. */
static ssize_t memory_read(void *context, void *buffer, size_t size)
{
	struct memory *memory = context;
	size_t n = size > 1237 ? 1237 : size;

	if (n > memory->left)
		n = memory->left;
	memcpy(buffer, memory->data, n);
	memory->data += n;
	memory->left -= n;
	return n;
}

struct outcome {
	int result;
	unsigned int frames;
	int64_t time_ns;
	uint64_t offset;
	char error[LEAP_CAPTURE_ERROR_MAX];
};

static struct outcome walk(const uint8_t *data, size_t size, bool with_pixels)
{
	struct memory memory = { data, size };
	const struct leap_capture_input input = {
		.read = memory_read,
		.context = &memory,
	};
	struct outcome outcome = { 0 };
	struct leap_capture_reader *reader;
	uint8_t *pixels = NULL;

	outcome.result = leap_capture_reader_new(&input, &reader, outcome.error);
	if (outcome.result < 0)
		return outcome;
	if (with_pixels)
		pixels = malloc(
			leap_capture_frame_size(leap_capture_reader_format(reader)));
	while ((outcome.result =
			leap_capture_reader_next(reader, pixels, &outcome.time_ns,
						 &outcome.offset, outcome.error)) > 0)
		outcome.frames++;
	leap_capture_reader_free(reader);
	free(pixels);
	return outcome;
}

/* The lines of @data, each FRAME line but the last followed by pixels. */
static uint8_t *put_pixels_in(const uint8_t *data, size_t size, size_t *ret_size)
{
	uint8_t *capture = calloc(1, size + FRAMES_MAX * PIXELS);
	unsigned int frames = 0;
	size_t out = 0;

	while (size) {
		const uint8_t *newline = memchr(data, '\n', size);
		size_t line = newline ? (size_t)(newline + 1 - data) : size;

		memcpy(capture + out, data, line);
		out += line;
		if (line >= 5 && line < size && memcmp(data, "FRAME", 5) == 0 &&
		    frames++ < FRAMES_MAX)
			out += PIXELS;
		data += line;
		size -= line;
	}
	*ret_size = out;
	return capture;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *capture = put_pixels_in(data, size, &size);
	struct outcome whole = walk(capture, size, true);
	struct outcome skipped = walk(capture, size, false);

	free(capture);
	if (whole.result != skipped.result || whole.frames != skipped.frames ||
	    whole.time_ns != skipped.time_ns || whole.offset != skipped.offset ||
	    strcmp(whole.error, skipped.error) != 0)
		abort();
	if ((whole.result < 0) != (whole.error[0] != '\0') || strchr(whole.error, '\n'))
		abort();
	return 0;
}
