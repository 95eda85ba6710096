/* SPDX-License-Identifier: MIT */
/*
 * The frames of reference of palm, arm and bones, and the sizes of fingers.
 * Pure functions of one hand; they answer with orthonormal bases for any joints.
 */
#ifndef LEAP_BONES_H
#define LEAP_BONES_H

#include "daemon/motion/frame.h"

/**
 * leap_palm_basis() - the axes of a palm
 * x to the right (left hands: to the left), y out of the back of the hand, z from the
 * fingers to the wrist.
 *
 * @normal: out of the palm; need be neither unit nor perpendicular to @direction
 * @direction: towards the fingers; keeps its direction exactly
 *
 * Return: orthonormal, determinant +1 (right) or -1 (left).
 */
struct mat3 leap_palm_basis(bool left, struct vec3 normal, struct vec3 direction);

/**
 * leap_hand_scale() - size of the hand in mean adult hands
 * From proximal and intermediate bone of the middle finger, 44.63 + 26.33 mm in the
 * mean hand; 1 when they have no length, never below 0.25 or above 4.
 */
double leap_hand_scale(const struct leap_tracked_hand *hand);

/**
 * leap_hand_is_early() - is it a hand of a service before 2.0?
 * Those put the palm's centre 14.85 mm behind the knuckles' mean, 1.27 mm towards the
 * palm, 7.49 mm towards the thumb, all times the scale. Only a recording can be one.
 */
bool leap_hand_is_early(const struct leap_tracked_hand *hand);

/**
 * leap_palm_reference() - the point of a hand whose velocity is the palm's
 * The palm's centre; of early hands a point 21 mm times the scale farther back. Exact:
 * palm velocities agree to 0.03 mm/s (median), translations to 0.0005 mm.
 */
struct vec3 leap_palm_reference(const struct leap_tracked_hand *hand);

/**
 * leap_arm_basis() - z along the arm to the elbow, x the palm's x turned into the arm
 * As in the one recorded frame that has it (agrees to 0.0001 degrees).
 */
struct mat3 leap_arm_basis(bool left, const struct mat3 *palm, struct vec3 wrist,
			   struct vec3 elbow);

/**
 * leap_finger_bases() - the bases of one finger's bones
 * z goes back along the bone. x is the axis about which the finger bends: the normal
 * of proximal and distal bone, the same for all bones (recordings agree to 0.01
 * degrees). A finger too straight to have one takes the mean axis of the recordings.
 * The thumb's missing metacarpal has the constant basis that the original gave it.
 */
void leap_finger_bases(bool left, enum leap_finger_type type, const struct mat3 *palm,
		       const struct vec3 joint[LEAP_JOINTS],
		       struct mat3 ret_bases[LEAP_BONES]);

/** leap_fingertip() - centre of the tip: 0.23 of the distal bone before its end */
struct vec3 leap_fingertip(const struct vec3 joint[LEAP_JOINTS]);

/** leap_fingertip_end() - the end of the distal bone that has this tip */
struct vec3 leap_fingertip_end(struct vec3 dip, struct vec3 tip);

/**
 * leap_finger_length() - apparent length, millimetres
 * From the middle of the proximal bone (thumb: from its end) along the bones to the
 * fingertip's centre; equals 0.70 (thumb 0.49) of the three bones in the recordings.
 */
double leap_finger_length(enum leap_finger_type type,
			  const struct vec3 joint[LEAP_JOINTS]);

/** leap_finger_width() - millimetres; the recordings' constant share of the palm's */
double leap_finger_width(enum leap_finger_type type, double palm_width);

/** leap_arm_width() - likewise; 0.684 in the recorded frame that has it */
double leap_arm_width(double palm_width);

#endif /* LEAP_BONES_H */
