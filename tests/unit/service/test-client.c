// SPDX-License-Identifier: MIT
/*
 * One client's conversation: order, focus, devices, gestures. No socket.
 * Each test owns its world.
 */
#include "daemon/service/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CLIENTS_MAX 4

/* A service without sockets: what clients are told of a changing state. */
struct world {
	struct leap_policy *policy;
	struct leap_devices devices;
	struct leap_frame frame;
	struct leap_client_output output;
	struct leap_client client[CLIENTS_MAX];
	unsigned int clients;
};

static int set_up(void **arg)
{
	struct world *world = calloc(1, sizeof(*world));
	struct leap_config config;

	assert_int_equal(leap_config_init(&config), 0);
	assert_int_equal(leap_policy_new(&config, &world->policy), 0);
	leap_config_done(&config);
	world->frame.id = 1;
	*arg = world;
	return 0;
}

static int tear_down(void **arg)
{
	struct world *world = *arg;

	while (world->clients)
		leap_client_leave(&world->client[--world->clients]);
	leap_policy_free(world->policy);
	free(world);
	return 0;
}

static void set(struct world *world, const char *key, const char *value)
{
	char *error;

	assert_int_equal(leap_policy_set(world->policy, key, value, &error), 0);
}

static struct leap_client *joined(struct world *world, int version)
{
	struct leap_client *client = &world->client[world->clients++];

	assert_int_equal(leap_client_init(client, version, world->policy,
					  &world->devices, &world->frame),
			 0);
	return client;
}

static void says(struct leap_client *client, enum leap_message_key key, bool value)
{
	struct leap_message message = { 0 };

	message.has[key] = true;
	message.value[key] = value;
	leap_client_take(client, &message);
}

static enum leap_client_next next(struct world *world, struct leap_client *client)
{
	bool wants = leap_client_wants(client, &world->devices, &world->frame);
	enum leap_client_next what = leap_client_next(client, &world->devices,
						      &world->frame, &world->output);

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

static struct leap_client *greeted(struct world *world, int version)
{
	struct leap_client *client = joined(world, version);

	while (next(world, client) == LEAP_CLIENT_TEXT)
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

/* Out and in again, before anybody is told. */
static void plug_anew(struct world *world, unsigned int n)
{
	plug(world, n, false, false);
	if (!leap_devices_any(&world->devices))
		world->devices.absences++;
	plug(world, n, true, true);
	world->devices.device[n].plugged = ++world->devices.pluggings;
}

#define EVENT(attached, streaming, id)                                  \
	"{\"event\":{\"state\":{\"attached\":" attached ",\"id\":\"" id \
	"\",\"streaming\":" streaming                                   \
	",\"type\":\"peripheral\"},\"type\":\"deviceEvent\"}}"
#define ID0 "LP00000000000"
#define ID1 "LP00000000001"

static void the_header_comes_first(void **arg)
{
	struct world *world = *arg;
	struct leap_client *four = joined(world, 4), *six = joined(world, 6);

	plug(world, 0, true, true);
	world->frame.id++;
	is_told(world, four, "{\"version\":4}");
	is_told(world, six,
		"{\"serviceVersion\":\"" LEAP_VERSION "+0\",\"version\":6}");
	is_told(world, six, EVENT("true", "true", ID0));
	assert_int_equal(next(world, six), LEAP_CLIENT_FRAME);
	assert_int_equal(next(world, six), LEAP_CLIENT_NOTHING);
}

static void no_frame_older_than_the_connection_is_given(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 1);

	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
	assert_true(gets_frames(world, client));
	assert_int_equal(world->output.skipped, 0);
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
}

static void a_slow_client_gets_the_newest_and_the_rest_is_counted(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 1);

	world->frame.id += 10;
	assert_int_equal(next(world, client), LEAP_CLIENT_FRAME);
	assert_int_equal(world->output.skipped, 9);
}

static void every_attached_device_is_announced_once(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client;

	plug(world, 0, true, true);
	plug(world, 1, true, false);
	client = joined(world, 5);
	next(world, client);
	is_told(world, client, EVENT("true", "true", ID0));
	is_told(world, client, EVENT("true", "false", ID1));
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
}

static void each_change_is_one_event(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client;

	plug(world, 0, true, true);
	client = greeted(world, 6);
	plug(world, 0, true, false);
	is_told(world, client, EVENT("true", "false", ID0));
	plug(world, 0, true, true);
	is_told(world, client, EVENT("true", "true", ID0));
	plug(world, 0, false, false);
	is_told(world, client, EVENT("false", "false", ID0));
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
	plug(world, 0, true, true);
	is_told(world, client, EVENT("true", "true", ID0));
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
}

static void no_device_is_taken_away_that_was_never_announced(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client;

	plug(world, 0, false, false);
	client = greeted(world, 6);
	plug(world, 1, false, false);
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
	plug(world, 1, true, true); /* and gone, before the client could be told */
	plug(world, 1, false, false);
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
}

static void a_device_that_is_forgotten_is_taken_away(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client;

	plug(world, 0, true, true);
	client = greeted(world, 6);
	strcpy(world->devices.device[0].id, ID1);
	is_told(world, client, EVENT("false", "false", ID0));
	is_told(world, client, EVENT("true", "true", ID1));
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
}

static void who_was_busy_is_told_that_a_device_went_and_came_back(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client;

	plug(world, 0, true, true);
	plug(world, 1, true, true);
	client = greeted(world, 6);
	plug_anew(world, 1);
	is_told(world, client, EVENT("false", "false", ID1));
	is_told(world, client, EVENT("true", "true", ID1));
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
	plug_anew(world, 1); /* and between the two words */
	is_told(world, client, EVENT("false", "false", ID1));
	plug_anew(world, 1);
	is_told(world, client, EVENT("true", "true", ID1));
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
}

static void who_knows_device_connect_is_told_so_if_it_was_the_only_one(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client;

	plug(world, 0, true, true);
	client = greeted(world, 3);
	plug_anew(world, 0);
	is_told(world, client,
		"{\"event\":{\"state\":false,\"type\":\"deviceConnect\"}}");
	is_told(world, client,
		"{\"event\":{\"state\":true,\"type\":\"deviceConnect\"}}");
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
	plug(world, 1, true, true);
	plug_anew(world, 0);
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
}

static void a_serial_of_any_bytes_stays_json(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client;

	plug(world, 0, true, true);
	memcpy(world->devices.device[0].id,
	       "a\"b\\c\nd\x80"
	       "efghijkl",
	       LEAP_DEVICE_ID_SIZE);
	client = joined(world, 6);
	next(world, client);
	is_told(world, client, EVENT("true", "true", "a?b?c?d?efghijk"));
}

static void versions_three_and_four_know_device_connect_only(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client;

	plug(world, 0, true, true);
	client = greeted(world, 4);
	plug(world, 0, true, false);
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
	plug(world, 0, false, false);
	is_told(world, client,
		"{\"event\":{\"state\":false,\"type\":\"deviceConnect\"}}");
	plug(world, 0, true, true);
	is_told(world, client,
		"{\"event\":{\"state\":true,\"type\":\"deviceConnect\"}}");
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
}

static void versions_one_and_two_know_no_devices(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 2);

	plug(world, 0, true, true);
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
}

static void versions_below_four_always_listen(void **arg)
{
	struct world *world = *arg;
	struct leap_client *old = greeted(world, 3), *focused = greeted(world, 6);

	says(focused, LEAP_MESSAGE_FOCUSED, true);
	says(old, LEAP_MESSAGE_FOCUSED, false);
	says(old, LEAP_MESSAGE_BACKGROUND, false);
	assert_true(gets_frames(world, old));
}

static void the_focus_goes_to_who_claimed_it_last(void **arg)
{
	struct world *world = *arg;
	struct leap_client *a = greeted(world, 6), *b = greeted(world, 6);

	says(a, LEAP_MESSAGE_FOCUSED, true);
	assert_true(gets_frames(world, a));
	says(b, LEAP_MESSAGE_FOCUSED, true);
	assert_false(gets_frames(world, a));
	assert_true(gets_frames(world, b));
	says(a, LEAP_MESSAGE_FOCUSED, false); /* not its own to give up */
	assert_true(gets_frames(world, b));
	says(b, LEAP_MESSAGE_FOCUSED, false);
	assert_false(gets_frames(world, a));
	assert_false(gets_frames(world, b));
}

static void the_focus_ends_with_the_connection(void **arg)
{
	struct world *world = *arg;
	struct leap_client *a = greeted(world, 6), *silent = greeted(world, 6);

	says(a, LEAP_MESSAGE_FOCUSED, true);
	assert_false(gets_frames(world, silent));
	leap_client_leave(a);
	assert_true(gets_frames(world, silent));
}

static void who_never_asks_gets_what_nobody_claims(void **arg)
{
	struct world *world = *arg;
	struct leap_client *silent = greeted(world, 6), *other = greeted(world, 6);

	assert_true(gets_frames(world, silent));
	says(other, LEAP_MESSAGE_FOCUSED, false);
	assert_false(gets_frames(world, other));
	assert_true(gets_frames(world, silent));
	says(other, LEAP_MESSAGE_FOCUSED, true);
	assert_false(gets_frames(world, silent));
}

/* It says neither "focused" again, nor that it has no focus. */
static void leap_js_0_4_goes_on_after_it_has_connected_again(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 4), *other = greeted(world, 4);

	says(client, LEAP_MESSAGE_ENABLE_GESTURES, true);
	says(client, LEAP_MESSAGE_BACKGROUND, false);
	assert_true(gets_frames(world, client));
	says(other, LEAP_MESSAGE_FOCUSED, true);
	assert_false(gets_frames(world, client));
}

static void a_background_client_listens_whoever_has_the_focus(void **arg)
{
	struct world *world = *arg;
	struct leap_client *back = greeted(world, 6), *front = greeted(world, 6);

	says(back, LEAP_MESSAGE_BACKGROUND, true);
	says(front, LEAP_MESSAGE_FOCUSED, true);
	assert_true(gets_frames(world, back));
	says(back, LEAP_MESSAGE_BACKGROUND, false);
	assert_false(gets_frames(world, back));
}

static void the_user_can_deny_the_background(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client;

	set(world, "background_app_mode", "0");
	client = greeted(world, 6);
	says(client, LEAP_MESSAGE_BACKGROUND, true);
	assert_false(gets_frames(world, client));
	says(client, LEAP_MESSAGE_FOCUSED, true);
	assert_true(gets_frames(world, client));
}

static void settings_are_those_of_the_client_with_the_focus(void **arg)
{
	struct world *world = *arg;
	struct leap_client *hmd = greeted(world, 6), *desk = greeted(world, 6);

	says(hmd, LEAP_MESSAGE_OPTIMIZE_HMD, true);
	says(hmd, LEAP_MESSAGE_FOCUSED, true);
	says(desk, LEAP_MESSAGE_OPTIMIZE_HMD, false); /* as leap.js connects */
	assert_int_equal(leap_policy_orientation(world->policy), LEAP_ORIENTATION_HMD);
	says(desk, LEAP_MESSAGE_FOCUSED, true);
	assert_int_equal(leap_policy_orientation(world->policy),
			 LEAP_ORIENTATION_DESKTOP);
	says(hmd, LEAP_MESSAGE_FOCUSED, true);
	assert_int_equal(leap_policy_orientation(world->policy), LEAP_ORIENTATION_HMD);
}

static void of_two_orientations_the_last_said_counts(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 6), *old = greeted(world, 5);

	says(client, LEAP_MESSAGE_FOCUSED, true);
	says(client, LEAP_MESSAGE_OPTIMIZE_HMD, true);
	says(client, LEAP_MESSAGE_OPTIMIZE_SCREENTOP, true);
	assert_int_equal(leap_policy_orientation(world->policy),
			 LEAP_ORIENTATION_SCREENTOP);
	says(client, LEAP_MESSAGE_OPTIMIZE_HMD, false);
	assert_int_equal(leap_policy_orientation(world->policy),
			 LEAP_ORIENTATION_SCREENTOP);
	says(client, LEAP_MESSAGE_OPTIMIZE_SCREENTOP, false);
	assert_int_equal(leap_policy_orientation(world->policy),
			 LEAP_ORIENTATION_DESKTOP);
	says(old, LEAP_MESSAGE_FOCUSED, true);
	says(old, LEAP_MESSAGE_OPTIMIZE_HMD, true); /* v6 and up only */
	assert_int_equal(leap_policy_orientation(world->policy),
			 LEAP_ORIENTATION_DESKTOP);
}

static void a_change_of_the_users_mind_counts_at_once(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 6);

	says(client, LEAP_MESSAGE_BACKGROUND, true);
	assert_true(gets_frames(world, client));
	set(world, "background_app_mode", "0");
	assert_false(gets_frames(world, client));
	set(world, "background_app_mode", "2");
	assert_true(gets_frames(world, client));
}

static void the_focus_does_not_bring_an_old_frame(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 6);

	says(client, LEAP_MESSAGE_FOCUSED, false);
	assert_false(gets_frames(world, client));
	says(client, LEAP_MESSAGE_FOCUSED, true);
	assert_int_equal(next(world, client), LEAP_CLIENT_NOTHING);
	assert_true(gets_frames(world, client));
	assert_int_equal(world->output.skipped, 0);
}

static void devices_are_told_of_without_the_focus(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 6);

	says(client, LEAP_MESSAGE_FOCUSED, false);
	plug(world, 0, true, true);
	is_told(world, client, EVENT("true", "true", ID0));
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
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 1);

	gesture(world, 0, 7, LEAP_GESTURE_KEY_TAP, LEAP_GESTURE_STOP);
	assert_int_equal(gestures_given(world, client), 0);
	says(client, LEAP_MESSAGE_ENABLE_GESTURES, true);
	assert_int_equal(gestures_given(world, client), 1);
	says(client, LEAP_MESSAGE_ENABLE_GESTURES, false);
	assert_int_equal(gestures_given(world, client), 0);
}

static void a_gesture_under_way_is_withheld_to_its_end(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 1);

	says(client, LEAP_MESSAGE_ENABLE_GESTURES, true);
	gesture(world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_UPDATE);
	gesture(world, 1, 8, LEAP_GESTURE_SWIPE, LEAP_GESTURE_START);
	assert_int_equal(gestures_given(world, client), 2);
	gesture(world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_STOP);
	gesture(world, 1, 8, LEAP_GESTURE_SWIPE, LEAP_GESTURE_UPDATE);
	assert_int_equal(gestures_given(world, client), 2);
	gesture(world, 0, 8, LEAP_GESTURE_SWIPE, LEAP_GESTURE_STOP);
	assert_int_equal(gestures_given(world, client), 1);
	gesture(world, 0, 8, LEAP_GESTURE_SWIPE, LEAP_GESTURE_UPDATE);
	assert_int_equal(gestures_given(world, client), 0);
}

static void a_start_in_a_frame_that_was_skipped_was_not_seen(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 1);

	says(client, LEAP_MESSAGE_ENABLE_GESTURES, true);
	gesture(world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_START);
	world->frame.id++; /* nobody asked for this one */
	gesture(world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_UPDATE);
	assert_int_equal(gestures_given(world, client), 0);
}

/* The newest frame goes by: the client's socket takes no more. */
static void passes(struct world *world, struct leap_client *client)
{
	world->frame.id++;
	leap_client_wants(client, &world->devices, &world->frame);
}

static void is_owed_a_stop(const struct world *world, int32_t id)
{
	const struct leap_client_output *output = &world->output;

	assert_int_equal(output->owed_count, 1);
	assert_int_equal(output->owed[0].id, id);
	assert_int_equal(output->owed[0].state, LEAP_GESTURE_STOP);
}

static void who_saw_a_start_sees_the_stop_of_a_frame_that_was_skipped(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 1);

	says(client, LEAP_MESSAGE_ENABLE_GESTURES, true);
	gesture(world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_START);
	assert_int_equal(gestures_given(world, client), 1);
	gesture(world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_STOP);
	world->frame.gesture[0].progress = 2.5;
	passes(world, client);
	/* as it ended; whatever else goes on meanwhile */
	gesture(world, 0, 8, LEAP_GESTURE_SWIPE, LEAP_GESTURE_START);
	passes(world, client);
	assert_int_equal(gestures_given(world, client), 1);
	is_owed_a_stop(world, 7);
	assert_float_equal(world->output.owed[0].progress, 2.5, 0);
	/* once */
	gesture(world, 0, 8, LEAP_GESTURE_SWIPE, LEAP_GESTURE_UPDATE);
	assert_int_equal(gestures_given(world, client), 1);
	assert_int_equal(world->output.owed_count, 0);
}

static void a_stop_that_nobody_looked_at_is_made_of_what_was_seen_last(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 1);

	says(client, LEAP_MESSAGE_ENABLE_GESTURES, true);
	gesture(world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_START);
	world->frame.gesture[0].radius = 20;
	assert_int_equal(gestures_given(world, client), 1);
	world->frame.id++;
	world->frame.gesture_count = 0;
	assert_int_equal(gestures_given(world, client), 0);
	is_owed_a_stop(world, 7);
	assert_float_equal(world->output.owed[0].radius, 20, 0);
}

static void as_many_stops_as_a_frame_has_room_for_come_with_it(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 1);
	unsigned int n;

	says(client, LEAP_MESSAGE_ENABLE_GESTURES, true);
	for (n = 0; n < LEAP_GESTURES_MAX; n++)
		gesture(world, n, 1 + n, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_START);
	assert_int_equal(gestures_given(world, client), 0xffff);
	/* one goes on, and fifteen others begin where there is no room for all */
	gesture(world, 0, 1, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_UPDATE);
	for (n = 1; n < LEAP_GESTURES_MAX; n++)
		gesture(world, n, 100 + n, LEAP_GESTURE_SWIPE, LEAP_GESTURE_START);
	assert_int_equal(gestures_given(world, client), 1);
	assert_int_equal(world->output.owed_count, LEAP_GESTURES_MAX - 1);
	/* whose starts were not seen */
	for (n = 1; n < LEAP_GESTURES_MAX; n++)
		world->frame.gesture[n].state = LEAP_GESTURE_STOP;
	assert_int_equal(gestures_given(world, client), 1);
	assert_int_equal(world->output.owed_count, 0);
}

static void a_gesture_ends_where_the_focus_does(void **arg)
{
	struct world *world = *arg;
	struct leap_client *client = greeted(world, 6);

	says(client, LEAP_MESSAGE_ENABLE_GESTURES, true);
	says(client, LEAP_MESSAGE_FOCUSED, true);
	gesture(world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_START);
	assert_int_equal(gestures_given(world, client), 1);
	says(client, LEAP_MESSAGE_FOCUSED, false);
	assert_false(gets_frames(world, client));
	says(client, LEAP_MESSAGE_FOCUSED, true);
	gesture(world, 0, 7, LEAP_GESTURE_CIRCLE, LEAP_GESTURE_UPDATE);
	assert_int_equal(gestures_given(world, client), 0);
	is_owed_a_stop(world, 7);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_header_comes_first),
		test(no_frame_older_than_the_connection_is_given),
		test(a_slow_client_gets_the_newest_and_the_rest_is_counted),
		test(every_attached_device_is_announced_once),
		test(each_change_is_one_event),
		test(no_device_is_taken_away_that_was_never_announced),
		test(a_device_that_is_forgotten_is_taken_away),
		test(who_was_busy_is_told_that_a_device_went_and_came_back),
		test(who_knows_device_connect_is_told_so_if_it_was_the_only_one),
		test(a_serial_of_any_bytes_stays_json),
		test(versions_three_and_four_know_device_connect_only),
		test(versions_one_and_two_know_no_devices),
		test(versions_below_four_always_listen),
		test(the_focus_goes_to_who_claimed_it_last),
		test(the_focus_ends_with_the_connection),
		test(who_never_asks_gets_what_nobody_claims),
		test(leap_js_0_4_goes_on_after_it_has_connected_again),
		test(a_background_client_listens_whoever_has_the_focus),
		test(the_user_can_deny_the_background),
		test(settings_are_those_of_the_client_with_the_focus),
		test(of_two_orientations_the_last_said_counts),
		test(a_change_of_the_users_mind_counts_at_once),
		test(the_focus_does_not_bring_an_old_frame),
		test(devices_are_told_of_without_the_focus),
		test(gestures_are_for_those_who_enabled_them),
		test(a_gesture_under_way_is_withheld_to_its_end),
		test(a_start_in_a_frame_that_was_skipped_was_not_seen),
		test(who_saw_a_start_sees_the_stop_of_a_frame_that_was_skipped),
		test(a_stop_that_nobody_looked_at_is_made_of_what_was_seen_last),
		test(as_many_stops_as_a_frame_has_room_for_come_with_it),
		test(a_gesture_ends_where_the_focus_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
