/* SPDX-License-Identifier: MIT */
/*
 * A place with a controller, people, things and light: everything about a scene but
 * what the hands do. Written once by its seed, then read only.
 */
#ifndef LEAP_SIM_STAGE_H
#define LEAP_SIM_STAGE_H

#include "sim/clutter.h"
#include "sim/sample.h"
#include "sim/sensor.h"
#include "sim/unit.h"

#define LEAP_SIM_STAGE_THINGS 4

/**
 * struct leap_sim_tool - a pen or stick between thumb and index finger
 * @ahead: how far it reaches beyond their tips, millimetres; 0: there is none
 * @behind: and how far back
 * @radius: millimetres
 * @albedo: reflectance, 1 for average skin
 */
struct leap_sim_tool {
	double ahead;
	double behind;
	double radius;
	double albedo;
};

/** struct leap_sim_actor - somebody's hand */
struct leap_sim_actor {
	struct leap_sim_shape shape;
	struct leap_sim_dress dress;
	struct leap_sim_tool tool;
};

/**
 * struct leap_sim_stage - the scene without its play
 * @unit: borrowed
 * @backdrop: of the room
 * @look: of unit and room; shots blur it further
 * @setting: of the controller
 * @actors: hands
 * @things: what else there is, each by its seed
 * @sway: how far these are from their places
 */
struct leap_sim_stage {
	const struct leap_sim_unit *unit;
	struct leap_sim_backdrop backdrop;
	struct leap_sim_look look;
	struct leap_sim_setting setting;
	unsigned int actors;
	struct leap_sim_actor actor[LEAP_HANDS_MAX];
	unsigned int things;
	struct {
		enum leap_sim_thing what;
		uint64_t seed;
	} thing[LEAP_SIM_STAGE_THINGS];
	struct vec3 sway;
};

/**
 * struct leap_sim_act - what a hand does at one instant
 * @posture: where it is and what its fingers do
 * @pose: in a word
 * @velocity: of the palm, mm/s, for motion blur
 */
struct leap_sim_act {
	struct leap_sim_posture posture;
	enum leap_sim_pose pose;
	struct vec3 velocity;
};

/**
 * leap_sim_stage_init() - unit, room, light and settings by seed; no actors, no things
 * @split: evaluation goes a little beyond training
 * @unit: must outlive the stage
 */
void leap_sim_stage_init(uint64_t seed, enum leap_sim_split split,
			 const struct leap_sim_unit *unit,
			 struct leap_sim_stage *ret_stage);

/** leap_sim_stage_enter() - another actor's hand; no more than LEAP_HANDS_MAX */
void leap_sim_stage_enter(uint64_t seed, bool left, struct leap_sim_stage *stage);

/** leap_sim_stage_equip() - give the actor who entered last a tool */
void leap_sim_stage_equip(uint64_t seed, struct leap_sim_stage *stage);

/** leap_sim_stage_put() - another thing; no more than LEAP_SIM_STAGE_THINGS */
void leap_sim_stage_put(uint64_t seed, enum leap_sim_thing what,
			struct leap_sim_stage *stage);

/**
 * leap_sim_stage_adapt() - exposure and gain as the original service would set them
 * @distance: of the hand from the device, millimetres
 */
void leap_sim_stage_adapt(double distance, struct leap_sim_stage *stage);

/** leap_sim_stage_in_view() - do both eyes see this point, @margin pixels from the edge? */
bool leap_sim_stage_in_view(const struct leap_sim_stage *stage, struct vec3 point,
			    double margin);

/**
 * leap_sim_stage_shoot() - the picture of an instant, and where everything is in it
 * @surface: scratch memory
 * @act: by actor
 * @dice: noise
 * @pixels: LEAP_SIM_FRAME_SIZE bytes
 */
void leap_sim_stage_shoot(const struct leap_sim_stage *stage,
			  struct leap_sim_sensor *sensor,
			  struct leap_sim_surface *surface,
			  const struct leap_sim_act act[], uint64_t dice,
			  uint8_t *pixels, struct leap_sim_sample *ret_sample);

#endif /* LEAP_SIM_STAGE_H */
