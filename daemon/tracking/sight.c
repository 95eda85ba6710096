// SPDX-License-Identifier: MIT
/*
 * One look of the network at a place: crop, run, and back to points in space.
 * The gaze holds the scratch memory: one thread at a time for each.
 */
#include "daemon/tracking/sight.h"

/* From the mean absolute error, which the network tells, to a deviation. */
#define DEVIATION 1.25

/* What the network cannot know: the eyes' own misalignment. */
#define ACROSS_LEAST 0.7 /* millimetres */
#define ALONG_LEAST 1.0

static void place_points(const struct leap_crop *crop,
			 const struct leap_network_answer *answer,
			 struct leap_sight *sight)
{
	double half = 0.5 * crop->place.width, doubt = 0;

	for (int i = 0; i < LEAP_POINTS; i++) {
		struct leap_sighting *seen = &sight->seen[i];
		const double at[3] = { answer->place[i][0], answer->place[i][1],
				       answer->place[i][2] };
		double across = answer->across[i] * half, along;

		seen->place = leap_crop_point(crop, at);
		seen->view = vec3_unit_or(seen->place, vec3(0, 1, 0));
		across *= fmax(crop->depth + at[2] * half, 1) / crop->depth;
		along = answer->along[i] * half;
		doubt += hypot(1.5 * across, along) / LEAP_POINTS;
		seen->across = hypot(DEVIATION * across, ACROSS_LEAST);
		seen->along = hypot(DEVIATION * along, ALONG_LEAST);
	}
	sight->palm = sight->seen[LEAP_POINT_PALM].place;
	sight->doubt = doubt;
}

void leap_sight_take(struct leap_gaze *gaze, const struct leap_stereo_frame *frame,
		     const struct leap_crop_place *at, struct leap_sight *ret_sight)
{
	struct leap_network_answer answer;

	leap_crop_take(&gaze->optics, frame, at, &gaze->crop);
	leap_crop_even(&gaze->crop);
	leap_network_run(gaze->network, &gaze->crop, &answer);
	gaze->looks++;
	ret_sight->at = *at;
	ret_sight->right = answer.right;
	ret_sight->present = answer.present;
	place_points(&gaze->crop, &answer, ret_sight);
}
