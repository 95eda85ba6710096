/* SPDX-License-Identifier: MIT */
/*
 * A connected socket that never blocks, with or without TLS.
 * One thread a stream.
 */
#ifndef LEAP_STREAM_H
#define LEAP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "daemon/service/tls.h"

/**
 * struct leap_stream - private but for fd
 * @read_waits_to_write: TLS has something to say before it can read
 */
struct leap_stream {
	int fd;
	void *ssl;
	bool read_waits_to_write;
};

/**
 * leap_stream_open() - take over a non-blocking socket, as its server
 * @tls: NULL for none; must outlive the stream
 *
 * Return: 0; -ENOMEM, the socket is still the caller's.
 */
int leap_stream_open(struct leap_stream *stream, int fd, const struct leap_tls *tls);

/** leap_stream_read() - Return: bytes; 0 the end; -EAGAIN; another negative errno */
ssize_t leap_stream_read(struct leap_stream *stream, void *buffer, size_t size);

/** leap_stream_write() - Return: bytes, perhaps fewer; -EAGAIN; another negative errno */
ssize_t leap_stream_write(struct leap_stream *stream, const void *bytes, size_t size);

/** leap_stream_pending() - bytes that can be read although the socket has none */
size_t leap_stream_pending(const struct leap_stream *stream);

/** leap_stream_end() - say that nothing more will be written */
void leap_stream_end(struct leap_stream *stream);

/** leap_stream_close() */
void leap_stream_close(struct leap_stream *stream);

#endif /* LEAP_STREAM_H */
