/* SPDX-License-Identifier: MIT */
/*
 * The loopback addresses as virtual hosts of libwebsockets, and proof that it is so.
 * Used by the starting thread, before the service has one.
 */
#ifndef LEAP_LISTEN_H
#define LEAP_LISTEN_H

#include <stdbool.h>

#include <libwebsockets.h>

/** struct leap_listeners - ipv6 is NULL on a machine without it */
struct leap_listeners {
	struct lws_vhost *ipv4;
	struct lws_vhost *ipv6;
	unsigned int port;
};

/**
 * leap_listen() - bind 127.0.0.1 and ::1
 * @context: without IPv6 or listening options of its own
 * @info: what both have in common; address, port and options are set here
 * @port: 0 lets the system choose
 * @ret_error: one line for a person, on failure only; to be freed
 *
 * Return: 0; -EADDRINUSE, -EACCES, -ENOMEM.
 */
int leap_listen(struct lws_context *context,
		const struct lws_context_creation_info *info, unsigned int port,
		struct leap_listeners *ret_listeners, char **ret_error);

/**
 * leap_listen_came_by_loopback() - was a connection accepted on a loopback address?
 * Never false as long as the library binds what it is told to.
 */
bool leap_listen_came_by_loopback(int fd);

#endif /* LEAP_LISTEN_H */
