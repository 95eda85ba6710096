// SPDX-License-Identifier: MIT
/*
 * Glue between libwebsockets and the clients' protocol.
 * All of it runs on the service's thread, except start, stop, stats and wake().
 */
#include "daemon/service/service.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <libwebsockets.h>

#include "daemon/service/broadcast.h"
#include "daemon/service/client.h"
#include "daemon/service/frame_json.h"
#include "daemon/service/handshake.h"
#include "daemon/service/http.h"
#include "daemon/service/listen.h"
#include "daemon/service/message.h"

#define CLIENTS_MAX 256
/* With the listeners and connections whose handshake is under way. */
#define SOCKETS_MAX (CLIENTS_MAX + 64)
#define HANDSHAKE_SECONDS 5
#define PING_SECONDS 30
#define HANG_UP_SECONDS 60
#define GOODBYE_MS 500

/* What a client has not taken stays here, where newer frames replace it, and not in
 * the kernel, where they would queue behind it. */
#define UNSENT_BYTES (64 * 1024)

struct session {
	LIST_ENTRY(session) entry;
	struct lws *wsi;
	bool joined;
	bool told_bad_message;
	struct leap_client client;
	struct leap_inbox inbox;
};

LIST_HEAD(session_list, session);

struct counters {
	atomic_uint_fast64_t frames_sent;
	atomic_uint_fast64_t frames_skipped;
	atomic_uint_fast64_t messages_in;
	atomic_uint_fast64_t messages_bad;
};

struct leap_service {
	struct lws_context *context;
	struct leap_listeners listeners;
	struct leap_state *state;
	struct leap_state_watch watch;
	struct leap_policy *policy;
	struct leap_broadcast *broadcast;
	struct session_list sessions;
	struct counters counters;
	atomic_uint clients;
	atomic_bool stopping;
	bool saying_goodbye;
	bool ended;
	lws_sorted_usec_list_t goodbye;
	pthread_t thread;
};

static struct leap_service *service_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

/* On the writer's thread. */
static void wake(void *data)
{
	struct leap_service *service = data;

	/*
	 * Adding nothing orders this after the publication; join() adds one before it
	 * reads the state. So either this sees the client, or the client sees what
	 * was published.
	 */
	if (atomic_fetch_add(&service->clients, 0))
		lws_cancel_service(service->context);
}

static bool has_news(struct leap_service *service, struct session *session)
{
	return leap_client_wants(&session->client, leap_state_devices(service->state),
				 leap_state_frame(service->state));
}

static void tell_news(struct leap_service *service)
{
	struct session *session;

	leap_state_read_lock();
	for (session = LIST_FIRST(&service->sessions); session;
	     session = LIST_NEXT(session, entry))
		if (has_news(service, session))
			lws_callback_on_writable(session->wsi);
	leap_state_read_unlock();
}

static void stop_waiting(lws_sorted_usec_list_t *goodbye)
{
	struct leap_service *service =
		lws_container_of(goodbye, struct leap_service, goodbye);

	service->ended = true;
}

static void say_goodbye(struct leap_service *service)
{
	struct session *session;

	if (service->saying_goodbye)
		return;
	service->saying_goodbye = true;
	service->ended = LIST_EMPTY(&service->sessions);
	lws_sul_schedule(service->context, 0, &service->goodbye, stop_waiting,
			 GOODBYE_MS * LWS_US_PER_MS);
	for (session = LIST_FIRST(&service->sessions); session;
	     session = LIST_NEXT(session, entry))
		lws_callback_on_writable(session->wsi);
}

/* libwebsockets tells each virtual host; once is enough. */
static void on_wake(struct leap_service *service, struct lws *wsi)
{
	if (lws_get_vhost(wsi) != service->listeners.ipv4)
		return;
	if (atomic_load(&service->stopping))
		say_goodbye(service);
	else
		tell_news(service);
}

static int close_with(struct lws *wsi, enum lws_close_status status)
{
	lws_close_reason(wsi, status, NULL, 0);
	return -1;
}

static int admit(struct leap_service *service, int fd)
{
	if (atomic_load(&service->stopping) ||
	    atomic_load(&service->clients) >= CLIENTS_MAX)
		return -1;
	return leap_listen_came_by_loopback(fd) ? 0 : -1;
}

static int join(struct leap_service *service, struct lws *wsi, struct session *session)
{
	int version = leap_http_version(wsi);
	int fd = lws_get_socket_fd(wsi), on = 1, unsent = UNSENT_BYTES, r;

	if (version < 0)
		return -1;
	if (version == LEAP_PROTOCOL_REFUSED)
		return close_with(wsi, LWS_CLOSE_STATUS_GOINGAWAY);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	session->wsi = wsi;
	atomic_fetch_add(&service->clients, 1);
	leap_state_read_lock();
	r = leap_client_init(&session->client, version, service->policy,
			     leap_state_devices(service->state),
			     leap_state_frame(service->state));
	leap_state_read_unlock();
	if (r) {
		atomic_fetch_sub(&service->clients, 1);
		return r;
	}
	session->joined = true;
	LIST_INSERT_HEAD(&service->sessions, session, entry);
	lws_callback_on_writable(wsi);
	return 0;
}

static void leave(struct leap_service *service, struct session *session)
{
	if (!session || !session->joined)
		return;
	session->joined = false;
	LIST_REMOVE(session, entry);
	leap_client_leave(&session->client);
	atomic_fetch_sub(&service->clients, 1);
	if (service->saying_goodbye && LIST_EMPTY(&service->sessions))
		service->ended = true;
}

static void tell_bad_message(struct leap_service *service, struct session *session)
{
	atomic_fetch_add(&service->counters.messages_bad, 1);
	if (session->told_bad_message)
		return;
	session->told_bad_message = true;
	fprintf(stderr,
		"leapd: a client of protocol %d sends what is no JSON; ignored\n",
		session->client.version);
}

static int receive(struct leap_service *service, struct lws *wsi,
		   struct session *session, const void *piece, size_t size)
{
	bool last = lws_is_final_fragment(wsi) && !lws_remaining_packet_payload(wsi);
	struct leap_message message;
	int r;

	if (!session->joined)
		return 0;
	r = leap_inbox_add(&session->inbox, piece, size, lws_is_first_fragment(wsi),
			   last, &message);
	if (r == -EMSGSIZE)
		return close_with(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
	if (r == 0)
		return 0;
	atomic_fetch_add(&service->counters.messages_in, 1);
	if (r == -EBADMSG)
		tell_bad_message(service, session);
	else
		leap_client_take(&session->client, &message);
	return 0;
}

static int send_text(struct lws *wsi, char *text, size_t size)
{
	/* what the socket does not take at once, the library keeps: one message at
	 * most, as it asks for no other before that is gone */
	return lws_write(wsi, (unsigned char *)text, size, LWS_WRITE_TEXT) < 0 ? -1 : 0;
}

static int frame_text(struct leap_service *service, const struct session *session,
		      const struct leap_frame *frame,
		      const struct leap_client_output *output, char **ret_text)
{
	struct leap_broadcast_options options = {
		.version = session->client.version,
		.gestures = session->client.gestures,
		.gesture_mask = output->gesture_mask,
	};

	return leap_broadcast_text(service->broadcast, frame, &options, ret_text);
}

static int send_next(struct leap_service *service, struct session *session)
{
	char small[LWS_PRE + LEAP_CLIENT_TEXT_MAX], *text = small + LWS_PRE;
	struct leap_client_output output;
	const struct leap_frame *frame;
	enum leap_client_next next;
	bool more;
	int size = 0;

	leap_state_read_lock();
	frame = leap_state_frame(service->state);
	next = leap_client_next(&session->client, leap_state_devices(service->state),
				frame, &output);
	if (next == LEAP_CLIENT_TEXT) {
		size = output.size;
		memcpy(text, output.text, size);
	} else if (next == LEAP_CLIENT_FRAME) {
		size = frame_text(service, session, frame, &output, &text);
	}
	more = has_news(service, session);
	leap_state_read_unlock();

	if (more)
		lws_callback_on_writable(session->wsi);
	if (size <= 0)
		return size;
	if (next == LEAP_CLIENT_FRAME) {
		atomic_fetch_add(&service->counters.frames_sent, 1);
		atomic_fetch_add(&service->counters.frames_skipped, output.skipped);
	}
	return send_text(session->wsi, text, size);
}

static int on_writable(struct leap_service *service, struct session *session)
{
	if (!session->joined) /* its refusal is on the way */
		return 0;
	if (service->saying_goodbye)
		return close_with(session->wsi, LWS_CLOSE_STATUS_GOINGAWAY);
	return send_next(service, session);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user,
		    void *in, size_t size)
{
	struct session *session = user;

	switch (reason) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		return admit(service_of(wsi), (int)(intptr_t)in);
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return leap_http_confirm_upgrade(wsi, in);
	case LWS_CALLBACK_HTTP:
		return leap_http_answer(wsi, service_of(wsi)->listeners.port);
	case LWS_CALLBACK_ESTABLISHED:
		return join(service_of(wsi), wsi, session);
	case LWS_CALLBACK_RECEIVE:
		return receive(service_of(wsi), wsi, session, in, size);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return on_writable(service_of(wsi), session);
	case LWS_CALLBACK_CLOSED: /* also after a refused handshake */
		leave(service_of(wsi), session);
		return 0;
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		on_wake(service_of(wsi), wsi);
		return 0;
	default:
		return 0;
	}
}

static const struct lws_protocols protocols[] = {
	{ "leap", on_event, sizeof(struct session), LEAP_MESSAGE_MAX, 0, NULL,
	  LEAP_FRAME_JSON_MAX },
	{ 0 },
};

static const lws_retry_bo_t keepalive = {
	.secs_since_valid_ping = PING_SECONDS,
	.secs_since_valid_hangup = HANG_UP_SECONDS,
};

static int listen_with_library(struct leap_service *service, unsigned int port,
			       char **ret_error)
{
	struct lws_context_creation_info info = {
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
			   LWS_SERVER_OPTION_VALIDATE_UTF8,
		.protocols = protocols,
		.user = service,
		.timeout_secs = HANDSHAKE_SECONDS,
		.keepalive_timeout = HANDSHAKE_SECONDS,
		.retry_and_idle_policy = &keepalive,
		.fd_limit_per_thread = SOCKETS_MAX,
		.server_string = "leapd",
	};

	lws_set_log_level(0, NULL); /* garbage from the net is no news */
	service->context = lws_create_context(&info);
	if (!service->context)
		return -ENOMEM;
	return leap_listen(service->context, &info, port, &service->listeners,
			   ret_error);
}

static void *serve(void *arg)
{
	struct leap_service *service = arg;

	pthread_setname_np(pthread_self(), "service");
	leap_state_reader_begin();
	while (!service->ended && lws_service(service->context, 0) >= 0)
		;
	if (!service->ended)
		fprintf(stderr, "leapd: serving has failed; restart leapd\n");
	leap_state_reader_end();
	return NULL;
}

static void free_service(struct leap_service *service)
{
	leap_broadcast_free(service->broadcast);
	free(service);
}

int leap_service_start(struct leap_policy *policy, struct leap_state *state,
		       struct leap_service **ret_service, char **ret_error)
{
	struct leap_service *service = calloc(1, sizeof(*service));
	const struct leap_config *config;
	int r;

	*ret_error = NULL;
	if (!service)
		return -ENOMEM;
	service->state = state;
	service->watch.notify = wake;
	service->watch.data = service;
	service->policy = policy;
	LIST_INIT(&service->sessions);
	config = leap_policy_config(policy);
	r = leap_broadcast_new(LWS_PRE, &service->broadcast);
	if (!r)
		r = listen_with_library(service, config->ws_port, ret_error);
	leap_policy_config_put(config);
	if (!r) {
		leap_state_watch(state, &service->watch);
		r = -pthread_create(&service->thread, NULL, serve, service);
	}
	if (r) {
		leap_state_unwatch(state, &service->watch);
		if (service->context)
			lws_context_destroy(service->context);
		free_service(service);
		return r;
	}
	*ret_service = service;
	return 0;
}

unsigned int leap_service_port(const struct leap_service *service)
{
	return service->listeners.port;
}

void leap_service_stats(const struct leap_service *service,
			struct leap_service_stats *ret_stats)
{
	ret_stats->frames_sent = atomic_load(&service->counters.frames_sent);
	ret_stats->frames_skipped = atomic_load(&service->counters.frames_skipped);
	ret_stats->messages_in = atomic_load(&service->counters.messages_in);
	ret_stats->messages_bad = atomic_load(&service->counters.messages_bad);
	ret_stats->clients = atomic_load(&service->clients);
}

void leap_service_stop(struct leap_service *service)
{
	leap_state_unwatch(service->state, &service->watch);
	atomic_store(&service->stopping, true);
	lws_cancel_service(service->context);
	pthread_join(service->thread, NULL);
	lws_context_destroy(service->context);
	free_service(service);
}
