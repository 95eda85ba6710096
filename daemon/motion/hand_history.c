// SPDX-License-Identifier: MIT
// Follows one hand from frame to frame and describes it with all derived values.
// Part of a struct leap_motion, owned by the tracking thread.
#include <string.h>

#include "daemon/motion/bones.h"
#include "daemon/motion/hand_history.h"
#include "daemon/motion/shape.h"

#define PALM_WIDTH 84.25 /* millimetres, of a hand of scale 1 */

static struct leap_point_sight palm_sight(const struct leap_tracked_hand *hand)
{
	return (struct leap_point_sight){
		.position = hand->palm,
		.reference = leap_palm_reference(hand),
		.direction = hand->direction,
	};
}

/* A finger points where its intermediate bone does. */
static struct leap_point_sight tip_sight(const struct leap_tracked_hand *hand,
					 int finger)
{
	const struct vec3 *joint = hand->joint[finger];
	struct vec3 tip = leap_fingertip(joint);

	return (struct leap_point_sight){
		.position = tip,
		.reference = tip,
		.direction = vec3_unit_or(vec3_sub(joint[LEAP_DIP], joint[LEAP_PIP]),
					  hand->direction),
	};
}

void leap_hand_history_start(struct leap_hand_history *history,
			     const struct leap_tracked_hand *hand, int32_t id,
			     int64_t now_us)
{
	struct leap_point_sight sight = palm_sight(hand);

	*history = (struct leap_hand_history){
		.track = hand->track,
		.id = id,
		.first_us = now_us,
		.newest_us = now_us,
		.pose = leap_hands_pose(hand, 1),
		.anchor = leap_factors_anchor_none(),
	};
	leap_moving_point_start(&history->palm, &sight);
	for (int finger = 0; finger < LEAP_FINGERS; finger++) {
		sight = tip_sight(hand, finger);
		leap_moving_point_start(&history->tip[finger], &sight);
	}
}

void leap_hand_history_step(struct leap_hand_history *history,
			    const struct leap_tracked_hand *hand, int64_t now_us)
{
	double seconds = (now_us - history->newest_us) * 1e-6;
	struct leap_motion_factors pose = leap_hands_pose(hand, 1);
	struct leap_point_sight sight = palm_sight(hand);

	leap_moving_point_step(&history->palm, &sight, seconds);
	for (int finger = 0; finger < LEAP_FINGERS; finger++) {
		sight = tip_sight(hand, finger);
		leap_moving_point_step(&history->tip[finger], &sight, seconds);
	}
	leap_pose_follow(&history->pose, &pose);
	history->newest_us = now_us;
}

static double time_visible(const struct leap_hand_history *history)
{
	return (history->newest_us - history->first_us) * 1e-6;
}

static void describe_finger(const struct leap_hand_history *history,
			    const struct leap_tracked_hand *hand,
			    const struct leap_frame_hand *in,
			    enum leap_finger_type type, double scale,
			    struct leap_frame_pointable *ret_finger)
{
	const struct leap_moving_point *tip = &history->tip[type];
	struct mat3 palm = leap_palm_basis(hand->left, hand->normal, hand->direction);

	*ret_finger = (struct leap_frame_pointable){
		.id = history->id * 10 + type,
		.hand_id = history->id,
		.type = type,
		.extended = leap_finger_extended(hand, type, scale),
		.tip_position = tip->position,
		.tip_velocity = tip->velocity,
		.stabilized_tip_position = tip->stabilized,
		.length = leap_finger_length(type, hand->joint[type]),
		.width = leap_finger_width(type, in->palm_width),
		.touch_distance = tip->touch_distance,
		.touch_zone = tip->touch_zone,
		.time_visible = time_visible(history),
	};
	memcpy(ret_finger->joint, hand->joint[type], sizeof(ret_finger->joint));
	leap_finger_bases(hand->left, type, &palm, hand->joint[type],
			  ret_finger->bases);
	ret_finger->direction = vec3_scale(ret_finger->bases[2].row[2], -1.0);
}

static void describe_hand(const struct leap_hand_history *history,
			  const struct leap_tracked_hand *hand, double scale,
			  struct leap_frame_hand *ret_hand)
{
	struct mat3 palm = leap_palm_basis(hand->left, hand->normal, hand->direction);
	double palm_width = hand->palm_width > 0.0 ? hand->palm_width
						   : PALM_WIDTH * scale;

	*ret_hand = (struct leap_frame_hand){
		.id = history->id,
		.left = hand->left,
		.confidence = fmax(0.0, fmin(1.0, hand->confidence)),
		.palm_position = hand->palm,
		.palm_velocity = history->palm.velocity,
		.stabilized_palm_position = history->palm.stabilized,
		.palm_normal = hand->normal,
		.direction = hand->direction,
		.palm_width = palm_width,
		.wrist = hand->wrist,
		.elbow = hand->elbow,
		.arm_basis =
			leap_arm_basis(hand->left, &palm, hand->wrist, hand->elbow),
		.arm_width = leap_arm_width(palm_width),
		.grab_angle = leap_grab_angle(hand),
		.grab_strength = leap_grab_strength(hand),
		.pinch_distance = leap_pinch_distance(hand),
		.pinch_strength = leap_pinch_strength(hand, scale),
		.time_visible = time_visible(history),
		.motion = leap_factors_apply(&history->anchor, &history->pose),
	};
	leap_hand_sphere(hand, &ret_hand->sphere_center, &ret_hand->sphere_radius);
}

void leap_hand_history_describe(const struct leap_hand_history *history,
				const struct leap_tracked_hand *hand,
				struct leap_frame_hand *ret_hand,
				struct leap_frame_pointable ret_fingers[LEAP_FINGERS])
{
	double scale = leap_hand_scale(hand);

	describe_hand(history, hand, scale, ret_hand);
	for (int finger = 0; finger < LEAP_FINGERS; finger++)
		describe_finger(history, hand, ret_hand, finger, scale,
				&ret_fingers[finger]);
}
