// SPDX-License-Identifier: MIT
/*
 * The tracker from pixels to hands, on pictures of the synthetic controller and on
 * pictures that hold no hand. Single-threaded; owns nothing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/tracking/sight.h"
#include "daemon/tracking/tracker.h"
#include "sim/clip.h"
#include "sim/sim.h"
#include "sim/truth.h"

#define WIDTH LEAP_SIM_WIDTH
#define HEIGHT LEAP_SIM_HEIGHT
#define SIZE LEAP_SIM_FRAME_SIZE
#define PIXELS_MAX (752 * 480 * 2)
#define PEN_FILM 1007

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

struct fixture {
	struct leap_camera camera;
	struct leap_tracker *tracker;
	struct leap_sim *sim;
	struct leap_stereo_frame frame;
	struct leap_hands hands;
	uint8_t pixels[PIXELS_MAX];
	uint8_t other[PIXELS_MAX];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || leap_camera_parse(leap_sim_calibration(), LEAP_SIM_CALIBRATION_SIZE,
				    &f->camera) < 0)
		return -1;
	f->frame.pixels = f->pixels;
	f->frame.width = WIDTH;
	f->frame.height = HEIGHT;
	*state = f;
	return leap_tracker_new(&f->camera, &f->tracker);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	leap_tracker_free(f->tracker);
	leap_sim_free(f->sim);
	free(f);
	return 0;
}

static void simulate(struct fixture *f, uint64_t seed, unsigned int hands)
{
	struct leap_sim_options options = { .seed = seed, .hands = hands };

	assert_int_equal(leap_sim_new(&options, &f->sim), 0);
}

static void update(struct fixture *f)
{
	assert_int_equal(leap_tracker_update(f->tracker, &f->frame, &f->hands), 0);
	f->frame.sequence++;
	f->frame.time_ns += LEAP_SIM_INTERVAL_NS;
}

static void watch(struct fixture *f, unsigned int first, unsigned int count)
{
	for (unsigned int i = first; i < first + count; i++) {
		leap_sim_render(f->sim, i, f->pixels);
		f->frame.time_ns = (int64_t)i * LEAP_SIM_INTERVAL_NS;
		update(f);
	}
}

static void stare(struct fixture *f, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		update(f);
}

static void fresh_tracker(struct fixture *f)
{
	leap_tracker_free(f->tracker);
	assert_int_equal(leap_tracker_new(&f->camera, &f->tracker), 0);
}

static void a_dark_picture_holds_no_hand(void **state)
{
	struct fixture *f = *state;

	stare(f, 5);
	assert_int_equal(f->hands.count, 0);
}

static void a_uniform_picture_holds_no_hand(void **state)
{
	struct fixture *f = *state;

	for (int level = 15; level < 256; level += 60) {
		memset(f->pixels, level, SIZE);
		stare(f, 3);
		assert_int_equal(f->hands.count, 0);
	}
}

static void noise_holds_no_hand(void **state)
{
	struct fixture *f = *state;
	uint32_t random = 1;

	for (int i = 0; i < 10; i++) {
		for (int p = 0; p < SIZE; p++) {
			random = random * 1664525 + 1013904223;
			f->pixels[p] = random >> (i & 1 ? 24 : 27);
		}
		update(f);
		assert_int_equal(f->hands.count, 0);
	}
}

/* @apart: columns by which the left eye sees it farther to the right */
static void draw_disc(struct fixture *f, double column, double row, double radius,
		      double apart, int level)
{
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++) {
			for (int eye = 0; eye < LEAP_EYES; eye++) {
				double off = hypot(x - column + (eye ? apart : 0),
						   2 * (y - row));
				double edge = fmax(0, fmin(1, radius - off));
				uint8_t *p = &f->pixels[(y * WIDTH + x) * 2 + eye];

				*p = (uint8_t)(*p + edge * (level - *p));
			}
		}
	}
}

static void a_lamp_is_no_hand(void **state)
{
	struct fixture *f = *state;

	for (int radius = 3; radius < 60; radius += 14) {
		memset(f->pixels, 6, SIZE);
		draw_disc(f, 420, 70, radius, 6, 255);
		stare(f, 3);
		assert_int_equal(f->hands.count, 0);
	}
}

static void a_wall_of_light_on_one_side_is_no_hand(void **state)
{
	struct fixture *f = *state;

	for (int p = 0; p < SIZE; p++)
		f->pixels[p] = 10 + 150 * (p / 2 % WIDTH) / WIDTH;
	stare(f, 3);
	assert_int_equal(f->hands.count, 0);
}

static void a_simulated_scene_without_hands_holds_none(void **state)
{
	struct fixture *f = *state;

	simulate(f, 3, 0);
	for (unsigned int i = 0; i < 20; i++) {
		watch(f, i, 1);
		assert_int_equal(f->hands.count, 0);
	}
}

static const struct leap_tracked_hand *nearest(const struct leap_hands *hands,
					       struct vec3 palm)
{
	const struct leap_tracked_hand *best = NULL;

	for (unsigned int i = 0; i < hands->count; i++) {
		if (!best || vec3_distance(hands->hand[i].palm, palm) <
				     vec3_distance(best->palm, palm))
			best = &hands->hand[i];
	}
	return best;
}

static void assert_near_truth(struct fixture *f, unsigned int index)
{
	struct leap_hands truth;

	leap_sim_truth(f->sim, index, &truth);
	assert_int_equal(f->hands.count, truth.count);
	assert_int_equal(f->hands.tool_count, 0);
	for (unsigned int i = 0; i < truth.count; i++) {
		const struct leap_tracked_hand *real = &truth.hand[i];
		const struct leap_tracked_hand *seen = nearest(&f->hands, real->palm);
		double tips = 0;

		assert_true(vec3_distance(seen->palm, real->palm) < 15);
		assert_int_equal(seen->left, real->left);
		for (int k = 0; k < LEAP_FINGERS; k++)
			tips += vec3_distance(seen->joint[k][LEAP_BTIP],
					      real->joint[k][LEAP_BTIP]) /
				LEAP_FINGERS;
		assert_true(tips < 20);
		assert_true(vec3_dot(seen->normal, real->normal) > 0.85);
		assert_true(vec3_dot(seen->direction, real->direction) > 0.85);
	}
}

static void a_hand_is_found_where_it_is(void **state)
{
	struct fixture *f = *state;

	for (uint64_t seed = 1; seed <= 4; seed++) {
		simulate(f, seed, 1);
		fresh_tracker(f);
		watch(f, 0, 25);
		assert_near_truth(f, 24);
		leap_sim_free(f->sim);
		f->sim = NULL;
	}
}

static void a_hand_keeps_its_identity(void **state)
{
	struct fixture *f = *state;

	for (uint64_t seed = 1; seed <= 3; seed++) {
		uint32_t track;

		simulate(f, seed, 1);
		fresh_tracker(f);
		watch(f, 0, 12);
		assert_int_equal(f->hands.count, 1);
		track = f->hands.hand[0].track;
		for (unsigned int i = 12; i < 90; i += 3) {
			watch(f, i, 3);
			assert_int_equal(f->hands.count, 1);
			assert_int_equal(f->hands.hand[0].track, track);
		}
		leap_sim_free(f->sim);
		f->sim = NULL;
	}
}

static void two_hands_are_two(void **state)
{
	struct fixture *f = *state;

	simulate(f, 5, 2);
	watch(f, 0, 25);
	assert_near_truth(f, 24);
	assert_int_not_equal(f->hands.hand[0].track, f->hands.hand[1].track);
	assert_int_not_equal(f->hands.hand[0].left, f->hands.hand[1].left);
}

static void the_same_pixels_are_not_two_hands(void **state)
{
	const struct vec3 palm = vec3(30, 200, 10);

	(void)state;
	assert_true(leap_sight_in_line(palm, vec3(45, 300, 15)));
	assert_true(leap_sight_in_line(palm, vec3(15, 110, 8)));
	assert_false(leap_sight_in_line(palm, vec3(110, 200, 10)));
	assert_false(leap_sight_in_line(palm, vec3(110, 300, 10)));
}

/* Shows frames of a film up to @end; the hand nearest to each true palm. */
static void show_film(struct fixture *f, struct leap_sim_clip *film, unsigned int begin,
		      unsigned int end, uint32_t ret_track[2], unsigned int *ret_seen)
{
	static struct leap_sim_sample truth;

	*ret_seen = 0;
	for (unsigned int i = begin; i < end; i++) {
		leap_sim_clip_frame(film, i, f->pixels, &truth);
		if (i == 0) {
			f->camera = truth.camera;
			fresh_tracker(f);
		}
		f->frame.time_ns = (int64_t)i * LEAP_SIM_INTERVAL_NS;
		f->frame.sequence = i + 1;
		assert_int_equal(leap_tracker_update(f->tracker, &f->frame, &f->hands),
				 0);
		*ret_seen += f->hands.count;
	}
	for (unsigned int i = 0; i < truth.hands; i++) {
		const struct leap_tracked_hand *hand =
			nearest(&f->hands, truth.hand[i].hand.palm);

		assert_non_null(hand);
		ret_track[i] = hand->track;
	}
}

static void hands_that_cross_stay_who_they_are(void **state)
{
	struct fixture *f = *state;
	uint32_t before[2], after[2];
	struct leap_sim_clip *film;
	unsigned int seen;

	assert_int_equal(leap_sim_clip_new(LEAP_SIM_CLIP_CROSSING, 1103, &film), 0);
	show_film(f, film, 0, 80, before, &seen);
	assert_int_not_equal(before[0], before[1]);
	show_film(f, film, 80, leap_sim_clip_frames(film), after, &seen);
	assert_int_equal(before[0], after[0]);
	assert_int_equal(before[1], after[1]);
	/* Most of the time both are reported, also the one behind. */
	assert_true(seen > 1.9 * (leap_sim_clip_frames(film) - 80));
	leap_sim_clip_free(film);
}

static void assert_whole(const struct leap_tracked_hand *hand)
{
	assert_near(vec3_length(hand->normal), 1, 1e-6);
	assert_near(vec3_length(hand->direction), 1, 1e-6);
	assert_near(vec3_dot(hand->normal, hand->direction), 0, 1e-6);
	assert_true(hand->confidence >= 0 && hand->confidence <= 1);
	assert_true(hand->palm_width > 40 && hand->palm_width < 130);
	assert_true(vec3_distance(hand->joint[LEAP_THUMB][LEAP_CARP],
				  hand->joint[LEAP_THUMB][LEAP_MCP]) < 1e-9);
	for (int k = 0; k < LEAP_FINGERS; k++) {
		for (int j = LEAP_MCP; j < LEAP_BTIP; j++) {
			double bone =
				vec3_distance(hand->joint[k][j], hand->joint[k][j + 1]);

			assert_true(bone > 8 && bone < 75);
		}
	}
	assert_true(vec3_distance(hand->wrist, hand->elbow) > 100);
}

static void every_hand_is_whole(void **state)
{
	struct fixture *f = *state;

	simulate(f, 4, 1);
	for (unsigned int i = 0; i < 30; i++) {
		watch(f, 10 * i, 1);
		for (unsigned int h = 0; h < f->hands.count; h++)
			assert_whole(&f->hands.hand[h]);
	}
}

static void a_hand_is_reported_within_a_tenth_of_a_second(void **state)
{
	struct fixture *f = *state;

	for (uint64_t seed = 1; seed <= 6; seed++) {
		simulate(f, seed, 1);
		fresh_tracker(f);
		watch(f, 0, 11);
		assert_int_equal(f->hands.count, 1);
		leap_sim_free(f->sim);
		f->sim = NULL;
	}
}

static void a_hand_in_plain_sight_is_sure_of_itself(void **state)
{
	struct fixture *f = *state;

	simulate(f, 2, 1);
	watch(f, 0, 30);
	assert_int_equal(f->hands.count, 1);
	assert_true(f->hands.hand[0].confidence > 0.5);
}

/* Columns grow to the user's left: a picture moved to the left is a hand gone right. */
static void a_hand_that_goes_right_gets_a_greater_x(void **state)
{
	const int columns = 20;
	struct fixture *f = *state;
	struct vec3 before;

	simulate(f, 1, 1);
	leap_sim_render(f->sim, 0, f->pixels);
	stare(f, 20);
	before = f->hands.hand[0].palm;
	memmove(f->pixels, f->pixels + columns * 2, SIZE - columns * 2);
	stare(f, 20);
	assert_int_equal(f->hands.count, 1);
	assert_near(f->hands.hand[0].palm.x - before.x, before.y * columns / 132, 15);
	assert_near(f->hands.hand[0].palm.y, before.y, 15);
}

static void a_hand_that_comes_nearer_the_user_gets_a_greater_z(void **state)
{
	const int rows = 12;
	struct fixture *f = *state;
	struct vec3 before;

	simulate(f, 1, 1);
	leap_sim_render(f->sim, 0, f->pixels);
	stare(f, 20);
	before = f->hands.hand[0].palm;
	memmove(f->pixels + rows * WIDTH * 2, f->pixels, SIZE - rows * WIDTH * 2);
	stare(f, 20);
	assert_int_equal(f->hands.count, 1);
	assert_near(f->hands.hand[0].palm.z - before.z, before.y * rows / 66, 15);
}

/* Greater differences between the eyes: the same hand, lower. */
static void eyes_that_differ_more_see_a_nearer_hand(void **state)
{
	const int columns = 6;
	struct fixture *f = *state;
	struct vec3 before;

	simulate(f, 1, 1);
	leap_sim_render(f->sim, 0, f->pixels);
	stare(f, 20);
	before = f->hands.hand[0].palm;
	memcpy(f->other, f->pixels, SIZE);
	for (int p = 0; p < SIZE / 2 - columns; p++)
		f->pixels[2 * p + 1] = f->other[2 * (p + columns) + 1];
	fresh_tracker(f);
	stare(f, 20);
	assert_int_equal(f->hands.count, 1);
	assert_true(f->hands.hand[0].palm.y < 0.9 * before.y);
}

static void a_mirrored_picture_shows_the_other_hand(void **state)
{
	struct fixture *f = *state;
	bool left;

	simulate(f, 1, 1);
	leap_sim_render(f->sim, 0, f->pixels);
	stare(f, 10);
	assert_int_equal(f->hands.count, 1);
	left = f->hands.hand[0].left;
	memcpy(f->other, f->pixels, SIZE);
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++) {
			const uint8_t *from =
				&f->other[(y * WIDTH + WIDTH - 1 - x) * 2];
			uint8_t *to = &f->pixels[(y * WIDTH + x) * 2];

			to[0] = from[1];
			to[1] = from[0];
		}
	}
	fresh_tracker(f);
	stare(f, 10);
	assert_int_equal(f->hands.count, 1);
	assert_int_not_equal(f->hands.hand[0].left, left);
}

/* Both pictures turned by half a turn: the arm comes from the other side. */
static void a_hand_may_come_from_the_far_side(void **state)
{
	struct fixture *f = *state;
	struct leap_tracked_hand before;

	simulate(f, 1, 1);
	leap_sim_render(f->sim, 0, f->pixels);
	stare(f, 25);
	assert_int_equal(f->hands.count, 1);
	before = f->hands.hand[0];
	for (int p = 0; p < SIZE; p++)
		f->other[p] = f->pixels[SIZE - 1 - p];
	f->frame.pixels = f->other;
	fresh_tracker(f);
	stare(f, 25);
	assert_int_equal(f->hands.count, 1);
	assert_int_equal(f->hands.hand[0].left, before.left);
	assert_true(vec3_dot(f->hands.hand[0].direction, before.direction) < -0.8);
	assert_near(f->hands.hand[0].palm.x, -before.palm.x, 40);
	assert_near(f->hands.hand[0].palm.z, -before.palm.z, 40);
}

/* Away for @frames, then back where it was: Return: whether it is the same hand. */
static bool is_same_after(struct fixture *f, unsigned int frames)
{
	uint32_t track;

	simulate(f, 2, 1);
	fresh_tracker(f);
	watch(f, 0, 20);
	assert_int_equal(f->hands.count, 1);
	track = f->hands.hand[0].track;
	memset(f->pixels, 4, SIZE);
	stare(f, frames);
	assert_int_equal(f->hands.count, 0);
	leap_sim_render(f->sim, 20, f->pixels);
	stare(f, 20);
	assert_int_equal(f->hands.count, 1);
	leap_sim_free(f->sim);
	f->sim = NULL;
	return f->hands.hand[0].track == track;
}

static void a_hand_that_leaves_is_let_go(void **state)
{
	assert_false(is_same_after(*state, 100));
}

static void a_hand_lost_for_a_moment_is_found_again(void **state)
{
	assert_true(is_same_after(*state, 12));
}

static void one_lost_picture_does_not_lose_the_hand(void **state)
{
	struct fixture *f = *state;
	uint32_t track;

	simulate(f, 2, 1);
	watch(f, 0, 20);
	track = f->hands.hand[0].track;
	memset(f->pixels, 4, SIZE);
	update(f);
	assert_int_equal(f->hands.count, 1);
	watch(f, 21, 1);
	assert_int_equal(f->hands.count, 1);
	assert_int_equal(f->hands.hand[0].track, track);
}

static void a_damaged_frame_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct leap_hands before;

	simulate(f, 2, 1);
	watch(f, 0, 20);
	before = f->hands;
	assert_int_equal(before.count, 1);
	memset(f->pixels, 255, SIZE);
	f->frame.damaged = true;
	update(f);
	assert_int_equal(f->hands.count, before.count);
	assert_memory_equal(&f->hands.hand[0], &before.hand[0], sizeof(before.hand[0]));
}

/* @count pictures of a film of a hand with a pen; Return: the truth of the last. */
static struct leap_sim_sample watch_pen(struct fixture *f, unsigned int count)
{
	struct leap_sim_sample truth = { 0 };
	struct leap_sim_clip *clip;

	assert_int_equal(leap_sim_clip_new(LEAP_SIM_CLIP_TOOL, PEN_FILM, &clip), 0);
	for (unsigned int i = 0; i < count; i++) {
		leap_sim_clip_frame(clip, i, f->pixels, &truth);
		if (i == 0) {
			f->camera = truth.camera;
			fresh_tracker(f);
		}
		update(f);
	}
	leap_sim_clip_free(clip);
	return truth;
}

static void a_hand_and_its_pen_are_reported_together(void **state)
{
	struct fixture *f = *state;
	struct leap_sim_sample truth = watch_pen(f, 60);
	const struct leap_tracked_tool *pen = &f->hands.tool[0];

	assert_int_equal(truth.tools, 1);
	assert_int_equal(f->hands.count, 1);
	assert_int_equal(f->hands.tool_count, 1);
	assert_true(pen->held);
	assert_int_equal(pen->hand, f->hands.hand[0].track);
	assert_true(vec3_distance(pen->tip, truth.tool[0].tip) < 15);
	assert_true(vec3_dot(pen->direction, truth.tool[0].direction) > 0.98);
	assert_near(pen->length, truth.tool[0].length, 30);
	assert_near(pen->width, truth.tool[0].width, 4);
}

static void a_damaged_frame_keeps_the_pen(void **state)
{
	struct fixture *f = *state;
	struct leap_tracked_tool before;

	watch_pen(f, 60);
	before = f->hands.tool[0];
	memset(f->pixels, 255, SIZE);
	f->frame.damaged = true;
	update(f);
	assert_int_equal(f->hands.tool_count, 1);
	assert_memory_equal(&f->hands.tool[0], &before, sizeof(before));
}

static void a_pen_goes_with_its_hand(void **state)
{
	struct fixture *f = *state;

	watch_pen(f, 60);
	assert_int_equal(f->hands.tool_count, 1);
	memset(f->pixels, 4, SIZE);
	stare(f, 20);
	assert_int_equal(f->hands.count, 0);
	assert_int_equal(f->hands.tool_count, 0);
}

static void another_geometry_is_refused(void **state)
{
	static const uint32_t odd[][2] = { { 0, 0 },	 { 640, 241 },	{ 641, 240 },
					   { 480, 640 }, { 1280, 240 }, { 640, 0 } };
	struct fixture *f = *state;

	for (unsigned int i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		f->frame.width = odd[i][0];
		f->frame.height = odd[i][1];
		f->hands.count = 2;
		assert_int_equal(leap_tracker_update(f->tracker, &f->frame, &f->hands),
				 -EINVAL);
		assert_int_equal(f->hands.count, 0);
	}
}

static void a_step_back_in_time_starts_afresh(void **state)
{
	struct fixture *f = *state;
	uint32_t track;

	simulate(f, 2, 1);
	watch(f, 0, 20);
	track = f->hands.hand[0].track;
	watch(f, 3, 20);
	assert_int_equal(f->hands.count, 1);
	assert_int_not_equal(f->hands.hand[0].track, track);
}

static void the_same_frames_give_the_same_hands(void **state)
{
	struct fixture *f = *state;
	struct leap_hands first[2];

	simulate(f, 6, 2);
	for (int i = 0; i < 2; i++) {
		fresh_tracker(f);
		watch(f, 0, 15);
		first[i] = f->hands;
	}
	assert_memory_equal(&first[0], &first[1], sizeof(first[0]));
}

/* A picture of another mode made from one of 640 x 240. */
static void convert(struct fixture *f, uint32_t width, uint32_t height)
{
	int margin = ((int)width - WIDTH) / 2;

	memset(f->other, 4, sizeof(f->other));
	for (uint32_t y = 0; y < height; y++) {
		for (int x = 0; x < WIDTH; x++) {
			for (int eye = 0; eye < LEAP_EYES; eye++) {
				uint32_t row = y * HEIGHT / height, last = row;
				int a, b;

				if (height < HEIGHT)
					last = row + 1;
				a = f->pixels[(row * WIDTH + x) * 2 + eye];
				b = f->pixels[(last * WIDTH + x) * 2 + eye];
				f->other[(y * width + x + margin) * 2 + eye] =
					(a + b) / 2;
			}
		}
	}
	f->frame.pixels = f->other;
	f->frame.width = width;
	f->frame.height = height;
}

static void every_mode_shows_the_same_hand(void **state)
{
	static const uint32_t modes[][2] = {
		{ 640, 480 }, { 640, 120 }, { 752, 480 }, { 752, 240 }, { 752, 120 }
	};
	struct fixture *f = *state;
	struct leap_tracked_hand expected;

	simulate(f, 3, 1);
	leap_sim_render(f->sim, 0, f->pixels);
	stare(f, 12);
	assert_int_equal(f->hands.count, 1);
	expected = f->hands.hand[0];
	for (unsigned int m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
		convert(f, modes[m][0], modes[m][1]);
		fresh_tracker(f);
		stare(f, 20);
		assert_int_equal(f->hands.count, 1);
		assert_true(vec3_distance(f->hands.hand[0].palm, expected.palm) < 12);
		assert_int_equal(f->hands.hand[0].left, expected.left);
	}
}

static void a_still_hand_is_reported_still(void **state)
{
	struct fixture *f = *state;
	struct vec3 least = vec3(1e9, 1e9, 1e9), most = vec3(-1e9, -1e9, -1e9);
	uint32_t random = 7;

	simulate(f, 1, 1);
	leap_sim_render(f->sim, 0, f->other);
	for (int i = 0; i < 60; i++) {
		struct vec3 palm;

		for (int p = 0; p < SIZE; p++) {
			int value;

			random = random * 1664525 + 1013904223;
			value = f->other[p] + (int)(random >> 30) - 1;
			f->pixels[p] = value < 0 ? 0 : value > 255 ? 255 : value;
		}
		update(f);
		if (i < 30)
			continue;
		assert_int_equal(f->hands.count, 1);
		palm = f->hands.hand[0].palm;
		least = vec3(fmin(least.x, palm.x), fmin(least.y, palm.y),
			     fmin(least.z, palm.z));
		most = vec3(fmax(most.x, palm.x), fmax(most.y, palm.y),
			    fmax(most.z, palm.z));
	}
	assert_true(vec3_distance(least, most) < 2);
}

/* Looks from aside differ by more than that, and most where this hand then is. */
static void a_hand_in_a_picture_that_stands_still_does_not_move(void **state)
{
	struct fixture *f = *state;

	simulate(f, 1, 1);
	leap_sim_render(f->sim, 1356, f->pixels);
	stare(f, 90);
	for (int i = 0; i < 24; i++) {
		struct vec3 before = f->hands.hand[0].palm;

		update(f);
		assert_int_equal(f->hands.count, 1);
		assert_true(vec3_distance(f->hands.hand[0].palm, before) < 0.25);
	}
}

/* What the right eye sees moves down in its picture. */
static void lower_right_eye(struct fixture *f, int rows)
{
	memcpy(f->other, f->pixels, SIZE);
	for (int p = 0; p < SIZE / 2 - rows * WIDTH; p++)
		f->pixels[2 * (p + rows * WIDTH) + 1] = f->other[2 * p + 1];
}

static void eyes_that_see_a_hand_on_other_rows_are_levelled(void **state)
{
	struct fixture *f = *state;
	double confidence;

	simulate(f, 1, 1);
	leap_sim_render(f->sim, 0, f->pixels);
	stare(f, 60);
	assert_true(leap_tracker_lower(f->tracker) == 0);
	assert_int_equal(f->hands.count, 1);
	confidence = f->hands.hand[0].confidence;
	lower_right_eye(f, 5);
	fresh_tracker(f);
	stare(f, 60);
	assert_int_equal(f->hands.count, 1);
	assert_near(leap_tracker_lower(f->tracker), 5 * 2 / 132.0, 0.02);
	assert_near(f->hands.hand[0].confidence, confidence, 0.1);
}

static void an_eye_that_is_off_by_rows_does_little_harm(void **state)
{
	struct fixture *f = *state;
	struct vec3 before;

	simulate(f, 1, 1);
	leap_sim_render(f->sim, 0, f->pixels);
	stare(f, 20);
	before = f->hands.hand[0].palm;
	lower_right_eye(f, 3);
	fresh_tracker(f);
	stare(f, 20);
	assert_int_equal(f->hands.count, 1);
	assert_true(vec3_distance(f->hands.hand[0].palm, before) < 25);
}

static void a_nominal_camera_will_do(void **state)
{
	struct fixture *f = *state;
	struct leap_hands truth;

	leap_camera_nominal(&f->camera);
	fresh_tracker(f);
	simulate(f, 1, 1);
	watch(f, 0, 20);
	leap_sim_truth(f->sim, 19, &truth);
	assert_int_equal(f->hands.count, 1);
	assert_true(vec3_distance(f->hands.hand[0].palm, truth.hand[0].palm) < 40);
	assert_int_equal(f->hands.hand[0].left, truth.hand[0].left);
}

#define tracker_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		tracker_test(a_dark_picture_holds_no_hand),
		tracker_test(a_uniform_picture_holds_no_hand),
		tracker_test(noise_holds_no_hand),
		tracker_test(a_lamp_is_no_hand),
		tracker_test(a_wall_of_light_on_one_side_is_no_hand),
		tracker_test(a_simulated_scene_without_hands_holds_none),
		tracker_test(a_hand_is_found_where_it_is),
		tracker_test(a_hand_keeps_its_identity),
		tracker_test(two_hands_are_two),
		tracker_test(the_same_pixels_are_not_two_hands),
		tracker_test(hands_that_cross_stay_who_they_are),
		tracker_test(every_hand_is_whole),
		tracker_test(a_hand_is_reported_within_a_tenth_of_a_second),
		tracker_test(a_hand_in_plain_sight_is_sure_of_itself),
		tracker_test(a_hand_that_goes_right_gets_a_greater_x),
		tracker_test(a_hand_that_comes_nearer_the_user_gets_a_greater_z),
		tracker_test(eyes_that_differ_more_see_a_nearer_hand),
		tracker_test(a_mirrored_picture_shows_the_other_hand),
		tracker_test(a_hand_may_come_from_the_far_side),
		tracker_test(a_hand_that_leaves_is_let_go),
		tracker_test(a_hand_lost_for_a_moment_is_found_again),
		tracker_test(one_lost_picture_does_not_lose_the_hand),
		tracker_test(a_damaged_frame_changes_nothing),
		tracker_test(a_hand_and_its_pen_are_reported_together),
		tracker_test(a_damaged_frame_keeps_the_pen),
		tracker_test(a_pen_goes_with_its_hand),
		tracker_test(another_geometry_is_refused),
		tracker_test(a_step_back_in_time_starts_afresh),
		tracker_test(the_same_frames_give_the_same_hands),
		tracker_test(every_mode_shows_the_same_hand),
		tracker_test(a_still_hand_is_reported_still),
		tracker_test(a_hand_in_a_picture_that_stands_still_does_not_move),
		tracker_test(eyes_that_see_a_hand_on_other_rows_are_levelled),
		tracker_test(an_eye_that_is_off_by_rows_does_little_harm),
		tracker_test(a_nominal_camera_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
