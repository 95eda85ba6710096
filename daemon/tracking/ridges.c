// SPDX-License-Identifier: MIT
/*
 * Looks for thin bright lines on circles around a hand, and along lines in space.
 * Pure functions; any thread.
 */
#include "daemon/tracking/ridges.h"

#include <stdlib.h>
#include <string.h>

/* Grey levels by which a ridge stands out against both its sides. */
#define CONTRAST 3.0
/* And the share of its own height. */
#define CONTRAST_SHARE 0.12

/* What follows is in millimetres at FINE and below; a far hand is seen more coarsely. */
#define FINE 170.0
#define SIDE_REACH 12.0 /* from the top of a ridge to its sides */

/* Circles around the palm. */
#define RINGS 15
#define RING_FIRST 64.0
#define RING_STEP 8.0
#define RING_SAMPLE 1.3
#define RING_REACH 16.0 /* as SIDE_REACH: what is nearer than the palm looks wider */
#define RING_WIDER 1.4
#define RING_SAMPLES 1024
#define NODE 8 /* samples between two projections */

#define PEAKS_MAX 16 /* on a circle */
#define LINK_NEAR 2.6 /* a line's ridge is no farther off it than this */
#define LINK_APART 3 /* circles between the two that make a line */
#define LINK_LEAST 5 /* circles */
#define LINK_SLANT 1.1 /* tangent of the angle to the radius */

#define MARGIN 4.0 /* around flesh */

/* Along a line. */
#define STEPS 44
#define BEYOND 24.0 /* either end */
#define LINE_LEAST 10.0
#define LINE_MOST 1000.0
#define SIDE ((int)SIDE_REACH)
#define GATE_MAX 24
#define PROFILE_MAX (2 * (SIDE + GATE_MAX) + 1)
#define STRAIGHT 2.2
#define CLEAR 0.8 /* share of the line that is surely no part of the hand */
#define FAINT 0.35 /* share of the contrast so far */
#define FOLLOW 0.35 /* of a step, in that */
#define GAP_MAX 3 /* steps */
#define STEPS_LEAST 7

/* How wide a tool may look, and a line without a width for each millimetre away. */
#define WIDTH_MOST 12.5
#define BLUR 0.02

#define OUTSIDE 300.0f /* beside it nothing stands out */

/* How much coarser than at FINE. */
static double coarseness(struct vec3 p)
{
	return fmax(1, vec3_length(p) / FINE);
}

static bool is_inside(const struct leap_stereo_frame *frame, const float at[2])
{
	return at[0] >= 0 && at[1] >= 0 && at[0] < (float)frame->width - 1.01f &&
	       at[1] < (float)frame->height - 1.01f;
}

/*
 * @count samples from @from, not including @to; all or none of them are inside.
 * Bilinear, in 1/65536 of a pixel and 1/65536 of a grey level.
 */
static void sample(const struct leap_stereo_frame *frame, enum leap_eye eye,
		   const float from[2], const float to[2], int count, float *ret)
{
	int32_t x, y, dx, dy;

	if (!is_inside(frame, from) || !is_inside(frame, to)) {
		for (int i = 0; i < count; i++)
			ret[i] = OUTSIDE;
		return;
	}
	x = (int32_t)(from[0] * 65536);
	y = (int32_t)(from[1] * 65536);
	dx = (int32_t)((to[0] - from[0]) * 65536) / count;
	dy = (int32_t)((to[1] - from[1]) * 65536) / count;
	for (int i = 0; i < count; i++, x += dx, y += dy) {
		const uint8_t *above, *below;
		int32_t across = x >> 8 & 255, down = y >> 8 & 255, over, under;

		above = frame->pixels + ((y >> 16) * frame->width + (x >> 16)) * 2 +
			eye;
		below = above + frame->width * 2;
		over = (above[0] << 8) + across * (above[2] - above[0]);
		under = (below[0] << 8) + across * (below[2] - below[0]);
		ret[i] = (float)((over << 8) + down * (under - over)) * (1.0f / 65536);
	}
}

static inline float less(float a, float b)
{
	return a < b ? a : b;
}

static inline float more(float a, float b)
{
	return a > b ? a : b;
}

/*
 * The ridge whose top is @at.
 * @reach: samples to either side
 * @ret_middle: between the places where it is half as high, likewise @ret_width
 */
static double measure_peak(const float *v, int at, int reach, double *ret_middle,
			   double *ret_width)
{
	float left = v[at], right = v[at], top = v[at], half;
	int a = at, b = at;
	double from, to;

	for (int i = 1; i <= reach; i++) {
		left = less(left, v[at - i]);
		right = less(right, v[at + i]);
	}
	half = 0.5f * (top + more(left, right));
	while (a > at - reach && v[a] > half)
		a--;
	while (b < at + reach && v[b] > half)
		b++;
	if (b - a < 2) {
		*ret_middle = at;
		*ret_width = 1;
		return 0;
	}
	from = a + (half - v[a]) / more(v[a + 1] - v[a], 1e-3f);
	to = b - (half - v[b]) / more(v[b - 1] - v[b], 1e-3f);

	*ret_middle = 0.5 * (from + to);
	*ret_width = to - from;
	return top - more(left, right);
}

static bool stands_out(double contrast, float top)
{
	return contrast >= CONTRAST && contrast >= CONTRAST_SHARE * top;
}

double leap_ridge_width_most(struct vec3 p)
{
	return hypot(WIDTH_MOST, BLUR * vec3_length(p));
}

/* A hand's surroundings in a plane that faces the device. */
struct view {
	const struct leap_crop_optics *optics;
	const struct leap_stereo_frame *frame;
	enum leap_eye eye;
	struct vec3 from; /* the eye */
	struct vec3 middle;
	struct vec3 axis[3]; /* across, down, along the view */
	double scale; /* millimetres for one at FINE */
	double width_most;
	struct capsule {
		double end[2][2];
		double radius[2];
	} flesh[LEAP_HANDS_MAX * LEAP_RODS];
	int rods;
};

struct peak {
	double x, y;
	double contrast;
};

struct ring {
	int count;
	struct peak peak[PEAKS_MAX];
};

static void in_plane(const struct view *v, struct vec3 p, double ret[2],
		     double *ret_scale)
{
	struct vec3 ray = vec3_sub(p, v->from);
	double away = fmax(vec3_dot(ray, v->axis[2]), 10);
	double scale = vec3_dot(vec3_sub(v->middle, v->from), v->axis[2]) / away;
	struct vec3 at = vec3_sub(vec3_madd(v->from, scale, ray), v->middle);

	ret[0] = vec3_dot(at, v->axis[0]);
	ret[1] = vec3_dot(at, v->axis[1]);
	*ret_scale = scale;
}

static void add_flesh(struct view *v, const struct leap_skeleton *s)
{
	for (int r = 0; r < LEAP_RODS; r++) {
		struct capsule *c = &v->flesh[v->rods++];

		for (int i = 0; i < 2; i++) {
			double scale;

			in_plane(v, s->rod[r].end[i], c->end[i], &scale);
			c->radius[i] = s->rod[r].radius[i] * scale + MARGIN * v->scale;
		}
	}
}

static bool is_flesh(const struct view *v, const struct peak *p)
{
	for (int r = 0; r < v->rods; r++) {
		const struct capsule *c = &v->flesh[r];
		double x = c->end[1][0] - c->end[0][0], y = c->end[1][1] - c->end[0][1];
		double px = p->x - c->end[0][0], py = p->y - c->end[0][1];
		double t = (x * px + y * py) / fmax(x * x + y * y, 1e-6);

		t = fmin(fmax(t, 0), 1);
		if (hypot(px - t * x, py - t * y) <
		    c->radius[0] + t * (c->radius[1] - c->radius[0]))
			return true;
	}
	return false;
}

static struct vec3 out_of_plane(const struct view *v, double x, double y)
{
	return vec3_madd(vec3_madd(v->middle, x, v->axis[0]), y, v->axis[1]);
}

static double ring_radius(const struct view *v, int ring)
{
	return (RING_FIRST + ring * RING_STEP) * v->scale;
}

/* Brightness around a circle; Return: how many samples. */
static int walk_ring(const struct view *v, double radius, float *ret)
{
	int nodes = (int)(2 * M_PI * radius / (RING_SAMPLE * v->scale) / NODE);
	double x = radius, y = 0, turn, c, s;
	bool was_seen = false;
	float was[2] = { 0, 0 };

	nodes = nodes > RING_SAMPLES / NODE ? RING_SAMPLES / NODE : nodes;
	turn = 2 * M_PI / nodes;
	c = cos(turn);
	s = sin(turn);
	for (int n = 0; n <= nodes; n++) {
		float pixel[2] = { 0, 0 };
		bool seen = leap_crop_project(v->optics, v->eye, out_of_plane(v, x, y),
					      pixel);
		double next = c * x - s * y;

		if (n > 0 && seen && was_seen)
			sample(v->frame, v->eye, was, pixel, NODE,
			       ret + (n - 1) * NODE);
		else if (n > 0)
			for (int i = 0; i < NODE; i++)
				ret[(n - 1) * NODE + i] = OUTSIDE;
		was_seen = seen;
		memcpy(was, pixel, sizeof(was));
		y = s * x + c * y;
		x = next;
	}
	return nodes * NODE;
}

/* Thin ridges on a circle that are not in known flesh. */
static void find_peaks(const struct view *v, double radius, struct ring *ret)
{
	float around[RING_SAMPLES + 64], *value = around + 32;
	int count = walk_ring(v, radius, value);
	double pitch = 2 * M_PI * radius / count;
	int reach = (int)ceil(RING_REACH * v->scale / pitch), next = 0;

	memcpy(around, value + count - 32, 32 * sizeof(float));
	memcpy(value + count, value, 32 * sizeof(float));
	ret->count = 0;
	for (int i = 0; i < count && ret->count < PEAKS_MAX; i++) {
		struct peak *p = &ret->peak[ret->count];
		double middle, width, angle;

		if (i < next || value[i] < value[i - 1] || value[i] < value[i + 1] ||
		    value[i] >= OUTSIDE ||
		    value[i] < CONTRAST + more(value[i - reach], value[i + reach]))
			continue;
		p->contrast = measure_peak(value, i, reach, &middle, &width);
		if (!stands_out(p->contrast, value[i]) || width * pitch > v->width_most)
			continue;
		angle = 2 * M_PI * middle / count;
		p->x = radius * cos(angle);
		p->y = radius * sin(angle);
		next = (int)middle + 2;
		ret->count += !is_flesh(v, p);
	}
}

/* A straight line through peaks of many circles. */
struct link {
	double start[2];
	double way[2]; /* unit, outwards */
	double reach; /* to the outermost peak */
	int rings;
	double contrast; /* sum */
};

static const struct peak *peak_near(const struct ring *ring, const double at[2],
				    double near)
{
	const struct peak *best = NULL;

	for (int i = 0; i < ring->count; i++) {
		const struct peak *p = &ring->peak[i];
		double off = hypot(p->x - at[0], p->y - at[1]);

		if (off < near) {
			best = p;
			near = off;
		}
	}
	return best;
}

/* Where the line meets a circle, outwards. */
static bool meet_ring(const struct link *link, double radius, double *ret_along)
{
	double b = link->start[0] * link->way[0] + link->start[1] * link->way[1];
	double c = link->start[0] * link->start[0] + link->start[1] * link->start[1] -
		   radius * radius;

	if (b * b < c)
		return false;
	*ret_along = -b + sqrt(b * b - c);
	return true;
}

/* From the circle of its start outwards, as far as the line goes on. */
static void follow_link(const struct view *v, const struct ring *rings, int first,
			struct link *link)
{
	int missed = 0;

	link->rings = 0;
	link->contrast = 0;
	for (int r = first; r < RINGS && missed < 2; r++) {
		const struct peak *p;
		double along, at[2];

		if (!meet_ring(link, ring_radius(v, r), &along))
			return;
		at[0] = link->start[0] + along * link->way[0];
		at[1] = link->start[1] + along * link->way[1];
		p = peak_near(&rings[r], at, LINK_NEAR * v->scale);
		if (!p) {
			missed++;
			continue;
		}
		missed = 0;
		link->rings++;
		link->contrast += fmin(p->contrast, 40);
		link->reach = along;
	}
}

static bool make_link(const struct peak *from, const struct peak *to, struct link *ret)
{
	double x = to->x - from->x, y = to->y - from->y, long_ = hypot(x, y);
	double out = (x * from->x + y * from->y) / hypot(from->x, from->y);

	if (out <= 0 || long_ > out * hypot(1, LINK_SLANT))
		return false;
	ret->start[0] = from->x;
	ret->start[1] = from->y;
	ret->way[0] = x / long_;
	ret->way[1] = y / long_;
	return true;
}

static bool is_same_link(const struct link *a, const struct link *b)
{
	double x = b->start[0] - a->start[0], y = b->start[1] - a->start[1];
	double cross = a->way[0] * b->way[1] - a->way[1] * b->way[0];

	return fabs(cross) < 0.15 && fabs(x * a->way[1] - y * a->way[0]) < 8;
}

/* Keeps the best ones in order. */
static void keep_link(const struct link *link, struct link *best, int *count)
{
	int i, last;

	for (i = 0; i < *count && !is_same_link(link, &best[i]); i++)
		;
	if (i < *count) {
		if (best[i].contrast >= link->contrast)
			return;
		last = i;
	} else if (*count < LEAP_RIDGES_MAX) {
		last = (*count)++;
	} else if (best[*count - 1].contrast < link->contrast) {
		last = *count - 1;
	} else {
		return;
	}
	for (; last > 0 && best[last - 1].contrast < link->contrast; last--)
		best[last] = best[last - 1];
	best[last] = *link;
}

static int link_peaks(const struct view *v, const struct ring *rings,
		      struct link best[LEAP_RIDGES_MAX])
{
	int count = 0;

	for (int r = 0; r + LINK_APART < RINGS; r++) {
		const struct ring *near = &rings[r], *far = &rings[r + LINK_APART];

		for (int i = 0; i < near->count; i++) {
			for (int k = 0; k < far->count; k++) {
				struct link link;

				if (!make_link(&near->peak[i], &far->peak[k], &link))
					continue;
				follow_link(v, rings, r, &link);
				if (link.rings >= LINK_LEAST)
					keep_link(&link, best, &count);
			}
		}
	}
	return count;
}

static void set_view(struct vec3 palm, struct view *v)
{
	struct vec3 across;

	v->from = vec3(v->optics->eye[v->eye].eye_x, 0, 0);
	v->middle = palm;
	v->axis[2] = vec3_unit_or(palm, vec3(0, 1, 0));
	across = vec3_reject(vec3(1, 0, 0), v->axis[2]);
	v->axis[0] = vec3_unit_or(across, vec3(0, 0, 1));
	v->axis[1] = vec3_cross(v->axis[2], v->axis[0]);
	v->scale = coarseness(palm);
	v->width_most = RING_WIDER * leap_ridge_width_most(palm);
}

int leap_ridges_leave(const struct leap_crop_optics *optics,
		      const struct leap_stereo_frame *frame, enum leap_eye eye,
		      const struct leap_skeleton *const *flesh, unsigned int count,
		      unsigned int which, struct leap_line ret_lines[LEAP_RIDGES_MAX])
{
	struct view v = { .optics = optics, .frame = frame, .eye = eye };
	struct link best[LEAP_RIDGES_MAX];
	struct ring rings[RINGS];
	int found;

	set_view(flesh[which]->pose.place, &v);
	for (unsigned int i = 0; i < count; i++)
		add_flesh(&v, flesh[i]);
	for (int r = 0; r < RINGS; r++)
		find_peaks(&v, ring_radius(&v, r), &rings[r]);
	found = link_peaks(&v, rings, best);
	for (int i = 0; i < found; i++) {
		const struct link *l = &best[i];

		ret_lines[i].base = out_of_plane(&v, l->start[0], l->start[1]);
		ret_lines[i].tip = out_of_plane(&v, l->start[0] + l->reach * l->way[0],
						l->start[1] + l->reach * l->way[1]);
	}
	return found;
}

/* One place on a line. */
struct step {
	bool inside; /* the picture */
	bool there; /* a ridge is */
	double at; /* millimetres beyond the tip */
	double offset;
	double width;
	double contrast;
};

struct look {
	const struct leap_crop_optics *optics;
	const struct leap_stereo_frame *frame;
	enum leap_eye eye;
	const struct leap_line *line;
	double length;
	double pitch; /* of a profile, millimetres */
	double width_most;
	int gate; /* samples to either side of the middle where a ridge may be */
	int samples; /* of a profile */
	float profile[STEPS][PROFILE_MAX];
	struct step step[STEPS];
};

static struct vec3 side_of(const struct look *l, struct vec3 p, struct vec3 way)
{
	struct vec3 ray = vec3_sub(p, vec3(l->optics->eye[l->eye].eye_x, 0, 0));

	return vec3_unit_or(vec3_cross(way, ray), vec3(1, 0, 0));
}

static double step_at(const struct look *l, int i)
{
	return i * (l->length + 2 * BEYOND) / (STEPS - 1) - l->length - BEYOND;
}

static void take_profiles(struct look *l, const struct vec3 side[2])
{
	double length = l->length, before = 0.5 * (l->samples - 1) * l->pitch,
	       after = before + l->pitch;

	for (int i = 0; i < STEPS; i++) {
		double at = step_at(l, i), share = 1 + at / length;
		struct vec3 p = vec3_lerp(l->line->base, l->line->tip, share);
		struct vec3 across =
			vec3_lerp(side[0], side[1], fmax(0, fmin(share, 1)));
		float from[2], to[2];

		l->step[i].at = at;
		l->step[i].inside = leap_crop_project(l->optics, l->eye,
						      vec3_madd(p, -before, across),
						      from) &&
				    leap_crop_project(l->optics, l->eye,
						      vec3_madd(p, after, across), to);
		if (!l->step[i].inside)
			continue;
		sample(l->frame, l->eye, from, to, l->samples, l->profile[i]);
		l->step[i].inside = l->profile[i][0] < OUTSIDE &&
				    l->profile[i][l->samples - 1] < OUTSIDE;
	}
}

/* What is thin and straight gains by being averaged along the line. */
static void average(const struct look *l, int i, float ret[PROFILE_MAX])
{
	const float *before = l->profile[i], *after = l->profile[i];

	if (i > 0 && l->step[i - 1].inside)
		before = l->profile[i - 1];
	if (i + 1 < STEPS && l->step[i + 1].inside)
		after = l->profile[i + 1];
	for (int k = 0; k < l->samples; k++)
		ret[k] = 0.25f * (before[k] + 2 * l->profile[i][k] + after[k]);
}

static void find_in_profile(struct look *l, int i)
{
	const int middle = l->samples / 2;
	struct step *s = &l->step[i];
	float v[PROFILE_MAX];

	average(l, i, v);
	s->there = false;
	s->contrast = 0;
	for (int k = middle - l->gate; k <= middle + l->gate; k++) {
		double at, width, contrast;

		if (v[k] < v[k - 1] || v[k] < v[k + 1])
			continue;
		contrast = measure_peak(v, k, SIDE, &at, &width);
		if (contrast <= s->contrast)
			continue;
		s->contrast = contrast;
		s->offset = (at - middle) * l->pitch;
		s->width = width * l->pitch;
		s->there = stands_out(contrast, v[k]) && s->width <= l->width_most;
	}
}

/*
 * The longest run of steps on which there is a ridge, short gaps allowed.
 * Return: whether it is one to speak of.
 */
static bool find_run(const struct look *l, int *ret_first, int *ret_last)
{
	int first = -1, last = -1, best = 0;

	for (int i = 0; i < STEPS; i++) {
		if (!l->step[i].there)
			continue;
		if (first < 0 || i - last > GAP_MAX + 1)
			first = i;
		last = i;
		if (last - first < best)
			continue;
		best = last - first;
		*ret_first = first;
		*ret_last = last;
	}
	return best >= STEPS_LEAST;
}

/* Where between two steps it has fallen to half of what it was. */
static double find_end(const struct look *l, int last)
{
	const struct step *s = &l->step[last];
	double height = 0, next;
	int count = 0;

	if (last + 1 == STEPS)
		return s->at;
	for (int i = last; i >= 0 && i > last - 5; i--) {
		height += l->step[i].there ? l->step[i].contrast : 0;
		count += l->step[i].there;
	}
	height *= 0.5 / count;
	next = s[1].contrast;
	if (s->contrast <= height || next >= height)
		return s->at;
	return s->at +
	       (s->contrast - height) / (s->contrast - next) * (s[1].at - s->at);
}

struct straight {
	double base, slope; /* offset at step 0, and by step */
};

/* Of the part that is well clear of the hand. */
static struct straight fit_straight(const struct look *l, int first, int last,
				    const struct straight *near)
{
	double n = 0, x = 0, y = 0, xx = 0, xy = 0, det;

	for (int i = first; i <= last; i++) {
		double w = l->step[i].there, off;

		if (l->step[i].at < -CLEAR * l->length)
			continue;
		if (near) {
			off = l->step[i].offset - near->base - i * near->slope;
			off /= STRAIGHT * l->pitch;
			w /= 1 + off * off * off * off;
		}
		n += w;
		x += w * i;
		y += w * l->step[i].offset;
		xx += w * i * i;
		xy += w * i * l->step[i].offset;
	}
	det = fmax(n * xx - x * x, 1e-3);
	return (struct straight){ (xx * y - x * xy) / det, (n * xy - x * y) / det };
}

static double off_straight(const struct look *l, int i, const struct straight *fit)
{
	return l->step[i].offset - fit->base - i * fit->slope;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *value, int count)
{
	qsort(value, (size_t)count, sizeof(*value), by_value);
	return value[count / 2];
}

/* Drops what is not on the line, and what is too faint to be its continuation. */
static void straighten(struct look *l, int first, int last, struct straight *ret_fit)
{
	double level = 0;

	*ret_fit = fit_straight(l, first, last, NULL);
	for (int i = 0; i < 3; i++)
		*ret_fit = fit_straight(l, first, last, ret_fit);
	for (int i = first; i <= last; i++) {
		struct step *s = &l->step[i];

		s->there = s->there && s->contrast > FAINT * level &&
			   fabs(off_straight(l, i, ret_fit)) < STRAIGHT * l->pitch;
		if (s->there)
			level += (level > 0 ? FOLLOW : 1) * (s->contrast - level);
	}
}

static void describe(const struct look *l, int first, int last,
		     const struct straight *fit, struct leap_ridge *ret)
{
	double width[STEPS] = { 0 }, sum = 0;
	double by_step = (STEPS - 1) / (l->length + 2 * BEYOND);
	int count = 0, inside = 0;

	for (int i = first; i <= last; i++) {
		double off = off_straight(l, i, fit);

		inside += l->step[i].inside;
		if (!l->step[i].there)
			continue;
		width[count++] = l->step[i].width;
		sum += off * off;
	}
	ret->offset[0] = fit->base + BEYOND * by_step * fit->slope;
	ret->offset[1] = fit->base + (BEYOND + l->length) * by_step * fit->slope;
	ret->begins = l->step[first].at;
	ret->ends = find_end(l, last);
	ret->cut = last + 1 < STEPS && !l->step[last + 1].inside;
	ret->seen = count / (double)inside;
	ret->rough = sqrt(sum / count);
	ret->width = median(width, count);
}

bool leap_ridge_measure(const struct leap_crop_optics *optics,
			const struct leap_stereo_frame *frame, enum leap_eye eye,
			const struct leap_line *line, double reach,
			struct leap_ridge *ret_ridge)
{
	struct vec3 way = vec3_unit_or(vec3_sub(line->tip, line->base), vec3(0, 0, -1));
	struct look l = { .optics = optics, .frame = frame, .eye = eye, .line = line };
	struct straight fit;
	int first, last;

	l.length = vec3_distance(line->base, line->tip);
	if (!(l.length > LINE_LEAST && l.length < LINE_MOST))
		return false;
	l.pitch = coarseness(vec3_lerp(line->base, line->tip, 0.5));
	l.width_most = leap_ridge_width_most(line->tip);
	l.gate = (int)fmin(reach / l.pitch + 1, GATE_MAX);
	l.samples = 2 * (SIDE + l.gate) + 1;
	ret_ridge->side[0] = side_of(&l, line->base, way);
	ret_ridge->side[1] = side_of(&l, line->tip, way);
	take_profiles(&l, ret_ridge->side);
	for (int i = 0; i < STEPS; i++)
		if (l.step[i].inside)
			find_in_profile(&l, i);
	if (!find_run(&l, &first, &last))
		return false;
	straighten(&l, first, last, &fit);
	if (!find_run(&l, &first, &last))
		return false;
	describe(&l, first, last, &fit, ret_ridge);
	return true;
}
