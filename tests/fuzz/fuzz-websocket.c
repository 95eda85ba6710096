// SPDX-License-Identifier: MIT
/*
 * A client's bytes after the upgrade, in any pieces, compressed or not: what goes back
 * are whole control frames, and the close is the last. One WebSocket a call.
 */
#include "daemon/service/websocket.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REPLIES_MAX (64 * 1024)
#define HEADER 2
#define CLOSE 0x88
#define PING 0x89
#define PONG 0x8a

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct peer {
	struct leap_websocket *websocket;
	unsigned char replies[REPLIES_MAX];
	size_t size;
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void hear(void *data, const struct leap_message *message)
{
	int key;

	(void)data;
	for (key = 0; message && key < LEAP_MESSAGE_KEYS; key++)
		require(message->has[key] || !message->value[key]);
}

static void take_replies(struct peer *peer, size_t room)
{
	if (room > sizeof(peer->replies) - peer->size)
		room = sizeof(peer->replies) - peer->size;
	peer->size += leap_websocket_replies(peer->websocket,
					     peer->replies + peer->size, room);
}

/* A code beyond 4999 means nothing, and nobody forbids it: the library says it back. */
static void check_close(const unsigned char *frame, size_t payload)
{
	int code = frame[2] << 8 | frame[3];

	require(payload == 0 || payload >= 2);
	require(payload == 0 || (code >= 1000 && code != 1005));
}

static void check_replies(const struct peer *peer)
{
	size_t at = 0, payload;
	bool closed = false;

	while (at + HEADER <= peer->size) {
		const unsigned char *frame = peer->replies + at;

		payload = frame[1];
		require(!closed && payload <= 125);
		require(frame[0] == CLOSE || frame[0] == PING || frame[0] == PONG);
		require(at + HEADER + payload <= peer->size);
		closed = frame[0] == CLOSE;
		if (closed)
			check_close(frame, payload);
		at += HEADER + payload;
	}
	if (leap_websocket_closed(peer->websocket))
		require(closed && at == peer->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	const struct leap_websocket_calls calls = { hear, peer };
	static struct leap_websocket_library *library;

	if (!peer)
		return 0;
	if (!library)
		require(!leap_websocket_library_new(1, &library));
	require(!leap_websocket_new(library, "dGhlIHNhbXBsZSBub25jZQ==",
				    size && (*data & 1), &calls, &peer->websocket));
	take_replies(peer, sizeof(peer->replies));
	require(peer->size > 12 && !memcmp(peer->replies, "HTTP/1.1 101", 12));
	peer->size = 0;
	while (size) {
		uint8_t step = *data++;
		size_t piece = --size < (size_t)(step >> 2) ? size : step >> 2;
		uint8_t *exact = malloc(piece ? piece : 1);

		require(exact);
		memcpy(exact, data, piece); /* so that one byte too far is seen */
		leap_websocket_feed(peer->websocket, exact, piece);
		free(exact);
		data += piece;
		size -= piece;
		if (step & 2)
			take_replies(peer, step);
		if (step == 0)
			leap_websocket_ping(peer->websocket);
	}
	take_replies(peer, sizeof(peer->replies));
	check_replies(peer);
	leap_websocket_free(peer->websocket);
	free(peer);
	return 0;
}
