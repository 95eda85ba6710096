// SPDX-License-Identifier: MIT
/*
 * Whose pages may connect, by the three modes and the list of those who may not.
 * Each test has settings of its own.
 */
#include "daemon/service/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

static void any_page_may_as_with_the_original(void **arg)
{
	assert_true(leap_origin_allowed(*arg, "https://example.org"));
	assert_true(leap_origin_allowed(*arg, "null"));
	assert_true(leap_origin_allowed(*arg, "*"));
	assert_true(leap_origin_allowed(*arg, ""));
}

static void of_a_list_only_its_members_may(void **arg)
{
	struct leap_config *config = *arg;

	set(config, "websockets_origins", "https://example.org, http://localhost:8080");
	assert_true(leap_origin_allowed(config, "https://example.org"));
	assert_true(leap_origin_allowed(config, "https://Example.ORG"));
	assert_true(leap_origin_allowed(config, "http://localhost:8080/"));
	assert_false(leap_origin_allowed(config, "http://example.org"));
	assert_false(leap_origin_allowed(config, "https://example.org:444"));
	assert_false(leap_origin_allowed(config, "https://example.org.evil.example"));
	assert_false(leap_origin_allowed(config, "https://example.or"));
	assert_false(leap_origin_allowed(config, "null"));
	assert_true(leap_origin_allowed(config, "")); /* a program */
}

static void a_star_stands_for_any_port(void **arg)
{
	struct leap_config *config = *arg;

	set(config, "websockets_origins", "http://localhost:* http://[::1]:*");
	assert_true(leap_origin_allowed(config, "http://localhost"));
	assert_true(leap_origin_allowed(config, "http://localhost:3000"));
	assert_true(leap_origin_allowed(config, "http://[::1]:3000"));
	assert_false(leap_origin_allowed(config, "http://localhost.evil.example:3000"));
	assert_false(leap_origin_allowed(config, "http://localhost:x3000"));
}

static void none_is_for_programs_only(void **arg)
{
	struct leap_config *config = *arg;

	set(config, "websockets_origins", "none");
	assert_false(leap_origin_allowed(config, "https://example.org"));
	assert_false(leap_origin_allowed(config, "null"));
	assert_true(leap_origin_allowed(config, ""));
}

static void denied_is_stronger_than_allowed(void **arg)
{
	struct leap_config *config = *arg;

	set(config, "websockets_denied_origins", "https://ads.example:* null");
	assert_false(leap_origin_allowed(config, "https://ads.example"));
	assert_false(leap_origin_allowed(config, "null"));
	assert_true(leap_origin_allowed(config, "https://example.org"));
	set(config, "websockets_origins", "https://ads.example");
	assert_false(leap_origin_allowed(config, "https://ads.example"));
}

static void origins_are_the_same_in_any_case(void **arg)
{
	(void)arg;
	assert_true(leap_origin_same("http://a", "HTTP://A/"));
	assert_false(leap_origin_same("http://a", "http://ab"));
	assert_false(leap_origin_same("http://a", ""));
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(any_page_may_as_with_the_original),
		test(of_a_list_only_its_members_may),
		test(a_star_stands_for_any_port),
		test(none_is_for_programs_only),
		test(denied_is_stronger_than_allowed),
		test(origins_are_the_same_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
