// SPDX-License-Identifier: MIT
/*
 * Path to protocol version; which Host headers are this machine's.
 * Pure; any thread.
 */
#include "daemon/service/handshake.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define SUFFIX ".json"
#define HOST_MAX 64

static int version_of_digits(const char *digits, size_t length)
{
	int version = 0;
	size_t i;

	for (i = 0; i < length; i++) {
		if (!isdigit((unsigned char)digits[i]))
			return LEAP_PROTOCOL_REFUSED;
		version = version * 10 + digits[i] - '0';
		if (version > LEAP_PROTOCOL_MAX)
			version = LEAP_PROTOCOL_MAX;
	}
	return version;
}

int leap_handshake_version(const char *path)
{
	size_t length = strlen(path);

	if (!strcmp(path, "/"))
		return 1;
	if (length < strlen("/v" SUFFIX) || strncmp(path, "/v", 2) ||
	    strcmp(path + length - strlen(SUFFIX), SUFFIX) || strchr(path + 1, '/'))
		return -ENOENT;
	return version_of_digits(path + 2, length - strlen("/v" SUFFIX));
}

static bool is_port(const char *text)
{
	return !*text ||
	       (*text == ':' && strspn(text + 1, "0123456789") == strlen(text + 1));
}

static bool is_loopback_v4(const char *name)
{
	struct in_addr address;

	return inet_pton(AF_INET, name, &address) == 1 &&
	       ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
}

static bool is_loopback_v6(const char *name)
{
	struct in6_addr address;

	return inet_pton(AF_INET6, name, &address) == 1 &&
	       IN6_IS_ADDR_LOOPBACK(&address);
}

bool leap_handshake_host_is_local(const char *host)
{
	bool bracketed = host[0] == '[';
	size_t length = strcspn(host + bracketed, bracketed ? "]" : ":");
	const char *rest = host + bracketed + length;
	char name[HOST_MAX];

	if (length >= sizeof(name) || (bracketed && *rest++ != ']') || !is_port(rest))
		return false;
	memcpy(name, host + bracketed, length);
	name[length] = '\0';
	if (bracketed)
		return is_loopback_v6(name);
	return !strcasecmp(name, "localhost") || is_loopback_v4(name);
}
