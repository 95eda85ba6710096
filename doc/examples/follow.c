// SPDX-License-Identifier: MIT
/* follow: prints number, time and mean brightness of 100 frames. One thread. */
#include <fcntl.h>
#include <linux/leap.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

/* Works in place; false when the frame was overwritten meanwhile. */
static int use(struct leap_ring_header *ring, unsigned int number)
{
	size_t index = number % ring->slot_count;
	struct leap_slot *slot =
		(void *)((char *)ring + ring->header_size + index * ring->slot_stride);
	unsigned char *pixels = (unsigned char *)slot + ring->data_offset;
	unsigned long long sum = 0, time_ns;
	unsigned int size, flags;

	if (__atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE) != number)
		return 0;
	size = slot->size;
	flags = slot->flags;
	time_ns = slot->time_last_ns;
	for (unsigned int i = 0; i < size && i < ring->data_capacity; i++)
		sum += pixels[i];
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (__atomic_load_n(&slot->sequence, __ATOMIC_RELAXED) != number)
		return 0; /* the sum is of two frames */
	if (!(flags & (LEAP_FRAME_SHORT | LEAP_FRAME_ERROR | LEAP_FRAME_OVERRUN)))
		printf("%u %llu %.1f\n", number, time_ns, (double)sum / size);
	return 1;
}

int main(int argc, char **argv)
{
	int fd = open(argc > 1 ? argv[1] : "/dev/leap0", O_RDONLY);
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	struct leap_ring_header *ring;
	unsigned int last = 0;
	struct leap_info info;

	if (fd < 0 || ioctl(fd, LEAP_IOC_INFO, &info)) {
		perror("no controller");
		return 1;
	}
	ring = mmap(NULL, info.ring_size, PROT_READ, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED || ioctl(fd, LEAP_IOC_START)) {
		perror("no stream");
		return 1;
	}
	for (int n = 0;
	     n < 100 && poll(&wait, 1, 2000) > 0 && wait.revents == POLLIN;) {
		unsigned int head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);

		if (head != last) /* a newer one may have come since poll() */
			n += use(ring, head);
		last = head;
	}
	return 0;
}
