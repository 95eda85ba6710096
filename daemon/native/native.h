/* SPDX-License-Identifier: MIT */
/*
 * The doors for native clients: a UNIX socket, shared memory, TCP.
 * Frames are put into the shared memory on the publishing thread; all else, sockets and
 * sessions, belongs to a thread of this room.
 */
#ifndef LEAP_NATIVE_H
#define LEAP_NATIVE_H

#include <stdint.h>

#include "daemon/capture/images.h"
#include "daemon/policy/policy.h"
#include "daemon/state/state.h"

struct leap_native;

/**
 * leap_native_start() - listen, and serve from a thread of its own
 * @state: must outlive it; it watches the state
 * @policy: likewise
 * @images: likewise; NULL: there are no pictures to be had
 * @epoch_ns: CLOCK_MONOTONIC of the service clock's zero
 * @ret_error: one line for a person, on failure only; to be freed
 *
 * native_socket and native_port are those of the policy's settings. The port on which
 * somebody else listens already is done without, and a line on stderr says so; so is a
 * socket that was not asked for by its path.
 *
 * Return: 0, or what the system says.
 */
int leap_native_start(struct leap_state *state, struct leap_policy *policy,
		      struct leap_images *images, int64_t epoch_ns,
		      struct leap_native **ret_native, char **ret_error);

/** leap_native_port() - the TCP port in use; 0 none */
unsigned int leap_native_port(const struct leap_native *native);

/** leap_native_socket() - path of the UNIX socket; NULL none */
const char *leap_native_socket(const struct leap_native *native);

/** leap_native_stop() - hangs up on every client and joins the thread; NULL is allowed */
void leap_native_stop(struct leap_native *native);

#endif /* LEAP_NATIVE_H */
