// SPDX-License-Identifier: MIT
/*
 * Where the pixels of one simulated eye look, and which cones a tile can see. The
 * optics are written once at the start and then read only; no other state.
 */
#include "sim/optics.h"

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

static struct vec3 load(const float v[3])
{
	return vec3(v[0], v[1], v[2]);
}

static double angle_between(struct vec3 a, struct vec3 b)
{
	return acos(fmin(vec3_dot(a, b), 1));
}

static void view_init(struct vec3 sum, double reach, struct leap_sim_view *ret_view)
{
	store(vec3_unit_or(sum, vec3(0, 1, 0)), ret_view->axis);
	ret_view->sine = (float)sin(reach);
	ret_view->cosine = (float)cos(reach);
}

static bool blind(const struct leap_sim_view *view)
{
	return view->cosine <= 0;
}

static void tile_view(struct leap_sim_tile *t)
{
	struct vec3 direction[LEAP_SIM_LANES], sum = vec3(0, 0, 0), axis;
	double reach = 0;

	for (int i = 0; i < LEAP_SIM_LANES; i++) {
		direction[i] = vec3(t->x[i], t->y[i], t->z[i]);
		sum = vec3_add(sum, direction[i]);
	}
	if (vec3_length(sum) < 0.5)
		return;
	axis = vec3_unit_or(sum, vec3(0, 1, 0));
	for (int i = 0; i < LEAP_SIM_LANES; i++)
		if (t->y[i] > 0)
			reach = fmax(reach, angle_between(axis, direction[i]));
	/* Half a pixel more on every side: the soft edge of what is seen. */
	view_init(sum, reach * 1.2 + 0.003, &t->view);
}

static void tile_init(const struct leap_camera *camera, enum leap_eye eye,
		      unsigned int row, unsigned int column, struct leap_sim_tile *t)
{
	double middle_column = column + 0.5 * (LEAP_SIM_TILE_COLUMNS - 1);
	double middle_row = row + 0.5 * (LEAP_SIM_TILE_ROWS - 1);

	for (int i = 0; i < LEAP_SIM_LANES; i++) {
		unsigned int down = i / LEAP_SIM_TILE_COLUMNS;
		struct vec3 v = ray(camera, eye, column + i % LEAP_SIM_TILE_COLUMNS,
				    row + down);

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
	tile_view(t);
}

struct span {
	unsigned int row, row_end, column, column_end; /* in tiles */
};

static struct span block_span(unsigned int row, unsigned int column)
{
	struct span s = { row * LEAP_SIM_BLOCK, (row + 1) * LEAP_SIM_BLOCK,
			  column * LEAP_SIM_BLOCK, (column + 1) * LEAP_SIM_BLOCK };

	if (s.row_end > LEAP_SIM_TILES_DOWN)
		s.row_end = LEAP_SIM_TILES_DOWN;
	if (s.column_end > LEAP_SIM_TILES_ACROSS)
		s.column_end = LEAP_SIM_TILES_ACROSS;
	return s;
}

static void block_view(struct leap_sim_optics *optics, unsigned int row,
		       unsigned int column)
{
	struct span s = block_span(row, column);
	struct vec3 sum = vec3(0, 0, 0), axis;
	double reach = 0;

	for (unsigned int r = s.row; r < s.row_end; r++)
		for (unsigned int c = s.column; c < s.column_end; c++)
			if (!blind(&optics->tile[r][c].view))
				sum = vec3_add(sum, load(optics->tile[r][c].view.axis));
	if (vec3_length(sum) < 0.5)
		return;
	axis = vec3_unit_or(sum, vec3(0, 1, 0));
	for (unsigned int r = s.row; r < s.row_end; r++) {
		for (unsigned int c = s.column; c < s.column_end; c++) {
			const struct leap_sim_view *v = &optics->tile[r][c].view;

			if (!blind(v))
				reach = fmax(reach, angle_between(axis, load(v->axis)) +
							    asin(v->sine));
		}
	}
	view_init(sum, fmin(reach, 1.5), &optics->block[row][column]);
}

static void optics_init(const struct leap_camera *camera, enum leap_eye eye,
			struct leap_sim_optics *ret_optics)
{
	ret_optics->eye_x = (float)leap_camera_eye_x(camera, eye);
	for (unsigned int r = 0; r < LEAP_SIM_TILES_DOWN; r++)
		for (unsigned int c = 0; c < LEAP_SIM_TILES_ACROSS; c++)
			tile_init(camera, eye, r * LEAP_SIM_TILE_ROWS,
				  c * LEAP_SIM_TILE_COLUMNS, &ret_optics->tile[r][c]);
	for (unsigned int r = 0; r < LEAP_SIM_BLOCKS_DOWN; r++)
		for (unsigned int c = 0; c < LEAP_SIM_BLOCKS_ACROSS; c++)
			block_view(ret_optics, r, c);
}

void leap_sim_lenses_init(const struct leap_camera *camera,
			  struct leap_sim_lenses *ret_lenses)
{
	for (int e = 0; e < LEAP_EYES; e++)
		optics_init(camera, e, &ret_lenses->eye[e]);
}

/* A cone as the eye sees it. */
struct outline {
	const struct leap_sim_cone *cone;
	float start[3]; /* from the eye */
	float start2; /* squared length of start, and so on */
	float along2;
	float start_along;
	float margin;
	float nearest;
	float farthest;
};

static float dot(const float a[3], const float b[3])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void outline_init(struct outline *o, const struct leap_sim_cone *cone,
			 float eye_x)
{
	float radius, h, near2, far2;

	*o = (struct outline){
		.cone = cone,
		.start = { cone->start[0] - eye_x, cone->start[1], cone->start[2] },
		.along2 = dot(cone->along, cone->along),
		/* Beyond, it neither blends with what is seen nor shades it. */
		.margin = 7.5f + 0.2f * cone->blend,
	};
	o->start2 = dot(o->start, o->start);
	o->start_along = dot(o->start, cone->along);
	radius = cone->largest + o->margin;
	h = -o->start_along * cone->inverse;
	h = h < 0 ? 0 : h > 1 ? 1 : h;
	near2 = o->start2 + h * (2 * o->start_along + h * o->along2);
	far2 = o->start2 + 2 * o->start_along + o->along2;
	o->nearest = sqrtf(near2 > 0 ? near2 : 0) - radius;
	o->farthest = sqrtf(far2 > o->start2 ? far2 : o->start2) + radius;
}

/*
 * The point of the segment that is seen under the smallest angle from the axis of the
 * view, then: does a ball around it touch the cone of the view?
 */
static bool sees(const struct leap_sim_view *view, const struct outline *o)
{
	const struct leap_sim_cone *c = o->cone;
	float a = dot(view->axis, o->start), d = dot(view->axis, c->along);
	float above = d * o->start2 - a * o->start_along;
	float below = a * o->along2 - d * o->start_along;
	float ends = above > 0 ? 1 : 0;
	float h = below > 0 ? above / below : ends;
	float depth, across, radius;

	h = h < 0 ? 0 : h > 1 ? 1 : h;
	depth = a + h * d;
	across = o->start2 + h * (2 * o->start_along + h * o->along2) - depth * depth;
	across = across > 0 ? sqrtf(across) : 0;
	radius = c->r[0] + h * (c->r[1] + h * c->r[2]) + o->margin;
	return across * view->cosine - depth * view->sine <= radius;
}

struct visitor {
	const struct leap_sim_optics *optics;
	void (*visit)(void *context, unsigned int row, unsigned int column,
		      const struct leap_sim_sight *sight);
	void *context;
};

static void visit_tile(const struct visitor *v, unsigned int row, unsigned int column,
		       const struct outline *const seen[], unsigned int count)
{
	const struct leap_sim_view *view = &v->optics->tile[row][column].view;
	struct leap_sim_sight sight;

	if (blind(view))
		return;
	sight.count = 0;
	sight.nearest = INFINITY;
	sight.farthest = 0;
	for (unsigned int i = 0; i < count; i++) {
		const struct outline *o = seen[i];

		if (!sees(view, o))
			continue;
		sight.cone[sight.count++] = o->cone;
		if (o->nearest < sight.nearest)
			sight.nearest = o->nearest;
		if (o->farthest > sight.farthest)
			sight.farthest = o->farthest;
	}
	if (sight.nearest < 1)
		sight.nearest = 1;
	if (sight.count > 0)
		v->visit(v->context, row, column, &sight);
}

static void visit_block(const struct visitor *v, unsigned int row, unsigned int column,
			const struct outline shown[], unsigned int count)
{
	const struct leap_sim_view *view = &v->optics->block[row][column];
	const struct outline *seen[LEAP_SIM_CONES_MAX];
	struct span s = block_span(row, column);
	unsigned int seen_count = 0;

	if (blind(view))
		return;
	for (unsigned int i = 0; i < count; i++)
		if (sees(view, &shown[i]))
			seen[seen_count++] = &shown[i];
	if (seen_count == 0)
		return;
	for (unsigned int r = s.row; r < s.row_end; r++)
		for (unsigned int c = s.column; c < s.column_end; c++)
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
	struct outline shown[LEAP_SIM_CONES_MAX];

	for (unsigned int i = 0; i < surface->count; i++)
		outline_init(&shown[i], &surface->cone[i], optics->eye_x);
	for (unsigned int r = 0; r < LEAP_SIM_BLOCKS_DOWN; r++)
		for (unsigned int c = 0; c < LEAP_SIM_BLOCKS_ACROSS; c++)
			visit_block(&v, r, c, shown, surface->count);
}
