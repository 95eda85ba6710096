// SPDX-License-Identifier: MIT
/*
 * Light on a surface: follows the rays of one tile to the blended cones and shades
 * what they meet. Pure, any thread.
 *
 * All loops run over the lanes of a tile without branches, so that compilers turn them
 * into vector instructions; contraction is off, so every machine gets the same bits.
 */
#include "sim/trace.h"

#include "sim/vector.h"

#define LANES LEAP_SIM_LANES
#define STEPS_MAX 16
#define HASTE 0.8f
#define HASTE_MAX 4.0f /* millimetres */

/* In pixels: covers and shades are not seen to differ below it. */
#define CLOSE_ENOUGH 0.08f
#define MISSED 0.15f

/* Parts that touch have a crease this soft, millimetres. */
#define CREASE 1.2f

/* Skin is darker where it sees itself within this distance, millimetres. */
#define OCCLUSION 4.0f

/* Inlined into each clone, or they would run the slow variant's code. */
#define LANE_LOOP static inline __attribute__((always_inline))

struct lanes {
	float v[LANES];
} __attribute__((aligned(64)));

struct points {
	struct lanes x, y, z;
};

LANE_LOOP float least(float a, float b)
{
	return a < b ? a : b;
}

LANE_LOOP float most(float a, float b)
{
	return a > b ? a : b;
}

LANE_LOOP float within(float v, float low, float high)
{
	return least(most(v, low), high);
}

LANE_LOOP float cone_at(const struct leap_sim_cone *c, const struct points *p, int i)
{
	float x = p->x.v[i] - c->start[0];
	float y = p->y.v[i] - c->start[1];
	float z = p->z.v[i] - c->start[2];
	float h = (x * c->along[0] + y * c->along[1] + z * c->along[2]) * c->inverse;

	h = within(h, 0, 1);
	x -= h * c->along[0];
	y -= h * c->along[1];
	z -= h * c->along[2];
	return __builtin_sqrtf(x * x + y * y + z * z) -
	       (c->r[0] + h * (c->r[1] + h * c->r[2]));
}

/* Of a cone whose ends are cut off straight. */
LANE_LOOP float stump_at(const struct leap_sim_cone *c, const struct points *p, int i)
{
	float x = p->x.v[i] - c->start[0];
	float y = p->y.v[i] - c->start[1];
	float z = p->z.v[i] - c->start[2];
	float raw = (x * c->along[0] + y * c->along[1] + z * c->along[2]) * c->inverse;
	float h = within(raw, 0, 1), beyond = raw - h, out, end;

	x -= raw * c->along[0];
	y -= raw * c->along[1];
	z -= raw * c->along[2];
	out = __builtin_sqrtf(x * x + y * y + z * z) -
	      (c->r[0] + h * (c->r[1] + h * c->r[2]));
	end = beyond * beyond / c->inverse;
	return beyond == 0 ? out : __builtin_sqrtf(most(out, 0) * most(out, 0) + end);
}

/* The smaller of two distances, rounded over a width of @k (quadratic). */
LANE_LOOP float rounded(float a, float b, float k, float scale)
{
	float h = most(k - __builtin_fabsf(a - b), 0);

	return least(a, b) - h * h * scale;
}

LANE_LOOP void cone_distance(const struct leap_sim_cone *c, const struct points *p,
			     struct lanes *ret)
{
	if (c->cut) {
		for (int i = 0; i < LANES; i++)
			ret->v[i] = stump_at(c, p, i);
		return;
	}
	for (int i = 0; i < LANES; i++)
		ret->v[i] = cone_at(c, p, i);
}

LANE_LOOP void add_cone(const struct leap_sim_cone *c, const struct points *p,
			struct lanes *part)
{
	const float k = c->blend, scale = 0.25f / k;

	if (c->cut) {
		for (int i = 0; i < LANES; i++)
			part->v[i] = rounded(part->v[i], stump_at(c, p, i), k, scale);
		return;
	}
	for (int i = 0; i < LANES; i++)
		part->v[i] = rounded(part->v[i], cone_at(c, p, i), k, scale);
}

LANE_LOOP void blend_distance(struct lanes *a, const struct lanes *b, float k)
{
	const float scale = 0.25f / k;

	for (int i = 0; i < LANES; i++)
		a->v[i] = rounded(a->v[i], b->v[i], k, scale);
}

LANE_LOOP void distance(const struct leap_sim_sight *sight, const struct points *p,
			struct lanes *ret)
{
	struct lanes part = { 0 };

	for (int i = 0; i < LANES; i++)
		ret->v[i] = 1e6f;
	for (unsigned int j = 0; j < sight->count; j++) {
		const struct leap_sim_cone *c = sight->cone[j];

		if (j > 0 && sight->cone[j - 1]->part == c->part) {
			add_cone(c, p, &part);
			continue;
		}
		if (j > 0)
			blend_distance(ret, &part, CREASE);
		cone_distance(c, p, &part);
	}
	blend_distance(ret, &part, CREASE);
}

/*
 * Distance with what shading needs: gradient, albedo, and the radius with which the
 * surface bends away along the ray, which is long where a ray looks along a cone.
 */
struct feel {
	struct lanes d, x, y, z, radius, albedo;
};

/* A wave of height 1 and length 1, near enough to a cosine. */
LANE_LOOP float wave(float at)
{
	float x = at - __builtin_floorf(at) - 0.5f;

	return 16 * x * x * (1.5f - 2 * __builtin_fabsf(x)) - 1;
}

/*
 * What makes skin differ from place to place: creases at joints, the back of a finger
 * and its pad, blotches. @x, @y, @z lead from the cone's axis to the surface, @away
 * times that is a unit vector, @h is where along the axis.
 */
LANE_LOOP float skin(const struct leap_sim_cone *c, float x, float y, float z,
		     float away, float h)
{
	float crease = most(1 - __builtin_fabsf(h) * c->crease_narrow, 0);
	float side = (x * c->tint[0] + y * c->tint[1] + z * c->tint[2]) * away;
	float blotch = wave(c->phase + x * c->wave[0] + y * c->wave[1] +
			    z * c->wave[2] + h * c->wave_along[0]) *
		       wave(c->phase + x * c->wave[1] - y * c->wave[0] +
			    z * c->wave[2] + h * c->wave_along[1]);

	return c->albedo * (1 - c->crease * crease) * (1 + side) *
	       (1 + c->mottle * blotch);
}

/* Before its straight ends, what was found for a round cone is not so. */
LANE_LOOP void stump_feel(const struct leap_sim_cone *c, const struct points *p,
			  struct feel *ret)
{
	const float unit = __builtin_sqrtf(c->inverse);

	for (int i = 0; i < LANES; i++) {
		float x = p->x.v[i] - c->start[0];
		float y = p->y.v[i] - c->start[1];
		float z = p->z.v[i] - c->start[2];
		float raw = (x * c->along[0] + y * c->along[1] + z * c->along[2]) *
			    c->inverse;
		float end = raw < 0 ? -unit : unit;
		int out = raw < 0 || raw > 1;

		ret->d.v[i] = stump_at(c, p, i);
		ret->x.v[i] = out ? end * c->along[0] : ret->x.v[i];
		ret->y.v[i] = out ? end * c->along[1] : ret->y.v[i];
		ret->z.v[i] = out ? end * c->along[2] : ret->z.v[i];
	}
}

LANE_LOOP void cone_feel(const struct leap_sim_cone *c,
			 const struct leap_sim_tile *tile, const struct points *p,
			 struct feel *ret)
{
	for (int i = 0; i < LANES; i++) {
		float x = p->x.v[i] - c->start[0];
		float y = p->y.v[i] - c->start[1];
		float z = p->z.v[i] - c->start[2];
		float raw = (x * c->along[0] + y * c->along[1] + z * c->along[2]) *
			    c->inverse;
		float h = within(raw, 0, 1);
		float length, scale, radius, taper, lengthwise;

		x -= h * c->along[0];
		y -= h * c->along[1];
		z -= h * c->along[2];
		length = __builtin_sqrtf(x * x + y * y + z * z);
		scale = 1 / most(length, 1e-6f);
		radius = c->r[0] + h * (c->r[1] + h * c->r[2]);
		/* The normal leans towards the thin end, but not beyond the ends. */
		taper = raw == h ? (c->r[1] + 2 * h * c->r[2]) * c->inverse : 0;
		lengthwise = tile->x[i] * c->along[0] + tile->y[i] * c->along[1] +
			     tile->z[i] * c->along[2];
		lengthwise *= raw == h ? lengthwise * c->inverse : 0;
		ret->d.v[i] = length - radius;
		ret->x.v[i] = x * scale - taper * c->along[0];
		ret->y.v[i] = y * scale - taper * c->along[1];
		ret->z.v[i] = z * scale - taper * c->along[2];
		ret->radius.v[i] = radius / most(1 - lengthwise, 0.04f);
		ret->albedo.v[i] = skin(c, x, y, z, scale, raw);
	}
	if (c->cut)
		stump_feel(c, p, ret);
}

LANE_LOOP void mix(struct lanes *a, const struct lanes *b, const struct lanes *weight)
{
	for (int i = 0; i < LANES; i++)
		a->v[i] = b->v[i] + weight->v[i] * (a->v[i] - b->v[i]);
}

LANE_LOOP void blend_feel(struct feel *a, const struct feel *b, float k)
{
	float inverse = 0.5f / k;
	struct lanes weight;

	for (int i = 0; i < LANES; i++)
		weight.v[i] = within(0.5f + (b->d.v[i] - a->d.v[i]) * inverse, 0, 1);
	blend_distance(&a->d, &b->d, k);
	mix(&a->x, &b->x, &weight);
	mix(&a->y, &b->y, &weight);
	mix(&a->z, &b->z, &weight);
	mix(&a->radius, &b->radius, &weight);
	mix(&a->albedo, &b->albedo, &weight);
}

LANE_LOOP void feel(const struct leap_sim_tile *tile,
		    const struct leap_sim_sight *sight, const struct points *p,
		    struct feel *ret)
{
	struct feel part, one;
	bool first = true;

	cone_feel(sight->cone[0], tile, p, &part);
	for (unsigned int j = 1; j < sight->count; j++) {
		const struct leap_sim_cone *c = sight->cone[j];

		cone_feel(c, tile, p, &one);
		if (sight->cone[j - 1]->part == c->part) {
			blend_feel(&part, &one, c->blend);
			continue;
		}
		if (first)
			*ret = part;
		else
			blend_feel(ret, &part, CREASE);
		first = false;
		part = one;
	}
	if (first)
		*ret = part;
	else
		blend_feel(ret, &part, CREASE);
	for (int i = 0; i < LANES; i++) {
		float length = __builtin_sqrtf(ret->x.v[i] * ret->x.v[i] +
					       ret->y.v[i] * ret->y.v[i] +
					       ret->z.v[i] * ret->z.v[i]);
		float scale = 1 / most(length, 1e-6f);

		ret->x.v[i] *= scale;
		ret->y.v[i] *= scale;
		ret->z.v[i] *= scale;
	}
}

LANE_LOOP void advance(float eye_x, const struct leap_sim_tile *tile,
		       const struct lanes *t, struct points *ret)
{
	for (int i = 0; i < LANES; i++) {
		ret->x.v[i] = eye_x + t->v[i] * tile->x[i];
		ret->y.v[i] = t->v[i] * tile->y[i];
		ret->z.v[i] = t->v[i] * tile->z[i];
	}
}

/* How much of the world a pixel sees for each millimetre of distance, at the most. */
LANE_LOOP float pixel_extent(const struct leap_sim_tile *tile)
{
	float column = 0, row = 0;

	for (int k = 0; k < 3; k++) {
		column += tile->column[k] * tile->column[k];
		row += tile->row[k] * tile->row[k];
	}
	return __builtin_sqrtf(column + row);
}

/*
 * Sphere tracing: a ray may safely go as far as the surface is away. Rays that miss stop
 * where they passed nearest. Returns the number of lanes whose pixels the surface may
 * touch.
 */
LANE_LOOP int march(float eye_x, const struct leap_sim_tile *tile,
		    const struct leap_sim_sight *sight, struct lanes *ret_t)
{
	const float pixel = pixel_extent(tile), close = CLOSE_ENOUGH * pixel;
	struct lanes t, d, nearest;
	struct points p;
	int touched = 0;

	for (int i = 0; i < LANES; i++) {
		t.v[i] = ret_t->v[i] = sight->nearest;
		nearest.v[i] = 1e6f;
	}
	for (int step = 0; step < STEPS_MAX; step++) {
		int going = 0;

		advance(eye_x, tile, &t, &p);
		distance(sight, &p, &d);
		for (int i = 0; i < LANES; i++) {
			float away = __builtin_fabsf(d.v[i]);
			int nearer = away < nearest.v[i];

			ret_t->v[i] = nearer ? t.v[i] : ret_t->v[i];
			nearest.v[i] = nearer ? away : nearest.v[i];
			going += (nearest.v[i] > close * t.v[i]) &
				 (t.v[i] < sight->farthest);
			/*
			 * A little farther than is safe, to pass quickly along what
			 * is only grazed: no flesh is so thin that this would jump
			 * through it, and what went too far comes back.
			 */
			t.v[i] += d.v[i] + within(HASTE * d.v[i], 0, HASTE_MAX);
		}
		if (going == 0)
			break;
	}
	for (int i = 0; i < LANES; i++)
		touched += nearest.v[i] < pixel * ret_t->v[i];
	return touched;
}

/*
 * The ray passes the local sphere of the surface at a depth that is known also for rays
 * that just miss it; compared with the pixel's extent along the normal it says how much
 * of the pixel is covered.
 */
LANE_LOOP void cover(const struct leap_sim_tile *tile, const struct lanes *t,
		     const struct feel *f, struct lanes *ret)
{
	for (int i = 0; i < LANES; i++) {
		float facing = f->x.v[i] * tile->x[i] + f->y.v[i] * tile->y[i] +
			       f->z.v[i] * tile->z[i];
		float sine = __builtin_sqrtf(most(1 - facing * facing, 0));
		float radius = most(f->radius.v[i], 1);
		float depth = (radius + f->d.v[i]) * sine - radius;
		float across = f->x.v[i] * tile->column[0] +
			       f->y.v[i] * tile->column[1] +
			       f->z.v[i] * tile->column[2];
		float down = f->x.v[i] * tile->row[0] + f->y.v[i] * tile->row[1] +
			     f->z.v[i] * tile->row[2];
		float extent = t->v[i] *
			       (__builtin_fabsf(across) + __builtin_fabsf(down)) /
			       most(sine, 0.2f);
		/* Between two surfaces the gradient may say anything. */
		float missed = f->d.v[i] > MISSED * extent ? 0.6f * f->d.v[i] : -1e6f;
		float part =
			within(0.5f - most(depth, missed) / most(extent, 1e-3f), 0, 1);

		ret->v[i] = tile->y[i] > 0 ? part : 0;
	}
}

LANE_LOOP void shade(const struct leap_sim_tile *tile, const struct points *p,
		     const struct feel *f, const struct leap_sim_light *light,
		     struct lanes *ret)
{
	const float soft = 1 / (1 + light->wrap);

	for (int i = 0; i < LANES; i++)
		ret->v[i] = light->ambient;
	for (int led = 0; led < LEAP_SIM_LEDS; led++) {
		for (int i = 0; i < LANES; i++) {
			float x = light->x[led] - p->x.v[i];
			float y = -p->y.v[i], z = -p->z.v[i];
			float square = x * x + y * y + z * z;
			float inverse = 1 / __builtin_sqrtf(most(square, 1));
			float facing = (x * f->x.v[i] + y * f->y.v[i] + z * f->z.v[i]) *
				       inverse;
			float lit = most(facing + light->wrap, 0) * soft;
			float lobe =
				(1 - light->lobe) + light->lobe * most(-y * inverse, 0);

			lit += light->gloss * most(2 * facing * facing - 1, 0) * lit;
			ret->v[i] += light->power[led] * lit * lobe * inverse * inverse;
		}
	}
	/* The lens passes less to its edge. */
	for (int i = 0; i < LANES; i++)
		ret->v[i] *=
			f->albedo.v[i] * ((1 - light->edge) + light->edge * tile->y[i]);
}

LANE_LOOP void occlude(const struct leap_sim_sight *sight, const struct points *p,
		       const struct feel *f, float shade, struct lanes *signal)
{
	struct points off;
	struct lanes d;

	for (int i = 0; i < LANES; i++) {
		off.x.v[i] = p->x.v[i] + OCCLUSION * f->x.v[i];
		off.y.v[i] = p->y.v[i] + OCCLUSION * f->y.v[i];
		off.z.v[i] = p->z.v[i] + OCCLUSION * f->z.v[i];
	}
	distance(sight, &off, &d);
	for (int i = 0; i < LANES; i++) {
		float open = within(d.v[i] * (1 / OCCLUSION), 0, 1);

		signal->v[i] *= (1 - shade) + shade * open;
	}
}

LEAP_SIM_FOR_EACH_CPU
bool leap_sim_trace(float eye_x, const struct leap_sim_tile *tile,
		    const struct leap_sim_sight *sight,
		    const struct leap_sim_light *light,
		    struct leap_sim_trace *ret_trace)
{
	struct lanes t, signal, part;
	struct points p;
	struct feel f;

	if (march(eye_x, tile, sight, &t) == 0)
		return false;
	advance(eye_x, tile, &t, &p);
	feel(tile, sight, &p, &f);
	cover(tile, &t, &f, &part);
	shade(tile, &p, &f, light, &signal);
	occlude(sight, &p, &f, light->shade, &signal);
	for (int i = 0; i < LANES; i++) {
		ret_trace->signal[i] = signal.v[i];
		ret_trace->cover[i] = part.v[i];
		ret_trace->depth[i] = t.v[i];
	}
	return true;
}
