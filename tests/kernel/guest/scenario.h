/* SPDX-License-Identifier: MIT */
/*
 * What every scenario written with cmocka begins with: the headers in the order that
 * cmocka wants, and a controller plugged in for the whole group. One thread.
 */
#ifndef LEAP_TEST_SCENARIO_H
#define LEAP_TEST_SCENARIO_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/kernel/guest/rig.h"

/** assert_errno() - the call failed with exactly this error */
#define assert_errno(call, error)                 \
	do {                                      \
		errno = 0;                        \
		assert_int_equal((call), -1);     \
		assert_int_equal(errno, (error)); \
	} while (0)

/** plug() - group set-up: a controller at 115 frames/s, *state is its struct rig */
static inline int plug(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	rig_plug(rig, "115");
	*state = rig;
	return 0;
}

/** stop() - group tear-down */
static inline int stop(void **state)
{
	rig_stop(*state);
	free(*state);
	return 0;
}

#endif /* LEAP_TEST_SCENARIO_H */
