// SPDX-License-Identifier: MIT
/*
 * A reader of the pictures' ring, by the rules of <linux/leap.h>.
 * Each word of the memory is read once, as it may change at any time.
 */
#include "lib/images.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define load(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define load_acquire(field) __atomic_load_n(&(field), __ATOMIC_ACQUIRE)

int leap_picture_ring_init(struct leap_picture_ring *ring, const void *map, size_t size)
{
	const struct leap_ring_header *header = map;
	struct leap_picture_ring new = { .map = header, .size = size };

	if (size < sizeof(*header) || load(header->magic) != LEAP_RING_MAGIC)
		return -EBADMSG;
	if (load(header->abi_version) != LEAP_ABI_VERSION)
		return -EPROTO;
	new.header_size = load(header->header_size);
	new.slot_count = load(header->slot_count);
	new.slot_stride = load(header->slot_stride);
	new.data_offset = load(header->data_offset);
	new.data_capacity = load(header->data_capacity);
	if (new.slot_count < 2 || !new.slot_stride || new.slot_stride % 8 ||
	    new.header_size % 8 || new.header_size < sizeof(*header) ||
	    new.header_size > size || new.data_offset < sizeof(struct leap_slot) ||
	    (uint64_t) new.data_offset + new.data_capacity > new.slot_stride ||
	    (size - new.header_size) / new.slot_stride < new.slot_count)
		return -EBADMSG;
	*ring = new;
	return 0;
}

/* A device's pages stay until the last mapping ends; memory has to be sealed. */
static int check_device(int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	return S_ISCHR(status.st_mode) ? 0 : -EPERM;
}

static int check_memory(int fd, size_t size)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat status;

	if (seals < 0 || !(seals & F_SEAL_SHRINK))
		return -EPERM;
	if (fstat(fd, &status) < 0)
		return -errno;
	return (uintmax_t)status.st_size < size ? -EBADMSG : 0;
}

int leap_picture_ring_open(struct leap_picture_ring *ring, int fd, size_t size,
			   bool is_device)
{
	int r = is_device ? check_device(fd) : check_memory(fd, size);
	void *map;

	if (r)
		return r;
	map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	r = leap_picture_ring_init(ring, map, size);
	if (r)
		munmap(map, size);
	return r;
}

void leap_picture_ring_close(struct leap_picture_ring *ring)
{
	if (ring->map)
		munmap((void *)ring->map, ring->size);
	ring->map = NULL;
}

uint32_t leap_picture_ring_head(const struct leap_picture_ring *ring)
{
	return load_acquire(ring->map->head); /* R2, partner W4 */
}

static const struct leap_slot *slot_of(const struct leap_picture_ring *ring,
				       uint32_t number)
{
	return (const void *)((const char *)ring->map + ring->header_size +
			      (size_t)(number % ring->slot_count) * ring->slot_stride);
}

bool leap_picture_ring_has(const struct leap_picture_ring *ring, uint32_t number)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* R4, partner W1 */
	return load(slot_of(ring, number)->sequence) == number;
}

/* Return: whether it is picture @number, and was all the time. */
static bool describe(const struct leap_picture_ring *ring, uint32_t number,
		     struct leap_image *image)
{
	const struct leap_slot *slot = slot_of(ring, number);
	uint32_t flags, size, filled;

	if (load_acquire(slot->sequence) != number) /* R1, partner W2 */
		return false;
	flags = load(slot->flags);
	size = load(slot->size);
	filled = load(slot->filled);
	*image = (struct leap_image){
		.pixels = (const uint8_t *)slot + ring->data_offset,
		.width = load(slot->width),
		.height = load(slot->height),
		.sequence = number,
		.time_ns = (int64_t)load(slot->time_first_ns),
		.exposure_us = flags & LEAP_FRAME_METADATA ? load(slot->exposure_us)
							   : 0,
		.gain = flags & LEAP_FRAME_METADATA ? load(slot->gain) : 0,
		.is_damaged = (flags & (LEAP_FRAME_SHORT | LEAP_FRAME_ERROR |
					LEAP_FRAME_OVERRUN)) ||
			      filled < size,
		.is_dark = flags & LEAP_FRAME_DARK,
	};
	return (uint64_t)image->width * image->height * 2 == size && size &&
	       size <= ring->data_capacity && leap_picture_ring_has(ring, number);
}

int leap_picture_ring_newest(const struct leap_picture_ring *ring,
			     struct leap_image *ret_image)
{
	/* overtaken by a whole round while looking: once more at the new head */
	for (int i = 0; i < 3; i++) {
		uint32_t head = leap_picture_ring_head(ring);
		struct leap_image image;

		if (!head)
			return -EAGAIN;
		if (!describe(ring, head, &image))
			continue;
		*ret_image = image;
		return 0;
	}
	return -EAGAIN;
}
