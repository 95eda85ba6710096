// SPDX-License-Identifier: MIT
/*
 * compare leap|v4l2|wake|sink DEVICE READERS SECONDS: follows the stream of one controller
 * with so many readers, and says what that cost and how late they were. For a fair word on
 * V4L2, which knows one streaming reader, the others get each frame from that one: it copies
 * the frame into shared memory and wakes them through an eventfd each. With wake there is
 * no device: a clock wakes them all as often with one system call, and they do nothing.
 * That is what any way to tell so many processes costs at least.
 *
 * Each reader is a process of its own. Times come from the emulator (leap-sim --stamp).
 * Meanwhile the guest's kernel traces who runs, from which spent.awk tells the cost.
 */
#include "tests/kernel/guest/rig.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FRAME (640 * 240 * 2)
#define STAMP (FRAME - 12 - 8)
#define READERS_MAX 32
#define FRAMES_MAX 16384
#define BUFFERS 8
#define SLOTS 8
#define WARM_UP_NS 500000000ULL
#define WRITTEN_LESS_MS 200 /* than the readers read: spent.awk looks at that only */
#define BEAT_NS 8695652ULL /* 115 a second, as frames */

/* What a reader has seen; shared with the process that prints it. */
struct result {
	uint32_t frames;
	uint64_t first, last; /* the device's numbers */
	int64_t late_ns[FRAMES_MAX];
};

struct shared {
	uint64_t begin_ns, end_ns;
	struct result results[READERS_MAX];
	/* V4L2 only: what its one reader passes on */
	uint32_t newest;
	uint8_t slots[SLOTS][FRAME];
	/* without a device only */
	uint32_t beat;
	uint64_t beat_ns;
};

static struct shared *shared;

static void __attribute__((noreturn)) give_up(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static uint64_t word(const uint8_t *from)
{
	uint64_t value;

	memcpy(&value, from, sizeof(value));
	return value;
}

/*
 * The number lies in the first row of the checksum pattern. Looking at the clock is a system
 * call in User-Mode Linux, so that readers do it once for a frame. Returns what it showed.
 */
static uint64_t note(struct result *result, const uint8_t *pixels)
{
	uint64_t number = word(pixels + 4), now = now_ns();

	if (now < shared->begin_ns || now >= shared->end_ns)
		return now;
	/* one that was overwritten by a newer one before it was looked at is missing */
	if (result->frames && number <= result->last)
		return now;
	if (!result->frames)
		result->first = number;
	result->last = number;
	if (result->frames < FRAMES_MAX)
		result->late_ns[result->frames] = now - word(pixels + STAMP);
	result->frames++;
	return now;
}

static void read_leap(const char *device, struct result *result)
{
	uint32_t damaged = LEAP_FRAME_SHORT | LEAP_FRAME_ERROR | LEAP_FRAME_OVERRUN;
	struct pollfd pollfd;
	struct ring ring;
	uint64_t now = 0;
	uint32_t seen;

	ring_open(&ring, device, O_RDONLY);
	if (ioctl(ring.fd, LEAP_IOC_START))
		give_up("LEAP_IOC_START");
	pollfd = (struct pollfd){ .fd = ring.fd, .events = POLLIN };
	seen = ring_head(&ring);
	while (now < shared->end_ns) {
		const volatile struct leap_slot *slot;
		uint32_t head;

		if (poll(&pollfd, 1, 5000) <= 0)
			give_up("no frame");
		head = ring_head(&ring);
		/* those that came meanwhile are still in the ring */
		if (head - seen >= ring.header->slot_count)
			seen = head - 1;
		while (seen != head) {
			seen = ring_next(seen);
			slot = ring_slot(&ring, seen);
			if (slot->sequence == seen && !(slot->flags & damaged))
				now = note(result, ring_pixels(&ring, slot));
		}
	}
	ring_close(&ring);
}

struct camera {
	int fd;
	uint8_t *buffers[BUFFERS];
};

static void camera_open(struct camera *camera, const char *device)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_requestbuffers request = { .count = BUFFERS,
					       .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
					       .memory = V4L2_MEMORY_MMAP };

	camera->fd = open(device, O_RDWR | O_CLOEXEC);
	format.fmt.pix.width = 640;
	format.fmt.pix.height = 240;
	format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
	if (camera->fd < 0 || ioctl(camera->fd, VIDIOC_S_FMT, &format) ||
	    format.fmt.pix.width != 640 || format.fmt.pix.height != 240 ||
	    ioctl(camera->fd, VIDIOC_REQBUFS, &request) || request.count != BUFFERS)
		give_up(device);
	for (unsigned int i = 0; i < BUFFERS; i++) {
		struct v4l2_buffer buffer = { .index = i,
					      .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
					      .memory = V4L2_MEMORY_MMAP };

		if (ioctl(camera->fd, VIDIOC_QUERYBUF, &buffer))
			give_up("VIDIOC_QUERYBUF");
		camera->buffers[i] = mmap(NULL, buffer.length, PROT_READ, MAP_SHARED,
					  camera->fd, buffer.m.offset);
		if (camera->buffers[i] == MAP_FAILED ||
		    ioctl(camera->fd, VIDIOC_QBUF, &buffer))
			give_up("buffers");
	}
	if (ioctl(camera->fd, VIDIOC_STREAMON, &format.type))
		give_up("VIDIOC_STREAMON");
}

static void pass_on(const uint8_t *pixels, const int *events, unsigned int count)
{
	uint32_t next = shared->newest + 1;
	const uint64_t one = 1;

	memcpy(shared->slots[next % SLOTS], pixels, FRAME);
	__atomic_store_n(&shared->newest, next, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < count; i++)
		if (write(events[i], &one, sizeof(one)) < 0)
			give_up("eventfd");
}

static void read_camera(const char *device, struct result *result, const int *events,
			unsigned int others)
{
	struct camera camera;
	uint64_t now = 0;

	camera_open(&camera, device);
	while (now < shared->end_ns) {
		struct pollfd pollfd = { .fd = camera.fd, .events = POLLIN };
		struct v4l2_buffer buffer = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
					      .memory = V4L2_MEMORY_MMAP };

		if (poll(&pollfd, 1, 5000) <= 0)
			give_up("no frame");
		if (ioctl(camera.fd, VIDIOC_DQBUF, &buffer))
			continue;
		if (!(buffer.flags & V4L2_BUF_FLAG_ERROR) &&
		    buffer.bytesused == FRAME) {
			const uint8_t *pixels = camera.buffers[buffer.index];

			now = note(result, pixels);
			if (others)
				pass_on(pixels, events, others);
		}
		if (ioctl(camera.fd, VIDIOC_QBUF, &buffer))
			give_up("VIDIOC_QBUF");
	}
	close(camera.fd);
}

static void read_passed_on(struct result *result, int event)
{
	uint32_t seen = shared->newest;
	uint64_t now = 0;

	while (now < shared->end_ns) {
		uint32_t newest;
		uint64_t count;

		if (read(event, &count, sizeof(count)) < 0)
			give_up("eventfd");
		newest = __atomic_load_n(&shared->newest, __ATOMIC_ACQUIRE);
		if (newest - seen >= SLOTS)
			seen = newest - 1;
		while (seen != newest)
			now = note(result, shared->slots[++seen % SLOTS]);
	}
}

static void wait_for_beats(struct result *result)
{
	uint32_t seen = shared->beat;
	uint64_t now = 0;

	while (now < shared->end_ns) {
		const struct timespec limit = { .tv_sec = 1 };
		uint32_t beat;

		syscall(SYS_futex, &shared->beat, FUTEX_WAIT, seen, &limit, NULL, 0);
		beat = __atomic_load_n(&shared->beat, __ATOMIC_ACQUIRE);
		now = now_ns();
		if (beat == seen)
			continue;
		seen = beat;
		if (now < shared->begin_ns || now >= shared->end_ns)
			continue;
		if (result->frames < FRAMES_MAX)
			result->late_ns[result->frames] = now - shared->beat_ns;
		result->frames++;
		if (!result->first)
			result->first = beat;
		result->last = beat;
	}
}

static void beat(void)
{
	uint64_t next = now_ns();

	while (next < shared->end_ns) {
		struct timespec at;

		next += BEAT_NS;
		at.tv_sec = next / 1000000000;
		at.tv_nsec = next % 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
		shared->beat_ns = now_ns();
		__atomic_add_fetch(&shared->beat, 1, __ATOMIC_RELEASE);
		syscall(SYS_futex, &shared->beat, FUTEX_WAKE, READERS_MAX, NULL, NULL,
			0);
	}
	_exit(0);
}

/* While this is on, the guest's kernel writes down who runs: see spent.awk. */
static void write_down(const char *on)
{
	int fd = open("/sys/kernel/tracing/tracing_on", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, on, 1) != 1)
		give_up("tracing_on");
	close(fd);
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static double late_us(const struct result *result, unsigned int percent)
{
	uint32_t count = result->frames < FRAMES_MAX ? result->frames : FRAMES_MAX;

	return count ? result->late_ns[(uint64_t)count * percent / 101] / 1e3 : 0;
}

static void print(unsigned int readers)
{
	double seconds = (shared->end_ns - shared->begin_ns) / 1e9;
	struct result *worst = &shared->results[0];
	uint64_t missing = 0, frames = 0;

	for (unsigned int i = 0; i < readers; i++) {
		struct result *result = &shared->results[i];

		qsort(result->late_ns,
		      result->frames < FRAMES_MAX ? result->frames : FRAMES_MAX,
		      sizeof(result->late_ns[0]), ascending);
		frames += result->frames;
		if (result->frames)
			missing += result->last - result->first + 1 - result->frames;
		/* the one that is latest at the 99th percentile speaks for all */
		if (late_us(result, 99) > late_us(worst, 99))
			worst = result;
	}
	printf("frames_per_s %.1f missing %" PRIu64
	       " late_p50_us %.0f late_p99_us %.0f\n",
	       readers ? frames / seconds / readers : 0, missing, late_us(worst, 50),
	       late_us(worst, 99));
}

static void run_reader(const char *kind, const char *device, unsigned int which,
		       const int *events, unsigned int readers)
{
	struct result *result = &shared->results[which];

	if (!strcmp(kind, "leap"))
		read_leap(device, result);
	else if (!strcmp(kind, "wake"))
		wait_for_beats(result);
	else if (which == 0)
		read_camera(device, result, events + 1, readers - 1);
	else
		read_passed_on(result, events[which]);
	_exit(0);
}

int main(int argc, char **argv)
{
	unsigned int readers, seconds;
	int events[READERS_MAX], status, failed = 0;

	if (argc != 5 || (readers = atoi(argv[3])) > READERS_MAX)
		return 2;
	seconds = atoi(argv[4]);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		give_up("memory");
	shared->begin_ns = now_ns() + WARM_UP_NS;
	shared->end_ns = shared->begin_ns + seconds * 1000000000ULL;
	for (unsigned int i = 0; i < readers; i++)
		events[i] = eventfd(0, EFD_CLOEXEC);
	for (unsigned int i = 0; i < readers; i++)
		if (!fork())
			run_reader(argv[1], argv[2], i, events, readers);
	if (!strcmp(argv[1], "wake") && !fork())
		beat();
	sleep_ms(WARM_UP_NS / 1000000);
	write_down("1");
	sleep_ms(seconds * 1000 - WRITTEN_LESS_MS);
	write_down("0");
	while (wait(&status) > 0)
		failed |= status;
	print(readers);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
