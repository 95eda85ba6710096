/* SPDX-License-Identifier: MIT */
/*
 * Tracked hands drawn over the picture they were seen in, for people to look at.
 * No state.
 */
#ifndef LEAP_OVERLAY_H
#define LEAP_OVERLAY_H

#include "daemon/tracking/camera.h"
#include "daemon/tracking/hand.h"

/**
 * overlay_draw() - both eyes with the bones of all hands
 * @frame: the picture
 * @camera: projects the joints back into both eyes
 * @hands: what was made of the picture
 *
 * The left eye's picture is above the right eye's. Fingers are red (thumb), yellow,
 * green, blue and magenta (little finger), joints white, palm and arm cyan.
 *
 * Return: width * (2 * height) * 3 bytes of RGB, to be freed; NULL: out of memory.
 */
uint8_t *overlay_draw(const struct leap_stereo_frame *frame,
		      const struct leap_camera *camera, const struct leap_hands *hands);

#endif /* LEAP_OVERLAY_H */
