/* SPDX-License-Identifier: MIT */
/*
 * Bytes on their way to sockets, shared by all clients that are to get the same.
 * One thread; whoever holds a wire puts it back.
 */
#ifndef LEAP_WIRE_H
#define LEAP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** LEAP_WIRE_HEADER_MAX - bytes a server puts before a payload at most (RFC 6455, 5.2) */
#define LEAP_WIRE_HEADER_MAX 10

/** enum leap_wire_opcode - what a server sends of its own accord */
enum leap_wire_opcode {
	LEAP_WIRE_TEXT = 1,
	LEAP_WIRE_CLOSE = 8,
};

/**
 * struct leap_wire - constant once it is shared
 * @holders: freed when the last has put it back
 * @ready_ns: when the pixels of the frame in it were complete; 0 unknown, or no frame
 * @payload_at: where the payload begins
 * @size: of all
 */
struct leap_wire {
	unsigned int holders;
	int64_t ready_ns;
	size_t payload_at;
	size_t size;
	unsigned char bytes[];
};

/** leap_wire_new() - uninitialised bytes with one holder. Return: NULL without memory */
struct leap_wire *leap_wire_new(size_t size);

/** leap_wire_frame() - one whole message with its header before it
 * @compressed: the payload is, as permessage-deflate has it
 *
 * Return: NULL without memory.
 */
struct leap_wire *leap_wire_frame(enum leap_wire_opcode opcode, bool compressed,
				  const void *payload, size_t size);

/** leap_wire_header() - of an unmasked, unfragmented message. Return: its size */
size_t leap_wire_header(unsigned char header[LEAP_WIRE_HEADER_MAX],
			enum leap_wire_opcode opcode, bool compressed, size_t payload);

struct leap_wire *leap_wire_hold(struct leap_wire *wire);

/** leap_wire_put() - NULL is allowed */
void leap_wire_put(struct leap_wire *wire);

#endif /* LEAP_WIRE_H */
