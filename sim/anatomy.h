/* SPDX-License-Identifier: MIT */
/*
 * The simulated hand's bones: shape by seed, joint limits, posture to joints.
 * Pure values; no state, any thread.
 */
#ifndef LEAP_SIM_ANATOMY_H
#define LEAP_SIM_ANATOMY_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/tracking/hand.h"
#include "daemon/tracking/vec.h"

/*
 * Hand axes: x towards the thumb, y out of the palm, z from the palm towards the
 * fingers. They are right-handed for a left hand and left-handed for a right one, so
 * everything written in hand axes holds for both.
 */

/**
 * struct leap_sim_build - how the flesh of a hand differs from the average's, in factors
 * @finger: width of each finger
 * @tip: width of the tips
 * @joint: how far middle joints stand out; 1 is not at all
 * @ball: of the thumb's ball
 * @heel: of the hand's outer edge
 * @web: between thumb and index finger
 * @back: thickness of the palm
 * @wrist: width
 * @arm: width of the forearm at the elbow
 * @soft: how smoothly parts melt into each other
 * @pulp: flesh between the end of the last bone and the skin
 */
struct leap_sim_build {
	double finger[LEAP_FINGERS];
	double tip;
	double joint;
	double ball;
	double heel;
	double web;
	double back;
	double wrist;
	double arm;
	double soft;
	double pulp;
};

/**
 * struct leap_sim_shape - one person's hand
 * @left: chirality
 * @scale: 1 for a palm 87.48 mm wide, the size most recordings of the original
 *	service have
 * @thickness: of the flesh, relative to the average at @scale
 * @albedo: reflectance in the infrared, relative to the average
 * @bone: lengths in millimetres, metacarpal to distal; the thumb's metacarpal is the
 *	bone from MCP to PIP and its first entry is 0, as the service counts
 * @carp: bases of the metacarpals in hand axes, from the palm centre
 * @mcp: knuckles, likewise
 * @wrist: likewise
 * @forearm: length from wrist to elbow
 * @palm_width: of the flat hand
 * @build: of the flesh
 */
struct leap_sim_shape {
	bool left;
	double scale;
	double thickness;
	double albedo;
	double bone[LEAP_FINGERS][4];
	struct vec3 carp[LEAP_FINGERS];
	struct vec3 mcp[LEAP_FINGERS];
	struct vec3 wrist;
	double forearm;
	double palm_width;
	struct leap_sim_build build;
};

/** struct leap_sim_finger - angles of index to pinky, radians */
struct leap_sim_finger {
	double flexion; /* at the knuckle, towards the palm */
	double spread; /* at the knuckle, towards the thumb */
	double curl; /* at the PIP joint; the DIP joint follows */
};

/**
 * struct leap_sim_thumb - where the thumb is
 * @opposition: 0 beside the hand .. 1 in front of the palm
 * @adduction: 0 away from the index finger .. 1 alongside it
 * @flexion: of the joint between metacarpal and proximal bone, radians
 * @curl: of the last joint, radians
 */
struct leap_sim_thumb {
	double opposition;
	double adduction;
	double flexion;
	double curl;
};

/** struct leap_sim_grip - what the fingers do; the thumb's finger[] entry is unused */
struct leap_sim_grip {
	struct leap_sim_finger finger[LEAP_FINGERS];
	struct leap_sim_thumb thumb;
};

/** struct leap_sim_posture - a hand at one instant; @elbow is where the elbow tends */
struct leap_sim_posture {
	struct vec3 palm;
	struct vec3 direction;
	struct vec3 normal;
	struct vec3 elbow;
	struct leap_sim_grip grip;
};

/**
 * struct leap_sim_skeleton - the posture carried out
 * @hand: as the tracker would report it without error
 * @axes: hand axes in Leap coordinates, as rows
 */
struct leap_sim_skeleton {
	struct leap_tracked_hand hand;
	struct mat3 axes;
};

/**
 * leap_sim_shape_draw() - a person of any age and build, by seed
 *
 * One in six is a child, one in eight has long fingers. Everything varies as much as it
 * does among people, and a little more.
 */
void leap_sim_shape_draw(uint64_t seed, bool left, struct leap_sim_shape *ret_shape);

/**
 * leap_sim_posture_orient() - by angles: palm down, fingers away from the user at 0
 * @yaw: of a right hand inwards, radians
 * @pitch: fingers up
 * @roll: of a right hand thumb up
 * @posture: direction and normal are written
 */
void leap_sim_posture_orient(double yaw, double pitch, double roll,
			     struct leap_sim_posture *posture);

/** leap_sim_posture_mirror() - of a right hand to that of a left one, and back */
void leap_sim_posture_mirror(struct leap_sim_posture *posture);

/** leap_sim_grip_lerp() - joint by joint from @a (0) to @b (1) */
void leap_sim_grip_lerp(const struct leap_sim_grip *a, const struct leap_sim_grip *b,
			double t, struct leap_sim_grip *ret_grip);

/** leap_sim_grip_limit() - no joint beyond what human joints do */
void leap_sim_grip_limit(struct leap_sim_grip *grip);

/**
 * leap_sim_fingers() - joints in hand axes, from the palm centre
 * @grip: within the limits
 */
void leap_sim_fingers(const struct leap_sim_shape *shape,
		      const struct leap_sim_grip *grip,
		      struct vec3 ret_joint[LEAP_FINGERS][LEAP_JOINTS]);

/**
 * leap_sim_skeleton_pose() - bend the fingers and place the hand
 * @posture: its grip is limited first; direction and normal need not be exactly
 *	perpendicular nor unit
 * @ret_skeleton: track 0, confidence 1
 */
void leap_sim_skeleton_pose(const struct leap_sim_shape *shape,
			    const struct leap_sim_posture *posture,
			    struct leap_sim_skeleton *ret_skeleton);

/** leap_sim_to_leap() - a point in hand axes to Leap coordinates */
struct vec3 leap_sim_to_leap(const struct leap_sim_skeleton *skeleton,
			     struct vec3 point);

#endif /* LEAP_SIM_ANATOMY_H */
