/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of one hand while it is tracked, and what a frame says of it.
 * Part of a struct leap_motion, owned by the thread that has that.
 */
#ifndef LEAP_HAND_HISTORY_H
#define LEAP_HAND_HISTORY_H

#include "daemon/motion/factors.h"
#include "daemon/motion/filter.h"

/** struct leap_hand_history - times are time stamps, microseconds */
struct leap_hand_history {
	uint32_t track;
	int32_t id;
	int64_t first_us;
	int64_t newest_us;
	struct leap_moving_point palm;
	struct leap_moving_point tip[LEAP_FINGERS];
	struct leap_motion_factors pose; /* smoothed */
	struct leap_factors_anchor anchor;
};

/**
 * leap_hand_history_start() - a hand seen for the first time
 * @hand: here and below: direction and normal orthogonal unit vectors
 */
void leap_hand_history_start(struct leap_hand_history *history,
			     const struct leap_tracked_hand *hand, int32_t id,
			     int64_t now_us);

/** leap_hand_history_step() - the same hand again; @now_us is later than before */
void leap_hand_history_step(struct leap_hand_history *history,
			    const struct leap_tracked_hand *hand, int64_t now_us);

/**
 * leap_hand_history_describe() - everything a frame says of a hand
 * @history: which has just seen @hand
 * @ret_fingers: thumb to pinky
 */
void leap_hand_history_describe(const struct leap_hand_history *history,
				const struct leap_tracked_hand *hand,
				struct leap_frame_hand *ret_hand,
				struct leap_frame_pointable ret_fingers[LEAP_FINGERS]);

#endif /* LEAP_HAND_HISTORY_H */
