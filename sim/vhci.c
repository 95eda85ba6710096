// SPDX-License-Identifier: MIT
/*
 * The virtual USB host controller of this machine (kernel module vhci-hcd).
 * No state of its own; any thread.
 */
#include "sim/vhci.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/usbip.h"

#define VHCI "/sys/devices/platform/vhci_hcd.0/"
#define STATE_FREE 4 /* VDEV_ST_NULL */
#define TRIES 8 /* others may take the port that was just found free */

int leap_vhci_free_port(const char *status, unsigned int *ret_port)
{
	unsigned int port = 0, state = 0;

	while (status && *status) {
		if (sscanf(status, "hs %u %u", &port, &state) == 2 &&
		    state == STATE_FREE) {
			*ret_port = port;
			return 0;
		}
		status = strchr(status, '\n');
		if (status)
			status++;
	}
	return -EBUSY;
}

static int read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	text[n] = '\0';
	return 0;
}

/* The ports of the first controller are in "status", of the others in "status.N". */
static int find_port(unsigned int *ret_port)
{
	char path[64] = VHCI "status", text[4096] = "";
	int r;

	for (unsigned int i = 1;; i++) {
		r = read_file(path, text, sizeof(text));
		if (r == -ENOENT && i > 1)
			return -EBUSY;
		if (r < 0)
			return r;
		if (leap_vhci_free_port(text, ret_port) == 0)
			return 0;
		snprintf(path, sizeof(path), VHCI "status.%u", i);
	}
}

static int attach_port(unsigned int port, int socket)
{
	char text[64];
	int fd, r = 0;

	fd = open(VHCI "attach", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	snprintf(text, sizeof(text), "%u %d %u %d", port, socket,
		 (unsigned int)LEAP_USBIP_DEVID, LEAP_USBIP_SPEED_HIGH);
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

int leap_vhci_attach(int socket, unsigned int *ret_port)
{
	int r = -EBUSY;

	for (unsigned int i = 0; i < TRIES && r == -EBUSY; i++) {
		unsigned int port;

		r = find_port(&port);
		if (r < 0)
			return r;
		r = attach_port(port, socket);
		if (r == 0)
			*ret_port = port;
	}
	return r;
}
