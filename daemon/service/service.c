// SPDX-License-Identifier: MIT
/*
 * The loop: who connects, who is woken, what time it is.
 * All of it runs on the service's thread, except start, stop, stats and wake().
 */
#include "daemon/service/service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/service/service-impl.h"
#include "daemon/service/session.h"

#define GOODBYE_NS (500 * NS_PER_MS)
#define EVENTS_MAX 64
#define ACCEPT_MAX 32 /* in one go */
/* Without a file descriptor to spare there is no use in asking at once again. */
#define ACCEPT_AGAIN_NS (100 * NS_PER_MS)

static const struct leap_service_timing default_timing = {
	.handshake_ns = 5000 * NS_PER_MS,
	.ping_ns = 30000 * NS_PER_MS,
	.hang_up_ns = 60000 * NS_PER_MS,
};

static int64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* On the writer's thread, or on that of whoever changed the policy. */
static void wake(void *data)
{
	struct leap_service *service = data;

	eventfd_write(service->wake_fd, 1);
}

static void wake_for_clients(void *data)
{
	struct leap_service *service = data;

	/*
	 * Adding nothing orders this after the publication; a session that joins adds
	 * one before it reads the state. So either this sees the client, or the client
	 * sees what was published.
	 */
	if (atomic_fetch_add(&service->clients, 0))
		wake(service);
}

static int watch_listener(struct leap_service *service,
			  struct leap_event_target *target, int fd, bool tls)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = target };

	*target = (struct leap_event_target){ .kind = LEAP_EVENT_LISTENER,
					      .fd = fd,
					      .tls = tls };
	if (fd < 0)
		return 0;
	if (epoll_ctl(service->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	return 0;
}

static int start_accepting(struct leap_service *service)
{
	const int fds[LEAP_SERVICE_LISTENERS] = { service->plain.ipv4,
						  service->plain.ipv6,
						  service->secure.ipv4,
						  service->secure.ipv6 };
	int i, r = 0;

	for (i = 0; i < LEAP_SERVICE_LISTENERS && !r; i++)
		r = watch_listener(service, &service->listener[i], fds[i], i >= 2);
	service->accepting = !r;
	return r;
}

static void stop_accepting(struct leap_service *service)
{
	int i;

	for (i = 0; i < LEAP_SERVICE_LISTENERS; i++)
		if (service->listener[i].fd >= 0)
			epoll_ctl(service->epoll_fd, EPOLL_CTL_DEL,
				  service->listener[i].fd, NULL);
	service->accepting = false;
}

static void stop_listening(struct leap_service *service)
{
	if (service->accepting)
		stop_accepting(service);
	leap_listen_end(&service->plain);
	leap_listen_end(&service->secure);
	atomic_store(&service->port, 0);
	atomic_store(&service->tls_port, 0);
}

static int start_listening(struct leap_service *service, char **ret_error)
{
	bool everywhere = service->everywhere;
	int r = leap_listen(everywhere, service->ws_port, &service->plain, ret_error);

	if (!r && service->tls)
		r = leap_listen(everywhere, service->wss_port, &service->secure,
				ret_error);
	if (!r)
		r = start_accepting(service);
	if (r) {
		stop_listening(service);
		return r;
	}
	atomic_store(&service->port, service->plain.port);
	atomic_store(&service->tls_port, service->secure.port);
	if (everywhere)
		fprintf(stderr,
			"leapd: websockets_allow_remote: whoever reaches port %u of "
			"this machine sees the hands above its controller\n",
			service->plain.port);
	return 0;
}

/* The first time is start's; it tells of errors to whoever started. */
static void listen_again(struct leap_service *service)
{
	char *error = NULL;

	if (start_listening(service, &error))
		fprintf(stderr, "leapd: %s\n", error ? error : "cannot listen");
	free(error);
}

/* A setting may have changed since it was looked at last. */
static void look_up_config(struct leap_service *service)
{
	const struct leap_config *config = leap_policy_config(service->policy);
	bool changed = config != service->config;
	bool listening = service->plain.port;

	leap_policy_config_put(changed ? service->config : config);
	if (!changed)
		return;
	service->config = config;
	if (config->websockets_enabled && !listening && !service->saying_goodbye)
		listen_again(service);
	leap_session_each(service, leap_session_review);
	if (!config->websockets_enabled && listening)
		stop_listening(service);
}

static void close_for_good(struct leap_session *session)
{
	leap_session_close(session, LEAP_CLOSE_GOING_AWAY);
}

static void say_goodbye(struct leap_service *service)
{
	if (service->saying_goodbye)
		return;
	service->saying_goodbye = true;
	service->goodbye_ns = service->now_ns + GOODBYE_NS;
	stop_listening(service);
	leap_session_each(service, close_for_good);
}

static void on_wake(struct leap_service *service)
{
	eventfd_t count;

	eventfd_read(service->wake_fd, &count);
	if (atomic_load(&service->stopping)) {
		say_goodbye(service);
		return;
	}
	look_up_config(service);
	leap_session_each(service, leap_session_tell);
}

static bool has_room(struct leap_service *service)
{
	return service->session_count <
	       service->config->websockets_clients + LEAP_SERVICE_STRANGERS_MAX;
}

/* The connection stays in the queue for a while: every descriptor is in use. */
static void pause_accepting(struct leap_service *service)
{
	if (leap_session_make_room(service))
		return;
	stop_accepting(service);
	service->accept_again_ns = service->now_ns + ACCEPT_AGAIN_NS;
}

static void on_connection(struct leap_service *service,
			  const struct leap_event_target *listener)
{
	int i, fd;

	look_up_config(service);
	for (i = 0; i < ACCEPT_MAX && service->accepting; i++) {
		fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			       errno == ENOMEM))
			pause_accepting(service);
		if (fd < 0)
			return;
		if (has_room(service) || leap_session_make_room(service))
			leap_session_new(service, fd, listener->tls);
		else
			close(fd);
	}
}

static void on_event(struct leap_service *service, const struct epoll_event *event)
{
	struct leap_event_target *target = event->data.ptr;

	switch (target->kind) {
	case LEAP_EVENT_WAKE:
		on_wake(service);
		break;
	case LEAP_EVENT_LISTENER:
		if (service->accepting)
			on_connection(service, target);
		break;
	case LEAP_EVENT_SESSION:
		leap_session_event((struct leap_session *)target, event->events);
		break;
	}
}

static void look_at_the_clock(struct leap_service *service)
{
	if (service->now_ns >= service->next_check_ns)
		service->next_check_ns = leap_session_check_all(service);
	if (!service->accepting && service->plain.port &&
	    service->now_ns >= service->accept_again_ns)
		start_accepting(service);
	if (service->saying_goodbye)
		service->ended = TAILQ_EMPTY(&service->sessions) ||
				 service->now_ns >= service->goodbye_ns;
}

/* For epoll_wait(): rounded up, or it would be asked in vain; -1 for ever. */
static int patience_ms(const struct leap_service *service)
{
	int64_t until_ns = service->next_check_ns;

	if (service->saying_goodbye && service->goodbye_ns < until_ns)
		until_ns = service->goodbye_ns;
	if (!service->accepting && service->plain.port &&
	    service->accept_again_ns < until_ns)
		until_ns = service->accept_again_ns;
	if (until_ns == INT64_MAX)
		return -1;
	if (until_ns <= service->now_ns)
		return 0;
	return (int)((until_ns - service->now_ns + NS_PER_MS - 1) / NS_PER_MS);
}

static int serve_once(struct leap_service *service)
{
	struct epoll_event events[EVENTS_MAX];
	int i, count;

	count = epoll_wait(service->epoll_fd, events, EVENTS_MAX, patience_ms(service));
	if (count < 0 && errno != EINTR)
		return -errno;
	service->now_ns = clock_ns();
	for (i = 0; i < count; i++)
		on_event(service, &events[i]);
	look_at_the_clock(service);
	leap_session_bury(service);
	return 0;
}

static void *serve(void *arg)
{
	struct leap_service *service = arg;
	int r = 0;

	pthread_setname_np(pthread_self(), "service");
	leap_state_reader_begin();
	while (!service->ended && !r)
		r = serve_once(service);
	if (r)
		fprintf(stderr, "leapd: serving has failed; restart leapd\n");
	leap_session_each(service, leap_session_kill);
	leap_session_bury(service);
	leap_state_reader_end();
	return NULL;
}

static void free_service(struct leap_service *service)
{
	stop_listening(service);
	leap_broadcast_free(service->broadcast);
	leap_websocket_library_free(service->library);
	leap_tls_free(service->tls);
	leap_policy_config_put(service->config);
	if (service->epoll_fd >= 0)
		close(service->epoll_fd);
	if (service->wake_fd >= 0)
		close(service->wake_fd);
	free(service);
}

static int make_loop(struct leap_service *service)
{
	struct epoll_event event = { .events = EPOLLIN,
				     .data.ptr = &service->wake_target };

	service->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	service->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (service->epoll_fd < 0 || service->wake_fd < 0 ||
	    epoll_ctl(service->epoll_fd, EPOLL_CTL_ADD, service->wake_fd, &event) < 0)
		return -errno;
	return leap_websocket_library_new(LEAP_CONFIG_CLIENTS_MAX +
						  LEAP_SERVICE_STRANGERS_MAX,
					  &service->library)
		       ?: leap_broadcast_new(&service->broadcast);
}

static struct leap_service *new_service(struct leap_policy *policy,
					struct leap_state *state,
					const struct leap_service_timing *timing)
{
	struct leap_service *service = calloc(1, sizeof(*service));

	if (!service)
		return NULL;
	service->policy = policy;
	service->state = state;
	service->timing = timing ? *timing : default_timing;
	service->config = leap_policy_config(policy);
	service->everywhere = service->config->websockets_allow_remote;
	service->ws_port = service->config->ws_port;
	service->wss_port = service->config->wss_port;
	service->epoll_fd = service->wake_fd = -1;
	service->plain = service->secure = LEAP_LISTENERS_NONE;
	service->now_ns = clock_ns();
	service->complained_ns = service->now_ns - default_timing.hang_up_ns;
	service->next_check_ns = INT64_MAX;
	TAILQ_INIT(&service->sessions);
	TAILQ_INIT(&service->graveyard);
	return service;
}

static int prepare(struct leap_service *service, char **ret_error)
{
	const struct leap_config *config = service->config;
	int r = make_loop(service);

	if (!r && config->wss_certificate[0])
		r = leap_tls_new(config->wss_certificate, config->wss_key,
				 &service->tls, ret_error);
	if (!r && config->websockets_enabled)
		r = start_listening(service, ret_error);
	return r;
}

static void be_told(struct leap_service *service)
{
	service->state_watch.notify = wake_for_clients;
	service->state_watch.data = service;
	service->policy_watch.notify = wake;
	service->policy_watch.data = service;
	leap_state_watch(service->state, &service->state_watch);
	leap_policy_watch(service->policy, &service->policy_watch);
}

static void be_left_alone(struct leap_service *service)
{
	leap_state_unwatch(service->state, &service->state_watch);
	leap_policy_unwatch(service->policy, &service->policy_watch);
}

int leap_service_start(struct leap_policy *policy, struct leap_state *state,
		       const struct leap_service_timing *timing,
		       struct leap_service **ret_service, char **ret_error)
{
	struct leap_service *service = new_service(policy, state, timing);
	int r;

	*ret_error = NULL;
	if (!service)
		return -ENOMEM;
	r = prepare(service, ret_error);
	if (!r) {
		be_told(service);
		r = -pthread_create(&service->thread, NULL, serve, service);
		if (r)
			be_left_alone(service);
	}
	if (r) {
		free_service(service);
		return r;
	}
	*ret_service = service;
	return 0;
}

unsigned int leap_service_port(const struct leap_service *service)
{
	return atomic_load(&service->port);
}

unsigned int leap_service_tls_port(const struct leap_service *service)
{
	return atomic_load(&service->tls_port);
}

void leap_service_stats(const struct leap_service *service,
			struct leap_service_stats *ret_stats)
{
	const struct leap_metrics *metrics = &service->metrics;

	ret_stats->frames_sent = leap_metrics_sum(metrics->sent);
	ret_stats->frames_skipped = leap_metrics_sum(metrics->skipped);
	ret_stats->messages_in = atomic_load(&metrics->messages_in);
	ret_stats->messages_bad = atomic_load(&metrics->messages_bad);
	ret_stats->clients = atomic_load(&service->clients);
}

void leap_service_stop(struct leap_service *service)
{
	be_left_alone(service);
	atomic_store(&service->stopping, true);
	wake(service);
	pthread_join(service->thread, NULL);
	free_service(service);
}
