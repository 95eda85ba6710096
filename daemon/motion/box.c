// SPDX-License-Identifier: MIT
// Centre and size of the interaction box. See box.h for sources.
// Part of a struct leap_motion, owned by the tracking thread.
#include "daemon/motion/box.h"

#define HEIGHT 200.0 /* millimetres */
#define SCALE 0.8
/* At that height and scale, as the original reported it. */
#define WIDTH 235.247
#define DEPTH 147.751

#define FOLLOW_SECONDS 10.0
#define LOWEST 100.0
#define HIGHEST 400.0

struct leap_box_options leap_box_options_default(void)
{
	return (struct leap_box_options){ .height = HEIGHT, .scale = SCALE };
}

void leap_box_start(struct leap_box *box, const struct leap_box_options *options)
{
	box->options = *options;
	box->height = options->height;
}

void leap_box_follow(struct leap_box *box, const struct leap_tracked_hand *hand,
		     unsigned int count, double seconds)
{
	double height = 0.0;

	if (!box->options.automatic || !count)
		return;
	for (unsigned int i = 0; i < count; i++)
		height += hand[i].palm.y / count;
	height = fmax(LOWEST, fmin(HIGHEST, height));
	box->height -= expm1(-seconds / FOLLOW_SECONDS) * (height - box->height);
}

void leap_box_describe(const struct leap_box *box, struct vec3 *ret_center,
		       struct vec3 *ret_size)
{
	double growth = box->height / HEIGHT * box->options.scale / SCALE;

	*ret_center = vec3_add(vec3(0, box->height, 0), box->options.shift);
	*ret_size = vec3_scale(vec3(WIDTH, WIDTH, DEPTH), growth);
}
