// SPDX-License-Identifier: MIT
/*
 * A place with a controller, people, things and light. A stage is written once and then
 * read only; the scratch memory of a shot belongs to the thread that takes it.
 */
#include "sim/stage.h"

#include <string.h>

#include "sim/random.h"

#define NOMINAL_EXPOSURE 511.0
#define NOMINAL_GAIN 31.0

/* A palm as the original service likes it, and what one 200 mm away gives. */
#define WELL_EXPOSED 120.0
#define PALM_AT_200 130.0

/* What a factory's calibration leaves, and what the years add. */
static void misalign(uint64_t seed, enum leap_sim_split split,
		     struct leap_sim_look *look)
{
	struct leap_sim_dice d = { .seed = seed };
	double kind = leap_sim_throw(&d, 0, 1);
	double wide = kind < 0.75 ? 0.0012 : 0.004;

	for (int e = 0; e < LEAP_EYES; e++) {
		look->turn[e].x = leap_sim_bell(&d, wide);
		look->turn[e].y = leap_sim_bell(&d, wide);
		look->turn[e].z = leap_sim_bell(&d, wide);
	}
	/* Pictures that are shown with another unit's calibration. */
	if (split == LEAP_SIM_TRAINING && kind > 0.95)
		look->turn[LEAP_EYE_RIGHT].x += leap_sim_bell(&d, 0.018);
}

/* Evaluation goes a tenth of the range beyond either end. */
static double range(enum leap_sim_split split, uint64_t seed, uint64_t purpose,
		    double low, double high)
{
	double beyond = split == LEAP_SIM_EVALUATION ? 0.1 * (high - low) : 0;

	return fmax(leap_sim_uniform(seed, purpose, low - beyond, high + beyond), 0);
}

static void vary_light(uint64_t seed, enum leap_sim_split split,
		       struct leap_sim_look *look)
{
	struct leap_sim_light *l = &look->light;
	double apart = range(split, seed, 1, 0.85, 1.1);

	for (int k = 0; k < LEAP_SIM_LEDS; k++) {
		l->x[k] *= (float)apart;
		l->power[k] *= (float)range(split, seed, 2 + k, 0.8, 1.2);
	}
	l->ambient *= (float)leap_sim_uniform_log(seed, 6, 0.3, 5);
	l->wrap = (float)range(split, seed, 7, 0.05, 0.5);
	l->gloss = (float)range(split, seed, 8, 0, 0.3);
	l->lobe = (float)range(split, seed, 9, 0.4, 0.95);
	l->edge = (float)range(split, seed, 10, 0.2, 0.9);
	l->shade = (float)range(split, seed, 11, 0.25, 0.8);
}

static void vary_sensor(uint64_t seed, enum leap_sim_split split,
			struct leap_sim_look *look)
{
	look->black = (float)range(split, seed, 1, 0, 7);
	look->read_noise = (float)range(split, seed, 2, 0.35, 1.4);
	look->shot_noise = (float)leap_sim_uniform_log(seed, 3, 0.006, 0.05);
	look->stray = (float)range(split, seed, 4, 0.005, 0.06);
	look->blur_across = (float)range(split, seed, 5, 0.04, 0.30);
	look->blur_down = (float)range(split, seed, 6, 0.02, 0.22);
}

static enum leap_sim_room any_room(uint64_t seed)
{
	double kind = leap_sim_uniform(seed, 1, 0, 1);

	if (kind < 0.45)
		return LEAP_SIM_ROOM_DIM;
	if (kind < 0.75)
		return LEAP_SIM_ROOM_LIT;
	return kind < 0.87   ? LEAP_SIM_ROOM_LAMP
	       : kind < 0.94 ? LEAP_SIM_ROOM_WINDOW
			     : LEAP_SIM_ROOM_CEILING;
}

static void any_setting(uint64_t seed, struct leap_sim_setting *s)
{
	*s = (struct leap_sim_setting){
		.exposure_us = 511, .gain = 31, .leds = 7, .digital_gain = 4
	};
	s->exposure_us = (unsigned int)leap_sim_uniform_log(seed, 1, 60, 640);
	s->gain = (unsigned int)leap_sim_uniform_log(seed, 2, 16, 63.9);
	if (leap_sim_uniform(seed, 3, 0, 1) < 0.12)
		s->digital_gain = 5 + (unsigned int)(leap_sim_hash(seed, 4) % 7);
	s->gamma = leap_sim_uniform(seed, 5, 0, 1) < 0.08;
	/* Somebody switched off an LED, or it broke. */
	if (leap_sim_uniform(seed, 6, 0, 1) < 0.03)
		s->leds &= ~(1u << leap_sim_hash(seed, 7) % LEAP_SIM_LEDS);
}

void leap_sim_stage_init(uint64_t seed, enum leap_sim_split split,
			 const struct leap_sim_unit *unit,
			 struct leap_sim_stage *ret_stage)
{
	struct leap_sim_stage *s = ret_stage;

	s->unit = unit;
	s->actors = s->things = 0;
	s->sway = vec3(0, 0, 0);
	leap_sim_backdrop_init(leap_sim_hash(seed, 1), any_room(leap_sim_hash(seed, 2)),
			       &s->backdrop);
	leap_sim_look_init(&s->look);
	misalign(leap_sim_hash(seed, 3), split, &s->look);
	vary_light(leap_sim_hash(seed, 4), split, &s->look);
	vary_sensor(leap_sim_hash(seed, 5), split, &s->look);
	any_setting(leap_sim_hash(seed, 6), &s->setting);
}

void leap_sim_stage_enter(uint64_t seed, bool left, struct leap_sim_stage *stage)
{
	struct leap_sim_actor *a = &stage->actor[stage->actors++];

	leap_sim_shape_draw(leap_sim_hash(seed, 1), left, &a->shape);
	leap_sim_dress_draw(leap_sim_hash(seed, 2), &a->dress);
	a->tool.ahead = 0;
}

void leap_sim_stage_equip(uint64_t seed, struct leap_sim_stage *stage)
{
	stage->actor[stage->actors - 1].tool = (struct leap_sim_tool){
		.ahead = leap_sim_uniform(seed, 1, 55, 170),
		.behind = leap_sim_uniform(seed, 2, 10, 90),
		.radius = leap_sim_uniform(seed, 3, 2.2, 6),
		.albedo = leap_sim_uniform_log(seed, 4, 0.2, 2),
	};
}

void leap_sim_stage_put(uint64_t seed, enum leap_sim_thing what,
			struct leap_sim_stage *stage)
{
	stage->thing[stage->things].what = what;
	stage->thing[stage->things++].seed = seed;
}

/* Exposure first, up to 511 us, then gain. */
void leap_sim_stage_adapt(double distance, struct leap_sim_stage *stage)
{
	double signal = PALM_AT_200 * (200 / distance) * (200 / distance);
	double wanted = WELL_EXPOSED / signal * NOMINAL_EXPOSURE * NOMINAL_GAIN;
	double exposure = fmin(fmax(wanted / 16, 60), 511);
	double gain = fmin(fmax(wanted / exposure, 16), 63);

	stage->setting.exposure_us = (unsigned int)exposure;
	stage->setting.gain = (unsigned int)gain;
}

static const struct leap_sensor_mode mode = { LEAP_SIM_WIDTH, LEAP_SIM_HEIGHT };

bool leap_sim_stage_in_view(const struct leap_sim_stage *stage, struct vec3 point,
			    double margin)
{
	for (int e = 0; e < LEAP_EYES; e++) {
		double p[2];

		if (!leap_camera_project(&stage->unit->camera, e, mode, point, p))
			return false;
		if (p[0] < margin || p[0] > LEAP_SIM_WIDTH - 1 - margin ||
		    p[1] < margin || p[1] > LEAP_SIM_HEIGHT - 1 - margin)
			return false;
	}
	return true;
}

/* A box of that width has the variance of its blur; it is all that is kept of it. */
static void blur_motion(const struct leap_sim_stage *stage,
			const struct leap_sim_act *act, struct leap_sim_look *look)
{
	const struct leap_camera *camera = &stage->unit->camera;
	double seconds = stage->setting.exposure_us * 1e-6;
	struct vec3 after = vec3_madd(act->posture.palm, seconds, act->velocity);
	double p[2], q[2], across, down;

	if (!leap_camera_project(camera, LEAP_EYE_LEFT, mode, act->posture.palm, p) ||
	    !leap_camera_project(camera, LEAP_EYE_LEFT, mode, after, q))
		return;
	across = look->blur_across + (q[0] - p[0]) * (q[0] - p[0]) / 24;
	down = look->blur_down + (q[1] - p[1]) * (q[1] - p[1]) / 24;
	look->blur_across = (float)fmin(across, 1.0 / 3);
	look->blur_down = (float)fmin(down, 1.0 / 3);
}

/*
 * A joint lies as deep as its finger or the palm is thick; something in front of that
 * hides it. Pixels that an edge crosses have no depth and hide nothing.
 */
static const double flesh[LEAP_JOINTS] = { 32, 24, 15, 15, 15 };

static bool sees_joint(const struct leap_sim_sensor *sensor, enum leap_eye eye,
		       const float pixel[2], double distance, double deep)
{
	float depth;

	if (!(pixel[0] >= 0 && pixel[0] <= LEAP_SIM_WIDTH - 1 && pixel[1] >= 0 &&
	      pixel[1] <= LEAP_SIM_HEIGHT - 1))
		return false;
	depth = leap_sim_sensor_depth(sensor, eye, (unsigned int)(pixel[0] + 0.5f),
				      (unsigned int)(pixel[1] + 0.5f));
	return depth == 0 || depth > distance - deep;
}

static void find_joint(const struct leap_sim_stage *stage,
		       const struct leap_sim_sensor *sensor,
		       const struct leap_sim_shape *shape, enum leap_eye eye,
		       int finger, int joint, struct leap_sim_sample_hand *hand)
{
	const struct leap_camera *camera = &stage->unit->camera;
	float eye_x = (float)leap_camera_eye_x(camera, eye);
	struct vec3 at = leap_sim_look_turned(&stage->look, eye, eye_x,
					      hand->hand.joint[finger][joint]);
	float *pixel = hand->pixel[eye][finger][joint];
	double p[2];

	pixel[0] = pixel[1] = NAN;
	hand->visible[eye][finger][joint] = false;
	if (!leap_camera_project(camera, eye, mode, at, p))
		return;
	pixel[0] = (float)p[0];
	pixel[1] = (float)p[1];
	hand->visible[eye][finger][joint] =
		sees_joint(sensor, eye, pixel, vec3_distance(at, vec3(eye_x, 0, 0)),
			   flesh[joint] * shape->scale * shape->thickness);
}

static bool on_picture(const float pixel[2])
{
	return pixel[0] >= 0 && pixel[0] < LEAP_SIM_WIDTH && pixel[1] >= 0 &&
	       pixel[1] < LEAP_SIM_HEIGHT;
}

static void find_hand(const struct leap_sim_stage *stage,
		      const struct leap_sim_sensor *sensor,
		      const struct leap_sim_shape *shape,
		      struct leap_sim_sample_hand *hand)
{
	unsigned int inside = 0;

	for (int k = 0; k < LEAP_FINGERS; k++) {
		for (int j = 0; j < LEAP_JOINTS; j++) {
			for (int e = 0; e < LEAP_EYES; e++)
				find_joint(stage, sensor, shape, e, k, j, hand);
			inside += on_picture(hand->pixel[LEAP_EYE_LEFT][k][j]) &&
				  on_picture(hand->pixel[LEAP_EYE_RIGHT][k][j]);
		}
	}
	hand->inside = inside / (double)(LEAP_FINGERS * LEAP_JOINTS);
}

static void add_decoys(struct leap_sim_sample *sample, unsigned int count,
		       const struct vec3 *place)
{
	for (unsigned int i = 0; i < count && sample->decoys < LEAP_SIM_DECOYS_MAX; i++)
		if (place[i].y > 20)
			sample->decoy[sample->decoys++] = place[i];
}

/* Held like a pen: from the web between thumb and index finger past both tips. */
static void hold_tool(const struct leap_sim_tool *tool,
		      const struct leap_tracked_hand *hand,
		      struct leap_sim_surface *surface, struct leap_sim_sample *sample)
{
	const struct vec3 *thumb = hand->joint[LEAP_THUMB];
	const struct vec3 *index = hand->joint[LEAP_INDEX];
	struct vec3 web = vec3_lerp(index[LEAP_MCP], thumb[LEAP_PIP], 0.4);
	struct vec3 grip = vec3_lerp(thumb[LEAP_BTIP], index[LEAP_BTIP], 0.5);
	struct vec3 way = vec3_unit_or(vec3_sub(grip, web), hand->direction);
	struct leap_sim_cone *c;

	/* A tip out in front is of more use than one below the fingers. */
	way = vec3_unit_or(vec3_lerp(way, hand->direction, 0.5), way);

	leap_sim_surface_part(surface);
	c = leap_sim_surface_cone(surface, vec3_madd(grip, -tool->behind, way),
				  vec3_madd(grip, tool->ahead, way), tool->radius,
				  tool->radius, 0, 1);
	if (!c)
		return;
	c->albedo = (float)tool->albedo;
	sample->tool[sample->tools++] = (struct leap_tracked_tool){
		.track = hand->track,
		.held = true,
		.hand = hand->track,
		.confidence = 1,
		.tip = vec3_madd(grip, tool->ahead + tool->radius, way),
		.direction = way,
		/* The fingers' tips hide where it begins. */
		.length = tool->ahead + tool->radius - 8,
		.width = 2 * tool->radius,
	};
}

static void pose_hand(const struct leap_sim_actor *actor,
		      const struct leap_sim_act *act, struct leap_sim_surface *surface,
		      struct leap_sim_sample *sample)
{
	struct leap_sim_sample_hand *hand = &sample->hand[sample->hands];
	struct leap_sim_skeleton skeleton;
	const struct leap_tracked_hand *h = &skeleton.hand;
	struct vec3 arm[2];

	leap_sim_skeleton_pose(&actor->shape, &act->posture, &skeleton);
	leap_sim_flesh(&actor->shape, &skeleton, &actor->dress, surface);
	skeleton.hand.track = ++sample->hands;
	if (actor->tool.ahead > 0)
		hold_tool(&actor->tool, h, surface, sample);
	hand->hand = skeleton.hand;
	hand->pose = act->pose;
	hand->tilt = acos(fmin(fmax(-h->normal.y, -1), 1));
	arm[0] = vec3_lerp(h->wrist, h->elbow, 0.5);
	arm[1] = h->elbow;
	add_decoys(sample, 2, arm);
}

static void shoot(const struct leap_sim_stage *stage, struct leap_sim_sensor *sensor,
		  const struct leap_sim_surface *surface,
		  const struct leap_sim_act act[], uint64_t dice, uint8_t *pixels)
{
	struct leap_sim_shot shot = {
		.lenses = &stage->unit->lenses,
		.surface = surface,
		.backdrop = &stage->backdrop,
		.look = stage->look,
		.setting = stage->setting,
		.dice = dice,
	};

	if (stage->actors > 0)
		blur_motion(stage, &act[0], &shot.look);
	leap_sim_sensor_render(sensor, &shot, pixels);
}

void leap_sim_stage_shoot(const struct leap_sim_stage *stage,
			  struct leap_sim_sensor *sensor,
			  struct leap_sim_surface *surface,
			  const struct leap_sim_act act[], uint64_t dice,
			  uint8_t *pixels, struct leap_sim_sample *ret_sample)
{
	struct leap_sim_sample *s = ret_sample;

	s->camera = stage->unit->camera;
	memcpy(s->block, stage->unit->block, sizeof(s->block));
	s->hands = s->tools = s->decoys = 0;
	s->exposure_us = stage->setting.exposure_us;
	s->gain = stage->setting.gain;
	s->squint =
		stage->look.turn[LEAP_EYE_LEFT].z - stage->look.turn[LEAP_EYE_RIGHT].z;
	surface->count = surface->parts = 0;
	/* Hands first: there is room for all of them, and things may go without. */
	for (unsigned int i = 0; i < stage->actors; i++)
		pose_hand(&stage->actor[i], &act[i], surface, s);
	for (unsigned int i = 0; i < stage->things; i++) {
		struct vec3 place[4];

		add_decoys(s,
			   leap_sim_clutter(stage->thing[i].seed, stage->thing[i].what,
					    stage->sway, surface, place),
			   place);
	}
	shoot(stage, sensor, surface, act, dice, pixels);
	for (unsigned int i = 0; i < s->hands; i++)
		find_hand(stage, sensor, &stage->actor[i].shape, &s->hand[i]);
}
