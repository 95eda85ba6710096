// SPDX-License-Identifier: MIT
/*
 * Flesh on the bones: a skeleton becomes a smooth surface of blended round cones.
 * Pure values; no state, any thread.
 */
#include "sim/flesh.h"

#include <assert.h>
#include <stddef.h>

#include "sim/random.h"

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
	const struct leap_sim_dress *dress;
	struct leap_sim_surface *surface;
	double size; /* millimetres of flesh per millimetre of the average hand's */
	double blend;
	struct vec3 wave; /* of blotches, in Leap coordinates */
};

void leap_sim_surface_part(struct leap_sim_surface *surface)
{
	surface->parts++;
}

struct leap_sim_cone *leap_sim_surface_cone(struct leap_sim_surface *surface,
					    struct vec3 start, struct vec3 end,
					    double r_start, double r_end, double bulge,
					    double blend)
{
	struct vec3 along = vec3_sub(end, start);
	double square = vec3_dot(along, along);
	struct leap_sim_cone *c;

	if (surface->count == LEAP_SIM_CONES_MAX)
		return NULL;
	c = &surface->cone[surface->count++];
	*c = (struct leap_sim_cone){
		.start = { (float)start.x, (float)start.y, (float)start.z },
		.along = { (float)along.x, (float)along.y, (float)along.z },
		.inverse = square > 1e-6 ? (float)(1 / square) : 0,
		.r = { (float)r_start, (float)(r_end - r_start + 4 * bulge),
		       (float)(-4 * bulge) },
		.largest = (float)(fmax(r_start, r_end) + fmax(bulge, 0)),
		.blend = (float)blend,
		.albedo = 1,
		.part = surface->parts - 1,
	};
	return c;
}

static void store(struct vec3 v, float ret[3])
{
	ret[0] = (float)v.x;
	ret[1] = (float)v.y;
	ret[2] = (float)v.z;
}

void leap_sim_cone_blotches(struct leap_sim_cone *cone, double mottle, struct vec3 wave,
			    double phase)
{
	const float *a = cone->along;

	cone->mottle = (float)mottle;
	store(wave, cone->wave);
	cone->wave_along[0] = (float)(wave.x * a[0] + wave.y * a[1] + wave.z * a[2]);
	cone->wave_along[1] = (float)(wave.y * a[0] - wave.x * a[1] + wave.z * a[2]);
	cone->phase = (float)phase;
}

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

static void dress_skin(const struct body *b, struct vec3 from, struct leap_sim_cone *c)
{
	const struct leap_sim_dress *d = b->dress;

	if (!d)
		return;
	leap_sim_cone_blotches(
		c, d->mottle, b->wave,
		d->phase + vec3_dot(b->wave, vec3_sub(from, b->skeleton->hand.palm)));
	store(vec3_scale(b->skeleton->hand.normal, 0.5 * d->pad), c->tint);
}

/* A dark line around the start. */
static void crease(const struct body *b, struct leap_sim_cone *c)
{
	c->crease = (float)b->dress->crease;
	c->crease_narrow = (float)(1 / (sqrt(c->inverse) * 2.2 * b->size));
}

/*
 * Radii in millimetres of the average hand; @bulge is what the middle of the cone has
 * over the mean of its ends.
 */
static struct leap_sim_cone *cone(struct body *b, struct vec3 from, struct vec3 to,
				  double r_from, double r_to, double bulge)
{
	struct leap_sim_cone *c =
		leap_sim_surface_cone(b->surface, from, to, r_from * b->size,
				      r_to * b->size, bulge * b->size, b->blend);

	/* LEAP_SIM_CONES_MAX has room for all the hands that there are. */
	assert(c);
	c->albedo = (float)b->shape->albedo;
	dress_skin(b, from, c);
	return c;
}

static void begin_part(struct body *b, double blend)
{
	leap_sim_surface_part(b->surface);
	b->blend = blend * b->size * b->shape->build.soft;
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
		double thick = 11.5 * b->shape->build.back;

		cone(b, carp[k], knuckle[k], thick, end, 0);
		if (k == LEAP_PINKY)
			break;
		cone(b, vec3_lerp(carp[k], carp[k + 1], 0.5),
		     vec3_lerp(knuckle[k], knuckle[k + 1], 0.5), thick, end - 1.0, 0);
	}
}

/* Ball of the thumb, heel of the hand, and the web between thumb and index finger. */
static void palm_side(struct body *b)
{
	const struct leap_sim_build *f = &b->shape->build;
	struct vec3 root = joint(b, LEAP_THUMB, LEAP_MCP);
	struct vec3 knuckle = joint(b, LEAP_THUMB, LEAP_PIP);
	struct vec3 ray = joint(b, LEAP_INDEX, LEAP_CARP);
	struct vec3 index = joint(b, LEAP_INDEX, LEAP_MCP);

	cone(b, vec3_lerp(root, place(b, 4, -2, -50), 0.35), knuckle, 14.0 * f->ball,
	     11.2, 2.0);
	cone(b, place(b, 4, 1, -46),
	     vec3_lerp(vec3_lerp(root, knuckle, 0.75), place(b, 2, 2, -8), 0.35),
	     13.5 * f->ball, 9.5 * f->ball, 1.0);
	cone(b, vec3_lerp(root, knuckle, 0.5), vec3_lerp(ray, index, 0.55),
	     11.0 * f->web, 10.5 * f->web, -1.0);
	cone(b, vec3_lerp(root, knuckle, 0.82), vec3_lerp(ray, index, 0.78),
	     7.5 * f->web, 8.5 * f->web, -1.5);
	cone(b, place(b, -22, 0, -46), place(b, -33, 1, -4), 13.0 * f->heel,
	     10.5 * f->heel, 1.0);
}

/* The two bones of the arm, side by side, and how thick they are. */
#define BONES_APART_WRIST 11.5
#define BONES_APART_ELBOW 17.0
#define BONE_WRIST 16.5
#define BONE_ELBOW 27.5

struct arm {
	struct vec3 way; /* unit, from wrist to elbow */
	struct vec3 side; /* unit, from bone to bone */
};

static struct arm arm_of(const struct body *b)
{
	const struct leap_tracked_hand *hand = &b->skeleton->hand;
	struct arm arm;

	arm.way = vec3_unit_or(vec3_sub(hand->elbow, hand->wrist),
			       vec3_scale(hand->direction, -1));
	arm.side = vec3_unit_or(vec3_reject(b->skeleton->axes.row[0], arm.way),
				vec3(1, 0, 0));
	return arm;
}

/* A place on the axis of one of the two bones, @at millimetres from the wrist. */
static struct vec3 arm_bone(const struct body *b, const struct arm *arm, double at,
			    int bone)
{
	const struct leap_sim_build *f = &b->shape->build;
	double part = at / b->shape->forearm;
	double apart =
		BONES_APART_WRIST * f->wrist +
		part * (BONES_APART_ELBOW * f->arm - BONES_APART_WRIST * f->wrist);
	struct vec3 middle = vec3_madd(b->skeleton->hand.wrist, at, arm->way);

	return vec3_madd(middle, bone * apart * b->size, arm->side);
}

/* In millimetres from the wrist. */
static double arm_end(const struct body *b)
{
	return b->dress ? fmin(b->dress->reach * b->shape->scale, b->shape->forearm)
			: b->shape->forearm;
}

static void forearm(struct body *b)
{
	const struct leap_sim_build *f = &b->shape->build;
	const struct arm arm = arm_of(b);
	double end = arm_end(b), part = end / b->shape->forearm;
	double thick = BONE_WRIST * f->wrist +
		       part * (BONE_ELBOW * f->arm - BONE_WRIST * f->wrist);

	for (int bone = -1; bone <= 1; bone += 2) {
		struct vec3 heel = place(b, -5 + 11 * bone, -4, -46);
		struct vec3 wrist = arm_bone(b, &arm, 0, bone);
		struct vec3 elbow = arm_bone(b, &arm, end, bone);

		cone(b, heel, wrist, 15.5 * f->wrist, BONE_WRIST * f->wrist, 0);
		/* No furrow between the two. */
		b->blend = (bone > 0 ? 16 : 9) * b->size;
		cone(b, wrist, elbow, BONE_WRIST * f->wrist, thick, 2.5 * part);
		b->blend = 9 * b->size;
	}
}

/* Something around the arm from @from to @to, millimetres from the wrist. */
static void around_arm(struct body *b, double from, double to, double thick,
		       double albedo)
{
	const struct leap_sim_build *f = &b->shape->build;
	const struct arm arm = arm_of(b);

	begin_part(b, 16);
	for (int bone = -1; bone <= 1; bone += 2) {
		double r[2], at[2] = { from, to };
		struct leap_sim_cone *c;

		for (int i = 0; i < 2; i++)
			r[i] = BONE_WRIST * f->wrist +
			       fmin(fmax(at[i] / b->shape->forearm, -0.1), 1) *
				       (BONE_ELBOW * f->arm - BONE_WRIST * f->wrist) +
			       thick + 1.2;
		c = cone(b, arm_bone(b, &arm, from, bone), arm_bone(b, &arm, to, bone),
			 r[0], r[1], 0);
		c->albedo = (float)albedo;
		c->mottle *= 2;
		c->cut = true;
	}
}

static void clothes(struct body *b)
{
	const struct leap_sim_dress *d = b->dress;
	double scale = b->shape->scale, end = arm_end(b);

	if (!d)
		return;
	if (d->watch * scale < end)
		around_arm(b, (d->watch - 10) * scale, (d->watch + 10) * scale, 2,
			   d->watch_albedo);
	if (d->sleeve * scale < end)
		around_arm(b, d->sleeve * scale, end + 20 * scale, d->sleeve_thick,
			   d->sleeve_albedo);
}

static double thickness(const struct body *b, int finger)
{
	return finger_radius[finger] * b->shape->build.finger[finger];
}

/* The first third of each finger belongs to the palm, which makes the webs. */
static void finger_roots(struct body *b)
{
	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		struct vec3 knuckle = joint(b, k, LEAP_MCP);
		double r = thickness(b, k);
		struct leap_sim_cone *c = cone(
			b, knuckle, vec3_lerp(knuckle, joint(b, k, LEAP_PIP), 0.36),
			1.14 * r, 1.07 * r, 0);

		/* Together these are the lines across the palm. */
		if (b->dress)
			crease(b, c);
	}
	cone(b, joint(b, LEAP_THUMB, LEAP_PIP),
	     vec3_lerp(joint(b, LEAP_THUMB, LEAP_PIP), joint(b, LEAP_THUMB, LEAP_DIP),
		       0.4),
	     1.10 * thickness(b, LEAP_THUMB), 1.02 * thickness(b, LEAP_THUMB), 0);
}

/* Unit, out of the back of a bone that points along the unit vector @along. */
static struct vec3 back_of(const struct body *b, int finger, struct vec3 along)
{
	const struct mat3 *axes = &b->skeleton->axes;
	struct vec3 side = finger == LEAP_THUMB ? axes->row[1] : axes->row[0];
	struct vec3 back = vec3_unit_or(vec3_cross(along, side), axes->row[1]);

	return vec3_scale(back, b->shape->left == (finger == LEAP_THUMB) ? 1 : -1);
}

static struct leap_sim_cone *phalanx(struct body *b, int finger, struct vec3 from,
				     struct vec3 to, double r_from, double r_to,
				     double bulge)
{
	struct leap_sim_cone *c = cone(b, from, to, r_from, r_to, bulge);
	const struct leap_sim_dress *d = b->dress;
	struct vec3 along;

	if (!d)
		return c;
	crease(b, c);
	along = vec3_unit_or(vec3_sub(to, from), b->skeleton->hand.direction);
	store(vec3_scale(back_of(b, finger, along), -0.5 * d->pad), c->tint);
	return c;
}

static void last_bone(struct body *b, int k)
{
	struct vec3 from = joint(b, k, LEAP_DIP), end = joint(b, k, LEAP_BTIP);
	struct vec3 along =
		vec3_unit_or(vec3_sub(end, from), b->skeleton->hand.direction);
	double r = thickness(b, k), tip = 0.80 * r * b->shape->build.tip;
	struct leap_sim_cone *c;

	end = vec3_madd(
		end, TIP_FLESH * b->shape->scale * b->shape->build.pulp - tip * b->size,
		along);
	c = phalanx(b, k, from, end, 0.90 * r, tip, 0.11 * r);
	if (b->dress)
		store(vec3_scale(back_of(b, k, along),
				 b->dress->nail - 0.5 * b->dress->pad),
		      c->tint);
}

static void finger(struct body *b, int k)
{
	struct vec3 mcp = joint(b, k, LEAP_MCP), pip = joint(b, k, LEAP_PIP);
	struct vec3 dip = joint(b, k, LEAP_DIP);
	double r = thickness(b, k), knob = b->shape->build.joint;

	begin_part(b, 1.5);
	if (k == LEAP_THUMB) {
		phalanx(b, k, pip, dip, 1.06 * r, 0.92 * knob * r,
			(0.03 + 0.46 * (1 - knob)) * r);
	} else {
		phalanx(b, k, mcp, pip, 1.12 * r, 0.98 * knob * r,
			(0.06 + 0.49 * (1 - knob)) * r);
		phalanx(b, k, pip, dip, 0.98 * knob * r, 0.90 * r,
			(0.07 + 0.49 * (1 - knob)) * r);
	}
	last_bone(b, k);
}

static void ring(struct body *b, int k)
{
	int first = k == LEAP_THUMB ? LEAP_PIP : LEAP_MCP;
	struct vec3 from = joint(b, k, first), to = joint(b, k, first + 1);
	double r = 1.06 * thickness(b, k) + 1.0;
	struct leap_sim_cone *c;

	begin_part(b, 1);
	c = cone(b, vec3_lerp(from, to, 0.46), vec3_lerp(from, to, 0.60), r, r, 0);
	c->albedo = (float)b->dress->ring_albedo;
	c->cut = true;
}

void leap_sim_dress_draw(uint64_t seed, struct leap_sim_dress *ret_dress)
{
	struct leap_sim_dress d = { .sleeve = LEAP_SIM_BARE,
				    .watch = LEAP_SIM_BARE,
				    .reach = LEAP_SIM_BARE };
	double kind = leap_sim_uniform(seed, 1, 0, 1);

	if (kind < 0.45)
		d.sleeve = leap_sim_uniform(seed, 2, kind < 0.05 ? -30 : 0, 190);
	if (leap_sim_uniform(seed, 17, 0, 1) < 0.12)
		d.reach = leap_sim_uniform(seed, 18, 5, 130);
	d.sleeve_thick = leap_sim_uniform(seed, 3, 0.5, 14);
	d.sleeve_albedo = leap_sim_uniform_log(seed, 4, 0.12, 1.6);
	if (leap_sim_uniform(seed, 5, 0, 1) < 0.2)
		d.watch = leap_sim_uniform(seed, 6, 12, 40);
	d.watch_albedo = leap_sim_uniform_log(seed, 7, 0.08, 3.0);
	if (leap_sim_uniform(seed, 8, 0, 1) < 0.2)
		d.rings = 1u << leap_sim_hash(seed, 9) % LEAP_FINGERS;
	d.ring_albedo = leap_sim_uniform_log(seed, 10, 0.3, 4.0);
	d.pad = leap_sim_uniform(seed, 11, -0.1, 0.3);
	d.nail = leap_sim_uniform(seed, 12, -0.1, 0.35);
	d.crease = leap_sim_uniform(seed, 13, 0, 0.3);
	d.mottle = leap_sim_uniform(seed, 14, 0, 0.09);
	d.blotch = leap_sim_uniform(seed, 15, 9, 40);
	d.phase = leap_sim_uniform(seed, 16, 0, 1);
	*ret_dress = d;
}

static struct vec3 blotches(const struct body *b)
{
	/* Along none of the hand's axes, so that no finger is all bright or dark. */
	const struct vec3 way = { 0.62, 0.35, 0.70 };

	if (!b->dress)
		return vec3(0, 0, 0);
	return vec3_scale(mat3_apply_transposed(&b->skeleton->axes, way),
			  1 / b->dress->blotch);
}

void leap_sim_flesh(const struct leap_sim_shape *shape,
		    const struct leap_sim_skeleton *skeleton,
		    const struct leap_sim_dress *dress,
		    struct leap_sim_surface *surface)
{
	struct body b = {
		.shape = shape,
		.skeleton = skeleton,
		.dress = dress,
		.surface = surface,
		.size = shape->scale * shape->thickness,
	};

	b.wave = blotches(&b);
	begin_part(&b, 9.0);
	back_of_hand(&b);
	palm_side(&b);
	finger_roots(&b);
	forearm(&b);
	for (int k = 0; k < LEAP_FINGERS; k++)
		finger(&b, k);
	clothes(&b);
	for (int k = 0; dress && k < LEAP_FINGERS; k++)
		if (dress->rings >> k & 1)
			ring(&b, k);
}
