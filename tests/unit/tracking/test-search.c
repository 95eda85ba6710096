// SPDX-License-Identifier: MIT
/*
 * Where new hands are looked for, on pictures with bright squares. Single-threaded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/tracking/search.h"

#define WIDTH 640
#define HEIGHT 240
#define FRAMES 2 /* from one search to the next */
#define FRESH_LOOKS 4 /* of a candidate that turns out promising */

struct room {
	struct leap_search search;
	struct leap_camera camera;
	struct leap_crop_optics optics;
	uint8_t pixels[WIDTH * HEIGHT * LEAP_EYES];
};

static struct room *new_room(void)
{
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	leap_camera_nominal(&room->camera);
	leap_crop_optics_init(&room->camera, (struct leap_sensor_mode){ WIDTH, HEIGHT },
			      &room->optics);
	leap_search_init(&room->search);
	memset(room->pixels, 10, sizeof(room->pixels));
	return room;
}

/* A bright disc of 40 mm radius at @place, as both eyes see it. */
static void put(struct room *room, struct vec3 place, uint8_t level)
{
	for (int eye = 0; eye < LEAP_EYES; eye++) {
		float at[2], side[2];
		double radius;

		assert_true(leap_crop_project(&room->optics, eye, place, at));
		assert_true(leap_crop_project(&room->optics, eye,
					      vec3_add(place, vec3(40, 0, 0)), side));
		radius = fabs((double)side[0] - at[0]);
		for (int r = 0; r < HEIGHT; r++) {
			for (int c = 0; c < WIDTH; c++) {
				double x = (c - at[0]) / radius;
				double y = 2 * (r - at[1]) / radius;

				if (x * x + y * y < 1)
					room->pixels[(r * WIDTH + c) * LEAP_EYES +
						     eye] = level;
			}
		}
	}
}

static void see(struct room *room)
{
	const struct leap_stereo_frame frame = {
		.pixels = room->pixels,
		.width = WIDTH,
		.height = HEIGHT,
	};

	leap_search_see(&room->search, &frame);
}

static void gather(struct room *room)
{
	see(room);
	leap_search_gather(&room->search, &room->camera, &room->optics, FRAMES);
}

/* Searches one frame, each try as dear as told; what it cost, in looks. */
static unsigned long search(struct room *room, unsigned long looks)
{
	struct leap_candidate at;
	unsigned long spent = 0;

	gather(room);
	while (leap_search_next(&room->search, &at)) {
		leap_search_spend(&room->search, looks);
		spent += looks;
	}
	return spent;
}

static void exhaust(struct room *room)
{
	for (int i = 0; i < 400; i++)
		search(room, 1);
}

static void what_comes_is_tried_in_the_first_search(void **state)
{
	static const struct vec3 places[] = {
		{ 0, 200, 0 },	  { 120, 180, 40 }, { -90, 260, -60 },
		{ -40, 150, 80 }, { 60, 330, 30 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct room *room = new_room();
		struct leap_candidate at;
		double nearest = INFINITY;

		put(room, vec3(-150, 300, -100), 90); /* a lamp, known for long */
		exhaust(room);
		put(room, places[i], 160);
		gather(room);
		for (int k = 0; k < 3; k++) {
			if (!leap_search_next(&room->search, &at))
				break;
			leap_search_spend(&room->search, 1);
			nearest = fmin(nearest, vec3_distance(at.place, places[i]));
		}
		assert_true(nearest < 90);
		free(room);
	}
}

static void what_rests_leaves_the_reserve_alone(void **state)
{
	struct room *room = new_room();
	unsigned long spent = 0;

	(void)state;
	put(room, vec3(30, 220, 10), 160);
	exhaust(room);
	for (int i = 0; i < 500; i++)
		spent += search(room, 1);
	/* It is looked at now and then, but not in each search. */
	assert_in_range(spent, 100, 300);
	put(room, vec3(-100, 200, 40), 200);
	assert_in_range(search(room, FRESH_LOOKS), FRESH_LOOKS, 3 * FRESH_LOOKS);
	free(room);
}

static void what_moves_for_ever_does_not_cost_for_ever(void **state)
{
	struct room *room = new_room();
	unsigned long spent = 0;

	(void)state;
	exhaust(room);
	for (int i = 0; i < 1000; i++) {
		memset(room->pixels, 10, sizeof(room->pixels));
		put(room, vec3(100 * sin(i * 0.3), 250, 0), 150);
		spent += search(room, 2);
	}
	assert_in_range(spent, 500, 1400);
	free(room);
}

static void darkness_costs_nothing(void **state)
{
	struct room *room = new_room();

	(void)state;
	assert_int_equal(search(room, 1), 0);
	exhaust(room);
	assert_int_equal(search(room, 1), 0);
	free(room);
}

static void a_hand_that_is_followed_is_not_looked_for(void **state)
{
	struct leap_pose pose = { .place = vec3(0, 200, 0), .size = 1 };
	struct room *room = new_room();
	struct leap_skeleton skeleton;
	struct leap_candidate at;

	(void)state;
	pose.turn = leap_skeleton_axes(vec3(0, 0, -1), vec3(0, -1, 0));
	leap_skeleton_relaxed(pose.angle);
	leap_skeleton_pose(&pose, &skeleton);
	put(room, pose.place, 160);
	see(room);
	leap_search_hide(&room->search, &room->optics, &skeleton);
	leap_search_gather(&room->search, &room->camera, &room->optics, FRAMES);
	assert_false(leap_search_next(&room->search, &at));
	free(room);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_is_tried_in_the_first_search),
		cmocka_unit_test(what_rests_leaves_the_reserve_alone),
		cmocka_unit_test(what_moves_for_ever_does_not_cost_for_ever),
		cmocka_unit_test(darkness_costs_nothing),
		cmocka_unit_test(a_hand_that_is_followed_is_not_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
