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

#define MAGIC "LEAPNET"
#define MAGIC_SIZE 8 /* with the version */
#define VERSION 2
#define HEADER_SIZE (MAGIC_SIZE + 4)
#define LAYER_HEADER_SIZE 8
#define CHECKSUM_SIZE 4
#define WEIGHT_SIZE 2
#define BIAS_SIZE 4
#define RANGE_SIZE 4
#define RANGE_LEAST 1e-3f
#define RANGE_MOST 1e4f

/*
 * A pixel is (byte * 1.25 / 255 - 0.4), as in tools/training/network.py, which is a whole
 * number of these units for every byte; the planes are rounded to them.
 */
#define INPUT_UNIT (1.25 / 255 / PIXEL_SCALE)
#define PIXEL_SCALE 20
#define PIXEL_MEAN 1632 /* 0.4 / INPUT_UNIT */

#define INPUTS 8 /* two neighbouring pixels of each eye, the planes, one unused */
#define DEEP 128 /* channels of the coarsest maps */
#define ANSWERS 80
#define CHANNELS_MOST 128 /* that leave a layer */
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
	bool finish; /* what goes out is not rounded */
} shapes[LAYERS] = {
	[C1] = { INPUTS, 16, 3, 2 },	 [C2] = { 16, 32, 3, 1 },
	[C3] = { 32, 48, 3, 2 },	 [C4] = { 48, 48, 3, 1 },
	[C5] = { 48, 80, 3, 2 },	 [R5A] = { 80, 80, 3, 1 },
	[R5B] = { 80, 80, 3, 1 },	 [C6] = { 80, DEEP, 3, 2 },
	[R6A] = { DEEP, DEEP, 3, 1 },	 [R6B] = { DEEP, DEEP, 3, 1 },
	[UP6] = { DEEP, 80, 1, 1 },	 [UP5] = { 80, 48, 3, 1 },
	[UP4] = { 48, 48, 3, 1 },	 [HEAT] = { 48, 2 * MAPS, 1, 1, true },
	[G1] = { 16 * DEEP, 128, 1, 1 }, [G2] = { 128, ANSWERS, 1, 1, true },
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
	M_FLAT,
	M_G1,
	MAPS_BETWEEN,
};

/* Maps that are added without rescaling have the unit of their sum: see same_units(). */
static const struct extent {
	int size, border, channels;
	enum layer unit; /* the layer of whose range it is a share */
} extents[MAPS_BETWEEN] = {
	[M_INPUT] = { 64, 1, INPUTS, LAYERS },
	[M_C1] = { 32, 1, 16, C1 },
	[M_C2] = { 32, 1, 32, C2 },
	[M_C3] = { 16, 1, 48, C3 },
	[M_C4] = { 16, 1, 48, C4 },
	[M_C5] = { 8, 1, 80, C5 },
	[M_R5A] = { 8, 1, 80, R5A },
	[M_R5] = { 8, 1, 80, R5B },
	[M_C6] = { 4, 1, DEEP, C6 },
	[M_R6A] = { 4, 1, DEEP, R6A },
	[M_R6] = { 4, 0, DEEP, R6B },
	[M_UP6] = { 4, 0, 80, UP6 },
	[M_SUM5] = { 8, 1, 80, UP6 },
	[M_UP5] = { 8, 0, 48, UP5 },
	[M_SUM4] = { 16, 1, 48, UP5 },
	[M_UP4] = { 16, 0, 48, UP4 },
	[M_FLAT] = { 1, 0, 16 * DEEP, R6B },
	[M_G1] = { 1, 0, 128, G1 },
};

/* The map that each layer reads. */
static const enum map reads[LAYERS] = {
	[C1] = M_INPUT, [C2] = M_C1,	[C3] = M_C2,   [C4] = M_C3,
	[C5] = M_C4,	[R5A] = M_C5,	[R5B] = M_R5A, [C6] = M_R5,
	[R6A] = M_C6,	[R6B] = M_R6A,	[UP6] = M_R6,  [UP5] = M_SUM5,
	[UP4] = M_SUM4, [HEAT] = M_UP4, [G1] = M_FLAT, [G2] = M_G1,
};

struct leap_network {
	const struct leap_kernel *kernel;
	struct leap_kernel_layer layer[LAYERS];
	struct leap_kernel_map map[MAPS_BETWEEN];
	double unit[LAYERS + 1]; /* what 1 in a map stands for; the last: the input's */
	void *memory;
	float *maps; /* of HEAT */
	float answers[ANSWERS];
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
	uint32_t sign = (uint32_t)(half & 0x8000) << 16, size = half & 0x7fff, word;
	float value = (float)size * 0x1p-24f; /* where the exponent is 0 */

	if (size >= 0x7c00)
		return NAN;
	word = (size << 13) + ((127 - 15) << 23);
	if (size >= 0x400)
		memcpy(&value, &word, sizeof(value));
	return sign ? -value : value;
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

static size_t map_values(const struct extent *e)
{
	size_t side = (size_t)e->size + 2 * (size_t)e->border;

	return side * side * (size_t)e->channels;
}

static size_t file_size(void)
{
	size_t size = HEADER_SIZE + CHECKSUM_SIZE;

	for (int i = 0; i < LAYERS; i++)
		size += LAYER_HEADER_SIZE + weight_count(&shapes[i]) * WEIGHT_SIZE +
			shapes[i].out * (size_t)BIAS_SIZE + RANGE_SIZE;
	return size;
}

static bool same_shape(const uint8_t *p, const struct shape *s)
{
	return le16(p) == s->into && le16(p + 2) == s->out && p[4] == s->size &&
	       p[5] == s->stride;
}

struct sizes {
	double most[CHANNELS_MOST], sum[CHANNELS_MOST];
};

/* By output channel, of the weights without their signs. */
static int measure(const uint8_t *p, const struct shape *s, struct sizes *ret)
{
	size_t rows = (size_t)s->size * s->size * s->into;

	*ret = (struct sizes){ 0 };
	for (size_t i = 0; i < rows; i++) {
		for (size_t out = 0; out < s->out; out++, p += WEIGHT_SIZE) {
			double size = fabs((double)half_float(le16(p)));

			if (!isfinite(size))
				return -ERANGE;
			ret->most[out] = fmax(ret->most[out], size);
			ret->sum[out] += size;
		}
	}
	return 0;
}

/*
 * What weights are multiplied by before they are rounded: as much as 16 bits hold, but
 * not so much that a sum of products could overflow. With values x of at most MOST,
 * n weights w and the factor f,
 *	|sum of x * round(f * w)| <= MOST * (f * sum of |w| + n / 2),
 * which is at most INT32_MAX if f * sum of |w| <= INT32_MAX / MOST - n / 2. The one that
 * is taken off besides is more than doubles can be wrong by.
 */
static double weight_factor(const struct shape *s, double most, double sum)
{
	double n = (double)s->size * s->size * s->into;
	double room = INT32_MAX / (double)LEAP_KERNEL_MOST - n / 2 - 1;

	if (most == 0)
		return 1;
	return fmin(INT16_MAX / most, room / sum);
}

/* From [window][into][out] to [block of out][window][pair of into][out][of the pair]. */
static void round_weights(const uint8_t *p, const struct shape *s, const double *factor,
			  int16_t *to)
{
	size_t rows = (size_t)s->size * s->size * s->into;

	for (size_t i = 0; i < rows; i++) {
		for (size_t out = 0; out < s->out; out++, p += WEIGHT_SIZE) {
			size_t row = out / LEAP_KERNEL_BLOCK * rows + i / 2 * 2;
			size_t at = row * LEAP_KERNEL_BLOCK +
				    out % LEAP_KERNEL_BLOCK * 2 + i % 2;

			to[at] = (int16_t)floor(
				(double)half_float(le16(p)) * factor[out] + 0.5);
		}
	}
}

static int read_range(const uint8_t *p, const struct shape *s, double *ret_unit)
{
	float range = le_float(p);

	if (s->finish) {
		*ret_unit = 1;
		return range == 0 ? 0 : -ERANGE;
	}
	*ret_unit = (double)range / LEAP_KERNEL_MOST;
	return range >= RANGE_LEAST && range <= RANGE_MOST ? 0 : -ERANGE;
}

/* Sums leave in units of what the layer writes. */
static int read_biases(const uint8_t *p, const struct shape *s, double unit, float *to)
{
	for (size_t i = 0; i < s->out; i++, p += BIAS_SIZE) {
		float bias = le_float(p);

		if (!(fabsf(bias) < 1e6f))
			return -ERANGE;
		to[i] = (float)((double)bias / unit);
	}
	return 0;
}

/* Where the next layer's numbers go. */
struct room {
	float *floats;
	int16_t *weights;
};

static int read_numbers(const uint8_t *p, enum layer which,
			struct leap_network *network, struct room *room)
{
	const struct shape *s = &shapes[which];
	const uint8_t *biases = p + weight_count(s) * WEIGHT_SIZE;
	double from = network->unit[extents[reads[which]].unit];
	double *unit = &network->unit[which];
	double factor[CHANNELS_MOST];
	struct sizes sizes;
	int ret;

	ret = read_range(biases + s->out * BIAS_SIZE, s, unit);
	if (ret == 0)
		ret = measure(p, s, &sizes);
	if (ret == 0)
		ret = read_biases(biases, s, *unit, room->floats + s->out);
	if (ret < 0)
		return ret;
	for (int i = 0; i < s->out; i++) {
		factor[i] = weight_factor(s, sizes.most[i], sizes.sum[i]);
		room->floats[i] = (float)(from / factor[i] / *unit);
	}
	round_weights(p, s, factor, room->weights);
	return 0;
}

static int read_layer(const uint8_t **p, enum layer which, struct leap_network *network,
		      struct room *room)
{
	const struct shape *s = &shapes[which];
	int ret;

	if (!same_shape(*p, s))
		return -EPROTONOSUPPORT;
	*p += LAYER_HEADER_SIZE;
	ret = read_numbers(*p, which, network, room);
	if (ret < 0)
		return ret;
	network->layer[which] = (struct leap_kernel_layer){
		s->into,
		s->out,
		s->size,
		s->stride,
		room->weights,
		room->floats,
		room->floats + s->out,
	};
	room->weights += weight_count(s);
	room->floats += 2 * s->out;
	*p += weight_count(s) * WEIGHT_SIZE + s->out * (size_t)BIAS_SIZE + RANGE_SIZE;
	return 0;
}

/* What add_doubled() adds has the unit of the sum. */
static bool same_units(const struct leap_network *n)
{
	return n->unit[R5B] == n->unit[UP6] && n->unit[C4] == n->unit[UP5];
}

static int read_file(const uint8_t *bytes, size_t size, struct leap_network *network,
		     struct room *room)
{
	const uint8_t *p = bytes + HEADER_SIZE;

	if (size < HEADER_SIZE)
		return -EMSGSIZE;
	if (memcmp(bytes, MAGIC, MAGIC_SIZE - 1) != 0)
		return -EBADMSG;
	if (bytes[MAGIC_SIZE - 1] != VERSION || le32(bytes + MAGIC_SIZE) != LAYERS)
		return -EPROTONOSUPPORT;
	if (size != file_size())
		return -EMSGSIZE;
	if (crc32(bytes, size - CHECKSUM_SIZE) != le32(bytes + size - CHECKSUM_SIZE))
		return -EBADMSG;
	network->unit[LAYERS] = INPUT_UNIT;
	for (int i = 0; i < LAYERS; i++) {
		int ret = read_layer(&p, (enum layer)i, network, room);

		if (ret < 0)
			return ret;
	}
	return same_units(network) ? 0 : -ERANGE;
}

static void place_maps(struct leap_network *network, int16_t *at)
{
	for (int i = 0; i < MAPS_BETWEEN; i++) {
		network->map[i] = (struct leap_kernel_map){
			extents[i].size,
			extents[i].border,
			extents[i].channels,
			at,
		};
		at += map_values(&extents[i]);
	}
}

static const struct leap_kernel *best_kernel(void)
{
#if defined(__x86_64__)
	if (leap_kernel_vnni.usable())
		return &leap_kernel_vnni;
	if (leap_kernel_avx512.usable())
		return &leap_kernel_avx512;
	if (leap_kernel_avx2.usable())
		return &leap_kernel_avx2;
	return &leap_kernel_sse2;
#elif defined(__aarch64__)
	return &leap_kernel_neon;
#else
	return &leap_kernel_plain;
#endif
}

/* Counts are such that every layer's weights begin where a vector may. */
static int allocate(struct leap_network *network, struct room *ret_room)
{
	size_t floats = GRID * GRID * 2 * MAPS, weights = 0, values = 0, size;
	void *memory;

	for (int i = 0; i < LAYERS; i++) {
		floats += 2 * (size_t)shapes[i].out;
		weights += weight_count(&shapes[i]);
	}
	for (int i = 0; i < MAPS_BETWEEN; i++)
		values += map_values(&extents[i]);
	size = floats * sizeof(float) + (weights + values) * sizeof(int16_t);
	if (posix_memalign(&memory, 64, size) != 0)
		return -ENOMEM;
	memset(memory, 0, size);
	network->memory = memory;
	network->maps = memory;
	ret_room->floats = network->maps + GRID * GRID * 2 * MAPS;
	ret_room->weights = (void *)(network->maps + floats);
	place_maps(network, ret_room->weights + weights);
	return 0;
}

int leap_network_new(const void *weights, size_t size, const struct leap_kernel *kernel,
		     struct leap_network **ret_network)
{
	struct leap_network *network;
	struct room room;
	int ret;

	if (kernel && !kernel->usable())
		return -ENOSYS;
	network = calloc(1, sizeof(*network));
	if (!network)
		return -ENOMEM;
	network->kernel = kernel ? kernel : best_kernel();
	ret = allocate(network, &room);
	if (ret == 0)
		ret = read_file(weights, size, network, &room);
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
		return "the weights hold values that are no numbers or cannot be; "
		       "install them again";
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

static int16_t *pixel_of(const struct leap_kernel_map *map, int row, int column)
{
	size_t stride = (size_t)map->size + 2 * (size_t)map->border;
	size_t at = (size_t)(row + map->border) * stride;

	return map->at + (at + (size_t)(column + map->border)) * (size_t)map->channels;
}

static int16_t input_of(uint8_t pixel)
{
	return (int16_t)(pixel * PIXEL_SCALE - PIXEL_MEAN);
}

static int16_t input_of_plane(float plane)
{
	float value = floorf(plane * (float)(1 / INPUT_UNIT) + 0.5f);

	return (int16_t)fminf(fmaxf(value, -LEAP_KERNEL_MOST), LEAP_KERNEL_MOST);
}

static void feed(struct leap_network *network, const struct leap_crop *crop)
{
	const struct leap_kernel_map *map = &network->map[M_INPUT];
	float plane[LEAP_CROP_PLANES];
	int16_t planes[LEAP_CROP_PLANES];

	leap_crop_planes(crop, plane);
	for (int i = 0; i < LEAP_CROP_PLANES; i++)
		planes[i] = input_of_plane(plane[i]);
	for (int r = 0; r < LEAP_CROP_ROWS; r++) {
		const uint8_t *left = crop->pixel[LEAP_EYE_LEFT][r];
		const uint8_t *right = crop->pixel[LEAP_EYE_RIGHT][r];
		int16_t *to = pixel_of(map, r, 0);

		for (int c = 0; c < LEAP_CROP_COLUMNS; c += 2, to += INPUTS) {
			to[0] = input_of(left[c]);
			to[1] = input_of(left[c + 1]);
			to[2] = input_of(right[c]);
			to[3] = input_of(right[c + 1]);
			memcpy(to + 4, planes, sizeof(planes));
		}
	}
}

static void layer(struct leap_network *n, enum layer which, enum map to)
{
	n->kernel->convolve(&n->layer[which], &n->map[reads[which]], NULL, 0,
			    &n->map[to]);
}

static void residual(struct leap_network *n, enum layer which, enum map add,
		     enum map to)
{
	float times = (float)(n->unit[extents[add].unit] / n->unit[which]);

	n->kernel->convolve(&n->layer[which], &n->map[reads[which]], &n->map[add],
			    times, &n->map[to]);
}

static void finish(struct leap_network *n, enum layer which, float *to)
{
	n->kernel->finish(&n->layer[which], &n->map[reads[which]], to);
}

/* @to = @fine plus @coarse at twice its size. */
static void add_doubled(struct leap_network *n, enum map coarse, enum map fine,
			enum map to)
{
	const struct leap_kernel_map *out = &n->map[to];

	for (int r = 0; r < out->size; r++) {
		for (int c = 0; c < out->size; c++) {
			const int16_t *a = pixel_of(&n->map[coarse], r / 2, c / 2);
			const int16_t *b = pixel_of(&n->map[fine], r, c);
			int16_t *sum = pixel_of(out, r, c);

			for (int k = 0; k < out->channels; k++) {
				int16_t both = (int16_t)(a[k] + b[k]);

				sum[k] = both < LEAP_KERNEL_MOST ? both
								 : LEAP_KERNEL_MOST;
			}
		}
	}
}

static void run_layers(struct leap_network *n)
{
	layer(n, C1, M_C1);
	layer(n, C2, M_C2);
	layer(n, C3, M_C3);
	layer(n, C4, M_C4);
	layer(n, C5, M_C5);
	layer(n, R5A, M_R5A);
	residual(n, R5B, M_C5, M_R5);
	layer(n, C6, M_C6);
	layer(n, R6A, M_R6A);
	residual(n, R6B, M_C6, M_R6);
	layer(n, UP6, M_UP6);
	add_doubled(n, M_UP6, M_R5, M_SUM5);
	layer(n, UP5, M_UP5);
	add_doubled(n, M_UP5, M_C4, M_SUM4);
	layer(n, UP4, M_UP4);
	finish(n, HEAT, n->maps);
	memcpy(n->map[M_FLAT].at, n->map[M_R6].at,
	       map_values(&extents[M_R6]) * sizeof(int16_t));
	layer(n, G1, M_G1);
	finish(n, G2, n->answers);
}

/* Heat maps to weights that are 1 where each is hottest. */
static void heat_weights(struct leap_network *n)
{
	const float *maps = n->maps;
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
	const float *maps = n->maps + MAPS;

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
	const float *all = network->answers;
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
