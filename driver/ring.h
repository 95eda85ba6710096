/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The writer's side of the frame ring of <linux/leap.h>. One writer: whoever calls
 * these functions holds the lock of the stream; readers of the ring take no lock.
 */
#ifndef LEAP_RING_H
#define LEAP_RING_H

#include <linux/leap.h>

#include "driver/pure.h"

/*
 * 16 slots are 139 ms at 115 frames/s: a reader may be away for longer than any
 * scheduling hiccup before a frame that it uses is overwritten.
 */
#define LEAP_RING_SLOTS 16

/**
 * struct leap_ring - the writer's view
 * @header: start of the shared memory
 * @slot: the slot that is being filled; NULL between frames
 * @sequence: the number of that frame
 * @begun: frames that were begun, those included that were cancelled
 * @head: the number of the newest published frame
 * @generation: raised with the format
 * @filled: bytes of the frame that have come
 * @lost_before: frames lost before it
 * @frame_size: bytes of a whole frame
 * @interval_ns: nominal time between frames
 * @width: columns of one eye
 * @height: rows
 * @slot_count: number of slots
 * @slot_stride: distance between slots
 * @header_size: offset of slot 0
 *
 * Nothing that bounds a write is read back from the shared memory.
 */
struct leap_ring {
	struct leap_ring_header *header;
	struct leap_slot *slot;
	u32 sequence;
	u32 begun;
	u32 head;
	u32 generation;
	u32 filled;
	u32 lost_before;
	u32 frame_size;
	u32 interval_ns;
	u16 width;
	u16 height;
	u32 slot_count;
	u32 slot_stride;
	u32 header_size;
};

/**
 * leap_ring_memory_size() - bytes for a ring
 * @slot_count: number of slots
 * @page_size: the mapping's pages
 */
size_t leap_ring_memory_size(u32 slot_count, size_t page_size);

/**
 * leap_ring_init() - lay out a ring in zeroed memory
 * @ring: filled in
 * @memory: leap_ring_memory_size() bytes; stays the caller's
 * @slot_count: as given to leap_ring_memory_size()
 * @page_size: likewise
 */
void leap_ring_init(struct leap_ring *ring, void *memory, u32 slot_count,
		    size_t page_size);

/**
 * leap_ring_set_format() - what the coming frames look like
 * @ring: between two frames
 * @width: columns of one eye
 * @height: rows
 * @interval_ns: nominal time between frames, not 0
 *
 * Raises the generation when anything changes. Return: 0, or -EINVAL when such a
 * frame does not fit in a slot.
 */
int leap_ring_set_format(struct leap_ring *ring, u16 width, u16 height,
			 u32 interval_ns);

/**
 * leap_ring_begin() - take the next slot for a new frame
 * @ring: between two frames
 * @visible: readers may see the rows as they arrive; if false the frame stays unseen
 *	until it is published
 * @now_ns: arrival of the first payload
 * @device_time_ms: the controller's time stamp
 * @lost_before: frames lost directly before this one, counted when it is published
 */
void leap_ring_begin(struct leap_ring *ring, bool visible, u64 now_ns,
		     u32 device_time_ms, u32 lost_before);

/**
 * leap_ring_append() - add pixels to the frame
 * @ring: in a frame
 * @data: pixels
 * @len: bytes
 *
 * Return: the number of bytes that fitted.
 */
u32 leap_ring_append(struct leap_ring *ring, const u8 *data, u32 len);

/**
 * struct leap_frame_end - what is known when a frame ends
 * @flags: LEAP_FRAME_*
 * @time_last_ns: arrival of the last payload
 * @exposure_us: with LEAP_FRAME_METADATA
 * @gain: with LEAP_FRAME_METADATA
 * @label: with LEAP_FRAME_METADATA
 * @digital_gain: with LEAP_FRAME_METADATA
 */
struct leap_frame_end {
	u32 flags;
	u64 time_last_ns;
	u16 exposure_us;
	u8 gain;
	u8 label;
	u8 digital_gain;
};

/** leap_ring_publish() - end the frame and make it the newest one */
void leap_ring_publish(struct leap_ring *ring, const struct leap_frame_end *end);

/** leap_ring_cancel() - forget the frame; its number is given to the next one */
void leap_ring_cancel(struct leap_ring *ring);

/**
 * leap_ring_pixels() - the pixels of the frame being filled
 * @ring: in a frame
 */
const u8 *leap_ring_pixels(const struct leap_ring *ring);

/**
 * leap_ring_slot() - where frame @sequence is, if it is still there
 * @ring: any time, any thread
 * @sequence: a frame's number
 */
struct leap_slot *leap_ring_slot(const struct leap_ring *ring, u32 sequence);

/** leap_ring_next() - the sequence number after @sequence */
static inline u32 leap_ring_next(u32 sequence)
{
	return sequence + 1 ? sequence + 1 : 1;
}

/** leap_ring_count() - add to a counter of the header; under the stream's lock */
static inline void leap_ring_count(u32 *counter, u32 n)
{
	WRITE_ONCE(*counter, *counter + n);
}

#endif /* LEAP_RING_H */
