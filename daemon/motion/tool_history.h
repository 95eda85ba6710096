/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of one tool while it is tracked, and what a frame says of it.
 * Part of a struct leap_motion, owned by the thread that has that.
 */
#ifndef LEAP_TOOL_HISTORY_H
#define LEAP_TOOL_HISTORY_H

#include "daemon/motion/filter.h"

/** struct leap_tool_history - times are time stamps, microseconds */
struct leap_tool_history {
	uint32_t track;
	int32_t number; /* from 1; a tool that comes back gets a new one */
	int64_t first_us;
	int64_t newest_us;
	struct leap_moving_point tip;
};

/** leap_tool_history_start() - a tool seen for the first time */
void leap_tool_history_start(struct leap_tool_history *history,
			     const struct leap_tracked_tool *tool, int32_t number,
			     int64_t now_us);

/** leap_tool_history_step() - the same tool again; @now_us is later than before */
void leap_tool_history_step(struct leap_tool_history *history,
			    const struct leap_tracked_tool *tool, int64_t now_us);

/**
 * leap_tool_history_describe() - everything a frame says of a tool
 * The values of a tip are derived as those of a fingertip.
 *
 * @history: which has just seen @tool
 * @hand_id: of the hand that holds it, or -1
 */
void leap_tool_history_describe(const struct leap_tool_history *history,
				const struct leap_tracked_tool *tool, int32_t hand_id,
				struct leap_frame_pointable *ret_tool);

#endif /* LEAP_TOOL_HISTORY_H */
