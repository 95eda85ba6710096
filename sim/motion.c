// SPDX-License-Identifier: MIT
/*
 * What a simulated hand does: a posture for every instant, without a state.
 * A motion is written once at the start and then read only, by any thread.
 */
#include "sim/motion.h"

#include "sim/ease.h"
#include "sim/grip.h"
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

void leap_sim_motion_init(uint64_t seed, bool left, double apart,
			  struct leap_sim_motion *ret_motion)
{
	struct leap_sim_motion m = { .seed = seed };

	leap_sim_shape_draw(leap_sim_hash(seed, 1), left, &m.shape);
	m.home = vec3(apart + leap_sim_uniform(seed, 2, -12, 12),
		      leap_sim_uniform(seed, 3, 185, 225),
		      leap_sim_uniform(seed, 4, -15, 20));
	leap_sim_grip_open(seed, &m.open);
	leap_sim_grip_relaxed(&m.relaxed);
	leap_sim_grip_fist(&m.shape, &m.fist);
	leap_sim_grip_pinch(&m.shape, LEAP_INDEX, &m.pinch);
	m.point = m.fist;
	m.point.finger[LEAP_INDEX] =
		(struct leap_sim_finger){ 6 * DEGREES, 2 * DEGREES, 6 * DEGREES };
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
		double out = leap_sim_rise((u - 0.06 - 0.17 * i) / 0.09);
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
	double u = into / LEAP_SIM_STRETCH, t = leap_sim_rise(into / BLEND_SECONDS);
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

void leap_sim_motion_at(const struct leap_sim_motion *motion, double seconds,
			struct leap_sim_posture *ret_posture)
{
	const struct leap_sim_motion *m = motion;
	struct gesture g = blended_gesture(m, seconds);
	struct leap_sim_posture p = { .grip = g.grip };
	struct vec3 way = vec3(24 * wander(m, 0, seconds), 30 * wander(m, 1, seconds),
			       22 * wander(m, 2, seconds));

	p.palm = vec3_add(m->home, vec3_add(way, g.offset));
	leap_sim_posture_orient(g.yaw + (6 + 9 * wander(m, 3, seconds)) * DEGREES,
				g.pitch + (4 + 9 * wander(m, 4, seconds)) * DEGREES,
				g.roll + (8 + 10 * wander(m, 5, seconds)) * DEGREES,
				&p);
	p.elbow = vec3(m->home.x + 45, 120, m->home.z + 300);
	breathe(m, seconds, &p.grip);

	if (m->shape.left)
		leap_sim_posture_mirror(&p);
	*ret_posture = p;
}
