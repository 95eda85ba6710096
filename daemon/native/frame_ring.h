/* SPDX-License-Identifier: MIT */
/*
 * The shared memory that native clients read frames from: its only writer.
 * One writing thread; notices may be raised by any. Readers map it read-only.
 */
#ifndef LEAP_FRAME_RING_H
#define LEAP_FRAME_RING_H

#include <stddef.h>

#include "lib/native_protocol.h"

/**
 * struct leap_frame_ring - the writer's view
 * @fd: sealed memory to give to clients, who can neither write nor resize it
 * @map: the writer's own mapping
 * @size: its bytes
 * @head: number of the newest frame; nothing is read back from the memory
 * @newest_size: its bytes
 */
struct leap_frame_ring {
	int fd;
	struct leap_wire_ring *map;
	size_t size;
	leap_le32 head;
	size_t newest_size;
};

/** leap_frame_ring_init() - Return: 0; -ENOMEM, -EMFILE, or -ENOSYS where memory cannot
 * be sealed */
int leap_frame_ring_init(struct leap_frame_ring *ring);

/**
 * leap_frame_ring_fetch() - have the memory of the next frame near, while that is made
 * Readers had it last: to be written it has to come from their caches, or from further.
 */
void leap_frame_ring_fetch(const struct leap_frame_ring *ring);

/**
 * leap_frame_ring_write() - publish a frame
 * @frame: as leap_frame_to_wire() makes it, aligned to eight bytes; the bytes up to the
 *	next multiple of eight must be readable
 * @size: not more than LEAP_WIRE_FRAME_MAX
 */
void leap_frame_ring_write(struct leap_frame_ring *ring, const void *frame,
			   size_t size);

/** leap_frame_ring_head() - number of the newest frame, 0 before the first. Any thread */
leap_le32 leap_frame_ring_head(const struct leap_frame_ring *ring);

/**
 * leap_frame_ring_read() - copy a frame out again. Any thread
 * @buffer: LEAP_WIRE_FRAME_MAX bytes, aligned to eight
 *
 * Return: its bytes; 0 when it has been overwritten.
 */
size_t leap_frame_ring_read(const struct leap_frame_ring *ring, leap_le32 number,
			    void *buffer);

/** leap_frame_ring_notice() - tell spinning readers that messages were sent */
void leap_frame_ring_notice(struct leap_frame_ring *ring);

/** leap_frame_ring_done() - tell readers that it is over, and let go of it */
void leap_frame_ring_done(struct leap_frame_ring *ring);

#endif /* LEAP_FRAME_RING_H */
