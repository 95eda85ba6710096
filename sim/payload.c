// SPDX-License-Identifier: MIT
/*
 * Cuts frames into the bulk payloads that the controller sends.
 * Pure; one thread at a time per stream.
 */
#include "sim/payload.h"

#include <string.h>

#define HEADER_INFO 0x8c /* end of header, source clock and time stamp present */
#define HEADER_FRAME_ID 0x01
#define HEADER_END_OF_FRAME 0x02

unsigned int leap_payload_count(size_t size)
{
	return (size + LEAP_PAYLOAD_PIXELS - 1) / LEAP_PAYLOAD_PIXELS;
}

void leap_payload_begin(struct leap_payload_stream *stream, size_t size,
			uint32_t time_ms)
{
	stream->size = size;
	stream->offset = 0;
	stream->time_ms = time_ms;
	stream->frame_id ^= HEADER_FRAME_ID;
}

size_t leap_payload_next(struct leap_payload_stream *stream, const uint8_t *pixels,
			 uint8_t *payload)
{
	size_t size = stream->size - stream->offset;

	if (!size)
		return 0;
	if (size > LEAP_PAYLOAD_PIXELS)
		size = LEAP_PAYLOAD_PIXELS;
	memset(payload, 0, LEAP_PAYLOAD_HEADER);
	payload[0] = LEAP_PAYLOAD_HEADER;
	payload[1] = HEADER_INFO | stream->frame_id;
	payload[2] = stream->time_ms;
	payload[3] = stream->time_ms >> 8;
	payload[4] = stream->time_ms >> 16;
	payload[5] = stream->time_ms >> 24;
	memcpy(payload + LEAP_PAYLOAD_HEADER, pixels + stream->offset, size);
	stream->offset += size;
	if (stream->offset == stream->size)
		payload[1] |= HEADER_END_OF_FRAME;
	return LEAP_PAYLOAD_HEADER + size;
}
