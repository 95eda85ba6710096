// SPDX-License-Identifier: MIT
/*
 * Counted bytes and the header a server puts before a message.
 * One thread.
 */
#include "daemon/service/parcel.h"

#include <stdlib.h>
#include <string.h>

#define FINAL 0x80
#define COMPRESSED 0x40 /* RSV1, RFC 7692 */
#define LENGTH_IN_7_BITS_MAX 125
#define LENGTH_IN_2_BYTES 126
#define LENGTH_IN_8_BYTES 127

struct leap_parcel *leap_parcel_new(size_t size)
{
	struct leap_parcel *parcel = malloc(sizeof(*parcel) + size);

	if (parcel)
		*parcel = (struct leap_parcel){ .holders = 1, .size = size };
	return parcel;
}

size_t leap_parcel_header(unsigned char header[LEAP_PARCEL_HEADER_MAX],
			  enum leap_parcel_opcode opcode, bool compressed,
			  size_t payload)
{
	size_t bytes = 0, i;

	header[0] = FINAL | (compressed ? COMPRESSED : 0) | opcode;
	header[1] = payload;
	if (payload > UINT16_MAX) {
		header[1] = LENGTH_IN_8_BYTES;
		bytes = 8;
	} else if (payload > LENGTH_IN_7_BITS_MAX) {
		header[1] = LENGTH_IN_2_BYTES;
		bytes = 2;
	}
	for (i = 0; i < bytes; i++)
		header[2 + i] = (uint64_t)payload >> 8 * (bytes - 1 - i);
	return 2 + bytes;
}

struct leap_parcel *leap_parcel_frame(enum leap_parcel_opcode opcode, bool compressed,
				      const void *payload, size_t size)
{
	unsigned char header[LEAP_PARCEL_HEADER_MAX];
	size_t header_size = leap_parcel_header(header, opcode, compressed, size);
	struct leap_parcel *parcel = leap_parcel_new(header_size + size);

	if (!parcel)
		return NULL;
	parcel->payload_at = header_size;
	memcpy(parcel->bytes, header, header_size);
	memcpy(parcel->bytes + header_size, payload, size);
	return parcel;
}

struct leap_parcel *leap_parcel_hold(struct leap_parcel *parcel)
{
	parcel->holders++;
	return parcel;
}

void leap_parcel_put(struct leap_parcel *parcel)
{
	if (parcel && !--parcel->holders)
		free(parcel);
}
