// SPDX-License-Identifier: MIT
/*
 * One client's bytes in, replies out: what RFC 6455 says of both, without a socket.
 * Each test owns its WebSocket.
 */
#include "daemon/service/websocket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT 1
#define CLOSE 8
#define PING 9
#define FINAL 0x80
#define COMPRESSED 0x40
#define MASKED 0x80

struct fixture {
	struct leap_websocket *websocket;
	struct leap_deflate *deflate;
	unsigned int messages;
	unsigned int bad;
	struct leap_message last;
};

static void hear(void *data, const struct leap_message *message)
{
	struct fixture *fixture = data;

	fixture->messages++;
	fixture->bad += !message;
	if (message)
		fixture->last = *message;
}

static int set_up(void **arg)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const struct leap_websocket_calls calls = { hear, fixture };

	assert_int_equal(leap_websocket_new(&calls, NULL, &fixture->websocket), 0);
	*arg = fixture;
	return 0;
}

static int set_up_with_deflate(void **arg)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const struct leap_websocket_calls calls = { hear, fixture };

	assert_int_equal(leap_deflate_new(&fixture->deflate), 0);
	assert_int_equal(
		leap_websocket_new(&calls, fixture->deflate, &fixture->websocket), 0);
	*arg = fixture;
	return 0;
}

static int tear_down(void **arg)
{
	struct fixture *fixture = *arg;

	leap_websocket_free(fixture->websocket);
	leap_deflate_free(fixture->deflate);
	free(fixture);
	return 0;
}

/* A client's frame with a mask of zeros, so that bytes are what they look like. */
static void send(struct fixture *fixture, unsigned int first, const void *payload,
		 size_t size)
{
	unsigned char frame[8192] = { first, MASKED | size };
	size_t header = 6;

	assert_true(size + 8 <= sizeof(frame));
	if (size > 125) {
		frame[1] = MASKED | 126;
		frame[2] = size >> 8;
		frame[3] = size;
		header = 8;
	}
	memcpy(frame + header, payload, size);
	leap_websocket_feed(fixture->websocket, frame, header + size);
}

static void say(struct fixture *fixture, const char *text)
{
	send(fixture, FINAL | TEXT, text, strlen(text));
}

static size_t replies(struct fixture *fixture, unsigned char *bytes, size_t room)
{
	return leap_websocket_replies(fixture->websocket, bytes, room);
}

/* The code in the only reply; 0 for a close without. */
static int close_code(struct fixture *fixture)
{
	unsigned char bytes[256];
	size_t size = replies(fixture, bytes, sizeof(bytes));

	assert_true(leap_websocket_closing(fixture->websocket));
	assert_true(leap_websocket_closed(fixture->websocket));
	assert_in_range(size, 2, 4);
	assert_int_equal(bytes[0], FINAL | CLOSE);
	assert_int_equal(bytes[1], size - 2);
	return size == 4 ? bytes[2] << 8 | bytes[3] : 0;
}

static void a_message_is_heard_whole_or_in_pieces(void **arg)
{
	struct fixture *fixture = *arg;
	static const unsigned char bytes[] = "\x81\x90\0\0\0\0{\"focused\":true}";
	size_t i;

	say(fixture, "{\"background\":true}");
	assert_true(fixture->last.value[LEAP_MESSAGE_BACKGROUND]);
	send(fixture, TEXT, "{\"enableGes", 11);
	send(fixture, FINAL | PING, "x", 1);
	send(fixture, 0, "", 0);
	assert_int_equal(fixture->messages, 1);
	send(fixture, FINAL, "tures\":true}", 12);
	assert_true(fixture->last.value[LEAP_MESSAGE_ENABLE_GESTURES]);
	for (i = 0; i < sizeof(bytes) - 1; i++)
		leap_websocket_feed(fixture->websocket, bytes + i, 1);
	assert_true(fixture->last.value[LEAP_MESSAGE_FOCUSED]);
	assert_int_equal(fixture->messages, 3);
}

static void what_is_no_json_is_told_of_and_costs_nothing(void **arg)
{
	struct fixture *fixture = *arg;

	say(fixture, "hello");
	say(fixture, "");
	assert_int_equal(fixture->bad, 2);
	assert_false(leap_websocket_closing(fixture->websocket));
}

static void a_ping_is_answered(void **arg)
{
	struct fixture *fixture = *arg;
	unsigned char bytes[16];

	send(fixture, FINAL | PING, "abc", 3);
	assert_int_equal(replies(fixture, bytes, sizeof(bytes)), 5);
	assert_memory_equal(bytes,
			    "\x8a\x03"
			    "abc",
			    5);
	assert_int_equal(replies(fixture, bytes, sizeof(bytes)), 0);
}

static void an_answer_waits_for_room(void **arg)
{
	struct fixture *fixture = *arg;
	unsigned char bytes[256];
	size_t size = 0;

	send(fixture, FINAL | PING, "0123456789", 10);
	assert_int_equal(leap_websocket_replies_queued(fixture->websocket), 1);
	assert_int_equal(replies(fixture, bytes, 1), 0);
	size = replies(fixture, bytes, 7);
	assert_int_equal(size, 7);
	assert_true(leap_websocket_is_cut(fixture->websocket));
	size += replies(fixture, bytes + size, sizeof(bytes) - size);
	assert_int_equal(size, 12);
	assert_false(leap_websocket_is_cut(fixture->websocket));
	assert_memory_equal(bytes,
			    "\x8a\x0a"
			    "0123456789",
			    12);
	assert_int_equal(leap_websocket_replies_queued(fixture->websocket), 0);
}

static void one_ping_at_a_time_is_sent(void **arg)
{
	struct fixture *fixture = *arg;
	unsigned char bytes[16];

	leap_websocket_ping(fixture->websocket);
	leap_websocket_ping(fixture->websocket);
	assert_int_equal(replies(fixture, bytes, sizeof(bytes)), 2);
	assert_memory_equal(bytes, "\x89\x00", 2);
	leap_websocket_ping(fixture->websocket);
	assert_int_equal(replies(fixture, bytes, sizeof(bytes)), 2);
}

struct violation {
	const char *bytes;
	size_t size;
	int code;
};

#define VIOLATION(bytes, code)                  \
	{                                       \
		bytes, sizeof(bytes) - 1, code, \
	}

static void who_breaks_a_rule_is_told_which(void **arg)
{
	static const struct violation violations[] = {
		VIOLATION("\x81\x02{}", 1002), /* not masked */
		VIOLATION("\x88\x02\x03\xe8", 1002), /* not masked */
		VIOLATION("\xc1\x80\0\0\0\0", 1002), /* reserved bit */
		VIOLATION("\x83\x80\0\0\0\0", 1002), /* reserved opcode */
		VIOLATION("\x8b\x80\0\0\0\0", 1002),
		VIOLATION("\x09\x80\0\0\0\0", 1002), /* fragmented ping */
		VIOLATION("\x89\xfe\0\x7e\0\0\0\0", 1002), /* ping too long */
		VIOLATION("\x80\x80\0\0\0\0", 1002), /* continues nothing */
		VIOLATION("\x01\x80\0\0\0\0\x81\x80\0\0\0\0", 1002),
		VIOLATION("\x81\xfe\0\x02\0\0\0\0{}", 1002), /* longer than need be */
		VIOLATION("\x81\xff\x80\0\0\0\0\0\0\0\0\0\0\0x", 1002),
		VIOLATION("\x81\x82\0\0\0\0\xc3\x28", 1007),
		VIOLATION("\x81\x83\0\0\0\0\"\xe2\x82", 1007),
		VIOLATION("\x01\x81\0\0\0\0\xe2\x80\x82\0\0\0\0\x28\xa1", 1007),
		VIOLATION("\x88\x81\0\0\0\0\x03", 1002), /* half a code */
		VIOLATION("\x88\x82\0\0\0\0\x03\xe7", 1002), /* 999 */
		VIOLATION("\x88\x82\0\0\0\0\x03\xed", 1002), /* 1005 */
		VIOLATION("\x88\x84\0\0\0\0\x03\xe8\xff\xfe", 1007),
		VIOLATION("\x81\xff\x40\0\0\0\0\0\0\0\0\0\0\0x", 1009),
	};
	size_t i;

	for (i = 0; i < sizeof(violations) / sizeof(violations[0]); i++) {
		tear_down(arg);
		set_up(arg);
		leap_websocket_feed(((struct fixture *)*arg)->websocket,
				    violations[i].bytes, violations[i].size);
		assert_int_equal(close_code(*arg), violations[i].code);
	}
}

static void a_pong_is_finished_before_the_close(void **arg)
{
	struct fixture *fixture = *arg;
	unsigned char bytes[16];
	size_t size;

	send(fixture, FINAL | PING, "12345\x88\x00", 7);
	size = replies(fixture, bytes, 5);
	assert_int_equal(size, 5);
	leap_websocket_feed(fixture->websocket, "\x09\x80\0\0\0\0", 6);
	size += replies(fixture, bytes + size, sizeof(bytes) - size);
	assert_int_equal(size, 13);
	assert_memory_equal(bytes,
			    "\x8a\x07"
			    "12345\x88\x00\x88\x02\x03\xea",
			    13);
	assert_true(leap_websocket_closed(fixture->websocket));
}

static void a_message_too_long_is_closed_with_1009(void **arg)
{
	struct fixture *fixture = *arg;
	char text[LEAP_MESSAGE_MAX + 1];

	memset(text, ' ', sizeof(text));
	memcpy(text, "{}", 2);
	send(fixture, FINAL | TEXT, text, LEAP_MESSAGE_MAX);
	assert_int_equal(fixture->messages, 1);
	assert_int_equal(fixture->bad, 0);
	send(fixture, FINAL | TEXT, text, sizeof(text));
	assert_int_equal(close_code(fixture), 1009);
}

static void a_close_is_answered_and_the_last_word(void **arg)
{
	struct fixture *fixture = *arg;

	send(fixture, FINAL | CLOSE, "\x03\xe8", 2);
	assert_int_equal(close_code(fixture), 1000);
	say(fixture, "{}");
	leap_websocket_ping(fixture->websocket);
	leap_websocket_close(fixture->websocket, LEAP_CLOSE_POLICY);
	assert_int_equal(fixture->messages, 0);
	assert_int_equal(leap_websocket_replies_queued(fixture->websocket), 0);
}

static void a_close_of_ours_is_the_last_word_too(void **arg)
{
	struct fixture *fixture = *arg;

	leap_websocket_close(fixture->websocket, LEAP_CLOSE_GOING_AWAY);
	say(fixture, "{}");
	assert_int_equal(fixture->messages, 0);
	assert_int_equal(close_code(fixture), 1001);
}

static void send_packed(struct fixture *fixture, const char *text, size_t size)
{
	const unsigned char *packed;
	size_t packed_size;

	assert_int_equal(
		leap_deflate_pack(fixture->deflate, text, size, &packed, &packed_size),
		0);
	send(fixture, FINAL | COMPRESSED | TEXT, packed, packed_size);
}

static void a_compressed_message_is_heard(void **arg)
{
	struct fixture *fixture = *arg;

	send_packed(fixture, "{\"focused\":true}", 16);
	say(fixture, "{\"background\":true}"); /* one may also not compress */
	send_packed(fixture, "{\"enableGestures\":true}", 23);
	assert_int_equal(fixture->messages, 3);
	assert_int_equal(fixture->bad, 0);
	assert_true(fixture->last.value[LEAP_MESSAGE_ENABLE_GESTURES]);
}

static void a_bomb_is_closed_with_1009(void **arg)
{
	struct fixture *fixture = *arg;
	char *text = malloc(500000);

	memset(text, ' ', 500000);
	send_packed(fixture, text, 500000);
	free(text);
	assert_int_equal(close_code(fixture), 1009);
}

static void what_cannot_be_unpacked_or_is_no_utf8_is_closed_with_1007(void **arg)
{
	struct fixture *fixture = *arg;

	send_packed(fixture, "\"\xed\xa0\x80\"", 5); /* a surrogate */
	assert_int_equal(close_code(fixture), 1007);
	tear_down(arg);
	set_up_with_deflate(arg);
	send(*arg, FINAL | COMPRESSED | TEXT, "\xff\xff\xff", 3);
	assert_int_equal(close_code(*arg), 1007);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define deflate_test(name) \
	cmocka_unit_test_setup_teardown(name, set_up_with_deflate, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_message_is_heard_whole_or_in_pieces),
		test(what_is_no_json_is_told_of_and_costs_nothing),
		test(a_ping_is_answered),
		test(an_answer_waits_for_room),
		test(one_ping_at_a_time_is_sent),
		test(who_breaks_a_rule_is_told_which),
		test(a_pong_is_finished_before_the_close),
		test(a_message_too_long_is_closed_with_1009),
		test(a_close_is_answered_and_the_last_word),
		test(a_close_of_ours_is_the_last_word_too),
		deflate_test(a_compressed_message_is_heard),
		deflate_test(a_bomb_is_closed_with_1009),
		deflate_test(what_cannot_be_unpacked_or_is_no_utf8_is_closed_with_1007),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
