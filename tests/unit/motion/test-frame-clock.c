// SPDX-License-Identifier: MIT
// Time stamps run forward whatever the source's clock does; the rate follows.
// Single-threaded.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/motion/frame_clock.h"
#include "tests/unit/random.h"

static void time_counts_from_the_epoch_in_microseconds(void **state)
{
	struct leap_frame_clock clock = { 0 };

	(void)state;
	assert_int_equal(leap_frame_clock_tick(&clock, 5000000999, 1000000000),
			 4000000);
	assert_int_equal(leap_frame_clock_tick(&clock, 5008695653, 1000000000),
			 4008695);
}

static void a_frame_before_the_epoch_is_at_zero(void **state)
{
	struct leap_frame_clock clock = { 0 };

	(void)state;
	assert_int_equal(leap_frame_clock_tick(&clock, 10, 5000), 0);
	assert_int_equal(leap_frame_clock_tick(&clock, 10010, 5000), 10);
}

static void standing_time_still_moves_the_stamp(void **state)
{
	struct leap_frame_clock clock = { 0 };

	(void)state;
	assert_int_equal(leap_frame_clock_tick(&clock, 8000000, 0), 8000);
	assert_int_equal(leap_frame_clock_tick(&clock, 8000000, 0), 8001);
	assert_int_equal(leap_frame_clock_tick(&clock, 8000500, 0), 8002);
	assert_int_equal(leap_frame_clock_tick(&clock, 9000000, 0), 9000);
}

static void after_a_step_back_time_goes_on_from_there(void **state)
{
	struct leap_frame_clock clock = { 0 };

	(void)state;
	assert_int_equal(leap_frame_clock_tick(&clock, 3600000000000, 0), 3600000000);
	assert_int_equal(leap_frame_clock_tick(&clock, 0, 0), 3600000001);
	assert_int_equal(leap_frame_clock_tick(&clock, 9000000, 0), 3600009000);
}

static void any_times_give_increasing_stamps(void **state)
{
	struct random random = random_seed(1);

	(void)state;
	for (int run = 0; run < 1000; run++) {
		struct leap_frame_clock clock = { 0 };
		int64_t previous = -1, epoch = random_next(&random);

		for (int i = 0; i < 50; i++) {
			int64_t now = leap_frame_clock_tick(
				&clock, random_next(&random), epoch);

			assert_true(now > previous);
			assert_true(isfinite(leap_frame_clock_rate(&clock)));
			previous = now;
		}
	}
}

static void the_rate_is_unknown_until_two_frames(void **state)
{
	struct leap_frame_clock clock = { 0 };

	(void)state;
	leap_frame_clock_tick(&clock, 0, 0);
	assert_true(leap_frame_clock_rate(&clock) == 0.0);
	leap_frame_clock_tick(&clock, 10000000, 0);
	assert_float_equal(leap_frame_clock_rate(&clock), 100.0, 1e-3);
}

static void the_rate_follows_a_change_and_ignores_a_pause(void **state)
{
	struct leap_frame_clock clock = { 0 };
	int64_t now = 0;

	(void)state;
	for (int i = 0; i < 200; i++)
		leap_frame_clock_tick(&clock, now += 20000000, 0);
	assert_float_equal(leap_frame_clock_rate(&clock), 50.0, 1e-3);
	leap_frame_clock_tick(&clock, now += 5000000000, 0);
	assert_float_equal(leap_frame_clock_rate(&clock), 50.0, 1e-3);
	for (int i = 0; i < 400; i++)
		leap_frame_clock_tick(&clock, now += 8695652, 0);
	assert_float_equal(leap_frame_clock_rate(&clock), 115.0, 0.5);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_counts_from_the_epoch_in_microseconds),
		cmocka_unit_test(a_frame_before_the_epoch_is_at_zero),
		cmocka_unit_test(standing_time_still_moves_the_stamp),
		cmocka_unit_test(after_a_step_back_time_goes_on_from_there),
		cmocka_unit_test(any_times_give_increasing_stamps),
		cmocka_unit_test(the_rate_is_unknown_until_two_frames),
		cmocka_unit_test(the_rate_follows_a_change_and_ignores_a_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
