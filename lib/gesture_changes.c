// SPDX-License-Identifier: MIT
/*
 * At most two records a movement, and a rule for what goes when there are too many.
 * Pure; nothing is kept but what the caller holds.
 */
#include "lib/gesture_changes.h"

#include <stdbool.h>
#include <string.h>

#define START 1
#define UPDATE 2
#define STOP 3

static void take_out(struct leap_gesture_changes *changes, unsigned int index)
{
	changes->count--;
	memmove(&changes->gesture[index], &changes->gesture[index + 1],
		(changes->count - index) * sizeof(changes->gesture[0]));
}

/* The last record of a movement, or -1. */
static int find_last(const struct leap_gesture_changes *changes, leap_les32 id)
{
	for (int i = (int)changes->count - 1; i >= 0; i--)
		if (changes->gesture[i].id == id)
			return i;
	return -1;
}

static bool drop_update(struct leap_gesture_changes *changes)
{
	for (unsigned int i = 0; i < changes->count; i++) {
		if (changes->gesture[i].state != UPDATE)
			continue;
		take_out(changes, i);
		return true;
	}
	return false;
}

static bool drop_whole_movement(struct leap_gesture_changes *changes)
{
	for (unsigned int i = 0; i < changes->count; i++) {
		int last = find_last(changes, changes->gesture[i].id);

		if (changes->gesture[i].state != START ||
		    changes->gesture[last].state != STOP)
			continue;
		take_out(changes, (unsigned int)last);
		take_out(changes, i);
		return true;
	}
	return false;
}

static bool drop_tap(struct leap_gesture_changes *changes)
{
	for (unsigned int i = 0; i < changes->count; i++) {
		leap_le32 type = changes->gesture[i].type;

		if (type != LEAP_WIRE_KEY_TAP && type != LEAP_WIRE_SCREEN_TAP)
			continue;
		take_out(changes, i);
		return true;
	}
	return false;
}

void leap_gesture_changes_add(struct leap_gesture_changes *changes,
			      const struct leap_wire_gesture *gesture)
{
	int last = find_last(changes, gesture->id);

	if (last >= 0 && changes->gesture[last].state == UPDATE) {
		take_out(changes, (unsigned int)last);
	} else if (changes->count == LEAP_WIRE_GESTURES_MESSAGE_MAX) {
		if (gesture->state == UPDATE)
			return;
		if (!drop_update(changes) && !drop_whole_movement(changes) &&
		    !drop_tap(changes))
			return; /* more than a frame can have; the protocol forbids it */
	}
	changes->gesture[changes->count++] = *gesture;
}
