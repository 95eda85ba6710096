// SPDX-License-Identifier: MIT
/*
 * Short films for scoring trackers. A clip is written when it is made; its scratch
 * memory belongs to the thread that takes frames.
 */
#include "sim/clip.h"

#include <errno.h>
#include <stdlib.h>

#include "sim/ease.h"
#include "sim/grip.h"
#include "sim/pose.h"
#include "sim/retarget.h"
#include "sim/stage.h"

#define DEGREES (M_PI / 180.0)
#define FRAME_SECONDS (LEAP_SIM_INTERVAL_NS * 1e-9)
#define KEYS_MAX 16

/* Clips of one seed and of different kinds have nothing in common, either. */
#define CLIPS 0xc11b5ULL

/* What a hand does at one time; in between it goes from one key to the next. */
struct key {
	double seconds;
	struct vec3 palm;
	struct leap_sim_angles angles;
	struct leap_sim_grip grip;
	enum leap_sim_pose pose;
};

struct part {
	unsigned int keys;
	struct key key[KEYS_MAX];
	struct vec3 elbow; /* from the palm, before turning with the hand */
};

/* What the hands of a recording did at one time. */
struct moment {
	double seconds;
	struct leap_sim_posture posture[LEAP_HANDS_MAX];
};

struct leap_sim_clip {
	enum leap_sim_clip_kind kind;
	uint64_t seed;
	unsigned int frames;
	struct moment *moment; /* of a recording, instead of keys */
	unsigned int moments;
	double sweep; /* amplitude along x, millimetres; 0 for other kinds */
	double sweep_speed; /* at its fastest, mm/s */
	bool adapting; /* exposure follows the hand */
	double meeting[2]; /* seconds; TOUCHING only */
	struct part part[LEAP_HANDS_MAX];
	struct vec3 sway; /* of things, millimetres */
	struct leap_sim_stage stage;
	struct leap_sim_unit unit;
	struct leap_sim_sensor *sensor;
	struct leap_sim_surface surface;
};

static const struct {
	const char *name;
	unsigned int frames;
	unsigned int hands;
} kinds[LEAP_SIM_CLIP_KINDS] = {
	[LEAP_SIM_CLIP_HAND] = { "hand", 460, 1 },
	[LEAP_SIM_CLIP_RANGE] = { "range", 520, 1 },
	[LEAP_SIM_CLIP_STILL] = { "still", 230, 1 },
	[LEAP_SIM_CLIP_SWEEP] = { "sweep", 230, 1 },
	[LEAP_SIM_CLIP_TOOL] = { "tool", 230, 1 },
	[LEAP_SIM_CLIP_ARRIVAL] = { "arrival", 115, 1 },
	[LEAP_SIM_CLIP_PAIR] = { "pair", 345, 2 },
	[LEAP_SIM_CLIP_CROSSING] = { "crossing", 345, 2 },
	[LEAP_SIM_CLIP_TOUCHING] = { "touching", 345, 2 },
	[LEAP_SIM_CLIP_RECORDED] = { "recorded", 0, 0 },
	[LEAP_SIM_CLIP_EMPTY] = { "empty", 80, 0 },
	[LEAP_SIM_CLIP_TORSO] = { "torso", 80, 0 },
	[LEAP_SIM_CLIP_HEAD] = { "head", 80, 0 },
	[LEAP_SIM_CLIP_LAMP] = { "lamp", 80, 0 },
	[LEAP_SIM_CLIP_SLEEVE] = { "sleeve", 80, 0 },
	[LEAP_SIM_CLIP_OBJECT] = { "object", 80, 0 },
};

const char *leap_sim_clip_name(enum leap_sim_clip_kind kind)
{
	return kinds[kind].name;
}

unsigned int leap_sim_clip_frames(const struct leap_sim_clip *clip)
{
	return clip->frames;
}

static double duration(const struct leap_sim_clip *c)
{
	return c->frames * FRAME_SECONDS;
}

/* As recordings have it: palm down, turned inwards a little, fingers up. */
static struct leap_sim_angles usual_angles(struct leap_sim_dice *d)
{
	struct leap_sim_angles a = { (12 + leap_sim_bell(d, 16)) * DEGREES,
				     (18 + leap_sim_bell(d, 15)) * DEGREES,
				     leap_sim_bell(d, 16) * DEGREES };

	return a;
}

static double within(double value, double low, double high)
{
	return value < low ? low : value > high ? high : value;
}

static struct vec3 keep_in_view(const struct leap_sim_clip *c, struct vec3 p)
{
	/* Room for the fingers around the palm, too. */
	for (int try = 0; try < 40; try++) {
		if (leap_sim_stage_in_view(&c->stage, p, 40))
			break;
		p.x *= 0.9;
		p.z *= 0.9;
	}
	return p;
}

static struct key *add_key(struct part *p, double seconds)
{
	struct key *k = &p->key[p->keys];

	if (p->keys > 0)
		*k = p->key[p->keys - 1];
	p->keys++;
	k->seconds = seconds;
	return k;
}

static void new_grip(struct leap_sim_dice *d, const struct leap_sim_clip *c, int hand,
		     struct key *k)
{
	k->pose = leap_sim_throw_pose(d);
	leap_sim_throw_grip(d, &c->stage.actor[hand].shape, k->pose, &k->grip);
}

static void flat_grip(struct leap_sim_dice *d, const struct leap_sim_clip *c, int hand,
		      struct key *k)
{
	k->pose = leap_sim_chance(d, 0.7) ? LEAP_SIM_POSE_OPEN : LEAP_SIM_POSE_RELAXED;
	leap_sim_throw_grip(d, &c->stage.actor[hand].shape, k->pose, &k->grip);
}

/* One thing after the other, each held for a while. */
static void act_freely(struct leap_sim_dice *d, struct leap_sim_clip *c, int hand,
		       struct vec3 home, double low, double high)
{
	struct part *p = &c->part[hand];
	double at = 0;

	while (p->keys + 2 <= KEYS_MAX && at < duration(c) + 1) {
		struct key *k = add_key(p, at);

		k->palm = vec3_add(home,
				   vec3(leap_sim_bell(d, 45), 0, leap_sim_bell(d, 35)));
		k->palm.y = within(home.y * exp(leap_sim_bell(d, 0.22)), low, high);
		k->palm = keep_in_view(c, k->palm);
		k->angles = leap_sim_chance(d, 0.75) ? usual_angles(d)
						     : leap_sim_throw_angles(d);
		/* Nobody turns a hand by more than half a turn. */
		if (p->keys == 1 || fabs(k->angles.yaw - k[-1].angles.yaw) > 2 ||
		    fabs(k->angles.roll - k[-1].angles.roll) > 3)
			k->angles = usual_angles(d);
		new_grip(d, c, hand, k);
		at += leap_sim_throw(d, 0.15, 0.5);
		add_key(p, at);
		at += leap_sim_throw(d, 0.35, 0.8);
	}
}

static void act_hand(struct leap_sim_dice *d, struct leap_sim_clip *c)
{
	double y = leap_sim_throw_log(d, 115, 350);
	struct vec3 home =
		vec3(leap_sim_bell(d, 0.25) * y, y, leap_sim_bell(d, 0.2) * y);

	act_freely(d, c, 0, home, 100, 400);
}

static void act_range(struct leap_sim_dice *d, struct leap_sim_clip *c)
{
	struct part *p = &c->part[0];
	const double seconds = duration(c);
	double x = leap_sim_bell(d, 0.12), z = leap_sim_bell(d, 0.1);

	for (int i = 0; i <= 10; i++) {
		double y = 80 * pow(600.0 / 80.0, i / 10.0);
		struct key *k = add_key(p, i / 10.0 * seconds);

		k->palm = vec3(x * y, y, z * y);
		if (i == 0)
			k->angles = usual_angles(d);
		if (i % 3 == 0)
			flat_grip(d, c, 0, k);
	}
}

static void act_still(struct leap_sim_dice *d, struct leap_sim_clip *c)
{
	double y = leap_sim_throw_log(d, 120, 350);
	struct key *k = add_key(&c->part[0], 0);

	k->palm = keep_in_view(
		c, vec3(leap_sim_bell(d, 0.2) * y, y, leap_sim_bell(d, 0.15) * y));
	k->angles = usual_angles(d);
	flat_grip(d, c, 0, k);
}

static void act_sweep(struct leap_sim_dice *d, struct leap_sim_clip *c)
{
	act_still(d, c);
	c->part[0].key[0].palm =
		vec3(0, leap_sim_throw(d, 160, 260), leap_sim_throw(d, -30, 30));
	c->sweep = 110;
	c->sweep_speed = 1000;
}

static void act_tool(struct leap_sim_dice *d, struct leap_sim_clip *c)
{
	struct part *p = &c->part[0];
	double y = leap_sim_throw(d, 150, 280);

	for (int i = 0; i < 5; i++) {
		struct key *k = add_key(p, 0.5 * i);

		k->palm = keep_in_view(c, vec3(leap_sim_bell(d, 40),
					       y + leap_sim_bell(d, 20),
					       20 + leap_sim_bell(d, 30)));
		k->angles = usual_angles(d);
		k->pose = LEAP_SIM_POSE_PINCH;
		if (i == 0)
			leap_sim_grip_pinch(&c->stage.actor[0].shape, LEAP_INDEX,
					    &k->grip);
	}
}

static void act_arrival(struct leap_sim_dice *d, struct leap_sim_clip *c)
{
	struct part *p = &c->part[0];
	struct key *k = add_key(p, 0);
	double y = leap_sim_throw(d, 130, 330), start = leap_sim_throw(d, 0, 0.15);
	double way = leap_sim_throw(d, -1.2, 1.2);
	struct vec3 goal =
		vec3(leap_sim_bell(d, 0.15) * y, y, leap_sim_bell(d, 0.1) * y);

	k->angles = usual_angles(d);
	flat_grip(d, c, 0, k);
	k->palm =
		vec3_add(goal, vec3_scale(vec3(sin(way), 0, cos(way)), 2.6 * y + 150));
	add_key(p, start);
	add_key(p, start + leap_sim_throw(d, 0.3, 0.5))->palm = goal;
}

static void act_pair(struct leap_sim_dice *d, struct leap_sim_clip *c)
{
	double y = leap_sim_throw_log(d, 160, 330);
	double apart = leap_sim_throw(d, 105, 130);

	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		double side = c->stage.actor[i].shape.left ? -1 : 1;

		act_freely(d, c, i, vec3(side * apart, y, leap_sim_bell(d, 15)), 130,
			   390);
		for (unsigned int k = 0; k < c->part[i].keys; k++) {
			struct vec3 *palm = &c->part[i].key[k].palm;

			palm->x = side * fmax(side * palm->x, 85);
		}
	}
}

/* One hand goes above the other one and back. */
static void act_crossing(struct leap_sim_dice *d, struct leap_sim_clip *c)
{
	double low = leap_sim_throw(d, 140, 200), above = leap_sim_throw(d, 70, 110);

	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		double side = c->stage.actor[i].shape.left ? -1 : 1;
		double y = i == 0 ? low : low + above;
		struct vec3 home = vec3(side * 105, y, leap_sim_bell(d, 20));
		struct part *p = &c->part[i];
		struct key *k = add_key(p, 0);

		k->palm = home;
		k->angles = usual_angles(d);
		flat_grip(d, c, i, k);
		add_key(p, 0.6);
		k = add_key(p, 1.3);
		k->palm.x = -side * leap_sim_throw(d, 20, 80);
		add_key(p, 1.6);
		k = add_key(p, 2.3);
		k->palm = home;
		flat_grip(d, c, i, k);
	}
}

static void act_touching(struct leap_sim_dice *d, struct leap_sim_clip *c)
{
	double y = leap_sim_throw(d, 160, 280);
	double near = 0.5 *
		      (c->stage.actor[0].shape.palm_width +
		       c->stage.actor[1].shape.palm_width) *
		      leap_sim_throw(d, 0.5, 0.62);

	for (int i = 0; i < LEAP_HANDS_MAX; i++) {
		double side = c->stage.actor[i].shape.left ? -1 : 1;
		struct vec3 home = vec3(side * 110, y + leap_sim_bell(d, 12),
					leap_sim_bell(d, 15));
		struct part *p = &c->part[i];
		struct key *k = add_key(p, 0);

		k->palm = home;
		k->angles = usual_angles(d);
		flat_grip(d, c, i, k);
		add_key(p, 0.7);
		k = add_key(p, 1.2);
		k->palm = vec3(side * near, y, 0);
		k->angles.yaw = leap_sim_bell(d, 8) * DEGREES;
		flat_grip(d, c, i, k);
		add_key(p, 1.8);
		k = add_key(p, 2.3);
		k->palm = home;
		flat_grip(d, c, i, k);
	}
	c->meeting[0] = 0.7;
	c->meeting[1] = 2.3;
}

static void act_things(struct leap_sim_dice *d, struct leap_sim_clip *c)
{
	static const enum leap_sim_thing what[] = {
		[LEAP_SIM_CLIP_TORSO] = LEAP_SIM_TORSO,
		[LEAP_SIM_CLIP_HEAD] = LEAP_SIM_HEAD,
		[LEAP_SIM_CLIP_SLEEVE] = LEAP_SIM_SLEEVE,
		[LEAP_SIM_CLIP_OBJECT] = LEAP_SIM_OBJECT,
	};
	enum leap_sim_room room = c->kind == LEAP_SIM_CLIP_LAMP ? LEAP_SIM_ROOM_LAMP
								: LEAP_SIM_ROOM_DIM;

	room += leap_sim_hash(c->seed, 4) %
		(c->kind == LEAP_SIM_CLIP_LAMP ? 3 : LEAP_SIM_ROOMS);
	leap_sim_backdrop_init(leap_sim_hash(c->seed, 5), room, &c->stage.backdrop);
	if (c->kind != LEAP_SIM_CLIP_EMPTY && c->kind != LEAP_SIM_CLIP_LAMP)
		leap_sim_stage_put(leap_sim_hash(c->seed, 6), what[c->kind], &c->stage);
	if (c->kind == LEAP_SIM_CLIP_HEAD && leap_sim_chance(d, 0.5))
		leap_sim_stage_put(leap_sim_hash(c->seed, 7), LEAP_SIM_TORSO,
				   &c->stage);
	c->sway =
		vec3(leap_sim_bell(d, 25), leap_sim_bell(d, 20), leap_sim_bell(d, 25));
	leap_sim_stage_adapt(leap_sim_throw_log(d, 200, 600), &c->stage);
}

static void direct(struct leap_sim_dice *d, struct leap_sim_clip *c)
{
	switch (c->kind) {
	case LEAP_SIM_CLIP_HAND:
		act_hand(d, c);
		break;
	case LEAP_SIM_CLIP_RANGE:
		act_range(d, c);
		break;
	case LEAP_SIM_CLIP_STILL:
		act_still(d, c);
		break;
	case LEAP_SIM_CLIP_SWEEP:
		act_sweep(d, c);
		break;
	case LEAP_SIM_CLIP_TOOL:
		act_tool(d, c);
		break;
	case LEAP_SIM_CLIP_ARRIVAL:
		act_arrival(d, c);
		break;
	case LEAP_SIM_CLIP_PAIR:
		act_pair(d, c);
		break;
	case LEAP_SIM_CLIP_CROSSING:
		act_crossing(d, c);
		break;
	case LEAP_SIM_CLIP_TOUCHING:
		act_touching(d, c);
		break;
	default:
		act_things(d, c);
		break;
	}
}

static void cast(struct leap_sim_dice *d, struct leap_sim_clip *c)
{
	bool left = leap_sim_chance(d, 0.5);
	uint64_t person = leap_sim_another_seed(d);

	for (unsigned int i = 0; i < kinds[c->kind].hands; i++) {
		leap_sim_stage_enter(person, left, &c->stage);
		if (c->kind == LEAP_SIM_CLIP_TOOL)
			leap_sim_stage_equip(leap_sim_another_seed(d), &c->stage);
		c->part[i].elbow =
			vec3(25 + leap_sim_bell(d, 35), leap_sim_bell(d, 50), 290);
		left = !left;
	}
}

/*
 * Every third clip is exposed as if the hand were elsewhere, and has a lamp or a person
 * in the picture.
 */
static void light(struct leap_sim_dice *d, struct leap_sim_clip *c, double distance)
{
	c->adapting = !leap_sim_chance(d, 1.0 / 3);
	if (!c->adapting)
		leap_sim_stage_adapt(distance * leap_sim_throw_log(d, 0.55, 1.8),
				     &c->stage);
	c->stage.setting.digital_gain = 4;
	c->stage.setting.gamma = false;
	c->stage.setting.leds = 7;
	if (leap_sim_chance(d, 1.0 / 3))
		leap_sim_stage_put(leap_sim_another_seed(d), LEAP_SIM_TORSO, &c->stage);
}

/* A clip on an empty stage. */
static int prepare(enum leap_sim_clip_kind kind, uint64_t seed,
		   struct leap_sim_clip **ret_clip)
{
	struct leap_sim_clip *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->kind = kind;
	c->seed = leap_sim_hash(leap_sim_hash(CLIPS, kind), seed);
	c->frames = kinds[kind].frames;
	r = leap_sim_sensor_new(leap_sim_hash(c->seed, 1), &c->sensor);
	if (r < 0) {
		free(c);
		return r;
	}
	leap_sim_unit_init(leap_sim_hash(c->seed, 2), &c->unit);
	leap_sim_stage_init(leap_sim_hash(c->seed, 3), LEAP_SIM_EVALUATION, &c->unit,
			    &c->stage);
	*ret_clip = c;
	return 0;
}

int leap_sim_clip_new(enum leap_sim_clip_kind kind, uint64_t seed,
		      struct leap_sim_clip **ret_clip)
{
	struct leap_sim_dice d = { 0 };
	struct leap_sim_clip *c;
	int r;

	if ((unsigned int)kind >= LEAP_SIM_CLIP_KINDS || kind == LEAP_SIM_CLIP_RECORDED)
		return -EINVAL;
	r = prepare(kind, seed, &c);
	if (r < 0)
		return r;
	d.seed = leap_sim_hash(c->seed, 8);
	cast(&d, c);
	direct(&d, c);
	if (c->stage.actors > 0)
		light(&d, c, vec3_length(c->part[0].key[0].palm));
	*ret_clip = c;
	return 0;
}

/* The same hands in all frames, in the same order, at times that go on. */
static bool is_one_take(const struct leap_hands *frames, unsigned int count)
{
	if (count < 2 || frames[0].count == 0)
		return false;
	for (unsigned int i = 0; i < count; i++) {
		if (frames[i].count != frames[0].count ||
		    (i > 0 && frames[i].time_ns <= frames[i - 1].time_ns))
			return false;
		for (unsigned int h = 0; h < frames[0].count; h++)
			if (frames[i].hand[h].left != frames[0].hand[h].left)
				return false;
	}
	return true;
}

static void retarget(const struct leap_sim_clip *c, const struct leap_hands *frame,
		     struct moment *ret_moment)
{
	ret_moment->seconds = (double)frame->time_ns * 1e-9;
	for (unsigned int h = 0; h < frame->count; h++)
		leap_sim_retarget(&frame->hand[h], &c->stage.actor[h].shape,
				  &ret_moment->posture[h]);
}

int leap_sim_clip_record(uint64_t seed, const struct leap_hands *frames,
			 unsigned int count, struct leap_sim_clip **ret_clip)
{
	struct leap_sim_dice d = { 0 };
	struct leap_sim_clip *c;
	uint64_t person;
	int r;

	if (!is_one_take(frames, count))
		return -EINVAL;
	r = prepare(LEAP_SIM_CLIP_RECORDED, seed, &c);
	if (r < 0)
		return r;
	c->moment = calloc(count, sizeof(*c->moment));
	if (!c->moment) {
		leap_sim_clip_free(c);
		return -ENOMEM;
	}
	c->moments = count;
	d.seed = leap_sim_hash(c->seed, 8);
	person = leap_sim_another_seed(&d);
	for (unsigned int h = 0; h < frames[0].count; h++)
		leap_sim_stage_enter(person, frames[0].hand[h].left, &c->stage);
	for (unsigned int i = 0; i < count; i++) {
		retarget(c, &frames[i], &c->moment[i]);
		c->moment[i].seconds -= (double)frames[0].time_ns * 1e-9;
	}
	c->frames = 1 + (unsigned int)(c->moment[count - 1].seconds / FRAME_SECONDS);
	light(&d, c, vec3_length(frames[0].hand[0].palm));
	*ret_clip = c;
	return 0;
}

void leap_sim_clip_free(struct leap_sim_clip *clip)
{
	if (!clip)
		return;
	leap_sim_sensor_free(clip->sensor);
	free(clip->moment);
	free(clip);
}

bool leap_sim_clip_apart(const struct leap_sim_clip *clip, unsigned int *ret_before,
			 unsigned int *ret_after)
{
	if (clip->kind != LEAP_SIM_CLIP_TOUCHING)
		return false;
	*ret_before = (unsigned int)(clip->meeting[0] / FRAME_SECONDS);
	*ret_after = (unsigned int)(clip->meeting[1] / FRAME_SECONDS) + 1;
	return true;
}

static double mix(double a, double b, double t)
{
	return a + t * (b - a);
}

static struct key key_at(const struct part *p, double seconds)
{
	unsigned int i = 0;
	struct key k;
	double t;

	while (i + 1 < p->keys && p->key[i + 1].seconds <= seconds)
		i++;
	k = p->key[i];
	if (i + 1 == p->keys)
		return k;
	t = leap_sim_rise((seconds - k.seconds) / (p->key[i + 1].seconds - k.seconds));
	k.palm = vec3_lerp(k.palm, p->key[i + 1].palm, t);
	k.angles.yaw = mix(k.angles.yaw, p->key[i + 1].angles.yaw, t);
	k.angles.pitch = mix(k.angles.pitch, p->key[i + 1].angles.pitch, t);
	k.angles.roll = mix(k.angles.roll, p->key[i + 1].angles.roll, t);
	leap_sim_grip_lerp(&p->key[i].grip, &p->key[i + 1].grip, t, &k.grip);
	if (t > 0.5)
		k.pose = p->key[i + 1].pose;
	return k;
}

static void recorded_at(const struct leap_sim_clip *c, int hand, double seconds,
			struct leap_sim_act *ret_act)
{
	struct leap_sim_posture *p = &ret_act->posture;
	const struct leap_sim_posture *q;
	unsigned int i = 0;
	double t;

	while (i + 2 < c->moments && c->moment[i + 1].seconds <= seconds)
		i++;
	*p = c->moment[i].posture[hand];
	q = &c->moment[i + 1].posture[hand];
	t = within((seconds - c->moment[i].seconds) /
			   (c->moment[i + 1].seconds - c->moment[i].seconds),
		   0, 1);
	p->palm = vec3_lerp(p->palm, q->palm, t);
	p->direction = vec3_lerp(p->direction, q->direction, t);
	p->normal = vec3_lerp(p->normal, q->normal, t);
	p->elbow = vec3_lerp(p->elbow, q->elbow, t);
	leap_sim_grip_lerp(&p->grip, &q->grip, t, &p->grip);
	ret_act->pose = LEAP_SIM_POSE_RANDOM;
}

static void posture_at(const struct leap_sim_clip *c, int hand, double seconds,
		       struct leap_sim_act *ret_act)
{
	const struct part *p = &c->part[hand];
	struct key k = key_at(p, seconds);
	struct leap_sim_posture *q = &ret_act->posture;

	if (c->sweep > 0)
		k.palm.x += c->sweep * sin(c->sweep_speed / c->sweep * seconds);
	q->palm = vec3(0, 0, 0);
	leap_sim_posture_orient(k.angles.yaw, k.angles.pitch, k.angles.roll, q);
	/* The elbow goes half the way that the hand turns. */
	q->elbow = vec3_madd(p->elbow, -150, q->direction);
	if (c->stage.actor[hand].shape.left)
		leap_sim_posture_mirror(q);
	q->palm = k.palm;
	q->elbow = vec3_add(q->elbow, k.palm);
	q->elbow.y = fmax(q->elbow.y, fmin(k.palm.y, 120));
	q->grip = k.grip;
	ret_act->pose = k.pose;
}

static void act_at(const struct leap_sim_clip *c, int hand, double seconds,
		   struct leap_sim_act *ret_act)
{
	const double step = 1e-3;
	struct leap_sim_act before;

	if (c->moment) {
		recorded_at(c, hand, seconds - step, &before);
		recorded_at(c, hand, seconds, ret_act);
	} else {
		posture_at(c, hand, seconds - step, &before);
		posture_at(c, hand, seconds, ret_act);
	}
	ret_act->velocity = vec3_scale(
		vec3_sub(ret_act->posture.palm, before.posture.palm), 1 / step);
}

void leap_sim_clip_frame(struct leap_sim_clip *clip, unsigned int index,
			 uint8_t *pixels, struct leap_sim_sample *ret_sample)
{
	struct leap_sim_clip *c = clip;
	struct leap_sim_act act[LEAP_HANDS_MAX];
	double seconds = index * FRAME_SECONDS;

	for (unsigned int i = 0; i < c->stage.actors; i++)
		act_at(c, (int)i, seconds, &act[i]);
	if (c->adapting)
		leap_sim_stage_adapt(vec3_length(act[0].posture.palm), &c->stage);
	c->stage.sway = vec3_scale(c->sway, sin(2 * M_PI * 0.7 * seconds));
	leap_sim_stage_shoot(&c->stage, c->sensor, &c->surface, act,
			     leap_sim_hash(c->seed, 1000 + index), pixels, ret_sample);
}
