// SPDX-License-Identifier: MIT
// Rotation, scale and translation of one or more hands as absolute snapshots.
// Pure functions, any thread.
#include "daemon/motion/bones.h"
#include "daemon/motion/factors.h"

#define SPREAD_UNIT 19.0 /* millimetres */
#define SPREAD_MIN 1.0 /* millimetres */

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

/* A palm-like basis of the pair: the fingers' side is where both look. */
static struct mat3 pair_basis(const struct leap_tracked_hand *a,
			      const struct leap_tracked_hand *b)
{
	struct vec3 between = vec3_unit_or(vec3_sub(b->palm, a->palm), vec3(1, 0, 0));
	struct vec3 normal = vec3_add(a->normal, b->normal);

	return leap_palm_basis(false, normal, between);
}

static double spread(const struct leap_tracked_hand *hand, unsigned int count)
{
	struct vec3 mean = { 0 };
	double tips = count * LEAP_FINGERS, square = 0.0;

	for (unsigned int i = 0; i < count; i++)
		for (int finger = 0; finger < LEAP_FINGERS; finger++)
			mean = vec3_madd(mean, 1.0 / tips,
					 leap_fingertip(hand[i].joint[finger]));
	for (unsigned int i = 0; i < count; i++)
		for (int finger = 0; finger < LEAP_FINGERS; finger++) {
			struct vec3 off =
				vec3_sub(leap_fingertip(hand[i].joint[finger]), mean);

			square += vec3_dot(off, off) / tips;
		}
	return sqrt(square);
}

struct leap_motion_factors leap_hands_pose(const struct leap_tracked_hand *hand,
					   unsigned int count)
{
	struct leap_motion_factors pose = {
		.s = log(fmax(spread(hand, count), SPREAD_MIN) / SPREAD_UNIT),
	};

	if (count == 1)
		pose.r = leap_palm_basis(false, hand->normal, hand->direction);
	else
		pose.r = pair_basis(&hand[0], &hand[1]);
	for (unsigned int i = 0; i < count; i++)
		pose.t = vec3_madd(pose.t, 1.0 / count, hand[i].palm);
	return pose;
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
