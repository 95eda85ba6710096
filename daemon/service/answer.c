// SPDX-License-Identifier: MIT
/*
 * Writes answers whole: each is one parcel.
 * Any thread.
 */
#include "daemon/service/answer.h"

#include <stdio.h>
#include <string.h>

#define HEAD_MAX 512
#define PAGE_MAX 2048
#define TEXT_MAX 256

static const char *reason_of(unsigned int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 408:
		return "Request Timeout";
	case 426:
		return "Upgrade Required";
	case 431:
		return "Request Header Fields Too Large";
	default:
		return "Service Unavailable";
	}
}

static const char *headers_of(unsigned int status)
{
	switch (status) {
	case 405:
		return "Allow: GET\r\n";
	case 426:
		return "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
	case 503:
		return "Retry-After: 1\r\n";
	default:
		return "";
	}
}

static struct leap_parcel *join(const char *head, const char *body, size_t size)
{
	size_t head_size = strlen(head);
	struct leap_parcel *parcel = leap_parcel_new(head_size + size);

	if (!parcel)
		return NULL;
	parcel->payload_at = head_size;
	memcpy(parcel->bytes, head, head_size);
	memcpy(parcel->bytes + head_size, body, size);
	return parcel;
}

struct leap_parcel *leap_answer_text(unsigned int status, const char *type,
				     const char *text, size_t size)
{
	char head[HEAD_MAX];

	snprintf(
		head, sizeof(head),
		"HTTP/1.1 %u %s\r\n"
		"Content-Type: %s\r\n"
		"Content-Length: %zu\r\n"
		"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"Cache-Control: no-store\r\n"
		"%sConnection: close%s\r\n\r\n",
		status, reason_of(status), type, size, headers_of(status),
		status == 426 ? ", Upgrade" : "");
	return join(head, text, size);
}

struct leap_parcel *leap_answer_refusal(unsigned int status, const char *line)
{
	char text[TEXT_MAX];
	int size = snprintf(text, sizeof(text), "%s\n", line);

	return leap_answer_text(status, "text/plain; charset=utf-8", text, size);
}

static void describe_tls(char line[TEXT_MAX], unsigned int port)
{
	line[0] = '\0';
	if (port)
		snprintf(line, TEXT_MAX, " or <code>wss://127.0.0.1:%u/v6.json</code>",
			 port);
}

struct leap_parcel *leap_answer_page(unsigned int port, unsigned int tls_port)
{
	char page[PAGE_MAX], tls[TEXT_MAX];
	int size;

	describe_tls(tls, tls_port);
	size = snprintf(
		page, sizeof(page),
		"<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
		"<title>leapd</title>\n<h1>leapd " LEAP_VERSION "</h1>\n"
		"<p>This program tells applications on this machine about the hands "
		"above a Leap Motion Controller.\n"
		"<p>Pages made with leap.js find it by themselves. A browser may ask "
		"first whether the page may connect to this device.\n"
		"<p>Other programs connect to <code>ws://127.0.0.1:%u/v6.json</code>%s; "
		"<code>/v1.json</code> to <code>/v5.json</code> speak the older "
		"protocols.\n"
		"<p>For those who run it unattended: <a href=\"/healthz\">health</a>, "
		"<a href=\"/metrics\">metrics</a>.\n",
		port, tls);
	return leap_answer_text(200, "text/html; charset=utf-8", page, size);
}
