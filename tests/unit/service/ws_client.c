// SPDX-License-Identifier: MIT
/*
 * Just enough of RFC 6455's client side to see what a server really sends.
 * One thread a client.
 */
#include "tests/unit/service/ws_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD_TIMEOUT_MS 5000

static void fail(const char *what)
{
	perror(what);
	abort();
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

void ws_connect(struct ws_client *client, int family, unsigned int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int on = 1;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in6.sin6_addr = in6addr_loopback;
	client->size = client->taken = 0;
	client->status = 0;
	client->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		fail("socket");
	if (family == AF_INET
		    ? connect(client->fd, (struct sockaddr *)&in, sizeof(in))
		    : connect(client->fd, (struct sockaddr *)&in6, sizeof(in6)))
		fail("connect");
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void send_all(int fd, const void *data, size_t size)
{
	while (size) {
		ssize_t n = send(fd, data, size, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return; /* the server has hung up: reading will tell */
		data = (const char *)data + n;
		size -= n;
	}
}

/* Return: 1 there is more in the buffer; 0 timeout; -1 the end. */
static int read_more(struct ws_client *client, int64_t until_ms)
{
	struct pollfd poll_fd = { .fd = client->fd, .events = POLLIN };
	int64_t left = until_ms - now_ms();
	ssize_t n;
	int r;

	if (client->size == sizeof(client->buffer))
		return -1;
	r = poll(&poll_fd, 1, left > 0 ? (int)left : 0);
	if (r < 0 && errno == EINTR)
		return 1;
	if (r <= 0)
		return r;
	n = recv(client->fd, client->buffer + client->size,
		 sizeof(client->buffer) - client->size, MSG_DONTWAIT);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 1;
	if (n <= 0)
		return -1;
	client->size += n;
	return 1;
}

static void drop(struct ws_client *client, size_t size)
{
	client->size -= size;
	memmove(client->buffer, client->buffer + size, client->size);
}

int ws_request(struct ws_client *client, const char *request)
{
	int64_t until_ms = now_ms() + HEAD_TIMEOUT_MS;
	const char *end;
	size_t size;

	send_all(client->fd, request, strlen(request));
	while (!(end = memmem(client->buffer, client->size, "\r\n\r\n", 4)))
		if (read_more(client, until_ms) <= 0)
			return 0;
	size = end + 4 - client->buffer;
	snprintf(client->head, sizeof(client->head), "%.*s", (int)size, client->buffer);
	drop(client, size);
	sscanf(client->head, "HTTP/1.%*d %d", &client->status);
	return client->status;
}

int ws_open(struct ws_client *client, unsigned int port, const char *path)
{
	char request[512];

	ws_connect(client, AF_INET, port);
	snprintf(
		request, sizeof(request),
		"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Version: 13\r\n\r\n",
		path, port);
	return ws_request(client, request);
}

/* Return: bytes of the header of a frame, with its payload's size; 0 not yet whole. */
static size_t frame_header(const unsigned char *bytes, size_t size, size_t *ret_payload)
{
	size_t header = 2, i;

	if (size < 2)
		return 0;
	*ret_payload = bytes[1] & 127;
	if (*ret_payload == 126)
		header = 4;
	else if (*ret_payload == 127)
		header = 10;
	if (size < header)
		return 0;
	if (header > 2)
		*ret_payload = 0;
	for (i = 2; i < header; i++)
		*ret_payload = *ret_payload << 8 | bytes[i];
	return header;
}

int ws_take(struct ws_client *client, struct ws_frame *ret_frame)
{
	unsigned char *bytes = (unsigned char *)client->buffer;
	size_t header, payload;

	if (client->taken) {
		bytes[client->taken] = client->saved;
		drop(client, client->taken);
		client->taken = 0;
	}
	header = frame_header(bytes, client->size, &payload);
	if (!header || client->size < header + payload ||
	    header + payload >= sizeof(client->buffer))
		return 0;
	ret_frame->opcode = bytes[0] & 15;
	ret_frame->compressed = bytes[0] & 0x40;
	ret_frame->payload = client->buffer + header;
	ret_frame->size = payload;
	ret_frame->close_code = 0;
	if (ret_frame->opcode == WS_CLOSE && payload >= 2)
		ret_frame->close_code = bytes[header] << 8 | bytes[header + 1];
	client->taken = header + payload;
	client->saved = bytes[client->taken];
	bytes[client->taken] = '\0';
	return 1;
}

int ws_next(struct ws_client *client, int timeout_ms, struct ws_frame *ret_frame)
{
	int64_t until_ms = now_ms() + timeout_ms;
	int r;

	while (!ws_take(client, ret_frame)) {
		r = read_more(client, until_ms);
		if (r <= 0)
			return r;
	}
	return 1;
}

char *ws_rest(struct ws_client *client, int timeout_ms)
{
	int64_t until_ms = now_ms() + timeout_ms;

	while (read_more(client, until_ms) > 0)
		;
	return strndup(client->buffer, client->size);
}

void ws_send(struct ws_client *client, enum ws_opcode opcode, bool last,
	     const void *payload, size_t size)
{
	static const unsigned char mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
	unsigned char *frame = malloc(size + 14);
	size_t header = 2, i;

	if (!frame)
		fail("malloc");
	frame[0] = (last ? 0x80 : 0) | opcode;
	if (size < 126) {
		frame[1] = 0x80 | size;
	} else if (size < 65536) {
		frame[1] = 0x80 | 126;
		frame[2] = size >> 8;
		frame[3] = size;
		header = 4;
	} else {
		frame[1] = 0x80 | 127;
		for (i = 0; i < 8; i++)
			frame[2 + i] = (uint64_t)size >> (56 - 8 * i);
		header = 10;
	}
	memcpy(frame + header, mask, 4);
	for (i = 0; i < size; i++)
		frame[header + 4 + i] = ((const unsigned char *)payload)[i] ^
					mask[i & 3];
	send_all(client->fd, frame, header + 4 + size);
	free(frame);
}

void ws_say(struct ws_client *client, const char *text)
{
	ws_send(client, WS_TEXT, true, text, strlen(text));
}

void ws_close(struct ws_client *client)
{
	close(client->fd);
	client->fd = -1;
}
