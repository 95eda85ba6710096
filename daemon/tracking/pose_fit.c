// SPDX-License-Identifier: MIT
/*
 * Levenberg-Marquardt over the freedoms of a hand of bones. Pure; no state, any thread.
 */
#include "daemon/tracking/pose_fit.h"

#include <string.h>

#include "daemon/tracking/cholesky.h"

#define DEGREE (M_PI / 180)
#define N LEAP_FREEDOMS

/* A hand not seen before: how far angles are from the relaxed ones, radians. */
#define RELAXED_SD 0.9
#define RELAXED_SPREAD_SD 0.22
#define LIMIT_SD (3 * DEGREE)

/* Sightings this many deviations off count less and less. */
#define OUTLIER 3.0

#define ARM_AWAY 60.0

#define DAMPING_FIRST 1e-3
#define DAMPING_LEAST 1e-6
#define TRIES 5
#define ENOUGH 1e-3 /* of the cost: a smaller gain ends the search */

/* The rod with which each point moves; the palm is one piece. */
#define ROD_PALM 15

struct bone_point {
	int rod;
	struct vec3 place;
};

static void bone_points(const struct leap_skeleton *s,
			struct bone_point ret[LEAP_POINTS])
{
	struct vec3 arm = vec3_unit_or(vec3_sub(s->elbow, s->wrist), vec3(0, 0, 1));

	ret[LEAP_POINT_WRIST] = (struct bone_point){ ROD_PALM, s->wrist };
	ret[LEAP_POINT_PALM] = (struct bone_point){ ROD_PALM, s->pose.place };
	ret[LEAP_POINT_ARM] = (struct bone_point){
		LEAP_ROD_ARM, vec3_madd(s->wrist, ARM_AWAY * s->pose.size, arm)
	};
	for (int k = 0; k < LEAP_FINGERS; k++)
		for (int j = 0; j < 4; j++)
			ret[1 + 4 * k + j] =
				(struct bone_point){ j ? 3 * k + j - 1 : ROD_PALM,
						     s->joint[k][LEAP_MCP + j] };
}

struct normal {
	double cost;
	double square; /* of the sightings' distances, in deviations */
	double gradient[N];
	double hessian[N][N]; /* lower triangle */
};

static double relaxed_sd(int angle)
{
	bool spread = angle > LEAP_ANGLE_ARM && angle < LEAP_ANGLE_ARM_LIFT &&
		      (angle - LEAP_THUMB_ANGLES - 1) % LEAP_FINGER_ANGLES == 1;

	return spread ? RELAXED_SPREAD_SD : RELAXED_SD;
}

static void pull(struct normal *n, int i, double off, double sd)
{
	double information = 1 / (sd * sd);

	n->cost += 0.5 * off * off * information;
	n->gradient[i] += off * information;
	n->hessian[i][i] += information;
}

/* The vector that turns @from's axes into @to's, for small turns. */
static struct vec3 turn_between(const struct mat3 *from, const struct mat3 *to)
{
	struct vec3 sum = vec3(0, 0, 0);

	for (int i = 0; i < 3; i++)
		sum = vec3_madd(sum, 0.5, vec3_cross(from->row[i], to->row[i]));
	return sum;
}

static void add_build(const struct leap_fit_belief *belief,
		      const struct leap_pose *pose, struct normal *n)
{
	const struct leap_build *build = belief->build;
	double off[LEAP_BUILD] = { log(pose->size) - build->mean[0] };

	for (int i = 1; i < LEAP_BUILD; i++)
		off[i] = pose->proportion[i - 1] - build->mean[i];
	for (int i = 0; i < LEAP_BUILD; i++) {
		double force = 0;

		for (int j = 0; j < LEAP_BUILD; j++) {
			double sure = belief->stiffness * build->information[i][j];

			force += sure * off[j];
			if (j <= i)
				n->hessian[LEAP_FREE_SIZE + i][LEAP_FREE_SIZE + j] +=
					sure;
		}
		n->cost += 0.5 * off[i] * force;
		n->gradient[LEAP_FREE_SIZE + i] += force;
	}
}

static void add_belief(const struct leap_fit_belief *belief,
		       const struct leap_pose *pose, struct normal *n)
{
	const struct leap_pose *near = belief->near;
	double relaxed[LEAP_ANGLES];

	leap_skeleton_relaxed(relaxed);
	for (int i = 0; i < LEAP_ANGLES; i++) {
		double least, most, angle = pose->angle[i];

		pull(n, LEAP_FREE_ANGLE + i, angle - relaxed[i], relaxed_sd(i));
		leap_skeleton_limits(i, &least, &most);
		if (angle < least)
			pull(n, LEAP_FREE_ANGLE + i, angle - least, LIMIT_SD);
		if (angle > most)
			pull(n, LEAP_FREE_ANGLE + i, angle - most, LIMIT_SD);
		if (near)
			pull(n, LEAP_FREE_ANGLE + i, angle - near->angle[i],
			     belief->angle_sd);
	}
	add_build(belief, pose, n);
	if (near) {
		struct vec3 off = vec3_sub(pose->place, near->place);
		struct vec3 turn = turn_between(&near->turn, &pose->turn);

		pull(n, 0, off.x, belief->place_sd);
		pull(n, 1, off.y, belief->place_sd);
		pull(n, 2, off.z, belief->place_sd);
		pull(n, 3, turn.x, belief->turn_sd);
		pull(n, 4, turn.y, belief->turn_sd);
		pull(n, 5, turn.z, belief->turn_sd);
	}
}

/* The off vector weighted by how sure each direction is. */
static struct vec3 weigh(const struct leap_sighting *seen, struct vec3 v, double share)
{
	double across = share / (seen->across * seen->across);
	double along = share / (seen->along * seen->along);

	return vec3_madd(vec3_scale(v, across),
			 vec3_dot(v, seen->view) * (along - across), seen->view);
}

/* Cost of a squared distance, and its derivative: quadratic, then logarithmic. */
static double robust(double square, double *ret_share)
{
	double limit = OUTLIER * OUTLIER;

	*ret_share = 1 / (1 + square / limit);
	return 0.5 * limit * log1p(square / limit);
}

static void add_sighting(const struct leap_sighting *seen, struct vec3 off,
			 uint32_t mask, const struct vec3 motion[N], struct normal *n)
{
	double square = vec3_dot(off, weigh(seen, off, 1)), share;
	struct vec3 force, moved[N];
	int free[N], count = 0;

	n->cost += robust(square, &share);
	n->square += square;
	force = weigh(seen, off, share);
	for (int i = 0; i < N; i++) {
		if (!(mask >> i & 1))
			continue;
		free[count++] = i;
		moved[i] = weigh(seen, motion[i], share);
		n->gradient[i] += vec3_dot(motion[i], force);
	}
	for (int a = 0; a < count; a++)
		for (int b = 0; b <= a; b++)
			n->hessian[free[a]][free[b]] +=
				vec3_dot(motion[free[a]], moved[free[b]]);
}

static void build(const struct leap_sighting seen[LEAP_POINTS],
		  const struct leap_fit_belief *belief, const struct leap_pose *pose,
		  struct normal *n)
{
	struct bone_point point[LEAP_POINTS];
	struct leap_skeleton skeleton;
	struct vec3 motion[N];

	memset(n, 0, sizeof(*n));
	leap_skeleton_pose(pose, &skeleton);
	bone_points(&skeleton, point);
	for (int i = 0; i < LEAP_POINTS; i++) {
		struct vec3 off = vec3_sub(point[i].place, seen[i].place);
		uint32_t mask = leap_skeleton_motion(&skeleton, point[i].rod,
						     point[i].place, motion);

		add_sighting(&seen[i], off, mask, motion, n);
	}
	add_belief(belief, pose, n);
}

static void move(const struct leap_pose *pose, const double by[N],
		 struct leap_pose *ret_pose)
{
	struct leap_pose p = *pose;

	p.place = vec3_sub(p.place, vec3(by[0], by[1], by[2]));
	p.turn = leap_skeleton_turn(&p.turn, vec3(-by[3], -by[4], -by[5]));
	for (int i = 0; i < LEAP_ANGLES; i++)
		p.angle[i] -= by[LEAP_FREE_ANGLE + i];
	p.size *= exp(fmin(fmax(-by[LEAP_FREE_SIZE], -0.2), 0.2));
	for (int i = 0; i < LEAP_PROPORTIONS; i++)
		p.proportion[i] -= by[LEAP_FREE_PROPORTION + i];
	*ret_pose = p;
}

static bool step(const struct leap_sighting seen[LEAP_POINTS],
		 const struct leap_fit_belief *belief, struct leap_pose *pose,
		 struct normal *n, double *damping)
{
	for (int i = 0; i < TRIES; i++) {
		struct leap_pose tried;
		struct normal there;
		double l[N][N], by[N];

		memcpy(l, n->hessian, sizeof(l));
		for (int k = 0; k < N; k++)
			l[k][k] *= 1 + *damping;
		if (leap_cholesky(N, l)) {
			double before = n->cost;

			leap_cholesky_solve(N, l, n->gradient, by);
			move(pose, by, &tried);
			build(seen, belief, &tried, &there);
			if (there.cost < before) {
				*pose = tried;
				*n = there;
				*damping = fmax(*damping * 0.2, DAMPING_LEAST);
				return before - there.cost > ENOUGH * before;
			}
		}
		*damping *= 8;
	}
	return false;
}

/* What is left of the build's information when the pose is free, less the belief. */
static void tell_build(const struct normal *n, const struct leap_fit_belief *belief,
		       double ret[LEAP_BUILD][LEAP_BUILD])
{
	double l[N][N];

	memcpy(l, n->hessian, sizeof(l));
	memset(ret, 0, sizeof(double[LEAP_BUILD][LEAP_BUILD]));
	if (!leap_cholesky(N, l))
		return;
	for (int i = 0; i < LEAP_BUILD; i++) {
		for (int j = 0; j <= i; j++) {
			double sum =
				-belief->stiffness * belief->build->information[i][j];

			for (int k = LEAP_FREE_SIZE; k <= LEAP_FREE_SIZE + j; k++)
				sum += l[LEAP_FREE_SIZE + i][k] *
				       l[LEAP_FREE_SIZE + j][k];
			ret[i][j] = ret[j][i] = sum;
		}
	}
}

void leap_fit_pose(const struct leap_sighting seen[LEAP_POINTS],
		   const struct leap_fit_belief *belief, int steps,
		   struct leap_pose *pose, struct leap_fit_result *ret_result)
{
	double damping = DAMPING_FIRST;
	struct normal n;

	build(seen, belief, pose, &n);
	while (steps-- > 0 && step(seen, belief, pose, &n, &damping))
		;
	ret_result->misfit = sqrt(n.square / (3 * LEAP_POINTS));
	tell_build(&n, belief, ret_result->told);
}

void leap_fit_guess(const struct leap_sighting seen[LEAP_POINTS], bool left,
		    double size, struct leap_pose *ret_pose)
{
	struct vec3 wrist = seen[LEAP_POINT_WRIST].place, knuckles = vec3(0, 0, 0);
	struct vec3 index = vec3_sub(seen[5].place, wrist);
	struct vec3 pinky = vec3_sub(seen[17].place, wrist);
	struct vec3 normal = left ? vec3_cross(pinky, index) : vec3_cross(index, pinky);

	for (int k = 1; k < LEAP_FINGERS; k++)
		knuckles = vec3_madd(knuckles, 0.25, seen[1 + 4 * k].place);
	*ret_pose = (struct leap_pose){
		.left = left,
		.place = seen[LEAP_POINT_PALM].place,
		.size = size,
		.turn = leap_skeleton_axes(vec3_sub(knuckles, wrist), normal),
	};
	leap_skeleton_relaxed(ret_pose->angle);
}
