// SPDX-License-Identifier: MIT
// Bases of palm, arm and bones; lengths and widths of fingers. See bones.h for sources.
// Pure functions, any thread.
#include "daemon/motion/bones.h"

#define STRAIGHT 0.05 /* sine of the bend below which its axis is not to be trusted */
#define TIP_SHARE 0.23 /* of the distal bone, from its end to the tip's centre */
#define ARM_WIDTH_SHARE 0.684
#define MIDDLE_FINGER_BONES 70.96 /* millimetres, of a hand of scale 1 */

/* Of palms of services before 2.0, millimetres at scale 1; see leap_hand_is_early(). */
#define EARLY_BACK 14.85
#define EARLY_INWARD 1.27
#define EARLY_THUMBWARD 7.49
#define EARLY_REFERENCE 21.0
#define EARLY_TOLERANCE 0.2

/* The thumb's metacarpal points this much (a sine) to the side of the palm's -z. */
#define THUMB_SPLAY 0.43633
/* and is rolled by an angle with this cosine; 1/sqrt(5) */
#define THUMB_ROLL_COS 0.44721359549995794

/* Any unit vector perpendicular to the unit vector n. */
static struct vec3 perpendicular(struct vec3 n)
{
	struct vec3 other = fabs(n.x) < 0.6 ? vec3(1, 0, 0) : vec3(0, 1, 0);

	return vec3_unit_or(vec3_reject(other, n), vec3(0, 0, 1));
}

/* The part of v that is perpendicular to the unit vector n, made a unit. */
static struct vec3 unit_reject(struct vec3 v, struct vec3 n)
{
	struct vec3 once = vec3_unit_or(vec3_reject(v, n), perpendicular(n));

	/* Of nearly parallel vectors the first result is perpendicular only roughly. */
	return vec3_unit_or(vec3_reject(once, n), perpendicular(n));
}

/* side: unit, perpendicular to z, to the right when y is dorsal. */
static struct mat3 basis(bool left, struct vec3 side, struct vec3 z)
{
	return (struct mat3){ {
		left ? vec3_scale(side, -1.0) : side,
		vec3_cross(z, side),
		z,
	} };
}

struct mat3 leap_palm_basis(bool left, struct vec3 normal, struct vec3 direction)
{
	struct vec3 z = vec3_scale(vec3_unit_or(direction, vec3(0, 0, -1)), -1.0);
	struct vec3 y = unit_reject(vec3_scale(normal, -1.0), z);

	return basis(left, vec3_cross(y, z), z);
}

double leap_hand_scale(const struct leap_tracked_hand *hand)
{
	const struct vec3 *joint = hand->joint[LEAP_MIDDLE];
	double length = vec3_distance(joint[LEAP_MCP], joint[LEAP_PIP]) +
			vec3_distance(joint[LEAP_PIP], joint[LEAP_DIP]);

	return length > 1.0 ? fmax(0.25, fmin(4.0, length / MIDDLE_FINGER_BONES)) : 1.0;
}

bool leap_hand_is_early(const struct leap_tracked_hand *hand)
{
	double scale = leap_hand_scale(hand);
	struct mat3 palm = leap_palm_basis(true, hand->normal, hand->direction);
	struct vec3 from, knuckles = { 0 };

	for (int finger = LEAP_INDEX; finger < LEAP_FINGERS; finger++)
		knuckles = vec3_madd(knuckles, 1.0 / (LEAP_FINGERS - 1),
				     hand->joint[finger][LEAP_MCP]);
	from = vec3_scale(mat3_apply(&palm, vec3_sub(hand->palm, knuckles)),
			  1.0 / scale);
	return fabs(from.z - EARLY_BACK) < EARLY_TOLERANCE &&
	       fabs(from.y + EARLY_INWARD) < EARLY_TOLERANCE &&
	       fabs(fabs(from.x) - EARLY_THUMBWARD) < EARLY_TOLERANCE;
}

struct vec3 leap_palm_reference(const struct leap_tracked_hand *hand)
{
	if (!leap_hand_is_early(hand))
		return hand->palm;
	return vec3_madd(hand->palm, -EARLY_REFERENCE * leap_hand_scale(hand),
			 vec3_unit_or(hand->direction, vec3(0, 0, -1)));
}

static struct vec3 right_side(bool left, const struct mat3 *palm)
{
	return left ? vec3_scale(palm->row[0], -1.0) : palm->row[0];
}

struct mat3 leap_arm_basis(bool left, const struct mat3 *palm, struct vec3 wrist,
			   struct vec3 elbow)
{
	struct vec3 z = vec3_unit_or(vec3_sub(elbow, wrist), palm->row[2]);

	return basis(left, unit_reject(right_side(left, palm), z), z);
}

static struct mat3 thumb_metacarpal(const struct mat3 *palm)
{
	double ss = THUMB_SPLAY, sc = sqrt(1.0 - ss * ss);
	double rc = THUMB_ROLL_COS, rs = sqrt(1.0 - rc * rc);

	return (struct mat3){ {
		mat3_apply_transposed(palm, vec3(rc * sc, rs, -rc * ss)),
		mat3_apply_transposed(palm, vec3(-rs * sc, rc, rs * ss)),
		mat3_apply_transposed(palm, vec3(ss, 0, sc)),
	} };
}

/* The mean axis about which a finger bends, to the right, in the recordings. */
static struct vec3 usual_side(bool left, enum leap_finger_type type,
			      const struct mat3 *palm)
{
	static const struct vec3 in_palm[LEAP_FINGERS] = {
		[LEAP_THUMB] = { 0.271, 0.851, -0.416 },
		[LEAP_INDEX] = { 0.991, 0.013, -0.084 },
		[LEAP_MIDDLE] = { 0.978, -0.122, 0.157 },
		[LEAP_RING] = { 0.961, -0.191, 0.196 },
		[LEAP_PINKY] = { 0.862, -0.322, 0.379 },
	};
	struct vec3 side = mat3_apply_transposed(palm, in_palm[type]);

	return left ? vec3_scale(side, -1.0) : side;
}

/* back[]: unit, each bone's direction to the wrist. */
static struct vec3 bend_side(bool left, enum leap_finger_type type,
			     const struct mat3 *palm,
			     const struct vec3 back[LEAP_BONES])
{
	struct vec3 usual = usual_side(left, type, palm);
	struct vec3 axis = vec3_cross(back[3], back[1]);
	double bend = vec3_length(axis);

	if (vec3_dot(axis, usual) < 0.0)
		axis = vec3_scale(axis, -1.0);
	axis = vec3_unit_or(axis, usual);
	if (bend >= STRAIGHT)
		return axis;
	usual = unit_reject(usual, back[1]);
	return vec3_lerp(usual, axis, bend / STRAIGHT);
}

void leap_finger_bases(bool left, enum leap_finger_type type, const struct mat3 *palm,
		       const struct vec3 joint[LEAP_JOINTS],
		       struct mat3 ret_bases[LEAP_BONES])
{
	struct vec3 back[LEAP_BONES], side, previous = palm->row[2];

	for (int bone = 0; bone < LEAP_BONES; bone++) {
		back[bone] =
			vec3_unit_or(vec3_sub(joint[bone], joint[bone + 1]), previous);
		previous = back[bone];
	}
	side = bend_side(left, type, palm, back);
	for (int bone = 0; bone < LEAP_BONES; bone++)
		ret_bases[bone] =
			basis(left, unit_reject(side, back[bone]), back[bone]);
	if (type == LEAP_THUMB)
		ret_bases[0] = thumb_metacarpal(palm);
}

struct vec3 leap_fingertip(const struct vec3 joint[LEAP_JOINTS])
{
	return vec3_lerp(joint[LEAP_BTIP], joint[LEAP_DIP], TIP_SHARE);
}

struct vec3 leap_fingertip_end(struct vec3 dip, struct vec3 tip)
{
	return vec3_lerp(dip, tip, 1.0 / (1.0 - TIP_SHARE));
}

double leap_finger_length(enum leap_finger_type type,
			  const struct vec3 joint[LEAP_JOINTS])
{
	double proximal = vec3_distance(joint[LEAP_MCP], joint[LEAP_PIP]);
	double intermediate = vec3_distance(joint[LEAP_PIP], joint[LEAP_DIP]);
	double distal = vec3_distance(joint[LEAP_DIP], joint[LEAP_BTIP]);

	return (type == LEAP_THUMB ? 0.0 : proximal / 2.0) + intermediate +
	       (1.0 - TIP_SHARE) * distal;
}

double leap_finger_width(enum leap_finger_type type, double palm_width)
{
	static const double share[LEAP_FINGERS] = {
		[LEAP_THUMB] = 0.2226, [LEAP_INDEX] = 0.2126, [LEAP_MIDDLE] = 0.2088,
		[LEAP_RING] = 0.1987,  [LEAP_PINKY] = 0.1765,
	};

	return share[type] * palm_width;
}

double leap_arm_width(double palm_width)
{
	return ARM_WIDTH_SHARE * palm_width;
}
