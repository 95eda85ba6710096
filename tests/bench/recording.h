/* SPDX-License-Identifier: MIT */
/*
 * Frames that the original service wrote, read back as hands: JSON, one frame a line,
 * gzipped. One thread at a time per recording.
 */
#ifndef LEAP_RECORDING_H
#define LEAP_RECORDING_H

#include "daemon/tracking/hand.h"

/**
 * struct recording - hands over time
 * @frames: @count of them, in the order of their times; hands in the order of their ids
 */
struct recording {
	struct leap_hands *frames;
	unsigned int count;
};

/**
 * recording_read() - read a file of .jsonl.gz
 * Frames that have a hand without its joints are left out, and so are third hands.
 *
 * Return: 0; -EIO when gzip cannot read it; -EBADMSG no frames in it; -ENOMEM.
 */
int recording_read(const char *path, struct recording *ret_recording);

/**
 * recording_take() - the next stretch with the same hands all the time
 * @start: where to look from; moved behind what was found
 *
 * Return: how many frames it has from *@ret_first on; 0: there is no more.
 */
unsigned int recording_take(const struct recording *recording, unsigned int *start,
			    unsigned int *ret_first);

/** recording_free() - the frames; the struct is the caller's */
void recording_free(struct recording *recording);

#endif /* LEAP_RECORDING_H */
