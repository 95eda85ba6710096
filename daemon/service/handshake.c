// SPDX-License-Identifier: MIT
/*
 * The gate: path to protocol version, this machine's names, and the order of questions.
 * Pure; any thread.
 */
#include "daemon/service/handshake.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "daemon/service/origin.h"

#define SUFFIX ".json"
#define SEPARATORS " ,"

#define WEBSOCKET_VERSION 13
/* 16 bytes in base64 */
#define KEY_SIZE 24

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

/* Loopback is 127.0.0.0/8. */
static bool is_ours_v4(const char *name, bool any)
{
	struct in_addr address;

	return inet_pton(AF_INET, name, &address) == 1 &&
	       (any || ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET);
}

static bool is_ours_v6(const char *name, bool any)
{
	struct in6_addr address;

	return inet_pton(AF_INET6, name, &address) == 1 &&
	       (any || IN6_IS_ADDR_LOOPBACK(&address));
}

static bool lists_name(const char *list, const char *name)
{
	size_t size;

	for (list += strspn(list, SEPARATORS); *list;
	     list += strspn(list, SEPARATORS)) {
		size = strcspn(list, SEPARATORS);
		if (size == strlen(name) && !strncasecmp(list, name, size))
			return true;
		list += size;
	}
	return false;
}

bool leap_handshake_host_is_ours(const struct leap_config *config, const char *host)
{
	bool any = config->websockets_allow_remote, bracketed = host[0] == '[';
	size_t length = strcspn(host + bracketed, bracketed ? "]" : ":");
	const char *rest = host + bracketed + length;
	char name[LEAP_REQUEST_HOST_MAX];

	if (length >= sizeof(name) || (bracketed && *rest++ != ']') || !is_port(rest))
		return false;
	memcpy(name, host + bracketed, length);
	name[length] = '\0';
	if (bracketed)
		return is_ours_v6(name, any);
	return !strcasecmp(name, "localhost") || is_ours_v4(name, any) ||
	       lists_name(config->websockets_hosts, name);
}

bool leap_handshake_serves(const struct leap_config *config, int version)
{
	return config->websockets_versions & (1u << version);
}

static struct leap_handshake refusal(unsigned int status, const char *text)
{
	return (struct leap_handshake){ .kind = LEAP_HANDSHAKE_REFUSED,
					.status = status,
					.text = text };
}

static bool is_key(const char *key)
{
	return strlen(key) == KEY_SIZE &&
	       strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			   "0123456789+/") == KEY_SIZE - 2 &&
	       !strcmp(key + KEY_SIZE - 2, "==");
}

static struct leap_handshake judge_upgrade(const struct leap_request *request,
					   const struct leap_config *config)
{
	int version = leap_handshake_version(request->path);

	if (version < 0)
		return refusal(404, "try /v6.json");
	if (request->version != WEBSOCKET_VERSION)
		return refusal(426, "only version 13 of the WebSocket");
	if (!is_key(request->key))
		return refusal(400, "Sec-WebSocket-Key is not 16 bytes in base64");
	if (!leap_origin_allowed(config, request->origin))
		return refusal(403, "pages from there may not see hands");
	if (!leap_handshake_serves(config, version))
		version = LEAP_PROTOCOL_REFUSED;
	return (struct leap_handshake){
		.kind = LEAP_HANDSHAKE_UPGRADE,
		.version = version,
		.deflate = request->deflate && config->websockets_deflate,
	};
}

static struct leap_handshake judge_page(const char *path)
{
	static const struct {
		const char *path;
		enum leap_handshake_kind kind;
	} pages[] = {
		{ "/", LEAP_HANDSHAKE_PAGE },
		{ "/healthz", LEAP_HANDSHAKE_HEALTH },
		{ "/metrics", LEAP_HANDSHAKE_METRICS },
	};
	size_t i;

	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (!strcmp(path, pages[i].path))
			return (struct leap_handshake){ .kind = pages[i].kind };
	if (leap_handshake_version(path) >= 0)
		return refusal(426, "this is for WebSockets");
	return refusal(404, "there is a page at /");
}

struct leap_handshake leap_handshake_judge(const struct leap_request *request,
					   const struct leap_config *config)
{
	if (!leap_handshake_host_is_ours(config, request->host))
		return refusal(403, "only for 127.0.0.1, [::1] and localhost");
	if (!request->get)
		return refusal(405, "only GET");
	if (request->upgrade)
		return judge_upgrade(request, config);
	return judge_page(request->path);
}
