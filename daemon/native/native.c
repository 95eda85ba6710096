// SPDX-License-Identifier: MIT
/*
 * The publishing thread writes the ring and wakes a single reader itself; for several it
 * wakes this room's thread instead, which wakes the one in front first: its own time does
 * not grow with them. Sockets and sessions are the thread's; @front has a lock.
 */
#include "daemon/native/native.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/native/connection.h"
#include "daemon/native/frame_ring.h"
#include "daemon/native/frame_wire.h"
#include "daemon/native/listen.h"

#define CLIENTS_MAX 256
#define HELLO_NS INT64_C(5000000000)
#define SWEEP_MS 1000
#define EVENTS_MAX 32
#define CLIENTS_KEPT 16 /* places for those who may pause and see pictures */
#define ACCEPT_MAX 32 /* in one go: then it is the clients' turn */
#define DEAF_MS 100 /* without a descriptor to spare */

TAILQ_HEAD(connection_list, leap_native_connection);

struct leap_native {
	struct leap_state *state;
	struct leap_policy *policy;
	struct leap_images *images; /* or NULL */
	struct leap_state_watch state_watch;
	struct leap_policy_watch policy_watch;

	/* the publishing thread's */
	struct leap_frame_ring ring;
	int64_t written_id;
	_Alignas(8) unsigned char encoded[LEAP_WIRE_FRAME_MAX + 8];

	/* between the two */
	atomic_uint clients; /* greeted or not */
	atomic_bool all_by_front; /* nobody but @front is to be told of a frame */
	pthread_mutex_t front_lock;
	struct leap_native_connection *front; /* woken first */
	int wake_fd;
	atomic_bool stopping;

	/* the thread's */
	int epoll_fd, unix_fd, tcp_fd;
	char *path;
	unsigned int port;
	struct leap_native_session_room room;
	struct connection_list connections;
	int64_t deaf_until_ns; /* the doors are not watched; 0: they are */
	bool ungreeted; /* somebody has not said who it is */
	unsigned int policy_seen;
	leap_le32 frame_seen;
	size_t frame_bytes; /* of the newest frame; 0 none */
	_Alignas(8) unsigned char frame[LEAP_WIRE_FRAME_MAX + 8];
	pthread_t thread;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void wake_thread(struct leap_native *native)
{
	eventfd_write(native->wake_fd, 1);
}

static void wake_front(struct leap_native *native)
{
	pthread_mutex_lock(&native->front_lock);
	if (native->front)
		leap_native_connection_wake(native->front);
	pthread_mutex_unlock(&native->front_lock);
}

static bool write_newest(struct leap_native *native)
{
	const struct leap_frame *frame;
	size_t size = 0;

	leap_state_read_lock();
	frame = leap_state_frame(native->state);
	if (frame && frame->id != native->written_id) {
		native->written_id = frame->id;
		leap_frame_ring_fetch(&native->ring);
		size = leap_frame_to_wire(frame, native->encoded);
	}
	leap_state_read_unlock();
	if (!size)
		return false;
	((struct leap_wire_frame *)native->encoded)->published_ns = now_ns();
	leap_frame_ring_write(&native->ring, native->encoded, size);
	return true;
}

/* On the publishing thread: a frame, or a device. */
static void on_publication(void *data)
{
	struct leap_native *native = data;
	bool is_frame;

	/* as in the service: adding nothing orders this after the publication */
	if (!atomic_fetch_add(&native->clients, 0))
		return;
	is_frame = write_newest(native);
	/* one wake-up, however many readers there are */
	if (is_frame && atomic_load(&native->all_by_front))
		wake_front(native);
	else
		wake_thread(native);
}

/* On whatever thread decided something. */
static void on_decision(void *data)
{
	wake_thread(data);
}

static bool is_woken(const struct leap_native_connection *connection)
{
	return connection->session.reads_ring && connection->session.welcomed &&
	       leap_native_session_receives(&connection->session);
}

/* Who has the focus is in front; else who came first of those that read the ring. */
static void choose_front(struct leap_native *native)
{
	struct leap_native_connection *connection, *front = NULL;
	unsigned int others = 0;

	for (connection = TAILQ_FIRST(&native->connections); connection;
	     connection = TAILQ_NEXT(connection, entry)) {
		if (!connection->session.welcomed)
			continue;
		if (!is_woken(connection)) {
			others += !connection->session.reads_ring;
			continue;
		}
		others++;
		if (!front || leap_policy_has_focus(connection->session.client))
			front = connection;
	}
	pthread_mutex_lock(&native->front_lock);
	native->front = front;
	pthread_mutex_unlock(&native->front_lock);
	atomic_store(&native->all_by_front, others == (front ? 1 : 0));
}

static const struct leap_wire_frame *newest(const struct leap_native *native)
{
	return native->frame_bytes ? (const void *)native->frame : NULL;
}

static void drop(struct leap_native *native, struct leap_native_connection *connection)
{
	TAILQ_REMOVE(&native->connections, connection, entry);
	connection->session.welcomed = false;
	choose_front(native); /* from here on nobody else has it */
	/* closing alone does not do it when a copy of the descriptor is somewhere */
	epoll_ctl(native->epoll_fd, EPOLL_CTL_DEL, connection->fd, NULL);
	leap_native_connection_free(connection);
	atomic_fetch_sub(&native->clients, 1);
}

static void wait_for(struct leap_native *native,
		     struct leap_native_connection *connection, int operation)
{
	struct epoll_event event = {
		.events = connection->blocked ? EPOLLOUT : EPOLLIN,
		.data.ptr = connection,
	};

	epoll_ctl(native->epoll_fd, operation, connection->fd, &event);
}

/* Return: whether it is still there. */
static bool say(struct leap_native *native, struct leap_native_connection *connection)
{
	bool blocked = connection->blocked, welcomed = connection->session.welcomed;
	int sent = leap_native_connection_write(connection, newest(native),
						native->frame_bytes);

	if (sent < 0) {
		drop(native, connection);
		return false;
	}
	if (sent && connection->session.reads_ring)
		leap_frame_ring_notice(&native->ring);
	if (connection->blocked != blocked)
		wait_for(native, connection, EPOLL_CTL_MOD);
	if (connection->session.welcomed != welcomed)
		choose_front(native);
	return true;
}

static void say_to_all(struct leap_native *native)
{
	struct leap_native_connection *connection, *next;

	for (connection = TAILQ_FIRST(&native->connections); connection;
	     connection = next) {
		next = TAILQ_NEXT(connection, entry);
		if (!connection->blocked)
			say(native, connection);
	}
}

static void admit(struct leap_native *native, int fd, bool stream)
{
	struct leap_native_connection *connection;

	if (atomic_load(&native->clients) >= CLIENTS_MAX) {
		close(fd);
		return;
	}
	if (leap_native_connection_new(fd, stream, native->ring.fd, &native->room,
				       &connection))
		return;
	if (!connection->session.peer.trusted &&
	    atomic_load(&native->clients) >= CLIENTS_MAX - CLIENTS_KEPT) {
		leap_native_connection_free(connection);
		return;
	}
	TAILQ_INSERT_TAIL(&native->connections, connection, entry);
	native->ungreeted = true;
	/* before the state is looked at, as on_publication() wants it */
	atomic_fetch_add(&native->clients, 1);
	wait_for(native, connection, EPOLL_CTL_ADD);
}

static void watch_doors(struct leap_native *native, uint32_t events)
{
	int *door[] = { &native->unix_fd, &native->tcp_fd };

	for (int i = 0; i < 2; i++) {
		struct epoll_event event = { .events = events, .data.ptr = door[i] };

		if (*door[i] >= 0)
			epoll_ctl(native->epoll_fd, EPOLL_CTL_MOD, *door[i], &event);
	}
}

/* What cannot be accepted waits at the door, which epoll would tell of without end. */
static void be_deaf(struct leap_native *native)
{
	watch_doors(native, 0);
	native->deaf_until_ns = now_ns() + DEAF_MS * INT64_C(1000000);
}

static void listen_again(struct leap_native *native)
{
	if (!native->deaf_until_ns || now_ns() < native->deaf_until_ns)
		return;
	native->deaf_until_ns = 0;
	watch_doors(native, EPOLLIN);
}

static void accept_some(struct leap_native *native, int listener, bool stream)
{
	for (int i = 0; i < ACCEPT_MAX; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			       errno == ENOMEM))
			be_deaf(native);
		if (fd < 0)
			return;
		admit(native, fd, stream);
	}
}

static void find_images(struct leap_native *native)
{
	struct leap_told_images *told = &native->room.images;
	struct leap_images_place place;

	if (leap_images_find(native->images, &place))
		return; /* no descriptor left; the next look may find one */
	if (told->fd >= 0)
		close(told->fd);
	*told = (struct leap_told_images){
		.version = place.version,
		.device = place.device,
		.fd = place.fd,
		.ring_size = place.ring_size,
		.calibration_size = (leap_le32)place.info.calibration_size,
	};
	memcpy(told->serial, place.info.serial, sizeof(told->serial));
	memcpy(told->calibration, place.info.calibration, sizeof(told->calibration));
}

/* Return: has where pictures are changed? */
static bool refresh_images(struct leap_native *native)
{
	if (!native->images)
		return false;
	leap_images_want(native->images,
			 leap_native_session_room_wants_images(&native->room));
	if (leap_images_version(native->images) == native->room.images.version)
		return false;
	find_images(native);
	return true;
}

static bool same_devices(const struct leap_devices *a, const struct leap_devices *b)
{
	bool same = a->count == b->count;

	for (unsigned int i = 0; same && i < a->count; i++)
		same = !memcmp(a->device[i].id, b->device[i].id, LEAP_DEVICE_ID_SIZE) &&
		       a->device[i].plugged == b->device[i].plugged &&
		       a->device[i].attached == b->device[i].attached &&
		       a->device[i].streaming == b->device[i].streaming &&
		       a->device[i].nominal == b->device[i].nominal;
	return same;
}

/* Return: has anything changed that clients are told? */
static bool refresh(struct leap_native *native)
{
	unsigned int generation = leap_policy_generation(native->policy);
	bool changed = generation != native->policy_seen;

	if (changed) {
		native->policy_seen = generation;
		leap_native_session_room_refresh(&native->room);
		choose_front(native);
	}
	leap_state_read_lock();
	if (!same_devices(&native->room.devices, leap_state_devices(native->state))) {
		native->room.devices = *leap_state_devices(native->state);
		changed = true;
	}
	leap_state_read_unlock();
	return refresh_images(native) || changed;
}

static void pass_on(struct leap_native *native, leap_le32 number)
{
	struct leap_native_connection *connection;
	const struct leap_wire_frame *before = newest(native);
	size_t size;

	for (connection = TAILQ_FIRST(&native->connections); connection;
	     connection = TAILQ_NEXT(connection, entry))
		leap_native_session_pass_frame(&connection->session, before);
	size = leap_frame_ring_read(&native->ring, number, native->frame);
	if (size)
		native->frame_bytes = size;
}

/* Every frame, so that no start or stop of a gesture is lost. Return: any new one? */
static bool take_frames(struct leap_native *native)
{
	leap_le32 head = leap_frame_ring_head(&native->ring);
	struct leap_native_connection *connection;

	if (head == native->frame_seen)
		return false;
	if (head - native->frame_seen >= LEAP_WIRE_RING_SLOTS)
		native->frame_seen = head - LEAP_WIRE_RING_SLOTS / 2;
	while (native->frame_seen != head) {
		native->frame_seen++;
		if (native->frame_seen)
			pass_on(native, native->frame_seen);
	}
	native->room.frames = head;
	if (newest(native))
		native->room.frame_rate = newest(native)->frame_rate;
	wake_front(native);
	for (connection = TAILQ_FIRST(&native->connections); connection;
	     connection = TAILQ_NEXT(connection, entry))
		if (connection != native->front && is_woken(connection))
			leap_native_connection_wake(connection);
	return true;
}

static bool reads_no_ring(const struct leap_native_connection *connection)
{
	return !connection->session.reads_ring;
}

static void send_frames(struct leap_native *native)
{
	struct leap_native_connection *connection, *next;

	for (connection = TAILQ_FIRST(&native->connections); connection;
	     connection = next) {
		next = TAILQ_NEXT(connection, entry);
		if (reads_no_ring(connection) && !connection->blocked)
			say(native, connection);
	}
}

static void on_client(struct leap_native *native,
		      struct leap_native_connection *connection, uint32_t events)
{
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		if (leap_native_connection_read(connection)) {
			drop(native, connection);
			return;
		}
	}
	if (events & EPOLLOUT) {
		connection->blocked = false;
		wait_for(native, connection, EPOLL_CTL_MOD);
	}
	say(native, connection);
}

/* Who does not say hello takes a place from those who would. */
static void sweep(struct leap_native *native)
{
	struct leap_native_connection *connection, *next;
	int64_t time_ns = now_ns();

	if (!native->ungreeted)
		return;
	native->ungreeted = false;
	for (connection = TAILQ_FIRST(&native->connections); connection;
	     connection = next) {
		next = TAILQ_NEXT(connection, entry);
		if (connection->session.client)
			continue;
		if (time_ns - connection->since_ns > HELLO_NS)
			drop(native, connection);
		else
			native->ungreeted = true;
	}
}

static void dispatch(struct leap_native *native, const struct epoll_event *event)
{
	if (event->data.ptr == &native->wake_fd)
		return; /* what it is about has been seen to */
	if (event->data.ptr == &native->unix_fd)
		accept_some(native, native->unix_fd, false);
	else if (event->data.ptr == &native->tcp_fd)
		accept_some(native, native->tcp_fd, true);
	else
		on_client(native, event->data.ptr, event->events);
}

/* Frames first: who comes now has nothing to do with those of before. */
static void work(struct leap_native *native, const struct epoll_event *event)
{
	bool frames, changed;
	eventfd_t count;

	/* before the looking: what comes meanwhile is a further event */
	if (event->data.ptr == &native->wake_fd)
		eventfd_read(native->wake_fd, &count);
	frames = take_frames(native);
	changed = refresh(native);
	dispatch(native, event);
	changed |= refresh(native); /* by what a client has asked for */
	if (changed)
		say_to_all(native);
	else if (frames)
		send_frames(native);
}

static void *serve(void *arg)
{
	struct leap_native *native = arg;
	struct epoll_event event;

	pthread_setname_np(pthread_self(), "native");
	leap_state_reader_begin();
	while (!atomic_load(&native->stopping)) {
		/* one at a time: an event may be about a client that another dropped */
		int n = epoll_wait(native->epoll_fd, &event, 1,
				   native->deaf_until_ns ? DEAF_MS
				   : native->ungreeted	 ? SWEEP_MS
							 : -1);

		if (n > 0)
			work(native, &event);
		sweep(native);
		listen_again(native);
	}
	leap_state_reader_end();
	return NULL;
}

static int watch_fd(struct leap_native *native, int *fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = fd };

	if (*fd < 0)
		return 0;
	return epoll_ctl(native->epoll_fd, EPOLL_CTL_ADD, *fd, &event) < 0 ? -errno : 0;
}

/* A door that nobody asked for by name may stay shut; one line says so. */
static int open_or_tell(int r, bool asked_for, char **error)
{
	if (!r || asked_for)
		return r;
	fprintf(stderr, "leapd: %s: native applications cannot come that way\n",
		*error ? *error : strerror(-r));
	free(*error);
	*error = NULL;
	return 0;
}

static int listen_unix(struct leap_native *native, const struct leap_config *config,
		       char **ret_error)
{
	int r;

	native->path = leap_native_socket_path(config->native_socket);
	if (!native->path)
		return 0;
	r = leap_native_listen_unix(native->path, &native->unix_fd, ret_error);
	if (r) {
		free(native->path);
		native->path = NULL;
	}
	return open_or_tell(r, strcmp(config->native_socket, "auto"), ret_error);
}

static int listen_anywhere(struct leap_native *native, char **ret_error)
{
	const struct leap_config *config = leap_policy_config(native->policy);
	int r = listen_unix(native, config, ret_error);

	if (!r)
		r = open_or_tell(leap_native_listen_tcp(config->native_port,
							config->native_allow_remote,
							&native->tcp_fd, &native->port,
							ret_error),
				 false, ret_error);
	leap_policy_config_put(config);
	if (!r)
		r = watch_fd(native, &native->unix_fd);
	return r ? r : watch_fd(native, &native->tcp_fd);
}

static int prepare(struct leap_native *native, char **ret_error)
{
	int r;

	native->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	native->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (native->epoll_fd < 0 || native->wake_fd < 0)
		return -errno;
	r = watch_fd(native, &native->wake_fd);
	return r ? r : listen_anywhere(native, ret_error);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void free_native(struct leap_native *native)
{
	while (!TAILQ_EMPTY(&native->connections))
		drop(native, TAILQ_FIRST(&native->connections));
	if (native->images)
		leap_images_want(native->images, false);
	if (native->path)
		unlink(native->path);
	free(native->path);
	close_fd(native->unix_fd);
	close_fd(native->tcp_fd);
	close_fd(native->epoll_fd);
	close_fd(native->wake_fd);
	leap_native_session_room_done(&native->room);
	leap_frame_ring_done(&native->ring);
	pthread_mutex_destroy(&native->front_lock);
	free(native);
}

static int make(struct leap_state *state, struct leap_policy *policy,
		struct leap_images *images, int64_t epoch_ns,
		struct leap_native **ret_native)
{
	struct leap_native *native = calloc(1, sizeof(*native));
	int r;

	if (!native)
		return -ENOMEM;
	r = leap_frame_ring_init(&native->ring);
	if (r) {
		free(native);
		return r;
	}
	native->state = state;
	native->policy = policy;
	native->images = images;
	native->state_watch.notify = on_publication;
	native->state_watch.data = native;
	native->policy_watch.notify = on_decision;
	native->policy_watch.data = native;
	native->written_id = -1;
	native->unix_fd = native->tcp_fd = native->epoll_fd = native->wake_fd = -1;
	pthread_mutex_init(&native->front_lock, NULL);
	TAILQ_INIT(&native->connections);
	leap_native_session_room_init(&native->room, policy, epoch_ns);
	native->room.trusted_group = leap_native_group();
	*ret_native = native;
	return 0;
}

int leap_native_start(struct leap_state *state, struct leap_policy *policy,
		      struct leap_images *images, int64_t epoch_ns,
		      struct leap_native **ret_native, char **ret_error)
{
	struct leap_native *native;
	int r;

	*ret_error = NULL;
	r = make(state, policy, images, epoch_ns, &native);
	if (r)
		return r;
	r = prepare(native, ret_error);
	if (!r) {
		leap_state_watch(state, &native->state_watch);
		leap_policy_watch(policy, &native->policy_watch);
		r = -pthread_create(&native->thread, NULL, serve, native);
	}
	if (r) {
		leap_state_unwatch(state, &native->state_watch);
		leap_policy_unwatch(policy, &native->policy_watch);
		free_native(native);
		return r;
	}
	*ret_native = native;
	return 0;
}

unsigned int leap_native_port(const struct leap_native *native)
{
	return native->port;
}

const char *leap_native_socket(const struct leap_native *native)
{
	return native->path;
}

void leap_native_stop(struct leap_native *native)
{
	if (!native)
		return;
	leap_state_unwatch(native->state, &native->state_watch);
	leap_policy_unwatch(native->policy, &native->policy_watch);
	atomic_store(&native->stopping, true);
	wake_thread(native);
	pthread_join(native->thread, NULL);
	free_native(native);
}
