// SPDX-License-Identifier: MIT
/*
 * The writer's half of the barriers in lib/native_protocol.h.
 * The memory is shared with clients that may read it at any time and cannot write it.
 */
#include "daemon/native/frame_ring.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEADER_SIZE 4096
#define LINE_SIZE 64 /* of a cache, as a rule */
#define SLOT_STRIDE \
	((sizeof(struct leap_wire_slot) + LEAP_WIRE_FRAME_MAX + 63) / 64 * 64)

#define load(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define load_acquire(field) __atomic_load_n(&(field), __ATOMIC_ACQUIRE)
#define store(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELAXED)
#define store_release(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELEASE)

/* Who has it can map it, but not for writing, and not cut it off under a reader. */
static int seal(int fd)
{
	if (fcntl(fd, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) < 0)
		return errno == EINVAL ? -ENOSYS : -errno;
	return 0;
}

static int map_memory(struct leap_frame_ring *ring)
{
	void *map;
	int r;

	if (ftruncate(ring->fd, (off_t)ring->size) < 0)
		return -errno;
	/* now, and not page by page while frames are published */
	map = mmap(NULL, ring->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		   ring->fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	r = seal(ring->fd);
	if (r)
		munmap(map, ring->size);
	else
		ring->map = map;
	return r;
}

int leap_frame_ring_init(struct leap_frame_ring *ring)
{
	struct leap_frame_ring new = {
		.size = HEADER_SIZE + LEAP_WIRE_RING_SLOTS * SLOT_STRIDE,
	};
	int r;

	new.fd = memfd_create("leapd-frames", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (new.fd < 0)
		return -errno;
	r = map_memory(&new);
	if (!new.map) {
		close(new.fd);
		return r;
	}
	*new.map = (struct leap_wire_ring){
		.magic = LEAP_WIRE_RING_MAGIC,
		.version = LEAP_WIRE_VERSION,
		.header_size = HEADER_SIZE,
		.slot_count = LEAP_WIRE_RING_SLOTS,
		.slot_stride = SLOT_STRIDE,
		.frame_max = LEAP_WIRE_FRAME_MAX,
		.state = LEAP_WIRE_RING_OPEN,
	};
	*ring = new;
	return 0;
}

static struct leap_wire_slot *slot_of(const struct leap_frame_ring *ring,
				      leap_le32 number)
{
	return (struct leap_wire_slot *)((char *)ring->map + HEADER_SIZE +
					 number % LEAP_WIRE_RING_SLOTS * SLOT_STRIDE);
}

typedef unsigned long __attribute__((may_alias)) word;

/* Word by word, because a reader may be reading them just now. */
static void copy_frame(struct leap_wire_slot *slot, const void *frame, size_t size)
{
	word *to = (word *)(slot + 1);
	const word *from = frame;
	size_t words = (size + sizeof(*to) - 1) / sizeof(*to);

	for (size_t i = 0; i < words; i++)
		store(to[i], from[i]);
}

static leap_le32 next_number(const struct leap_frame_ring *ring)
{
	return ring->head + 1 ? ring->head + 1 : 1;
}

/* As large as the one before, as a rule. */
void leap_frame_ring_fetch(const struct leap_frame_ring *ring)
{
	const char *slot = (const char *)slot_of(ring, next_number(ring));
	size_t size = sizeof(struct leap_wire_slot) + ring->newest_size;

	for (size_t i = 0; i < size; i += LINE_SIZE)
		__builtin_prefetch(slot + i, 1);
}

void leap_frame_ring_write(struct leap_frame_ring *ring, const void *frame, size_t size)
{
	leap_le32 number = next_number(ring);
	struct leap_wire_slot *slot = slot_of(ring, number);

	store(slot->sequence, 0);
	__atomic_thread_fence(__ATOMIC_RELEASE); /* W1, partner R3 */
	store(slot->size, (leap_le32)size);
	copy_frame(slot, frame, size);
	store_release(slot->sequence, number); /* W2, partner R1 */
	store_release(ring->map->head, number); /* W3, partner R2 */
	ring->head = number;
	ring->newest_size = size;
}

size_t leap_frame_ring_read(const struct leap_frame_ring *ring, leap_le32 number,
			    void *buffer)
{
	const struct leap_wire_slot *slot = slot_of(ring, number);
	const word *from = (const word *)(slot + 1);
	word *to = buffer;
	size_t size;

	if (load_acquire(slot->sequence) != number) /* R1, partner W2 */
		return 0;
	size = load(slot->size);
	for (size_t i = 0; i < (size + sizeof(*to) - 1) / sizeof(*to); i++)
		to[i] = load(from[i]);
	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* R3, partner W1 */
	return load(slot->sequence) == number ? size : 0;
}

leap_le32 leap_frame_ring_head(const struct leap_frame_ring *ring)
{
	return load_acquire(ring->map->head); /* R2, partner W3 */
}

void leap_frame_ring_notice(struct leap_frame_ring *ring)
{
	__atomic_fetch_add(&ring->map->notices, 1,
			   __ATOMIC_RELEASE); /* W4, partner R4 */
}

void leap_frame_ring_done(struct leap_frame_ring *ring)
{
	store_release(ring->map->state, LEAP_WIRE_RING_CLOSED);
	munmap(ring->map, ring->size);
	close(ring->fd);
}
