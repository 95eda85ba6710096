// SPDX-License-Identifier: MIT
/*
 * Between a socket and a session. Nothing waits and nothing grows: a client that does not
 * read is neither read from nor written to. The door's thread owns all but the pipe.
 */
#include "daemon/native/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/native/listen.h"

/* What a client has not taken shall wait here, where newer frames replace it. */
#define SEND_BUFFER (32 * 1024)
#define MESSAGES_AT_ONCE 64 /* to one client, then it is the others' turn */
#define IDLE_SECONDS 60 /* then TCP asks whether it is still there */
#define WAKE_PIPE_SIZE 4096

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/*
 * A pipe and no eventfd: O_NONBLOCK of an eventfd is shared by all who have it, and a
 * client could make the publishing thread block in it. This end is ours.
 */
static int make_pipe(struct leap_native_connection *connection,
		     struct leap_native_peer *peer)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	fcntl(ends[1], F_SETPIPE_SZ, WAKE_PIPE_SIZE);
	peer->wake_fd = ends[0];
	connection->wake_fd = ends[1];
	return 0;
}

static int meet(struct leap_native_connection *connection, int ring_fd,
		const struct leap_native_session_room *room,
		struct leap_native_peer *ret_peer)
{
	int fd = connection->fd, on = 1, idle = IDLE_SECONDS, size = SEND_BUFFER;

	*ret_peer = (struct leap_native_peer){
		.local = !connection->stream,
		.uid = UINT32_MAX,
		.ring_fd = -1,
		.wake_fd = -1,
	};
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (connection->stream) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		/* who is gone without a word must not keep its place */
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
		setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
		return 0;
	}
	ret_peer->trusted = leap_native_credentials(fd, room->trusted_group,
						    &ret_peer->uid, &ret_peer->pid);
	ret_peer->ring_fd = ring_fd;
	return ring_fd < 0 ? 0 : make_pipe(connection, ret_peer);
}

int leap_native_connection_new(int fd, bool stream, int ring_fd,
			       struct leap_native_session_room *room,
			       struct leap_native_connection **ret_connection)
{
	struct leap_native_connection *connection = calloc(1, sizeof(*connection));
	struct leap_native_peer peer;
	int r;

	if (!connection) {
		close(fd);
		return -ENOMEM;
	}
	connection->fd = fd;
	connection->stream = stream;
	connection->wake_fd = connection->images_fd = -1;
	connection->since_ns = now_ns();
	r = meet(connection, ring_fd, room, &peer);
	leap_native_session_init(&connection->session, room, &peer);
	if (r) {
		leap_native_connection_free(connection);
		return r;
	}
	*ret_connection = connection;
	return 0;
}

void leap_native_connection_free(struct leap_native_connection *connection)
{
	leap_native_session_done(&connection->session);
	close_fd(&connection->fd);
	close_fd(&connection->wake_fd);
	close_fd(&connection->session.peer.wake_fd);
	close_fd(&connection->images_fd);
	free(connection);
}

void leap_native_connection_wake(const struct leap_native_connection *connection)
{
	/* full: it sleeps very long, and is woken already */
	while (write(connection->wake_fd, "", 1) < 0 && errno == EINTR)
		;
}

/* Return: bytes of the first message in the buffer, 0 it is not whole, or -EPROTO. */
static int whole_message(const struct leap_native_connection *connection)
{
	const struct leap_wire_header *header = (const void *)connection->in;

	if (connection->in_size < sizeof(*header))
		return 0;
	if (header->size < sizeof(*header) || header->size > LEAP_REQUEST_MAX ||
	    header->size % 4)
		return -EPROTO;
	return connection->in_size < header->size ? 0 : (int)header->size;
}

static int take_messages(struct leap_native_connection *connection)
{
	int size = 0, r = 0;

	while (!r && !leap_native_session_is_busy(&connection->session)) {
		size = whole_message(connection);
		if (size <= 0)
			return size;
		r = leap_native_session_take(&connection->session, connection->in,
					     (size_t)size);
		connection->in_size -= (size_t)size;
		memmove(connection->in, connection->in + size, connection->in_size);
	}
	return r;
}

/* One packet is one message. Return: 1 something came, 0 nothing, negative the end. */
static int receive(struct leap_native_connection *connection)
{
	size_t room = sizeof(connection->in) - connection->in_size;
	/* of a packet the true size; to TCP it would mean something else */
	int flags = MSG_DONTWAIT | (connection->stream ? 0 : MSG_TRUNC);
	ssize_t n;

	if (!room)
		return 0; /* it waits for an answer */
	do
		n = recv(connection->fd, connection->in + connection->in_size, room,
			 flags);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (n == 0)
		return -ECONNRESET;
	if ((size_t)n > room)
		return -EPROTO;
	connection->in_size += (size_t)n;
	if (!connection->stream && whole_message(connection) != (int)n)
		return -EPROTO;
	return 1;
}

int leap_native_connection_read(struct leap_native_connection *connection)
{
	int r = receive(connection);

	return r < 0 ? r : take_messages(connection);
}

/* A new description of the same file: a client's place in it is its own. */
static int reopen(int fd)
{
	char path[sizeof("/proc/self/fd/2147483647")];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

static bool carries_images(const struct leap_native_connection *connection)
{
	const struct leap_wire_header *header = (const void *)connection->out;

	return header->type == LEAP_WIRE_IMAGES && connection->out_fds.count;
}

/* The room's own may be closed, and its number another's, before the message goes out. */
static void own_images(struct leap_native_connection *connection)
{
	if (!carries_images(connection))
		return;
	connection->images_fd = reopen(connection->out_fds.fd[0]);
	connection->out_fds.fd[0] = connection->images_fd;
	if (connection->images_fd < 0)
		connection->out_fds.count = 0; /* the client sees that it is missing */
}

static void attach(struct msghdr *message, char *control,
		   const struct leap_native_session_fds *fds)
{
	size_t size = fds->count * sizeof(int);
	struct cmsghdr *head;

	message->msg_control = control;
	message->msg_controllen = CMSG_SPACE(size);
	head = CMSG_FIRSTHDR(message);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(head), fds->fd, size);
}

static ssize_t send_rest(struct leap_native_connection *connection)
{
	_Alignas(struct cmsghdr) char
		control[CMSG_SPACE(LEAP_WIRE_FDS_MAX * sizeof(int))] = { 0 };
	struct iovec bytes = { connection->out + connection->out_done,
			       connection->out_size - connection->out_done };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1 };
	ssize_t n;

	if (connection->out_fds.count)
		attach(&message, control, &connection->out_fds);
	do
		n = sendmsg(connection->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* Return: 1 it went out, 0 the socket takes no more, or negative. */
static int send_message(struct leap_native_connection *connection)
{
	while (connection->out_done < connection->out_size) {
		ssize_t n = send_rest(connection);

		connection->blocked = n == -EAGAIN;
		if (n < 0)
			return connection->blocked ? 0 : (int)n;
		connection->out_done += (size_t)n;
	}
	connection->out_size = connection->out_done = 0;
	close_fd(&connection->images_fd);
	return 1;
}

int leap_native_connection_write(struct leap_native_connection *connection,
				 const struct leap_wire_frame *frame,
				 size_t frame_bytes)
{
	int sent = 0, r = 0;

	do {
		int size;

		if (sent >= MESSAGES_AT_ONCE) { /* epoll calls us back at once */
			connection->blocked = true;
			break;
		}

		if (!connection->out_size) {
			size = leap_native_session_next(&connection->session, frame,
							frame_bytes, connection->out,
							&connection->out_fds);
			if (size < 0)
				return size;
			connection->out_size = (size_t)size;
			own_images(connection);
		}
		if (!connection->out_size) {
			/* answered: what else it asked for meanwhile? */
			r = connection->in_size ? take_messages(connection) : 0;
			if (r || !leap_native_session_is_busy(&connection->session))
				break;
			continue;
		}
		r = send_message(connection);
		sent += r > 0;
	} while (r >= 0 && !connection->blocked);
	return r < 0 ? r : sent;
}
