// SPDX-License-Identifier: MIT
/*
 * Any bytes at the door: what is let in was asked for in every respect, by a name of this
 * machine; whatever is answered is HTTP. One connection a call; owns nothing between.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/service/answer.h"
#include "daemon/service/handshake.h"
#include "daemon/service/origin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void set(struct leap_config *config, const char *key, const char *value)
{
	char *error;

	require(!leap_config_set(config, key, value, &error));
}

/* Each bit is a setting that is not the built-in one. */
static void configure(struct leap_config *config, uint8_t choice)
{
	require(!leap_config_init(config));
	if (choice & 1)
		set(config, "websockets_origins",
		    "https://a.example http://b.example:*");
	if (choice & 2)
		set(config, "websockets_denied_origins", "null, http://b.example:8");
	if (choice & 4)
		set(config, "websockets_hosts", "studio.local");
	if (choice & 8)
		set(config, "websockets_allow_remote", "true");
	if (choice & 16)
		set(config, "websockets_versions", "1-3,6");
	if (choice & 32)
		set(config, "websockets_deflate", "true");
	if (choice & 64)
		set(config, "websockets_origins", "none");
}

static void check_answer(struct leap_parcel *parcel, unsigned int status)
{
	char line[32];

	require(parcel && parcel->payload_at >= 4 &&
		parcel->payload_at <= parcel->size);
	snprintf(line, sizeof(line), "HTTP/1.1 %u ", status);
	require(!memcmp(parcel->bytes, line, strlen(line)));
	require(!memcmp(parcel->bytes + parcel->payload_at - 4, "\r\n\r\n", 4));
	require(memmem(parcel->bytes, parcel->size, "\r\n\r\n", 4) ==
		parcel->bytes + parcel->payload_at - 4);
	leap_parcel_put(parcel);
}

static void check_judgement(const struct leap_request *request,
			    const struct leap_config *config)
{
	struct leap_handshake handshake = leap_handshake_judge(request, config);

	if (handshake.kind == LEAP_HANDSHAKE_REFUSED) {
		require(handshake.status >= 400 && handshake.text);
		check_answer(leap_answer_refusal(handshake.status, handshake.text),
			     handshake.status);
		return;
	}
	require(request->get && leap_handshake_host_is_ours(config, request->host));
	if (handshake.kind != LEAP_HANDSHAKE_UPGRADE)
		return;
	require(request->upgrade && request->version == 13);
	require(leap_origin_allowed(config, request->origin));
	require(handshake.version == LEAP_PROTOCOL_REFUSED ||
		leap_handshake_serves(config, handshake.version));
	require(!handshake.deflate || config->websockets_deflate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct leap_request request;
	struct leap_config config;
	size_t part;
	int r;

	if (!size)
		return 0;
	configure(&config, *data++);
	size--;
	r = leap_request_parse((const char *)data, size, &request);
	require(r <= (int)size && r <= LEAP_REQUEST_MAX);
	if (r > 0) {
		check_judgement(&request, &config);
		/* that it comes in pieces makes no difference */
		part = r / 2;
		require(!leap_request_parse((const char *)data, part, &request));
		require(leap_request_parse((const char *)data, r, &request) == r);
	}
	leap_config_done(&config);
	return 0;
}
