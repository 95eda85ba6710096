// SPDX-License-Identifier: MIT
// Follows one tool from frame to frame and describes it as a pointable.
// Part of a struct leap_motion, owned by the tracking thread.
#include "daemon/motion/tool_history.h"

/* Fingers' ids end on 0 to 4. */
#define TOOL_ID 5

void leap_tool_history_start(struct leap_tool_history *history,
			     const struct leap_tracked_tool *tool, int32_t number,
			     int64_t now_us)
{
	*history = (struct leap_tool_history){
		.track = tool->track,
		.number = number,
		.first_us = now_us,
		.newest_us = now_us,
		.touch_distance = LEAP_TOUCH_START,
	};
	leap_moving_point_start(&history->tip, tool->tip);
}

void leap_tool_history_step(struct leap_tool_history *history,
			    const struct leap_tracked_tool *tool, int64_t now_us)
{
	double seconds = (now_us - history->newest_us) * 1e-6;

	history->touch_distance = leap_touch_step(history->touch_distance,
						  history->tip.position, tool->tip);
	leap_moving_point_step(&history->tip, tool->tip, seconds);
	history->newest_us = now_us;
}

void leap_tool_history_describe(const struct leap_tool_history *history,
				const struct leap_tracked_tool *tool, int32_t hand_id,
				struct leap_frame_pointable *ret_tool)
{
	*ret_tool = (struct leap_frame_pointable){
		.id = history->number * 10 + TOOL_ID,
		.hand_id = hand_id,
		.tool = true,
		.extended = true,
		.tip_position = history->tip.position,
		.tip_velocity = history->tip.velocity,
		.stabilized_tip_position = history->tip.stabilized,
		.direction = vec3_unit_or(tool->direction, vec3(0, 0, -1)),
		.length = fmax(0.0, tool->length),
		.width = fmax(0.0, tool->width),
		.touch_distance = history->touch_distance,
		.touch_zone = leap_touch_zone(history->touch_distance),
		.time_visible = (history->newest_us - history->first_us) * 1e-6,
	};
}
