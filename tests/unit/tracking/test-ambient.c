// SPDX-License-Identifier: MIT
/*
 * The room's light: measured by dark frames, taken away from lit ones, and the mode in
 * which the controller is asked for them. Single-threaded; owns nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/tracking/ambient.h"
#include "daemon/tracking/robust.h"

#define WIDTH 640
#define HEIGHT 240
#define SIZE (WIDTH * HEIGHT * 2)
#define MS INT64_C(1000000)
#define FRAME_MS 9

static uint8_t lit_pixels[SIZE], dark_pixels[SIZE];

static struct leap_stereo_frame lit_at(int64_t ms)
{
	return (struct leap_stereo_frame){ .pixels = lit_pixels,
					   .width = WIDTH,
					   .height = HEIGHT,
					   .time_ns = ms * MS,
					   .exposure_us = 400,
					   .gain = 20 };
}

static struct leap_stereo_frame dark_at(int64_t ms)
{
	struct leap_stereo_frame frame = lit_at(ms);

	frame.pixels = dark_pixels;
	frame.dark = frame.damaged = true;
	return frame;
}

static struct leap_ambient *ambient_of(const struct leap_stereo_frame *dark)
{
	struct leap_ambient *ambient;

	assert_int_equal(leap_ambient_new(&ambient), 0);
	leap_ambient_learn(ambient, dark);
	return ambient;
}

static void what_the_room_shows_is_taken_away(void **state)
{
	struct leap_stereo_frame dark = dark_at(0), lit = lit_at(9), clean;
	struct leap_ambient *ambient;

	(void)state;
	for (int i = 0; i < SIZE; i++) {
		dark_pixels[i] = (uint8_t)(i % 120);
		lit_pixels[i] = (uint8_t)(i % 120 + i % 77);
	}
	lit_pixels[119] = 30; /* less than the room gave: noise */
	ambient = ambient_of(&dark);
	memset(dark_pixels, 255, SIZE); /* it was copied */
	assert_true(leap_ambient_subtract(ambient, &lit, &clean));
	assert_int_equal(clean.pixels[119], 0);
	for (int i = 120; i < SIZE; i++)
		assert_int_equal(clean.pixels[i], i % 77);
	assert_int_equal(clean.time_ns, lit.time_ns);
	assert_int_equal(clean.width, WIDTH);
	leap_ambient_free(ambient);
}

/* The lit frame let in half as much light. */
static void another_exposure_is_allowed_for(void **state)
{
	struct leap_stereo_frame dark = dark_at(0), lit = lit_at(9), clean;
	struct leap_ambient *ambient;

	(void)state;
	memset(dark_pixels, 80, SIZE);
	memset(lit_pixels, 100, SIZE);
	ambient = ambient_of(&dark);
	lit.exposure_us = 200;
	assert_true(leap_ambient_subtract(ambient, &lit, &clean));
	assert_int_equal(clean.pixels[1000], 60);
	assert_true(leap_ambient_level(ambient, &lit) == 40);
	lit.exposure_us = 0; /* not known */
	assert_true(leap_ambient_subtract(ambient, &lit, &clean));
	assert_int_equal(clean.pixels[1000], 20);
	leap_ambient_free(ambient);
}

static void only_a_fresh_dark_frame_of_the_same_mode_counts(void **state)
{
	struct leap_stereo_frame dark = dark_at(1000), lit = lit_at(1009), clean;
	struct leap_ambient *ambient = ambient_of(&dark);

	(void)state;
	assert_true(leap_ambient_subtract(ambient, &lit, &clean));
	lit.height = 120;
	assert_false(leap_ambient_subtract(ambient, &lit, &clean));
	assert_ptr_equal(clean.pixels, lit_pixels);
	lit = lit_at(1600);
	assert_false(leap_ambient_subtract(ambient, &lit, &clean));
	assert_true(leap_ambient_level(ambient, &lit) == 0);
	lit = lit_at(900); /* a recording that starts again */
	assert_false(leap_ambient_subtract(ambient, &lit, &clean));
	lit = lit_at(1009);
	leap_ambient_forget(ambient);
	assert_false(leap_ambient_subtract(ambient, &lit, &clean));
	leap_ambient_free(ambient);
}

/* A controller that does as it is asked, above which it is that bright. */
struct room {
	struct leap_robust robust;
	enum leap_robust_wish wish;
	int64_t ms;
	unsigned int interval;
	unsigned int dark; /* frames so far */
};

static void pass(struct room *room, int seconds, uint8_t lit, uint8_t dark,
		 unsigned int hands)
{
	memset(lit_pixels, lit, SIZE);
	memset(dark_pixels, dark, SIZE);
	for (int i = 0; i < seconds * 1000 / FRAME_MS; i++) {
		bool is_dark = room->interval && (unsigned int)i % room->interval == 0;
		struct leap_stereo_frame frame = is_dark ? dark_at(room->ms)
							 : lit_at(room->ms);

		room->ms += FRAME_MS;
		room->dark += is_dark;
		room->interval =
			leap_robust_next(&room->robust, room->wish, &frame, hands);
	}
}

static void a_bright_room_is_measured_and_a_dark_one_is_not(void **state)
{
	struct room room = { .wish = LEAP_ROBUST_AUTO };

	(void)state;
	pass(&room, 20, 20, 4, 0);
	assert_int_equal(room.dark, 0);
	pass(&room, 3, 150, 140, 0);
	assert_int_equal(room.interval, LEAP_ROBUST_INTERVAL);
	assert_true(room.dark > 10);
}

static void it_goes_on_for_half_a_minute_after_the_light_went_out(void **state)
{
	struct room room = { .wish = LEAP_ROBUST_AUTO };

	(void)state;
	pass(&room, 5, 150, 140, 0);
	pass(&room, 25, 20, 4, 0);
	assert_int_equal(room.interval, LEAP_ROBUST_INTERVAL);
	pass(&room, 10, 20, 4, 0);
	assert_int_equal(room.interval, 0);
	pass(&room, 3, 150, 140, 0);
	assert_int_equal(room.interval, LEAP_ROBUST_INTERVAL);
}

/* A ceiling of paper right above it: the LEDs make it bright, the room does not. */
static void what_the_leds_light_is_tried_once_a_minute(void **state)
{
	struct room room = { .wish = LEAP_ROBUST_AUTO };

	(void)state;
	pass(&room, 30, 200, 4, 0);
	assert_int_equal(room.interval, 0);
	assert_in_range(room.dark, 1, 6);
	pass(&room, 40, 200, 4, 0);
	assert_in_range(room.dark, 2, 12);
}

static void hands_are_reason_enough_to_leave_it_alone(void **state)
{
	struct room room = { .wish = LEAP_ROBUST_AUTO };

	(void)state;
	pass(&room, 5, 150, 140, 1);
	assert_int_equal(room.dark, 0);
}

static void who_wishes_so_has_it_always_or_never(void **state)
{
	struct room room = { .wish = LEAP_ROBUST_NEVER };

	(void)state;
	pass(&room, 5, 150, 140, 0);
	assert_int_equal(room.dark, 0);
	room.wish = LEAP_ROBUST_ALWAYS;
	pass(&room, 5, 20, 4, 2);
	assert_int_equal(room.interval, LEAP_ROBUST_INTERVAL);
	room.wish = LEAP_ROBUST_AUTO;
	pass(&room, 2, 20, 4, 0);
	assert_int_equal(room.interval, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_room_shows_is_taken_away),
		cmocka_unit_test(another_exposure_is_allowed_for),
		cmocka_unit_test(only_a_fresh_dark_frame_of_the_same_mode_counts),
		cmocka_unit_test(a_bright_room_is_measured_and_a_dark_one_is_not),
		cmocka_unit_test(it_goes_on_for_half_a_minute_after_the_light_went_out),
		cmocka_unit_test(what_the_leds_light_is_tried_once_a_minute),
		cmocka_unit_test(hands_are_reason_enough_to_leave_it_alone),
		cmocka_unit_test(who_wishes_so_has_it_always_or_never),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
