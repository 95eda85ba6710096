// SPDX-License-Identifier: MIT
/*
 * Binds 127.0.0.1 and ::1, and nothing else.
 * Used by the starting thread, before the service has one.
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

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static socklen_t loopback(int family, unsigned int port, union address *ret_address)
{
	memset(ret_address, 0, sizeof(*ret_address));
	ret_address->any.sa_family = family;
	if (family == AF_INET) {
		ret_address->in.sin_port = htons(port);
		ret_address->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(ret_address->in);
	}
	ret_address->in6.sin6_port = htons(port);
	ret_address->in6.sin6_addr = in6addr_loopback;
	return sizeof(ret_address->in6);
}

/*
 * libwebsockets does not say why a port cannot be bound, so it is tried beforehand.
 * Returns the port, or a negative errno.
 */
static int try_port(int family, unsigned int port)
{
	union address address;
	socklen_t size = loopback(family, port, &address);
	int on = 1, r;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, &address.any, size) < 0 || listen(fd, 1) < 0 ||
	    getsockname(fd, &address.any, &size) < 0)
		r = -errno;
	else
		r = ntohs(family == AF_INET ? address.in.sin_port
					    : address.in6.sin6_port);
	close(fd);
	return r;
}

static bool has_no_ipv6(int error)
{
	return error == -EAFNOSUPPORT || error == -EADDRNOTAVAIL ||
	       error == -EPROTONOSUPPORT;
}

/* A port for both addresses; *ret_ipv6 says whether there is a second one. */
static int find_port(unsigned int port, bool *ret_ipv6, const char **ret_address)
{
	int attempt, four = 0, six = 0;

	for (attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
		*ret_address = "127.0.0.1";
		four = try_port(AF_INET, port);
		if (four < 0)
			return four;
		*ret_address = "::1";
		six = try_port(AF_INET6, four);
		*ret_ipv6 = !has_no_ipv6(six);
		if (six >= 0 || !*ret_ipv6)
			return four;
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

static struct lws_vhost *add_vhost(struct lws_context *context,
				   const struct lws_context_creation_info *info,
				   const char *address, unsigned int port,
				   uint64_t options)
{
	struct lws_context_creation_info own = *info;

	own.vhost_name = address;
	own.iface = address;
	own.port = port;
	own.options |= options | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
	return lws_create_vhost(context, &own);
}

int leap_listen(struct lws_context *context,
		const struct lws_context_creation_info *info, unsigned int port,
		struct leap_listeners *ret_listeners, char **ret_error)
{
	struct leap_listeners listeners = { 0 };
	const char *address = "127.0.0.1";
	bool ipv6 = false;
	int r = find_port(port, &ipv6, &address);

	if (r < 0)
		return describe(r, port, address, ret_error);
	listeners.port = r;
	/* Without DISABLE_IPV6, 4.1.6 takes "127.0.0.1" for every address there is. */
	listeners.ipv4 = add_vhost(context, info, "127.0.0.1", listeners.port,
				   LWS_SERVER_OPTION_DISABLE_IPV6);
	if (!listeners.ipv4)
		return describe(-EADDRINUSE, listeners.port, "127.0.0.1", ret_error);
	if (ipv6) {
		listeners.ipv6 = add_vhost(context, info, "::1", listeners.port, 0);
		if (!listeners.ipv6)
			return describe(-EADDRINUSE, listeners.port, "::1", ret_error);
	}
	*ret_listeners = listeners;
	return 0;
}

bool leap_listen_came_by_loopback(int fd)
{
	union address address = { 0 };
	socklen_t size = sizeof(address);

	if (getsockname(fd, &address.any, &size) < 0)
		return false;
	if (address.any.sa_family == AF_INET)
		return ntohl(address.in.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return address.any.sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&address.in6.sin6_addr);
}
