// SPDX-License-Identifier: MIT
/*
 * What a simulated hand does: a posture for every instant, without a state.
 * A motion is written once at the start and then read only, by any thread.
 */
#include "sim/motion.h"

#include "sim/random.h"

#define DEGREES (M_PI / 180.0)
#define BLEND_SECONDS 0.6

/* What an action adds to the slow wandering of the hand. */
struct gesture {
	struct vec3 offset;
	double yaw; /* inwards */
	double pitch; /* fingers up */
	double roll; /* thumb up */
	struct leap_sim_grip grip;
};

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
	double (*misfit)(const struct leap_sim_shape *shape,
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
	return s->misfit(s->shape, joint) + 0.05 * strain;
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
static double misfit_pinch(const struct leap_sim_shape *shape,
			   struct vec3 joint[LEAP_FINGERS][LEAP_JOINTS])
{
	struct vec3 thumb = joint[LEAP_THUMB][LEAP_BTIP];
	struct vec3 index = joint[LEAP_INDEX][LEAP_BTIP];

	return square(vec3_distance(thumb, index) - 12.5 * shape->scale);
}

/* The thumb lies across the folded fingers' middle bones, in front of them. */
static double misfit_folded_thumb(const struct leap_sim_shape *shape,
				  struct vec3 joint[LEAP_FINGERS][LEAP_JOINTS])
{
	double flesh = 17 * shape->scale * shape->thickness, cost = 0;
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
static void open_grips(struct leap_sim_motion *m)
{
	double splay = leap_sim_uniform(m->seed, 20, 0.7, 1.25);
	double bend = leap_sim_uniform(m->seed, 21, 0.5, 1.2);
	double out = leap_sim_uniform(m->seed, 22, 0.1, 0.5);

	m->open.finger[LEAP_INDEX] = finger(11 * bend, 11 * splay - 4, 9 * bend);
	m->open.finger[LEAP_MIDDLE] = finger(10 * bend, 1 * splay - 4, 9 * bend);
	m->open.finger[LEAP_RING] = finger(12 * bend, -7 * splay - 4, 10 * bend);
	m->open.finger[LEAP_PINKY] = finger(14 * bend, -16 * splay - 4, 11 * bend);
	m->open.thumb = thumb(0.12, out, 6 * bend, 6 * bend);

	m->relaxed.finger[LEAP_INDEX] = finger(20, 2, 26);
	m->relaxed.finger[LEAP_MIDDLE] = finger(24, -3, 30);
	m->relaxed.finger[LEAP_RING] = finger(27, -7, 32);
	m->relaxed.finger[LEAP_PINKY] = finger(27, -13, 32);
	m->relaxed.thumb = thumb(0.35, 0.55, 10, 14);
}

static void closed_grips(struct leap_sim_motion *m)
{
	struct search s = { .shape = &m->shape, .misfit = misfit_folded_thumb };

	m->fist.finger[LEAP_INDEX] = finger(74, 1, 98);
	m->fist.finger[LEAP_MIDDLE] = finger(79, 0, 100);
	m->fist.finger[LEAP_RING] = finger(80, -2, 98);
	m->fist.finger[LEAP_PINKY] = finger(80, -4, 94);
	m->fist.thumb = thumb(0.8, 0.4, 25, 40);
	s.grip = m->fist;
	search_thumb(&s);
	search_settle(&s);
	m->fist = s.grip;

	m->point = m->fist;
	m->point.finger[LEAP_INDEX] = finger(6, 2, 6);
}

static void pinch_grip(struct leap_sim_motion *m)
{
	struct search s = { .shape = &m->shape, .misfit = misfit_pinch };

	s.grip.finger[LEAP_INDEX] = finger(42, 3, 48);
	s.grip.finger[LEAP_MIDDLE] = finger(24, -3, 26);
	s.grip.finger[LEAP_RING] = finger(20, -7, 22);
	s.grip.finger[LEAP_PINKY] = finger(16, -14, 20);
	s.grip.thumb = thumb(0.7, 0.4, 16, 24);
	search_thumb(&s);
	search_angle(&s, &s.grip.finger[LEAP_INDEX].flexion, 12 * DEGREES);
	search_angle(&s, &s.grip.finger[LEAP_INDEX].curl, 12 * DEGREES);
	search_settle(&s);
	m->pinch = s.grip;
}

void leap_sim_motion_init(uint64_t seed, bool left, double apart,
			  struct leap_sim_motion *ret_motion)
{
	struct leap_sim_motion m = { .seed = seed };

	leap_sim_shape_init(leap_sim_hash(seed, 1), left, &m.shape);
	m.home = vec3(apart + leap_sim_uniform(seed, 2, -12, 12),
		      leap_sim_uniform(seed, 3, 185, 225),
		      leap_sim_uniform(seed, 4, -15, 20));
	open_grips(&m);
	closed_grips(&m);
	pinch_grip(&m);
	*ret_motion = m;
}

/* A sine of its own period and phase for every purpose. */
static double drift(const struct leap_sim_motion *m, uint64_t purpose, double seconds,
		    double shortest, double longest)
{
	double period =
		leap_sim_uniform(m->seed, 2 * purpose + 1000, shortest, longest);
	double phase = leap_sim_uniform(m->seed, 2 * purpose + 1001, 0, 2 * M_PI);

	return sin(2 * M_PI * seconds / period + phase);
}

static double wander(const struct leap_sim_motion *m, uint64_t purpose, double seconds)
{
	return 0.65 * drift(m, 2 * purpose, seconds, 4.5, 7.5) +
	       0.35 * drift(m, 2 * purpose + 1, seconds, 2.2, 3.6);
}

/* 0 below, 1 above, with no slope or bend at either end. */
static double rise(double t)
{
	if (t <= 0)
		return 0;
	if (t >= 1)
		return 1;
	return t * t * t * (10 + t * (6 * t - 15));
}

/* 0 at whole numbers, 1 half-way. */
static double pulse(double t)
{
	return 0.5 - 0.5 * cos(2 * M_PI * t);
}

static struct leap_sim_grip count_grip(const struct leap_sim_motion *m, double u)
{
	struct leap_sim_grip g = m->fist;

	for (int i = 0; i < LEAP_FINGERS; i++) {
		int k = (LEAP_INDEX + i) % LEAP_FINGERS;
		double out = rise((u - 0.06 - 0.17 * i) / 0.09);
		struct leap_sim_grip one;

		leap_sim_grip_lerp(&m->fist, &m->open, out, &one);
		if (k == LEAP_THUMB)
			g.thumb = one.thumb;
		else
			g.finger[k] = one.finger[k];
	}
	return g;
}

/*
 * An action at the part @u of its stretch. Also evaluated a little after its end, where
 * it goes on smoothly while the next one takes over.
 */
static struct gesture gesture_at(const struct leap_sim_motion *m,
				 enum leap_sim_action action, double u)
{
	struct gesture g = { .grip = m->open };
	double seconds = u * LEAP_SIM_STRETCH;

	switch (action) {
	case LEAP_SIM_HOVER:
	case LEAP_SIM_ACTIONS:
		break;
	case LEAP_SIM_SWAY:
		leap_sim_grip_lerp(&m->open, &m->relaxed, 0.6, &g.grip);
		g.offset.x = 38 * pulse(u) * sin(2 * M_PI * 0.8 * seconds);
		g.offset.z = 12 * pulse(u);
		break;
	case LEAP_SIM_TURN:
		g.roll = 50 * DEGREES * pulse(u);
		break;
	case LEAP_SIM_FIST:
		leap_sim_grip_lerp(&m->open, &m->fist, pulse(2 * u), &g.grip);
		break;
	case LEAP_SIM_PINCH:
		leap_sim_grip_lerp(&m->open, &m->pinch, pulse(2 * u), &g.grip);
		break;
	case LEAP_SIM_POINT:
		g.grip = m->point;
		g.offset.z = -14 * pulse(3 * u);
		g.pitch = -6 * DEGREES * pulse(3 * u);
		break;
	case LEAP_SIM_COUNT:
		g.grip = count_grip(m, u);
		break;
	case LEAP_SIM_WAVE:
		g.pitch = 14 * DEGREES * pulse(u);
		g.yaw = 22 * DEGREES * pulse(u) * sin(2 * M_PI * 1.7 * seconds);
		break;
	}
	return g;
}

static enum leap_sim_action action_of(const struct leap_sim_motion *m, uint64_t stretch)
{
	const unsigned int others = LEAP_SIM_ACTIONS - LEAP_SIM_TURN;
	uint64_t turn = stretch / 2;

	if (stretch % 2 == 0)
		return turn > 0 && leap_sim_hash(m->seed, 500 + turn) % 2
			       ? LEAP_SIM_SWAY
			       : LEAP_SIM_HOVER;
	/* Five steps of six reach them all. */
	return LEAP_SIM_TURN +
	       (leap_sim_hash(m->seed, 499) % others + 5 * turn) % others;
}

enum leap_sim_action leap_sim_motion_action(const struct leap_sim_motion *motion,
					    double seconds)
{
	return action_of(motion, (uint64_t)(seconds / LEAP_SIM_STRETCH));
}

static struct gesture blended_gesture(const struct leap_sim_motion *m, double seconds)
{
	uint64_t stretch = (uint64_t)(seconds / LEAP_SIM_STRETCH);
	double into = seconds - (double)stretch * LEAP_SIM_STRETCH;
	double u = into / LEAP_SIM_STRETCH, t = rise(into / BLEND_SECONDS);
	struct gesture now = gesture_at(m, action_of(m, stretch), u);
	struct gesture before;

	if (stretch == 0 || t >= 1)
		return now;
	before = gesture_at(m, action_of(m, stretch - 1), u + 1);
	now.offset = vec3_lerp(before.offset, now.offset, t);
	now.yaw = before.yaw + t * (now.yaw - before.yaw);
	now.pitch = before.pitch + t * (now.pitch - before.pitch);
	now.roll = before.roll + t * (now.roll - before.roll);
	leap_sim_grip_lerp(&before.grip, &now.grip, t, &now.grip);
	return now;
}

/* No living hand holds its fingers quite still. */
static void breathe(const struct leap_sim_motion *m, double seconds,
		    struct leap_sim_grip *grip)
{
	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		struct leap_sim_finger *f = &grip->finger[k];

		f->flexion += 2.0 * DEGREES * wander(m, 20 + 3 * k, seconds);
		f->spread += 0.8 * DEGREES * wander(m, 21 + 3 * k, seconds);
		f->curl += 1.5 * DEGREES * wander(m, 22 + 3 * k, seconds);
	}
	grip->thumb.flexion += 1.5 * DEGREES * wander(m, 20, seconds);
	grip->thumb.curl += 1.5 * DEGREES * wander(m, 21, seconds);
}

/* A right hand's posture by angles: palm down and fingers away from the user at 0. */
static void orient(double yaw, double pitch, double roll, struct leap_sim_posture *p)
{
	struct vec3 n =
		vec3(-sin(roll), -cos(roll) * cos(pitch), -cos(roll) * sin(pitch));

	p->direction = vec3(-sin(yaw) * cos(pitch), sin(pitch), -cos(yaw) * cos(pitch));
	p->normal = vec3(n.x * cos(yaw) + n.z * sin(yaw), n.y,
			 -n.x * sin(yaw) + n.z * cos(yaw));
}

void leap_sim_motion_at(const struct leap_sim_motion *motion, double seconds,
			struct leap_sim_posture *ret_posture)
{
	const struct leap_sim_motion *m = motion;
	struct gesture g = blended_gesture(m, seconds);
	struct leap_sim_posture p = { .grip = g.grip };
	struct vec3 way = vec3(24 * wander(m, 0, seconds), 30 * wander(m, 1, seconds),
			       22 * wander(m, 2, seconds));

	p.palm = vec3_add(m->home, vec3_add(way, g.offset));
	orient(g.yaw + (6 + 9 * wander(m, 3, seconds)) * DEGREES,
	       g.pitch + (4 + 9 * wander(m, 4, seconds)) * DEGREES,
	       g.roll + (8 + 10 * wander(m, 5, seconds)) * DEGREES, &p);
	p.elbow = vec3(m->home.x + 45, 120, m->home.z + 300);
	breathe(m, seconds, &p.grip);

	if (m->shape.left) {
		p.palm.x = -p.palm.x;
		p.direction.x = -p.direction.x;
		p.normal.x = -p.normal.x;
		p.elbow.x = -p.elbow.x;
	}
	*ret_posture = p;
}
