/* SPDX-License-Identifier: MIT */
/*
 * Bytes of the native protocol, which may be anything, to the structures of leap.h.
 * Pure functions.
 */
#ifndef LEAP_DECODE_H
#define LEAP_DECODE_H

#include "lib/leap.h"
#include "lib/native_protocol.h"

/**
 * leap_decode_frame() - leap_wire_frame and its records
 * @bytes: aligned to eight; they may change meanwhile, but then what was made of them is
 *	to be thrown away
 * @ret_frame: written on success only
 * @ret_gestures: room for LEAP_MAX_GESTURES, of which leap_frame::gesture_count are
 *	written: its gestures as they came; NULL: not wanted
 *
 * What a later version added to the end of a record is skipped; hands, tools and
 * gestures past the maxima of leap.h are left out, and so are kinds that are not known.
 *
 * Return: 0; -EBADMSG.
 */
int leap_decode_frame(const void *bytes, size_t size, struct leap_frame *ret_frame,
		      struct leap_wire_gesture *ret_gestures);

/** leap_decode_gesture() - one record. Return: 0; -EBADMSG no kind or phase we know */
int leap_decode_gesture(const struct leap_wire_gesture *wire,
			struct leap_gesture *ret_gesture);

#endif /* LEAP_DECODE_H */
