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

/* Sure enough to be a hand, log odds and millimetres (at 250 mm; farther away more). */
#define PRESENT_SURE 2.5
#define DOUBT_SURE 20.0
/* Not worth another look. */
#define PRESENT_HOPELESS (-2.0)
#define PALM_DOUBT_HOPELESS 60.0
#define LOOKS_MAX 5

#define HEIGHT_MIN 35.0
#define HEIGHT_MAX 750.0
#define TURN_ROUND 0.3

/* Half widths from the middle of a crop. */
#define EDGE_NEAR 0.8
#define EDGE_FAR_OUT 0.5
#define EDGE_BLURRED 0.45
#define WIDEN_SHARE 0.35 /* of the way from the palm to the tips */

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
		sight->edge[i] = fmax(fabs(at[0]), fabs(at[1]));
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

/*
 * 1 when the palm is turned to the device, -1 when the back is, 0 on edge: if this is
 * the right way round for its chirality. From the wrist to the outer knuckles.
 */
static double facing(const struct leap_sight *sight)
{
	struct vec3 wrist = sight->seen[LEAP_POINT_WRIST].place;
	struct vec3 index = vec3_sub(sight->seen[5].place, wrist);
	struct vec3 pinky = vec3_sub(sight->seen[17].place, wrist);
	struct vec3 normal = vec3_unit_or(vec3_cross(index, pinky), vec3(0, 0, 0));
	double towards = -vec3_dot(normal, vec3_unit_or(sight->palm, vec3(0, 1, 0)));

	return sight->at.mirrored ? -towards : towards;
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
	ret_sight->right -= gaze->backs * facing(ret_sight);
}

bool leap_sight_within_reach(struct vec3 p)
{
	return isfinite(vec3_length(p)) && p.y > HEIGHT_MIN && p.y < HEIGHT_MAX &&
	       fabs(p.x) < 3 * p.y + 100 && fabs(p.z) < 3 * p.y + 100;
}

/* From the wrist to the knuckles of middle and ring finger. */
static double seen_direction_z(const struct leap_sight *sight)
{
	struct vec3 knuckles =
		vec3_lerp(sight->seen[9].place, sight->seen[13].place, 0.5);

	return vec3_unit_or(vec3_sub(knuckles, sight->seen[LEAP_POINT_WRIST].place),
			    vec3(0, 0, -1))
		.z;
}

static bool sure(const struct leap_sight *sight)
{
	return sight->present > PRESENT_SURE && sight->right > 0 &&
	       sight->doubt < DOUBT_SURE * fmax(1, sight->palm.y / 250);
}

static bool hopeless(const struct leap_sight *sight)
{
	const struct leap_sighting *palm = &sight->seen[LEAP_POINT_PALM];

	return sight->present < PRESENT_HOPELESS &&
	       hypot(palm->across, palm->along) >
		       PALM_DOUBT_HOPELESS * fmax(1, sight->palm.y / 250);
}

static double merit(const struct leap_sight *sight)
{
	return fmin(sight->present, 3) + fmin(fmax(sight->right, -4), 4) -
	       sight->doubt / 20;
}

/* The middle of the tips that are far out; false when none is near the edge. */
static bool far_out(const struct leap_sight *sight, struct vec3 *ret_middle)
{
	struct vec3 sum = vec3(0, 0, 0);
	bool near = false;
	int count = 0;

	for (int tip = 4; tip < LEAP_POINT_PALM; tip += 4) {
		near |= sight->edge[tip] > EDGE_NEAR;
		if (sight->edge[tip] <= EDGE_FAR_OUT)
			continue;
		sum = vec3_add(sum, sight->seen[tip].place);
		count++;
	}
	*ret_middle = vec3_scale(sum, 1.0 / (count ? count : 1));
	return near;
}

void leap_sight_widen(struct leap_gaze *gaze, const struct leap_stereo_frame *frame,
		      struct leap_sight *sight)
{
	struct leap_crop_place at = sight->at;
	struct leap_sight other;
	struct vec3 tips;

	if (!far_out(sight, &tips))
		return;
	at.anchor = vec3_lerp(sight->palm, tips, WIDEN_SHARE);
	if (!leap_sight_within_reach(at.anchor))
		return;
	leap_sight_take(gaze, frame, &at, &other);
	if (other.present < PRESENT_HOPELESS)
		return;
	for (int i = 0; i < LEAP_POINTS; i++)
		if (sight->edge[i] > EDGE_BLURRED && other.edge[i] < sight->edge[i])
			sight->seen[i] = other.seen[i];
}

/* Sure of a hand is not yet sure of its side: looked at as the other one it may fit. */
static void weigh_sides(struct leap_gaze *gaze, const struct leap_stereo_frame *frame,
			struct leap_sight *sight)
{
	struct leap_crop_place at = sight->at;
	struct leap_sight other;

	at.anchor = sight->palm;
	at.mirrored = !at.mirrored;
	leap_sight_take(gaze, frame, &at, &other);
	if (sure(&other) && other.right > sight->right)
		*sight = other;
}

bool leap_sight_home(struct leap_gaze *gaze, const struct leap_stereo_frame *frame,
		     struct vec3 place, bool turned, struct leap_sight *ret_sight)
{
	struct leap_crop_place at = { place, LEAP_SIGHT_WIDTH, false, turned };
	struct leap_sight mirrored;

	if (!leap_sight_within_reach(place))
		return false;
	leap_sight_take(gaze, frame, &at, ret_sight);
	at.mirrored = true;
	leap_sight_take(gaze, frame, &at, &mirrored);
	if (merit(&mirrored) > merit(ret_sight))
		*ret_sight = mirrored;
	for (int i = 2; i < LOOKS_MAX && !hopeless(ret_sight); i++) {
		double z = seen_direction_z(ret_sight);

		at = ret_sight->at;
		at.anchor = ret_sight->palm;
		if (!leap_sight_within_reach(at.anchor))
			return false;
		if (ret_sight->present > 0 && fabs(z) > TURN_ROUND)
			at.turned = z > 0;
		if (ret_sight->present > 0 && ret_sight->right < -1)
			at.mirrored = !at.mirrored;
		leap_sight_take(gaze, frame, &at, ret_sight);
		if (!sure(ret_sight))
			continue;
		if (leap_sight_within_reach(ret_sight->palm))
			weigh_sides(gaze, frame, ret_sight);
		return leap_sight_within_reach(ret_sight->palm);
	}
	return false;
}
