// SPDX-License-Identifier: MIT
// A ring of samples with running sums, so that a fit costs the same for any span.
// Plain values, owned by the tracking thread.
#include <string.h>

#include "daemon/motion/tip_path.h"

#define SAMPLES_MIN 10
#define SPREAD_MIN 0.3 /* square millimetres across the path */
#define WIDTH_MIN 0.04 /* of the spread along it: three quarters of a turn have more */
#define WAY_BACK 0.01 /* share of its turning that a path may turn back */

void leap_tip_path_clear(struct leap_tip_path *path)
{
	path->count = 0;
	path->newest = 0;
	path->since_origin = 0;
}

static unsigned int slot(const struct leap_tip_path *path, unsigned int back)
{
	return (path->newest + LEAP_PATH_SAMPLES - back) % LEAP_PATH_SAMPLES;
}

const struct leap_tip_state *leap_tip_path_back(const struct leap_tip_path *path,
						unsigned int back)
{
	return &path->state[slot(path, back)];
}

static struct leap_path_sums sum_up(const struct leap_path_sums *before,
				    const struct leap_tip_state *state,
				    struct vec3 origin)
{
	struct vec3 p = vec3_sub(state->position, origin);
	struct leap_path_sums sums = *before;

	sums.p = vec3_add(sums.p, p);
	sums.pp.row[0] = vec3_madd(sums.pp.row[0], p.x, p);
	sums.pp.row[1] = vec3_madd(sums.pp.row[1], p.y, p);
	sums.pp.row[2] = vec3_madd(sums.pp.row[2], p.z, p);
	sums.ppp = vec3_madd(sums.ppp, vec3_dot(p, p), p);
	sums.extended += state->extended;
	return sums;
}

/* Sums that went on for ever would lose their last digits. */
static void begin_anew(struct leap_tip_path *path)
{
	static const struct leap_path_sums none;
	const struct leap_path_sums *before = &none;

	path->origin = leap_tip_path_back(path, 0)->position;
	path->since_origin = 0;
	for (unsigned int back = path->count; back-- > 0;) {
		unsigned int i = slot(path, back);

		path->sums[i] = sum_up(before, &path->state[i], path->origin);
		before = &path->sums[i];
	}
}

void leap_tip_path_add(struct leap_tip_path *path, const struct leap_tip_state *state)
{
	unsigned int before = path->newest;

	if (!path->count)
		path->begin_us = state->time_us;
	path->newest = (path->newest + 1) % LEAP_PATH_SAMPLES;
	path->state[path->newest] = *state;
	if (path->count < LEAP_PATH_SAMPLES)
		path->count++;
	if (path->count == 1 || ++path->since_origin >= LEAP_PATH_SAMPLES)
		begin_anew(path);
	else
		path->sums[path->newest] =
			sum_up(&path->sums[before], state, path->origin);
}

unsigned int leap_tip_path_span(const struct leap_tip_path *path, double seconds)
{
	int64_t oldest =
		leap_tip_path_back(path, 0)->time_us - (int64_t)(seconds * 1e6);
	unsigned int low = 0, high = path->count - 1;

	while (low < high) {
		unsigned int middle = (low + high + 1) / 2;

		if (leap_tip_path_back(path, middle)->time_us >= oldest)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* Mean, covariance and third moment of a span. */
struct span_moments {
	struct vec3 mean; /* in the world */
	struct mat3 spread;
	struct vec3 skew; /* of |q|^2 q, q being relative to the mean */
	double extended;
};

static struct span_moments moments_of(const struct leap_tip_path *path,
				      unsigned int back)
{
	const struct leap_path_sums *to = &path->sums[path->newest];
	const struct leap_path_sums *from = &path->sums[slot(path, back + 1)];
	double share = 1.0 / (back + 1), square;
	struct vec3 m = vec3_scale(vec3_sub(to->p, from->p), share);
	struct vec3 cube = vec3_scale(vec3_sub(to->ppp, from->ppp), share);
	struct span_moments moments = { .mean = vec3_add(m, path->origin) };
	struct mat3 second;

	for (int i = 0; i < 3; i++)
		second.row[i] =
			vec3_scale(vec3_sub(to->pp.row[i], from->pp.row[i]), share);
	moments.spread.row[0] = vec3_madd(second.row[0], -m.x, m);
	moments.spread.row[1] = vec3_madd(second.row[1], -m.y, m);
	moments.spread.row[2] = vec3_madd(second.row[2], -m.z, m);
	square = moments.spread.row[0].x + moments.spread.row[1].y +
		 moments.spread.row[2].z;
	moments.skew = vec3_madd(cube, -2.0, mat3_apply(&second, m));
	moments.skew = vec3_madd(moments.skew, vec3_dot(m, m) - square, m);
	moments.extended = (to->extended - from->extended) * share;
	return moments;
}

/* Eigenvalues of a symmetric matrix, the smallest first (trigonometric solution). */
static void eigenvalues(const struct mat3 *a, double ret_value[3])
{
	double mean = (a->row[0].x + a->row[1].y + a->row[2].z) / 3.0;
	double off = a->row[0].y * a->row[0].y + a->row[0].z * a->row[0].z +
		     a->row[1].z * a->row[1].z;
	double x = a->row[0].x - mean, y = a->row[1].y - mean, z = a->row[2].z - mean;
	double p = sqrt(fmax(0.0, (x * x + y * y + z * z + 2.0 * off) / 6.0));
	struct mat3 b = *a;
	double angle;

	b.row[0].x = x, b.row[1].y = y, b.row[2].z = z;
	angle = p > 0.0 ? mat3_determinant(&b) / (2.0 * p * p * p) : 0.0;
	angle = acos(fmax(-1.0, fmin(1.0, angle))) / 3.0;
	ret_value[2] = mean + 2.0 * p * cos(angle);
	ret_value[0] = mean + 2.0 * p * cos(angle + 2.0 * M_PI / 3.0);
	ret_value[1] = 3.0 * mean - ret_value[0] - ret_value[2];
}

/* The rows of a - value * 1 span the plane that an eigenvector is perpendicular to. */
static struct vec3 eigenvector(const struct mat3 *a, double value)
{
	struct mat3 b = *a;
	struct vec3 best = { 0 };

	b.row[0].x -= value, b.row[1].y -= value, b.row[2].z -= value;
	for (int i = 0; i < 3; i++) {
		struct vec3 candidate = vec3_cross(b.row[i], b.row[(i + 1) % 3]);

		if (vec3_dot(candidate, candidate) > vec3_dot(best, best))
			best = candidate;
	}
	return vec3_unit_or(best, vec3(0, 0, 0));
}

/* The circle of least squares, without a look at the single samples. */
static bool fit_circle(const struct span_moments *moments,
		       struct leap_circle_fit *ret_fit)
{
	struct vec3 along, across, in_plane;
	double value[3];

	eigenvalues(&moments->spread, value);
	if (!(value[1] >= SPREAD_MIN && value[1] >= WIDTH_MIN * value[2]))
		return false;
	ret_fit->normal = eigenvector(&moments->spread, value[0]);
	along = eigenvector(&moments->spread, value[2]);
	across = vec3_cross(ret_fit->normal, along);
	if (fabs(vec3_dot(ret_fit->normal, along)) > 1e-3 || vec3_length(across) < 0.9)
		return false; /* as wide as it is long: no axes, and no path either */
	in_plane = vec3_add(
		vec3_scale(along, vec3_dot(moments->skew, along) / (2.0 * value[2])),
		vec3_scale(across, vec3_dot(moments->skew, across) / (2.0 * value[1])));
	ret_fit->center = vec3_add(moments->mean, in_plane);
	ret_fit->radius = sqrt(vec3_dot(in_plane, in_plane) + value[1] + value[2]);
	ret_fit->height = sqrt(fmax(0.0, value[0])) / ret_fit->radius;
	ret_fit->extended = moments->extended;
	return true;
}

/* Around the centre, from sample to sample; false as soon as it is no circle. */
static bool go_round(const struct leap_tip_path *path, unsigned int back,
		     double farthest_max, struct leap_circle_fit *fit)
{
	double forth = 0.0, rough = 0.0, farthest = 0.0, turned = 0.0;
	struct vec3 before = { 0 };

	for (unsigned int i = back + 1; i-- > 0;) {
		struct vec3 d = vec3_reject(
			vec3_sub(leap_tip_path_back(path, i)->position, fit->center),
			fit->normal);
		double r = vec3_length(d) / fit->radius;

		if (r > farthest_max)
			return false;
		farthest = fmax(farthest, r);
		rough += (r - 1.0) * (r - 1.0);
		if (i < back) {
			double turn =
				atan2(vec3_dot(vec3_cross(before, d), fit->normal),
				      vec3_dot(before, d));

			turned += turn;
			forth += fabs(turn);
		}
		before = d;
	}
	if (turned < 0.0)
		fit->normal = vec3_scale(fit->normal, -1.0);
	fit->turns = fabs(turned) / (2.0 * M_PI);
	fit->roughness = sqrt(rough / (back + 1));
	fit->farthest = farthest;
	return fabs(turned) >= (1.0 - WAY_BACK) * forth;
}

bool leap_tip_path_circle(const struct leap_tip_path *path, unsigned int back,
			  double radius_min, double radius_max, double farthest_max,
			  struct leap_circle_fit *ret_fit)
{
	struct span_moments moments;

	if (back + 1 < SAMPLES_MIN || back + 1 >= path->count)
		return false;
	moments = moments_of(path, back);
	return fit_circle(&moments, ret_fit) && ret_fit->radius >= radius_min &&
	       ret_fit->radius <= radius_max &&
	       go_round(path, back, farthest_max, ret_fit);
}
