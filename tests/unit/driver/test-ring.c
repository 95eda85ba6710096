// SPDX-License-Identifier: MIT
/*
 * What a reader finds in the ring. Single-threaded; test-ring-litmus.c has the threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "driver/ring.h"

#define PAGE 4096

static const struct leap_frame_end good;

static int set_up(void **state)
{
	struct leap_ring *ring = calloc(1, sizeof(*ring));
	void *memory = calloc(1, leap_ring_memory_size(LEAP_RING_SLOTS, PAGE));

	assert_non_null(ring);
	assert_non_null(memory);
	leap_ring_init(ring, memory, LEAP_RING_SLOTS, PAGE);
	*state = ring;
	return 0;
}

static int tear_down(void **state)
{
	struct leap_ring *ring = *state;

	free(ring->header);
	free(ring);
	return 0;
}

static void the_header_says_where_everything_is(void **state)
{
	const struct leap_ring *ring = *state;
	const struct leap_ring_header *header = ring->header;

	assert_int_equal(header->magic, LEAP_RING_MAGIC);
	assert_int_equal(header->abi_version, LEAP_ABI_VERSION);
	assert_int_equal(header->header_size % PAGE, 0);
	assert_int_equal(header->slot_stride % PAGE, 0);
	assert_in_range(header->data_offset, sizeof(struct leap_slot),
			header->slot_stride);
	assert_true(header->data_capacity >= LEAP_FRAME_MAX);
	assert_true(header->data_offset + header->data_capacity <= header->slot_stride);
	assert_int_equal(leap_ring_memory_size(LEAP_RING_SLOTS, PAGE),
			 header->header_size +
				 (size_t)header->slot_count * header->slot_stride);
}

static void large_pages_make_large_strides(void **state)
{
	size_t page = 65536;
	struct leap_ring ring;
	void *memory = calloc(1, leap_ring_memory_size(2, page));

	(void)state;
	assert_non_null(memory);
	leap_ring_init(&ring, memory, 2, page);
	assert_int_equal(ring.header->header_size, page);
	assert_int_equal(ring.header->slot_stride % page, 0);
	free(memory);
}

static void a_change_of_format_raises_the_generation(void **state)
{
	struct leap_ring *ring = *state;

	assert_int_equal(leap_ring_set_format(ring, 640, 240, 8695600), 0);
	assert_int_equal(ring->header->generation, 1);
	assert_int_equal(leap_ring_set_format(ring, 640, 240, 8695600), 0);
	assert_int_equal(ring->header->generation, 1);
	assert_int_equal(leap_ring_set_format(ring, 752, 480, 20000000), 0);
	assert_int_equal(ring->header->generation, 2);
	assert_int_equal(ring->header->frame_size, LEAP_FRAME_MAX);
}

static void impossible_formats_are_refused(void **state)
{
	struct leap_ring *ring = *state;

	assert_int_equal(leap_ring_set_format(ring, 0, 240, 1), -EINVAL);
	assert_int_equal(leap_ring_set_format(ring, 640, 0, 1), -EINVAL);
	assert_int_equal(leap_ring_set_format(ring, 640, 240, 0), -EINVAL);
	assert_int_equal(leap_ring_set_format(ring, 753, 480, 1), -EINVAL);
	assert_int_equal(leap_ring_set_format(ring, 65535, 65535, 1), -EINVAL);
	assert_int_equal(leap_ring_set_format(ring, 32768, 65535, 1), -EINVAL);
	assert_int_equal(ring->header->generation, 0);
}

static void nothing_is_written_past_the_frame(void **state)
{
	struct leap_ring *ring = *state;
	u8 data[1000];
	u8 *end;

	memset(data, 0xaa, sizeof(data));
	assert_int_equal(leap_ring_set_format(ring, 4, 4, 1000), 0);
	leap_ring_begin(ring, true, 1, 0, 0);
	assert_int_equal(leap_ring_append(ring, data, 30), 30);
	assert_int_equal(leap_ring_append(ring, data, sizeof(data)), 2);
	assert_int_equal(leap_ring_append(ring, data, 1), 0);
	end = (u8 *)leap_ring_slot(ring, 1) + ring->header->data_offset + 32;
	assert_int_equal(end[-1], 0xaa);
	assert_int_equal(end[0], 0);
	leap_ring_publish(ring, &good);
}

static void the_number_zero_is_never_given(void **state)
{
	struct leap_ring *ring = *state;

	assert_int_equal(leap_ring_set_format(ring, 4, 4, 1000), 0);
	ring->head = 0xfffffffeU;
	for (int i = 0; i < 3; i++) {
		leap_ring_begin(ring, true, 1, 0, 0);
		leap_ring_publish(ring, &good);
	}
	assert_int_equal(ring->header->head, 2);
	assert_int_equal(leap_ring_slot(ring, 0xffffffffU)->sequence, 0xffffffffU);
	assert_int_equal(leap_ring_slot(ring, 1)->sequence, 1);
}

static void a_cancelled_frame_leaves_its_number_to_the_next(void **state)
{
	struct leap_ring *ring = *state;

	assert_int_equal(leap_ring_set_format(ring, 4, 4, 1000), 0);
	leap_ring_begin(ring, true, 1, 0, 3);
	leap_ring_cancel(ring);
	assert_int_equal(ring->header->head, 0);
	assert_int_equal(ring->header->lost, 0);
	assert_int_equal(leap_ring_slot(ring, 1)->sequence, 0);
	leap_ring_begin(ring, true, 2, 0, 4);
	leap_ring_publish(ring, &good);
	assert_int_equal(ring->header->head, 1);
	assert_int_equal(ring->header->lost, 4);
	assert_int_equal(leap_ring_slot(ring, 1)->time_first_ns, 2);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_header_says_where_everything_is),
		TEST(large_pages_make_large_strides),
		TEST(a_change_of_format_raises_the_generation),
		TEST(impossible_formats_are_refused),
		TEST(nothing_is_written_past_the_frame),
		TEST(the_number_zero_is_never_given),
		TEST(a_cancelled_frame_leaves_its_number_to_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
