// SPDX-License-Identifier: MIT
/*
 * Streams what the network learns from: random scenes by seed, looked at through the
 * tracker's own crop sampler, with where the hands really are.
 * Single-threaded; main owns everything.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/tracking/regions.h"
#include "daemon/tracking/sight.h"
#include "sim/random.h"
#include "sim/sample.h"

/* 0 wrist, then MCP PIP DIP BTIP by finger, 21 palm, 22 on the arm. */
#define POINTS 23
#define POINT_WRIST 0
#define POINT_PALM 21
#define POINT_ARM 22
#define ARM_AWAY 60.0 /* from the wrist, millimetres, for a palm of 87.48 */
#define PALM_WIDTH 87.48
#define MIDDLE_LENGTH 91.75 /* of the middle finger of a hand of size 1 */

#define NEAR_HAND 60.0 /* millimetres from the middle: a crop of this hand */
#define NO_HAND 115.0 /* from every hand's middle: a crop of none */
#define LOOKS_AT_NOTHING 6 /* where there is no hand */

/* struct record - one crop, as train.py reads it */
struct record {
	float plane[LEAP_CROP_PLANES];
	float depth;
	float width;
	float right; /* 1: the hand looks like a right one in this crop */
	float present;
	float inside; /* share of the joints in both pictures */
	float at[POINTS][3];
	float seen[POINTS]; /* 0 in no picture, 1 hidden, 2 plain to see */
	uint8_t pixel[LEAP_EYES][LEAP_CROP_ROWS][LEAP_CROP_COLUMNS];
};

struct dice {
	uint64_t seed;
	uint64_t drawn;
};

static double uniform(struct dice *d, double low, double high)
{
	return leap_sim_uniform(d->seed, d->drawn++, low, high);
}

static bool chance(struct dice *d, double share)
{
	return uniform(d, 0, 1) < share;
}

static double normal(struct dice *d)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += uniform(d, 0, 1);
	return sum;
}

struct studio {
	struct leap_sim_sampler *sampler;
	struct leap_sim_sample scene;
	struct leap_crop_optics optics;
	uint8_t block[LEAP_SIM_CALIBRATION_SIZE]; /* that optics are of */
	uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	struct leap_stereo_frame frame;
	struct leap_cells cells;
	struct leap_region region[LEAP_REGIONS_MAX];
	int regions;
	struct dice dice;
	int looks; /* times as many as usual at every scene */
	struct record record;
	struct leap_crop crop;
};

static struct vec3 middle_of(const struct leap_tracked_hand *hand)
{
	struct vec3 point[1 + LEAP_FINGERS * (LEAP_JOINTS - 1)] = { hand->wrist };
	unsigned int points = 1;

	for (int k = 0; k < LEAP_FINGERS; k++)
		for (int j = LEAP_MCP; j <= LEAP_BTIP; j++)
			point[points++] = hand->joint[k][j];
	return leap_crop_middle(point, points);
}

/* The trained-for error of where the tracker expects a hand, in three sizes. */
static struct vec3 miss(struct dice *d, struct vec3 middle)
{
	double size = uniform(d, 0, 1);
	double across = size < 0.65 ? 6 : size < 0.9 ? 15 : 28;
	double along = size < 0.65 ? 0.025 : size < 0.9 ? 0.06 : 0.12;
	struct vec3 p = vec3_scale(middle, 1 + along * normal(d));

	p.x += across * normal(d);
	p.y += 0.5 * across * normal(d);
	p.z += across * normal(d);
	if (p.y < 30)
		p.y = 30;
	return p;
}

/* The eye's own noise, blur, gain and stray things, beyond what the simulator does. */
struct grime {
	double gain, gamma, noise, blur; /* noise: of the brightest pixel */
	int spots;
	struct spot {
		double x, y, wide, high, level, apart;
	} spot[4];
};

/* Gain and gamma in steps of a quarter of what a byte tells apart. */
#define TONES_OF_ONE 4
#define TONES (255 * TONES_OF_ONE + 1)

static double brightest(const struct leap_crop *crop)
{
	const uint8_t *pixel = &crop->pixel[0][0][0];
	uint8_t most = 0;

	for (size_t i = 0; i < sizeof(crop->pixel); i++)
		most = pixel[i] > most ? pixel[i] : most;
	return most;
}

static void choose_grime(struct dice *d, double light, struct grime *g)
{
	*g = (struct grime){
		.gain = chance(d, 0.5) ? 1 : exp(uniform(d, log(0.6), log(1.8))),
		.gamma = exp(uniform(d, -0.25, 0.25)),
		.noise = chance(d, 0.6) ? 0 : uniform(d, 0, 0.035),
		.blur = chance(d, 0.5) ? 0 : uniform(d, 0, 0.25),
		.spots = chance(d, 0.88) ? 0 : 1 + (int)uniform(d, 0, 2.99),
	};
	for (int i = 0; i < g->spots; i++)
		g->spot[i] = (struct spot){
			.x = uniform(d, 0, LEAP_CROP_COLUMNS),
			.y = uniform(d, 0, LEAP_CROP_ROWS),
			.wide = uniform(d, 4, 50),
			.high = uniform(d, 2, 25),
			.level = uniform(d, 0.1, 0.8) * light,
			.apart = uniform(d, -15, 15),
		};
}

static double spot_level(const struct grime *g, int eye, int row, int column)
{
	double level = 0;

	for (int i = 0; i < g->spots; i++) {
		const struct spot *s = &g->spot[i];
		double x = (column - s->x - eye * s->apart) / s->wide;
		double y = (row - s->y) / s->high;
		double q = 1 - x * x - y * y;

		if (q > 0)
			level = fmax(level, s->level * q * q);
	}
	return level;
}

/* Uniform noise of the wanted deviation: cheap, and nothing learns its shape. */
static double grain(struct dice *d)
{
	return uniform(d, -1.732, 1.732);
}

static void choose_tones(const struct grime *g, float tone[TONES])
{
	for (int i = 0; i < TONES; i++)
		tone[i] = (float)(255 *
				  pow(i * g->gain / (255.0 * TONES_OF_ONE), g->gamma));
}

static void soil(struct studio *s, struct leap_crop *crop)
{
	double light = brightest(crop), noise;
	float tone[TONES];
	struct grime g;

	choose_grime(&s->dice, light, &g);
	choose_tones(&g, tone);
	noise = g.noise * light;
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		for (int r = 0; r < LEAP_CROP_ROWS; r++) {
			uint8_t *row = crop->pixel[eye][r];
			double before = row[0];

			for (int c = 0; c < LEAP_CROP_COLUMNS; c++) {
				double here = row[c];
				double after = c + 1 < LEAP_CROP_COLUMNS ? row[c + 1]
									 : here;
				double v = here + g.blur * (before - 2 * here + after);

				before = here;
				if (g.spots)
					v = fmax(v, spot_level(&g, eye, r, c));
				v = tone[(int)(TONES_OF_ONE * fmin(fmax(v, 0), 255))];
				if (noise > 0)
					v += noise * grain(&s->dice);
				row[c] = (uint8_t)fmin(fmax(v + 0.5, 0), 255);
			}
		}
	}
}

static void tell_point(struct record *record, const struct leap_crop *crop, int i,
		       struct vec3 point, float seen)
{
	double at[3];

	leap_crop_locate(crop, point, at);
	for (int k = 0; k < 3; k++)
		record->at[i][k] = (float)at[k];
	record->seen[i] = seen;
}

static bool in_picture(const struct leap_crop_optics *optics, struct vec3 point)
{
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		float pixel[2];

		if (point.y > 5 && leap_crop_project(optics, eye, point, pixel) &&
		    pixel[0] >= 0 && pixel[0] < LEAP_SIM_WIDTH && pixel[1] >= 0 &&
		    pixel[1] < LEAP_SIM_HEIGHT)
			return true;
	}
	return false;
}

static void tell_hand(struct studio *s, const struct leap_sim_sample_hand *hand)
{
	const struct leap_tracked_hand *h = &hand->hand;
	struct vec3 arm = vec3_unit_or(vec3_sub(h->elbow, h->wrist), vec3(0, 0, 1));
	struct record *record = &s->record;

	for (int k = 0; k < LEAP_FINGERS; k++) {
		for (int j = LEAP_MCP; j <= LEAP_BTIP; j++) {
			bool plain = hand->visible[LEAP_EYE_LEFT][k][j] &&
				     hand->visible[LEAP_EYE_RIGHT][k][j];
			bool in = in_picture(&s->optics, h->joint[k][j]);

			tell_point(record, &s->crop, 1 + 4 * k + j - LEAP_MCP,
				   h->joint[k][j], plain ? 2 : in);
		}
	}
	arm = vec3_madd(h->wrist, ARM_AWAY * h->palm_width / PALM_WIDTH, arm);
	tell_point(record, &s->crop, POINT_WRIST, h->wrist,
		   in_picture(&s->optics, h->wrist));
	tell_point(record, &s->crop, POINT_PALM, h->palm,
		   in_picture(&s->optics, h->palm));
	tell_point(record, &s->crop, POINT_ARM, arm, in_picture(&s->optics, arm));
	record->inside = (float)hand->inside;
}

static const struct leap_sim_sample_hand *nearest_hand(const struct studio *s,
						       struct vec3 anchor,
						       double *ret_away)
{
	const struct leap_sim_sample_hand *nearest = NULL;

	*ret_away = INFINITY;
	for (unsigned int i = 0; i < s->scene.hands; i++) {
		double away = vec3_distance(middle_of(&s->scene.hand[i].hand), anchor);

		if (away < *ret_away) {
			*ret_away = away;
			nearest = &s->scene.hand[i];
		}
	}
	return nearest;
}

/* @present: how much of a hand that is in the middle, 0..1 */
static int emit(struct studio *s, const struct leap_crop_place *place,
		const struct leap_sim_sample_hand *hand, float present)
{
	struct record *record = &s->record;

	memset(record, 0, sizeof(*record));
	leap_crop_take(&s->optics, &s->frame, place, &s->crop);
	soil(s, &s->crop);
	leap_crop_even(&s->crop);
	leap_crop_planes(&s->crop, record->plane);
	record->depth = (float)s->crop.depth;
	record->width = (float)place->width;
	record->present = present;
	if (hand) {
		record->right = hand->hand.left == place->mirrored ? 1 : 0;
		tell_hand(s, hand);
	}
	/* Off the middle only the way to the palm is to be learned. */
	for (int i = 0; i < POINTS && present < 1; i++)
		if (i != POINT_PALM)
			record->seen[i] = 0;
	memcpy(record->pixel, s->crop.pixel, sizeof(record->pixel));
	return fwrite(record, sizeof(*record), 1, stdout) == 1 ? 0 : -EPIPE;
}

/* Hands are looked at with the arm towards the user, but not always. */
static bool look_turned(struct dice *d, const struct leap_tracked_hand *hand)
{
	bool away = hand->direction.z > 0;

	if (fabs(hand->direction.z) < 0.35)
		away = chance(d, 0.5);
	return chance(d, 0.1) ? !away : away;
}

static double size_of(const struct leap_tracked_hand *hand)
{
	double middle = 0;

	for (int j = LEAP_MCP; j < LEAP_BTIP; j++)
		middle += vec3_distance(hand->joint[LEAP_MIDDLE][j],
					hand->joint[LEAP_MIDDLE][j + 1]);
	return sqrt(middle / MIDDLE_LENGTH * hand->palm_width / PALM_WIDTH);
}

/* A hand's size is known but for a tenth as a rule, and nothing of it at first. */
static double width_for(struct dice *d, const struct leap_tracked_hand *hand)
{
	if (chance(d, 0.25))
		return LEAP_SIGHT_WIDTH * exp(0.06 * normal(d));
	return LEAP_SIGHT_WIDTH * size_of(hand) * exp(0.1 * normal(d));
}

static int emit_hand(struct studio *s, const struct leap_sim_sample_hand *hand)
{
	struct dice *d = &s->dice;
	struct leap_crop_place place = {
		.anchor = miss(d, middle_of(&hand->hand)),
		.width = width_for(d, &hand->hand),
		.mirrored = hand->hand.left,
		.turned = look_turned(d, &hand->hand),
	};
	const struct leap_sim_sample_hand *nearest;
	double away, scale = fmax(1, hand->hand.palm.y / 250);

	if (hand->inside < 0.35)
		return 0;
	if (chance(d, 0.15))
		place.mirrored = !place.mirrored;
	nearest = nearest_hand(s, place.anchor, &away);
	if (nearest != hand || away > NEAR_HAND * scale)
		return 0;
	return emit(s, &place, hand, 1);
}

/* From where the palm is still in view, but far from the middle. */
static int emit_aside(struct studio *s, const struct leap_sim_sample_hand *hand)
{
	struct dice *d = &s->dice;
	double away = uniform(d, 55, 155), way = uniform(d, 0, 2 * M_PI);
	double scale = fmax(1, hand->hand.palm.y / 250);
	struct leap_crop_place place = {
		.anchor = vec3_scale(middle_of(&hand->hand), exp(0.16 * normal(d))),
		.width = LEAP_SIGHT_WIDTH * exp(0.06 * normal(d)),
		.mirrored = hand->hand.left,
		.turned = look_turned(d, &hand->hand),
	};

	place.anchor =
		vec3_add(place.anchor, vec3(away * cos(way), 0, away * sin(way)));
	if (place.anchor.y < 30 || hand->inside < 0.35 ||
	    nearest_hand(s, place.anchor, &away) != hand || away < NEAR_HAND * scale)
		return 0;
	return emit(s, &place, hand, away < 100 * scale ? 0.2f : 0);
}

/* Where the tracker itself would look first, as far as that is no hand. */
static struct vec3 choose_region(struct studio *s)
{
	struct dice *d = &s->dice;
	int i = (int)uniform(d, 0, s->regions - 0.001);

	return vec3_lerp(s->region[i].place, s->region[i].other_place,
			 chance(d, 0.6) ? 0 : uniform(d, 0, 1));
}

/* Somewhere that might be taken for a hand but is none. */
static struct vec3 choose_elsewhere(struct studio *s)
{
	struct dice *d = &s->dice;

	if (s->regions && chance(d, 0.4))
		return miss(d, choose_region(s));
	if (s->scene.decoys && chance(d, 0.7)) {
		unsigned int i = (unsigned int)uniform(d, 0, s->scene.decoys - 0.001);

		return miss(d, s->scene.decoy[i]);
	}
	if (s->scene.hands && chance(d, 0.5)) {
		const struct leap_tracked_hand *h = &s->scene.hand[0].hand;

		return miss(d, vec3_lerp(h->palm, h->elbow, uniform(d, 0.35, 0.9)));
	}
	return vec3(uniform(d, -250, 250), uniform(d, 80, 500), uniform(d, -200, 200));
}

static int emit_elsewhere(struct studio *s)
{
	struct dice *d = &s->dice;
	struct leap_crop_place place = {
		.anchor = choose_elsewhere(s),
		.width = LEAP_SIGHT_WIDTH * exp(0.06 * normal(d)),
		.mirrored = chance(d, 0.5),
		.turned = chance(d, 0.3),
	};
	double away;

	if (place.anchor.y < 30)
		place.anchor.y = 30;
	if (!leap_sight_within_reach(place.anchor))
		return 0;
	nearest_hand(s, place.anchor, &away);
	if (away < NO_HAND * fmax(1, place.anchor.y / 250))
		return 0;
	return emit(s, &place, NULL, 0);
}

static int draw_scene(struct studio *s, uint64_t seed)
{
	int ret = leap_sim_sample_draw(s->sampler, seed, LEAP_SIM_ANYTHING, s->pixels,
				       &s->scene);
	const struct leap_sensor_mode mode = { LEAP_SIM_WIDTH, LEAP_SIM_HEIGHT };

	if (ret < 0)
		return ret;
	s->frame = (struct leap_stereo_frame){
		.pixels = s->pixels,
		.width = LEAP_SIM_WIDTH,
		.height = LEAP_SIM_HEIGHT,
	};
	s->dice = (struct dice){ .seed = leap_sim_hash(seed, 77) };
	if (memcmp(s->block, s->scene.block, sizeof(s->block)) != 0) {
		leap_crop_optics_init(&s->scene.camera, mode, &s->optics);
		memcpy(s->block, s->scene.block, sizeof(s->block));
	}
	leap_cells_fill(&s->cells, &s->frame);
	s->regions = leap_regions_find(&s->cells, &s->scene.camera, mode, s->region);
	return 0;
}

/* A picture costs much more than a look at it: several looks each. */
static int emit_looks(struct studio *s)
{
	int nothing = s->scene.hands ? 3 : LOOKS_AT_NOTHING, ret = 0;

	for (unsigned int i = 0; i < s->scene.hands && ret == 0; i++) {
		int looks = s->scene.hands > 1 ? 2 : 3;

		for (int k = 0; k < looks && ret == 0; k++)
			ret = emit_hand(s, &s->scene.hand[i]);
		if (ret == 0 && chance(&s->dice, 0.6))
			ret = emit_aside(s, &s->scene.hand[i]);
	}
	for (int k = 0; k < nothing && ret == 0; k++)
		if (s->scene.hands == 0 || chance(&s->dice, 0.25))
			ret = emit_elsewhere(s);
	return ret;
}

static int emit_scene(struct studio *s)
{
	int ret = 0;

	for (int i = 0; i < s->looks && ret == 0; i++)
		ret = emit_looks(s);
	return ret;
}

int main(int argc, char **argv)
{
	uint64_t seed, end;
	struct studio *s;
	int ret;

	if (argc < 3 || argc > 4) {
		fprintf(stderr,
			"usage: generate FIRST_SEED SCENES [LOOKS] > RECORDS\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	seed = strtoull(argv[1], NULL, 0);
	end = seed + strtoull(argv[2], NULL, 0);
	s = calloc(1, sizeof(*s));
	ret = s ? leap_sim_sampler_new(LEAP_SIM_TRAINING, &s->sampler) : -ENOMEM;
	if (s)
		s->looks = argc > 3 ? atoi(argv[3]) : 1;
	while (ret == 0 && seed != end) {
		ret = draw_scene(s, seed++);
		if (ret == 0)
			ret = emit_scene(s);
	}
	if (ret < 0 && ret != -EPIPE)
		fprintf(stderr, "generate: scene %" PRIu64 ": %s\n", seed - 1,
			strerror(-ret));
	if (s)
		leap_sim_sampler_free(s->sampler);
	free(s);
	return ret < 0 && ret != -EPIPE;
}
