// SPDX-License-Identifier: MIT
/*
 * Heads of HTTP requests: what browsers send is understood, what is ambiguous refused.
 * Pure functions.
 */
#include "daemon/service/request.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define UPGRADE                                             \
	"GET /v6.json HTTP/1.1\r\nHost: 127.0.0.1:6437\r\n" \
	"Connection: Upgrade\r\nUpgrade: websocket\r\n"     \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"   \
	"Sec-WebSocket-Version: 13\r\n"

static struct leap_request parsed(const char *text)
{
	struct leap_request request;

	assert_int_equal(leap_request_parse(text, strlen(text), &request),
			 strlen(text));
	return request;
}

static int result_of(const char *text)
{
	struct leap_request request;

	return leap_request_parse(text, strlen(text), &request);
}

static void an_upgrade_is_understood(void **arg)
{
	struct leap_request request =
		parsed(UPGRADE "Origin: https://example.org\r\nX-Y: z\r\n\r\n");

	(void)arg;
	assert_true(request.get);
	assert_true(request.upgrade);
	assert_false(request.deflate);
	assert_int_equal(request.version, 13);
	assert_string_equal(request.path, "/v6.json");
	assert_string_equal(request.host, "127.0.0.1:6437");
	assert_string_equal(request.origin, "https://example.org");
	assert_string_equal(request.key, "dGhlIHNhbXBsZSBub25jZQ==");
}

static void a_query_is_no_part_of_the_path(void **arg)
{
	(void)arg;
	assert_string_equal(parsed("GET /?x=/v6.json HTTP/1.1\r\n\r\n").path, "/");
}

static void names_and_tokens_have_no_case(void **arg)
{
	struct leap_request request =
		parsed("GET / HTTP/1.1\r\nhOST:localhost\r\nUPGRADE: WebSocket\r\n"
		       "connection:\tkeep-alive ,\tupgrade \r\n\r\n");

	(void)arg;
	assert_true(request.upgrade);
	assert_string_equal(request.host, "localhost");
	assert_false(parsed("get / HTTP/1.1\r\n\r\n").get);
}

static void half_of_an_upgrade_is_none(void **arg)
{
	(void)arg;
	assert_false(parsed("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n").upgrade);
	assert_false(parsed("GET / HTTP/1.1\r\nConnection: Upgrade\r\n\r\n").upgrade);
	assert_false(parsed("GET / HTTP/1.1\r\nConnection: Upgrade\r\n"
			    "Upgrade: h2c\r\n\r\n")
			     .upgrade);
	assert_false(parsed("GET / HTTP/1.0\r\nConnection: Upgrade\r\n"
			    "Upgrade: websocket\r\n\r\n")
			     .upgrade);
}

static void more_may_be_to_come(void **arg)
{
	static const char text[] = UPGRADE "\r\n";
	struct leap_request request;
	size_t size;

	(void)arg;
	for (size = 0; size < sizeof(text) - 1; size++)
		assert_int_equal(leap_request_parse(text, size, &request), 0);
	assert_int_equal(leap_request_parse(text, size, &request), size);
	/* what comes behind is the first message */
	assert_int_equal(result_of("GET / HTTP/1.1\r\n\r\nabc"), 18);
}

static void what_is_no_request_is_refused(void **arg)
{
	static const char *const texts[] = {
		"\x16\x03\x01\x02", /* TLS */
		"\r\n\r\n",
		"GET\r\n\r\n",
		"GET /\r\n\r\n",
		"GET / HTTP/2.0\r\n\r\n",
		"GET / HTTP/1.1 x\r\n\r\n",
		"GET  / HTTP/1.1\r\n\r\n",
		"GET x HTTP/1.1\r\n\r\n",
		"GET http://evil.example/ HTTP/1.1\r\n\r\n",
		"G(T / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost\r\n\r\n",
		"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
		"GET / HTTP/1.1\r\n: a\r\n\r\n",
		"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
		"GET / HTTP/1.1\r\nA: b\nHost: c\r\n\r\n",
		"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
		"GET /\x7f HTTP/1.1\r\n\r\n",
	};
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(result_of(texts[i]), -EBADMSG);
}

static void what_matters_is_said_once(void **arg)
{
	static const char *const headers[] = { "Host: a", "Origin: null",
					       "Sec-WebSocket-Key: a",
					       "Sec-WebSocket-Version: 13" };
	char text[256];
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n%s\r\n%s\r\n\r\n",
			 headers[i], headers[i]);
		assert_int_equal(result_of(text), -EBADMSG);
	}
}

static void what_is_too_long_is_refused(void **arg)
{
	char text[LEAP_REQUEST_MAX + 100];
	char *end;
	int i;

	(void)arg;
	strcpy(text, "GET / HTTP/1.1\r\nX: ");
	memset(text + 19, 'a', sizeof(text) - 19);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(result_of(text), -EMSGSIZE);
	end = text + sprintf(text, "GET / HTTP/1.1\r\n");
	for (i = 0; i < 200; i++)
		end += sprintf(end, "a: b\r\n");
	strcpy(end, "\r\n");
	assert_int_equal(result_of(text), -EMSGSIZE);
	end = text + sprintf(text, "GET / HTTP/1.1\r\nOrigin: ");
	memset(end, 'o', LEAP_REQUEST_ORIGIN_MAX);
	strcpy(end + LEAP_REQUEST_ORIGIN_MAX, "\r\n\r\n");
	assert_int_equal(result_of(text), -EMSGSIZE);
}

static bool deflates(const char *extensions)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "GET / HTTP/1.1\r\nSec-WebSocket-Extensions: %s\r\n\r\n", extensions);
	return parsed(text).deflate;
}

static void an_offer_that_can_be_kept_is_seen(void **arg)
{
	(void)arg;
	assert_true(deflates("permessage-deflate"));
	assert_true(deflates("permessage-deflate; client_max_window_bits"));
	assert_true(
		deflates("x-other, permessage-deflate ; server_max_window_bits=15"));
	assert_true(deflates("permessage-deflate; server_max_window_bits=9, "
			     "permessage-deflate; server_no_context_takeover"));
	assert_false(deflates("permessage-deflate; server_max_window_bits=9"));
	assert_false(deflates("permessage-deflate; unknown"));
	assert_false(deflates("permessage-deflatex"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_upgrade_is_understood),
		cmocka_unit_test(a_query_is_no_part_of_the_path),
		cmocka_unit_test(names_and_tokens_have_no_case),
		cmocka_unit_test(half_of_an_upgrade_is_none),
		cmocka_unit_test(more_may_be_to_come),
		cmocka_unit_test(what_is_no_request_is_refused),
		cmocka_unit_test(what_matters_is_said_once),
		cmocka_unit_test(what_is_too_long_is_refused),
		cmocka_unit_test(an_offer_that_can_be_kept_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
