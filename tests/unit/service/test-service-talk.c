// SPDX-License-Identifier: MIT
/*
 * What clients are told, and what they may say.
 * Real sockets; the test's thread is the writer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/service/served.h"

static void a_client_is_told_version_devices_and_frames(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client;

	plug(fixture, true);
	client = connected(fixture, "/v6.json");
	hears(client, "\"attached\":true");
	says(fixture, client, "{\"focused\":true}");
	publish(fixture);
	hears(client, "\"hands\":[]");
	publish(fixture);
	hears(client, "\"id\":2,");
	plug(fixture, false);
	hears(client,
	      "\"attached\":false,\"id\":\"LP00000000001\",\"streaming\":false");
	hears_nothing(client);
	end_client(client);
}

static void the_focus_decides_between_clients(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *a = connected(fixture, "/v6.json");
	struct ws_client *b = connected(fixture, "/v6.json");

	says(fixture, a, "{\"focused\": true}");
	says(fixture, b, "{\"focused\":false}");
	publish(fixture);
	hears(a, "\"id\":1,");
	hears_nothing(b);
	says(fixture, b, "{\"focused\":true}");
	publish(fixture);
	hears(b, "\"id\":2,");
	hears_nothing(a);
	end_client(b);
	end_client(a);
}

static void gestures_are_a_client_of_its_own_wish(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *with = connected(fixture, "/v6.json");
	struct ws_client *without = connected(fixture, "/v6.json");

	says(fixture, with, "{\"enableGestures\":true,\"background\":true}");
	says(fixture, without, "{\"background\":true}");
	fixture->frame.gesture_count = 1;
	fixture->frame.gesture[0].id = 77;
	fixture->frame.gesture[0].type = LEAP_GESTURE_KEY_TAP;
	fixture->frame.gesture[0].state = LEAP_GESTURE_STOP;
	publish(fixture);
	hears(with, "\"id\":77");
	assert_null(strstr(heard(without), "gestures"));
	end_client(with);
	end_client(without);
}

static void what_real_clients_send_costs_nobody_the_connection(void **arg)
{
	static const char *const texts[] = {
		"{\"focused\": true}",
		" {\"background\" : true} ",
		"{\"enableGestures\":true,\"background\":true}",
		"{\"heartbeat\":true}",
		"{\"optimizeHMD\":false}",
		"\"{enableGestures: true}\"",
		"{enableGestures: true}",
		"[]",
		"null",
		"1",
		"{\"focused\":1}",
		"hello",
		"",
	};
	struct fixture *fixture = *arg;
	struct ws_client *client = connected(fixture, "/v6.json");
	struct leap_service_stats stats;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ws_say(client, texts[i]);
	ws_send(client, WS_BINARY, true, "{\"background\": true}", 20);
	ws_send(client, WS_TEXT, false, "{\"focu", 6);
	ws_send(client, WS_PING, true, "p", 1);
	ws_send(client, WS_CONTINUATION, true, "sed\":true}", 10);
	for (i = 0; i < SOON_MS; i++) {
		leap_service_stats(fixture->service, &stats);
		if (stats.messages_in >= 14)
			break;
		usleep(1000);
	}
	assert_true(stats.messages_bad >= 2);
	publish(fixture);
	for (;;) {
		struct ws_frame frame;

		assert_int_equal(ws_next(client, SOON_MS, &frame), 1);
		if (frame.opcode == WS_PONG)
			continue;
		assert_int_equal(frame.opcode, WS_TEXT);
		break;
	}
	end_client(client);
}

static void deflate_is_spoken_when_configured(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = new_client();
	struct ws_frame frame;

	set(fixture, "websockets_deflate", "true");
	assert_int_equal(upgrade_with(fixture, client, "/v1.json",
				      "Sec-WebSocket-Extensions: permessage-deflate; "
				      "client_max_window_bits\r\n"),
			 101);
	assert_non_null(strcasestr(client->head, "permessage-deflate"));
	hears(client, "{\"version\":1}"); /* what is small is not compressed */
	publish(fixture);
	assert_int_equal(ws_next(client, SOON_MS, &frame), 1);
	assert_true(frame.compressed);
	assert_true(frame.size < 300);
	end_client(client);
}

static void the_end_is_told_with_1001(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *a = connected(fixture, "/v6.json");
	struct ws_client *b = connected(fixture, "/v1.json");

	leap_service_stop(fixture->service);
	fixture->service = NULL;
	is_closed_with(a, 1001);
	is_closed_with(b, 1001);
	end_client(a);
	end_client(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_client_is_told_version_devices_and_frames),
		test(the_focus_decides_between_clients),
		test(gestures_are_a_client_of_its_own_wish),
		test(what_real_clients_send_costs_nobody_the_connection),
		test(deflate_is_spoken_when_configured),
		test(the_end_is_told_with_1001),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
