// SPDX-License-Identifier: MIT
/*
 * Frames straight from the driver's ring: opens and maps /dev/leapN, waits in poll().
 * The ring is shared with the driver; everything else belongs to the capture thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/capture/ring_reader.h"
#include "daemon/capture/source-impl.h"

#define SERIAL_UNKNOWN "LP00000000000"

_Static_assert(LEAP_CALIBRATION_SIZE == LEAP_SOURCE_CALIBRATION_SIZE,
	       "calibration block");

struct device_source {
	struct leap_source source;
	struct leap_ring_reader ring;
	void *map;
	size_t map_size;
	int fd;
};

/* Return: 1 something happened, 0 timeout or a signal, or -ENODEV. */
static int wait_for_frame(const struct device_source *device, int64_t deadline_ns)
{
	struct pollfd poll_fd = { .fd = device->fd, .events = POLLIN };
	int64_t left_ns = deadline_ns - leap_source_now_ns();
	struct timespec left = leap_source_timespec(left_ns > 0 ? left_ns : 0);
	int r;

	r = ppoll(&poll_fd, 1, &left, NULL);
	if (r < 0)
		return errno == EINTR ? 0 : -EIO;
	if (poll_fd.revents & (POLLHUP | POLLERR | POLLNVAL))
		return -ENODEV;
	return r;
}

static int device_next(struct leap_source *source, int timeout_ms,
		       struct leap_stereo_frame *ret_frame)
{
	struct device_source *device = (struct device_source *)source;
	int64_t deadline_ns = leap_source_now_ns() + (int64_t)timeout_ms * 1000000;
	int wait = 1, r;

	for (;;) {
		r = leap_ring_reader_newest(&device->ring, ret_frame);
		if (r != 0)
			return r;
		if (wait <= 0)
			return wait;
		/* once more after it: the last frame may have come with the end */
		wait = wait_for_frame(device, deadline_ns);
	}
}

static bool device_still_valid(const struct leap_source *source,
			       const struct leap_stereo_frame *frame)
{
	const struct device_source *device = (const struct device_source *)source;

	return leap_ring_reader_intact(&device->ring, frame);
}

static int set_control(int fd, uint32_t id, unsigned int value)
{
	struct leap_control control = { .id = id, .value = (int32_t)value };

	return ioctl(fd, LEAP_IOC_CONTROL_SET, &control) < 0 ? -errno : 0;
}

static int device_expose(struct leap_source *source, unsigned int exposure_us,
			 unsigned int gain)
{
	struct device_source *device = (struct device_source *)source;
	int r = set_control(device->fd, LEAP_CONTROL_EXPOSURE, exposure_us);

	return r < 0 ? r : set_control(device->fd, LEAP_CONTROL_GAIN, gain);
}

static int device_darken(struct leap_source *source, unsigned int interval)
{
	struct device_source *device = (struct device_source *)source;

	return set_control(device->fd, LEAP_CONTROL_DARK_INTERVAL, interval);
}

static void device_close(struct leap_source *source)
{
	struct device_source *device = (struct device_source *)source;

	munmap(device->map, device->map_size);
	close(device->fd);
	free(device);
}

static const struct leap_source_ops device_ops = {
	.next = device_next,
	.still_valid = device_still_valid,
	.expose = device_expose,
	.darken = device_darken,
	.close = device_close,
};

int leap_source_device_new(int fd, void *map, size_t map_size,
			   struct leap_source **ret_source,
			   char error[LEAP_SOURCE_ERROR_MAX])
{
	struct device_source *device = calloc(1, sizeof(*device));
	int r;

	if (!device) {
		leap_source_fail(error, -ENOMEM, "out of memory");
		return -ENOMEM;
	}
	r = leap_ring_reader_init(&device->ring, map, map_size);
	if (r < 0) {
		leap_source_fail(error, r,
				 "its frame ring is not one of this version: driver "
				 "and program must be of one release");
		free(device);
		return r;
	}
	device->source.ops = &device_ops;
	device->source.live = true;
	device->map = map;
	device->map_size = map_size;
	device->fd = fd;
	*ret_source = &device->source;
	return 0;
}

static int fail_open(const char *path, char *error)
{
	int r = -errno;

	switch (r) {
	case -EACCES:
	case -EPERM:
		return leap_source_fail(error, r,
					"%s: permission denied: log in at this "
					"computer's own screen, or join the group that "
					"owns it (ls -l %s)",
					path, path);
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return leap_source_fail(error, r,
					"%s: no controller there: plug it in and load "
					"the module leap",
					path);
	default:
		return leap_source_fail(error, r, "%s: cannot be opened: %s", path,
					strerror(-r));
	}
}

static int check_info(const char *path, int fd, struct leap_info *ret_info, char *error)
{
	if (ioctl(fd, LEAP_IOC_INFO, ret_info) < 0) {
		if (errno == ENOTTY || errno == EINVAL)
			return leap_source_fail(error, -ENODEV,
						"%s: not a device of the driver leap",
						path);
		return leap_source_fail(error, -errno, "%s: does not answer: %s", path,
					strerror(errno));
	}
	if (ret_info->abi_version != LEAP_ABI_VERSION)
		return leap_source_fail(
			error, -EPROTO,
			"%s: the driver speaks version %u, this program "
			"version %u: install both from one release and "
			"load the module again",
			path, ret_info->abi_version, LEAP_ABI_VERSION);
	return 0;
}

static void fill_info(struct leap_source_info *info, int fd,
		      const struct leap_info *device)
{
	struct leap_calibration calibration;
	size_t length = strnlen((const char *)device->serial, LEAP_SERIAL_SIZE - 1);

	info->type = "peripheral";
	snprintf(info->serial, sizeof(info->serial), "%.*s", (int)length,
		 (const char *)device->serial);
	for (size_t i = 0; i < length; i++)
		if (device->serial[i] <= ' ' || device->serial[i] > '~')
			length = 0;
	if (!length)
		strcpy(info->serial, SERIAL_UNKNOWN);
	if (device->calibration_valid &&
	    ioctl(fd, LEAP_IOC_CALIBRATION, &calibration) == 0) {
		memcpy(info->calibration, calibration.data, sizeof(calibration.data));
		info->calibration_size = sizeof(calibration.data);
	}
}

/* Maps the ring and asks for the stream; @fd is the source's on success. */
static int start(const char *path, int fd, struct leap_source **ret_source, char *error)
{
	struct leap_source *source;
	struct leap_info info;
	char reason[LEAP_SOURCE_ERROR_MAX];
	void *map;
	int r;

	r = check_info(path, fd, &info, error);
	if (r < 0)
		return r;
	map = mmap(NULL, info.ring_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return leap_source_fail(error, -errno,
					"%s: its frame ring cannot be mapped: %s", path,
					strerror(errno));
	/* before START: the ring reader begins behind the newest frame of old */
	r = leap_source_device_new(fd, map, info.ring_size, &source, reason);
	if (r < 0) {
		munmap(map, info.ring_size);
		return leap_source_fail(error, r, "%s: %.400s", path, reason);
	}
	if (ioctl(fd, LEAP_IOC_START) < 0) {
		r = leap_source_fail(
			error, -errno,
			"%s: the controller does not start streaming (%s): "
			"unplug it and plug it in again",
			path, strerror(errno));
		munmap(map, info.ring_size);
		free(source);
		return r;
	}
	fill_info(&source->info, fd, &info);
	if (strlen(path) < sizeof(source->info.device))
		memcpy(source->info.device, path, strlen(path) + 1);
	*ret_source = source;
	return 0;
}

int leap_source_device_open(const char *path, struct leap_source **ret_source,
			    char error[LEAP_SOURCE_ERROR_MAX])
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	int r;

	/* Without leave to write, everything works but the exposure's control. */
	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fail_open(path, error);
	r = start(path, fd, ret_source, error);
	if (r < 0)
		close(fd);
	return r;
}
