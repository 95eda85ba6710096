// SPDX-License-Identifier: MIT
/*
 * The library behind a socket whose other end is the test: as much as it likes waits
 * there before the program looks. One thread plays both sides.
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_event_behind_any_backlog_is_delivered, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
