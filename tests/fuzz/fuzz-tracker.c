// SPDX-License-Identifier: MIT
/*
 * Any pixels in any mode give hands of finite numbers, five fingers each.
 * Single-threaded; owns nothing.
 *
 * Input: four bytes of settings, then what is drawn. Each eight bytes draw one bright
 * rod, the same in both eyes but for a shift, so that shapes like hands come about; a
 * rest of fewer bytes is noise.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/tracking/tracker.h"

#define FRAMES 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_point(struct vec3 p)
{
	check(isfinite(p.x) && isfinite(p.y) && isfinite(p.z));
}

static void check_hand(const struct leap_tracked_hand *hand)
{
	check(hand->track != 0);
	check(hand->confidence >= 0 && hand->confidence <= 1);
	check(hand->palm_width > 10 && hand->palm_width < 300);
	check(fabs(vec3_length(hand->normal) - 1) < 1e-6);
	check(fabs(vec3_length(hand->direction) - 1) < 1e-6);
	check(fabs(vec3_dot(hand->normal, hand->direction)) < 1e-6);
	check_point(hand->palm);
	check_point(hand->wrist);
	check_point(hand->elbow);
	for (int k = 0; k < LEAP_FINGERS; k++) {
		for (int j = 0; j < LEAP_JOINTS; j++)
			check_point(hand->joint[k][j]);
	}
}

static void draw_rod(uint8_t *pixels, struct leap_sensor_mode mode,
		     const uint8_t rod[8], int frame)
{
	double squash = mode.height / 480.0, radius = 4 + rod[4] % 64;
	double x0 = rod[0] * mode.width / 255.0 + frame * (rod[7] % 8);
	double y0 = rod[1] * 480 / 255.0, x1 = rod[2] * mode.width / 255.0;
	double y1 = rod[3] * 480 / 255.0, shift = rod[6] % 100;
	int steps = (int)(hypot(x1 - x0, y1 - y0) / radius) + 1;

	for (int i = 0; i <= steps && i < 60; i++) {
		double x = x0 + (x1 - x0) * i / steps;
		double y = y0 + (y1 - y0) * i / steps;

		for (int r = (int)((y - radius) * squash); r <= (y + radius) * squash;
		     r++) {
			if (r < 0 || r >= (int)mode.height)
				continue;
			for (int c = (int)(x - radius); c <= x + radius; c++) {
				if (hypot(c - x, r / squash - y) > radius)
					continue;
				for (int eye = 0; eye < LEAP_EYES; eye++) {
					int at = c - (eye ? (int)shift : 0);

					if (at >= 0 && at < (int)mode.width)
						pixels[(r * mode.width + at) * 2 +
						       eye] = rod[5];
				}
			}
		}
	}
}

static void draw(uint8_t *pixels, struct leap_sensor_mode mode, const uint8_t *data,
		 size_t size, int frame)
{
	size_t total = (size_t)mode.width * mode.height * 2;
	size_t rods = size / 8 < 24 ? size / 8 : 24;
	uint32_t random = size % 8 ? data[size - 1] * 2654435761U + frame : 0;

	memset(pixels, 4, total);
	for (size_t i = 0; random && i < total; i++) {
		random = random * 1664525 + 1013904223;
		pixels[i] = random >> (24 + data[size - 1] % 8);
	}
	for (size_t i = 0; i < rods; i++)
		draw_rod(pixels, mode, data + 8 * i, frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct leap_tracker *tracker = NULL;
	struct leap_stereo_frame frame = { 0 };
	struct leap_sensor_mode mode;
	struct leap_camera camera;
	uint8_t *pixels;

	if (size < 4)
		return 0;
	mode.width = data[0] & 1 ? 752 : 640;
	mode.height = 480 >> data[0] / 2 % 3;
	pixels = malloc((size_t)mode.width * mode.height * 2);
	leap_camera_nominal(&camera);
	if (!pixels || leap_tracker_new(&camera, &tracker) < 0)
		abort();
	frame.pixels = pixels;
	frame.width = mode.width;
	frame.height = mode.height;
	for (int i = 0; i < FRAMES; i++) {
		struct leap_hands hands;

		draw(pixels, mode, data + 4, size - 4, i);
		frame.time_ns +=
			(int64_t)data[1] * 1000000 - (data[2] == i + 1) * 900000000LL;
		frame.damaged = data[3] == i + 1;
		check(leap_tracker_update(tracker, &frame, &hands) == 0);
		check(hands.count <= LEAP_HANDS_MAX);
		for (unsigned int h = 0; h < hands.count; h++)
			check_hand(&hands.hand[h]);
	}
	leap_tracker_free(tracker);
	free(pixels);
	return 0;
}
