// SPDX-License-Identifier: MIT
/*
 * The library behind a socket whose other end is the test, which says what leapd does not
 * say as a rule, and as much of it as it likes. One thread plays both sides.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/leap.h"
#include "lib/native_protocol.h"

#define SOON_MS 2000
#define BACKLOG_MOST 130 /* twice what is taken at once, and to spare */

struct stage {
	char folder[64];
	struct sockaddr_un address;
	int listener;
	int peer; /* leapd's end */
	struct leap_connection *leap;
};

static int set_up(void **arg)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	assert_non_null(stage);
	strcpy(stage->folder, "/tmp/leap-test-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	stage->address.sun_family = AF_UNIX;
	snprintf(stage->address.sun_path, sizeof(stage->address.sun_path), "%s/native",
		 stage->folder);
	stage->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(stage->listener, (struct sockaddr *)&stage->address,
			      sizeof(stage->address)),
			 0);
	assert_int_equal(listen(stage->listener, 1), 0);
	*arg = stage;
	return 0;
}

static int tear_down(void **arg)
{
	struct stage *stage = *arg;

	leap_close(stage->leap);
	close(stage->peer);
	close(stage->listener);
	unlink(stage->address.sun_path);
	rmdir(stage->folder);
	free(stage);
	return 0;
}

static void say(struct stage *stage, void *message, size_t size, uint16_t type)
{
	struct leap_wire_header *header = message;

	header->type = type;
	header->size = (uint32_t)size;
	assert_int_equal(send(stage->peer, message, size, MSG_NOSIGNAL), size);
}

static struct leap_event expect(struct stage *stage, uint32_t type)
{
	struct leap_event event;

	assert_int_equal(leap_poll(stage->leap, SOON_MS, &event), 1);
	assert_int_equal(event.type, type);
	return event;
}

static void welcome(struct stage *stage)
{
	struct leap_wire_welcome welcome = { .magic = LEAP_WIRE_MAGIC,
					     .version = LEAP_WIRE_VERSION };
	struct leap_options options = { .size = sizeof(options),
					.flags = LEAP_LOCAL_ONLY,
					.socket = stage->address.sun_path };
	struct leap_wire_hello hello;

	assert_int_equal(leap_open(&options, &stage->leap), 0);
	stage->peer = accept(stage->listener, NULL, NULL);
	assert_int_equal(recv(stage->peer, &hello, sizeof(hello), 0), sizeof(hello));
	welcome.header.request = hello.header.request;
	say(stage, &welcome, sizeof(welcome), LEAP_WIRE_WELCOME);
	expect(stage, LEAP_EVENT_CONNECTED);
}

/* Of a clock nobody is told anything; of a policy, each time. */
static void an_event_behind_any_backlog_is_delivered(void **arg)
{
	struct stage *stage = *arg;

	welcome(stage);
	for (int backlog = 0; backlog <= BACKLOG_MOST; backlog++) {
		struct leap_wire_policy policy = { .granted = (uint32_t)backlog };
		struct leap_wire_clock clock = { .clock_us = 1 };

		for (int i = 0; i < backlog; i++)
			say(stage, &clock, sizeof(clock), LEAP_WIRE_CLOCK);
		say(stage, &policy, sizeof(policy), LEAP_WIRE_POLICY);
		assert_int_equal(expect(stage, LEAP_EVENT_POLICY).u.policy.granted,
				 backlog);
	}
}

static void say_policy(struct stage *stage, bool receives)
{
	struct leap_wire_policy policy = { .flags = receives ? LEAP_WIRE_RECEIVING
							     : 0 };

	say(stage, &policy, sizeof(policy), LEAP_WIRE_POLICY);
	expect(stage, LEAP_EVENT_POLICY);
}

static struct leap_wire_gesture circle(int32_t id, uint32_t phase)
{
	return (struct leap_wire_gesture){ .id = id,
					   .type = LEAP_WIRE_CIRCLE,
					   .state = phase };
}

/* A frame without hands. @phase: of its gesture; 0: it has none */
static void say_frame(struct stage *stage, int64_t id, int32_t gesture, uint32_t phase)
{
	struct {
		struct leap_wire_header header;
		struct leap_wire_frame frame;
		struct leap_wire_gesture gesture;
	} said = {
		.frame = { .id = id,
			   .frame_size = sizeof(said.frame),
			   .gesture_size = sizeof(said.gesture),
			   .gesture_count = phase != 0 },
		.gesture = circle(gesture, phase),
	};

	say(stage, &said, sizeof(said), LEAP_WIRE_FRAME);
}

static void say_passed_over(struct stage *stage, int32_t gesture, uint32_t phase)
{
	struct {
		struct leap_wire_gestures head;
		struct leap_wire_gesture gesture;
	} said = {
		.head = { .count = 1, .gesture_size = sizeof(said.gesture) },
		.gesture = circle(gesture, phase),
	};

	say(stage, &said, sizeof(said), LEAP_WIRE_GESTURES);
}

static void expect_phase(struct stage *stage, int32_t id, uint32_t phase)
{
	struct leap_event event = expect(stage, LEAP_EVENT_GESTURES);

	assert_int_equal(event.u.gestures.count, 1);
	assert_int_equal(event.u.gestures.gesture[0].id, id);
	assert_int_equal(event.u.gestures.gesture[0].phase, phase);
}

static void a_gesture_that_is_gone_behind_a_gap_has_ended(void **arg)
{
	struct stage *stage = *arg;

	welcome(stage);
	say_policy(stage, true);
	say_frame(stage, 1, 7, LEAP_PHASE_START);
	expect_phase(stage, 7, LEAP_PHASE_START);
	expect(stage, LEAP_EVENT_FRAME);
	say_frame(stage, 300, 0, 0); /* more than leapd itself has seen of */
	expect_phase(stage, 7, LEAP_PHASE_STOP);
	assert_int_equal(expect(stage, LEAP_EVENT_FRAME).u.tracking.skipped, 298);
}

static void who_is_to_have_no_frames_is_told_of_no_gestures(void **arg)
{
	struct stage *stage = *arg;

	welcome(stage);
	say_policy(stage, true);
	say_frame(stage, 1, 7, LEAP_PHASE_START);
	expect_phase(stage, 7, LEAP_PHASE_START);
	expect(stage, LEAP_EVENT_FRAME);
	say_policy(stage, false);
	expect_phase(stage, 7, LEAP_PHASE_STOP);
	say_passed_over(stage, 8, LEAP_PHASE_START);
	say_policy(stage, true); /* the next that it hears of */
	say_frame(stage, 9, 0, 0);
	expect(stage, LEAP_EVENT_FRAME);
}

#define scenario(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario(an_event_behind_any_backlog_is_delivered),
		scenario(a_gesture_that_is_gone_behind_a_gap_has_ended),
		scenario(who_is_to_have_no_frames_is_told_of_no_gestures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
