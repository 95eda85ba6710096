/* SPDX-License-Identifier: MIT */
/*
 * Robust mode: whether the room is so bright that the controller is to insert frames with
 * its LEDs off. Plain values; belongs to the thread that tracks.
 */
#ifndef LEAP_ROBUST_H
#define LEAP_ROBUST_H

#include "daemon/capture/stereo_frame.h"

/** LEAP_ROBUST_INTERVAL - in robust mode one frame in so many is dark: 14 a second */
#define LEAP_ROBUST_INTERVAL 8

enum leap_robust_wish {
	LEAP_ROBUST_NEVER,
	LEAP_ROBUST_AUTO, /* in bad light, and for half a minute after it */
	LEAP_ROBUST_ALWAYS,
};

/**
 * struct leap_robust - what is known; all zero at the start
 * @on: dark frames are wanted
 * @suspicious: frames are brighter than hands alone make them
 * @since_ns: suspicious or on since
 * @strong_ns: when a dark frame was bright last
 * @vain_ns: until then what is bright is known to be lit by the LEDs: something near
 * @dark: dark frames seen since it is on, up to a few
 */
struct leap_robust {
	bool on;
	bool suspicious;
	int64_t since_ns;
	int64_t strong_ns;
	int64_t vain_ns;
	unsigned int dark;
};

/**
 * leap_robust_next() - what the controller is to do after this frame
 * @frame: any, dark ones in particular: only these tell the room's light from what the
 *	LEDs light
 * @hands: seen in it. While there are some the light is good enough to begin with
 *
 * The original enters the mode by itself in bad light and stays in it for at least half
 * a minute; by what it tells the light is not known. Here it is entered when for a second
 * without hands a tenth of the picture is brighter than a room that does no harm makes
 * it, and left at once when the first dark frames show that it was not the room.
 *
 * Return: one frame in how many is to be dark; 0: none.
 */
unsigned int leap_robust_next(struct leap_robust *robust, enum leap_robust_wish wish,
			      const struct leap_stereo_frame *frame,
			      unsigned int hands);

#endif /* LEAP_ROBUST_H */
