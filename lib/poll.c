// SPDX-License-Identifier: MIT
/*
 * Opens and closes connections, and waits: by the program's thread or by the library's.
 * One thread polls at a time; the lock is not held while it waits or calls back.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/connection.h"
#include "lib/decode.h"

/* How long a program that never waits may go without looking at the socket. */
#define LOOK_NS INT64_C(100000000)
#define MESSAGES_AT_ONCE 64
/* Seldom enough to be no burden, and often enough for a core that others use, too. */
#define REHEARSE_NS 20000
#define DEFAULT_PORT 6438
#define HISTORY_BYTES (((LEAP_HISTORY + 1) * sizeof(struct leap_frame) + 63) / 64 * 64)

static bool may_have_frames(const struct leap_connection *connection)
{
	return connection->ring.map &&
	       (!connection->policy_known || connection->policy.receives_frames);
}

/* How far behind @head the reader may be, with a slot to spare for the writer. */
static void skip_overwritten(struct leap_connection *connection, leap_le32 head)
{
	leap_le32 most = connection->ring.slot_count - 2;

	if (head - connection->frame_seen <= most)
		return;
	connection->arrived += head - connection->frame_seen - most;
	connection->frame_seen = head - most;
	connection->gap = true;
}

static int take_from_ring(struct leap_connection *connection, leap_le32 number)
{
	size_t size;
	const void *bytes = leap_ring_view_look(&connection->ring, number, &size);
	int r = bytes ? leap_decode_next(connection, bytes, size) : -ENOENT;

	if (r || !leap_ring_view_has(&connection->ring, number))
		return r ?: -ENOENT;
	leap_take_next(connection);
	return 0;
}

static void collect_frames(struct leap_connection *connection)
{
	leap_le32 head;

	if (!may_have_frames(connection))
		return;
	head = leap_ring_view_head(&connection->ring);
	if (head == connection->frame_seen)
		return;
	skip_overwritten(connection, head);
	while (connection->frame_seen != head) {
		if (!++connection->frame_seen)
			continue; /* numbers skip 0 when they wrap */
		if (!take_from_ring(connection, connection->frame_seen))
			continue;
		connection->arrived++; /* missed, and counted */
		connection->gap = true;
	}
	if (connection->gap)
		leap_end_unseen_gestures(connection);
	connection->gap = false;
}

static bool pop_event(struct leap_connection *connection, struct leap_event *ret_event)
{
	if (!connection->queue_count)
		return false;
	*ret_event = connection->queue[connection->queue_first];
	connection->queue_first = (connection->queue_first + 1) % LEAP_LIB_QUEUE_MAX;
	connection->queue_count--;
	return true;
}

static bool tell_gestures(struct leap_connection *connection,
			  struct leap_event *ret_event)
{
	struct leap_gesture_changes *changes = &connection->changes;
	uint32_t count = 0;

	for (unsigned int i = 0; i < changes->count; i++)
		if (!leap_decode_gesture(&changes->gesture[i],
					 &connection->gestures[count]))
			count++;
	changes->count = 0;
	if (!count)
		return false;
	leap_queue_event(connection, LEAP_EVENT_GESTURES);
	pop_event(connection, ret_event);
	ret_event->u.gestures.gesture = connection->gestures;
	ret_event->u.gestures.count = count;
	return true;
}

static bool tell_frame(struct leap_connection *connection, struct leap_event *ret_event)
{
	if (!connection->arrived || !connection->frames)
		return false;
	leap_queue_event(connection, LEAP_EVENT_FRAME);
	pop_event(connection, ret_event);
	ret_event->u.tracking.frame = &connection->history[connection->newest];
	ret_event->u.tracking.skipped = connection->arrived - 1;
	connection->arrived = 0;
	return true;
}

static bool tell_image(struct leap_connection *connection, struct leap_event *ret_event)
{
	uint32_t head;

	if (!connection->pictures.map)
		return false;
	head = leap_picture_ring_head(&connection->pictures);
	if (head == connection->pictures.last)
		return false;
	connection->pictures.last = head;
	leap_queue_event(connection, LEAP_EVENT_IMAGE);
	return pop_event(connection, ret_event);
}

static bool socket_may_have_news(struct leap_connection *connection)
{
	leap_le32 notices;

	connection->looked_ns = leap_lib_now_ns();
	if (connection->socket.fd < 0)
		return false;
	if (connection->receive_due || atomic_load(&connection->fd_used))
		return true;
	if (connection->ring.map) {
		notices = leap_ring_view_notices(&connection->ring);
		if (notices != connection->notices_seen) {
			connection->notices_seen = notices;
			return true;
		}
	}
	return connection->looked_ns - connection->received_ns >= LOOK_NS;
}

/* Return: whether there was a message, or the end. */
static bool receive(struct leap_connection *connection)
{
	struct leap_received received;
	int r;

	if (!socket_may_have_news(connection))
		return false;
	connection->received_ns = connection->looked_ns;
	r = leap_socket_receive(&connection->socket, &received);
	connection->receive_due = r > 0;
	if (r > 0) {
		r = leap_take_message(connection, &received);
		leap_received_done(&received);
		if (!r && connection->phase == LEAP_PHASE_CONNECTED) {
			leap_link_watch(connection);
			return true;
		}
	}
	if (!r)
		return false;
	leap_link_lose(connection);
	return true;
}

/* Everything that was received comes before the newest frame, so that it is. */
static bool next_event(struct leap_connection *connection, struct leap_event *ret_event)
{
	for (int i = 0; i < MESSAGES_AT_ONCE; i++) {
		if (pop_event(connection, ret_event))
			return true;
		collect_frames(connection);
		/* at once, before the socket is looked at; but not every time */
		if (connection->ring.map && connection->arrived &&
		    !connection->told_frame)
			break;
		if (!receive(connection))
			break;
	}
	/* the last of so many may have been one */
	if (pop_event(connection, ret_event))
		return true;
	connection->told_frame = connection->arrived;
	return tell_gestures(connection, ret_event) ||
	       tell_frame(connection, ret_event) || tell_image(connection, ret_event);
}

/*
 * While there is nothing to do: the newest frame once more, to where the next one goes. A
 * core that has done other things meanwhile has the way there at hand again.
 */
static void rehearse(struct leap_connection *connection)
{
	const void *bytes;
	size_t size;

	if (!may_have_frames(connection) ||
	    connection->looked_ns - connection->rehearsed_ns < REHEARSE_NS)
		return;
	connection->rehearsed_ns = connection->looked_ns;
	bytes = leap_ring_view_look(&connection->ring, connection->frame_seen, &size);
	if (bytes)
		leap_decode_next(connection, bytes, size);
}

static void drain(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
		;
}

/* Under the lock. Return: whether it is worth to look again. */
static bool tidy_up(struct leap_connection *connection)
{
	if (!connection->drain_due || connection->wake_fd < 0)
		return false;
	connection->drain_due = false;
	drain(connection->wake_fd);
	return true;
}

static void on_tick(struct leap_connection *connection)
{
	uint64_t ticks;

	if (read(connection->timer_fd, &ticks, sizeof(ticks)) == sizeof(ticks))
		leap_link_tick(connection);
}

static void on_images(struct leap_connection *connection, uint32_t events)
{
	/* unplugged: leapd will tell; until then it would be reported without end */
	if (events & (EPOLLHUP | EPOLLERR))
		epoll_ctl(connection->epoll_fd, EPOLL_CTL_DEL, connection->images_fd,
			  NULL);
}

static void on_ready(struct leap_connection *connection, int fd, uint32_t events)
{
	if (fd == connection->wake_fd) {
		connection->drain_due = true;
	} else if (fd == connection->timer_fd) {
		on_tick(connection);
	} else if (fd == connection->images_fd) {
		on_images(connection, events);
	} else if (fd == connection->socket.fd) {
		if (events & EPOLLOUT)
			leap_link_writable(connection);
		connection->receive_due = true;
	}
}

/* Return: 1 something is ready, 0 timeout, or -EINTR. */
static int wait_for_news(struct leap_connection *connection, int timeout_ms)
{
	struct epoll_event events[8];
	unsigned int losses;
	int n = epoll_wait(connection->epoll_fd, events, 8, timeout_ms);

	if (n < 0)
		return -errno;
	pthread_mutex_lock(&connection->lock);
	losses = connection->losses;
	/* after a loss the further events may be of descriptors that are gone */
	for (int i = 0; i < n && connection->losses == losses; i++)
		on_ready(connection, events[i].data.fd, events[i].events);
	pthread_mutex_unlock(&connection->lock);
	return n > 0;
}

static int left_ms(int timeout_ms, int64_t until_ns)
{
	int64_t left_ns = until_ns - leap_lib_now_ns();

	if (timeout_ms < 0)
		return -1;
	return left_ns > 0 ? (int)((left_ns + 999999) / 1000000) : 0;
}

/* A program that neither waits here nor for leap_fd() is spared all system calls. */
static bool may_skip_waiting(const struct leap_connection *connection, int timeout_ms)
{
	return !timeout_ms && !atomic_load(&connection->fd_used) &&
	       connection->ring.map;
}

static int poll_until(struct leap_connection *connection, int timeout_ms,
		      struct leap_event *ret_event)
{
	int64_t until_ns = 0;
	int r;

	if (timeout_ms > 0)
		until_ns = leap_lib_now_ns() + timeout_ms * INT64_C(1000000);
	for (;;) {
		bool found, again = false, skip;

		pthread_mutex_lock(&connection->lock);
		found = next_event(connection, ret_event);
		skip = may_skip_waiting(connection, timeout_ms);
		if (!found)
			rehearse(connection);
		if (!found && !skip)
			again = tidy_up(connection);
		pthread_mutex_unlock(&connection->lock);
		if (found)
			return 1;
		if (skip || atomic_load(&connection->stopping))
			return 0;
		if (again)
			continue;
		r = wait_for_news(connection, left_ms(timeout_ms, until_ns));
		if (r <= 0 && (r < 0 || timeout_ms >= 0))
			return r;
	}
}

int leap_poll(struct leap_connection *connection, int timeout_ms,
	      struct leap_event *ret_event)
{
	int r;

	if (atomic_exchange(&connection->polled, true))
		return -EBUSY;
	r = poll_until(connection, timeout_ms, ret_event);
	atomic_store(&connection->polled, false);
	return r;
}

int leap_fd(const struct leap_connection *connection)
{
	atomic_store(&((struct leap_connection *)connection)->fd_used, true);
	return connection->epoll_fd;
}

static void *run(void *arg)
{
	struct leap_connection *connection = arg;
	struct leap_event event;

	while (!atomic_load(&connection->stopping))
		if (poll_until(connection, -1, &event) > 0)
			connection->callback(&event, connection->callback_data);
	return NULL;
}

int leap_start(struct leap_connection *connection,
	       void (*callback)(const struct leap_event *event, void *data), void *data)
{
	sigset_t all, before;
	int r;

	if (atomic_exchange(&connection->polled, true))
		return -EBUSY;
	atomic_store(&connection->stopping, false);
	connection->callback = callback;
	connection->callback_data = data;
	/* signals are for the threads of the program, which knows what they mean */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&connection->thread, NULL, run, connection);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r) {
		atomic_store(&connection->polled, false);
		return -EAGAIN;
	}
	connection->threaded = true;
	return 0;
}

void leap_stop(struct leap_connection *connection)
{
	eventfd_t count;

	if (!connection->threaded)
		return;
	atomic_store(&connection->stopping, true);
	eventfd_write(connection->stop_fd, 1);
	pthread_join(connection->thread, NULL);
	eventfd_read(connection->stop_fd, &count);
	connection->threaded = false;
	atomic_store(&connection->stopping, false);
	atomic_store(&connection->polled, false);
}

static int watch(struct leap_connection *connection, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (fd < 0)
		return -errno;
	return epoll_ctl(connection->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno
									      : 0;
}

static int prepare(struct leap_connection *connection)
{
	int r;

	connection->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (connection->epoll_fd < 0)
		return -errno;
	connection->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	r = watch(connection, connection->timer_fd);
	if (r)
		return r;
	connection->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return watch(connection, connection->stop_fd);
}

static int copy_options(struct leap_connection *connection,
			const struct leap_options *options)
{
	const char *name = options->name ? options->name
					 : program_invocation_short_name;
	const char *path = options->socket ? options->socket : getenv("LEAPD_SOCKET");

	if (options->size < sizeof(*options) ||
	    (options->flags &
	     ~(LEAP_NO_SHARED_MEMORY | LEAP_TCP_ONLY | LEAP_LOCAL_ONLY)))
		return -EINVAL;
	connection->flags = options->flags;
	connection->port = options->port ? options->port : DEFAULT_PORT;
	strncpy(connection->name, name, sizeof(connection->name) - 1);
	connection->address = strdup(options->address ? options->address : "127.0.0.1");
	connection->socket_path = path ? strdup(path) : NULL;
	connection->history =
		aligned_alloc(64, HISTORY_BYTES); /* touched now, and not later */
	if (connection->history)
		memset(connection->history, 0, HISTORY_BYTES);
	return connection->address && connection->history &&
			       (!path || connection->socket_path)
		       ? 0
		       : -ENOMEM;
}

int leap_open(const struct leap_options *options,
	      struct leap_connection **ret_connection)
{
	static const struct leap_options by_default = { .size = sizeof(by_default) };
	struct leap_connection *connection = calloc(1, sizeof(*connection));
	int r;

	if (!connection)
		return -ENOMEM;
	connection->socket.fd = connection->wake_fd = connection->images_fd = -1;
	connection->epoll_fd = connection->timer_fd = connection->stop_fd = -1;
	pthread_mutex_init(&connection->lock, NULL);
	r = copy_options(connection, options ? options : &by_default);
	if (!r)
		r = prepare(connection);
	if (r) {
		leap_close(connection);
		return r;
	}
	leap_link_start(connection);
	*ret_connection = connection;
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void leap_close(struct leap_connection *connection)
{
	if (!connection)
		return;
	leap_stop(connection);
	leap_socket_close(&connection->socket);
	leap_ring_view_close(&connection->ring);
	leap_link_close_images(connection);
	close_fd(connection->wake_fd);
	close_fd(connection->timer_fd);
	close_fd(connection->stop_fd);
	close_fd(connection->epoll_fd);
	pthread_mutex_destroy(&connection->lock);
	free(connection->history);
	free(connection->address);
	free(connection->socket_path);
	free(connection);
}
