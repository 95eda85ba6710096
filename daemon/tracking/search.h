/* SPDX-License-Identifier: MIT */
/*
 * Where to look for hands that are not followed yet, and how often that is worth it.
 * One thread at a time per search.
 */
#ifndef LEAP_SEARCH_H
#define LEAP_SEARCH_H

#include "daemon/tracking/crop.h"
#include "daemon/tracking/regions.h"
#include "daemon/tracking/skeleton.h"

#define LEAP_SEARCH_PLACES 19 /* of the grid */
#define LEAP_SEARCH_CANDIDATES (3 + 3 * LEAP_REGIONS_MAX + LEAP_SEARCH_PLACES)

/**
 * struct leap_candidate - a place where a hand may be
 * @place: within some 150 mm of it, if there is one
 * @turned: the arm comes from the far side
 */
struct leap_candidate {
	struct vec3 place;
	bool turned;
};

enum leap_search_kind {
	LEAP_SEARCH_MOVED,
	LEAP_SEARCH_REGION,
	LEAP_SEARCH_GRID,
	LEAP_SEARCH_KINDS,
};

/**
 * struct leap_search - the state of searching, all zero but @saved at the start
 * @cells: of the frame at hand
 * @before: cells of the last search
 * @hidden: those of them where a hand was that was followed
 * @candidate: of this frame: where something moved, bright regions, the grid
 * @end: of each of the three in @candidate
 * @next: the next of each to be tried; regions and grid go round over many frames
 * @turn: which of those two is next
 * @far_side: arms are expected from there, -z; set by the tracker's owner
 * @saved: looks that may be spent
 * @frame: looks that may be spent in this frame
 */
struct leap_search {
	struct leap_cells cells;
	uint8_t before[LEAP_CELLS_HIGH][LEAP_CELLS_WIDE];
	uint8_t hidden[LEAP_CELLS_HIGH][LEAP_CELLS_WIDE];
	struct leap_candidate candidate[LEAP_SEARCH_CANDIDATES];
	unsigned int end[LEAP_SEARCH_KINDS];
	unsigned int next[LEAP_SEARCH_KINDS];
	enum leap_search_kind turn;
	bool far_side;
	double saved;
	double frame;
};

/** leap_search_init() - nothing seen, all looks saved */
void leap_search_init(struct leap_search *search);

/** leap_search_see() - take a look at the whole of a frame, coarsely */
void leap_search_see(struct leap_search *search, const struct leap_stereo_frame *frame);

/** leap_search_hide() - a hand that is followed: nothing is looked for where it is */
void leap_search_hide(struct leap_search *search, const struct leap_crop_optics *optics,
		      const struct leap_skeleton *skeleton);

/**
 * leap_search_gather() - what there is to try, after all hands are hidden
 * @frames: how many have gone by since the last search
 */
void leap_search_gather(struct leap_search *search, const struct leap_camera *camera,
			const struct leap_crop_optics *optics, unsigned int frames);

/**
 * leap_search_next() - the next place that is worth a look
 * Return: false when there is none, or too little saved for it.
 */
bool leap_search_next(struct leap_search *search, struct leap_candidate *ret_candidate);

/** leap_search_spend() - what trying the last candidate has cost, in looks */
void leap_search_spend(struct leap_search *search, unsigned long looks);

/** leap_search_hope() - a hand was found: another one may not be far */
void leap_search_hope(struct leap_search *search);

#endif /* LEAP_SEARCH_H */
