// SPDX-License-Identifier: MIT
/*
 * One client's conversation: order, focus, devices, gestures. No socket.
 * Each test owns its room.
 */
#include "daemon/service/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A service without sockets: what clients of a room are told of a changing state. */
struct world {
	struct leap_room room;
	struct leap_devices devices;
	struct leap_frame frame;
	struct leap_client_output output;
};

static struct world new_world(void)
{
	return (struct world){ .room = { .background_allowed = true },
			       .frame = { .id = 1 } };
}

static struct leap_client joined(struct world *world, int version)
{
	struct leap_client client;

	leap_client_init(&client, version, &world->devices, &world->frame);
	return client;
}

static void says(struct world *world, struct leap_client *client,
		 enum leap_message_key key, bool value)
{
	struct leap_message message = { 0 };

	message.has[key] = true;
	message.value[key] = value;
	leap_client_take(client, &world->room, &message);
}

static enum leap_client_next next(struct world *world, struct leap_client *client)
{
	bool wants =
		leap_client_wants(client, &world->room, &world->devices, &world->frame);
	enum leap_client_next what = leap_client_next(
		client, &world->room, &world->devices, &world->frame, &world->output);

	assert_int_equal(wants, what != LEAP_CLIENT_NOTHING);
	if (what == LEAP_CLIENT_TEXT)
		assert_int_equal(world->output.size, strlen(world->output.text));
	return what;
}

static void is_told(struct world *world, struct leap_client *client, const char *text)
{
	assert_int_equal(next(world, client), LEAP_CLIENT_TEXT);
	assert_string_equal(world->output.text, text);
}

static bool gets_frames(struct world *world, struct leap_client *client)
{
	world->frame.id++;
	return next(world, client) == LEAP_CLIENT_FRAME;
}

static struct leap_client greeted(struct world *world, int version)
{
	struct leap_client client = joined(world, version);

	while (next(world, &client) == LEAP_CLIENT_TEXT)
		;
	return client;
}

static void plug(struct world *world, unsigned int n, bool attached, bool streaming)
{
	struct leap_device_state *device = &world->devices.device[n];

	snprintf(device->id, sizeof(device->id), "LP%011u", n);
	device->type = "peripheral";
	device->attached = attached;
	device->streaming = streaming;
	if (world->devices.count <= n)
		world->devices.count = n + 1;
}

#define EVENT(attached, streaming, id)                                  \
	"{\"event\":{\"state\":{\"attached\":" attached ",\"id\":\"" id \
	"\",\"streaming\":" streaming                                   \
	",\"type\":\"peripheral\"},\"type\":\"deviceEvent\"}}"
#define ID0 "LP00000000000"
#define ID1 "LP00000000001"

static void the_header_comes_first(void **arg)
{
	struct world world = new_world();
	struct leap_client four = joined(&world, 4), six = joined(&world, 6);

	(void)arg;
	plug(&world, 0, true, true);
	world.frame.id++;
	is_told(&world, &four, "{\"version\":4}");
	is_told(&world, &six,
		"{\"serviceVersion\":\"" LEAP_VERSION "+0\",\"version\":6}");
	is_told(&world, &six, EVENT("true", "true", ID0));
	assert_int_equal(next(&world, &six), LEAP_CLIENT_FRAME);
	assert_int_equal(next(&world, &six), LEAP_CLIENT_NOTHING);
}

static void no_frame_older_than_the_connection_is_given(void **arg)
{
	struct world world = new_world();
	struct leap_client client = greeted(&world, 1);

	(void)arg;
	assert_int_equal(next(&world, &client), LEAP_CLIENT_NOTHING);
	assert_true(gets_frames(&world, &client));
	assert_int_equal(world.output.skipped, 0);
	assert_int_equal(next(&world, &client), LEAP_CLIENT_NOTHING);
}

static void a_slow_client_gets_the_newest_and_the_rest_is_counted(void **arg)
{
	struct world world = new_world();
	struct leap_client client = greeted(&world, 1);

	(void)arg;
	world.frame.id += 10;
	assert_int_equal(next(&world, &client), LEAP_CLIENT_FRAME);
	assert_int_equal(world.output.skipped, 9);
}

static void every_attached_device_is_announced_once(void **arg)
{
	struct world world = new_world();
	struct leap_client client;

	(void)arg;
	plug(&world, 0, true, true);
	plug(&world, 1, true, false);
	client = joined(&world, 5);
	next(&world, &client);
	is_told(&world, &client, EVENT("true", "true", ID0));
	is_told(&world, &client, EVENT("true", "false", ID1));
	assert_int_equal(next(&world, &client), LEAP_CLIENT_NOTHING);
}

static void each_change_is_one_event(void **arg)
{
	struct world world = new_world();
	struct leap_client client;

	(void)arg;
	plug(&world, 0, true, true);
	client = greeted(&world, 6);
	plug(&world, 0, true, false);
	is_told(&world, &client, EVENT("true", "false", ID0));
	plug(&world, 0, true, true);
	is_told(&world, &client, EVENT("true", "true", ID0));
	plug(&world, 0, false, false);
	is_told(&world, &client, EVENT("false", "false", ID0));
	assert_int_equal(next(&world, &client), LEAP_CLIENT_NOTHING);
	plug(&world, 0, true, true);
	is_told(&world, &client, EVENT("true", "true", ID0));
	assert_int_equal(next(&world, &client), LEAP_CLIENT_NOTHING);
}

static void no_device_is_taken_away_that_was_never_announced(void **arg)
{
	struct world world = new_world();
	struct leap_client client;

	(void)arg;
	plug(&world, 0, false, false);
	client = greeted(&world, 6);
	plug(&world, 1, false, false);
	assert_int_equal(next(&world, &client), LEAP_CLIENT_NOTHING);
	plug(&world, 1, true, true); /* and gone, before the client could be told */
	plug(&world, 1, false, false);
	assert_int_equal(next(&world, &client), LEAP_CLIENT_NOTHING);
}

static void a_device_that_is_forgotten_is_taken_away(void **arg)
{
	struct world world = new_world();
	struct leap_client client;

	(void)arg;
	plug(&world, 0, true, true);
	client = greeted(&world, 6);
	strcpy(world.devices.device[0].id, ID1);
	is_told(&world, &client, EVENT("false", "false", ID0));
	is_told(&world, &client, EVENT("true", "true", ID1));
	assert_int_equal(next(&world, &client), LEAP_CLIENT_NOTHING);
}

static void a_serial_of_any_bytes_stays_json(void **arg)
{
	struct world world = new_world();
	struct leap_client client;

	(void)arg;
	plug(&world, 0, true, true);
	memcpy(world.devices.device[0].id,
	       "a\"b\\c\nd\x80"
	       "efghijkl",
	       LEAP_DEVICE_ID_SIZE);
	client = joined(&world, 6);
	next(&world, &client);
	is_told(&world, &client, EVENT("true", "true", "a?b?c?d?efghijk"));
}

static void versions_three_and_four_know_device_connect_only(void **arg)
{
	struct world world = new_world();
	struct leap_client client;

	(void)arg;
	plug(&world, 0, true, true);
	client = greeted(&world, 4);
	plug(&world, 0, true, false);
	assert_int_equal(next(&world, &client), LEAP_CLIENT_NOTHING);
	plug(&world, 0, false, false);
	is_told(&world, &client,
		"{\"event\":{\"state\":false,\"type\":\"deviceConnect\"}}");
	plug(&world, 0, true, true);
	is_told(&world, &client,
		"{\"event\":{\"state\":true,\"type\":\"deviceConnect\"}}");
	assert_int_equal(next(&world, &client), LEAP_CLIENT_NOTHING);
}

static void versions_one_and_two_know_no_devices(void **arg)
{
	struct world world = new_world();
	struct leap_client client = greeted(&world, 2);

	(void)arg;
	plug(&world, 0, true, true);
	assert_int_equal(next(&world, &client), LEAP_CLIENT_NOTHING);
}

static void versions_below_four_always_listen(void **arg)
{
	struct world world = new_world();
	struct leap_client old = greeted(&world, 3), focused = greeted(&world, 6);

	(void)arg;
	says(&world, &focused, LEAP_MESSAGE_FOCUSED, true);
	says(&world, &old, LEAP_MESSAGE_FOCUSED, false);
	says(&world, &old, LEAP_MESSAGE_BACKGROUND, false);
	assert_true(gets_frames(&world, &old));
}

static void the_focus_goes_to_who_claimed_it_last(void **arg)
{
	struct world world = new_world();
	struct leap_client a = greeted(&world, 6), b = greeted(&world, 6);

	(void)arg;
	says(&world, &a, LEAP_MESSAGE_FOCUSED, true);
	assert_true(gets_frames(&world, &a));
	says(&world, &b, LEAP_MESSAGE_FOCUSED, true);
	assert_false(gets_frames(&world, &a));
	assert_true(gets_frames(&world, &b));
	says(&world, &a, LEAP_MESSAGE_FOCUSED, false); /* not its own to give up */
	assert_true(gets_frames(&world, &b));
	says(&world, &b, LEAP_MESSAGE_FOCUSED, false);
	assert_false(gets_frames(&world, &a));
	assert_false(gets_frames(&world, &b));
}

static void the_focus_ends_with_the_connection(void **arg)
{
	struct world world = new_world();
	struct leap_client a = greeted(&world, 6), silent = greeted(&world, 6);

	(void)arg;
	says(&world, &a, LEAP_MESSAGE_FOCUSED, true);
	assert_false(gets_frames(&world, &silent));
	leap_client_leave(&a, &world.room);
	assert_true(gets_frames(&world, &silent));
}

static void who_never_asks_gets_what_nobody_claims(void **arg)
{
	struct world world = new_world();
	struct leap_client silent = greeted(&world, 6), other = greeted(&world, 6);

	(void)arg;
	assert_true(gets_frames(&world, &silent));
	says(&world, &other, LEAP_MESSAGE_BACKGROUND, false);
	assert_false(gets_frames(&world, &other));
	assert_true(gets_frames(&world, &silent));
	says(&world, &other, LEAP_MESSAGE_FOCUSED, true);
	assert_false(gets_frames(&world, &silent));
}

static void a_background_client_listens_whoever_has_the_focus(void **arg)
{
	struct world world = new_world();
	struct leap_client back = greeted(&world, 6), front = greeted(&world, 6);

	(void)arg;
	says(&world, &back, LEAP_MESSAGE_BACKGROUND, true);
	says(&world, &front, LEAP_MESSAGE_FOCUSED, true);
	assert_true(gets_frames(&world, &back));
	says(&world, &back, LEAP_MESSAGE_BACKGROUND, false);
	assert_false(gets_frames(&world, &back));
}

static void the_user_can_deny_the_background(void **arg)
{
	struct world world = new_world();
	struct leap_client client;

	(void)arg;
	world.room.background_allowed = false;
	client = greeted(&world, 6);
	says(&world, &client, LEAP_MESSAGE_BACKGROUND, true);
	assert_false(gets_frames(&world, &client));
	says(&world, &client, LEAP_MESSAGE_FOCUSED, true);
	assert_true(gets_frames(&world, &client));
}

static void the_focus_does_not_bring_an_old_frame(void **arg)
{
	struct world world = new_world();
	struct leap_client client = greeted(&world, 6);

	(void)arg;
	says(&world, &client, LEAP_MESSAGE_BACKGROUND, false);
	assert_false(gets_frames(&world, &client));
	says(&world, &client, LEAP_MESSAGE_FOCUSED, true);
	assert_int_equal(next(&world, &client), LEAP_CLIENT_NOTHING);
	assert_true(gets_frames(&world, &client));
	assert_int_equal(world.output.skipped, 0);
}

static void devices_are_told_of_without_the_focus(void **arg)
{
	struct world world = new_world();
	struct leap_client client = greeted(&world, 6);

	(void)arg;
	says(&world, &client, LEAP_MESSAGE_BACKGROUND, false);
	plug(&world, 0, true, true);
	is_told(&world, &client, EVENT("true", "true", ID0));
}

static void gesture(struct world *world, unsigned int n, int32_t id,
		    enum leap_gesture_type type, enum leap_gesture_state state)
{
	world->frame.gesture[n] =
		(struct leap_frame_gesture){ .id = id, .type = type, .state = state };
	world->frame.gesture_count = n + 1;
}

static uint32_t gestures_given(struct world *world, struct leap_client *client)
{
	assert_true(gets_frames(world, client));
	return world->output.gesture_mask;
}

static void gestures_are_for_those_who_enabled_them(void **arg)
{
	struct world world = new_world();
	struct leap_client client = greeted(&world, 1);

	(void)arg;
	gesture(&world, 0, 7, LEAP_GESTURE_KEY_TAP, LEAP_GESTURE_STOP);
	assert_int_equal(gestures_given(&world, &client), 0);
	says(&world, &client, LEAP_MESSAGE_ENABLE_GESTURES, true);
	assert_int_equal(gestures_given(&world, &client), 1);
	says(&world, &client, LEAP_MESSAGE_ENABLE_GESTURES, false);
	assert_int_equal(gestures_given(&world, &client), 0);
}

static void a_gesture_under_way_is_withheld_to_its_end(void **arg)
{
	struct world world = new_world();
	struct leap_client client = greeted(&world, 1);

	(void)arg;
	says(&world, &client, LEAP_MESSAGE_ENABLE_GESTURES, true);
	gesture(&world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_UPDATE);
	gesture(&world, 1, 8, LEAP_GESTURE_SWIPE, LEAP_GESTURE_START);
	assert_int_equal(gestures_given(&world, &client), 2);
	gesture(&world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_STOP);
	gesture(&world, 1, 8, LEAP_GESTURE_SWIPE, LEAP_GESTURE_UPDATE);
	assert_int_equal(gestures_given(&world, &client), 2);
	gesture(&world, 0, 8, LEAP_GESTURE_SWIPE, LEAP_GESTURE_STOP);
	assert_int_equal(gestures_given(&world, &client), 1);
	gesture(&world, 0, 8, LEAP_GESTURE_SWIPE, LEAP_GESTURE_UPDATE);
	assert_int_equal(gestures_given(&world, &client), 0);
}

static void a_start_in_a_frame_that_was_skipped_was_not_seen(void **arg)
{
	struct world world = new_world();
	struct leap_client client = greeted(&world, 1);

	(void)arg;
	says(&world, &client, LEAP_MESSAGE_ENABLE_GESTURES, true);
	gesture(&world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_START);
	world.frame.id++; /* nobody asked for this one */
	gesture(&world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_UPDATE);
	assert_int_equal(gestures_given(&world, &client), 0);
}

static void a_gesture_seen_before_the_focus_was_lost_is_withheld(void **arg)
{
	struct world world = new_world();
	struct leap_client client = greeted(&world, 6);

	(void)arg;
	says(&world, &client, LEAP_MESSAGE_ENABLE_GESTURES, true);
	says(&world, &client, LEAP_MESSAGE_FOCUSED, true);
	gesture(&world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_START);
	assert_int_equal(gestures_given(&world, &client), 1);
	says(&world, &client, LEAP_MESSAGE_FOCUSED, false);
	assert_false(gets_frames(&world, &client));
	says(&world, &client, LEAP_MESSAGE_FOCUSED, true);
	gesture(&world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_UPDATE);
	assert_int_equal(gestures_given(&world, &client), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_comes_first),
		cmocka_unit_test(no_frame_older_than_the_connection_is_given),
		cmocka_unit_test(a_slow_client_gets_the_newest_and_the_rest_is_counted),
		cmocka_unit_test(every_attached_device_is_announced_once),
		cmocka_unit_test(each_change_is_one_event),
		cmocka_unit_test(no_device_is_taken_away_that_was_never_announced),
		cmocka_unit_test(a_device_that_is_forgotten_is_taken_away),
		cmocka_unit_test(a_serial_of_any_bytes_stays_json),
		cmocka_unit_test(versions_three_and_four_know_device_connect_only),
		cmocka_unit_test(versions_one_and_two_know_no_devices),
		cmocka_unit_test(versions_below_four_always_listen),
		cmocka_unit_test(the_focus_goes_to_who_claimed_it_last),
		cmocka_unit_test(the_focus_ends_with_the_connection),
		cmocka_unit_test(who_never_asks_gets_what_nobody_claims),
		cmocka_unit_test(a_background_client_listens_whoever_has_the_focus),
		cmocka_unit_test(the_user_can_deny_the_background),
		cmocka_unit_test(the_focus_does_not_bring_an_old_frame),
		cmocka_unit_test(devices_are_told_of_without_the_focus),
		cmocka_unit_test(gestures_are_for_those_who_enabled_them),
		cmocka_unit_test(a_gesture_under_way_is_withheld_to_its_end),
		cmocka_unit_test(a_start_in_a_frame_that_was_skipped_was_not_seen),
		cmocka_unit_test(a_gesture_seen_before_the_focus_was_lost_is_withheld),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
