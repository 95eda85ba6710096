// SPDX-License-Identifier: MIT
/*
 * First the parcel, then the small things, as far as the socket takes them.
 * One thread.
 */
#include "daemon/service/outbox.h"

#include <errno.h>
#include <string.h>

bool leap_outbox_is_empty(const struct leap_outbox *outbox)
{
	return !outbox->parcel && !outbox->small_size;
}

void leap_outbox_put(struct leap_outbox *outbox, struct leap_parcel *parcel)
{
	outbox->parcel = parcel;
	outbox->parcel_sent = 0;
}

unsigned char *leap_outbox_room(struct leap_outbox *outbox, size_t *ret_room)
{
	if (outbox->small_sent) {
		outbox->small_size -= outbox->small_sent;
		memmove(outbox->small, outbox->small + outbox->small_sent,
			outbox->small_size);
		outbox->small_sent = 0;
	}
	*ret_room = sizeof(outbox->small) - outbox->small_size;
	return outbox->small + outbox->small_size;
}

void leap_outbox_add(struct leap_outbox *outbox, size_t size)
{
	outbox->small_size += size;
}

/* Return: 1 all of it is sent; 0 not yet; a negative errno */
static int send_some(struct leap_stream *stream, const unsigned char *bytes,
		     size_t size, size_t *sent)
{
	while (*sent < size) {
		ssize_t r = leap_stream_write(stream, bytes + *sent, size - *sent);

		if (r == -EAGAIN)
			return 0;
		if (r < 0)
			return (int)r;
		*sent += r;
	}
	return 1;
}

int leap_outbox_flush(struct leap_outbox *outbox, struct leap_stream *stream,
		      struct leap_parcel **ret_sent)
{
	int r;

	*ret_sent = NULL;
	if (outbox->parcel) {
		r = send_some(stream, outbox->parcel->bytes, outbox->parcel->size,
			      &outbox->parcel_sent);
		if (r <= 0)
			return r;
		*ret_sent = outbox->parcel;
		outbox->parcel = NULL;
	}
	r = send_some(stream, outbox->small, outbox->small_size, &outbox->small_sent);
	if (r <= 0)
		return r;
	outbox->small_size = outbox->small_sent = 0;
	return 0;
}

void leap_outbox_done(struct leap_outbox *outbox)
{
	leap_parcel_put(outbox->parcel);
	*outbox = (struct leap_outbox){ 0 };
}
