// SPDX-License-Identifier: MIT
/*
 * Frames wait in a ring of buffers for the thread that writes them.
 * The counts are under the lock; a buffer belongs to who the counts say.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tools/recorder.h"

/* More than a second of the usual mode, 39 MB: longer than a disk's usual pauses. */
#define BUFFERS 128

struct recorder {
	int fd;
	off_t start; /* negative: the output cannot be cut */
	off_t end; /* behind the last whole frame, from @start on */
	size_t frame_size;
	struct leap_capture_format format;
	pthread_t thread;
	uint8_t *pixels;
	int64_t time_ns[BUFFERS];

	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t committed;
	uint64_t written;
	int error;
	bool finish;
};

static uint8_t *buffer_of(const struct recorder *recorder, uint64_t number)
{
	return recorder->pixels + number % BUFFERS * recorder->frame_size;
}

static int write_all(int fd, struct iovec *part, int count)
{
	while (count) {
		ssize_t n = writev(fd, part, count);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -ENOSPC;
		while (count && (size_t)n >= part->iov_len) {
			n -= part->iov_len;
			part++;
			count--;
		}
		if (count) {
			part->iov_base = (char *)part->iov_base + n;
			part->iov_len -= n;
		}
	}
	return 0;
}

static int write_header(struct recorder *recorder)
{
	char line[LEAP_CAPTURE_LINE_MAX];
	struct iovec part = {
		.iov_base = line,
		.iov_len = leap_capture_print_header(&recorder->format, line),
	};
	size_t size = part.iov_len;
	int r;

	r = write_all(recorder->fd, &part, 1);
	if (r == 0)
		recorder->end += size;
	return r;
}

static int write_frame(struct recorder *recorder, uint64_t number)
{
	char line[LEAP_CAPTURE_LINE_MAX];
	struct iovec part[2] = {
		{ .iov_base = line },
		{ .iov_base = buffer_of(recorder, number),
		  .iov_len = recorder->frame_size },
	};
	size_t size;
	int r;

	part[0].iov_len =
		leap_capture_print_frame(recorder->time_ns[number % BUFFERS], line);
	size = part[0].iov_len + part[1].iov_len;
	r = write_all(recorder->fd, part, 2);
	if (r == 0)
		recorder->end += size;
	return r;
}

static void *write_thread(void *context)
{
	struct recorder *recorder = context;
	int r;

	r = write_header(recorder);
	pthread_mutex_lock(&recorder->lock);
	while (r == 0) {
		while (recorder->written == recorder->committed && !recorder->finish)
			pthread_cond_wait(&recorder->changed, &recorder->lock);
		if (recorder->written == recorder->committed)
			break;
		pthread_mutex_unlock(&recorder->lock);
		r = write_frame(recorder, recorder->written);
		pthread_mutex_lock(&recorder->lock);
		if (r == 0)
			recorder->written++;
	}
	recorder->error = r;
	pthread_mutex_unlock(&recorder->lock);
	return NULL;
}

static int start_thread(struct recorder *recorder)
{
	sigset_t all, before;
	int r;

	/* signals are for the main thread, which waits for frames */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&recorder->thread, NULL, write_thread, recorder);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

/* Where a capture of its own starts in a regular file, or -1. */
static off_t find_start(int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ||
	    fcntl(fd, F_GETFL) & O_APPEND)
		return -1;
	return lseek(fd, 0, SEEK_CUR);
}

int recorder_new(int fd, const struct leap_capture_format *format,
		 struct recorder **ret_recorder)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	int r;

	if (!recorder)
		return -ENOMEM;
	recorder->fd = fd;
	recorder->start = find_start(fd);
	recorder->format = *format;
	recorder->frame_size = leap_capture_frame_size(format);
	recorder->pixels = malloc(BUFFERS * recorder->frame_size);
	pthread_mutex_init(&recorder->lock, NULL);
	pthread_cond_init(&recorder->changed, NULL);
	r = recorder->pixels ? start_thread(recorder) : -ENOMEM;
	if (r < 0) {
		pthread_cond_destroy(&recorder->changed);
		pthread_mutex_destroy(&recorder->lock);
		free(recorder->pixels);
		free(recorder);
		return r;
	}
	*ret_recorder = recorder;
	return 0;
}

uint8_t *recorder_slot(struct recorder *recorder)
{
	bool full;

	pthread_mutex_lock(&recorder->lock);
	full = recorder->committed - recorder->written == BUFFERS;
	pthread_mutex_unlock(&recorder->lock);
	return full ? NULL : buffer_of(recorder, recorder->committed);
}

int recorder_commit(struct recorder *recorder, int64_t time_ns)
{
	int r;

	pthread_mutex_lock(&recorder->lock);
	recorder->time_ns[recorder->committed % BUFFERS] = time_ns;
	recorder->committed++;
	r = recorder->error;
	pthread_cond_signal(&recorder->changed);
	pthread_mutex_unlock(&recorder->lock);
	return r;
}

int recorder_finish(struct recorder *recorder, uint64_t *ret_written)
{
	int r;

	pthread_mutex_lock(&recorder->lock);
	recorder->finish = true;
	pthread_cond_signal(&recorder->changed);
	pthread_mutex_unlock(&recorder->lock);
	pthread_join(recorder->thread, NULL);

	r = recorder->error;
	if (r < 0 && recorder->start >= 0 &&
	    ftruncate(recorder->fd, recorder->start + recorder->end) < 0)
		fprintf(stderr, "the last frame is not whole: %s\n", strerror(errno));
	*ret_written = recorder->written;
	pthread_cond_destroy(&recorder->changed);
	pthread_mutex_destroy(&recorder->lock);
	free(recorder->pixels);
	free(recorder);
	return r;
}
