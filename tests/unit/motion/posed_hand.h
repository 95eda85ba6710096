/* SPDX-License-Identifier: MIT */
/*
 * A jointed hand of mean adult size, held as a test wants it.
 * Pure; the values belong to the test.
 */
#ifndef LEAP_TESTS_POSED_HAND_H
#define LEAP_TESTS_POSED_HAND_H

#include "daemon/tracking/hand.h"

/**
 * struct hand_pose - all zero but the palm: right hand, flat, palm down, fingers away
 * @palm: centre, millimetres
 * @yaw: about y, radians; then
 * @pitch: about x; then
 * @roll: about z
 * @curl: 0 straight to 1 fist, by finger
 * @size: factor on the mean hand; 0 is 1
 */
struct hand_pose {
	uint32_t track;
	bool left;
	struct vec3 palm;
	double yaw, pitch, roll;
	double curl[LEAP_FINGERS];
	double size;
};

struct leap_tracked_hand posed_hand(const struct hand_pose *pose);

#endif /* LEAP_TESTS_POSED_HAND_H */
