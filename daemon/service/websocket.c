// SPDX-License-Identifier: MIT
/*
 * libwebsockets at the other end of a socket pair: written to are checked bytes only,
 * read back are its replies. It runs within the calls here. One thread a library.
 */
#include "daemon/service/websocket.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libwebsockets.h>

#include "daemon/service/frame_check.h"

#define HEAD_MAX 512
#define REPLIES_SIZE (LEAP_WEBSOCKET_REPLY_MAX + LEAP_WEBSOCKET_FEED_MAX)
#define CONTROL_HEADER 2
#define CLOSE 0x88

/* A round reads, or writes one thing; an answer takes two. Nothing takes more than a few
 * unless the library is at odds with itself. */
#define ROUNDS_MAX 16

struct leap_websocket_library {
	struct lws_context *context;
	struct lws_vhost *vhost;
};

struct leap_websocket {
	struct leap_websocket_library *library;
	struct lws *wsi; /* NULL once the library has let go of it */
	int fd; /* our end */
	int library_fd; /* the other; the library closes it */
	struct leap_websocket_calls calls;
	struct leap_frame_check check;
	struct leap_inbox inbox;
	bool ping; /* one is to be sent */
	bool pinged; /* and was not yet taken */
	int close_code; /* to be sent; 0 none */
	bool closing;
	bool closed;

	bool answered; /* the answer to the upgrade was taken */
	unsigned char replies[REPLIES_SIZE];
	size_t replies_size;
};

static int close_with(struct lws *wsi, int code)
{
	lws_close_reason(wsi, code, NULL, 0);
	return -1;
}

static int receive(struct leap_websocket *websocket, const void *piece, size_t size)
{
	struct lws *wsi = websocket->wsi;
	bool last = lws_is_final_fragment(wsi) && !lws_remaining_packet_payload(wsi);
	struct leap_message message;
	int r;

	if (websocket->closing)
		return 0;
	r = leap_inbox_add(&websocket->inbox, piece, size, lws_is_first_fragment(wsi),
			   last, &message);
	if (r == -EMSGSIZE) {
		websocket->closing = true;
		return close_with(wsi, LEAP_CLOSE_TOO_BIG);
	}
	if (r)
		websocket->calls.message(websocket->calls.data,
					 r > 0 ? &message : NULL);
	return 0;
}

static int write_wanted(struct leap_websocket *websocket)
{
	unsigned char ping[LWS_PRE];

	if (websocket->close_code)
		return close_with(websocket->wsi, websocket->close_code);
	if (!websocket->ping)
		return 0;
	websocket->ping = false;
	return lws_write(websocket->wsi, ping + LWS_PRE, 0, LWS_WRITE_PING) < 0 ? -1
										: 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user,
		    void *in, size_t size)
{
	struct leap_websocket *websocket = wsi ? lws_get_opaque_user_data(wsi) : NULL;

	(void)user;
	if (!websocket)
		return 0;
	switch (reason) {
	case LWS_CALLBACK_RECEIVE:
		return receive(websocket, in, size);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return write_wanted(websocket);
	case LWS_CALLBACK_WSI_DESTROY:
		websocket->wsi = NULL;
		return 0;
	default:
		return 0;
	}
}

static const struct lws_protocols protocols[] = {
	{ .name = "leap", .callback = on_event, .rx_buffer_size = LEAP_MESSAGE_MAX },
	{ 0 },
};

static const struct lws_extension extensions[] = {
	{ "permessage-deflate", lws_extension_callback_pm_deflate,
	  "permessage-deflate; server_no_context_takeover; "
	  "client_no_context_takeover" },
	{ 0 },
};

/* Who is silent is the session's matter: here no time passes between two calls. */
static const lws_retry_bo_t no_keepalive = { 0 };

int leap_websocket_library_new(unsigned int websockets,
			       struct leap_websocket_library **ret_library)
{
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
			   LWS_SERVER_OPTION_VALIDATE_UTF8,
		.protocols = protocols,
		.extensions = extensions,
		.retry_and_idle_policy = &no_keepalive,
		.fd_limit_per_thread = websockets + 8, /* its own among them */
	};
	struct leap_websocket_library *library = calloc(1, sizeof(*library));

	if (!library)
		return -ENOMEM;
	lws_set_log_level(0, NULL); /* garbage from the net is no news */
	library->context = lws_create_context(&info);
	if (library->context)
		library->vhost = lws_create_vhost(library->context, &info);
	if (!library->vhost) {
		leap_websocket_library_free(library);
		return -ENOMEM;
	}
	*ret_library = library;
	return 0;
}

void leap_websocket_library_free(struct leap_websocket_library *library)
{
	if (!library)
		return;
	if (library->context)
		lws_context_destroy(library->context);
	free(library);
}

static bool unread(int fd)
{
	int bytes = 0;

	return !ioctl(fd, FIONREAD, &bytes) && bytes;
}

/* Return: bytes of the reply that begins at @at; 0: it is not whole. */
static size_t reply_size(const struct leap_websocket *websocket, size_t at)
{
	static const char end[] = { '\r', '\n', '\r', '\n' };
	const unsigned char *reply = websocket->replies + at, *head_end;
	size_t size = websocket->replies_size - at, whole;

	if (!websocket->answered && !at) {
		head_end = memmem(reply, size, end, sizeof(end));
		return head_end ? head_end + sizeof(end) - reply : 0;
	}
	if (size < CONTROL_HEADER)
		return 0;
	whole = CONTROL_HEADER + reply[1]; /* nothing longer is left to the library */
	return size < whole ? 0 : whole;
}

static bool is_close(const struct leap_websocket *websocket, size_t at)
{
	return websocket->replies[at] == CLOSE && (websocket->answered || at);
}

/* Return: is it among what waits? */
static bool close_waits(const struct leap_websocket *websocket)
{
	size_t at = 0, size;

	while ((size = reply_size(websocket, at))) {
		if (is_close(websocket, at))
			return true;
		at += size;
	}
	return false;
}

/*
 * It hangs up without a word on a payload that is not what it should be: a close's reason
 * or unpacked text that is no UTF-8, what cannot be unpacked.
 */
static void speak_for_library(struct leap_websocket *websocket)
{
	static const unsigned char close[] = { CLOSE, CONTROL_HEADER,
					       LEAP_CLOSE_NOT_CONSISTENT >> 8,
					       LEAP_CLOSE_NOT_CONSISTENT & 0xff };
	unsigned char *at = websocket->replies + websocket->replies_size;

	if (sizeof(websocket->replies) - websocket->replies_size < sizeof(close))
		return; /* once there is room */
	memcpy(at, close, sizeof(close));
	websocket->replies_size += sizeof(close);
}

/* What the library has said so far; the close is its last word. */
static void collect(struct leap_websocket *websocket)
{
	size_t room = sizeof(websocket->replies) - websocket->replies_size;
	ssize_t n;

	if (!room || websocket->closed || close_waits(websocket))
		return;
	n = recv(websocket->fd, websocket->replies + websocket->replies_size, room, 0);
	if (n > 0)
		websocket->replies_size += n;
	else if (!n)
		speak_for_library(websocket);
	if (close_waits(websocket))
		websocket->closing = true;
}

static void run(struct leap_websocket *websocket)
{
	int rounds, answer = 2;

	for (rounds = 0; rounds < ROUNDS_MAX && websocket->wsi; rounds++) {
		if (!unread(websocket->library_fd) && answer-- <= 0)
			break;
		/* a negative time: do what there is to do, and wait for nothing */
		lws_service(websocket->library->context, -1);
	}
	collect(websocket);
}

static void pass_on(struct leap_websocket *websocket, const void *bytes, size_t size)
{
	if (size && send(websocket->fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
		websocket->closing = true; /* it has hung up: collect() says why */
	run(websocket);
}

/* What was in the request and means something, and nothing else. */
static void ask(struct leap_websocket *websocket, const char *key, bool deflate)
{
	char head[HEAD_MAX];
	int size = snprintf(head, sizeof(head),
			    "GET / HTTP/1.1\r\n"
			    "Host: localhost\r\n"
			    "Upgrade: websocket\r\n"
			    "Connection: Upgrade\r\n"
			    "Sec-WebSocket-Version: 13\r\n"
			    "Sec-WebSocket-Key: %s\r\n"
			    "%s\r\n",
			    key,
			    deflate ? "Sec-WebSocket-Extensions: permessage-deflate; "
				      "server_no_context_takeover; "
				      "client_no_context_takeover\r\n"
				    : "");

	pass_on(websocket, head, size);
}

static int adopt(struct leap_websocket *websocket)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
		return -errno;
	websocket->fd = pair[0];
	websocket->library_fd = pair[1];
	websocket->wsi = lws_adopt_socket_vhost(websocket->library->vhost, pair[1]);
	if (!websocket->wsi) {
		close(pair[0]); /* the other was closed by the library */
		return -ENOMEM;
	}
	lws_set_opaque_user_data(websocket->wsi, websocket);
	return 0;
}

int leap_websocket_new(struct leap_websocket_library *library, const char *key,
		       bool deflate, const struct leap_websocket_calls *calls,
		       struct leap_websocket **ret_websocket)
{
	struct leap_websocket *websocket = calloc(1, sizeof(*websocket));
	int r;

	if (!websocket)
		return -ENOMEM;
	websocket->library = library;
	websocket->calls = *calls;
	websocket->check.deflate = deflate;
	websocket->check.payload_max = LEAP_MESSAGE_ARRAY_MAX;
	r = adopt(websocket);
	if (r) {
		free(websocket);
		return r;
	}
	ask(websocket, key, deflate);
	if (!websocket->replies_size) {
		leap_websocket_free(websocket);
		return -ENOMEM;
	}
	*ret_websocket = websocket;
	return 0;
}

void leap_websocket_close(struct leap_websocket *websocket,
			  enum leap_websocket_code code)
{
	if (websocket->closing)
		return;
	websocket->closing = true;
	websocket->close_code = code;
	if (websocket->wsi)
		lws_callback_on_writable(websocket->wsi);
	run(websocket);
}

/*
 * Passes on in one piece what was checked, up to the first ping or close: of two pings at
 * once the library would answer one.
 *
 * Return: bytes that were looked at, or why the rest must not be passed on.
 */
static ptrdiff_t feed_some(struct leap_websocket *websocket, const uint8_t *bytes,
			   size_t size)
{
	uint8_t checked[LEAP_WEBSOCKET_FEED_MAX + LEAP_FRAME_HEADER_MAX];
	struct leap_frame_step step = { 0 };
	size_t at = 0, count = 0;
	ptrdiff_t n = 0;

	if (size > LEAP_WEBSOCKET_FEED_MAX)
		size = LEAP_WEBSOCKET_FEED_MAX;
	while (at < size && !step.end) {
		n = leap_frame_check_next(&websocket->check, bytes + at, size - at,
					  &step);
		if (n < 0)
			break;
		if (step.size)
			memcpy(checked + count, step.bytes, step.size);
		count += step.size;
		at += n;
	}
	pass_on(websocket, checked, count);
	return n < 0 ? n : (ptrdiff_t)at;
}

void leap_websocket_feed(struct leap_websocket *websocket, const void *bytes,
			 size_t size)
{
	const uint8_t *at = bytes;
	ptrdiff_t n;

	while (size && !websocket->closing) {
		n = feed_some(websocket, at, size);
		if (n < 0) {
			leap_websocket_close(
				websocket, n == -EMSGSIZE ? LEAP_CLOSE_TOO_BIG
							  : LEAP_CLOSE_PROTOCOL_ERROR);
			return;
		}
		at += n;
		size -= n;
	}
}

unsigned long leap_websocket_load(const struct leap_websocket *websocket)
{
	return websocket->check.frames +
	       websocket->check.pings * (LEAP_WEBSOCKET_PING_LOAD - 1);
}

void leap_websocket_ping(struct leap_websocket *websocket)
{
	if (websocket->closing || websocket->pinged || !websocket->wsi)
		return;
	websocket->ping = websocket->pinged = true;
	lws_callback_on_writable(websocket->wsi);
	run(websocket);
}

size_t leap_websocket_replies(struct leap_websocket *websocket, void *replies,
			      size_t room)
{
	size_t taken = 0, size;

	while (!websocket->closed && (size = reply_size(websocket, taken)) &&
	       size <= room - taken) {
		websocket->closed = is_close(websocket, taken);
		taken += size;
	}
	if (!taken)
		return 0;
	websocket->answered = true;
	websocket->pinged = websocket->ping;
	memcpy(replies, websocket->replies, taken);
	websocket->replies_size -= taken;
	memmove(websocket->replies, websocket->replies + taken,
		websocket->replies_size);
	collect(websocket);
	return taken;
}

size_t leap_websocket_replies_waiting(const struct leap_websocket *websocket)
{
	return websocket->closed ? 0 : websocket->replies_size;
}

bool leap_websocket_closing(const struct leap_websocket *websocket)
{
	return websocket->closing;
}

bool leap_websocket_closed(const struct leap_websocket *websocket)
{
	return websocket->closed;
}

void leap_websocket_free(struct leap_websocket *websocket)
{
	if (!websocket)
		return;
	if (websocket->wsi) {
		lws_set_opaque_user_data(websocket->wsi, NULL);
		lws_set_timeout(websocket->wsi, 1, LWS_TO_KILL_SYNC);
	}
	close(websocket->fd);
	free(websocket);
}
