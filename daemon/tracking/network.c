// SPDX-License-Identifier: MIT
/*
 * Reads the network's weights and runs it on a crop.
 * A network holds its scratch memory: one thread at a time for each.
 */
#include "daemon/tracking/network.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/tracking/kernel.h"

#define MAGIC "LEAPNET\1"
#define MAGIC_SIZE 8
#define HEADER_SIZE (MAGIC_SIZE + 4)
#define LAYER_HEADER_SIZE 8
#define CHECKSUM_SIZE 4
#define WEIGHT_SIZE 2
#define BIAS_SIZE 4

/* Pixels are given as (byte * scale - mean), as in tools/training/network.py. */
#define PIXEL_SCALE (1.25f / 255)
#define PIXEL_MEAN 0.4f

#define INPUTS 8 /* two neighbouring pixels of each eye, the planes, one unused */
#define GRID 16
#define MAPS 32 /* by point, the rest unused; then as many of depth */
#define REACH 1.15f
#define SPREAD_LEAST (-5.5f)
#define SPREAD_MOST 1.5f

enum layer {
	C1,
	C2,
	C3,
	C4,
	C5,
	R5A,
	R5B,
	C6,
	R6A,
	R6B,
	UP6,
	UP5,
	UP4,
	HEAT,
	G1,
	G2,
	LAYERS,
};

/* What the weights have to be for; the order is the file's. */
static const struct shape {
	uint16_t into, out;
	uint8_t size, stride;
} shapes[LAYERS] = {
	[C1] = { INPUTS, 16, 3, 2 },   [C2] = { 16, 16, 3, 1 },
	[C3] = { 16, 32, 3, 2 },       [C4] = { 32, 32, 3, 1 },
	[C5] = { 32, 64, 3, 2 },       [R5A] = { 64, 64, 3, 1 },
	[R5B] = { 64, 64, 3, 1 },      [C6] = { 64, 96, 3, 2 },
	[R6A] = { 96, 96, 3, 1 },      [R6B] = { 96, 96, 3, 1 },
	[UP6] = { 96, 64, 1, 1 },      [UP5] = { 64, 32, 3, 1 },
	[UP4] = { 32, 32, 3, 1 },      [HEAT] = { 32, 2 * MAPS, 1, 1 },
	[G1] = { 16 * 96, 128, 1, 1 }, [G2] = { 128, 80, 1, 1 },
};

/* What lies between the layers. */
enum map {
	M_INPUT,
	M_C1,
	M_C2,
	M_C3,
	M_C4,
	M_C5,
	M_R5A,
	M_R5,
	M_C6,
	M_R6A,
	M_R6,
	M_UP6,
	M_SUM5,
	M_UP5,
	M_SUM4,
	M_UP4,
	M_HEAT,
	M_FLAT,
	M_G1,
	M_G2,
	MAPS_BETWEEN,
};

static const struct extent {
	int size, border, channels;
} extents[MAPS_BETWEEN] = {
	[M_INPUT] = { 64, 1, INPUTS },	[M_C1] = { 32, 1, 16 },
	[M_C2] = { 32, 1, 16 },		[M_C3] = { 16, 1, 32 },
	[M_C4] = { 16, 1, 32 },		[M_C5] = { 8, 1, 64 },
	[M_R5A] = { 8, 1, 64 },		[M_R5] = { 8, 1, 64 },
	[M_C6] = { 4, 1, 96 },		[M_R6A] = { 4, 1, 96 },
	[M_R6] = { 4, 0, 96 },		[M_UP6] = { 4, 0, 64 },
	[M_SUM5] = { 8, 1, 64 },	[M_UP5] = { 8, 0, 32 },
	[M_SUM4] = { 16, 1, 32 },	[M_UP4] = { 16, 0, 32 },
	[M_HEAT] = { 16, 0, 2 * MAPS }, [M_FLAT] = { 1, 0, 16 * 96 },
	[M_G1] = { 1, 0, 128 },		[M_G2] = { 1, 0, 80 },
};

struct leap_network {
	const struct leap_kernel *kernel;
	struct leap_kernel_layer layer[LAYERS];
	struct leap_kernel_map map[MAPS_BETWEEN];
	float *memory;
	float heat[GRID * GRID * MAPS];
};

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static float le_float(const uint8_t *p)
{
	uint32_t word = le32(p);
	float value;

	memcpy(&value, &word, sizeof(value));
	return value;
}

/* IEEE 754 binary16; infinities and NaNs become NAN. */
static float half_float(uint16_t half)
{
	int exponent = half >> 10 & 31, fraction = half & 1023;
	float value;

	if (exponent == 31)
		return NAN;
	if (exponent == 0)
		value = ldexpf((float)fraction, -24);
	else
		value = ldexpf((float)(fraction + 1024), exponent - 25);
	return half & 0x8000 ? -value : value;
}

/* CRC-32 of IEEE 802.3, as zlib and PNG have it. */
static uint32_t crc32(const uint8_t *p, size_t size)
{
	uint32_t table[256], crc = ~0u;

	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0);
	}
	while (size--)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 255];
	return ~crc;
}

static size_t weight_count(const struct shape *s)
{
	return (size_t)s->into * s->out * s->size * (size_t)s->size;
}

static size_t map_floats(const struct extent *e)
{
	size_t side = (size_t)e->size + 2 * (size_t)e->border;

	return side * side * (size_t)e->channels;
}

static size_t file_size(void)
{
	size_t size = HEADER_SIZE + CHECKSUM_SIZE;

	for (int i = 0; i < LAYERS; i++)
		size += LAYER_HEADER_SIZE + weight_count(&shapes[i]) * WEIGHT_SIZE +
			shapes[i].out * (size_t)BIAS_SIZE;
	return size;
}

static bool same_shape(const uint8_t *p, const struct shape *s)
{
	return le16(p) == s->into && le16(p + 2) == s->out && p[4] == s->size &&
	       p[5] == s->stride;
}

/* From [window][into][out] to [block of out][window][into][out in block]. */
static int read_weights(const uint8_t *p, const struct shape *s, float *to)
{
	size_t rows = (size_t)s->size * s->size * s->into;

	for (size_t i = 0; i < rows; i++) {
		for (size_t out = 0; out < s->out; out++, p += WEIGHT_SIZE) {
			float value = half_float(le16(p));

			if (!isfinite(value))
				return -ERANGE;
			to[(out / LEAP_KERNEL_BLOCK * rows + i) * LEAP_KERNEL_BLOCK +
			   out % LEAP_KERNEL_BLOCK] = value;
		}
	}
	return 0;
}

static int read_layer(const uint8_t **p, const struct shape *s, float *to,
		      struct leap_kernel_layer *ret_layer)
{
	size_t count = weight_count(s);
	int ret;

	if (!same_shape(*p, s))
		return -EPROTONOSUPPORT;
	*p += LAYER_HEADER_SIZE;
	ret = read_weights(*p, s, to);
	if (ret < 0)
		return ret;
	*p += count * WEIGHT_SIZE;
	for (int i = 0; i < s->out; i++, *p += BIAS_SIZE) {
		to[count + (size_t)i] = le_float(*p);
		if (!(fabsf(to[count + (size_t)i]) < 1e6f))
			return -ERANGE;
	}
	*ret_layer = (struct leap_kernel_layer){ s->into,   s->out, s->size,
						 s->stride, to,	    to + count };
	return 0;
}

static int read_file(const uint8_t *bytes, size_t size, struct leap_network *network,
		     float *to)
{
	const uint8_t *p = bytes + HEADER_SIZE;

	if (size < HEADER_SIZE)
		return -EMSGSIZE;
	if (memcmp(bytes, MAGIC, MAGIC_SIZE) != 0)
		return -EBADMSG;
	if (le32(bytes + MAGIC_SIZE) != LAYERS)
		return -EPROTONOSUPPORT;
	if (size != file_size())
		return -EMSGSIZE;
	if (crc32(bytes, size - CHECKSUM_SIZE) != le32(bytes + size - CHECKSUM_SIZE))
		return -EBADMSG;
	for (int i = 0; i < LAYERS; i++) {
		int ret = read_layer(&p, &shapes[i], to, &network->layer[i]);

		if (ret < 0)
			return ret;
		to += weight_count(&shapes[i]) + shapes[i].out;
	}
	return 0;
}

static void place_maps(struct leap_network *network, float *at)
{
	for (int i = 0; i < MAPS_BETWEEN; i++) {
		network->map[i] = (struct leap_kernel_map){
			extents[i].size,
			extents[i].border,
			extents[i].channels,
			at,
		};
		at += map_floats(&extents[i]);
	}
}

static const struct leap_kernel *best_kernel(void)
{
#if defined(__x86_64__)
	if (leap_kernel_avx512.usable())
		return &leap_kernel_avx512;
	if (leap_kernel_avx2.usable())
		return &leap_kernel_avx2;
#elif defined(__aarch64__)
	return &leap_kernel_neon;
#endif
	return &leap_kernel_plain;
}

/* All counts of floats are multiples of a vector's, so everything is aligned. */
static int allocate(struct leap_network *network, float **ret_weights)
{
	size_t weights = 0, maps = 0;
	void *memory;

	for (int i = 0; i < LAYERS; i++)
		weights += weight_count(&shapes[i]) + shapes[i].out;
	for (int i = 0; i < MAPS_BETWEEN; i++)
		maps += map_floats(&extents[i]);
	if (posix_memalign(&memory, 64, (weights + maps) * sizeof(float)) != 0)
		return -ENOMEM;
	memset(memory, 0, (weights + maps) * sizeof(float));
	network->memory = memory;
	place_maps(network, network->memory + weights);
	*ret_weights = network->memory;
	return 0;
}

int leap_network_new(const void *weights, size_t size, const struct leap_kernel *kernel,
		     struct leap_network **ret_network)
{
	struct leap_network *network;
	float *to;
	int ret;

	if (kernel && !kernel->usable())
		return -ENOSYS;
	network = calloc(1, sizeof(*network));
	if (!network)
		return -ENOMEM;
	network->kernel = kernel ? kernel : best_kernel();
	ret = allocate(network, &to);
	if (ret == 0)
		ret = read_file(weights, size, network, to);
	if (ret < 0) {
		leap_network_free(network);
		return ret;
	}
	*ret_network = network;
	return 0;
}

void leap_network_free(struct leap_network *network)
{
	if (!network)
		return;
	free(network->memory);
	free(network);
}

const char *leap_network_strerror(int error)
{
	switch (error) {
	case 0:
		return "the weights are valid";
	case -EMSGSIZE:
		return "the weights are cut off or have something behind them; install "
		       "them again";
	case -EBADMSG:
		return "not a file of weights, or its checksum is wrong; install it "
		       "again";
	case -EPROTONOSUPPORT:
		return "the weights are for another version of the network; install "
		       "those that came with this program";
	case -ERANGE:
		return "the weights hold values that are no numbers; install them "
		       "again";
	case -ENOSYS:
		return "this processor lacks the instructions that were asked for";
	default:
		return strerror(error < 0 ? -error : error);
	}
}

const struct leap_kernel *leap_network_kernel(const struct leap_network *network)
{
	return network->kernel;
}

static float *pixel_of(const struct leap_kernel_map *map, int row, int column)
{
	size_t stride = (size_t)map->size + 2 * (size_t)map->border;
	size_t at = (size_t)(row + map->border) * stride;

	return map->at + (at + (size_t)(column + map->border)) * (size_t)map->channels;
}

static void feed(struct leap_network *network, const struct leap_crop *crop)
{
	const struct leap_kernel_map *map = &network->map[M_INPUT];
	float plane[LEAP_CROP_PLANES];

	leap_crop_planes(crop, plane);
	for (int r = 0; r < LEAP_CROP_ROWS; r++) {
		const uint8_t *left = crop->pixel[LEAP_EYE_LEFT][r];
		const uint8_t *right = crop->pixel[LEAP_EYE_RIGHT][r];
		float *to = pixel_of(map, r, 0);

		for (int c = 0; c < LEAP_CROP_COLUMNS; c += 2, to += INPUTS) {
			to[0] = left[c] * PIXEL_SCALE - PIXEL_MEAN;
			to[1] = left[c + 1] * PIXEL_SCALE - PIXEL_MEAN;
			to[2] = right[c] * PIXEL_SCALE - PIXEL_MEAN;
			to[3] = right[c + 1] * PIXEL_SCALE - PIXEL_MEAN;
			memcpy(to + 4, plane, sizeof(plane));
		}
	}
}

static void layer(struct leap_network *n, enum layer which, enum map from, enum map to)
{
	bool relu = which != HEAT && which != G2;

	n->kernel->convolve(&n->layer[which], &n->map[from], NULL, relu, &n->map[to]);
}

static void residual(struct leap_network *n, enum layer which, enum map from,
		     enum map add, enum map to)
{
	n->kernel->convolve(&n->layer[which], &n->map[from], &n->map[add], true,
			    &n->map[to]);
}

/* @to = @fine plus @coarse at twice its size. */
static void add_doubled(struct leap_network *n, enum map coarse, enum map fine,
			enum map to)
{
	const struct leap_kernel_map *out = &n->map[to];

	for (int r = 0; r < out->size; r++) {
		for (int c = 0; c < out->size; c++) {
			const float *a = pixel_of(&n->map[coarse], r / 2, c / 2);
			const float *b = pixel_of(&n->map[fine], r, c);
			float *sum = pixel_of(out, r, c);

			for (int k = 0; k < out->channels; k++)
				sum[k] = a[k] + b[k];
		}
	}
}

static void run_layers(struct leap_network *n)
{
	layer(n, C1, M_INPUT, M_C1);
	layer(n, C2, M_C1, M_C2);
	layer(n, C3, M_C2, M_C3);
	layer(n, C4, M_C3, M_C4);
	layer(n, C5, M_C4, M_C5);
	layer(n, R5A, M_C5, M_R5A);
	residual(n, R5B, M_R5A, M_C5, M_R5);
	layer(n, C6, M_R5, M_C6);
	layer(n, R6A, M_C6, M_R6A);
	residual(n, R6B, M_R6A, M_C6, M_R6);
	layer(n, UP6, M_R6, M_UP6);
	add_doubled(n, M_UP6, M_R5, M_SUM5);
	layer(n, UP5, M_SUM5, M_UP5);
	add_doubled(n, M_UP5, M_C4, M_SUM4);
	layer(n, UP4, M_SUM4, M_UP4);
	layer(n, HEAT, M_UP4, M_HEAT);
	memcpy(n->map[M_FLAT].at, n->map[M_R6].at,
	       map_floats(&extents[M_R6]) * sizeof(float));
	layer(n, G1, M_FLAT, M_G1);
	layer(n, G2, M_G1, M_G2);
}

/* Heat maps to weights that are 1 where each is hottest. */
static void heat_weights(struct leap_network *n)
{
	const float *maps = n->map[M_HEAT].at;
	float hottest[MAPS];

	memcpy(hottest, maps, sizeof(hottest));
	for (int i = 1; i < GRID * GRID; i++)
		for (int k = 0; k < MAPS; k++) {
			float value = maps[(size_t)i * 2 * MAPS + k];

			hottest[k] = value > hottest[k] ? value : hottest[k];
		}
	for (int i = 0; i < GRID * GRID; i++)
		for (int k = 0; k < MAPS; k++)
			n->heat[i * MAPS + k] =
				maps[(size_t)i * 2 * MAPS + k] - hottest[k];
	n->kernel->exponent(n->heat, GRID * GRID * MAPS);
}

struct moments {
	float weight[MAPS], column[MAPS], row[MAPS], depth[MAPS];
};

/* Of a row or column of the heat maps, in half widths from the middle. */
static float grid_place(int i)
{
	return (((float)i + 0.5f) * (2.0f / GRID) - 1) * REACH;
}

static void heat_moments(const struct leap_network *n, struct moments *ret)
{
	const float *maps = n->map[M_HEAT].at + MAPS;

	memset(ret, 0, sizeof(*ret));
	for (int i = 0; i < GRID * GRID; i++) {
		float column = grid_place(i % GRID);
		float row = grid_place(i / GRID);

		for (int k = 0; k < MAPS; k++) {
			float weight = n->heat[i * MAPS + k];

			ret->weight[k] += weight;
			ret->column[k] += weight * column;
			ret->row[k] += weight * row;
			ret->depth[k] += weight * maps[(size_t)i * 2 * MAPS + k];
		}
	}
}

static float spread(float logarithm)
{
	if (logarithm < SPREAD_LEAST)
		logarithm = SPREAD_LEAST;
	if (logarithm > SPREAD_MOST)
		logarithm = SPREAD_MOST;
	return expf(logarithm);
}

void leap_network_run(struct leap_network *network, const struct leap_crop *crop,
		      struct leap_network_answer *ret_answer)
{
	const float *all = network->map[M_G2].at;
	struct moments m;

	feed(network, crop);
	run_layers(network);
	heat_weights(network);
	heat_moments(network, &m);
	for (int k = 0; k < LEAP_POINTS; k++) {
		ret_answer->place[k][0] = m.column[k] / m.weight[k];
		ret_answer->place[k][1] = m.row[k] / m.weight[k];
		ret_answer->place[k][2] = m.depth[k] / m.weight[k] + all[k];
		ret_answer->across[k] = spread(all[LEAP_POINTS + k]);
		ret_answer->along[k] = spread(all[2 * LEAP_POINTS + k]);
	}
	ret_answer->right = all[3 * LEAP_POINTS];
	ret_answer->present = all[3 * LEAP_POINTS + 1];
}
