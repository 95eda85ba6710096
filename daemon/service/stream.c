// SPDX-License-Identifier: MIT
/*
 * recv and send, or OpenSSL's way of saying the same.
 * One thread a stream.
 */
#include "daemon/service/stream.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "daemon/service/tls-impl.h"

int leap_stream_open(struct leap_stream *stream, int fd, const struct leap_tls *tls)
{
	SSL *ssl = NULL;

	if (tls) {
		ssl = SSL_new(tls->context);
		if (!ssl || !SSL_set_fd(ssl, fd)) {
			SSL_free(ssl);
			return -ENOMEM;
		}
		SSL_set_accept_state(ssl);
	}
	*stream = (struct leap_stream){ .fd = fd, .ssl = ssl };
	return 0;
}

/* Of a call that returned r <= 0: 0 for the end, or a negative errno. */
static ssize_t result_of(struct leap_stream *stream, int r)
{
	int error = SSL_get_error(stream->ssl, r);

	ERR_clear_error();
	if (error == SSL_ERROR_ZERO_RETURN)
		return 0;
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return -EAGAIN;
	return -EPROTO;
}

ssize_t leap_stream_read(struct leap_stream *stream, void *buffer, size_t size)
{
	ssize_t r;

	if (!stream->ssl) {
		do
			r = recv(stream->fd, buffer, size, 0);
		while (r < 0 && errno == EINTR);
		return r < 0 ? -errno : r;
	}
	ERR_clear_error();
	stream->read_waits_to_write = false;
	r = SSL_read(stream->ssl, buffer, size < INT_MAX ? (int)size : INT_MAX);
	if (r > 0)
		return r;
	stream->read_waits_to_write = SSL_want_write(stream->ssl);
	return result_of(stream, (int)r);
}

ssize_t leap_stream_write(struct leap_stream *stream, const void *bytes, size_t size)
{
	ssize_t r;

	if (!stream->ssl) {
		do
			r = send(stream->fd, bytes, size, MSG_NOSIGNAL);
		while (r < 0 && errno == EINTR);
		return r < 0 ? -errno : r;
	}
	ERR_clear_error();
	r = SSL_write(stream->ssl, bytes, size < INT_MAX ? (int)size : INT_MAX);
	if (r > 0)
		return r;
	r = result_of(stream, (int)r);
	return r ? r : -EPIPE;
}

size_t leap_stream_pending(const struct leap_stream *stream)
{
	return stream->ssl ? SSL_pending(stream->ssl) : 0;
}

void leap_stream_end(struct leap_stream *stream)
{
	if (stream->ssl && SSL_is_init_finished(stream->ssl)) {
		ERR_clear_error();
		SSL_shutdown(stream->ssl);
		ERR_clear_error();
	}
	shutdown(stream->fd, SHUT_WR);
}

void leap_stream_close(struct leap_stream *stream)
{
	SSL_free(stream->ssl);
	close(stream->fd);
	stream->ssl = NULL;
	stream->fd = -1;
}
