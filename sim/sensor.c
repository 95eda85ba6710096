// SPDX-License-Identifier: MIT
/*
 * From light to bytes: exposure, background, blur, stray light, noise, saturation and
 * the metadata line. A sensor's scratch memory belongs to the thread that renders.
 */
#include "sim/sensor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/random.h"
#include "sim/vector.h"

#define WIDTH LEAP_SIM_WIDTH
#define HEIGHT LEAP_SIM_HEIGHT

/* Signals are in steps of the picture at this exposure and analog gain. */
#define NOMINAL_EXPOSURE 511.0f
#define NOMINAL_GAIN 31.0f

/*
 * Chosen by eye and by the numbers of real pictures: an average palm 200 mm above the
 * device gives about 130, the tips of fingers 120 mm above it saturate.
 */
static const struct leap_sim_look average = {
	.light = {
		.x = { -34, 0, 34 },
		.power = { 1.6e6f, 1.6e6f, 1.6e6f },
		.ambient = 2.0f,
		.wrap = 0.28f,
		.gloss = 0.10f,
		.lobe = 0.7f,
		.edge = 0.6f,
		.shade = 0.6f,
	},
	.black = 3.6f,
	.read_noise = 0.75f,
	.shot_noise = 0.016f,
	.stray = 0.028f,
	/* Rows are binned pairs. */
	.blur_across = 0.20f,
	.blur_down = 0.13f,
};

/* How finely stray light is reckoned. */
#define CELL 16
#define CELLS_ACROSS (WIDTH / CELL)
#define CELLS_DOWN (HEIGHT / CELL)

/* Noise is read from a strip of it, each row starting where the dice say. */
#define NOISE_STARTS 16384

struct picture {
	float row[HEIGHT][WIDTH];
};

struct cells {
	/* One more on each side, so that interpolation needs no special cases. */
	float row[CELLS_DOWN + 2][CELLS_ACROSS + 2];
};

/* A pixel that a surface covers in part; what is behind it is settled at the end. */
struct edge {
	uint16_t row;
	uint16_t column;
	float signal;
	float cover;
	float depth;
};

struct eye {
	struct picture light;
	struct picture depth; /* of pixels covered wholly; 0 elsewhere */
	struct cells stray;
	unsigned int edges;
	struct edge edge[WIDTH * HEIGHT];
};

struct leap_sim_sensor {
	struct eye eye[LEAP_EYES];
	struct picture scratch;
	struct leap_sim_surface turned;
	float noise[NOISE_STARTS + WIDTH];
};

/* Four bytes of dice: mean 0, variance 1, near enough to a bell. */
static float bell(uint64_t seed, uint64_t purpose)
{
	uint64_t bits = leap_sim_hash(seed, purpose);
	int sum = 0;

	for (int k = 0; k < 4; k++)
		sum += (bits >> (8 * k)) & 255;
	return (float)((sum - 510) / 147.8);
}

void leap_sim_look_init(struct leap_sim_look *ret_look)
{
	*ret_look = average;
}

struct vec3 leap_sim_look_turned(const struct leap_sim_look *look, enum leap_eye eye,
				 float eye_x, struct vec3 point)
{
	struct vec3 from_eye = vec3(point.x - eye_x, point.y, point.z);

	return vec3_add(point, vec3_cross(look->turn[eye], from_eye));
}

int leap_sim_sensor_new(uint64_t seed, struct leap_sim_sensor **ret_sensor)
{
	struct leap_sim_sensor *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	for (int i = 0; i < NOISE_STARTS + WIDTH; i++)
		s->noise[i] = bell(leap_sim_hash(seed, 1), i);
	*ret_sensor = s;
	return 0;
}

void leap_sim_sensor_free(struct leap_sim_sensor *sensor)
{
	free(sensor);
}

/* What leap_sim_optics_visit() needs to paint one eye's picture. */
struct painting {
	struct eye *eye;
	const struct leap_sim_optics *optics;
	const struct leap_sim_light *light;
	unsigned int row_low, row_high, column_low, column_high;
};

static void paint_pixel(struct eye *eye, unsigned int row, unsigned int column,
			const struct leap_sim_trace *trace, int lane)
{
	float cover = trace->cover[lane];

	if (cover >= 1) {
		eye->light.row[row][column] = trace->signal[lane];
		eye->depth.row[row][column] = trace->depth[lane];
	} else if (cover > 0) {
		eye->edge[eye->edges++] = (struct edge){
			(uint16_t)row, (uint16_t)column,   trace->signal[lane],
			cover,	       trace->depth[lane],
		};
	}
}

static void paint_tile(void *context, unsigned int row, unsigned int column,
		       const struct leap_sim_sight *sight)
{
	struct painting *p = context;
	const struct leap_sim_tile *tile = &p->optics->tile[row][column];
	unsigned int r0 = row * LEAP_SIM_TILE_ROWS, c0 = column * LEAP_SIM_TILE_COLUMNS;
	struct leap_sim_trace trace;

	if (!leap_sim_trace(p->optics->eye_x, tile, sight, p->light, &trace))
		return;
	for (int i = 0; i < LEAP_SIM_LANES; i++)
		paint_pixel(p->eye, r0 + i / LEAP_SIM_TILE_COLUMNS,
			    c0 + i % LEAP_SIM_TILE_COLUMNS, &trace, i);
	if (r0 < p->row_low)
		p->row_low = r0;
	if (c0 < p->column_low)
		p->column_low = c0;
	if (r0 + LEAP_SIM_TILE_ROWS > p->row_high)
		p->row_high = r0 + LEAP_SIM_TILE_ROWS;
	if (c0 + LEAP_SIM_TILE_COLUMNS > p->column_high)
		p->column_high = c0 + LEAP_SIM_TILE_COLUMNS;
}

/*
 * Behind an edge is the farther one of the surfaces next to it, or else the room. What
 * is nearer than this, millimetres, is the edge's own surface.
 */
#define BEHIND 3.0f

static float behind_edge(const struct eye *eye, const struct edge *edge)
{
	unsigned int r0 = edge->row > 0 ? edge->row - 1 : 0;
	unsigned int c0 = edge->column > 0 ? edge->column - 1 : 0;
	float sum = 0;
	int count = 0;

	for (unsigned int r = r0; r <= edge->row + 1u && r < HEIGHT; r++) {
		for (unsigned int c = c0; c <= edge->column + 1u && c < WIDTH; c++) {
			if (eye->depth.row[r][c] > edge->depth + BEHIND) {
				sum += eye->light.row[r][c];
				count++;
			}
		}
	}
	return count > 0 ? sum / (float)count : eye->light.row[edge->row][edge->column];
}

static void settle_edges(struct eye *eye)
{
	for (unsigned int i = 0; i < eye->edges; i++) {
		const struct edge *edge = &eye->edge[i];
		float behind = behind_edge(eye, edge);

		eye->light.row[edge->row][edge->column] =
			behind + edge->cover * (edge->signal - behind);
	}
}

static void blur_row(const float *from, float *to, unsigned int low, unsigned int high,
		     float side)
{
	for (unsigned int c = low; c < high; c++)
		to[c] = (1 - 2 * side) * from[c] + side * (from[c - 1] + from[c + 1]);
}

static void blur_column(const struct picture *from, float *to, unsigned int row,
			unsigned int low, unsigned int high, float side)
{
	const float *above = from->row[row - 1], *here = from->row[row];
	const float *below = from->row[row + 1];

	for (unsigned int c = low; c < high; c++)
		to[c] = (1 - 2 * side) * here[c] + side * (above[c] + below[c]);
}

/*
 * Only what was painted is worth it: the background is smooth. The picture's outermost
 * pixels have no neighbours and stay as they are.
 */
static void blur(const struct painting *p, const struct leap_sim_look *look,
		 struct picture *scratch)
{
	struct picture *light = &p->eye->light;
	unsigned int c0 = p->column_low > 1 ? p->column_low - 1 : 1;
	unsigned int r0 = p->row_low > 1 ? p->row_low - 1 : 1;
	unsigned int c1 = p->column_high < WIDTH - 1 ? p->column_high + 1 : WIDTH - 1;
	unsigned int r1 = p->row_high < HEIGHT - 1 ? p->row_high + 1 : HEIGHT - 1;

	if (p->row_low >= p->row_high)
		return;
	for (unsigned int r = r0 - 1; r <= r1; r++)
		blur_row(light->row[r], scratch->row[r], c0, c1, look->blur_across);
	for (unsigned int r = r0; r < r1; r++)
		blur_column(scratch, light->row[r], r, c0, c1, look->blur_down);
}

LEAP_SIM_FOR_EACH_CPU
static void gather_cells(const struct picture *light, float part, struct cells *cells)
{
	for (int r = 0; r < CELLS_DOWN; r++) {
		float column[WIDTH] = { 0 };

		for (int k = 0; k < CELL; k++)
			for (int c = 0; c < WIDTH; c++)
				column[c] += light->row[r * CELL + k][c];
		for (int c = 0; c < CELLS_ACROSS; c++) {
			float sum = 0;

			for (int k = 0; k < CELL; k++)
				sum += column[c * CELL + k];
			cells->row[r + 1][c + 1] = sum * (part / (CELL * CELL));
		}
	}
}

static void close_edges(struct cells *cells)
{
	for (int r = 1; r <= CELLS_DOWN; r++) {
		cells->row[r][0] = cells->row[r][1];
		cells->row[r][CELLS_ACROSS + 1] = cells->row[r][CELLS_ACROSS];
	}
	memcpy(cells->row[0], cells->row[1], sizeof(cells->row[0]));
	memcpy(cells->row[CELLS_DOWN + 1], cells->row[CELLS_DOWN],
	       sizeof(cells->row[0]));
}

static void smooth_cells(struct cells *cells)
{
	struct cells old;

	close_edges(cells);
	old = *cells;
	for (int r = 1; r <= CELLS_DOWN; r++)
		for (int c = 1; c <= CELLS_ACROSS; c++)
			cells->row[r][c] = 0.25f * old.row[r][c - 1] +
					   0.5f * old.row[r][c] +
					   0.25f * old.row[r][c + 1];
	close_edges(cells);
	old = *cells;
	for (int r = 1; r <= CELLS_DOWN; r++)
		for (int c = 1; c <= CELLS_ACROSS; c++)
			cells->row[r][c] = 0.25f * old.row[r - 1][c] +
					   0.5f * old.row[r][c] +
					   0.25f * old.row[r + 1][c];
}

static void spread_stray(const struct picture *light, float part, struct cells *cells)
{
	gather_cells(light, part, cells);
	for (int pass = 0; pass < 3; pass++)
		smooth_cells(cells);
	close_edges(cells);
}

/* Adds the stray light of one row to @signal, interpolated between the cells. */
static void add_stray(const struct cells *cells, unsigned int row, float signal[WIDTH])
{
	float at = ((float)row + 0.5f) / CELL + 0.5f;
	unsigned int r = (unsigned int)at;
	float down = at - (float)r, mean[CELLS_ACROSS + 2];

	for (int c = 0; c < CELLS_ACROSS + 2; c++)
		mean[c] = cells->row[r][c] +
			  down * (cells->row[r + 1][c] - cells->row[r][c]);
	for (int c = 0; c < CELL / 2; c++) {
		signal[c] += mean[1];
		signal[WIDTH - 1 - c] += mean[CELLS_ACROSS];
	}
	for (int cell = 1; cell < CELLS_ACROSS; cell++) {
		float *run = signal + cell * CELL - CELL / 2;
		float step = (mean[cell + 1] - mean[cell]) / CELL;

		for (int k = 0; k < CELL; k++)
			run[k] += mean[cell] + step * ((float)k + 0.5f);
	}
}

/* What becomes of a row's light on its way to bytes. */
struct development {
	float black;
	float read; /* variance of noise without light */
	float shot; /* and with each step of it */
	float digital;
	float square_root; /* 0 or 1: how much of the gamma correction */
};

/* One row of one eye to bytes; the pixels of the other eye lie between. */
LEAP_SIM_FOR_EACH_CPU
static void develop_row(const struct eye *eye, unsigned int row,
			const struct development *d, const float *noise, uint8_t *bytes)
{
	const float read = d->read, shot = d->shot, black = d->black;
	const float digital = d->digital, root = d->square_root;
	float signal[WIDTH];
	int value[WIDTH];

	memcpy(signal, eye->light.row[row], sizeof(signal));
	add_stray(&eye->stray, row, signal);
	for (int c = 0; c < WIDTH; c++) {
		float level = signal[c] + black +
			      noise[c] * __builtin_sqrtf(read + shot * signal[c]);

		level = digital * (level > 0 ? level : 0);
		level = level < 255 ? level : 255;
		if (root > 0)
			level = __builtin_sqrtf(255 * level);
		level += 0.5f;
		value[c] = (int)(level < 255 ? level : 255);
	}
	for (int c = 0; c < WIDTH; c++)
		bytes[2 * c] = (uint8_t)value[c];
}

/*
 * The controller writes its settings over the last pixels, each byte for both eyes.
 * The label in bytes 2 and 4 is 0 on firmware 1.7.0 as long as no dark frames are
 * interleaved.
 */
static void write_metadata(const struct leap_sim_setting *setting, uint8_t *pixels)
{
	const uint8_t line[6] = {
		0x78,
		0,
		0,
		(uint8_t)((setting->leds ? 0x10 : 0) |
			  ((setting->exposure_us >> 5) & 15)),
		(uint8_t)(setting->exposure_us & 31),
		(uint8_t)(setting->gain & 31),
	};
	uint8_t *end = pixels + LEAP_SIM_FRAME_SIZE - 2 * sizeof(line);

	for (size_t i = 0; i < sizeof(line); i++)
		end[2 * i] = end[2 * i + 1] = line[i];
}

static struct leap_sim_light lighting(const struct leap_sim_shot *shot,
				      float sensitivity)
{
	struct leap_sim_light light = shot->look.light;

	light.ambient *= sensitivity;
	for (int k = 0; k < LEAP_SIM_LEDS; k++)
		light.power[k] *= shot->setting.leds & (1u << k) ? sensitivity : 0;
	return light;
}

/* To look elsewhere is to see everything elsewhere. */
static void turn_surface(const struct leap_sim_look *look, enum leap_eye eye,
			 float eye_x, struct leap_sim_surface *surface)
{
	const struct vec3 turn = look->turn[eye];

	for (unsigned int i = 0; i < surface->count; i++) {
		struct leap_sim_cone *c = &surface->cone[i];
		struct vec3 start = leap_sim_look_turned(
			look, eye, eye_x, vec3(c->start[0], c->start[1], c->start[2]));
		struct vec3 along = vec3(c->along[0], c->along[1], c->along[2]);

		along = vec3_add(along, vec3_cross(turn, along));
		c->start[0] = (float)start.x;
		c->start[1] = (float)start.y;
		c->start[2] = (float)start.z;
		c->along[0] = (float)along.x;
		c->along[1] = (float)along.y;
		c->along[2] = (float)along.z;
	}
}

static bool turned(const struct leap_sim_look *look, enum leap_eye eye)
{
	return vec3_length(look->turn[eye]) > 0;
}

static void expose(struct leap_sim_sensor *s, enum leap_eye e,
		   const struct leap_sim_shot *shot, const struct leap_sim_light *light,
		   float sensitivity)
{
	const struct leap_sim_surface *surface = shot->surface;
	struct eye *eye = &s->eye[e];
	struct painting p = { eye, &shot->lenses->eye[e], light, HEIGHT, 0, WIDTH, 0 };

	if (turned(&shot->look, e)) {
		s->turned = *surface;
		turn_surface(&shot->look, e, p.optics->eye_x, &s->turned);
		surface = &s->turned;
	}
	leap_sim_backdrop_light(shot->backdrop, e, sensitivity, eye->light.row[0]);
	memset(&eye->depth, 0, sizeof(eye->depth));
	eye->edges = 0;
	leap_sim_optics_visit(p.optics, surface, paint_tile, &p);
	settle_edges(eye);
	blur(&p, &shot->look, &s->scratch);
	spread_stray(&eye->light, shot->look.stray, &eye->stray);
}

void leap_sim_sensor_render(struct leap_sim_sensor *sensor,
			    const struct leap_sim_shot *shot, uint8_t *pixels)
{
	const struct leap_sim_setting *setting = &shot->setting;
	const struct leap_sim_look *look = &shot->look;
	float gain = (float)setting->gain / NOMINAL_GAIN;
	float sensitivity = (float)setting->exposure_us / NOMINAL_EXPOSURE * gain;
	struct leap_sim_light light = lighting(shot, sensitivity);
	const struct development d = {
		.black = look->black,
		.read = look->read_noise * look->read_noise * gain * gain,
		.shot = look->shot_noise * gain,
		.digital = (float)setting->digital_gain / 4,
		.square_root = setting->gamma ? 1 : 0,
	};

	for (unsigned int e = 0; e < LEAP_EYES; e++) {
		expose(sensor, e, shot, &light, sensitivity);
		for (unsigned int r = 0; r < HEIGHT; r++) {
			uint64_t start = leap_sim_hash(shot->dice, e * HEIGHT + r);

			develop_row(&sensor->eye[e], r, &d,
				    sensor->noise + start % NOISE_STARTS,
				    pixels + (size_t)r * WIDTH * 2 + e);
		}
	}
	write_metadata(setting, pixels);
}

float leap_sim_sensor_depth(const struct leap_sim_sensor *sensor, enum leap_eye eye,
			    unsigned int column, unsigned int row)
{
	return sensor->eye[eye].depth.row[row][column];
}
