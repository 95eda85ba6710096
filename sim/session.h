/* SPDX-License-Identifier: MIT */
/*
 * One conversation over USB/IP between a host and the controller, as bytes in and out.
 * No I/O and no clock of its own; owned by one thread at a time.
 */
#ifndef LEAP_SIM_SESSION_H
#define LEAP_SIM_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/device.h"

/**
 * struct leap_session_port - the port that conversations compete for
 * @device: the controller in it; NULL: nothing is plugged in
 * @user: the conversation that has imported it
 */
struct leap_session_port {
	struct leap_device *device;
	struct leap_session *user;
};

struct leap_session;

/**
 * leap_session_new() - begin a conversation
 * @port: must outlive the session
 * @imported: start with the controller imported, as after attaching a socket to the
 *	virtual host controller of this machine; -EBUSY when somebody has it, -ENODEV
 *	when nothing is plugged in
 */
int leap_session_new(struct leap_session_port *port, bool imported,
		     struct leap_session **ret_session);

/** leap_session_free() - NULL is allowed; gives the port back */
void leap_session_free(struct leap_session *session);

/** leap_session_imported() - commands are spoken, no longer requests */
bool leap_session_imported(const struct leap_session *session);

/** leap_session_finished() - nothing more will be said once the output is sent */
bool leap_session_finished(const struct leap_session *session);

/**
 * leap_session_room() - where received bytes go
 *
 * Return: how many; 0 while the peer is to be kept waiting.
 */
size_t leap_session_room(struct leap_session *session, uint8_t **ret_to);

/**
 * leap_session_received() - @size bytes were put there
 *
 * Return: 0; -EPROTO when the peer breaks the protocol, -ENODEV when the device left
 *	the bus: the conversation is over, what is still to be sent may be sent.
 */
int leap_session_received(struct leap_session *session, size_t size, uint64_t now_ns);

/** leap_session_run() - collect what is over; returns as leap_session_received() */
int leap_session_run(struct leap_session *session, uint64_t now_ns);

/** leap_session_due() - when leap_session_run() has work; UINT64_MAX: not by time */
uint64_t leap_session_due(const struct leap_session *session);

/** leap_session_output() - bytes to be sent; 0 for none */
size_t leap_session_output(const struct leap_session *session,
			   const uint8_t **ret_from);

/** leap_session_sent() - @size of them were sent */
void leap_session_sent(struct leap_session *session, size_t size);

#endif /* LEAP_SIM_SESSION_H */
