// SPDX-License-Identifier: MIT
/*
 * Finds hands, follows each from frame to frame and lets go of it when it is gone.
 * A tracker belongs to one thread at a time.
 */
#include "daemon/tracking/tracker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/tracking/regions.h"
#include "daemon/tracking/sight.h"
#include "daemon/tracking/smooth.h"
#include "daemon/tracking/tools.h"

#define FRAME 0.0087 /* seconds, of the usual mode */
#define GAP_MAX 0.5 /* seconds after which nothing is known any more */

/* How long a hand that is not found is still reported where it was, seconds. */
#define HOLD 0.06
/* How long one that was lost is remembered, and how far it may have gone meanwhile. */
#define REMEMBER 0.6
#define REMEMBER_NEAR 160.0

/* Log odds. */
#define PRESENT_FOLLOW (-0.5)
#define DOUBT_PROBATION 23.0
#define DOUBT_FOLLOW 36.0 /* millimetres, at 250 mm and below; more beyond */

#define FAR_OFF 40.0 /* millimetres from where the palm was expected: look again */
#define CONFIRM 3 /* frames before a new hand is reported */
/* Until then, and a little longer, it has to look like one without a doubt. */
#define PROBATION 12
#define PRESENT_PROBATION 1.5
/* The mean over some frames below which a hand is given up. */
#define PRESENT_MEAN 1.0
#define PRESENT_SHARE 0.05 /* of a frame in it */

#define START_STEPS 14
#define FOLLOW_STEPS 4
/* From one frame to the next, in the usual mode. */
#define PLACE_SD 16.0
#define TURN_SD 0.16
#define ANGLE_SD 0.22

#define SIZE_INFORMATION 110.0 /* 1 / variance of the logarithm, over all people */
#define SIZE_GAIN 0.02 /* neighbouring frames tell much the same */
#define SIZE_INFORMATION_MAX 40000.0

/* Evidence for the chirality that is believed in, in log odds by frames. */
#define SIDE_MAX 25.0
#define SIDE_STEP 3.0
#define SIDE_DOUBT (-6.0)
#define OTHER_NEAR 150.0 /* another hand this near may be what is seen */

/* Palms of different hands are farther apart than this. */
#define SAME_SIDE_APART 60.0
#define OTHER_SIDE_APART 24.0

#define GRID 19
#define LIT 9 /* grey levels above the dark */
#define LIT_REACH 90.0 /* millimetres around a place */
#define LOOKS_IN_FRAME 6 /* of searching; a candidate more may be begun */

/*
 * Looks are saved up while there is nothing to look at and spent when something comes:
 * a lamp or a face costs little in the long run, a new hand is found at once.
 */
#define LOOKS_EARNED 0.7 /* by search */
#define LOOKS_EARNED_BY_CHANGE 2.5
#define LOOKS_SAVED 40.0
#define CHANGED_LEVELS 12
#define CHANGED_CELLS 12
#define SEARCH_EVERY 4 /* frames, for a second hand */
#define SEARCH_EVERY_EMPTY 2

/* Scenes of training show three palms for each back; log odds to turn that round. */
#define BACKS_LIKELIER 2.0

#define TURN_ROUND 0.35 /* along z, before a hand is looked at the other way round */

#define SMOOTHED (3 + 6 + LEAP_ANGLES + 1)

struct track {
	bool used;
	uint32_t id;
	struct leap_pose pose;
	struct leap_skeleton skeleton;
	struct vec3 velocity; /* mm/s */
	bool turned;
	double size_log;
	double size_information;
	double side; /* evidence for the chirality */
	double present; /* mean log odds of its being there */
	unsigned int age; /* frames */
	double unseen; /* seconds */
	double confidence;
	struct leap_smooth smooth[SMOOTHED];
	struct leap_tracked_hand hand;
};

/* A hand that was lost a moment ago. */
struct memory {
	bool used;
	uint32_t id;
	bool left;
	struct vec3 place;
	double size_log;
	double size_information;
	double ago; /* seconds */
};

struct leap_tracker {
	struct leap_camera camera;
	struct leap_gaze gaze;
	struct leap_cells cells;
	uint8_t before[LEAP_CELLS_HIGH][LEAP_CELLS_WIDE]; /* cells of the last search */
	struct track track[LEAP_HANDS_MAX];
	struct memory memory[LEAP_HANDS_MAX];
	struct leap_tools tools;
	uint32_t last_id;
	bool started;
	int64_t time_ns;
	unsigned int frames;
	unsigned int search_next; /* candidate that is tried next */
	double looks_saved;
	bool far_side; /* arms are expected from -z */
};

int leap_tracker_new(const struct leap_camera *camera,
		     struct leap_tracker **ret_tracker)
{
	struct leap_tracker *tracker = calloc(1, sizeof(*tracker));
	const void *weights;
	size_t size;
	int ret;

	if (!tracker)
		return -ENOMEM;
	weights = leap_network_weights(&size);
	ret = leap_network_new(weights, size, NULL, &tracker->gaze.network);
	if (ret < 0) {
		free(tracker);
		return ret;
	}
	tracker->camera = *camera;
	tracker->looks_saved = LOOKS_SAVED;
	*ret_tracker = tracker;
	return 0;
}

void leap_tracker_orient(struct leap_tracker *tracker, enum leap_mount mount,
			 bool far_side)
{
	tracker->gaze.backs = mount == LEAP_MOUNT_DESKTOP ? 0 : BACKS_LIKELIER;
	tracker->far_side = far_side;
}

void leap_tracker_free(struct leap_tracker *tracker)
{
	if (!tracker)
		return;
	leap_network_free(tracker->gaze.network);
	free(tracker);
}

static bool known_mode(const struct leap_stereo_frame *frame)
{
	return (frame->width == 640 || frame->width == 752) &&
	       (frame->height == 480 || frame->height == 240 || frame->height == 120);
}

static bool sound(const struct leap_pose *pose)
{
	double sum = pose->size;

	for (int i = 0; i < LEAP_ANGLES; i++)
		sum += fabs(pose->angle[i]);
	for (int i = 0; i < 3; i++)
		sum += vec3_length(pose->turn.row[i]);
	return isfinite(sum) && leap_sight_within_reach(pose->place);
}

/* A far hand is small in the picture. */
static double doubt_allowed(double doubt, struct vec3 place)
{
	return doubt * fmax(1, place.y / 250);
}

static void let_go(struct track *track)
{
	memset(track, 0, sizeof(*track));
}

static void remember(struct leap_tracker *tracker, const struct track *track)
{
	struct memory *oldest = &tracker->memory[0];

	if (track->age < CONFIRM)
		return;
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		struct memory *m = &tracker->memory[i];

		if (!m->used || (oldest->used && m->ago > oldest->ago))
			oldest = m;
	}
	*oldest = (struct memory){
		.used = true,
		.id = track->id,
		.left = track->pose.left,
		.place = track->pose.place,
		.size_log = track->size_log,
		.size_information = track->size_information,
		.ago = track->unseen,
	};
}

/* A hand that was lost nearby goes on being the same one. */
static void recall(struct leap_tracker *tracker, struct track *track)
{
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		struct memory *m = &tracker->memory[i];

		if (!m->used || m->left != track->pose.left ||
		    vec3_distance(m->place, track->pose.place) > REMEMBER_NEAR)
			continue;
		track->id = m->id;
		track->size_log = m->size_log;
		track->size_information = m->size_information;
		track->age = CONFIRM;
		m->used = false;
		return;
	}
}

static void forget(struct leap_tracker *tracker, double dt)
{
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		tracker->memory[i].ago += dt;
		if (tracker->memory[i].ago > REMEMBER)
			tracker->memory[i].used = false;
	}
}

static const struct track *other_hand(const struct leap_tracker *tracker,
				      const struct track *track)
{
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		if (tracker->track[i].used && &tracker->track[i] != track)
			return &tracker->track[i];
	}
	return NULL;
}

static bool near_other(const struct leap_tracker *tracker, const struct track *track,
		       double distance)
{
	const struct track *other = other_hand(tracker, track);

	return other && vec3_distance(other->pose.place, track->pose.place) < distance;
}

static void learn_size(struct track *track, const struct leap_fit_result *result)
{
	double known = track->size_information, told = result->size_information;
	double fitted = log(track->pose.size), alone, gain;

	if (!(told > 1))
		return;
	/* The fit lies between belief and sightings by their information. */
	alone = fitted + (fitted - track->size_log) * known / told;
	gain = SIZE_GAIN * told;
	track->size_log += gain / (known + gain) * (alone - track->size_log);
	track->size_information = fmin(known + gain, SIZE_INFORMATION_MAX);
}

static void choose_way_round(struct track *track)
{
	double z = leap_skeleton_direction(&track->pose).z;

	if (z > TURN_ROUND)
		track->turned = true;
	else if (z < -TURN_ROUND)
		track->turned = false;
}

static struct leap_crop_place place_of(const struct track *track, struct vec3 anchor)
{
	return (struct leap_crop_place){ anchor, LEAP_SIGHT_WIDTH, track->pose.left,
					 track->turned };
}

static void look(struct leap_tracker *tracker, const struct leap_stereo_frame *frame,
		 const struct track *track, struct vec3 anchor, struct leap_sight *ret)
{
	struct leap_crop_place at = place_of(track, anchor);

	leap_sight_take(&tracker->gaze, frame, &at, ret);
	if (!leap_sight_within_reach(ret->palm) ||
	    vec3_distance(ret->palm, anchor) < FAR_OFF)
		return;
	at.anchor = ret->palm;
	leap_sight_take(&tracker->gaze, frame, &at, ret);
}

/* Looks for the other chirality when what is seen speaks against the one believed in. */
static void weigh_side(struct leap_tracker *tracker,
		       const struct leap_stereo_frame *frame, struct track *track,
		       const struct leap_sight *sight)
{
	struct leap_crop_place at = place_of(track, sight->palm);
	struct leap_fit_belief belief = {
		.size_log = track->size_log,
		.size_information = track->size_information,
	};
	struct leap_fit_result result;
	struct leap_sight other;

	if (near_other(tracker, track, OTHER_NEAR))
		return;
	track->side += fmin(fmax(sight->right, -SIDE_STEP), SIDE_STEP);
	track->side = fmin(track->side, SIDE_MAX);
	if (track->side > SIDE_DOUBT)
		return;
	at.mirrored = !at.mirrored;
	leap_sight_take(&tracker->gaze, frame, &at, &other);
	track->side = SIDE_DOUBT / 2;
	if (other.right < sight->right || other.present < PRESENT_FOLLOW)
		return;
	leap_fit_guess(other.seen, at.mirrored, track->pose.size, &track->pose);
	leap_fit_pose(other.seen, &belief, START_STEPS, &track->pose, &result);
	track->side = SIDE_STEP;
	memset(track->smooth, 0, sizeof(track->smooth));
}

static double trust(const struct leap_sight *sight)
{
	double there = 1 / (1 + exp(-sight->present));

	return there * exp(-sight->doubt / 40);
}

static bool is_still_there(struct track *track, const struct leap_sight *sight)
{
	bool new = track->age < PROBATION;
	double doubt = new ? DOUBT_PROBATION : DOUBT_FOLLOW;

	track->present += PRESENT_SHARE * (fmin(sight->present, 5) - track->present);
	return leap_sight_within_reach(sight->palm) &&
	       sight->present > (new ? PRESENT_PROBATION : PRESENT_FOLLOW) &&
	       track->present > PRESENT_MEAN &&
	       sight->doubt < doubt_allowed(doubt, sight->palm);
}

static bool follow(struct leap_tracker *tracker, const struct leap_stereo_frame *frame,
		   struct track *track, double dt)
{
	double steps = sqrt(fmax(1, dt / FRAME));
	struct leap_pose expected = track->pose;
	struct leap_fit_belief belief = {
		.near = &expected,
		.place_sd = PLACE_SD * steps,
		.turn_sd = TURN_SD * steps,
		.angle_sd = ANGLE_SD * steps,
		.size_log = track->size_log,
		.size_information = track->size_information,
	};
	struct leap_fit_result result;
	struct leap_sight sight;
	struct leap_pose pose;
	struct vec3 velocity;

	expected.place = vec3_madd(expected.place, dt, track->velocity);
	if (!leap_sight_within_reach(expected.place))
		expected.place = track->pose.place;
	look(tracker, frame, track, expected.place, &sight);
	if (!is_still_there(track, &sight))
		return false;
	leap_sight_widen(&tracker->gaze, frame, &sight);
	pose = expected;
	leap_fit_pose(sight.seen, &belief, FOLLOW_STEPS, &pose, &result);
	if (!sound(&pose))
		return false;
	velocity = vec3_scale(vec3_sub(pose.place, track->pose.place), 1 / dt);
	track->velocity = vec3_lerp(track->velocity, velocity, track->age ? 0.4 : 0);
	track->pose = pose;
	learn_size(track, &result);
	track->confidence += 0.2 * (trust(&sight) - track->confidence);
	track->age++;
	weigh_side(tracker, frame, track, &sight);
	choose_way_round(track);
	leap_skeleton_pose(&track->pose, &track->skeleton);
	return true;
}

static struct track *free_track(struct leap_tracker *tracker)
{
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		if (!tracker->track[i].used)
			return &tracker->track[i];
	}
	return NULL;
}

static bool is_followed(const struct leap_tracker *tracker, struct vec3 place,
			bool left)
{
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		const struct track *track = &tracker->track[i];
		double apart = track->pose.left == left ? SAME_SIDE_APART
							: OTHER_SIDE_APART;

		if (track->used && vec3_distance(track->pose.place, place) < apart)
			return true;
	}
	return false;
}

static bool begin_track(struct leap_tracker *tracker, struct track *track,
			const struct leap_sight *sight)
{
	struct leap_fit_belief belief = { .size_information = SIZE_INFORMATION };
	struct leap_fit_result result;
	struct leap_pose pose;

	leap_fit_guess(sight->seen, sight->at.mirrored, 1, &pose);
	leap_fit_pose(sight->seen, &belief, START_STEPS, &pose, &result);
	if (!sound(&pose) || is_followed(tracker, pose.place, pose.left))
		return false;
	let_go(track);
	track->used = true;
	track->pose = pose;
	track->turned = sight->at.turned;
	track->size_information = SIZE_INFORMATION;
	track->side = fmin(fmax(sight->right, -SIDE_STEP), SIDE_STEP);
	track->confidence = trust(sight);
	track->present = fmin(sight->present, 5);
	recall(tracker, track);
	if (!track->id)
		track->id = ++tracker->last_id;
	choose_way_round(track);
	leap_skeleton_pose(&track->pose, &track->skeleton);
	return true;
}

/* Marks the cells in which a followed hand and its arm are seen. */
static void take_cells(struct leap_tracker *tracker, const struct track *track)
{
	struct leap_sensor_mode mode = tracker->gaze.optics.mode;
	double cell_row = mode.height / (double)LEAP_CELLS_HIGH;
	struct leap_cells *cells = &tracker->cells;

	for (int r = 0; r < LEAP_RODS; r++) {
		const struct leap_rod *rod = &track->skeleton.rod[r];

		for (int i = 0; i <= 12; i++) {
			struct vec3 p = vec3_lerp(rod->end[0], rod->end[1], i / 12.0);
			double radius = rod->radius[1] + 14;
			float pixel[2];
			int reach, x, y;

			if (p.y < 20 || !leap_crop_project(&tracker->gaze.optics,
							   LEAP_EYE_LEFT, p, pixel))
				continue;
			reach = (int)(radius / p.y * 132 / LEAP_CELL_COLUMNS + 1);
			x = (int)(pixel[0] / LEAP_CELL_COLUMNS);
			y = (int)(pixel[1] / cell_row);
			for (int v = y - reach; v <= y + reach; v++) {
				for (int u = x - reach; u <= x + reach; u++) {
					if (v >= 0 && v < LEAP_CELLS_HIGH && u >= 0 &&
					    u < cells->wide)
						cells->taken[v][u] = 1;
				}
			}
		}
	}
}

struct candidates {
	unsigned int count;
	struct candidate {
		struct vec3 place;
		bool turned;
	} at[3 * LEAP_REGIONS_MAX + GRID];
};

static void add_candidate(struct candidates *c, struct vec3 place, bool turned)
{
	c->at[c->count++] = (struct candidate){ place, turned };
}

/* Whether anything is brighter than the dark around where a place is seen. */
static bool is_lit(const struct leap_tracker *tracker, struct vec3 place)
{
	const struct leap_crop_optics *optics = &tracker->gaze.optics;
	double cell_row = optics->mode.height / (double)LEAP_CELLS_HIGH;
	const struct leap_cells *cells = &tracker->cells;
	int reach = (int)(LIT_REACH / place.y * 132 / LEAP_CELL_COLUMNS) + 1;
	float pixel[2];
	int x, y;

	if (!leap_crop_project(optics, LEAP_EYE_LEFT, place, pixel))
		return false;
	x = (int)(pixel[0] / LEAP_CELL_COLUMNS);
	y = (int)(pixel[1] / cell_row);
	for (int v = y - reach; v <= y + reach; v += 2)
		for (int u = x - reach; u <= x + reach; u += 2)
			if (v >= 0 && v < LEAP_CELLS_HIGH && u >= 0 &&
			    u < cells->wide && !cells->taken[v][u] &&
			    cells->value[LEAP_EYE_LEFT][v][u] > cells->dark + LIT)
				return true;
	return false;
}

/* Bright regions first; then a grid, for what regions do not part from behind it. */
static void gather(struct leap_tracker *tracker, struct candidates *c)
{
	static const struct vec3 grid[GRID] = {
		{ 0, 220, 0 },	    { 0, 120, 0 },     { -150, 220, 60 },
		{ 150, 220, 60 },   { 0, 380, 0 },     { -150, 120, 0 },
		{ 150, 120, 0 },    { 0, 220, -100 },  { 0, 220, 100 },
		{ -150, 220, -80 }, { 150, 220, -80 }, { -160, 380, 0 },
		{ 160, 380, 0 },    { 0, 380, -160 },  { 0, 380, 160 },
		{ -160, 380, 160 }, { 160, 380, 160 }, { -160, 380, -160 },
		{ 160, 380, -160 },
	};
	struct leap_region region[LEAP_REGIONS_MAX];
	int regions = leap_regions_find(&tracker->cells, &tracker->camera,
					tracker->gaze.optics.mode, region);

	for (int i = 0; i < regions; i++) {
		const struct leap_region *r = &region[i];
		bool turned = r->place.z > r->other_place.z + 60;

		add_candidate(c, r->place, turned);
		if (vec3_distance(r->place, r->other_place) < 60)
			continue;
		add_candidate(c, r->other_place, turned);
		add_candidate(c, vec3_lerp(r->place, r->other_place, 0.5), turned);
	}
	for (int i = 0; i < GRID; i++)
		if (is_lit(tracker, grid[i]))
			add_candidate(c, grid[i], tracker->far_side);
}

/* A few candidates in each frame, as far as what was saved goes. */
static void try_candidates(struct leap_tracker *tracker,
			   const struct leap_stereo_frame *frame,
			   const struct candidates *c)
{
	unsigned long until = tracker->gaze.looks + LOOKS_IN_FRAME;

	if (tracker->search_next >= c->count)
		tracker->search_next = 0;
	while (tracker->gaze.looks < until && tracker->search_next < c->count) {
		const struct candidate *at = &c->at[tracker->search_next++];
		struct track *track = free_track(tracker);
		struct leap_sight sight;

		if (!track)
			return;
		if (leap_sight_home(&tracker->gaze, frame, at->place, at->turned,
				    &sight) &&
		    begin_track(tracker, track, &sight))
			tracker->search_next = 0;
	}
}

/* Whether something moved since the last search. */
static bool has_changed(struct leap_tracker *tracker)
{
	const struct leap_cells *cells = &tracker->cells;
	int changed = 0;

	for (int row = 0; row < LEAP_CELLS_HIGH; row++) {
		for (int c = 0; c < cells->wide; c++) {
			int now = cells->value[LEAP_EYE_LEFT][row][c];

			changed += abs(now - tracker->before[row][c]) > CHANGED_LEVELS;
			tracker->before[row][c] = (uint8_t)now;
		}
	}
	return changed >= CHANGED_CELLS;
}

static void find_new_hands(struct leap_tracker *tracker,
			   const struct leap_stereo_frame *frame)
{
	unsigned long before = tracker->gaze.looks;
	struct candidates c = { 0 };

	leap_cells_fill(&tracker->cells, frame);
	tracker->looks_saved += has_changed(tracker) ? LOOKS_EARNED_BY_CHANGE
						     : LOOKS_EARNED;
	tracker->looks_saved = fmin(tracker->looks_saved, LOOKS_SAVED);
	if (tracker->looks_saved < LOOKS_IN_FRAME)
		return;
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		if (tracker->track[i].used)
			take_cells(tracker, &tracker->track[i]);
	}
	gather(tracker, &c);
	try_candidates(tracker, frame, &c);
	tracker->looks_saved -= (double)(tracker->gaze.looks - before);
}

/* A turn is filtered as the components of two of its axes. */
static void smooth_pose(struct track *track, double dt, struct leap_pose *pose)
{
	static const struct leap_smoothing for_place = { 4.0, 0.04 };
	static const struct leap_smoothing for_turn = { 4.0, 5.0 };
	static const struct leap_smoothing for_angle = { 3.5, 3.5 };
	static const struct leap_smoothing for_size = { 0.5, 0 };
	struct leap_smooth *s = track->smooth;
	double *place[3] = { &pose->place.x, &pose->place.y, &pose->place.z };
	double *axis[6] = { &pose->turn.row[1].x, &pose->turn.row[1].y,
			    &pose->turn.row[1].z, &pose->turn.row[2].x,
			    &pose->turn.row[2].y, &pose->turn.row[2].z };

	for (int i = 0; i < 3; i++)
		*place[i] = leap_smooth_next(s++, &for_place, *place[i], dt);
	for (int i = 0; i < 6; i++)
		*axis[i] = leap_smooth_next(s++, &for_turn, *axis[i], dt);
	for (int i = 0; i < LEAP_ANGLES; i++)
		pose->angle[i] = leap_smooth_next(s++, &for_angle, pose->angle[i], dt);
	pose->size = leap_smooth_next(s++, &for_size, pose->size, dt);
	pose->turn = leap_skeleton_axes(vec3_scale(pose->turn.row[2], -1),
					vec3_scale(pose->turn.row[1], -1));
}

static void describe(struct track *track, double dt)
{
	struct leap_tracked_hand *hand = &track->hand;
	struct leap_pose pose = track->pose;
	struct leap_skeleton skeleton;

	smooth_pose(track, dt, &pose);
	leap_skeleton_pose(&pose, &skeleton);
	hand->track = track->id;
	hand->left = pose.left;
	hand->confidence = fmin(1, track->confidence);
	hand->palm = pose.place;
	hand->normal = leap_skeleton_normal(&pose);
	hand->direction = leap_skeleton_direction(&pose);
	memcpy(hand->joint, skeleton.joint, sizeof(hand->joint));
	hand->wrist = skeleton.wrist;
	hand->elbow = skeleton.elbow;
	hand->palm_width = leap_skeleton_palm_width(pose.size);
}

static void report(const struct leap_tracker *tracker, struct leap_hands *ret_hands)
{
	ret_hands->count = 0;
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		const struct track *track = &tracker->track[i];

		if (track->used && track->age >= CONFIRM && track->hand.track)
			ret_hands->hand[ret_hands->count++] = track->hand;
	}
	leap_tools_report(&tracker->tools, ret_hands);
}

static void start_afresh(struct leap_tracker *tracker)
{
	for (int i = 0; i < LEAP_HANDS_MAX; i++)
		let_go(&tracker->track[i]);
	memset(tracker->memory, 0, sizeof(tracker->memory));
	memset(tracker->tools.track, 0, sizeof(tracker->tools.track));
	tracker->started = false;
}

/* Two tracks of one hand: the younger goes. */
static void part_hands(struct leap_tracker *tracker)
{
	struct track *a = &tracker->track[0], *b = &tracker->track[1];
	double apart;

	if (!a->used || !b->used)
		return;
	apart = a->pose.left == b->pose.left ? SAME_SIDE_APART : OTHER_SIDE_APART;
	if (vec3_distance(a->pose.place, b->pose.place) >= apart)
		return;
	let_go(a->age < b->age ? a : b);
}

static void follow_all(struct leap_tracker *tracker,
		       const struct leap_stereo_frame *frame, double dt)
{
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		struct track *track = &tracker->track[i];

		if (!track->used)
			continue;
		if (follow(tracker, frame, track, dt + track->unseen)) {
			track->unseen = 0;
			continue;
		}
		track->unseen += dt;
		track->confidence *= 0.8;
		if (track->unseen > HOLD || track->age < CONFIRM) {
			remember(tracker, track);
			let_go(track);
		}
	}
	part_hands(tracker);
}

/* A second hand may come a little later; a first one is looked for all the time. */
static bool search_is_due(struct leap_tracker *tracker)
{
	unsigned int every = other_hand(tracker, NULL) ? SEARCH_EVERY
						       : SEARCH_EVERY_EMPTY;

	return free_track(tracker) && tracker->frames % every == 0;
}

static void keep_time(struct leap_tracker *tracker,
		      const struct leap_stereo_frame *frame, double *ret_dt)
{
	double dt = (frame->time_ns - tracker->time_ns) * 1e-9;

	if (tracker->started && (dt < 0 || dt > GAP_MAX))
		start_afresh(tracker);
	*ret_dt = tracker->started ? fmax(dt, 1e-4) : FRAME;
	tracker->started = true;
	tracker->time_ns = frame->time_ns;
	tracker->frames++;
	forget(tracker, *ret_dt);
}

static void follow_tools(struct leap_tracker *tracker,
			 const struct leap_stereo_frame *frame, double dt)
{
	struct leap_tool_hand hands[LEAP_HANDS_MAX];
	unsigned int count = 0;

	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		const struct track *track = &tracker->track[i];

		if (track->used && track->age >= CONFIRM && track->unseen <= 0)
			hands[count++] =
				(struct leap_tool_hand){ track->id, &track->skeleton };
	}
	leap_tools_update(&tracker->tools, &tracker->gaze.optics, frame, hands, count,
			  dt);
}

int leap_tracker_update(struct leap_tracker *tracker,
			const struct leap_stereo_frame *frame,
			struct leap_hands *ret_hands)
{
	struct leap_sensor_mode mode = { frame->width, frame->height };
	struct leap_sensor_mode *known = &tracker->gaze.optics.mode;
	double dt;

	memset(ret_hands, 0, sizeof(*ret_hands));
	ret_hands->time_ns = frame->time_ns;
	if (!known_mode(frame))
		return -EINVAL;
	if (frame->damaged) {
		report(tracker, ret_hands);
		return 0;
	}
	if (known->width != mode.width || known->height != mode.height)
		leap_crop_optics_init(&tracker->camera, mode, &tracker->gaze.optics);
	keep_time(tracker, frame, &dt);
	follow_all(tracker, frame, dt);
	if (search_is_due(tracker))
		find_new_hands(tracker, frame);
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		struct track *track = &tracker->track[i];

		if (track->used && track->age > 0 && track->unseen <= 0)
			describe(track, dt);
	}
	follow_tools(tracker, frame, dt);
	report(tracker, ret_hands);
	return 0;
}
