/* SPDX-License-Identifier: MIT */
/*
 * One client's WebSocket: its bytes in, the library's bytes out. libwebsockets shakes
 * hands and speaks RFC 6455 behind it; it sees only bytes that were checked before.
 */
#ifndef LEAP_WEBSOCKET_H
#define LEAP_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/service/message.h"

struct leap_websocket;

/** struct leap_websocket_library - libwebsockets for all WebSockets of one thread */
struct leap_websocket_library;

/**
 * leap_websocket_library_new() - without a listening socket
 * @websockets: that there are at the same time at most
 *
 * Return: 0 or -ENOMEM.
 */
int leap_websocket_library_new(unsigned int websockets,
			       struct leap_websocket_library **ret_library);

/** leap_websocket_library_free() - after the last of its WebSockets; NULL is allowed */
void leap_websocket_library_free(struct leap_websocket_library *library);

/** enum leap_websocket_code - why a connection is closed (RFC 6455, 7.4.1) */
enum leap_websocket_code {
	LEAP_CLOSE_GOING_AWAY = 1001,
	LEAP_CLOSE_PROTOCOL_ERROR = 1002,
	LEAP_CLOSE_NOT_CONSISTENT = 1007,
	LEAP_CLOSE_POLICY = 1008,
	LEAP_CLOSE_TOO_BIG = 1009,
};

/**
 * struct leap_websocket_calls - what it tells of
 * @message: a whole message; NULL for one that is no JSON
 */
struct leap_websocket_calls {
	void (*message)(void *data, const struct leap_message *message);
	void *data;
};

/**
 * leap_websocket_new() - a client asked for the upgrade, and may have it
 * @key: its Sec-WebSocket-Key, well-formed; the answer to it is the first reply
 * @deflate: agree on permessage-deflate (RFC 7692)
 * @calls: copied
 *
 * Return: 0; -ENOMEM, -EMFILE.
 */
int leap_websocket_new(struct leap_websocket_library *library, const char *key,
		       bool deflate, const struct leap_websocket_calls *calls,
		       struct leap_websocket **ret_websocket);

/** LEAP_WEBSOCKET_FEED_MAX - all pings in so many bytes are answered, provided that the
 * replies before were taken; of more at once some may not be */
#define LEAP_WEBSOCKET_FEED_MAX 4096

/** leap_websocket_feed() - bytes have come; after a close they are ignored */
void leap_websocket_feed(struct leap_websocket *websocket, const void *bytes,
			 size_t size);

/** LEAP_WEBSOCKET_PING_LOAD - what a ping takes, which is answered by itself, to what a
 * message does that comes with others: measured 9 */
#define LEAP_WEBSOCKET_PING_LOAD 8

/** leap_websocket_load() - how much has come so far: 1 a frame, more a ping */
unsigned long leap_websocket_load(const struct leap_websocket *websocket);

/** leap_websocket_ping() - send one, unless one waits already */
void leap_websocket_ping(struct leap_websocket *websocket);

/** leap_websocket_close() - say the last word; what comes in from now on is ignored */
void leap_websocket_close(struct leap_websocket *websocket,
			  enum leap_websocket_code code);

/**
 * leap_websocket_replies() - take bytes that are to be sent: the answer to the upgrade,
 * then pongs, pings, the close
 * @room: bytes in @replies; from LEAP_WEBSOCKET_REPLY_MAX on the next one fits
 *
 * Return: bytes written: whole frames, so that others may follow; 0 none, or no room.
 */
size_t leap_websocket_replies(struct leap_websocket *websocket, void *replies,
			      size_t room);

/** LEAP_WEBSOCKET_REPLY_MAX - the longest reply, the answer to the upgrade */
#define LEAP_WEBSOCKET_REPLY_MAX 512

/** leap_websocket_replies_waiting() - bytes that were not yet taken; who feeds it all
 * the same lets a client that never reads fill the memory with pongs */
size_t leap_websocket_replies_waiting(const struct leap_websocket *websocket);

/** leap_websocket_closing() - a close is under way: say nothing else */
bool leap_websocket_closing(const struct leap_websocket *websocket);

/** leap_websocket_closed() - the last word was taken with leap_websocket_replies() */
bool leap_websocket_closed(const struct leap_websocket *websocket);

/** leap_websocket_free() - NULL is allowed */
void leap_websocket_free(struct leap_websocket *websocket);

#endif /* LEAP_WEBSOCKET_H */
