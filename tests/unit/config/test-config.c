// SPDX-License-Identifier: MIT
/*
 * What users may write into a configuration, and what they are told when it is wrong.
 * Each test owns its configuration and its temporary file.
 */
#include "daemon/config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct attempt {
	struct leap_config config;
	char *error;
	int result;
};

static int set_up(void **arg)
{
	struct attempt *attempt = calloc(1, sizeof(*attempt));

	*arg = attempt;
	return attempt ? leap_config_init(&attempt->config) : -1;
}

static int tear_down(void **arg)
{
	struct attempt *attempt = *arg;

	leap_config_done(&attempt->config);
	free(attempt->error);
	free(attempt);
	return 0;
}

static void parse(struct attempt *attempt, const char *text)
{
	attempt->result = leap_config_parse(&attempt->config, "config.json", text,
					    strlen(text), &attempt->error);
}

static void set(struct attempt *attempt, const char *key, const char *value)
{
	attempt->result =
		leap_config_set(&attempt->config, key, value, &attempt->error);
}

static void starts_with_the_originals_defaults(void **arg)
{
	struct attempt *attempt = *arg;

	assert_true(attempt->config.websockets_enabled);
	assert_true(attempt->config.background_allowed);
	assert_int_equal(attempt->config.ws_port, 6437);
	assert_true(attempt->config.interaction_box_height == 200);
	assert_true(attempt->config.interaction_box_scale == 0.8);
	assert_true(attempt->config.gesture.circle_min_radius == 5);
	assert_float_equal(attempt->config.gesture.circle_min_arc, 4.712389, 1e-6);
	assert_true(attempt->config.gesture.swipe_min_length == 150);
	assert_true(attempt->config.gesture.swipe_min_velocity == 1000);
	assert_true(attempt->config.gesture.key_tap_min_down_velocity == 50);
	assert_true(attempt->config.gesture.key_tap_history_seconds == 0.1);
	assert_true(attempt->config.gesture.key_tap_min_distance == 3);
	assert_true(attempt->config.gesture.screen_tap_min_forward_velocity == 50);
	assert_true(attempt->config.gesture.screen_tap_history_seconds == 0.1);
	assert_true(attempt->config.gesture.screen_tap_min_distance == 5);
	assert_string_equal(attempt->config.source, "auto");
}

static void takes_over_every_key(void **arg)
{
	struct attempt *attempt = *arg;

	parse(attempt,
	      "{\"configuration\": {\"websockets_enabled\": false, \"ws_port\": 7000,"
	      " \"background_app_mode\": 0, \"interaction_box_height\": 150.5,"
	      " \"source\": \"simulate:7\"}}\n");
	assert_int_equal(attempt->result, 0);
	assert_false(attempt->config.websockets_enabled);
	assert_false(attempt->config.background_allowed);
	assert_int_equal(attempt->config.ws_port, 7000);
	assert_true(attempt->config.interaction_box_height == 150.5);
	assert_string_equal(attempt->config.source, "simulate:7");
	assert_null(attempt->config.warning);
}

static void takes_over_every_key_of_the_web(void **arg)
{
	struct attempt *attempt = *arg;

	parse(attempt,
	      "{\"configuration\": {\"websockets_allow_remote\": true,"
	      " \"wss_port\": 1, \"wss_certificate\": \"c.pem\", \"wss_key\": \"k.pem\","
	      " \"websockets_versions\": \"1-2, 4\","
	      " \"websockets_origins\": \"https://a.example, null\","
	      " \"websockets_denied_origins\": \"http://b.example:8080\","
	      " \"websockets_hosts\": \"studio.local\", \"websockets_clients\": 5,"
	      " \"websockets_clients_per_origin\": 3, \"websockets_deflate\": true}}");
	assert_int_equal(attempt->result, 0);
	assert_null(attempt->config.warning);
	assert_true(attempt->config.websockets_allow_remote);
	assert_int_equal(attempt->config.wss_port, 1);
	assert_string_equal(attempt->config.wss_certificate, "c.pem");
	assert_string_equal(attempt->config.wss_key, "k.pem");
	assert_int_equal(attempt->config.websockets_versions, 1 << 1 | 1 << 2 | 1 << 4);
	assert_string_equal(attempt->config.websockets_origins,
			    "https://a.example, null");
	assert_string_equal(attempt->config.websockets_denied_origins,
			    "http://b.example:8080");
	assert_string_equal(attempt->config.websockets_hosts, "studio.local");
	assert_int_equal(attempt->config.websockets_clients, 5);
	assert_int_equal(attempt->config.websockets_clients_per_origin, 3);
	assert_true(attempt->config.websockets_deflate);
}

static bool takes(struct attempt *attempt, const char *key, const char *value)
{
	char *error = NULL;
	int r = leap_config_set(&attempt->config, key, value, &error);

	assert_int_equal(!r, !error);
	free(error);
	return !r;
}

static void lists_are_looked_at_before_they_are_taken(void **arg)
{
	struct attempt *attempt = *arg;
	static const char *const versions[] = { "",	"0", "7",   "1-",  "2-1",
						"1,,2", "x", "1 2", "1-6x" };
	static const char *const origins[] = {
		"",	      "all",	       "example.org",
		"https://",   "://x",	       "https://a/b",
		"any none",   "https://a any", "https://a?b=c",
		"https://u@a"
	};
	size_t i;

	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		assert_false(takes(attempt, "websockets_versions", versions[i]));
	for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++)
		assert_false(takes(attempt, "websockets_origins", origins[i]));
	assert_int_equal(attempt->config.websockets_versions, 126);
	assert_string_equal(attempt->config.websockets_origins, "any");
	assert_true(takes(attempt, "websockets_origins", "none"));
	assert_true(takes(attempt, "websockets_origins", "http://[::1]:80"));
	assert_true(takes(attempt, "websockets_denied_origins", ""));
	assert_false(takes(attempt, "websockets_denied_origins", "any"));
	assert_false(takes(attempt, "websockets_clients", "0"));
}

static void knows_the_settings_of_gestures_and_of_the_box(void **arg)
{
	struct attempt *attempt = *arg;

	parse(attempt, "{\"configuration\":{\"Gesture.Circle.MinRadius\":12,"
		       "\"Gesture.Swipe.MinLength\":80.5,\"interaction_box_auto\":true,"
		       "\"interaction_center_z\":-40}}");
	assert_int_equal(attempt->result, 0);
	assert_true(attempt->config.gesture.circle_min_radius == 12);
	assert_true(attempt->config.gesture.swipe_min_length == 80.5);
	assert_true(attempt->config.interaction_box_auto);
	assert_true(attempt->config.interaction_center_z == -40);
	assert_false(takes(attempt, "Gesture.Swipe.MinVelocity", "0"));
	assert_false(takes(attempt, "Gesture.KeyTap.HistorySeconds", "nan"));
	assert_true(takes(attempt, "Gesture.KeyTap.HistorySeconds", "0.2"));
}

static void accepts_a_file_of_the_original_in_silence(void **arg)
{
	struct attempt *attempt = *arg;

	parse(attempt,
	      "{\"configuration\":{\"background_app_mode\":2,\"images_mode\":2,"
	      "\"interaction_box_auto\":true,\"Gesture.Circle.MinRadius\":5.0,"
	      "\"power_saving_battery\":true,\"wss_port\":6436,"
	      "\"process_niceness\":0}}");
	assert_int_equal(attempt->result, 0);
	assert_null(attempt->config.warning);
}

static void warns_once_of_keys_nobody_knows(void **arg)
{
	struct attempt *attempt = *arg;

	parse(attempt,
	      "{\"configuration\":{\"ws_prot\":1,\"zz\\n\":{},\"ws_port\":1}}");
	assert_int_equal(attempt->result, 0);
	assert_int_equal(attempt->config.ws_port, 1);
	assert_string_equal(attempt->config.warning,
			    "config.json: not known and ignored: \"ws_prot\", \"zz?\"");
}

static void an_endless_list_of_unknown_keys_is_cut(void **arg)
{
	struct attempt *attempt = *arg;
	char text[20000] = "{\"configuration\":{";
	char *end = text + strlen(text);
	int i;

	for (i = 0; i < 1000; i++)
		end += sprintf(end, "\"unknown%d\":0,", i);
	strcpy(end, "\"last\":0}}");
	parse(attempt, text);
	assert_int_equal(attempt->result, 0);
	assert_true(strlen(attempt->config.warning) < 1000);
}

static void names_file_key_and_expectation(void **arg)
{
	struct attempt *attempt = *arg;

	parse(attempt, "{\"configuration\":{\"ws_port\":70000}}");
	assert_int_equal(attempt->result, -ERANGE);
	assert_string_equal(
		attempt->error,
		"config.json: \"ws_port\": expected a whole number from 0 to "
		"65535, found 70000");
}

static void nothing_is_taken_over_from_a_wrong_file(void **arg)
{
	struct attempt *attempt = *arg;

	parse(attempt, "{\"configuration\":{\"source\":\"simulate\",\"ws_port\":-1}}");
	assert_int_equal(attempt->result, -ERANGE);
	assert_string_equal(attempt->config.source, "auto");
	assert_int_equal(attempt->config.ws_port, 6437);
}

static void refuses_values_of_another_kind(void **arg)
{
	static const char *const wrong[] = {
		"\"ws_port\":\"6437\"",
		"\"ws_port\":6437.5",
		"\"ws_port\":true",
		"\"ws_port\":null",
		"\"ws_port\":1e99",
		"\"websockets_enabled\":1",
		"\"websockets_enabled\":\"true\"",
		"\"background_app_mode\":true",
		"\"background_app_mode\":[2]",
		"\"interaction_box_height\":0",
		"\"interaction_box_height\":-1e300",
		"\"source\":\"\"",
		"\"source\":{}",
	};
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct attempt attempt = { 0 };
		char text[100];

		assert_int_equal(leap_config_init(&attempt.config), 0);
		snprintf(text, sizeof(text), "{\"configuration\":{%s}}", wrong[i]);
		parse(&attempt, text);
		assert_int_equal(attempt.result, -ERANGE);
		assert_non_null(strstr(attempt.error, "expected"));
		leap_config_done(&attempt.config);
		free(attempt.error);
	}
}

static void says_where_the_json_breaks(void **arg)
{
	struct attempt *attempt = *arg;

	parse(attempt, "{\"configuration\":\n {\"ws_port\" 6437}}");
	assert_int_equal(attempt->result, -EBADMSG);
	assert_non_null(strstr(attempt->error, "config.json:2:"));
	assert_null(strchr(attempt->error, '\n'));
}

static void refuses_what_is_no_configuration(void **arg)
{
	static const char *const wrong[] = {
		"",
		" ",
		"{",
		"[]",
		"7",
		"null",
		"{}",
		"{\"configuration\":[]}",
		"{\"configuration\":{}} x",
		"{\"configuration\":{},}",
		"\xff",
		"{\"a\":\"\xff\"}",
		"{\"configuration\":{\"a\":[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]}}",
	};
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct attempt attempt = { 0 };

		assert_int_equal(leap_config_init(&attempt.config), 0);
		parse(&attempt, wrong[i]);
		assert_int_equal(attempt.result, -EBADMSG);
		assert_non_null(attempt.error);
		leap_config_done(&attempt.config);
		free(attempt.error);
	}
}

static void reads_a_file(void **arg)
{
	struct attempt *attempt = *arg;
	char path[] = "/tmp/test-config-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "{\"configuration\":{\"ws_port\":1234}}", 34), 34);
	close(fd);
	attempt->result = leap_config_load(&attempt->config, path, &attempt->error);
	unlink(path);
	assert_int_equal(attempt->result, 0);
	assert_int_equal(attempt->config.ws_port, 1234);
}

static void a_missing_file_and_a_folder_are_named(void **arg)
{
	struct attempt *attempt = *arg;

	attempt->result = leap_config_load(&attempt->config, "/nonexistent/config.json",
					   &attempt->error);
	assert_int_equal(attempt->result, -ENOENT);
	assert_non_null(strstr(attempt->error, "/nonexistent/config.json"));
	free(attempt->error);
	attempt->error = NULL;
	attempt->result = leap_config_load(&attempt->config, "/", &attempt->error);
	assert_int_equal(attempt->result, -EISDIR);
	assert_non_null(attempt->error);
}

static void the_command_line_sets_every_key(void **arg)
{
	struct attempt *attempt = *arg;

	set(attempt, "ws_port", "0");
	assert_int_equal(attempt->result, 0);
	set(attempt, "websockets_enabled", "False");
	assert_int_equal(attempt->result, 0);
	set(attempt, "background_app_mode", "0");
	assert_int_equal(attempt->result, 0);
	set(attempt, "interaction_box_height", "120");
	assert_int_equal(attempt->result, 0);
	set(attempt, "source", "replay:x.y4m");
	assert_int_equal(attempt->result, 0);
	set(attempt, "images_mode", "2");
	assert_int_equal(attempt->result, 0);
	assert_int_equal(attempt->config.ws_port, 0);
	assert_false(attempt->config.websockets_enabled);
	assert_false(attempt->config.background_allowed);
	assert_true(attempt->config.interaction_box_height == 120);
	assert_string_equal(attempt->config.source, "replay:x.y4m");
}

static void the_command_line_is_told_what_is_wrong(void **arg)
{
	struct attempt *attempt = *arg;

	set(attempt, "ws_port", "many");
	assert_int_equal(attempt->result, -ERANGE);
	assert_string_equal(attempt->error,
			    "--ws_port: expected a whole number from 0 to "
			    "65535, found \"many\"");
	free(attempt->error);
	attempt->error = NULL;
	set(attempt, "ws_prot", "1");
	assert_int_equal(attempt->result, -ENOENT);
	assert_non_null(strstr(attempt->error, "--ws_prot"));
}

static void takes_over_every_key_of_native_programs(void **arg)
{
	struct attempt *attempt = *arg;

	assert_true(attempt->config.images_allowed);
	parse(attempt,
	      "{\"configuration\": {\"native_enabled\": false, \"native_port\": 0,"
	      " \"native_socket\": \"/run/x\", \"native_allow_remote\": true,"
	      " \"images_mode\": 0}}");
	assert_int_equal(attempt->result, 0);
	assert_false(attempt->config.native_enabled);
	assert_int_equal(attempt->config.native_port, 0);
	assert_string_equal(attempt->config.native_socket, "/run/x");
	assert_true(attempt->config.native_allow_remote);
	assert_false(attempt->config.images_allowed);
}

static void what_a_setting_says_can_be_set_again(void **arg)
{
	struct attempt *attempt = *arg;
	const char *key, *help;
	char before[4097], after[4097];
	unsigned int i;

	for (i = 0; (key = leap_config_key(i, &help)); i++) {
		char *error = NULL;
		int type =
			leap_config_text(&attempt->config, i, before, sizeof(before));

		assert_in_range(type, LEAP_CONFIG_BOOL, LEAP_CONFIG_TEXT);
		assert_int_equal(leap_config_set(&attempt->config, key, before, &error),
				 0);
		leap_config_text(&attempt->config, i, after, sizeof(after));
		assert_string_equal(before, after);
	}
	assert_int_equal(leap_config_text(&attempt->config, i, after, sizeof(after)),
			 -ENOENT);
}

static void every_key_has_a_help_line(void **arg)
{
	const char *help = NULL;
	unsigned int i;

	(void)arg;
	for (i = 0; leap_config_key(i, &help); i++) {
		assert_non_null(help);
		assert_null(strchr(help, '\n'));
	}
	assert_true(i >= 16);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(starts_with_the_originals_defaults),
		test(takes_over_every_key),
		test(takes_over_every_key_of_the_web),
		test(takes_over_every_key_of_native_programs),
		test(what_a_setting_says_can_be_set_again),
		test(lists_are_looked_at_before_they_are_taken),
		test(knows_the_settings_of_gestures_and_of_the_box),
		test(accepts_a_file_of_the_original_in_silence),
		test(warns_once_of_keys_nobody_knows),
		test(an_endless_list_of_unknown_keys_is_cut),
		test(names_file_key_and_expectation),
		test(nothing_is_taken_over_from_a_wrong_file),
		test(refuses_values_of_another_kind),
		test(says_where_the_json_breaks),
		test(refuses_what_is_no_configuration),
		test(reads_a_file),
		test(a_missing_file_and_a_folder_are_named),
		test(the_command_line_sets_every_key),
		test(the_command_line_is_told_what_is_wrong),
		test(every_key_has_a_help_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
