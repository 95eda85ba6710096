// SPDX-License-Identifier: MIT
/*
 * The protocol of one native client without a socket: what is refused, what is told once,
 * what waits. One thread plays both sides.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/native/session.h"

struct fixture {
	struct leap_config config;
	struct leap_policy *policy;
	struct leap_native_session_room room;
	struct leap_native_session session;
	struct leap_native_session_fds fds;
	_Alignas(8) unsigned char said[LEAP_WIRE_MESSAGE_MAX];
};

static int set_up(void **arg)
{
	const struct leap_native_peer peer = {
		.local = true, .trusted = true, .ring_fd = -1, .wake_fd = -1
	};
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	assert_int_equal(leap_config_init(&fixture->config), 0);
	assert_int_equal(leap_policy_new(&fixture->config, &fixture->policy), 0);
	leap_native_session_room_init(&fixture->room, fixture->policy, 0);
	leap_native_session_init(&fixture->session, &fixture->room, &peer);
	*arg = fixture;
	return 0;
}

static int tear_down(void **arg)
{
	struct fixture *fixture = *arg;

	leap_native_session_done(&fixture->session);
	leap_native_session_room_done(&fixture->room);
	leap_policy_free(fixture->policy);
	leap_config_done(&fixture->config);
	free(fixture);
	return 0;
}

static struct leap_wire_hello hello(void)
{
	return (struct leap_wire_hello){
		.header = { sizeof(struct leap_wire_hello), LEAP_WIRE_HELLO, 0, 1, 0 },
		.magic = LEAP_WIRE_MAGIC,
		.version_min = LEAP_WIRE_VERSION,
		.version_max = LEAP_WIRE_VERSION,
		.name = "a test",
	};
}

static int next(struct fixture *fixture, const struct leap_wire_frame *frame,
		size_t size)
{
	return leap_native_session_next(&fixture->session, frame, size, fixture->said,
					&fixture->fds);
}

static const struct leap_wire_header *said(const struct fixture *fixture)
{
	return (const void *)fixture->said;
}

/* Says everything there is; returns how many messages of a type were among it. */
static int count_news(struct fixture *fixture, enum leap_wire_type type)
{
	int count = 0, all = 0;

	while (next(fixture, NULL, 0) > 0) {
		count += said(fixture)->type == type;
		assert_true(++all < 1000);
	}
	return count;
}

static void greet(struct fixture *fixture)
{
	struct leap_wire_hello message = hello();

	assert_int_equal(
		leap_native_session_take(&fixture->session, &message, sizeof(message)),
		0);
	assert_true(next(fixture, NULL, 0) > 0);
	assert_int_equal(said(fixture)->type, LEAP_WIRE_WELCOME);
	assert_int_equal(said(fixture)->request, 1);
	count_news(fixture, LEAP_WIRE_POLICY);
}

static void nothing_is_said_before_hello(void **arg)
{
	struct leap_wire_header clock = { sizeof(clock), LEAP_WIRE_GET_CLOCK, 0, 1, 0 };
	struct fixture *fixture = *arg;

	assert_int_equal(next(fixture, NULL, 0), 0);
	assert_int_equal(
		leap_native_session_take(&fixture->session, &clock, sizeof(clock)),
		-EPROTO);
}

static void another_version_is_refused_with_a_word(void **arg)
{
	struct leap_wire_hello message = hello();
	struct fixture *fixture = *arg;

	message.version_min = message.version_max = LEAP_WIRE_VERSION + 1;
	assert_int_equal(
		leap_native_session_take(&fixture->session, &message, sizeof(message)),
		0);
	assert_true(next(fixture, NULL, 0) > 0);
	assert_int_equal(said(fixture)->type, LEAP_WIRE_RESULT);
	assert_int_equal(said(fixture)->status, EPROTONOSUPPORT);
	assert_int_equal(next(fixture, NULL, 0), -ECONNRESET);
}

static void versions_are_agreed_on(void **arg)
{
	struct leap_wire_hello message = hello();
	struct fixture *fixture = *arg;

	message.version_min = 0;
	message.version_max = 9;
	assert_int_equal(
		leap_native_session_take(&fixture->session, &message, sizeof(message)),
		0);
	next(fixture, NULL, 0);
	assert_int_equal(((struct leap_wire_welcome *)fixture->said)->version,
			 LEAP_WIRE_VERSION);
}

static void messages_that_are_too_short_end_it(void **arg)
{
	struct leap_wire_switch focus = {
		.header = { sizeof(focus) - 4, LEAP_WIRE_SET_FOCUS, 0, 2, 0 },
	};
	struct fixture *fixture = *arg;

	greet(fixture);
	assert_int_equal(
		leap_native_session_take(&fixture->session, &focus, sizeof(focus) - 4),
		-EPROTO);
	focus.header.size = sizeof(focus);
	focus.header.request = 0; /* no number to answer to */
	assert_int_equal(
		leap_native_session_take(&fixture->session, &focus, sizeof(focus)),
		-EPROTO);
}

static void what_is_not_known_is_answered(void **arg)
{
	struct leap_wire_header later = { sizeof(later), 0x7f, 0, 5, 0 };
	struct fixture *fixture = *arg;

	greet(fixture);
	assert_int_equal(
		leap_native_session_take(&fixture->session, &later, sizeof(later)), 0);
	assert_true(leap_native_session_is_busy(&fixture->session));
	next(fixture, NULL, 0);
	assert_int_equal(said(fixture)->status, ENOSYS);
	assert_int_equal(said(fixture)->request, 5);
	assert_false(leap_native_session_is_busy(&fixture->session));
}

static void every_change_is_told_once(void **arg)
{
	struct fixture *fixture = *arg;
	char *error = NULL;

	greet(fixture);
	assert_int_equal(count_news(fixture, LEAP_WIRE_CONFIG), 0);
	leap_policy_set(fixture->policy, "images_mode", "0", &error);
	leap_policy_set(fixture->policy, "images_mode", "2", &error);
	leap_policy_set(fixture->policy, "images_mode", "0", &error);
	leap_native_session_room_refresh(&fixture->room);
	assert_int_equal(count_news(fixture, LEAP_WIRE_CONFIG), 1);
	leap_policy_pause(fixture->policy, true);
	leap_native_session_room_refresh(&fixture->room);
	assert_int_equal(count_news(fixture, LEAP_WIRE_POLICY), 1);
	assert_int_equal(count_news(fixture, LEAP_WIRE_POLICY), 0);
}

static bool all_zero(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

/* A long text behind which a short one comes is what shows it. */
static void behind_a_text_there_are_no_bytes_of_another(void **arg)
{
	const struct leap_wire_config *config;
	struct leap_wire_hello message = hello();
	struct fixture *fixture = *arg;
	char longest[LEAP_WIRE_VALUE_SIZE] = "";
	char *error = NULL;
	int count = 0;

	config = (const void *)fixture->said;
	memset(longest, 'x', sizeof(longest) - 1);
	assert_int_equal(
		leap_policy_set(fixture->policy, "wss_certificate", longest, &error),
		0);
	leap_native_session_room_refresh(&fixture->room);
	leap_native_session_take(&fixture->session, &message, sizeof(message));
	while (next(fixture, NULL, 0) > 0) {
		size_t key = strlen(config->key), value = strlen(config->value);

		if (said(fixture)->type != LEAP_WIRE_CONFIG)
			continue;
		assert_true(all_zero(config->key + key, sizeof(config->key) - key));
		assert_true(
			all_zero(config->value + value, sizeof(config->value) - value));
		count++;
	}
	assert_true(count > 10);
}

static void a_device_that_takes_the_place_of_another_ends_it_first(void **arg)
{
	struct leap_device_state first = { "LP00000000001", "peripheral", true, true,
					   false };
	struct leap_device_state second = { "LP00000000002", "peripheral", true, false,
					    false };
	struct leap_wire_device *device;
	struct fixture *fixture = *arg;

	fixture->room.devices.count = 1;
	fixture->room.devices.device[0] = first;
	greet(fixture);
	fixture->room.devices.device[0] = second;
	device = (void *)fixture->said;
	assert_true(next(fixture, NULL, 0) > 0);
	assert_string_equal(device->serial, "LP00000000001");
	assert_int_equal(device->flags, 0);
	assert_true(next(fixture, NULL, 0) > 0);
	assert_string_equal(device->serial, "LP00000000002");
	assert_int_equal(device->flags, LEAP_WIRE_ATTACHED);
	assert_int_equal(next(fixture, NULL, 0), 0);
}

static void a_device_with_nominal_values_is_told_as_such(void **arg)
{
	struct leap_device_state is = { "LP00000000001", "peripheral", true, true,
					false };
	struct leap_wire_device *device;
	struct fixture *fixture = *arg;

	fixture->room.devices.count = 1;
	fixture->room.devices.device[0] = is;
	greet(fixture);
	fixture->room.devices.device[0].nominal = true;
	device = (void *)fixture->said;
	assert_true(next(fixture, NULL, 0) > 0);
	assert_int_equal(device->flags,
			 LEAP_WIRE_ATTACHED | LEAP_WIRE_STREAMING | LEAP_WIRE_NOMINAL);
	assert_int_equal(next(fixture, NULL, 0), 0);
}

static void a_device_that_went_and_came_back_unseen_is_told_to_have_done_so(void **arg)
{
	struct leap_device_state first = { "LP00000000001", "peripheral", true, true };
	struct leap_wire_device *device;
	struct fixture *fixture = *arg;

	fixture->room.devices.count = 1;
	fixture->room.devices.device[0] = first;
	greet(fixture);
	fixture->room.devices.device[0].plugged++;
	device = (void *)fixture->said;
	assert_true(next(fixture, NULL, 0) > 0);
	assert_string_equal(device->serial, "LP00000000001");
	assert_int_equal(device->flags, 0);
	assert_true(next(fixture, NULL, 0) > 0);
	assert_string_equal(device->serial, "LP00000000001");
	assert_int_equal(device->flags, LEAP_WIRE_ATTACHED | LEAP_WIRE_STREAMING);
	assert_int_equal(next(fixture, NULL, 0), 0);
}

static void only_the_newest_frame_waits(void **arg)
{
	struct leap_wire_frame frame = {
		.frame_size = sizeof(frame),
		.hand_size = sizeof(struct leap_wire_hand),
		.pointable_size = sizeof(struct leap_wire_pointable),
		.gesture_size = sizeof(struct leap_wire_gesture)
	};
	struct fixture *fixture = *arg;

	greet(fixture);
	leap_native_session_pass_frame(&fixture->session, NULL);
	for (frame.id = 1; frame.id < 100; frame.id++)
		leap_native_session_pass_frame(&fixture->session, &frame);
	assert_true(next(fixture, &frame, sizeof(frame)) > 0);
	assert_int_equal(said(fixture)->type, LEAP_WIRE_FRAME);
	assert_int_equal(((struct leap_wire_frame *)(said(fixture) + 1))->id, 100);
	assert_int_equal(next(fixture, &frame, sizeof(frame)), 0);
	assert_int_equal(fixture->session.frames_skipped, 99);
}

static void a_client_that_leaves_takes_its_focus_along(void **arg)
{
	struct leap_wire_switch focus = {
		.header = { sizeof(focus), LEAP_WIRE_SET_FOCUS, 0, 2, 0 },
		.on = 1,
	};
	struct fixture *fixture = *arg;

	greet(fixture);
	leap_native_session_take(&fixture->session, &focus, sizeof(focus));
	assert_true(leap_policy_anyone_has_focus(fixture->policy));
	leap_native_session_done(&fixture->session);
	assert_false(leap_policy_anyone_has_focus(fixture->policy));
}

static struct leap_wire_gesture gesture(int32_t id, uint32_t state, uint32_t type)
{
	return (struct leap_wire_gesture){ .id = id, .state = state, .type = type };
}

static void starts_and_stops_outlive_any_number_of_updates(void **arg)
{
	struct leap_gesture_changes changes = { 0 };
	unsigned int starts = 0, stops = 0;

	(void)arg;
	/* sixteen at a time, again and again, each seen to begin before */
	for (int32_t id = 0; id < 16; id++) {
		struct leap_wire_gesture start = gesture(id, 1, LEAP_WIRE_CIRCLE);

		leap_gesture_changes_add(&changes, &start);
	}
	changes.count = 0; /* they are told */
	for (int round = 0; round < 50; round++)
		for (int32_t id = 0; id < 16; id++) {
			struct leap_wire_gesture update =
				gesture(id, 2, LEAP_WIRE_CIRCLE);
			struct leap_wire_gesture tap =
				gesture(100 + round * 16 + id, 3, LEAP_WIRE_KEY_TAP);
			struct leap_wire_gesture begun =
				gesture(2000 + round * 16 + id, 1, LEAP_WIRE_SWIPE);
			struct leap_wire_gesture ended = begun;

			ended.state = 3;
			leap_gesture_changes_add(&changes, &update);
			leap_gesture_changes_add(&changes, &tap);
			leap_gesture_changes_add(&changes, &begun);
			leap_gesture_changes_add(&changes, &ended);
			assert_true(changes.count <= LEAP_WIRE_GESTURES_MESSAGE_MAX);
		}
	for (int32_t id = 0; id < 16; id++) {
		struct leap_wire_gesture stop = gesture(id, 3, LEAP_WIRE_CIRCLE);

		leap_gesture_changes_add(&changes, &stop);
	}
	for (unsigned int i = 0; i < changes.count; i++) {
		starts += changes.gesture[i].state == 1;
		stops += changes.gesture[i].state == 3 &&
			 changes.gesture[i].type != LEAP_WIRE_KEY_TAP;
	}
	/* a stop for every start that is kept, and for the sixteen */
	assert_int_equal(stops, starts + 16);
}

#define scenario(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario(nothing_is_said_before_hello),
		scenario(another_version_is_refused_with_a_word),
		scenario(versions_are_agreed_on),
		scenario(messages_that_are_too_short_end_it),
		scenario(what_is_not_known_is_answered),
		scenario(every_change_is_told_once),
		scenario(behind_a_text_there_are_no_bytes_of_another),
		scenario(a_device_that_takes_the_place_of_another_ends_it_first),
		scenario(a_device_with_nominal_values_is_told_as_such),
		scenario(
			a_device_that_went_and_came_back_unseen_is_told_to_have_done_so),
		scenario(only_the_newest_frame_waits),
		scenario(a_client_that_leaves_takes_its_focus_along),
		cmocka_unit_test(starts_and_stops_outlive_any_number_of_updates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
