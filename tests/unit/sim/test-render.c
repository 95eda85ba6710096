// SPDX-License-Identifier: MIT
/*
 * The synthetic controller's pictures: the hand is where the truth says, the right way
 * round in both eyes, and the controls do what they do on the device. One thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "daemon/tracking/camera.h"
#include "sim/truth.h"

/* Seeds whose single hand is a right one and a left one; checked below. */
#define RIGHT_SEED 2
#define LEFT_SEED 1

struct scene {
	struct leap_sim *sim;
	struct leap_camera camera;
	struct leap_hands truth;
	uint8_t pixels[LEAP_SIM_FRAME_SIZE];
};

static void open_scene(struct scene *s, uint64_t seed, unsigned int hands)
{
	const struct leap_sim_options options = { .seed = seed, .hands = hands };

	assert_int_equal(leap_camera_parse(leap_sim_calibration(),
					   LEAP_SIM_CALIBRATION_SIZE, &s->camera),
			 0);
	assert_int_equal(leap_sim_new(&options, &s->sim), 0);
}

static void close_scene(struct scene *s)
{
	leap_sim_free(s->sim);
}

static void take(struct scene *s, uint64_t index)
{
	leap_sim_render(s->sim, index, s->pixels);
	leap_sim_truth(s->sim, index, &s->truth);
}

static void project(const struct scene *s, enum leap_eye eye, struct vec3 point,
		    double ret_pixel[2])
{
	const struct leap_sensor_mode mode = { LEAP_SIM_WIDTH, LEAP_SIM_HEIGHT };

	assert_true(leap_camera_project(&s->camera, eye, mode, point, ret_pixel));
	assert_in_range((long)ret_pixel[0], 1, LEAP_SIM_WIDTH - 2);
	assert_in_range((long)ret_pixel[1], 1, LEAP_SIM_HEIGHT - 2);
}

static unsigned int brightness(const struct scene *s, enum leap_eye eye,
			       struct vec3 point)
{
	double pixel[2];
	size_t column, row;

	project(s, eye, point, pixel);
	column = (size_t)(pixel[0] + 0.5);
	row = (size_t)(pixel[1] + 0.5);
	return s->pixels[(row * LEAP_SIM_WIDTH + column) * 2 + eye];
}

static void same_picture_in_any_order(void **state)
{
	static struct scene a, b;
	static uint8_t first[LEAP_SIM_FRAME_SIZE];

	(void)state;
	open_scene(&a, 7, 2);
	open_scene(&b, 7, 2);
	take(&a, 12);
	memcpy(first, a.pixels, sizeof(first));
	take(&a, 900);
	assert_memory_not_equal(a.pixels, first, sizeof(first));
	take(&b, 900);
	assert_memory_equal(b.pixels, a.pixels, sizeof(first));
	take(&b, 12);
	assert_memory_equal(b.pixels, first, sizeof(first));
	close_scene(&a);
	close_scene(&b);
}

static void another_seed_is_another_hand(void **state)
{
	static struct scene a, b;

	(void)state;
	open_scene(&a, 3, 1);
	open_scene(&b, 4, 1);
	take(&a, 0);
	take(&b, 0);
	assert_memory_not_equal(a.pixels, b.pixels, sizeof(a.pixels));
	assert_true(fabs(a.truth.hand[0].palm_width - b.truth.hand[0].palm_width) >
		    0.01);
	close_scene(&a);
	close_scene(&b);
}

static void last_pixels_carry_the_settings(void **state)
{
	static struct scene s;
	const uint8_t *line = s.pixels + LEAP_SIM_FRAME_SIZE - 12;

	(void)state;
	open_scene(&s, 1, 0);
	take(&s, 5);
	for (int i = 0; i < 12; i += 2)
		assert_int_equal(line[i], line[i + 1]);
	assert_int_equal(line[0], 0x78);
	assert_int_equal((line[2] & 15) << 4 | (line[4] & 15), 0);
	assert_int_equal(line[6] & 0x10, 0x10);
	assert_int_equal((line[6] & 15) << 5 | (line[8] & 31), 511);
	assert_int_equal(line[10] & 31, 31);

	leap_sim_set_exposure(s.sim, 77, 16);
	leap_sim_set_leds(s.sim, 0);
	take(&s, 5);
	assert_int_equal(line[6] & 0x10, 0);
	assert_int_equal((line[6] & 15) << 5 | (line[8] & 31), 77);
	assert_int_equal(line[10] & 31, 16);
	close_scene(&s);
}

static void every_joint_lies_on_the_lit_hand(void **state)
{
	static struct scene s;

	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		open_scene(&s, seed, 1);
		for (uint64_t index = 0; index < 2400; index += 240) {
			take(&s, index);
			for (int e = 0; e < LEAP_EYES; e++)
				for (int k = 0; k < LEAP_FINGERS; k++)
					for (int j = LEAP_MCP; j < LEAP_JOINTS; j++)
						assert_true(
							brightness(
								&s, e,
								s.truth.hand[0]
									.joint[k][j]) >
							24);
		}
		close_scene(&s);
	}
}

/* An open hand's fingers end where the truth says, to a few millimetres. */
static void fingers_end_at_their_tips(void **state)
{
	static struct scene s;

	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		open_scene(&s, seed, 1);
		take(&s, 60);
		for (int e = 0; e < LEAP_EYES; e++) {
			for (int k = 0; k < LEAP_FINGERS; k++) {
				const struct vec3 *joint = s.truth.hand[0].joint[k];
				struct vec3 along = vec3_unit_or(
					vec3_sub(joint[LEAP_BTIP], joint[LEAP_DIP]),
					vec3(0, 0, -1));
				struct vec3 on = joint[LEAP_BTIP];
				struct vec3 off = vec3_madd(on, 10, along);

				assert_true(brightness(&s, e, on) > 40);
				assert_true(brightness(&s, e, off) < 25);
			}
		}
		close_scene(&s);
	}
}

/*
 * Unmirrored from below: columns grow with -x and rows with +z. What is near has a
 * larger column in the left picture.
 */
static void thumb_is_on_the_side_it_should_be(void **state)
{
	static const uint64_t seeds[] = { RIGHT_SEED, LEFT_SEED };
	static struct scene s;

	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct leap_tracked_hand *hand = &s.truth.hand[0];
		double tip[LEAP_EYES][LEAP_FINGERS][2], wrist[2];

		open_scene(&s, seeds[i], 1);
		take(&s, 60);
		assert_int_equal(hand->left, seeds[i] == LEFT_SEED);
		assert_true(hand->normal.y < -0.8);
		for (int e = 0; e < LEAP_EYES; e++) {
			project(&s, e, hand->wrist, wrist);
			for (int k = 0; k < LEAP_FINGERS; k++)
				project(&s, e, hand->joint[k][LEAP_BTIP], tip[e][k]);
			for (int k = 0; k < LEAP_PINKY; k++) {
				double way = tip[e][k][0] - tip[e][k + 1][0];

				assert_true(hand->left ? way < 0 : way > 0);
			}
			assert_true(tip[e][LEAP_MIDDLE][1] < wrist[1]);
		}
		for (int k = 0; k < LEAP_FINGERS; k++)
			assert_true(tip[LEAP_EYE_LEFT][k][0] >
				    tip[LEAP_EYE_RIGHT][k][0] + 10);
		close_scene(&s);
	}
}

static void an_empty_room_is_dim(void **state)
{
	static struct scene s;
	unsigned long sum = 0;

	(void)state;
	open_scene(&s, 5, 0);
	take(&s, 3);
	assert_int_equal(s.truth.count, 0);
	for (size_t i = 0; i < LEAP_SIM_FRAME_SIZE - 12; i++) {
		assert_true(s.pixels[i] < 20);
		sum += s.pixels[i];
	}
	assert_in_range(sum / LEAP_SIM_FRAME_SIZE, 2, 9);
	close_scene(&s);
}

static void two_hands_are_a_left_and_a_right_one_apart(void **state)
{
	static struct scene s;

	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		open_scene(&s, seed, 2);
		for (uint64_t index = 0; index < 3000; index += 50) {
			const struct leap_tracked_hand *h = s.truth.hand;

			leap_sim_truth(s.sim, index, &s.truth);
			assert_int_equal(s.truth.count, 2);
			assert_int_not_equal(h[0].left, h[1].left);
			assert_int_not_equal(h[0].track, h[1].track);
			assert_true(h[0].left ? h[0].palm.x < h[1].palm.x - 60
					      : h[1].palm.x < h[0].palm.x - 60);
		}
		close_scene(&s);
	}
}

static unsigned int palm_brightness(struct scene *s)
{
	take(s, 60);
	return brightness(s, LEAP_EYE_LEFT, s->truth.hand[0].palm);
}

static void exposure_gain_and_leds_scale_the_light(void **state)
{
	static struct scene s;
	unsigned int full, dim;

	(void)state;
	open_scene(&s, RIGHT_SEED, 1);
	full = palm_brightness(&s);
	assert_in_range(full, 80, 200);
	leap_sim_set_exposure(s.sim, 256, 31);
	dim = palm_brightness(&s);
	assert_in_range(dim, full * 4 / 10, full * 6 / 10);
	leap_sim_set_exposure(s.sim, 511, 16);
	dim = palm_brightness(&s);
	assert_in_range(dim, full * 4 / 10, full * 6 / 10);
	leap_sim_set_exposure(s.sim, 511, 31);
	leap_sim_set_leds(s.sim, 2);
	dim = palm_brightness(&s);
	assert_in_range(dim, full / 4, full / 2);
	leap_sim_set_leds(s.sim, 0);
	assert_true(palm_brightness(&s) < 16);
	leap_sim_set_leds(s.sim, 7);
	leap_sim_set_exposure(s.sim, 5000, 63);
	assert_int_equal(palm_brightness(&s), 255);
	close_scene(&s);
}

/* The left LED is the user's left one: it favours the hand over there. */
static void each_led_lights_its_own_side(void **state)
{
	static struct scene s;
	unsigned int lit[2][2];

	(void)state;
	open_scene(&s, RIGHT_SEED, 2);
	for (int side = 0; side < 2; side++) {
		leap_sim_set_leds(s.sim, side == 0 ? 1 : 4);
		take(&s, 60);
		for (int i = 0; i < 2; i++)
			lit[side][i] =
				brightness(&s, LEAP_EYE_LEFT, s.truth.hand[i].palm);
	}
	for (int i = 0; i < 2; i++) {
		bool own = s.truth.hand[i].palm.x < 0;

		assert_true(own ? lit[0][i] > lit[1][i] : lit[1][i] > lit[0][i]);
	}
	close_scene(&s);
}

/* The definitions that struct leap_tracked_hand gives. */
static void truth_keeps_the_definitions(void **state)
{
	static struct scene s;

	(void)state;
	open_scene(&s, LEFT_SEED, 2);
	for (uint64_t index = 0; index < 3000; index += 77) {
		leap_sim_truth(s.sim, index, &s.truth);
		for (unsigned int i = 0; i < s.truth.count; i++) {
			const struct leap_tracked_hand *h = &s.truth.hand[i];
			struct vec3 knuckles = vec3(0, 0, 0), thumb, back;
			double length = 0;

			assert_true(fabs(vec3_length(h->normal) - 1) < 1e-9);
			assert_true(fabs(vec3_length(h->direction) - 1) < 1e-9);
			assert_true(fabs(vec3_dot(h->normal, h->direction)) < 1e-9);
			assert_true(vec3_distance(h->joint[LEAP_THUMB][LEAP_CARP],
						  h->joint[LEAP_THUMB][LEAP_MCP]) <
				    1e-9);
			for (int k = LEAP_INDEX; k <= LEAP_PINKY; k++)
				knuckles = vec3_madd(knuckles, 0.25,
						     h->joint[k][LEAP_MCP]);
			for (int j = LEAP_MCP; j < LEAP_BTIP; j++)
				length += 0.70 *
					  vec3_distance(h->joint[LEAP_MIDDLE][j + 1],
							h->joint[LEAP_MIDDLE][j]);
			thumb = vec3_scale(vec3_cross(h->direction, h->normal),
					   h->left ? -1 : 1);
			back = vec3_sub(h->palm, knuckles);
			assert_true(fabs(vec3_dot(back, h->direction) +
					 15.6 / 69.3 * length) < 1e-6);
			assert_true(fabs(vec3_dot(back, h->normal) -
					 1.3 / 69.3 * length) < 1e-6);
			assert_true(fabs(vec3_dot(back, thumb) - 7.9 / 69.3 * length) <
				    1e-6);
			assert_true(vec3_dot(vec3_sub(h->joint[LEAP_THUMB][LEAP_PIP],
						      h->joint[LEAP_PINKY][LEAP_MCP]),
					     thumb) > 0);
		}
	}
	close_scene(&s);
}

static void hands_stay_in_view_and_move_smoothly(void **state)
{
	static struct scene s;

	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct leap_hands before, now;

		open_scene(&s, seed, 2);
		leap_sim_truth(s.sim, 0, &before);
		for (uint64_t index = 1; index < 5000; index++) {
			leap_sim_truth(s.sim, index, &now);
			for (unsigned int i = 0; i < now.count; i++) {
				const struct leap_tracked_hand *h = &now.hand[i];

				assert_true(h->palm.y > 110 && h->palm.y < 320);
				assert_true(fabs(h->palm.x) < 220);
				assert_true(fabs(h->palm.z) < 110);
				for (int k = 0; k < LEAP_FINGERS; k++)
					assert_true(
						vec3_distance(
							h->joint[k][LEAP_BTIP],
							before.hand[i]
								.joint[k][LEAP_BTIP]) <
						16);
			}
			before = now;
		}
		close_scene(&s);
	}
}

static void refuses_what_it_cannot_show(void **state)
{
	struct leap_sim_options options = { .seed = 1, .hands = 3 };
	uint8_t broken[LEAP_SIM_CALIBRATION_SIZE];
	struct leap_sim *sim = NULL;

	(void)state;
	assert_int_equal(leap_sim_new(&options, &sim), -EINVAL);
	memcpy(broken, leap_sim_calibration(), sizeof(broken));
	broken[40] ^= 1;
	options.hands = 1;
	options.calibration = broken;
	assert_int_equal(leap_sim_new(&options, &sim), -EBADMSG);
	assert_null(sim);
	leap_sim_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_picture_in_any_order),
		cmocka_unit_test(another_seed_is_another_hand),
		cmocka_unit_test(last_pixels_carry_the_settings),
		cmocka_unit_test(every_joint_lies_on_the_lit_hand),
		cmocka_unit_test(fingers_end_at_their_tips),
		cmocka_unit_test(thumb_is_on_the_side_it_should_be),
		cmocka_unit_test(an_empty_room_is_dim),
		cmocka_unit_test(two_hands_are_a_left_and_a_right_one_apart),
		cmocka_unit_test(exposure_gain_and_leds_scale_the_light),
		cmocka_unit_test(each_led_lights_its_own_side),
		cmocka_unit_test(truth_keeps_the_definitions),
		cmocka_unit_test(hands_stay_in_view_and_move_smoothly),
		cmocka_unit_test(refuses_what_it_cannot_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
