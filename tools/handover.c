// SPDX-License-Identifier: MIT
/*
 * Takes controllers from one USB driver of the kernel and gives them to another, by the
 * driver's bind and unbind in sysfs. No state; one caller at a time.
 */
#include "tools/handover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONTROLLERS_MAX 16
#define NAME_SIZE 64 /* of a USB interface: "1-1.4:1.0" */

/* bInterfaceSubClass */
#define VIDEO_CONTROL "01"
#define VIDEO_STREAMING "02"

struct names {
	unsigned int count;
	char name[CONTROLLERS_MAX][NAME_SIZE];
};

/* Whether the attribute of a USB device or interface is @expected. */
static bool is(const char *sysfs, const char *name, const char *attribute,
	       const char *expected)
{
	char path[PATH_MAX], text[16] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/bus/usb/devices/%s/%s", sysfs, name,
		 attribute);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	text[strcspn(text, "\n")] = '\0';
	return strcmp(text, expected) == 0;
}

/* An interface of a controller, which is named after its device: "1-1:1.0". */
static bool is_controllers(const char *sysfs, const char *interface)
{
	char device[NAME_SIZE];
	size_t length = strcspn(interface, ":");

	if (!interface[length] || strlen(interface) >= NAME_SIZE)
		return false;
	memcpy(device, interface, length);
	device[length] = '\0';
	return is(sysfs, device, "idVendor", "f182") &&
	       is(sysfs, device, "idProduct", "0003");
}

/* The interfaces of that kind that @driver has. */
static void find(const char *sysfs, const char *driver, const char *subclass,
		 struct names *ret_names)
{
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *folder;

	ret_names->count = 0;
	snprintf(path, sizeof(path), "%s/bus/usb/drivers/%s", sysfs, driver);
	folder = opendir(path);
	if (!folder)
		return; /* who is not loaded has none */
	while (ret_names->count < CONTROLLERS_MAX && (entry = readdir(folder))) {
		if (!is_controllers(sysfs, entry->d_name) ||
		    !is(sysfs, entry->d_name, "bInterfaceSubClass", subclass))
			continue;
		snprintf(ret_names->name[ret_names->count++], NAME_SIZE, "%s",
			 entry->d_name);
	}
	closedir(folder);
}

static int tell(const char *sysfs, const char *driver, const char *what,
		const char *interface)
{
	char path[PATH_MAX];
	int fd, r = 0;

	snprintf(path, sizeof(path), "%s/bus/usb/drivers/%s/%s", sysfs, driver, what);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, interface, strlen(interface)) < 0)
		r = -errno;
	close(fd);
	return r;
}

static bool has_driver(const char *sysfs, const char *driver)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/bus/usb/drivers/%s/bind", sysfs, driver);
	return access(path, F_OK) == 0;
}

static int move(const char *sysfs, const char *from, const char *to,
		const char *interface)
{
	int r = tell(sysfs, from, "unbind", interface);

	/* it goes with the other interface when that is taken away first */
	if (r < 0 && r != -ENODEV)
		return r;
	r = tell(sysfs, to, "bind", interface);
	if (r < 0)
		tell(sysfs, from, "bind", interface);
	return r;
}

int leap_handover(const char *sysfs, const char *from, const char *to,
		  void (*moved)(const char *device))
{
	struct names control, streaming;

	if (!has_driver(sysfs, to))
		return -ENOENT;
	find(sysfs, from, VIDEO_CONTROL, &control);
	find(sysfs, from, VIDEO_STREAMING, &streaming);
	/* first: uvcvideo holds on to it while a program has it open */
	for (unsigned int i = 0; i < streaming.count; i++) {
		int r = tell(sysfs, from, "unbind", streaming.name[i]);

		if (r < 0)
			return r;
	}
	for (unsigned int i = 0; i < control.count; i++) {
		int r = move(sysfs, from, to, control.name[i]);

		if (r < 0)
			return r;
		control.name[i][strcspn(control.name[i], ":")] = '\0';
		if (moved)
			moved(control.name[i]);
	}
	return (int)control.count;
}
