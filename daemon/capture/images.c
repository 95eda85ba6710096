// SPDX-License-Identifier: MIT
/*
 * The writer's half of the ring of <linux/leap.h>, in memory that is sealed and shared.
 * One lock guards all but @wanted and @version; readers of the memory take none.
 */
#include "daemon/capture/images.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/leap.h>

/* 70 ms at 115 Hz: a reader may look at a picture for so long. */
#define SLOTS 8
#define HEADER_SIZE 4096
#define DATA_OFFSET 4096
#define SLOT_STRIDE ((DATA_OFFSET + LEAP_FRAME_MAX + 4095) / 4096 * 4096)
#define RING_SIZE (HEADER_SIZE + SLOTS * SLOT_STRIDE)

#define store(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELAXED)
#define store_release(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELEASE)

typedef unsigned long __attribute__((may_alias)) word;

struct leap_images {
	atomic_bool wanted;
	atomic_uint version;
	pthread_mutex_t lock;
	bool offered;
	struct leap_source_info info;
	int fd; /* the device, or our memory; -1 none */
	uint32_t ring_size;
	struct leap_ring_header *ring; /* our memory; NULL none */
	uint32_t head;
};

int leap_images_new(struct leap_images **ret_images)
{
	struct leap_images *images = calloc(1, sizeof(*images));

	if (!images)
		return -ENOMEM;
	images->fd = -1;
	pthread_mutex_init(&images->lock, NULL);
	*ret_images = images;
	return 0;
}

/* Under the lock. */
static void let_go(struct leap_images *images)
{
	if (images->ring) {
		store_release(images->ring->state, LEAP_STATE_GONE);
		munmap(images->ring, RING_SIZE);
	}
	images->ring = NULL;
	if (images->fd >= 0)
		close(images->fd);
	images->fd = -1;
	atomic_fetch_add(&images->version, 1);
}

void leap_images_free(struct leap_images *images)
{
	if (!images)
		return;
	let_go(images);
	pthread_mutex_destroy(&images->lock);
	free(images);
}

/* A place of our own in the device: nobody's poll() takes a picture from another. */
static void open_device(struct leap_images *images)
{
	int fd = open(images->info.device, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct leap_info info;

	if (fd < 0)
		return;
	if (ioctl(fd, LEAP_IOC_INFO, &info) < 0) {
		close(fd);
		return;
	}
	images->fd = fd;
	images->ring_size = info.ring_size;
}

static int make_memory(int *ret_fd, void **ret_map)
{
	int fd = memfd_create("leapd-images", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *map;

	if (fd < 0)
		return -errno;
	map = ftruncate(fd, RING_SIZE) ? MAP_FAILED
				       : mmap(NULL, RING_SIZE, PROT_READ | PROT_WRITE,
					      MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		close(fd);
		return -ENOMEM;
	}
	if (fcntl(fd, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) <
	    0) {
		munmap(map, RING_SIZE);
		close(fd);
		return -ENOSYS;
	}
	*ret_fd = fd;
	*ret_map = map;
	return 0;
}

static void open_memory(struct leap_images *images)
{
	void *map = NULL;

	make_memory(&images->fd, &map);
	if (!map)
		return;
	images->ring = map;
	images->ring_size = RING_SIZE;
	images->head = 0;
	*images->ring = (struct leap_ring_header){
		.magic = LEAP_RING_MAGIC,
		.abi_version = LEAP_ABI_VERSION,
		.header_size = HEADER_SIZE,
		.slot_count = SLOTS,
		.slot_stride = SLOT_STRIDE,
		.data_offset = DATA_OFFSET,
		.data_capacity = SLOT_STRIDE - DATA_OFFSET,
		.state = LEAP_STATE_STREAMING,
	};
}

/* Under the lock: nothing is opened, and no memory taken, before it is wanted. */
static void open_if_wanted(struct leap_images *images)
{
	if (!images->offered || images->fd >= 0 || !atomic_load(&images->wanted))
		return;
	if (images->info.device[0])
		open_device(images);
	else
		open_memory(images);
	if (images->fd >= 0)
		atomic_fetch_add(&images->version, 1);
}

void leap_images_offer(struct leap_images *images, const struct leap_source_info *info)
{
	pthread_mutex_lock(&images->lock);
	images->info = *info;
	images->offered = true;
	open_if_wanted(images);
	pthread_mutex_unlock(&images->lock);
}

void leap_images_withdraw(struct leap_images *images)
{
	pthread_mutex_lock(&images->lock);
	images->offered = false;
	let_go(images);
	pthread_mutex_unlock(&images->lock);
}

void leap_images_want(struct leap_images *images, bool wanted)
{
	if (atomic_load(&images->wanted) == wanted)
		return;
	pthread_mutex_lock(&images->lock);
	atomic_store(&images->wanted, wanted);
	open_if_wanted(images);
	pthread_mutex_unlock(&images->lock);
}

static void set_format(struct leap_ring_header *ring,
		       const struct leap_stereo_frame *frame)
{
	if (ring->width == frame->width && ring->height == frame->height)
		return;
	store(ring->width, frame->width);
	store(ring->height, frame->height);
	store(ring->frame_size, frame->width * frame->height * 2);
	store(ring->generation, ring->generation + 1);
}

static void describe(struct leap_slot *slot, const struct leap_stereo_frame *frame,
		     uint32_t generation, uint32_t size)
{
	uint32_t flags = frame->damaged ? LEAP_FRAME_ERROR : 0;

	if (frame->exposure_us || frame->gain)
		flags |= LEAP_FRAME_METADATA;
	store(slot->flags, flags);
	store(slot->generation, generation);
	store(slot->time_first_ns, (uint64_t)frame->time_ns);
	store(slot->time_last_ns, (uint64_t)frame->ready_ns);
	store(slot->size, size);
	store(slot->width, (uint16_t)frame->width);
	store(slot->height, (uint16_t)frame->height);
	store(slot->lost_before, frame->lost_before);
	store(slot->exposure_us, frame->exposure_us);
	store(slot->gain, frame->gain);
}

/* Word by word, because a reader may be reading them just now. */
static void copy_pixels(struct leap_slot *slot, const uint8_t *pixels, size_t size)
{
	word *to = (word *)((char *)slot + DATA_OFFSET);
	word last = 0;
	size_t i;

	for (i = 0; i < size / sizeof(word); i++) {
		word value;

		memcpy(&value, pixels + i * sizeof(value), sizeof(value));
		store(to[i], value);
	}
	if (size % sizeof(word)) {
		memcpy(&last, pixels + i * sizeof(word), size % sizeof(word));
		store(to[i], last);
	}
}

/* Under the lock. The barriers are those of the table in <linux/leap.h>. */
static void write_picture(struct leap_images *images,
			  const struct leap_stereo_frame *frame)
{
	uint32_t number = images->head + 1 ? images->head + 1 : 1;
	size_t size = (size_t)frame->width * frame->height * 2;
	struct leap_ring_header *ring = images->ring;
	struct leap_slot *slot =
		(struct leap_slot *)((char *)ring + HEADER_SIZE +
				     (size_t)(number % SLOTS) * SLOT_STRIDE);

	set_format(ring, frame);
	store(slot->sequence, 0);
	__atomic_thread_fence(__ATOMIC_RELEASE); /* W1, partner R4 */
	store(slot->filled, 0);
	describe(slot, frame, ring->generation, (uint32_t)size);
	store_release(slot->sequence, number); /* W2, partner R1 */
	copy_pixels(slot, frame->pixels, size);
	store_release(slot->filled, (uint32_t)size); /* W3, partner R2 */
	store(ring->frames, ring->frames + 1);
	store(ring->lost, ring->lost + frame->lost_before);
	store_release(ring->head, number); /* W4, partner R2 */
	images->head = number;
}

void leap_images_put(struct leap_images *images, const struct leap_stereo_frame *frame)
{
	if (!atomic_load(&images->wanted) ||
	    (uint64_t)frame->width * frame->height * 2 > LEAP_FRAME_MAX)
		return;
	pthread_mutex_lock(&images->lock);
	if (images->ring)
		write_picture(images, frame);
	pthread_mutex_unlock(&images->lock);
}

unsigned int leap_images_version(const struct leap_images *images)
{
	return atomic_load(&images->version);
}

int leap_images_find(struct leap_images *images, struct leap_images_place *ret_place)
{
	int r = 0;

	pthread_mutex_lock(&images->lock);
	*ret_place = (struct leap_images_place){
		.version = atomic_load(&images->version),
		.fd = -1,
		.ring_size = images->ring_size,
		.device = images->info.device[0],
		.info = images->info,
	};
	if (images->fd >= 0) {
		ret_place->fd = fcntl(images->fd, F_DUPFD_CLOEXEC, 0);
		if (ret_place->fd < 0)
			r = -EMFILE;
	}
	pthread_mutex_unlock(&images->lock);
	return r;
}
