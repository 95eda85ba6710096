/* SPDX-License-Identifier: MIT */
/*
 * Listening sockets on loopback, or everywhere when that is configured, and proof of it.
 * Any thread.
 */
#ifndef LEAP_LISTEN_H
#define LEAP_LISTEN_H

#include <stdbool.h>

/** struct leap_listeners - one port on both addresses; -1 for one that is not there */
struct leap_listeners {
	int ipv4;
	int ipv6;
	unsigned int port;
};

#define LEAP_LISTENERS_NONE ((struct leap_listeners){ -1, -1, 0 })

/**
 * leap_listen() - bind 127.0.0.1 and ::1, or every address there is
 * @everywhere: not loopback alone
 * @port: 0 lets the system choose
 * @ret_error: one line for a person, on failure only; to be freed
 *
 * What the sockets are bound to is read back from the kernel. Without IPv6 on this
 * machine IPv4 alone is enough.
 *
 * Return: 0; -EADDRINUSE, -EACCES, another negative errno.
 */
int leap_listen(bool everywhere, unsigned int port,
		struct leap_listeners *ret_listeners, char **ret_error);

/** leap_listen_end() - close them */
void leap_listen_end(struct leap_listeners *listeners);

#endif /* LEAP_LISTEN_H */
