// SPDX-License-Identifier: MIT
/*
 * What the eyes see behind everything that the LEDs reach. Pure values: drawn once for
 * a scene, then read only, by any thread.
 */
#include "sim/backdrop.h"

#include <math.h>

#include "sim/random.h"
#include "sim/vector.h"

#define COARSE LEAP_SIM_COARSE
#define ACROSS LEAP_SIM_COARSE_ACROSS
#define DOWN LEAP_SIM_COARSE_DOWN

/* Columns between the eyes' views of something this far away, millimetres. */
#define DISPARITY_AT(distance) (132.0 * 40.0 / (distance))

struct glow {
	double column, row; /* as the left eye sees it */
	double disparity;
	double wide; /* columns */
	double tall; /* likewise; a row is two */
	double power;
};

static void add_glow(const struct glow *g, struct leap_sim_backdrop *b)
{
	const double across = 1 / g->wide, down = 2 / g->tall;

	for (int e = 0; e < LEAP_EYES; e++) {
		double middle = g->column - (e == LEAP_EYE_RIGHT ? g->disparity : 0);

		for (int r = 0; r < DOWN; r++) {
			double y = (r * COARSE - g->row) * down;

			for (int c = 0; c < ACROSS; c++) {
				double x = (c * COARSE - middle) * across;

				b->smooth[e][r][c] +=
					(float)(g->power / (1 + x * x + y * y));
			}
		}
	}
}

static void fill(double level, struct leap_sim_backdrop *b)
{
	for (int e = 0; e < LEAP_EYES; e++)
		for (int r = 0; r < DOWN; r++)
			for (int c = 0; c < ACROSS; c++)
				b->smooth[e][r][c] = (float)level;
}

/* Vague patches of reflected light that the eyes see in different places. */
static void add_patches(uint64_t seed, int count, double low, double high,
			struct leap_sim_backdrop *b)
{
	for (int k = 0; k < count; k++) {
		struct glow g = {
			.column = leap_sim_uniform(seed, 10 * k, 0, LEAP_SIM_WIDTH),
			.row = leap_sim_uniform(seed, 10 * k + 1, 0, LEAP_SIM_HEIGHT),
			.wide = leap_sim_uniform(seed, 10 * k + 2, 40, 160),
			.tall = leap_sim_uniform(seed, 10 * k + 4, 40, 160),
			.disparity = leap_sim_uniform(seed, 10 * k + 5, -30, 60),
			.power = leap_sim_uniform(seed, 10 * k + 3, low, high),
		};

		add_glow(&g, b);
	}
}

/* The LEDs' own light in the cover glass, at both ends of the device. */
static void add_glass(uint64_t seed, struct leap_sim_backdrop *b)
{
	double power = leap_sim_uniform(seed, 1, 0, 14);
	double row = leap_sim_uniform(seed, 2, 100, 140);

	for (int side = 0; side < 2; side++) {
		struct glow g = {
			.column = side ? LEAP_SIM_WIDTH + 10 : -10,
			.row = row,
			.wide = leap_sim_uniform(seed, 3 + side, 15, 40),
			.tall = leap_sim_uniform(seed, 5 + side, 40, 110),
			.power = power * leap_sim_uniform(seed, 7 + side, 0.3, 1),
		};

		add_glow(&g, b);
	}
}

static struct leap_sim_lamp *add_lamp(double column, double row, double distance,
				      struct leap_sim_backdrop *b)
{
	struct leap_sim_lamp *lamp = &b->lamp[b->lamps++];

	lamp->column[LEAP_EYE_LEFT] = (float)column;
	lamp->column[LEAP_EYE_RIGHT] = (float)(column - DISPARITY_AT(distance));
	lamp->row[LEAP_EYE_LEFT] = lamp->row[LEAP_EYE_RIGHT] = (float)row;
	return lamp;
}

static void add_halo(const struct leap_sim_lamp *lamp, double power, double wide,
		     struct leap_sim_backdrop *b)
{
	struct glow g = {
		.column = lamp->column[LEAP_EYE_LEFT],
		.row = lamp->row[LEAP_EYE_LEFT],
		.disparity = lamp->column[LEAP_EYE_LEFT] - lamp->column[LEAP_EYE_RIGHT],
		.wide = wide,
		.tall = wide,
		.power = power,
	};

	add_glow(&g, b);
}

static void turn_lamp(struct leap_sim_lamp *lamp, double angle)
{
	lamp->axis[0] = (float)cos(angle);
	lamp->axis[1] = (float)sin(angle);
}

static void bulbs(uint64_t seed, struct leap_sim_backdrop *b)
{
	unsigned int count = 1 + leap_sim_hash(seed, 1) % 2;

	for (unsigned int k = 0; k < count; k++) {
		uint64_t s = leap_sim_hash(seed, 10 + k);
		double size = leap_sim_uniform_log(s, 3, 2, 26);
		struct leap_sim_lamp *lamp = add_lamp(leap_sim_uniform(s, 1, 30, 610),
						      leap_sim_uniform(s, 2, 10, 230),
						      leap_sim_uniform(s, 4, 400, 2500),
						      b);

		lamp->half[0] = (float)size;
		lamp->half[1] = (float)(size * leap_sim_uniform(s, 5, 0.4, 1));
		lamp->power = (float)leap_sim_uniform_log(s, 6, 40, 900);
		turn_lamp(lamp, leap_sim_uniform(s, 7, 0, M_PI));
		add_halo(lamp, 0.06 * lamp->power, 2.0 * size + 8, b);
	}
}

static void window(uint64_t seed, struct leap_sim_backdrop *b)
{
	struct leap_sim_lamp *lamp = add_lamp(leap_sim_uniform(seed, 1, 0, 640),
					      leap_sim_uniform(seed, 2, 0, 240), 2500,
					      b);

	lamp->square = true;
	lamp->half[0] = (float)leap_sim_uniform(seed, 3, 15, 120);
	lamp->half[1] = (float)leap_sim_uniform(seed, 4, 15, 80);
	lamp->power = (float)leap_sim_uniform_log(seed, 5, 15, 400);
	turn_lamp(lamp, leap_sim_uniform(seed, 6, 0, M_PI));
	add_halo(lamp, 0.08 * lamp->power, lamp->half[0] + 30, b);
}

static void ceiling(uint64_t seed, struct leap_sim_backdrop *b)
{
	double angle = leap_sim_uniform(seed, 1, 0, M_PI);
	double apart = leap_sim_uniform(seed, 2, 60, 200);
	double power = leap_sim_uniform_log(seed, 3, 15, 250);
	double column = leap_sim_uniform(seed, 4, 200, 440);
	double row = leap_sim_uniform(seed, 5, 60, 180);

	for (int k = -3; k <= 3; k++) {
		struct leap_sim_lamp *lamp =
			add_lamp(column - k * apart * sin(angle),
				 row + 0.5 * k * apart * cos(angle), 2200, b);

		lamp->square = true;
		lamp->half[0] = (float)(0.3 * apart);
		lamp->half[1] = (float)leap_sim_uniform(seed, 6, 2, 14);
		lamp->power = (float)power;
		turn_lamp(lamp, angle);
		add_halo(lamp, 0.05 * power, 60, b);
	}
}

void leap_sim_backdrop_init(uint64_t seed, enum leap_sim_room room,
			    struct leap_sim_backdrop *ret_backdrop)
{
	struct leap_sim_backdrop *b = ret_backdrop;
	uint64_t own = leap_sim_hash(seed, 77);

	b->lamps = 0;
	if (room == LEAP_SIM_ROOM_DIM) {
		fill(0.3, b);
		add_patches(seed, 5, 0.2, 1.3, b);
		return;
	}
	fill(leap_sim_uniform(seed, 900, 0.2, 6), b);
	add_patches(seed, 4, 0.2, room == LEAP_SIM_ROOM_LIT ? 30 : 6, b);
	add_glass(own, b);
	if (room == LEAP_SIM_ROOM_LAMP)
		bulbs(own, b);
	else if (room == LEAP_SIM_ROOM_WINDOW)
		window(own, b);
	else if (room == LEAP_SIM_ROOM_CEILING)
		ceiling(own, b);
}

LEAP_SIM_FOR_EACH_CPU
static void smooth_row(const float *above, const float *below, float down, float scale,
		       float *ret_row)
{
	float coarse[ACROSS];

	for (int c = 0; c < ACROSS; c++)
		coarse[c] = scale * (above[c] + down * (below[c] - above[c]));
	for (int c = 0; c < ACROSS - 1; c++) {
		float step = (coarse[c + 1] - coarse[c]) * (1.0f / COARSE);

		for (int k = 0; k < COARSE; k++)
			ret_row[c * COARSE + k] = coarse[c] + (float)k * step;
	}
}

static int bounded(float value, int low, int high)
{
	return value < (float)low ? low : value > (float)high ? high : (int)value;
}

static float coverage(const struct leap_sim_lamp *lamp, float x, float y)
{
	float u = fabsf(x * lamp->axis[0] + y * lamp->axis[1]) - lamp->half[0];
	float v = fabsf(y * lamp->axis[0] - x * lamp->axis[1]) - lamp->half[1];
	float out;

	if (lamp->square) {
		out = u > v ? u : v;
	} else {
		float p = 1 + u / lamp->half[0], q = 1 + v / lamp->half[1];

		out = (sqrtf(p * p + q * q) - 1) *
		      (lamp->half[0] < lamp->half[1] ? lamp->half[0] : lamp->half[1]);
	}
	return out <= -0.5f ? 1 : out >= 0.5f ? 0 : 0.5f - out;
}

static void add_lamp_light(const struct leap_sim_lamp *lamp, enum leap_eye eye,
			   float scale, float *light)
{
	float reach = hypotf(lamp->half[0], lamp->half[1]) + 1;
	float column = lamp->column[eye], row = lamp->row[eye];
	int c0 = bounded(column - reach, 0, LEAP_SIM_WIDTH);
	int c1 = bounded(column + reach + 1, 0, LEAP_SIM_WIDTH);
	int r0 = bounded(row - reach / 2, 0, LEAP_SIM_HEIGHT);
	int r1 = bounded(row + reach / 2 + 1, 0, LEAP_SIM_HEIGHT);

	for (int r = r0; r < r1; r++)
		for (int c = c0; c < c1; c++)
			light[r * LEAP_SIM_WIDTH + c] +=
				scale * lamp->power *
				coverage(lamp, (float)c - column, 2 * ((float)r - row));
}

void leap_sim_backdrop_light(const struct leap_sim_backdrop *backdrop,
			     enum leap_eye eye, float scale, float *ret_light)
{
	for (int r = 0; r < LEAP_SIM_HEIGHT; r++) {
		int above = r / COARSE;

		smooth_row(backdrop->smooth[eye][above],
			   backdrop->smooth[eye][above + 1],
			   (float)(r % COARSE) * (1.0f / COARSE), scale,
			   ret_light + (size_t)r * LEAP_SIM_WIDTH);
	}
	for (unsigned int i = 0; i < backdrop->lamps; i++)
		add_lamp_light(&backdrop->lamp[i], eye, scale, ret_light);
}
