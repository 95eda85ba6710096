// SPDX-License-Identifier: MIT
/*
 * The network in C says what the rounded network said where it was trained, and the same
 * bits on every kind of processor; damaged weights are refused.
 * Single-threaded; owns nothing.
 * Usage: test-network VECTORS, as tools/training/export.py writes them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/tracking/kernel.h"
#include "daemon/tracking/network.h"

/* Means over heat maps in floats and in doubles, relative to values of about 1. */
#define TOLERANCE 2e-6f

static const struct leap_kernel *const kernels[] = {
	&leap_kernel_plain,
#if defined(__x86_64__)
	&leap_kernel_sse2,  &leap_kernel_avx2, &leap_kernel_avx512, &leap_kernel_vnni,
#elif defined(__aarch64__)
	&leap_kernel_neon,
#endif
};

#define KERNELS (sizeof(kernels) / sizeof(*kernels))

static const char *vectors_path;

struct vector {
	float plane[LEAP_CROP_PLANES];
	uint8_t pixel[LEAP_EYES][LEAP_CROP_ROWS][LEAP_CROP_COLUMNS];
	struct leap_network_answer answer;
};

static struct vector *read_vectors(uint32_t *ret_count)
{
	FILE *f = fopen(vectors_path, "rb");
	struct vector *vectors;

	assert_non_null(f);
	assert_int_equal(fread(ret_count, sizeof(*ret_count), 1, f), 1);
	assert_in_range(*ret_count, 1, 100);
	vectors = calloc(*ret_count, sizeof(*vectors));
	assert_non_null(vectors);
	for (uint32_t i = 0; i < *ret_count; i++) {
		struct vector *v = &vectors[i];

		assert_int_equal(fread(v->plane, sizeof(v->plane), 1, f), 1);
		assert_int_equal(fread(v->pixel, sizeof(v->pixel), 1, f), 1);
		assert_int_equal(fread(&v->answer, sizeof(v->answer), 1, f), 1);
	}
	fclose(f);
	return vectors;
}

static void assert_alike(const float *a, const float *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_true(fabsf(a[i] - b[i]) <= TOLERANCE * (1 + fabsf(b[i])));
}

static struct leap_network *own_network(const struct leap_kernel *kernel)
{
	struct leap_network *network = NULL;
	const void *weights;
	size_t size;

	weights = leap_network_weights(&size);
	assert_int_equal(leap_network_new(weights, size, kernel, &network), 0);
	return network;
}

/* The planes that the crop's depth and view make are those of the vector. */
static void crop_of(const struct vector *v, struct leap_crop *ret_crop)
{
	memset(ret_crop, 0, sizeof(*ret_crop));
	ret_crop->depth = 200 * exp(v->plane[0]);
	ret_crop->axis[2] = vec3(v->plane[1], 0, v->plane[2]);
	memcpy(ret_crop->pixel, v->pixel, sizeof(ret_crop->pixel));
}

static void every_processor_answers_as_the_trainer_did(void **state)
{
	uint32_t count;
	struct vector *vectors = read_vectors(&count);

	(void)state;
	for (size_t k = 0; k < KERNELS; k++) {
		struct leap_network *network;

		if (!kernels[k]->usable())
			continue;
		network = own_network(kernels[k]);
		for (uint32_t i = 0; i < count; i++) {
			struct leap_network_answer answer;
			struct leap_crop crop;

			crop_of(&vectors[i], &crop);
			leap_network_run(network, &crop, &answer);
			assert_alike(&answer.place[0][0],
				     &vectors[i].answer.place[0][0],
				     sizeof(answer) / sizeof(float));
		}
		leap_network_free(network);
	}
	free(vectors);
}

static void every_processor_answers_with_the_same_bits(void **state)
{
	uint32_t count;
	struct vector *vectors = read_vectors(&count);

	(void)state;
	for (uint32_t i = 0; i < count; i++) {
		struct leap_network_answer first, other;
		struct leap_crop crop;

		crop_of(&vectors[i], &crop);
		for (size_t k = 0; k < KERNELS; k++) {
			struct leap_network *network;

			if (!kernels[k]->usable())
				continue;
			network = own_network(kernels[k]);
			leap_network_run(network, &crop, k == 0 ? &first : &other);
			if (k > 0)
				assert_memory_equal(&first, &other, sizeof(first));
			leap_network_free(network);
		}
	}
	free(vectors);
}

static void the_same_crop_gets_the_same_answer_whatever_was_seen_before(void **state)
{
	struct leap_network *network = own_network(NULL);
	struct leap_network_answer first, again;
	uint32_t count;
	struct vector *vectors = read_vectors(&count);
	struct leap_crop crop;

	(void)state;
	crop_of(&vectors[0], &crop);
	leap_network_run(network, &crop, &first);
	for (uint32_t i = 1; i < count; i++) {
		crop_of(&vectors[i], &crop);
		leap_network_run(network, &crop, &again);
	}
	crop_of(&vectors[0], &crop);
	leap_network_run(network, &crop, &again);
	assert_memory_equal(&first, &again, sizeof(first));
	leap_network_free(network);
	free(vectors);
}

static void the_fastest_kernel_is_one_that_this_machine_can_run(void **state)
{
	struct leap_network *network = own_network(NULL);

	(void)state;
	assert_true(leap_network_kernel(network)->usable());
	leap_network_free(network);
}

static uint8_t *copy_weights(size_t *ret_size)
{
	const void *weights = leap_network_weights(ret_size);
	uint8_t *copy = malloc(*ret_size);

	assert_non_null(copy);
	memcpy(copy, weights, *ret_size);
	return copy;
}

static void damage_anywhere_is_noticed(void **state)
{
	struct leap_network *network = NULL;
	size_t size;
	uint8_t *weights = copy_weights(&size);

	(void)state;
	for (int i = 0; i <= 16; i++) {
		size_t at = i == 16 ? size - 1 : size / 16 * (size_t)i;
		int ret;

		weights[at] ^= 4;
		ret = leap_network_new(weights, size, NULL, &network);
		assert_int_equal(ret, -EBADMSG);
		assert_null(network);
		weights[at] ^= 4;
	}
	free(weights);
}

static void what_is_cut_off_or_too_long_is_refused(void **state)
{
	struct leap_network *network = NULL;
	size_t size;
	const void *weights = leap_network_weights(&size);
	uint8_t *longer = calloc(1, size + 1);

	(void)state;
	assert_non_null(longer);
	memcpy(longer, weights, size);
	assert_int_equal(leap_network_new(weights, 0, NULL, &network), -EMSGSIZE);
	assert_int_equal(leap_network_new(weights, 11, NULL, &network), -EMSGSIZE);
	assert_int_equal(leap_network_new(weights, size - 1, NULL, &network),
			 -EMSGSIZE);
	assert_int_equal(leap_network_new(longer, size + 1, NULL, &network), -EMSGSIZE);
	free(longer);
}

static uint32_t crc32(const uint8_t *p, size_t size)
{
	uint32_t crc = ~0u;

	while (size--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static void seal(uint8_t *weights, size_t size)
{
	uint32_t crc = crc32(weights, size - 4);

	for (int i = 0; i < 4; i++)
		weights[size - 4 + (size_t)i] = (uint8_t)(crc >> 8 * i);
}

static void weights_of_another_network_are_refused(void **state)
{
	struct leap_network *network = NULL;
	size_t size;
	uint8_t *weights = copy_weights(&size);

	(void)state;
	weights[12 + 2]++; /* channels that leave the first layer */
	seal(weights, size);
	assert_int_equal(leap_network_new(weights, size, NULL, &network),
			 -EPROTONOSUPPORT);
	free(weights);
}

static void values_that_are_no_numbers_are_refused(void **state)
{
	struct leap_network *network = NULL;
	size_t size;
	uint8_t *weights = copy_weights(&size);

	(void)state;
	weights[12 + 8] = 0; /* the first weight: +infinity */
	weights[12 + 9] = 0x7c;
	seal(weights, size);
	assert_int_equal(leap_network_new(weights, size, NULL, &network), -ERANGE);
	free(weights);
}

static void the_first_version_of_the_file_is_refused(void **state)
{
	struct leap_network *network = NULL;
	size_t size;
	uint8_t *weights = copy_weights(&size);

	(void)state;
	weights[7] = 1;
	seal(weights, size);
	assert_int_equal(leap_network_new(weights, size, NULL, &network),
			 -EPROTONOSUPPORT);
	free(weights);
}

static int network_of_range(size_t at, float range)
{
	struct leap_network *network = NULL;
	size_t size;
	uint8_t *weights = copy_weights(&size);
	int ret;

	memcpy(weights + at, &range, sizeof(range));
	seal(weights, size);
	ret = leap_network_new(weights, size, NULL, &network);
	free(weights);
	leap_network_free(network);
	return ret;
}

static void ranges_that_cannot_be_are_refused(void **state)
{
	size_t size, first = 12 + 8 + 9 * 8 * 16 * 2 + 16 * 4;
	/* c2 and c3 are between the first layer and c4, whose range is that of a sum. */
	size_t c2 = 8 + 9 * 16 * 32 * 2 + 32 * 4, c3 = 8 + 9 * 32 * 48 * 2 + 48 * 4;
	size_t c4 = first + 4 + c2 + 4 + c3 + 4 + 8 + 9 * 48 * 48 * 2 + 48 * 4;

	(void)state;
	leap_network_weights(&size);
	assert_int_equal(network_of_range(first, 3.0f), 0);
	assert_int_equal(network_of_range(first, 0.0f), -ERANGE);
	assert_int_equal(network_of_range(first, -3.0f), -ERANGE);
	assert_int_equal(network_of_range(first, 1e-9f), -ERANGE);
	assert_int_equal(network_of_range(first, 1e9f), -ERANGE);
	assert_int_equal(network_of_range(first, NAN), -ERANGE);
	assert_int_equal(network_of_range(c4, 3.0f), -ERANGE); /* not up5's */
	assert_int_equal(network_of_range(size - 8, 3.0f), -ERANGE); /* g2's is 0 */
}

static void every_error_has_a_sentence(void **state)
{
	static const int errors[] = { 0,       -EMSGSIZE, -EBADMSG, -EPROTONOSUPPORT,
				      -ERANGE, -ENOSYS,	  -ENOMEM };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		assert_true(strlen(leap_network_strerror(errors[i])) > 10);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_processor_answers_as_the_trainer_did),
		cmocka_unit_test(every_processor_answers_with_the_same_bits),
		cmocka_unit_test(
			the_same_crop_gets_the_same_answer_whatever_was_seen_before),
		cmocka_unit_test(the_fastest_kernel_is_one_that_this_machine_can_run),
		cmocka_unit_test(damage_anywhere_is_noticed),
		cmocka_unit_test(what_is_cut_off_or_too_long_is_refused),
		cmocka_unit_test(weights_of_another_network_are_refused),
		cmocka_unit_test(values_that_are_no_numbers_are_refused),
		cmocka_unit_test(the_first_version_of_the_file_is_refused),
		cmocka_unit_test(ranges_that_cannot_be_are_refused),
		cmocka_unit_test(every_error_has_a_sentence),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: test-network VECTORS\n");
		return 2;
	}
	vectors_path = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
