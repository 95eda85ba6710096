// SPDX-License-Identifier: MIT
/*
 * Where the pixels of one simulated eye look, and which cones a tile can see. The
 * optics are written once at the start and then read only; no other state.
 */
#include "sim/optics.h"

/* Tiles are sorted in two steps: first for blocks of 8 x 8. */
#define BLOCK 8
#define BLOCKS_ACROSS ((LEAP_SIM_TILES_ACROSS + BLOCK - 1) / BLOCK)
#define BLOCKS_DOWN ((LEAP_SIM_TILES_DOWN + BLOCK - 1) / BLOCK)

/* Wider than this from the axis, radians, a cone is looked for everywhere. */
#define WIDEST 1.48

static struct vec3 ray(const struct leap_camera *camera, enum leap_eye eye,
		       double column, double row)
{
	const struct leap_sensor_mode mode = { LEAP_SIM_WIDTH, LEAP_SIM_HEIGHT };
	double slope[2];

	if (!leap_camera_slope(camera, eye, mode, column, row, slope))
		return vec3(0, 0, 0);
	return vec3_unit_or(vec3(slope[0], 1, slope[1]), vec3(0, 1, 0));
}

static void store(struct vec3 v, float ret[3])
{
	ret[0] = (float)v.x;
	ret[1] = (float)v.y;
	ret[2] = (float)v.z;
}

static void tile_reach(struct leap_sim_tile *t)
{
	float low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };

	t->reach = -1;
	for (int i = 0; i < LEAP_SIM_LANES; i++) {
		float slope[2];

		if (t->y[i] <= 0)
			continue;
		slope[0] = t->x[i] / t->y[i];
		slope[1] = t->z[i] / t->y[i];
		for (int k = 0; k < 2; k++) {
			low[k] = fminf(low[k], slope[k]);
			high[k] = fmaxf(high[k], slope[k]);
		}
		t->reach = 0;
	}
	if (t->reach < 0)
		return;
	for (int k = 0; k < 2; k++)
		t->slope[k] = 0.5f * (low[k] + high[k]);
	/* A pixel more on every side: the soft edge of what is seen. */
	t->reach = hypotf(high[0] - low[0], high[1] - low[1]) * 0.5f * 1.3f;
}

static void tile_init(const struct leap_camera *camera, enum leap_eye eye,
		      unsigned int row, unsigned int column, struct leap_sim_tile *t)
{
	double middle_column = column + 0.5 * (LEAP_SIM_TILE_COLUMNS - 1);
	double middle_row = row + 0.5 * (LEAP_SIM_TILE_ROWS - 1);

	for (int i = 0; i < LEAP_SIM_LANES; i++) {
		struct vec3 v = ray(camera, eye, column + i % LEAP_SIM_TILE_COLUMNS,
				    row + (double)(i / LEAP_SIM_TILE_COLUMNS));

		t->x[i] = (float)v.x;
		t->y[i] = (float)v.y;
		t->z[i] = (float)v.z;
	}
	store(vec3_sub(ray(camera, eye, middle_column + 0.5, middle_row),
		       ray(camera, eye, middle_column - 0.5, middle_row)),
	      t->column);
	store(vec3_sub(ray(camera, eye, middle_column, middle_row + 0.5),
		       ray(camera, eye, middle_column, middle_row - 0.5)),
	      t->row);
	tile_reach(t);
}

void leap_sim_optics_init(const struct leap_camera *camera, enum leap_eye eye,
			  struct leap_sim_optics *ret_optics)
{
	ret_optics->eye_x = (float)leap_camera_eye_x(camera, eye);
	for (unsigned int r = 0; r < LEAP_SIM_TILES_DOWN; r++)
		for (unsigned int c = 0; c < LEAP_SIM_TILES_ACROSS; c++)
			tile_init(camera, eye, r * LEAP_SIM_TILE_ROWS,
				  c * LEAP_SIM_TILE_COLUMNS, &ret_optics->tile[r][c]);
}

/* A cone as the eye sees it: a thick line in the plane of slopes. */
struct silhouette {
	const struct leap_sim_cone *cone;
	float start[2];
	float along[2];
	float inverse;
	float reach;
	bool everywhere;
	float nearest;
	float farthest;
};

/* False where a sphere's picture has no bounds in the plane of slopes. */
static bool ball(const float centre[3], double radius, float ret_slope[2],
		 float *ret_reach)
{
	double d = sqrt((double)centre[0] * centre[0] + (double)centre[1] * centre[1] +
			(double)centre[2] * centre[2]);
	double off, half;

	if (centre[1] <= 0 || radius >= d)
		return false;
	off = acos(fmin(centre[1] / d, 1));
	half = asin(radius / d);
	if (off + half > WIDEST)
		return false;
	ret_slope[0] = centre[0] / centre[1];
	ret_slope[1] = centre[2] / centre[1];
	*ret_reach = fmaxf(*ret_reach, (float)(tan(off + half) - tan(off)));
	return true;
}

static void silhouette_depth(struct silhouette *s, const float a[3], const float b[3],
			     float radius)
{
	const struct leap_sim_cone *c = s->cone;
	float dot = 0, near = 0, far_a = 0, far_b = 0, h;

	for (int k = 0; k < 3; k++)
		dot -= a[k] * c->along[k];
	h = fminf(fmaxf(dot * c->inverse, 0), 1);
	for (int k = 0; k < 3; k++) {
		float p = a[k] + h * c->along[k];

		near += p * p;
		far_a += a[k] * a[k];
		far_b += b[k] * b[k];
	}
	s->nearest = fmaxf(sqrtf(near) - radius, 1);
	s->farthest = sqrtf(fmaxf(far_a, far_b)) + radius;
}

static void silhouette_init(struct silhouette *s, const struct leap_sim_cone *cone,
			    float eye_x)
{
	/* Far enough that what is left out would not have shown in the blend. */
	float radius = cone->largest + 2.5f + 0.75f * cone->blend;
	float a[3] = { cone->start[0] - eye_x, cone->start[1], cone->start[2] };
	float b[3], end[2] = { 0 }, square;

	for (int k = 0; k < 3; k++)
		b[k] = a[k] + cone->along[k];
	*s = (struct silhouette){ .cone = cone };
	silhouette_depth(s, a, b, radius);
	s->everywhere = !ball(a, radius, s->start, &s->reach) ||
			!ball(b, radius, end, &s->reach);
	if (s->everywhere)
		return;
	for (int k = 0; k < 2; k++)
		s->along[k] = end[k] - s->start[k];
	square = s->along[0] * s->along[0] + s->along[1] * s->along[1];
	s->inverse = square > 1e-12f ? 1 / square : 0;
}

static bool touches(const struct silhouette *s, const float slope[2], float reach)
{
	float x = slope[0] - s->start[0], y = slope[1] - s->start[1];
	float h = (x * s->along[0] + y * s->along[1]) * s->inverse;
	float sum = s->reach + reach;

	h = fminf(fmaxf(h, 0), 1);
	x -= h * s->along[0];
	y -= h * s->along[1];
	return s->everywhere || x * x + y * y <= sum * sum;
}

struct visitor {
	const struct leap_sim_optics *optics;
	void (*visit)(void *context, unsigned int row, unsigned int column,
		      const struct leap_sim_sight *sight);
	void *context;
};

static void visit_tile(const struct visitor *v, unsigned int row, unsigned int column,
		       const struct silhouette *const seen[], unsigned int count)
{
	const struct leap_sim_tile *tile = &v->optics->tile[row][column];
	struct leap_sim_sight sight;

	if (tile->reach < 0)
		return;
	sight.count = 0;
	sight.nearest = INFINITY;
	sight.farthest = 0;
	for (unsigned int i = 0; i < count; i++) {
		if (!touches(seen[i], tile->slope, tile->reach))
			continue;
		sight.cone[sight.count++] = seen[i]->cone;
		sight.nearest = fminf(sight.nearest, seen[i]->nearest);
		sight.farthest = fmaxf(sight.farthest, seen[i]->farthest);
	}
	if (sight.count > 0)
		v->visit(v->context, row, column, &sight);
}

/* The smallest circle of slopes around a block's tiles' circles, or nearly. */
static float block_bounds(const struct leap_sim_optics *optics, unsigned int row,
			  unsigned int column, unsigned int row_end,
			  unsigned int column_end, float ret_slope[2])
{
	float low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };

	for (unsigned int r = row; r < row_end; r++) {
		for (unsigned int c = column; c < column_end; c++) {
			const struct leap_sim_tile *t = &optics->tile[r][c];

			for (int k = 0; k < 2 && t->reach >= 0; k++) {
				low[k] = fminf(low[k], t->slope[k] - t->reach);
				high[k] = fmaxf(high[k], t->slope[k] + t->reach);
			}
		}
	}
	if (low[0] > high[0])
		return -1;
	for (int k = 0; k < 2; k++)
		ret_slope[k] = 0.5f * (low[k] + high[k]);
	return hypotf(high[0] - low[0], high[1] - low[1]) * 0.5f;
}

static void visit_block(const struct visitor *v, unsigned int row, unsigned int column,
			const struct silhouette shown[], unsigned int count)
{
	unsigned int row_end = row + BLOCK, column_end = column + BLOCK, seen_count = 0;
	const struct silhouette *seen[LEAP_SIM_CONES_MAX];
	float slope[2] = { 0 }, reach;

	if (row_end > LEAP_SIM_TILES_DOWN)
		row_end = LEAP_SIM_TILES_DOWN;
	if (column_end > LEAP_SIM_TILES_ACROSS)
		column_end = LEAP_SIM_TILES_ACROSS;
	reach = block_bounds(v->optics, row, column, row_end, column_end, slope);
	for (unsigned int i = 0; i < count && reach >= 0; i++)
		if (touches(&shown[i], slope, reach))
			seen[seen_count++] = &shown[i];
	if (seen_count == 0)
		return;
	for (unsigned int r = row; r < row_end; r++)
		for (unsigned int c = column; c < column_end; c++)
			visit_tile(v, r, c, seen, seen_count);
}

void leap_sim_optics_visit(const struct leap_sim_optics *optics,
			   const struct leap_sim_surface *surface,
			   void (*visit)(void *context, unsigned int row,
					 unsigned int column,
					 const struct leap_sim_sight *sight),
			   void *context)
{
	struct visitor v = { optics, visit, context };
	struct silhouette shown[LEAP_SIM_CONES_MAX];

	for (unsigned int i = 0; i < surface->count; i++)
		silhouette_init(&shown[i], &surface->cone[i], optics->eye_x);
	for (unsigned int r = 0; r < BLOCKS_DOWN; r++)
		for (unsigned int c = 0; c < BLOCKS_ACROSS; c++)
			visit_block(&v, r * BLOCK, c * BLOCK, shown, surface->count);
}
