/* SPDX-License-Identifier: MIT */
/*
 * The WebSocket service: listeners, clients, back-pressure; a page and metrics by HTTP.
 * Everything in it is owned by its own thread; it reads the state under RCU.
 */
#ifndef LEAP_SERVICE_H
#define LEAP_SERVICE_H

#include <stdint.h>

#include "daemon/policy/policy.h"
#include "daemon/state/state.h"

struct leap_service;

/** struct leap_service_timing - how long the service is patient */
struct leap_service_timing {
	int64_t handshake_ns; /* from accept() to the end of the request: 5 s */
	int64_t ping_ns; /* without a word from a client it is pinged: 30 s */
	int64_t hang_up_ns; /* and with none until then it is dropped: 60 s */
};

/**
 * leap_service_start() - listen, and serve from a thread of its own
 * @config: only read during the call
 * @state: must outlive the service; the service watches it
 * @ret_service: to be ended with leap_service_stop()
 * @ret_error: one line for a person, on failure only; to be freed
 *
 * Both loopback addresses are bound before it returns; without IPv6 on this machine
 * 127.0.0.1 alone is enough. With websockets_enabled off nothing is bound until it is
 * switched on. Ports, certificate and websockets_allow_remote are read once; all other
 * settings count as soon as they change, for connected clients, too.
 *
 * Return: 0; -EADDRINUSE, -EACCES; -EINVAL the certificate; -ENOMEM.
 */
int leap_service_start(struct leap_policy *policy, struct leap_state *state,
		       const struct leap_service_timing *timing,
		       struct leap_service **ret_service, char **ret_error);

/** leap_service_port() - the port in use, also when 0 was asked for; 0 when none is */
unsigned int leap_service_port(const struct leap_service *service);

/** leap_service_tls_port() - likewise, of wss; 0 without a certificate */
unsigned int leap_service_tls_port(const struct leap_service *service);

/** struct leap_service_stats - counted since the start; any thread may ask */
struct leap_service_stats {
	uint64_t frames_sent;
	uint64_t
		frames_skipped; /* replaced by a newer one before a client could take it */
	uint64_t messages_in;
	uint64_t messages_bad;
	unsigned int clients;
};

void leap_service_stats(const struct leap_service *service,
			struct leap_service_stats *ret_stats);

/** leap_service_stop() - closes every client with 1001 and joins the thread */
void leap_service_stop(struct leap_service *service);

#endif /* LEAP_SERVICE_H */
