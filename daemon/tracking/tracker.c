// SPDX-License-Identifier: MIT
/*
 * Finds hands, follows each from frame to frame and lets go of it when it is gone.
 * A tracker belongs to one thread at a time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/tracking/fit.h"
#include "daemon/tracking/regions.h"
#include "daemon/tracking/shadow.h"
#include "daemon/tracking/smooth.h"
#include "daemon/tracking/start.h"
#include "daemon/tracking/tracker.h"

#define N LEAP_PATCH
#define DEGREE (M_PI / 180)
#define FRAME 0.0087 /* seconds, of the usual mode */
#define GAP_MAX 0.5 /* seconds after which nothing is known any more */

/* How long a hand is kept that is not found, seconds. */
#define HOLD 0.06
#define PALM_SD 30.0
#define PALM_SD_BENT 16.0 /* while bent fingers do not hold it in its place */
#define SIZE_SD 0.07
#define SIZE_FROZEN_SD 0.002
#define SIZE_LOG_MAX 0.3 /* of a new hand, beside the average one */
/* What counts as explained. */
#define UNCOVERED_START 0.16
#define UNCOVERED_FOLLOW 0.30
#define STRAY_START 0.14
#define STRAY_FOLLOW 0.35
#define OFF_SURFACE_START 14.0
#define HEIGHT_MIN 35.0
#define HEIGHT_MAX 700.0
#define OTHER_HAND 300.0 /* nearer hands are kept apart pixel by pixel */

#define FOLLOW_STEPS 4
/* How far a joint or the hand turns from one frame to the next. */
#define FOLLOW_SD (9 * DEGREE)
/* How far from the palm towards the mean fingertip a patch is centred. */
#define FINGERS_SHARE 0.35
/* Fits that cost more than this have their fingers doubted, one in each frame. */
#define DOUBTFUL_COST 16.0
#define HAND_LENGTH 100.0 /* ends of a region that are nearer are the same hand */
#define TRIES_MAX 3 /* regions in one frame */
#define PAUSE_MAX 8 /* frames after a vain attempt */
#define SEARCH_EVERY 4 /* frames, for a second hand */
/* Frames between two looks at the other chirality, for a new and for an old hand. */
#define DOUBT_NEW 3
#define DOUBT_OLD 40
#define DOUBT_AGE 30
#define VOTE_MAX 8.0

/* Left or right, seen from the palm or from the back. */
#define SIDES 4

#define SMOOTHED (3 + 6 + LEAP_ANGLES + 1)

struct track {
	bool used;
	uint32_t id;
	struct leap_pose pose;
	struct leap_skeleton skeleton;
	struct vec3 velocity; /* mm/s */
	double size_weight; /* frames' worth of knowledge of the size */
	double vote[SIDES]; /* for what is believed, against each other possibility */
	unsigned int side; /* that is looked at next */
	bool doubted; /* the last look was against what is believed */
	unsigned int age; /* frames */
	double unseen; /* seconds */
	unsigned int finger; /* whose position is doubted next */
	double confidence;
	struct leap_smooth smooth[SMOOTHED];
	struct leap_tracked_hand hand;
};

struct leap_tracker {
	struct leap_camera camera;
	struct leap_view view;
	struct leap_cells cells;
	struct leap_patch patch[LEAP_EYES];
	struct leap_outline outline[LEAP_EYES];
	struct leap_depth_point point[LEAP_DEPTH_POINTS];
	struct leap_evidence evidence;
	uint8_t owner[LEAP_EYES][N][N];
	struct track track[LEAP_HANDS_MAX];
	uint32_t last_id;
	bool started;
	int64_t time_ns;
	unsigned int frames;
	double row_offset; /* slope by which the right eye's rows are displaced */
	double row_weight;
	unsigned int search_again; /* frame before which no new hand is looked for */
	unsigned int search_pause; /* frames, longer after each vain attempt */
};

int leap_tracker_new(const struct leap_camera *camera,
		     struct leap_tracker **ret_tracker)
{
	struct leap_tracker *tracker = calloc(1, sizeof(*tracker));

	if (!tracker)
		return -ENOMEM;
	tracker->camera = *camera;
	tracker->evidence.camera = &tracker->camera;
	tracker->evidence.patch = tracker->patch;
	tracker->evidence.outline = tracker->outline;
	tracker->evidence.point = tracker->point;
	*ret_tracker = tracker;
	return 0;
}

void leap_tracker_free(struct leap_tracker *tracker)
{
	free(tracker);
}

static bool known_mode(const struct leap_stereo_frame *frame)
{
	return (frame->width == 640 || frame->width == 752) &&
	       (frame->height == 480 || frame->height == 240 || frame->height == 120);
}

/* Pixels nearer to another hand that is followed belong to that one. */
static bool set_owners(struct leap_tracker *tracker, const struct track *track,
		       struct vec3 place)
{
	bool any = false;

	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		const struct track *other = &tracker->track[i];

		/* cppcheck-suppress nullPointerRedundantCheck ; track may be NULL */
		if (!other->used || other == track ||
		    vec3_distance(other->pose.place, place) > OTHER_HAND)
			continue;
		if (!any)
			memset(tracker->owner, 0, sizeof(tracker->owner));
		any = true;
		for (int eye = 0; eye < LEAP_EYES; eye++) {
			const struct leap_patch *patch = &tracker->patch[eye];
			double eye_x = leap_camera_eye_x(&tracker->camera, eye);
			struct leap_shadow theirs, mine;

			leap_shadow_cast(patch, eye_x, &other->skeleton, &theirs);
			if (track)
				leap_shadow_cast(patch, eye_x, &track->skeleton, &mine);
			leap_shadow_give(&theirs, track ? &mine : NULL,
					 tracker->owner[eye]);
		}
	}
	return any;
}

/* Cuts both patches around @place and collects what they tell. */
static bool look(struct leap_tracker *tracker, const struct leap_stereo_frame *frame,
		 const struct track *track, struct vec3 place)
{
	bool shared;

	for (int eye = 0; eye < LEAP_EYES; eye++)
		leap_patch_cut(&tracker->patch[eye], &tracker->view, &tracker->camera,
			       eye, frame, place,
			       (eye == LEAP_EYE_LEFT ? -0.5 : 0.5) *
				       tracker->row_offset);
	shared = set_owners(tracker, track, place);
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		if (!leap_patch_find_hand(
			    &tracker->patch[eye],
			    shared ? (const uint8_t(*)[N])tracker->owner[eye] : NULL))
			return false;
		leap_patch_measure(&tracker->patch[eye]);
		leap_outline_find(&tracker->patch[eye], &tracker->outline[eye]);
	}
	tracker->evidence.points =
		leap_depth_points(tracker->patch, &tracker->camera, tracker->point);
	leap_evidence_sample(&tracker->evidence);
	return true;
}

static void learn_row_offset(struct leap_tracker *tracker)
{
	double rows, share;

	if (!leap_depth_row_error(tracker->patch, &rows) || fabs(rows) > 3.9)
		return;
	tracker->row_weight = fmin(tracker->row_weight + 1, 30);
	share = 1 / tracker->row_weight;
	tracker->row_offset += share * rows * tracker->patch[0].step;
}

static bool sound(const struct leap_pose *pose)
{
	double sum = vec3_length(pose->place) + pose->size;

	for (int i = 0; i < LEAP_ANGLES; i++)
		sum += fabs(pose->angle[i]);
	for (int i = 0; i < 3; i++)
		sum += vec3_length(pose->turn.row[i]);
	return isfinite(sum) && pose->place.y > HEIGHT_MIN &&
	       pose->place.y < HEIGHT_MAX &&
	       fabs(pose->place.x) < 3 * pose->place.y + 100 &&
	       fabs(pose->place.z) < 3 * pose->place.y + 100;
}

static double explained(const struct leap_fit_quality *quality)
{
	double good = 1 - 1.6 * quality->uncovered - 1.2 * quality->stray -
		      fmax(0, quality->off_surface - 4) / 40;

	return fmax(0, fmin(1, good));
}

static void let_go(struct track *track)
{
	memset(track, 0, sizeof(*track));
}

/* A hand tells its size when its fingers are seen from end to end. */
static bool tells_size(const struct leap_tip_match *match)
{
	int seen = 0;

	for (int k = 0; k < LEAP_FINGERS; k++)
		seen += match->tip[k][0] >= 0 && match->tip[k][1] >= 0;
	return seen >= 4;
}

static bool stretched(const struct leap_pose *pose)
{
	double bend = 0;

	for (int k = 1; k < LEAP_FINGERS; k++)
		bend += pose->angle[LEAP_FINGER_ANGLE(k) + 2] / 4;
	return bend < 40 * DEGREE;
}

static struct leap_fit_prior size_prior(const struct track *track)
{
	struct leap_fit_prior prior = { .size = 1,
					.size_sd = SIZE_SD,
					.palm_sd = PALM_SD };

	if (track && track->size_weight > 0) {
		prior.size = track->pose.size;
		prior.size_sd = SIZE_SD / sqrt(1 + track->size_weight);
	}
	return prior;
}

/* Hands show their palms to the device rather than their backs. */
static double sceptical(double cost, bool palm_up)
{
	return palm_up ? 1.15 * cost + 2 : cost;
}

static bool is_palm_up(const struct leap_pose *pose)
{
	return leap_skeleton_normal(pose).y > 0;
}

/*
 * Whether the frame is explained better by the opposite hand, by the other side of the
 * hand, or by both; each is looked at in turn and votes over time.
 */
static void doubt_side(struct leap_tracker *tracker, struct track *track,
		       const struct leap_fit_quality *quality)
{
	bool soon = track->age < DOUBT_AGE || track->doubted;
	unsigned int every = soon ? DOUBT_NEW : DOUBT_OLD;
	struct leap_fit_prior prior = size_prior(track);
	unsigned int which = 1 + track->side % (SIDES - 1);
	bool up = is_palm_up(&track->pose);
	bool other_left = track->pose.left ^ (which & 1), other_up = up ^ (which >> 1);
	struct leap_fit_quality other;
	struct leap_pose pose;
	double vote;

	if (track->age % every)
		return;
	track->side++;
	if (!leap_start_pose(&tracker->evidence, other_left, other_up, &prior, &pose,
			     &other))
		return;
	vote = (sceptical(other.cost, other_up) - sceptical(quality->cost, up)) /
	       (0.15 * quality->cost + 4);
	track->doubted = vote < 0;
	track->vote[which] += fmax(-1.5, fmin(1.5, vote));
	track->vote[which] = fmin(track->vote[which], VOTE_MAX);
	if (track->vote[which] > -2 || !sound(&pose))
		return;
	track->pose = pose;
	memset(track->vote, 0, sizeof(track->vote));
	memset(track->smooth, 0, sizeof(track->smooth));
}

static struct leap_pose expected_pose(const struct track *track, double dt)
{
	struct leap_pose pose = track->pose;

	pose.place = vec3_madd(pose.place, dt, track->velocity);
	return pose;
}

/* Starts again from the outlines when following has lost the thread. */
static void find_again(struct leap_tracker *tracker, const struct track *track,
		       struct leap_pose *pose, struct leap_fit_quality *quality)
{
	struct leap_fit_prior prior = size_prior(track);
	bool up = is_palm_up(&track->pose);
	struct leap_fit_quality other;
	struct leap_pose fresh;

	if (!leap_start_pose(&tracker->evidence, track->pose.left, up, &prior, &fresh,
			     &other) ||
	    !sound(&fresh))
		return;
	if (other.cost < 0.8 * quality->cost) {
		*pose = fresh;
		*quality = other;
	}
}

static struct vec3 skeleton_centre(const struct leap_skeleton *skeleton,
				   struct vec3 palm)
{
	struct vec3 sum = vec3(0, 0, 0);

	for (int k = 0; k < LEAP_FINGERS; k++)
		sum = vec3_madd(sum, 1.0 / LEAP_FINGERS, skeleton->joint[k][LEAP_BTIP]);
	sum = vec3_scale(vec3_sub(sum, skeleton->pose.place), FINGERS_SHARE);
	return vec3_add(palm, vec3(sum.x, 0, sum.z));
}

static bool follow(struct leap_tracker *tracker, const struct leap_stereo_frame *frame,
		   struct track *track, double dt)
{
	struct leap_pose pose = expected_pose(track, dt), expected = pose;
	struct leap_fit_prior prior = size_prior(track);
	struct leap_fit_quality quality;
	struct leap_tip_match match;
	struct vec3 velocity;
	bool size_told;

	if (!look(tracker, frame, track, skeleton_centre(&track->skeleton, pose.place)))
		return false;
	prior.near = &expected;
	prior.angle_sd = prior.turn_sd = FOLLOW_SD * sqrt(fmax(1, dt / FRAME));
	leap_fit_match_tips(&tracker->evidence, &pose, 14, &match);
	size_told = tells_size(&match) && stretched(&pose);
	if (!size_told) {
		prior.size_sd = SIZE_FROZEN_SD;
		prior.palm_sd = PALM_SD_BENT;
	}
	leap_fit_all(&tracker->evidence, &match, &prior, FOLLOW_STEPS, &pose, &quality);
	if (quality.uncovered > 0.12 || quality.stray > 0.12)
		find_again(tracker, track, &pose, &quality);
	if (quality.cost > DOUBTFUL_COST || track->age % 8 == 0)
		leap_fit_finger(&tracker->evidence, &prior,
				track->finger++ % LEAP_FINGERS, &pose, &quality);
	if (!sound(&pose) || quality.uncovered > UNCOVERED_FOLLOW ||
	    quality.stray > STRAY_FOLLOW)
		return false;
	velocity = vec3_scale(vec3_sub(pose.place, track->pose.place), 1 / dt);
	track->velocity = vec3_lerp(track->velocity, velocity, track->age ? 0.5 : 0);
	track->pose = pose;
	if (size_told)
		track->size_weight =
			fmin(track->size_weight + 0.5 * explained(&quality), 400);
	track->confidence += 0.2 * (explained(&quality) - track->confidence);
	track->age++;
	if (tracker->row_weight < 5 || tracker->frames % 16 == 0)
		learn_row_offset(tracker);
	doubt_side(tracker, track, &quality);
	leap_skeleton_pose(&track->pose, &track->skeleton);
	return true;
}

/* Between the palm and the fingers, so that neither is cut off. */
static struct vec3 outline_centre(const struct leap_tracker *tracker, struct vec3 palm)
{
	const struct leap_outline *outline = &tracker->outline[LEAP_EYE_LEFT];
	double columns = 0, rows = 0, scale;

	for (int i = 0; i < outline->tips; i++) {
		columns += outline->tip[i].pad[0] - outline->palm[0];
		rows += outline->tip[i].pad[1] - outline->palm[1];
	}
	if (!outline->tips)
		return palm;
	scale = FINGERS_SHARE / outline->tips * tracker->patch[0].step * palm.y;
	return vec3_add(palm, vec3(-columns * scale, 0, rows * scale));
}

/* Twice: the second time with the palm in the middle. */
static bool centre_on(struct leap_tracker *tracker,
		      const struct leap_stereo_frame *frame, struct vec3 place)
{
	for (int i = 0; i < 2; i++) {
		if (!look(tracker, frame, NULL, place) ||
		    !leap_start_place(&tracker->evidence, &place) ||
		    place.y < HEIGHT_MIN || place.y > HEIGHT_MAX)
			return false;
		place = outline_centre(tracker, place);
		if (tracker->row_weight < 5)
			learn_row_offset(tracker);
	}
	return look(tracker, frame, NULL, place);
}

/* The end of the region that looks like a hand: where more sticks out. */
static bool centre_on_end(struct leap_tracker *tracker,
			  const struct leap_stereo_frame *frame,
			  const struct leap_region *region)
{
	bool there = centre_on(tracker, frame, region->place);

	if ((there && tracker->outline[0].tips >= 3) ||
	    vec3_distance(region->place, region->other_place) < HAND_LENGTH)
		return there;
	if (centre_on(tracker, frame, region->other_place) &&
	    tracker->outline[0].tips >= 3)
		return true;
	return there && centre_on(tracker, frame, region->place);
}

static bool acceptable(const struct leap_fit_quality *quality,
		       const struct leap_pose *pose)
{
	return quality->uncovered < UNCOVERED_START && quality->stray < STRAY_START &&
	       quality->off_surface < OFF_SURFACE_START &&
	       fabs(log(pose->size)) < SIZE_LOG_MAX;
}

static bool begin_track(struct leap_tracker *tracker, struct track *track)
{
	struct leap_fit_prior prior = size_prior(NULL);
	struct leap_fit_quality best_quality = { 0 };
	struct leap_pose best = { 0 };
	double least = INFINITY;

	for (int side = 0; side < SIDES; side++) {
		bool up = side >> 1;
		struct leap_fit_quality quality;
		struct leap_pose pose;

		if (!leap_start_pose(&tracker->evidence, side & 1, up, &prior, &pose,
				     &quality) ||
		    sceptical(quality.cost, up) >= least)
			continue;
		least = sceptical(quality.cost, up);
		best_quality = quality;
		best = pose;
	}
	if (!isfinite(least) || !acceptable(&best_quality, &best) || !sound(&best))
		return false;
	let_go(track);
	track->used = true;
	track->id = ++tracker->last_id;
	track->pose = best;
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

/* Marks the cells in which a followed hand and its arm are seen. */
static void take_cells(struct leap_tracker *tracker, const struct track *track)
{
	struct leap_cells *cells = &tracker->cells;
	double cell_row = tracker->view.mode.height / (double)LEAP_CELLS_HIGH;

	for (int r = 0; r < LEAP_RODS; r++) {
		const struct leap_rod *rod = &track->skeleton.rod[r];

		for (int i = 0; i <= 12; i++) {
			struct vec3 p = vec3_lerp(
				rod->end[0], rod->end[1],
				i / 12.0 * (r == LEAP_ROD_ARM ? LEAP_ARM_BEYOND : 1));
			double radius = rod->radius[1] + 14, pixel[2];
			int reach, x, y;

			if (p.y < 20 ||
			    !leap_camera_project(&tracker->camera, LEAP_EYE_LEFT,
						 tracker->view.mode, p, pixel))
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

static bool is_any_followed(const struct leap_tracker *tracker)
{
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		if (tracker->track[i].used)
			return true;
	}
	return false;
}

static bool is_followed(const struct leap_tracker *tracker, struct vec3 place)
{
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		const struct track *track = &tracker->track[i];

		if (track->used && vec3_distance(track->pose.place, place) < 70)
			return true;
	}
	return false;
}

/* Whether a region lies where the arm of a hand that is followed goes on. */
static bool is_arm(const struct leap_tracker *tracker, const struct leap_region *region)
{
	double cell_row = tracker->view.mode.height / (double)LEAP_CELLS_HIGH;

	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		const struct leap_skeleton *s = &tracker->track[i].skeleton;
		double wrist[2], elbow[2], x, y, dx, dy, length, along, aside, width;

		if (!tracker->track[i].used || s->wrist.y < 20 ||
		    !leap_camera_project(&tracker->camera, LEAP_EYE_LEFT,
					 tracker->view.mode, s->wrist, wrist) ||
		    !leap_camera_project(&tracker->camera, LEAP_EYE_LEFT,
					 tracker->view.mode, s->elbow, elbow))
			continue;
		dx = (elbow[0] - wrist[0]) / LEAP_CELL_COLUMNS;
		dy = (elbow[1] - wrist[1]) / cell_row;
		x = region->middle[0] - wrist[0] / LEAP_CELL_COLUMNS;
		y = region->middle[1] - wrist[1] / cell_row;
		length = hypot(dx, dy) + 1e-6;
		along = (x * dx + y * dy) / length;
		aside = fabs(x * dy - y * dx) / length;
		width = 60 / s->wrist.y * 132 / LEAP_CELL_COLUMNS;
		if (along > 0 && aside < width + 0.4 * along)
			return true;
	}
	return false;
}

/* Returns whether there was something to look at; it may have been no hand. */
static bool try_region(struct leap_tracker *tracker,
		       const struct leap_stereo_frame *frame,
		       const struct leap_region *region, bool *ret_found)
{
	struct track *track = free_track(tracker);
	struct vec3 place;

	if (!track || is_arm(tracker, region) || is_followed(tracker, region->place))
		return false;
	if (centre_on_end(tracker, frame, region) &&
	    leap_start_place(&tracker->evidence, &place) &&
	    !is_followed(tracker, place) && begin_track(tracker, track))
		*ret_found = true;
	return true;
}

/*
 * Attempts that fail, at a lamp or a face, are repeated ever less often: they cost much
 * more than following a hand does.
 */
static void find_new_hands(struct leap_tracker *tracker,
			   const struct leap_stereo_frame *frame)
{
	struct leap_region region[LEAP_REGIONS_MAX];
	bool found = false;
	int count, tries = 0;

	leap_cells_fill(&tracker->cells, frame);
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		if (tracker->track[i].used)
			take_cells(tracker, &tracker->track[i]);
	}
	count = leap_regions_find(&tracker->cells, &tracker->camera, tracker->view.mode,
				  region);
	for (int i = 0; i < count && tries < TRIES_MAX; i++)
		tries += try_region(tracker, frame, &region[i], &found);
	if (found || !tries)
		tracker->search_pause = 0;
	else if (tracker->search_pause < PAUSE_MAX)
		tracker->search_pause++;
	tracker->search_again = tracker->frames + tracker->search_pause;
}

/* A turn is filtered as the components of two of its axes. */
static void smooth_pose(struct track *track, double dt, struct leap_pose *pose)
{
	static const struct leap_smoothing for_place = { 2.5, 0.03 };
	static const struct leap_smoothing for_turn = { 2.5, 4.0 };
	static const struct leap_smoothing for_angle = { 2.5, 2.5 };
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
		if (tracker->track[i].used)
			ret_hands->hand[ret_hands->count++] = tracker->track[i].hand;
	}
}

static void start_afresh(struct leap_tracker *tracker)
{
	for (int i = 0; i < LEAP_HANDS_MAX; i++)
		let_go(&tracker->track[i]);
	tracker->started = false;
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
		if (track->unseen > HOLD)
			let_go(track);
	}
}

/* A second hand may come a little later; a first one is looked for all the time. */
static bool search_is_due(struct leap_tracker *tracker)
{
	if (!free_track(tracker) || tracker->frames < tracker->search_again)
		return false;
	return !is_any_followed(tracker) || tracker->frames % SEARCH_EVERY == 0;
}

int leap_tracker_update(struct leap_tracker *tracker,
			const struct leap_stereo_frame *frame,
			struct leap_hands *ret_hands)
{
	struct leap_sensor_mode mode = { frame->width, frame->height };
	double dt;

	memset(ret_hands, 0, sizeof(*ret_hands));
	ret_hands->time_ns = frame->time_ns;
	if (!known_mode(frame))
		return -EINVAL;
	if (frame->damaged) {
		report(tracker, ret_hands);
		return 0;
	}
	if (tracker->view.mode.width != mode.width ||
	    tracker->view.mode.height != mode.height)
		leap_view_fill(&tracker->view, &tracker->camera, mode);
	dt = (frame->time_ns - tracker->time_ns) * 1e-9;
	if (tracker->started && (dt < 0 || dt > GAP_MAX))
		start_afresh(tracker);
	dt = tracker->started ? fmax(dt, 1e-4) : FRAME;
	tracker->started = true;
	tracker->time_ns = frame->time_ns;
	tracker->frames++;

	follow_all(tracker, frame, dt);
	if (search_is_due(tracker))
		find_new_hands(tracker, frame);
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		if (tracker->track[i].used && tracker->track[i].unseen <= 0)
			describe(&tracker->track[i], dt);
	}
	report(tracker, ret_hands);
	return 0;
}
