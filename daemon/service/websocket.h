/* SPDX-License-Identifier: MIT */
/*
 * One client's WebSocket after the upgrade: its bytes in, messages out; pings and closes
 * answered. Framing is wslay's. No sockets; one thread a client.
 */
#ifndef LEAP_WEBSOCKET_H
#define LEAP_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/service/deflate.h"
#include "daemon/service/message.h"

struct leap_websocket;

/** enum leap_websocket_code - why a connection is closed (RFC 6455, 7.4.1) */
enum leap_websocket_code {
	LEAP_CLOSE_GOING_AWAY = 1001,
	LEAP_CLOSE_PROTOCOL_ERROR = 1002,
	LEAP_CLOSE_NOT_UTF8 = 1007,
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
 * leap_websocket_new() - after the upgrade
 * @calls: copied
 * @deflate: permessage-deflate was agreed on; shared by all that are fed by one thread;
 *	else NULL
 *
 * Return: 0 or -ENOMEM.
 */
int leap_websocket_new(const struct leap_websocket_calls *calls,
		       struct leap_deflate *deflate,
		       struct leap_websocket **ret_websocket);

/** leap_websocket_feed() - bytes have come; after a close they are ignored */
void leap_websocket_feed(struct leap_websocket *websocket, const void *bytes,
			 size_t size);

/** leap_websocket_frames() - how many frames have come so far, of whatever kind */
unsigned long leap_websocket_frames(const struct leap_websocket *websocket);

/** leap_websocket_ping() - queue one, unless one is queued already */
void leap_websocket_ping(struct leap_websocket *websocket);

/** leap_websocket_close() - queue the last word; what comes in from now on is ignored */
void leap_websocket_close(struct leap_websocket *websocket,
			  enum leap_websocket_code code);

/**
 * leap_websocket_replies() - take bytes that are to be sent: pongs, pings, the close
 * @room: bytes in @replies; what does not fit stays queued
 *
 * Return: bytes written. To be sent before any other message, as a frame may be cut.
 */
size_t leap_websocket_replies(struct leap_websocket *websocket, void *replies,
			      size_t room);

/** leap_websocket_replies_queued() - messages that leap_websocket_replies() would give;
 * who lets them grow lets a client that never reads fill the memory with pings */
size_t leap_websocket_replies_queued(const struct leap_websocket *websocket);

/** leap_websocket_is_cut() - the last reply that was taken is not yet whole */
bool leap_websocket_is_cut(const struct leap_websocket *websocket);

/** leap_websocket_closing() - the close is queued or taken: say nothing else */
bool leap_websocket_closing(const struct leap_websocket *websocket);

/** leap_websocket_closed() - the close was taken with leap_websocket_replies() */
bool leap_websocket_closed(const struct leap_websocket *websocket);

/** leap_websocket_free() - NULL is allowed */
void leap_websocket_free(struct leap_websocket *websocket);

#endif /* LEAP_WEBSOCKET_H */
