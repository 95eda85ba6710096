// SPDX-License-Identifier: MIT
/*
 * RFC 6455, 5.2 to 5.5, as far as a header tells.
 * Pure; a client's.
 */
#include "daemon/service/frame_check.h"

#include <errno.h>
#include <string.h>

#define FINAL 0x80
#define COMPRESSED 0x40
#define RESERVED 0x30
#define MASKED 0x80
#define LENGTH_16 126
#define LENGTH_64 127
#define MASK_SIZE 4

enum opcode {
	CONTINUATION = 0,
	TEXT = 1,
	BINARY = 2,
	CLOSE = 8,
	PING = 9,
	PONG = 10,
};

static enum opcode opcode_of(const struct leap_frame_check *check)
{
	return check->header[0] & 0x0f;
}

static bool is_control(const struct leap_frame_check *check)
{
	return opcode_of(check) >= CLOSE;
}

static size_t length_size(uint8_t second)
{
	switch (second & ~MASKED) {
	case LENGTH_64:
		return 8;
	case LENGTH_16:
		return 2;
	default:
		return 0;
	}
}

/* Two bytes tell how many there are. */
static size_t header_wanted(const struct leap_frame_check *check)
{
	if (check->header_size < 2)
		return 2;
	return 2 + length_size(check->header[1]) + MASK_SIZE;
}

static int judge_kind(const struct leap_frame_check *check)
{
	bool compressed = check->header[0] & COMPRESSED;

	switch (opcode_of(check)) {
	case TEXT:
	case BINARY:
		return check->fragmented || (compressed && !check->deflate) ? -EPROTO
									    : 0;
	case CONTINUATION:
		return !check->fragmented || compressed ? -EPROTO : 0;
	case CLOSE:
	case PING:
	case PONG:
		return compressed || !(check->header[0] & FINAL) ? -EPROTO : 0;
	default:
		return -EPROTO;
	}
}

/* What two bytes are enough for. */
static int judge_beginning(const struct leap_frame_check *check)
{
	uint8_t length = check->header[1] & ~MASKED;

	if (check->header[0] & RESERVED || !(check->header[1] & MASKED))
		return -EPROTO;
	if (is_control(check) && length >= LENGTH_16)
		return -EPROTO;
	if (opcode_of(check) == CLOSE && length == 1) /* half a code */
		return -EPROTO;
	return judge_kind(check);
}

static uint64_t payload_size(const struct leap_frame_check *check)
{
	size_t size = length_size(check->header[1]), i;
	uint64_t length = 0;

	if (!size)
		return check->header[1] & ~MASKED;
	for (i = 0; i < size; i++)
		length = length << 8 | check->header[2 + i];
	return length;
}

/* The shortest form is the only one, and the highest bit is none of it. */
static int judge_length(const struct leap_frame_check *check)
{
	static const uint64_t least[] = { [2] = LENGTH_16, [8] = 0x10000 };
	uint64_t length = payload_size(check);
	size_t size = length_size(check->header[1]);

	if ((size && length < least[size]) || length >> 63)
		return -EPROTO;
	return length > check->payload_max ? -EMSGSIZE : 0;
}

static void begin_payload(struct leap_frame_check *check)
{
	check->frames++;
	check->pings += opcode_of(check) == PING;
	check->payload_left = payload_size(check);
	check->header_size = 0;
	if (!is_control(check))
		check->fragmented = !(check->header[0] & FINAL);
}

static bool frame_ends(const struct leap_frame_check *check)
{
	return !check->payload_left && is_control(check) && opcode_of(check) != PONG;
}

static ptrdiff_t take_header(struct leap_frame_check *check, const uint8_t *bytes,
			     size_t size, struct leap_frame_step *step)
{
	size_t before = check->header_size, wanted = header_wanted(check) - before;
	int r = 0;

	if (size > wanted)
		size = wanted;
	memcpy(check->header + before, bytes, size);
	check->header_size += size;
	if (before < 2 && check->header_size == 2)
		r = judge_beginning(check);
	if (r || check->header_size < header_wanted(check))
		return r ?: (ptrdiff_t)size;
	r = judge_length(check);
	if (r)
		return r;
	step->bytes = check->header;
	step->size = check->header_size;
	begin_payload(check);
	step->end = frame_ends(check);
	return size;
}

static ptrdiff_t take_payload(struct leap_frame_check *check, const uint8_t *bytes,
			      size_t size, struct leap_frame_step *step)
{
	if (size > check->payload_left)
		size = check->payload_left;
	check->payload_left -= size;
	step->bytes = bytes;
	step->size = size;
	step->end = frame_ends(check);
	return size;
}

ptrdiff_t leap_frame_check_next(struct leap_frame_check *check, const uint8_t *bytes,
				size_t size, struct leap_frame_step *ret_step)
{
	*ret_step = (struct leap_frame_step){ 0 };
	return check->payload_left ? take_payload(check, bytes, size, ret_step)
				   : take_header(check, bytes, size, ret_step);
}
