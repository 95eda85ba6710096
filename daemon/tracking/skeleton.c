// SPDX-License-Identifier: MIT
/*
 * Forward kinematics of a hand, and the derivatives a fit needs.
 * Pure functions; any thread.
 *
 * The average hand: what the original service reports for its default hand (palm width
 * 87.48 mm), read off recordings of it. Relative to the palm centre its knuckles never
 * move, so the palm is one rigid piece.
 */
#include <string.h>

#include "daemon/tracking/skeleton.h"

#define DEGREE (M_PI / 180)
#define PALM_WIDTH 87.48
#define WRIST_TO_ELBOW 250.0

/*
 * Left hand; x towards the thumb, y out of the back of the hand, z to the wrist, from
 * the centre of the palm as hand.h defines it. (The recording itself, of one version
 * of the service, has the centre 4.8 mm nearer to the wrist.)
 */
static const struct vec3 carp_place[LEAP_FINGERS] = {
	{ 19.7, -7.6, 59.8 },  { 11.9, 11.2, 49.5 }, { 0.5, 12.7, 46.8 },
	{ -11.2, 11.7, 45.8 }, { -22.6, 4.5, 48.0 },
};

static const struct vec3 knuckle_place[LEAP_FINGERS] = {
	{ 19.7, -7.6, 59.8 },  { 23.7, 0.7, -19.4 },  { 2.5, 2.8, -19.5 },
	{ -18.5, 2.8, -13.3 }, { -37.1, -1.4, -5.5 },
};

static const struct vec3 wrist_place = { -5.4, 2.0, 70.6 };

static const double bone_length[LEAP_FINGERS][3] = {
	{ 48.0, 32.8, 22.5 }, { 41.3, 23.2, 16.4 }, { 46.3, 27.3, 18.1 },
	{ 43.0, 26.6, 18.0 }, { 34.0, 18.8, 16.6 },
};

static const double bone_radius[LEAP_FINGERS][4] = {
	{ 14.0, 11.0, 9.6, 7.6 }, { 10.2, 8.9, 7.9, 6.6 }, { 10.2, 9.0, 8.0, 6.7 },
	{ 9.8, 8.5, 7.6, 6.4 },	  { 8.8, 7.4, 6.7, 5.6 },
};

/* Spread of the fingers when nothing is bent sideways, towards the thumb. */
static const double fan[LEAP_FINGERS] = { 0, 4 * DEGREE, -2 * DEGREE, -7 * DEGREE,
					  -14 * DEGREE };

/* The last joint of a finger bends with the middle one. */
#define DISTAL_SHARE 0.62

/* The end of the bone lies this share of its radius behind the end of the flesh. */
#define TIP_INSIDE 0.45

static const struct {
	int finger, from, to;
} rods[LEAP_RODS] = {
	{ 0, LEAP_MCP, LEAP_PIP },
	{ 0, LEAP_PIP, LEAP_DIP },
	{ 0, LEAP_DIP, LEAP_BTIP },
	{ 1, LEAP_MCP, LEAP_PIP },
	{ 1, LEAP_PIP, LEAP_DIP },
	{ 1, LEAP_DIP, LEAP_BTIP },
	{ 2, LEAP_MCP, LEAP_PIP },
	{ 2, LEAP_PIP, LEAP_DIP },
	{ 2, LEAP_DIP, LEAP_BTIP },
	{ 3, LEAP_MCP, LEAP_PIP },
	{ 3, LEAP_PIP, LEAP_DIP },
	{ 3, LEAP_DIP, LEAP_BTIP },
	{ 4, LEAP_MCP, LEAP_PIP },
	{ 4, LEAP_PIP, LEAP_DIP },
	{ 4, LEAP_DIP, LEAP_BTIP },
	{ 1, LEAP_CARP, LEAP_MCP },
	{ 2, LEAP_CARP, LEAP_MCP },
	{ 3, LEAP_CARP, LEAP_MCP },
	{ 4, LEAP_CARP, LEAP_MCP },
	{ 0, LEAP_MCP, LEAP_MCP }, /* ball of the thumb */
	{ -1, 0, 0 }, /* forearm */
};

struct vec3 leap_skeleton_rotate(struct vec3 v, struct vec3 axis, double angle)
{
	double c = cos(angle), s = sin(angle);

	return vec3_add(vec3_madd(vec3_scale(v, c), s, vec3_cross(axis, v)),
			vec3_scale(axis, vec3_dot(axis, v) * (1 - c)));
}

struct mat3 leap_skeleton_turn(const struct mat3 *turn, struct vec3 by)
{
	double angle = vec3_length(by);
	struct vec3 axis = vec3_unit_or(by, vec3(0, 1, 0));
	struct vec3 back = leap_skeleton_rotate(turn->row[1], axis, angle);
	struct vec3 wrist = leap_skeleton_rotate(turn->row[2], axis, angle);

	return leap_skeleton_axes(vec3_scale(wrist, -1), vec3_scale(back, -1));
}

struct mat3 leap_skeleton_axes(struct vec3 direction, struct vec3 normal)
{
	struct mat3 axes;
	struct vec3 any;

	axes.row[2] = vec3_scale(vec3_unit_or(direction, vec3(0, 0, -1)), -1);
	any = fabs(axes.row[2].y) < 0.9 ? vec3(0, 1, 0) : vec3(0, 0, 1);
	any = vec3_unit_or(vec3_reject(any, axes.row[2]), vec3(1, 0, 0));
	axes.row[1] = vec3_unit_or(
		vec3_scale(vec3_reject(vec3_unit_or(normal, any), axes.row[2]), -1),
		any);
	/* what was left of a nearly parallel one is mostly rounding */
	axes.row[1] = vec3_unit_or(vec3_reject(axes.row[1], axes.row[2]), any);
	axes.row[0] = vec3_cross(axes.row[1], axes.row[2]);
	return axes;
}

struct vec3 leap_skeleton_direction(const struct leap_pose *pose)
{
	return vec3_scale(pose->turn.row[2], -1);
}

struct vec3 leap_skeleton_normal(const struct leap_pose *pose)
{
	return vec3_scale(pose->turn.row[1], -1);
}

double leap_skeleton_palm_width(const struct leap_pose *pose)
{
	return PALM_WIDTH * pose->size * exp(pose->proportion[LEAP_PALM_BREADTH]);
}

/* A direction of the left hand in the world; a right hand is its mirror image. */
static struct vec3 outwards(const struct leap_pose *pose, struct vec3 v)
{
	if (!pose->left)
		v.x = -v.x;
	return mat3_apply_transposed(&pose->turn, v);
}

/* The same for an axis of rotation, whose sense the mirror turns round. */
static struct vec3 axis_outwards(const struct leap_pose *pose, struct vec3 v)
{
	if (!pose->left)
		v = vec3(v.x, -v.y, -v.z);
	return mat3_apply_transposed(&pose->turn, v);
}

static struct vec3 placed(const struct leap_pose *pose, struct vec3 v)
{
	v.x *= exp(pose->proportion[LEAP_PALM_BREADTH]);
	return vec3_madd(pose->place, pose->size, outwards(pose, v));
}

/* Three bones in a row, each bent against the one before. */
static void lay_bones(int k, struct vec3 along, struct vec3 flexion,
		      const double bend[3], struct leap_skeleton *s)
{
	double scale = s->pose.size * exp(s->pose.proportion[k]);

	for (int j = 0; j < 3; j++) {
		along = leap_skeleton_rotate(along, flexion, bend[j]);
		s->joint[k][LEAP_PIP + j] = vec3_madd(s->joint[k][LEAP_MCP + j],
						      bone_length[k][j] * scale, along);
	}
}

static void pose_finger(const struct leap_pose *pose, int k, struct leap_skeleton *s)
{
	const double *angle = pose->angle + LEAP_FINGER_ANGLE(k);
	struct vec3 spread = axis_outwards(pose, vec3(0, -1, 0));
	struct vec3 flexion = axis_outwards(pose, vec3(-1, 0, 0));
	struct vec3 along = leap_skeleton_direction(pose);
	double bend[3] = { angle[0], angle[2], DISTAL_SHARE * angle[2] };

	flexion = leap_skeleton_rotate(flexion, spread, fan[k] + angle[1]);
	along = leap_skeleton_rotate(along, spread, fan[k] + angle[1]);
	s->axis[k][0] = spread;
	s->axis[k][1] = flexion;
	lay_bones(k, along, flexion, bend, s);
}

static void pose_thumb(const struct leap_pose *pose, struct leap_skeleton *s)
{
	static const struct vec3 rest = { 0.621, -0.350, -0.701 };
	static const struct vec3 oppose = { -0.199, 0.797, -0.574 };
	struct vec3 along = outwards(pose, vec3_unit_or(rest, rest));
	struct vec3 flexion = axis_outwards(
		pose,
		vec3_unit_or(vec3_reject(oppose, vec3_unit_or(rest, rest)), rest));
	struct vec3 lift = vec3_cross(along, flexion);
	double bend[3] = { pose->angle[0], pose->angle[2], pose->angle[3] };

	if (!pose->left)
		lift = vec3_scale(lift, -1);
	flexion = leap_skeleton_rotate(flexion, lift, pose->angle[1]);
	along = leap_skeleton_rotate(along, lift, pose->angle[1]);
	s->axis[0][0] = lift;
	s->axis[0][1] = flexion;
	lay_bones(LEAP_THUMB, along, flexion, bend, s);
}

static void pose_arm(const struct leap_pose *pose, struct leap_skeleton *s)
{
	struct vec3 along = pose->turn.row[2];

	s->arm_axis[0] = axis_outwards(pose, vec3(0, 1, 0));
	s->arm_axis[1] = axis_outwards(pose, vec3(1, 0, 0));
	along = leap_skeleton_rotate(along, s->arm_axis[0],
				     pose->angle[LEAP_ANGLE_ARM]);
	along = leap_skeleton_rotate(along, s->arm_axis[1],
				     pose->angle[LEAP_ANGLE_ARM_LIFT]);
	s->wrist = placed(pose, wrist_place);
	s->elbow = vec3_madd(s->wrist, WRIST_TO_ELBOW * pose->size, along);
}

static void flesh_finger_rod(struct leap_skeleton *s, int r)
{
	int k = rods[r].finger, from = rods[r].from - LEAP_MCP;
	struct leap_rod *rod = &s->rod[r];

	rod->end[0] = s->joint[k][rods[r].from];
	rod->end[1] = s->joint[k][rods[r].to];
	rod->radius[0] = bone_radius[k][from] * s->pose.size;
	rod->radius[1] = bone_radius[k][from + 1] * s->pose.size;
	if (rods[r].to == LEAP_BTIP) {
		struct vec3 along = vec3_unit_or(vec3_sub(rod->end[1], rod->end[0]),
						 vec3(0, 0, -1));

		rod->end[1] =
			vec3_madd(rod->end[1], -TIP_INSIDE * rod->radius[1], along);
	}
}

static void flesh(struct leap_skeleton *s)
{
	double size = s->pose.size;

	for (int r = 0; r < 15; r++)
		flesh_finger_rod(s, r);
	for (int r = 15; r < 19; r++) {
		int k = rods[r].finger;

		s->rod[r].end[0] = s->joint[k][LEAP_CARP];
		s->rod[r].end[1] = s->joint[k][LEAP_MCP];
		s->rod[r].radius[0] = 14.5 * size;
		s->rod[r].radius[1] = 12.0 * size;
	}
	s->rod[19].end[0] =
		vec3_lerp(s->joint[0][LEAP_MCP], s->joint[1][LEAP_CARP], 0.4);
	s->rod[19].end[1] =
		vec3_lerp(s->joint[1][LEAP_CARP], s->joint[1][LEAP_MCP], 0.6);
	s->rod[19].radius[0] = 15.0 * size;
	s->rod[19].radius[1] = 12.0 * size;
	s->rod[LEAP_ROD_ARM].end[0] = s->wrist;
	s->rod[LEAP_ROD_ARM].end[1] = s->elbow;
	s->rod[LEAP_ROD_ARM].radius[0] = 26.0 * size;
	s->rod[LEAP_ROD_ARM].radius[1] = 42.0 * size;
}

void leap_skeleton_pose(const struct leap_pose *pose,
			struct leap_skeleton *ret_skeleton)
{
	struct leap_skeleton *s = ret_skeleton;

	s->pose = *pose;
	for (int k = 0; k < LEAP_FINGERS; k++) {
		s->joint[k][LEAP_CARP] = placed(pose, carp_place[k]);
		s->joint[k][LEAP_MCP] = placed(pose, knuckle_place[k]);
	}
	pose_thumb(pose, s);
	for (int k = 1; k < LEAP_FINGERS; k++)
		pose_finger(pose, k, s);
	pose_arm(pose, s);
	flesh(s);
}

static void turns(struct vec3 axis, struct vec3 about, struct vec3 point, int angle,
		  double share, struct vec3 motion[LEAP_FREEDOMS], uint32_t *mask)
{
	struct vec3 *m = &motion[LEAP_FREE_ANGLE + angle];

	*m = vec3_madd(*m, share, vec3_cross(axis, vec3_sub(point, about)));
	*mask |= 1U << (LEAP_FREE_ANGLE + angle);
}

/* The palm grows broader along its own axis, and takes what hangs on it along. */
static void broaden(const struct leap_pose *pose, struct vec3 on_palm,
		    struct vec3 motion[LEAP_FREEDOMS], uint32_t *mask)
{
	struct vec3 across = pose->turn.row[0];
	double out = vec3_dot(vec3_sub(on_palm, pose->place), across);

	motion[LEAP_FREE_PROPORTION + LEAP_PALM_BREADTH] = vec3_scale(across, out);
	*mask |= 1U << (LEAP_FREE_PROPORTION + LEAP_PALM_BREADTH);
}

static void finger_motion(const struct leap_skeleton *s, int rod, struct vec3 point,
			  struct vec3 motion[LEAP_FREEDOMS], uint32_t *mask)
{
	int k = rods[rod].finger, bone = rods[rod].from - LEAP_MCP;
	const struct vec3 *joint = s->joint[k];
	int first = k ? LEAP_FINGER_ANGLE(k) : 0;

	motion[LEAP_FREE_PROPORTION + k] = vec3_sub(point, joint[LEAP_MCP]);
	*mask |= 1U << (LEAP_FREE_PROPORTION + k);
	turns(s->axis[k][1], joint[LEAP_MCP], point, first, 1, motion, mask);
	turns(s->axis[k][0], joint[LEAP_MCP], point, first + 1, 1, motion, mask);
	if (bone >= 1)
		turns(s->axis[k][1], joint[LEAP_PIP], point, first + 2, 1, motion,
		      mask);
	if (bone < 2)
		return;
	if (k)
		turns(s->axis[k][1], joint[LEAP_DIP], point, first + 2, DISTAL_SHARE,
		      motion, mask);
	else
		turns(s->axis[k][1], joint[LEAP_DIP], point, first + 3, 1, motion,
		      mask);
}

uint32_t leap_skeleton_motion(const struct leap_skeleton *skeleton, int rod,
			      struct vec3 point, struct vec3 ret_motion[LEAP_FREEDOMS])
{
	const struct leap_pose *pose = &skeleton->pose;
	struct vec3 arm = vec3_sub(point, pose->place);
	uint32_t mask = 0;

	memset(ret_motion, 0, LEAP_FREEDOMS * sizeof(*ret_motion));
	if (rod == LEAP_ROD_ARM) {
		turns(skeleton->arm_axis[0], skeleton->wrist, point, LEAP_ANGLE_ARM, 1,
		      ret_motion, &mask);
		turns(skeleton->arm_axis[1], skeleton->wrist, point,
		      LEAP_ANGLE_ARM_LIFT, 1, ret_motion, &mask);
		return mask;
	}
	mask = 0x3f | 1U << LEAP_FREE_SIZE;
	ret_motion[0] = vec3(1, 0, 0);
	ret_motion[1] = vec3(0, 1, 0);
	ret_motion[2] = vec3(0, 0, 1);
	ret_motion[3] = vec3_cross(vec3(1, 0, 0), arm);
	ret_motion[4] = vec3_cross(vec3(0, 1, 0), arm);
	ret_motion[5] = vec3_cross(vec3(0, 0, 1), arm);
	ret_motion[LEAP_FREE_SIZE] = arm;
	if (rod >= 15) {
		broaden(pose, point, ret_motion, &mask);
		return mask;
	}
	broaden(pose, skeleton->joint[rods[rod].finger][LEAP_MCP], ret_motion, &mask);
	finger_motion(skeleton, rod, point, ret_motion, &mask);
	return mask;
}

int leap_skeleton_tip_rod(int finger)
{
	return finger * 3 + 2;
}

void leap_skeleton_limits(int angle, double *ret_least, double *ret_most)
{
	static const double thumb[LEAP_THUMB_ANGLES][2] = {
		{ -45, 60 }, { -40, 40 }, { -20, 65 }, { -25, 85 }
	};
	static const double finger[LEAP_FINGER_ANGLES][2] = { { -28, 92 },
							      { -20, 20 },
							      { -5, 112 } };
	const double *range;

	if (angle < LEAP_THUMB_ANGLES) {
		range = thumb[angle];
	} else if (angle == LEAP_ANGLE_ARM || angle == LEAP_ANGLE_ARM_LIFT) {
		*ret_least = -60 * DEGREE;
		*ret_most = 60 * DEGREE;
		return;
	} else {
		range = finger[(angle - LEAP_THUMB_ANGLES - 1) % LEAP_FINGER_ANGLES];
	}
	*ret_least = range[0] * DEGREE;
	*ret_most = range[1] * DEGREE;
}

void leap_skeleton_relaxed(double ret_angle[LEAP_ANGLES])
{
	memset(ret_angle, 0, LEAP_ANGLES * sizeof(*ret_angle));
	ret_angle[2] = 10 * DEGREE;
	ret_angle[3] = 10 * DEGREE;
	for (int k = 1; k < LEAP_FINGERS; k++) {
		ret_angle[LEAP_FINGER_ANGLE(k)] = 10 * DEGREE;
		ret_angle[LEAP_FINGER_ANGLE(k) + 2] = 15 * DEGREE;
	}
}
