// SPDX-License-Identifier: MIT
/*
 * From somebody's recorded hand to the same posture of another hand.
 * Pure values; no state, any thread.
 */
#include "sim/retarget.h"

#include "sim/grip.h"

/* Of a bone in hand axes, unit. */
static struct vec3 bone(const struct mat3 *axes, const struct leap_tracked_hand *hand,
			int finger, int joint)
{
	struct vec3 along =
		vec3_sub(hand->joint[finger][joint + 1], hand->joint[finger][joint]);

	return vec3_unit_or(mat3_apply(axes, along), vec3(0, 0, 1));
}

static double angle_between(struct vec3 a, struct vec3 b)
{
	return acos(fmin(fmax(vec3_dot(a, b), -1), 1));
}

/* Without the lean of the planes in which fingers bend, which limits take care of. */
static struct leap_sim_finger finger_of(const struct mat3 *axes,
					const struct leap_tracked_hand *hand, int k)
{
	struct vec3 first = bone(axes, hand, k, LEAP_MCP);
	struct vec3 second = bone(axes, hand, k, LEAP_PIP);
	struct vec3 third = bone(axes, hand, k, LEAP_DIP);
	struct leap_sim_finger f = {
		.flexion = atan2(first.y, first.z),
		/* Both last joints bend together, the outer one by 0.62 of the inner. */
		.curl = (angle_between(first, second) + angle_between(second, third)) /
			1.62,
	};

	f.spread = atan2(first.x, hypot(first.y, first.z));
	return f;
}

void leap_sim_retarget(const struct leap_tracked_hand *hand,
		       const struct leap_sim_shape *shape,
		       struct leap_sim_posture *ret_posture)
{
	struct leap_sim_posture p = { .palm = hand->palm };
	struct vec3 thumb[3];
	struct mat3 axes;

	p.direction = vec3_unit_or(hand->direction, vec3(0, 0, -1));
	p.normal = vec3_unit_or(vec3_reject(hand->normal, p.direction), vec3(0, -1, 0));
	axes.row[0] =
		vec3_scale(vec3_cross(p.direction, p.normal), hand->left ? -1 : 1);
	axes.row[1] = p.normal;
	axes.row[2] = p.direction;
	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++)
		p.grip.finger[k] = finger_of(&axes, hand, k);
	for (int b = 0; b < 3; b++)
		thumb[b] = bone(&axes, hand, LEAP_THUMB, LEAP_MCP + b);
	leap_sim_grip_thumb(shape, thumb, &p.grip);
	leap_sim_grip_limit(&p.grip);
	p.elbow = vec3_madd(hand->palm, -300, p.direction);
	p.elbow.y = fmax(p.elbow.y, 50);
	*ret_posture = p;
}
