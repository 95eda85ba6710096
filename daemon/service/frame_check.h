/* SPDX-License-Identifier: MIT */
/*
 * Looks at the header of each frame of a client before libwebsockets does, which lets
 * pass what RFC 6455 forbids: unmasked frames, a close of one byte. Pure; a client's.
 */
#ifndef LEAP_FRAME_CHECK_H
#define LEAP_FRAME_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** LEAP_FRAME_HEADER_MAX - two bytes, a length of eight, a mask of four (5.2) */
#define LEAP_FRAME_HEADER_MAX 14

/**
 * struct leap_frame_check - all zero but for @deflate is the beginning
 * @deflate: permessage-deflate was agreed on: a message may be compressed
 * @payload_max: longer frames are refused at their header
 * @frames: how many have come, of whatever kind
 * @pings: of them
 */
struct leap_frame_check {
	bool deflate;
	uint64_t payload_max;
	unsigned long frames;
	unsigned long pings;

	/* private */
	uint8_t header[LEAP_FRAME_HEADER_MAX];
	size_t header_size;
	uint64_t payload_left;
	bool fragmented; /* a message has begun and is not yet whole */
};

/**
 * struct leap_frame_step - what may be passed on
 * @bytes: within the caller's, or a header that came in pieces; until the next call
 * @size: 0: a header is not yet whole
 * @end: a frame ends here that is to be answered: a ping or a close
 */
struct leap_frame_step {
	const uint8_t *bytes;
	size_t size;
	bool end;
};

/**
 * leap_frame_check_next() - judge the bytes that come next
 * @size: at least one
 *
 * Return: bytes that were looked at, at least one; -EPROTO a rule is broken; -EMSGSIZE
 * too long a frame. After a failure nothing more may be passed on.
 */
ptrdiff_t leap_frame_check_next(struct leap_frame_check *check, const uint8_t *bytes,
				size_t size, struct leap_frame_step *ret_step);

#endif /* LEAP_FRAME_CHECK_H */
