/* SPDX-License-Identifier: MIT */
/*
 * A frame and its gestures as bytes of the native protocol.
 * Pure functions; the buffer is the caller's.
 */
#ifndef LEAP_FRAME_WIRE_H
#define LEAP_FRAME_WIRE_H

#include <stddef.h>

#include "daemon/motion/frame.h"
#include "lib/native_protocol.h"

/**
 * leap_frame_to_wire() - write leap_wire_frame and its records
 * @buffer: LEAP_WIRE_FRAME_MAX bytes
 *
 * published_ns is left for who publishes it. Hands, pointables and gestures past the
 * protocol's maxima are left out, the last first; so are pointables of hands that were.
 *
 * Return: the bytes written.
 */
size_t leap_frame_to_wire(const struct leap_frame *frame, void *buffer);

/** leap_gesture_to_wire() - one record */
void leap_gesture_to_wire(const struct leap_frame_gesture *gesture,
			  struct leap_wire_gesture *ret_gesture);

#endif /* LEAP_FRAME_WIRE_H */
