// SPDX-License-Identifier: MIT
/*
 * What has happened between two frames, and points in the interaction box.
 * Pure functions of plain values.
 */
#include <math.h>
#include <string.h>

#include "lib/leap.h"

/* What is taken for a motion that was meant; see leap.h. */
#define TURN_MEANT 0.2617994F /* 15 degrees */
#define SCALE_MEANT 0.1823216F /* the logarithm of 1.2 */
#define WAY_MEANT 20.0F /* millimetres */

static const struct leap_relative_motion no_motion = {
	.rotation = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
	.scale_factor = 1,
};

static float dot(struct leap_vector a, struct leap_vector b)
{
	return a.x * b.x + a.y * b.y + a.z * b.z;
}

static struct leap_vector minus(struct leap_vector a, struct leap_vector b)
{
	return (struct leap_vector){ a.x - b.x, a.y - b.y, a.z - b.z };
}

/* One component of then's axes times now's, summed: a row of now^T then. */
static struct leap_vector turned(float x, float y, float z,
				 const struct leap_matrix *then)
{
	return (struct leap_vector){
		x * then->x.x + y * then->y.x + z * then->z.x,
		x * then->x.y + y * then->y.y + z * then->z.y,
		x * then->x.z + y * then->y.z + z * then->z.z,
	};
}

/* The axes are rows: what takes each axis of then to that of now. */
static struct leap_matrix rotation_between(const struct leap_matrix *now,
					   const struct leap_matrix *then)
{
	return (struct leap_matrix){
		.x = turned(now->x.x, now->y.x, now->z.x, then),
		.y = turned(now->x.y, now->y.y, now->z.y, then),
		.z = turned(now->x.z, now->y.z, now->z.z, then),
	};
}

/* By way of the quaternion, whose largest part is never small. */
static void axis_and_angle(const struct leap_matrix *m, struct leap_vector *ret_axis,
			   float *ret_angle)
{
	float trace = m->x.x + m->y.y + m->z.z;
	struct leap_vector v = { m->z.y - m->y.z, m->x.z - m->z.x, m->y.x - m->x.y };
	float sine = sqrtf(dot(v, v)) / 2, cosine = (trace - 1) / 2;

	*ret_angle = atan2f(sine, cosine);
	*ret_axis = (struct leap_vector){ 0, 0, 0 };
	if (sine > 1e-4F) {
		*ret_axis = (struct leap_vector){ v.x / (2 * sine), v.y / (2 * sine),
						  v.z / (2 * sine) };
	} else if (cosine < 0) {
		/* half a turn: the axis is in the diagonal, up to its signs */
		float x = sqrtf(fmaxf(0, (m->x.x + 1) / 2));
		float y = sqrtf(fmaxf(0, (m->y.y + 1) / 2));
		float z = sqrtf(fmaxf(0, (m->z.z + 1) / 2));

		if (x >= y && x >= z) {
			y = copysignf(y, m->x.y);
			z = copysignf(z, m->x.z);
		} else if (y >= z) {
			x = copysignf(x, m->x.y);
			z = copysignf(z, m->y.z);
		} else {
			x = copysignf(x, m->x.z);
			y = copysignf(y, m->y.z);
		}
		*ret_axis = (struct leap_vector){ x, y, z };
	}
}

static float squared(float value)
{
	return value * value;
}

static void set_probabilities(struct leap_relative_motion *motion)
{
	float turn = squared(motion->angle / TURN_MEANT);
	float scale = squared(logf(motion->scale_factor) / SCALE_MEANT);
	float way = dot(motion->translation, motion->translation) / squared(WAY_MEANT);
	float all = 1 + turn + scale + way;

	motion->rotation_probability = turn / all;
	motion->scale_probability = scale / all;
	motion->translation_probability = way / all;
}

static void between(const struct leap_motion *now, const struct leap_motion *since,
		    struct leap_relative_motion *ret_motion)
{
	struct leap_relative_motion motion = {
		.rotation = rotation_between(&now->rotation, &since->rotation),
		.scale_factor = expf(now->scale - since->scale),
		.translation = minus(now->translation, since->translation),
	};

	axis_and_angle(&motion.rotation, &motion.axis, &motion.angle);
	set_probabilities(&motion);
	*ret_motion = motion;
}

void leap_frame_motion(const struct leap_frame *now, const struct leap_frame *since,
		       struct leap_relative_motion *ret_motion)
{
	if (now->hand_count && since->hand_count)
		between(&now->motion, &since->motion, ret_motion);
	else
		*ret_motion = no_motion;
}

void leap_hand_motion(const struct leap_frame *now, const struct leap_frame *since,
		      int32_t hand_id, struct leap_relative_motion *ret_motion)
{
	const struct leap_hand *hand = leap_find_hand(now, hand_id);
	const struct leap_hand *then = leap_find_hand(since, hand_id);

	if (hand && then)
		between(&hand->motion, &then->motion, ret_motion);
	else
		*ret_motion = no_motion;
}

/* The twist of the quaternion about the axis. */
float leap_rotation_angle(const struct leap_relative_motion *motion,
			  const struct leap_vector *axis)
{
	float length = sqrtf(dot(*axis, *axis)), along;

	if (!(length > 0))
		return 0;
	along = dot(motion->axis, *axis) / length;
	return 2 * atan2f(along * sinf(motion->angle / 2), cosf(motion->angle / 2));
}

const struct leap_hand *leap_find_hand(const struct leap_frame *frame, int32_t id)
{
	for (uint32_t i = 0; i < frame->hand_count; i++)
		if (frame->hand[i].id == id)
			return &frame->hand[i];
	return NULL;
}

const struct leap_pointable *leap_find_pointable(const struct leap_frame *frame,
						 int32_t id)
{
	if (id < 0)
		return NULL;
	for (uint32_t i = 0; i < frame->hand_count; i++)
		for (int f = 0; f < LEAP_FINGER_COUNT; f++)
			if (frame->hand[i].finger[f].id == id)
				return &frame->hand[i].finger[f];
	for (uint32_t i = 0; i < frame->tool_count; i++)
		if (frame->tool[i].id == id)
			return &frame->tool[i];
	return NULL;
}

static float normalize(float value, float center, float size, bool clamp)
{
	float normal = size > 0 ? (value - center) / size + 0.5F : 0;

	if (clamp)
		normal = fminf(1, fmaxf(0, normal));
	return normal;
}

struct leap_vector leap_box_normalize(const struct leap_frame *frame,
				      const struct leap_vector *point, bool clamp)
{
	const struct leap_vector *center = &frame->box_center, *size = &frame->box_size;

	return (struct leap_vector){
		normalize(point->x, center->x, size->x, clamp),
		normalize(point->y, center->y, size->y, clamp),
		normalize(point->z, center->z, size->z, clamp),
	};
}

struct leap_vector leap_box_denormalize(const struct leap_frame *frame,
					const struct leap_vector *point)
{
	const struct leap_vector *center = &frame->box_center, *size = &frame->box_size;

	return (struct leap_vector){
		center->x + (point->x - 0.5F) * size->x,
		center->y + (point->y - 0.5F) * size->y,
		center->z + (point->z - 0.5F) * size->z,
	};
}
