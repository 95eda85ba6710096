// SPDX-License-Identifier: MIT
/*
 * Feeds a capture reader from a file descriptor.
 * Keeps no state of its own: the position is the descriptor's.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/capture/capture_fd.h"

static ssize_t fd_read(void *context, void *buffer, size_t size)
{
	const int *fd = context;
	ssize_t n;

	do {
		n = read(*fd, buffer, size);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static int fd_skip(void *context, size_t size)
{
	const int *fd = context;
	off_t position = lseek(*fd, 0, SEEK_CUR);
	struct stat status;

	/* -ENODATA makes the reader read on: right for pipes and for short files */
	if (position < 0 || fstat(*fd, &status) < 0 || !S_ISREG(status.st_mode) ||
	    status.st_size - position < (off_t)size)
		return -ENODATA;
	return lseek(*fd, size, SEEK_CUR) < 0 ? -errno : 0;
}

struct leap_capture_input leap_capture_fd_input(int *fd)
{
	return (struct leap_capture_input){
		.read = fd_read,
		.skip = fd_skip,
		.context = fd,
	};
}
