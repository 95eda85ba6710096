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
 * leap_ring_view_look() - frame @number where it lies
 * @ret_size: its bytes, not more than leap_ring_view::frame_max
 *
 * The writer may overwrite it at any time: each word is to be read once, atomically, and
 * what was made of them counts only if leap_ring_view_has() says so afterwards.
 *
 * Return: aligned to eight; NULL it is not there, or not any more.
 */
const void *leap_ring_view_look(const struct leap_ring_view *view, leap_le32 number,
				size_t *ret_size);

/** leap_ring_view_has() - was it there all the time since leap_ring_view_look()? */
bool leap_ring_view_has(const struct leap_ring_view *view, leap_le32 number);

#endif /* LEAP_LIB_RING_H */
