// SPDX-License-Identifier: MIT
/*
 * The readers' half of the barriers in lib/native_protocol.h.
 * Each word of the memory is read once, as it may change at any time.
 */
#include "lib/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define load(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define load_acquire(field) __atomic_load_n(&(field), __ATOMIC_ACQUIRE)

#define LINE_SIZE 64 /* of a cache, as a rule */
#define SIZE_MOST \
	(64 << 20) /* all of it is made present: a leapd needs less than 1 MiB */

int leap_ring_view_init(struct leap_ring_view *view, const void *map, size_t size)
{
	const struct leap_wire_ring *ring = map;
	struct leap_ring_view new = { .map = ring, .size = size };

	if (size < sizeof(*ring) || load(ring->magic) != LEAP_WIRE_RING_MAGIC)
		return -EBADMSG;
	if (load(ring->version) != LEAP_WIRE_VERSION)
		return -EPROTO;
	new.header_size = load(ring->header_size);
	new.slot_count = load(ring->slot_count);
	new.slot_stride = load(ring->slot_stride);
	new.frame_max = load(ring->frame_max);
	if (new.slot_count < 2 || new.slot_count > INT32_MAX || new.slot_stride % 8 ||
	    new.header_size % 8 || new.header_size < sizeof(*ring) ||
	    new.header_size > size || new.frame_max > LEAP_WIRE_MESSAGE_MAX ||
	    new.slot_stride < sizeof(struct leap_wire_slot) + new.frame_max + 7 ||
	    (size - new.header_size) / new.slot_stride < new.slot_count)
		return -EBADMSG;
	*view = new;
	return 0;
}

int leap_ring_view_open(struct leap_ring_view *view, int fd)
{
	int seals = fcntl(fd, F_GET_SEALS), r;
	struct stat status;
	void *map;

	if (seals < 0 || !(seals & F_SEAL_SHRINK))
		return -EPERM;
	if (fstat(fd, &status) < 0)
		return -errno;
	if (status.st_size <= 0 || status.st_size > SIZE_MOST)
		return -EBADMSG;
	/* now, and not page by page while frames come */
	map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE,
		   fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	r = leap_ring_view_init(view, map, (size_t)status.st_size);
	if (r)
		munmap(map, (size_t)status.st_size);
	return r;
}

void leap_ring_view_close(struct leap_ring_view *view)
{
	if (view->map)
		munmap((void *)view->map, view->size);
	view->map = NULL;
}

leap_le32 leap_ring_view_head(const struct leap_ring_view *view)
{
	return load_acquire(view->map->head); /* R2, partner W3 */
}

leap_le32 leap_ring_view_notices(const struct leap_ring_view *view)
{
	return load_acquire(view->map->notices); /* R4, partner W4 */
}

static const struct leap_wire_slot *slot_of(const struct leap_ring_view *view,
					    leap_le32 number)
{
	return (const void *)((const char *)view->map + view->header_size +
			      (size_t)(number % view->slot_count) * view->slot_stride);
}

/* All lines are on their way before the first is waited for: they are another core's. */
static void fetch(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i += LINE_SIZE)
		__builtin_prefetch(bytes + i);
}

const void *leap_ring_view_look(const struct leap_ring_view *view, leap_le32 number,
				size_t *ret_size)
{
	const struct leap_wire_slot *slot = slot_of(view, number);
	size_t size;

	if (!number || load_acquire(slot->sequence) != number) /* R1, partner W2 */
		return NULL;
	size = load(slot->size);
	if (size > view->frame_max)
		return NULL;
	fetch((const char *)(slot + 1), size);
	*ret_size = size;
	return slot + 1;
}

bool leap_ring_view_has(const struct leap_ring_view *view, leap_le32 number)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* R3, partner W1 */
	return load(slot_of(view, number)->sequence) == number;
}
