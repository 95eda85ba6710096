// SPDX-License-Identifier: MIT
/*
 * What clients really send is understood or ignored, whole or in pieces.
 * Each test owns its inbox.
 */
#include "daemon/service/message.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct leap_message parsed(const char *text)
{
	struct leap_message message;

	assert_int_equal(leap_message_parse(text, strlen(text), &message), 0);
	return message;
}

static bool says_nothing(const struct leap_message *message)
{
	int key;

	for (key = 0; key < LEAP_MESSAGE_KEYS; key++)
		if (message->has[key])
			return false;
	return true;
}

static void reads_json_and_not_text(void **arg)
{
	struct leap_message message;

	(void)arg;
	message = parsed("{\"focused\": true}");
	assert_true(message.has[LEAP_MESSAGE_FOCUSED]);
	assert_true(message.value[LEAP_MESSAGE_FOCUSED]);
	message = parsed(" {\"background\" : false} \n");
	assert_true(message.has[LEAP_MESSAGE_BACKGROUND]);
	assert_false(message.value[LEAP_MESSAGE_BACKGROUND]);
	message = parsed(
		"{\"enableGestures\":true,\"background\":true,\"x\":{\"y\":[]}}");
	assert_true(message.has[LEAP_MESSAGE_ENABLE_GESTURES]);
	assert_true(message.has[LEAP_MESSAGE_BACKGROUND]);
	assert_false(message.has[LEAP_MESSAGE_FOCUSED]);
}

static void hears_of_the_controllers_place(void **arg)
{
	struct leap_message message = parsed("{\"optimizeHMD\":true}");

	(void)arg;
	assert_true(message.value[LEAP_MESSAGE_OPTIMIZE_HMD]);
	assert_false(message.has[LEAP_MESSAGE_OPTIMIZE_SCREENTOP]);
	message = parsed("{\"optimizeScreentop\" : false}");
	assert_true(message.has[LEAP_MESSAGE_OPTIMIZE_SCREENTOP]);
	assert_false(message.value[LEAP_MESSAGE_OPTIMIZE_SCREENTOP]);
}

static void ignores_what_means_nothing(void **arg)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"null",
		"1",
		"-1.5e3",
		"true",
		"\"\"",
		"\"{enableGestures: true}\"",
		"{\"heartbeat\":true}",
		"{\"optimizeHMD\":0}",
		"{\"SetBugReportRecording\":true}",
		"{\"backgroundMessage\":true}",
		"{\"focused\":1}",
		"{\"focused\":\"true\"}",
		"{\"focused\":null}",
		"{\"a\\u0000b\":\"\\ud83d\\ude00\"}",
	};
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct leap_message message = parsed(texts[i]);

		assert_true(says_nothing(&message));
	}
}

static void knows_what_is_no_json(void **arg)
{
	static const char *const texts[] = { "hello",
					     "{enableGestures: true}",
					     "{\"focused\":true",
					     "{\"focused\":true}}",
					     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
					     "",
					     " " };
	struct leap_message message;
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(
			leap_message_parse(texts[i], strlen(texts[i]), &message),
			-EBADMSG);
}

static void pieces_make_a_message(void **arg)
{
	static const char text[] = "{\"focused\":true}";
	struct leap_inbox inbox = { 0 };
	struct leap_message message;
	size_t i, size = strlen(text);

	(void)arg;
	for (i = 0; i < size; i++)
		assert_int_equal(leap_inbox_add(&inbox, text + i, 1, i == 0,
						i == size - 1, &message),
				 i == size - 1);
	assert_true(message.value[LEAP_MESSAGE_FOCUSED]);
}

static void a_new_message_starts_afresh(void **arg)
{
	struct leap_inbox inbox = { 0 };
	struct leap_message message;

	(void)arg;
	assert_int_equal(leap_inbox_add(&inbox, "{\"foc", 5, true, false, &message), 0);
	assert_int_equal(leap_inbox_add(&inbox, "{}", 2, true, true, &message), 1);
	assert_int_equal(leap_inbox_add(&inbox, NULL, 0, true, true, &message),
			 -EBADMSG);
}

static void the_longest_message_fits_and_no_longer_one(void **arg)
{
	struct leap_inbox inbox = { 0 };
	struct leap_message message;
	char text[LEAP_MESSAGE_MAX + 1];

	(void)arg;
	memset(text, ' ', sizeof(text));
	memcpy(text, "{}", 2);
	assert_int_equal(
		leap_inbox_add(&inbox, text, LEAP_MESSAGE_MAX, true, true, &message),
		1);
	assert_int_equal(leap_inbox_add(&inbox, text, LEAP_MESSAGE_MAX + 1, true, true,
					&message),
			 -EMSGSIZE);
	assert_int_equal(
		leap_inbox_add(&inbox, text, LEAP_MESSAGE_MAX, true, false, &message),
		0);
	assert_int_equal(leap_inbox_add(&inbox, text, 1, false, true, &message),
			 -EMSGSIZE);
}

static void an_array_is_skipped_but_not_for_ever(void **arg)
{
	struct leap_inbox inbox = { 0 };
	struct leap_message message;
	char text[4000];
	int pieces;

	(void)arg;
	memset(text, '[', sizeof(text));
	assert_int_equal(
		leap_inbox_add(&inbox, text, sizeof(text), true, true, &message), 1);
	assert_true(says_nothing(&message));
	leap_inbox_add(&inbox, text, sizeof(text), true, false, &message);
	for (pieces = 1; pieces < 100; pieces++)
		if (leap_inbox_add(&inbox, text, sizeof(text), false, false, &message))
			break;
	assert_int_equal(pieces, LEAP_MESSAGE_ARRAY_MAX / sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_json_and_not_text),
		cmocka_unit_test(hears_of_the_controllers_place),
		cmocka_unit_test(ignores_what_means_nothing),
		cmocka_unit_test(knows_what_is_no_json),
		cmocka_unit_test(pieces_make_a_message),
		cmocka_unit_test(a_new_message_starts_afresh),
		cmocka_unit_test(the_longest_message_fits_and_no_longer_one),
		cmocka_unit_test(an_array_is_skipped_but_not_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
