// SPDX-License-Identifier: MIT
// From the tracker's hands to complete frames: identity, time and order; the values are
// derived in the other files of this room. Owned by the tracking thread.
#include <errno.h>
#include <stdlib.h>

#include "daemon/motion/bones.h"
#include "daemon/motion/frame_clock.h"
#include "daemon/motion/gestures.h"
#include "daemon/motion/hand_history.h"
#include "daemon/motion/motion.h"
#include "daemon/motion/tool_history.h"

#define REACH 1e6 /* millimetres; whatever is farther off is no hand */

struct leap_motion {
	struct leap_motion_options options;
	struct leap_frame_clock clock;
	struct leap_box box;
	int64_t frame_id;
	int32_t newest_hand_id;
	unsigned int count;
	struct leap_hand_history history[LEAP_HANDS_MAX]; /* by increasing id */
	int32_t newest_tool_number;
	unsigned int tool_count;
	struct leap_tool_history tool[LEAP_TOOLS_MAX]; /* by increasing number */
	bool any_hand_yet;
	bool hands_changed; /* since the frame's factors were computed */
	struct leap_motion_factors pose; /* of all hands, smoothed */
	struct leap_factors_anchor anchor;
	struct leap_motion_factors factors;
	struct leap_gestures *gestures;
};

void leap_motion_options_default(struct leap_motion_options *ret_options)
{
	*ret_options = (struct leap_motion_options){
		.box = leap_box_options_default(),
		.gesture = leap_gesture_options_default(),
	};
}

int leap_motion_new(const struct leap_motion_options *options,
		    struct leap_motion **ret_motion)
{
	struct leap_motion *motion = calloc(1, sizeof(*motion));

	if (!motion)
		return -ENOMEM;
	motion->options = *options;
	leap_box_start(&motion->box, &options->box);
	motion->anchor = leap_factors_anchor_none();
	motion->factors.r = mat3_identity();
	if (leap_gestures_new(&options->gesture, &motion->gestures)) {
		free(motion);
		return -ENOMEM;
	}
	*ret_motion = motion;
	return 0;
}

void leap_motion_configure(struct leap_motion *motion,
			   const struct leap_motion_options *options)
{
	int64_t epoch_ns = motion->options.epoch_ns;

	motion->options = *options;
	motion->options.epoch_ns = epoch_ns;
	leap_box_start(&motion->box, &options->box);
	leap_gestures_configure(motion->gestures, &options->gesture);
}

void leap_motion_free(struct leap_motion *motion)
{
	if (!motion)
		return;
	leap_gestures_free(motion->gestures);
	free(motion);
}

static bool within(struct vec3 v, double limit)
{
	return fabs(v.x) <= limit && fabs(v.y) <= limit && fabs(v.z) <= limit;
}

static bool is_sane(const struct leap_tracked_hand *hand)
{
	for (int finger = 0; finger < LEAP_FINGERS; finger++)
		for (int joint = 0; joint < LEAP_JOINTS; joint++)
			if (!within(hand->joint[finger][joint], REACH))
				return false;
	return within(hand->palm, REACH) && within(hand->wrist, REACH) &&
	       within(hand->elbow, REACH) && within(hand->normal, REACH) &&
	       within(hand->direction, REACH) && fabs(hand->palm_width) <= REACH &&
	       isfinite(hand->confidence);
}

static bool is_sane_tool(const struct leap_tracked_tool *tool)
{
	return within(tool->tip, REACH) && within(tool->direction, REACH) &&
	       fabs(tool->length) <= REACH && fabs(tool->width) <= REACH &&
	       isfinite(tool->confidence);
}

static int check_tools(const struct leap_hands *hands)
{
	if (hands->tool_count > LEAP_TOOLS_MAX)
		return -EINVAL;
	for (unsigned int i = 0; i < hands->tool_count; i++) {
		if (!is_sane_tool(&hands->tool[i]))
			return -EINVAL;
		for (unsigned int j = 0; j < i; j++)
			if (hands->tool[i].track == hands->tool[j].track)
				return -EINVAL;
	}
	return 0;
}

static int check(const struct leap_hands *hands)
{
	if (hands->count > LEAP_HANDS_MAX)
		return -EINVAL;
	for (unsigned int i = 0; i < hands->count; i++) {
		if (!is_sane(&hands->hand[i]))
			return -EINVAL;
		for (unsigned int j = 0; j < i; j++)
			if (hands->hand[i].track == hands->hand[j].track)
				return -EINVAL;
	}
	return check_tools(hands);
}

static const struct leap_tracked_hand *find(const struct leap_hands *hands,
					    uint32_t track)
{
	for (unsigned int i = 0; i < hands->count; i++)
		if (hands->hand[i].track == track)
			return &hands->hand[i];
	return NULL;
}

static bool is_known(const struct leap_motion *motion, uint32_t track)
{
	for (unsigned int i = 0; i < motion->count; i++)
		if (motion->history[i].track == track)
			return true;
	return false;
}

/* Hands that are gone leave, the others step on; their order stays. */
static void follow_known(struct leap_motion *motion, const struct leap_hands *hands,
			 int64_t now_us)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < motion->count; i++) {
		struct leap_hand_history history = motion->history[i];
		const struct leap_tracked_hand *hand = find(hands, history.track);

		if (!hand) {
			motion->hands_changed = true;
			continue;
		}
		leap_hand_history_step(&history, hand, now_us);
		motion->history[kept++] = history;
	}
	motion->count = kept;
}

static void welcome_new(struct leap_motion *motion, const struct leap_hands *hands,
			int64_t now_us)
{
	for (unsigned int i = 0; i < hands->count; i++) {
		if (is_known(motion, hands->hand[i].track))
			continue;
		leap_hand_history_start(&motion->history[motion->count++],
					&hands->hand[i], ++motion->newest_hand_id,
					now_us);
		motion->hands_changed = true;
	}
}

static const struct leap_tracked_tool *find_tool(const struct leap_hands *hands,
						 uint32_t track)
{
	for (unsigned int i = 0; i < hands->tool_count; i++)
		if (hands->tool[i].track == track)
			return &hands->tool[i];
	return NULL;
}

static bool is_known_tool(const struct leap_motion *motion, uint32_t track)
{
	for (unsigned int i = 0; i < motion->tool_count; i++)
		if (motion->tool[i].track == track)
			return true;
	return false;
}

static void follow_tools(struct leap_motion *motion, const struct leap_hands *hands,
			 int64_t now_us)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < motion->tool_count; i++) {
		struct leap_tool_history history = motion->tool[i];
		const struct leap_tracked_tool *tool = find_tool(hands, history.track);

		if (!tool)
			continue;
		leap_tool_history_step(&history, tool, now_us);
		motion->tool[kept++] = history;
	}
	motion->tool_count = kept;
	for (unsigned int i = 0; i < hands->tool_count; i++)
		if (!is_known_tool(motion, hands->tool[i].track))
			leap_tool_history_start(&motion->tool[motion->tool_count++],
						&hands->tool[i],
						++motion->newest_tool_number, now_us);
}

static int32_t holding_hand(const struct leap_motion *motion,
			    const struct leap_tracked_tool *tool)
{
	for (unsigned int i = 0; tool->held && i < motion->count; i++)
		if (motion->history[i].track == tool->hand)
			return motion->history[i].id;
	return -1;
}

/* With orthonormal axes, as everything below takes them for granted. */
static void straighten(struct leap_hands *hands)
{
	for (unsigned int i = 0; i < hands->count; i++) {
		struct leap_tracked_hand *hand = &hands->hand[i];
		struct mat3 palm =
			leap_palm_basis(hand->left, hand->normal, hand->direction);

		hand->normal = vec3_scale(palm.row[1], -1.0);
		hand->direction = vec3_scale(palm.row[2], -1.0);
	}
}

/* The tracker's hands in the order of their ids. */
static void line_up(const struct leap_motion *motion, const struct leap_hands *hands,
		    struct leap_tracked_hand ret_hand[LEAP_HANDS_MAX])
{
	for (unsigned int i = 0; i < motion->count; i++)
		ret_hand[i] = *find(hands, motion->history[i].track);
}

/*
 * The frame's factors go on from where they were when hands come or go. A hand that is
 * alone has the frame's factors, and the first of all has its pose.
 */
static void update_factors(struct leap_motion *motion,
			   const struct leap_tracked_hand *hand)
{
	struct leap_motion_factors pose;

	if (motion->count == 0)
		return;
	pose = leap_hands_pose(hand, motion->count);
	if (motion->hands_changed)
		motion->pose = motion->count == 1 ? motion->history[0].pose : pose;
	else
		leap_pose_follow(&motion->pose, &pose);
	if (motion->hands_changed && motion->any_hand_yet)
		motion->anchor =
			leap_factors_anchor_at(&motion->pose, &motion->factors);
	if (motion->count == 1 &&
	    motion->history[0].first_us == motion->clock.timestamp_us)
		motion->history[0].anchor = motion->anchor;
	motion->factors = leap_factors_apply(&motion->anchor, &motion->pose);
	motion->any_hand_yet = true;
	motion->hands_changed = false;
}

static void begin_frame(struct leap_motion *motion, const struct leap_hands *hands,
			struct leap_frame *ret_frame)
{
	int64_t before_us = motion->clock.timestamp_us;

	*ret_frame = (struct leap_frame){
		.id = ++motion->frame_id,
		.timestamp_us = leap_frame_clock_tick(&motion->clock, hands->time_ns,
						      motion->options.epoch_ns),
		.frame_rate = leap_frame_clock_rate(&motion->clock),
		.motion = motion->factors,
	};
	if (hands->count)
		leap_box_follow(&motion->box, hands->hand, hands->count,
				(ret_frame->timestamp_us - before_us) * 1e-6);
	leap_box_describe(&motion->box, &ret_frame->box_center, &ret_frame->box_size);
}

static void describe_tools(const struct leap_motion *motion,
			   const struct leap_hands *hands, struct leap_frame *frame)
{
	for (unsigned int i = 0; i < motion->tool_count; i++) {
		const struct leap_tracked_tool *tool =
			find_tool(hands, motion->tool[i].track);

		leap_tool_history_describe(&motion->tool[i], tool,
					   holding_hand(motion, tool),
					   &frame->pointable[frame->pointable_count++]);
	}
}

int leap_motion_update(struct leap_motion *motion, const struct leap_hands *tracked,
		       struct leap_frame *ret_frame)
{
	struct leap_tracked_hand hand[LEAP_HANDS_MAX];
	struct leap_hands hands = *tracked;
	int error = check(&hands);

	if (error)
		hands.count = 0;
	begin_frame(motion, &hands, ret_frame);
	if (error)
		return error;
	straighten(&hands);
	follow_known(motion, &hands, ret_frame->timestamp_us);
	welcome_new(motion, &hands, ret_frame->timestamp_us);
	follow_tools(motion, &hands, ret_frame->timestamp_us);
	line_up(motion, &hands, hand);
	update_factors(motion, hand);
	ret_frame->motion = motion->factors;
	for (unsigned int i = 0; i < motion->count; i++)
		leap_hand_history_describe(&motion->history[i], &hand[i],
					   &ret_frame->hand[i],
					   &ret_frame->pointable[i * LEAP_FINGERS]);
	ret_frame->hand_count = motion->count;
	ret_frame->pointable_count = motion->count * LEAP_FINGERS;
	describe_tools(motion, &hands, ret_frame);
	leap_gestures_update(motion->gestures, ret_frame);
	return 0;
}
