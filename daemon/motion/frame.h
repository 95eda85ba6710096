/* SPDX-License-Identifier: MIT */
/*
 * One complete tracking frame, every value a client of any protocol can ask for.
 * Written once by motion, then immutable; the state room publishes it to readers.
 */
#ifndef LEAP_FRAME_H
#define LEAP_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/tracking/hand.h"

#define LEAP_POINTABLES_MAX (LEAP_HANDS_MAX * LEAP_FINGERS + LEAP_TOOLS_MAX)
#define LEAP_GESTURES_MAX 16
#define LEAP_BONES 4 /* metacarpal, proximal, intermediate, distal */

/**
 * struct leap_motion_factors - r, s, t of a hand or of the whole frame
 * Absolute snapshots: between two frames the rotation is r_now * r_then^-1, the scale
 * factor exp(s_now - s_then) and the translation t_now - t_then.
 */
struct leap_motion_factors {
	struct mat3 r;
	double s;
	struct vec3 t;
};

/** struct leap_frame_hand - millimetres, mm/s, radians, seconds; strengths 0..1 */
struct leap_frame_hand {
	int32_t id; /* increases with every new hand; never used again */
	bool left;
	double confidence;
	struct vec3 palm_position;
	struct vec3 palm_velocity;
	struct vec3 stabilized_palm_position;
	struct vec3 palm_normal; /* unit, perpendicular to direction */
	struct vec3 direction; /* unit, palm to fingers */
	double palm_width;
	struct vec3 wrist;
	struct vec3 elbow;
	struct mat3 arm_basis; /* left-handed (determinant -1) for left hands */
	double arm_width;
	double grab_angle;
	double grab_strength;
	double pinch_distance;
	double pinch_strength;
	struct vec3 sphere_center;
	double sphere_radius;
	double time_visible;
	struct leap_motion_factors motion;
};

enum leap_touch_zone {
	LEAP_TOUCH_NONE,
	LEAP_TOUCH_HOVERING,
	LEAP_TOUCH_TOUCHING,
};

/** struct leap_frame_pointable - a finger (of a hand) or a tool */
struct leap_frame_pointable {
	int32_t id; /* finger: hand id * 10 + type; tool: number of the tool * 10 + 5 */
	int32_t hand_id; /* -1 for a tool held by no tracked hand */
	bool tool; /* then joint, bases and type have no meaning */
	enum leap_finger_type type;
	bool extended;
	struct vec3 joint[LEAP_JOINTS];
	struct mat3 bases[LEAP_BONES]; /* x sideways, y dorsal, z towards the wrist */
	struct vec3 tip_position;
	struct vec3 tip_velocity;
	struct vec3 stabilized_tip_position;
	struct vec3 direction; /* = -z of the intermediate bone's basis */
	double length;
	double width;
	double touch_distance; /* -1..1 */
	enum leap_touch_zone touch_zone;
	double time_visible;
};

enum leap_gesture_type {
	LEAP_GESTURE_CIRCLE,
	LEAP_GESTURE_SWIPE,
	LEAP_GESTURE_KEY_TAP,
	LEAP_GESTURE_SCREEN_TAP,
};

enum leap_gesture_state {
	LEAP_GESTURE_START,
	LEAP_GESTURE_UPDATE,
	LEAP_GESTURE_STOP,
};

/** struct leap_frame_gesture - which fields mean something depends on type */
struct leap_frame_gesture {
	int32_t id;
	enum leap_gesture_type type;
	enum leap_gesture_state state;
	int64_t duration_us;
	int32_t hand_id; /* 0: none */
	int32_t pointable_id; /* 0: none */
	struct vec3 position; /* circle: its centre */
	struct vec3 start_position; /* swipe */
	struct vec3 direction; /* circle: its normal */
	double progress; /* circle: turns; taps: 1 */
	double radius; /* circle */
	double speed; /* swipe */
};

/**
 * struct leap_frame - see above
 * Hands in the order of their ids; pointables: the five fingers of each hand in that
 * order, thumb to pinky, then the tools in the order of their ids.
 */
struct leap_frame {
	int64_t id; /* steps by one */
	int64_t timestamp_us; /* of the exposure, on the service's clock */
	int64_t ready_ns; /* CLOCK_MONOTONIC when the pixels were complete; 0 unknown */
	double frame_rate;
	struct vec3 box_center;
	struct vec3 box_size;
	struct leap_motion_factors motion;
	unsigned int hand_count;
	struct leap_frame_hand hand[LEAP_HANDS_MAX];
	unsigned int pointable_count;
	struct leap_frame_pointable pointable[LEAP_POINTABLES_MAX];
	unsigned int gesture_count;
	struct leap_frame_gesture gesture[LEAP_GESTURES_MAX];
};

#endif /* LEAP_FRAME_H */
