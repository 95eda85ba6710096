// SPDX-License-Identifier: MIT
/*
 * The synthetic controller: hands that move, seen by two eyes.
 * A simulator belongs to one thread at a time; its truth may be read by any.
 */
#include "sim/sim.h"

#include <errno.h>
#include <stdlib.h>

#include "sim/motion.h"
#include "sim/random.h"
#include "sim/sensor.h"
#include "sim/truth.h"

struct leap_sim {
	unsigned int hands;
	struct leap_sim_motion motion[LEAP_HANDS_MAX];
	struct leap_sim_dress dress[LEAP_HANDS_MAX];
	uint64_t dice;
	struct leap_sim_shot shot;
	struct leap_sim_lenses lenses;
	struct leap_sim_backdrop backdrop;
	struct leap_sim_sensor *sensor;
	struct leap_sim_surface surface;
};

/* Palms this far to each side never meet; a single one stays near the middle. */
#define TWO_HANDS_APART 100.0
#define ONE_HAND_APART 12.0

static void choose_hands(struct leap_sim *sim, const struct leap_sim_options *options)
{
	bool left = leap_sim_hash(options->seed, 1) & 1;
	double apart = options->hands > 1 ? TWO_HANDS_APART : ONE_HAND_APART;

	sim->hands = options->hands;
	for (unsigned int i = 0; i < options->hands; i++) {
		leap_sim_motion_init(leap_sim_hash(options->seed, 100 + i),
				     i == 0 ? left : !left, apart, &sim->motion[i]);
		leap_sim_dress_draw(leap_sim_hash(options->seed, 200 + i),
				    &sim->dress[i]);
	}
}

static void prepare_shot(struct leap_sim *sim, const struct leap_camera *camera)
{
	leap_sim_lenses_init(camera, &sim->lenses);
	leap_sim_backdrop_init(sim->dice, LEAP_SIM_ROOM_DIM, &sim->backdrop);
	leap_sim_look_init(&sim->shot.look);
	sim->shot.lenses = &sim->lenses;
	sim->shot.surface = &sim->surface;
	sim->shot.backdrop = &sim->backdrop;
	sim->shot.setting = (struct leap_sim_setting){
		.exposure_us = 511, .gain = 31, .leds = 7, .digital_gain = 4
	};
}

int leap_sim_new(const struct leap_sim_options *options, struct leap_sim **ret_sim)
{
	const uint8_t *block = options->calibration ? options->calibration
						    : leap_sim_calibration();
	struct leap_camera camera;
	struct leap_sim *sim;
	int ret;

	if (options->hands > LEAP_HANDS_MAX)
		return -EINVAL;
	ret = leap_camera_parse(block, LEAP_SIM_CALIBRATION_SIZE, &camera);
	if (ret < 0)
		return ret;
	sim = calloc(1, sizeof(*sim));
	if (!sim)
		return -ENOMEM;
	sim->dice = leap_sim_hash(options->seed, 2);
	ret = leap_sim_sensor_new(sim->dice, &sim->sensor);
	if (ret < 0) {
		free(sim);
		return ret;
	}
	choose_hands(sim, options);
	prepare_shot(sim, &camera);
	*ret_sim = sim;
	return 0;
}

void leap_sim_free(struct leap_sim *sim)
{
	if (!sim)
		return;
	leap_sim_sensor_free(sim->sensor);
	free(sim);
}

void leap_sim_set_exposure(struct leap_sim *sim, unsigned int exposure_us,
			   unsigned int gain)
{
	sim->shot.setting.exposure_us = exposure_us;
	sim->shot.setting.gain = gain;
}

void leap_sim_set_leds(struct leap_sim *sim, unsigned int mask)
{
	sim->shot.setting.leds = mask & 7;
}

static void pose_hand(const struct leap_sim *sim, unsigned int hand, uint64_t index,
		      struct leap_sim_skeleton *ret_skeleton)
{
	const struct leap_sim_motion *motion = &sim->motion[hand];
	struct leap_sim_posture posture;

	leap_sim_motion_at(motion, (double)index * LEAP_SIM_INTERVAL_NS * 1e-9,
			   &posture);
	leap_sim_skeleton_pose(&motion->shape, &posture, ret_skeleton);
	ret_skeleton->hand.track = hand + 1;
}

void leap_sim_render(struct leap_sim *sim, uint64_t index, uint8_t *pixels)
{
	sim->surface.count = sim->surface.parts = 0;
	for (unsigned int i = 0; i < sim->hands; i++) {
		struct leap_sim_skeleton skeleton;

		pose_hand(sim, i, index, &skeleton);
		leap_sim_flesh(&sim->motion[i].shape, &skeleton, &sim->dress[i],
			       &sim->surface);
	}
	sim->shot.dice = leap_sim_hash(sim->dice, index);
	leap_sim_sensor_render(sim->sensor, &sim->shot, pixels);
}

void leap_sim_truth(const struct leap_sim *sim, uint64_t index,
		    struct leap_hands *ret_hands)
{
	struct leap_hands hands = {
		.time_ns = (int64_t)(index * LEAP_SIM_INTERVAL_NS),
		.count = sim->hands,
	};

	for (unsigned int i = 0; i < sim->hands; i++) {
		struct leap_sim_skeleton skeleton;

		pose_hand(sim, i, index, &skeleton);
		hands.hand[i] = skeleton.hand;
	}
	*ret_hands = hands;
}
