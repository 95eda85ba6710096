// SPDX-License-Identifier: MIT
/*
 * An emulated controller to plug in, and the ring as a reader sees it.
 * One thread per rig and per ring; rig_say() from any.
 */
#include "tests/kernel/guest/rig.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/pattern.h"

#define PATIENCE_NS 10000000000ULL
#define SETTLE_NS 600000000ULL /* enumeration takes some 300 ms */

static void __attribute__((noreturn, format(printf, 1, 2)))
give_up(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

bool clock_is_virtual(void)
{
	const char *clock = getenv("LEAP_CLOCK");

	return clock && !strcmp(clock, "virtual");
}

unsigned int times(unsigned int bounded, unsigned int soak)
{
	const char *long_run = getenv("LEAP_SOAK");

	return long_run && *long_run ? soak : bounded;
}

uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

void sleep_ms(unsigned int ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

/* The name of some /dev/leapN; false when there is none. */
static bool find_node(char *name, size_t size)
{
	DIR *dev = opendir("/dev");
	struct dirent *entry;
	unsigned int number;
	bool found = false;

	if (!dev)
		give_up("/dev: %s", strerror(errno));
	while (!found && (entry = readdir(dev)))
		if (sscanf(entry->d_name, "leap%u", &number) == 1) {
			snprintf(name, size, "/dev/leap%u", number);
			found = true;
		}
	closedir(dev);
	return found;
}

void rig_wait_node(struct rig *rig)
{
	uint64_t end = now_ns() + PATIENCE_NS;
	struct leap_info info;

	while (now_ns() < end) {
		int fd, failed;

		if (find_node(rig->device, sizeof(rig->device))) {
			fd = open(rig->device, O_RDONLY | O_CLOEXEC);
			failed = fd < 0 || ioctl(fd, LEAP_IOC_INFO, &info);
			if (fd >= 0)
				close(fd);
			if (!failed)
				return;
		}
		sleep_ms(2);
	}
	give_up("no /dev/leap* appeared");
}

/*
 * Waits until the hub's thread has dealt with all that happened on the bus so far, the
 * probing of new devices included: reading this attribute takes the hub's lock.
 */
static void wait_for_hub(void)
{
	char text[16];
	int fd = open("/sys/bus/usb/devices/usb1/bConfigurationValue",
		      O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text)) < 0)
		give_up("the hub's attributes: %s", strerror(errno));
	close(fd);
}

bool rig_settle(struct rig *rig)
{
	uint64_t end = now_ns() + SETTLE_NS;

	while (access("/sys/bus/usb/devices/1-1", F_OK)) {
		if (now_ns() >= end)
			return false;
		sleep_ms(5);
	}
	wait_for_hub();
	return find_node(rig->device, sizeof(rig->device));
}

void rig_wait_empty_bus(void)
{
	uint64_t end = now_ns() + PATIENCE_NS;
	unsigned int empty = 0;
	char name[32];

	/* A device on its way in shows up late; so the bus has to stay empty. */
	while (empty < 5) {
		wait_for_hub();
		if (!access("/sys/bus/usb/devices/1-1", F_OK) ||
		    find_node(name, sizeof(name)))
			empty = 0;
		else
			empty++;
		if (now_ns() >= end)
			give_up("a device is still on the bus");
		sleep_ms(10);
	}
}

void rig_wait_no_node(void)
{
	uint64_t end = now_ns() + PATIENCE_NS;
	char name[32];

	while (find_node(name, sizeof(name))) {
		if (now_ns() >= end)
			give_up("%s is still there", name);
		sleep_ms(2);
	}
}

static void run_emulator(const char *fifo, const char *const *options)
{
	const char *path = getenv("LEAP_SIM") ?: "leap-sim";
	const char *argv[32] = { path, "--usbip", "attach", "--control", fifo };
	unsigned int count = 5;

	while (*options && count < 31)
		argv[count++] = *options++;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execvp(path, (char **)argv);
	give_up("%s: %s", path, strerror(errno));
}

void rig_start(struct rig *rig, const char *const *options)
{
	static unsigned int count;
	char fifo[64];

	snprintf(fifo, sizeof(fifo), "%s/control-%d-%u", getenv("TMPDIR") ?: "/tmp",
		 getpid(), count++);
	unlink(fifo);
	if (mkfifo(fifo, 0600))
		give_up("%s: %s", fifo, strerror(errno));
	rig->control = open(fifo, O_RDWR | O_CLOEXEC);
	rig->emulator = fork();
	if (rig->emulator < 0 || rig->control < 0)
		give_up("emulator: %s", strerror(errno));
	if (!rig->emulator)
		run_emulator(fifo, options);
}

void rig_plug(struct rig *rig, const char *rate)
{
	const char *const options[] = { "--rate", rate, "--pattern", "checksum", NULL };

	rig_start(rig, options);
	rig_wait_node(rig);
}

void rig_say(struct rig *rig, const char *line)
{
	char text[64];
	int length = snprintf(text, sizeof(text), "%s\n", line);

	if (write(rig->control, text, length) != length)
		give_up("control FIFO: %s", strerror(errno));
}

void rig_unplug(struct rig *rig)
{
	rig_say(rig, "unplug");
	rig_wait_no_node();
}

void rig_replug(struct rig *rig)
{
	rig_say(rig, "plug");
	rig_wait_node(rig);
}

void rig_kill(struct rig *rig)
{
	int status;

	kill(rig->emulator, SIGTERM);
	waitpid(rig->emulator, &status, 0);
	close(rig->control);
	rig->emulator = 0;
}

void rig_stop(struct rig *rig)
{
	if (!rig->emulator)
		return;
	rig_kill(rig);
	rig_wait_empty_bus();
}

void ring_open(struct ring *ring, const char *device, int flags)
{
	void *map;

	ring->fd = open(device, flags | O_CLOEXEC);
	if (ring->fd < 0)
		give_up("%s: %s", device, strerror(errno));
	if (ioctl(ring->fd, LEAP_IOC_INFO, &ring->info))
		give_up("LEAP_IOC_INFO: %s", strerror(errno));
	map = mmap(NULL, ring->info.ring_size, PROT_READ, MAP_SHARED, ring->fd, 0);
	if (map == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	ring->header = map;
}

void ring_close(struct ring *ring)
{
	munmap((void *)ring->header, ring->info.ring_size);
	close(ring->fd);
}

uint32_t ring_head(const struct ring *ring)
{
	return __atomic_load_n(&ring->header->head, __ATOMIC_ACQUIRE);
}

uint32_t ring_next(uint32_t sequence)
{
	return sequence + 1 ?: 1;
}

const volatile struct leap_slot *ring_slot(const struct ring *ring, uint32_t sequence)
{
	const volatile struct leap_ring_header *header = ring->header;

	return (const volatile void *)((const volatile char *)header +
				       header->header_size +
				       (size_t)(sequence % header->slot_count) *
					       header->slot_stride);
}

const uint8_t *ring_pixels(const struct ring *ring,
			   const volatile struct leap_slot *slot)
{
	return (const uint8_t *)slot + ring->header->data_offset;
}

/* Verifies the frame in its place, or a copy that was made in two halves. */
static int verify(const uint8_t *pixels, const struct leap_slot *slot,
		  unsigned int hold_ms, uint64_t *number)
{
	size_t half = slot->size / 2;
	uint8_t *copy;
	int wrong;

	if (!hold_ms)
		return leap_pattern_verify(pixels, slot->width, slot->height, number,
					   NULL);
	copy = malloc(slot->size);
	if (!copy)
		give_up("no memory");
	memcpy(copy, pixels, half);
	sleep_ms(hold_ms);
	memcpy(copy + half, pixels + half, slot->size - half);
	wrong = leap_pattern_verify(copy, slot->width, slot->height, number, NULL);
	free(copy);
	return wrong;
}

enum verdict ring_check(const struct ring *ring, uint32_t sequence,
			const struct habits *habits, uint64_t *ret_number,
			struct leap_slot *ret_slot)
{
	const volatile struct leap_slot *slot = ring_slot(ring, sequence);
	const struct habits right = { 0 };
	struct leap_slot copy;
	uint64_t number = 0;
	int wrong;

	if (!habits)
		habits = &right;
	/* no frame has the number 0 */
	if (!sequence || __atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE) != sequence)
		return FRAME_OVERTAKEN;
	memcpy(&copy, (const void *)slot, sizeof(copy));
	wrong = copy.size > ring->header->data_capacity ||
		copy.size != copy.width * copy.height * 2U ||
		verify(ring_pixels(ring, slot), &copy, habits->hold_ms, &number);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (!habits->careless && slot->sequence != sequence)
		return FRAME_OVERTAKEN;
	if (ret_slot)
		*ret_slot = copy;
	if (copy.flags & (LEAP_FRAME_SHORT | LEAP_FRAME_ERROR | LEAP_FRAME_OVERRUN))
		return FRAME_FLAGGED;
	if (wrong || copy.filled != copy.size || copy.time_last_ns < copy.time_first_ns)
		return FRAME_TORN;
	*ret_number = number;
	return FRAME_WHOLE;
}

uint32_t ring_wait(const struct ring *ring, uint32_t sequence)
{
	uint64_t end = now_ns() + PATIENCE_NS;
	struct pollfd pollfd = { .fd = ring->fd, .events = POLLIN };
	uint32_t head;

	while ((int32_t)((head = ring_head(ring)) - sequence) <= 0) {
		if (now_ns() >= end)
			give_up("no frame after %u within ten seconds", sequence);
		if (poll(&pollfd, 1, 100) < 0 && errno != EINTR)
			give_up("poll: %s", strerror(errno));
		if (pollfd.revents & (POLLHUP | POLLERR))
			give_up("the device is gone, frame %u was awaited", sequence);
	}
	return head;
}

void ring_wait_whole(const struct ring *ring, unsigned int count)
{
	uint64_t end = now_ns() + PATIENCE_NS, number;
	uint32_t sequence = ring_head(ring);
	unsigned int whole = 0;

	while (whole < count) {
		uint32_t head = ring_wait(ring, sequence);

		switch (ring_check(ring, head, NULL, &number, NULL)) {
		case FRAME_WHOLE:
			whole++;
			break;
		case FRAME_TORN:
			give_up("frame %u is torn", head);
		default:
			whole = 0;
		}
		sequence = head;
		if (now_ns() >= end)
			give_up("no %u whole frames in a row", count);
	}
}
