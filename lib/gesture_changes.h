/* SPDX-License-Identifier: MIT */
/*
 * Gestures of frames that were passed over, boiled down to what must not be lost: each
 * start and each stop. Part of the protocol, built into both sides; pure, the caller's.
 */
#ifndef LEAP_GESTURE_CHANGES_H
#define LEAP_GESTURE_CHANGES_H

#include "lib/native_protocol.h"

/** struct leap_gesture_changes - in order; empty when all zero */
struct leap_gesture_changes {
	unsigned int count;
	struct leap_wire_gesture gesture[LEAP_WIRE_GESTURES_MESSAGE_MAX];
};

/**
 * leap_gesture_changes_add() - what a further frame says of a gesture
 * Of one movement there are at most its start and the newest of what followed. When
 * there is no room, what goes is an update, else a movement that has both begun and
 * ended, else a tap; a stop whose start is out never goes.
 */
void leap_gesture_changes_add(struct leap_gesture_changes *changes,
			      const struct leap_wire_gesture *gesture);

#endif /* LEAP_GESTURE_CHANGES_H */
