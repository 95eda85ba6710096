// SPDX-License-Identifier: MIT
/*
 * Any calibration block is refused or gives a camera whose answers are finite.
 * Single-threaded; owns nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/tracking/camera.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* Makes the checksum true, so that the values behind it are reached. */
static void seal(uint8_t block[LEAP_CAMERA_BLOCK_SIZE])
{
	uint32_t sum = 0;

	block[0] = 'C';
	block[1] = 'A';
	block[2] = 0;
	for (int i = 0; i < LEAP_CAMERA_BLOCK_SIZE - 4; i++)
		sum += (uint32_t)block[i] << 8 * (i % 4);
	for (int i = 0; i < 4; i++)
		block[LEAP_CAMERA_BLOCK_SIZE - 4 + i] = sum >> 8 * i;
}

static void look_through(const struct leap_camera *camera)
{
	static const struct leap_sensor_mode modes[] = { { 640, 240 }, { 752, 480 } };
	double slope[LEAP_EYES][2], pixel[2], gap;
	struct vec3 point;

	for (int i = 0; i < 40; i++) {
		struct leap_sensor_mode mode = modes[i & 1];
		double column = mode.width * (i % 7) / 6.0;
		double row = mode.height * (i % 5) / 4.0;
		int seen = 0;

		for (int eye = 0; eye < LEAP_EYES; eye++) {
			if (!leap_camera_slope(camera, eye, mode, column, row,
					       slope[eye]))
				continue;
			check(isfinite(slope[eye][0]) && isfinite(slope[eye][1]));
			point = vec3(leap_camera_eye_x(camera, eye) +
					     200 * slope[eye][0],
				     200, 200 * slope[eye][1]);
			check(leap_camera_project(camera, eye, mode, point, pixel));
			check(fabs(pixel[0] - column) < 0.01 &&
			      fabs(pixel[1] - row) < 0.01);
			seen++;
		}
		if (seen == LEAP_EYES &&
		    leap_camera_triangulate(camera, (const double(*)[2])slope, &point,
					    &gap))
			check(isfinite(point.x) && isfinite(point.y) &&
			      isfinite(point.z) && isfinite(gap));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t block[LEAP_CAMERA_BLOCK_SIZE] = { 0 };
	struct leap_camera camera;

	if (leap_camera_parse(data, size, &camera) == 0)
		look_through(&camera);
	else
		check(leap_camera_fault(data, size));
	memcpy(block, data, size < sizeof(block) ? size : sizeof(block));
	seal(block);
	if (leap_camera_parse(block, sizeof(block), &camera) == 0)
		look_through(&camera);
	else
		check(leap_camera_fault(block, sizeof(block)));
	return 0;
}
