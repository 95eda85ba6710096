/* SPDX-License-Identifier: MIT */
/*
 * One native client's socket: whole messages in, whole messages out, never waiting.
 * The door's thread owns it; its pipe may be written to by the publishing thread.
 */
#ifndef LEAP_NATIVE_CONNECTION_H
#define LEAP_NATIVE_CONNECTION_H

#include "daemon/native/session.h"

/**
 * struct leap_native_connection - what is kept for a socket; constant in size
 * @fd: non-blocking
 * @stream: TCP: messages are cut out of a stream of bytes
 * @wake_fd: written to for each frame, when the client reads them from the ring; ours
 *	alone, so that a client cannot make it block; -1 none
 * @images_fd: ours for as long as the message that carries it waits; -1 none
 * @blocked: the socket took no more; wait until it is writable, and do not read
 */
struct leap_native_connection {
	TAILQ_ENTRY(leap_native_connection) entry;
	int fd;
	bool stream;
	int wake_fd;
	int images_fd;
	int64_t since_ns;
	struct leap_native_session session;
	bool blocked;
	size_t in_size, out_size, out_done;
	struct leap_native_session_fds out_fds;
	_Alignas(8) unsigned char in[LEAP_REQUEST_MAX];
	_Alignas(8) unsigned char out[LEAP_WIRE_MESSAGE_MAX];
};

/**
 * leap_native_connection_new() - take over an accepted socket
 * @fd: closed with the connection; on failure, too
 * @ring_fd: the frames' memory, to be passed to local clients; -1 none
 *
 * Return: 0; -ENOMEM, -EMFILE.
 */
int leap_native_connection_new(int fd, bool stream, int ring_fd,
			       struct leap_native_session_room *room,
			       struct leap_native_connection **ret_connection);

void leap_native_connection_free(struct leap_native_connection *connection);

/**
 * leap_native_connection_read() - take what the client has sent
 * Return: 0; negative: it is to be freed.
 */
int leap_native_connection_read(struct leap_native_connection *connection);

/**
 * leap_native_connection_write() - say what there is to say
 * @frame: the newest, or NULL
 * @frame_bytes: of it
 *
 * Return: how many messages went out; negative: it is to be freed.
 */
int leap_native_connection_write(struct leap_native_connection *connection,
				 const struct leap_wire_frame *frame,
				 size_t frame_bytes);

/** leap_native_connection_wake() - a frame is in the ring. Any thread that keeps it from
 * being freed */
void leap_native_connection_wake(const struct leap_native_connection *connection);

#endif /* LEAP_NATIVE_CONNECTION_H */
