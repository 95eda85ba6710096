// SPDX-License-Identifier: MIT
/*
 * A controller that lies the other way round is noticed by the forearms above it.
 * Single-threaded; owns nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/tracking/way_round.h"

#define FRAME_NS INT64_C(8695600)

struct scene {
	struct leap_way_round way;
	int64_t time_ns;
	struct leap_hands seen;
};

/* @from: along z, where the elbow is */
static struct leap_tracked_hand hand_from(double from)
{
	struct leap_tracked_hand hand = {
		.track = 7,
		.palm = vec3(20, 200, -30),
		.normal = vec3(0, -1, 0),
		.direction = vec3(0, 0, from > 0 ? -1 : 1),
		.wrist = vec3(20, 200, from > 0 ? 30 : -90),
	};

	hand.elbow = vec3_add(hand.wrist, vec3(40, -60, from));
	for (int k = 0; k < LEAP_FINGERS; k++)
		for (int j = 0; j < LEAP_JOINTS; j++)
			hand.joint[k][j] = vec3(k, 200 + j, -60);
	return hand;
}

static struct leap_hands pass(struct scene *scene, unsigned int frames)
{
	struct leap_hands hands = { 0 };

	for (unsigned int i = 0; i < frames; i++) {
		hands = scene->seen;
		hands.time_ns = scene->time_ns;
		scene->time_ns += FRAME_NS;
		leap_way_round_turn(&scene->way, &hands);
	}
	return hands;
}

static void hands_from_the_users_side_stay_as_they_are(void **state)
{
	struct scene scene = { .seen = { .count = 1, .hand[0] = hand_from(250) } };
	struct leap_hands hands = pass(&scene, 200);

	(void)state;
	assert_false(scene.way.reversed);
	assert_memory_equal(&hands.hand[0], &scene.seen.hand[0], sizeof(hands.hand[0]));
}

static void hands_from_the_far_side_turn_the_coordinates(void **state)
{
	struct scene scene = { .seen = { .count = 1, .hand[0] = hand_from(-250) } };
	struct leap_hands hands = pass(&scene, 5);
	const struct leap_tracked_hand *hand = &hands.hand[0];

	(void)state;
	assert_false(scene.way.reversed);
	assert_true(hand->palm.x == 20);
	hands = pass(&scene, 15);
	assert_true(scene.way.reversed);
	assert_true(hand->palm.x == -20 && hand->palm.y == 200 && hand->palm.z == 30);
	assert_true(hand->normal.y == -1);
	assert_true(hand->direction.z == -1);
	assert_true(hand->wrist.z == 90);
	assert_true(hand->elbow.z == 340);
	assert_true(hand->joint[3][2].x == -3 && hand->joint[3][2].y == 202 &&
		    hand->joint[3][2].z == 60);
}

/* What was on the right is on the left now: not the same hand in motion. */
static void a_turned_hand_has_another_number(void **state)
{
	struct scene scene = { .seen = { .count = 1, .hand[0] = hand_from(-250) } };

	(void)state;
	scene.seen.tool_count = 1;
	scene.seen.tool[0] = (struct leap_tracked_tool){ .held = true,
							 .hand = 7,
							 .tip = vec3(1, 2, 3) };
	assert_int_equal(pass(&scene, 5).hand[0].track, 7);
	assert_int_not_equal(pass(&scene, 15).hand[0].track, 7);
	assert_int_equal(pass(&scene, 1).tool[0].hand, pass(&scene, 1).hand[0].track);
	assert_true(pass(&scene, 1).tool[0].tip.x == -1);
}

static void it_stays_turned_while_nobody_is_there(void **state)
{
	struct scene scene = { .seen = { .count = 1, .hand[0] = hand_from(-250) } };

	(void)state;
	pass(&scene, 20);
	scene.seen.count = 0;
	pass(&scene, 300);
	assert_true(scene.way.reversed);
	scene.seen.count = 1;
	assert_true(pass(&scene, 1).hand[0].palm.x == -20);
	scene.seen.hand[0] = hand_from(250);
	pass(&scene, 20);
	assert_false(scene.way.reversed);
}

static void two_people_at_a_table_turn_nothing(void **state)
{
	struct scene scene = {
		.seen = { .count = 2, .hand = { hand_from(250), hand_from(-250) } }
	};

	(void)state;
	pass(&scene, 300);
	assert_false(scene.way.reversed);
}

static void neither_a_glimpse_nor_a_steep_arm_turns_anything(void **state)
{
	struct scene scene = { .seen = { .count = 1, .hand[0] = hand_from(-250) } };

	(void)state;
	for (int i = 0; i < 20; i++) {
		scene.seen.count = 1;
		pass(&scene, 8);
		scene.seen.count = 0;
		pass(&scene, 1);
	}
	assert_false(scene.way.reversed);
	scene.seen.count = 1;
	scene.seen.hand[0].elbow =
		vec3_add(scene.seen.hand[0].wrist, vec3(50, -250, -90));
	pass(&scene, 100);
	assert_false(scene.way.reversed);
}

/* A recording that starts again. */
static void a_step_back_in_time_begins_anew(void **state)
{
	struct scene scene = { .seen = { .count = 1, .hand[0] = hand_from(-250) } };

	(void)state;
	scene.time_ns = INT64_C(1000000000000);
	pass(&scene, 5);
	scene.time_ns = 0;
	pass(&scene, 5);
	assert_false(scene.way.reversed);
	pass(&scene, 15);
	assert_true(scene.way.reversed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_from_the_users_side_stay_as_they_are),
		cmocka_unit_test(hands_from_the_far_side_turn_the_coordinates),
		cmocka_unit_test(a_turned_hand_has_another_number),
		cmocka_unit_test(it_stays_turned_while_nobody_is_there),
		cmocka_unit_test(two_people_at_a_table_turn_nothing),
		cmocka_unit_test(neither_a_glimpse_nor_a_steep_arm_turns_anything),
		cmocka_unit_test(a_step_back_in_time_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
