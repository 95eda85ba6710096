// SPDX-License-Identifier: MIT
/*
 * Tools in drawn hands: what is found, where, for how long it is the same, and what is
 * none. The pictures are painted here, rod by rod. Single-threaded; owns nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/tracking/tools.h"

#define PIXELS_MAX (752 * 480 * LEAP_EYES)
#define INTERVAL 0.0087
#define DARK 6
#define SKIN 150
#define HAND 41 /* its track */
#define BOTH 3 /* eyes */

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

struct fixture {
	struct leap_camera camera;
	struct leap_sensor_mode mode;
	struct leap_crop_optics optics;
	struct leap_tools tools;
	struct leap_skeleton hand;
	struct leap_hands hands;
	uint32_t random;
	uint8_t bare[PIXELS_MAX]; /* picture of the hand alone */
	uint8_t pixels[PIXELS_MAX];
};

/* An ellipse whose edge is soft, where an eye sees a ball. */
static void paint_ball(struct fixture *f, int eye, struct vec3 at, double radius,
		       int level)
{
	double middle[2], side[2], down[2], a, b;

	if (!leap_camera_project(&f->camera, eye, f->mode, at, middle) ||
	    !leap_camera_project(&f->camera, eye, f->mode,
				 vec3_add(at, vec3(radius, 0, 0)), side) ||
	    !leap_camera_project(&f->camera, eye, f->mode,
				 vec3_add(at, vec3(0, 0, radius)), down))
		return;
	a = fabs(side[0] - middle[0]);
	b = fabs(down[1] - middle[1]);
	for (int y = (int)(middle[1] - b - 1); y <= middle[1] + b + 1; y++) {
		for (int x = (int)(middle[0] - a - 1); x <= middle[0] + a + 1; x++) {
			double off = hypot((x - middle[0]) / a, (y - middle[1]) / b);
			double share = fmax(0, fmin(1, (1 - off) * b + 0.5));
			uint8_t *p;

			if (x < 0 || x >= (int)f->mode.width || y < 0 ||
			    y >= (int)f->mode.height)
				continue;
			p = &f->pixels[(y * (int)f->mode.width + x) * LEAP_EYES + eye];
			*p = (uint8_t)fmax(*p, DARK + share * (level - DARK));
		}
	}
}

static void paint_rod(struct fixture *f, int eyes, const struct leap_rod *rod,
		      int level)
{
	double length = vec3_distance(rod->end[0], rod->end[1]);
	int steps = (int)length + 1;

	for (int eye = 0; eye < LEAP_EYES; eye++) {
		for (int i = 0; i <= steps && (eyes >> eye & 1); i++) {
			double t = i / (double)steps;

			paint_ball(f, eye, vec3_lerp(rod->end[0], rod->end[1], t),
				   rod->radius[0] +
					   t * (rod->radius[1] - rod->radius[0]),
				   level);
		}
	}
}

static void pose(struct fixture *f, const struct leap_pose *how)
{
	leap_skeleton_pose(how, &f->hand);
	for (int i = 0; i < PIXELS_MAX; i++) {
		f->random = f->random * 1664525 + 1013904223;
		f->pixels[i] = (uint8_t)(DARK + (f->random >> 30));
	}
	for (int r = 0; r < LEAP_RODS; r++)
		paint_rod(f, BOTH, &f->hand.rod[r], SKIN);
	memcpy(f->bare, f->pixels, PIXELS_MAX);
}

/* A hand that points with none of its fingers, palm down. */
static void hold(struct fixture *f, struct vec3 palm)
{
	struct leap_pose how = { .place = palm, .size = 1 };

	leap_skeleton_relaxed(how.angle);
	for (int k = 1; k < LEAP_FINGERS; k++) {
		how.angle[LEAP_FINGER_ANGLE(k)] = 1.0;
		how.angle[LEAP_FINGER_ANGLE(k) + 2] = 1.2;
	}
	how.turn = leap_skeleton_axes(vec3(0, 0, -1), vec3(0, -1, 0));
	pose(f, &how);
}

static void use_mode(struct fixture *f, uint32_t width, uint32_t height)
{
	f->mode = (struct leap_sensor_mode){ width, height };
	leap_crop_optics_init(&f->camera, f->mode, &f->optics);
	memset(&f->tools, 0, sizeof(f->tools));
	hold(f, vec3(10, 200, 30));
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	leap_camera_nominal(&f->camera);
	f->random = 1;
	use_mode(f, 640, 240);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

struct stick {
	struct vec3 from; /* middle of the end that is in the hand */
	struct vec3 way;
	double length;
	double radius;
	int level;
	int eyes;
};

static struct leap_rod rod_of(const struct stick *s)
{
	return (struct leap_rod){
		.end = { s->from, vec3_madd(s->from, s->length - s->radius, s->way) },
		.radius = { s->radius, s->radius },
	};
}

static void paint_stick(struct fixture *f, const struct stick *s)
{
	struct leap_rod rod = rod_of(s);

	paint_rod(f, s->eyes, &rod, s->level);
}

/* Sticks out of the fist, past the index finger, away from the user. */
static struct stick pen(const struct fixture *f)
{
	return (struct stick){
		.from = f->hand.joint[LEAP_INDEX][LEAP_PIP],
		.way = vec3_unit_or(vec3(0.2, 0.1, -1), vec3(0, 0, -1)),
		.length = 140,
		.radius = 4,
		.level = 110,
		.eyes = BOTH,
	};
}

static void look(struct fixture *f, unsigned int frames)
{
	const struct leap_stereo_frame frame = { .pixels = f->pixels,
						 .width = f->mode.width,
						 .height = f->mode.height };
	const struct leap_tool_hand hand = { HAND, &f->hand };

	for (unsigned int i = 0; i < frames; i++)
		leap_tools_update(&f->tools, &f->optics, &frame, &hand, 1, INTERVAL);
	f->hands.count = 1;
	f->hands.hand[0].track = HAND;
	leap_tools_report(&f->tools, &f->hands);
}

static void show(struct fixture *f, const struct stick *s, unsigned int frames)
{
	for (unsigned int i = 0; i < frames; i++) {
		memcpy(f->pixels, f->bare, PIXELS_MAX);
		if (s)
			paint_stick(f, s);
		look(f, 1);
	}
}

static void assert_is(const struct leap_tracked_tool *tool, const struct stick *s)
{
	struct vec3 tip = vec3_madd(s->from, s->length, s->way);

	assert_true(tool->held);
	assert_int_equal(tool->hand, HAND);
	assert_true(tool->track > 0);
	assert_true(tool->confidence > 0 && tool->confidence <= 1);
	assert_true(vec3_distance(tool->tip, tip) < 7);
	assert_true(vec3_dot(tool->direction, s->way) > 0.998);
	assert_near(vec3_length(tool->direction), 1, 1e-6);
	assert_near(tool->width, 2 * s->radius, 3.5);
	assert_near(tool->length, s->length, 25);
}

static void a_hand_without_a_tool_has_none(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 40; i++) {
		show(f, NULL, 1);
		assert_int_equal(f->hands.tool_count, 0);
	}
}

static void a_stick_is_found_where_it_is(void **state)
{
	struct fixture *f = *state;
	struct stick s = pen(f);

	show(f, &s, 30);
	assert_int_equal(f->hands.tool_count, 1);
	assert_is(&f->hands.tool[0], &s);
}

static void every_mode_shows_the_same_stick(void **state)
{
	static const uint32_t modes[][2] = {
		{ 640, 480 }, { 640, 120 }, { 752, 480 }, { 752, 240 }, { 752, 120 }
	};
	struct fixture *f = *state;

	for (unsigned int m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
		struct stick s;

		use_mode(f, modes[m][0], modes[m][1]);
		s = pen(f);
		show(f, &s, 30);
		assert_int_equal(f->hands.tool_count, 1);
		assert_is(&f->hands.tool[0], &s);
	}
}

static void sticks_may_point_anywhere_but_along_the_arm(void **state)
{
	static const struct vec3 ways[] = { { -0.8, 0, -1 },
					    { 0.9, 0.2, -0.8 },
					    { 0.1, -0.3, -1 },
					    { -0.2, 0.4, -1 },
					    { 1, 0.1, -0.1 } };
	struct fixture *f = *state;

	for (unsigned int i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct stick s = pen(f);

		s.way = vec3_unit_or(ways[i], s.way);
		memset(&f->tools, 0, sizeof(f->tools));
		show(f, &s, 30);
		assert_int_equal(f->hands.tool_count, 1);
		assert_true(vec3_dot(f->hands.tool[0].direction, s.way) > 0.98);
	}
}

static void thick_and_thin_sticks_are_told_apart(void **state)
{
	struct fixture *f = *state;
	double width[2];

	for (int thick = 0; thick < 2; thick++) {
		struct stick s = pen(f);

		s.radius = thick ? 5.5 : 2.5;
		memset(&f->tools, 0, sizeof(f->tools));
		show(f, &s, 30);
		assert_int_equal(f->hands.tool_count, 1);
		width[thick] = f->hands.tool[0].width;
	}
	assert_true(width[1] > width[0] + 3);
}

static void a_tool_is_believed_after_some_frames(void **state)
{
	struct fixture *f = *state;
	struct stick s = pen(f);

	/* however often it is looked for, one of these is the first look that sees it */
	for (unsigned int i = 0; i < 12; i++) {
		memset(&f->tools, 0, sizeof(f->tools));
		show(f, NULL, i);
		show(f, &s, 4);
		assert_int_equal(f->hands.tool_count, 0);
	}
	show(f, &s, 14);
	assert_int_equal(f->hands.tool_count, 1);
}

static void a_tool_that_moves_stays_the_same(void **state)
{
	struct fixture *f = *state;
	const struct vec3 palm = vec3(-60, 210, 30);
	struct stick s;
	uint32_t track;

	hold(f, palm);
	s = pen(f);
	show(f, &s, 20);
	assert_int_equal(f->hands.tool_count, 1);
	track = f->hands.tool[0].track;
	for (unsigned int i = 1; i <= 24; i++) {
		hold(f, vec3_madd(palm, 0.25 * i * i, vec3(1, 0.1, -0.1)));
		s = pen(f);
		show(f, &s, 1);
		assert_int_equal(f->hands.tool_count, 1);
		assert_int_equal(f->hands.tool[0].track, track);
		assert_true(vec3_distance(f->hands.tool[0].tip,
					  vec3_madd(s.from, s.length, s.way)) < 12);
	}
}

static void a_tool_that_comes_moving_is_found(void **state)
{
	struct fixture *f = *state;
	unsigned int seen = 0;

	for (int i = 0; i < 28; i++) {
		struct stick s;

		hold(f, vec3(-250 + 18 * i, 210, 30));
		s = pen(f);
		show(f, &s, 1);
		seen += f->hands.tool_count;
	}
	assert_true(seen >= 10);
}

/* Put away for @frames, then held again: Return: whether it is the same. */
static bool is_same_after(struct fixture *f, unsigned int frames)
{
	struct stick s = pen(f);
	uint32_t track;

	memset(&f->tools, 0, sizeof(f->tools));
	show(f, &s, 20);
	assert_int_equal(f->hands.tool_count, 1);
	track = f->hands.tool[0].track;
	show(f, NULL, frames);
	assert_int_equal(f->hands.tool_count, 0);
	show(f, &s, 20);
	assert_int_equal(f->hands.tool_count, 1);
	return f->hands.tool[0].track == track;
}

static void a_tool_lost_for_a_moment_is_found_again(void **state)
{
	assert_true(is_same_after(*state, 20));
}

static void a_tool_put_away_is_another_one_later(void **state)
{
	assert_false(is_same_after(*state, 120));
}

static void one_picture_without_it_does_not_lose_a_tool(void **state)
{
	struct fixture *f = *state;
	struct stick s = pen(f);
	uint32_t track;

	show(f, &s, 20);
	track = f->hands.tool[0].track;
	show(f, NULL, 1);
	assert_int_equal(f->hands.tool_count, 1);
	show(f, &s, 1);
	assert_int_equal(f->hands.tool_count, 1);
	assert_int_equal(f->hands.tool[0].track, track);
}

static void the_tool_of_a_hand_that_is_not_reported_is_not_either(void **state)
{
	struct fixture *f = *state;
	struct stick s = pen(f);

	show(f, &s, 20);
	assert_int_equal(f->hands.tool_count, 1);
	f->hands.hand[0].track = HAND + 1;
	leap_tools_report(&f->tools, &f->hands);
	assert_int_equal(f->hands.tool_count, 0);
}

static void assert_none(struct fixture *f, const struct stick *s)
{
	memset(&f->tools, 0, sizeof(f->tools));
	for (unsigned int i = 0; i < 30; i++) {
		show(f, s, 1);
		assert_int_equal(f->hands.tool_count, 0);
	}
}

static void what_one_eye_sees_is_no_tool(void **state)
{
	struct fixture *f = *state;
	struct stick s = pen(f);

	for (s.eyes = 1; s.eyes < BOTH; s.eyes++)
		assert_none(f, &s);
}

/* A tube on the ceiling, seen as if it began at the hand. */
static void what_is_far_behind_the_hand_is_no_tool(void **state)
{
	struct fixture *f = *state;
	struct stick s = pen(f);

	s.from = vec3_scale(s.from, 4);
	s.length *= 4;
	s.radius *= 4;
	assert_none(f, &s);
}

static void what_does_not_touch_the_hand_is_no_tool(void **state)
{
	struct fixture *f = *state;
	struct stick s = pen(f);

	s.from = vec3_madd(s.from, 70, s.way);
	assert_none(f, &s);
}

static void what_is_as_thick_as_a_finger_is_no_tool(void **state)
{
	struct fixture *f = *state;
	struct stick s = pen(f);

	s.radius = 9;
	s.length = 90;
	assert_none(f, &s);
}

static void what_is_short_is_no_tool(void **state)
{
	struct fixture *f = *state;
	struct stick s = pen(f);

	s.length = 45; /* ten of it in the finger */
	assert_none(f, &s);
}

static void what_goes_along_the_arm_is_no_tool(void **state)
{
	struct fixture *f = *state;
	struct stick s = pen(f);

	s.from = vec3_madd(f->hand.pose.place, 15, vec3(1, 0, 0));
	s.way = vec3_unit_or(vec3(0.8, -0.2, 0.8), s.way);
	s.length = 200;
	assert_none(f, &s);
}

static void what_is_bent_is_no_tool(void **state)
{
	struct fixture *f = *state;
	struct stick s = pen(f), next = s;

	s.length = 45;
	next.from = vec3_madd(s.from, s.length, s.way);
	next.way = vec3_unit_or(vec3(1.2, 0.2, -0.6), s.way);
	next.length = 45;
	memset(&f->tools, 0, sizeof(f->tools));
	for (unsigned int i = 0; i < 30; i++) {
		memcpy(f->pixels, f->bare, PIXELS_MAX);
		paint_stick(f, &s);
		paint_stick(f, &next);
		look(f, 1);
		if (f->hands.tool_count)
			assert_true(f->hands.tool[0].length < 70);
	}
}

static void a_fingers_own_picture_is_no_tool(void **state)
{
	struct fixture *f = *state;
	struct leap_pose how = f->hand.pose;

	how.angle[LEAP_FINGER_ANGLE(1)] = 0;
	how.angle[LEAP_FINGER_ANGLE(1) + 2] = 0;
	for (how.size = 0.65; how.size < 1.2; how.size += 0.15) {
		pose(f, &how);
		assert_none(f, NULL);
	}
}

static void nonsense_pictures_do_no_harm(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 30; i++) {
		for (int p = 0; p < PIXELS_MAX; p++) {
			f->random = f->random * 1664525 + 1013904223;
			f->pixels[p] = (uint8_t)(f->random >> 24);
		}
		look(f, 1);
		assert_int_equal(f->hands.tool_count, 0);
	}
}

#define tools_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		tools_test(a_hand_without_a_tool_has_none),
		tools_test(a_stick_is_found_where_it_is),
		tools_test(every_mode_shows_the_same_stick),
		tools_test(sticks_may_point_anywhere_but_along_the_arm),
		tools_test(thick_and_thin_sticks_are_told_apart),
		tools_test(a_tool_is_believed_after_some_frames),
		tools_test(a_tool_that_moves_stays_the_same),
		tools_test(a_tool_that_comes_moving_is_found),
		tools_test(a_tool_lost_for_a_moment_is_found_again),
		tools_test(a_tool_put_away_is_another_one_later),
		tools_test(one_picture_without_it_does_not_lose_a_tool),
		tools_test(the_tool_of_a_hand_that_is_not_reported_is_not_either),
		tools_test(what_one_eye_sees_is_no_tool),
		tools_test(what_is_far_behind_the_hand_is_no_tool),
		tools_test(what_does_not_touch_the_hand_is_no_tool),
		tools_test(what_is_as_thick_as_a_finger_is_no_tool),
		tools_test(what_is_short_is_no_tool),
		tools_test(what_goes_along_the_arm_is_no_tool),
		tools_test(what_is_bent_is_no_tool),
		tools_test(a_fingers_own_picture_is_no_tool),
		tools_test(nonsense_pictures_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
