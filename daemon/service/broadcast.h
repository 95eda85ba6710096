/* SPDX-License-Identifier: MIT */
/*
 * The newest frame's text, made once for all clients that are to get the same.
 * One thread.
 */
#ifndef LEAP_BROADCAST_H
#define LEAP_BROADCAST_H

#include <stddef.h>

#include "daemon/motion/frame.h"

struct leap_broadcast;

/**
 * leap_broadcast_new() - texts with room in front of them
 * @headroom: writable bytes before each text, for the transport
 *
 * Return: 0 or -ENOMEM.
 */
int leap_broadcast_new(size_t headroom, struct leap_broadcast **ret_broadcast);

/** struct leap_broadcast_options - clients with equal options share a text */
struct leap_broadcast_options {
	int version;
	bool gestures; /* the key "gestures" is there */
	uint32_t gesture_mask; /* bit n: gesture n is in it */
};

/**
 * leap_broadcast_text() - the text of a frame
 * @frame: frames are told apart by their id
 * @ret_text: valid until the next call; the bytes before it may be overwritten
 *
 * Return: its size; -ENOMEM.
 */
int leap_broadcast_text(struct leap_broadcast *broadcast,
			const struct leap_frame *frame,
			const struct leap_broadcast_options *options, char **ret_text);

/** leap_broadcast_free() - NULL is allowed */
void leap_broadcast_free(struct leap_broadcast *broadcast);

#endif /* LEAP_BROADCAST_H */
