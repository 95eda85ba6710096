// SPDX-License-Identifier: MIT
/*
 * Clients that are to get the same share one text; others do not.
 * Each test owns its broadcast.
 */
#include "daemon/service/broadcast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADROOM 16

static struct leap_broadcast *new_broadcast(void)
{
	struct leap_broadcast *broadcast;

	assert_int_equal(leap_broadcast_new(HEADROOM, &broadcast), 0);
	return broadcast;
}

static struct leap_frame frame_with_gestures(int64_t id, unsigned int count)
{
	struct leap_frame frame = { .id = id, .gesture_count = count };
	unsigned int i;

	for (i = 0; i < count; i++)
		frame.gesture[i].id = 900 + i;
	return frame;
}

static char *text(struct leap_broadcast *broadcast, const struct leap_frame *frame,
		  int version, bool gestures, uint32_t mask)
{
	struct leap_broadcast_options options = { version, gestures, mask };
	char *result;
	int size = leap_broadcast_text(broadcast, frame, &options, &result);

	assert_true(size > 0);
	assert_int_equal(strlen(result), size);
	memset(result - HEADROOM, 'x', HEADROOM); /* ours to write to */
	return result;
}

static void equal_options_share_a_text(void **arg)
{
	struct leap_broadcast *broadcast = new_broadcast();
	struct leap_frame frame = frame_with_gestures(5, 0);
	char *first = text(broadcast, &frame, 6, false, 0);

	(void)arg;
	first[0] = '#'; /* would be written over if it were made again */
	assert_ptr_equal(text(broadcast, &frame, 6, false, 0), first);
	assert_int_equal(first[0], '#');
	leap_broadcast_free(broadcast);
}

static void a_new_frame_is_a_new_text(void **arg)
{
	struct leap_broadcast *broadcast = new_broadcast();
	struct leap_frame frame = frame_with_gestures(5, 0);

	(void)arg;
	assert_non_null(strstr(text(broadcast, &frame, 6, false, 0), "\"id\":5,"));
	frame.id = 6;
	assert_non_null(strstr(text(broadcast, &frame, 6, false, 0), "\"id\":6,"));
	leap_broadcast_free(broadcast);
}

static void versions_and_gestures_have_texts_of_their_own(void **arg)
{
	struct leap_broadcast *broadcast = new_broadcast();
	struct leap_frame frame = frame_with_gestures(5, 0);
	const char *six = text(broadcast, &frame, 6, false, 0);
	const char *one = text(broadcast, &frame, 1, false, 0);
	const char *with = text(broadcast, &frame, 6, true, 0);

	(void)arg;
	assert_non_null(strstr(six, "\"devices\""));
	assert_null(strstr(one, "\"devices\""));
	assert_null(strstr(six, "\"gestures\""));
	assert_non_null(strstr(with, "\"gestures\":[]"));
	leap_broadcast_free(broadcast);
}

static void only_chosen_gestures_are_in_the_text(void **arg)
{
	struct leap_broadcast *broadcast = new_broadcast();
	struct leap_frame frame = frame_with_gestures(5, 3);
	const char *result;

	(void)arg;
	result = text(broadcast, &frame, 6, true, 7);
	assert_non_null(strstr(result, "\"id\":900"));
	assert_non_null(strstr(result, "\"id\":902"));
	result = text(broadcast, &frame, 6, true, 2);
	assert_null(strstr(result, "\"id\":900"));
	assert_non_null(strstr(result, "\"id\":901"));
	result = text(broadcast, &frame, 6, true, 4);
	assert_null(strstr(result, "\"id\":901"));
	assert_non_null(strstr(result, "\"id\":902"));
	result = text(broadcast, &frame, 6, true, 0);
	assert_non_null(strstr(result, "\"gestures\":[]"));
	leap_broadcast_free(broadcast);
}

static void as_many_gestures_as_a_frame_can_have(void **arg)
{
	struct leap_broadcast *broadcast = new_broadcast();
	struct leap_frame frame = frame_with_gestures(5, LEAP_GESTURES_MAX);
	const char *result;

	(void)arg;
	result = text(broadcast, &frame, 6, true, (1u << LEAP_GESTURES_MAX) - 1);
	assert_non_null(strstr(result, "\"id\":915"));
	leap_broadcast_free(broadcast);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_options_share_a_text),
		cmocka_unit_test(a_new_frame_is_a_new_text),
		cmocka_unit_test(versions_and_gestures_have_texts_of_their_own),
		cmocka_unit_test(only_chosen_gestures_are_in_the_text),
		cmocka_unit_test(as_many_gestures_as_a_frame_can_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
