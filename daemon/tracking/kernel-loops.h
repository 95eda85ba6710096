/* SPDX-License-Identifier: MIT */
/*
 * The loops of a struct leap_kernel in the compiler's vector types. Each kernel-*.c
 * says what its processor does best, then includes this. Pure functions, any thread.
 *
 * LANES: numbers of 32 bits in a vector, int_vector; GROUPS: groups of LEAP_KERNEL_GROUP
 * pixels, 1, 2 or 4, and BLOCKS: blocks of output channels that are computed together,
 * 1 or 2, as many as fit the registers. WEIGHTS: what load(at) makes of LANES pairs of
 * weights. dot(sum, w, x): in each lane @sum and both products of its pair of weights
 * in @w with the two values that @x holds.
 *
 * The sums are of whole numbers and fit (see struct leap_kernel_layer), so they are the
 * same in any order; what follows is done in floats, one step at a time (without
 * contraction, see meson.build). So every processor comes to the same bits.
 */
#include <string.h>

#include "daemon/tracking/kernel.h"

#define VECTORS (LEAP_KERNEL_BLOCK / LANES)
#define GROUP LEAP_KERNEL_GROUP
#define TILE (GROUPS * GROUP)
#define STREAMS 4 /* sums of a map of one pixel that do not wait for each other */
/* Loops over what stays in registers. */
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define INLINE static inline __attribute__((always_inline))

/* Two neighbouring channels of a pixel. */
typedef int pair __attribute__((aligned(4), may_alias));
typedef int_vector memory_ints __attribute__((aligned(4), may_alias));
typedef float vector __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int16_t short_vector
	__attribute__((vector_size(2 * LANES), aligned(2), may_alias));

/* What becomes of the sums: rounded into a map, or floats. */
struct goal {
	const struct leap_kernel_map *add;
	float times;
	const struct leap_kernel_map *map;
	float *floats;
};

/* Pixels whose sums are computed together. */
struct tile {
	int first; /* of the pixels that go out */
	int side; /* of what goes out */
	const int16_t *from[GROUPS]; /* first pixel under the layer's window */
	size_t step; /* from there to that of the next pixel of the group */
};

INLINE size_t offset(const struct leap_kernel_map *map, int row, int column)
{
	size_t stride = (size_t)(map->size + 2 * map->border);

	return ((size_t)(row + map->border) * stride + (size_t)(column + map->border)) *
	       (size_t)map->channels;
}

INLINE size_t block_size(const struct leap_kernel_layer *layer)
{
	return (size_t)layer->into * (size_t)(layer->size * layer->size) *
	       LEAP_KERNEL_BLOCK;
}

/* The sums of @blocks blocks; the compiler knows @blocks. */
INLINE void accumulate(const struct leap_kernel_layer *layer,
		       const struct leap_kernel_map *from, const struct tile *tile,
		       const int16_t *weight, int blocks,
		       int_vector sum[TILE][BLOCKS][VECTORS])
{
	size_t row = (size_t)(from->size + 2 * from->border) * (size_t)from->channels;
	size_t step = tile->step, block = block_size(layer);

	for (int ky = 0; ky < layer->size; ky++) {
		/* A row of the window lies in one piece. */
		for (int i = 0; i < layer->size * from->channels; i += 2) {
			WEIGHTS w[BLOCKS][VECTORS];

			UNROLL
			for (int v = 0; v < blocks * VECTORS; v++)
				w[v / VECTORS][v % VECTORS] =
					load(weight + (size_t)(v / VECTORS) * block +
					     2 * LANES * (v % VECTORS));
			weight += 2 * LEAP_KERNEL_BLOCK;
			UNROLL
			for (int p = 0; p < TILE; p++) {
				pair x = *(const pair *)(tile->from[p / GROUP] +
							 (size_t)ky * row + i +
							 (size_t)(p % GROUP) * step);

				UNROLL
				for (int b = 0; b < blocks; b++)
					UNROLL
				for (int v = 0; v < VECTORS; v++)
					sum[p][b][v] = dot(sum[p][b][v], w[b][v], x);
			}
		}
	}
}

/* A layer that reads one pixel, whose channels it takes in STREAMS turns. */
INLINE void accumulate_pixel(const int16_t *from, int count, const int16_t *weight,
			     int_vector sum[STREAMS][VECTORS])
{
	for (int i = 0; i < count; i += 2 * STREAMS) {
		UNROLL
		for (int s = 0; s < STREAMS; s++) {
			pair x = *(const pair *)(from + i + 2 * s);

			UNROLL
			for (int v = 0; v < VECTORS; v++)
				sum[s][v] =
					dot(sum[s][v], load(weight + 2 * LANES * v), x);
			weight += 2 * LEAP_KERNEL_BLOCK;
		}
	}
}

INLINE vector scaled(const struct leap_kernel_layer *layer, int_vector sum,
		     size_t channel)
{
	return __builtin_convertvector(sum, vector) *
		       *(const vector *)(layer->scale + channel) +
	       *(const vector *)(layer->bias + channel);
}

INLINE short_vector rounded(vector value)
{
	const vector most = (vector){ 0 } + (float)LEAP_KERNEL_MOST;
	int_vector less = value < most;

	value = (vector)(((int_vector)value & less) | ((int_vector)most & ~less));
	value = (vector)((int_vector)value & (int_vector)(value > 0.0f));
	return __builtin_convertvector(
		__builtin_convertvector(value + 0.5f, int_vector), short_vector);
}

INLINE vector widened(const int16_t *at)
{
	return __builtin_convertvector(*(const short_vector *)at, vector);
}

/* @sum: of the block whose first channel is @channel */
static void store(const struct leap_kernel_layer *layer, const struct goal *goal,
		  int row, int column, size_t channel, const int_vector sum[VECTORS])
{
	const struct leap_kernel_map *map = goal->map;
	const int16_t *add = NULL;
	int16_t *to = map->at + offset(map, row, column) + channel;

	if (goal->add)
		add = goal->add->at + offset(goal->add, row, column) + channel;
	UNROLL
	for (size_t v = 0; v < LEAP_KERNEL_BLOCK; v += LANES) {
		vector value = scaled(layer, sum[v / LANES], channel + v);

		if (add)
			value += widened(add + v) * goal->times;
		*(short_vector *)(to + v) = rounded(value);
	}
}

static void store_floats(const struct leap_kernel_layer *layer, float *to,
			 size_t channel, const int_vector sum[VECTORS])
{
	UNROLL
	for (size_t v = 0; v < LEAP_KERNEL_BLOCK; v += LANES)
		*(vector *)(to + channel + v) =
			scaled(layer, sum[v / LANES], channel + v);
}

INLINE void store_pixel(const struct leap_kernel_layer *layer, const struct goal *goal,
			int side, int pixel, int block, const int_vector sum[VECTORS])
{
	size_t channel = (size_t)block * LEAP_KERNEL_BLOCK;

	if (goal->map)
		store(layer, goal, pixel / side, pixel % side, channel, sum);
	else
		store_floats(layer, goal->floats + (size_t)pixel * (size_t)layer->out,
			     channel, sum);
}

INLINE void compute(const struct leap_kernel_layer *layer,
		    const struct leap_kernel_map *from, const struct goal *goal,
		    const struct tile *tile, int block, int blocks)
{
	const int16_t *weight = layer->weight + (size_t)block * block_size(layer);
	int_vector sum[TILE][BLOCKS][VECTORS], done[TILE][BLOCKS][VECTORS];

	UNROLL
	for (int p = 0; p < TILE; p++)
		UNROLL
	for (int v = 0; v < blocks * VECTORS; v++)
		sum[p][v / VECTORS][v % VECTORS] = (int_vector){ 0 };
	accumulate(layer, from, tile, weight, blocks, sum);
	/* Only what is never counted through at run time stays in registers. */
	UNROLL
	for (int p = 0; p < TILE; p++)
		UNROLL
	for (int v = 0; v < blocks * VECTORS; v++)
		done[p][v / VECTORS][v % VECTORS] = sum[p][v / VECTORS][v % VECTORS];
	for (int p = 0; p < TILE; p++)
		for (int b = 0; b < blocks; b++)
			store_pixel(layer, goal, tile->side, tile->first + p, block + b,
				    done[p][b]);
}

static void compute_pixel(const struct leap_kernel_layer *layer,
			  const struct leap_kernel_map *from, const struct goal *goal)
{
	for (int block = 0; block < layer->out / LEAP_KERNEL_BLOCK; block++) {
		const int16_t *weight =
			layer->weight + (size_t)block * block_size(layer);
		int_vector sum[STREAMS][VECTORS] = { 0 };

		accumulate_pixel(from->at, layer->into, weight, sum);
		UNROLL
		for (int s = 1; s < STREAMS; s++)
			UNROLL
		for (int v = 0; v < VECTORS; v++)
			sum[0][v] += sum[s][v];
		store_pixel(layer, goal, 1, 0, block, sum[0]);
	}
}

static struct tile tile_at(const struct leap_kernel_layer *layer,
			   const struct leap_kernel_map *from, int first)
{
	int side = from->size / layer->stride, reach = layer->size / 2;
	struct tile tile = {
		first, side, { NULL }, (size_t)(layer->stride * from->channels)
	};

	for (int g = 0; g < GROUPS; g++) {
		int pixel = first + g * GROUP;
		int row = pixel / side * layer->stride - reach;
		int column = pixel % side * layer->stride - reach;

		tile.from[g] = from->at + offset(from, row, column);
	}
	return tile;
}

/* The tiles of a block follow each other, so that its weights stay near. */
static void run(const struct leap_kernel_layer *layer,
		const struct leap_kernel_map *from, const struct goal *goal)
{
	int blocks = layer->out / LEAP_KERNEL_BLOCK;
	int pixels = from->size * from->size / (layer->stride * layer->stride);

	if (from->size == 1) {
		compute_pixel(layer, from, goal);
		return;
	}
	for (int b = 0; b < blocks; b += BLOCKS) {
		for (int first = 0; first < pixels; first += TILE) {
			struct tile tile = tile_at(layer, from, first);

			if (b + BLOCKS <= blocks)
				compute(layer, from, goal, &tile, b, BLOCKS);
			else
				compute(layer, from, goal, &tile, b, 1);
		}
	}
}

static void convolve(const struct leap_kernel_layer *layer,
		     const struct leap_kernel_map *from,
		     const struct leap_kernel_map *add, float times,
		     const struct leap_kernel_map *to)
{
	run(layer, from, &(struct goal){ add, times, to, NULL });
}

static void finish(const struct leap_kernel_layer *layer,
		   const struct leap_kernel_map *from, float *to)
{
	run(layer, from, &(struct goal){ NULL, 0, NULL, to });
}

/*
 * e^x = 2^n e^f with |f| <= ln(2) / 2: n goes to the exponent's bits, and for e^f the
 * series up to the sixth power is exact to a float's last place or two.
 */
static void exponent(float *value, size_t count)
{
	for (size_t i = 0; i < count; i += LANES) {
		vector x = *(vector *)(value + i), n, f, e;
		int_vector whole, low = x < -80.0f;

		x = (vector)(((int_vector)x & ~low));
		n = x * 1.44269504f - 0.5f;
		whole = __builtin_convertvector(n, int_vector); /* towards 0 */
		n = __builtin_convertvector(whole, vector);
		f = (x - n * 0.693359375f) + n * 2.12194440e-4f;
		e = f * (1.0f / 720) + 1.0f / 120;
		e = f * e + 1.0f / 24;
		e = f * e + 1.0f / 6;
		e = f * e + 1.0f / 2;
		e = f * e + 1.0f;
		e = f * e + 1.0f;
		whole = (whole + 127) << 23;
		e *= (vector)whole;
		*(vector *)(value + i) = (vector)((int_vector)e & ~low);
	}
}
