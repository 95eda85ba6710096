// SPDX-License-Identifier: MIT
/*
 * A ring in memory and the driver's half of its rules, played by a test.
 * One writing thread; readers only map it.
 */
#include <assert.h>
#include <sys/mman.h>

#include "ring_writer.h"

#define PAGE 4096
#define STRIDE (PAGE * 178) /* LEAP_FRAME_MAX and a page, rounded up */

#define store(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELAXED)
#define store_release(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELEASE)

void ring_writer_new(struct ring_writer *writer, unsigned int slot_count)
{
	struct leap_ring_header *header;

	writer->size = PAGE + (size_t)slot_count * STRIDE;
	header = mmap(NULL, writer->size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert(header != MAP_FAILED);
	*header = (struct leap_ring_header){
		.magic = LEAP_RING_MAGIC,
		.abi_version = LEAP_ABI_VERSION,
		.header_size = PAGE,
		.slot_count = slot_count,
		.slot_stride = STRIDE,
		.data_offset = PAGE,
		.data_capacity = LEAP_FRAME_MAX,
		.state = LEAP_STATE_STREAMING,
		.generation = 1,
		.width = 640,
		.height = 120,
		.frame_size = 640 * 120 * 2,
		.interval_ns = 4672800,
	};
	writer->header = header;
}

struct leap_slot *ring_writer_slot(const struct ring_writer *writer, __u32 number)
{
	const struct leap_ring_header *header = writer->header;

	return (struct leap_slot *)((char *)header + header->header_size +
				    (size_t)(number % header->slot_count) *
					    header->slot_stride);
}

struct leap_slot *ring_writer_begin(struct ring_writer *writer, __u32 number)
{
	struct leap_slot *slot = ring_writer_slot(writer, number);

	store(slot->sequence, 0);
	__atomic_thread_fence(__ATOMIC_RELEASE); /* W1, partner R4 */
	store(slot->filled, 0);
	store(slot->flags, 0);
	store(slot->generation, writer->header->generation);
	store(slot->time_first_ns, number * 1000ULL);
	store(slot->time_last_ns, 0);
	store(slot->size, writer->header->frame_size);
	store(slot->width, writer->header->width);
	store(slot->height, writer->header->height);
	store(slot->lost_before, 0);
	store(slot->exposure_us, 0);
	store(slot->gain, 0);
	store_release(slot->sequence, number); /* W2, partner R1 */
	return slot;
}

void ring_writer_end(struct ring_writer *writer, struct leap_slot *slot, int value)
{
	__u32 *pixels = (__u32 *)((char *)slot + writer->header->data_offset);
	__u32 word = (value & 0xff) * 0x01010101U;

	for (__u32 i = 0; i < slot->size / sizeof(word); i++)
		store(pixels[i], word);
	store_release(slot->filled, slot->size); /* W3, partner R2 */
	store(slot->time_last_ns, slot->time_first_ns + 500);
	store_release(writer->header->head, slot->sequence); /* W4, partner R2 */
}

void ring_writer_publish(struct ring_writer *writer, __u32 number)
{
	ring_writer_end(writer, ring_writer_begin(writer, number), number);
}

void ring_writer_free(struct ring_writer *writer)
{
	munmap(writer->header, writer->size);
}
