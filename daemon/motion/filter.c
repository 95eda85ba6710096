// SPDX-License-Identifier: MIT
// Velocity, touch and steadied position of one point, from time to time.
// Plain values inside a hand's history, owned by the tracking thread.
#include "daemon/motion/filter.h"

#define VELOCITY_TIME_CONSTANT 0.028 /* seconds */

#define TOUCH_RANGE 60.0 /* millimetres of z for a distance of 1 */
#define TOUCH_GAP 0.05 /* 3 mm, between leaving and entering */
#define TOUCH_REST (TOUCH_GAP - LEAP_TOUCH_START) /* of a tip behind the plane */
#define TOUCH_FOLLOW 0.1 /* a frame, of what is beyond the rest */
#define TOUCH_BESIDE 167.6 /* millimetres of x: the interaction box's edge and 50 */
#define TOUCH_RETURN 0.95 /* a frame, to its rest, beside the screen */
#define TOUCH_SPEED 100.0 /* mm/s, from which the plane is dragged along */
#define TOUCH_DRAG 1000.0 /* mm/s more, at which it keeps up */
#define TOUCH_AGE (1.0 / 3.0) /* seconds */
#define TOUCH_AWAY (-0.0175) /* z of directions that point away: one degree */
#define TOUCH_POKE (-134.0) /* mm/s: what goes on so quickly is not yet touching */

#define PACE_TIME_CONSTANT 0.157 /* seconds */
#define LEVEL_TIME_CONSTANT 0.06
#define HOVER_PACE 400.0 /* mm/s */
#define TOUCH_PACE 120.0
#define HOVER_RATE 1000.0 /* 1/s */
#define TOUCH_RATE 500.0
#define LEVEL_POWER 4.0

/* How much of the way to its input a first-order filter goes in a time. */
static double gain(double seconds, double time_constant)
{
	return -expm1(-seconds / time_constant);
}

void leap_moving_point_start(struct leap_moving_point *point,
			     const struct leap_point_sight *sight)
{
	*point = (struct leap_moving_point){
		.position = sight->position,
		.reference = sight->reference,
		.stabilized = sight->position,
		.level = 0.0,
		.touch_distance = LEAP_TOUCH_START,
		.touch_zone = sight->direction.z > TOUCH_AWAY ? LEAP_TOUCH_NONE
							      : LEAP_TOUCH_HOVERING,
	};
}

static double planar_speed(struct vec3 velocity)
{
	return hypot(velocity.x, velocity.y);
}

/* How far the plane follows a tip that is within its reach, in a frame. */
static double drag(struct vec3 velocity)
{
	double xy = planar_speed(velocity), z = fabs(velocity.z);
	double speed = xy > z ? sqrt((xy - z) * (xy + z)) : 0.0;

	return fmax(0.0, fmin(1.0, (speed - TOUCH_SPEED) / TOUCH_DRAG));
}

static double pass_plane(double before, double after)
{
	if (before < 0.0 && after > 0.0)
		return after + TOUCH_GAP;
	if (before >= 0.0 && after < 0.0)
		return after - TOUCH_GAP;
	return after;
}

static double follow_plane(const struct leap_moving_point *point, double distance)
{
	double rest = distance < 0.0 ? TOUCH_REST : LEAP_TOUCH_START;
	bool beyond = distance < 0.0 ? distance < rest : distance > rest;
	double share = beyond ? TOUCH_FOLLOW : drag(point->velocity);

	return distance + share * (rest - distance);
}

/* point: with its new velocity, and the touch of the frame before. */
static void step_touch(struct leap_moving_point *point,
		       const struct leap_point_sight *sight, double dz)
{
	double distance = point->touch_distance;
	bool away = sight->direction.z > TOUCH_AWAY, touching;

	distance = pass_plane(distance, distance + dz / TOUCH_RANGE);
	distance = follow_plane(point, distance);
	if (fabs(sight->position.x) > TOUCH_BESIDE)
		distance += TOUCH_RETURN * (LEAP_TOUCH_START - distance);
	if (away || point->age < TOUCH_AGE)
		distance = LEAP_TOUCH_START;
	point->touch_distance = fmax(-1.0, fmin(1.0, distance));
	touching = distance < 0.0 && (point->velocity.z > TOUCH_POKE ||
				      point->touch_zone == LEAP_TOUCH_TOUCHING);
	if (away)
		point->touch_zone = LEAP_TOUCH_NONE;
	else
		point->touch_zone = touching ? LEAP_TOUCH_TOUCHING
					     : LEAP_TOUCH_HOVERING;
}

static void step_stabilized(struct leap_moving_point *point, double seconds)
{
	bool touching = point->touch_distance < 0.0;
	double xy = planar_speed(point->velocity), z = fabs(point->velocity.z);
	double pace = fmin(1.0, xy / (touching ? TOUCH_PACE : HOVER_PACE));
	double level = xy > 0.0 ? 1.0 - atan2(z, xy) / M_PI_2 : 0.0;
	double rate = touching ? TOUCH_RATE : HOVER_RATE;

	point->pace += gain(seconds, PACE_TIME_CONSTANT) * (pace - point->pace);
	point->level += gain(seconds, LEVEL_TIME_CONSTANT) * (level - point->level);
	rate *= point->pace * point->pace * pow(point->level, LEVEL_POWER);
	point->stabilized = vec3_lerp(point->stabilized, point->position,
				      gain(seconds, 1.0 / rate));
}

void leap_moving_point_step(struct leap_moving_point *point,
			    const struct leap_point_sight *sight, double seconds)
{
	struct vec3 moved = vec3_sub(sight->reference, point->reference);
	double dz = sight->position.z - point->position.z;
	double mix = gain(seconds, VELOCITY_TIME_CONSTANT);

	point->velocity =
		vec3_madd(vec3_scale(point->velocity, 1.0 - mix), mix / seconds, moved);
	point->position = sight->position;
	point->reference = sight->reference;
	point->age += seconds;
	step_touch(point, sight, dz);
	step_stabilized(point, seconds);
}
