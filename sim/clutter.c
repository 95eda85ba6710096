// SPDX-License-Identifier: MIT
/*
 * What is above a controller and is no hand, built of the same blended cones.
 * Pure values; no state, any thread.
 */
#include "sim/clutter.h"

#include <stddef.h>

#include "sim/random.h"

struct pile {
	struct leap_sim_surface *surface;
	uint64_t seed;
	double blend;
	double albedo;
	double mottle;
	struct vec3 wave;
};

static double draw(const struct pile *p, uint64_t purpose, double low, double high)
{
	return leap_sim_uniform(p->seed, purpose, low, high);
}

static double draw_log(const struct pile *p, uint64_t purpose, double low, double high)
{
	return leap_sim_uniform_log(p->seed, purpose, low, high);
}

static void part(struct pile *p, double blend, double albedo)
{
	leap_sim_surface_part(p->surface);
	p->blend = blend;
	p->albedo = albedo;
}

static struct leap_sim_cone *cone(struct pile *p, struct vec3 from, struct vec3 to,
				  double r_from, double r_to)
{
	struct leap_sim_cone *c =
		leap_sim_surface_cone(p->surface, from, to, r_from, r_to, 0, p->blend);

	if (!c)
		return NULL;
	c->albedo = (float)p->albedo;
	leap_sim_cone_blotches(c, p->mottle, p->wave, vec3_dot(p->wave, from));
	return c;
}

/* Folds of cloth are blotches to the eye. */
static void cloth(struct pile *p)
{
	double size = draw(p, 90, 15, 90);

	p->mottle = draw(p, 91, 0, 0.3);
	p->wave = vec3_scale(vec3_unit_or(vec3(draw(p, 92, -1, 1), draw(p, 93, -1, 1),
					       draw(p, 94, -1, 1)),
					  vec3(1, 0, 0)),
			     1 / size);
}

static unsigned int torso(struct pile *p, struct vec3 ret[4])
{
	double size = draw(p, 1, 0.75, 1.15), wide = 95 * size;
	struct vec3 waist =
		vec3(draw(p, 2, -180, 180), draw(p, 3, -80, 140), draw(p, 4, 190, 420));
	struct vec3 chest = vec3_add(
		waist, vec3(draw(p, 5, -40, 40), 330 * size, draw(p, 6, -110, 30)));

	cloth(p);
	part(p, 60, draw_log(p, 7, 0.12, 1.4));
	for (int side = -1; side <= 1; side += 2) {
		struct vec3 shoulder =
			vec3_add(chest, vec3(side * 175 * size, draw(p, 8, 0, 40), 20));
		struct vec3 elbow =
			vec3_add(shoulder, vec3(side * draw(p, 9, 0, 120),
						draw(p, 10, -320, -160) * size,
						draw(p, 11 + side, -120, 120)));

		cone(p, vec3_add(waist, vec3(side * 70 * size, 0, 0)),
		     vec3_add(chest, vec3(side * 75 * size, 0, 0)), wide, 1.1 * wide);
		cone(p, chest, shoulder, 80 * size, 60 * size);
		cone(p, shoulder, elbow, 55 * size, 42 * size);
		ret[side < 0 ? 2 : 3] = elbow;
	}
	ret[0] = vec3_madd(waist, -wide, vec3(0, 0, 1));
	ret[1] = vec3_madd(chest, -wide, vec3(0, 0.5, 0.9));
	return 4;
}

static unsigned int head(struct pile *p, struct vec3 ret[4])
{
	double size = draw(p, 1, 0.85, 1.1), skin = draw(p, 2, 0.7, 1.3);
	double lean = draw(p, 3, -0.2, 1.0), turn = draw(p, 4, -0.6, 0.6);
	struct vec3 skull =
		vec3(draw(p, 5, -150, 150), draw(p, 6, 210, 560), draw(p, 7, -60, 330));
	/* Out of the face: towards the device when it leans over it. */
	struct vec3 front = vec3_unit_or(
		vec3(sin(turn), -sin(lean), -cos(lean) * cos(turn)), vec3(0, -1, 0));
	struct vec3 side = vec3_unit_or(
		vec3_cross(front, vec3(0, cos(lean), -sin(lean))), vec3(1, 0, 0));
	struct vec3 down = vec3_cross(front, side);
	struct vec3 chin, nose;

	if (down.y > 0) {
		down = vec3_scale(down, -1);
		side = vec3_scale(side, -1);
	}
	chin = vec3_madd(vec3_madd(skull, 88 * size, down), 50 * size, front);
	nose = vec3_madd(vec3_madd(skull, 42 * size, down), 92 * size, front);
	part(p, 22, skin);
	cone(p, skull, vec3_madd(skull, 45 * size, down), 80 * size, 68 * size);
	cone(p, vec3_madd(skull, 60 * size, down), chin, 58 * size, 26 * size);
	cone(p, vec3_madd(vec3_madd(skull, 10 * size, down), 72 * size, front), nose,
	     10 * size, 15 * size);
	cone(p, vec3_madd(skull, 80 * size, down),
	     vec3_madd(vec3_madd(skull, 200 * size, down), -50 * size, front),
	     52 * size, 60 * size);
	for (int s = -1; s <= 1; s += 2) {
		struct vec3 ear = vec3_madd(vec3_madd(skull, s * 76 * size, side),
					    30 * size, down);

		cone(p, ear, vec3_madd(ear, 30 * size, down), 12 * size, 9 * size);
	}
	part(p, 10, skin * draw_log(p, 8, 0.15, 0.9));
	cone(p, vec3_madd(vec3_madd(skull, -24 * size, down), -14 * size, front),
	     vec3_madd(skull, -40 * size, front), 78 * size, 74 * size);
	ret[0] = nose;
	ret[1] = chin;
	ret[2] = vec3_madd(skull, 75 * size, front);
	return 3;
}

static unsigned int sleeve(struct pile *p, struct vec3 ret[4])
{
	double size = draw(p, 1, 0.7, 1.15);
	struct vec3 end =
		vec3(draw(p, 2, -140, 140), draw(p, 3, 90, 420), draw(p, 4, -120, 140));
	double yaw = draw(p, 5, -0.9, 0.9), pitch = draw(p, 6, -0.5, 0.6);
	struct vec3 way =
		vec3(sin(yaw) * cos(pitch), -sin(pitch), cos(yaw) * cos(pitch));
	struct vec3 elbow = vec3_madd(end, draw(p, 7, 180, 330), way);
	struct leap_sim_cone *c;

	cloth(p);
	part(p, 14, draw_log(p, 8, 0.15, 1.5));
	c = cone(p, end, elbow, draw(p, 9, 24, 44) * size, draw(p, 10, 42, 60) * size);
	if (c)
		c->cut = draw(p, 11, 0, 1) < 0.7;
	if (draw(p, 12, 0, 1) < 0.5)
		cone(p, elbow,
		     vec3_add(elbow, vec3(draw(p, 13, -120, 120), draw(p, 14, 60, 260),
					  draw(p, 15, 0, 200))),
		     50 * size, 60 * size);
	ret[0] = end;
	ret[1] = vec3_lerp(end, elbow, 0.4);
	ret[2] = elbow;
	return 3;
}

static unsigned int object(struct pile *p, struct vec3 ret[4])
{
	struct vec3 at =
		vec3(draw(p, 2, -220, 220), draw(p, 3, 70, 480), draw(p, 4, -160, 200));
	struct vec3 way = vec3_unit_or(
		vec3(draw(p, 5, -1, 1), draw(p, 6, -1, 1), draw(p, 7, -1, 1)),
		vec3(0, 1, 0));
	double length = draw_log(p, 8, 20, 220);
	double radius = draw_log(p, 9, 2.5, 60);
	unsigned int shape = leap_sim_hash(p->seed, 10) % 3;
	struct leap_sim_cone *c;

	cloth(p);
	part(p, 8, draw_log(p, 11, 0.1, 2.5));
	c = cone(p, at, vec3_madd(at, length, way), radius,
		 radius * draw(p, 12, 0.5, 1.2));
	if (c)
		c->cut = shape == 0;
	/* Several of them side by side look like fingers. */
	for (int k = 1; shape == 2 && k <= 4; k++) {
		struct vec3 side = vec3_unit_or(vec3_cross(way, vec3(0.3, 0.9, 0.2)),
						vec3(1, 0, 0));
		struct vec3 next = vec3_madd(at, k * 2.3 * fmin(radius, 14), side);

		cone(p, next, vec3_madd(next, length * draw(p, 20 + k, 0.6, 1.2), way),
		     fmin(radius, 14), fmin(radius, 14));
	}
	ret[0] = at;
	ret[1] = vec3_madd(at, 0.5 * length, way);
	return 2;
}

static unsigned int pile_up(struct pile *p, enum leap_sim_thing thing,
			    struct vec3 ret_places[4])
{
	switch (thing) {
	case LEAP_SIM_TORSO:
		return torso(p, ret_places);
	case LEAP_SIM_HEAD:
		return head(p, ret_places);
	case LEAP_SIM_SLEEVE:
		return sleeve(p, ret_places);
	case LEAP_SIM_OBJECT:
		return object(p, ret_places);
	case LEAP_SIM_THINGS:
		break;
	}
	return 0;
}

unsigned int leap_sim_clutter(uint64_t seed, enum leap_sim_thing thing,
			      struct vec3 sway, struct leap_sim_surface *surface,
			      struct vec3 ret_places[4])
{
	struct pile p = { .surface = surface, .seed = seed };
	unsigned int first = surface->count, places = pile_up(&p, thing, ret_places);

	for (unsigned int i = first; i < surface->count; i++) {
		surface->cone[i].start[0] += (float)sway.x;
		surface->cone[i].start[1] += (float)sway.y;
		surface->cone[i].start[2] += (float)sway.z;
	}
	for (unsigned int i = 0; i < places; i++)
		ret_places[i] = vec3_add(ret_places[i], sway);
	return places;
}
