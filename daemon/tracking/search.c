// SPDX-License-Identifier: MIT
/*
 * Where to look for hands that are not followed yet, and how often that is worth it.
 * One thread at a time per search.
 */
#include "daemon/tracking/search.h"

#include <stdlib.h>
#include <string.h>

#define LIT 9 /* grey levels above the dark */
#define LIT_REACH 90.0 /* millimetres around a place */
#define FOCAL 132.0 /* pixels in a picture 640 columns wide */
#define ENDS_APART 60.0 /* millimetres: a region longer than a palm has two ends */
#define AROUND_FLESH 14.0 /* millimetres that are hidden with a hand */
#define AROUND_ARM 45.0 /* with its arm: sleeves are wide, and elbows are guessed */

/*
 * Looks are saved up while there is nothing to look at and spent when something comes:
 * a lamp or a face costs little in the long run, a new hand is found at once. What
 * rests may only use what is saved beyond the reserve.
 */
#define SAVED_MAX 40.0
#define RESERVE 16.0
#define AT_FIRST 8.0 /* for what rests, when nothing is known yet */
#define EARNED 0.1 /* by frame */
#define EARNED_BY_CHANGE 0.3
#define HOPE 8.0 /* when a hand was found */
#define LEAST 2.0 /* a look and another one in case it is promising */
#define IN_FRAME 6.0

#define CHANGED_LEVELS 10
#define CHANGED_CELLS 8

void leap_search_init(struct leap_search *search)
{
	memset(search, 0, sizeof(*search));
	search->saved = RESERVE + AT_FIRST;
}

void leap_search_see(struct leap_search *search, const struct leap_stereo_frame *frame)
{
	leap_cells_fill(&search->cells, frame);
}

static double cell_row(const struct leap_crop_optics *optics)
{
	return optics->mode.height / (double)LEAP_CELLS_HIGH;
}

/* Cells around the middle of what is seen at @place, @reach millimetres about. */
struct window {
	int left, right, top, bottom;
};

static bool see_window(const struct leap_search *search,
		       const struct leap_crop_optics *optics, struct vec3 place,
		       double reach, struct window *ret)
{
	int about = (int)(reach / place.y * FOCAL / LEAP_CELL_COLUMNS + 1), x, y;
	float pixel[2];

	if (!leap_crop_project(optics, LEAP_EYE_LEFT, place, pixel))
		return false;
	x = (int)(pixel[0] / LEAP_CELL_COLUMNS);
	y = (int)(pixel[1] / cell_row(optics));
	ret->left = x - about > 0 ? x - about : 0;
	ret->top = y - about > 0 ? y - about : 0;
	ret->right = x + about < search->cells.wide ? x + about
						    : search->cells.wide - 1;
	ret->bottom = y + about < LEAP_CELLS_HIGH ? y + about : LEAP_CELLS_HIGH - 1;
	return true;
}

void leap_search_hide(struct leap_search *search, const struct leap_crop_optics *optics,
		      const struct leap_skeleton *skeleton)
{
	for (int r = 0; r < LEAP_RODS; r++) {
		const struct leap_rod *rod = &skeleton->rod[r];
		double around = r == LEAP_ROD_ARM ? AROUND_ARM : AROUND_FLESH;

		for (int i = 0; i <= 12; i++) {
			struct vec3 p = vec3_lerp(rod->end[0], rod->end[1], i / 12.0);
			struct window w;

			if (p.y < 20 ||
			    !see_window(search, optics, p, rod->radius[1] + around, &w))
				continue;
			for (int row = w.top; row <= w.bottom; row++)
				for (int c = w.left; c <= w.right; c++)
					search->cells.taken[row][c] = 1;
		}
	}
}

/* Whether anything is brighter than the dark around where a place is seen. */
static bool is_lit(const struct leap_search *search,
		   const struct leap_crop_optics *optics, struct vec3 place)
{
	const struct leap_cells *cells = &search->cells;
	struct window w;

	if (!see_window(search, optics, place, LIT_REACH, &w))
		return false;
	for (int row = w.top; row <= w.bottom; row += 2)
		for (int c = w.left; c <= w.right; c += 2)
			if (!cells->taken[row][c] &&
			    cells->value[LEAP_EYE_LEFT][row][c] > cells->dark + LIT)
				return true;
	return false;
}

static void add(struct leap_search *s, enum leap_search_kind kind, struct vec3 place,
		bool turned)
{
	s->candidate[s->end[kind]++] = (struct leap_candidate){ place, turned };
}

/* What moved since the last search, hands that are followed apart. */
struct change {
	int cells;
	double column, row; /* its middle */
};

static struct change find_change(struct leap_search *search)
{
	const struct leap_cells *cells = &search->cells;
	struct change change = { 0 };

	for (int row = 0; row < LEAP_CELLS_HIGH; row++) {
		for (int c = 0; c < cells->wide; c++) {
			int now = cells->value[LEAP_EYE_LEFT][row][c];
			int by = abs(now - search->before[row][c]);
			bool hidden = cells->taken[row][c] || search->hidden[row][c];

			search->before[row][c] = (uint8_t)now;
			search->hidden[row][c] = cells->taken[row][c];
			if (by <= CHANGED_LEVELS || hidden)
				continue;
			change.cells++;
			change.column += c;
			change.row += row;
		}
	}
	if (change.cells < CHANGED_CELLS)
		return (struct change){ 0 };
	change.column /= change.cells;
	change.row /= change.cells;
	return change;
}

/* How far away it is, nobody knows yet: two places along the view. */
static void add_change(struct leap_search *search, const struct leap_camera *camera,
		       const struct leap_crop_optics *optics,
		       const struct change *change)
{
	static const double height[2] = { 160, 300 };
	double column = (change->column + 0.5) * LEAP_CELL_COLUMNS - 0.5, slope[2];
	double row = (change->row + 0.5) * cell_row(optics) - 0.5;

	if (!change->cells ||
	    !leap_camera_slope(camera, LEAP_EYE_LEFT, optics->mode, column, row, slope))
		return;
	for (int i = 0; i < 2; i++)
		add(search, LEAP_SEARCH_MOVED,
		    vec3(leap_camera_eye_x(camera, LEAP_EYE_LEFT) +
				 slope[0] * height[i],
			 height[i], slope[1] * height[i]),
		    search->far_side);
}

/* Of an arm from the far side the hand is the end that is nearer the user. */
static bool comes_turned(const struct leap_region *region)
{
	return region->place.z > region->other_place.z + ENDS_APART;
}

/* A region that moved is worth more than the middle of all change. */
static void add_moved(struct leap_search *search, const struct leap_region *region,
		      int regions, const struct change *change)
{
	for (int i = 0; i < regions && change->cells; i++) {
		const struct leap_region *r = &region[i];

		if (change->column < r->box[0] || change->column > r->box[2] ||
		    change->row < r->box[1] || change->row > r->box[3])
			continue;
		add(search, LEAP_SEARCH_MOVED, r->place, comes_turned(r));
		return;
	}
}

static void add_regions(struct leap_search *search, const struct leap_region *region,
			int regions)
{
	for (int i = 0; i < regions; i++) {
		const struct leap_region *r = &region[i];
		bool turned = comes_turned(r);

		add(search, LEAP_SEARCH_REGION, r->place, turned);
		if (vec3_distance(r->place, r->other_place) < ENDS_APART)
			continue;
		add(search, LEAP_SEARCH_REGION, r->other_place, turned);
		add(search, LEAP_SEARCH_REGION,
		    vec3_lerp(r->place, r->other_place, 0.5), turned);
	}
}

/* A grid comes last, for what regions do not part from behind it. */
static void add_grid(struct leap_search *search, const struct leap_crop_optics *optics)
{
	static const struct vec3 grid[LEAP_SEARCH_PLACES] = {
		{ 0, 220, 0 },	    { 0, 120, 0 },     { -150, 220, 60 },
		{ 150, 220, 60 },   { 0, 380, 0 },     { -150, 120, 0 },
		{ 150, 120, 0 },    { 0, 220, -100 },  { 0, 220, 100 },
		{ -150, 220, -80 }, { 150, 220, -80 }, { -160, 380, 0 },
		{ 160, 380, 0 },    { 0, 380, -160 },  { 0, 380, 160 },
		{ -160, 380, 160 }, { 160, 380, 160 }, { -160, 380, -160 },
		{ 160, 380, -160 },
	};

	for (int i = 0; i < LEAP_SEARCH_PLACES; i++)
		if (is_lit(search, optics, grid[i]))
			add(search, LEAP_SEARCH_GRID, grid[i], search->far_side);
}

static unsigned int begin_of(const struct leap_search *search,
			     enum leap_search_kind kind)
{
	return kind ? search->end[kind - 1] : 0;
}

static void begin_kind(struct leap_search *search, enum leap_search_kind kind)
{
	search->end[kind] = begin_of(search, kind);
}

void leap_search_gather(struct leap_search *search, const struct leap_camera *camera,
			const struct leap_crop_optics *optics, unsigned int frames)
{
	struct leap_region region[LEAP_REGIONS_MAX];
	struct change change = find_change(search);
	int regions;

	memset(search->end, 0, sizeof(search->end));
	search->next[LEAP_SEARCH_MOVED] = 0;
	search->saved += frames * (change.cells ? EARNED_BY_CHANGE : EARNED);
	search->saved = fmin(search->saved, SAVED_MAX);
	search->frame = IN_FRAME;
	if (search->saved < LEAST || (!change.cells && search->saved < RESERVE + LEAST))
		return;
	regions = leap_regions_find(&search->cells, camera, optics->mode, region);
	add_moved(search, region, regions, &change);
	add_change(search, camera, optics, &change);
	begin_kind(search, LEAP_SEARCH_REGION);
	add_regions(search, region, regions);
	begin_kind(search, LEAP_SEARCH_GRID);
	add_grid(search, optics);
}

/* The next one of a kind, round and round; false when there is none. */
static bool next_of(struct leap_search *search, enum leap_search_kind kind,
		    struct leap_candidate *ret_candidate)
{
	unsigned int begin = begin_of(search, kind), count = search->end[kind] - begin;

	if (count == 0)
		return false;
	*ret_candidate = search->candidate[begin + search->next[kind] % count];
	search->next[kind] = (search->next[kind] + 1) % count;
	return true;
}

bool leap_search_next(struct leap_search *search, struct leap_candidate *ret_candidate)
{
	if (search->frame < 1 || search->saved < LEAST)
		return false;
	if (search->next[LEAP_SEARCH_MOVED] < search->end[LEAP_SEARCH_MOVED]) {
		*ret_candidate = search->candidate[search->next[LEAP_SEARCH_MOVED]++];
		return true;
	}
	if (search->saved < RESERVE + LEAST)
		return false;
	search->turn = search->turn == LEAP_SEARCH_REGION ? LEAP_SEARCH_GRID
							  : LEAP_SEARCH_REGION;
	return next_of(search, search->turn, ret_candidate) ||
	       next_of(search, LEAP_SEARCH_REGION, ret_candidate) ||
	       next_of(search, LEAP_SEARCH_GRID, ret_candidate);
}

void leap_search_spend(struct leap_search *search, unsigned long looks)
{
	search->saved -= (double)looks;
	search->frame -= (double)looks;
}

void leap_search_hope(struct leap_search *search)
{
	search->saved = fmin(search->saved + HOPE, SAVED_MAX);
}
