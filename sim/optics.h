/* SPDX-License-Identifier: MIT */
/*
 * Where the pixels of one simulated eye look, in tiles, and which cones of a surface a
 * tile can see. Written once at the start, then read only.
 */
#ifndef LEAP_SIM_OPTICS_H
#define LEAP_SIM_OPTICS_H

#include "daemon/tracking/camera.h"
#include "sim/flesh.h"
#include "sim/sim.h"

/* A tile is what is traced at a time: 8 x 4 pixels are square in the world. */
#define LEAP_SIM_TILE_COLUMNS 8
#define LEAP_SIM_TILE_ROWS 4
#define LEAP_SIM_LANES (LEAP_SIM_TILE_COLUMNS * LEAP_SIM_TILE_ROWS)
#define LEAP_SIM_TILES_ACROSS (LEAP_SIM_WIDTH / LEAP_SIM_TILE_COLUMNS)
#define LEAP_SIM_TILES_DOWN (LEAP_SIM_HEIGHT / LEAP_SIM_TILE_ROWS)

/**
 * struct leap_sim_tile - rays of neighbouring pixels
 * @x, @y, @z: unit directions, row by row; all 0 where the lens model has no answer
 * @column: how the direction changes from one column to the next, mid-tile
 * @row: likewise from one row to the next
 * @axis: unit, mid-tile
 * @sine, @cosine: of the angle from the axis beyond which no pixel looks; both 0: the
 *	tile is blind
 */
struct leap_sim_tile {
	float x[LEAP_SIM_LANES];
	float y[LEAP_SIM_LANES];
	float z[LEAP_SIM_LANES];
	float column[3];
	float row[3];
	struct leap_sim_view {
		float axis[3];
		float sine;
		float cosine;
	} view;
};

/* Tiles are looked through in two steps: blocks of them first. */
#define LEAP_SIM_BLOCK 8
#define LEAP_SIM_BLOCKS_ACROSS \
	((LEAP_SIM_TILES_ACROSS + LEAP_SIM_BLOCK - 1) / LEAP_SIM_BLOCK)
#define LEAP_SIM_BLOCKS_DOWN \
	((LEAP_SIM_TILES_DOWN + LEAP_SIM_BLOCK - 1) / LEAP_SIM_BLOCK)

/**
 * struct leap_sim_optics - one eye
 * @eye_x: its place on the x axis, millimetres
 * @tile: by row and column
 * @block: what blocks of tiles see together
 */
struct leap_sim_optics {
	float eye_x;
	struct leap_sim_tile tile[LEAP_SIM_TILES_DOWN][LEAP_SIM_TILES_ACROSS];
	struct leap_sim_view block[LEAP_SIM_BLOCKS_DOWN][LEAP_SIM_BLOCKS_ACROSS];
};

/** struct leap_sim_lenses - both eyes */
struct leap_sim_lenses {
	struct leap_sim_optics eye[LEAP_EYES];
};

/** leap_sim_lenses_init() - look through @camera (some ten milliseconds) */
void leap_sim_lenses_init(const struct leap_camera *camera,
			  struct leap_sim_lenses *ret_lenses);

/** struct leap_sim_sight - the cones that some rays may meet, in the surface's order */
struct leap_sim_sight {
	unsigned int count;
	const struct leap_sim_cone *cone[LEAP_SIM_CONES_MAX];
	float nearest; /* millimetres from the eye: nothing is nearer */
	float farthest;
};

/**
 * leap_sim_optics_visit() - call @visit for every tile that can see something
 * @row, @column of the call: the tile's, in tiles
 */
void leap_sim_optics_visit(const struct leap_sim_optics *optics,
			   const struct leap_sim_surface *surface,
			   void (*visit)(void *context, unsigned int row,
					 unsigned int column,
					 const struct leap_sim_sight *sight),
			   void *context);

#endif /* LEAP_SIM_OPTICS_H */
