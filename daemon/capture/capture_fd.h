/* SPDX-License-Identifier: MIT */
/*
 * Feeds a capture reader from a file descriptor.
 * The descriptor stays the caller's; one thread at a time.
 */
#ifndef LEAP_CAPTURE_FD_H
#define LEAP_CAPTURE_FD_H

#include "daemon/capture/capture_file.h"

/**
 * leap_capture_fd_input() - input that reads a file, a pipe or a terminal
 * @fd: must stay where it is, and open, as long as the input is used. Regular files
 *	are skipped through without reading them
 */
struct leap_capture_input leap_capture_fd_input(int *fd);

#endif /* LEAP_CAPTURE_FD_H */
