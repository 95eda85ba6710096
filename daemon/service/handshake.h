/* SPDX-License-Identifier: MIT */
/*
 * What an upgrade request asks for and whether it may: path and Host header.
 * Pure; any thread.
 */
#ifndef LEAP_HANDSHAKE_H
#define LEAP_HANDSHAKE_H

#include <stdbool.h>

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
 * leap_handshake_host_is_local() - does a Host header name this machine?
 * @host: "127.0.0.1", "localhost" or "[::1]", with any port or none
 *
 * A page whose name was rebound to 127.0.0.1 sends its own name here.
 */
bool leap_handshake_host_is_local(const char *host);

#endif /* LEAP_HANDSHAKE_H */
