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

/* A hand that its own points do not fit speaks against itself: so much is one odd less. */
#define DOUBT_FOR_ODD 5.5 /* millimetres at 250 mm and below; more beyond */

#define EVIDENCE_SURE 1.5

/* Not worth another look. */
#define PRESENT_HOPELESS (-2.0)
#define PALM_DOUBT_HOPELESS 60.0
/* Of 480 places where a second look saw no hand only one had one: no third look. */
#define PRESENT_AGAIN 0.0
#define LOOKS_MAX 4
/* Palms this near in view are seen in the same pixels: millimetres at the first's height. */
#define IN_LINE 35.0

/* Sizes of hands, as far as the network was taught. */
#define SCALE_LEAST 0.6
#define SCALE_MOST 1.5

#define HEIGHT_MIN 35.0
#define HEIGHT_MAX 750.0
#define TURN_ROUND 0.3

/* A far hand is small in the picture, so its points are less sure. */
static double far(const struct leap_sight *sight)
{
	return fmax(1, sight->palm.y / 250);
}

static void place_points(const struct leap_crop *crop,
			 const struct leap_network_answer *answer,
			 struct leap_sight *sight)
{
	double half = 0.5 * crop->place.width, doubt = 0;
	struct vec3 hand[LEAP_POINT_PALM];

	for (int i = 0; i < LEAP_POINTS; i++) {
		struct leap_sighting *seen = &sight->seen[i];
		const double at[3] = { answer->place[i][0], answer->place[i][1],
				       answer->place[i][2] };
		double across = answer->across[i] * half, along;

		seen->place = leap_crop_point(crop, at);
		if (i < LEAP_POINT_PALM)
			hand[i] = seen->place;
		seen->view = vec3_unit_or(seen->place, vec3(0, 1, 0));
		across *= fmax(crop->depth + at[2] * half, 1) / crop->depth;
		along = answer->along[i] * half;
		doubt += hypot(1.5 * across, along) / LEAP_POINTS;
		seen->across = hypot(DEVIATION * across, ACROSS_LEAST);
		seen->along = hypot(DEVIATION * along, ALONG_LEAST);
	}
	sight->palm = sight->seen[LEAP_POINT_PALM].place;
	sight->middle = leap_crop_middle(hand, LEAP_POINT_PALM);
	sight->doubt = doubt;
	sight->evidence = sight->present - doubt / far(sight) / DOUBT_FOR_ODD;
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

double leap_sight_width(const struct leap_build *build)
{
	double scale = leap_build_scale(build);

	return LEAP_SIGHT_WIDTH * fmin(fmax(scale, SCALE_LEAST), SCALE_MOST);
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
	return sight->evidence > EVIDENCE_SURE && sight->right > 0;
}

static bool hopeless(const struct leap_sight *sight, int looks)
{
	const struct leap_sighting *palm = &sight->seen[LEAP_POINT_PALM];

	if (looks > 1 && sight->present < PRESENT_AGAIN)
		return true;
	return sight->present < PRESENT_HOPELESS &&
	       hypot(palm->across, palm->along) > PALM_DOUBT_HOPELESS * far(sight);
}

bool leap_sight_in_line(struct vec3 palm, struct vec3 other)
{
	return vec3_distance(vec3_scale(other, palm.y / other.y), palm) < IN_LINE;
}

static bool is_known(const struct leap_sight_known *known,
		     const struct leap_sight *sight)
{
	for (unsigned int i = 0; i < known->count; i++)
		if (leap_sight_in_line(known->palm[i], sight->palm))
			return true;
	return false;
}

/* Palm down and palm up, a left and a right hand have the same outline: look twice. */
static void choose_side(struct leap_gaze *gaze, const struct leap_stereo_frame *frame,
			struct leap_sight *sight)
{
	struct leap_crop_place at = sight->at;
	struct leap_sight other;

	at.anchor = sight->middle;
	at.mirrored = !at.mirrored;
	if (!leap_sight_within_reach(at.anchor))
		return;
	leap_sight_take(gaze, frame, &at, &other);
	if (sure(&other) && other.right > sight->right)
		*sight = other;
}

bool leap_sight_home(struct leap_gaze *gaze, const struct leap_stereo_frame *frame,
		     struct vec3 place, bool turned,
		     const struct leap_sight_known *known, struct leap_sight *ret_sight)
{
	struct leap_crop_place at = { place, LEAP_SIGHT_WIDTH, false, turned };

	if (!leap_sight_within_reach(place))
		return false;
	leap_sight_take(gaze, frame, &at, ret_sight);
	for (int i = 1;
	     i < LOOKS_MAX && !hopeless(ret_sight, i) && !is_known(known, ret_sight);
	     i++) {
		double z = seen_direction_z(ret_sight);

		at = ret_sight->at;
		/* From far aside only the way to the palm is known. */
		at.anchor = ret_sight->present > 0 ? ret_sight->middle
						   : ret_sight->palm;
		if (!leap_sight_within_reach(at.anchor))
			return false;
		if (ret_sight->present > 0 && fabs(z) > TURN_ROUND)
			at.turned = z > 0;
		if (ret_sight->present > 0 && ret_sight->right < -1)
			at.mirrored = !at.mirrored;
		leap_sight_take(gaze, frame, &at, ret_sight);
		if (sure(ret_sight)) {
			choose_side(gaze, frame, ret_sight);
			return leap_sight_within_reach(ret_sight->palm);
		}
	}
	return false;
}
