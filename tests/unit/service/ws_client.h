/* SPDX-License-Identifier: MIT */
/*
 * A WebSocket client on a plain socket, for tests and benches: no library tidies up
 * the bytes. One thread a client.
 */
#ifndef LEAP_TEST_WS_CLIENT_H
#define LEAP_TEST_WS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#define WS_BUFFER_SIZE (256 * 1024)

enum ws_opcode {
	WS_CONTINUATION = 0,
	WS_TEXT = 1,
	WS_BINARY = 2,
	WS_CLOSE = 8,
	WS_PING = 9,
	WS_PONG = 10,
};

/** struct ws_client - @status is that of HTTP, 0 when the server hung up at once */
struct ws_client {
	int fd;
	int status;
	size_t size; /* bytes in buffer */
	size_t taken; /* of them, those of the frame returned last */
	char saved; /* the byte after those, where that frame's NUL is */
	char head[1024];
	char buffer[WS_BUFFER_SIZE];
};

/** struct ws_frame - @payload is NUL terminated and valid until the next call */
struct ws_frame {
	enum ws_opcode opcode;
	char *payload;
	size_t size;
	int close_code; /* of WS_CLOSE; 0 none */
	bool compressed; /* RSV1 */
};

/** ws_connect() - a TCP connection to a loopback address; aborts when there is none */
void ws_connect(struct ws_client *client, int family, unsigned int port);

/** ws_request() - send a request and read the answer's head. Return: its status */
int ws_request(struct ws_client *client, const char *request);

/** ws_open() - connect to 127.0.0.1 and upgrade. Return: status, 101 when it is open */
int ws_open(struct ws_client *client, unsigned int port, const char *path);

/** ws_next() - Return: 1 a frame; 0 timeout; -1 the server closed the connection */
int ws_next(struct ws_client *client, int timeout_ms, struct ws_frame *ret_frame);

/** ws_take() - likewise, but only what has already been read from the socket */
int ws_take(struct ws_client *client, struct ws_frame *ret_frame);

/** ws_rest() - all that comes to the end of the connection. Return: to be freed */
char *ws_rest(struct ws_client *client, int timeout_ms);

/** ws_send() - one masked frame */
void ws_send(struct ws_client *client, enum ws_opcode opcode, bool last,
	     const void *payload, size_t size);

/** ws_say() - one whole text message */
void ws_say(struct ws_client *client, const char *text);

void ws_close(struct ws_client *client);

#endif /* LEAP_TEST_WS_CLIENT_H */
