/* SPDX-License-Identifier: MIT */
/*
 * The network that sees a hand in a crop: weights in a file, joints out.
 * A network holds its scratch memory: one thread at a time for each.
 */
#ifndef LEAP_NETWORK_H
#define LEAP_NETWORK_H

#include <stddef.h>

#include "daemon/tracking/crop.h"

/* Points of a hand: wrist; MCP, PIP, DIP, BTIP by finger; palm; on the forearm. */
#define LEAP_POINTS 23
#define LEAP_POINT_WRIST 0
#define LEAP_POINT_PALM 21
#define LEAP_POINT_ARM 22 /* from the wrist 60 mm for a palm of 87.48 mm width */

struct leap_network;
struct leap_kernel;

/**
 * struct leap_network_answer - what is seen, for a hand that looks like a right one
 * @place: by point, in leap_crop_locate()'s coordinates
 * @across: by point, how far off place[0] and place[1] may be: mean absolute error, in
 *	half widths of the crop
 * @along: likewise of place[2]
 * @right: log odds of its being a right hand, as seen; if it is not, @place is naught
 * @present: log odds of there being a hand whose palm is near the middle
 */
struct leap_network_answer {
	float place[LEAP_POINTS][3];
	float across[LEAP_POINTS];
	float along[LEAP_POINTS];
	float right;
	float present;
};

/**
 * leap_network_new() - read weights
 * @weights: a file as doc/network.md describes it; may be freed afterwards
 * @kernel: NULL for the fastest that this machine can run
 *
 * Return: 0; -ENOMEM; -EMSGSIZE too short or too long; -EBADMSG no such file, or its
 * checksum is wrong; -EPROTONOSUPPORT made for another network than this, or another
 * version of the file; -ERANGE a value that is no number or a range that cannot be;
 * -ENOSYS a kernel that this machine cannot run.
 */
int leap_network_new(const void *weights, size_t size, const struct leap_kernel *kernel,
		     struct leap_network **ret_network);

/** leap_network_strerror() - a negative errno of leap_network_new() for a person */
const char *leap_network_strerror(int error);

/** leap_network_kernel() - the loops in use */
const struct leap_kernel *leap_network_kernel(const struct leap_network *network);

/** leap_network_run() - look at @crop, whose brightness has been evened out */
void leap_network_run(struct leap_network *network, const struct leap_crop *crop,
		      struct leap_network_answer *ret_answer);

/** leap_network_free() - NULL is allowed */
void leap_network_free(struct leap_network *network);

/**
 * leap_network_weights() - the weights that the program was built with
 * @ret_size: bytes
 */
const void *leap_network_weights(size_t *ret_size);

#endif /* LEAP_NETWORK_H */
