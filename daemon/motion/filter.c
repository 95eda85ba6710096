// SPDX-License-Identifier: MIT
// Velocity, steadied position and touch of one point, from time to time.
// Plain values inside a hand's history, owned by the tracking thread.
#include "daemon/motion/filter.h"

#define VELOCITY_TIME_CONSTANT 0.028 /* seconds */
#define SPEED_TIME_CONSTANT 0.06 /* seconds */
#define FOLLOW_RATE 20.0 /* 1/s at FOLLOW_SPEED */
#define FOLLOW_SPEED 100.0 /* mm/s */

#define TOUCH_RANGE 62.5 /* millimetres of z for a distance of 1 */
#define TOUCH_MEMORY 30.0 /* millimetres of travel */
#define TOUCH_TOUCHING_REST (-0.26)

/* How much of the way to its input a first-order filter goes in a time. */
static double gain(double seconds, double time_constant)
{
	return -expm1(-seconds / time_constant);
}

void leap_moving_point_start(struct leap_moving_point *point, struct vec3 position)
{
	*point = (struct leap_moving_point){
		.position = position,
		.stabilized = position,
	};
}

void leap_moving_point_step(struct leap_moving_point *point, struct vec3 position,
			    double seconds)
{
	struct vec3 moved = vec3_sub(position, point->position);
	double follow, mix = gain(seconds, VELOCITY_TIME_CONSTANT);

	point->velocity =
		vec3_madd(vec3_scale(point->velocity, 1.0 - mix), mix / seconds, moved);
	point->speed += gain(seconds, SPEED_TIME_CONSTANT) *
			(vec3_length(point->velocity) - point->speed);
	follow = point->speed / FOLLOW_SPEED;
	point->stabilized =
		vec3_lerp(point->stabilized, position,
			  gain(seconds * follow * follow, 1.0 / FOLLOW_RATE));
	point->position = position;
}

double leap_touch_step(double distance, struct vec3 from, struct vec3 to)
{
	double rest = distance > 0.0 ? LEAP_TOUCH_START : TOUCH_TOUCHING_REST;

	distance += gain(vec3_distance(from, to), TOUCH_MEMORY) * (rest - distance);
	distance += (to.z - from.z) / TOUCH_RANGE;
	return fmax(-1.0, fmin(1.0, distance));
}

enum leap_touch_zone leap_touch_zone(double distance)
{
	if (distance <= 0.0)
		return LEAP_TOUCH_TOUCHING;
	return distance < 1.0 ? LEAP_TOUCH_HOVERING : LEAP_TOUCH_NONE;
}
