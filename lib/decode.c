// SPDX-License-Identifier: MIT
/*
 * Every length is checked before it is used, every number before it becomes an index; and
 * each word is read once, as the bytes may be a ring's and change at any time.
 * Pure functions; nothing is kept.
 */
#include "lib/decode.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* A frame's records: where they are, how far apart and how many. */
struct records {
	const char *first;
	size_t stride;
	unsigned int count;
};

typedef uint64_t __attribute__((may_alias)) word;
typedef uint32_t __attribute__((may_alias)) half;

/* Records of this version are multiples of eight bytes; those of a later one need not
 * lie where eight divide. */
static void copy_out(void *to, const void *from, size_t size)
{
	if ((uintptr_t)from % sizeof(word)) {
		for (size_t i = 0; i < size / sizeof(half); i++)
			((half *)to)[i] = __atomic_load_n((const half *)from + i,
							  __ATOMIC_RELAXED);
		return;
	}
	for (size_t i = 0; i < size / sizeof(word); i++)
		((word *)to)[i] =
			__atomic_load_n((const word *)from + i, __ATOMIC_RELAXED);
}

static struct leap_vector vector(const leap_lef32 v[3])
{
	return (struct leap_vector){ v[0], v[1], v[2] };
}

static struct leap_matrix matrix(const leap_lef32 m[9])
{
	return (struct leap_matrix){ vector(m), vector(m + 3), vector(m + 6) };
}

static struct leap_motion motion(const struct leap_wire_motion *wire)
{
	return (struct leap_motion){ matrix(wire->r), wire->s, vector(wire->t) };
}

static struct leap_vector minus(struct leap_vector a, struct leap_vector b)
{
	return (struct leap_vector){ a.x - b.x, a.y - b.y, a.z - b.z };
}

static struct leap_vector times(struct leap_vector a, float s)
{
	return (struct leap_vector){ a.x * s, a.y * s, a.z * s };
}

static struct leap_vector cross(struct leap_vector a, struct leap_vector b)
{
	return (struct leap_vector){ a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z,
				     a.x * b.y - a.y * b.x };
}

static struct leap_bone bone(struct leap_vector from, struct leap_vector to,
			     struct leap_matrix basis, float width)
{
	struct leap_vector way = minus(to, from);

	return (struct leap_bone){
		.prev_joint = from,
		.next_joint = to,
		.basis = basis,
		.length = sqrtf(way.x * way.x + way.y * way.y + way.z * way.z),
		.width = width,
	};
}

/* x towards the little finger: left hands have a left-handed basis. */
static struct leap_matrix hand_basis(const struct leap_hand *hand)
{
	struct leap_vector across = cross(hand->palm_normal, hand->direction);

	return (struct leap_matrix){
		.x = times(across, hand->is_left ? -1 : 1),
		.y = times(hand->palm_normal, -1),
		.z = times(hand->direction, -1),
	};
}

static void decode_hand(const struct leap_wire_hand *wire, struct leap_hand *hand)
{
	hand->id = wire->id;
	hand->is_left = wire->flags & LEAP_WIRE_HAND_LEFT;
	hand->confidence = wire->confidence;
	hand->palm_position = vector(wire->palm_position);
	hand->palm_velocity = vector(wire->palm_velocity);
	hand->stabilized_palm_position = vector(wire->stabilized_palm_position);
	hand->palm_normal = vector(wire->palm_normal);
	hand->direction = vector(wire->direction);
	hand->basis = hand_basis(hand);
	hand->palm_width = wire->palm_width;
	hand->grab_strength = wire->grab_strength;
	hand->grab_angle = wire->grab_angle;
	hand->pinch_strength = wire->pinch_strength;
	hand->pinch_distance = wire->pinch_distance;
	hand->sphere_center = vector(wire->sphere_center);
	hand->sphere_radius = wire->sphere_radius;
	hand->time_visible = wire->time_visible;
	hand->wrist_position = vector(wire->wrist);
	hand->arm = bone(vector(wire->elbow), vector(wire->wrist),
			 matrix(wire->arm_basis), wire->arm_width);
	hand->motion = motion(&wire->motion);
}

static void decode_pointable(const struct leap_wire_pointable *wire,
			     struct leap_pointable *pointable)
{
	bool tool = wire->flags & LEAP_WIRE_POINTABLE_TOOL;

	pointable->id = wire->id;
	pointable->hand_id = wire->hand_id;
	pointable->finger = tool ? 0 : wire->finger;
	pointable->touch_zone = wire->touch_zone <= LEAP_ZONE_TOUCHING
					? wire->touch_zone
					: LEAP_ZONE_NONE;
	pointable->is_tool = tool;
	pointable->is_extended = wire->flags & LEAP_WIRE_POINTABLE_EXTENDED;
	pointable->tip_position = vector(wire->tip_position);
	pointable->tip_velocity = vector(wire->tip_velocity);
	pointable->stabilized_tip_position = vector(wire->stabilized_tip_position);
	pointable->direction = vector(wire->direction);
	pointable->length = wire->length;
	pointable->width = wire->width;
	pointable->touch_distance = wire->touch_distance;
	pointable->time_visible = wire->time_visible;
	if (tool)
		memset(pointable->bone, 0, sizeof(pointable->bone));
	for (int i = 0; !tool && i < LEAP_BONE_COUNT; i++)
		pointable->bone[i] = bone(vector(wire->joint[i]),
					  vector(wire->joint[i + 1]),
					  matrix(wire->basis[i]), wire->width);
}

/* One that the hand has and nobody sees. */
static void blank_finger(struct leap_hand *hand, unsigned int finger)
{
	hand->finger[finger] = (struct leap_pointable){
		.id = -1,
		.hand_id = hand->id,
		.finger = finger,
	};
}

/* Bits of the fingers that were told, by hand. */
struct told_fingers {
	unsigned int of[LEAP_MAX_HANDS];
};

/* Return: its place; -1 there is none of that id. */
static int find_hand(const struct leap_frame *frame, int32_t id)
{
	for (uint32_t i = 0; i < frame->hand_count; i++)
		if (frame->hand[i].id == id)
			return (int)i;
	return -1;
}

/* Where a pointable belongs; NULL: nowhere. */
static struct leap_pointable *place_of(const struct leap_wire_pointable *wire,
				       struct leap_frame *frame,
				       struct told_fingers *told)
{
	int hand;

	if (wire->flags & LEAP_WIRE_POINTABLE_TOOL)
		return frame->tool_count < LEAP_MAX_TOOLS
			       ? &frame->tool[frame->tool_count++]
			       : NULL;
	hand = find_hand(frame, wire->hand_id);
	if (hand < 0 || wire->finger >= LEAP_FINGER_COUNT)
		return NULL;
	told->of[hand] |= 1U << wire->finger;
	return &frame->hand[hand].finger[wire->finger];
}

int leap_decode_gesture(const struct leap_wire_gesture *wire,
			struct leap_gesture *ret_gesture)
{
	bool known = wire->type == LEAP_WIRE_SWIPE || wire->type == LEAP_WIRE_CIRCLE ||
		     wire->type == LEAP_WIRE_SCREEN_TAP ||
		     wire->type == LEAP_WIRE_KEY_TAP;

	if (!known || wire->state < LEAP_PHASE_START || wire->state > LEAP_PHASE_STOP)
		return -EBADMSG;
	*ret_gesture = (struct leap_gesture){
		.id = wire->id,
		.kind = wire->type,
		.phase = wire->state,
		.hand_id = wire->hand_id,
		.pointable_id = wire->pointable_id,
		.duration = wire->duration_us,
		.position = vector(wire->position),
		.start_position = vector(wire->start_position),
		.direction = vector(wire->direction),
		.progress = wire->progress,
		.radius = wire->radius,
		.speed = wire->speed,
	};
	return 0;
}

/* Cuts @count records off the front of what is left. */
static int cut(const char **at, size_t *left, unsigned int count, size_t stride,
	       size_t least, struct records *ret)
{
	if (count && (stride < least || stride % 4 || *left / stride < count))
		return -EBADMSG;
	*ret = (struct records){ *at, stride, count };
	*at += count * stride;
	*left -= count * stride;
	return 0;
}

static unsigned int at_most(unsigned int count, unsigned int most)
{
	return count < most ? count : most;
}

static void decode_head(const struct leap_wire_frame *wire, struct leap_frame *frame)
{
	frame->id = wire->id;
	frame->timestamp = wire->timestamp_us;
	frame->published = wire->published_ns;
	frame->frame_rate = wire->frame_rate;
	frame->box_center = vector(wire->box_center);
	frame->box_size = vector(wire->box_size);
	frame->motion = motion(&wire->motion);
	frame->hand_count = frame->tool_count = frame->gesture_count = 0;
}

static void decode_hands(const struct records *records, struct leap_frame *frame)
{
	for (unsigned int i = 0; i < at_most(records->count, LEAP_MAX_HANDS); i++) {
		struct leap_wire_hand wire;

		copy_out(&wire, records->first + i * records->stride, sizeof(wire));
		decode_hand(&wire, &frame->hand[frame->hand_count++]);
	}
}

static void decode_pointables(const struct records *records, struct leap_frame *frame)
{
	struct told_fingers told = { { 0 } };

	for (unsigned int i = 0; i < records->count; i++) {
		struct leap_wire_pointable wire;
		struct leap_pointable *to;

		copy_out(&wire, records->first + i * records->stride, sizeof(wire));
		to = place_of(&wire, frame, &told);
		if (to)
			decode_pointable(&wire, to);
	}
	for (uint32_t i = 0; i < frame->hand_count; i++)
		for (unsigned int f = 0; f < LEAP_FINGER_COUNT; f++)
			if (!(told.of[i] & 1U << f))
				blank_finger(&frame->hand[i], f);
}

static void decode_gestures(const struct records *records, struct leap_frame *frame,
			    struct leap_wire_gesture *ret_wire)
{
	for (unsigned int i = 0; i < at_most(records->count, LEAP_MAX_GESTURES); i++) {
		struct leap_wire_gesture wire;

		copy_out(&wire, records->first + i * records->stride, sizeof(wire));
		if (leap_decode_gesture(&wire, &frame->gesture[frame->gesture_count]))
			continue;
		if (ret_wire)
			ret_wire[frame->gesture_count] = wire;
		frame->gesture_count++;
	}
}

int leap_decode_frame(const void *bytes, size_t size, struct leap_frame *ret_frame,
		      struct leap_wire_gesture *ret_gestures)
{
	struct records hands, pointables, gestures;
	struct leap_wire_frame wire;
	const char *at = bytes;
	size_t left = size;

	if (size < sizeof(wire))
		return -EBADMSG;
	copy_out(&wire, bytes, sizeof(wire));
	if (wire.frame_size < sizeof(wire) || wire.frame_size > size ||
	    wire.frame_size % 4)
		return -EBADMSG;
	at += wire.frame_size;
	left -= wire.frame_size;
	if (cut(&at, &left, wire.hand_count, wire.hand_size,
		sizeof(struct leap_wire_hand), &hands) ||
	    cut(&at, &left, wire.pointable_count, wire.pointable_size,
		sizeof(struct leap_wire_pointable), &pointables) ||
	    cut(&at, &left, wire.gesture_count, wire.gesture_size,
		sizeof(struct leap_wire_gesture), &gestures))
		return -EBADMSG;
	decode_head(&wire, ret_frame);
	decode_hands(&hands, ret_frame);
	decode_pointables(&pointables, ret_frame);
	decode_gestures(&gestures, ret_frame, ret_gestures);
	return 0;
}
