// SPDX-License-Identifier: MIT
/*
 * Random scenes by seed. A sampler's scratch memory and its shelf of units belong to
 * the thread that draws.
 */
#include "sim/sample.h"

#include <errno.h>
#include <stdlib.h>

#include "sim/grip.h"
#include "sim/random.h"
#include "sim/stage.h"

#define DEGREES (M_PI / 180.0)

/* Units whose lenses are kept; they are made when they are first needed. */
#define UNITS 16

struct leap_sim_sampler {
	enum leap_sim_split split;
	struct leap_sim_sensor *sensor;
	struct leap_sim_surface surface;
	struct leap_sim_stage stage;
	struct leap_sim_unit *unit[UNITS];
};

/* Dice that are thrown one after the other. */
struct dice {
	uint64_t seed;
	uint64_t thrown;
};

static double throw(struct dice * d, double low, double high)
{
	return leap_sim_uniform(d->seed, d->thrown++, low, high);
}

static double throw_log(struct dice *d, double low, double high)
{
	return exp(throw(d, log(low), log(high)));
}

static bool chance(struct dice *d, double share)
{
	return throw(d, 0, 1) < share;
}

static double bell(struct dice *d, double width)
{
	double sum = 0;

	for (int k = 0; k < 12; k++)
		sum += throw(d, -0.5, 0.5);
	return width * sum;
}

static uint64_t another_seed(struct dice *d)
{
	return leap_sim_hash(d->seed ^ 0x5eedULL, d->thrown++);
}

int leap_sim_sampler_new(enum leap_sim_split split,
			 struct leap_sim_sampler **ret_sampler)
{
	struct leap_sim_sampler *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->split = split;
	if (leap_sim_sensor_new(0x5a3b1e, &s->sensor) < 0) {
		free(s);
		return -ENOMEM;
	}
	*ret_sampler = s;
	return 0;
}

void leap_sim_sampler_free(struct leap_sim_sampler *sampler)
{
	if (!sampler)
		return;
	for (int i = 0; i < UNITS; i++)
		free(sampler->unit[i]);
	leap_sim_sensor_free(sampler->sensor);
	free(sampler);
}

/* The splits' seeds are apart because the split is part of every hash. */
static uint64_t split_seed(enum leap_sim_split split, uint64_t seed)
{
	return leap_sim_hash(leap_sim_hash(0x1ea9, split), seed);
}

static const struct leap_sim_unit *take_unit(struct leap_sim_sampler *s,
					     unsigned int which)
{
	if (!s->unit[which]) {
		s->unit[which] = malloc(sizeof(*s->unit[which]));
		if (s->unit[which])
			leap_sim_unit_init(split_seed(s->split, which) ^ 0x0417ULL,
					   s->unit[which]);
	}
	return s->unit[which];
}

static void throw_pinch(struct dice *d, const struct leap_sim_shape *shape,
			const struct leap_sim_grip *open, struct leap_sim_grip *g)
{
	int with = chance(d, 0.65)
			   ? LEAP_INDEX
			   : LEAP_INDEX + (int) throw(d, 0, LEAP_FINGERS - 1.001);
	struct leap_sim_grip pinch;
	double bent = chance(d, 0.5) ? throw(d, 0, 0.3) : throw(d, 0.6, 1.3);

	leap_sim_grip_pinch(shape, with, &pinch);
	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		if (k == with)
			continue;
		pinch.finger[k].flexion = bent * (55 + bell(d, 8)) * DEGREES;
		pinch.finger[k].curl = bent * (70 + bell(d, 8)) * DEGREES;
	}
	leap_sim_grip_lerp(open, &pinch, chance(d, 0.6) ? 1 : throw(d, 0.5, 1), g);
}

/* Every finger out or folded on its own. */
static void throw_count(struct dice *d, const struct leap_sim_shape *shape,
			const struct leap_sim_grip *open, bool point,
			struct leap_sim_grip *g)
{
	unsigned int out = point ? 1u << LEAP_INDEX : 0;

	leap_sim_grip_fist(shape, g);
	if (!point) {
		int count = 1 + (int) throw(d, 0, 4.999);

		/* As most people count, from the index finger; or any of them. */
		for (int i = 0; i < count; i++)
			out |= 1u << (LEAP_INDEX + i) % LEAP_FINGERS;
		if (chance(d, 0.4))
			out = 1 + (unsigned int) throw(d, 0, 30.999);
	} else if (chance(d, 0.35)) {
		out |= 1u << LEAP_THUMB;
	}
	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++)
		if (out >> k & 1)
			g->finger[k] = open->finger[k];
	if (out & 1)
		g->thumb = open->thumb;
}

static void throw_grab(struct dice *d, struct leap_sim_grip *g)
{
	double flexion = throw(d, 15, 65), curl = throw(d, 20, 75);
	double fan = throw(d, 0.4, 1.6);

	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		g->finger[k].flexion = (flexion + bell(d, 6)) * DEGREES;
		g->finger[k].curl = (curl + bell(d, 7)) * DEGREES;
		g->finger[k].spread = (9 - 6 * fan * (k - 1.2)) * DEGREES;
	}
	g->thumb.opposition = throw(d, 0.3, 1);
	g->thumb.adduction = throw(d, 0, 0.8);
	g->thumb.flexion = throw(d, 0, 35) * DEGREES;
	g->thumb.curl = throw(d, 0, 50) * DEGREES;
}

static void throw_anything(struct dice *d, struct leap_sim_grip *g)
{
	double common = throw(d, 0, 1), own = throw(d, 0, 1);

	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		double bent = common + own * (throw(d, 0, 1) - common);

		g->finger[k].flexion = (bent * 110 - 22 + bell(d, 10)) * DEGREES;
		g->finger[k].curl = (bent * 105 + bell(d, 16)) * DEGREES;
		g->finger[k].spread = (10 - 7 * (k - 1) + bell(d, 8)) * DEGREES;
	}
	g->thumb.opposition = throw(d, 0, 1);
	g->thumb.adduction = throw(d, 0, 1);
	g->thumb.flexion = throw(d, -18, 58) * DEGREES;
	g->thumb.curl = throw(d, -18, 80) * DEGREES;
}

static void loosen(struct dice *d, double by, struct leap_sim_grip *g)
{
	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		g->finger[k].flexion += bell(d, 6 * by) * DEGREES;
		g->finger[k].spread += bell(d, 3.5 * by) * DEGREES;
		g->finger[k].curl += bell(d, 6 * by) * DEGREES;
	}
	g->thumb.opposition += bell(d, 0.1 * by);
	g->thumb.adduction += bell(d, 0.15 * by);
	g->thumb.flexion += bell(d, 6 * by) * DEGREES;
	g->thumb.curl += bell(d, 7 * by) * DEGREES;
}

static const double pose_share[LEAP_SIM_POSES] = { 0.26, 0.13, 0.10, 0.10,
						   0.09, 0.09, 0.09, 0.14 };

static enum leap_sim_pose throw_pose(struct dice *d)
{
	double at = throw(d, 0, 1);
	int pose = 0;

	while (pose < LEAP_SIM_POSES - 1 && at >= pose_share[pose])
		at -= pose_share[pose++];
	return pose;
}

static void throw_grip(struct dice *d, const struct leap_sim_shape *shape,
		       enum leap_sim_pose pose, struct leap_sim_grip *ret_grip)
{
	struct leap_sim_grip open, g = { 0 }, other;

	leap_sim_grip_open(another_seed(d), &open);
	switch (pose) {
	case LEAP_SIM_POSE_OPEN:
		g = open;
		break;
	case LEAP_SIM_POSE_RELAXED:
		leap_sim_grip_relaxed(&other);
		leap_sim_grip_lerp(&open, &other, throw(d, 0.4, 1.4), &g);
		break;
	case LEAP_SIM_POSE_FIST:
		leap_sim_grip_fist(shape, &other);
		leap_sim_grip_lerp(&open, &other, chance(d, 0.6) ? 1 : throw(d, 0.6, 1),
				   &g);
		break;
	case LEAP_SIM_POSE_PINCH:
		throw_pinch(d, shape, &open, &g);
		break;
	case LEAP_SIM_POSE_POINT:
	case LEAP_SIM_POSE_COUNT:
		throw_count(d, shape, &open, pose == LEAP_SIM_POSE_POINT, &g);
		break;
	case LEAP_SIM_POSE_GRAB:
		throw_grab(d, &g);
		break;
	case LEAP_SIM_POSE_RANDOM:
	case LEAP_SIM_POSES:
		throw_anything(d, &g);
		break;
	}
	loosen(d, pose == LEAP_SIM_POSE_PINCH ? 0.3 : 1, &g);
	leap_sim_grip_limit(&g);
	*ret_grip = g;
}

/* Palm down most of the time, else sideways, up, or any way at all. */
static void throw_orientation(struct dice *d, struct leap_sim_posture *p)
{
	double yaw = bell(d, 32), pitch = bell(d, 24), roll, kind = throw(d, 0, 1);

	if (kind < 0.58)
		roll = bell(d, 26);
	else if (kind < 0.70)
		roll = 90 + bell(d, 24);
	else if (kind < 0.80)
		roll = -90 + bell(d, 24);
	else if (kind < 0.90)
		roll = 180 + bell(d, 32);
	else
		roll = throw(d, -180, 180);
	if (chance(d, 0.10))
		pitch = throw(d, -80, 80);
	if (chance(d, 0.08))
		yaw = throw(d, -180, 180);
	/* The device stands the other way round. */
	if (chance(d, 0.10))
		yaw += 180;
	leap_sim_posture_orient(yaw * DEGREES, pitch * DEGREES, roll * DEGREES, p);
}

static void throw_elbow(struct dice *d, struct leap_sim_posture *p)
{
	struct vec3 back = vec3_scale(p->direction, -260);
	struct vec3 towards = vec3_add(p->palm, back);

	towards.x += bell(d, 60);
	towards.y += bell(d, 70);
	towards.z += bell(d, 60);
	p->elbow = towards;
}

static struct vec3 throw_place(struct dice *d, const struct leap_sim_stage *stage)
{
	double low = stage->actors > 1 ? 100 : 80;

	for (int try = 0; try < 12; try++) {
		double y = chance(d, 0.8) ? throw_log(d, low, 600) : throw(d, 130, 300);
		double wide = chance(d, 0.15) ? 0.8 : 0.4;
		struct vec3 p = vec3(y * bell(d, wide), y, y * bell(d, 0.7 * wide));

		if (leap_sim_stage_in_view(stage, p, 8))
			return p;
	}
	return vec3(0, throw(d, 150, 300), 0);
}

static struct leap_sim_act throw_act(struct dice *d, const struct leap_sim_actor *actor,
				     struct vec3 palm)
{
	struct leap_sim_act a = { .pose = throw_pose(d) };
	double speed = chance(d, 0.6) ? 0 : throw_log(d, 50, 3500);

	a.posture.palm = vec3(0, 0, 0);
	throw_orientation(d, &a.posture);
	throw_elbow(d, &a.posture);
	if (actor->shape.left)
		leap_sim_posture_mirror(&a.posture);
	a.posture.palm = palm;
	a.posture.elbow = vec3_add(a.posture.elbow, palm);
	/* Elbows rest beside the device or hover, they do not hide it. */
	a.posture.elbow.y = fmax(a.posture.elbow.y, fmin(palm.y, 130));
	a.velocity = vec3(bell(d, speed), bell(d, 0.5 * speed), bell(d, speed));
	throw_grip(d, &actor->shape, a.pose, &a.posture.grip);
	return a;
}

/* The second hand is apart from the first, above or below it, or touches it. */
static struct vec3 throw_beside(struct dice *d, const struct leap_sim_stage *stage,
				struct vec3 first)
{
	double size = 0.5 * (stage->actor[0].shape.scale + stage->actor[1].shape.scale);

	for (int try = 0; try < 12; try++) {
		double side = chance(d, 0.5) ? 1 : -1, kind = throw(d, 0, 1);
		struct vec3 by;

		if (kind < 0.45)
			by = vec3(side * throw(d, 110, 260), bell(d, 50), bell(d, 55));
		else if (kind < 0.75) /* next to each other, touching or nearly */
			by = vec3(side * throw(d, 42, 120), bell(d, 22), bell(d, 40));
		else /* crossing: one higher than the other */
			by = vec3(bell(d, 40), side * throw(d, 45, 150), bell(d, 40));
		by = vec3_add(first, vec3_scale(by, size));
		if (by.y > 70 && leap_sim_stage_in_view(stage, by, 4))
			return by;
	}
	return vec3(first.x < 0 ? first.x + 160 : first.x - 160, first.y, first.z);
}

static void throw_things(struct dice *d, bool hands, struct leap_sim_stage *stage)
{
	if (chance(d, hands ? 0.16 : 0.45))
		leap_sim_stage_put(another_seed(d), LEAP_SIM_TORSO, stage);
	if (chance(d, hands ? 0.08 : 0.35))
		leap_sim_stage_put(another_seed(d), LEAP_SIM_HEAD, stage);
	if (chance(d, hands ? 0.05 : 0.35))
		leap_sim_stage_put(another_seed(d), LEAP_SIM_SLEEVE, stage);
	if (chance(d, hands ? 0.07 : 0.40))
		leap_sim_stage_put(another_seed(d), LEAP_SIM_OBJECT, stage);
}

static enum leap_sim_content throw_content(struct dice *d)
{
	double kind = throw(d, 0, 1);

	return kind < 0.62   ? LEAP_SIM_ONE_HAND
	       : kind < 0.88 ? LEAP_SIM_TWO_HANDS
			     : LEAP_SIM_NO_HAND;
}

static void throw_actors(struct dice *d, unsigned int hands,
			 struct leap_sim_stage *stage)
{
	bool left = chance(d, 0.5);

	/* Two hands are one person's, or now and then two people's. */
	uint64_t person = another_seed(d);

	for (unsigned int i = 0; i < hands; i++) {
		if (i > 0 && chance(d, 0.15)) {
			person = another_seed(d);
			left = chance(d, 0.5);
		}
		leap_sim_stage_enter(person, left, stage);
		left = !left;
	}
}

static void draw_scene(struct leap_sim_sampler *s, uint64_t seed,
		       enum leap_sim_content content,
		       struct leap_sim_act act[LEAP_HANDS_MAX])
{
	struct dice d = { .seed = leap_sim_hash(seed, 2) };
	struct vec3 palm;

	if (content == LEAP_SIM_ANYTHING)
		content = throw_content(&d);
	throw_actors(&d, content == LEAP_SIM_NO_HAND ? 0 : content, &s->stage);
	throw_things(&d, content != LEAP_SIM_NO_HAND, &s->stage);
	if (s->stage.actors == 0) {
		if (chance(&d, 0.7))
			leap_sim_stage_adapt(throw_log(&d, 150, 600), &s->stage);
		return;
	}
	palm = throw_place(&d, &s->stage);
	act[0] = throw_act(&d, &s->stage.actor[0], palm);
	if (s->stage.actors > 1) {
		palm = throw_beside(&d, &s->stage, palm);
		act[1] = throw_act(&d, &s->stage.actor[1], palm);
	}
	/* The service is settled, more or less, or has yet to find the hand. */
	if (chance(&d, 0.9)) {
		double error = chance(&d, 0.6) ? throw_log(&d, 0.75, 1.3)
					       : throw_log(&d, 0.45, 2.2);

		leap_sim_stage_adapt(vec3_length(act[0].posture.palm) * error,
				     &s->stage);
	}
}

int leap_sim_sample_draw(struct leap_sim_sampler *sampler, uint64_t seed,
			 enum leap_sim_content content, uint8_t *pixels,
			 struct leap_sim_sample *ret_sample)
{
	uint64_t own = split_seed(sampler->split, seed);
	struct leap_sim_act act[LEAP_HANDS_MAX];
	const struct leap_sim_unit *unit;

	if ((unsigned int)content >= LEAP_SIM_CONTENTS)
		return -EINVAL;
	unit = take_unit(sampler, leap_sim_hash(own, 0) % UNITS);
	if (!unit)
		return -ENOMEM;
	leap_sim_stage_init(leap_sim_hash(own, 1), sampler->split, unit,
			    &sampler->stage);
	draw_scene(sampler, own, content, act);
	leap_sim_stage_shoot(&sampler->stage, sampler->sensor, &sampler->surface, act,
			     leap_sim_hash(own, 3), pixels, ret_sample);
	return 0;
}
