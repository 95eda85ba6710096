// SPDX-License-Identifier: MIT
/*
 * The library against the real doors of leapd, over each of its transports.
 * The test's thread publishes and polls; leapd's thread and the library's do the rest.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/leap.h"
#include "tests/unit/native/door.h"

#define SOON_MS 5000

struct rig {
	char folder[64];
	char path[96];
	struct door *door;
	struct leap_connection *leap;
	int64_t id; /* of the last frame published */
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	assert_non_null(rig);
	strcpy(rig->folder, "/tmp/leap-test-XXXXXX");
	assert_non_null(mkdtemp(rig->folder));
	snprintf(rig->path, sizeof(rig->path), "%s/native", rig->folder);
	rig->door = door_open(rig->path);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	leap_close(rig->leap);
	if (rig->door)
		door_close(rig->door);
	rmdir(rig->folder);
	free(rig);
	return 0;
}

static struct leap_connection *open_with(const struct rig *rig, uint32_t flags)
{
	struct leap_options options = {
		.size = sizeof(options),
		.flags = flags,
		.name = "the test",
		.socket = rig->path,
		.port = (uint16_t)door_port(rig->door),
	};
	struct leap_connection *leap;

	assert_int_equal(leap_open(&options, &leap), 0);
	return leap;
}

/* The next event of a type; others are passed over. */
static struct leap_event expect(struct leap_connection *leap, uint32_t type)
{
	int64_t until_ms = now_ms() + SOON_MS;
	struct leap_event event;

	while (now_ms() < until_ms)
		if (leap_poll(leap, 100, &event) == 1 && event.type == type)
			return event;
	fail_msg("no event %u came", type);
	return event;
}

/* The end of what a new client is told: the answer to its first question. */
static void settle(struct leap_connection *leap)
{
	uint32_t request;
	int r;

	r = leap_get_clients(leap);
	assert_true(r > 0);
	request = (uint32_t)r;
	while (expect(leap, LEAP_EVENT_RESULT).request != request)
		;
}

static void connect_with(struct rig *rig, uint32_t flags)
{
	rig->leap = open_with(rig, flags);
	expect(rig->leap, LEAP_EVENT_CONNECTED);
	settle(rig->leap);
}

static void publish(struct rig *rig, int count)
{
	for (int i = 0; i < count; i++)
		door_publish(rig->door, ++rig->id, 1);
}

static int answer_of(struct rig *rig, int request, uint32_t type)
{
	struct leap_event event;

	assert_true(request > 0);
	do
		event = expect(rig->leap, type);
	while (event.request != (uint32_t)request);
	return event.error;
}

static const struct way {
	uint32_t flags;
	unsigned int transport;
} ways[] = {
	{ 0, LEAP_BY_SHARED_MEMORY },
	{ LEAP_NO_SHARED_MEMORY, LEAP_BY_SOCKET },
	{ LEAP_TCP_ONLY, LEAP_BY_TCP },
};

static void frames_come_over_each_transport(void **state)
{
	struct rig *rig = *state;

	for (int i = 0; i < 3; i++) {
		struct leap_event event;

		connect_with(rig, ways[i].flags);
		assert_int_equal(leap_transport(rig->leap), ways[i].transport);
		for (int n = 0; n < 20; n++) {
			publish(rig, 1);
			event = expect(rig->leap, LEAP_EVENT_FRAME);
			assert_int_equal(event.u.tracking.frame->id, rig->id);
			assert_int_equal(event.u.tracking.skipped, 0);
			assert_true(event.u.tracking.frame->hand[0].palm_position.x ==
				    (float)(rig->id + 1000));
		}
		leap_close(rig->leap);
		rig->leap = NULL;
	}
}

static void who_was_away_gets_the_newest_frame_and_a_count(void **state)
{
	struct rig *rig = *state;

	for (int i = 0; i < 3; i++) {
		int64_t seen, skipped = 0;
		struct leap_event event;

		connect_with(rig, ways[i].flags);
		publish(rig, 1);
		seen = expect(rig->leap, LEAP_EVENT_FRAME).u.tracking.frame->id;
		publish(rig, 1000); /* more than the ring holds */
		do {
			event = expect(rig->leap, LEAP_EVENT_FRAME);
			skipped += (int64_t)event.u.tracking.skipped + 1;
		} while (event.u.tracking.frame->id != rig->id);
		assert_int_equal(skipped, rig->id - seen);
		leap_close(rig->leap);
		rig->leap = NULL;
	}
}

static void history_keeps_the_last_sixty_frames(void **state)
{
	static struct leap_frame frame;
	struct rig *rig = *state;

	connect_with(rig, 0);
	assert_int_equal(leap_history(rig->leap, 0, &frame), -ENOENT);
	publish(rig, 100);
	expect(rig->leap, LEAP_EVENT_FRAME);
	for (unsigned int age = 0; age < LEAP_HISTORY; age++) {
		assert_int_equal(leap_history(rig->leap, age, &frame), 0);
		assert_int_equal(frame.id, 100 - age);
	}
	assert_int_equal(leap_history(rig->leap, LEAP_HISTORY, &frame), -ENOENT);
}

static void devices_are_told_as_they_come_and_go(void **state)
{
	struct rig *rig = *state;
	struct leap_device device;

	connect_with(rig, 0);
	assert_int_equal(leap_get_device(rig->leap, 0, &device), -ENOENT);
	door_publish_device(rig->door, "LP00000000001", true, false);
	assert_string_equal(
		expect(rig->leap, LEAP_EVENT_DEVICE_ATTACHED).u.device.serial,
		"LP00000000001");
	door_publish_device(rig->door, "LP00000000001", true, true);
	assert_true(
		expect(rig->leap, LEAP_EVENT_DEVICE_STREAMING).u.device.is_streaming);
	assert_int_equal(leap_get_device(rig->leap, 0, &device), 0);
	assert_int_equal(device.kind, LEAP_DEVICE_PERIPHERAL);
	door_publish_device(rig->door, "LP00000000001", false, false);
	expect(rig->leap, LEAP_EVENT_DEVICE_STOPPED);
	expect(rig->leap, LEAP_EVENT_DEVICE_LOST);
	assert_int_equal(leap_get_device(rig->leap, 0, &device), -ENOENT);
}

static void a_device_that_is_back_at_once_was_gone(void **state)
{
	struct rig *rig = *state;

	door_publish_device(rig->door, "LP00000000001", true, true);
	connect_with(rig, 0);
	for (int i = 0; i < 50; i++) { /* sooner than anybody looks, now and then */
		door_publish_device(rig->door, "LP00000000001", false, false);
		door_publish_device(rig->door, "LP00000000001", true, true);
		expect(rig->leap, LEAP_EVENT_DEVICE_LOST);
		expect(rig->leap, LEAP_EVENT_DEVICE_ATTACHED);
	}
}

static void a_new_client_is_told_of_devices_and_settings(void **state)
{
	struct rig *rig = *state;
	struct leap_setting setting;
	struct leap_device device;

	door_publish_device(rig->door, "LP00000000001", true, true);
	connect_with(rig, LEAP_TCP_ONLY);
	assert_int_equal(leap_get_device(rig->leap, 0, &device), 0);
	assert_true(device.is_streaming);
	assert_int_equal(leap_get_config(rig->leap, "ws_port", &setting), 0);
	assert_string_equal(setting.value, "0");
	assert_int_equal(setting.type, LEAP_VALUE_INT);
	assert_int_equal(leap_get_config(rig->leap, "nothing", &setting), -ENOENT);
}

static void settings_are_set_with_permission_and_told_to_others(void **state)
{
	struct rig *rig = *state;
	struct leap_event event;

	connect_with(rig, 0);
	assert_int_equal(
		answer_of(rig,
			  leap_set_config(rig->leap, "interaction_box_height", "150"),
			  LEAP_EVENT_RESULT),
		0);
	event = expect(rig->leap, LEAP_EVENT_CONFIG);
	assert_string_equal(event.u.setting.key, "interaction_box_height");
	assert_string_equal(event.u.setting.value, "150");
	assert_int_equal(
		answer_of(rig,
			  leap_set_config(rig->leap, "interaction_box_height", "x"),
			  LEAP_EVENT_RESULT),
		-ERANGE);
	assert_int_equal(answer_of(rig, leap_set_config(rig->leap, "nothing", "1"),
				   LEAP_EVENT_RESULT),
			 -ENOENT);
	leap_close(rig->leap);
	/* by TCP the kernel does not say who it is */
	connect_with(rig, LEAP_TCP_ONLY);
	assert_int_equal(
		answer_of(rig,
			  leap_set_config(rig->leap, "interaction_box_height", "160"),
			  LEAP_EVENT_RESULT),
		-EPERM);
	door_set(rig->door, "interaction_box_height", "170");
	assert_string_equal(expect(rig->leap, LEAP_EVENT_CONFIG).u.setting.value,
			    "170");
}

static void gestures_are_set_by_whoever_comes(void **state)
{
	char too_long[300] = "";
	struct rig *rig = *state;

	connect_with(rig, LEAP_TCP_ONLY);
	assert_int_equal(
		answer_of(rig,
			  leap_set_config(rig->leap, "Gesture.Circle.MinRadius", "7"),
			  LEAP_EVENT_RESULT),
		0);
	assert_string_equal(expect(rig->leap, LEAP_EVENT_CONFIG).u.setting.value, "7");
	memset(too_long, 'x', sizeof(too_long) - 1);
	assert_int_equal(leap_set_config(rig->leap, "ws_port", too_long), -EINVAL);
	assert_int_equal(leap_set_config(rig->leap, too_long, "1"), -EINVAL);
}

static void pausing_needs_the_policy(void **state)
{
	struct rig *rig = *state;

	connect_with(rig, 0);
	assert_int_equal(
		answer_of(rig, leap_set_paused(rig->leap, true), LEAP_EVENT_RESULT),
		-EPERM);
	assert_false(door_paused(rig->door));
	answer_of(rig, leap_set_policy(rig->leap, LEAP_POLICY_ALLOW_PAUSE, 0),
		  LEAP_EVENT_POLICY);
	assert_int_equal(
		answer_of(rig, leap_set_paused(rig->leap, true), LEAP_EVENT_RESULT), 0);
	assert_true(door_paused(rig->door));
	assert_int_equal(
		answer_of(rig, leap_set_paused(rig->leap, false), LEAP_EVENT_RESULT),
		0);
	assert_false(door_paused(rig->door));
}

static void policies_are_granted_as_the_user_allows(void **state)
{
	struct rig *rig = *state;
	struct leap_policy_state policy;
	uint32_t wish = LEAP_POLICY_BACKGROUND | LEAP_POLICY_IMAGES;

	connect_with(rig, 0);
	answer_of(rig, leap_set_policy(rig->leap, wish, 0), LEAP_EVENT_POLICY);
	assert_int_equal(leap_get_policy(rig->leap, &policy), 0);
	assert_int_equal(policy.granted, wish);
	door_set(rig->door, "images_mode", "0");
	door_set(rig->door, "background_app_mode", "0");
	do
		policy = expect(rig->leap, LEAP_EVENT_POLICY).u.policy;
	while (policy.granted);
	assert_int_equal(policy.wished, wish);
	leap_close(rig->leap);
	door_set(rig->door, "images_mode", "2");
	connect_with(rig, LEAP_TCP_ONLY);
	answer_of(rig, leap_set_policy(rig->leap, wish, 0), LEAP_EVENT_POLICY);
	assert_int_equal(leap_get_policy(rig->leap, &policy), 0);
	assert_int_equal(policy.granted, 0); /* no descriptor can be passed by TCP */
}

static void orientations_end_one_another(void **state)
{
	struct rig *rig = *state;
	struct leap_policy_state policy;

	connect_with(rig, 0);
	answer_of(rig, leap_set_policy(rig->leap, LEAP_POLICY_OPTIMIZE_HMD, 0),
		  LEAP_EVENT_POLICY);
	assert_int_equal(door_orientation(rig->door), LEAP_MODE_HMD);
	answer_of(rig, leap_set_policy(rig->leap, LEAP_POLICY_OPTIMIZE_SCREENTOP, 0),
		  LEAP_EVENT_POLICY);
	assert_int_equal(door_orientation(rig->door), LEAP_MODE_SCREENTOP);
	leap_get_policy(rig->leap, &policy);
	assert_int_equal(policy.granted, LEAP_POLICY_OPTIMIZE_SCREENTOP);
	leap_close(rig->leap);
	rig->leap = NULL;
	for (int64_t until = now_ms() + SOON_MS;
	     door_orientation(rig->door) && now_ms() < until;)
		usleep(1000);
	assert_int_equal(door_orientation(rig->door), LEAP_MODE_DESKTOP);
}

static bool frame_comes(struct rig *rig)
{
	struct leap_event event;

	publish(rig, 1);
	for (int64_t until_ms = now_ms() + 200; now_ms() < until_ms;)
		if (leap_poll(rig->leap, 20, &event) == 1 &&
		    event.type == LEAP_EVENT_FRAME)
			return true;
	return false;
}

static void expect_receiving(struct rig *rig, bool receiving)
{
	struct leap_policy_state policy;
	struct leap_event event;
	int64_t until_ms = now_ms() + SOON_MS;

	do
		leap_poll(rig->leap, 20, &event);
	while ((leap_get_policy(rig->leap, &policy) ||
		policy.receives_frames != receiving) &&
	       now_ms() < until_ms);
	assert_int_equal(policy.receives_frames, receiving);
}

static void who_never_speaks_of_focus_always_gets_frames(void **state)
{
	struct rig *rig = *state;

	for (int i = 0; i < 3; i++) {
		connect_with(rig, ways[i].flags);
		door_claim_focus(rig->door, true);
		assert_true(frame_comes(rig));
		door_claim_focus(rig->door, false);
		leap_close(rig->leap);
		rig->leap = NULL;
	}
}

static void who_does_shares_the_one_focus_with_all_doors(void **state)
{
	struct rig *rig = *state;

	for (int i = 0; i < 3; i++) {
		connect_with(rig, ways[i].flags);
		leap_set_focused(rig->leap, true);
		expect_receiving(rig, true);
		assert_true(frame_comes(rig));
		door_claim_focus(rig->door, true); /* as a web page would */
		expect_receiving(rig, false);
		assert_false(frame_comes(rig));
		leap_set_policy(rig->leap, LEAP_POLICY_BACKGROUND, 0);
		expect_receiving(rig, true);
		assert_true(frame_comes(rig));
		door_claim_focus(rig->door, false);
		leap_close(rig->leap);
		rig->leap = NULL;
	}
}

static void reconnects_when_leapd_comes_back_and_repeats_its_wishes(void **state)
{
	struct rig *rig = *state;
	struct leap_event event;

	connect_with(rig, 0);
	answer_of(rig, leap_set_policy(rig->leap, LEAP_POLICY_BACKGROUND, 0),
		  LEAP_EVENT_POLICY);
	for (uint32_t connection = 1; connection <= 2; connection++) {
		publish(rig, 1);
		event = expect(rig->leap, LEAP_EVENT_FRAME);
		assert_int_equal(event.connection, connection);
		door_close(rig->door);
		rig->door = NULL;
		event = expect(rig->leap, LEAP_EVENT_LOST);
		assert_int_equal(event.connection, connection);
		assert_false(leap_is_connected(rig->leap));
		assert_int_equal(leap_get_status(rig->leap), -ENOTCONN);
		rig->door = door_open(rig->path);
		event = expect(rig->leap, LEAP_EVENT_CONNECTED);
		assert_int_equal(event.connection, connection + 1);
		do
			event = expect(rig->leap, LEAP_EVENT_POLICY);
		while (event.u.policy.granted != LEAP_POLICY_BACKGROUND);
		assert_int_equal(event.request, 0); /* the library's own */
	}
}

static void waits_for_a_leapd_that_is_not_there_yet(void **state)
{
	struct rig *rig = *state;
	struct leap_event event;

	door_close(rig->door);
	rig->door = NULL;
	{
		struct leap_options options = { .size = sizeof(options),
						.flags = LEAP_LOCAL_ONLY,
						.socket = rig->path };

		assert_int_equal(leap_open(&options, &rig->leap), 0);
	}
	assert_int_equal(leap_poll(rig->leap, 0, &event), 0);
	rig->door = door_open(rig->path);
	assert_int_equal(expect(rig->leap, LEAP_EVENT_CONNECTED).connection, 1);
}

static void starts_and_stops_of_gestures_are_never_lost(void **state)
{
	struct rig *rig = *state;

	for (int i = 0; i < 3; i++) {
		unsigned int starts = 0, stops = 0;
		int32_t begun = -1;

		connect_with(rig, ways[i].flags);
		/* a hundred circles while nobody reads; then read all that is told */
		for (int g = 1; g <= 20; g++) {
			door_publish_gesture(rig->door, ++rig->id, g, 0);
			door_publish_gesture(rig->door, ++rig->id, g, 1);
			door_publish_gesture(rig->door, ++rig->id, g, 1);
			door_publish_gesture(rig->door, ++rig->id, g, 2);
		}
		while (stops < 20) {
			struct leap_event event =
				expect(rig->leap, LEAP_EVENT_GESTURES);

			for (uint32_t n = 0; n < event.u.gestures.count; n++) {
				const struct leap_gesture *g =
					&event.u.gestures.gesture[n];

				if (g->phase == LEAP_PHASE_START) {
					starts++;
					begun = g->id;
				} else {
					assert_int_equal(g->id, begun);
				}
				stops += g->phase == LEAP_PHASE_STOP;
			}
		}
		assert_int_equal(starts, 20);
		assert_int_equal(stops, 20);
		leap_close(rig->leap);
		rig->leap = NULL;
	}
}

static void a_gesture_that_ends_unseen_is_ended(void **state)
{
	struct rig *rig = *state;
	struct leap_event event;

	connect_with(rig, 0);
	door_publish_gesture(rig->door, ++rig->id, 7, 0);
	event = expect(rig->leap, LEAP_EVENT_GESTURES);
	assert_int_equal(event.u.gestures.gesture[0].phase, LEAP_PHASE_START);
	door_publish_gesture(rig->door, ++rig->id, 7, 2);
	publish(rig, 500); /* its stop is overwritten */
	event = expect(rig->leap, LEAP_EVENT_GESTURES);
	assert_int_equal(event.u.gestures.count, 1);
	assert_int_equal(event.u.gestures.gesture[0].id, 7);
	assert_int_equal(event.u.gestures.gesture[0].phase, LEAP_PHASE_STOP);
}

static void expect_phase(struct rig *rig, int32_t id, uint32_t phase)
{
	struct leap_event event = expect(rig->leap, LEAP_EVENT_GESTURES);

	assert_int_equal(event.u.gestures.count, 1);
	assert_int_equal(event.u.gestures.gesture[0].id, id);
	assert_int_equal(event.u.gestures.gesture[0].phase, phase);
}

static void a_gesture_ends_where_the_frames_do(void **state)
{
	struct rig *rig = *state;

	for (int i = 0; i < 3; i++) {
		connect_with(rig, ways[i].flags);
		leap_set_focused(rig->leap, true);
		expect_receiving(rig, true);
		door_publish_gesture(rig->door, ++rig->id, 7 + i, 0);
		expect_phase(rig, 7 + i, LEAP_PHASE_START);
		door_claim_focus(rig->door, true);
		expect_phase(rig, 7 + i, LEAP_PHASE_STOP);
		door_publish_gesture(rig->door, ++rig->id, 7 + i, 2);
		/* another, of which it sees the middle and the end */
		door_publish_gesture(rig->door, ++rig->id, 17 + i, 0);
		door_claim_focus(rig->door, false);
		leap_set_focused(rig->leap, true);
		expect_receiving(rig, true);
		door_publish_gesture(rig->door, ++rig->id, 17 + i, 1);
		expect_phase(rig, 17 + i, LEAP_PHASE_START);
		door_publish_gesture(rig->door, ++rig->id, 17 + i, 2);
		expect_phase(rig, 17 + i, LEAP_PHASE_STOP);
		leap_close(rig->leap);
		rig->leap = NULL;
	}
}

static void the_descriptor_is_readable_when_there_is_something_to_do(void **state)
{
	struct rig *rig = *state;

	for (int i = 0; i < 3; i++) {
		struct leap_event event;
		struct pollfd fd;
		int frames = 0;

		connect_with(rig, ways[i].flags);
		fd = (struct pollfd){ leap_fd(rig->leap), POLLIN, 0 };
		while (leap_poll(rig->leap, 0, &event) == 1)
			;
		assert_int_equal(poll(&fd, 1, 50), 0);
		for (int n = 0; n < 10; n++) {
			publish(rig, 1);
			assert_int_equal(poll(&fd, 1, SOON_MS), 1);
			while (leap_poll(rig->leap, 0, &event) == 1)
				frames += event.type == LEAP_EVENT_FRAME;
		}
		assert_int_equal(frames, 10);
		assert_int_equal(poll(&fd, 1, 50), 0);
		leap_close(rig->leap);
		rig->leap = NULL;
	}
}

static void nothing_wakes_a_program_to_which_nothing_happens(void **state)
{
	struct rig *rig = *state;
	struct leap_event event;
	struct pollfd fd;

	connect_with(rig, 0);
	fd = (struct pollfd){ leap_fd(rig->leap), POLLIN, 0 };
	while (leap_poll(rig->leap, 0, &event) == 1)
		;
	/* longer than between two looks for a leapd that is not there */
	assert_int_equal(poll(&fd, 1, 1200), 0);
}

static void a_program_that_never_waits_still_sees_everything(void **state)
{
	struct rig *rig = *state;
	int64_t until_ms = now_ms() + SOON_MS;
	bool device = false, policy = false, frame = false;
	struct leap_event event;

	connect_with(rig, 0);
	publish(rig, 1);
	door_publish_device(rig->door, "LP00000000001", true, true);
	door_claim_focus(rig->door, true);
	leap_set_focused(rig->leap, true);
	while (!(device && policy && frame) && now_ms() < until_ms) {
		if (leap_poll(rig->leap, 0, &event) != 1)
			continue;
		device |= event.type == LEAP_EVENT_DEVICE_STREAMING;
		policy |= event.type == LEAP_EVENT_POLICY && event.u.policy.has_focus;
		frame |= event.type == LEAP_EVENT_FRAME;
	}
	assert_true(device && policy && frame);
	/* even when each call finds a frame */
	door_publish_device(rig->door, "LP00000000001", false, false);
	for (device = false, until_ms = now_ms() + SOON_MS;
	     !device && now_ms() < until_ms;) {
		publish(rig, 1);
		device = leap_poll(rig->leap, 0, &event) == 1 &&
			 event.type == LEAP_EVENT_DEVICE_LOST;
	}
	assert_true(device);
}

struct called {
	atomic_int frames;
	atomic_int others;
	struct leap_connection *leap;
};

static void on_event(const struct leap_event *event, void *data)
{
	struct called *called = data;

	if (event->type == LEAP_EVENT_FRAME)
		atomic_fetch_add(&called->frames, 1 + (int)event->u.tracking.skipped);
	else
		atomic_fetch_add(&called->others, 1);
}

static void the_librarys_thread_calls_back(void **state)
{
	struct rig *rig = *state;
	struct called called = { 0 };
	struct leap_event event;
	static struct leap_frame frame;
	int64_t until_ms;

	rig->leap = open_with(rig, 0);
	assert_int_equal(leap_start(rig->leap, on_event, &called), 0);
	assert_int_equal(leap_start(rig->leap, on_event, &called), -EBUSY);
	assert_int_equal(leap_poll(rig->leap, 0, &event), -EBUSY);
	for (until_ms = now_ms() + SOON_MS;
	     !leap_is_connected(rig->leap) && now_ms() < until_ms;)
		usleep(1000);
	usleep(20000);
	for (int i = 0; i < 200; i++) {
		publish(rig, 1);
		leap_history(rig->leap, 0, &frame); /* meanwhile, from another thread */
		if (i % 10 == 0)
			usleep(1000);
	}
	for (until_ms = now_ms() + SOON_MS;
	     atomic_load(&called.frames) < 200 && now_ms() < until_ms;)
		usleep(1000);
	leap_stop(rig->leap);
	assert_int_equal(atomic_load(&called.frames), 200);
	assert_true(atomic_load(&called.others) > 0);
	publish(rig, 1);
	usleep(20000);
	assert_int_equal(atomic_load(&called.frames), 200);
	assert_int_equal(leap_poll(rig->leap, SOON_MS, &event), 1); /* ours again */
}

static void the_service_clock_is_that_of_frames(void **state)
{
	struct rig *rig = *state;
	struct timespec now;
	int64_t local, remote, us;

	connect_with(rig, 0);
	assert_int_equal(leap_now(rig->leap, &local), 0);
	clock_gettime(CLOCK_MONOTONIC, &now); /* the door's epoch is its zero */
	us = now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
	assert_in_range(us - local, 0, 100000);
	leap_close(rig->leap);
	connect_with(rig, LEAP_TCP_ONLY);
	assert_int_equal(leap_now(rig->leap, &remote), 0);
	assert_in_range(remote - local, 0, 5000000);
}

static void clients_are_listed(void **state)
{
	struct rig *rig = *state;
	struct leap_connection *other = open_with(rig, LEAP_TCP_ONLY);
	struct leap_event event;
	int clients = 0, request;

	expect(other, LEAP_EVENT_CONNECTED);
	connect_with(rig, 0);
	request = leap_get_clients(rig->leap);
	do {
		assert_int_equal(leap_poll(rig->leap, SOON_MS, &event), 1);
		if (event.type != LEAP_EVENT_CLIENT)
			continue;
		clients++;
		assert_string_equal(event.u.client.name, "the test");
		assert_int_equal(event.u.client.pid, getpid());
	} while (event.type != LEAP_EVENT_RESULT || event.request != (uint32_t)request);
	assert_int_equal(clients, 2);
	assert_int_equal(answer_of(rig, leap_get_status(rig->leap), LEAP_EVENT_STATUS),
			 0);
	leap_close(other);
}

static void many_readers_see_the_same(void **state)
{
	enum { READERS = 40 };
	struct rig *rig = *state;
	struct leap_connection *leap[READERS];

	for (int i = 0; i < READERS; i++) {
		leap[i] = open_with(rig, ways[i % 3].flags);
		expect(leap[i], LEAP_EVENT_CONNECTED);
		settle(leap[i]);
	}
	for (int n = 0; n < 20; n++) {
		publish(rig, 1);
		for (int i = 0; i < READERS; i++)
			assert_int_equal(
				expect(leap[i], LEAP_EVENT_FRAME).u.tracking.frame->id,
				rig->id);
	}
	for (int i = 0; i < READERS; i++)
		leap_close(leap[i]);
}

static void on_alarm(int signal)
{
	(void)signal;
}

static void a_signal_ends_the_waiting(void **state)
{
	struct sigaction told = { .sa_handler = on_alarm }, before;
	struct itimerval soon = { .it_value = { 0, 50000 } };
	struct rig *rig = *state;
	struct leap_event event;
	int r;

	connect_with(rig, 0);
	sigaction(SIGALRM, &told, &before);
	setitimer(ITIMER_REAL, &soon, NULL);
	do
		r = leap_poll(rig->leap, SOON_MS, &event);
	while (r == 1);
	assert_int_equal(r, -EINTR);
	sigaction(SIGALRM, &before, NULL);
}

static void wrong_options_are_refused(void **state)
{
	struct leap_options options = { .size = 1 };
	struct leap_connection *leap;

	(void)state;
	assert_int_equal(leap_open(&options, &leap), -EINVAL);
	options = (struct leap_options){ .size = sizeof(options), .flags = 1U << 31 };
	assert_int_equal(leap_open(&options, &leap), -EINVAL);
}

static void pictures_come_from_shared_memory(void **state)
{
	static const uint8_t calibration[156] = "calibration";
	struct rig *rig = *state;
	struct leap_image image;
	uint64_t sequence = 0;

	door_offer_images(rig->door, calibration);
	connect_with(rig, 0);
	assert_int_equal(leap_image_newest(rig->leap, &image), -EACCES);
	leap_set_policy(rig->leap, LEAP_POLICY_IMAGES, 0);
	assert_true(expect(rig->leap, LEAP_EVENT_IMAGES).u.images.available);
	assert_int_equal(leap_image_newest(rig->leap, &image), -EAGAIN);
	assert_memory_equal(leap_calibration_block(rig->leap), calibration, 156);
	assert_true(leap_images_fd(rig->leap) >= 0);
	for (int i = 0; i < 30; i++) {
		door_put_image(rig->door, ++sequence);
		publish(rig, 1); /* wakes, as the frame of the picture does in leapd */
		expect(rig->leap, LEAP_EVENT_IMAGE);
		assert_int_equal(leap_image_newest(rig->leap, &image), 0);
		assert_int_equal(image.width, 640);
		assert_int_equal(image.height, 240);
		assert_int_equal(image.time_ns, sequence * 1000);
		assert_int_equal(image.exposure_us, 100);
		assert_int_equal(image.pixels[0], sequence & 0xff);
		assert_int_equal(image.pixels[640 * 240 * 2 - 1], sequence & 0xff);
		assert_true(leap_image_is_intact(rig->leap, &image));
	}
	for (int i = 0; i < 20; i++)
		door_put_image(rig->door, ++sequence);
	assert_false(leap_image_is_intact(rig->leap, &image));
	/* taken back by the user */
	door_set(rig->door, "images_mode", "0");
	assert_false(expect(rig->leap, LEAP_EVENT_IMAGES).u.images.available);
	assert_int_equal(leap_image_newest(rig->leap, &image), -EACCES);
	door_set(rig->door, "images_mode", "2");
	assert_true(expect(rig->leap, LEAP_EVENT_IMAGES).u.images.available);
	/* unplugged */
	door_withdraw_images(rig->door);
	door_publish_device(rig->door, "LP00000000001", false, false);
	assert_false(expect(rig->leap, LEAP_EVENT_IMAGES).u.images.available);
	assert_int_equal(leap_image_newest(rig->leap, &image), -ENOENT);
}

#define scenario(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario(frames_come_over_each_transport),
		scenario(who_was_away_gets_the_newest_frame_and_a_count),
		scenario(history_keeps_the_last_sixty_frames),
		scenario(devices_are_told_as_they_come_and_go),
		scenario(a_device_that_is_back_at_once_was_gone),
		scenario(a_new_client_is_told_of_devices_and_settings),
		scenario(settings_are_set_with_permission_and_told_to_others),
		scenario(gestures_are_set_by_whoever_comes),
		scenario(pausing_needs_the_policy),
		scenario(policies_are_granted_as_the_user_allows),
		scenario(orientations_end_one_another),
		scenario(who_never_speaks_of_focus_always_gets_frames),
		scenario(who_does_shares_the_one_focus_with_all_doors),
		scenario(reconnects_when_leapd_comes_back_and_repeats_its_wishes),
		scenario(waits_for_a_leapd_that_is_not_there_yet),
		scenario(starts_and_stops_of_gestures_are_never_lost),
		scenario(a_gesture_that_ends_unseen_is_ended),
		scenario(a_gesture_ends_where_the_frames_do),
		scenario(the_descriptor_is_readable_when_there_is_something_to_do),
		scenario(nothing_wakes_a_program_to_which_nothing_happens),
		scenario(a_program_that_never_waits_still_sees_everything),
		scenario(the_librarys_thread_calls_back),
		scenario(the_service_clock_is_that_of_frames),
		scenario(clients_are_listed),
		scenario(many_readers_see_the_same),
		scenario(pictures_come_from_shared_memory),
		scenario(a_signal_ends_the_waiting),
		cmocka_unit_test(wrong_options_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
