/* SPDX-License-Identifier: MIT */
/*
 * One look of the network at a place: crop, run, and back to points in space.
 * The gaze holds the scratch memory: one thread at a time for each.
 */
#ifndef LEAP_SIGHT_H
#define LEAP_SIGHT_H

#include "daemon/tracking/pose_fit.h"

/* Of crops for a hand of size 1 or of unknown size, millimetres. */
#define LEAP_SIGHT_WIDTH 240.0

/**
 * struct leap_gaze - with what to look
 * @optics: for the mode of the frames
 * @network: whose weights
 * @backs: log odds by which backs of hands are likelier to be seen than the network
 *	was taught; 0: as it was
 * @crop: scratch, afterwards what was looked at
 * @looks: how often, for whoever wants to know
 */
struct leap_gaze {
	struct leap_crop_optics optics;
	struct leap_network *network;
	double backs;
	struct leap_crop crop;
	unsigned long looks;
};

/**
 * struct leap_sight - what is seen at a place
 * @at: where and which way round was looked
 * @seen: points of a hand in Leap coordinates
 * @palm: of them
 * @middle: of the hand, where to look next
 * @doubt: how far off the points are on average, by the network's own reckoning, mm
 * @right: log odds of the way round being right for this hand's chirality
 * @present: log odds of there being a hand, by the network
 * @evidence: the same, less what its doubt tells against it
 */
struct leap_sight {
	struct leap_crop_place at;
	struct leap_sighting seen[LEAP_POINTS];
	struct vec3 palm;
	struct vec3 middle;
	double doubt;
	double right;
	double present;
	double evidence;
};

/**
 * struct leap_sight_known - palms of hands that are followed, @count of them
 */
struct leap_sight_known {
	unsigned int count;
	struct vec3 palm[LEAP_HANDS_MAX];
};

/**
 * leap_sight_width() - of the crop for a hand of @build, millimetres
 * As wide as the hand is large, so that all hands fill their crops alike and small ones
 * get finer pixels; within what the network was taught. The width needs not be told to
 * it: disparity in half widths does not depend on it.
 */
double leap_sight_width(const struct leap_build *build);

/** leap_sight_take() - look at @at; a mirrored look is for left hands */
void leap_sight_take(struct leap_gaze *gaze, const struct leap_stereo_frame *frame,
		     const struct leap_crop_place *at, struct leap_sight *ret_sight);

/**
 * leap_sight_home() - look at a place, then from where the hand is seen, until sure
 * @place: within some 150 mm of a palm
 * @turned: which way round to begin
 * @known: hands that are followed; given up when it leads to one of them
 *
 * Return: true when a hand is there; @ret_sight is then the last look at it.
 */
bool leap_sight_home(struct leap_gaze *gaze, const struct leap_stereo_frame *frame,
		     struct vec3 place, bool turned,
		     const struct leap_sight_known *known,
		     struct leap_sight *ret_sight);

/**
 * leap_sight_in_line() - whether two palms are seen in the same place
 * However far away each is: the same pixels are not two hands. Both are above the device.
 */
bool leap_sight_in_line(struct vec3 palm, struct vec3 other);

/** leap_sight_within_reach() - a place where a hand can be seen */
bool leap_sight_within_reach(struct vec3 place);

#endif /* LEAP_SIGHT_H */
