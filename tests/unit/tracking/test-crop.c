// SPDX-License-Identifier: MIT
/*
 * What the network is shown: where a crop looks, which way round, how bright.
 * Single-threaded; owns nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/tracking/crop.h"
#include "tests/unit/random.h"

#define WIDTH 640
#define HEIGHT 240

static const struct leap_sensor_mode mode = { WIDTH, HEIGHT };

struct picture {
	uint8_t pixels[WIDTH * HEIGHT * 2];
	struct leap_stereo_frame frame;
	struct leap_crop_optics optics;
	struct leap_crop crop;
};

/* Both lenses the same and in the middle, so that the eyes are mirror images. */
static struct leap_camera symmetric_camera(void)
{
	struct leap_camera camera;

	leap_camera_nominal(&camera);
	for (int eye = 0; eye < LEAP_EYES; eye++)
		camera.lens[eye].centre[0] = (WIDTH - 1) / 2.0;
	return camera;
}

static int set_up(void **state)
{
	struct leap_camera camera = symmetric_camera();
	struct picture *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->frame = (struct leap_stereo_frame){ .pixels = p->pixels,
					       .width = WIDTH,
					       .height = HEIGHT };
	leap_crop_optics_init(&camera, mode, &p->optics);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

/* A bright ball around the point as each eye sees it. */
static void draw_ball(struct picture *p, struct vec3 point, double radius)
{
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		float at[2];

		assert_true(leap_crop_project(&p->optics, eye, point, at));
		for (int r = 0; r < HEIGHT; r++) {
			for (int c = 0; c < WIDTH; c++) {
				double x = c - at[0], y = 2 * (r - at[1]);

				if (hypot(x, y) < radius / point.y * 132)
					p->pixels[(r * WIDTH + c) * 2 + eye] = 200;
			}
		}
	}
}

/* Where the light is in one eye's crop, in half widths from the middle. */
static void light_middle(const struct leap_crop *crop, int eye, double ret[2])
{
	double sum = 0, x = 0, y = 0;

	for (int r = 0; r < LEAP_CROP_ROWS; r++) {
		for (int c = 0; c < LEAP_CROP_COLUMNS; c++) {
			double light = crop->pixel[eye][r][c];

			sum += light;
			x += light * ((c + 0.5) / (LEAP_CROP_COLUMNS / 2) - 1);
			y += light * ((r + 0.5) / (LEAP_CROP_ROWS / 2) - 1);
		}
	}
	assert_true(sum > 0);
	ret[0] = x / sum;
	ret[1] = y / sum;
}

static void both_eyes_see_the_anchor_in_the_middle(void **state)
{
	static const struct vec3 anchors[] = { { 0, 200, 0 },
					       { 90, 180, -60 },
					       { -140, 250, 80 } };
	struct picture *p = *state;

	for (size_t i = 0; i < sizeof(anchors) / sizeof(*anchors); i++) {
		struct leap_crop_place place = { anchors[i], 240, false, false };

		memset(p->pixels, 0, sizeof(p->pixels));
		draw_ball(p, anchors[i], 20);
		leap_crop_take(&p->optics, &p->frame, &place, &p->crop);
		for (int eye = 0; eye < LEAP_EYES; eye++) {
			double at[2];

			light_middle(&p->crop, eye, at);
			assert_true(fabs(at[0]) < 0.02 && fabs(at[1]) < 0.02);
		}
	}
}

static void a_nearer_thing_lies_apart_in_the_two_crops(void **state)
{
	struct picture *p = *state;
	struct leap_crop_place place = { { 0, 250, 0 }, 240, false, false };
	double left[2], right[2];

	draw_ball(p, vec3(0, 200, 0), 20);
	leap_crop_take(&p->optics, &p->frame, &place, &p->crop);
	light_middle(&p->crop, LEAP_EYE_LEFT, left);
	light_middle(&p->crop, LEAP_EYE_RIGHT, right);
	/* 40 mm apart: 40 (250 / 200 - 1) = 10 mm at the anchor, half that each side. */
	assert_true(fabs(left[0] - 5.0 / 120) < 0.01);
	assert_true(fabs(right[0] + 5.0 / 120) < 0.01);
}

static void a_hand_to_the_right_lies_left_as_in_the_picture(void **state)
{
	struct picture *p = *state;
	struct leap_crop_place place = { { 0, 200, 0 }, 240, false, false };
	double at[2], told[3];

	draw_ball(p, vec3(60, 200, 40), 15);
	leap_crop_take(&p->optics, &p->frame, &place, &p->crop);
	light_middle(&p->crop, LEAP_EYE_LEFT, at);
	leap_crop_locate(&p->crop, vec3(60, 200, 40), told);
	assert_true(fabs(told[0] + 0.5) < 1e-9);
	assert_true(fabs(at[0] - told[0]) < 0.02 && fabs(at[1] - told[1]) < 0.02);
}

static void locating_a_point_can_be_undone_whichever_way_one_looks(void **state)
{
	struct picture *p = *state;
	struct random random = random_seed(5);

	for (int i = 0; i < 200; i++) {
		uint64_t bits = random_next(&random);
		struct leap_crop_place place = {
			{ (double)(bits & 255) - 128, 100 + (double)(bits >> 8 & 255),
			  (double)(bits >> 16 & 255) - 128 },
			240,
			bits >> 40 & 1,
			bits >> 41 & 1,
		};
		struct vec3 point =
			vec3_add(place.anchor, vec3((double)(bits >> 24 & 127) - 64,
						    (double)(bits >> 31 & 63) - 32,
						    (double)(bits >> 42 & 127) - 64));
		double at[3];

		leap_crop_take(&p->optics, &p->frame, &place, &p->crop);
		leap_crop_locate(&p->crop, point, at);
		assert_true(vec3_distance(leap_crop_point(&p->crop, at), point) < 1e-6);
	}
}

/* Something without symmetry. */
static void draw_scene(struct picture *p, double way_x, double way_z)
{
	static const struct vec3 balls[] = { { 50, 200, -20 },
					     { 20, 170, 40 },
					     { 95, 230, 10 } };

	memset(p->pixels, 0, sizeof(p->pixels));
	for (int i = 0; i < 3; i++)
		draw_ball(p, vec3(way_x * balls[i].x, balls[i].y, way_z * balls[i].z),
			  10 + 6 * i);
}

static void looking_the_other_way_round_shows_the_same_of_what_is_turned(void **state)
{
	struct leap_crop_place plain = { { 55, 200, 10 }, 240, false, false };
	struct picture *p = *state;
	struct leap_crop straight;

	/* Rows have their middle elsewhere than the picture: only mirror columns. */
	draw_scene(p, 1, 1);
	leap_crop_take(&p->optics, &p->frame, &plain, &straight);
	for (int way = 1; way < 4; way++) {
		bool mirrored = way & 1, turned = way >> 1;
		double x = mirrored != turned ? -1 : 1, z = turned ? -1 : 1;
		struct leap_crop_place place = {
			{ 55 * x, 200, 10 * z }, 240, mirrored, turned
		};
		int differ = 0;

		draw_scene(p, x, z);
		leap_crop_take(&p->optics, &p->frame, &place, &p->crop);
		for (int eye = 0; eye < LEAP_EYES; eye++)
			for (int r = 0; r < LEAP_CROP_ROWS; r++)
				for (int c = 0; c < LEAP_CROP_COLUMNS; c++)
					differ += abs(p->crop.pixel[eye][r][c] -
						      straight.pixel[eye][r][c]) > 100;
		/* Edges fall on other pixels; what is inside does not change. */
		assert_true(differ < 120);
	}
}

static void tables_agree_with_the_camera_in_every_mode(void **state)
{
	static const struct leap_sensor_mode modes[] = {
		{ 640, 480 }, { 640, 240 }, { 640, 120 },
		{ 752, 480 }, { 752, 240 }, { 752, 120 },
	};
	static struct leap_crop_optics optics;
	struct leap_camera camera;

	(void)state;
	leap_camera_nominal(&camera);
	for (size_t m = 0; m < sizeof(modes) / sizeof(*modes); m++) {
		leap_crop_optics_init(&camera, modes[m], &optics);
		for (int x = -400; x <= 400; x += 50) {
			for (int z = -300; z <= 300; z += 50) {
				struct vec3 point = vec3(x, 200, z);
				double wanted[2];
				float got[2];

				if (!leap_camera_project(&camera, LEAP_EYE_RIGHT,
							 modes[m], point, wanted))
					continue;
				assert_true(leap_crop_project(&optics, LEAP_EYE_RIGHT,
							      point, got));
				assert_true(fabs(got[0] - wanted[0]) < 0.02);
				assert_true(fabs(got[1] - wanted[1]) < 0.02);
			}
		}
	}
}

static void a_dim_picture_looks_like_a_bright_one(void **state)
{
	struct leap_crop_place place = { { 0, 200, 0 }, 240, false, false };
	struct picture *p = *state;
	struct leap_crop bright;

	draw_ball(p, place.anchor, 60);
	leap_crop_take(&p->optics, &p->frame, &place, &bright);
	leap_crop_even(&bright);
	for (size_t i = 0; i < sizeof(p->pixels); i++)
		p->pixels[i] /= 4;
	leap_crop_take(&p->optics, &p->frame, &place, &p->crop);
	leap_crop_even(&p->crop);
	for (size_t i = 0; i < sizeof(bright.pixel); i++) {
		int a = (&bright.pixel[0][0][0])[i], b = (&p->crop.pixel[0][0][0])[i];

		/* What is nearly black has too few steps left. */
		if (a > 60)
			assert_true(abs(a - b) <= 12);
	}
}

static void what_no_eye_sees_is_black(void **state)
{
	struct leap_crop_place place = { { -900, 60, 0 }, 240, false, false };
	struct picture *p = *state;

	memset(p->pixels, 255, sizeof(p->pixels));
	leap_crop_take(&p->optics, &p->frame, &place, &p->crop);
	for (size_t i = 0; i < sizeof(p->crop.pixel); i++)
		assert_int_equal((&p->crop.pixel[0][0][0])[i], 0);
}

#define crop_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		crop_test(both_eyes_see_the_anchor_in_the_middle),
		crop_test(a_nearer_thing_lies_apart_in_the_two_crops),
		crop_test(a_hand_to_the_right_lies_left_as_in_the_picture),
		crop_test(locating_a_point_can_be_undone_whichever_way_one_looks),
		crop_test(looking_the_other_way_round_shows_the_same_of_what_is_turned),
		crop_test(tables_agree_with_the_camera_in_every_mode),
		crop_test(a_dim_picture_looks_like_a_bright_one),
		crop_test(what_no_eye_sees_is_black),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
