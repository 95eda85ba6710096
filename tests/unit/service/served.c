// SPDX-License-Identifier: MIT
/*
 * A service on a free port, and the sentences about its clients that tests are made of.
 * The test's thread is the writer; the service has a thread of its own.
 */
#include "tests/unit/service/served.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define NEVER_MS 300

void start(struct fixture *fixture)
{
	char *error = NULL;

	assert_int_equal(
		leap_service_start(fixture->policy, fixture->state,
				   fixture->timing.ping_ns ? &fixture->timing : NULL,
				   &fixture->service, &error),
		0);
	fixture->port = leap_service_port(fixture->service);
}

struct leap_policy *new_policy(unsigned int port)
{
	struct leap_policy *policy;
	struct leap_config config;

	assert_int_equal(leap_config_init(&config), 0);
	config.ws_port = port;
	assert_int_equal(leap_policy_new(&config, &policy), 0);
	leap_config_done(&config);
	return policy;
}

int set_up(void **arg)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	leap_state_reader_begin();
	fixture->policy = new_policy(0);
	assert_int_equal(leap_state_new(&fixture->state), 0);
	start(fixture);
	*arg = fixture;
	return 0;
}

/* Patience for a test: 500 ms for a request, a ping after 400 ms, the end after 2 s. */
int set_up_impatient(void **arg)
{
	struct fixture *fixture;

	set_up(arg);
	fixture = *arg;
	leap_service_stop(fixture->service);
	fixture->timing =
		(struct leap_service_timing){ 500 * MS_NS, 400 * MS_NS, 2000 * MS_NS };
	start(fixture);
	return 0;
}

void set(struct fixture *fixture, const char *key, const char *value)
{
	char *error = NULL;

	assert_int_equal(leap_policy_set(fixture->policy, key, value, &error), 0);
}

int tear_down(void **arg)
{
	struct fixture *fixture = *arg;

	if (fixture->service)
		leap_service_stop(fixture->service);
	leap_state_free(fixture->state);
	leap_policy_free(fixture->policy);
	leap_state_reader_end();
	free(fixture);
	return 0;
}

struct ws_client *new_client(void)
{
	struct ws_client *client = malloc(sizeof(*client));

	assert_non_null(client);
	return client;
}

void end_client(struct ws_client *client)
{
	ws_close(client);
	free(client);
}

void publish(struct fixture *fixture)
{
	fixture->frame.id++;
	while (leap_state_publish_frame(fixture->state, &fixture->frame))
		usleep(1000);
}

void plug(struct fixture *fixture, bool attached)
{
	struct leap_device_state device = { "LP00000000001", "peripheral", attached,
					    attached };

	assert_int_equal(leap_state_publish_device(fixture->state, &device), 0);
}

/* The next text message; fails when there is none. */
const char *heard(struct ws_client *client)
{
	struct ws_frame frame;
	int r;

	do
		r = ws_next(client, SOON_MS, &frame);
	while (r == 1 && frame.opcode == WS_PING);
	assert_int_equal(r, 1);
	assert_int_equal(frame.opcode, WS_TEXT);
	return frame.payload;
}

void hears(struct ws_client *client, const char *part)
{
	const char *text = heard(client);

	if (!strstr(text, part))
		fail_msg("\"%s\" is not in %.200s", part, text);
}

/* A frame of that kind, whatever comes before it. */
void hears_of(struct ws_client *client, enum ws_opcode opcode)
{
	struct ws_frame frame;

	do
		assert_int_equal(ws_next(client, SOON_MS, &frame), 1);
	while (frame.opcode != opcode);
}

void hears_nothing(struct ws_client *client)
{
	struct ws_frame frame;

	assert_int_equal(ws_next(client, NEVER_MS, &frame), 0);
}

void is_closed_with(struct ws_client *client, int code)
{
	struct ws_frame frame;
	int r;

	do
		r = ws_next(client, SOON_MS, &frame);
	while (r == 1 && frame.opcode != WS_CLOSE);
	assert_int_equal(r, 1);
	assert_int_equal(frame.close_code, code);
}

struct ws_client *connected(struct fixture *fixture, const char *path)
{
	struct ws_client *client = new_client();

	assert_int_equal(ws_open(client, fixture->port, path), 101);
	hears(client, "\"version\":");
	return client;
}

/* Waits until the service has dealt with what was said: it counts messages. */
void says(struct fixture *fixture, struct ws_client *client, const char *text)
{
	struct leap_service_stats before, after;
	int tries;

	leap_service_stats(fixture->service, &before);
	ws_say(client, text);
	for (tries = 0; tries < SOON_MS; tries++) {
		leap_service_stats(fixture->service, &after);
		if (after.messages_in > before.messages_in)
			return;
		usleep(1000);
	}
	fail_msg("%s was not heard", text);
}

/* An upgrade with a header more, "Name: value\r\n". */
int upgrade_with(struct fixture *fixture, struct ws_client *client, const char *path,
		 const char *header)
{
	char request[1024];

	ws_connect(client, AF_INET, fixture->port);
	snprintf(request, sizeof(request),
		 "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n%s"
		 "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		 path, header);
	return ws_request(client, request);
}

struct ws_client *page_of(struct fixture *fixture, const char *origin_header)
{
	struct ws_client *client = new_client();

	assert_int_equal(upgrade_with(fixture, client, "/v6.json", origin_header), 101);
	hears(client, "\"version\":6");
	return client;
}

int status_of_page(struct fixture *fixture, const char *origin_header)
{
	struct ws_client *client = new_client();
	int status = upgrade_with(fixture, client, "/v6.json", origin_header);

	end_client(client);
	return status;
}

void waits_for_clients(struct fixture *fixture, unsigned int count)
{
	struct leap_service_stats stats;
	int i;

	for (i = 0; i < SOON_MS; i++) {
		leap_service_stats(fixture->service, &stats);
		if (stats.clients == count)
			return;
		usleep(1000);
	}
	fail_msg("%u clients instead of %u", stats.clients, count);
}

int status_of(struct fixture *fixture, const char *request)
{
	struct ws_client *client = new_client();
	int status;

	ws_connect(client, AF_INET, fixture->port);
	status = ws_request(client, request);
	end_client(client);
	return status;
}
