// SPDX-License-Identifier: MIT
/*
 * Where a thin line leaves a hand in both eyes' pictures there is a tool: finds it in
 * space, follows it and lets go of it when it is gone.
 * Owned by a tracker; one thread at a time.
 */
#include "daemon/tracking/tools.h"

#include <string.h>

#define LOOK_EVERY 6 /* frames, where no tool is followed */
#define CONFIRM 6 /* frames before a new tool is reported */
#define HOLD 0.06 /* seconds for which one that is not seen is reported */
#define REMEMBER 0.6 /* seconds after which it is another one */

/* What is a tool, millimetres. */
#define LENGTH_LEAST 40.0
#define LENGTH_MOST 300.0
#define BACK_MOST 0.5 /* cosine of the angle between it and the forearm */
#define ROUGH_MOST 1.3 /* root of the mean squared distance from straight */
#define SEEN_LEAST 0.6
#define BARE_LEAST 28.0 /* of its length, outside of what is taken for fingers */
#define HELD_NEAR 15.0 /* from the hand's flesh */
#define HIDDEN_MOST 15.0 /* between where it leaves the hand and where it is seen */
#define FIRST_FINGER_ROD 3
#define FIRST_PALM_ROD 15
#define ALONG 0.85 /* cosine of the angle to a finger that lies along it */
#define TOUCH 3.0 /* where it counts as inside */
#define PASS 4.0 /* farther off again than it was: it only passes */

#define PLACE_REACH 22.0
#define START_REACH 10.0
#define START_STEPS 3
#define FOLLOW_REACH 7.0

/* Standard deviations, millimetres. */
#define START_SD 40.0
#define MOVE_SD 5.0
#define SIDE_SD 0.7
#define END_SD 3.0

/* Round things darken towards their sides: how much wider they are than they look. */
#define ROUND 1.2

#define LEARN 0.1 /* share of a frame in what does not change */

#define UNKNOWNS 6 /* tip, base */

/* Gaussian elimination of a symmetric positive definite system. */
static void solve(double a[UNKNOWNS][UNKNOWNS], double b[UNKNOWNS])
{
	for (int i = 0; i < UNKNOWNS; i++) {
		for (int r = i + 1; r < UNKNOWNS; r++) {
			double f = a[r][i] / a[i][i];

			for (int c = i; c < UNKNOWNS; c++)
				a[r][c] -= f * a[i][c];
			b[r] -= f * b[i];
		}
	}
	for (int i = UNKNOWNS - 1; i >= 0; i--) {
		for (int c = i + 1; c < UNKNOWNS; c++)
			b[i] -= a[i][c] * b[c];
		b[i] /= a[i][i];
	}
}

struct equations {
	double a[UNKNOWNS][UNKNOWNS];
	double b[UNKNOWNS];
};

/* The end of number @end, 0 the tip, is by @off beyond where it was along @way. */
static void observe(struct equations *e, int end, struct vec3 way, double off,
		    double sd)
{
	const double w[3] = { way.x, way.y, way.z };

	for (int i = 0; i < 3; i++) {
		for (int k = 0; k < 3; k++)
			e->a[3 * end + i][3 * end + k] += w[i] * w[k] / (sd * sd);
		e->b[3 * end + i] += w[i] * off / (sd * sd);
	}
}

static struct vec3 eye_at(const struct leap_crop_optics *optics, int eye)
{
	return vec3(optics->eye[eye].eye_x, 0, 0);
}

/*
 * Moves a line to where the eyes see it. Each eye tells how far off it is across its
 * rays; how far away the line is follows from both, and from what was believed.
 */
static void correct(const struct leap_crop_optics *optics,
		    const struct leap_ridge *const ridge[LEAP_EYES], double sd,
		    struct leap_line *line)
{
	struct vec3 way = vec3_unit_or(vec3_sub(line->tip, line->base), vec3(0, 0, -1));
	struct equations e = { 0 };

	for (int i = 0; i < UNKNOWNS; i++)
		e.a[i][i] = 1 / (sd * sd);
	observe(&e, 1, way, 0, 1);
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		const struct leap_ridge *r = ridge[eye];
		struct vec3 ray, along;

		if (!r)
			continue;
		observe(&e, 0, r->side[1], r->offset[1], SIDE_SD);
		observe(&e, 1, r->side[0], r->offset[0], SIDE_SD);
		if (r->cut)
			continue;
		ray = vec3_unit_or(vec3_sub(line->tip, eye_at(optics, eye)),
				   vec3(0, 1, 0));
		along = vec3_unit_or(vec3_reject(way, ray), way);
		observe(&e, 0, along, r->ends * vec3_dot(along, way), END_SD);
	}
	solve(e.a, e.b);
	line->tip = vec3_add(line->tip, vec3(e.b[0], e.b[1], e.b[2]));
	line->base = vec3_add(line->base, vec3(e.b[3], e.b[4], e.b[5]));
}

static double rod_distance(const struct leap_rod *rod, struct vec3 p)
{
	struct vec3 along = vec3_sub(rod->end[1], rod->end[0]);
	double t = vec3_dot(vec3_sub(p, rod->end[0]), along) /
		   fmax(vec3_dot(along, along), 1e-6);

	t = fmin(fmax(t, 0), 1);
	return vec3_distance(p, vec3_madd(rod->end[0], t, along)) -
	       (rod->radius[0] + t * (rod->radius[1] - rod->radius[0]));
}

/* Whether it is a part of a finger, no thumb, that lies along @way. */
static bool lies_along(const struct leap_skeleton *s, int rod, struct vec3 way)
{
	struct vec3 along = vec3_sub(s->rod[rod].end[1], s->rod[rod].end[0]);

	return rod >= FIRST_FINGER_ROD && rod < FIRST_PALM_ROD &&
	       fabs(vec3_dot(along, way)) > ALONG * vec3_length(along);
}

/*
 * To the flesh of the hand; the arm holds nothing.
 * @way: if not NULL, fingers that lie along it do not count
 */
static double hand_distance(const struct leap_skeleton *s, struct vec3 p,
			    const struct vec3 *way)
{
	double least = 1e9;

	for (int r = 0; r < LEAP_ROD_ARM; r++)
		if (!way || !lies_along(s, r, *way))
			least = fmin(least, rod_distance(&s->rod[r], p));
	return least;
}

/* How far from the tip a line enters the hand or passes it, LENGTH_MOST: nowhere. */
static double enters(const struct leap_skeleton *hand, const struct leap_line *line,
		     struct vec3 way, bool all)
{
	double at = 0, least = HELD_NEAR, least_at = LENGTH_MOST;

	while (at < LENGTH_MOST) {
		double away = hand_distance(hand, vec3_madd(line->tip, -at, way),
					    all ? NULL : &way);

		if (away < TOUCH)
			return at;
		if (away < least) {
			least = away;
			least_at = at;
		} else if (least_at < LENGTH_MOST && away > least + PASS) {
			return least_at;
		}
		at += fmax(away - TOUCH, 1);
	}
	return least_at;
}

/*
 * Moves the base to where the line leaves the hand. A finger may be believed to lie
 * where the tool does: there it begins where it is seen to begin.
 * @seen: from the tip
 * @ret_bare: how much of it is not even believed to be a finger
 *
 * Return: whether it is at the hand.
 */
static bool find_base(const struct leap_skeleton *hand, double seen,
		      struct leap_line *line, double *ret_bare)
{
	struct vec3 way = vec3_unit_or(vec3_sub(line->tip, line->base), vec3(0, 0, -1));
	double least, most;

	*ret_bare = enters(hand, line, way, true);
	least = fmin(*ret_bare, seen + HIDDEN_MOST);
	most = enters(hand, line, way, false);
	most = most < LENGTH_MOST ? fmax(most, least) : least;
	line->base = vec3_madd(line->tip, -fmin(fmax(seen, least), most), way);
	return hand_distance(hand, line->base, NULL) < HELD_NEAR;
}

static bool is_tool(const struct leap_skeleton *hand, const struct leap_line *line,
		    double bare, const struct leap_ridge *ridge)
{
	struct vec3 way = vec3_sub(line->tip, line->base);
	double length = vec3_length(way);
	double coarse = fmax(1, vec3_length(line->tip) / 200);

	return length > LENGTH_LEAST && length < LENGTH_MOST && bare > BARE_LEAST &&
	       vec3_dot(way, hand->pose.turn.row[2]) < BACK_MOST * length &&
	       ridge->seen >= SEEN_LEAST &&
	       ridge->width < leap_ridge_width_most(line->tip) &&
	       ridge->rough < ROUGH_MOST * coarse;
}

struct scene {
	const struct leap_crop_optics *optics;
	const struct leap_stereo_frame *frame;
	const struct leap_tool_hand *hands;
	unsigned int count;
};

/* What both eyes see of a line. */
struct sighting {
	struct leap_ridge ridge[LEAP_EYES];
	const struct leap_ridge *seen[LEAP_EYES]; /* NULL: that eye sees none */
};

/* Looks with both eyes and corrects the line. */
static void look(const struct scene *s, double reach, double sd, struct leap_line *line,
		 struct sighting *ret)
{
	for (int eye = 0; eye < LEAP_EYES; eye++)
		ret->seen[eye] = leap_ridge_measure(s->optics, s->frame, eye, line,
						    reach, &ret->ridge[eye])
					 ? &ret->ridge[eye]
					 : NULL;
	correct(s->optics, ret->seen, sd, line);
}

/* What was made of it. */
struct verdict {
	int eyes; /* that see a tool */
	double width;
	bool cut; /* by the edges of pictures */
};

static struct verdict judge(const struct leap_skeleton *hand,
			    const struct sighting *sighting, struct leap_line *line)
{
	struct verdict v = { .cut = true };
	double begins = 0, bare;

	for (int eye = 0; eye < LEAP_EYES; eye++) {
		const struct leap_ridge *r = sighting->seen[eye];

		if (r)
			begins = fmin(begins, r->begins - r->ends);
	}
	if (!find_base(hand, -begins, line, &bare))
		return v;
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		const struct leap_ridge *r = sighting->seen[eye];

		if (!r || !is_tool(hand, line, bare, r))
			continue;
		v.width += r->width;
		v.cut = v.cut && r->cut;
		v.eyes++;
	}
	v.width *= ROUND / fmax(v.eyes, 1);
	return v;
}

/* How far from an eye the flesh is that it sees nearest to a direction. */
static double flesh_depth(const struct leap_skeleton *hand, struct vec3 eye,
			  struct vec3 ray)
{
	double best = -1, depth = vec3_distance(hand->pose.place, eye);

	for (int r = 0; r < LEAP_ROD_ARM; r++) {
		struct vec3 to = vec3_sub(hand->rod[r].end[1], eye);
		double away = vec3_length(to), near = vec3_dot(to, ray) / away;

		if (near > best) {
			best = near;
			depth = away;
		}
	}
	return depth;
}

/* One eye's line says nothing of how far away it is: tries several distances. */
static bool place_line(const struct scene *s, const struct leap_skeleton *hand,
		       const struct leap_line *flat, struct leap_line *ret_line)
{
	static const double deeper[] = { 0, -60, 60 };
	struct vec3 eye = eye_at(s->optics, LEAP_EYE_LEFT);
	struct vec3 to_base = vec3_unit_or(vec3_sub(flat->base, eye), vec3(0, 1, 0));
	struct vec3 to_tip = vec3_unit_or(vec3_sub(flat->tip, eye), vec3(0, 1, 0));
	double depth = flesh_depth(hand, eye, to_base), best = 0;

	for (unsigned int i = 0; i < sizeof(deeper) / sizeof(deeper[0]); i++) {
		struct leap_line line = {
			.base = vec3_madd(eye, depth, to_base),
			.tip = vec3_madd(eye, fmax(depth + deeper[i], 30), to_tip),
		};
		struct leap_ridge r;
		double good;

		if (!leap_ridge_measure(s->optics, s->frame, LEAP_EYE_RIGHT, &line,
					PLACE_REACH, &r))
			continue;
		good = r.seen * (1 - (fabs(r.offset[0]) + fabs(r.offset[1])) /
					     (4 * PLACE_REACH));
		if (good <= best)
			continue;
		best = good;
		*ret_line = line;
	}
	return best > 0;
}

static void start(const struct scene *s, unsigned int which,
		  struct leap_tool_track *track)
{
	const struct leap_skeleton *flesh[LEAP_HANDS_MAX], *hand;
	struct leap_line flat[LEAP_RIDGES_MAX], line;
	int found;

	for (unsigned int i = 0; i < s->count; i++)
		flesh[i] = s->hands[i].skeleton;
	hand = s->hands[which].skeleton;
	found = leap_ridges_leave(s->optics, s->frame, LEAP_EYE_LEFT, flesh, s->count,
				  which, flat);
	for (int i = 0; i < found; i++) {
		struct sighting sighting;
		struct verdict v;

		if (!place_line(s, hand, &flat[i], &line))
			continue;
		for (int k = 0; k < START_STEPS; k++)
			look(s, START_REACH, START_SD, &line, &sighting);
		v = judge(hand, &sighting, &line);
		if (v.eyes < LEAP_EYES)
			continue;
		track->followed = true;
		track->line = line;
		track->velocity[0] = track->velocity[1] = track->palm_velocity;
		track->length = vec3_distance(line.tip, line.base);
		track->width = v.width;
		track->confidence = 0.5;
		track->age = 1;
		track->unseen = 0;
		memset(track->smooth, 0, sizeof(track->smooth));
		return;
	}
}

/* What is cut off by the picture's edge is as long as it was before. */
static void keep_length(const struct leap_tool_track *track, struct leap_line *line)
{
	struct vec3 way = vec3_sub(line->tip, line->base);
	double length = vec3_length(way);

	if (length < track->length)
		line->tip = vec3_madd(line->base, track->length / length, way);
}

/* @lost: it was not seen in the frame before; it may still go where its hand goes */
static bool follow(const struct scene *s, const struct leap_skeleton *hand, bool lost,
		   struct leap_tool_track *track)
{
	double dt = track->unseen;
	struct leap_line line = {
		.base = vec3_madd(track->line.base, dt,
				  lost ? track->palm_velocity : track->velocity[0]),
		.tip = vec3_madd(track->line.tip, dt,
				 lost ? track->palm_velocity : track->velocity[1]),
	};
	struct sighting sighting;
	struct vec3 velocity;
	struct verdict v;

	look(s, FOLLOW_REACH, MOVE_SD, &line, &sighting);
	v = judge(hand, &sighting, &line);
	if (v.eyes < (track->age < CONFIRM ? LEAP_EYES : 1))
		return false;
	if (v.cut)
		keep_length(track, &line);
	velocity = vec3_scale(vec3_sub(line.tip, track->line.tip), 1 / dt);
	track->velocity[1] = vec3_lerp(track->velocity[1], velocity, 0.4);
	velocity = vec3_scale(vec3_sub(line.base, track->line.base), 1 / dt);
	track->velocity[0] = vec3_lerp(track->velocity[0], velocity, 0.4);
	track->line = line;
	track->length += LEARN * (vec3_distance(line.tip, line.base) - track->length);
	track->width += LEARN * (v.width - track->width);
	track->confidence += LEARN * (v.eyes / (double)LEAP_EYES - track->confidence);
	track->age++;
	track->unseen = 0;
	return true;
}

static void describe(struct leap_tools *tools, struct leap_tool_track *track, double dt)
{
	static const struct leap_smoothing for_tip = { 4.0, 0.04 };
	static const struct leap_smoothing for_direction = { 3.0, 4.0 };
	static const struct leap_smoothing for_size = { 0.5, 0 };
	struct leap_tracked_tool *tool = &track->tool;
	struct vec3 tip = track->line.tip,
		    way = vec3_unit_or(vec3_sub(tip, track->line.base), vec3(0, 0, -1));
	double *axis[3] = { &tip.x, &tip.y, &tip.z };
	double *part[3] = { &way.x, &way.y, &way.z };
	struct leap_smooth *s = track->smooth;

	for (int i = 0; i < 3; i++)
		*axis[i] = leap_smooth_next(s++, &for_tip, *axis[i], dt);
	for (int i = 0; i < 3; i++)
		*part[i] = leap_smooth_next(s++, &for_direction, *part[i], dt);
	if (!track->id)
		track->id = ++tools->last_id;
	*tool = (struct leap_tracked_tool){
		.track = track->id,
		.held = true,
		.hand = track->hand,
		.confidence = fmin(1, track->confidence),
		.tip = tip,
		.direction = vec3_unit_or(way, tool->direction),
		.length = leap_smooth_next(&s[0], &for_size, track->length, dt),
		.width = leap_smooth_next(&s[1], &for_size, track->width, dt),
	};
}

static struct leap_tool_track *track_of(struct leap_tools *tools,
					const struct leap_tool_hand *hand)
{
	struct leap_tool_track *oldest = &tools->track[0];

	for (int i = 0; i < LEAP_TOOLS_MAX; i++) {
		struct leap_tool_track *t = &tools->track[i];

		if (t->hand == hand->track)
			return t;
		if (!t->hand || (oldest->hand && t->away > oldest->away))
			oldest = t;
	}
	*oldest = (struct leap_tool_track){ .hand = hand->track,
					    .palm = hand->skeleton->pose.place };
	return oldest;
}

/* What is not seen for a moment is not gone, and what is gone not at once forgotten. */
static void grow_old(struct leap_tools *tools, double dt)
{
	for (int i = 0; i < LEAP_TOOLS_MAX; i++) {
		struct leap_tool_track *t = &tools->track[i];

		if (t->unseen > (t->age < CONFIRM ? 0 : HOLD))
			t->followed = false;
		t->unseen += dt;
		t->away = t->followed ? 0 : t->away + dt;
		if (t->away > REMEMBER)
			t->id = 0;
	}
}

void leap_tools_update(struct leap_tools *tools, const struct leap_crop_optics *optics,
		       const struct leap_stereo_frame *frame,
		       const struct leap_tool_hand *hands, unsigned int count,
		       double dt)
{
	const struct scene s = { optics, frame, hands, count };

	tools->frames++;
	grow_old(tools, dt);
	for (unsigned int i = 0; i < count; i++) {
		struct leap_tool_track *t = track_of(tools, &hands[i]);
		struct vec3 palm = hands[i].skeleton->pose.place;

		t->palm_velocity =
			vec3_lerp(t->palm_velocity,
				  vec3_scale(vec3_sub(palm, t->palm), 1 / dt), 0.4);
		t->palm = palm;
		if (t->followed) {
			if (follow(&s, hands[i].skeleton, t->unseen > dt, t) &&
			    t->age >= CONFIRM)
				describe(tools, t, dt);
		} else if ((tools->frames + i) % LOOK_EVERY == 0) {
			start(&s, i, t);
		}
	}
}

void leap_tools_report(const struct leap_tools *tools, struct leap_hands *hands)
{
	hands->tool_count = 0;
	for (int i = 0; i < LEAP_TOOLS_MAX; i++) {
		const struct leap_tool_track *t = &tools->track[i];
		bool held = false;

		for (unsigned int h = 0; h < hands->count; h++)
			held = held || hands->hand[h].track == t->hand;
		if (held && t->followed && t->age >= CONFIRM)
			hands->tool[hands->tool_count++] = t->tool;
	}
}
