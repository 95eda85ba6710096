/* SPDX-License-Identifier: MIT */
/*
 * What is on its way to one client: a parcel, then a few small things behind it.
 * Its size does not depend on what the client does. One thread.
 */
#ifndef LEAP_OUTBOX_H
#define LEAP_OUTBOX_H

#include "daemon/service/stream.h"
#include "daemon/service/parcel.h"

#define LEAP_OUTBOX_SMALL 1024

/** struct leap_outbox - all zero is empty */
struct leap_outbox {
	struct leap_parcel *parcel;
	size_t parcel_sent;
	size_t small_sent;
	size_t small_size;
	unsigned char small[LEAP_OUTBOX_SMALL];
};

/** leap_outbox_is_empty() */
bool leap_outbox_is_empty(const struct leap_outbox *outbox);

/** leap_outbox_put() - takes over a parcel; the outbox must be empty */
void leap_outbox_put(struct leap_outbox *outbox, struct leap_parcel *parcel);

/**
 * leap_outbox_room() - where the next small thing may be written
 * @ret_room: bytes there
 */
unsigned char *leap_outbox_room(struct leap_outbox *outbox, size_t *ret_room);

/** leap_outbox_add() - it was written there */
void leap_outbox_add(struct leap_outbox *outbox, size_t size);

/**
 * leap_outbox_flush() - send what the socket takes
 * @ret_sent: the parcel whose last byte was sent, to be put back; NULL none
 *
 * Return: 0, also when something is left; a negative errno: the connection is gone.
 */
int leap_outbox_flush(struct leap_outbox *outbox, struct leap_stream *stream,
		      struct leap_parcel **ret_sent);

/** leap_outbox_done() - forget what is left */
void leap_outbox_done(struct leap_outbox *outbox);

#endif /* LEAP_OUTBOX_H */
