// SPDX-License-Identifier: MIT
/*
 * zlib's raw deflate with the tail that RFC 7692 takes away and puts back.
 * One thread.
 */
#include "daemon/service/deflate.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <zlib.h>

#define RAW_WINDOW_BITS (-MAX_WBITS)
#define MEMORY_LEVEL 8
/* Half the time of the default for a tenth more bytes. */
#define LEVEL Z_BEST_SPEED

/* What a flush ends with: an empty stored block. */
static const unsigned char tail[] = { 0x00, 0x00, 0xff, 0xff };

struct leap_deflate {
	z_stream pack;
	z_stream unpack;
	unsigned char *packed;
	size_t room;
};

int leap_deflate_new(struct leap_deflate **ret_deflate)
{
	struct leap_deflate *deflate = calloc(1, sizeof(*deflate));

	if (!deflate)
		return -ENOMEM;
	if (deflateInit2(&deflate->pack, LEVEL, Z_DEFLATED, RAW_WINDOW_BITS,
			 MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(deflate);
		return -ENOMEM;
	}
	if (inflateInit2(&deflate->unpack, RAW_WINDOW_BITS) != Z_OK) {
		deflateEnd(&deflate->pack);
		free(deflate);
		return -ENOMEM;
	}
	*ret_deflate = deflate;
	return 0;
}

static int make_room(struct leap_deflate *deflate, size_t size)
{
	size_t room = deflateBound(&deflate->pack, size) + sizeof(tail) + 1;
	unsigned char *packed;

	if (deflate->room >= room)
		return 0;
	packed = realloc(deflate->packed, room);
	if (!packed)
		return -ENOMEM;
	deflate->packed = packed;
	deflate->room = room;
	return 0;
}

/* zlib's function has the name of ours. */
static int flush(z_stream *z)
{
	return deflate(z, Z_SYNC_FLUSH);
}

int leap_deflate_pack(struct leap_deflate *deflate, const void *message, size_t size,
		      const unsigned char **ret_packed, size_t *ret_size)
{
	z_stream *z = &deflate->pack;
	int r = make_room(deflate, size);

	if (r)
		return r;
	deflateReset(z);
	z->next_in = (unsigned char *)message;
	z->avail_in = size;
	z->next_out = deflate->packed;
	z->avail_out = deflate->room;
	if (flush(z) != Z_OK || z->avail_in || !z->avail_out)
		return -ENOMEM;
	*ret_packed = deflate->packed;
	*ret_size = deflate->room - z->avail_out - sizeof(tail);
	return 0;
}

/* Return: Z_OK, Z_STREAM_END or an error, after all of it or as much as there is room. */
static int feed(z_stream *z, const void *bytes, size_t size)
{
	z->next_in = (unsigned char *)bytes;
	z->avail_in = size;
	return inflate(z, Z_SYNC_FLUSH);
}

int leap_deflate_unpack(struct leap_deflate *deflate, const void *packed, size_t size,
			void *message, size_t room)
{
	z_stream *z = &deflate->unpack;
	unsigned char one_more;
	int r;

	inflateReset(z);
	z->next_out = message;
	z->avail_out = room;
	r = feed(z, packed, size);
	if (r == Z_OK && !z->avail_in)
		r = feed(z, tail, sizeof(tail));
	room -= z->avail_out;
	if (r == Z_OK && !z->avail_out) { /* it just fits, or there is more */
		z->next_out = &one_more;
		z->avail_out = 1;
		r = inflate(z, Z_SYNC_FLUSH);
		if (!z->avail_out)
			return -EMSGSIZE;
	}
	if (r == Z_MEM_ERROR)
		return -ENOMEM;
	if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
		return -EBADMSG;
	return room;
}

void leap_deflate_free(struct leap_deflate *deflate)
{
	if (!deflate)
		return;
	deflateEnd(&deflate->pack);
	inflateEnd(&deflate->unpack);
	free(deflate->packed);
	free(deflate);
}
