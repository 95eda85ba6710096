// SPDX-License-Identifier: MIT
/*
 * Field by field from the daemon's frame, which may change, to the protocol's, which may
 * not. Pure functions; nothing is kept.
 */
#include "daemon/native/frame_wire.h"

#include <string.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))

static void put_vector(leap_lef32 ret[3], struct vec3 v)
{
	ret[0] = (float)v.x;
	ret[1] = (float)v.y;
	ret[2] = (float)v.z;
}

static void put_matrix(leap_lef32 ret[9], const struct mat3 *m)
{
	for (int i = 0; i < 3; i++)
		put_vector(ret + 3 * i, m->row[i]);
}

static void put_motion(struct leap_wire_motion *ret,
		       const struct leap_motion_factors *m)
{
	put_matrix(ret->r, &m->r);
	ret->s = (float)m->s;
	put_vector(ret->t, m->t);
}

static void put_hand(struct leap_wire_hand *ret, const struct leap_frame_hand *hand)
{
	ret->id = hand->id;
	ret->flags = hand->left ? LEAP_WIRE_HAND_LEFT : 0;
	ret->confidence = (float)hand->confidence;
	put_vector(ret->palm_position, hand->palm_position);
	put_vector(ret->palm_velocity, hand->palm_velocity);
	put_vector(ret->stabilized_palm_position, hand->stabilized_palm_position);
	put_vector(ret->palm_normal, hand->palm_normal);
	put_vector(ret->direction, hand->direction);
	ret->palm_width = (float)hand->palm_width;
	put_vector(ret->wrist, hand->wrist);
	put_vector(ret->elbow, hand->elbow);
	put_matrix(ret->arm_basis, &hand->arm_basis);
	ret->arm_width = (float)hand->arm_width;
	ret->grab_angle = (float)hand->grab_angle;
	ret->grab_strength = (float)hand->grab_strength;
	ret->pinch_distance = (float)hand->pinch_distance;
	ret->pinch_strength = (float)hand->pinch_strength;
	put_vector(ret->sphere_center, hand->sphere_center);
	ret->sphere_radius = (float)hand->sphere_radius;
	ret->time_visible = (float)hand->time_visible;
	put_motion(&ret->motion, &hand->motion);
	memset(ret->reserved, 0, sizeof(ret->reserved));
}

static void put_bones(struct leap_wire_pointable *ret,
		      const struct leap_frame_pointable *finger)
{
	_Static_assert(LEAP_JOINTS == 5 && LEAP_BONES == 4, "the protocol's joints");

	for (int i = 0; i < LEAP_JOINTS; i++)
		put_vector(ret->joint[i], finger->joint[i]);
	for (int i = 0; i < LEAP_BONES; i++)
		put_matrix(ret->basis[i], &finger->bases[i]);
	ret->finger = finger->type;
}

static void put_pointable(struct leap_wire_pointable *ret,
			  const struct leap_frame_pointable *pointable)
{
	ret->id = pointable->id;
	ret->hand_id = pointable->hand_id;
	ret->flags = (pointable->tool ? LEAP_WIRE_POINTABLE_TOOL : 0) |
		     (pointable->extended ? LEAP_WIRE_POINTABLE_EXTENDED : 0);
	if (pointable->tool) {
		memset(ret->joint, 0, sizeof(ret->joint));
		memset(ret->basis, 0, sizeof(ret->basis));
		ret->finger = 0;
	} else {
		put_bones(ret, pointable);
	}
	put_vector(ret->tip_position, pointable->tip_position);
	put_vector(ret->tip_velocity, pointable->tip_velocity);
	put_vector(ret->stabilized_tip_position, pointable->stabilized_tip_position);
	put_vector(ret->direction, pointable->direction);
	ret->length = (float)pointable->length;
	ret->width = (float)pointable->width;
	ret->touch_distance = (float)pointable->touch_distance;
	ret->touch_zone = pointable->touch_zone;
	ret->time_visible = (float)pointable->time_visible;
}

void leap_gesture_to_wire(const struct leap_frame_gesture *gesture,
			  struct leap_wire_gesture *ret_gesture)
{
	static const leap_le32 types[] = {
		[LEAP_GESTURE_CIRCLE] = LEAP_WIRE_CIRCLE,
		[LEAP_GESTURE_SWIPE] = LEAP_WIRE_SWIPE,
		[LEAP_GESTURE_KEY_TAP] = LEAP_WIRE_KEY_TAP,
		[LEAP_GESTURE_SCREEN_TAP] = LEAP_WIRE_SCREEN_TAP,
	};

	*ret_gesture = (struct leap_wire_gesture){
		.id = gesture->id,
		.type = types[gesture->type],
		.state = 1 + (leap_le32)gesture->state, /* start, update, stop */
		.hand_id = gesture->hand_id,
		.duration_us = gesture->duration_us,
		.pointable_id = gesture->pointable_id,
		.progress = (float)gesture->progress,
		.radius = (float)gesture->radius,
		.speed = (float)gesture->speed,
	};
	put_vector(ret_gesture->position, gesture->position);
	put_vector(ret_gesture->start_position, gesture->start_position);
	put_vector(ret_gesture->direction, gesture->direction);
}

static void put_frame(struct leap_wire_frame *ret, const struct leap_frame *frame)
{
	*ret = (struct leap_wire_frame){
		.id = frame->id,
		.timestamp_us = frame->timestamp_us,
		.ready_ns = frame->ready_ns,
		.frame_rate = (float)frame->frame_rate,
		.frame_size = sizeof(struct leap_wire_frame),
		.hand_size = sizeof(struct leap_wire_hand),
		.pointable_size = sizeof(struct leap_wire_pointable),
		.gesture_size = sizeof(struct leap_wire_gesture),
		.hand_count = MIN(frame->hand_count, LEAP_WIRE_HANDS_MAX),
		.gesture_count = MIN(frame->gesture_count, LEAP_WIRE_GESTURES_MAX),
	};
	put_vector(ret->box_center, frame->box_center);
	put_vector(ret->box_size, frame->box_size);
	put_motion(&ret->motion, &frame->motion);
}

static bool hand_is_there(const struct leap_wire_frame *wire,
			  const struct leap_frame *frame, int32_t id)
{
	for (int i = 0; i < wire->hand_count; i++)
		if (frame->hand[i].id == id)
			return true;
	return false;
}

size_t leap_frame_to_wire(const struct leap_frame *frame, void *buffer)
{
	struct leap_wire_frame *wire = buffer;
	struct leap_wire_hand *hand = (struct leap_wire_hand *)(wire + 1);
	struct leap_wire_pointable *pointable;
	struct leap_wire_gesture *gesture;

	put_frame(wire, frame);
	for (int i = 0; i < wire->hand_count; i++)
		put_hand(hand++, &frame->hand[i]);
	pointable = (struct leap_wire_pointable *)hand;
	for (unsigned int i = 0; i < frame->pointable_count &&
				 wire->pointable_count < LEAP_WIRE_POINTABLES_MAX;
	     i++) {
		const struct leap_frame_pointable *from = &frame->pointable[i];

		if (!from->tool && !hand_is_there(wire, frame, from->hand_id))
			continue;
		put_pointable(pointable++, from);
		wire->pointable_count++;
	}
	gesture = (struct leap_wire_gesture *)pointable;
	for (int i = 0; i < wire->gesture_count; i++)
		leap_gesture_to_wire(&frame->gesture[i], gesture++);
	return (size_t)((char *)gesture - (char *)buffer);
}
