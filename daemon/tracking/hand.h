/* SPDX-License-Identifier: MIT */
/*
 * What the tracker says about a picture: hands as joints in Leap coordinates.
 * The contract from tracking to motion; plain values, owned by whoever holds them.
 */
#ifndef LEAP_HAND_H
#define LEAP_HAND_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/tracking/vec.h"

#define LEAP_HANDS_MAX 2
#define LEAP_TOOLS_MAX LEAP_HANDS_MAX
#define LEAP_FINGERS 5

enum leap_finger_type {
	LEAP_THUMB,
	LEAP_INDEX,
	LEAP_MIDDLE,
	LEAP_RING,
	LEAP_PINKY,
};

/* Joints from the wrist outwards. The thumb has no metacarpal: its CARP == MCP. */
enum leap_joint {
	LEAP_CARP, /* base of the metacarpal */
	LEAP_MCP, /* knuckle */
	LEAP_PIP,
	LEAP_DIP,
	LEAP_BTIP, /* end of the distal bone */
	LEAP_JOINTS,
};

/**
 * struct leap_tracked_hand - one hand in one frame
 * @track: identity; the same number while the tracker follows the same hand, never
 *	used again for another
 * @left: chirality
 * @confidence: 0..1, the share of hands seen as surely as this one whose joints are
 *	within 10 mm of the truth on average: by the network's own reckoning of its error,
 *	measured on simulated hands (`make bench-tracking` prints both)
 * @palm: centre of the palm. Definition of the original service, measured on its
 *	recordings: from the mean of the four finger knuckles 15.6 mm back along
 *	-direction, 1.3 mm towards the palm normal, 7.9 mm towards the thumb, for a
 *	middle finger of 69.3 mm, scaled with that length. It is half believed where it
 *	is seen, so that the joints may have it a millimetre or two away
 * @normal: unit, out of the palm
 * @direction: unit, palm towards the fingers; perpendicular to @normal
 * @joint: by finger and joint
 * @wrist: centre of the wrist
 * @elbow: estimated where unseen
 * @palm_width: millimetres, of the flat hand
 */
struct leap_tracked_hand {
	uint32_t track;
	bool left;
	double confidence;
	struct vec3 palm;
	struct vec3 normal;
	struct vec3 direction;
	struct vec3 joint[LEAP_FINGERS][LEAP_JOINTS];
	struct vec3 wrist;
	struct vec3 elbow;
	double palm_width;
};

/**
 * struct leap_tracked_tool - a thing longer, thinner and straighter than a finger
 * A pen or a stick; as a rule in a hand, which is then tracked too and is in the frame.
 * @track: identity, as of hands; tools are numbered apart from hands
 * @held: a tracked hand holds it
 * @hand: the track of that hand, if @held; a hand that is in no hands of the frame
 *	counts as none
 * @confidence: 0..1, how well a tool explains the pixels
 * @tip: centre of the far end's cap, as the tip of a finger is
 * @direction: unit, along the tool from the hand to the tip
 * @length: millimetres, of the part that sticks out of the hand; all that is seen of
 *	a tool that nobody holds
 * @width: millimetres, mean over that length
 */
struct leap_tracked_tool {
	uint32_t track;
	bool held;
	uint32_t hand;
	double confidence;
	struct vec3 tip;
	struct vec3 direction;
	double length;
	double width;
};

/** struct leap_hands - all hands and tools of one frame, in no particular order */
struct leap_hands {
	int64_t time_ns;
	unsigned int count;
	struct leap_tracked_hand hand[LEAP_HANDS_MAX];
	unsigned int tool_count;
	struct leap_tracked_tool tool[LEAP_TOOLS_MAX];
};

#endif /* LEAP_HAND_H */
