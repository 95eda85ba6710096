/* SPDX-License-Identifier: MIT */
/*
 * What is said in HTTP, before or instead of WebSocket.
 * Called on the service's thread.
 */
#ifndef LEAP_HTTP_H
#define LEAP_HTTP_H

#include <libwebsockets.h>

/** LEAP_HTTP_PATH_MAX - no path that means anything is longer */
#define LEAP_HTTP_PATH_MAX 64

/**
 * leap_http_version() - the protocol version a request's path asks for
 * Return: as leap_handshake_version(); -ENOENT also when it is no GET.
 */
int leap_http_version(struct lws *wsi);

/**
 * leap_http_confirm_upgrade() - may this request become a WebSocket?
 * @protocol: what it wants to become
 *
 * Return: 0 yes; -1 no, the answer is sent, hang up.
 */
int leap_http_confirm_upgrade(struct lws *wsi, const char *protocol);

/**
 * leap_http_answer() - to a plain request: a page at "/", nothing elsewhere
 * @port: to be named on the page
 *
 * Return: -1, the answer is sent, hang up.
 */
int leap_http_answer(struct lws *wsi, unsigned int port);

#endif /* LEAP_HTTP_H */
