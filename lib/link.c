// SPDX-License-Identifier: MIT
/*
 * The way to leapd: looked for twice a second, greeted, lost, found again.
 * Everything here runs under the connection's lock.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "lib/connection.h"

#define PATIENCE_TICKS 10 /* five seconds until an answer */
#define SYSTEM_SOCKET "/run/leapd/native"

int64_t leap_lib_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void set_timer(struct leap_connection *connection, bool on)
{
	struct timespec tick = { 0, on ? LEAP_LIB_RETRY_MS * 1000000L : 0 };
	struct itimerspec ticks = { tick, tick };

	timerfd_settime(connection->timer_fd, 0, &ticks, NULL);
}

void leap_link_watch(struct leap_connection *connection)
{
	struct leap_socket *sock = &connection->socket;
	struct epoll_event event = { .data.fd = sock->fd };

	if (sock->fd < 0)
		return;
	event.events = leap_socket_wants_out(sock) ? EPOLLIN | EPOLLOUT : EPOLLIN;
	if (event.events == connection->epoll_events)
		return;
	epoll_ctl(connection->epoll_fd,
		  connection->epoll_events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, sock->fd,
		  &event);
	connection->epoll_events = event.events;
}

static void set_phase(struct leap_connection *connection, enum leap_phase phase)
{
	connection->phase = phase;
	connection->ticks = 0;
	set_timer(connection, phase != LEAP_PHASE_CONNECTED);
}

void leap_link_connected(struct leap_connection *connection)
{
	set_phase(connection, LEAP_PHASE_CONNECTED);
}

static void greet(struct leap_connection *connection)
{
	struct leap_wire_hello hello = {
		.header = { .size = sizeof(hello), .type = LEAP_WIRE_HELLO },
		.magic = LEAP_WIRE_MAGIC,
		.version_min = LEAP_WIRE_VERSION,
		.version_max = LEAP_WIRE_VERSION,
		.pid = (leap_le32)getpid(),
	};

	if (!(connection->flags & LEAP_NO_SHARED_MEMORY) && !connection->socket.stream)
		hello.flags |= LEAP_WIRE_HELLO_RING;
	hello.header.request = UINT32_MAX;
	memcpy(hello.name, connection->name, sizeof(hello.name));
	connection->hello_ns = leap_lib_now_ns();
	set_phase(connection, LEAP_PHASE_GREETING);
	if (leap_socket_send(&connection->socket, &hello, sizeof(hello)))
		leap_link_lose(connection);
	else
		leap_link_watch(connection);
}

static int try_path(struct leap_connection *connection, const char *folder,
		    const char *rest)
{
	char path[256];

	if (!folder || folder[0] != '/' ||
	    snprintf(path, sizeof(path), "%s%s", folder, rest) >= (int)sizeof(path))
		return -ENOENT;
	return leap_socket_open_unix(&connection->socket, path);
}

static int try_unix(struct leap_connection *connection)
{
	int r;

	if (connection->socket_path)
		return leap_socket_open_unix(&connection->socket,
					     connection->socket_path);
	r = try_path(connection, getenv("XDG_RUNTIME_DIR"), "/leapd/native");
	return r ? leap_socket_open_unix(&connection->socket, SYSTEM_SOCKET) : r;
}

void leap_link_start(struct leap_connection *connection)
{
	int r = -ENOENT;

	connection->epoll_events = 0;
	if (!(connection->flags & LEAP_TCP_ONLY))
		r = try_unix(connection);
	if (r && !(connection->flags & LEAP_LOCAL_ONLY))
		r = leap_socket_open_tcp(&connection->socket, connection->address,
					 connection->port);
	if (r) {
		set_phase(connection, LEAP_PHASE_LOST);
		return;
	}
	if (!connection->socket.connecting) {
		greet(connection);
		return;
	}
	set_phase(connection, LEAP_PHASE_CONNECTING);
	leap_link_watch(connection);
}

void leap_link_tick(struct leap_connection *connection)
{
	if (connection->phase == LEAP_PHASE_LOST)
		leap_link_start(connection);
	else if (connection->phase != LEAP_PHASE_CONNECTED &&
		 ++connection->ticks >= PATIENCE_TICKS)
		leap_link_lose(connection);
}

void leap_link_writable(struct leap_connection *connection)
{
	if (leap_socket_writable(&connection->socket)) {
		leap_link_lose(connection);
		return;
	}
	if (connection->phase == LEAP_PHASE_CONNECTING &&
	    !connection->socket.connecting)
		greet(connection);
	else
		leap_link_watch(connection);
}

/* Closing alone does not end the watch when a process that was forked has a copy. */
static void forget(const struct leap_connection *connection, int fd)
{
	if (fd >= 0)
		epoll_ctl(connection->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

void leap_link_close_images(struct leap_connection *connection)
{
	leap_picture_ring_close(&connection->pictures);
	forget(connection, connection->images_fd);
	if (connection->images_fd >= 0)
		close(connection->images_fd);
	connection->images_fd = -1;
	connection->images_watched = false;
}

/* Settings stay readable; devices and frames do not outlive their leapd. */
void leap_link_lose(struct leap_connection *connection)
{
	bool was_connected = connection->phase == LEAP_PHASE_CONNECTED;

	forget(connection, connection->socket.fd);
	forget(connection, connection->wake_fd);
	leap_socket_close(&connection->socket);
	leap_ring_view_close(&connection->ring);
	leap_link_close_images(connection);
	if (connection->wake_fd >= 0)
		close(connection->wake_fd);
	connection->wake_fd = -1;
	connection->transport = 0;
	connection->drain_due = connection->receive_due = false;
	memset(connection->device, 0, sizeof(connection->device));
	connection->policy_known = false;
	connection->arrived = 0;
	connection->losses++;
	leap_end_all_gestures(connection);
	set_phase(connection, LEAP_PHASE_LOST);
	if (was_connected)
		leap_queue_event(connection, LEAP_EVENT_LOST);
}
