// SPDX-License-Identifier: MIT
/*
 * Reads and writes the lines of a capture; pixels pass through untouched.
 * No I/O, no globals: whoever holds a reader owns all of its state.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/capture/capture_file.h"

#define NS_PER_S INT64_C(1000000000)

/* A recording is one session of one controller: longer pauses are damaged digits. */
#define PAUSE_MAX_NS (3600 * NS_PER_S)

/* With this, times can be added to a clock without overflow. */
#define TIME_MAX_NS (INT64_MAX / 4)

#define INTERVAL_MIN_NS INT64_C(100000)
#define INTERVAL_MAX_NS (10 * NS_PER_S)

struct sensor_mode {
	uint32_t width;
	uint32_t height;
	uint32_t interval_100ns; /* dwFrameInterval of the controller's descriptors */
};

static const struct sensor_mode sensor_modes[] = {
	{ 640, 480, 173913 }, { 640, 240, 86956 },  { 640, 120, 46728 },
	{ 752, 480, 200000 }, { 752, 240, 100000 }, { 752, 120, 52631 },
};

struct leap_capture_reader {
	struct leap_capture_input input;
	struct leap_capture_format format;
	uint64_t frames; /* whole frames passed */
	uint64_t offset; /* bytes passed */
	int64_t time_ns; /* of the last frame */
	size_t start;
	size_t end;
	uint8_t buffer[4096]; /* bytes read ahead are [start, end) */
};

static const struct sensor_mode *find_mode(uint32_t width, uint32_t height)
{
	for (size_t i = 0; i < sizeof(sensor_modes) / sizeof(*sensor_modes); i++)
		if (sensor_modes[i].width == width && sensor_modes[i].height == height)
			return &sensor_modes[i];
	return NULL;
}

bool leap_capture_is_sensor_mode(uint32_t width, uint32_t height)
{
	return find_mode(width, height) != NULL;
}

int64_t leap_capture_nominal_interval_ns(uint32_t width, uint32_t height)
{
	const struct sensor_mode *mode = find_mode(width, height);

	return mode ? (int64_t)mode->interval_100ns * 100 : 0;
}

static int64_t greatest_common_divisor(int64_t a, int64_t b)
{
	while (b) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

size_t leap_capture_print_header(const struct leap_capture_format *format,
				 char buffer[LEAP_CAPTURE_LINE_MAX])
{
	int64_t divisor = greatest_common_divisor(NS_PER_S, format->interval_ns);

	return snprintf(buffer, LEAP_CAPTURE_LINE_MAX,
			"YUV4MPEG2 W%" PRIu32 " H%" PRIu32 " F%" PRId64 ":%" PRId64
			" Ip A1:1 Cmono\n",
			format->width * 2, format->height, NS_PER_S / divisor,
			format->interval_ns / divisor);
}

size_t leap_capture_print_frame(int64_t time_ns, char buffer[LEAP_CAPTURE_LINE_MAX])
{
	return snprintf(buffer, LEAP_CAPTURE_LINE_MAX, "FRAME Xts=%" PRId64 "\n",
			time_ns);
}

__attribute__((format(printf, 2, 3))) static int bad(char error[LEAP_CAPTURE_ERROR_MAX],
						     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, LEAP_CAPTURE_ERROR_MAX, format, args);
	va_end(args);
	return -EBADMSG;
}

/* Digits only, at least one, up to @end; anything else or too large: false. */
static bool parse_number(const char *text, const char *end, int64_t maximum,
			 int64_t *ret_number)
{
	int64_t number = 0;

	if (text == end)
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return false;
		if (number > (maximum - (*text - '0')) / 10)
			return false;
		number = number * 10 + (*text - '0');
	}
	*ret_number = number;
	return true;
}

/* The next word of [*text, end), words being separated by single spaces. */
static bool next_word(const char **text, const char *end, const char **ret_word,
		      const char **ret_word_end)
{
	const char *space;

	if (*text == end)
		return false;
	space = memchr(*text, ' ', end - *text);
	*ret_word = *text;
	*ret_word_end = space ? space : end;
	*text = space ? space + 1 : end;
	return true;
}

static bool word_is(const char *word, const char *end, const char *expected)
{
	return (size_t)(end - word) == strlen(expected) &&
	       !memcmp(word, expected, end - word);
}

static bool parse_rate(const char *text, const char *end, int64_t *ret_interval_ns)
{
	const char *colon = memchr(text, ':', end - text);
	int64_t numerator, denominator, interval;

	if (!colon || !parse_number(text, colon, INT32_MAX, &numerator) ||
	    !parse_number(colon + 1, end, INT32_MAX, &denominator) || !numerator ||
	    !denominator)
		return false;
	interval = (denominator * NS_PER_S + numerator / 2) / numerator;
	if (interval < INTERVAL_MIN_NS || interval > INTERVAL_MAX_NS)
		return false;
	*ret_interval_ns = interval;
	return true;
}

/* What the words of the header said; 0 and false stand for "not at all". */
struct header_words {
	int64_t width;
	int64_t height;
	int64_t interval_ns;
	bool mono;
};

static int parse_header_word(const char *word, const char *end,
			     struct header_words *words, char *error)
{
	int length = end - word;

	if (length == 0)
		return 0;
	switch (word[0]) {
	case 'W':
		if (!parse_number(word + 1, end, INT32_MAX, &words->width))
			return bad(error, "width '%.*s' is no number", length, word);
		return 0;
	case 'H':
		if (!parse_number(word + 1, end, INT32_MAX, &words->height))
			return bad(error, "height '%.*s' is no number", length, word);
		return 0;
	case 'F':
		if (!parse_rate(word + 1, end, &words->interval_ns))
			return bad(error,
				   "frame rate '%.*s' is none (F2500000:21739 "
				   "is 115 frames a second)",
				   length, word);
		return 0;
	case 'C':
		words->mono = word_is(word, end, "Cmono");
		if (!words->mono)
			return bad(error,
				   "colour space '%.*s': a capture is grey "
				   "(Cmono)",
				   length, word);
		return 0;
	case 'I':
		if (!word_is(word, end, "Ip") && !word_is(word, end, "I?"))
			return bad(error, "interlaced pictures ('%.*s')", length, word);
		return 0;
	case 'A':
	case 'X':
		return 0;
	default:
		return bad(error, "unknown word '%.*s' in the first line", length,
			   word);
	}
}

static int parse_header(const char *line, const char *end,
			struct leap_capture_format *ret_format, char *error)
{
	struct header_words words = { 0 };
	const char *word, *word_end;
	int r;

	if (!next_word(&line, end, &word, &word_end) ||
	    !word_is(word, word_end, "YUV4MPEG2"))
		return bad(error, "not a capture: it does not start with YUV4MPEG2");
	while (next_word(&line, end, &word, &word_end)) {
		r = parse_header_word(word, word_end, &words, error);
		if (r < 0)
			return r;
	}
	if (!words.mono)
		return bad(error, "no colour space: a capture is grey (Cmono)");
	if (!words.interval_ns)
		return bad(error,
			   "no frame rate (F2500000:21739 is 115 frames a second)");
	if (words.width % 2 ||
	    !leap_capture_is_sensor_mode(words.width / 2, words.height))
		return bad(error,
			   "W%" PRId64 " H%" PRId64
			   " is no mode of the controller: W is "
			   "1280 or 1504 (both eyes), H is 480, 240 or 120",
			   words.width, words.height);
	*ret_format = (struct leap_capture_format){
		.width = words.width / 2,
		.height = words.height,
		.interval_ns = words.interval_ns,
	};
	return 0;
}

/* Return: 1 with the time, 0 without one, or -EBADMSG with a text. */
static int parse_frame(const char *line, const char *end, int64_t *ret_time_ns,
		       char *error)
{
	const char *word, *word_end;
	int r = 0;

	if (!next_word(&line, end, &word, &word_end) ||
	    !word_is(word, word_end, "FRAME"))
		return bad(error, "FRAME was expected here");
	while (next_word(&line, end, &word, &word_end)) {
		if (word_end - word < 4 || memcmp(word, "Xts=", 4))
			continue;
		if (!parse_number(word + 4, word_end, TIME_MAX_NS, ret_time_ns))
			return bad(error,
				   "time stamp '%.*s' is no number of nanoseconds",
				   (int)(word_end - word), word);
		r = 1;
	}
	return r;
}

/* Reads ahead. Return: 1 there is something to take, 0 the end, or an errno. */
static int fill(struct leap_capture_reader *reader)
{
	ssize_t n;

	if (reader->start < reader->end)
		return 1;
	n = reader->input.read(reader->input.context, reader->buffer,
			       sizeof(reader->buffer));
	if (n <= 0)
		return n;
	reader->start = 0;
	reader->end = n;
	return 1;
}

/* Return: length without the newline; 0 the end (nothing there), or an errno. */
static int read_line(struct leap_capture_reader *reader,
		     char line[LEAP_CAPTURE_LINE_MAX], char *error)
{
	size_t length = 0;
	int r;

	while ((r = fill(reader)) > 0) {
		char c = reader->buffer[reader->start++];

		reader->offset++;
		if (c == '\n')
			return length ? (int)length : bad(error, "empty line");
		/* only printable bytes, so that errors can quote what was read */
		if (c < ' ' || c > '~' || length + 1 == LEAP_CAPTURE_LINE_MAX)
			return bad(error, "no line of text where one should be");
		line[length++] = c;
	}
	if (r < 0)
		snprintf(error, LEAP_CAPTURE_ERROR_MAX, "reading failed: %s",
			 strerror(-r));
	else if (length)
		r = bad(error, "it ends in the middle of a line");
	return r;
}

int leap_capture_reader_new(const struct leap_capture_input *input,
			    struct leap_capture_reader **ret_reader,
			    char error[LEAP_CAPTURE_ERROR_MAX])
{
	struct leap_capture_reader *reader = calloc(1, sizeof(*reader));
	char line[LEAP_CAPTURE_LINE_MAX];
	int r;

	if (!reader) {
		snprintf(error, LEAP_CAPTURE_ERROR_MAX, "out of memory");
		return -ENOMEM;
	}
	reader->input = *input;
	r = read_line(reader, line, error);
	if (r == 0)
		r = bad(error, "not a capture: it is empty");
	else if (r == -EBADMSG)
		r = bad(error, "not a capture: it does not start with YUV4MPEG2");
	else if (r > 0)
		r = parse_header(line, line + r, &reader->format, error);
	if (r < 0) {
		free(reader);
		return r;
	}
	*ret_reader = reader;
	return 0;
}

const struct leap_capture_format *leap_capture_reader_format(
	const struct leap_capture_reader *reader)
{
	return &reader->format;
}

/* Takes or passes over up to @size bytes. Return: how many; 0 the end, or an errno. */
static ssize_t take(struct leap_capture_reader *reader, uint8_t *pixels, size_t size)
{
	size_t ahead;
	int r;

	if (reader->start == reader->end && pixels)
		return reader->input.read(reader->input.context, pixels, size);
	if (reader->start == reader->end && reader->input.skip) {
		r = reader->input.skip(reader->input.context, size);
		if (r == 0)
			return size;
		if (r != -ENODATA)
			return r;
		/* too few bytes: read them, to say how many there are */
	}
	r = fill(reader);
	if (r <= 0)
		return r;
	ahead = reader->end - reader->start;
	if (ahead > size)
		ahead = size;
	if (pixels)
		memcpy(pixels, reader->buffer + reader->start, ahead);
	reader->start += ahead;
	return ahead;
}

static int read_pixels(struct leap_capture_reader *reader, uint8_t *pixels, char *error)
{
	size_t size = leap_capture_frame_size(&reader->format);
	size_t done = 0;

	while (done < size) {
		ssize_t n = take(reader, pixels ? pixels + done : NULL, size - done);

		if (n == 0)
			return bad(error,
				   "the capture is truncated: this frame has %zu of "
				   "%zu bytes",
				   done, size);
		if (n < 0) {
			snprintf(error, LEAP_CAPTURE_ERROR_MAX, "reading failed: %s",
				 strerror(-n));
			return n;
		}
		done += n;
		reader->offset += n;
	}
	return 0;
}

/* Puts "frame N at byte M: " before a text that says what is wrong there. */
static int bad_frame(const struct leap_capture_reader *reader, uint64_t offset, int r,
		     char *error)
{
	char text[LEAP_CAPTURE_ERROR_MAX];

	snprintf(text, sizeof(text), "%s", error);
	snprintf(error, LEAP_CAPTURE_ERROR_MAX,
		 "frame %" PRIu64 " at byte %" PRIu64 ": %.180s", reader->frames + 1,
		 offset, text);
	return r;
}

static int check_time(const struct leap_capture_reader *reader, int64_t time_ns,
		      char *error)
{
	if (reader->frames == 0)
		return 0;
	if (time_ns <= reader->time_ns)
		return bad(error,
			   "its time stamp is not later than the frame's before");
	if (time_ns - reader->time_ns > PAUSE_MAX_NS)
		return bad(error, "its time stamp is more than an hour later than the "
				  "frame's before");
	return 0;
}

int leap_capture_reader_next(struct leap_capture_reader *reader, uint8_t *pixels,
			     int64_t *ret_time_ns, uint64_t *ret_offset,
			     char error[LEAP_CAPTURE_ERROR_MAX])
{
	uint64_t line_offset = reader->offset, pixels_offset;
	char line[LEAP_CAPTURE_LINE_MAX];
	int64_t time_ns = 0;
	int r;

	r = read_line(reader, line, error);
	if (r == 0)
		return 0;
	if (r > 0)
		r = parse_frame(line, line + r, &time_ns, error);
	if (r == 0 && reader->frames)
		time_ns = reader->time_ns + reader->format.interval_ns;
	if (r >= 0)
		r = check_time(reader, time_ns, error);
	if (r < 0)
		return bad_frame(reader, line_offset, r, error);

	pixels_offset = reader->offset;
	r = read_pixels(reader, pixels, error);
	if (r < 0)
		return bad_frame(reader, line_offset, r, error);

	reader->frames++;
	reader->time_ns = time_ns;
	*ret_time_ns = time_ns;
	if (ret_offset)
		*ret_offset = pixels_offset;
	return 1;
}

void leap_capture_reader_free(struct leap_capture_reader *reader)
{
	free(reader);
}
