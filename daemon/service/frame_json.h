/* SPDX-License-Identifier: MIT */
/*
 * One frame as the JSON text of a protocol version. Streaming, allocation-free, pure.
 * Keys alphabetical, numbers with at most six significant digits, as the original did.
 */
#ifndef LEAP_FRAME_JSON_H
#define LEAP_FRAME_JSON_H

#include <stddef.h>

#include "daemon/motion/frame.h"

/** LEAP_FRAME_JSON_MAX - bytes that every frame fits in, terminating NUL included */
#define LEAP_FRAME_JSON_MAX (64 * 1024)

/**
 * struct leap_frame_json_options - what a client is to be given
 * @version: protocol 1..6; decides which keys exist
 * @gestures: write the key "gestures" (it is absent otherwise)
 */
struct leap_frame_json_options {
	int version;
	bool gestures;
};

/**
 * leap_frame_json_write() - serialise
 * @buffer: at least LEAP_FRAME_JSON_MAX for a guarantee
 * @size: its size
 *
 * NaN and infinity never reach the text: they are written as 0.
 *
 * Return: bytes written without the NUL, or -ENOSPC (the buffer then holds no frame).
 */
int leap_frame_json_write(const struct leap_frame *frame,
			  const struct leap_frame_json_options *options, char *buffer,
			  size_t size);

#endif /* LEAP_FRAME_JSON_H */
