// SPDX-License-Identifier: MIT
/*
 * Request line and headers; whatever is ambiguous is an error.
 * Pure; any thread.
 */
#include "daemon/service/request.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEADERS_MAX 100
#define WINDOW_BITS_MAX "15"

/* A stretch of the head. */
struct span {
	const char *at;
	size_t size;
};

/* What is put together from several headers before it makes sense. */
struct reading {
	struct leap_request *request;
	bool has_host, has_origin, has_key, has_version;
	bool upgrade_websocket, connection_upgrade;
	bool old; /* HTTP/1.0, which cannot upgrade */
};

/* RFC 9110, 5.6.2 */
static bool is_token_char(unsigned char c)
{
	return isalnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct span span)
{
	size_t i;

	for (i = 0; i < span.size; i++)
		if (!is_token_char(span.at[i]))
			return false;
	return span.size;
}

static bool is(struct span span, const char *word)
{
	return span.size == strlen(word) && !strncasecmp(span.at, word, span.size);
}

static struct span trimmed(struct span span)
{
	while (span.size && (*span.at == ' ' || *span.at == '\t')) {
		span.at++;
		span.size--;
	}
	while (span.size &&
	       (span.at[span.size - 1] == ' ' || span.at[span.size - 1] == '\t'))
		span.size--;
	return span;
}

/* What is before the next separator; *rest is what is behind it. */
static struct span next_part(struct span *rest, char separator)
{
	const char *end = memchr(rest->at, separator, rest->size);
	struct span part = *rest;

	if (end) {
		part.size = end - rest->at;
		rest->at = end + 1;
		rest->size -= part.size + 1;
	} else {
		rest->at += rest->size;
		rest->size = 0;
	}
	return trimmed(part);
}

static bool list_has(struct span list, const char *word)
{
	while (list.size)
		if (is(next_part(&list, ','), word))
			return true;
	return false;
}

/* Return: 0, -EBADMSG when it was there before, -EMSGSIZE */
static int store(struct span value, bool *seen, char *field, size_t room)
{
	if (*seen)
		return -EBADMSG;
	*seen = true;
	if (value.size >= room)
		return -EMSGSIZE;
	memcpy(field, value.at, value.size);
	field[value.size] = '\0';
	return 0;
}

/* Parameters of an offer of permessage-deflate: can all of them be kept? */
static bool suits(struct span parameters)
{
	while (parameters.size) {
		struct span value = next_part(&parameters, ';');
		struct span name = next_part(&value, '=');

		value = trimmed(value);
		if (is(name, "server_no_context_takeover") ||
		    is(name, "client_no_context_takeover") ||
		    is(name, "client_max_window_bits"))
			continue;
		if (!is(name, "server_max_window_bits") || !is(value, WINDOW_BITS_MAX))
			return false;
	}
	return true;
}

static bool offers_deflate(struct span extensions)
{
	while (extensions.size) {
		struct span offer = next_part(&extensions, ',');

		if (is(next_part(&offer, ';'), "permessage-deflate") && suits(offer))
			return true;
	}
	return false;
}

static unsigned int number_of(struct span value)
{
	unsigned int number = 0;
	size_t i;

	for (i = 0; i < value.size; i++) {
		if (!isdigit((unsigned char)value.at[i]) || number > 99)
			return 0;
		number = number * 10 + value.at[i] - '0';
	}
	return number;
}

static int take_version(struct reading *reading, struct span value)
{
	if (reading->has_version)
		return -EBADMSG;
	reading->has_version = true;
	reading->request->version = number_of(value);
	return 0;
}

static int take_header(struct reading *reading, struct span name, struct span value)
{
	struct leap_request *request = reading->request;

	if (is(name, "Host"))
		return store(value, &reading->has_host, request->host,
			     sizeof(request->host));
	if (is(name, "Origin"))
		return store(value, &reading->has_origin, request->origin,
			     sizeof(request->origin));
	if (is(name, "Sec-WebSocket-Version"))
		return take_version(reading, value);
	if (is(name, "Sec-WebSocket-Key"))
		return store(value, &reading->has_key, request->key,
			     sizeof(request->key))
			       ? -EBADMSG
			       : 0;
	if (is(name, "Upgrade"))
		reading->upgrade_websocket |= list_has(value, "websocket");
	if (is(name, "Connection"))
		reading->connection_upgrade |= list_has(value, "Upgrade");
	if (is(name, "Sec-WebSocket-Extensions"))
		request->deflate |= offers_deflate(value);
	return 0;
}

static bool is_printable(struct span span)
{
	size_t i;

	for (i = 0; i < span.size; i++)
		if ((unsigned char)span.at[i] < ' ' ? span.at[i] != '\t'
						    : span.at[i] == 0x7f)
			return false;
	return true;
}

/* "METHOD /path?query HTTP/1.1" */
static int take_request_line(struct reading *reading, struct span line)
{
	struct leap_request *request = reading->request;
	struct span method = next_part(&line, ' ');
	struct span target = next_part(&line, ' ');
	struct span path = target;

	if (!is_token(method) || !target.size || target.at[0] != '/' ||
	    !is_printable(target) || !(is(line, "HTTP/1.1") || is(line, "HTTP/1.0")))
		return -EBADMSG;
	reading->old = is(line, "HTTP/1.0");
	request->get = method.size == 3 && !memcmp(method.at, "GET", 3);
	path = next_part(&path, '?');
	if (path.size >= sizeof(request->path))
		path.size = sizeof(request->path) - 1;
	memcpy(request->path, path.at, path.size);
	return 0;
}

static int take_header_line(struct reading *reading, struct span line)
{
	const char *colon = memchr(line.at, ':', line.size);
	struct span name = line, value = line;

	if (!colon)
		return -EBADMSG;
	name.size = colon - line.at;
	value.at = colon + 1;
	value.size = line.size - name.size - 1;
	if (!is_token(name) || !is_printable(value)) /* also a folded line */
		return -EBADMSG;
	return take_header(reading, name, trimmed(value));
}

static int take_lines(struct reading *reading, struct span head)
{
	unsigned int lines = 0;
	int r = 0;

	while (!r && head.size) {
		const char *end = memmem(head.at, head.size, "\r\n", 2);
		struct span line = { head.at, end - head.at };

		head.at = end + 2;
		head.size -= line.size + 2;
		if (!head.size) /* the empty line */
			break;
		if (++lines > HEADERS_MAX)
			return -EMSGSIZE;
		r = lines == 1 ? take_request_line(reading, line)
			       : take_header_line(reading, line);
	}
	return r;
}

int leap_request_parse(const char *bytes, size_t size, struct leap_request *ret_request)
{
	struct leap_request request = { 0 };
	struct reading reading = { .request = &request };
	size_t searched = size < LEAP_REQUEST_MAX ? size : LEAP_REQUEST_MAX;
	const char *end = memmem(bytes, searched, "\r\n\r\n", 4);
	struct span head = { bytes, end ? end + 4 - bytes : 0 };
	int r;

	if (size && !is_token_char(bytes[0]))
		return -EBADMSG;
	if (!end)
		return size >= LEAP_REQUEST_MAX ? -EMSGSIZE : 0;
	r = take_lines(&reading, head);
	if (r)
		return r;
	request.upgrade = reading.upgrade_websocket && reading.connection_upgrade &&
			  !reading.old;
	*ret_request = request;
	return head.size;
}
