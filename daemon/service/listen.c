// SPDX-License-Identifier: MIT
/*
 * Binds 127.0.0.1 and ::1, and nothing else unless that is wanted.
 * Any thread.
 */
#include "daemon/service/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A port that is free on 127.0.0.1 can be taken on ::1: then another is tried. */
#define PORT_ATTEMPTS 16
#define BACKLOG 128

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static socklen_t make_address(int family, bool everywhere, unsigned int port,
			      union address *ret_address)
{
	memset(ret_address, 0, sizeof(*ret_address));
	ret_address->any.sa_family = family;
	if (family == AF_INET) {
		ret_address->in.sin_port = htons(port);
		ret_address->in.sin_addr.s_addr =
			htonl(everywhere ? INADDR_ANY : INADDR_LOOPBACK);
		return sizeof(ret_address->in);
	}
	ret_address->in6.sin6_port = htons(port);
	ret_address->in6.sin6_addr = everywhere ? in6addr_any : in6addr_loopback;
	return sizeof(ret_address->in6);
}

static bool same_host(const union address *a, const union address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	return IN6_ARE_ADDR_EQUAL(&a->in6.sin6_addr, &b->in6.sin6_addr);
}

/* Return: the port it is really bound to, at the address that was asked for. */
static int port_of(int fd, const union address *asked)
{
	union address address = { 0 };
	socklen_t size = sizeof(address);

	if (getsockname(fd, &address.any, &size) < 0)
		return -errno;
	if (!same_host(&address, asked))
		return -EADDRNOTAVAIL;
	return ntohs(asked->any.sa_family == AF_INET ? address.in.sin_port
						     : address.in6.sin6_port);
}

/* Return: the port, or a negative errno. */
static int listen_on(int family, bool everywhere, unsigned int port, int *ret_fd)
{
	union address address;
	socklen_t size = make_address(family, everywhere, port, &address);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, r;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    (family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0) ||
	    bind(fd, &address.any, size) < 0 || listen(fd, BACKLOG) < 0)
		r = -errno;
	else
		r = port_of(fd, &address);
	if (r < 0)
		close(fd);
	else
		*ret_fd = fd;
	return r;
}

static bool has_no_ipv6(int error)
{
	return error == -EAFNOSUPPORT || error == -EADDRNOTAVAIL ||
	       error == -EPROTONOSUPPORT;
}

/* Both addresses. Return: the port, or a negative errno of *ret_address. */
static int listen_on_both(bool everywhere, unsigned int port,
			  struct leap_listeners *listeners, const char **ret_address)
{
	int attempt, four = 0, six = 0;

	for (attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
		*ret_address = everywhere ? "0.0.0.0" : "127.0.0.1";
		four = listen_on(AF_INET, everywhere, port, &listeners->ipv4);
		if (four < 0)
			return four;
		*ret_address = everywhere ? "::" : "::1";
		six = listen_on(AF_INET6, everywhere, four, &listeners->ipv6);
		if (six >= 0 || has_no_ipv6(six))
			return four;
		leap_listen_end(listeners);
		if (port || six != -EADDRINUSE)
			break;
	}
	return six;
}

static int describe(int error, unsigned int port, const char *address, char **ret_error)
{
	const char *what = strerror(-error);
	const char *help = "";

	if (error == -EADDRINUSE) {
		what = "is in use";
		help = ", perhaps by another leapd: end that, or choose with --port";
	} else if (error == -EACCES) {
		what = "is reserved";
		help = ": choose one above 1023 with --port";
	}
	if (asprintf(ret_error, "port %u of %s %s%s", port, address, what, help) < 0)
		*ret_error = NULL;
	return error;
}

int leap_listen(bool everywhere, unsigned int port,
		struct leap_listeners *ret_listeners, char **ret_error)
{
	struct leap_listeners listeners = LEAP_LISTENERS_NONE;
	const char *address = NULL;
	int r = listen_on_both(everywhere, port, &listeners, &address);

	if (r < 0)
		return describe(r, port, address, ret_error);
	listeners.port = r;
	*ret_listeners = listeners;
	return 0;
}

void leap_listen_end(struct leap_listeners *listeners)
{
	if (listeners->ipv4 >= 0)
		close(listeners->ipv4);
	if (listeners->ipv6 >= 0)
		close(listeners->ipv6);
	*listeners = LEAP_LISTENERS_NONE;
}
