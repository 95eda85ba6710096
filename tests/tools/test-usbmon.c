// SPDX-License-Identifier: MIT
/*
 * Control transfers are found in every form of capture, and nothing is in damaged ones.
 * Single-threaded; no state.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tools/usbmon.h"

struct seen {
	unsigned int count;
	struct usbmon_control last;
};

static void see(void *context, const struct usbmon_control *control)
{
	struct seen *seen = context;

	seen->count++;
	seen->last = *control;
}

static int parse(const char *text, struct seen *seen)
{
	*seen = (struct seen){ 0 };
	return usbmon_parse((const uint8_t *)text, strlen(text), see, seen);
}

static void an_answer_is_joined_with_its_question(void **state)
{
	static const uint8_t setup[] = { 0xa1, 0x81, 0, 7, 0, 5, 4, 0 };
	struct seen seen;

	(void)state;
	assert_int_equal(
		parse("ffff888003f0c000 100 S Ci:1:005:0 s a1 81 0700 0500 0004 4 <\n"
		      "ffff888003f0c000 110 C Ci:1:005:0 0 4 = 4c000000\n",
		      &seen),
		0);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.last.bus, 1);
	assert_int_equal(seen.last.device, 5);
	assert_memory_equal(seen.last.setup, setup, sizeof(setup));
	assert_int_equal(seen.last.size, 4);
	assert_int_equal(seen.last.data[0], 0x4c);
}

static void what_is_sent_is_told_when_it_has_arrived(void **state)
{
	const char *begin =
		"ffff888003f0c000 100 S Co:1:005:0 s 21 01 0800 0500 0004 4 = 10000000\n";
	char text[256];
	struct seen seen;

	(void)state;
	assert_int_equal(parse(begin, &seen), 0);
	assert_int_equal(seen.count, 0);
	strcpy(text, begin);
	strcat(text, "ffff888003f0c000 110 C Co:1:005:0 0 4 >\n");
	assert_int_equal(parse(text, &seen), 0);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.last.data[0], 0x10);
}

static void failed_transfers_other_endpoints_and_kinds_are_passed_over(void **state)
{
	struct seen seen;

	(void)state;
	assert_int_equal(
		parse("a 1 S Ci:1:005:0 s a1 81 0700 0500 0004 4 <\n"
		      "a 2 C Ci:1:005:0 -32 0\n"
		      "b 3 S Bi:1:005:3 -115 16384 <\n"
		      "b 4 C Bi:1:005:3 0 16380 = 0c8c0000 00000000\n"
		      "c 5 C Ci:1:005:0 0 4 = 01000000\n" /* its question is missing */
		      "d 6 S Ii:1:005:2 -115:8 64 <\n",
		      &seen),
		0);
	assert_int_equal(seen.count, 0);
}

static void data_of_any_length_is_cut(void **state)
{
	struct seen seen;
	char text[512] = "a 1 S Ci:1:005:0 s 80 06 0200 0000 0163 355 <\n"
			 "a 2 C Ci:1:005:0 0 355 =";

	(void)state;
	for (unsigned int i = 0; i < 16; i++)
		strcat(text, " 09026301");
	assert_int_equal(parse(text, &seen), 0);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.last.size, USBMON_DATA_MAX);
}

static void what_is_no_capture_is_refused(void **state)
{
	struct seen seen;

	(void)state;
	assert_int_equal(parse("", &seen), -EINVAL);
	assert_int_equal(parse("hello\n", &seen), -EINVAL);
	assert_int_equal(parse("\xd4\xc3\xb2\xa1 too short", &seen), -EINVAL);
	assert_int_equal(usbmon_parse((const uint8_t *)"\0\0\0\0", 4, see, &seen),
			 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_joined_with_its_question),
		cmocka_unit_test(what_is_sent_is_told_when_it_has_arrived),
		cmocka_unit_test(
			failed_transfers_other_endpoints_and_kinds_are_passed_over),
		cmocka_unit_test(data_of_any_length_is_cut),
		cmocka_unit_test(what_is_no_capture_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
