/* SPDX-License-Identifier: MIT */
/*
 * Which way round the controller lies, and hands as its user sees them.
 * Plain values; belongs to the thread that tracks.
 */
#ifndef LEAP_WAY_ROUND_H
#define LEAP_WAY_ROUND_H

#include "daemon/tracking/hand.h"

/**
 * struct leap_way_round - what is believed; all zero at the start
 * @reversed: the side with the light is away from the user: arms come from -z
 * @opposed: hands have spoken against that
 * @since_ns: since this time, without a break
 */
struct leap_way_round {
	bool reversed;
	bool opposed;
	int64_t since_ns;
};

/**
 * leap_way_round_turn() - the coordinates of one frame's hands, the user's way round
 * @way: what was believed so far; when for a tenth of a second the forearms of all hands
 *	in view have come from the side opposite to the user's, it changes
 * @hands: as the tracker gives them, in the frame of the controller; turned by half a
 *	turn about y when the controller is reversed
 *
 * What the original documents: it notices a reversed controller by itself, not before
 * a hand is in view, and turns its coordinates. The time it takes is ours. A hand in view
 * when that happens goes on under another number, for it is somewhere else all at once.
 */
void leap_way_round_turn(struct leap_way_round *way, struct leap_hands *hands);

#endif /* LEAP_WAY_ROUND_H */
