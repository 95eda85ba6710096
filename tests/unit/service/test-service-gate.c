// SPDX-License-Identifier: MIT
/*
 * Who is let in, to which protocol, and who is shown out again.
 * Real sockets; the test's thread is the writer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "tests/unit/service/served.h"

static void the_path_chooses_the_version(void **arg)
{
	static const struct {
		const char *path, *header;
	} expected[] = {
		{ "/", "{\"version\":1}" },
		{ "/v2.json", "{\"version\":2}" },
		{ "/v3.json?x=1", "{\"version\":3}" },
		{ "/v4.json", "{\"version\":4}" },
		{ "/v5.json", "\"version\":5}" },
		{ "/v6.json", "{\"serviceVersion\":\"" LEAP_VERSION },
		{ "/v7.json", "\"version\":6}" },
	};
	struct fixture *fixture = *arg;
	size_t i;

	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct ws_client *client = new_client();

		assert_int_equal(ws_open(client, fixture->port, expected[i].path), 101);
		hears(client, expected[i].header);
		end_client(client);
	}
}

static void a_version_that_is_none_is_closed_with_1001(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = new_client();

	assert_int_equal(ws_open(client, fixture->port, "/v0.json"), 101);
	is_closed_with(client, 1001);
	end_client(client);
}

static void the_gate_lets_in_only_upgrades_from_here(void **arg)
{
	struct fixture *fixture = *arg;

	assert_int_equal(
		status_of(fixture, UPGRADE("GET", "/v6.json", "localhost", "13")), 101);
	assert_int_equal(
		status_of(fixture, UPGRADE("GET", "/v6.json", "[::1]:1", "13")), 101);
	assert_int_equal(status_of(fixture, UPGRADE("GET", "/v6.json",
						    "evil.example:6437", "13")),
			 403);
	assert_int_equal(
		status_of(fixture, UPGRADE("GET", "/v6.json", "127.0.0.1", "8")), 426);
	assert_int_equal(
		status_of(fixture, UPGRADE("POST", "/v6.json", "127.0.0.1", "13")),
		405);
	assert_int_equal(
		status_of(fixture, UPGRADE("GET", "/v6.html", "127.0.0.1", "13")), 404);
}

static void an_old_protocol_is_told_the_new_ones_number(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = new_client();

	ws_connect(client, AF_INET, fixture->port);
	assert_int_equal(ws_request(client, UPGRADE("GET", "/", "127.0.0.1", "8")),
			 426);
	assert_non_null(strcasestr(client->head, "sec-websocket-version: 13"));
	end_client(client);
}

static void a_browser_gets_a_page(void **arg)
{
	struct fixture *fixture = *arg;

	assert_int_equal(
		status_of(fixture, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), 200);
	assert_int_equal(
		status_of(fixture, "GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), 404);
	assert_int_equal(
		status_of(fixture, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
		403);
	assert_int_equal(status_of(fixture, "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
					    "Content-Length: 0\r\n\r\n"),
			 405);
}

static void messages_may_come_with_the_request(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = new_client();

	ws_connect(client, AF_INET, fixture->port);
	assert_int_equal(ws_request(client, UPGRADE("GET", "/v6.json", "127.0.0.1",
						    "13") "\x89\x81" /* a ping */
							  "mmmm"
							  "n"),
			 101);
	hears_of(client, WS_PONG);
	end_client(client);
}

static void a_request_has_to_come_in_time(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *silent = new_client(), *slow = new_client();
	struct ws_frame frame;

	ws_connect(silent, AF_INET, fixture->port);
	ws_connect(slow, AF_INET, fixture->port);
	assert_int_equal(ws_request(slow, "GET / HTTP/1.1\r\n"), 408);
	assert_int_equal(ws_next(silent, SOON_MS, &frame), -1);
	end_client(silent);
	end_client(slow);
}

static void a_version_switched_off_is_closed_with_1001(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *five = connected(fixture, "/v5.json");
	struct ws_client *six = connected(fixture, "/v6.json");

	set(fixture, "websockets_versions", "1-5");
	is_closed_with(six, 1001); /* live, too */
	end_client(six);
	six = new_client();
	assert_int_equal(ws_open(six, fixture->port, "/v6.json"), 101);
	is_closed_with(six, 1001); /* and before any message */
	end_client(six);
	publish(fixture);
	hears(five, "\"id\":1,");
	end_client(five);
}

static void a_page_that_is_denied_goes_at_once_and_the_others_stay(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *page = page_of(fixture, "Origin: https://ads.example\r\n");
	struct ws_client *other = page_of(fixture, "Origin: https://art.example\r\n");
	struct ws_client *program = connected(fixture, "/v6.json");

	set(fixture, "websockets_denied_origins", "https://ads.example");
	is_closed_with(page, 1008);
	assert_int_equal(status_of_page(fixture, "Origin: https://ads.example\r\n"),
			 403);
	assert_int_equal(status_of_page(fixture, "Origin: https://art.example\r\n"),
			 101);
	set(fixture, "websockets_origins", "none");
	is_closed_with(other, 1008);
	publish(fixture);
	hears(program, "\"id\":1,");
	end_client(page);
	end_client(other);
	end_client(program);
}

static void one_origin_cannot_take_every_place(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *a, *b;

	set(fixture, "websockets_clients_per_origin", "2");
	a = page_of(fixture, "Origin: https://a.example\r\n");
	b = page_of(fixture, "Origin: https://A.example\r\n");
	assert_int_equal(status_of_page(fixture, "Origin: https://a.example\r\n"), 503);
	assert_int_equal(status_of_page(fixture, "Origin: https://b.example\r\n"), 101);
	end_client(connected(fixture, "/v6.json"));
	end_client(a);
	end_client(b);
	waits_for_clients(fixture, 0);
	end_client(page_of(fixture, "Origin: https://a.example\r\n"));
}

static void there_is_an_end_to_clients_and_to_those_who_say_nothing(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *first, *silent[100];
	int i;

	set(fixture, "websockets_clients", "1");
	for (i = 0; i < 100; i++) {
		silent[i] = new_client();
		ws_connect(silent[i], AF_INET, fixture->port);
	}
	first = connected(fixture, "/v6.json"); /* in spite of them */
	assert_int_equal(status_of_page(fixture, ""), 503);
	for (i = 0; i < 100; i++)
		end_client(silent[i]);
	end_client(first);
	waits_for_clients(fixture, 0);
	end_client(connected(fixture, "/v6.json"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_path_chooses_the_version),
		test(a_version_that_is_none_is_closed_with_1001),
		test(the_gate_lets_in_only_upgrades_from_here),
		test(an_old_protocol_is_told_the_new_ones_number),
		test(a_browser_gets_a_page),
		test(messages_may_come_with_the_request),
		impatient_test(a_request_has_to_come_in_time),
		test(a_version_switched_off_is_closed_with_1001),
		test(a_page_that_is_denied_goes_at_once_and_the_others_stay),
		test(one_origin_cannot_take_every_place),
		test(there_is_an_end_to_clients_and_to_those_who_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
