// SPDX-License-Identifier: MIT
/*
 * wslay between two memory buffers, with what it leaves to its user: sizes, a close of
 * one byte, the code for a header that makes no sense. One thread a client.
 */
#include "daemon/service/websocket.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <wslay/wslay.h>

#define CLOSE_HEADER 0x88
#define CLOSE_PAYLOAD 2

struct bytes_in {
	const uint8_t *at;
	size_t size;
};

struct bytes_out {
	uint8_t *at;
	size_t room;
	size_t frame_left; /* of the frame whose header was written last */
};

struct leap_websocket {
	wslay_event_context_ptr wslay;
	struct leap_websocket_calls calls;
	struct leap_deflate *deflate;
	unsigned long frames;

	struct bytes_in in;
	struct bytes_out out;
	bool closing;
	bool closed;
	bool broken; /* a rule, and wslay's close has no code */
	bool pinged; /* and it is not yet taken */

	/* the message that is coming */
	struct leap_inbox inbox;
	bool compressed;
	bool control;
	bool first; /* nothing of it has come yet */
	bool last; /* this is its last frame */
	bool text;
};

static ssize_t give_in(wslay_event_context_ptr wslay, uint8_t *to, size_t room,
		       int flags, void *data)
{
	struct leap_websocket *websocket = data;
	struct bytes_in *in = &websocket->in;
	size_t size = in->size < room ? in->size : room;

	(void)flags;
	if (!size) {
		wslay_event_set_error(wslay, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	memcpy(to, in->at, size);
	in->at += size;
	in->size -= size;
	return size;
}

/* What wslay sends when it gives up has no code; it is the client that broke a rule. */
static ssize_t take_close_without_code(struct bytes_out *out, size_t size)
{
	static const uint8_t with_code[] = { CLOSE_HEADER, CLOSE_PAYLOAD,
					     LEAP_CLOSE_PROTOCOL_ERROR >> 8,
					     LEAP_CLOSE_PROTOCOL_ERROR & 0xff };

	memcpy(out->at, with_code, sizeof(with_code));
	out->at += sizeof(with_code);
	out->room -= sizeof(with_code);
	return size;
}

/* Control frames only: a header of two bytes, then a payload of less than 126. */
static ssize_t take_out(wslay_event_context_ptr wslay, const uint8_t *bytes,
			size_t size, int flags, void *data)
{
	struct leap_websocket *websocket = data;
	struct bytes_out *out = &websocket->out;
	bool header = !out->frame_left;

	(void)flags;
	/* a header and its code are not cut, so that only payloads are */
	if (!out->room || (header && out->room < 2 + CLOSE_PAYLOAD)) {
		wslay_event_set_error(wslay, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	if (header && bytes[0] == CLOSE_HEADER && !bytes[1] && websocket->broken)
		return take_close_without_code(out, size);
	if (size > out->room)
		size = out->room;
	memcpy(out->at, bytes, size);
	out->at += size;
	out->room -= size;
	out->frame_left = header ? bytes[1] : out->frame_left - size;
	return size;
}

void leap_websocket_close(struct leap_websocket *websocket,
			  enum leap_websocket_code code)
{
	if (websocket->closing)
		return;
	websocket->closing = true;
	wslay_event_queue_close(websocket->wslay, code, NULL, 0);
	wslay_event_shutdown_read(websocket->wslay);
}

static void begin_frame(wslay_event_context_ptr wslay,
			const struct wslay_event_on_frame_recv_start_arg *frame,
			void *data)
{
	struct leap_websocket *websocket = data;

	(void)wslay;
	websocket->frames++;
	websocket->control = wslay_is_ctrl_frame(frame->opcode);
	if (websocket->control)
		return;
	if (frame->opcode != WSLAY_CONTINUATION_FRAME) {
		websocket->first = true;
		websocket->compressed = wslay_get_rsv1(frame->rsv);
		websocket->text = frame->opcode == WSLAY_TEXT_FRAME;
	}
	websocket->last = frame->fin;
	if (frame->payload_length > LEAP_MESSAGE_ARRAY_MAX)
		leap_websocket_close(websocket, LEAP_CLOSE_TOO_BIG);
}

/* UTF-8 as RFC 3629 has it; what is compressed wslay cannot look into. */
static bool is_utf8(const unsigned char *at, size_t size)
{
	while (size) {
		unsigned int more = *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : *at >= 0xc0;
		uint32_t code = more ? *at & (0x3f >> more) : *at;
		static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
		unsigned int i;

		if ((*at & 0xc0) == 0x80 || *at > 0xf4 || size <= more)
			return false;
		for (i = 1; i <= more; i++) {
			if ((at[i] & 0xc0) != 0x80)
				return false;
			code = code << 6 | (at[i] & 0x3f);
		}
		if (code < least[more] || code > 0x10ffff || code >> 11 == 0x1b)
			return false;
		at += more + 1;
		size -= more + 1;
	}
	return true;
}

static int unpack(struct leap_websocket *websocket, struct leap_message *message)
{
	char text[LEAP_MESSAGE_MAX];
	int size = leap_deflate_unpack(websocket->deflate, websocket->inbox.text,
				       websocket->inbox.size, text, sizeof(text));

	if (size < 0)
		return size == -EMSGSIZE ? size : -EILSEQ;
	if (websocket->text && !is_utf8((unsigned char *)text, size))
		return -EILSEQ;
	return leap_message_parse(text, size, message) ?: 1;
}

/* Compressed or not, a message may be as long as a message may be. */
static int add_piece(struct leap_websocket *websocket, const void *piece, size_t size,
		     bool end, struct leap_message *message)
{
	struct leap_inbox *inbox = &websocket->inbox;
	bool first = websocket->first;

	websocket->first = false;
	if (!websocket->compressed)
		return leap_inbox_add(inbox, piece, size, first, end, message);
	if (first)
		inbox->size = 0;
	if (size > sizeof(inbox->text) - inbox->size)
		return -EMSGSIZE;
	if (size)
		memcpy(inbox->text + inbox->size, piece, size);
	inbox->size += size;
	return end ? unpack(websocket, message) : 0;
}

static void take_piece(struct leap_websocket *websocket, const void *piece, size_t size,
		       bool end)
{
	struct leap_message message;
	int r;

	if (websocket->control || websocket->closing)
		return;
	r = add_piece(websocket, piece, size, end, &message);
	if (r == -EMSGSIZE)
		leap_websocket_close(websocket, LEAP_CLOSE_TOO_BIG);
	else if (r == -EILSEQ)
		leap_websocket_close(websocket, LEAP_CLOSE_NOT_UTF8);
	else if (r)
		websocket->calls.message(websocket->calls.data,
					 r > 0 ? &message : NULL);
}

static void add_chunk(wslay_event_context_ptr wslay,
		      const struct wslay_event_on_frame_recv_chunk_arg *chunk,
		      void *data)
{
	(void)wslay;
	take_piece(data, chunk->data, chunk->data_length, false);
}

/* All of it has come, and what is text is UTF-8. */
static void take_whole(wslay_event_context_ptr wslay,
		       const struct wslay_event_on_msg_recv_arg *whole, void *data)
{
	struct leap_websocket *websocket = data;

	(void)wslay;
	if (!wslay_is_ctrl_frame(whole->opcode))
		take_piece(websocket, NULL, 0, true);
	else if (whole->opcode == WSLAY_CONNECTION_CLOSE && whole->msg_length == 1)
		websocket->broken = true; /* wslay takes it for no code at all */
}

int leap_websocket_new(const struct leap_websocket_calls *calls,
		       struct leap_deflate *deflate,
		       struct leap_websocket **ret_websocket)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = give_in,
		.send_callback = take_out,
		.on_frame_recv_start_callback = begin_frame,
		.on_frame_recv_chunk_callback = add_chunk,
		.on_msg_recv_callback = take_whole,
	};
	struct leap_websocket *websocket = calloc(1, sizeof(*websocket));

	if (!websocket)
		return -ENOMEM;
	websocket->calls = *calls;
	websocket->deflate = deflate;
	if (wslay_event_context_server_init(&websocket->wslay, &callbacks, websocket)) {
		free(websocket);
		return -ENOMEM;
	}
	wslay_event_config_set_no_buffering(websocket->wslay, 1);
	if (deflate)
		wslay_event_config_set_allowed_rsv_bits(websocket->wslay,
							WSLAY_RSV1_BIT);
	*ret_websocket = websocket;
	return 0;
}

void leap_websocket_feed(struct leap_websocket *websocket, const void *bytes,
			 size_t size)
{
	if (websocket->closing)
		return;
	websocket->in.at = bytes;
	websocket->in.size = size;
	while (websocket->in.size && !websocket->closing) {
		if (wslay_event_recv(websocket->wslay))
			websocket->broken = true;
		/* wslay has said so by itself, or was told */
		websocket->closing = websocket->closing || websocket->broken ||
				     !wslay_event_get_read_enabled(websocket->wslay);
	}
	websocket->in.size = 0;
}

unsigned long leap_websocket_frames(const struct leap_websocket *websocket)
{
	return websocket->frames;
}

void leap_websocket_ping(struct leap_websocket *websocket)
{
	static const struct wslay_event_msg ping = { .opcode = WSLAY_PING };

	if (websocket->closing || websocket->pinged)
		return;
	websocket->pinged = !wslay_event_queue_msg(websocket->wslay, &ping);
}

size_t leap_websocket_replies(struct leap_websocket *websocket, void *replies,
			      size_t room)
{
	if (!wslay_event_want_write(websocket->wslay))
		return 0;
	websocket->out.at = replies;
	websocket->out.room = room;
	wslay_event_send(websocket->wslay);
	if (!wslay_event_want_write(websocket->wslay)) {
		websocket->pinged = false;
		websocket->closed = websocket->closing;
	}
	return room - websocket->out.room;
}

size_t leap_websocket_replies_queued(const struct leap_websocket *websocket)
{
	return wslay_event_get_queued_msg_count(websocket->wslay);
}

bool leap_websocket_is_cut(const struct leap_websocket *websocket)
{
	return websocket->out.frame_left;
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
	wslay_event_context_free(websocket->wslay);
	free(websocket);
}
