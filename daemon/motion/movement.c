// SPDX-License-Identifier: MIT
// Settings of all gestures, and the taps: a dip and its way back within a path.
// Plain values, owned by the tracking thread.
#include "daemon/motion/movement.h"

#define TAP_TURN_SECONDS 0.1 /* the dip's end is not longer ago */
#define TAP_QUIET_US 200000
#define TAP_AGE_US 600000 /* a new hand still finds its place */
#define TAP_BACK 0.5 /* of the way, or of the least way */
#define KEY_STRAIGHT 0.9 /* cosines */
#define SCREEN_STRAIGHT 0.95
#define SCREEN_TURN_SECONDS 0.08

struct leap_gesture_options leap_gesture_options_default(void)
{
	return (struct leap_gesture_options){
		.circle_min_radius = 5.0,
		.circle_min_arc = 1.5 * M_PI,
		.swipe_min_length = 150.0,
		.swipe_min_velocity = 1000.0,
		.key_tap_min_down_velocity = 50.0,
		.key_tap_history_seconds = 0.1,
		.key_tap_min_distance = 3.0,
		.screen_tap_min_forward_velocity = 50.0,
		.screen_tap_history_seconds = 0.1,
		.screen_tap_min_distance = 5.0,
	};
}

/* A path seen along an axis; relative to the other fingers or not. */
struct view {
	const struct leap_tip_path *path;
	struct vec3 axis;
	bool beside;
};

static struct vec3 point(const struct view *view, unsigned int back)
{
	const struct leap_tip_state *state = leap_tip_path_back(view->path, back);

	return view->beside ? state->beside_position : state->position;
}

static double depth(const struct view *view, unsigned int back)
{
	return vec3_dot(point(view, back), view->axis);
}

static double speed(const struct view *view, unsigned int back)
{
	const struct leap_tip_state *state = leap_tip_path_back(view->path, back);

	return vec3_dot(view->beside ? state->beside_velocity : state->velocity,
			view->axis);
}

/* The deepest sample of the last moments; 0 when it is not behind the tip yet. */
static unsigned int turning_point(const struct view *view, double seconds)
{
	unsigned int span = leap_tip_path_span(view->path, seconds), deepest = 0;

	for (unsigned int back = 1; back <= span; back++)
		if (depth(view, back) > depth(view, deepest))
			deepest = back;
	return deepest == span ? 0 : deepest;
}

static unsigned int frames_before(const struct view *view, unsigned int back,
				  double seconds)
{
	int64_t oldest = leap_tip_path_back(view->path, back)->time_us -
			 (int64_t)(seconds * 1e6);

	while (back + 1 < view->path->count &&
	       leap_tip_path_back(view->path, back + 1)->time_us >= oldest)
		back++;
	return back;
}

static double quickest(const struct view *view, unsigned int from, unsigned int to,
		       double sign)
{
	double best = 0.0;

	for (unsigned int back = to; back <= from; back++)
		best = fmax(best, sign * speed(view, back));
	return best;
}

/* What both taps are: down by @distance, of that at least @straight along the axis. */
static bool dipped(const struct view *view, unsigned int begin, unsigned int turn,
		   double distance, double straight)
{
	double down = depth(view, turn) - depth(view, begin);

	return down >= distance &&
	       down >= straight * vec3_distance(point(view, turn), point(view, begin));
}

static void take(struct leap_tap *tap, const struct view *view, unsigned int begin,
		 unsigned int turn)
{
	const struct leap_tip_path *path = view->path;
	int64_t now_us = leap_tip_path_back(path, 0)->time_us;

	tap->quiet_us = now_us + TAP_QUIET_US;
	tap->position = leap_tip_path_back(path, turn)->position;
	tap->direction = vec3_unit_or(vec3_sub(point(view, turn), point(view, begin)),
				      view->axis);
	tap->duration_us = now_us - leap_tip_path_back(path, begin)->time_us;
}

static bool is_ready(const struct leap_tap *tap, const struct leap_tip_path *path)
{
	const struct leap_tip_state *newest = leap_tip_path_back(path, 0);

	return newest->extended && newest->time_us >= tap->quiet_us &&
	       newest->time_us - path->begin_us >= TAP_AGE_US;
}

bool leap_key_tap_step(struct leap_tap *tap, const struct leap_tip_path *path,
		       const struct leap_gesture_options *options)
{
	struct view view = { path, leap_tip_path_back(path, 0)->inward, true };
	double least = options->key_tap_min_down_velocity;
	unsigned int turn, begin;

	if (leap_tip_path_back(path, 0)->thumb || !is_ready(tap, path))
		return false;
	turn = turning_point(&view, TAP_TURN_SECONDS);
	if (!turn)
		return false;
	begin = frames_before(&view, turn, options->key_tap_history_seconds);
	if (!dipped(&view, begin, turn, options->key_tap_min_distance, KEY_STRAIGHT) ||
	    quickest(&view, begin, turn, 1.0) < least ||
	    quickest(&view, turn, 0, -1.0) < least ||
	    depth(&view, turn) - depth(&view, 0) <
		    TAP_BACK * (depth(&view, turn) - depth(&view, begin)))
		return false;
	take(tap, &view, begin, turn);
	return true;
}

bool leap_screen_tap_step(struct leap_tap *tap, const struct leap_tip_path *path,
			  const struct leap_gesture_options *options)
{
	struct view view = { path, vec3(0, 0, -1), false };
	double least = options->screen_tap_min_distance;
	unsigned int turn, begin;

	if (leap_tip_path_back(path, 0)->touch_zone != LEAP_TOUCH_TOUCHING ||
	    !is_ready(tap, path))
		return false;
	turn = turning_point(&view, SCREEN_TURN_SECONDS);
	if (!turn)
		return false;
	begin = frames_before(&view, turn, options->screen_tap_history_seconds);
	if (!dipped(&view, begin, turn, least, SCREEN_STRAIGHT) ||
	    quickest(&view, begin, turn, 1.0) <
		    options->screen_tap_min_forward_velocity ||
	    depth(&view, turn) - depth(&view, 0) < TAP_BACK * least)
		return false;
	take(tap, &view, begin, turn);
	return true;
}
