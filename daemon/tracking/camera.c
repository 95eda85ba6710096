// SPDX-License-Identifier: MIT
/*
 * Calibration block to lens model, pixel to ray, point to pixel, two rays to a point.
 * Pure functions; a camera is written once by its parser and read by any thread.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "daemon/tracking/camera.h"

#define BLOCK_WORDS (LEAP_CAMERA_BLOCK_SIZE / 4)
#define BLOCK_FLOATS 36
#define FLOATS_BEFORE_EYES 2
#define FLOATS_PER_EYE 17

/* As far from the centre as the model is used; no pixel of a real unit is farther. */
#define REACH_MAX 4.0
#define REACH_STEPS 400

/* Rays flatter than this never reach a hand; the lens sees none of them anyway. */
#define FORWARD_MIN 0.02

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static double le_float(const uint8_t *p)
{
	uint32_t word = le32(p);
	float value;

	memcpy(&value, &word, sizeof(value));
	return value;
}

/* The ideal radius of a pixel at radius @r from the centre, in focal lengths. */
static double ideal_radius(const double k[6], double r, double *ret_derivative)
{
	double r2 = r * r;
	double above = 1 + r2 * (k[0] + r2 * (k[1] + r2 * k[2]));
	double below = 1 + r2 * (k[3] + r2 * (k[4] + r2 * k[5]));
	double above_slope = k[0] + r2 * (2 * k[1] + r2 * 3 * k[2]);
	double below_slope = k[3] + r2 * (2 * k[4] + r2 * 3 * k[5]);
	double factor = above / below;

	if (ret_derivative)
		*ret_derivative =
			factor + 2 * r2 * (above_slope - factor * below_slope) / below;
	return r * factor;
}

/* How far out the polynomial still has one pixel for each ray. */
static double lens_reach(const double k[6])
{
	double reach = 0, before = 0;

	for (int i = 1; i <= REACH_STEPS; i++) {
		double r = i * (REACH_MAX / REACH_STEPS), derivative;
		double ideal = ideal_radius(k, r, &derivative);

		if (!(ideal > before) || !(derivative > 0.05) || !(ideal < 100))
			break;
		reach = r;
		before = ideal;
	}
	return reach;
}

static struct mat3 from_cayley(double x, double y, double z)
{
	double xx = x * x, yy = y * y, zz = z * z;
	double scale = 1 / (1 + xx + yy + zz);
	struct mat3 m = { {
		vec3(1 + xx - yy - zz, 2 * (x * y - z), 2 * (z * x + y)),
		vec3(2 * (x * y + z), 1 - xx + yy - zz, 2 * (y * z - x)),
		vec3(2 * (z * x - y), 2 * (y * z + x), 1 - xx - yy + zz),
	} };

	for (int i = 0; i < 3; i++)
		m.row[i] = vec3_scale(m.row[i], scale);
	return m;
}

/* What can be wrong with an eye, in the order in which it is looked at. */
enum fault {
	FAULT_FOCAL,
	FAULT_CENTRE,
	FAULT_TANGENTIAL,
	FAULT_RADIAL,
	FAULT_ROTATION,
	FAULT_FOLD,
	FAULTS,
};

#define FAULTS_OF(eye)                                                            \
	{                                                                         \
		"the focal length of the " eye " is impossible",                  \
			"the centre of the " eye " is impossible",                \
			"the tangential distortion of the " eye " is impossible", \
			"the radial distortion of the " eye " is impossible",     \
			"the rotation of the " eye " is impossible",              \
			"the distortion of the " eye                              \
			" leaves parts of its picture without rays",              \
	}

static const char *const fault_text[LEAP_EYES][FAULTS] = {
	[LEAP_EYE_LEFT] = FAULTS_OF("left eye"),
	[LEAP_EYE_RIGHT] = FAULTS_OF("right eye"),
};

/* An eye's floats and what they may be: wide enough for any unit that was ever sold. */
static const struct {
	int first, count;
	double least, most;
} limits[FAULT_FOLD] = {
	[FAULT_FOCAL] = { 0, 1, 110, 200 },	   [FAULT_CENTRE] = { 1, 2, -45, 45 },
	[FAULT_TANGENTIAL] = { 3, 2, -0.2, 0.2 },  [FAULT_RADIAL] = { 5, 6, -50, 50 },
	[FAULT_ROTATION] = { 14, 3, -0.05, 0.05 },
};

/* NAN is within nothing. */
static bool within(double value, double least, double most)
{
	return value >= least && value <= most;
}

/* How far the corners of the 640 x 480 picture are from the centre, focal lengths. */
static double corner_radius(const struct leap_lens *lens)
{
	double across = fmax(lens->centre[0], 639 - lens->centre[0]);
	double down = fmax(lens->centre[1], 479 - lens->centre[1]);

	return hypot(across, down) / lens->focal;
}

/* Return: FAULTS when there is none. */
static enum fault parse_lens(const double f[FLOATS_PER_EYE], struct leap_lens *ret_lens)
{
	for (int fault = 0; fault < FAULT_FOLD; fault++)
		for (int i = 0; i < limits[fault].count; i++)
			if (!within(f[limits[fault].first + i], limits[fault].least,
				    limits[fault].most))
				return (enum fault)fault;
	*ret_lens = (struct leap_lens){
		.focal = f[0],
		.centre = { 320 + f[1], 240 + f[2] },
		.rotation = from_cayley(f[14], f[15], f[16]),
	};
	memcpy(ret_lens->radial, f + 5, sizeof(ret_lens->radial));
	ret_lens->reach = lens_reach(ret_lens->radial);
	return ret_lens->reach < corner_radius(ret_lens) ? FAULT_FOLD : FAULTS;
}

static bool is_sealed(const uint8_t *block)
{
	uint32_t sum = 0;

	for (int i = 0; i < BLOCK_WORDS - 1; i++)
		sum += le32(block + 4 * i);
	return sum == le32(block + 4 * (BLOCK_WORDS - 1));
}

/* @ret_fault: set on failure */
static int read_block(const uint8_t *block, size_t size, struct leap_camera *ret_camera,
		      const char **ret_fault)
{
	double f[BLOCK_FLOATS];

	*ret_fault = "it is not 156 bytes long";
	if (size != LEAP_CAMERA_BLOCK_SIZE)
		return -EMSGSIZE;
	*ret_fault = "it is no calibration block of a known version";
	if (block[0] != 'C' || block[1] != 'A' || block[2] != 0)
		return -EBADMSG;
	*ret_fault = "its checksum is wrong";
	if (!is_sealed(block))
		return -EBADMSG;
	for (int i = 0; i < BLOCK_FLOATS; i++)
		f[i] = le_float(block + 8 + 4 * i);
	*ret_fault = "the distance between the eyes is impossible";
	if (!within(f[0], 20, 80))
		return -ERANGE;
	ret_camera->baseline = f[0];
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		enum fault fault =
			parse_lens(f + FLOATS_BEFORE_EYES + eye * FLOATS_PER_EYE,
				   &ret_camera->lens[eye]);

		if (fault == FAULTS)
			continue;
		*ret_fault = fault_text[eye][fault];
		return -ERANGE;
	}
	return 0;
}

int leap_camera_parse(const void *block, size_t size, struct leap_camera *ret_camera)
{
	struct leap_camera camera = { 0 };
	const char *fault;
	int r = read_block(block, size, &camera, &fault);

	if (r == 0)
		*ret_camera = camera;
	return r;
}

const char *leap_camera_fault(const void *block, size_t size)
{
	struct leap_camera camera = { 0 };
	const char *fault;

	return read_block(block, size, &camera, &fault) ? fault : NULL;
}

void leap_camera_nominal(struct leap_camera *ret_camera)
{
	static const struct leap_lens lens = {
		.focal = 132,
		.radial = { 1.272, 0.2982, 0.0177, 1.464, 0.3432, -0.006705 },
		.reach = REACH_MAX,
	};
	struct leap_camera camera = { .baseline = 40, .nominal = true };

	for (int eye = 0; eye < LEAP_EYES; eye++) {
		camera.lens[eye] = lens;
		camera.lens[eye].rotation = mat3_identity();
		camera.lens[eye].centre[1] = 235.5;
	}
	camera.lens[LEAP_EYE_LEFT].centre[0] = 312;
	camera.lens[LEAP_EYE_RIGHT].centre[0] = 307.5;
	*ret_camera = camera;
}

void leap_camera_level(struct leap_camera *camera, double by)
{
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		double angle = eye == LEAP_EYE_LEFT ? -0.5 * by : 0.5 * by;
		struct vec3 *row = camera->lens[eye].rotation.row;
		struct vec3 depth = vec3_scale(row[2], cos(angle));
		struct vec3 down = vec3_scale(row[1], cos(angle));

		down = vec3_madd(down, sin(angle), row[2]);
		row[2] = vec3_madd(depth, -sin(angle), row[1]);
		row[1] = down;
	}
}

double leap_camera_eye_x(const struct leap_camera *camera, enum leap_eye eye)
{
	return (eye == LEAP_EYE_LEFT ? 0.5 : -0.5) * camera->baseline;
}

/*
 * Between a mode's pixels and the 640 x 480 scale of the lens. The 752 columns are
 * the whole sensor, the 640 its middle; 240 and 120 rows are bins of 2 and 4. Row r
 * of the 240 is 2 r at the lens' scale, which is the calibration's own convention;
 * the other modes follow from where their bins lie on the sensor.
 */
static double lens_column(struct leap_sensor_mode mode, double column)
{
	return column - ((double)mode.width - 640) / 2;
}

static double lens_row(struct leap_sensor_mode mode, double row)
{
	double bin = 480.0 / mode.height;

	return bin * row + (bin - 2) / 2;
}

static double mode_column(struct leap_sensor_mode mode, double column)
{
	return column + ((double)mode.width - 640) / 2;
}

static double mode_row(struct leap_sensor_mode mode, double row)
{
	double bin = 480.0 / mode.height;

	return (row - (bin - 2) / 2) / bin;
}

bool leap_camera_slope(const struct leap_camera *camera, enum leap_eye eye,
		       struct leap_sensor_mode mode, double column, double row,
		       double ret_slope[2])
{
	const struct leap_lens *lens = &camera->lens[eye];
	double x = (lens_column(mode, column) - lens->centre[0]) / lens->focal;
	double y = (lens_row(mode, row) - lens->centre[1]) / lens->focal;
	double r = hypot(x, y), factor;
	struct vec3 ray;

	if (!(r <= lens->reach))
		return false;
	factor = r > 1e-9 ? ideal_radius(lens->radial, r, NULL) / r : 1;
	ray = mat3_apply_transposed(&lens->rotation, vec3(x * factor, y * factor, 1));
	if (ray.z < FORWARD_MIN * vec3_length(ray))
		return false;
	ret_slope[0] = -ray.x / ray.z;
	ret_slope[1] = ray.y / ray.z;
	return true;
}

/*
 * Newton's method inside a bracket, which is halved whenever a step leaves it or gains
 * little: it always ends, whatever curve a calibration describes.
 */
static double pixel_radius(const struct leap_lens *lens, double ideal)
{
	double low = 0, high = lens->reach, r = fmin(ideal, high), before = INFINITY;

	for (int i = 0; i < 100; i++) {
		double derivative;
		double error = ideal_radius(lens->radial, r, &derivative) - ideal;
		double next = r - error / derivative;

		if (error > 0)
			high = r;
		else
			low = r;
		if (!(next >= low && next <= high) || fabs(error) > 0.5 * before)
			next = (low + high) / 2;
		if (fabs(next - r) < 1e-10)
			return next;
		before = fabs(error);
		r = next;
	}
	return r;
}

bool leap_camera_project(const struct leap_camera *camera, enum leap_eye eye,
			 struct leap_sensor_mode mode, struct vec3 point,
			 double ret_pixel[2])
{
	const struct leap_lens *lens = &camera->lens[eye];
	struct vec3 ray =
		vec3(leap_camera_eye_x(camera, eye) - point.x, point.z, point.y);
	double ideal, scale;

	if (!(ray.z > 0) || !(ray.z >= FORWARD_MIN * vec3_length(ray) * (1 - 1e-9)))
		return false;
	ray = mat3_apply(&lens->rotation, ray);
	if (!(ray.z > 0))
		return false;
	ideal = hypot(ray.x, ray.y) / ray.z;
	if (!(ideal <= ideal_radius(lens->radial, lens->reach, NULL) * (1 + 1e-9)))
		return false;
	scale = ideal > 1e-9 ? pixel_radius(lens, ideal) / ideal : 1;
	ret_pixel[0] = mode_column(mode, lens->centre[0] +
						 lens->focal * scale * ray.x / ray.z);
	ret_pixel[1] =
		mode_row(mode, lens->centre[1] + lens->focal * scale * ray.y / ray.z);
	return true;
}

bool leap_camera_triangulate(const struct leap_camera *camera,
			     const double slope[LEAP_EYES][2], struct vec3 *ret_point,
			     double *ret_gap)
{
	struct vec3 a = vec3(slope[0][0], 1, slope[0][1]);
	struct vec3 b = vec3(slope[1][0], 1, slope[1][1]);
	struct vec3 eye_a = vec3(leap_camera_eye_x(camera, LEAP_EYE_LEFT), 0, 0);
	struct vec3 eye_b = vec3(leap_camera_eye_x(camera, LEAP_EYE_RIGHT), 0, 0);
	struct vec3 apart = vec3_sub(eye_b, eye_a);
	double aa = vec3_dot(a, a), bb = vec3_dot(b, b), ab = vec3_dot(a, b);
	double determinant = aa * bb - ab * ab;
	double along_a, along_b;
	struct vec3 on_a, on_b;

	if (!(determinant > 1e-12 * aa * bb))
		return false;
	along_a = (vec3_dot(apart, a) * bb - vec3_dot(apart, b) * ab) / determinant;
	along_b = (vec3_dot(apart, a) * ab - vec3_dot(apart, b) * aa) / determinant;
	if (!(along_a > 0) || !(along_b > 0))
		return false;
	on_a = vec3_madd(eye_a, along_a, a);
	on_b = vec3_madd(eye_b, along_b, b);
	*ret_point = vec3_lerp(on_a, on_b, 0.5);
	if (ret_gap)
		*ret_gap = vec3_distance(on_a, on_b);
	return true;
}
