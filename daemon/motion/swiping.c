// SPDX-License-Identifier: MIT
// Swipes: strokes that are long and quick enough.
// Plain values, owned by the tracking thread.
#include "daemon/motion/movement.h"

#define SLOW 0.15 /* of the velocity that a swipe must reach */
#define LONG_ENOUGH 0.75 /* of the length, as circles begin at 0.75 turns */
#define ASIDE 0.5 /* cosine */
#define ASIDE_FROM 20.0 /* millimetres; shorter ways have no direction yet */

static bool stroke_ends(const struct leap_swiping *swiping, struct vec3 way,
			struct vec3 velocity, double slow)
{
	double length = vec3_length(way), speed = vec3_length(velocity);

	return speed < slow ||
	       (length > ASIDE_FROM &&
		vec3_dot(way, velocity) < ASIDE * length * speed) ||
	       !swiping->moving;
}

enum leap_movement_step leap_swiping_step(struct leap_swiping *swiping,
					  const struct leap_tip_path *path,
					  const struct leap_gesture_options *options)
{
	const struct leap_tip_state *tip = leap_tip_path_back(path, 0);
	double speed = vec3_length(tip->velocity);
	double slow = SLOW * options->swipe_min_velocity;
	struct vec3 way = vec3_sub(tip->position, swiping->start);
	bool was_active = swiping->active;

	if (stroke_ends(swiping, way, tip->velocity, slow)) {
		swiping->active = false;
		swiping->moving = speed >= slow;
		swiping->start = tip->position;
		swiping->peak = speed;
		return was_active ? LEAP_MOVEMENT_ENDS : LEAP_MOVEMENT_NONE;
	}
	swiping->peak = fmax(swiping->peak, speed);
	swiping->speed = speed;
	swiping->direction = vec3_unit_or(way, vec3(0, 0, -1));
	if (was_active)
		return LEAP_MOVEMENT_GOES_ON;
	swiping->active = tip->extended &&
			  vec3_length(way) >= LONG_ENOUGH * options->swipe_min_length &&
			  swiping->peak >= options->swipe_min_velocity;
	return swiping->active ? LEAP_MOVEMENT_BEGINS : LEAP_MOVEMENT_NONE;
}
