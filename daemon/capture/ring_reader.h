/* SPDX-License-Identifier: MIT */
/*
 * Reads the driver's frame ring by the rules of uapi/linux/leap.h: no copy, no lock,
 * no system call. The memory is the writer's; a reader belongs to one thread.
 */
#ifndef LEAP_RING_READER_H
#define LEAP_RING_READER_H

#include <linux/leap.h>

#include "daemon/capture/stereo_frame.h"

/**
 * struct leap_ring_reader - one reader's place in a ring
 * @header: the mapping
 * @slots: slot 0
 * @slot_count: copies of the header's layout, checked once against the mapping
 * @slot_stride: likewise
 * @data_offset: likewise
 * @data_capacity: likewise
 * @last: the ring's number of the newest frame yielded, or of the one that was the
 *	newest at the start; 0 before the ring's first
 * @sequence: the same frame in stereo_frame's 64-bit count
 */
struct leap_ring_reader {
	const struct leap_ring_header *header;
	const uint8_t *slots;
	uint32_t slot_count;
	uint32_t slot_stride;
	uint32_t data_offset;
	uint32_t data_capacity;
	uint32_t last;
	uint64_t sequence;
};

/**
 * leap_ring_reader_init() - check a mapping and start behind its newest frame
 * @map: the ring, mapped for reading; must outlive the reader
 * @size: its bytes
 *
 * Frames that were complete before this call are never yielded: they may be as old as
 * the last time somebody streamed.
 *
 * Return: 0; -EPROTO another ABI version; -EBADMSG no ring.
 */
int leap_ring_reader_init(struct leap_ring_reader *reader, const void *map,
			  size_t size);

/**
 * leap_ring_reader_newest() - the newest complete frame, if it was not yielded before
 * @ret_frame: written on 1; its pixels are the ring's own memory
 *
 * Return: 1 a frame; 0 nothing new; -ENODEV nothing new, and the device is gone.
 */
int leap_ring_reader_newest(struct leap_ring_reader *reader,
			    struct leap_stereo_frame *ret_frame);

/** leap_ring_reader_intact() - are the pixels of @frame still its own? */
bool leap_ring_reader_intact(const struct leap_ring_reader *reader,
			     const struct leap_stereo_frame *frame);

#endif /* LEAP_RING_READER_H */
