/* SPDX-License-Identifier: MIT */
/*
 * Where other programs find the pictures that are being tracked: the controller's own
 * ring, or for other sources memory that is laid out like it. The capture thread offers
 * and fills; any thread may look and want.
 */
#ifndef LEAP_IMAGES_H
#define LEAP_IMAGES_H

#include "daemon/capture/source.h"

struct leap_images;

/** leap_images_new() - none. Return: 0 or -ENOMEM */
int leap_images_new(struct leap_images **ret_images);

/** leap_images_free() - NULL is allowed */
void leap_images_free(struct leap_images *images);

/** leap_images_offer() - a source is open. Capture thread */
void leap_images_offer(struct leap_images *images, const struct leap_source_info *info);

/** leap_images_withdraw() - it is closed: who has mapped its ring sees that it is gone.
 * Capture thread */
void leap_images_withdraw(struct leap_images *images);

/**
 * leap_images_put() - the next picture. Capture thread
 * Copied while somebody wants it and the source has no ring of its own; else nothing is
 * done.
 */
void leap_images_put(struct leap_images *images, const struct leap_stereo_frame *frame);

/** leap_images_want() - does anybody want pictures? Any thread */
void leap_images_want(struct leap_images *images, bool wanted);

/** leap_images_version() - differs after what is found has changed. Any thread */
unsigned int leap_images_version(const struct leap_images *images);

/**
 * struct leap_images_place - where pictures are
 * @version: as leap_images_version() says
 * @fd: to be mapped, read-only; the caller's; -1: there are none
 * @ring_size: bytes to map
 * @device: it is a controller of <linux/leap.h>
 * @info: of the source
 */
struct leap_images_place {
	unsigned int version;
	int fd;
	uint32_t ring_size;
	bool device;
	struct leap_source_info info;
};

/** leap_images_find() - Return: 0; -EMFILE */
int leap_images_find(struct leap_images *images, struct leap_images_place *ret_place);

#endif /* LEAP_IMAGES_H */
