// SPDX-License-Identifier: GPL-2.0-only
/*
 * The writer's side of the frame ring: slots, sequence numbers and their barriers.
 * The caller holds the stream's lock; W1..W4 are explained in <linux/leap.h>.
 */
#include "driver/ring.h"

static size_t leap_align(size_t size, size_t page_size)
{
	return (size + page_size - 1) / page_size * page_size;
}

static size_t leap_slot_stride(size_t page_size)
{
	return leap_align(sizeof(struct leap_slot) + LEAP_FRAME_MAX, page_size);
}

size_t leap_ring_memory_size(u32 slot_count, size_t page_size)
{
	return leap_align(sizeof(struct leap_ring_header), page_size) +
	       slot_count * leap_slot_stride(page_size);
}

void leap_ring_init(struct leap_ring *ring, void *memory, u32 slot_count,
		    size_t page_size)
{
	struct leap_ring_header *header = memory;

	memset(ring, 0, sizeof(*ring));
	ring->header = header;
	ring->slot_count = slot_count;
	ring->slot_stride = leap_slot_stride(page_size);
	ring->header_size = leap_align(sizeof(*header), page_size);

	header->magic = LEAP_RING_MAGIC;
	header->abi_version = LEAP_ABI_VERSION;
	header->header_size = ring->header_size;
	header->slot_count = ring->slot_count;
	header->slot_stride = ring->slot_stride;
	header->data_offset = sizeof(struct leap_slot);
	header->data_capacity = ring->slot_stride - sizeof(struct leap_slot);
	header->state = LEAP_STATE_IDLE;
}

int leap_ring_set_format(struct leap_ring *ring, u16 width, u16 height, u32 interval_ns)
{
	struct leap_ring_header *header = ring->header;
	u64 size = (u64)width * height * 2;

	if (!size || size > LEAP_FRAME_MAX || !interval_ns)
		return -EINVAL;
	if (ring->width == width && ring->height == height &&
	    ring->interval_ns == interval_ns)
		return 0;
	ring->width = width;
	ring->height = height;
	ring->frame_size = size;
	ring->interval_ns = interval_ns;
	WRITE_ONCE(header->width, width);
	WRITE_ONCE(header->height, height);
	WRITE_ONCE(header->frame_size, (u32)size);
	WRITE_ONCE(header->interval_ns, interval_ns);
	ring->generation++;
	/* a reader that sees the generation in a slot finds it here with its fields */
	smp_store_release(&header->generation, ring->generation);
	return 0;
}

struct leap_slot *leap_ring_slot(const struct leap_ring *ring, u32 sequence)
{
	size_t index = sequence % ring->slot_count;

	return (void *)((u8 *)ring->header + ring->header_size +
			index * ring->slot_stride);
}

static u8 *leap_slot_pixels(struct leap_slot *slot)
{
	return (u8 *)slot + sizeof(*slot);
}

const u8 *leap_ring_pixels(const struct leap_ring *ring)
{
	return leap_slot_pixels(ring->slot);
}

void leap_ring_begin(struct leap_ring *ring, bool visible, u64 now_ns,
		     u32 device_time_ms, u32 lost_before)
{
	struct leap_slot *slot;

	ring->sequence = leap_ring_next(ring->head);
	slot = leap_ring_slot(ring, ring->sequence);
	ring->slot = slot;
	ring->filled = 0;
	ring->begun++;
	ring->lost_before = lost_before;

	WRITE_ONCE(slot->sequence, 0);
	smp_wmb(); /* W1, pairs with R4: who sees what follows sees that it went */
	WRITE_ONCE(slot->filled, 0);
	WRITE_ONCE(slot->flags, 0);
	WRITE_ONCE(slot->generation, ring->generation);
	WRITE_ONCE(slot->time_first_ns, now_ns);
	WRITE_ONCE(slot->time_last_ns, 0);
	WRITE_ONCE(slot->device_time_ms, device_time_ms);
	WRITE_ONCE(slot->size, ring->frame_size);
	WRITE_ONCE(slot->width, ring->width);
	WRITE_ONCE(slot->height, ring->height);
	WRITE_ONCE(slot->lost_before, lost_before);
	WRITE_ONCE(slot->exposure_us, 0);
	WRITE_ONCE(slot->gain, 0);
	WRITE_ONCE(slot->label, 0);
	WRITE_ONCE(slot->digital_gain, 0);
	if (!visible)
		return;
	smp_wmb(); /* W2, pairs with R1: who sees the number sees its metadata */
	WRITE_ONCE(slot->sequence, ring->sequence);
}

u32 leap_ring_append(struct leap_ring *ring, const u8 *data, u32 len)
{
	struct leap_slot *slot = ring->slot;

	len = min(len, ring->frame_size - ring->filled);
	leap_copy_pixels(leap_slot_pixels(slot) + ring->filled, data, len);
	ring->filled += len;
	/* W3, pairs with R2: pixels below filled are there */
	smp_store_release(&slot->filled, ring->filled);
	return len;
}

void leap_ring_publish(struct leap_ring *ring, const struct leap_frame_end *end)
{
	struct leap_ring_header *header = ring->header;
	struct leap_slot *slot = ring->slot;

	WRITE_ONCE(slot->flags, end->flags);
	WRITE_ONCE(slot->time_last_ns, end->time_last_ns);
	WRITE_ONCE(slot->exposure_us, end->exposure_us);
	WRITE_ONCE(slot->gain, end->gain);
	WRITE_ONCE(slot->label, end->label);
	WRITE_ONCE(slot->digital_gain, end->digital_gain);
	smp_wmb(); /* W2 for a frame that was not visible so far */
	WRITE_ONCE(slot->sequence, ring->sequence);
	leap_ring_count(&header->frames, 1);
	leap_ring_count(&header->lost, ring->lost_before);
	if (end->flags & LEAP_FRAME_SHORT)
		leap_ring_count(&header->short_frames, 1);
	ring->head = ring->sequence;
	ring->slot = NULL;
	/* W4, pairs with R2: who sees this head sees the final metadata */
	smp_store_release(&header->head, ring->head);
}

void leap_ring_cancel(struct leap_ring *ring)
{
	WRITE_ONCE(ring->slot->sequence, 0);
	ring->slot = NULL;
}
