// SPDX-License-Identifier: MIT
/*
 * The simulated hand's bones: shape by seed, joint limits, posture to joints.
 * Pure values; no state, any thread.
 */
#include "sim/anatomy.h"

#include "sim/random.h"

#define DEGREES (M_PI / 180.0)

/*
 * The hand of the original service, as its recordings with bones have it: rigid
 * metacarpals, one shape for everybody but for its size. Here at a palm width of
 * 87.48 mm, in hand axes from that service's palm centre.
 */
#define REFERENCE_PALM_WIDTH 87.48

static const double reference_bone[LEAP_FINGERS][4] = {
	{ 0.0, 48.0, 32.8, 22.5 },  { 70.7, 41.3, 23.2, 16.4 },
	{ 67.1, 46.3, 27.3, 18.1 }, { 60.2, 43.0, 26.6, 18.0 },
	{ 55.8, 34.0, 18.8, 16.6 },
};

static const struct vec3 reference_carp[LEAP_FINGERS] = {
	{ 20.1, 6.2, -55.2 },	 { 12.3, -12.6, -44.9 }, { 0.9, -14.1, -42.2 },
	{ -10.8, -13.1, -41.2 }, { -22.2, -5.9, -43.4 },
};

static const struct vec3 reference_mcp[LEAP_FINGERS] = {
	{ 20.1, 6.2, -55.2 },  { 24.1, -2.1, 24.0 }, { 2.9, -4.2, 24.1 },
	{ -18.1, -4.2, 17.9 }, { -36.7, 0.0, 10.1 },
};

static const struct vec3 reference_wrist = { -6.0, -5.0, -68.0 };

#define REFERENCE_FOREARM 255.0

/*
 * Palm centre from the mean of the four knuckles, as struct leap_tracked_hand defines
 * it: for a middle finger of service length 69.3, which is 0.70 of its three bones.
 */
static const struct vec3 palm_from_knuckles = { 7.9 / 69.3, 1.3 / 69.3, -15.6 / 69.3 };

#define SERVICE_LENGTH 0.70

/* Where each knuckle's plane of flexion leans, so that a fist closes on the thumb. */
static const double lean[LEAP_FINGERS] = { 0.0, -0.06, 0.03, 0.12, 0.22 };

static struct vec3 knuckle_mean(const struct vec3 mcp[LEAP_FINGERS])
{
	struct vec3 sum = vec3(0, 0, 0);

	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++)
		sum = vec3_add(sum, mcp[k]);
	return vec3_scale(sum, 0.25);
}

/* By how much a person's bones differ from the reference. */
struct proportions {
	double scale;
	double fingers;
	double breadth;
	double own[LEAP_FINGERS]; /* of each finger, besides */
	struct vec3 shift[LEAP_FINGERS]; /* of the knuckles, millimetres */
};

static void grow(const struct proportions *p, struct leap_sim_shape *s)
{
	double middle = 0;
	struct vec3 palm;

	s->scale = p->scale;
	for (int k = 0; k < LEAP_FINGERS; k++) {
		for (int b = 0; b < 4; b++)
			s->bone[k][b] = p->scale * (p->fingers * p->own[k]) *
					reference_bone[k][b];
		s->carp[k] = vec3_scale(reference_carp[k], p->scale);
		s->mcp[k] =
			vec3_scale(vec3_add(reference_mcp[k], p->shift[k]), p->scale);
		s->carp[k].x *= p->breadth;
		s->mcp[k].x *= p->breadth;
	}
	s->carp[LEAP_THUMB] = s->mcp[LEAP_THUMB];
	s->wrist = vec3_scale(reference_wrist, p->scale);
	s->forearm = REFERENCE_FOREARM * p->scale;
	s->palm_width = REFERENCE_PALM_WIDTH * p->scale * p->breadth;

	for (int b = 1; b < 4; b++)
		middle += SERVICE_LENGTH * s->bone[LEAP_MIDDLE][b];
	palm = vec3_madd(knuckle_mean(s->mcp), middle, palm_from_knuckles);
	for (int k = 0; k < LEAP_FINGERS; k++) {
		s->carp[k] = vec3_sub(s->carp[k], palm);
		s->mcp[k] = vec3_sub(s->mcp[k], palm);
		if (k != LEAP_THUMB)
			s->bone[k][0] = vec3_distance(s->mcp[k], s->carp[k]);
	}
	s->wrist = vec3_sub(s->wrist, palm);
}

static struct leap_sim_build any_build(uint64_t seed)
{
	struct leap_sim_build b;

	for (int k = 0; k < LEAP_FINGERS; k++)
		b.finger[k] = leap_sim_uniform(seed, k, 0.93, 1.07);
	b.tip = leap_sim_uniform(seed, 10, 0.86, 1.10);
	b.joint = leap_sim_uniform(seed, 11, 0.97, 1.12);
	b.ball = leap_sim_uniform(seed, 12, 0.86, 1.14);
	b.heel = leap_sim_uniform(seed, 13, 0.88, 1.12);
	b.web = leap_sim_uniform(seed, 14, 0.70, 1.15);
	b.back = leap_sim_uniform(seed, 15, 0.88, 1.12);
	b.wrist = leap_sim_uniform(seed, 16, 0.84, 1.12);
	b.arm = leap_sim_uniform(seed, 17, 0.80, 1.25);
	b.soft = leap_sim_uniform(seed, 18, 0.45, 1.35);
	b.pulp = leap_sim_uniform(seed, 19, 0.80, 1.35);
	return b;
}

void leap_sim_shape_draw(uint64_t seed, bool left, struct leap_sim_shape *ret_shape)
{
	uint64_t own = leap_sim_hash(seed, 1);
	bool child = leap_sim_uniform(own, 1, 0, 1) < 1.0 / 6;
	bool long_fingered = leap_sim_uniform(own, 2, 0, 1) < 1.0 / 8;
	struct leap_sim_shape s = { .left = left, .build = any_build(own + 1) };
	struct proportions p = {
		.scale = child ? leap_sim_uniform(own, 3, 0.58, 0.82)
			       : leap_sim_uniform(own, 3, 0.80, 1.16),
		.fingers = long_fingered ? leap_sim_uniform(own, 4, 1.08, 1.24)
					 : leap_sim_uniform(own, 4, 0.90, 1.09),
		.breadth = leap_sim_uniform(own, 5, 0.90, 1.10),
	};

	s.thickness = leap_sim_uniform(own, 6, 0.82, 1.20);
	s.albedo = leap_sim_uniform(own, 7, 0.75, 1.30);
	for (int k = 0; k < LEAP_FINGERS; k++) {
		p.own[k] = leap_sim_uniform(own, 10 + k, 0.94, 1.06);
		p.shift[k] = vec3(leap_sim_uniform(own, 20 + k, -1.2, 1.2),
				  leap_sim_uniform(own, 30 + k, -1.2, 1.2),
				  leap_sim_uniform(own, 40 + k, -2.0, 2.0));
	}
	grow(&p, &s);
	*ret_shape = s;
}

static double lerp(double a, double b, double t)
{
	return a + t * (b - a);
}

void leap_sim_grip_lerp(const struct leap_sim_grip *a, const struct leap_sim_grip *b,
			double t, struct leap_sim_grip *ret_grip)
{
	struct leap_sim_grip g = { 0 };

	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		const struct leap_sim_finger *p = &a->finger[k], *q = &b->finger[k];

		g.finger[k].flexion = lerp(p->flexion, q->flexion, t);
		g.finger[k].spread = lerp(p->spread, q->spread, t);
		g.finger[k].curl = lerp(p->curl, q->curl, t);
	}
	g.thumb.opposition = lerp(a->thumb.opposition, b->thumb.opposition, t);
	g.thumb.adduction = lerp(a->thumb.adduction, b->thumb.adduction, t);
	g.thumb.flexion = lerp(a->thumb.flexion, b->thumb.flexion, t);
	g.thumb.curl = lerp(a->thumb.curl, b->thumb.curl, t);
	*ret_grip = g;
}

static double clamp(double value, double low, double high)
{
	return value < low ? low : value > high ? high : value;
}

void leap_sim_grip_limit(struct leap_sim_grip *grip)
{
	struct leap_sim_thumb *t = &grip->thumb;

	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		struct leap_sim_finger *f = &grip->finger[k];
		double side;

		f->flexion = clamp(f->flexion, -28 * DEGREES, 92 * DEGREES);
		f->curl = clamp(f->curl, -3 * DEGREES, 112 * DEGREES);
		/* A bent knuckle's ligaments leave it no sideways play. */
		side = lerp(26, 5, clamp(f->flexion / (90 * DEGREES), 0, 1)) * DEGREES;
		f->spread = clamp(f->spread, -side, side);
	}
	t->opposition = clamp(t->opposition, 0, 1);
	t->adduction = clamp(t->adduction, 0, 1);
	t->flexion = clamp(t->flexion, -18 * DEGREES, 58 * DEGREES);
	t->curl = clamp(t->curl, -18 * DEGREES, 82 * DEGREES);
}

static void bend_finger(const struct leap_sim_shape *shape,
			const struct leap_sim_finger *angle, int k,
			struct vec3 joint[LEAP_JOINTS])
{
	struct vec3 ahead = vec3(sin(angle->spread), 0, cos(angle->spread));
	struct vec3 down =
		vec3_unit_or(vec3_reject(vec3(lean[k], 1, 0), ahead), vec3(0, 1, 0));
	double bend = angle->flexion;

	joint[LEAP_CARP] = shape->carp[k];
	joint[LEAP_MCP] = shape->mcp[k];
	for (int b = 1; b < 4; b++) {
		struct vec3 along = vec3_add(vec3_scale(ahead, cos(bend)),
					     vec3_scale(down, sin(bend)));

		joint[b + 1] = vec3_madd(joint[b], shape->bone[k][b], along);
		/* One tendon bends both last joints. */
		bend += b == 1 ? angle->curl : 0.62 * angle->curl;
	}
}

static struct vec3 between(struct vec3 a, struct vec3 b, double t)
{
	return vec3_unit_or(vec3_lerp(a, b, t), a);
}

static void bend_thumb(const struct leap_sim_shape *shape,
		       const struct leap_sim_thumb *angle,
		       struct vec3 joint[LEAP_JOINTS])
{
	const struct vec3 beside = { 0.75, 0.14, 0.65 },
			  alongside = { 0.40, 0.14, 0.91 };
	const struct vec3 opposed = { 0.16, 0.64, 0.75 };
	const struct vec3 flex_beside = { -0.70, 0.55, 0.45 };
	const struct vec3 flex_opposed = { -0.97, 0.05, -0.10 };
	struct vec3 along = between(between(beside, alongside, angle->adduction),
				    opposed, angle->opposition);
	struct vec3 toward = between(flex_beside, flex_opposed, angle->opposition);
	double bend = 0;

	toward = vec3_unit_or(vec3_reject(toward, along), vec3(-1, 0, 0));
	joint[LEAP_CARP] = joint[LEAP_MCP] = shape->mcp[LEAP_THUMB];
	for (int b = 1; b < 4; b++) {
		struct vec3 way = vec3_add(vec3_scale(along, cos(bend)),
					   vec3_scale(toward, sin(bend)));

		joint[b + 1] = vec3_madd(joint[b], shape->bone[LEAP_THUMB][b], way);
		bend += b == 1 ? angle->flexion : angle->curl;
	}
}

void leap_sim_fingers(const struct leap_sim_shape *shape,
		      const struct leap_sim_grip *grip,
		      struct vec3 ret_joint[LEAP_FINGERS][LEAP_JOINTS])
{
	bend_thumb(shape, &grip->thumb, ret_joint[LEAP_THUMB]);
	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++)
		bend_finger(shape, &grip->finger[k], k, ret_joint[k]);
}

void leap_sim_posture_orient(double yaw, double pitch, double roll,
			     struct leap_sim_posture *posture)
{
	struct vec3 n =
		vec3(-sin(roll), -cos(roll) * cos(pitch), -cos(roll) * sin(pitch));

	posture->direction =
		vec3(-sin(yaw) * cos(pitch), sin(pitch), -cos(yaw) * cos(pitch));
	posture->normal = vec3(n.x * cos(yaw) + n.z * sin(yaw), n.y,
			       -n.x * sin(yaw) + n.z * cos(yaw));
}

void leap_sim_posture_mirror(struct leap_sim_posture *posture)
{
	posture->palm.x = -posture->palm.x;
	posture->direction.x = -posture->direction.x;
	posture->normal.x = -posture->normal.x;
	posture->elbow.x = -posture->elbow.x;
}

/* The forearm points to the elbow as far as the wrist's bending allows. */
static struct vec3 forearm_direction(struct vec3 wrist, struct vec3 elbow,
				     struct vec3 direction)
{
	struct vec3 straight = vec3_scale(direction, -1);
	struct vec3 wanted = vec3_unit_or(vec3_sub(elbow, wrist), straight);
	double cosine = clamp(vec3_dot(wanted, straight), -1, 1);
	double limit = 55 * DEGREES;
	struct vec3 side;

	if (cosine >= cos(limit))
		return wanted;
	side = vec3_unit_or(vec3_reject(wanted, straight), vec3(0, 0, 1));
	return vec3_add(vec3_scale(straight, cos(limit)), vec3_scale(side, sin(limit)));
}

struct vec3 leap_sim_to_leap(const struct leap_sim_skeleton *skeleton,
			     struct vec3 point)
{
	return vec3_add(skeleton->hand.palm,
			mat3_apply_transposed(&skeleton->axes, point));
}

void leap_sim_skeleton_pose(const struct leap_sim_shape *shape,
			    const struct leap_sim_posture *posture,
			    struct leap_sim_skeleton *ret_skeleton)
{
	struct leap_sim_grip grip = posture->grip;
	struct vec3 local[LEAP_FINGERS][LEAP_JOINTS];
	struct leap_sim_skeleton s = { 0 };
	struct leap_tracked_hand *hand = &s.hand;

	leap_sim_grip_limit(&grip);
	leap_sim_fingers(shape, &grip, local);

	hand->left = shape->left;
	hand->confidence = 1;
	hand->palm = posture->palm;
	hand->direction = vec3_unit_or(posture->direction, vec3(0, 0, -1));
	hand->normal = vec3_unit_or(vec3_reject(posture->normal, hand->direction),
				    vec3(0, -1, 0));
	hand->palm_width = shape->palm_width;
	s.axes.row[0] = vec3_scale(vec3_cross(hand->direction, hand->normal),
				   shape->left ? -1 : 1);
	s.axes.row[1] = hand->normal;
	s.axes.row[2] = hand->direction;

	for (int k = 0; k < LEAP_FINGERS; k++)
		for (int j = 0; j < LEAP_JOINTS; j++)
			hand->joint[k][j] = leap_sim_to_leap(&s, local[k][j]);
	hand->wrist = leap_sim_to_leap(&s, shape->wrist);
	hand->elbow = vec3_madd(
		hand->wrist, shape->forearm,
		forearm_direction(hand->wrist, posture->elbow, hand->direction));
	*ret_skeleton = s;
}
