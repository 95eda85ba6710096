// SPDX-License-Identifier: MIT
/*
 * The camera model: the block of a real controller, pixel to ray and back, depth.
 * Single-threaded; owns nothing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/tracking/camera.h"

#define MODE_240 modes[1]

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static const struct leap_sensor_mode modes[] = {
	{ 640, 480 }, { 640, 240 }, { 640, 120 },
	{ 752, 480 }, { 752, 240 }, { 752, 120 },
};

/* The factory calibration of a real controller, as its property memory holds it. */
static const uint8_t real_block[LEAP_CAMERA_BLOCK_SIZE] = {
	0x43, 0x41, 0x00, 0x88, 0x5e, 0xcf, 0xc7, 0x51, 0x1d, 0x0b, 0x20, 0x42, 0x36,
	0x36, 0x53, 0xbe, 0xc1, 0x90, 0x04, 0x43, 0xb0, 0x52, 0xc9, 0xc0, 0x45, 0xdb,
	0xf0, 0xc0, 0xd5, 0x8c, 0x1c, 0x39, 0xf9, 0xd5, 0x00, 0x3b, 0xe5, 0xd0, 0xa2,
	0x3f, 0xac, 0xad, 0x98, 0x3e, 0x97, 0xff, 0x90, 0x3c, 0x5a, 0x64, 0xbb, 0x3f,
	0xe9, 0xb7, 0xaf, 0x3e, 0x9e, 0xb5, 0xdb, 0xbb, 0x61, 0xc6, 0x00, 0x43, 0xf2,
	0xc6, 0xbc, 0xc0, 0x3c, 0xb5, 0xad, 0xc0, 0x25, 0xeb, 0x2f, 0xbb, 0x15, 0x26,
	0xbd, 0xbb, 0x55, 0xdf, 0x93, 0xb9, 0x64, 0xb0, 0x03, 0x43, 0x8e, 0x43, 0x4f,
	0xc1, 0xe2, 0x08, 0x48, 0xc0, 0x5d, 0xa6, 0x15, 0x3a, 0x33, 0xcf, 0x1c, 0x3a,
	0xe5, 0xd0, 0xa2, 0x3f, 0xac, 0xad, 0x98, 0x3e, 0x97, 0xff, 0x90, 0x3c, 0x5a,
	0x64, 0xbb, 0x3f, 0xe9, 0xb7, 0xaf, 0x3e, 0x9e, 0xb5, 0xdb, 0xbb, 0x61, 0xc6,
	0x00, 0x43, 0x69, 0x6e, 0x62, 0xc1, 0x3c, 0xb5, 0xad, 0xc0, 0x91, 0x79, 0x01,
	0xbb, 0x43, 0x8f, 0xe1, 0x3a, 0xab, 0x3a, 0x8e, 0x39, 0x91, 0xe6, 0x79, 0x1f,
};

static struct leap_camera real_camera(void)
{
	struct leap_camera camera;

	assert_int_equal(leap_camera_parse(real_block, sizeof(real_block), &camera), 0);
	return camera;
}

static uint32_t word(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put_word(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = value >> (8 * i);
}

static void put_float(uint8_t *p, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	put_word(p, bits);
}

static void seal(uint8_t block[LEAP_CAMERA_BLOCK_SIZE])
{
	uint32_t sum = 0;

	for (int i = 0; i < 38; i++)
		sum += word(block + 4 * i);
	put_word(block + 152, sum);
}

/* Places spread over everything a hand can reach. */
static struct vec3 somewhere(int i)
{
	return vec3(-200 + 57 * (i % 8), 60 + 71 * ((i / 8) % 7), -180 + 60 * (i / 56));
}

#define PLACES (8 * 7 * 7)

static void a_real_block_is_read(void **state)
{
	struct leap_camera camera = real_camera();

	(void)state;
	assert_false(camera.nominal);
	assert_near(camera.baseline, 40.0109, 1e-4);
	assert_near(camera.lens[LEAP_EYE_LEFT].focal, 132.5654, 1e-4);
	assert_near(camera.lens[LEAP_EYE_RIGHT].focal, 131.6890, 1e-4);
	assert_near(camera.lens[LEAP_EYE_LEFT].centre[0], 313.7087, 1e-4);
	assert_near(camera.lens[LEAP_EYE_RIGHT].centre[1], 236.8745, 1e-4);
	assert_near(camera.lens[LEAP_EYE_RIGHT].radial[5], -0.006705, 1e-6);
	for (int eye = 0; eye < LEAP_EYES; eye++)
		assert_near(mat3_determinant(&camera.lens[eye].rotation), 1, 1e-12);
}

static void a_changed_bit_is_noticed(void **state)
{
	struct leap_camera camera;

	(void)state;
	for (unsigned int bit = 0; bit < 8 * sizeof(real_block); bit++) {
		struct leap_camera before;
		uint8_t block[LEAP_CAMERA_BLOCK_SIZE];

		memset(&camera, 0x5a, sizeof(camera));
		memcpy(&before, &camera, sizeof(camera));
		memcpy(block, real_block, sizeof(block));
		block[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(leap_camera_parse(block, sizeof(block), &camera),
				 -EBADMSG);
		assert_memory_equal(&camera, &before, sizeof(camera));
	}
}

static void another_size_is_refused(void **state)
{
	struct leap_camera camera;

	(void)state;
	assert_int_equal(leap_camera_parse(real_block, 155, &camera), -EMSGSIZE);
	assert_int_equal(leap_camera_parse(real_block, 0, &camera), -EMSGSIZE);
}

static void put_value(int index, float value, uint8_t block[LEAP_CAMERA_BLOCK_SIZE])
{
	memcpy(block, real_block, LEAP_CAMERA_BLOCK_SIZE);
	put_float(block + 8 + 4 * index, value);
	seal(block);
}

#define RIGHT_EYE 17 /* floats from one eye's to the other's */

/* Each of an eye's values in turn; the second eye's are as far behind the first's. */
static void an_impossible_value_is_refused_by_its_name(void **state)
{
	static const struct {
		int index;
		float value;
		const char *name;
	} broken[] = {
		{ 0, 0, "distance" },	     { 0, -40, "distance" },
		{ 0, NAN, "distance" },	     { 0, 400, "distance" },
		{ 2, -132, "focal length" }, { 2, INFINITY, "focal length" },
		{ 2, NAN, "focal length" },  { 2, 0, "focal length" },
		{ 2, 60, "focal length" },   { 2, 1320, "focal length" },
		{ 3, 4000, "centre" },	     { 3, NAN, "centre" },
		{ 4, -100, "centre" },	     { 4, -INFINITY, "centre" },
		{ 5, 7, "tangential" },	     { 6, NAN, "tangential" },
		{ 7, 1e30f, "radial" },	     { 12, NAN, "radial" },
		{ 7, -INFINITY, "radial" },  { 7, -40, "without rays" },
		{ 10, -9, "without rays" },  { 9, -1, "without rays" },
		{ 16, 3, "rotation" },	     { 17, -0.2f, "rotation" },
		{ 18, NAN, "rotation" },
	};
	uint8_t block[LEAP_CAMERA_BLOCK_SIZE];
	struct leap_camera camera;

	(void)state;
	for (unsigned int i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		for (int right = 0; right <= (broken[i].index >= 2); right++) {
			const char *fault;

			put_value(broken[i].index + right * RIGHT_EYE, broken[i].value,
				  block);
			assert_int_equal(
				leap_camera_parse(block, sizeof(block), &camera),
				-ERANGE);
			fault = leap_camera_fault(block, sizeof(block));
			assert_non_null(strstr(fault, broken[i].name));
			assert_true(broken[i].index < 2 ||
				    strstr(fault, right ? "right eye" : "left eye"));
		}
	}
}

static void what_is_no_sealed_block_is_told_apart(void **state)
{
	uint8_t block[LEAP_CAMERA_BLOCK_SIZE];

	(void)state;
	memcpy(block, real_block, sizeof(block));
	assert_null(leap_camera_fault(block, sizeof(block)));
	assert_non_null(strstr(leap_camera_fault(block, 155), "156 bytes"));
	block[60] ^= 1;
	assert_non_null(strstr(leap_camera_fault(block, sizeof(block)), "checksum"));
	block[2] = 1;
	assert_non_null(strstr(leap_camera_fault(block, sizeof(block)), "version"));
}

static void the_nominal_camera_says_so_and_resembles_a_real_one(void **state)
{
	struct leap_camera nominal, real = real_camera();

	(void)state;
	leap_camera_nominal(&nominal);
	assert_true(nominal.nominal);
	for (int i = 0; i < PLACES; i++) {
		double a[2], b[2];

		for (int eye = 0; eye < LEAP_EYES; eye++) {
			if (!leap_camera_project(&real, eye, MODE_240, somewhere(i),
						 a) ||
			    a[0] < 0 || a[0] > 639 || a[1] < 0 || a[1] > 239)
				continue;
			assert_true(leap_camera_project(&nominal, eye, MODE_240,
							somewhere(i), b));
			assert_true(fabs(a[0] - b[0]) < 6 && fabs(a[1] - b[1]) < 6);
		}
	}
}

/* h = -(x + 20 (2 i - 1)) / y with the eyes numbered 0 left, 1 right. */
static void slopes_obey_the_vendors_formula(void **state)
{
	struct leap_camera camera = real_camera();

	(void)state;
	for (int i = 0; i < PLACES; i++) {
		struct vec3 p = somewhere(i);

		for (int eye = 0; eye < LEAP_EYES; eye++) {
			double pixel[2], slope[2];

			if (!leap_camera_project(&camera, eye, MODE_240, p, pixel))
				continue;
			assert_true(leap_camera_slope(&camera, eye, MODE_240, pixel[0],
						      pixel[1], slope));
			assert_near(-slope[0], -(p.x + 20.00543 * (2 * eye - 1)) / p.y,
				    1e-6);
			assert_near(slope[1], p.z / p.y, 1e-6);
		}
	}
}

static void columns_grow_to_the_users_left_and_rows_towards_the_user(void **state)
{
	struct leap_camera camera = real_camera();

	(void)state;
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		double middle[2], right[2], near[2];

		assert_true(leap_camera_project(&camera, eye, MODE_240, vec3(0, 200, 0),
						middle));
		assert_true(leap_camera_project(&camera, eye, MODE_240,
						vec3(30, 200, 0), right));
		assert_true(leap_camera_project(&camera, eye, MODE_240,
						vec3(0, 200, 30), near));
		assert_true(right[0] < middle[0] - 10);
		assert_true(near[1] > middle[1] + 5);
	}
}

static void a_near_point_has_a_larger_column_in_the_left_picture(void **state)
{
	struct leap_camera camera = real_camera();
	double left[2], right[2];

	(void)state;
	assert_true(leap_camera_project(&camera, LEAP_EYE_LEFT, MODE_240,
					vec3(0, 200, 0), left));
	assert_true(leap_camera_project(&camera, LEAP_EYE_RIGHT, MODE_240,
					vec3(0, 200, 0), right));
	assert_true(left[0] - right[0] > 20);
}

static float nudge(unsigned int *dice, float most)
{
	*dice = *dice * 1664525u + 1013904223u;
	return ((float)(*dice >> 8) / (1 << 23) - 1) * most;
}

/* A unit that differs from the real one as units do, and a little more. */
static struct leap_camera another_unit(unsigned int dice)
{
	static const struct {
		int first, count;
		float add, stretch;
	} vary[] = {
		{ 2, 1, 5, 0 },	     { 3, 2, 15, 0 },	   { 7, 3, 0, 0.02f },
		{ 10, 3, 0, 0.02f }, { 16, 3, 0.012f, 0 },
	};
	uint8_t block[LEAP_CAMERA_BLOCK_SIZE];
	struct leap_camera camera;

	memcpy(block, real_block, sizeof(block));
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		for (int v = 0; v < 5; v++) {
			for (int i = 0; i < vary[v].count; i++) {
				uint8_t *at = block + 8 +
					      4 * (vary[v].first + i + eye * RIGHT_EYE);
				uint32_t bits = word(at);
				float value;

				memcpy(&value, &bits, sizeof(value));
				value *= 1 + nudge(&dice, vary[v].stretch);
				put_float(at, value + nudge(&dice, vary[v].add));
			}
		}
	}
	seal(block);
	assert_int_equal(leap_camera_parse(block, sizeof(block), &camera), 0);
	return camera;
}

/* From a pixel to its ray and back, and from there to the same ray. */
static void goes_there_and_back(const struct leap_camera *camera, enum leap_eye eye,
				struct leap_sensor_mode mode, double column, double row)
{
	double slope[2], pixel[2], again[2];
	struct vec3 p;

	assert_true(leap_camera_slope(camera, eye, mode, column, row, slope));
	p = vec3(leap_camera_eye_x(camera, eye) + 170 * slope[0], 170, 170 * slope[1]);
	assert_true(leap_camera_project(camera, eye, mode, p, pixel));
	assert_near(pixel[0], column, 0.01);
	assert_near(pixel[1], row, 0.01);
	assert_true(leap_camera_slope(camera, eye, mode, pixel[0], pixel[1], again));
	assert_near(again[0], slope[0], 1e-6 * (1 + fabs(slope[0])));
	assert_near(again[1], slope[1], 1e-6 * (1 + fabs(slope[1])));
}

static void whole_picture_goes_there_and_back(const struct leap_camera *camera,
					      struct leap_sensor_mode mode, double step)
{
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		for (double down = 0; down < 1 + step; down += step) {
			double row = fmin(down, 1) * (mode.height - 1);

			for (double across = 0; across < 1 + step; across += step)
				goes_there_and_back(camera, eye, mode,
						    fmin(across, 1) * (mode.width - 1),
						    row);
		}
	}
}

static void every_pixel_of_every_mode_comes_back_to_its_place(void **state)
{
	struct leap_camera camera = real_camera();

	(void)state;
	for (unsigned int m = 0; m < sizeof(modes) / sizeof(modes[0]); m++)
		whole_picture_goes_there_and_back(&camera, modes[m], 1.0 / 120);
}

static void so_it_does_through_the_lenses_of_any_unit(void **state)
{
	(void)state;
	for (unsigned int unit = 0; unit < 60; unit++) {
		struct leap_camera camera = another_unit(unit);

		for (unsigned int m = 0; m < sizeof(modes) / sizeof(modes[0]); m++)
			whole_picture_goes_there_and_back(&camera, modes[m], 1.0 / 16);
	}
}

/* Binned rows cover the same view: a point lies where its rows were added up. */
static void all_modes_see_the_same_world(void **state)
{
	struct leap_camera camera = real_camera();
	struct vec3 p = vec3(31, 180, -44);
	double full[2], other[2];

	(void)state;
	assert_true(leap_camera_project(&camera, LEAP_EYE_LEFT, modes[3], p, full));
	for (unsigned int m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
		double bin = 480.0 / modes[m].height;

		assert_true(leap_camera_project(&camera, LEAP_EYE_LEFT, modes[m], p,
						other));
		assert_near(other[0] + (752.0 - modes[m].width) / 2, full[0], 1e-9);
		assert_near((other[1] + 0.5) * bin, full[1] + 0.5, 1e-9);
	}
}

static void what_both_eyes_see_lies_on_one_rectified_row(void **state)
{
	struct leap_camera camera = real_camera();
	unsigned int seen = 0;

	(void)state;
	for (int i = 0; i < PLACES; i++) {
		double pixel[2], slope[LEAP_EYES][2], gap;
		struct vec3 p = somewhere(i), found;
		int eye;

		for (eye = 0; eye < LEAP_EYES; eye++) {
			if (!leap_camera_project(&camera, eye, MODE_240, p, pixel) ||
			    !leap_camera_slope(&camera, eye, MODE_240, pixel[0],
					       pixel[1], slope[eye]))
				break;
		}
		if (eye < LEAP_EYES)
			continue;
		assert_near(slope[0][1], slope[1][1], 1e-7);
		assert_true(leap_camera_triangulate(&camera, slope, &found, &gap));
		assert_true(vec3_distance(found, p) < 1e-3);
		assert_true(gap < 1e-3);
		seen++;
	}
	assert_true(seen > PLACES / 2);
}

static void mismatched_rays_tell_their_gap(void **state)
{
	const double slope[LEAP_EYES][2] = { { -0.1, 0.02 }, { 0.1, -0.02 } };
	struct leap_camera camera = real_camera();
	struct vec3 p;
	double gap;

	(void)state;
	assert_true(leap_camera_triangulate(&camera, slope, &p, &gap));
	assert_near(p.y, 200, 10);
	assert_near(p.z, 0, 1e-6);
	assert_near(gap, 8, 1);
}

static void rays_that_part_have_no_point(void **state)
{
	const double apart[LEAP_EYES][2] = { { 0.1, 0 }, { -0.1, 0 } };
	const double parallel[LEAP_EYES][2] = { { 0.1, 0.3 }, { 0.1, 0.3 } };
	struct leap_camera camera = real_camera();
	struct vec3 p;

	(void)state;
	assert_false(leap_camera_triangulate(&camera, apart, &p, NULL));
	assert_false(leap_camera_triangulate(&camera, parallel, &p, NULL));
}

static void points_no_eye_can_see_have_no_pixel(void **state)
{
	static const struct vec3 hidden[] = {
		{ 0, 0, 0 },	      { 0, -100, 0 },
		{ 1e6, 10, 0 },	      { NAN, 100, 0 },
		{ 0, NAN, 0 },	      { 0, 0, 1e300 },
		{ INFINITY, 100, 0 }, { 0, INFINITY, INFINITY },
	};
	struct leap_camera camera = real_camera();
	double pixel[2];

	(void)state;
	for (unsigned int i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		assert_false(leap_camera_project(&camera, LEAP_EYE_LEFT, MODE_240,
						 hidden[i], pixel));
		assert_false(leap_camera_project(&camera, LEAP_EYE_RIGHT, MODE_240,
						 hidden[i], pixel));
	}
}

static void pixels_far_outside_have_no_ray(void **state)
{
	struct leap_camera camera = real_camera();
	double slope[2];

	(void)state;
	assert_false(
		leap_camera_slope(&camera, LEAP_EYE_LEFT, MODE_240, 5000, 100, slope));
	assert_false(
		leap_camera_slope(&camera, LEAP_EYE_LEFT, MODE_240, NAN, 100, slope));
	assert_false(
		leap_camera_slope(&camera, LEAP_EYE_LEFT, MODE_240, 9, -1e300, slope));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_real_block_is_read),
		cmocka_unit_test(a_changed_bit_is_noticed),
		cmocka_unit_test(another_size_is_refused),
		cmocka_unit_test(an_impossible_value_is_refused_by_its_name),
		cmocka_unit_test(what_is_no_sealed_block_is_told_apart),
		cmocka_unit_test(the_nominal_camera_says_so_and_resembles_a_real_one),
		cmocka_unit_test(slopes_obey_the_vendors_formula),
		cmocka_unit_test(
			columns_grow_to_the_users_left_and_rows_towards_the_user),
		cmocka_unit_test(a_near_point_has_a_larger_column_in_the_left_picture),
		cmocka_unit_test(every_pixel_of_every_mode_comes_back_to_its_place),
		cmocka_unit_test(so_it_does_through_the_lenses_of_any_unit),
		cmocka_unit_test(all_modes_see_the_same_world),
		cmocka_unit_test(what_both_eyes_see_lies_on_one_rectified_row),
		cmocka_unit_test(mismatched_rays_tell_their_gap),
		cmocka_unit_test(rays_that_part_have_no_point),
		cmocka_unit_test(points_no_eye_can_see_have_no_pixel),
		cmocka_unit_test(pixels_far_outside_have_no_ray),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
