// SPDX-License-Identifier: MIT
// Velocity, steadied position and touch of a point that a test moves.
// Single-threaded.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/motion/filter.h"
#include "tests/unit/random.h"

#define FRAME (1.0 / 115.0)

static void a_new_point_is_at_rest_where_it_is(void **state)
{
	struct leap_moving_point point;

	(void)state;
	leap_moving_point_start(&point, vec3(1, 2, 3));
	assert_true(vec3_length(point.velocity) == 0.0);
	assert_true(vec3_distance(point.stabilized, vec3(1, 2, 3)) == 0.0);
}

static struct leap_moving_point moved_along_x(double speed, double frame,
					      double seconds)
{
	struct leap_moving_point point;

	leap_moving_point_start(&point, vec3(0, 0, 0));
	for (double t = frame; t < seconds + frame / 2; t += frame)
		leap_moving_point_step(&point, vec3(speed * t, 0, 0), frame);
	return point;
}

static void steady_motion_has_its_velocity_at_any_frame_rate(void **state)
{
	static const double rates[] = { 30.0, 57.0, 115.0, 214.0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		struct leap_moving_point point =
			moved_along_x(300.0, 1.0 / rates[i], 0.5);

		assert_float_equal(point.velocity.x, 300.0, 0.1);
		assert_float_equal(point.velocity.y, 0.0, 1e-9);
	}
}

static void velocity_depends_on_time_and_not_on_frames(void **state)
{
	struct leap_moving_point slow = moved_along_x(100.0, 0.01, 0.06);
	struct leap_moving_point fast = moved_along_x(100.0, 0.001, 0.06);

	(void)state;
	assert_float_equal(slow.velocity.x, fast.velocity.x, 0.1);
}

static void after_a_stop_the_velocity_vanishes(void **state)
{
	struct leap_moving_point point = moved_along_x(500.0, FRAME, 0.5);
	struct vec3 stop = point.position;

	(void)state;
	for (int i = 0; i < 40; i++)
		leap_moving_point_step(&point, stop, FRAME);
	assert_float_equal(vec3_length(point.velocity), 0.0, 0.1);
}

static double noise(struct random *random)
{
	return random_between(random, -0.5, 0.5);
}

static void a_trembling_point_is_steadied(void **state)
{
	struct random random = random_seed(1);
	struct leap_moving_point point;
	double trembling = 0.0, steadied = 0.0;

	(void)state;
	leap_moving_point_start(&point, vec3(0, 200, 0));
	for (int i = 0; i < 1000; i++) {
		struct vec3 before = point.position, steady = point.stabilized;

		leap_moving_point_step(
			&point,
			vec3(noise(&random), 200 + noise(&random), noise(&random)),
			FRAME);
		trembling += vec3_distance(before, point.position);
		steadied += vec3_distance(steady, point.stabilized);
	}
	assert_true(steadied < trembling / 10.0);
}

static void a_quick_point_leaves_no_lag(void **state)
{
	struct leap_moving_point point = moved_along_x(800.0, FRAME, 1.0);

	(void)state;
	assert_true(vec3_distance(point.position, point.stabilized) < 1.0);
}

static void two_frames_at_almost_the_same_time_are_no_flash(void **state)
{
	struct leap_moving_point point;

	(void)state;
	leap_moving_point_start(&point, vec3(0, 0, 0));
	leap_moving_point_step(&point, vec3(1, 0, 0), 1e-6);
	assert_true(point.velocity.x > 0.0 && point.velocity.x < 40.0);
}

static double pushed(double distance, double millimetres)
{
	double step = millimetres < 0.0 ? -1.0 : 1.0;

	for (double z = 0.0; fabs(z) < fabs(millimetres); z += step)
		distance =
			leap_touch_step(distance, vec3(0, 0, z), vec3(0, 0, z + step));
	return distance;
}

static void a_hovering_finger_that_pushes_forward_touches(void **state)
{
	double distance = LEAP_TOUCH_START;

	(void)state;
	assert_int_equal(leap_touch_zone(distance), LEAP_TOUCH_HOVERING);
	distance = pushed(distance, -60.0);
	assert_int_equal(leap_touch_zone(distance), LEAP_TOUCH_TOUCHING);
	distance = pushed(distance, 80.0);
	assert_int_equal(leap_touch_zone(distance), LEAP_TOUCH_HOVERING);
}

static void a_finger_at_rest_stays_at_its_distance(void **state)
{
	double distance = 0.1;

	(void)state;
	for (int i = 0; i < 1000; i++)
		distance = leap_touch_step(distance, vec3(1, 2, 3), vec3(1, 2, 3));
	assert_float_equal(distance, 0.1, 1e-12);
}

static void touch_distance_never_leaves_its_range(void **state)
{
	struct random random = random_seed(2);
	double distance = LEAP_TOUCH_START;
	struct vec3 from = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++) {
		struct vec3 to = vec3(0, 0, random_between(&random, -400.0, 400.0));

		distance = leap_touch_step(distance, from, to);
		assert_true(distance >= -1.0 && distance <= 1.0);
		from = to;
	}
	assert_int_equal(leap_touch_zone(1.0), LEAP_TOUCH_NONE);
	assert_int_equal(leap_touch_zone(0.0), LEAP_TOUCH_TOUCHING);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_point_is_at_rest_where_it_is),
		cmocka_unit_test(steady_motion_has_its_velocity_at_any_frame_rate),
		cmocka_unit_test(velocity_depends_on_time_and_not_on_frames),
		cmocka_unit_test(after_a_stop_the_velocity_vanishes),
		cmocka_unit_test(a_trembling_point_is_steadied),
		cmocka_unit_test(a_quick_point_leaves_no_lag),
		cmocka_unit_test(two_frames_at_almost_the_same_time_are_no_flash),
		cmocka_unit_test(a_hovering_finger_that_pushes_forward_touches),
		cmocka_unit_test(a_finger_at_rest_stays_at_its_distance),
		cmocka_unit_test(touch_distance_never_leaves_its_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
