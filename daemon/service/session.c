// SPDX-License-Identifier: MIT
/*
 * The phases of a connection, and what is sent when.
 * The service's thread.
 */
#include "daemon/service/session.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/service/answer.h"
#include "daemon/service/client.h"
#include "daemon/service/handshake.h"
#include "daemon/service/health.h"
#include "daemon/service/origin.h"
#include "daemon/service/outbox.h"
#include "daemon/service/request.h"
#include "daemon/service/stream.h"

/* What a client has not taken stays here, where newer frames replace it, and not in
 * the kernel, where they would queue behind it. */
#define UNSENT_BYTES (64 * 1024)

/* For the other side to hear the last word. */
#define LINGER_NS (2000 * NS_PER_MS)

#define REPLIES_MAX \
	256 /* bytes that a client has not read: then it is not read either */

/* leap.js sends a dozen frames a second; its stress test a thousand. */
#define LOAD_PER_SECOND_MAX 4096
#define SECOND_NS (1000 * NS_PER_MS)

enum phase {
	PHASE_REQUEST, /* the head of a request is coming */
	PHASE_OPEN, /* a WebSocket */
	PHASE_LINGER, /* the last word is being said; what comes is ignored */
	PHASE_DEAD, /* in the graveyard */
};

struct leap_session {
	struct leap_event_target target;
	TAILQ_ENTRY(leap_session) entry;
	struct leap_service *service;
	struct leap_stream stream;
	struct leap_outbox outbox;
	int64_t deadline_ns; /* of a phase other than OPEN, and of a close under way */
	enum phase phase;
	uint32_t events; /* that epoll is to tell of */
	bool ended; /* the other side was told that nothing more will come */
	bool closing; /* a close is under way */
	bool joined; /* client is valid */
	bool deflate;
	bool told_bad_message;
	bool pinged; /* since heard_ns */

	char *head; /* PHASE_REQUEST */
	size_t head_size;

	struct leap_websocket *websocket; /* from PHASE_OPEN on */
	struct leap_client client;
	char *origin; /* "" none */
	int64_t heard_ns;
	int64_t second_ns; /* when the second began whose load is counted */
	unsigned long second_load;
};

static int64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void set_deadline(struct leap_session *session, int64_t deadline_ns)
{
	struct leap_service *service = session->service;

	session->deadline_ns = deadline_ns;
	if (deadline_ns < service->next_check_ns)
		service->next_check_ns = deadline_ns;
}

/* Only what has changed is worth a system call. */
static void watch(struct leap_session *session)
{
	struct epoll_event event = { .data.ptr = session };

	if (session->phase == PHASE_DEAD)
		return;
	if (session->phase != PHASE_OPEN ||
	    leap_websocket_replies_waiting(session->websocket) < REPLIES_MAX)
		event.events |= EPOLLIN;
	if (!leap_outbox_is_empty(&session->outbox) ||
	    session->stream.read_waits_to_write)
		event.events |= EPOLLOUT;
	if (event.events == session->events)
		return;
	session->events = event.events;
	epoll_ctl(session->service->epoll_fd, EPOLL_CTL_MOD, session->stream.fd,
		  &event);
}

int leap_session_new(struct leap_service *service, int fd, bool tls)
{
	struct leap_session *session = calloc(1, sizeof(*session));
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = session };
	int on = 1, unsent = UNSENT_BYTES, r = -ENOMEM;

	if (session && (session->head = malloc(LEAP_REQUEST_MAX)))
		r = leap_stream_open(&session->stream, fd, tls ? service->tls : NULL);
	if (r) {
		if (session)
			free(session->head);
		free(session);
		close(fd);
		return r;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	session->target.kind = LEAP_EVENT_SESSION;
	session->service = service;
	session->events = event.events;
	TAILQ_INSERT_TAIL(&service->sessions, session, entry);
	service->session_count++;
	set_deadline(session, service->now_ns + service->timing.handshake_ns);
	if (epoll_ctl(service->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
		r = -errno;
		leap_session_kill(session);
	}
	return r;
}

static void leave(struct leap_session *session)
{
	struct leap_service *service = session->service;

	if (!session->joined)
		return;
	session->joined = false;
	atomic_fetch_sub(&service->clients, 1);
	atomic_fetch_sub(&service->metrics.clients[session->client.version], 1);
	leap_client_leave(&session->client);
}

void leap_session_kill(struct leap_session *session)
{
	struct leap_service *service = session->service;

	if (session->phase == PHASE_DEAD)
		return;
	leave(session);
	session->phase = PHASE_DEAD;
	leap_stream_close(&session->stream);
	leap_outbox_done(&session->outbox);
	TAILQ_REMOVE(&service->sessions, session, entry);
	service->session_count--;
	TAILQ_INSERT_TAIL(&service->graveyard, session, entry);
}

void leap_session_bury(struct leap_service *service)
{
	struct leap_session *session;

	while ((session = TAILQ_FIRST(&service->graveyard))) {
		TAILQ_REMOVE(&service->graveyard, session, entry);
		leap_websocket_free(session->websocket);
		free(session->head);
		free(session->origin);
		free(session);
	}
}

static void linger(struct leap_session *session)
{
	leave(session);
	session->phase = PHASE_LINGER;
	set_deadline(session, session->service->now_ns + LINGER_NS);
}

static enum leap_metrics_role role_of(const struct leap_client *client)
{
	if (client->focused)
		return LEAP_ROLE_FOCUSED;
	return leap_client_is_background(client) ? LEAP_ROLE_BACKGROUND
						 : LEAP_ROLE_UNCLAIMED;
}

static void put_frame(struct leap_session *session, const struct leap_frame *frame,
		      const struct leap_client_output *output)
{
	const struct leap_client *client = &session->client;
	struct leap_service *service = session->service;
	enum leap_metrics_role role = role_of(client);
	struct leap_broadcast_options options = {
		.version = client->version,
		.gestures = client->gestures,
		.gesture_mask = output->gesture_mask,
		.deflate = session->deflate,
		.owed_count = output->owed_count,
		.owed = output->owed,
	};
	struct leap_parcel *parcel;

	if (leap_broadcast_parcel(service->broadcast, frame, &options, &parcel))
		return; /* lost, as if it had been replaced by the next */
	leap_outbox_put(&session->outbox, parcel);
	atomic_fetch_add(&service->metrics.sent[client->version][role], 1);
	if (output->skipped)
		atomic_fetch_add(&service->metrics.skipped[client->version][role],
				 output->skipped);
}

static void put_text(struct leap_session *session,
		     const struct leap_client_output *output)
{
	size_t room;
	unsigned char *at = leap_outbox_room(&session->outbox, &room);
	size_t header = leap_parcel_header(at, LEAP_PARCEL_TEXT, false, output->size);

	memcpy(at + header, output->text, output->size);
	leap_outbox_add(&session->outbox, header + output->size);
}

/* Return: was there something to put into the empty outbox? */
static bool put_news(struct leap_session *session)
{
	const struct leap_state *state = session->service->state;
	struct leap_client_output output;
	const struct leap_frame *frame;
	enum leap_client_next next;

	leap_state_read_lock();
	frame = leap_state_frame(state);
	next = leap_client_next(&session->client, leap_state_devices(state), frame,
				&output);
	if (next == LEAP_CLIENT_TEXT)
		put_text(session, &output);
	else if (next == LEAP_CLIENT_FRAME)
		put_frame(session, frame, &output);
	leap_state_read_unlock();
	return next != LEAP_CLIENT_NOTHING;
}

/* Pongs and closes wait for nothing but room. */
static void put_replies(struct leap_session *session)
{
	size_t room;
	unsigned char *at = leap_outbox_room(&session->outbox, &room);

	leap_outbox_add(&session->outbox,
			leap_websocket_replies(session->websocket, at, room));
}

static int flush(struct leap_session *session)
{
	struct leap_parcel *sent;
	int r = leap_outbox_flush(&session->outbox, &session->stream, &sent);

	if (sent && sent->ready_ns)
		leap_metrics_latency(&session->service->metrics,
				     clock_ns() - sent->ready_ns);
	leap_parcel_put(sent);
	return r;
}

/* It is no client any more; how long its last word takes is limited. */
static void begin_close(struct leap_session *session)
{
	leave(session);
	if (leap_websocket_closed(session->websocket)) {
		linger(session);
	} else if (!session->closing) {
		session->closing = true;
		set_deadline(session, session->service->now_ns + LINGER_NS);
	}
}

/* Return: is there something in the outbox? */
static bool put_something(struct leap_session *session)
{
	if (session->phase == PHASE_OPEN)
		put_replies(session);
	if (!leap_outbox_is_empty(&session->outbox))
		return true;
	return session->joined && !leap_websocket_closing(session->websocket) &&
	       put_news(session);
}

/* Until there is nothing to say, or the socket takes no more. */
static void say(struct leap_session *session)
{
	while (put_something(session)) {
		if (flush(session)) {
			leap_session_kill(session);
			return;
		}
		if (!leap_outbox_is_empty(&session->outbox))
			break;
	}
	if (session->phase == PHASE_OPEN && leap_websocket_closing(session->websocket))
		begin_close(session);
	if (session->phase == PHASE_LINGER && !session->ended &&
	    leap_outbox_is_empty(&session->outbox)) {
		session->ended = true;
		leap_stream_end(&session->stream);
	}
	watch(session);
}

/* Once a client, and not for each client of a page that connects without end. */
static void complain(struct leap_session *session)
{
	struct leap_service *service = session->service;

	if (session->told_bad_message)
		return;
	session->told_bad_message = true;
	if (service->now_ns - service->complained_ns < SECOND_NS)
		return;
	service->complained_ns = service->now_ns;
	fprintf(stderr,
		"leapd: a client of protocol %d sends what is no JSON; ignored\n",
		session->client.version);
}

static void hear_message(void *data, const struct leap_message *message)
{
	struct leap_session *session = data;
	struct leap_service *service = session->service;

	if (!session->joined)
		return;
	if (message) {
		leap_client_take(&session->client, message);
		if (message->value[LEAP_MESSAGE_FOCUSED]) { /* is served first */
			TAILQ_REMOVE(&service->sessions, session, entry);
			TAILQ_INSERT_HEAD(&service->sessions, session, entry);
		}
	} else {
		atomic_fetch_add(&service->metrics.messages_bad, 1);
		complain(session);
	}
	atomic_fetch_add(&service->metrics.messages_in, 1);
}

static void answer(struct leap_session *session, struct leap_parcel *parcel)
{
	if (!parcel) {
		leap_session_kill(session);
		return;
	}
	leap_outbox_put(&session->outbox, parcel);
	linger(session);
	say(session);
}

static void refuse(struct leap_session *session, unsigned int status, const char *line)
{
	atomic_fetch_add(&session->service->metrics.refused, 1);
	answer(session, leap_answer_refusal(status, line));
}

static bool has_place(const struct leap_session *session, const char *origin)
{
	struct leap_service *service = session->service;
	const struct leap_session *other;
	unsigned int same = 0;

	if (atomic_load(&service->clients) >= service->config->websockets_clients)
		return false;
	if (!origin[0])
		return true;
	TAILQ_FOREACH (other, &service->sessions, entry)
		same += other->joined && leap_origin_same(other->origin, origin);
	return same < service->config->websockets_clients_per_origin;
}

static int join(struct leap_session *session, int version)
{
	struct leap_service *service = session->service;
	const struct leap_state *state = service->state;
	int r;

	/* counted before the state is read: see wake() */
	atomic_fetch_add(&service->clients, 1);
	leap_state_read_lock();
	r = leap_client_init(&session->client, version, service->policy,
			     leap_state_devices(state), leap_state_frame(state));
	leap_state_read_unlock();
	if (r) {
		atomic_fetch_sub(&service->clients, 1);
		return r;
	}
	session->joined = true;
	atomic_fetch_add(&service->metrics.clients[version], 1);
	atomic_fetch_add(&service->metrics.connections, 1);
	return 0;
}

static int make_websocket(struct leap_session *session, const char *key, bool deflate)
{
	const struct leap_websocket_calls calls = { hear_message, session };

	session->deflate = deflate;
	return leap_websocket_new(session->service->library, key, deflate, &calls,
				  &session->websocket);
}

/* What came behind the head is the first message already. */
static void become_websocket(struct leap_session *session,
			     const struct leap_handshake *handshake,
			     const struct leap_request *request, const char *early,
			     size_t early_size)
{
	session->origin = strdup(request->origin);
	if (!session->origin ||
	    make_websocket(session, request->key, handshake->deflate)) {
		leap_session_kill(session);
		return;
	}
	session->phase = PHASE_OPEN;
	session->heard_ns = session->second_ns = session->service->now_ns;
	set_deadline(session, session->heard_ns + session->service->timing.ping_ns);
	if (handshake->version == LEAP_PROTOCOL_REFUSED)
		leap_websocket_close(session->websocket, LEAP_CLOSE_GOING_AWAY);
	else if (join(session, handshake->version)) {
		leap_session_kill(session);
		return;
	}
	leap_websocket_feed(session->websocket, early, early_size);
	free(session->head);
	session->head = NULL;
	say(session);
}

static void take_request(struct leap_session *session,
			 const struct leap_request *request, size_t head_size)
{
	struct leap_service *service = session->service;
	struct leap_handshake handshake =
		leap_handshake_judge(request, service->config);

	switch (handshake.kind) {
	case LEAP_HANDSHAKE_UPGRADE:
		if (!has_place(session, request->origin))
			refuse(session, 503, "too many clients");
		else
			become_websocket(session, &handshake, request,
					 session->head + head_size,
					 session->head_size - head_size);
		break;
	case LEAP_HANDSHAKE_PAGE:
		answer(session,
		       leap_answer_page(service->plain.port, service->secure.port));
		break;
	case LEAP_HANDSHAKE_HEALTH:
		answer(session, leap_health_answer(service, clock_ns()));
		break;
	case LEAP_HANDSHAKE_METRICS:
		answer(session, leap_health_metrics(service));
		break;
	default:
		refuse(session, handshake.status, handshake.text);
	}
}

static void read_request(struct leap_session *session)
{
	struct leap_request request;
	ssize_t n;
	int r;

	n = leap_stream_read(&session->stream, session->head + session->head_size,
			     LEAP_REQUEST_MAX - session->head_size);
	if (n == -EAGAIN) {
		watch(session);
		return;
	}
	if (n <= 0) {
		leap_session_kill(session);
		return;
	}
	session->head_size += n;
	r = leap_request_parse(session->head, session->head_size, &request);
	if (r > 0)
		take_request(session, &request, r);
	else if (r == -EMSGSIZE)
		refuse(session, 431, "more than a request may have");
	else if (r < 0)
		refuse(session, 400, "no HTTP/1.1 request");
	else
		watch(session);
}

static void limit_load(struct leap_session *session)
{
	int64_t now_ns = session->service->now_ns;
	unsigned long load = leap_websocket_load(session->websocket);

	if (now_ns - session->second_ns >= SECOND_NS) {
		session->second_ns = now_ns;
		session->second_load = load;
	}
	if (load - session->second_load > LOAD_PER_SECOND_MAX)
		leap_websocket_close(session->websocket, LEAP_CLOSE_POLICY);
}

/* Return: as leap_stream_read() */
static ssize_t read_once(struct leap_session *session)
{
	char bytes[LEAP_WEBSOCKET_FEED_MAX];
	ssize_t n = leap_stream_read(&session->stream, bytes, sizeof(bytes));

	if (n <= 0)
		return n;
	session->heard_ns = session->service->now_ns;
	session->pinged = false;
	if (session->phase == PHASE_OPEN) {
		leap_websocket_feed(session->websocket, bytes, n);
		limit_load(session);
	}
	return n;
}

/* A piece at a time: a client that talks without end does not hold up the others. */
static void hear(struct leap_session *session)
{
	ssize_t n;

	do
		n = read_once(session);
	while (n > 0 && leap_stream_pending(&session->stream));
	if (n > 0 || n == -EAGAIN)
		say(session);
	else
		leap_session_kill(session);
}

void leap_session_event(struct leap_session *session, uint32_t events)
{
	if (session->phase == PHASE_DEAD)
		return;
	if (session->phase == PHASE_REQUEST) {
		read_request(session);
		/* of this epoll will not tell */
		if (session->phase != PHASE_DEAD &&
		    leap_stream_pending(&session->stream))
			hear(session);
	} else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) ||
		   session->stream.read_waits_to_write) {
		hear(session);
	} else {
		say(session);
	}
}

void leap_session_tell(struct leap_session *session)
{
	bool wants;

	if (!session->joined)
		return;
	leap_state_read_lock();
	wants = leap_client_wants(&session->client,
				  leap_state_devices(session->service->state),
				  leap_state_frame(session->service->state));
	leap_state_read_unlock();
	if (wants && leap_outbox_is_empty(&session->outbox))
		say(session);
}

void leap_session_close(struct leap_session *session, enum leap_websocket_code code)
{
	if (session->phase == PHASE_REQUEST) {
		leap_session_kill(session);
	} else if (session->phase == PHASE_OPEN) {
		leap_websocket_close(session->websocket, code);
		say(session);
	}
}

void leap_session_review(struct leap_session *session)
{
	const struct leap_config *config = session->service->config;

	if (!session->joined)
		return;
	if (!config->websockets_enabled ||
	    !leap_handshake_serves(config, session->client.version))
		leap_session_close(session, LEAP_CLOSE_GOING_AWAY);
	else if (!leap_origin_allowed(config, session->origin))
		leap_session_close(session, LEAP_CLOSE_POLICY);
}

static int64_t check_open(struct leap_session *session, int64_t now_ns)
{
	const struct leap_service_timing *timing = &session->service->timing;

	if (now_ns - session->heard_ns >= timing->hang_up_ns) {
		leap_session_kill(session);
		return INT64_MAX;
	}
	if (now_ns - session->heard_ns < timing->ping_ns)
		return session->heard_ns + timing->ping_ns;
	if (!session->pinged) {
		session->pinged = true;
		leap_websocket_ping(session->websocket);
		say(session);
	}
	return session->heard_ns + timing->hang_up_ns;
}

static int64_t check(struct leap_session *session)
{
	int64_t now_ns = session->service->now_ns;

	if (session->phase == PHASE_OPEN && !session->closing)
		return check_open(session, now_ns);
	if (now_ns < session->deadline_ns)
		return session->deadline_ns;
	if (session->phase == PHASE_REQUEST && session->head_size) {
		refuse(session, 408, "the request did not come in time");
		return session->deadline_ns;
	}
	leap_session_kill(session);
	return INT64_MAX;
}

void leap_session_each(struct leap_service *service,
		       void (*call)(struct leap_session *session))
{
	struct leap_session *session = TAILQ_FIRST(&service->sessions), *next;

	for (; session; session = next) {
		next = TAILQ_NEXT(session, entry);
		call(session);
	}
}

int64_t leap_session_check_all(struct leap_service *service)
{
	struct leap_session *session = TAILQ_FIRST(&service->sessions), *next;
	int64_t first_ns = INT64_MAX, again_ns;

	for (; session; session = next) {
		next = TAILQ_NEXT(session, entry);
		again_ns = check(session);
		if (again_ns < first_ns)
			first_ns = again_ns;
	}
	return first_ns;
}

bool leap_session_make_room(struct leap_service *service)
{
	struct leap_session *session, *oldest = NULL;

	TAILQ_FOREACH (session, &service->sessions, entry)
		if (session->phase != PHASE_OPEN &&
		    (!oldest || session->deadline_ns < oldest->deadline_ns))
			oldest = session;
	if (oldest)
		leap_session_kill(oldest);
	return oldest;
}
