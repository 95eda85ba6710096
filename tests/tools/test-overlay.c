// SPDX-License-Identifier: MIT
/*
 * An overlay shows the picture of both eyes, and hands where the eyes would see them.
 * Each test draws on its own.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/overlay.h"

#define WIDTH 640
#define HEIGHT 240
#define GREY_LEFT 40
#define GREY_RIGHT 90

struct drawing {
	struct leap_camera camera;
	uint8_t pixels[WIDTH * HEIGHT * 2];
	struct leap_hands hands;
	uint8_t *rgb;
};

static struct drawing *set_up(void)
{
	struct drawing *drawing = calloc(1, sizeof(*drawing));

	leap_camera_nominal(&drawing->camera);
	for (size_t i = 0; i < sizeof(drawing->pixels); i += 2) {
		drawing->pixels[i] = GREY_LEFT;
		drawing->pixels[i + 1] = GREY_RIGHT;
	}
	return drawing;
}

static void draw(struct drawing *drawing)
{
	const struct leap_stereo_frame frame = {
		.pixels = drawing->pixels,
		.width = WIDTH,
		.height = HEIGHT,
	};

	drawing->rgb = overlay_draw(&frame, &drawing->camera, &drawing->hands);
	assert_non_null(drawing->rgb);
}

static void tear_down(struct drawing *drawing)
{
	free(drawing->rgb);
	free(drawing);
}

static const uint8_t *pixel_at(const struct drawing *drawing, enum leap_eye eye,
			       int column, int row)
{
	return drawing->rgb + (((size_t)eye * HEIGHT + row) * WIDTH + column) * 3;
}

static void without_hands_it_is_the_picture_left_eye_above(void **state)
{
	struct drawing *drawing = set_up();

	(void)state;
	draw(drawing);
	for (int channel = 0; channel < 3; channel++) {
		assert_int_equal(pixel_at(drawing, LEAP_EYE_LEFT, 0, 0)[channel],
				 GREY_LEFT);
		assert_int_equal(pixel_at(drawing, LEAP_EYE_LEFT, 639, 239)[channel],
				 GREY_LEFT);
		assert_int_equal(pixel_at(drawing, LEAP_EYE_RIGHT, 0, 0)[channel],
				 GREY_RIGHT);
		assert_int_equal(pixel_at(drawing, LEAP_EYE_RIGHT, 639, 239)[channel],
				 GREY_RIGHT);
	}
	tear_down(drawing);
}

static void a_fingertip_is_white_where_each_eye_sees_it(void **state)
{
	struct drawing *drawing = set_up();
	struct leap_tracked_hand *hand = &drawing->hands.hand[0];
	const struct vec3 tip = vec3(12, 180, -25);

	(void)state;
	drawing->hands.count = 1;
	for (int finger = 0; finger < LEAP_FINGERS; finger++)
		for (int joint = 0; joint < LEAP_JOINTS; joint++)
			hand->joint[finger][joint] = vec3(40, 220, 30);
	hand->joint[LEAP_INDEX][LEAP_BTIP] = tip;
	hand->palm = hand->wrist = hand->elbow = vec3(40, 220, 30);
	draw(drawing);
	for (enum leap_eye eye = 0; eye < LEAP_EYES; eye++) {
		const struct leap_sensor_mode mode = { WIDTH, HEIGHT };
		double pixel[2];

		assert_true(
			leap_camera_project(&drawing->camera, eye, mode, tip, pixel));
		for (int channel = 0; channel < 3; channel++)
			assert_int_equal(pixel_at(drawing, eye, lround(pixel[0]),
						  lround(pixel[1]))[channel],
					 255);
	}
	tear_down(drawing);
}

static void a_tool_ends_white_and_is_orange_behind(void **state)
{
	static const uint8_t orange[] = { 255, 140, 0 };
	const struct leap_sensor_mode mode = { WIDTH, HEIGHT };
	struct drawing *drawing = set_up();
	struct leap_tracked_tool *tool = &drawing->hands.tool[0];

	(void)state;
	drawing->hands.tool_count = 1;
	tool->tip = vec3(12, 180, -60);
	tool->direction = vec3(0, 0, -1);
	tool->length = 100;
	draw(drawing);
	for (enum leap_eye eye = 0; eye < LEAP_EYES; eye++) {
		double tip[2], middle[2];

		assert_true(leap_camera_project(&drawing->camera, eye, mode, tool->tip,
						tip));
		assert_true(leap_camera_project(&drawing->camera, eye, mode,
						vec3(12, 180, -10), middle));
		assert_int_equal(
			pixel_at(drawing, eye, lround(tip[0]), lround(tip[1]))[1], 255);
		assert_memory_equal(
			pixel_at(drawing, eye, lround(middle[0]), lround(middle[1])),
			orange, sizeof(orange));
	}
	tear_down(drawing);
}

static void hands_out_of_sight_are_not_drawn(void **state)
{
	struct drawing *drawing = set_up();

	(void)state;
	/* at the origin, in the plane of the eyes, and far to the side */
	drawing->hands.count = 2;
	for (int finger = 0; finger < LEAP_FINGERS; finger++)
		for (int joint = 0; joint < LEAP_JOINTS; joint++)
			drawing->hands.hand[1].joint[finger][joint] =
				vec3(90000, 20, -90000);
	draw(drawing);
	for (int i = 0; i < WIDTH * HEIGHT * 3; i++)
		assert_int_equal(drawing->rgb[i], GREY_LEFT);
	tear_down(drawing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_hands_it_is_the_picture_left_eye_above),
		cmocka_unit_test(a_fingertip_is_white_where_each_eye_sees_it),
		cmocka_unit_test(a_tool_ends_white_and_is_orange_behind),
		cmocka_unit_test(hands_out_of_sight_are_not_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
