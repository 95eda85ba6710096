// SPDX-License-Identifier: MIT
/*
 * Which paths ask for which protocol, and which Host headers are this machine's.
 * Pure functions.
 */
#include "daemon/service/handshake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_path_names_a_version(void **arg)
{
	(void)arg;
	assert_int_equal(leap_handshake_version("/"), 1);
	assert_int_equal(leap_handshake_version("/v1.json"), 1);
	assert_int_equal(leap_handshake_version("/v5.json"), 5);
	assert_int_equal(leap_handshake_version("/v6.json"), 6);
	assert_int_equal(leap_handshake_version("/v06.json"), 6);
}

static void a_version_of_the_future_is_answered_with_six(void **arg)
{
	(void)arg;
	assert_int_equal(leap_handshake_version("/v7.json"), 6);
	assert_int_equal(leap_handshake_version("/v10.json"), 6);
	assert_int_equal(leap_handshake_version("/v99999999999999999999.json"), 6);
}

static void a_version_that_is_none_is_refused_after_the_upgrade(void **arg)
{
	static const char *const paths[] = { "/v0.json",  "/v00.json", "/vX.json",
					     "/v.json",	  "/v-1.json", "/v6x.json",
					     "/v 6.json", "/v6.5.json" };
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(leap_handshake_version(paths[i]),
				 LEAP_PROTOCOL_REFUSED);
}

static void other_paths_do_not_exist(void **arg)
{
	static const char *const paths[] = { "",	   "/v6",	"/v6.jsonx",
					     "v6.json",	   "/V6.json",	"//v6.json",
					     "/a/v6.json", "/v/6.json", "/index.html",
					     "/v.jso" };
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(leap_handshake_version(paths[i]), -ENOENT);
}

static void names_of_this_machine_are_local(void **arg)
{
	static const char *const hosts[] = { "127.0.0.1",      "127.0.0.1:6437",
					     "127.0.0.9:1",    "localhost",
					     "LocalHost:6437", "[::1]",
					     "[::1]:6437" };
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		assert_true(leap_handshake_host_is_local(hosts[i]));
}

static void rebound_and_broken_names_are_not(void **arg)
{
	static const char *const hosts[] = {
		"",
		"evil.example",
		"127.0.0.1.evil.example:6437",
		"128.0.0.1",
		"0.0.0.0",
		"localhost.evil.example",
		"[::1",
		"[::2]",
		"[127.0.0.1]",
		"::1",
		"[::1]x",
		"127.0.0.1:80x",
		"localhost:a",
		"localhost ",
		"127.0.0.1@evil.example",
		"127.1",
	};
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		assert_false(leap_handshake_host_is_local(hosts[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_names_a_version),
		cmocka_unit_test(a_version_of_the_future_is_answered_with_six),
		cmocka_unit_test(a_version_that_is_none_is_refused_after_the_upgrade),
		cmocka_unit_test(other_paths_do_not_exist),
		cmocka_unit_test(names_of_this_machine_are_local),
		cmocka_unit_test(rebound_and_broken_names_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
