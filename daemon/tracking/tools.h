/* SPDX-License-Identifier: MIT */
/*
 * Finds and follows what hands hold that is longer, thinner and straighter than a
 * finger: a pen, a stick. One for each hand at most.
 * Owned by a tracker; one thread at a time.
 */
#ifndef LEAP_TOOLS_H
#define LEAP_TOOLS_H

#include "daemon/tracking/ridges.h"
#include "daemon/tracking/smooth.h"

#define LEAP_TOOL_SMOOTHED 8 /* tip, direction, length, width */

/** struct leap_tool_hand - a followed hand, as the picture shows it */
struct leap_tool_hand {
	uint32_t track;
	const struct leap_skeleton *skeleton;
};

/**
 * struct leap_tool_track - the tool of one hand
 * @hand: its track, 0: none so far
 * @id: of the tool, 0 until it is reported for the first time; kept for a while when
 *	the tool is lost
 * @palm: of the hand, when it was last seen
 * @palm_velocity: mm/s: with that a tool is expected to move when it is found
 * @followed: the rest is valid
 * @line: from where it leaves the hand to its end
 * @velocity: of base and tip, mm/s
 * @length: millimetres, likewise @width; also while a part is out of the picture
 * @confidence: 0..1, lately in how many eyes it was seen
 * @age: frames in which it was seen
 * @unseen: seconds since it was
 * @away: seconds since one was followed
 * @smooth: what is reported
 * @tool: likewise
 */
struct leap_tool_track {
	uint32_t hand;
	uint32_t id;
	struct vec3 palm;
	struct vec3 palm_velocity;
	bool followed;
	struct leap_line line;
	struct vec3 velocity[2];
	double length;
	double width;
	double confidence;
	unsigned int age;
	double unseen;
	double away;
	struct leap_smooth smooth[LEAP_TOOL_SMOOTHED];
	struct leap_tracked_tool tool;
};

/** struct leap_tools - start with zeros */
struct leap_tools {
	struct leap_tool_track track[LEAP_TOOLS_MAX];
	uint32_t last_id;
	unsigned int frames;
};

/**
 * leap_tools_update() - look at the next frame
 * @frame: its geometry is the tables' mode; not damaged
 * @hands: all that were seen in this frame
 * @dt: seconds since the frame before
 *
 * A hand without a tool is looked at every few frames only.
 */
void leap_tools_update(struct leap_tools *tools, const struct leap_crop_optics *optics,
		       const struct leap_stereo_frame *frame,
		       const struct leap_tool_hand *hands, unsigned int count,
		       double dt);

/** leap_tools_report() - add the tools of those hands that are in @hands to it */
void leap_tools_report(const struct leap_tools *tools, struct leap_hands *hands);

#endif /* LEAP_TOOLS_H */
