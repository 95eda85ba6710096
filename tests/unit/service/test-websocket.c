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

#include "daemon/service/deflate.h"

#define TEXT 1
#define CLOSE 8
#define PING 9
#define FINAL 0x80
#define COMPRESSED 0x40
#define MASKED 0x80

/* RFC 6455, 1.3: the example's key and what is to be said to it */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

struct fixture {
	struct leap_websocket_library *library;
	struct leap_websocket *websocket;
	char answer[LEAP_WEBSOCKET_REPLY_MAX + 1]; /* to the upgrade */
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

static struct fixture *shake_hands(bool deflate)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const struct leap_websocket_calls calls = { hear, fixture };
	size_t size;

	assert_int_equal(leap_websocket_library_new(2, &fixture->library), 0);
	assert_int_equal(leap_websocket_new(fixture->library, KEY, deflate, &calls,
					    &fixture->websocket),
			 0);
	size = leap_websocket_replies(fixture->websocket, fixture->answer,
				      LEAP_WEBSOCKET_REPLY_MAX);
	assert_true(size > 4);
	assert_string_equal(fixture->answer + size - 4, "\r\n\r\n");
	return fixture;
}

static int set_up(void **arg)
{
	*arg = shake_hands(false);
	return 0;
}

static int set_up_with_deflate(void **arg)
{
	*arg = shake_hands(true);
	return 0;
}

static int tear_down(void **arg)
{
	struct fixture *fixture = *arg;

	leap_websocket_free(fixture->websocket);
	leap_websocket_library_free(fixture->library);
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
	assert_true(size >= 2);
	assert_int_equal(bytes[0], FINAL | CLOSE);
	assert_int_equal(bytes[1], size - 2);
	return size >= 4 ? bytes[2] << 8 | bytes[3] : 0;
}

static void the_key_and_what_was_agreed_on_are_answered(void **arg)
{
	struct fixture *fixture = *arg, *packed = shake_hands(true);
	void *other = packed;

	assert_non_null(strstr(fixture->answer, "HTTP/1.1 101 "));
	assert_non_null(strstr(fixture->answer, ACCEPT));
	assert_null(strstr(fixture->answer, "Extensions"));
	assert_non_null(strstr(packed->answer,
			       "Sec-WebSocket-Extensions: permessage-deflate; "
			       "server_no_context_takeover; "
			       "client_no_context_takeover\r\n"));
	tear_down(&other);
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
	unsigned char bytes[32];

	send(fixture, FINAL | PING, "0123456789", 10);
	send(fixture, FINAL | PING, "ab", 2);
	assert_int_equal(leap_websocket_replies_waiting(fixture->websocket), 16);
	assert_int_equal(replies(fixture, bytes, 11), 0);
	assert_int_equal(replies(fixture, bytes, 13), 12);
	assert_memory_equal(bytes,
			    "\x8a\x0a"
			    "0123456789",
			    12);
	assert_int_equal(leap_websocket_replies_waiting(fixture->websocket), 4);
	assert_int_equal(replies(fixture, bytes, sizeof(bytes)), 4);
	assert_memory_equal(bytes,
			    "\x8a\x02"
			    "ab",
			    4);
	assert_int_equal(leap_websocket_replies_waiting(fixture->websocket), 0);
}

/* More than anyone holds in memory for it, and each is answered all the same. */
static void pings_at_once_are_answered_each(void **arg)
{
	struct fixture *fixture = *arg;
	unsigned char pings[4092], bytes[64];
	size_t i, size = 0, n;

	for (i = 0; i < sizeof(pings); i += 6)
		memcpy(pings + i, "\x89\x80\0\0\0\0", 6);
	leap_websocket_feed(fixture->websocket, pings, sizeof(pings));
	while ((n = replies(fixture, bytes, sizeof(bytes))))
		size += n;
	assert_int_equal(size, sizeof(pings) / 6 * 2);
}

static void a_ping_weighs_more_than_what_is_not_answered(void **arg)
{
	struct fixture *fixture = *arg;
	unsigned long load;

	say(fixture, "{}");
	send(fixture, 0x8a, "", 0);
	load = leap_websocket_load(fixture->websocket);
	assert_int_equal(load, 2);
	send(fixture, 0x89, "", 0);
	assert_int_equal(leap_websocket_load(fixture->websocket),
			 load + LEAP_WEBSOCKET_PING_LOAD);
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

static void a_pong_comes_before_the_close(void **arg)
{
	struct fixture *fixture = *arg;
	unsigned char bytes[32];
	static const unsigned char ping_and_wrong[] =
		"\x89\x82\0\0\0\0ab\x09\x80\0\0\0\0";

	leap_websocket_feed(fixture->websocket, ping_and_wrong,
			    sizeof(ping_and_wrong) - 1);
	assert_int_equal(replies(fixture, bytes, sizeof(bytes)), 8);
	assert_memory_equal(bytes,
			    "\x8a\x02"
			    "ab\x88\x02\x03\xea",
			    8);
	assert_true(leap_websocket_closed(fixture->websocket));
}

static void a_header_may_come_byte_by_byte(void **arg)
{
	struct fixture *fixture = *arg;
	static const unsigned char wrong[] = "\x81\xff\0\0\0\0\0\x02\0\0\0\0\0";
	size_t i;

	for (i = 0; i < sizeof(wrong) - 1; i++)
		leap_websocket_feed(fixture->websocket, wrong + i, 1);
	assert_int_equal(leap_websocket_load(fixture->websocket), 0);
	leap_websocket_feed(fixture->websocket, "x", 1);
	assert_int_equal(close_code(fixture), 1009);
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
	assert_int_equal(leap_websocket_replies_waiting(fixture->websocket), 0);
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
	struct leap_deflate *deflate;
	const unsigned char *packed;
	size_t packed_size;

	assert_int_equal(leap_deflate_new(&deflate), 0);
	assert_int_equal(leap_deflate_pack(deflate, text, size, &packed, &packed_size),
			 0);
	send(fixture, FINAL | COMPRESSED | TEXT, packed, packed_size);
	leap_deflate_free(deflate);
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
		test(the_key_and_what_was_agreed_on_are_answered),
		test(a_message_is_heard_whole_or_in_pieces),
		test(what_is_no_json_is_told_of_and_costs_nothing),
		test(a_ping_is_answered),
		test(an_answer_waits_for_room),
		test(pings_at_once_are_answered_each),
		test(a_ping_weighs_more_than_what_is_not_answered),
		test(one_ping_at_a_time_is_sent),
		test(who_breaks_a_rule_is_told_which),
		test(a_pong_comes_before_the_close),
		test(a_header_may_come_byte_by_byte),
		test(a_message_too_long_is_closed_with_1009),
		test(a_close_is_answered_and_the_last_word),
		test(a_close_of_ours_is_the_last_word_too),
		deflate_test(a_compressed_message_is_heard),
		deflate_test(a_bomb_is_closed_with_1009),
		deflate_test(what_cannot_be_unpacked_or_is_no_utf8_is_closed_with_1007),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
