// SPDX-License-Identifier: MIT
/*
 * Supposes, one after the other, which fingers the tips in view belong to, and keeps
 * what the whole evidence likes best. Pure functions on the caller's memory.
 */
#include <string.h>

#include "daemon/tracking/start.h"

#define DEGREE (M_PI / 180)
#define PALM_HALF_THICKNESS 13.0
/* How wrong the first direction and slope of the palm may be. */
#define START_TURN_SD (60 * DEGREE)
#define START_PALM_SD 18.0
#define COARSE_STEPS 5
#define MIDDLE_STEPS 4
#define FINE_STEPS 8
#define SHORT_REACH 32.0 /* millimetres */
#define COMPACT_REACH 42.0
#define DOUBTED_MAX 2
#define TRIED_MAX 3
#define IGNORED_COST 3.0 /* of a tip that is supposed to be none */

/*
 * What sticks out of the palm, in order around it: a tip of each eye's outline, or -1
 * where only the other eye sees it.
 */
struct slots {
	int count;
	int tip[2 * LEAP_TIPS_MAX][LEAP_EYES];
};

static double pairing_cost(const struct leap_evidence *evidence, int a, int b)
{
	const struct leap_tip *left = &evidence->outline[0].tip[a];
	const struct leap_tip *right = &evidence->outline[1].tip[b];
	double rows = fabs(left->pad[1] - right->pad[1]);
	double difference = left->pad[0] - right->pad[0];

	if (rows > 9 || difference < -14 || difference > 50)
		return 1e9;
	return rows / 4 + fabs(left->reach - right->reach) / 20 + fabs(difference) / 25;
}

static void drop_slot(struct slots *slots, int i)
{
	slots->count--;
	memmove(slots->tip[i], slots->tip[i + 1],
		(slots->count - i) * sizeof(slots->tip[0]));
}

static bool is_single(const struct slots *slots, int i)
{
	return slots->tip[i][0] < 0 || slots->tip[i][1] < 0;
}

static double slot_reach(const struct leap_evidence *evidence,
			 const struct slots *slots, int i)
{
	int eye = slots->tip[i][0] < 0;

	return evidence->outline[eye].tip[slots->tip[i][eye]].reach;
}

/* No hand has more than five: those of one eye only go first, then the shortest. */
static void keep_five(const struct leap_evidence *evidence, struct slots *slots)
{
	while (slots->count > LEAP_FINGERS) {
		int worst = 0;

		for (int i = 1; i < slots->count; i++) {
			bool single = is_single(slots, i);

			if (single != is_single(slots, worst)
				    ? single
				    : slot_reach(evidence, slots, i) <
					      slot_reach(evidence, slots, worst))
				worst = i;
		}
		drop_slot(slots, worst);
	}
}

static void add_slot(struct slots *slots, int left, int right)
{
	slots->tip[slots->count][0] = left;
	slots->tip[slots->count++][1] = right;
}

/* The pairing in order that leaves the fewest tips alone and costs the least. */
static void pair_tips(const struct leap_evidence *evidence, struct slots *ret_slots)
{
	const double alone = 1.6;
	int n = evidence->outline[0].tips, m = evidence->outline[1].tips;
	double cost[LEAP_TIPS_MAX + 1][LEAP_TIPS_MAX + 1];

	for (int i = n; i >= 0; i--) {
		for (int j = m; j >= 0; j--) {
			cost[i][j] = alone * (n - i + m - j);
			if (i == n || j == m)
				continue;
			cost[i][j] =
				fmin(alone + cost[i + 1][j], alone + cost[i][j + 1]);
			cost[i][j] = fmin(cost[i][j], pairing_cost(evidence, i, j) +
							      cost[i + 1][j + 1]);
		}
	}
	ret_slots->count = 0;
	for (int i = 0, j = 0; i < n || j < m;) {
		if (i < n && j < m &&
		    cost[i][j] == pairing_cost(evidence, i, j) + cost[i + 1][j + 1])
			add_slot(ret_slots, i++, j++);
		else if (j == m || (i < n && cost[i][j] == alone + cost[i + 1][j]))
			add_slot(ret_slots, i++, -1);
		else
			add_slot(ret_slots, -1, j++);
	}
	keep_five(evidence, ret_slots);
}

bool leap_start_place(const struct leap_evidence *evidence, struct vec3 *ret_place)
{
	const struct leap_outline *outline = &evidence->outline[0];
	double sum = 0, weights = 0, slope[2], y;

	for (int i = 0; i < evidence->points; i++) {
		const struct leap_depth_point *point = &evidence->point[i];
		double off = hypot(point->pixel[0] - outline->palm[0],
				   point->pixel[1] - outline->palm[1]);

		if (off > outline->radius * 1.1)
			continue;
		sum += point->weight / point->place.y;
		weights += point->weight;
	}
	if (weights < 1)
		return false;
	y = weights / sum;
	leap_patch_slope(&evidence->patch[0], outline->palm[0], outline->palm[1],
			 slope);
	*ret_place =
		vec3(leap_camera_eye_x(evidence->camera, LEAP_EYE_LEFT) + slope[0] * y,
		     y, slope[1] * y);
	ret_place->y += PALM_HALF_THICKNESS;
	return true;
}

/* Columns count against x: a direction of the patch in the world, level. */
static struct vec3 level(double columns, double rows)
{
	return vec3(-columns, 0, rows);
}

static struct vec3 first_direction(const struct leap_evidence *evidence,
				   const struct slots *slots)
{
	const struct leap_outline *outline = &evidence->outline[0];
	struct vec3 arm = vec3_unit_or(level(outline->palm[0] - outline->arm[0],
					     outline->palm[1] - outline->arm[1]),
				       vec3(0, 0, -1));
	struct vec3 sum = arm;

	for (int i = 0; i < slots->count; i++) {
		const double *pad;

		if (is_single(slots, i))
			continue;
		pad = outline->tip[slots->tip[i][0]].pad;
		sum = vec3_add(sum, vec3_unit_or(level(pad[0] - outline->palm[0],
						       pad[1] - outline->palm[1]),
						 arm));
	}
	return vec3_unit_or(sum, arm);
}

/* Slope of the palm's surface by least squares, drawn towards level. */
static struct vec3 first_normal(const struct leap_evidence *evidence, struct vec3 place,
				double radius)
{
	double xx = 30 * radius * radius, zz = xx, xz = 0, xy = 0, zy = 0, det;
	double along_x, along_z;

	for (int i = 0; i < evidence->points; i++) {
		struct vec3 off = vec3_sub(evidence->point[i].place, place);
		double w = evidence->point[i].weight;

		off.y += PALM_HALF_THICKNESS;
		if (fabs(off.x) > radius || fabs(off.z) > radius || fabs(off.y) > 40)
			continue;
		xx += w * off.x * off.x;
		xz += w * off.x * off.z;
		zz += w * off.z * off.z;
		xy += w * off.x * off.y;
		zy += w * off.z * off.y;
	}
	det = xx * zz - xz * xz;
	along_x = (xy * zz - zy * xz) / det;
	along_z = (zy * xx - xy * xz) / det;
	return vec3_unit_or(vec3(along_x, -1, along_z), vec3(0, -1, 0));
}

static void bend_finger(double angle[LEAP_ANGLES], int finger, double flexion,
			double bend)
{
	if (finger == LEAP_THUMB) {
		angle[0] = flexion / 2;
		angle[2] = angle[3] = bend / 2;
	} else {
		angle[LEAP_FINGER_ANGLE(finger)] = flexion;
		angle[LEAP_FINGER_ANGLE(finger) + 2] = bend;
	}
}

/* @bent: what sticks out are not the tips of fingers but the joints of bent ones */
static void suppose(const struct slots *slots, unsigned int fingers, bool reverse,
		    bool bent, struct leap_tip_match *match, double angle[LEAP_ANGLES])
{
	int used = 0;

	leap_skeleton_relaxed(angle);
	for (int i = 0; i < LEAP_FINGERS; i++) {
		int k = reverse ? LEAP_FINGERS - 1 - i : i;

		match->tip[k][0] = match->tip[k][1] = -1;
		if (fingers >> k & 1) {
			match->tip[k][0] = slots->tip[used][0];
			match->tip[k][1] = slots->tip[used++][1];
			if (bent && k)
				bend_finger(angle, k, 60 * DEGREE, 85 * DEGREE);
		} else {
			bend_finger(angle, k, 55 * DEGREE, 75 * DEGREE);
		}
	}
}

struct tried {
	double cost;
	struct leap_pose pose;
	struct leap_tip_match match;
};

static void keep(struct tried list[TRIED_MAX], int *count, const struct tried *one)
{
	int at = *count;

	if (*count < TRIED_MAX)
		(*count)++;
	else if (list[--at].cost <= one->cost)
		return;
	for (; at && list[at - 1].cost > one->cost; at--)
		list[at] = list[at - 1];
	list[at] = *one;
}

/* A tip that one eye does not see, or that hardly sticks out, may be none. */
static bool is_doubtful(const struct leap_evidence *evidence, const struct slots *slots,
			int i)
{
	return is_single(slots, i) ||
	       slot_reach(evidence, slots, i) * evidence->patch[0].grain < SHORT_REACH;
}

/* All ways to give these slots to fingers in order; the best few are kept. */
static void try_fingers(const struct leap_evidence *evidence, const struct slots *slots,
			const struct leap_pose *first, bool reverse, bool bent,
			double handicap, const struct leap_fit_prior *prior,
			struct tried list[TRIED_MAX], int *count)
{
	for (unsigned int fingers = 0; fingers < 1U << LEAP_FINGERS; fingers++) {
		struct tried one = { .pose = *first };

		if (__builtin_popcount(fingers) != slots->count)
			continue;
		suppose(slots, fingers, reverse, bent, &one.match, one.pose.angle);
		one.cost = handicap + leap_fit_tips(evidence, &one.match, prior,
						    COARSE_STEPS, &one.pose);
		keep(list, count, &one);
	}
}

static void try_slots(const struct leap_evidence *evidence, const struct slots *all,
		      const struct leap_pose *first, bool reverse, bool bent,
		      const struct leap_fit_prior *prior, struct tried list[TRIED_MAX],
		      int *count)
{
	for (unsigned int doubted = 0; doubted < 1U << all->count; doubted++) {
		struct slots slots = *all;
		bool sensible = __builtin_popcount(doubted) <= DOUBTED_MAX;

		for (int i = all->count - 1; i >= 0; i--) {
			if (!(doubted >> i & 1))
				continue;
			sensible = sensible && is_doubtful(evidence, all, i);
			drop_slot(&slots, i);
		}
		if (sensible)
			try_fingers(evidence, &slots, first, reverse, bent,
				    IGNORED_COST * __builtin_popcount(doubted), prior,
				    list, count);
	}
}

/* Whether nothing sticks out far: a fist, or fingers that point at the eyes. */
static bool is_compact(const struct leap_evidence *evidence, const struct slots *slots)
{
	for (int i = 0; i < slots->count; i++) {
		if (slot_reach(evidence, slots, i) * evidence->patch[0].grain >
		    COMPACT_REACH)
			return false;
	}
	return true;
}

static struct leap_pose first_pose(const struct leap_evidence *evidence,
				   const struct slots *slots, bool left, bool palm_up,
				   double size, struct vec3 place)
{
	struct leap_pose first = { .left = left, .size = size, .place = place };
	struct vec3 direction = first_direction(evidence, slots);
	struct vec3 normal = first_normal(evidence, place, 40 * size);

	direction = vec3_reject(direction, normal);
	first.turn = leap_skeleton_axes(direction,
					palm_up ? vec3_scale(normal, -1) : normal);
	return first;
}

bool leap_start_pose(const struct leap_evidence *evidence, bool left, bool palm_up,
		     const struct leap_fit_prior *prior, struct leap_pose *ret_pose,
		     struct leap_fit_quality *ret_quality)
{
	struct leap_fit_prior free_prior = *prior;
	struct tried list[2][TRIED_MAX], *best = NULL;
	int count[2] = { 0, 0 }, bends;
	struct leap_pose first;
	struct vec3 place;
	struct slots all;

	if (!leap_start_place(evidence, &place))
		return false;
	pair_tips(evidence, &all);
	first = first_pose(evidence, &all, left, palm_up, prior->size, place);
	free_prior.near = &first;
	free_prior.angle_sd = 1e3;
	free_prior.turn_sd = START_TURN_SD;
	free_prior.palm_sd = START_PALM_SD;

	bends = is_compact(evidence, &all) ? 2 : 1;
	for (int bent = 0; bent < bends; bent++)
		try_slots(evidence, &all, &first, left == palm_up, bent, &free_prior,
			  list[bent], &count[bent]);
	for (int i = 0; i < 2 * TRIED_MAX; i++) {
		struct tried *one = &list[i / TRIED_MAX][i % TRIED_MAX];
		struct leap_fit_quality quality;

		if (i % TRIED_MAX >= count[i / TRIED_MAX])
			continue;
		leap_fit_all(evidence, &one->match, &free_prior, MIDDLE_STEPS,
			     &one->pose, &quality);
		if (!best || quality.cost < ret_quality->cost) {
			*ret_quality = quality;
			best = one;
		}
	}
	if (!best)
		return false;
	*ret_pose = best->pose;
	leap_fit_all(evidence, &best->match, &free_prior, FINE_STEPS, ret_pose,
		     ret_quality);
	return true;
}
