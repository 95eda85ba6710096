/* SPDX-License-Identifier: MIT */
/*
 * A hand that can be posed: angles and build in, joints and flesh out.
 * Pure values; no state.
 */
#ifndef LEAP_SKELETON_H
#define LEAP_SKELETON_H

#include "daemon/tracking/hand.h"

/* Degrees of freedom, in the order of the derivatives leap_skeleton_motion() gives. */
enum leap_freedom {
	LEAP_FREE_PLACE = 0, /* palm centre: x, y, z, millimetres */
	LEAP_FREE_TURN = 3, /* turn of the whole hand about x, y, z, radians */
	LEAP_FREE_ANGLE = 6, /* first angle */
	LEAP_FREE_SIZE = 24, /* logarithm of the size */
	LEAP_FREE_PROPORTION = 25, /* first proportion */
	LEAP_FREEDOMS = 31,
};

/* How hands of one size differ: the length of each finger, and the palm's breadth. */
#define LEAP_PALM_BREADTH LEAP_FINGERS
#define LEAP_PROPORTIONS (LEAP_FINGERS + 1)

/*
 * Angles in radians. A finger k >= 1 has flexion, spread towards the thumb and the
 * flexion of its middle joint; the last joint follows that one. The thumb has
 * opposition, lift and the flexion of its two outer joints.
 */
#define LEAP_ANGLES 18
#define LEAP_THUMB_ANGLES 4
#define LEAP_FINGER_ANGLES 3
#define LEAP_FINGER_ANGLE(k) (LEAP_THUMB_ANGLES + 1 + ((k)-1) * LEAP_FINGER_ANGLES)

/* Angle 4 is the bend of the arm at the wrist, sideways; it moves the forearm only. */
#define LEAP_ANGLE_ARM 4
#define LEAP_ANGLE_ARM_LIFT 17

/**
 * struct leap_pose - where a hand is and how it is held
 * @left: chirality
 * @place: centre of the palm
 * @turn: its rows are the hand's own axes: across (towards the thumb of a left hand,
 *	away from it for a right hand), out of the back of the hand, towards the wrist
 * @angle: see above
 * @size: 1 is the hand whose middle finger measures 91.75 mm from knuckle to tip
 * @proportion: logarithms of how much longer a finger, or broader the palm, is than the
 *	average hand's of that size
 */
struct leap_pose {
	bool left;
	struct vec3 place;
	struct mat3 turn;
	double angle[LEAP_ANGLES];
	double size;
	double proportion[LEAP_PROPORTIONS];
};

/* The flesh: tapered rods between joints, twenty of the hand and one of the arm. */
#define LEAP_RODS 21
#define LEAP_ROD_ARM 20

struct leap_rod {
	struct vec3 end[2];
	double radius[2];
};

/**
 * struct leap_skeleton - a posed hand
 * @axis: by finger, the axes its angles turn about; for fingers: spread, flexion
 * @rod: flesh
 */
struct leap_skeleton {
	struct leap_pose pose;
	struct vec3 joint[LEAP_FINGERS][LEAP_JOINTS];
	struct vec3 wrist;
	struct vec3 elbow;
	struct vec3 axis[LEAP_FINGERS][2];
	struct vec3 arm_axis[2];
	struct leap_rod rod[LEAP_RODS];
};

/** leap_skeleton_pose() - joints and flesh of @pose */
void leap_skeleton_pose(const struct leap_pose *pose,
			struct leap_skeleton *ret_skeleton);

/**
 * leap_skeleton_motion() - how a point moves with each degree of freedom
 * @rod: the rod it belongs to; the arm says nothing of the hand, only of its own bend
 * @point: the point, anywhere
 * @ret_motion: derivative of @point, zero for what does not move it
 *
 * Return: a bit mask of the freedoms that do.
 */
uint32_t leap_skeleton_motion(const struct leap_skeleton *skeleton, int rod,
			      struct vec3 point, struct vec3 ret_motion[LEAP_FREEDOMS]);

/** leap_skeleton_tip_rod() - the outermost rod of a finger */
int leap_skeleton_tip_rod(int finger);

/** leap_skeleton_limits() - the range of an angle that hands reach, radians */
void leap_skeleton_limits(int angle, double *ret_least, double *ret_most);

/** leap_skeleton_relaxed() - the angles of a hand held open without effort */
void leap_skeleton_relaxed(double ret_angle[LEAP_ANGLES]);

/** leap_skeleton_direction() - unit, palm towards the fingers */
struct vec3 leap_skeleton_direction(const struct leap_pose *pose);

/** leap_skeleton_normal() - unit, out of the palm */
struct vec3 leap_skeleton_normal(const struct leap_pose *pose);

/**
 * leap_skeleton_axes() - the axes of a hand with this direction and palm normal
 * Any two vectors will do; the direction is kept and the normal made perpendicular.
 */
struct mat3 leap_skeleton_axes(struct vec3 direction, struct vec3 normal);

/** leap_skeleton_rotate() - @v turned about the unit vector @axis */
struct vec3 leap_skeleton_rotate(struct vec3 v, struct vec3 axis, double angle);

/** leap_skeleton_turn() - @turn after a rotation by the vector @by, in radians */
struct mat3 leap_skeleton_turn(const struct mat3 *turn, struct vec3 by);

/** leap_skeleton_palm_width() - of the flat hand, millimetres */
double leap_skeleton_palm_width(const struct leap_pose *pose);

#endif /* LEAP_SKELETON_H */
