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

static struct leap_point_sight at(struct vec3 position)
{
	return (struct leap_point_sight){ position, position, vec3(0, 0, -1) };
}

static struct leap_moving_point started(struct vec3 position)
{
	struct leap_point_sight sight = at(position);
	struct leap_moving_point point;

	leap_moving_point_start(&point, &sight);
	return point;
}

static void step(struct leap_moving_point *point, struct vec3 position, double seconds)
{
	struct leap_point_sight sight = at(position);

	leap_moving_point_step(point, &sight, seconds);
}

static void a_new_point_is_at_rest_where_it_is(void **state)
{
	struct leap_moving_point point = started(vec3(1, 2, 3));

	(void)state;
	assert_true(vec3_length(point.velocity) == 0.0);
	assert_true(vec3_distance(point.stabilized, vec3(1, 2, 3)) == 0.0);
}

static struct leap_moving_point moved_along_x(double speed, double frame,
					      double seconds)
{
	struct leap_moving_point point = started(vec3(0, 0, 0));

	for (double t = frame; t < seconds + frame / 2; t += frame)
		step(&point, vec3(speed * t, 0, 0), frame);
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
		step(&point, stop, FRAME);
	assert_float_equal(vec3_length(point.velocity), 0.0, 0.1);
}

static double noise(struct random *random)
{
	return random_between(random, -0.5, 0.5);
}

static void a_trembling_point_is_steadied(void **state)
{
	struct random random = random_seed(1);
	struct leap_moving_point point = started(vec3(0, 200, 0));
	double trembling = 0.0, steadied = 0.0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct vec3 before = point.position, steady = point.stabilized;

		step(&point, vec3(noise(&random), 200 + noise(&random), noise(&random)),
		     FRAME);
		trembling += vec3_distance(before, point.position);
		steadied += vec3_distance(steady, point.stabilized);
	}
	assert_true(steadied < trembling / 10.0);
}

static void a_point_that_sweeps_leaves_no_lag(void **state)
{
	struct leap_moving_point point = moved_along_x(800.0, FRAME, 1.0);

	(void)state;
	assert_true(vec3_distance(point.position, point.stabilized) < 1.0);
}

static void a_point_that_pokes_holds_its_place_across_the_screen(void **state)
{
	struct leap_moving_point point = started(vec3(0, 200, 0));

	(void)state;
	for (int i = 1; i <= 40; i++)
		step(&point, vec3(0.1 * i, 200 - 0.1 * i, -4.0 * i), FRAME);
	assert_true(hypot(point.stabilized.x, point.stabilized.y - 200) < 0.1);
}

static void two_frames_at_almost_the_same_time_are_no_flash(void **state)
{
	struct leap_moving_point point = started(vec3(0, 0, 0));

	(void)state;
	step(&point, vec3(1, 0, 0), 1e-6);
	assert_true(point.velocity.x > 0.0 && point.velocity.x < 40.0);
}

/* Seen for half a second: old enough to touch. */
static struct leap_moving_point hovering(void)
{
	struct leap_moving_point point = started(vec3(0, 200, 0));

	for (int i = 0; i < 60; i++)
		step(&point, vec3(0, 200, 0), FRAME);
	return point;
}

static void pushed(struct leap_moving_point *point, double millimetres, double each)
{
	double left = fabs(millimetres), sign = millimetres < 0 ? -1.0 : 1.0;

	for (; left > 0.0; left -= each)
		step(point,
		     vec3_add(point->position, vec3(0, 0, sign * fmin(each, left))),
		     FRAME);
}

static void a_hovering_finger_that_pushes_forward_touches(void **state)
{
	struct leap_moving_point point = hovering();

	(void)state;
	assert_int_equal(point.touch_zone, LEAP_TOUCH_HOVERING);
	assert_float_equal(point.touch_distance, LEAP_TOUCH_START, 1e-12);
	pushed(&point, -18.0, 0.5);
	assert_float_equal(point.touch_distance, 2.0 / 60.0, 1e-9);
	assert_int_equal(point.touch_zone, LEAP_TOUCH_HOVERING);
	pushed(&point, -3.0, 0.5);
	assert_int_equal(point.touch_zone, LEAP_TOUCH_TOUCHING);
	pushed(&point, 20.0, 0.5);
	assert_int_equal(point.touch_zone, LEAP_TOUCH_HOVERING);
}

static void trembling_at_the_plane_does_not_touch_twice(void **state)
{
	struct leap_moving_point point = hovering();
	enum leap_touch_zone before;
	int changes = 0;

	(void)state;
	pushed(&point, -19.5, 0.5);
	before = point.touch_zone;
	for (int i = 0; i < 100; i++) {
		pushed(&point, i & 1 ? 1.0 : -1.0, 1.0);
		changes += point.touch_zone != before;
		before = point.touch_zone;
	}
	assert_int_equal(changes, 1);
}

static void the_plane_gives_way_to_who_pushes_on(void **state)
{
	struct leap_moving_point point = hovering();

	(void)state;
	pushed(&point, -200.0, 0.5);
	assert_float_equal(point.touch_distance, -17.0 / 60.0 - 0.075, 1e-3);
	for (int i = 0; i < 100; i++)
		step(&point, point.position, FRAME);
	assert_float_equal(point.touch_distance, -17.0 / 60.0, 1e-4);
	pushed(&point, 18.0, 0.5);
	assert_int_equal(point.touch_zone, LEAP_TOUCH_HOVERING);
}

static void a_finger_at_rest_stays_at_its_distance(void **state)
{
	struct leap_moving_point point = hovering();
	double distance;

	(void)state;
	pushed(&point, -10.0, 0.5);
	distance = point.touch_distance;
	for (int i = 0; i < 1000; i++)
		step(&point, point.position, FRAME);
	assert_float_equal(point.touch_distance, distance, 1e-12);
}

static void a_sweep_takes_the_plane_along(void **state)
{
	struct leap_moving_point point = hovering();

	(void)state;
	pushed(&point, -10.0, 0.5);
	for (int i = 0; i < 30; i++)
		step(&point, vec3_add(point.position, vec3(5, 0, 0)), FRAME);
	assert_float_equal(point.touch_distance, LEAP_TOUCH_START, 0.01);
}

static void what_points_away_from_the_screen_is_in_no_zone(void **state)
{
	struct leap_moving_point point = hovering();
	struct leap_point_sight sight = at(point.position);

	(void)state;
	sight.direction = vec3(0, 0, 1);
	leap_moving_point_step(&point, &sight, FRAME);
	assert_int_equal(point.touch_zone, LEAP_TOUCH_NONE);
	step(&point, point.position, FRAME);
	assert_int_equal(point.touch_zone, LEAP_TOUCH_HOVERING);
}

static void a_new_finger_cannot_touch_at_once(void **state)
{
	struct leap_moving_point point = started(vec3(0, 200, 0));

	(void)state;
	pushed(&point, -38.0, 1.0);
	assert_float_equal(point.touch_distance, LEAP_TOUCH_START, 1e-12);
}

static void touch_distance_never_leaves_its_range(void **state)
{
	struct random random = random_seed(2);
	struct leap_moving_point point = started(vec3(0, 0, 0));

	(void)state;
	for (int i = 0; i < 10000; i++) {
		step(&point, vec3(0, 0, random_between(&random, -400.0, 400.0)), FRAME);
		assert_true(point.touch_distance >= -1.0 &&
			    point.touch_distance <= 1.0);
		assert_true(point.touch_zone != LEAP_TOUCH_TOUCHING ||
			    point.touch_distance < 0.0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_point_is_at_rest_where_it_is),
		cmocka_unit_test(steady_motion_has_its_velocity_at_any_frame_rate),
		cmocka_unit_test(velocity_depends_on_time_and_not_on_frames),
		cmocka_unit_test(after_a_stop_the_velocity_vanishes),
		cmocka_unit_test(a_trembling_point_is_steadied),
		cmocka_unit_test(a_point_that_sweeps_leaves_no_lag),
		cmocka_unit_test(a_point_that_pokes_holds_its_place_across_the_screen),
		cmocka_unit_test(two_frames_at_almost_the_same_time_are_no_flash),
		cmocka_unit_test(a_hovering_finger_that_pushes_forward_touches),
		cmocka_unit_test(trembling_at_the_plane_does_not_touch_twice),
		cmocka_unit_test(the_plane_gives_way_to_who_pushes_on),
		cmocka_unit_test(a_finger_at_rest_stays_at_its_distance),
		cmocka_unit_test(a_sweep_takes_the_plane_along),
		cmocka_unit_test(what_points_away_from_the_screen_is_in_no_zone),
		cmocka_unit_test(a_new_finger_cannot_touch_at_once),
		cmocka_unit_test(touch_distance_never_leaves_its_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
