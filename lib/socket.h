/* SPDX-License-Identifier: MIT */
/*
 * A socket to leapd that yields whole messages and never waits.
 * Owned by a connection, whose lock its caller holds.
 */
#ifndef LEAP_LIB_SOCKET_H
#define LEAP_LIB_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/native_protocol.h"

#define LEAP_REQUEST_MAX 512

/**
 * struct leap_socket - all that is kept; constant in size
 * @fd: -1 none
 * @stream: TCP: messages are cut out of a stream of bytes
 * @connecting: TCP: not there yet; wait until it is writable
 * @in: bytes received; of a stream more than one message, perhaps
 * @out: what the socket did not take of a request
 */
struct leap_socket {
	int fd;
	bool stream;
	bool connecting;
	size_t in_size, in_taken, out_size;
	_Alignas(8) unsigned char in[2 * LEAP_WIRE_MESSAGE_MAX];
	unsigned char out[LEAP_REQUEST_MAX];
};

/** struct leap_received - a message, valid until the next is received, and what came
 * with it: -1 none; to be closed by whoever received it */
struct leap_received {
	const void *message;
	size_t size;
	int fd[LEAP_WIRE_FDS_MAX];
};

/** leap_socket_open_unix() - Return: 0; -ENOENT, -ECONNREFUSED nobody there; ... */
int leap_socket_open_unix(struct leap_socket *sock, const char *path);

/** leap_socket_open_tcp() - connects meanwhile. @address: IPv4, as text */
int leap_socket_open_tcp(struct leap_socket *sock, const char *address, uint16_t port);

/** leap_socket_adopt() - talk over a socket that somebody else has made */
void leap_socket_adopt(struct leap_socket *sock, int fd, bool stream);

/** leap_socket_close() - allowed on one that is not open */
void leap_socket_close(struct leap_socket *sock);

/** leap_socket_writable() - epoll says so. Return: 0, or negative: it is over */
int leap_socket_writable(struct leap_socket *sock);

/** leap_socket_wants_out() - is it to be called when the socket is writable? */
bool leap_socket_wants_out(const struct leap_socket *sock);

/**
 * leap_socket_send() - a whole request
 * Return: 0; -EAGAIN leapd is slow in taking them; else it is over.
 */
int leap_socket_send(struct leap_socket *sock, const void *request, size_t size);

/**
 * leap_socket_receive() - the next message, its header checked against its size
 * Return: 1; 0 none there; negative: it is over, or no leapd.
 */
int leap_socket_receive(struct leap_socket *sock, struct leap_received *ret_received);

/** leap_received_done() - close what came with it and was not taken */
void leap_received_done(struct leap_received *received);

#endif /* LEAP_LIB_SOCKET_H */
