/* SPDX-License-Identifier: MIT */
/*
 * The loops in which the network spends its time, once for each kind of processor.
 * Pure functions, any thread. All kinds agree to the last bit.
 */
#ifndef LEAP_KERNEL_H
#define LEAP_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Channels that are computed together; counts of output channels are multiples. */
#define LEAP_KERNEL_BLOCK 16
/* Pixels that lie side by side in a row; sizes of maps are multiples, or 1. */
#define LEAP_KERNEL_GROUP 4
/* What a map holds at most; what the network is fed may be as much below 0. */
#define LEAP_KERNEL_MOST 8191

/**
 * struct leap_kernel_layer - a convolution
 * @into: channels that come in, an even number; a multiple of 16 where the map that is
 *	read has one pixel
 * @out: channels that go out, a multiple of LEAP_KERNEL_BLOCK
 * @size: 3 or 1, pixels across and down
 * @stride: 1 or 2
 * @weight: by block of output channels, row, column, pair of channels in, channel of the
 *	block, channel of the pair. The absolute values of an output channel's weights
 *	sum to INT32_MAX / LEAP_KERNEL_MOST at most: no sum of products overflows then
 * @scale: by output channel, what the sum of products is multiplied by
 * @bias: by output channel, added then
 */
struct leap_kernel_layer {
	int into;
	int out;
	int size;
	int stride;
	const int16_t *weight;
	const float *scale;
	const float *bias;
};

/**
 * struct leap_kernel_map - pixels by row, column and channel
 * @size: rows and columns
 * @border: rows and columns of zeros around, counted on each side; 1 for what a layer
 *	of size 3 reads
 * @channels: values per pixel
 * @at: the first pixel of the border, aligned to four bytes
 */
struct leap_kernel_map {
	int size;
	int border;
	int channels;
	int16_t *at;
};

/**
 * struct leap_kernel - one kind of processor
 * @name: for people
 * @usable: this machine can run it
 * @convolve: @to = @layer of @from, plus @times times @add of the size of @to if not
 *	NULL; rounded, and what is outside 0..LEAP_KERNEL_MOST brought there. The border
 *	of @to is left alone
 * @finish: @to = @layer of @from, by row, column and channel, neither bounded nor rounded
 * @exponent: @value[i] = e to the power of @value[i], for values of at most 0; @count
 *	is a multiple of LEAP_KERNEL_BLOCK
 */
struct leap_kernel {
	const char *name;
	bool (*usable)(void);
	void (*convolve)(const struct leap_kernel_layer *layer,
			 const struct leap_kernel_map *from,
			 const struct leap_kernel_map *add, float times,
			 const struct leap_kernel_map *to);
	void (*finish)(const struct leap_kernel_layer *layer,
		       const struct leap_kernel_map *from, float *to);
	void (*exponent)(float *value, size_t count);
};

extern const struct leap_kernel leap_kernel_plain;
extern const struct leap_kernel leap_kernel_sse2;
extern const struct leap_kernel leap_kernel_avx2;
extern const struct leap_kernel leap_kernel_avx512;
extern const struct leap_kernel leap_kernel_vnni;
extern const struct leap_kernel leap_kernel_neon;

#endif /* LEAP_KERNEL_H */
