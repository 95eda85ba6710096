/* SPDX-License-Identifier: MIT */
/*
 * What the service and its sessions share. All of it belongs to the service's thread,
 * but for what is atomic.
 */
#ifndef LEAP_SERVICE_IMPL_H
#define LEAP_SERVICE_IMPL_H

#include <pthread.h>
#include <sys/queue.h>

#include "daemon/service/broadcast.h"
#include "daemon/service/listen.h"
#include "daemon/service/metrics.h"
#include "daemon/service/service.h"
#include "daemon/service/tls.h"
#include "daemon/service/websocket.h"

#define NS_PER_MS INT64_C(1000000)

/* Connections that are none yet, or none any more, beside the clients. */
#define LEAP_SERVICE_STRANGERS_MAX 64

struct leap_session;
TAILQ_HEAD(leap_session_list, leap_session);

/* What epoll tells of. */
struct leap_event_target {
	enum { LEAP_EVENT_WAKE, LEAP_EVENT_LISTENER, LEAP_EVENT_SESSION } kind;
	int fd; /* of a listener */
	bool tls; /* likewise */
};

/* 127.0.0.1, ::1, and both again with TLS */
#define LEAP_SERVICE_LISTENERS 4

struct leap_service {
	struct leap_policy *policy;
	struct leap_state *state;
	struct leap_service_timing timing;
	const struct leap_config *config; /* of the policy, as it was looked at last */

	int epoll_fd;
	int wake_fd;
	struct leap_event_target wake_target;
	struct leap_event_target listener[LEAP_SERVICE_LISTENERS];
	bool everywhere; /* as it was set at the start; so the two ports */
	unsigned int ws_port;
	unsigned int wss_port;
	struct leap_listeners plain;
	struct leap_listeners secure;
	struct leap_tls *tls;
	bool accepting; /* the listeners are watched */
	int64_t accept_again_ns; /* when they are not, for want of descriptors */

	struct leap_session_list sessions; /* who took the focus last is first */
	struct leap_session_list graveyard; /* ended during this round of events */
	unsigned int session_count;
	struct leap_broadcast *broadcast;
	struct leap_websocket_library *library;
	struct leap_metrics metrics;
	int64_t now_ns; /* at the beginning of this round */
	int64_t complained_ns;
	int64_t next_check_ns; /* when the first of the sessions' deadlines is */

	bool saying_goodbye;
	bool ended;
	int64_t goodbye_ns;

	/* for other threads */
	atomic_uint clients;
	atomic_uint port;
	atomic_uint tls_port;
	atomic_bool stopping;
	struct leap_state_watch state_watch;
	struct leap_policy_watch policy_watch;
	pthread_t thread;
};

#endif /* LEAP_SERVICE_IMPL_H */
