/* SPDX-License-Identifier: MIT */
/*
 * What a tracker made of every true hand in every frame, and questions about that.
 * One thread at a time per log.
 */
#ifndef LEAP_TRACK_RECORD_H
#define LEAP_TRACK_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/tracking/hand.h"
#include "sim/clip.h"

/* A hand is found when its palm is no farther off than this, millimetres. */
#define TRACK_NEAR 60.0

/* Frames of 0.3 seconds: what a tracker may take to make up its mind. */
#define TRACK_SETTLED 35

/**
 * struct track_record - one true hand in one frame
 * @kind: of the clip
 * @clip: its number
 * @frame: of the clip
 * @hand: 0 or 1
 * @distance: of the palm from the device, millimetres
 * @level: brightness of the picture around the palm
 * @pose: what its fingers did
 * @tilt: as of struct leap_sim_sample_hand
 * @squint: of the unit, radians either way
 * @in_view: nine tenths of its joints are in both pictures
 * @settled: and were for 0.3 seconds
 * @found: the tracker reported it; what follows is only then valid
 * @track: under which name
 * @right_side: with the right chirality
 * @confidence: as reported
 * @palm: error, millimetres
 * @joint: likewise, by finger and joint
 * @tip_visible: both eyes see the tip
 * @seen: where palm and tips were reported
 * @truth: where the palm was
 */
struct track_record {
	enum leap_sim_clip_kind kind;
	unsigned int clip;
	unsigned int frame;
	unsigned int hand;
	float distance;
	float level;
	enum leap_sim_pose pose;
	float tilt;
	float squint;
	bool in_view;
	bool settled;
	bool found;
	uint32_t track;
	bool right_side;
	float confidence;
	float palm;
	float joint[LEAP_FINGERS][LEAP_JOINTS];
	bool tip_visible[LEAP_FINGERS];
	struct vec3 seen_palm;
	struct vec3 seen_tip[LEAP_FINGERS];
	struct vec3 truth;
};

/** struct track_values - numbers to be ordered */
struct track_values {
	float *value;
	size_t count;
	size_t room;
};

/**
 * struct track_log - all records, and what belongs to no true hand
 * @extra: hands that were reported where there was none, by kind of clip
 * @frames: of each kind
 * @in_view_for: how many frames each hand of the running clip has been in view
 * @tools: true tools whose tips both eyes see and whose hands have been in view for
 *	0.3 seconds
 * @tools_found: of these, what was reported
 * @tools_extra: tools that were reported where there was none
 * @tool_tip: errors of the tips, millimetres
 * @tool_angle: of the directions, degrees
 * @tool_length: of the lengths, millimetres
 * @tool_width: likewise
 */
struct track_log {
	struct track_record *record;
	size_t count;
	size_t room;
	unsigned int extra[LEAP_SIM_CLIP_KINDS];
	unsigned int frames[LEAP_SIM_CLIP_KINDS];
	unsigned int in_view_for[LEAP_HANDS_MAX];
	unsigned int tools;
	unsigned int tools_found;
	unsigned int tools_extra;
	struct track_values tool_tip;
	struct track_values tool_angle;
	struct track_values tool_length;
	struct track_values tool_width;
};

/**
 * track_log_frame() - score one frame; frames of a clip come in order
 * @seen: what the tracker reported
 * @truth: what there was
 * @pixels: the picture
 */
void track_log_frame(struct track_log *log, enum leap_sim_clip_kind kind,
		     unsigned int clip, unsigned int frame,
		     const struct leap_hands *seen, const struct leap_sim_sample *truth,
		     const uint8_t *pixels);

/** track_log_free() - the records; the log is the caller's */
void track_log_free(struct track_log *log);

/** track_values_add() - ends the program when memory is short */
void track_values_add(struct track_values *values, double value);

/** track_values_share() - the value below which @share (0..1) of all are; NAN if none */
double track_values_share(struct track_values *values, double share);

/** track_values_free() - empty again */
void track_values_free(struct track_values *values);

#endif /* LEAP_TRACK_RECORD_H */
