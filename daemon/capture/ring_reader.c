// SPDX-License-Identifier: MIT
/*
 * The reader's half of the ring's barriers; the table is in uapi/linux/leap.h.
 * Shares the ring with the driver, which writes at any time; the rest is its own.
 */
#include <errno.h>

#include "daemon/capture/ring_reader.h"

/* Everything in the ring may change while it is read, so each word is read once. */
#define ring_load(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define ring_load_acquire(field) __atomic_load_n(&(field), __ATOMIC_ACQUIRE)

/* Pixels past @filled are an older frame's. */
#define FRAME_BROKEN (LEAP_FRAME_SHORT | LEAP_FRAME_ERROR | LEAP_FRAME_OVERRUN)

static const struct leap_slot *slot_of(const struct leap_ring_reader *reader,
				       uint32_t number)
{
	return (const void *)(reader->slots + (size_t)(number % reader->slot_count) *
						      reader->slot_stride);
}

/* Frame numbers are never 0, also when they wrap. */
static uint32_t number_before(uint32_t number)
{
	return number - 1 ? number - 1 : UINT32_MAX;
}

static uint32_t numbers_between(uint32_t older, uint32_t newer)
{
	return newer - older - 1 - (newer < older ? 1 : 0);
}

int leap_ring_reader_init(struct leap_ring_reader *reader, const void *map, size_t size)
{
	const struct leap_ring_header *header = map;
	struct leap_ring_reader ring = { .header = header };

	if (size < sizeof(*header) || ring_load(header->magic) != LEAP_RING_MAGIC)
		return -EBADMSG;
	if (ring_load(header->abi_version) != LEAP_ABI_VERSION)
		return -EPROTO;
	ring.slots = (const uint8_t *)map + ring_load(header->header_size);
	ring.slot_count = ring_load(header->slot_count);
	ring.slot_stride = ring_load(header->slot_stride);
	ring.data_offset = ring_load(header->data_offset);
	ring.data_capacity = ring_load(header->data_capacity);
	/* with one slot alone the newest frame would be overwritten by the next */
	if (ring.slot_count < 2 || ring.slot_stride % 8 ||
	    ring.data_offset < sizeof(struct leap_slot) ||
	    (uint64_t)ring.data_offset + ring.data_capacity > ring.slot_stride ||
	    ring_load(header->header_size) % 8 ||
	    ring_load(header->header_size) < sizeof(*header) ||
	    ring_load(header->header_size) +
			    (uint64_t)ring.slot_count * ring.slot_stride >
		    size)
		return -EBADMSG;
	ring.last = ring_load_acquire(header->head);
	*reader = ring;
	return 0;
}

/*
 * R1 and R4: copies what the slot says of frame @number. False when it holds another
 * frame, or began to while it was read.
 */
static bool read_slot(const struct leap_ring_reader *reader, uint32_t number,
		      struct leap_slot *ret_slot)
{
	const struct leap_slot *slot = slot_of(reader, number);

	if (ring_load_acquire(slot->sequence) != number)
		return false;
	ret_slot->flags = ring_load(slot->flags);
	ret_slot->filled = ring_load(slot->filled);
	ret_slot->time_first_ns = ring_load(slot->time_first_ns);
	ret_slot->time_last_ns = ring_load(slot->time_last_ns);
	ret_slot->size = ring_load(slot->size);
	ret_slot->width = ring_load(slot->width);
	ret_slot->height = ring_load(slot->height);
	ret_slot->lost_before = ring_load(slot->lost_before);
	ret_slot->exposure_us = ring_load(slot->exposure_us);
	ret_slot->gain = ring_load(slot->gain);
	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* R4, partner W1 */
	return ring_load(slot->sequence) == number;
}

/* Frames between the last one yielded and @number, and those the ring never saw. */
static uint32_t count_lost(const struct leap_ring_reader *reader, uint32_t number,
			   const struct leap_slot *slot)
{
	uint32_t skipped = numbers_between(reader->last, number);
	uint32_t lost = skipped + slot->lost_before;

	/* older ones have been overwritten and cannot be asked any more */
	for (uint32_t i = 0; i < skipped && i < reader->slot_count - 1; i++) {
		struct leap_slot between;

		number = number_before(number);
		if (read_slot(reader, number, &between))
			lost += between.lost_before;
	}
	return lost;
}

static void to_stereo(const struct leap_ring_reader *reader, uint32_t number,
		      const struct leap_slot *slot, struct leap_stereo_frame *frame)
{
	bool metadata = slot->flags & LEAP_FRAME_METADATA;
	bool broken = (slot->flags & FRAME_BROKEN) || slot->filled < slot->size;
	bool dark = slot->flags & LEAP_FRAME_DARK;

	*frame = (struct leap_stereo_frame){
		.pixels =
			(const uint8_t *)slot_of(reader, number) + reader->data_offset,
		.width = slot->width,
		.height = slot->height,
		.time_ns = slot->time_first_ns,
		.ready_ns = slot->time_last_ns,
		.lost_before = count_lost(reader, number, slot),
		.exposure_us = metadata ? slot->exposure_us : 0,
		.gain = metadata ? slot->gain : 0,
		.damaged = broken || dark,
		.dark = dark && !broken,
	};
	frame->sequence = reader->sequence + 1 + frame->lost_before;
}

int leap_ring_reader_newest(struct leap_ring_reader *reader,
			    struct leap_stereo_frame *ret_frame)
{
	/* the state first: a frame published before the end is still found below */
	bool gone = ring_load_acquire(reader->header->state) == LEAP_STATE_GONE;
	uint32_t head = ring_load_acquire(reader->header->head); /* R2, partner W4 */
	struct leap_slot slot;

	while (head != reader->last) {
		uint32_t newer;

		if (read_slot(reader, head, &slot)) {
			size_t size = (size_t)slot.width * slot.height * 2;

			if (!size || size != slot.size || size > reader->data_capacity)
				break;
			to_stereo(reader, head, &slot, ret_frame);
			reader->sequence = ret_frame->sequence;
			reader->last = head;
			return 1;
		}
		/* overtaken by the writer by a whole round: go on at the new head */
		newer = ring_load_acquire(reader->header->head);
		if (newer == head)
			break;
		head = newer;
	}
	return gone ? -ENODEV : 0;
}

bool leap_ring_reader_intact(const struct leap_ring_reader *reader,
			     const struct leap_stereo_frame *frame)
{
	if (frame->sequence != reader->sequence)
		return false;
	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* R4, partner W1 */
	return ring_load(slot_of(reader, reader->last)->sequence) == reader->last;
}
