/* SPDX-License-Identifier: MIT */
/*
 * Reads tracking frames of protocol version 6, one JSON object, as a tracker's hands.
 * Pure; any thread.
 */
#ifndef LEAP_RECORDED_FRAME_H
#define LEAP_RECORDED_FRAME_H

#include <stddef.h>

#include "daemon/tracking/hand.h"

#define RECORDED_FRAME_ERROR_MAX 128

/**
 * recorded_frame_parse() - what a tracker would have said
 * Taken are time stamp, identities, sides, confidence, joints, palm, wrist, elbow and
 * widths, and the tools. What older services did not write is filled in: bases of the
 * metacarpals, wrist and elbow from the proportions of the mean hand, ends of the last
 * bones from the tips. A finger that is missing has all joints at the palm. Hands after
 * the second and tools after the second are left out.
 *
 * @text: one JSON object, @size bytes, without a NUL
 * @ret_hands: on 1 only
 * @error: on failure only: one line, without the place
 *
 * Return: 1; 0 an object that is no frame (a header, an event); -EBADMSG no JSON, or a
 * frame without what every frame has; -ENOMEM.
 */
int recorded_frame_parse(const char *text, size_t size, struct leap_hands *ret_hands,
			 char error[RECORDED_FRAME_ERROR_MAX]);

#endif /* LEAP_RECORDED_FRAME_H */
