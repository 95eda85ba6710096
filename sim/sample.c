// SPDX-License-Identifier: MIT
/*
 * Random scenes by seed. A sampler's scratch memory and its shelf of units belong to
 * the thread that draws.
 */
#include "sim/sample.h"

#include <errno.h>
#include <stdlib.h>

#include "sim/grip.h"
#include "sim/pose.h"
#include "sim/random.h"
#include "sim/stage.h"

/* Units whose lenses are kept; they are made when they are first needed. */
#define UNITS 16

struct leap_sim_sampler {
	enum leap_sim_split split;
	struct leap_sim_sensor *sensor;
	struct leap_sim_surface surface;
	struct leap_sim_stage stage;
	struct leap_sim_unit *unit[UNITS];
};

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

static void throw_elbow(struct leap_sim_dice *d, struct leap_sim_posture *p)
{
	struct vec3 back = vec3_scale(p->direction, -260);
	struct vec3 towards = vec3_add(p->palm, back);

	towards.x += leap_sim_bell(d, 60);
	towards.y += leap_sim_bell(d, 70);
	towards.z += leap_sim_bell(d, 60);
	p->elbow = towards;
}

static struct vec3 throw_place(struct leap_sim_dice *d,
			       const struct leap_sim_stage *stage)
{
	double low = stage->actors > 1 ? 100 : 80;

	for (int try = 0; try < 12; try++) {
		double y = leap_sim_chance(d, 0.8) ? leap_sim_throw_log(d, low, 600)
						   : leap_sim_throw(d, 130, 300);
		double wide = leap_sim_chance(d, 0.15) ? 0.8 : 0.4;
		struct vec3 p = vec3(y * leap_sim_bell(d, wide), y,
				     y * leap_sim_bell(d, 0.7 * wide));

		if (leap_sim_stage_in_view(stage, p, 8))
			return p;
	}
	return vec3(0, leap_sim_throw(d, 150, 300), 0);
}

static struct leap_sim_act throw_act(struct leap_sim_dice *d,
				     const struct leap_sim_actor *actor,
				     struct vec3 palm)
{
	struct leap_sim_act a = { .pose = leap_sim_throw_pose(d) };
	struct leap_sim_angles angles = leap_sim_throw_angles(d);
	double speed = leap_sim_chance(d, 0.6) ? 0 : leap_sim_throw_log(d, 50, 3500);

	a.posture.palm = vec3(0, 0, 0);
	leap_sim_posture_orient(angles.yaw, angles.pitch, angles.roll, &a.posture);
	throw_elbow(d, &a.posture);
	if (actor->shape.left)
		leap_sim_posture_mirror(&a.posture);
	a.posture.palm = palm;
	a.posture.elbow = vec3_add(a.posture.elbow, palm);
	/* Elbows rest beside the device or hover, they do not hide it. */
	a.posture.elbow.y = fmax(a.posture.elbow.y, fmin(palm.y, 130));
	leap_sim_throw_grip(d, &actor->shape, a.pose, &a.posture.grip);
	/* Tools are held like a pen. */
	if (actor->tool.ahead > 0) {
		a.pose = LEAP_SIM_POSE_PINCH;
		leap_sim_grip_pinch(&actor->shape, LEAP_INDEX, &a.posture.grip);
	}
	a.velocity = vec3(leap_sim_bell(d, speed), leap_sim_bell(d, 0.5 * speed),
			  leap_sim_bell(d, speed));
	return a;
}

/* The second hand is apart from the first, above or below it, or touches it. */
static struct vec3 throw_beside(struct leap_sim_dice *d,
				const struct leap_sim_stage *stage, struct vec3 first)
{
	double size = 0.5 * (stage->actor[0].shape.scale + stage->actor[1].shape.scale);

	for (int try = 0; try < 12; try++) {
		double side = leap_sim_chance(d, 0.5) ? 1 : -1,
		       kind = leap_sim_throw(d, 0, 1);
		struct vec3 by;

		if (kind < 0.45)
			by = vec3(side * leap_sim_throw(d, 110, 260),
				  leap_sim_bell(d, 50), leap_sim_bell(d, 55));
		else if (kind < 0.75) /* next to each other, touching or nearly */
			by = vec3(side * leap_sim_throw(d, 42, 120),
				  leap_sim_bell(d, 22), leap_sim_bell(d, 40));
		else /* crossing: one higher than the other */
			by = vec3(leap_sim_bell(d, 40),
				  side * leap_sim_throw(d, 45, 150),
				  leap_sim_bell(d, 40));
		by = vec3_add(first, vec3_scale(by, size));
		if (by.y > 70 && leap_sim_stage_in_view(stage, by, 4))
			return by;
	}
	return vec3(first.x < 0 ? first.x + 160 : first.x - 160, first.y, first.z);
}

static void throw_things(struct leap_sim_dice *d, bool hands,
			 struct leap_sim_stage *stage)
{
	if (leap_sim_chance(d, hands ? 0.16 : 0.45))
		leap_sim_stage_put(leap_sim_another_seed(d), LEAP_SIM_TORSO, stage);
	if (leap_sim_chance(d, hands ? 0.08 : 0.35))
		leap_sim_stage_put(leap_sim_another_seed(d), LEAP_SIM_HEAD, stage);
	if (leap_sim_chance(d, hands ? 0.05 : 0.35))
		leap_sim_stage_put(leap_sim_another_seed(d), LEAP_SIM_SLEEVE, stage);
	if (leap_sim_chance(d, hands ? 0.07 : 0.40))
		leap_sim_stage_put(leap_sim_another_seed(d), LEAP_SIM_OBJECT, stage);
}

static enum leap_sim_content throw_content(struct leap_sim_dice *d)
{
	double kind = leap_sim_throw(d, 0, 1);

	return kind < 0.62   ? LEAP_SIM_ONE_HAND
	       : kind < 0.88 ? LEAP_SIM_TWO_HANDS
			     : LEAP_SIM_NO_HAND;
}

static void throw_actors(struct leap_sim_dice *d, unsigned int hands,
			 struct leap_sim_stage *stage)
{
	bool left = leap_sim_chance(d, 0.5);

	/* Two hands are one person's, or now and then two people's. */
	uint64_t person = leap_sim_another_seed(d);

	for (unsigned int i = 0; i < hands; i++) {
		if (i > 0 && leap_sim_chance(d, 0.15)) {
			person = leap_sim_another_seed(d);
			left = leap_sim_chance(d, 0.5);
		}
		leap_sim_stage_enter(person, left, stage);
		if (leap_sim_chance(d, 0.05))
			leap_sim_stage_equip(leap_sim_another_seed(d), stage);
		left = !left;
	}
}

static void draw_scene(struct leap_sim_sampler *s, uint64_t seed,
		       enum leap_sim_content content,
		       struct leap_sim_act act[LEAP_HANDS_MAX])
{
	struct leap_sim_dice d = { .seed = leap_sim_hash(seed, 2) };
	struct vec3 palm;

	if (content == LEAP_SIM_ANYTHING)
		content = throw_content(&d);
	throw_actors(&d, content == LEAP_SIM_NO_HAND ? 0 : content, &s->stage);
	throw_things(&d, content != LEAP_SIM_NO_HAND, &s->stage);
	if (s->stage.actors == 0) {
		if (leap_sim_chance(&d, 0.7))
			leap_sim_stage_adapt(leap_sim_throw_log(&d, 150, 600),
					     &s->stage);
		return;
	}
	palm = throw_place(&d, &s->stage);
	act[0] = throw_act(&d, &s->stage.actor[0], palm);
	if (s->stage.actors > 1) {
		palm = throw_beside(&d, &s->stage, palm);
		act[1] = throw_act(&d, &s->stage.actor[1], palm);
	}
	/* The service is settled, more or less, or has yet to find the hand. */
	if (leap_sim_chance(&d, 0.9)) {
		double error = leap_sim_chance(&d, 0.6)
				       ? leap_sim_throw_log(&d, 0.75, 1.3)
				       : leap_sim_throw_log(&d, 0.45, 2.2);

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
