// SPDX-License-Identifier: MIT
// Circles: sightings of an arc at the end of a tip's path, and how they go on.
// Plain values, owned by the tracking thread.
#include <stddef.h>

#include "daemon/motion/movement.h"

#define GAP_US 200000 /* without a sighting, or without progress */
#define SIGHTINGS 3
#define ANEW_US 100000 /* after a stop: an arc that begins sooner is its circle's */
#define EXTENDED 0.6
#define PROGRESS_MIN 0.001 /* turns a frame: less is standing still */

/* How long an arc may take, and what it must then be like. */
static const struct span {
	double seconds;
	double radius_max, farthest, roughness;
	double height; /* of the radius */
} spans[] = {
	{ 1.60, 150.0, 1.3, 0.12, 0.08 }, { 1.30, 150.0, 1.3, 0.12, 0.08 },
	{ 1.00, 150.0, 1.3, 0.12, 0.08 }, { 0.80, 150.0, 1.3, 0.12, 0.08 },
	{ 0.70, 12.0, 1.6, 0.20, 0.08 },  { 0.65, 12.0, 1.6, 0.20, 0.08 },
	{ 0.60, 40.0, 1.6, 0.28, 0.08 },  { 0.55, 40.0, 1.6, 0.28, 0.08 },
	{ 0.50, 40.0, 1.6, 0.28, 0.08 },  { 0.45, 40.0, 1.6, 0.28, 0.08 },
	{ 0.40, 40.0, 1.6, 0.28, 0.08 },  { 0.35, 40.0, 1.6, 0.28, 0.12 },
};

static bool is_circle(const struct leap_tip_path *path, int64_t from_us,
		      const struct span *span,
		      const struct leap_gesture_options *options,
		      struct leap_circle_fit *ret_fit)
{
	unsigned int back = leap_tip_path_span(path, span->seconds);

	return leap_tip_path_back(path, back)->time_us >= from_us &&
	       leap_tip_path_circle(path, back, options->circle_min_radius,
				    span->radius_max, span->farthest, ret_fit) &&
	       ret_fit->turns * 2.0 * M_PI >= options->circle_min_arc &&
	       ret_fit->roughness <= span->roughness &&
	       ret_fit->height <= span->height && ret_fit->extended >= EXTENDED;
}

/* The longest arc that is one. */
static bool see_circle(const struct leap_tip_path *path, int64_t from_us,
		       const struct leap_gesture_options *options,
		       struct leap_circle_fit *ret_fit)
{
	if (!leap_tip_path_back(path, 0)->extended)
		return false;
	for (size_t i = 0; i < sizeof(spans) / sizeof(*spans); i++)
		if (is_circle(path, from_us, &spans[i], options, ret_fit))
			return true;
	return false;
}

/* How far the tip went round with the newest sample, turns. */
static double newest_turn(const struct leap_tip_path *path,
			  const struct leap_circle_fit *fit)
{
	struct vec3 d[2];

	for (int i = 0; i < 2; i++)
		d[i] = vec3_reject(
			vec3_sub(leap_tip_path_back(path, i)->position, fit->center),
			fit->normal);
	return atan2(vec3_dot(vec3_cross(d[1], d[0]), fit->normal),
		     vec3_dot(d[1], d[0])) /
	       (2.0 * M_PI);
}

static enum leap_movement_step begin(struct leap_circling *circling,
				     const struct leap_circle_fit *fit, int64_t now_us)
{
	if (now_us - circling->seen_us > GAP_US)
		circling->sightings = 0;
	circling->seen_us = now_us;
	circling->fit = *fit;
	if (++circling->sightings < SIGHTINGS)
		return LEAP_MOVEMENT_NONE;
	circling->active = true;
	circling->progress = fit->turns;
	return LEAP_MOVEMENT_BEGINS;
}

static void go_on(struct leap_circling *circling, const struct leap_tip_path *path,
		  const struct leap_circle_fit *fit, int64_t now_us)
{
	if (vec3_dot(fit->normal, circling->fit.normal) <= 0.0)
		return;
	circling->seen_us = now_us;
	circling->fit = *fit;
	circling->progress += newest_turn(path, fit);
}

enum leap_movement_step leap_circling_step(struct leap_circling *circling,
					   const struct leap_tip_path *path,
					   const struct leap_gesture_options *options)
{
	int64_t now_us = leap_tip_path_back(path, 0)->time_us;
	struct leap_circle_fit fit;
	bool seen = see_circle(path, circling->from_us, options, &fit) &&
		    newest_turn(path, &fit) >= PROGRESS_MIN;

	if (!circling->active)
		return seen ? begin(circling, &fit, now_us) : LEAP_MOVEMENT_NONE;
	if (seen)
		go_on(circling, path, &fit, now_us);
	if (now_us - circling->seen_us <= GAP_US)
		return LEAP_MOVEMENT_GOES_ON;
	circling->active = false;
	circling->sightings = 0;
	circling->from_us = now_us + ANEW_US;
	return LEAP_MOVEMENT_ENDS;
}
