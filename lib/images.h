/* SPDX-License-Identifier: MIT */
/*
 * Stereo pictures straight from the ring of <linux/leap.h>.
 * The memory belongs to the driver, or to leapd; the rest to a connection's poller.
 */
#ifndef LEAP_LIB_IMAGES_H
#define LEAP_LIB_IMAGES_H

#include <linux/leap.h>

#include "lib/leap.h"

/** struct leap_picture_ring - a mapping, and copies of its layout, checked once
 * @map: NULL: none
 * @last: number of the picture yielded last */
struct leap_picture_ring {
	const struct leap_ring_header *map;
	size_t size;
	uint32_t header_size;
	uint32_t slot_count;
	uint32_t slot_stride;
	uint32_t data_offset;
	uint32_t data_capacity;
	uint32_t last;
};

/** leap_picture_ring_init() - check a mapping. Return: 0; -EBADMSG, -EPROTO */
int leap_picture_ring_init(struct leap_picture_ring *ring, const void *map,
			   size_t size);

/** leap_picture_ring_open() - map @size bytes of @fd. Return: as above, -EPERM, ... */
int leap_picture_ring_open(struct leap_picture_ring *ring, int fd, size_t size,
			   bool is_device);

/** leap_picture_ring_close() - allowed on one that is not open */
void leap_picture_ring_close(struct leap_picture_ring *ring);

/** leap_picture_ring_head() - number of the newest picture, 0 none */
uint32_t leap_picture_ring_head(const struct leap_picture_ring *ring);

/** leap_picture_ring_newest() - Return: 0; -EAGAIN none yet */
int leap_picture_ring_newest(const struct leap_picture_ring *ring,
			     struct leap_image *ret_image);

/** leap_picture_ring_has() - is the picture with this number still there? */
bool leap_picture_ring_has(const struct leap_picture_ring *ring, uint32_t number);

#endif /* LEAP_LIB_IMAGES_H */
