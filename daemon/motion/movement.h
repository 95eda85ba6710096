/* SPDX-License-Identifier: MIT */
/*
 * The four movements of a tip that are gestures: circle, swipe and two taps.
 * Plain values in a struct leap_gestures, owned by the thread that has that.
 */
#ifndef LEAP_MOVEMENT_H
#define LEAP_MOVEMENT_H

#include "daemon/motion/tip_path.h"

/**
 * struct leap_gesture_options - the original's ten settings, by its key names
 * Millimetres, mm/s, seconds, radians.
 */
struct leap_gesture_options {
	double circle_min_radius; /* Gesture.Circle.MinRadius, 5 */
	double circle_min_arc; /* Gesture.Circle.MinArc, 1.5 pi */
	double swipe_min_length; /* Gesture.Swipe.MinLength, 150 */
	double swipe_min_velocity; /* Gesture.Swipe.MinVelocity, 1000 */
	double key_tap_min_down_velocity; /* Gesture.KeyTap.MinDownVelocity, 50 */
	double key_tap_history_seconds; /* Gesture.KeyTap.HistorySeconds, 0.1 */
	double key_tap_min_distance; /* Gesture.KeyTap.MinDistance, 3 */
	double screen_tap_min_forward_velocity; /* Gesture.ScreenTap.MinForwardVelocity, 50 */
	double screen_tap_history_seconds; /* Gesture.ScreenTap.HistorySeconds, 0.1 */
	double screen_tap_min_distance; /* Gesture.ScreenTap.MinDistance, 5 */
};

/** leap_gesture_options_default() - as documented for the original */
struct leap_gesture_options leap_gesture_options_default(void);

/** enum leap_movement_step - what became of a movement with the newest sample */
enum leap_movement_step {
	LEAP_MOVEMENT_NONE,
	LEAP_MOVEMENT_BEGINS,
	LEAP_MOVEMENT_GOES_ON,
	LEAP_MOVEMENT_ENDS,
};

/** struct leap_circling - a circle that is drawn; all zero: none */
struct leap_circling {
	bool active;
	unsigned int sightings; /* frames with a circle before it is told of */
	int64_t seen_us; /* last sighting, or last progress when it is active */
	int64_t from_us; /* arcs begin no sooner: so long after the last stop */
	struct leap_circle_fit fit; /* the newest that was seen */
	double progress; /* turns */
};

/**
 * leap_circling_step() - look for a circle at the end of the path
 * Recordings: a circle begins when an arc of MinArc, back to where the path comes from
 * farther away than 1.6 radii or turns the other way, fits the last 0.35 to 0.6 s. In
 * a hand that just moves such arcs are rough (0.16 to 0.33 radii); a span as short as
 * this may be. One recorded circle, of 7 mm, takes 0.7 s: small ones may; one rises out of
 * its plane by 0.12 radii: the shortest span may. Slower circles, which recordings lack,
 * must be round: 0.12. Three sightings make a circle; it ends when it has not gone on for
 * 0.2 s. What begins sooner than 0.1 s after that is still its end: where the fingers of
 * a recorded hand make the same rough arc, those that have just stopped tell of none.
 */
enum leap_movement_step leap_circling_step(struct leap_circling *circling,
					   const struct leap_tip_path *path,
					   const struct leap_gesture_options *options);

/** struct leap_swiping - a stroke, which may become a swipe; all zero: none */
struct leap_swiping {
	bool active;
	bool moving;
	struct vec3 start;
	double peak; /* speed */
	struct vec3 direction; /* unit, from the start to the tip */
	double speed;
};

/**
 * leap_swiping_step() - follow the stroke
 * A stroke lasts while the tip is quicker than 0.15 MinVelocity and moves within 60
 * degrees of the direction that it has come. It is a swipe from three quarters of
 * MinLength on, if it has reached MinVelocity: the lengths at which recorded swipes
 * begin (112 to 124 mm of 150), and no stroke of another recording does.
 */
enum leap_movement_step leap_swiping_step(struct leap_swiping *swiping,
					  const struct leap_tip_path *path,
					  const struct leap_gesture_options *options);

/** struct leap_tap - a tap that was found; @quiet_us: none before that time */
struct leap_tap {
	int64_t quiet_us;
	struct vec3 position; /* of the tip where it turned round */
	struct vec3 direction; /* unit, of the way there */
	int64_t duration_us;
};

/**
 * leap_key_tap_step() - has a finger dipped towards the palm and come back?
 * Against the other fingers, so that a hand that moves taps nothing: MinDistance within
 * HistorySeconds, MinDownVelocity in both directions, within 26 degrees of the palm's
 * normal, and half of the way back. Neither tap is looked for in the first 0.6 s.
 */
bool leap_key_tap_step(struct leap_tap *tap, const struct leap_tip_path *path,
		       const struct leap_gesture_options *options);

/**
 * leap_screen_tap_step() - has a tip that touches poked forward and come back?
 * MinDistance within HistorySeconds, MinForwardVelocity, within 18 degrees of -z, and
 * half of MinDistance back.
 */
bool leap_screen_tap_step(struct leap_tap *tap, const struct leap_tip_path *path,
			  const struct leap_gesture_options *options);

#endif /* LEAP_MOVEMENT_H */
