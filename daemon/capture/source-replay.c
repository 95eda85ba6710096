// SPDX-License-Identifier: MIT
/*
 * Plays a capture at its recorded pace, over and over, from an index made at the start.
 * Everything belongs to the capture thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/capture/capture_fd.h"
#include "daemon/capture/source-impl.h"

#define REPLAY_SERIAL "LP00000000002"

/* Whoever was away longer does not get the frames of that time counted as lost. */
#define DEBT_MAX_NS INT64_C(1000000000)

struct frame_index {
	uint64_t offset; /* of the pixels */
	int64_t time_ns; /* recorded */
};

/* Frames are numbered over all rounds: number = round * count + place in the file. */
struct replay_source {
	struct leap_source source;
	char *path;
	int fd;
	struct leap_capture_format format;
	struct frame_index *index;
	size_t count;
	int64_t round_ns; /* recorded length and one interval */
	int64_t start_ns; /* when frame 0 is due */
	uint64_t number; /* of the frame in @pixels, due or not */
	uint64_t yielded; /* frames up to here have been yielded or lost */
	bool loaded;
	uint8_t *pixels;
};

static int64_t due_ns(const struct replay_source *replay, uint64_t number)
{
	return replay->start_ns + (int64_t)(number / replay->count) * replay->round_ns +
	       replay->index[number % replay->count].time_ns - replay->index[0].time_ns;
}

static int load(struct replay_source *replay, uint64_t number)
{
	size_t size = leap_capture_frame_size(&replay->format), done = 0;
	uint64_t offset = replay->index[number % replay->count].offset;

	while (done < size) {
		ssize_t n = pread(replay->fd, replay->pixels + done, size - done,
				  offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			fprintf(stderr, "%s: cannot be read any more: %s\n",
				replay->path,
				n ? strerror(errno) : "it became shorter");
			return -EIO;
		}
		done += n;
	}
	replay->number = number;
	replay->loaded = true;
	return 0;
}

/* The frame to show next: the newest that is due already, or else the next one. */
static uint64_t choose(struct replay_source *replay, int64_t now_ns)
{
	uint64_t number = replay->yielded;

	if (now_ns - due_ns(replay, number) > DEBT_MAX_NS)
		replay->start_ns += now_ns - due_ns(replay, number);
	while (due_ns(replay, number + 1) <= now_ns)
		number++;
	return number;
}

static int replay_next(struct leap_source *source, int timeout_ms,
		       struct leap_stereo_frame *ret_frame)
{
	struct replay_source *replay = (struct replay_source *)source;
	int64_t now_ns = leap_source_now_ns(), until_ns;
	uint64_t number = choose(replay, now_ns);
	struct timespec until;
	int64_t due;
	int r;

	/* read before it is due, so that reading costs no latency */
	if (!replay->loaded || replay->number != number) {
		r = load(replay, number);
		if (r < 0)
			return r;
	}
	due = due_ns(replay, number);
	until_ns = now_ns + (int64_t)timeout_ms * 1000000;
	until = leap_source_timespec(due < until_ns ? due : until_ns);
	r = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	if (r != 0 || due > until_ns)
		return 0;
	*ret_frame = (struct leap_stereo_frame){
		.pixels = replay->pixels,
		.width = replay->format.width,
		.height = replay->format.height,
		.sequence = number,
		.time_ns = due,
		.ready_ns = due,
		.lost_before = number - replay->yielded,
	};
	replay->yielded = number + 1;
	return 1;
}

static void replay_close(struct leap_source *source)
{
	struct replay_source *replay = (struct replay_source *)source;

	if (replay->fd >= 0)
		close(replay->fd);
	free(replay->path);
	free(replay->index);
	free(replay->pixels);
	free(replay);
}

static const struct leap_source_ops replay_ops = {
	.next = replay_next,
	.close = replay_close,
};

static int add_frame(struct replay_source *replay, size_t *capacity, uint64_t offset,
		     int64_t time_ns)
{
	if (replay->count == *capacity) {
		size_t larger = *capacity ? *capacity * 2 : 1024;
		struct frame_index *index =
			reallocarray(replay->index, larger, sizeof(*index));

		if (!index)
			return -ENOMEM;
		replay->index = index;
		*capacity = larger;
	}
	replay->index[replay->count++] = (struct frame_index){ offset, time_ns };
	return 0;
}

/* Walks through the whole file, so that what is wrong with it is said at the start. */
static int make_index(struct replay_source *replay, char *error)
{
	struct leap_capture_input input = leap_capture_fd_input(&replay->fd);
	struct leap_capture_reader *reader;
	char reason[LEAP_CAPTURE_ERROR_MAX];
	size_t capacity = 0;
	uint64_t offset;
	int64_t time_ns;
	int r;

	r = leap_capture_reader_new(&input, &reader, reason);
	if (r < 0)
		return leap_source_fail(error, r, "%s: %s", replay->path, reason);
	replay->format = *leap_capture_reader_format(reader);
	while ((r = leap_capture_reader_next(reader, NULL, &time_ns, &offset, reason)) >
	       0) {
		r = add_frame(replay, &capacity, offset, time_ns);
		if (r < 0) {
			strcpy(reason, "too many frames for this computer's memory");
			break;
		}
	}
	leap_capture_reader_free(reader);
	if (r < 0)
		return leap_source_fail(error, r, "%s: %s", replay->path, reason);
	if (!replay->count)
		return leap_source_fail(error, -EBADMSG, "%s: a capture without frames",
					replay->path);
	replay->round_ns = replay->index[replay->count - 1].time_ns -
			   replay->index[0].time_ns + replay->format.interval_ns;
	return 0;
}

static int open_file(struct replay_source *replay, char *error)
{
	struct stat status;

	/* O_NONBLOCK: a FIFO shall be refused, not waited for */
	replay->fd = open(replay->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (replay->fd < 0 || fstat(replay->fd, &status) < 0)
		return leap_source_fail(error, -errno, "%s: %s", replay->path,
					strerror(errno));
	if (!S_ISREG(status.st_mode))
		return leap_source_fail(error, -EINVAL,
					"%s: only a regular file can be replayed",
					replay->path);
	return 0;
}

/* FILE.calibration; a file that is not there means that there is none. */
static int read_calibration(struct replay_source *replay, char *error)
{
	struct leap_source_info *info = &replay->source.info;
	uint8_t block[LEAP_SOURCE_CALIBRATION_SIZE + 1];
	char *path;
	ssize_t n;
	int fd, r = 0;

	if (asprintf(&path, "%s.calibration", replay->path) < 0)
		return leap_source_fail(error, -ENOMEM, "out of memory");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		if (errno != ENOENT)
			r = leap_source_fail(error, -errno, "%s: %s", path,
					     strerror(errno));
		free(path);
		return r;
	}
	n = read(fd, block, sizeof(block));
	if (n < 0)
		r = leap_source_fail(error, -errno, "%s: %s", path, strerror(errno));
	else if (n != LEAP_SOURCE_CALIBRATION_SIZE)
		r = leap_source_fail(error, -EBADMSG,
				     "%s: a calibration has %d bytes, this file has "
				     "%s",
				     path, LEAP_SOURCE_CALIBRATION_SIZE,
				     n < LEAP_SOURCE_CALIBRATION_SIZE ? "fewer"
								      : "more");
	else
		memcpy(info->calibration, block,
		       info->calibration_size = LEAP_SOURCE_CALIBRATION_SIZE);
	close(fd);
	free(path);
	return r;
}

int leap_source_replay_open(const char *path, struct leap_source **ret_source,
			    char error[LEAP_SOURCE_ERROR_MAX])
{
	struct replay_source *replay = calloc(1, sizeof(*replay));
	int r;

	if (!replay)
		return leap_source_fail(error, -ENOMEM, "out of memory");
	replay->source.ops = &replay_ops;
	replay->source.info.type = "peripheral";
	strcpy(replay->source.info.serial, REPLAY_SERIAL);
	replay->fd = -1;
	replay->path = strdup(path);
	r = replay->path ? open_file(replay, error)
			 : leap_source_fail(error, -ENOMEM, "out of memory");
	if (r == 0)
		r = make_index(replay, error);
	if (r == 0)
		r = read_calibration(replay, error);
	if (r == 0) {
		replay->pixels = malloc(leap_capture_frame_size(&replay->format));
		if (!replay->pixels)
			r = leap_source_fail(error, -ENOMEM, "out of memory");
	}
	if (r < 0) {
		replay_close(&replay->source);
		return r;
	}
	replay->start_ns = leap_source_now_ns() + replay->format.interval_ns;
	*ret_source = &replay->source;
	return 0;
}
