/* SPDX-License-Identifier: MIT */
/*
 * The loops of a struct leap_kernel in the compiler's vector types. Each kernel-*.c
 * says how wide its vectors are and how many pixels fit its registers, then includes
 * this. Pure functions, any thread.
 *
 * LANES: floats in a vector; PIXELS: pixels that are computed together.
 */
#include <string.h>

#include "daemon/tracking/kernel.h"

#define VECTORS (LEAP_KERNEL_BLOCK / LANES)
/* Loops over what stays in registers. */
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define INLINE static inline __attribute__((always_inline))

typedef float vector __attribute__((vector_size(4 * LANES), aligned(4)));
typedef int int_vector __attribute__((vector_size(4 * LANES), aligned(4)));

struct tile {
	const float *from[PIXELS]; /* first pixel under the layer's window */
	size_t to[PIXELS]; /* in floats from the start of the map that is written */
	size_t add[PIXELS];
};

INLINE size_t offset(const struct leap_kernel_map *map, int row, int column)
{
	size_t stride = (size_t)(map->size + 2 * map->border);

	return ((size_t)(row + map->border) * stride + (size_t)(column + map->border)) *
	       (size_t)map->channels;
}

INLINE void accumulate(const struct leap_kernel_layer *layer,
		       const struct leap_kernel_map *from, const float *weight,
		       const struct tile *tile, int count, vector sum[][VECTORS])
{
	size_t row_stride =
		(size_t)(from->size + 2 * from->border) * (size_t)from->channels;
	int run = layer->size * from->channels;

	for (int ky = 0; ky < layer->size; ky++) {
		size_t at = (size_t)ky * row_stride;

		/* A row of the window lies in one piece. */
		for (int i = 0; i < run; i++) {
			const vector *w = (const vector *)weight;

			weight += LEAP_KERNEL_BLOCK;
			UNROLL
			for (int p = 0; p < count; p++) {
				float x = tile->from[p][at + (size_t)i];

				UNROLL
				for (int v = 0; v < VECTORS; v++)
					sum[p][v] += w[v] * x;
			}
		}
	}
}

/* One block of output channels of @count pixels; the compiler knows @count. */
INLINE void compute(const struct leap_kernel_layer *layer,
		    const struct leap_kernel_map *from,
		    const struct leap_kernel_map *add, bool relu,
		    const struct leap_kernel_map *to, const struct tile *tile,
		    int count, int block)
{
	size_t first = (size_t)block * LEAP_KERNEL_BLOCK;
	const float *weight =
		layer->weight +
		first * (size_t)layer->into * (size_t)(layer->size * layer->size);
	vector sum[PIXELS][VECTORS];

	UNROLL
	for (int p = 0; p < count; p++)
		UNROLL
	for (int v = 0; v < VECTORS; v++)
		sum[p][v] = ((const vector *)(layer->bias + first))[v];
	accumulate(layer, from, weight, tile, count, sum);
	UNROLL
	for (int p = 0; p < count; p++) {
		vector *out = (vector *)(to->at + tile->to[p] + first);

		UNROLL
		for (int v = 0; v < VECTORS; v++) {
			vector value = sum[p][v];

			if (add)
				value += ((const vector *)(add->at + tile->add[p] +
							   first))[v];
			if (relu)
				value = (vector)((int_vector)value & (value > 0.0f));
			out[v] = value;
		}
	}
}

static void convolve(const struct leap_kernel_layer *layer,
		     const struct leap_kernel_map *from,
		     const struct leap_kernel_map *add, bool relu,
		     const struct leap_kernel_map *to)
{
	int pixels = to->size * to->size, blocks = layer->out / LEAP_KERNEL_BLOCK;
	int reach = layer->size / 2;

	for (int first = 0; first < pixels; first += PIXELS) {
		int count = pixels - first < PIXELS ? pixels - first : PIXELS;
		struct tile tile;

		for (int p = 0; p < PIXELS; p++) {
			/* What is too much in the last tile is computed and dropped. */
			/* cppcheck-suppress knownConditionTrueFalse ; it is not */
			int pixel = p < count ? first + p : first;
			int row = pixel / to->size, column = pixel % to->size;

			tile.from[p] =
				from->at + offset(from, row * layer->stride - reach,
						  column * layer->stride - reach);
			tile.to[p] = offset(to, row, column);
			tile.add[p] = add ? offset(add, row, column) : 0;
		}
		for (int b = 0; b < blocks; b++) {
			/* cppcheck-suppress knownConditionTrueFalse ; it is not */
			if (count == 1)
				compute(layer, from, add, relu, to, &tile, 1, b);
			else
				compute(layer, from, add, relu, to, &tile, PIXELS, b);
		}
	}
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
