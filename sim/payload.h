/* SPDX-License-Identifier: MIT */
/*
 * Cuts frames into the bulk payloads that the controller sends.
 * Pure; one thread at a time per stream.
 */
#ifndef LEAP_SIM_PAYLOAD_H
#define LEAP_SIM_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#define LEAP_PAYLOAD_HEADER 12
#define LEAP_PAYLOAD_SIZE \
	16380 /* header included; the last one of a frame is shorter */
#define LEAP_PAYLOAD_PIXELS (LEAP_PAYLOAD_SIZE - LEAP_PAYLOAD_HEADER)

/**
 * struct leap_payload_stream - where in which frame the stream is; zero is its start
 * @size: bytes of the frame
 * @offset: bytes of it already cut
 * @time_ms: the device's time stamp of the frame
 * @frame_id: 0 or 1, the other one with every frame
 */
struct leap_payload_stream {
	size_t size;
	size_t offset;
	uint32_t time_ms;
	uint8_t frame_id;
};

/** leap_payload_count() - payloads in a frame of @size bytes */
unsigned int leap_payload_count(size_t size);

/** leap_payload_begin() - next frame, of @size bytes, taken at @time_ms */
void leap_payload_begin(struct leap_payload_stream *stream, size_t size,
			uint32_t time_ms);

/**
 * leap_payload_next() - the next payload of the frame
 * @pixels: the frame, stream->size bytes
 * @payload: room for LEAP_PAYLOAD_SIZE bytes
 *
 * Header: 0c, 8c with bit 0 the frame id and bit 1 on the last payload, time stamp
 * in milliseconds (32 bit, little endian), six zero bytes of source clock.
 *
 * Return: its bytes, 0 when the frame is over.
 */
size_t leap_payload_next(struct leap_payload_stream *stream, const uint8_t *pixels,
			 uint8_t *payload);

#endif /* LEAP_SIM_PAYLOAD_H */
