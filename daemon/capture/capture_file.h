/* SPDX-License-Identifier: MIT */
/*
 * Captures: stereo frames in a YUV4MPEG2 stream, read and written without any I/O of
 * its own. A reader belongs to one thread at a time.
 *
 * The form is plain YUV4MPEG2, so that common video tools read it:
 *
 *	YUV4MPEG2 W1280 H240 F2500000:21739 Ip A1:1 Cmono
 *	FRAME Xts=123456789000
 *	(1280 * 240 bytes: left, right, left, right ... as on the wire)
 *
 * W is twice the columns of one eye; the six modes of the sensor are accepted. Xts is
 * the CLOCK_MONOTONIC time of the frame in nanoseconds. Video tools drop it when they
 * copy a stream: a frame without it is taken to follow the one before by the nominal
 * interval of F, and the first one to be at 0.
 */
#ifndef LEAP_CAPTURE_FILE_H
#define LEAP_CAPTURE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** LEAP_CAPTURE_LINE_MAX - longest header or FRAME line, newline included */
#define LEAP_CAPTURE_LINE_MAX 256

/** LEAP_CAPTURE_ERROR_MAX - room for any error text, NUL included */
#define LEAP_CAPTURE_ERROR_MAX 256

/**
 * struct leap_capture_format - what the header says
 * @width: columns of one eye
 * @height: rows
 * @interval_ns: nominal time between frames, nanoseconds
 */
struct leap_capture_format {
	uint32_t width;
	uint32_t height;
	int64_t interval_ns;
};

/** leap_capture_frame_size() - bytes of one frame, both eyes */
static inline size_t leap_capture_frame_size(const struct leap_capture_format *format)
{
	return (size_t)format->width * format->height * 2;
}

/** leap_capture_is_sensor_mode() - is this one of the sensor's six geometries? */
bool leap_capture_is_sensor_mode(uint32_t width, uint32_t height);

/** leap_capture_nominal_interval_ns() - of a sensor mode; 0 for another geometry */
int64_t leap_capture_nominal_interval_ns(uint32_t width, uint32_t height);

/**
 * leap_capture_print_header() - the first line of a capture
 * @buffer: LEAP_CAPTURE_LINE_MAX bytes
 *
 * Return: its length, newline included; not terminated by a NUL.
 */
size_t leap_capture_print_header(const struct leap_capture_format *format,
				 char buffer[LEAP_CAPTURE_LINE_MAX]);

/**
 * leap_capture_print_frame() - the line before the pixels of one frame
 * @time_ns: Xts, not negative
 * @buffer: LEAP_CAPTURE_LINE_MAX bytes
 *
 * Return: its length, newline included; not terminated by a NUL.
 */
size_t leap_capture_print_frame(int64_t time_ns, char buffer[LEAP_CAPTURE_LINE_MAX]);

/**
 * struct leap_capture_input - where a reader gets its bytes
 * @read: up to @size bytes, as read(2): 0 at the end, or a negative errno
 * @skip: go @size bytes on; 0, or a negative errno; -ENODATA when there are fewer.
 *	NULL: the reader reads what it skips
 * @context: passed to both
 */
struct leap_capture_input {
	ssize_t (*read)(void *context, void *buffer, size_t size);
	int (*skip)(void *context, size_t size);
	void *context;
};

struct leap_capture_reader;

/**
 * leap_capture_reader_new() - read and check the header
 * @input: copied; its context must outlive the reader
 * @ret_reader: the caller's, to be freed with leap_capture_reader_free()
 * @error: filled in on failure: one line for a person, no newline
 *
 * Return: 0; -EBADMSG no capture of this controller; -ENOMEM; what @input says.
 */
int leap_capture_reader_new(const struct leap_capture_input *input,
			    struct leap_capture_reader **ret_reader,
			    char error[LEAP_CAPTURE_ERROR_MAX]);

/** leap_capture_reader_format() - borrowed until the reader is freed */
const struct leap_capture_format *leap_capture_reader_format(
	const struct leap_capture_reader *reader);

/**
 * leap_capture_reader_next() - go to the next frame
 * @pixels: leap_capture_frame_size() bytes for it, or NULL to skip them
 * @ret_time_ns: its time; every frame's is later than the one's before
 * @ret_offset: bytes before its pixels; may be NULL
 * @error: filled in on failure: one line for a person, says which frame and byte
 *
 * Return: 1 a frame; 0 the capture ended after the frame before; -EBADMSG damaged or
 * truncated; what the input says.
 */
int leap_capture_reader_next(struct leap_capture_reader *reader, uint8_t *pixels,
			     int64_t *ret_time_ns, uint64_t *ret_offset,
			     char error[LEAP_CAPTURE_ERROR_MAX]);

/** leap_capture_reader_free() - NULL is allowed */
void leap_capture_reader_free(struct leap_capture_reader *reader);

#endif /* LEAP_CAPTURE_FILE_H */
