/* SPDX-License-Identifier: MIT */
/*
 * The head of an HTTP request, taken apart as strictly as RFC 9112 allows.
 * Pure; any thread.
 */
#ifndef LEAP_REQUEST_H
#define LEAP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

/** LEAP_REQUEST_MAX - bytes of a head; browsers' are below 1 KiB without cookies */
#define LEAP_REQUEST_MAX 8192

/** LEAP_REQUEST_PATH_MAX - no path that means anything is longer; others are cut */
#define LEAP_REQUEST_PATH_MAX 64

#define LEAP_REQUEST_HOST_MAX 256
#define LEAP_REQUEST_ORIGIN_MAX 256
#define LEAP_REQUEST_KEY_MAX 32

/**
 * struct leap_request - what matters of a head; "" is for what was not in it
 * @get: the method
 * @path: without query
 * @host, @origin: the headers
 * @upgrade: it wants to become a WebSocket
 * @version: Sec-WebSocket-Version, 0 none or not a number
 * @key: Sec-WebSocket-Key
 * @deflate: it offers permessage-deflate in a form that suits leap_deflate_pack()
 */
struct leap_request {
	bool get;
	char path[LEAP_REQUEST_PATH_MAX];
	char host[LEAP_REQUEST_HOST_MAX];
	char origin[LEAP_REQUEST_ORIGIN_MAX];
	bool upgrade;
	unsigned int version;
	char key[LEAP_REQUEST_KEY_MAX];
	bool deflate;
};

/**
 * leap_request_parse() - look whether the head is there, and take it apart
 * @bytes: all that has come so far
 *
 * Return: bytes of the head, the empty line included; 0 more is to come; -EBADMSG it
 * is no HTTP/1.1 request, or says an important thing twice; -EMSGSIZE it is longer than
 * LEAP_REQUEST_MAX, or Host or Origin than their fields.
 */
int leap_request_parse(const char *bytes, size_t size,
		       struct leap_request *ret_request);

#endif /* LEAP_REQUEST_H */
