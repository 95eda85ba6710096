// SPDX-License-Identifier: MIT
/*
 * The gate in front of the WebSocket: Host, method, version, path; one small page.
 * Called on the service's thread.
 */
#include "daemon/service/http.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "daemon/service/handshake.h"

#define HOST_MAX 128
#define HEADERS_MAX 512
#define PAGE_MAX 1024

#define STATUS_UPGRADE_REQUIRED 426
#define WEBSOCKET_VERSION "13"

struct answer {
	unsigned int status;
	const char *type;
	const char *text;
	const char *upgrade; /* value of Sec-WebSocket-Version, or NULL */
};

static int add(struct lws *wsi, const char *name, const char *value, unsigned char **p,
	       unsigned char *end)
{
	return lws_add_http_header_by_name(wsi, (const unsigned char *)name,
					   (const unsigned char *)value, strlen(value),
					   p, end);
}

static int send_answer(struct lws *wsi, const struct answer *answer)
{
	unsigned char headers[LWS_PRE + HEADERS_MAX], *p = headers + LWS_PRE;
	unsigned char *end = headers + sizeof(headers) - 1;
	unsigned char body[LWS_PRE + PAGE_MAX];
	size_t size = strlen(answer->text);

	if (lws_add_http_header_status(wsi, answer->status, &p, end) ||
	    add(wsi, "content-type:", answer->type, &p, end) ||
	    add(wsi, "x-content-type-options:", "nosniff", &p, end) ||
	    add(wsi, "connection:", "close", &p, end) ||
	    (answer->upgrade &&
	     add(wsi, "sec-websocket-version:", answer->upgrade, &p, end)) ||
	    lws_add_http_header_content_length(wsi, size, &p, end) ||
	    lws_finalize_http_header(wsi, &p, end))
		return -1;
	if (lws_write(wsi, headers + LWS_PRE, p - (headers + LWS_PRE),
		      LWS_WRITE_HTTP_HEADERS) < 0)
		return -1;
	memcpy(body + LWS_PRE, answer->text, size);
	lws_write(wsi, body + LWS_PRE, size, LWS_WRITE_HTTP_FINAL);
	return -1;
}

static int refuse(struct lws *wsi, unsigned int status, const char *text)
{
	struct answer answer = { status, "text/plain", text, NULL };

	return send_answer(wsi, &answer);
}

static bool host_is_local(struct lws *wsi)
{
	char host[HOST_MAX];

	return lws_hdr_copy(wsi, host, sizeof(host), WSI_TOKEN_HOST) > 0 &&
	       leap_handshake_host_is_local(host);
}

int leap_http_version(struct lws *wsi)
{
	char path[LEAP_HTTP_PATH_MAX];

	if (lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI) <= 0)
		return -ENOENT;
	return leap_handshake_version(path);
}

int leap_http_confirm_upgrade(struct lws *wsi, const char *protocol)
{
	char version[8];

	if (!host_is_local(wsi))
		return refuse(wsi, HTTP_STATUS_FORBIDDEN,
			      "only for 127.0.0.1, [::1] and localhost\n");
	if (!lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI))
		return refuse(wsi, HTTP_STATUS_METHOD_NOT_ALLOWED, "only GET\n");
	if (strcasecmp(protocol, "websocket"))
		return refuse(wsi, HTTP_STATUS_BAD_REQUEST, "only websocket\n");
	if (lws_hdr_copy(wsi, version, sizeof(version), WSI_TOKEN_VERSION) <= 0 ||
	    strcmp(version, WEBSOCKET_VERSION)) {
		struct answer answer = { STATUS_UPGRADE_REQUIRED, "text/plain",
					 "only version 13 of the protocol\n",
					 WEBSOCKET_VERSION };

		return send_answer(wsi, &answer);
	}
	if (leap_http_version(wsi) < 0)
		return refuse(wsi, HTTP_STATUS_NOT_FOUND, "try /v6.json\n");
	return 0;
}

static int send_page(struct lws *wsi, unsigned int port)
{
	char page[PAGE_MAX];
	struct answer answer = { HTTP_STATUS_OK, "text/html; charset=utf-8", page,
				 NULL };

	snprintf(page, sizeof(page),
		 "<!DOCTYPE html>\n<title>leapd</title>\n"
		 "<p>leapd " LEAP_VERSION
		 " tells applications on this machine about the hands above a Leap "
		 "Motion Controller.\n"
		 "<p>Pages made with leap.js find it by themselves; other programs "
		 "connect to <code>ws://127.0.0.1:%u/v6.json</code>.\n",
		 port);
	return send_answer(wsi, &answer);
}

int leap_http_answer(struct lws *wsi, unsigned int port)
{
	char path[LEAP_HTTP_PATH_MAX];

	if (!host_is_local(wsi))
		return refuse(wsi, HTTP_STATUS_FORBIDDEN,
			      "only for 127.0.0.1, [::1] and localhost\n");
	if (!lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI))
		return refuse(wsi, HTTP_STATUS_METHOD_NOT_ALLOWED, "only GET\n");
	if (lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI) <= 0 ||
	    strcmp(path, "/"))
		return refuse(wsi, HTTP_STATUS_NOT_FOUND, "there is a page at /\n");
	return send_page(wsi, port);
}
