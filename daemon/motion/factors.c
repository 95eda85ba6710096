// SPDX-License-Identifier: MIT
// Rotation, scale and translation of one or more hands as absolute snapshots.
// Pure functions, any thread.
#include "daemon/motion/bones.h"
#include "daemon/motion/factors.h"

#define SPREAD_UNIT 17.5 /* millimetres */
#define SPREAD_OFFSET 0.6

/* Shares of the way to a new pose that are gone with each frame. */
#define FOLLOW_TURN 0.2
#define FOLLOW_SPREAD 0.3
#define FOLLOW_PLACE 0.5

static struct mat3 multiply(const struct mat3 *a, const struct mat3 *b)
{
	struct mat3 product;

	for (int i = 0; i < 3; i++)
		product.row[i] = mat3_apply_transposed(b, a->row[i]);
	return product;
}

static struct mat3 transpose(const struct mat3 *m)
{
	return (struct mat3){ {
		vec3(m->row[0].x, m->row[1].x, m->row[2].x),
		vec3(m->row[0].y, m->row[1].y, m->row[2].y),
		vec3(m->row[0].z, m->row[1].z, m->row[2].z),
	} };
}

/* Of the pair: x from the first to the second, y up, unless one is above the other. */
static struct mat3 pair_basis(const struct leap_tracked_hand *a,
			      const struct leap_tracked_hand *b)
{
	struct vec3 between = vec3_unit_or(vec3_sub(b->palm, a->palm), vec3(1, 0, 0));
	struct vec3 up = fabs(between.y) < 0.99 ? vec3(0, 1, 0) : vec3(0, 0, 1);

	return leap_palm_basis(false, vec3_scale(up, -1.0), between);
}

/* The centre of all fingertips, and their mean distance from it. */
static struct vec3 tips_centre(const struct leap_tracked_hand *hand, unsigned int count,
			       double *ret_spread)
{
	double tips = count * LEAP_FINGERS;
	struct vec3 mean = { 0 };

	for (unsigned int i = 0; i < count; i++)
		for (int finger = 0; finger < LEAP_FINGERS; finger++)
			mean = vec3_madd(mean, 1.0 / tips,
					 leap_fingertip(hand[i].joint[finger]));
	*ret_spread = 0.0;
	for (unsigned int i = 0; i < count; i++)
		for (int finger = 0; finger < LEAP_FINGERS; finger++)
			*ret_spread +=
				vec3_distance(leap_fingertip(hand[i].joint[finger]),
					      mean) /
				tips;
	return mean;
}

struct leap_motion_factors leap_hands_pose(const struct leap_tracked_hand *hand,
					   unsigned int count)
{
	struct leap_motion_factors pose = { 0 };
	struct vec3 palms = { 0 }, tips;
	double spread;

	tips = tips_centre(hand, count, &spread);
	for (unsigned int i = 0; i < count; i++)
		palms = vec3_madd(palms, 1.0 / count, leap_palm_reference(&hand[i]));
	pose.s = log((spread + SPREAD_OFFSET) / SPREAD_UNIT);
	if (count == 1) {
		pose.r = leap_palm_basis(false, hand->normal, hand->direction);
		pose.t = palms;
	} else {
		pose.r = pair_basis(&hand[0], &hand[1]);
		pose.t = vec3_lerp(palms, tips, LEAP_FINGERS / (LEAP_FINGERS + 1.0));
	}
	return pose;
}

/* Both axes go their share; what is between them stays a right angle. */
static struct mat3 turn_towards(const struct mat3 *from, const struct mat3 *to)
{
	struct vec3 y = vec3_lerp(from->row[1], to->row[1], FOLLOW_TURN);
	struct vec3 z = vec3_lerp(from->row[2], to->row[2], FOLLOW_TURN);

	return leap_palm_basis(false, vec3_scale(y, -1.0), vec3_scale(z, -1.0));
}

void leap_pose_follow(struct leap_motion_factors *smooth,
		      const struct leap_motion_factors *pose)
{
	smooth->r = turn_towards(&smooth->r, &pose->r);
	smooth->s += FOLLOW_SPREAD * (pose->s - smooth->s);
	smooth->t = vec3_lerp(smooth->t, pose->t, FOLLOW_PLACE);
}

struct leap_factors_anchor leap_factors_anchor_none(void)
{
	return (struct leap_factors_anchor){ .turn = mat3_identity() };
}

struct leap_factors_anchor leap_factors_anchor_at(
	const struct leap_motion_factors *pose,
	const struct leap_motion_factors *factors)
{
	struct mat3 back = transpose(&pose->r);

	return (struct leap_factors_anchor){
		.turn = multiply(&factors->r, &back),
		.s = factors->s - pose->s,
		.t = vec3_sub(factors->t, pose->t),
	};
}

struct leap_motion_factors leap_factors_apply(const struct leap_factors_anchor *anchor,
					      const struct leap_motion_factors *pose)
{
	return (struct leap_motion_factors){
		.r = multiply(&anchor->turn, &pose->r),
		.s = anchor->s + pose->s,
		.t = vec3_add(anchor->t, pose->t),
	};
}
