// SPDX-License-Identifier: MIT
/*
 * Command lines and the kernel's list of virtual ports are understood.
 * Single-threaded.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/command.h"
#include "sim/vhci.h"

static void a_fault_has_a_count(void **state)
{
	struct leap_command command;

	(void)state;
	assert_int_equal(leap_command_parse("lose 12", &command), 0);
	assert_int_equal(command.verb, LEAP_COMMAND_FAULT);
	assert_int_equal(command.fault, LEAP_FAULT_LOSE);
	assert_int_equal(command.count, 12);
	assert_int_equal(leap_command_parse("\tgarbage-control   3 \r", &command), 0);
	assert_int_equal(command.fault, LEAP_FAULT_GARBAGE_CONTROL);
	assert_int_equal(command.count, 3);
}

static void a_fault_without_a_count_happens_once(void **state)
{
	struct leap_command command;

	(void)state;
	assert_int_equal(leap_command_parse("stall", &command), 0);
	assert_int_equal(command.fault, LEAP_FAULT_STALL);
	assert_int_equal(command.count, 1);
}

static void every_command_is_known(void **state)
{
	static const char *const faults[LEAP_FAULTS] = {
		"stall", "eproto", "overflow", "eilseq",	  "short",
		"zlp",	 "lose",   "mutate",   "garbage-control", "noreply-control",
	};
	static const char *const verbs[] = { "freeze", "thaw", "unplug", "plug",
					     "quit" };
	struct leap_command command;

	(void)state;
	for (unsigned int i = 0; i < LEAP_FAULTS; i++) {
		assert_int_equal(leap_command_parse(faults[i], &command), 0);
		assert_int_equal(command.fault, i);
	}
	for (unsigned int i = 0; i < 5; i++) {
		assert_int_equal(leap_command_parse(verbs[i], &command), 0);
		assert_int_equal(command.verb, LEAP_COMMAND_FREEZE + i);
	}
}

static void what_is_no_command_is_refused(void **state)
{
	static const char *const bad[] = { "stal",     "stalls",	   "stall x",
					   "stall -1", "stall 1 2",	   "freeze 1",
					   "Stall",    "stall 4294967296", "stall 1x" };
	struct leap_command command = { .count = 77 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(leap_command_parse(bad[i], &command), -EINVAL);
	assert_int_equal(command.count, 77);
	assert_int_equal(leap_command_parse("stall 4294967295", &command), 0);
	assert_int_equal(command.count, 4294967295);
}

static void empty_lines_and_remarks_are_passed_over(void **state)
{
	struct leap_command command;

	(void)state;
	assert_int_equal(leap_command_parse("", &command), -ENODATA);
	assert_int_equal(leap_command_parse("  \t", &command), -ENODATA);
	assert_int_equal(leap_command_parse("# stall 1", &command), -ENODATA);
}

static void the_first_free_high_speed_port_is_taken(void **state)
{
	static const char text[] = "hub port sta spd dev      sockfd local_busid\n"
				   "hs  0000 006 003 00010002 000005 1-1\n"
				   "hs  0001 005 000 00000000 000000 0-0\n"
				   "hs  0002 004 000 00000000 000000 0-0\n"
				   "hs  0003 004 000 00000000 000000 0-0\n"
				   "ss  0008 004 000 00000000 000000 0-0\n";
	unsigned int port = 99;

	(void)state;
	assert_int_equal(leap_vhci_free_port(text, &port), 0);
	assert_int_equal(port, 2);
}

static void super_speed_ports_do_not_count(void **state)
{
	static const char text[] = "hub port sta spd dev      sockfd local_busid\n"
				   "hs  0000 006 003 00010002 000005 1-1\n"
				   "ss  0008 004 000 00000000 000000 0-0";
	unsigned int port = 99;

	(void)state;
	assert_int_equal(leap_vhci_free_port(text, &port), -EBUSY);
	assert_int_equal(leap_vhci_free_port("", &port), -EBUSY);
	assert_int_equal(port, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_has_a_count),
		cmocka_unit_test(a_fault_without_a_count_happens_once),
		cmocka_unit_test(every_command_is_known),
		cmocka_unit_test(what_is_no_command_is_refused),
		cmocka_unit_test(empty_lines_and_remarks_are_passed_over),
		cmocka_unit_test(the_first_free_high_speed_port_is_taken),
		cmocka_unit_test(super_speed_ports_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
