// SPDX-License-Identifier: MIT
/*
 * Frames become payloads as on the wire, and what they show survives the settings.
 * Single-threaded.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/pattern.h"
#include "sim/payload.h"
#include "sim/picture.h"
#include "sim/sim.h"

#define WIDTH LEAP_SIM_WIDTH
#define HEIGHT LEAP_SIM_HEIGHT
#define FRAME LEAP_SIM_FRAME_SIZE

static uint8_t *frame_new(size_t size)
{
	uint8_t *pixels = malloc(size);

	assert_non_null(pixels);
	for (size_t i = 0; i < size; i++)
		pixels[i] = i * 7 + i / 251;
	return pixels;
}

static void a_frame_takes_nineteen_payloads_of_the_sizes_seen(void **state)
{
	struct leap_payload_stream stream = { 0 };
	uint8_t payload[LEAP_PAYLOAD_SIZE];
	uint8_t *pixels = frame_new(FRAME);

	(void)state;
	assert_int_equal(leap_payload_count(FRAME), 19);
	leap_payload_begin(&stream, FRAME, 0x01020304);
	for (unsigned int i = 0; i < 19; i++) {
		const uint8_t info = i < 18 ? 0x8d : 0x8f;
		const uint8_t header[12] = { 0x0c, info, 4, 3, 2, 1 };
		size_t expected = i < 18 ? 16380 : 12588;

		assert_int_equal(leap_payload_next(&stream, pixels, payload), expected);
		assert_memory_equal(payload, header, 12);
		assert_memory_equal(payload + 12, pixels + i * 16368, expected - 12);
	}
	assert_int_equal(leap_payload_next(&stream, pixels, payload), 0);
	free(pixels);
}

static void the_frame_id_toggles(void **state)
{
	struct leap_payload_stream stream = { 0 };
	uint8_t payload[LEAP_PAYLOAD_SIZE];
	const uint8_t pixels[16] = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		leap_payload_begin(&stream, sizeof(pixels), i);
		assert_int_equal(leap_payload_next(&stream, pixels, payload), 28);
		assert_int_equal(payload[1], i % 2 ? 0x8e : 0x8f);
	}
}

static void no_mode_ends_on_a_full_packet(void **state)
{
	static const uint32_t sizes[] = {
		614400, 307200, 153600, 721920, 360960, 180480
	};

	(void)state;
	for (unsigned int i = 0; i < 6; i++) {
		size_t last = sizes[i] % LEAP_PAYLOAD_PIXELS + LEAP_PAYLOAD_HEADER;

		assert_int_not_equal(last % 512, 0);
	}
}

static void a_pattern_vouches_for_its_frame(void **state)
{
	uint64_t number = 0, wanted = 0x123456789abcULL;
	uint8_t *pixels = frame_new(FRAME);

	(void)state;
	leap_pattern_fill(pixels, WIDTH, HEIGHT, wanted);
	assert_int_equal(leap_pattern_verify(pixels, WIDTH, HEIGHT, &number, NULL), 0);
	assert_true(number == wanted);
	memset(pixels + FRAME - 12, 0x78, 12);
	assert_int_equal(leap_pattern_verify(pixels, WIDTH, HEIGHT, &number, NULL), 0);
	free(pixels);
}

static void a_pattern_notices_every_flipped_byte(void **state)
{
	uint8_t *pixels = frame_new(16 * 4 * 2);
	unsigned int row;
	uint64_t number;

	(void)state;
	leap_pattern_fill(pixels, 16, 4, 5);
	for (unsigned int i = 0; i < 16 * 4 * 2 - 12; i++) {
		pixels[i] ^= 1 << i % 8;
		assert_int_equal(leap_pattern_verify(pixels, 16, 4, &number, &row),
				 -EBADMSG);
		/* the first row decides which frame it is */
		assert_true(row == i / 32 || (i < 12 && row <= 1));
		pixels[i] ^= 1 << i % 8;
	}
	assert_int_equal(leap_pattern_verify(pixels, 16, 4, &number, &row), 0);
	free(pixels);
}

static void a_pattern_notices_torn_and_shifted_frames(void **state)
{
	uint8_t *pixels = frame_new(FRAME), *newer = frame_new(FRAME);
	unsigned int row;
	uint64_t number;

	(void)state;
	leap_pattern_fill(pixels, WIDTH, HEIGHT, 10);
	leap_pattern_fill(newer, WIDTH, HEIGHT, 11);
	memcpy(pixels + 100 * WIDTH * 2, newer + 100 * WIDTH * 2, WIDTH * 2);
	assert_int_equal(leap_pattern_verify(pixels, WIDTH, HEIGHT, &number, &row),
			 -EBADMSG);
	assert_int_equal(row, 100);
	memmove(newer, newer + WIDTH * 2, FRAME - WIDTH * 2);
	assert_int_equal(leap_pattern_verify(newer, WIDTH, HEIGHT, &number, &row),
			 -EBADMSG);
	assert_int_equal(row, 0);
	assert_int_equal(leap_pattern_verify(newer, 15, HEIGHT, &number, &row),
			 -EINVAL);
	free(newer);
	free(pixels);
}

static struct leap_picture plain_picture(void)
{
	return (struct leap_picture){
		.number = 3,
		.width = WIDTH,
		.height = HEIGHT,
		.exposure_us = 511,
		.gain = 22,
		.digital_gain = 4,
		.leds = 7,
	};
}

static void the_checksum_picture_has_the_devices_metadata(void **state)
{
	const uint8_t expected[12] = { 0x78, 0x78, 0,  0,  0,  0,
				       0x1f, 0x1f, 31, 31, 22, 22 };
	const struct leap_picture picture = plain_picture();
	uint8_t *pixels = frame_new(FRAME);
	uint64_t number;

	(void)state;
	leap_picture_checksum(NULL, &picture, pixels);
	assert_memory_equal(pixels + FRAME - 12, expected, 12);
	assert_int_equal(leap_pattern_verify(pixels, WIDTH, HEIGHT, &number, NULL), 0);
	assert_int_equal(number, 3);
	free(pixels);
}

static void plain_settings_leave_the_scene_alone(void **state)
{
	const struct leap_picture picture = plain_picture();
	uint8_t *scene = frame_new(FRAME), *pixels = frame_new(FRAME);

	(void)state;
	memset(scene + FRAME - 12, 0, 12);
	leap_picture_develop(&picture, scene, pixels);
	assert_memory_equal(pixels, scene, FRAME);
	free(pixels);
	free(scene);
}

static void the_label_and_a_dark_frame_show_in_the_metadata(void **state)
{
	struct leap_picture picture = plain_picture();
	uint8_t *scene = frame_new(FRAME), *pixels = frame_new(FRAME);
	const uint8_t expected[12] = { 0x78, 0x78, 10, 10, 5,  5,
				       0x0f, 0x0f, 31, 31, 22, 22 };
	const struct leap_pattern_metadata metadata = {
		.exposure_us = 511,
		.gain = 22,
		.lit = true,
	};

	(void)state;
	leap_pattern_metadata(scene + FRAME, &metadata);
	picture.label = 0xa5;
	picture.dark = true;
	leap_picture_develop(&picture, scene, pixels);
	assert_memory_equal(pixels + FRAME - 12, expected, 12);
	free(pixels);
	free(scene);
}

static void a_rotated_picture_keeps_eyes_and_metadata_in_place(void **state)
{
	struct leap_picture picture = plain_picture();
	uint8_t *scene = frame_new(FRAME), *pixels = frame_new(FRAME);

	(void)state;
	memset(scene + FRAME - 12, 0x11, 12);
	picture.rotated = true;
	leap_picture_develop(&picture, scene, pixels);
	for (unsigned int i = 12; i < FRAME - 12; i += 2)
		assert_memory_equal(pixels + i, scene + FRAME - 2 - i, 2);
	assert_memory_equal(pixels + FRAME - 12, scene + FRAME - 12, 2);
	free(pixels);
	free(scene);
}

static void digital_gain_saturates_and_gamma_lifts_the_shadows(void **state)
{
	struct leap_picture picture = plain_picture();
	uint8_t *scene = frame_new(FRAME), *pixels = frame_new(FRAME);

	(void)state;
	scene[0] = 100;
	scene[1] = 200;
	picture.digital_gain = 8;
	leap_picture_develop(&picture, scene, pixels);
	assert_int_equal(pixels[0], 200);
	assert_int_equal(pixels[1], 255);
	picture.digital_gain = 4;
	picture.gamma = true;
	leap_picture_develop(&picture, scene, pixels);
	assert_int_equal(pixels[0], 160); /* sqrt(100 / 255) * 255 */
	free(pixels);
	free(scene);
}

static void the_tallest_and_widest_mode_shows_the_same_scene(void **state)
{
	struct leap_picture picture = plain_picture();
	uint8_t *scene = frame_new(FRAME), *pixels = frame_new(752 * 480 * 2);
	const uint8_t black[112] = { 0 };

	(void)state;
	picture.width = 752;
	picture.height = 480;
	leap_picture_develop(&picture, scene, pixels);
	for (unsigned int row = 0; row < 478; row++) {
		const uint8_t *line = pixels + row * 752 * 2;

		assert_memory_equal(line, black, 112);
		assert_memory_equal(line + 112, scene + row / 2 * WIDTH * 2, WIDTH * 2);
		assert_memory_equal(line + 112 + WIDTH * 2, black, 112);
	}
	/* byte 6, the lit flag's, and all others but the labels are as they were */
	assert_memory_equal(pixels + 752 * 480 * 2 - 6, scene + FRAME - 6, 6);
	free(pixels);
	free(scene);
}

static void the_flattest_mode_shows_every_second_row(void **state)
{
	struct leap_picture picture = plain_picture();
	uint8_t *scene = frame_new(FRAME), *pixels = frame_new(WIDTH * 120 * 2);

	(void)state;
	picture.height = 120;
	leap_picture_develop(&picture, scene, pixels);
	for (unsigned int row = 0; row < 119; row++)
		assert_memory_equal(pixels + row * WIDTH * 2,
				    scene + row * 2 * WIDTH * 2, WIDTH * 2);
	free(pixels);
	free(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_takes_nineteen_payloads_of_the_sizes_seen),
		cmocka_unit_test(the_frame_id_toggles),
		cmocka_unit_test(no_mode_ends_on_a_full_packet),
		cmocka_unit_test(a_pattern_vouches_for_its_frame),
		cmocka_unit_test(a_pattern_notices_every_flipped_byte),
		cmocka_unit_test(a_pattern_notices_torn_and_shifted_frames),
		cmocka_unit_test(the_checksum_picture_has_the_devices_metadata),
		cmocka_unit_test(plain_settings_leave_the_scene_alone),
		cmocka_unit_test(the_label_and_a_dark_frame_show_in_the_metadata),
		cmocka_unit_test(a_rotated_picture_keeps_eyes_and_metadata_in_place),
		cmocka_unit_test(digital_gain_saturates_and_gamma_lifts_the_shadows),
		cmocka_unit_test(the_tallest_and_widest_mode_shows_the_same_scene),
		cmocka_unit_test(the_flattest_mode_shows_every_second_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
