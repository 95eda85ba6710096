// SPDX-License-Identifier: MIT
/*
 * What hands do, at random: grips of all classes and ways to hold a hand.
 * Pure but for the dice, which belong to the caller.
 */
#include "sim/pose.h"

#include "sim/grip.h"

#define DEGREES (M_PI / 180.0)

static void throw_pinch(struct leap_sim_dice *d, const struct leap_sim_shape *shape,
			const struct leap_sim_grip *open, struct leap_sim_grip *g)
{
	int with =
		leap_sim_chance(d, 0.65)
			? LEAP_INDEX
			: LEAP_INDEX + (int)leap_sim_throw(d, 0, LEAP_FINGERS - 1.001);
	struct leap_sim_grip pinch;
	double bent = leap_sim_chance(d, 0.5) ? leap_sim_throw(d, 0, 0.3)
					      : leap_sim_throw(d, 0.6, 1.3);

	leap_sim_grip_pinch(shape, with, &pinch);
	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		if (k == with)
			continue;
		pinch.finger[k].flexion = bent * (55 + leap_sim_bell(d, 8)) * DEGREES;
		pinch.finger[k].curl = bent * (70 + leap_sim_bell(d, 8)) * DEGREES;
	}
	leap_sim_grip_lerp(open, &pinch,
			   leap_sim_chance(d, 0.6) ? 1 : leap_sim_throw(d, 0.5, 1), g);
}

/* Every finger out or folded on its own. */
static void throw_count(struct leap_sim_dice *d, const struct leap_sim_shape *shape,
			const struct leap_sim_grip *open, bool point,
			struct leap_sim_grip *g)
{
	unsigned int out = point ? 1u << LEAP_INDEX : 0;

	leap_sim_grip_fist(shape, g);
	if (!point) {
		int count = 1 + (int)leap_sim_throw(d, 0, 4.999);

		/* As most people count, from the index finger; or any of them. */
		for (int i = 0; i < count; i++)
			out |= 1u << (LEAP_INDEX + i) % LEAP_FINGERS;
		if (leap_sim_chance(d, 0.4))
			out = 1 + (unsigned int)leap_sim_throw(d, 0, 30.999);
	} else if (leap_sim_chance(d, 0.35)) {
		out |= 1u << LEAP_THUMB;
	}
	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++)
		if (out >> k & 1)
			g->finger[k] = open->finger[k];
	if (out & 1)
		g->thumb = open->thumb;
}

static void throw_grab(struct leap_sim_dice *d, struct leap_sim_grip *g)
{
	double flexion = leap_sim_throw(d, 15, 65), curl = leap_sim_throw(d, 20, 75);
	double fan = leap_sim_throw(d, 0.4, 1.6);

	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		g->finger[k].flexion = (flexion + leap_sim_bell(d, 6)) * DEGREES;
		g->finger[k].curl = (curl + leap_sim_bell(d, 7)) * DEGREES;
		g->finger[k].spread = (9 - 6 * fan * (k - 1.2)) * DEGREES;
	}
	g->thumb.opposition = leap_sim_throw(d, 0.3, 1);
	g->thumb.adduction = leap_sim_throw(d, 0, 0.8);
	g->thumb.flexion = leap_sim_throw(d, 0, 35) * DEGREES;
	g->thumb.curl = leap_sim_throw(d, 0, 50) * DEGREES;
}

/* Hands come down on things so. All fingers are bent alike, or each has its own bend. */
static void throw_reach(struct leap_sim_dice *d, struct leap_sim_grip *g)
{
	double common = leap_sim_throw(d, 15, 88), own = leap_sim_throw(d, 0, 1);
	double splay = leap_sim_throw(d, 0, 1.8);

	if (leap_sim_chance(d, 0.5))
		own *= 0.2;
	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		double flexion = common + own * (leap_sim_throw(d, -15, 88) - common);

		g->finger[k].flexion = flexion * DEGREES;
		g->finger[k].curl = leap_sim_throw(d, 0, 28) * DEGREES;
		g->finger[k].spread = splay * (16 - 9 * (k - 1)) * DEGREES;
	}
	g->thumb.opposition = leap_sim_throw(d, 0, 1);
	g->thumb.adduction = leap_sim_throw(d, 0, 0.7);
	g->thumb.flexion = leap_sim_throw(d, -12, 25) * DEGREES;
	g->thumb.curl = leap_sim_throw(d, -12, 30) * DEGREES;
}

static void throw_anything(struct leap_sim_dice *d, struct leap_sim_grip *g)
{
	double common = leap_sim_throw(d, 0, 1), own = leap_sim_throw(d, 0, 1);

	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		double bent = common + own * (leap_sim_throw(d, 0, 1) - common);

		g->finger[k].flexion =
			(bent * 110 - 22 + leap_sim_bell(d, 10)) * DEGREES;
		g->finger[k].curl = (bent * 105 + leap_sim_bell(d, 16)) * DEGREES;
		g->finger[k].spread =
			(10 - 7 * (k - 1) + leap_sim_bell(d, 8)) * DEGREES;
	}
	g->thumb.opposition = leap_sim_throw(d, 0, 1);
	g->thumb.adduction = leap_sim_throw(d, 0, 1);
	g->thumb.flexion = leap_sim_throw(d, -18, 58) * DEGREES;
	g->thumb.curl = leap_sim_throw(d, -18, 80) * DEGREES;
}

static void loosen(struct leap_sim_dice *d, double by, struct leap_sim_grip *g)
{
	for (int k = LEAP_INDEX; k < LEAP_FINGERS; k++) {
		g->finger[k].flexion += leap_sim_bell(d, 6 * by) * DEGREES;
		g->finger[k].spread += leap_sim_bell(d, 3.5 * by) * DEGREES;
		g->finger[k].curl += leap_sim_bell(d, 6 * by) * DEGREES;
	}
	g->thumb.opposition += leap_sim_bell(d, 0.1 * by);
	g->thumb.adduction += leap_sim_bell(d, 0.15 * by);
	g->thumb.flexion += leap_sim_bell(d, 6 * by) * DEGREES;
	g->thumb.curl += leap_sim_bell(d, 7 * by) * DEGREES;
}

static const double pose_share[LEAP_SIM_POSES] = { 0.26, 0.13, 0.10, 0.10, 0.09,
						   0.09, 0.09, 0.06, 0.08 };

enum leap_sim_pose leap_sim_throw_pose(struct leap_sim_dice *dice)
{
	double at = leap_sim_throw(dice, 0, 1);
	int pose = 0;

	while (pose < LEAP_SIM_POSES - 1 && at >= pose_share[pose])
		at -= pose_share[pose++];
	return pose;
}

void leap_sim_throw_grip(struct leap_sim_dice *dice, const struct leap_sim_shape *shape,
			 enum leap_sim_pose pose, struct leap_sim_grip *ret_grip)
{
	struct leap_sim_dice *d = dice;
	struct leap_sim_grip open, g = { 0 }, other;

	leap_sim_grip_open(leap_sim_another_seed(d), &open);
	switch (pose) {
	case LEAP_SIM_POSE_OPEN:
		g = open;
		break;
	case LEAP_SIM_POSE_RELAXED:
		leap_sim_grip_relaxed(&other);
		leap_sim_grip_lerp(&open, &other, leap_sim_throw(d, 0.4, 1.4), &g);
		break;
	case LEAP_SIM_POSE_FIST:
		leap_sim_grip_fist(shape, &other);
		leap_sim_grip_lerp(
			&open, &other,
			leap_sim_chance(d, 0.6) ? 1 : leap_sim_throw(d, 0.6, 1), &g);
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
	case LEAP_SIM_POSE_REACH:
		throw_reach(d, &g);
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

struct leap_sim_angles leap_sim_throw_angles(struct leap_sim_dice *dice)
{
	struct leap_sim_dice *d = dice;
	/* As in recordings of people: turned inwards a little, fingers up. */
	double yaw = 10 + leap_sim_bell(d, 32), pitch = 16 + leap_sim_bell(d, 25), roll;
	double kind = leap_sim_throw(d, 0, 1);

	if (kind < 0.58)
		roll = leap_sim_bell(d, 26);
	else if (kind < 0.70)
		roll = 90 + leap_sim_bell(d, 24);
	else if (kind < 0.80)
		roll = -90 + leap_sim_bell(d, 24);
	else if (kind < 0.90)
		roll = 180 + leap_sim_bell(d, 32);
	else
		roll = leap_sim_throw(d, -180, 180);
	if (leap_sim_chance(d, 0.10))
		pitch = leap_sim_throw(d, -80, 80);
	if (leap_sim_chance(d, 0.08))
		yaw = leap_sim_throw(d, -180, 180);
	/* The device stands the other way round. */
	if (leap_sim_chance(d, 0.10))
		yaw += 180;
	return (struct leap_sim_angles){ yaw * DEGREES, pitch * DEGREES,
					 roll * DEGREES };
}
