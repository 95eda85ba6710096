// SPDX-License-Identifier: MIT
/*
 * What fingers do: grips that suit a hand, settled by a search over a few angles.
 * Pure values; no state, any thread.
 */
#include "sim/grip.h"

#include "sim/random.h"

#define DEGREES (M_PI / 180.0)

/*
 * Grips are settled by a search over a few of their angles: finger and thumb have to
 * meet, whatever the lengths of this hand's bones.
 */
#define SEARCH_ANGLES 6

struct search {
	const struct leap_sim_shape *shape;
	struct leap_sim_grip grip;
	double *angle[SEARCH_ANGLES];
	double step[SEARCH_ANGLES];
	double start[SEARCH_ANGLES];
	int angles;
	enum leap_finger_type pinching;
	const struct vec3 *way; /* of the thumb's bones */
	double (*misfit)(const struct search *s,
			 struct vec3 joint[LEAP_FINGERS][LEAP_JOINTS]);
};

static void search_angle(struct search *s, double *angle, double step)
{
	s->angle[s->angles] = angle;
	s->step[s->angles] = step;
	s->start[s->angles++] = *angle;
}

static double search_cost(const struct search *s)
{
	struct leap_sim_grip limited = s->grip;
	struct vec3 joint[LEAP_FINGERS][LEAP_JOINTS];
	double strain = 0;

	leap_sim_grip_limit(&limited);
	leap_sim_fingers(s->shape, &limited, joint);
	for (int i = 0; i < s->angles; i++) {
		double moved = (*s->angle[i] - s->start[i]) / s->step[i];

		strain += moved * moved;
	}
	return s->misfit(s, joint) + 0.05 * strain;
}

static bool search_step(struct search *s, double shrink, double *best)
{
	bool better = false;

	for (int i = 0; i < s->angles; i++) {
		double kept = *s->angle[i];

		for (int way = -1; way <= 1; way += 2) {
			double tried = kept + way * shrink * s->step[i];
			double cost;

			*s->angle[i] = tried;
			cost = search_cost(s);
			if (cost < *best) {
				*best = cost;
				kept = tried;
				better = true;
			}
			*s->angle[i] = kept;
		}
	}
	return better;
}

static void search_settle(struct search *s)
{
	double shrink = 1, best = search_cost(s);

	for (int round = 0; round < 400 && shrink > 1e-3; round++)
		if (!search_step(s, shrink, &best))
			shrink *= 0.5;
	leap_sim_grip_limit(&s->grip);
}

static void search_thumb(struct search *s)
{
	search_angle(s, &s->grip.thumb.opposition, 0.2);
	search_angle(s, &s->grip.thumb.adduction, 0.2);
	search_angle(s, &s->grip.thumb.flexion, 12 * DEGREES);
	search_angle(s, &s->grip.thumb.curl, 12 * DEGREES);
}

static double square(double x)
{
	return x * x;
}

/* The pads touch when the bones' ends are two fingertips' flesh apart. */
static double misfit_pinch(const struct search *s,
			   struct vec3 joint[LEAP_FINGERS][LEAP_JOINTS])
{
	double apart = vec3_distance(joint[LEAP_THUMB][LEAP_BTIP],
				     joint[s->pinching][LEAP_BTIP]);

	return square(apart - 12.5 * s->shape->scale);
}

/* The thumb lies across the folded fingers' middle bones, in front of them. */
static double misfit_folded_thumb(const struct search *s,
				  struct vec3 joint[LEAP_FINGERS][LEAP_JOINTS])
{
	double flesh = 17 * s->shape->scale * s->shape->thickness, cost = 0;
	struct vec3 on = vec3_lerp(joint[LEAP_MIDDLE][LEAP_PIP],
				   joint[LEAP_MIDDLE][LEAP_DIP], 0.6);
	struct vec3 target = vec3_madd(on, flesh, vec3(0, 1, 0));

	cost += square(vec3_distance(joint[LEAP_THUMB][LEAP_BTIP], target));
	for (int j = LEAP_DIP; j <= LEAP_BTIP; j++) {
		for (int k = LEAP_INDEX; k <= LEAP_MIDDLE; k++) {
			for (int b = LEAP_PIP; b <= LEAP_BTIP; b++) {
				double gap = vec3_distance(joint[LEAP_THUMB][j],
							   joint[k][b]);

				if (gap < flesh)
					cost += 2 * square(flesh - gap);
			}
		}
	}
	return cost;
}

static struct leap_sim_finger finger(double flexion, double spread, double curl)
{
	return (struct leap_sim_finger){ flexion * DEGREES, spread * DEGREES,
					 curl * DEGREES };
}

static struct leap_sim_thumb thumb(double opposition, double adduction, double flexion,
				   double curl)
{
	return (struct leap_sim_thumb){ opposition, adduction, flexion * DEGREES,
					curl * DEGREES };
}

/* Flexion and spread as the recordings of open hands have them. */
void leap_sim_grip_open(uint64_t seed, struct leap_sim_grip *ret_grip)
{
	double splay = leap_sim_uniform(seed, 20, 0.7, 1.25);
	double bend = leap_sim_uniform(seed, 21, 0.5, 1.2);
	double out = leap_sim_uniform(seed, 22, 0.1, 0.5);
	struct leap_sim_grip g = { 0 };

	g.finger[LEAP_INDEX] = finger(11 * bend, 11 * splay - 4, 9 * bend);
	g.finger[LEAP_MIDDLE] = finger(10 * bend, 1 * splay - 4, 9 * bend);
	g.finger[LEAP_RING] = finger(12 * bend, -7 * splay - 4, 10 * bend);
	g.finger[LEAP_PINKY] = finger(14 * bend, -16 * splay - 4, 11 * bend);
	g.thumb = thumb(0.12, out, 6 * bend, 6 * bend);
	*ret_grip = g;
}

void leap_sim_grip_relaxed(struct leap_sim_grip *ret_grip)
{
	struct leap_sim_grip g = { 0 };

	g.finger[LEAP_INDEX] = finger(20, 2, 26);
	g.finger[LEAP_MIDDLE] = finger(24, -3, 30);
	g.finger[LEAP_RING] = finger(27, -7, 32);
	g.finger[LEAP_PINKY] = finger(27, -13, 32);
	g.thumb = thumb(0.35, 0.55, 10, 14);
	*ret_grip = g;
}

void leap_sim_grip_fist(const struct leap_sim_shape *shape,
			struct leap_sim_grip *ret_grip)
{
	struct search s = { .shape = shape, .misfit = misfit_folded_thumb };

	s.grip.finger[LEAP_INDEX] = finger(74, 1, 98);
	s.grip.finger[LEAP_MIDDLE] = finger(79, 0, 100);
	s.grip.finger[LEAP_RING] = finger(80, -2, 98);
	s.grip.finger[LEAP_PINKY] = finger(80, -4, 94);
	s.grip.thumb = thumb(0.8, 0.4, 25, 40);
	search_thumb(&s);
	search_settle(&s);
	*ret_grip = s.grip;
}

void leap_sim_grip_pinch(const struct leap_sim_shape *shape, enum leap_finger_type with,
			 struct leap_sim_grip *ret_grip)
{
	struct search s = { .shape = shape, .pinching = with, .misfit = misfit_pinch };

	s.grip.finger[LEAP_INDEX] = finger(20, 3, 22);
	s.grip.finger[LEAP_MIDDLE] = finger(24, -3, 26);
	s.grip.finger[LEAP_RING] = finger(20, -7, 22);
	s.grip.finger[LEAP_PINKY] = finger(16, -14, 20);
	s.grip.finger[with].flexion = 42 * DEGREES;
	s.grip.finger[with].curl = 48 * DEGREES;
	s.grip.thumb = thumb(0.7, 0.4, 16, 24);
	search_thumb(&s);
	search_angle(&s, &s.grip.finger[with].flexion, 12 * DEGREES);
	search_angle(&s, &s.grip.finger[with].curl, 12 * DEGREES);
	search_settle(&s);
	*ret_grip = s.grip;
}

/* In square degrees, as other misfits are in square millimetres. */
static double misfit_thumb(const struct search *s,
			   struct vec3 joint[LEAP_FINGERS][LEAP_JOINTS])
{
	double cost = 0;

	for (int b = 0; b < 3; b++) {
		const struct vec3 *j = &joint[LEAP_THUMB][LEAP_MCP + b];
		struct vec3 along = vec3_unit_or(vec3_sub(j[1], j[0]), vec3(0, 0, 1));

		cost += square(vec3_distance(along, s->way[b]) / DEGREES);
	}
	return cost;
}

void leap_sim_grip_thumb(const struct leap_sim_shape *shape, const struct vec3 way[3],
			 struct leap_sim_grip *grip)
{
	struct search s = {
		.shape = shape, .grip = *grip, .way = way, .misfit = misfit_thumb
	};

	s.grip.thumb = thumb(0.3, 0.5, 10, 14);
	search_thumb(&s);
	search_settle(&s);
	grip->thumb = s.grip.thumb;
}
