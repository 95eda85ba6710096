// SPDX-License-Identifier: MIT
// Follows one tool from frame to frame and describes it as a pointable.
// Part of a struct leap_motion, owned by the tracking thread.
#include "daemon/motion/tool_history.h"

/* Fingers' ids end on 0 to 4. */
#define TOOL_ID 5

static struct vec3 pointing(const struct leap_tracked_tool *tool)
{
	return vec3_unit_or(tool->direction, vec3(0, 0, -1));
}

static struct leap_point_sight tip_sight(const struct leap_tracked_tool *tool)
{
	return (struct leap_point_sight){
		.position = tool->tip,
		.reference = tool->tip,
		.direction = pointing(tool),
	};
}

void leap_tool_history_start(struct leap_tool_history *history,
			     const struct leap_tracked_tool *tool, int32_t number,
			     int64_t now_us)
{
	struct leap_point_sight sight = tip_sight(tool);

	*history = (struct leap_tool_history){
		.track = tool->track,
		.number = number,
		.first_us = now_us,
		.newest_us = now_us,
	};
	leap_moving_point_start(&history->tip, &sight);
}

void leap_tool_history_step(struct leap_tool_history *history,
			    const struct leap_tracked_tool *tool, int64_t now_us)
{
	double seconds = (now_us - history->newest_us) * 1e-6;
	struct leap_point_sight sight = tip_sight(tool);

	leap_moving_point_step(&history->tip, &sight, seconds);
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
		.direction = pointing(tool),
		.length = fmax(0.0, tool->length),
		.width = fmax(0.0, tool->width),
		.touch_distance = history->tip.touch_distance,
		.touch_zone = history->tip.touch_zone,
		.time_visible = (history->newest_us - history->first_us) * 1e-6,
	};
}
