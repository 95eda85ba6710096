// SPDX-License-Identifier: MIT
/*
 * Robust mode in bright rooms: how often a hand is found, how far off its palm is and
 * how many hands there are too many, without dark frames and with them, with the exposure
 * that each leads to. Scenes are the simulator's; the truth only scores. One thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/tracking/ambient.h"
#include "daemon/tracking/exposure.h"
#include "daemon/tracking/robust.h"
#include "daemon/tracking/tracker.h"
#include "sim/motion.h"
#include "sim/random.h"
#include "sim/stage.h"

#define SCENES 4
#define FRAMES 150
#define WARM_UP 60 /* frames that are not scored: hand found, exposure settled */
#define NEAR_PALM 60.0 /* millimetres, or it is another hand */
#define PEOPLE 0xb1a2e5ULL

static const char *const room_name[LEAP_SIM_ROOMS] = { "dim", "lit", "lamp", "window",
						       "ceiling" };
static const double powers[] = { 1, 8, 30 };

/* One and the same scene before two controllers. */
struct scene {
	struct leap_sim_unit unit;
	struct leap_sim_stage stage;
	struct leap_sim_motion motion;
	struct leap_sim_sensor *sensor;
	struct leap_sim_surface surface;
	struct leap_sim_sample sample;
	uint8_t pixels[LEAP_SIM_FRAME_SIZE];
};

struct score {
	unsigned int frames, found, wrong;
	double error; /* millimetres, sum over found ones */
};

/* A controller and what it takes to track with it. */
struct way {
	bool robust;
	struct leap_tracker *tracker;
	struct leap_ambient *ambient;
	struct leap_exposure exposure;
	struct leap_hands hands;
	struct score score;
};

static void brighten(struct leap_sim_stage *stage, double power)
{
	struct leap_sim_backdrop *backdrop = &stage->backdrop;
	float *smooth = &backdrop->smooth[0][0][0];

	for (size_t i = 0; i < sizeof(backdrop->smooth) / sizeof(*smooth); i++)
		smooth[i] *= (float)power;
	for (unsigned int i = 0; i < backdrop->lamps; i++)
		backdrop->lamp[i].power *= (float)power;
	stage->look.light.ambient *= (float)power;
}

static void set_scene(struct scene *scene, enum leap_sim_room room, double power,
		      unsigned int number)
{
	uint64_t seed = leap_sim_hash(PEOPLE, number);

	leap_sim_unit_init(seed, &scene->unit);
	leap_sim_stage_init(seed, LEAP_SIM_TRAINING, &scene->unit, &scene->stage);
	scene->stage.setting =
		(struct leap_sim_setting){ .leds = 7, .digital_gain = 4 };
	leap_sim_backdrop_init(seed, room, &scene->stage.backdrop);
	brighten(&scene->stage, power);
	leap_sim_motion_init(seed, number & 1, 12, &scene->motion);
	leap_sim_stage_enter(seed, number & 1, &scene->stage);
	scene->stage.actor[0].shape = scene->motion.shape;
	scene->stage.actor[0].dress = (struct leap_sim_dress){
		.sleeve = LEAP_SIM_BARE,
		.watch = LEAP_SIM_BARE,
		.reach = LEAP_SIM_BARE,
		.blotch = 20,
	};
}

static struct leap_stereo_frame shoot(struct scene *scene, const struct way *way,
				      unsigned int index, bool dark)
{
	struct leap_sim_setting *setting = &scene->stage.setting;
	struct leap_sim_act act = { .pose = LEAP_SIM_POSE_OPEN };
	int64_t time_ns = (int64_t)index * LEAP_SIM_INTERVAL_NS;

	leap_sim_motion_at(&scene->motion, (double)time_ns * 1e-9, &act.posture);
	setting->leds = dark ? 0 : 7;
	setting->exposure_us = way->exposure.exposure_us;
	setting->gain = way->exposure.gain;
	leap_sim_stage_shoot(&scene->stage, scene->sensor, &scene->surface, &act, index,
			     scene->pixels, &scene->sample);
	return (struct leap_stereo_frame){
		.pixels = scene->pixels,
		.width = LEAP_SIM_WIDTH,
		.height = LEAP_SIM_HEIGHT,
		.sequence = index,
		.time_ns = time_ns,
		.exposure_us = (uint16_t)setting->exposure_us,
		.gain = (uint8_t)setting->gain,
		.damaged = dark,
		.dark = dark,
	};
}

static void add_to_score(struct score *score, const struct leap_hands *hands,
			 struct vec3 palm)
{
	bool found = false;

	for (unsigned int i = 0; i < hands->count; i++) {
		double error = vec3_distance(hands->hand[i].palm, palm);

		if (found || error > NEAR_PALM) {
			score->wrong++;
			continue;
		}
		found = true;
		score->found++;
		score->error += error;
	}
	score->frames++;
}

static void see(struct scene *scene, struct way *way, unsigned int index)
{
	bool dark = way->robust && index % LEAP_ROBUST_INTERVAL == 0;
	struct leap_stereo_frame frame = shoot(scene, way, index, dark), clean;

	if (dark) {
		leap_ambient_learn(way->ambient, &frame);
		return;
	}
	leap_ambient_subtract(way->ambient, &frame, &clean);
	leap_tracker_update(way->tracker, &clean, &way->hands);
	way->exposure.room = leap_ambient_level(way->ambient, &frame);
	leap_exposure_next(&way->exposure, &scene->unit.camera, &frame, &way->hands);
	if (index >= WARM_UP)
		add_to_score(&way->score, &way->hands, scene->sample.hand[0].hand.palm);
}

static int play(struct scene *scene, struct way *way)
{
	int r = leap_tracker_new(&scene->unit.camera, &way->tracker);

	if (r == 0)
		r = leap_ambient_new(&way->ambient);
	leap_exposure_init(&way->exposure);
	memset(&way->hands, 0, sizeof(way->hands));
	for (unsigned int i = 0; r == 0 && i < FRAMES; i++)
		see(scene, way, i);
	leap_tracker_free(way->tracker);
	leap_ambient_free(way->ambient);
	way->tracker = NULL;
	way->ambient = NULL;
	return r;
}

static void print_score(const struct score *score)
{
	printf("  %6.3f %6.3f %6.1f", (double)score->found / score->frames,
	       (double)score->wrong / score->frames,
	       score->found ? score->error / score->found : 0);
}

static int compare(struct scene *scene, enum leap_sim_room room, double power)
{
	struct way ways[2] = { { .robust = false }, { .robust = true } };

	for (unsigned int number = 0; number < SCENES; number++) {
		for (int w = 0; w < 2; w++) {
			set_scene(scene, room, power, number);
			if (play(scene, &ways[w]) < 0)
				return -1;
		}
	}
	printf("%-8s x%-3.0f", room_name[room], power);
	print_score(&ways[0].score);
	print_score(&ways[1].score);
	printf("\n");
	fflush(stdout);
	return 0;
}

int main(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	if (!scene || leap_sim_sensor_new(1, &scene->sensor) < 0)
		return EXIT_FAILURE;
	printf("             without dark frames    one dark in %d\n"
	       "room          found  wrong palm mm   found  wrong palm mm\n",
	       LEAP_ROBUST_INTERVAL);
	for (int room = 0; room < LEAP_SIM_ROOMS; room++)
		for (size_t i = 0; i < sizeof(powers) / sizeof(*powers); i++)
			if (compare(scene, (enum leap_sim_room)room, powers[i]) < 0)
				return EXIT_FAILURE;
	leap_sim_sensor_free(scene->sensor);
	free(scene);
	return EXIT_SUCCESS;
}
