/* SPDX-License-Identifier: MIT */
/*
 * Reads the shared memory that leapd puts frames into: no lock, no system call.
 * The memory is leapd's and changes at any time; a view is used by one thread at a time.
 */
#ifndef LEAP_LIB_RING_H
#define LEAP_LIB_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/native_protocol.h"

/**
 * struct leap_ring_view - a mapping, and copies of its layout, checked once
 * @map: NULL: none
 */
struct leap_ring_view {
	const struct leap_wire_ring *map;
	size_t size;
	leap_le32 header_size;
	leap_le32 slot_count;
	leap_le32 slot_stride;
	leap_le32 frame_max;
};

/** leap_ring_view_init() - check a mapping. Return: 0; -EBADMSG no ring, -EPROTO another
 * version of it */
int leap_ring_view_init(struct leap_ring_view *view, const void *map, size_t size);

/**
 * leap_ring_view_open() - map what leapd has sent
 * Memory that could be cut off under a reader is refused.
 *
 * Return: as above; -EPERM not sealed; or what the system says.
 */
int leap_ring_view_open(struct leap_ring_view *view, int fd);

/** leap_ring_view_close() - allowed on one that is not open */
void leap_ring_view_close(struct leap_ring_view *view);

/** leap_ring_view_head() - number of the newest frame, 0 before the first */
leap_le32 leap_ring_view_head(const struct leap_ring_view *view);

/** leap_ring_view_notices() - differs after messages were sent to any client */
leap_le32 leap_ring_view_notices(const struct leap_ring_view *view);

/**
 * leap_ring_view_read() - copy frame @number out
 * @buffer: LEAP_WIRE_MESSAGE_MAX bytes, aligned to eight
 *
 * Return: its bytes; 0 it is not there, or not any more.
 */
size_t leap_ring_view_read(const struct leap_ring_view *view, leap_le32 number,
			   void *buffer);

#endif /* LEAP_LIB_RING_H */
