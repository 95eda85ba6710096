// SPDX-License-Identifier: MIT
/*
 * The service behind real sockets on a free port, with frames made here.
 * The test's thread is the writer; the service has a thread of its own.
 */
#include "daemon/service/service.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/service/ws_client.h"

#define SOON_MS 5000
#define NEVER_MS 300
#define READERS 8

#define MS_NS INT64_C(1000000)

struct fixture {
	struct leap_service_timing timing; /* all zero: the usual */
	struct leap_policy *policy;
	struct leap_state *state;
	struct leap_service *service;
	struct leap_frame frame;
	unsigned int port;
};

static void start(struct fixture *fixture)
{
	char *error = NULL;

	assert_int_equal(
		leap_service_start(fixture->policy, fixture->state,
				   fixture->timing.ping_ns ? &fixture->timing : NULL,
				   &fixture->service, &error),
		0);
	fixture->port = leap_service_port(fixture->service);
}

static struct leap_policy *new_policy(unsigned int port)
{
	struct leap_policy *policy;
	struct leap_config config;

	assert_int_equal(leap_config_init(&config), 0);
	config.ws_port = port;
	assert_int_equal(leap_policy_new(&config, &policy), 0);
	leap_config_done(&config);
	return policy;
}

static int set_up(void **arg)
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
static int set_up_impatient(void **arg)
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

static void set(struct fixture *fixture, const char *key, const char *value)
{
	char *error = NULL;

	assert_int_equal(leap_policy_set(fixture->policy, key, value, &error), 0);
}

static int tear_down(void **arg)
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

static struct ws_client *new_client(void)
{
	struct ws_client *client = malloc(sizeof(*client));

	assert_non_null(client);
	return client;
}

static void end_client(struct ws_client *client)
{
	ws_close(client);
	free(client);
}

static void publish(struct fixture *fixture)
{
	fixture->frame.id++;
	while (leap_state_publish_frame(fixture->state, &fixture->frame))
		usleep(1000);
}

static void plug(struct fixture *fixture, bool attached)
{
	struct leap_device_state device = { "LP00000000001", "peripheral", attached,
					    attached };

	assert_int_equal(leap_state_publish_device(fixture->state, &device), 0);
}

/* The next text message; fails when there is none. */
static const char *heard(struct ws_client *client)
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

static void hears(struct ws_client *client, const char *part)
{
	const char *text = heard(client);

	if (!strstr(text, part))
		fail_msg("\"%s\" is not in %.200s", part, text);
}

/* A frame of that kind, whatever comes before it. */
static void hears_of(struct ws_client *client, enum ws_opcode opcode)
{
	struct ws_frame frame;

	do
		assert_int_equal(ws_next(client, SOON_MS, &frame), 1);
	while (frame.opcode != opcode);
}

static void hears_nothing(struct ws_client *client)
{
	struct ws_frame frame;

	assert_int_equal(ws_next(client, NEVER_MS, &frame), 0);
}

static void is_closed_with(struct ws_client *client, int code)
{
	struct ws_frame frame;
	int r;

	do
		r = ws_next(client, SOON_MS, &frame);
	while (r == 1 && frame.opcode != WS_CLOSE);
	assert_int_equal(r, 1);
	assert_int_equal(frame.close_code, code);
}

static struct ws_client *connected(struct fixture *fixture, const char *path)
{
	struct ws_client *client = new_client();

	assert_int_equal(ws_open(client, fixture->port, path), 101);
	hears(client, "\"version\":");
	return client;
}

/* Waits until the service has dealt with what was said: it counts messages. */
static void says(struct fixture *fixture, struct ws_client *client, const char *text)
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

/* An upgrade with a header more, "Name: value\r\n". */
static int upgrade_with(struct fixture *fixture, struct ws_client *client,
			const char *path, const char *header)
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

static struct ws_client *page_of(struct fixture *fixture, const char *origin_header)
{
	struct ws_client *client = new_client();

	assert_int_equal(upgrade_with(fixture, client, "/v6.json", origin_header), 101);
	hears(client, "\"version\":6");
	return client;
}

static int status_of_page(struct fixture *fixture, const char *origin_header)
{
	struct ws_client *client = new_client();
	int status = upgrade_with(fixture, client, "/v6.json", origin_header);

	end_client(client);
	return status;
}

static void waits_for_clients(struct fixture *fixture, unsigned int count)
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

static int status_of(struct fixture *fixture, const char *request)
{
	struct ws_client *client = new_client();
	int status;

	ws_connect(client, AF_INET, fixture->port);
	status = ws_request(client, request);
	end_client(client);
	return status;
}

#define UPGRADE(method, path, host, version)                       \
	method " " path " HTTP/1.1\r\nHost: " host                 \
	       "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"   \
	       "Sec-WebSocket-Version: " version "\r\n\r\n"

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

static void it_listens_on_ipv6_loopback(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = new_client();
	int probe = socket(AF_INET6, SOCK_STREAM, 0);
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };

	address.sin6_addr = in6addr_loopback;
	if (probe < 0 || bind(probe, (struct sockaddr *)&address, sizeof(address))) {
		free(client);
		if (probe >= 0)
			close(probe);
		skip();
	}
	close(probe);
	ws_connect(client, AF_INET6, fixture->port);
	assert_int_equal(ws_request(client, UPGRADE("GET", "/v6.json", "[::1]", "13")),
			 101);
	hears(client, "\"version\":6");
	end_client(client);
}

/* Counts listening TCP sockets of this process, and those not on loopback. */
static void count_listeners(unsigned int *ret_all, unsigned int *ret_open)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;

	*ret_all = *ret_open = 0;
	while ((entry = readdir(folder))) {
		struct sockaddr_storage address;
		socklen_t size = sizeof(address), flag_size = sizeof(int);
		int listening = 0, fd = atoi(entry->d_name);
		struct sockaddr_in *in = (struct sockaddr_in *)&address;
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;

		if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &flag_size) ||
		    !listening || getsockname(fd, (struct sockaddr *)&address, &size))
			continue;
		++*ret_all;
		if (address.ss_family == AF_INET)
			*ret_open += in->sin_addr.s_addr != htonl(INADDR_LOOPBACK);
		else
			*ret_open += !IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
	}
	closedir(folder);
}

static void nothing_but_loopback_is_bound(void **arg)
{
	unsigned int all, open;

	(void)arg;
	count_listeners(&all, &open);
	assert_in_range(all, 1, 2);
	assert_int_equal(open, 0);
}

static void a_port_in_use_is_named(void **arg)
{
	struct fixture *fixture = *arg;
	struct leap_policy *policy = new_policy(fixture->port);
	struct leap_service *second;
	struct leap_state *state;
	char *error = NULL, port[8];

	snprintf(port, sizeof(port), "%u", fixture->port);
	assert_int_equal(leap_state_new(&state), 0);
	assert_int_equal(leap_service_start(policy, state, NULL, &second, &error),
			 -EADDRINUSE);
	assert_non_null(strstr(error, port));
	assert_null(strchr(error, '\n'));
	free(error);
	leap_state_free(state);
	leap_policy_free(policy);
}

static void the_port_is_free_again_after_the_end(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = connected(fixture, "/v6.json");

	unsigned int port = fixture->port;

	leap_service_stop(fixture->service);
	leap_policy_free(fixture->policy);
	fixture->policy = new_policy(port);
	start(fixture);
	assert_int_equal(fixture->port, port);
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

static void a_message_too_long_is_closed_with_1009(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = connected(fixture, "/v6.json");
	char *text = malloc(1 << 20);

	memset(text, 'x', 1 << 20);
	ws_send(client, WS_TEXT, true, text, 1025);
	is_closed_with(client, 1009);
	end_client(client);
	client = connected(fixture, "/v6.json");
	ws_send(client, WS_TEXT, true, text, 1 << 20);
	is_closed_with(client, 1009);
	end_client(client);
	free(text);
}

static void what_is_no_utf8_is_closed_with_1007(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = connected(fixture, "/v6.json");

	ws_send(client, WS_TEXT, true, "\xc3\x28", 2);
	is_closed_with(client, 1007);
	end_client(client);
}

static void a_client_that_never_reads_holds_up_nobody(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *stuck = connected(fixture, "/v1.json");
	struct ws_client *well = connected(fixture, "/v1.json");
	struct leap_service_stats stats;
	int small = 4096, i;

	setsockopt(stuck->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	fixture->frame.hand_count = 2;
	fixture->frame.pointable_count = 10;
	for (i = 0; i < 2000; i++) {
		char id[24];

		publish(fixture);
		snprintf(id, sizeof(id), "\"id\":%d,", i + 1);
		hears(well, id);
	}
	leap_service_stats(fixture->service, &stats);
	assert_in_range(stats.frames_sent, 2000, 3900);
	/* what it does read then is whole, in order, and ends with the newest */
	publish(fixture);
	for (i = 0; i < 2000; i++)
		if (strstr(heard(stuck), "\"id\":2001,"))
			break;
	assert_in_range(i, 1, 1500);
	end_client(stuck);
	end_client(well);
}

static void the_end_does_not_wait_for_a_client_that_never_reads(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *stuck = connected(fixture, "/v1.json");
	struct leap_service_stats before, after;
	int still = 0;

	fixture->frame.hand_count = 2;
	fixture->frame.pointable_count = 10;
	leap_service_stats(fixture->service, &after);
	while (still < 100) { /* until nothing more goes into its socket */
		before = after;
		publish(fixture);
		usleep(1000);
		leap_service_stats(fixture->service, &after);
		still = after.frames_sent == before.frames_sent ? still + 1 : 0;
	}
	leap_service_stop(fixture->service);
	fixture->service = NULL;
	end_client(stuck);
}

static void an_idle_service_does_not_wake(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = connected(fixture, "/v6.json");
	struct timespec before, after;
	clockid_t clock;

	publish(fixture);
	hears(client, "\"id\":1,");
	assert_int_equal(clock_getcpuclockid(getpid(), &clock), 0);
	clock_gettime(clock, &before);
	usleep(500000);
	clock_gettime(clock, &after);
	assert_true((after.tv_sec - before.tv_sec) * 1e9 +
			    (double)(after.tv_nsec - before.tv_nsec) <
		    50e6);
	end_client(client);
}

static void clients_come_and_go(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *steady = connected(fixture, "/v1.json");
	struct leap_service_stats stats;
	int i;

	for (i = 0; i < 200; i++) {
		struct ws_client *client = connected(fixture, "/v6.json");

		if (i % 2)
			ws_say(client, "{\"focused\":true}");
		end_client(client);
		publish(fixture);
		hears(steady, "\"hands\"");
	}
	for (i = 0; i < SOON_MS; i++) {
		leap_service_stats(fixture->service, &stats);
		if (stats.clients == 1)
			break;
		usleep(1000);
	}
	assert_int_equal(stats.clients, 1);
	end_client(steady);
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

static void the_service_can_be_switched_off_and_on(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = connected(fixture, "/v6.json");
	unsigned int all, open;
	int i;

	set(fixture, "websockets_enabled", "false");
	is_closed_with(client, 1001);
	end_client(client);
	for (i = 0; i < SOON_MS && leap_service_port(fixture->service); i++)
		usleep(1000);
	count_listeners(&all, &open);
	assert_int_equal(all, 0);
	set(fixture, "websockets_enabled", "true");
	for (i = 0; i < SOON_MS && !leap_service_port(fixture->service); i++)
		usleep(1000);
	fixture->port = leap_service_port(fixture->service);
	end_client(connected(fixture, "/v6.json"));
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

static void a_client_that_answers_no_ping_is_dropped(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *dead = connected(fixture, "/v6.json");
	struct ws_client *alive = connected(fixture, "/v6.json");
	struct ws_frame frame;
	int i;

	for (i = 0; i < 6; i++) { /* for longer than a silent one may stay */
		assert_int_equal(ws_next(alive, SOON_MS, &frame), 1);
		assert_int_equal(frame.opcode, WS_PING);
		ws_send(alive, WS_PONG, true, frame.payload, frame.size);
	}
	assert_int_equal(ws_next(dead, SOON_MS, &frame), 1);
	assert_int_equal(frame.opcode, WS_PING);
	assert_int_equal(ws_next(dead, SOON_MS, &frame), -1);
	end_client(dead);
	end_client(alive);
}

static void a_flood_of_messages_is_closed_with_1008(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *flood = connected(fixture, "/v6.json");
	struct ws_client *well = connected(fixture, "/v1.json");
	int i;

	for (i = 0; i < 20000; i++)
		ws_say(flood, "{\"focused\":true}");
	is_closed_with(flood, 1008);
	publish(fixture);
	hears(well, "\"id\":1,");
	end_client(flood);
	end_client(well);
}

static void pings_of_a_client_that_never_reads_fill_nothing(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *stuck = connected(fixture, "/v1.json");
	struct ws_client *well = connected(fixture, "/v1.json");
	char payload[125] = { 0 };
	int i;

	fixture->frame.hand_count = 2;
	fixture->frame.pointable_count = 10;
	for (i = 0; i < 1000; i++) { /* until its socket is full */
		publish(fixture);
		hears(well, "\"hands\"");
	}
	for (i = 0; i < 1000; i++)
		ws_send(stuck, WS_PING, true, payload, sizeof(payload));
	publish(fixture);
	hears(well, "\"id\":1001,");
	end_client(stuck);
	end_client(well);
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

struct reading {
	unsigned int port;
	atomic_uint *ready;
	unsigned int frames;
	unsigned int backwards;
};

static void *read_to_the_end(void *arg)
{
	struct reading *reading = arg;
	struct ws_client *client = new_client();
	struct ws_frame frame;
	long last = 0;

	if (ws_open(client, reading->port, "/v1.json") != 101 ||
	    ws_next(client, SOON_MS, &frame) != 1)
		abort();
	atomic_fetch_add(reading->ready, 1);
	while (ws_next(client, SOON_MS, &frame) == 1 && frame.opcode != WS_CLOSE) {
		const char *id = strstr(frame.payload, "\"id\":");

		if (frame.opcode != WS_TEXT || !id)
			continue;
		reading->frames++;
		reading->backwards += atol(id + 5) <= last;
		last = atol(id + 5);
	}
	end_client(client);
	return NULL;
}

static void many_clients_read_while_the_writer_publishes(void **arg)
{
	struct fixture *fixture = *arg;
	struct reading reading[READERS];
	pthread_t thread[READERS];
	atomic_uint ready = 0;
	int i;

	for (i = 0; i < READERS; i++) {
		reading[i] = (struct reading){ fixture->port, &ready, 0, 0 };
		pthread_create(&thread[i], NULL, read_to_the_end, &reading[i]);
	}
	while (atomic_load(&ready) < READERS)
		usleep(1000);
	for (i = 0; i < 300; i++) {
		publish(fixture);
		usleep(1000);
		if (i % 50 == 0)
			plug(fixture, i % 100 == 0);
	}
	leap_service_stop(fixture->service);
	fixture->service = NULL;
	for (i = 0; i < READERS; i++) {
		pthread_join(thread[i], NULL);
		assert_true(reading[i].frames > 10);
		assert_int_equal(reading[i].backwards, 0);
	}
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define impatient_test(name) \
	cmocka_unit_test_setup_teardown(name, set_up_impatient, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_client_is_told_version_devices_and_frames),
		test(the_path_chooses_the_version),
		test(a_version_that_is_none_is_closed_with_1001),
		test(the_gate_lets_in_only_upgrades_from_here),
		test(an_old_protocol_is_told_the_new_ones_number),
		test(a_browser_gets_a_page),
		test(it_listens_on_ipv6_loopback),
		test(nothing_but_loopback_is_bound),
		test(a_port_in_use_is_named),
		test(the_port_is_free_again_after_the_end),
		test(the_end_is_told_with_1001),
		test(the_focus_decides_between_clients),
		test(gestures_are_a_client_of_its_own_wish),
		test(what_real_clients_send_costs_nobody_the_connection),
		test(a_message_too_long_is_closed_with_1009),
		test(what_is_no_utf8_is_closed_with_1007),
		test(a_client_that_never_reads_holds_up_nobody),
		test(the_end_does_not_wait_for_a_client_that_never_reads),
		test(an_idle_service_does_not_wake),
		test(clients_come_and_go),
		test(many_clients_read_while_the_writer_publishes),
		test(a_version_switched_off_is_closed_with_1001),
		test(a_page_that_is_denied_goes_at_once_and_the_others_stay),
		test(the_service_can_be_switched_off_and_on),
		test(one_origin_cannot_take_every_place),
		test(there_is_an_end_to_clients_and_to_those_who_say_nothing),
		impatient_test(a_request_has_to_come_in_time),
		impatient_test(a_client_that_answers_no_ping_is_dropped),
		test(a_flood_of_messages_is_closed_with_1008),
		test(pings_of_a_client_that_never_reads_fill_nothing),
		test(deflate_is_spoken_when_configured),
		test(it_tells_how_it_is),
		test(it_knows_that_leapd_hangs),
		test(messages_may_come_with_the_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
