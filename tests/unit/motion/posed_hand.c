// SPDX-License-Identifier: MIT
// Poses a hand: joints in the palm's axes (x right, y dorsal, z to the wrist), then out
// into the world. Pure.
#include "posed_hand.h"

/* Bend of each bone against the one before, radians: relaxed, and more in a fist. */
static const double relaxed[] = { 0.05, 0.12, 0.10 };
static const double fist[] = { 1.2, 1.5, 0.9 };

static const struct vec3 carp[LEAP_FINGERS] = {
	{ -19.4, -6.0, 53.2 }, { -11.8, 12.1, 43.2 }, { -0.9, 13.6, 40.6 },
	{ 10.4, 12.6, 39.7 },  { 21.4, 5.7, 41.8 },
};

static const struct vec3 mcp[LEAP_FINGERS] = {
	{ -19.4, -6.0, 53.2 }, { -23.2, 2.0, -23.1 }, { -2.8, 4.0, -23.2 },
	{ 17.4, 4.0, -17.2 },  { 35.3, 0.0, -9.7 },
};

static const double bone_length[LEAP_FINGERS][3] = {
	{ 46.22, 31.57, 21.67 }, { 39.78, 22.38, 15.82 }, { 44.63, 26.33, 17.40 },
	{ 41.37, 25.65, 17.30 }, { 32.74, 18.11, 15.96 },
};

/* Where a finger points when straight, and where it bends to; both unit. */
struct bending {
	struct vec3 ahead;
	struct vec3 inward;
};

static struct bending bending(int finger)
{
	static const double splay[LEAP_FINGERS] = { -0.7, -0.08, 0.0, 0.09, 0.2 };
	struct vec3 ahead = vec3(sin(splay[finger]), 0, -cos(splay[finger]));
	struct vec3 inward = vec3(0, -1, 0);

	if (finger == LEAP_THUMB)
		inward = vec3_unit_or(vec3_reject(vec3(0.8, -0.5, 0), ahead), inward);
	return (struct bending){ ahead, inward };
}

static void pose_finger(int finger, double curl, struct vec3 ret_joint[LEAP_JOINTS])
{
	struct bending bends = bending(finger);
	double strength = finger == LEAP_THUMB ? 0.4 : 1.0, angle = 0.0;

	ret_joint[LEAP_CARP] = carp[finger];
	ret_joint[LEAP_MCP] = mcp[finger];
	for (int bone = 0; bone < 3; bone++) {
		struct vec3 direction;

		angle += strength *
			 (relaxed[bone] + curl * (fist[bone] - relaxed[bone]));
		direction = vec3_madd(vec3_scale(bends.ahead, cos(angle)), sin(angle),
				      bends.inward);
		ret_joint[LEAP_PIP + bone] = vec3_madd(ret_joint[LEAP_MCP + bone],
						       bone_length[finger][bone],
						       direction);
	}
}

static struct vec3 turn(const struct hand_pose *pose, struct vec3 v)
{
	double c, s;

	if (pose->left)
		v.x = -v.x;
	c = cos(pose->roll), s = sin(pose->roll);
	v = vec3(c * v.x - s * v.y, s * v.x + c * v.y, v.z);
	c = cos(pose->pitch), s = sin(pose->pitch);
	v = vec3(v.x, c * v.y - s * v.z, s * v.y + c * v.z);
	c = cos(pose->yaw), s = sin(pose->yaw);
	return vec3(c * v.x + s * v.z, v.y, c * v.z - s * v.x);
}

static struct vec3 place(const struct hand_pose *pose, struct vec3 in_palm)
{
	double size = pose->size > 0.0 ? pose->size : 1.0;

	return vec3_madd(pose->palm, size, turn(pose, in_palm));
}

struct leap_tracked_hand posed_hand(const struct hand_pose *pose)
{
	struct leap_tracked_hand hand = {
		.track = pose->track,
		.left = pose->left,
		.confidence = 1.0,
		.palm = pose->palm,
		.normal = turn(pose, vec3(0, -1, 0)),
		.direction = turn(pose, vec3(0, 0, -1)),
		.wrist = place(pose, vec3(5, 3, 62)),
		.elbow = place(pose, vec3(60, -20, 290)),
		.palm_width = 84.25 * (pose->size > 0.0 ? pose->size : 1.0),
	};

	for (int finger = 0; finger < LEAP_FINGERS; finger++) {
		struct vec3 joint[LEAP_JOINTS];

		pose_finger(finger, pose->curl[finger], joint);
		for (int i = 0; i < LEAP_JOINTS; i++)
			hand.joint[finger][i] = place(pose, joint[i]);
	}
	return hand;
}
