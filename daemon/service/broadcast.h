/* SPDX-License-Identifier: MIT */
/*
 * The newest frame's message, made once for all clients that are to get the same.
 * One thread.
 */
#ifndef LEAP_BROADCAST_H
#define LEAP_BROADCAST_H

#include "daemon/motion/frame.h"
#include "daemon/service/parcel.h"

struct leap_broadcast;

/** leap_broadcast_new() - Return: 0 or -ENOMEM */
int leap_broadcast_new(struct leap_broadcast **ret_broadcast);

/**
 * struct leap_broadcast_options - clients with equal options share a message
 * @owed: gestures of earlier frames, before the frame's own: for one client alone; with
 *	those of the mask no more than LEAP_GESTURES_MAX
 */
struct leap_broadcast_options {
	int version;
	bool gestures; /* the key "gestures" is there */
	uint32_t gesture_mask; /* bit n: gesture n is in it */
	bool deflate; /* compressed, as permessage-deflate has it */
	unsigned int owed_count;
	const struct leap_frame_gesture *owed;
};

/**
 * leap_broadcast_parcel() - the message of a frame, as it goes to a socket
 * @frame: frames are told apart by their id
 * @ret_parcel: to be put back
 *
 * Return: 0 or -ENOMEM.
 */
int leap_broadcast_parcel(struct leap_broadcast *broadcast,
			  const struct leap_frame *frame,
			  const struct leap_broadcast_options *options,
			  struct leap_parcel **ret_parcel);

/** leap_broadcast_free() - NULL is allowed */
void leap_broadcast_free(struct leap_broadcast *broadcast);

#endif /* LEAP_BROADCAST_H */
