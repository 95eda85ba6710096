// SPDX-License-Identifier: MIT
/*
 * The memory that stands in for a controller's ring: readers of the one read the other.
 * One thread; what several do to a ring is the litmus test's matter.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "daemon/capture/images.h"
#include "daemon/capture/ring_reader.h"

struct fixture {
	struct leap_images *images;
	struct leap_images_place place;
	void *map;
	uint8_t pixels[640 * 240 * 2];
};

static int set_up(void **arg)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	assert_int_equal(leap_images_new(&fixture->images), 0);
	fixture->place.fd = -1;
	*arg = fixture;
	return 0;
}

static int tear_down(void **arg)
{
	struct fixture *fixture = *arg;

	if (fixture->map)
		munmap(fixture->map, fixture->place.ring_size);
	if (fixture->place.fd >= 0)
		close(fixture->place.fd);
	leap_images_free(fixture->images);
	free(fixture);
	return 0;
}

static void offer(struct fixture *fixture)
{
	struct leap_source_info info = { .serial = "LP00000000001",
					 .type = "peripheral" };

	leap_images_offer(fixture->images, &info);
}

static void map(struct fixture *fixture)
{
	assert_int_equal(leap_images_find(fixture->images, &fixture->place), 0);
	assert_true(fixture->place.fd >= 0);
	fixture->map = mmap(NULL, fixture->place.ring_size, PROT_READ, MAP_SHARED,
			    fixture->place.fd, 0);
	assert_true(fixture->map != MAP_FAILED);
}

static void put(struct fixture *fixture, uint64_t number, uint32_t height)
{
	struct leap_stereo_frame frame = {
		.pixels = fixture->pixels,
		.width = 640,
		.height = height,
		.sequence = number,
		.time_ns = (int64_t)number * 1000,
		.ready_ns = (int64_t)number * 1000 + 500,
		.exposure_us = 75,
		.gain = 18,
	};

	memset(fixture->pixels, (int)number, sizeof(fixture->pixels));
	leap_images_put(fixture->images, &frame);
}

static void costs_nothing_before_it_is_wanted(void **arg)
{
	struct fixture *fixture = *arg;

	offer(fixture);
	put(fixture, 1, 240);
	assert_int_equal(leap_images_find(fixture->images, &fixture->place), 0);
	assert_int_equal(fixture->place.fd, -1);
}

static void readers_of_a_device_read_it(void **arg)
{
	struct fixture *fixture = *arg;
	struct leap_ring_reader reader;
	struct leap_stereo_frame frame;
	unsigned int version = leap_images_version(fixture->images);

	leap_images_want(fixture->images, true);
	offer(fixture);
	assert_int_not_equal(leap_images_version(fixture->images), version);
	map(fixture);
	assert_int_equal(
		leap_ring_reader_init(&reader, fixture->map, fixture->place.ring_size),
		0);
	assert_int_equal(leap_ring_reader_newest(&reader, &frame), 0);
	for (unsigned int n = 1; n < 40; n++) {
		uint32_t height = n < 20 ? 240 : 120;

		put(fixture, n, height);
		assert_int_equal(leap_ring_reader_newest(&reader, &frame), 1);
		assert_int_equal(frame.height, height);
		assert_int_equal(frame.time_ns, n * 1000);
		assert_int_equal(frame.exposure_us, 75);
		assert_int_equal(frame.gain, 18);
		assert_false(frame.damaged);
		assert_memory_equal(frame.pixels, fixture->pixels, 640 * height * 2);
		assert_true(leap_ring_reader_intact(&reader, &frame));
	}
	for (unsigned int n = 0; n < 10; n++)
		put(fixture, n, 240);
	assert_false(leap_ring_reader_intact(&reader, &frame));
}

static void who_has_it_can_neither_write_nor_cut_it(void **arg)
{
	struct fixture *fixture = *arg;

	leap_images_want(fixture->images, true);
	offer(fixture);
	map(fixture);
	assert_true(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			 fixture->place.fd, 0) == MAP_FAILED);
	assert_int_equal(pwrite(fixture->place.fd, "x", 1, 0), -1);
	assert_int_equal(ftruncate(fixture->place.fd, 0), -1);
	assert_int_equal(fallocate(fixture->place.fd,
				   FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096),
			 -1);
}

static void a_source_that_is_closed_is_gone_for_its_readers(void **arg)
{
	struct fixture *fixture = *arg;
	struct leap_ring_reader reader;
	struct leap_stereo_frame frame;
	unsigned int version;

	leap_images_want(fixture->images, true);
	offer(fixture);
	map(fixture);
	assert_int_equal(
		leap_ring_reader_init(&reader, fixture->map, fixture->place.ring_size),
		0);
	version = leap_images_version(fixture->images);
	leap_images_withdraw(fixture->images);
	assert_int_not_equal(leap_images_version(fixture->images), version);
	assert_int_equal(leap_ring_reader_newest(&reader, &frame), -ENODEV);
	close(fixture->place.fd);
	assert_int_equal(leap_images_find(fixture->images, &fixture->place), 0);
	assert_int_equal(fixture->place.fd, -1);
}

#define scenario(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario(costs_nothing_before_it_is_wanted),
		scenario(readers_of_a_device_read_it),
		scenario(who_has_it_can_neither_write_nor_cut_it),
		scenario(a_source_that_is_closed_is_gone_for_its_readers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
