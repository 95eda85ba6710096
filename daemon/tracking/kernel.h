/* SPDX-License-Identifier: MIT */
/*
 * The loops in which the network spends its time, once for each kind of processor.
 * Pure functions, any thread. All kinds agree to a few units in the last place.
 */
#ifndef LEAP_KERNEL_H
#define LEAP_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

/* Channels that are computed together; counts of output channels are multiples. */
#define LEAP_KERNEL_BLOCK 16

/**
 * struct leap_kernel_layer - a convolution
 * @into: channels that come in
 * @out: channels that go out, a multiple of LEAP_KERNEL_BLOCK
 * @size: 3 or 1, pixels across and down
 * @stride: 1 or 2
 * @weight: by block of output channels, row, column, channel in, channel of the block
 * @bias: by output channel
 */
struct leap_kernel_layer {
	int into;
	int out;
	int size;
	int stride;
	const float *weight;
	const float *bias;
};

/**
 * struct leap_kernel_map - pixels by row, column and channel
 * @size: rows and columns
 * @border: rows and columns of zeros around, counted on each side; 1 for what a layer
 *	of size 3 reads
 * @channels: floats per pixel
 * @at: the first pixel of the border
 */
struct leap_kernel_map {
	int size;
	int border;
	int channels;
	float *at;
};

/**
 * struct leap_kernel - one kind of processor
 * @name: for people
 * @usable: this machine can run it
 * @convolve: @to = @layer of @from, plus @add of the size of @to if not NULL, then
 *	what is negative made 0 if @relu. The border of @to is left alone
 * @exponent: @value[i] = e to the power of @value[i], for values of at most 0; @count
 *	is a multiple of LEAP_KERNEL_BLOCK
 */
struct leap_kernel {
	const char *name;
	bool (*usable)(void);
	void (*convolve)(const struct leap_kernel_layer *layer,
			 const struct leap_kernel_map *from,
			 const struct leap_kernel_map *add, bool relu,
			 const struct leap_kernel_map *to);
	void (*exponent)(float *value, size_t count);
};

extern const struct leap_kernel leap_kernel_plain;
extern const struct leap_kernel leap_kernel_avx2;
extern const struct leap_kernel leap_kernel_avx512;
extern const struct leap_kernel leap_kernel_neon;

#endif /* LEAP_KERNEL_H */
