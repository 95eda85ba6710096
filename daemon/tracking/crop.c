// SPDX-License-Identifier: MIT
/*
 * Samples both eyes' pictures around one point in space for the network.
 * Pure functions; the tables are written once and then read by any thread.
 */
#include "daemon/tracking/crop.h"

#include <string.h>

/* Where pixels lie in the picture is reckoned at every NODE-th and between them linear. */
#define NODE 4
#define NODES_ACROSS (LEAP_CROP_COLUMNS / NODE + 1)
#define NODES_DOWN (LEAP_CROP_ROWS / NODE + 1)

/* From node to node, in half widths. */
#define NODE_COLUMNS (2.0 * NODE / LEAP_CROP_COLUMNS)
#define NODE_ROWS (2.0 * NODE / LEAP_CROP_ROWS)

/* A node that no pixel of the eye shows. */
#define NOWHERE (-1e6f)

/* The brightness is measured on every SPARSE-th pixel of every SPARSE-th row. */
#define SPARSE 4
#define SPARSE_BRIGHT 24 /* so many of the 1024 are brighter */
#define LEVEL_LEAST 15

#define BRIGHTEST 1.5
#define STEPS_OF_ONE 204.0

/* The pixel radius over the ideal one, found with the camera's own inverse. */
static float lens_scale(const struct leap_camera *camera, enum leap_eye eye,
			double ideal)
{
	const struct leap_lens *lens = &camera->lens[eye];
	const struct leap_sensor_mode full = { 640, 480 };
	struct vec3 ray = mat3_apply_transposed(&lens->rotation, vec3(ideal, 0, 1));
	double pixel[2];

	if (!(ray.z > 0) ||
	    !leap_camera_project(
		    camera, eye, full,
		    vec3(leap_camera_eye_x(camera, eye) - ray.x, ray.z, ray.y), pixel))
		return 0;
	return (float)((pixel[0] - lens->centre[0]) / lens->focal / ideal);
}

/* How far out the camera model answers in every direction that a table can serve. */
static double lens_far(const struct leap_camera *camera, enum leap_eye eye)
{
	double low = 0.1, high = 12;

	for (int i = 0; i < 40; i++) {
		double middle = (low + high) / 2;

		if (lens_scale(camera, eye, middle) > 0)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void lens_init(const struct leap_camera *camera, enum leap_eye eye,
		      struct leap_sensor_mode mode, struct leap_crop_lens *ret)
{
	const struct leap_lens *lens = &camera->lens[eye];
	double bin = 480.0 / mode.height;

	ret->eye_x = (float)leap_camera_eye_x(camera, eye);
	for (int i = 0; i < 3; i++) {
		ret->rotation[i][0] = (float)lens->rotation.row[i].x;
		ret->rotation[i][1] = (float)lens->rotation.row[i].y;
		ret->rotation[i][2] = (float)lens->rotation.row[i].z;
	}
	ret->focal[0] = (float)lens->focal;
	ret->focal[1] = (float)(lens->focal / bin);
	ret->centre[0] = (float)(lens->centre[0] + ((double)mode.width - 640) / 2);
	ret->centre[1] = (float)((lens->centre[1] - (bin - 2) / 2) / bin);
	ret->far = (float)lens_far(camera, eye);
	for (int i = 0; i <= LEAP_CROP_LENS_STEPS + 1; i++) {
		double ideal =
			ret->far * fmin(i, LEAP_CROP_LENS_STEPS) / LEAP_CROP_LENS_STEPS;

		ret->scale[i] = lens_scale(camera, eye, fmax(ideal, 1e-3));
	}
}

void leap_crop_optics_init(const struct leap_camera *camera,
			   struct leap_sensor_mode mode,
			   struct leap_crop_optics *ret_optics)
{
	ret_optics->mode = mode;
	for (int eye = 0; eye < LEAP_EYES; eye++)
		lens_init(camera, eye, mode, &ret_optics->eye[eye]);
}

/* @ray: from the eye, Leap coordinates */
static bool lens_project(const struct leap_crop_lens *lens, const float ray[3],
			 float ret_pixel[2])
{
	const float v[3] = { -ray[0], ray[2], ray[1] };
	float own[3], x, y, at, part;
	int step;

	for (int i = 0; i < 3; i++)
		own[i] = lens->rotation[i][0] * v[0] + lens->rotation[i][1] * v[1] +
			 lens->rotation[i][2] * v[2];
	if (!(own[2] > 1e-3f * (fabsf(own[0]) + fabsf(own[1]))))
		return false;
	x = own[0] / own[2];
	y = own[1] / own[2];
	at = sqrtf(x * x + y * y) * (LEAP_CROP_LENS_STEPS / lens->far);
	if (!(at <= LEAP_CROP_LENS_STEPS))
		return false;
	step = (int)at;
	part = at - (float)step;
	part = lens->scale[step] + part * (lens->scale[step + 1] - lens->scale[step]);
	ret_pixel[0] = lens->centre[0] + lens->focal[0] * part * x;
	ret_pixel[1] = lens->centre[1] + lens->focal[1] * part * y;
	return true;
}

bool leap_crop_project(const struct leap_crop_optics *optics, enum leap_eye eye,
		       struct vec3 point, float ret_pixel[2])
{
	const struct leap_crop_lens *lens = &optics->eye[eye];
	const float ray[3] = { (float)point.x - lens->eye_x, (float)point.y,
			       (float)point.z };

	return lens_project(lens, ray, ret_pixel);
}

/* To the mirrored and turned space; its own inverse. */
static struct vec3 turn(const struct leap_crop_place *place, struct vec3 v)
{
	return vec3(place->mirrored != place->turned ? -v.x : v.x, v.y,
		    place->turned ? -v.z : v.z);
}

static void frame_crop(const struct leap_crop_place *place, struct leap_crop *crop)
{
	struct vec3 to = turn(place, place->anchor), across;

	crop->place = *place;
	crop->depth = fmax(vec3_length(to), 1);
	crop->axis[2] = vec3_unit_or(to, vec3(0, 1, 0));
	across = vec3_reject(vec3(-1, 0, 0), crop->axis[2]);
	crop->axis[0] = vec3_unit_or(across, vec3(0, 0, 1));
	crop->axis[1] = vec3_cross(crop->axis[2], crop->axis[0]);
	if (crop->axis[1].z < 0)
		crop->axis[1] = vec3_scale(crop->axis[1], -1);
}

struct nodes {
	float at[NODES_DOWN][NODES_ACROSS][2];
};

/* @lens: of the eye whose picture it is; @eye_x: where it is in the crop's space */
static void place_nodes(const struct leap_crop *crop, const struct leap_crop_lens *lens,
			double eye_x, struct nodes *ret)
{
	struct vec3 to =
		vec3_sub(turn(&crop->place, crop->place.anchor), vec3(eye_x, 0, 0));
	double away = fmax(vec3_dot(to, crop->axis[2]), 1);
	struct vec3 middle = vec3_scale(to, 1 / away);
	double half = 0.5 * crop->place.width / away;

	for (int r = 0; r < NODES_DOWN; r++) {
		double down = half * (r * NODE_ROWS - 1);

		for (int c = 0; c < NODES_ACROSS; c++) {
			double along = half * (c * NODE_COLUMNS - 1);
			struct vec3 d =
				vec3_madd(vec3_madd(middle, along, crop->axis[0]), down,
					  crop->axis[1]);
			struct vec3 real = turn(&crop->place, d);
			const float ray[3] = { (float)real.x, (float)real.y,
					       (float)real.z };

			if (!lens_project(lens, ray, ret->at[r][c]))
				ret->at[r][c][0] = ret->at[r][c][1] = NOWHERE;
		}
	}
}

/* Bilinear; @pixels: of one eye, every second byte. */
static uint8_t look(const uint8_t *pixels, uint32_t width, uint32_t height, float x,
		    float y)
{
	const uint8_t *above, *below;
	float over, under;
	int column, row;

	if (!(x >= 0 && y >= 0 && x < (float)(width - 1) && y < (float)(height - 1)))
		return 0;
	column = (int)x;
	row = (int)y;
	x -= (float)column;
	y -= (float)row;
	above = pixels + ((size_t)row * width + (size_t)column) * 2;
	below = above + (size_t)width * 2;
	over = (float)above[0] + x * (float)(above[2] - above[0]);
	under = (float)below[0] + x * (float)(below[2] - below[0]);
	return (uint8_t)(over + y * (under - over) + 0.5f);
}

static void sample_row(const struct leap_stereo_frame *frame, int eye,
		       const struct nodes *nodes, int row, uint8_t *ret_pixel)
{
	const float(*above)[2] = nodes->at[row / NODE];
	const float(*below)[2] = nodes->at[row / NODE + 1];
	float down = ((float)(row % NODE) + 0.5f) / NODE;
	float node[NODES_ACROSS][2];

	for (int c = 0; c < NODES_ACROSS; c++)
		for (int i = 0; i < 2; i++)
			node[c][i] = above[c][i] + down * (below[c][i] - above[c][i]);
	for (int c = 0; c < NODES_ACROSS - 1; c++) {
		const float step[2] = { (node[c + 1][0] - node[c][0]) / NODE,
					(node[c + 1][1] - node[c][1]) / NODE };

		for (int k = 0; k < NODE; k++)
			ret_pixel[c * NODE + k] =
				look(frame->pixels + eye, frame->width, frame->height,
				     node[c][0] + ((float)k + 0.5f) * step[0],
				     node[c][1] + ((float)k + 0.5f) * step[1]);
	}
}

void leap_crop_take(const struct leap_crop_optics *optics,
		    const struct leap_stereo_frame *frame,
		    const struct leap_crop_place *place, struct leap_crop *ret_crop)
{
	bool swapped = place->mirrored != place->turned;
	struct nodes nodes = { 0 };

	frame_crop(place, ret_crop);
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		int real = swapped ? LEAP_EYES - 1 - eye : eye;
		const struct leap_crop_lens *lens = &optics->eye[real];

		place_nodes(ret_crop, lens,
			    swapped ? -(double)lens->eye_x : (double)lens->eye_x,
			    &nodes);
		for (int row = 0; row < LEAP_CROP_ROWS; row++)
			sample_row(frame, real, &nodes, row, ret_crop->pixel[eye][row]);
	}
}

static int bright_level(const struct leap_crop *crop)
{
	int count[256] = { 0 }, above = 0, level = 255;

	for (int eye = 0; eye < LEAP_EYES; eye++)
		for (int r = 0; r < LEAP_CROP_ROWS; r += SPARSE)
			for (int c = 0; c < LEAP_CROP_COLUMNS; c += SPARSE)
				count[crop->pixel[eye][r][c]]++;
	while (level > LEVEL_LEAST && above + count[level] <= SPARSE_BRIGHT)
		above += count[level--];
	return level;
}

void leap_crop_even(struct leap_crop *crop)
{
	uint8_t *pixel = &crop->pixel[0][0][0];
	double level = bright_level(crop);
	uint8_t table[256];

	for (int i = 0; i < 256; i++)
		table[i] = (uint8_t)(STEPS_OF_ONE * sqrt(fmin(i / level, BRIGHTEST)) +
				     0.5);
	for (size_t i = 0; i < sizeof(crop->pixel); i++)
		pixel[i] = table[pixel[i]];
}

void leap_crop_planes(const struct leap_crop *crop, float ret_plane[LEAP_CROP_PLANES])
{
	ret_plane[0] = (float)log(crop->depth / 200);
	ret_plane[1] = (float)crop->axis[2].x;
	ret_plane[2] = (float)crop->axis[2].z;
}

void leap_crop_locate(const struct leap_crop *crop, struct vec3 point, double ret_at[3])
{
	struct vec3 p = turn(&crop->place, point);
	double half = 0.5 * crop->place.width;
	double along = fmax(vec3_dot(p, crop->axis[2]), 1);

	ret_at[0] = vec3_dot(p, crop->axis[0]) / along * crop->depth / half;
	ret_at[1] = vec3_dot(p, crop->axis[1]) / along * crop->depth / half;
	ret_at[2] = (along - crop->depth) / half;
}

struct vec3 leap_crop_middle(const struct vec3 point[], unsigned int points)
{
	struct vec3 low = point[0], high = point[0];

	for (unsigned int i = 1; i < points; i++) {
		low = vec3(fmin(low.x, point[i].x), fmin(low.y, point[i].y),
			   fmin(low.z, point[i].z));
		high = vec3(fmax(high.x, point[i].x), fmax(high.y, point[i].y),
			    fmax(high.z, point[i].z));
	}
	return vec3_lerp(low, high, 0.5);
}

struct vec3 leap_crop_point(const struct leap_crop *crop, const double at[3])
{
	double half = 0.5 * crop->place.width;
	double along = fmax(crop->depth + at[2] * half, 1);
	double spread = half / crop->depth * along;
	struct vec3 p = vec3_scale(crop->axis[2], along);

	p = vec3_madd(p, at[0] * spread, crop->axis[0]);
	p = vec3_madd(p, at[1] * spread, crop->axis[1]);
	return turn(&crop->place, p);
}
