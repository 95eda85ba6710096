// SPDX-License-Identifier: MIT
/*
 * What the service tells those who run it unattended.
 * Real sockets; the test's thread is the writer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/service/served.h"

static char *answer_of(struct fixture *fixture, const char *path)
{
	struct ws_client *client = new_client();
	char request[256], *body;

	ws_connect(client, AF_INET, fixture->port);
	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		 path);
	assert_int_equal(ws_request(client, request), 200);
	body = ws_rest(client, SOON_MS);
	end_client(client);
	return body;
}

static void says_in(const char *body, const char *part)
{
	assert_non_null(body);
	if (body && !strstr(body, part))
		fail_msg("\"%s\" is not in %.2000s", part, body);
}

static void it_tells_how_it_is(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = connected(fixture, "/v6.json");
	char *body;

	plug(fixture, true);
	hears(client, "deviceEvent");
	says(fixture, client, "{\"focused\":true}");
	publish(fixture);
	hears(client, "\"id\":1,");
	body = answer_of(fixture, "/healthz");
	says_in(body, "\"attached\":1,\"clients\":1,");
	says_in(body, "\"status\":\"ok\",\"streaming\":1");
	free(body);
	body = answer_of(fixture, "/metrics");
	says_in(body, "\nleapd_frames_total 1\n");
	says_in(body, "\nleapd_frames_sent_total{protocol=\"6\",role=\"focused\"} 1\n");
	says_in(body, "\nleapd_clients{protocol=\"6\"} 1\n");
	says_in(body, "\nleapd_frame_latency_seconds_bucket{le=\"+Inf\"} ");
	free(body);
	end_client(client);
}

static int64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void it_knows_that_leapd_hangs(void **arg)
{
	struct fixture *fixture = *arg;

	plug(fixture, true);
	fixture->frame.ready_ns = clock_ns() - 10000 * MS_NS;
	publish(fixture);
	assert_int_equal(
		status_of(fixture, "GET /healthz HTTP/1.1\r\nHost: [::1]\r\n\r\n"),
		503);
	fixture->frame.ready_ns = clock_ns();
	publish(fixture);
	assert_int_equal(
		status_of(fixture, "GET /healthz HTTP/1.1\r\nHost: [::1]\r\n\r\n"),
		200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(it_tells_how_it_is),
		test(it_knows_that_leapd_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
