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
#include <string.h>

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

/* The built-in settings, which the tests change. */
static int set_up(void **arg)
{
	static struct leap_config config;

	assert_int_equal(leap_config_init(&config), 0);
	*arg = &config;
	return 0;
}

static int tear_down(void **arg)
{
	leap_config_done(*arg);
	return 0;
}

static void set(struct leap_config *config, const char *key, const char *value)
{
	char *error;

	assert_int_equal(leap_config_set(config, key, value, &error), 0);
}

static void names_of_this_machine_are_local(void **arg)
{
	static const char *const hosts[] = { "127.0.0.1",      "127.0.0.1:6437",
					     "127.0.0.9:1",    "localhost",
					     "LocalHost:6437", "[::1]",
					     "[::1]:6437" };
	size_t i;

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		assert_true(leap_handshake_host_is_ours(*arg, hosts[i]));
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

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		assert_false(leap_handshake_host_is_ours(*arg, hosts[i]));
}

static void configured_names_are_ours_too(void **arg)
{
	struct leap_config *config = *arg;

	assert_false(leap_handshake_host_is_ours(config, "studio.local:6437"));
	set(config, "websockets_hosts", "wall.local, studio.local");
	assert_true(leap_handshake_host_is_ours(config, "studio.local:6437"));
	assert_true(leap_handshake_host_is_ours(config, "WALL.local"));
	assert_false(leap_handshake_host_is_ours(config, "io.local"));
}

static void addresses_cannot_be_rebound_and_are_ours_when_remote_is_allowed(void **arg)
{
	struct leap_config *config = *arg;

	assert_false(leap_handshake_host_is_ours(config, "192.168.1.7:6437"));
	set(config, "websockets_allow_remote", "true");
	assert_true(leap_handshake_host_is_ours(config, "192.168.1.7:6437"));
	assert_true(leap_handshake_host_is_ours(config, "[fe80::1]"));
	assert_false(leap_handshake_host_is_ours(config, "evil.example"));
}

static struct leap_request upgrade_of(const char *path)
{
	struct leap_request request = { .get = true,
					.upgrade = true,
					.version = 13,
					.host = "127.0.0.1:6437",
					.key = "dGhlIHNhbXBsZSBub25jZQ==" };

	strcpy(request.path, path);
	return request;
}

static void an_upgrade_is_refused_for_one_reason_at_a_time(void **arg)
{
	const struct leap_config *config = *arg;
	struct leap_request request = upgrade_of("/v6.json");

	assert_int_equal(leap_handshake_judge(&request, config).kind,
			 LEAP_HANDSHAKE_UPGRADE);
	strcpy(request.key, "c2hvcnQ=");
	assert_int_equal(leap_handshake_judge(&request, config).status, 400);
	request.version = 8;
	assert_int_equal(leap_handshake_judge(&request, config).status, 426);
	strcpy(request.path, "/v6.html");
	assert_int_equal(leap_handshake_judge(&request, config).status, 404);
	request.get = false;
	assert_int_equal(leap_handshake_judge(&request, config).status, 405);
	strcpy(request.host, "evil.example");
	assert_int_equal(leap_handshake_judge(&request, config).status, 403);
}

static void a_version_switched_off_is_refused_after_the_upgrade(void **arg)
{
	struct leap_request five = upgrade_of("/v5.json"), six = upgrade_of("/v6.json");
	struct leap_request seven = upgrade_of("/v7.json");

	set(*arg, "websockets_versions", "1-3,5");
	assert_int_equal(leap_handshake_judge(&five, *arg).version, 5);
	assert_int_equal(leap_handshake_judge(&six, *arg).version,
			 LEAP_PROTOCOL_REFUSED);
	assert_int_equal(leap_handshake_judge(&seven, *arg).version,
			 LEAP_PROTOCOL_REFUSED);
}

static void pages_are_for_those_who_want_no_websocket(void **arg)
{
	struct leap_request request = { .get = true, .host = "localhost" };

	strcpy(request.path, "/");
	assert_int_equal(leap_handshake_judge(&request, *arg).kind,
			 LEAP_HANDSHAKE_PAGE);
	strcpy(request.path, "/healthz");
	assert_int_equal(leap_handshake_judge(&request, *arg).kind,
			 LEAP_HANDSHAKE_HEALTH);
	strcpy(request.path, "/metrics");
	assert_int_equal(leap_handshake_judge(&request, *arg).kind,
			 LEAP_HANDSHAKE_METRICS);
	strcpy(request.path, "/v6.json");
	assert_int_equal(leap_handshake_judge(&request, *arg).status, 426);
	strcpy(request.path, "/etc/passwd");
	assert_int_equal(leap_handshake_judge(&request, *arg).status, 404);
	request.upgrade = true; /* and there is no WebSocket at pages */
	strcpy(request.path, "/metrics");
	assert_int_equal(leap_handshake_judge(&request, *arg).status, 404);
}

static void deflate_is_for_who_offers_it_when_it_is_configured(void **arg)
{
	struct leap_request request = upgrade_of("/v6.json");

	request.deflate = true;
	assert_false(leap_handshake_judge(&request, *arg).deflate);
	set(*arg, "websockets_deflate", "true");
	assert_true(leap_handshake_judge(&request, *arg).deflate);
	request.deflate = false;
	assert_false(leap_handshake_judge(&request, *arg).deflate);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_names_a_version),
		cmocka_unit_test(a_version_of_the_future_is_answered_with_six),
		cmocka_unit_test(a_version_that_is_none_is_refused_after_the_upgrade),
		cmocka_unit_test(other_paths_do_not_exist),
		test(names_of_this_machine_are_local),
		test(rebound_and_broken_names_are_not),
		test(configured_names_are_ours_too),
		test(addresses_cannot_be_rebound_and_are_ours_when_remote_is_allowed),
		test(an_upgrade_is_refused_for_one_reason_at_a_time),
		test(a_version_switched_off_is_refused_after_the_upgrade),
		test(pages_are_for_those_who_want_no_websocket),
		test(deflate_is_for_who_offers_it_when_it_is_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
