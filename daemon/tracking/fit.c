// SPDX-License-Identifier: MIT
/*
 * Damped least squares over the skeleton's freedoms: tips where the outlines end,
 * rods inside the shapes, shapes covered by rods, flesh at the distance stereo gives.
 * Pure functions on the caller's memory.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/tracking/fit.h"

#define N LEAP_PATCH
#define DEGREE (M_PI / 180)

/* Standard deviations: pixels of the patch for outlines, millimetres for depth. */
#define TIP_SD 1.2
#define INSIDE_SD 1.6
#define COVER_SD 1.6
#define DEPTH_SD_SHARE 0.03
#define PALM_ROD 16 /* any that moves with the palm */
/* Neighbouring samples tell much the same: each counts for this share of one. */
#define COVER_SHARE 0.25
#define DEPTH_SHARE 0.20
#define HUBER 2.0
/* Rods may be a little fatter than the shape before that counts against them. */
#define INSIDE_SHARE 0.8
#define SAMPLE_GRID 4
/* Pixels by which a joint must stand out beyond the tip to be taken for it. */
#define STAND_OUT 0.7
/* Trying a finger in other positions. */
#define FINGER_REACH 12
#define FINGER_STEPS 2
#define FINGER_GAIN 0.04 /* share of the cost that must be gained */

enum terms {
	TERM_TIPS = 1,
	TERM_SHAPE = 2,
	TERM_DEPTH = 4,
	TERM_ALL = TERM_TIPS | TERM_SHAPE | TERM_DEPTH,
};

struct normal {
	double matrix[LEAP_FREEDOMS][LEAP_FREEDOMS];
	double vector[LEAP_FREEDOMS];
	double cost;
};

struct flat_rod {
	double end[2][2];
	double radius[2];
	bool seen;
};

struct work {
	const struct leap_evidence *evidence;
	struct leap_skeleton skeleton;
	struct flat_rod flat[LEAP_EYES][LEAP_RODS];
	double eye_x[LEAP_EYES];
};

static double robust(double r, double *ret_weight)
{
	double a = fabs(r);

	*ret_weight = a <= HUBER ? 1 : HUBER / a;
	return a <= HUBER ? 0.5 * r * r : HUBER * (a - 0.5 * HUBER);
}

/* @gradient: of the residual in space; @r: in standard deviations */
static void add_residual(struct normal *n, const struct leap_skeleton *skeleton,
			 int rod, struct vec3 point, struct vec3 gradient, double r,
			 double share)
{
	struct vec3 motion[LEAP_FREEDOMS];
	double row[LEAP_FREEDOMS], weight;
	int active[LEAP_FREEDOMS], count = 0;
	uint32_t mask;

	n->cost += share * robust(r, &weight);
	weight *= share;
	mask = leap_skeleton_motion(skeleton, rod, point, motion);
	for (int i = 0; i < LEAP_FREEDOMS; i++) {
		if (!(mask >> i & 1))
			continue;
		row[count] = vec3_dot(motion[i], gradient);
		active[count++] = i;
	}
	for (int i = 0; i < count; i++) {
		double scaled = weight * row[i];

		n->vector[active[i]] += scaled * r;
		for (int j = 0; j <= i; j++)
			n->matrix[active[i]][active[j]] += scaled * row[j];
	}
}

/* How a point's pixel moves with the point: rows of the projection's derivative. */
static void pixel_gradient(const struct leap_patch *patch, double eye_x,
			   struct vec3 point, struct vec3 ret_gradient[2])
{
	double y = point.y > 1 ? point.y : 1, k = 1 / (y * patch->step);

	ret_gradient[0] = vec3(-k, (point.x - eye_x) / y * k, 0);
	ret_gradient[1] = vec3(0, -point.z / y * k, k);
}

static void flatten(struct work *w)
{
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		const struct leap_patch *patch = &w->evidence->patch[eye];

		for (int r = 0; r < LEAP_RODS; r++) {
			const struct leap_rod *rod = &w->skeleton.rod[r];
			struct flat_rod *flat = &w->flat[eye][r];

			flat->seen = rod->end[0].y > 15 && rod->end[1].y > 15;
			for (int i = 0; i < 2; i++) {
				double y = fmax(15, rod->end[i].y);

				leap_patch_pixel(patch, w->eye_x[eye], rod->end[i],
						 flat->end[i]);
				flat->radius[i] = rod->radius[i] / (y * patch->step);
			}
		}
	}
}

static void pose_work(struct work *w, const struct leap_pose *pose)
{
	leap_skeleton_pose(pose, &w->skeleton);
	flatten(w);
}

/*
 * The rod whose far end is what an outline shows of a finger: the last one, unless the
 * finger is bent so far that a joint stands out farther.
 */
static int outermost_rod(const struct work *w, int eye, int finger)
{
	int tip_rod = leap_skeleton_tip_rod(finger), best = tip_rod;
	double palm[2], farthest = -1e9;

	leap_patch_pixel(&w->evidence->patch[eye], w->eye_x[eye],
			 w->skeleton.pose.place, palm);
	for (int rod = tip_rod; rod > tip_rod - 3; rod--) {
		const struct flat_rod *flat = &w->flat[eye][rod];
		double out =
			hypot(flat->end[1][0] - palm[0], flat->end[1][1] - palm[1]) +
			flat->radius[1] + (rod == tip_rod ? STAND_OUT : 0);

		if (out > farthest) {
			farthest = out;
			best = rod;
		}
	}
	return best;
}

static void add_tips(const struct work *w, const struct leap_tip_match *match,
		     struct normal *n)
{
	for (int k = 0; k < LEAP_FINGERS; k++) {
		for (int eye = 0; eye < LEAP_EYES; eye++) {
			const struct leap_patch *patch = &w->evidence->patch[eye];
			int tip = match->tip[k][eye], rod;
			const double *pad, *at;
			struct vec3 gradient[2], end;

			if (tip < 0)
				continue;
			rod = outermost_rod(w, eye, k);
			if (!w->flat[eye][rod].seen)
				continue;
			at = w->flat[eye][rod].end[1];
			end = w->skeleton.rod[rod].end[1];
			pad = w->evidence->outline[eye].tip[tip].pad;
			pixel_gradient(patch, w->eye_x[eye], end, gradient);
			for (int i = 0; i < 2; i++)
				add_residual(n, &w->skeleton, rod, end,
					     vec3_scale(gradient[i], 1 / TIP_SD),
					     (at[i] - pad[i]) / TIP_SD, 1);
		}
	}
}

/* Pixels to the rim of the shape, positive inside. */
static double rim(const struct leap_patch *patch, int column, int row)
{
	return (patch->depth_inside[row][column] - patch->depth_outside[row][column]) /
	       3.0;
}

static bool rim_at(const struct leap_patch *patch, const double at[2], double *ret_rim,
		   double ret_gradient[2])
{
	double fx, fy, a, b, c, d;
	int x, y;

	if (!(at[0] >= 0 && at[0] < N - 1 && at[1] >= 0 && at[1] < N - 1))
		return false;
	x = (int)at[0];
	y = (int)at[1];
	if (patch->mask[y][x] == LEAP_MASK_OUTSIDE)
		return false;
	fx = at[0] - x;
	fy = at[1] - y;
	a = rim(patch, x, y);
	b = rim(patch, x + 1, y);
	c = rim(patch, x, y + 1);
	d = rim(patch, x + 1, y + 1);
	*ret_rim = (a * (1 - fx) + b * fx) * (1 - fy) + (c * (1 - fx) + d * fx) * fy;
	ret_gradient[0] = (b - a) * (1 - fy) + (d - c) * fy;
	ret_gradient[1] = (c - a) * (1 - fx) + (d - b) * fx;
	return true;
}

/* One place on a rod must lie as deep in the shape as the rod is thick. */
static void add_inside(const struct work *w, int eye, int rod, double t,
		       struct normal *n)
{
	const struct leap_patch *patch = &w->evidence->patch[eye];
	const struct leap_rod *body = &w->skeleton.rod[rod];
	struct vec3 point = vec3_lerp(body->end[0], body->end[1], t), gradient[2], g;
	double radius = body->radius[0] + t * (body->radius[1] - body->radius[0]);
	double at[2], depth, slope[2], r;

	if (point.y < 20)
		return;
	leap_patch_pixel(patch, w->eye_x[eye], point, at);
	if (!rim_at(patch, at, &depth, slope))
		return;
	r = INSIDE_SHARE * radius / (point.y * patch->step) - depth;
	if (r <= 0)
		return;
	pixel_gradient(patch, w->eye_x[eye], point, gradient);
	g = vec3_add(vec3_scale(gradient[0], -slope[0]),
		     vec3_scale(gradient[1], -slope[1]));
	add_residual(n, &w->skeleton, rod, point, vec3_scale(g, 1 / INSIDE_SD),
		     r / INSIDE_SD, 1);
}

static double flat_distance(const struct flat_rod *rod, const double at[2],
			    double *ret_t)
{
	double dx = rod->end[1][0] - rod->end[0][0],
	       dy = rod->end[1][1] - rod->end[0][1];
	double x = at[0] - rod->end[0][0], y = at[1] - rod->end[0][1];
	double t = (x * dx + y * dy) / (dx * dx + dy * dy + 1e-9);

	t = t < 0 ? 0 : t > 1 ? 1 : t;
	*ret_t = t;
	x -= t * dx;
	y -= t * dy;
	return sqrt(x * x + y * y) -
	       (rod->radius[0] + t * (rod->radius[1] - rod->radius[0]));
}

static double nearest_flat(const struct work *w, int eye, const double at[2],
			   int *ret_rod, double *ret_t)
{
	double best = 1e9, t;

	*ret_rod = 0;
	*ret_t = 0;
	for (int r = 0; r < LEAP_RODS; r++) {
		double distance;

		if (!w->flat[eye][r].seen)
			continue;
		distance = flat_distance(&w->flat[eye][r], at, &t);
		if (distance < best) {
			best = distance;
			*ret_rod = r;
			*ret_t = t;
			if (best < -1)
				break;
		}
	}
	return best;
}

/* A pixel of the hand that no rod covers pulls the nearest one. */
static void add_cover(const struct work *w, int eye, const double at[2],
		      struct normal *n)
{
	const struct leap_patch *patch = &w->evidence->patch[eye];
	struct vec3 point, gradient[2], g;
	const struct leap_rod *body;
	double t, r, middle[2], length;
	int rod = 0;

	r = nearest_flat(w, eye, at, &rod, &t);
	if (r <= 0.5 || r > 1e8)
		return;
	body = &w->skeleton.rod[rod];
	point = vec3_lerp(body->end[0], body->end[1], t);
	if (point.y < 20)
		return;
	leap_patch_pixel(patch, w->eye_x[eye], point, middle);
	middle[0] -= at[0];
	middle[1] -= at[1];
	length = hypot(middle[0], middle[1]) + 1e-9;
	pixel_gradient(patch, w->eye_x[eye], point, gradient);
	g = vec3_add(vec3_scale(gradient[0], middle[0] / length),
		     vec3_scale(gradient[1], middle[1] / length));
	add_residual(n, &w->skeleton, rod, point, vec3_scale(g, 1 / COVER_SD),
		     (r - 0.5) / COVER_SD, COVER_SHARE);
}

/* The palm is about where the shape is roundest; else it would slide along an arm. */
static void add_palm(const struct work *w, const struct leap_fit_prior *prior,
		     struct normal *n)
{
	struct vec3 palm = w->skeleton.pose.place;

	for (int eye = 0; eye < LEAP_EYES; eye++) {
		const struct leap_patch *patch = &w->evidence->patch[eye];
		double sd = prior->palm_sd / patch->grain, at[2];
		struct vec3 gradient[2];

		leap_patch_pixel(patch, w->eye_x[eye], palm, at);
		pixel_gradient(patch, w->eye_x[eye], palm, gradient);
		for (int i = 0; i < 2; i++)
			add_residual(n, &w->skeleton, PALM_ROD, palm,
				     vec3_scale(gradient[i], 1 / sd),
				     (at[i] - w->evidence->outline[eye].palm[i]) / sd,
				     1);
	}
}

static void add_shape(const struct work *w, struct normal *n)
{
	const struct leap_evidence *evidence = w->evidence;

	for (int eye = 0; eye < LEAP_EYES; eye++) {
		for (int rod = 0; rod < LEAP_ROD_ARM; rod++) {
			bool outermost = rod % 3 == 2;

			if (rod >= 15) {
				add_inside(w, eye, rod, 0.9, n);
				continue;
			}
			add_inside(w, eye, rod, 0.5, n);
			add_inside(w, eye, rod, outermost ? 1.0 : 0.9, n);
		}
		add_inside(w, eye, LEAP_ROD_ARM, 0.2, n);
		add_inside(w, eye, LEAP_ROD_ARM, 0.45, n);
		for (int i = 0; i < evidence->samples[eye]; i++) {
			double at[2] = { evidence->sample[eye][i][0],
					 evidence->sample[eye][i][1] };

			add_cover(w, eye, at, n);
		}
	}
}

static double rod_distance(const struct leap_rod *rod, struct vec3 p, double *ret_t)
{
	struct vec3 along = vec3_sub(rod->end[1], rod->end[0]);
	struct vec3 off = vec3_sub(p, rod->end[0]);
	double t = vec3_dot(off, along) / (vec3_dot(along, along) + 1e-9);

	t = t < 0 ? 0 : t > 1 ? 1 : t;
	*ret_t = t;
	return vec3_length(vec3_madd(off, -t, along)) -
	       (rod->radius[0] + t * (rod->radius[1] - rod->radius[0]));
}

static double nearest_rod(const struct leap_skeleton *s, struct vec3 p, int *ret_rod,
			  double *ret_t)
{
	double best = 1e9, t;

	*ret_rod = 0;
	*ret_t = 0;
	for (int r = 0; r < LEAP_RODS; r++) {
		double distance = rod_distance(&s->rod[r], p, &t);

		if (distance < best) {
			best = distance;
			*ret_rod = r;
			*ret_t = t;
		}
	}
	return best;
}

static void add_depth(const struct work *w, struct normal *n)
{
	const struct leap_evidence *evidence = w->evidence;

	for (int i = 0; i < evidence->points; i++) {
		const struct leap_depth_point *point = &evidence->point[i];
		const struct leap_rod *body;
		struct vec3 axis_point, away;
		double t, r, sd = DEPTH_SD_SHARE * point->place.y;
		int rod = 0;

		r = nearest_rod(&w->skeleton, point->place, &rod, &t);
		if (rod == LEAP_ROD_ARM || fabs(r) > 40)
			continue;
		body = &w->skeleton.rod[rod];
		axis_point = vec3_lerp(body->end[0], body->end[1], t);
		away = vec3_unit_or(vec3_sub(axis_point, point->place), vec3(0, 1, 0));
		/* what the eyes see of a rod is its near side */
		if (away.y < 0.1) {
			away = vec3(0, 1, 0);
			r = fmax(-40, axis_point.y - body->radius[0] - point->place.y);
		}
		add_residual(n, &w->skeleton, rod, axis_point, vec3_scale(away, 1 / sd),
			     r / sd, DEPTH_SHARE * point->weight);
	}
}

static void pull(struct normal *n, int freedom, double off, double sd)
{
	n->cost += 0.5 * off * off / (sd * sd);
	n->vector[freedom] += off / (sd * sd);
	n->matrix[freedom][freedom] += 1 / (sd * sd);
}

static void add_limits(const struct leap_pose *pose, struct normal *n)
{
	double relaxed[LEAP_ANGLES];

	leap_skeleton_relaxed(relaxed);
	for (int i = 0; i < LEAP_ANGLES; i++) {
		bool arm = i == LEAP_ANGLE_ARM || i == LEAP_ANGLE_ARM_LIFT;
		bool spread = i == 1 || (i > LEAP_THUMB_ANGLES && !arm &&
					 (i - LEAP_THUMB_ANGLES - 1) % 3 == 1);
		double least, most, sd = spread ? 12 * DEGREE : 45 * DEGREE;

		leap_skeleton_limits(i, &least, &most);
		pull(n, LEAP_FREE_ANGLE + i, pose->angle[i] - relaxed[i], sd);
		if (pose->angle[i] < least)
			pull(n, LEAP_FREE_ANGLE + i, pose->angle[i] - least,
			     2 * DEGREE);
		if (pose->angle[i] > most)
			pull(n, LEAP_FREE_ANGLE + i, pose->angle[i] - most, 2 * DEGREE);
	}
	/* neighbouring fingers bend alike unless something says otherwise */
	for (int k = 2; k < LEAP_FINGERS; k++) {
		int a = LEAP_FREE_ANGLE + LEAP_FINGER_ANGLE(k - 1);
		int b = LEAP_FREE_ANGLE + LEAP_FINGER_ANGLE(k);
		double off = pose->angle[LEAP_FINGER_ANGLE(k)] -
			     pose->angle[LEAP_FINGER_ANGLE(k - 1)];
		double weight = 1 / (40 * DEGREE * 40 * DEGREE);

		n->cost += 0.5 * off * off * weight;
		n->vector[b] += off * weight;
		n->vector[a] -= off * weight;
		n->matrix[a][a] += weight;
		n->matrix[b][b] += weight;
		n->matrix[b][a] -= weight;
	}
}

/* The turn from @from to @to as a vector, for small turns. */
static struct vec3 turn_between(const struct mat3 *from, const struct mat3 *to)
{
	struct vec3 sum = vec3(0, 0, 0);

	for (int i = 0; i < 3; i++)
		sum = vec3_add(sum, vec3_cross(from->row[i], to->row[i]));
	return vec3_scale(sum, 0.5);
}

static void add_prior(const struct leap_pose *pose, const struct leap_fit_prior *prior,
		      struct normal *n)
{
	const struct leap_pose *near = prior->near;
	struct vec3 off;

	pull(n, LEAP_FREE_SIZE, log(pose->size / prior->size), prior->size_sd);
	if (!near)
		return;
	for (int i = 0; i < LEAP_ANGLES; i++)
		pull(n, LEAP_FREE_ANGLE + i, pose->angle[i] - near->angle[i],
		     prior->angle_sd);
	off = turn_between(&near->turn, &pose->turn);
	pull(n, LEAP_FREE_TURN, off.x, prior->turn_sd);
	pull(n, LEAP_FREE_TURN + 1, off.y, prior->turn_sd);
	pull(n, LEAP_FREE_TURN + 2, off.z, prior->turn_sd);
}

static void gather(struct work *w, const struct leap_pose *pose,
		   const struct leap_tip_match *match,
		   const struct leap_fit_prior *prior, int terms, struct normal *n)
{
	memset(n, 0, sizeof(*n));
	pose_work(w, pose);
	if (terms & TERM_TIPS)
		add_tips(w, match, n);
	if (terms & TERM_SHAPE) {
		add_palm(w, prior, n);
		add_shape(w, n);
	}
	if (terms & TERM_DEPTH)
		add_depth(w, n);
	add_limits(pose, n);
	add_prior(pose, prior, n);
}

/* Solves (matrix + damping) step = -vector by Cholesky's method. */
static bool solve(const struct normal *n, double damping, double step[LEAP_FREEDOMS])
{
	double l[LEAP_FREEDOMS][LEAP_FREEDOMS];

	for (int i = 0; i < LEAP_FREEDOMS; i++) {
		for (int j = 0; j <= i; j++) {
			double sum = n->matrix[i][j];

			if (i == j)
				sum = sum * (1 + damping) + 1e-6;
			for (int k = 0; k < j; k++)
				sum -= l[i][k] * l[j][k];
			if (i == j) {
				if (!(sum > 1e-12))
					return false;
				l[i][i] = sqrt(sum);
			} else {
				l[i][j] = sum / l[j][j];
			}
		}
	}
	for (int i = 0; i < LEAP_FREEDOMS; i++) {
		step[i] = -n->vector[i];
		for (int k = 0; k < i; k++)
			step[i] -= l[i][k] * step[k];
		step[i] /= l[i][i];
	}
	for (int i = LEAP_FREEDOMS - 1; i >= 0; i--) {
		for (int k = i + 1; k < LEAP_FREEDOMS; k++)
			step[i] -= l[k][i] * step[k];
		step[i] /= l[i][i];
	}
	return true;
}

static double bounded(double v, double most)
{
	return v > most ? most : v > -most ? v : -most; /* NaN becomes -most */
}

static struct leap_pose moved(const struct leap_pose *pose,
			      const double step[LEAP_FREEDOMS])
{
	struct leap_pose next = *pose;

	next.place =
		vec3_add(pose->place, vec3(bounded(step[0], 40), bounded(step[1], 40),
					   bounded(step[2], 40)));
	next.turn = leap_skeleton_turn(&pose->turn, vec3(bounded(step[3], 0.5),
							 bounded(step[4], 0.5),
							 bounded(step[5], 0.5)));
	for (int i = 0; i < LEAP_ANGLES; i++)
		next.angle[i] += bounded(step[LEAP_FREE_ANGLE + i], 0.6);
	next.size *= exp(bounded(step[LEAP_FREE_SIZE], 0.1));
	next.size = fmax(0.6, fmin(1.4, next.size));
	return next;
}

static double descend(struct work *w, const struct leap_tip_match *match,
		      const struct leap_fit_prior *prior, int terms, int steps,
		      struct leap_pose *pose)
{
	struct normal n[2];
	double damping = 1e-2;
	int current = 0;

	gather(w, pose, match, prior, terms, &n[0]);
	for (int i = 0; i < steps; i++) {
		double step[LEAP_FREEDOMS];
		struct leap_pose next;

		if (!solve(&n[current], damping, step))
			break;
		next = moved(pose, step);
		gather(w, &next, match, prior, terms, &n[!current]);
		if (n[!current].cost < n[current].cost) {
			double gain = n[current].cost - n[!current].cost;

			*pose = next;
			current = !current;
			damping = fmax(damping * 0.3, 1e-4);
			if (gain < 2e-3 * n[current].cost)
				break;
		} else {
			damping *= 8;
		}
	}
	return n[current].cost;
}

static struct work begin(const struct leap_evidence *evidence)
{
	struct work w = { .evidence = evidence };

	for (int eye = 0; eye < LEAP_EYES; eye++)
		w.eye_x[eye] = leap_camera_eye_x(evidence->camera, eye);
	return w;
}

double leap_fit_tips(const struct leap_evidence *evidence,
		     const struct leap_tip_match *match,
		     const struct leap_fit_prior *prior, int steps,
		     struct leap_pose *pose)
{
	struct work w = begin(evidence);

	return descend(&w, match, prior, TERM_TIPS, steps, pose);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double off_surface(const struct work *w)
{
	const struct leap_evidence *evidence = w->evidence;
	double off[LEAP_DEPTH_POINTS];
	int count = 0, rod;

	for (int i = 0; i < evidence->points; i++) {
		double t;

		if (evidence->point[i].weight > 0.3)
			off[count++] = fabs(nearest_rod(
				&w->skeleton, evidence->point[i].place, &rod, &t));
	}
	if (count < 5)
		return 50;
	qsort(off, count, sizeof(*off), by_value);
	return off[count / 2];
}

static void judge(const struct work *w, struct leap_fit_quality *ret_quality)
{
	const struct leap_evidence *evidence = w->evidence;
	int uncovered = 0, samples = 0, stray = 0, places = 0;

	for (int eye = 0; eye < LEAP_EYES; eye++) {
		for (int i = 0; i < evidence->hand_samples[eye]; i++) {
			double at[2] = { evidence->sample[eye][i][0],
					 evidence->sample[eye][i][1] };
			int rod;
			double t;

			samples++;
			uncovered += nearest_flat(w, eye, at, &rod, &t) > 2;
		}
		for (int rod = 0; rod < LEAP_ROD_ARM; rod++) {
			double at[2], depth, slope[2];

			for (int i = 0; i < 2; i++) {
				at[i] = 0.5 * (w->flat[eye][rod].end[0][i] +
					       w->flat[eye][rod].end[1][i]);
			}
			if (!rim_at(&evidence->patch[eye], at, &depth, slope))
				continue;
			places++;
			stray += depth < 0;
		}
	}
	ret_quality->uncovered = samples ? uncovered / (double)samples : 1;
	ret_quality->stray = places ? stray / (double)places : 1;
	ret_quality->off_surface = off_surface(w);
}

void leap_fit_all(const struct leap_evidence *evidence,
		  const struct leap_tip_match *match,
		  const struct leap_fit_prior *prior, int steps, struct leap_pose *pose,
		  struct leap_fit_quality *ret_quality)
{
	struct work w = begin(evidence);

	ret_quality->cost = descend(&w, match, prior, TERM_ALL, steps, pose);
	pose_work(&w, pose);
	judge(&w, ret_quality);
}

static bool on_arm_grid(int column, int row)
{
	return column % (2 * SAMPLE_GRID) == SAMPLE_GRID / 2 &&
	       row % (2 * SAMPLE_GRID) == SAMPLE_GRID / 2;
}

void leap_evidence_sample(struct leap_evidence *evidence)
{
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		const struct leap_patch *patch = &evidence->patch[eye];
		const struct leap_outline *outline = &evidence->outline[eye];
		double arm[2] = { outline->arm[0] - outline->palm[0],
				  outline->arm[1] - outline->palm[1] };
		double length = hypot(arm[0], arm[1]) + 1e-6;
		double wrist = fmax(outline->radius, 45 / patch->grain);
		double reach = 140 / patch->grain;
		int count = 0, hand = 0;
		uint8_t(*sample)[2] = evidence->sample[eye];

		for (int row = SAMPLE_GRID / 2; row < N; row += SAMPLE_GRID) {
			for (int c = SAMPLE_GRID / 2; c < N; c += SAMPLE_GRID) {
				double x = c - outline->palm[0];
				double y = row - outline->palm[1];
				bool is_arm = x * arm[0] + y * arm[1] > wrist * length;

				if (patch->mask[row][c] != LEAP_MASK_HAND ||
				    count == LEAP_SAMPLES_MAX)
					continue;
				if (is_arm ? !on_arm_grid(c, row)
					   : x * x + y * y > reach * reach)
					continue;
				sample[count][0] = c;
				sample[count++][1] = row;
				if (is_arm)
					continue;
				/* those of the hand come first */
				for (int i = 0; i < 2; i++) {
					uint8_t swap = sample[hand][i];

					sample[hand][i] = sample[count - 1][i];
					sample[count - 1][i] = swap;
				}
				hand++;
			}
		}
		evidence->samples[eye] = count;
		evidence->hand_samples[eye] = hand;
	}
}

/*
 * The best way to give tips to fingers without crossing them, by dynamic programming
 * over fingers and tips in their order around the palm.
 */
static void match_eye(const struct work *w, int eye, double reach, bool reverse,
		      struct leap_tip_match *ret_match)
{
	const struct leap_outline *outline = &w->evidence->outline[eye];
	double best[LEAP_FINGERS + 1][LEAP_TIPS_MAX + 1];
	signed char from[LEAP_FINGERS + 1][LEAP_TIPS_MAX + 1];
	int k = LEAP_FINGERS, t = outline->tips;

	for (int i = 0; i <= LEAP_FINGERS; i++) {
		for (int j = 0; j <= outline->tips; j++) {
			int finger = reverse ? LEAP_FINGERS - i : i - 1;
			double pairing = 0;

			best[i][j] = i || j ? -1 : 0;
			from[i][j] = 0;
			if (i && best[i - 1][j] > best[i][j]) {
				best[i][j] = best[i - 1][j];
				from[i][j] = 1;
			}
			if (j && best[i][j - 1] > best[i][j]) {
				best[i][j] = best[i][j - 1];
				from[i][j] = 2;
			}
			if (!i || !j)
				continue;
			const double *end =
				w->flat[eye][outermost_rod(w, eye, finger)].end[1];
			const double *pad = outline->tip[j - 1].pad;

			pairing = reach - hypot(end[0] - pad[0], end[1] - pad[1]);
			if (pairing > 0 && best[i - 1][j - 1] + pairing > best[i][j]) {
				best[i][j] = best[i - 1][j - 1] + pairing;
				from[i][j] = 3;
			}
		}
	}
	for (int i = 0; i < LEAP_FINGERS; i++)
		ret_match->tip[i][eye] = -1;
	while (k || t) {
		int finger = reverse ? LEAP_FINGERS - k : k - 1;

		switch (from[k][t]) {
		case 3:
			ret_match->tip[finger][eye] = t - 1;
			k--;
			t--;
			break;
		case 2:
			t--;
			break;
		case 1:
			k--;
			break;
		default:
			return;
		}
	}
}

/* Whether the thumb comes last around the palm, seen from below. */
static bool thumb_last(const struct leap_pose *pose)
{
	return pose->left != (leap_skeleton_normal(pose).y < 0);
}

void leap_fit_match_tips(const struct leap_evidence *evidence,
			 const struct leap_pose *pose, double reach,
			 struct leap_tip_match *ret_match)
{
	struct work w = begin(evidence);

	pose_work(&w, pose);
	for (int eye = 0; eye < LEAP_EYES; eye++)
		match_eye(&w, eye, reach, thumb_last(pose), ret_match);
}

bool leap_fit_finger(const struct leap_evidence *evidence,
		     const struct leap_fit_prior *prior, int finger,
		     struct leap_pose *pose, struct leap_fit_quality *quality)
{
	/* flexion and the bend of the middle joint; for the thumb of the outer ones */
	static const double held[][2] = {
		{ 10, 12 }, { 25, 65 }, { 60, 60 }, { 80, 100 }
	};
	struct leap_fit_prior free_prior = *prior;
	struct leap_pose best = *pose;
	struct leap_tip_match match;
	struct work w = begin(evidence);
	double least;
	bool better = false;

	free_prior.near = NULL;
	leap_fit_match_tips(evidence, pose, FINGER_REACH, &match);
	least = (1 - FINGER_GAIN) *
		descend(&w, &match, &free_prior, TERM_ALL, 0, &best);
	for (unsigned int i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		struct leap_pose other = *pose;
		double *angle = other.angle + (finger ? LEAP_FINGER_ANGLE(finger) : 0);
		double cost;

		angle[0] = held[i][0] * DEGREE * (finger ? 1 : 0.5);
		angle[2] = held[i][1] * DEGREE * (finger ? 1 : 0.5);
		if (!finger)
			angle[3] = angle[2];
		leap_fit_match_tips(evidence, &other, FINGER_REACH, &match);
		cost = descend(&w, &match, &free_prior, TERM_ALL, FINGER_STEPS, &other);
		if (cost < least) {
			least = cost;
			best = other;
			better = true;
		}
	}
	if (!better)
		return false;
	*pose = best;
	pose_work(&w, pose);
	judge(&w, quality);
	quality->cost = least;
	return true;
}
