/* SPDX-License-Identifier: MIT */
/*
 * permessage-deflate (RFC 7692) without context between messages, so that a frame is
 * compressed once for all clients. One thread.
 */
#ifndef LEAP_DEFLATE_H
#define LEAP_DEFLATE_H

#include <stddef.h>

struct leap_deflate;

/** leap_deflate_new() - Return: 0 or -ENOMEM */
int leap_deflate_new(struct leap_deflate **ret_deflate);

/**
 * leap_deflate_pack() - compress a message
 * @ret_packed: valid until the next call
 * @ret_size: its bytes, without the tail that RFC 7692 leaves out
 *
 * Return: 0 or -ENOMEM.
 */
int leap_deflate_pack(struct leap_deflate *deflate, const void *message, size_t size,
		      const unsigned char **ret_packed, size_t *ret_size);

/** leap_deflate_free() - NULL is allowed */
void leap_deflate_free(struct leap_deflate *deflate);

#endif /* LEAP_DEFLATE_H */
