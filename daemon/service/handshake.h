/* SPDX-License-Identifier: MIT */
/*
 * What a request asks for and whether it may: method, path, Host, Origin, version.
 * Pure; any thread.
 */
#ifndef LEAP_HANDSHAKE_H
#define LEAP_HANDSHAKE_H

#include <stdbool.h>

#include "daemon/config/config.h"
#include "daemon/service/request.h"

#define LEAP_PROTOCOL_MAX 6

/** LEAP_PROTOCOL_REFUSED - complete the upgrade, then close with 1001 */
#define LEAP_PROTOCOL_REFUSED 0

/**
 * leap_handshake_version() - the protocol a path asks for
 * @path: without query, NUL terminated
 *
 * "/" is version 1, "/vN.json" version N; what is higher than LEAP_PROTOCOL_MAX is
 * answered with that, as the protocol's documents allow.
 *
 * Return: 1..LEAP_PROTOCOL_MAX; LEAP_PROTOCOL_REFUSED for /v0.json and /vX.json, so
 * that clients which count down do not mistake it for a dead server; -ENOENT else.
 */
int leap_handshake_version(const char *path);

/**
 * leap_handshake_host_is_ours() - does a Host header name this machine?
 * @config: websockets_hosts are names of it, too; with websockets_allow_remote every
 *	address is, as only names can be rebound
 * @host: "127.0.0.1", "localhost" or "[::1]", with any port or none
 *
 * A page whose name was rebound to 127.0.0.1 sends its own name here.
 */
bool leap_handshake_host_is_ours(const struct leap_config *config, const char *host);

enum leap_handshake_kind {
	LEAP_HANDSHAKE_REFUSED, /* with leap_handshake::status and text */
	LEAP_HANDSHAKE_UPGRADE, /* to leap_handshake::version */
	LEAP_HANDSHAKE_PAGE, /* GET / */
	LEAP_HANDSHAKE_HEALTH, /* GET /healthz */
	LEAP_HANDSHAKE_METRICS, /* GET /metrics */
};

/**
 * struct leap_handshake - what is to be done about a request
 * @status: of HTTP
 * @text: one line for a person, static
 * @version: 1..LEAP_PROTOCOL_MAX or LEAP_PROTOCOL_REFUSED
 * @deflate: permessage-deflate is offered, and configured
 */
struct leap_handshake {
	enum leap_handshake_kind kind;
	unsigned int status;
	const char *text;
	int version;
	bool deflate;
};

/** leap_handshake_judge() - by the settings as they are */
struct leap_handshake leap_handshake_judge(const struct leap_request *request,
					   const struct leap_config *config);

/** leap_handshake_serves() - is a version of the protocol switched on? */
bool leap_handshake_serves(const struct leap_config *config, int version);

#endif /* LEAP_HANDSHAKE_H */
