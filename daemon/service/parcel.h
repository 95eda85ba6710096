/* SPDX-License-Identifier: MIT */
/*
 * Bytes on their way to sockets, shared by all clients that are to get the same.
 * One thread; whoever holds a parcel puts it back.
 */
#ifndef LEAP_PARCEL_H
#define LEAP_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** LEAP_PARCEL_HEADER_MAX - bytes a server puts before a payload at most (RFC 6455, 5.2) */
#define LEAP_PARCEL_HEADER_MAX 10

/** enum leap_parcel_opcode - what a server sends of its own accord */
enum leap_parcel_opcode {
	LEAP_PARCEL_TEXT = 1,
	LEAP_PARCEL_CLOSE = 8,
};

/**
 * struct leap_parcel - constant once it is shared
 * @holders: freed when the last has put it back
 * @ready_ns: when the pixels of the frame in it were complete; 0 unknown, or no frame
 * @payload_at: where the payload begins
 * @size: of all
 */
struct leap_parcel {
	unsigned int holders;
	int64_t ready_ns;
	size_t payload_at;
	size_t size;
	unsigned char bytes[];
};

/** leap_parcel_new() - uninitialised bytes with one holder. Return: NULL without memory */
struct leap_parcel *leap_parcel_new(size_t size);

/** leap_parcel_frame() - one whole message with its header before it
 * @compressed: the payload is, as permessage-deflate has it
 *
 * Return: NULL without memory.
 */
struct leap_parcel *leap_parcel_frame(enum leap_parcel_opcode opcode, bool compressed,
				      const void *payload, size_t size);

/** leap_parcel_header() - of an unmasked, unfragmented message. Return: its size */
size_t leap_parcel_header(unsigned char header[LEAP_PARCEL_HEADER_MAX],
			  enum leap_parcel_opcode opcode, bool compressed,
			  size_t payload);

struct leap_parcel *leap_parcel_hold(struct leap_parcel *parcel);

/** leap_parcel_put() - NULL is allowed */
void leap_parcel_put(struct leap_parcel *parcel);

#endif /* LEAP_PARCEL_H */
