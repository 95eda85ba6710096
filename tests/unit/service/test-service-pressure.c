// SPDX-License-Identifier: MIT
/*
 * Clients that do not read, do not answer, say too much, or are many.
 * Real sockets; the test's thread is the writer.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/service/served.h"

#define READERS 8

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
	int i;

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

/* Until nothing more goes into its socket. */
static void fill(struct fixture *fixture)
{
	struct leap_service_stats before, after;
	int still = 0;

	leap_service_stats(fixture->service, &after);
	while (still < 100) {
		before = after;
		publish(fixture);
		usleep(1000);
		leap_service_stats(fixture->service, &after);
		still = after.frames_sent == before.frames_sent ? still + 1 : 0;
	}
}

static void a_slow_client_sees_the_end_of_each_gesture_that_it_saw_begin(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *slow = connected(fixture, "/v1.json");
	struct leap_frame_gesture *circle = &fixture->frame.gesture[0];
	const char *text;
	char id[24];

	says(fixture, slow, "{\"enableGestures\":true}");
	*circle = (struct leap_frame_gesture){ .id = 7, .type = LEAP_GESTURE_CIRCLE };
	fixture->frame.hand_count = 2;
	fixture->frame.pointable_count = 10;
	fixture->frame.gesture_count = 1;
	publish(fixture);
	hears(slow, "\"state\":\"start\"");
	circle->state = LEAP_GESTURE_UPDATE;
	fill(fixture);
	circle->state = LEAP_GESTURE_STOP;
	publish(fixture);
	fixture->frame.gesture_count = 0;
	publish(fixture);
	snprintf(id, sizeof(id), "\"id\":%lld,", (long long)fixture->frame.id);
	do
		text = heard(slow);
	while (!strstr(text, "\"state\":\"stop\"") && !strstr(text, id));
	/* with the newest at last, which has no gesture of its own */
	assert_non_null(strstr(text, "\"state\":\"stop\""));
	end_client(slow);
}

static void the_end_does_not_wait_for_a_client_that_never_reads(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *stuck = connected(fixture, "/v1.json");

	fixture->frame.hand_count = 2;
	fixture->frame.pointable_count = 10;
	fill(fixture);
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

/* So many that whatever seconds are counted there are too many in one, and all at once:
 * how fast this machine is does not matter. */
static void a_flood_of_messages_is_closed_with_1008(void **arg)
{
	static const char message[] = "\x81\x82\0\0\0\0{}"; /* a mask of zeros */
	static char flow[10000 * (sizeof(message) - 1)];
	struct fixture *fixture = *arg;
	struct ws_client *flood = connected(fixture, "/v6.json");
	struct ws_client *well = connected(fixture, "/v1.json");
	size_t at;

	for (at = 0; at < sizeof(flow); at += sizeof(message) - 1)
		memcpy(flow + at, message, sizeof(message) - 1);
	assert_int_equal(send(flood->fd, flow, sizeof(flow), MSG_NOSIGNAL),
			 sizeof(flow));
	is_closed_with(flood, 1008);
	publish(fixture);
	hears(well, "\"id\":1,");
	end_client(flood);
	end_client(well);
}

static void answers_come(struct ws_client *client, int count)
{
	struct ws_frame frame;

	while (count--) {
		assert_int_equal(ws_next(client, SOON_MS, &frame), 1);
		assert_int_equal(frame.opcode, WS_PONG);
	}
}

static void many_pings_are_answered_and_very_many_end_it(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *busy = connected(fixture, "/v6.json");
	struct ws_client *flood = connected(fixture, "/v6.json");
	struct ws_frame frame;
	int pongs = 0, i;

	/* far more than anybody needs, with messages between them */
	for (i = 0; i < 200; i++) {
		ws_send(busy, WS_PING, true, "p", 1);
		ws_say(busy, "{\"heartbeat\":true}");
	}
	answers_come(busy, 200);
	/* fewer than there may be messages */
	for (i = 0; i < 3000; i++)
		ws_send(flood, WS_PING, true, "p", 1);
	while (ws_next(flood, SOON_MS, &frame) == 1 && frame.opcode == WS_PONG)
		pongs++;
	assert_int_equal(frame.opcode, WS_CLOSE);
	assert_int_equal(frame.close_code, 1008);
	assert_true(pongs < 3000);
	says(fixture, busy, "{\"focused\":true}");
	publish(fixture);
	hears(busy, "\"id\":1,");
	end_client(flood);
	end_client(busy);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_message_too_long_is_closed_with_1009),
		test(what_is_no_utf8_is_closed_with_1007),
		test(a_client_that_never_reads_holds_up_nobody),
		test(a_slow_client_sees_the_end_of_each_gesture_that_it_saw_begin),
		test(the_end_does_not_wait_for_a_client_that_never_reads),
		test(an_idle_service_does_not_wake),
		test(clients_come_and_go),
		impatient_test(a_client_that_answers_no_ping_is_dropped),
		test(a_flood_of_messages_is_closed_with_1008),
		test(many_pings_are_answered_and_very_many_end_it),
		test(pings_of_a_client_that_never_reads_fill_nothing),
		test(many_clients_read_while_the_writer_publishes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
