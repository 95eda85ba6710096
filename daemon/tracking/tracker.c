// SPDX-License-Identifier: MIT
/*
 * Finds hands, follows each from frame to frame and lets go of it when it is gone.
 * A tracker belongs to one thread at a time.
 */
#include "daemon/tracking/tracker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/tracking/level.h"
#include "daemon/tracking/search.h"
#include "daemon/tracking/sight.h"
#include "daemon/tracking/smooth.h"
#include "daemon/tracking/tools.h"

#define FRAME 0.0087 /* seconds, of the usual mode */
#define GAP_MAX 0.5 /* seconds after which nothing is known any more */

/* How long a hand that is not found is still reported where it was, seconds. */
#define HOLD 0.06
/* The same for one that is hidden behind the other hand, and how near in view that is. */
#define HOLD_HIDDEN 0.25
#define COURSE_SHARE 0.08 /* of a frame in where a hand is going */
#define SLOWING 0.94 /* from frame to frame: nobody knows whether it goes on */
#define HIDDEN_NEAR 85.0 /* millimetres at the nearer hand's height */
#define HIDDEN_BEHIND 25.0
#define DOUBT_HIDDEN 11.0 /* millimetres; below it is seen between the fingers */
#define FADE 0.8 /* of the confidence, from frame to frame; less for what is hidden */
#define FADE_HIDDEN 0.96
/* How long one that was lost is remembered, and how far it may have gone meanwhile. */
#define REMEMBER 0.6
#define REMEMBER_NEAR 160.0

/* Evidence for a hand below which it is not followed. */
#define EVIDENCE_FOLLOW (-6.0)
/* Until a hand is that old it has to look like one without a doubt. */
#define PROBATION 12 /* frames */
#define EVIDENCE_PROBATION 0.0
/* The mean over some frames below which it is given up. */
#define EVIDENCE_MEAN 0.5
#define EVIDENCE_MOST 4.0 /* of a frame */
#define EVIDENCE_SHARE 0.05 /* of a frame in the mean */

/*
 * Half of the hands with this doubt, in millimetres, have their joints within 10 mm on
 * average; fewer the steeper the more doubt. Read off films beyond the evaluation set.
 */
#define CONFIDENT_DOUBT 9.2
#define CONFIDENT_STEEP 5.0

/*
 * The network does not err quite alike when it looks from a little aside. Hands in plain
 * sight are looked at so, now to one side and now to the other, and the filters take the
 * mean: palms are 4 % nearer to the truth, tips 6 %.
 */
#define ASIDE 4
#define ASIDE_CONFIDENCE 0.5
#define PLAIN_HEIGHT 400.0 /* millimetres */
/* What each of them says beside the mean is learned and taken off: it is no motion. */
#define RIPPLE_SHARE 0.06

/* Nearer than that the eyes see different sides of a hand. */
#define LEVEL_HEIGHT 115.0
#define LEVEL_EVIDENCE 2.0

/* Where this hand's palm is on bones that are not its own: half of what is seen of it. */
#define PALM_SHARE 0.015 /* of a frame in the mean */
#define PALM_BELIEF 0.5

#define FAR_OFF 40.0 /* millimetres from where the hand was expected: look again */
#define CONFIRM 3 /* frames before a new hand is reported */

#define START_STEPS 14
#define FOLLOW_STEPS 4
/* From one frame to the next, in the usual mode. */
#define PLACE_SD 16.0
#define TURN_SD 0.16
#define ANGLE_SD 0.22

#define BUILD_STIFFNESS 10.0 /* in following: bones do not grow from frame to frame */
#define BUILD_GAIN 0.02 /* neighbouring frames tell much the same */

/* Evidence for the chirality that is believed in, in log odds by frames. */
#define SIDE_MAX 25.0
#define SIDE_STEP 3.0
#define SIDE_BOTH 3.0 /* a look at both ways round tells so much more than one */
#define SIDE_EVERY 128 /* frames */
#define SIDE_EVERY_NEW 4
#define SIDE_SETTLING 24
#define OTHER_NEAR 150.0 /* another hand this near may be what is seen */

/* Palms of different hands are farther apart than this. */
#define SAME_SIDE_APART 60.0
#define OTHER_SIDE_APART 24.0

#define SEARCH_EVERY 3 /* frames, for a second hand */
#define SEARCH_EVERY_EMPTY 2

/* Scenes of training show three palms for each back; log odds to turn that round. */
#define BACKS_LIKELIER 2.0

#define TURN_ROUND 0.35 /* along z, before a hand is looked at the other way round */

#define SMOOTHED (3 + 6 + LEAP_ANGLES + 1 + LEAP_PROPORTIONS)

struct track {
	bool used;
	uint32_t id;
	struct leap_pose pose;
	struct leap_skeleton skeleton;
	struct vec3 velocity; /* mm/s */
	struct vec3 course; /* the same over a longer time, while in plain sight */
	bool turned;
	struct leap_build build;
	struct vec3 ripple[ASIDE]; /* palm by look from aside, less their mean */
	struct vec3 palm_off; /* along its own axes: palm as seen from palm as fitted */
	double side; /* evidence for the chirality */
	double evidence; /* mean over some frames */
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
	struct leap_build build;
	double ago; /* seconds */
};

struct leap_tracker {
	struct leap_camera given;
	struct leap_camera camera; /* the same with what the level allows for */
	struct leap_level level;
	struct leap_gaze gaze;
	struct leap_search search;
	struct track track[LEAP_HANDS_MAX];
	struct memory memory[LEAP_HANDS_MAX];
	struct leap_tools tools;
	uint32_t last_id;
	bool started;
	int64_t time_ns;
	unsigned int search_wait; /* frames since the last search */
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
	tracker->given = tracker->camera = *camera;
	leap_search_init(&tracker->search);
	*ret_tracker = tracker;
	return 0;
}

const struct leap_camera *leap_tracker_camera(const struct leap_tracker *tracker)
{
	return &tracker->camera;
}

double leap_tracker_lower(const struct leap_tracker *tracker)
{
	return tracker->level.allowed;
}

void leap_tracker_orient(struct leap_tracker *tracker, enum leap_mount mount,
			 bool far_side)
{
	tracker->gaze.backs = mount == LEAP_MOUNT_DESKTOP ? 0 : BACKS_LIKELIER;
	tracker->search.far_side = far_side;
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

	for (int i = 0; i < LEAP_PROPORTIONS; i++)
		sum += fabs(pose->proportion[i]);
	for (int i = 0; i < LEAP_ANGLES; i++)
		sum += fabs(pose->angle[i]);
	for (int i = 0; i < 3; i++)
		sum += vec3_length(pose->turn.row[i]);
	return isfinite(sum) && leap_sight_within_reach(pose->place);
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
		.build = track->build,
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
		track->build = m->build;
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

/* Whether the other hand stands between a place and the device. */
static bool is_hidden(const struct leap_tracker *tracker, const struct track *track)
{
	const struct track *other = other_hand(tracker, track);
	struct vec3 front, here = track->pose.place;

	if (!other || other->unseen > 0 || other->pose.place.y > here.y - HIDDEN_BEHIND)
		return false;
	front = other->pose.place;
	return vec3_distance(vec3_scale(here, front.y / here.y), front) < HIDDEN_NEAR;
}

static bool near_other(const struct leap_tracker *tracker, const struct track *track,
		       double distance)
{
	const struct track *other = other_hand(tracker, track);

	return other && vec3_distance(other->pose.place, track->pose.place) < distance;
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
	return (struct leap_crop_place){ anchor, leap_sight_width(&track->build),
					 track->pose.left, track->turned };
}

static struct vec3 middle_of(const struct leap_skeleton *skeleton)
{
	struct vec3 point[1 + LEAP_FINGERS * (LEAP_JOINTS - LEAP_MCP)];
	unsigned int points = 0;

	point[points++] = skeleton->wrist;
	for (int k = 0; k < LEAP_FINGERS; k++)
		for (int j = LEAP_MCP; j < LEAP_JOINTS; j++)
			point[points++] = skeleton->joint[k][j];
	return leap_crop_middle(point, points);
}

/* Shares of the crop's width; each after its opposite. */
static struct leap_crop_place aside(const struct track *track,
				    const struct leap_crop_place *at)
{
	static const struct {
		double x, z, wider;
	} way[ASIDE] = {
		{ 0.04, 0.02, 0 },
		{ -0.04, -0.02, 0 },
		{ 0.03, -0.035, 0.04 },
		{ -0.03, 0.035, -0.04 },
	};
	struct leap_crop_place to = *at;
	int i = track->age % ASIDE;

	if (track->confidence < ASIDE_CONFIDENCE || at->anchor.y > PLAIN_HEIGHT)
		return to;
	to.anchor.x += way[i].x * at->width;
	to.anchor.z += way[i].z * at->width;
	to.width *= 1 + way[i].wider;
	return to;
}

static void look(struct leap_tracker *tracker, const struct leap_stereo_frame *frame,
		 const struct track *track, struct vec3 anchor, struct leap_sight *ret)
{
	struct leap_crop_place at = place_of(track, anchor);
	struct leap_crop_place from = aside(track, &at);

	leap_sight_take(&tracker->gaze, frame, &from, ret);
	if (!leap_sight_within_reach(ret->middle) ||
	    vec3_distance(ret->middle, anchor) < FAR_OFF)
		return;
	at.anchor = ret->middle;
	leap_sight_take(&tracker->gaze, frame, &at, ret);
}

/* Both ways round are looked at while a hand is new, in doubt, and now and then. */
static bool side_is_due(const struct track *track)
{
	return track->side < 0 || track->age % SIDE_EVERY == 0 ||
	       (track->age < SIDE_SETTLING && track->age % SIDE_EVERY_NEW == 0);
}

static double side_evidence(double log_odds)
{
	return fmin(fmax(log_odds, -SIDE_STEP), SIDE_STEP);
}

static void weigh_side(struct leap_tracker *tracker,
		       const struct leap_stereo_frame *frame, struct track *track,
		       const struct leap_sight *sight)
{
	struct leap_crop_place at = place_of(track, sight->middle);
	struct leap_fit_belief belief = {
		.build = &track->build,
		.stiffness = 1,
	};
	struct leap_fit_result result;
	struct leap_sight other;
	struct leap_pose pose;

	if (near_other(tracker, track, OTHER_NEAR))
		return;
	track->side += side_evidence(sight->right);
	track->side = fmin(track->side, SIDE_MAX);
	if (!side_is_due(track))
		return;
	at.mirrored = !at.mirrored;
	leap_sight_take(&tracker->gaze, frame, &at, &other);
	track->side += SIDE_BOTH * side_evidence(sight->right - other.right);
	if (track->side > 0)
		return;
	track->side = 0;
	if (other.right < sight->right || other.evidence < EVIDENCE_FOLLOW)
		return;
	leap_fit_guess(other.seen, at.mirrored, track->pose.size, &pose);
	leap_fit_pose(other.seen, &belief, START_STEPS, &pose, &result);
	if (!sound(&pose))
		return;
	track->pose = pose;
	track->side = SIDE_STEP;
	track->palm_off = vec3(0, 0, 0);
	memset(track->ripple, 0, sizeof(track->ripple));
	memset(track->smooth, 0, sizeof(track->smooth));
}

/* The share of hands like this one whose joints are within 10 mm on average. */
static double trust(const struct leap_sight *sight)
{
	return 1 / (1 + pow(sight->doubt / CONFIDENT_DOUBT, CONFIDENT_STEEP));
}

static bool is_still_there(struct track *track, const struct leap_sight *sight)
{
	double least = track->age < PROBATION ? EVIDENCE_PROBATION : EVIDENCE_FOLLOW;

	track->evidence += EVIDENCE_SHARE *
			   (fmin(sight->evidence, EVIDENCE_MOST) - track->evidence);
	return leap_sight_within_reach(sight->palm) && sight->evidence > least &&
	       track->evidence > EVIDENCE_MEAN;
}

/* Another hand's edges would be taken for this one's. */
static void mind_level(struct leap_tracker *tracker, const struct track *track,
		       const struct leap_sight *sight)
{
	struct leap_level_measure measure;

	if (sight->evidence < LEVEL_EVIDENCE || sight->palm.y < LEVEL_HEIGHT ||
	    sight->palm.y > PLAIN_HEIGHT || near_other(tracker, track, OTHER_NEAR) ||
	    !leap_level_measure(&tracker->gaze.crop, &measure) ||
	    !leap_level_learn(&tracker->level, &measure))
		return;
	tracker->camera = tracker->given;
	leap_camera_level(&tracker->camera, tracker->level.allowed);
	leap_crop_optics_init(&tracker->camera, tracker->gaze.optics.mode,
			      &tracker->gaze.optics);
}

static void learn_palm(struct track *track, const struct leap_sight *sight)
{
	struct vec3 off =
		mat3_apply(&track->pose.turn, vec3_sub(sight->palm, track->pose.place));
	double share = fmax(PALM_SHARE, 1.0 / (track->age + 1));

	track->palm_off = vec3_lerp(track->palm_off, off, share);
}

/* What is seen where a hand is hidden is mostly the one in front of it. */
static bool is_taken_in(const struct leap_sight *sight)
{
	return sight->right < 0 || sight->doubt > DOUBT_HIDDEN;
}

static bool follow(struct leap_tracker *tracker, const struct leap_stereo_frame *frame,
		   struct track *track, double dt)
{
	double steps = sqrt(fmax(1, (dt + track->unseen) / FRAME));
	bool hidden = is_hidden(tracker, track);
	struct leap_pose expected = track->pose;
	struct leap_fit_belief belief = {
		.near = &expected,
		.place_sd = PLACE_SD * steps,
		.turn_sd = TURN_SD * steps,
		.angle_sd = ANGLE_SD * steps,
		.build = &track->build,
		.stiffness = BUILD_STIFFNESS,
	};
	struct leap_fit_result result;
	struct leap_sight sight;
	struct leap_pose pose;
	struct vec3 velocity;

	expected.place = vec3_madd(expected.place, dt, track->velocity);
	if (!leap_sight_within_reach(expected.place))
		expected.place = track->pose.place;
	look(tracker, frame, track,
	     vec3_add(middle_of(&track->skeleton),
		      vec3_sub(expected.place, track->pose.place)),
	     &sight);
	if (!is_still_there(track, &sight) || (hidden && is_taken_in(&sight)))
		return false;
	mind_level(tracker, track, &sight);
	pose = expected;
	leap_fit_pose(sight.seen, &belief, FOLLOW_STEPS, &pose, &result);
	if (!sound(&pose))
		return false;
	velocity = vec3_scale(vec3_sub(pose.place, track->pose.place), 1 / dt);
	track->velocity = vec3_lerp(track->velocity, velocity, track->age ? 0.4 : 0);
	if (!hidden)
		track->course = vec3_lerp(track->course, track->velocity, COURSE_SHARE);
	track->pose = pose;
	learn_palm(track, &sight);
	leap_build_learn(&track->build, &pose, result.told, BUILD_STIFFNESS,
			 BUILD_GAIN);
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

		if (track->used && (vec3_distance(track->pose.place, place) < apart ||
				    leap_sight_in_line(track->pose.place, place)))
			return true;
	}
	return false;
}

static bool begin_track(struct leap_tracker *tracker, struct track *track,
			const struct leap_sight *sight)
{
	struct leap_build people;
	struct leap_fit_belief belief = { .build = &people, .stiffness = 1 };
	struct leap_fit_result result;
	struct leap_pose pose;

	leap_build_of_people(&people);
	leap_fit_guess(sight->seen, sight->at.mirrored, 1, &pose);
	leap_fit_pose(sight->seen, &belief, START_STEPS, &pose, &result);
	if (!sound(&pose) || is_followed(tracker, pose.place, pose.left))
		return false;
	let_go(track);
	track->used = true;
	track->pose = pose;
	track->turned = sight->at.turned;
	track->build = people;
	track->side = side_evidence(sight->right);
	track->confidence = trust(sight);
	track->evidence = fmin(sight->evidence, EVIDENCE_MOST);
	recall(tracker, track);
	if (!track->id)
		track->id = ++tracker->last_id;
	choose_way_round(track);
	leap_skeleton_pose(&track->pose, &track->skeleton);
	return true;
}

static void find_new_hands(struct leap_tracker *tracker,
			   const struct leap_stereo_frame *frame)
{
	struct leap_search *search = &tracker->search;
	struct leap_sight_known known = { 0 };
	struct leap_candidate at;
	struct track *track;

	leap_search_see(search, frame);
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		if (!tracker->track[i].used)
			continue;
		known.palm[known.count++] = tracker->track[i].pose.place;
		leap_search_hide(search, &tracker->gaze.optics,
				 &tracker->track[i].skeleton);
	}
	leap_search_gather(search, &tracker->camera, &tracker->gaze.optics,
			   tracker->search_wait);
	tracker->search_wait = 0;
	while ((track = free_track(tracker)) && leap_search_next(search, &at)) {
		unsigned long before = tracker->gaze.looks;
		struct leap_sight sight;
		bool found = leap_sight_home(&tracker->gaze, frame, at.place, at.turned,
					     &known, &sight);

		leap_search_spend(search, tracker->gaze.looks - before);
		if (!found || !begin_track(tracker, track, &sight))
			continue;
		known.palm[known.count++] = track->pose.place;
		leap_search_hope(search);
	}
}

/* As far as looks from aside differ, a hand at rest would tremble with them. */
static void learn_ripple(struct track *track, struct vec3 smoothed)
{
	struct vec3 *own = &track->ripple[track->age % ASIDE];
	struct vec3 off = vec3_sub(track->pose.place, smoothed);
	struct vec3 by = vec3_scale(vec3_sub(off, *own), RIPPLE_SHARE);

	if (track->unseen > 0)
		return;
	*own = vec3_add(*own, by);
	for (int i = 0; i < ASIDE; i++)
		track->ripple[i] = vec3_madd(track->ripple[i], -1.0 / ASIDE, by);
}

/* A turn is filtered as the components of two of its axes. */
static void smooth_pose(struct track *track, double dt, struct leap_pose *pose)
{
	static const struct leap_smoothing for_place = { 4.0, 0.2, 15 };
	static const struct leap_smoothing for_turn = { 4.0, 16, 0.2 };
	static const struct leap_smoothing for_angle = { 4.0, 10, 0.3 };
	static const struct leap_smoothing for_size = { 0.5, 0, 0 };
	struct leap_smooth *s = track->smooth;
	double *place[3] = { &pose->place.x, &pose->place.y, &pose->place.z };
	double *axis[6] = { &pose->turn.row[1].x, &pose->turn.row[1].y,
			    &pose->turn.row[1].z, &pose->turn.row[2].x,
			    &pose->turn.row[2].y, &pose->turn.row[2].z };

	pose->place = vec3_sub(pose->place, track->ripple[track->age % ASIDE]);
	for (int i = 0; i < 3; i++)
		*place[i] = leap_smooth_next(s++, &for_place, *place[i], dt);
	learn_ripple(track, pose->place);
	for (int i = 0; i < 6; i++)
		*axis[i] = leap_smooth_next(s++, &for_turn, *axis[i], dt);
	for (int i = 0; i < LEAP_ANGLES; i++)
		pose->angle[i] = leap_smooth_next(s++, &for_angle, pose->angle[i], dt);
	pose->size = leap_smooth_next(s++, &for_size, pose->size, dt);
	for (int i = 0; i < LEAP_PROPORTIONS; i++)
		pose->proportion[i] =
			leap_smooth_next(s++, &for_size, pose->proportion[i], dt);
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
	hand->palm = vec3_madd(pose.place, PALM_BELIEF,
			       mat3_apply_transposed(&pose.turn, track->palm_off));
	hand->normal = leap_skeleton_normal(&pose);
	hand->direction = leap_skeleton_direction(&pose);
	memcpy(hand->joint, skeleton.joint, sizeof(hand->joint));
	hand->wrist = skeleton.wrist;
	hand->elbow = skeleton.elbow;
	hand->palm_width = leap_skeleton_palm_width(&pose);
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

/* A hand that is not seen goes on as it went, for a while. */
static void coast(struct leap_tracker *tracker, struct track *track, double dt)
{
	bool hidden = track->age >= PROBATION && is_hidden(tracker, track);
	struct vec3 next;

	track->unseen += dt;
	track->confidence *= hidden ? FADE_HIDDEN : FADE;
	if (track->unseen > (hidden ? HOLD_HIDDEN : HOLD) || track->age < CONFIRM) {
		remember(tracker, track);
		let_go(track);
		return;
	}
	if (hidden) {
		track->velocity = track->course;
		track->course = vec3_scale(track->course, SLOWING);
	}
	next = vec3_madd(track->pose.place, dt, track->velocity);
	if (leap_sight_within_reach(next))
		track->pose.place = next;
	leap_skeleton_pose(&track->pose, &track->skeleton);
}

static void follow_all(struct leap_tracker *tracker,
		       const struct leap_stereo_frame *frame, double dt)
{
	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		struct track *track = &tracker->track[i];

		if (!track->used)
			continue;
		if (follow(tracker, frame, track, dt))
			track->unseen = 0;
		else
			coast(tracker, track, dt);
	}
	part_hands(tracker);
}

/* A second hand may come a little later; a first one is looked for all the time. */
static bool search_is_due(struct leap_tracker *tracker)
{
	unsigned int every = other_hand(tracker, NULL) ? SEARCH_EVERY
						       : SEARCH_EVERY_EMPTY;

	tracker->search_wait++;
	return free_track(tracker) && tracker->search_wait >= every;
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

		if (track->used && track->age > 0)
			describe(track, dt);
	}
	follow_tools(tracker, frame, dt);
	report(tracker, ret_hands);
	return 0;
}
