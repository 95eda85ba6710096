// SPDX-License-Identifier: MIT
/*
 * Flesh on the bones: a skeleton becomes a smooth surface of blended round cones.
 * Pure values; no state, any thread.
 */
#include "sim/flesh.h"

#include <assert.h>

/*
 * Half the finger widths that the original service reports, thumb first, for a palm of
 * 87.48 mm.
 */
static const double finger_radius[LEAP_FINGERS] = { 9.9, 9.2, 9.1, 8.7, 7.7 };

/* Distance from the end of the last bone to the skin, as between btip and tip. */
#define TIP_FLESH 4.2

struct body {
	const struct leap_sim_shape *shape;
	const struct leap_sim_skeleton *skeleton;
	struct leap_sim_surface *surface;
	double size; /* millimetres of flesh per millimetre of the average hand's */
	float blend;
};

static struct vec3 joint(const struct body *b, int finger, int which)
{
	return b->skeleton->hand.joint[finger][which];
}

/* A point in hand axes, given for the average hand. */
static struct vec3 place(const struct body *b, double x, double y, double z)
{
	double s = b->shape->scale;

	return leap_sim_to_leap(b->skeleton, vec3(x * s, y * s, z * s));
}

static struct vec3 towards_palm(const struct body *b, struct vec3 p, double mm)
{
	return vec3_madd(p, mm * b->size, b->skeleton->hand.normal);
}

/*
 * Radii in millimetres of the average hand; @bulge is what the middle of the cone has
 * over the mean of its ends.
 */
static void cone(struct body *b, struct vec3 from, struct vec3 to, double r_from,
		 double r_to, double bulge)
{
	struct leap_sim_surface *s = b->surface;
	struct vec3 along = vec3_sub(to, from);
	double square = vec3_dot(along, along);
	double r0 = r_from * b->size, r1 = r_to * b->size, up = bulge * b->size;

	assert(s->count < LEAP_SIM_CONES_MAX);
	s->cone[s->count++] = (struct leap_sim_cone){
		.start = { (float)from.x, (float)from.y, (float)from.z },
		.along = { (float)along.x, (float)along.y, (float)along.z },
		.inverse = square > 1e-6 ? (float)(1 / square) : 0,
		.r = { (float)r0, (float)(r1 - r0 + 4 * up), (float)(-4 * up) },
		.largest = (float)(fmax(r0, r1) + fmax(up, 0)),
		.blend = b->blend,
		.albedo = (float)b->shape->albedo,
		.part = s->parts - 1,
	};
}

static void begin_part(struct body *b, double blend)
{
	b->surface->parts++;
	b->blend = (float)(blend * b->size);
}

/* Seven rays of flesh over four metacarpals: flat, without furrows between them. */
static void back_of_hand(struct body *b)
{
	struct vec3 carp[LEAP_FINGERS], knuckle[LEAP_FINGERS];

	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		carp[k] = towards_palm(b, joint(b, k, LEAP_CARP), 6.5);
		knuckle[k] = towards_palm(b, joint(b, k, LEAP_MCP), 0.5);
	}
	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		double end = finger_radius[k] + (k == LEAP_PINKY ? 2.4 : 1.6);

		cone(b, carp[k], knuckle[k], 11.5, end, 0);
		if (k == LEAP_PINKY)
			break;
		cone(b, vec3_lerp(carp[k], carp[k + 1], 0.5),
		     vec3_lerp(knuckle[k], knuckle[k + 1], 0.5), 11.5, end - 1.0, 0);
	}
}

/* Ball of the thumb, heel of the hand, and the web between thumb and index finger. */
static void palm_side(struct body *b)
{
	struct vec3 root = joint(b, LEAP_THUMB, LEAP_MCP);
	struct vec3 knuckle = joint(b, LEAP_THUMB, LEAP_PIP);
	struct vec3 ray = joint(b, LEAP_INDEX, LEAP_CARP);
	struct vec3 index = joint(b, LEAP_INDEX, LEAP_MCP);

	cone(b, vec3_lerp(root, place(b, 4, -2, -50), 0.35), knuckle, 14.0, 11.2, 2.0);
	cone(b, place(b, 4, 1, -46),
	     vec3_lerp(vec3_lerp(root, knuckle, 0.75), place(b, 2, 2, -8), 0.35), 13.5,
	     9.5, 1.0);
	cone(b, vec3_lerp(root, knuckle, 0.5), vec3_lerp(ray, index, 0.55), 11.0, 10.5,
	     -1.0);
	cone(b, vec3_lerp(root, knuckle, 0.82), vec3_lerp(ray, index, 0.78), 7.5, 8.5,
	     -1.5);
	cone(b, place(b, -22, 0, -46), place(b, -33, 1, -4), 13.0, 10.5, 1.0);
}

/* Wrist and forearm are the two bones of the arm, side by side. */
static void forearm(struct body *b)
{
	const struct leap_tracked_hand *hand = &b->skeleton->hand;
	struct vec3 way = vec3_unit_or(vec3_sub(hand->elbow, hand->wrist),
				       vec3_scale(hand->direction, -1));
	struct vec3 side =
		vec3_unit_or(vec3_reject(b->skeleton->axes.row[0], way), vec3(1, 0, 0));
	struct vec3 at_wrist = vec3_scale(side, 11.5 * b->size);
	struct vec3 at_elbow = vec3_scale(side, 17 * b->size);

	for (int bone = -1; bone <= 1; bone += 2) {
		struct vec3 heel = place(b, -5 + 11 * bone, -4, -46);
		struct vec3 wrist = vec3_madd(hand->wrist, bone, at_wrist);
		struct vec3 elbow = vec3_madd(hand->elbow, bone, at_elbow);

		cone(b, heel, wrist, 15.5, 16.5, 0);
		/* No furrow between the two. */
		b->blend = (float)((bone > 0 ? 16 : 9) * b->size);
		cone(b, wrist, elbow, 16.5, 27.5, 2.5);
		b->blend = (float)(9 * b->size);
	}
}

/* The first third of each finger belongs to the palm, which makes the webs. */
static void finger_roots(struct body *b)
{
	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		struct vec3 knuckle = joint(b, k, LEAP_MCP);
		double r = finger_radius[k];

		cone(b, knuckle, vec3_lerp(knuckle, joint(b, k, LEAP_PIP), 0.36),
		     1.14 * r, 1.07 * r, 0);
	}
	cone(b, joint(b, LEAP_THUMB, LEAP_PIP),
	     vec3_lerp(joint(b, LEAP_THUMB, LEAP_PIP), joint(b, LEAP_THUMB, LEAP_DIP),
		       0.4),
	     1.10 * finger_radius[LEAP_THUMB], 1.02 * finger_radius[LEAP_THUMB], 0);
}

static void last_bone(struct body *b, int k)
{
	struct vec3 from = joint(b, k, LEAP_DIP), end = joint(b, k, LEAP_BTIP);
	struct vec3 along =
		vec3_unit_or(vec3_sub(end, from), b->skeleton->hand.direction);
	double r = finger_radius[k], tip = 0.80 * r;

	end = vec3_madd(end, TIP_FLESH * b->shape->scale - tip * b->size, along);
	cone(b, from, end, 0.90 * r, tip, 0.11 * r);
}

static void finger(struct body *b, int k)
{
	struct vec3 mcp = joint(b, k, LEAP_MCP), pip = joint(b, k, LEAP_PIP);
	struct vec3 dip = joint(b, k, LEAP_DIP);
	double r = finger_radius[k];

	begin_part(b, 1.5);
	if (k == LEAP_THUMB) {
		cone(b, pip, dip, 1.06 * r, 0.92 * r, 0.03 * r);
	} else {
		cone(b, mcp, pip, 1.12 * r, 0.98 * r, 0.06 * r);
		cone(b, pip, dip, 0.98 * r, 0.90 * r, 0.07 * r);
	}
	last_bone(b, k);
}

void leap_sim_flesh(const struct leap_sim_shape *shape,
		    const struct leap_sim_skeleton *skeleton,
		    struct leap_sim_surface *surface)
{
	struct body b = {
		.shape = shape,
		.skeleton = skeleton,
		.surface = surface,
		.size = shape->scale * shape->thickness,
	};

	begin_part(&b, 9.0);
	back_of_hand(&b);
	palm_side(&b);
	finger_roots(&b);
	forearm(&b);
	for (int k = 0; k < LEAP_FINGERS; k++)
		finger(&b, k);
}
