// SPDX-License-Identifier: MIT
// Extended, grab, pinch and sphere of one hand. See shape.h for formulas and sources.
// Pure functions, any thread.
#include "daemon/motion/bones.h"
#include "daemon/motion/shape.h"

#define EXTENDED_ANGLE 1.31 /* radians */
#define EXTENDED_THUMB 71.15 /* millimetres at scale 1 */

#define GRAB_BEGIN 0.8 /* radians */
#define GRAB_END 2.0
#define PINCH_BEGIN 60.0 /* millimetres at scale 1 */
#define PINCH_END 22.0

#define SPHERE_POINTS (LEAP_FINGERS * 2 + 1)
#define SPHERE_RADIUS_MAX 2000.0
/* Square millimetres of spread in every direction: flat hands have balls, too. */
#define SPHERE_STIFFNESS 0.001

static double clamp(double value, double low, double high)
{
	return fmax(low, fmin(high, value));
}

static double angle(struct vec3 a, struct vec3 b)
{
	return atan2(vec3_length(vec3_cross(a, b)), vec3_dot(a, b));
}

static struct vec3 bone(const struct vec3 joint[LEAP_JOINTS], enum leap_joint from)
{
	return vec3_sub(joint[from + 1], joint[from]);
}

bool leap_finger_extended(const struct leap_tracked_hand *hand,
			  enum leap_finger_type type, double scale)
{
	struct vec3 tip = leap_fingertip(hand->joint[type]);

	if (type == LEAP_THUMB)
		return vec3_distance(tip, hand->palm) > EXTENDED_THUMB * scale;
	return angle(vec3_sub(tip, hand->joint[type][LEAP_PIP]), hand->direction) <=
	       EXTENDED_ANGLE;
}

double leap_grab_strength(const struct leap_tracked_hand *hand)
{
	double least = M_PI;

	for (int finger = LEAP_INDEX; finger < LEAP_FINGERS; finger++) {
		const struct vec3 *joint = hand->joint[finger];

		least = fmin(least,
			     angle(bone(joint, LEAP_MCP), bone(joint, LEAP_DIP)));
	}
	return clamp((least - GRAB_BEGIN) / (GRAB_END - GRAB_BEGIN), 0.0, 1.0);
}

double leap_grab_angle(const struct leap_tracked_hand *hand)
{
	double sum = 0.0;

	for (int finger = LEAP_INDEX; finger < LEAP_FINGERS; finger++) {
		const struct vec3 *joint = hand->joint[finger];

		sum += angle(bone(joint, LEAP_CARP), bone(joint, LEAP_DIP));
	}
	return sum / (LEAP_FINGERS - 1);
}

static double thumb_gap(const struct leap_tracked_hand *hand, int finger)
{
	return vec3_distance(leap_fingertip(hand->joint[LEAP_THUMB]),
			     leap_fingertip(hand->joint[finger]));
}

double leap_pinch_strength(const struct leap_tracked_hand *hand, double scale)
{
	double gap = INFINITY;

	for (int finger = LEAP_INDEX; finger < LEAP_FINGERS; finger++)
		gap = fmin(gap, thumb_gap(hand, finger));
	return clamp((PINCH_BEGIN - gap / scale) / (PINCH_BEGIN - PINCH_END), 0.0, 1.0);
}

double leap_pinch_distance(const struct leap_tracked_hand *hand)
{
	return thumb_gap(hand, LEAP_INDEX);
}

/* Return: how many. */
static int sphere_points(const struct leap_tracked_hand *hand,
			 struct vec3 ret_points[SPHERE_POINTS])
{
	bool early = leap_hand_is_early(hand);
	int count = 0;

	for (int finger = 0; finger < LEAP_FINGERS; finger++) {
		const struct vec3 *joint = hand->joint[finger];

		if (early) {
			ret_points[count++] = leap_fingertip(joint);
		} else {
			ret_points[count++] = joint[LEAP_MCP];
			ret_points[count++] = joint[LEAP_DIP];
		}
	}
	ret_points[count++] = leap_palm_reference(hand);
	return count;
}

static struct vec3 mean(const struct vec3 *points, int count)
{
	struct vec3 sum = { 0 };

	for (int i = 0; i < count; i++)
		sum = vec3_madd(sum, 1.0 / count, points[i]);
	return sum;
}

/* Solves the symmetric, positive definite m * x = v. */
static struct vec3 solve(const struct mat3 *m, struct vec3 v)
{
	struct vec3 a = vec3_cross(m->row[1], m->row[2]);
	struct vec3 b = vec3_cross(m->row[2], m->row[0]);
	struct vec3 c = vec3_cross(m->row[0], m->row[1]);
	double determinant = vec3_dot(m->row[0], a);
	struct vec3 sum = vec3_madd(vec3_madd(vec3_scale(a, v.x), v.y, b), v.z, c);

	return vec3_scale(sum, 1.0 / determinant);
}

/*
 * |p|^2 = 2 c.p + (r^2 - |c|^2) for every point p on the ball, in the least squares
 * sense; relative to the points' mean, where the last term is the mean of |p|^2.
 */
void leap_hand_sphere(const struct leap_tracked_hand *hand, struct vec3 *ret_center,
		      double *ret_radius)
{
	struct vec3 points[SPHERE_POINTS], origin, moment = { 0 }, center;
	struct mat3 spread = { 0 };
	int count = sphere_points(hand, points);
	double square = 0.0, far;

	origin = mean(points, count);
	for (int i = 0; i < count; i++) {
		struct vec3 p = vec3_sub(points[i], origin);
		double pp = vec3_dot(p, p) / count;

		spread.row[0] = vec3_madd(spread.row[0], p.x / count, p);
		spread.row[1] = vec3_madd(spread.row[1], p.y / count, p);
		spread.row[2] = vec3_madd(spread.row[2], p.z / count, p);
		moment = vec3_madd(moment, pp / 2.0, p);
		square += pp;
	}
	spread.row[0].x += SPHERE_STIFFNESS;
	spread.row[1].y += SPHERE_STIFFNESS;
	spread.row[2].z += SPHERE_STIFFNESS;
	center = solve(&spread, moment);
	far = vec3_length(center);
	if (far > SPHERE_RADIUS_MAX)
		center = vec3_scale(center, SPHERE_RADIUS_MAX / far);
	*ret_center = vec3_add(origin, center);
	*ret_radius = sqrt(vec3_dot(center, center) + square);
}
