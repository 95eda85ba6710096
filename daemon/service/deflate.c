// SPDX-License-Identifier: MIT
/*
 * zlib's raw deflate without the tail that RFC 7692 leaves out.
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

/* What a flush ends with: an empty stored block, 00 00 ff ff. */
#define TAIL_SIZE 4

struct leap_deflate {
	z_stream pack;
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
	*ret_deflate = deflate;
	return 0;
}

static int make_room(struct leap_deflate *deflate, size_t size)
{
	size_t room = deflateBound(&deflate->pack, size) + TAIL_SIZE + 1;
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
	*ret_size = deflate->room - z->avail_out - TAIL_SIZE;
	return 0;
}

void leap_deflate_free(struct leap_deflate *deflate)
{
	if (!deflate)
		return;
	deflateEnd(&deflate->pack);
	free(deflate->packed);
	free(deflate);
}
