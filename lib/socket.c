// SPDX-License-Identifier: MIT
/*
 * Cuts messages out of packets or of a stream, with every size checked.
 * Its caller holds the connection's lock.
 */
#include "lib/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What has not been read yet shall wait with leapd, where newer frames replace it. */
#define RECEIVE_BUFFER (64 * 1024)

static int start(struct leap_socket *sock, int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int size = RECEIVE_BUFFER;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	leap_socket_adopt(sock, fd, type == SOCK_STREAM);
	return 0;
}

void leap_socket_adopt(struct leap_socket *sock, int fd, bool stream)
{
	sock->fd = fd;
	sock->stream = stream;
	sock->connecting = false;
	sock->in_size = sock->in_taken = sock->out_size = 0;
}

static int start_connecting(struct leap_socket *sock, const struct sockaddr *address,
			    size_t size)
{
	int r = connect(sock->fd, address, (socklen_t)size) < 0 ? -errno : 0;

	if (r == -EINPROGRESS) {
		sock->connecting = true;
		return 0;
	}
	if (r)
		leap_socket_close(sock);
	return r;
}

int leap_socket_open_unix(struct leap_socket *sock, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int r;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	r = start(sock, AF_UNIX, SOCK_SEQPACKET);
	if (r)
		return r;
	return start_connecting(sock, (struct sockaddr *)&address, sizeof(address));
}

int leap_socket_open_tcp(struct leap_socket *sock, const char *address, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	int on = 1, r;

	if (inet_pton(AF_INET, address, &in.sin_addr) != 1)
		return -EINVAL;
	r = start(sock, AF_INET, SOCK_STREAM);
	if (r)
		return r;
	setsockopt(sock->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return start_connecting(sock, (struct sockaddr *)&in, sizeof(in));
}

void leap_socket_close(struct leap_socket *sock)
{
	if (sock->fd >= 0)
		close(sock->fd);
	sock->fd = -1;
}

bool leap_socket_wants_out(const struct leap_socket *sock)
{
	return sock->connecting || sock->out_size;
}

static ssize_t send_some(struct leap_socket *sock, const void *bytes, size_t size)
{
	ssize_t n;

	do
		n = send(sock->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int leap_socket_writable(struct leap_socket *sock)
{
	socklen_t size = sizeof(int);
	int error = 0;
	ssize_t n;

	if (sock->connecting) {
		if (getsockopt(sock->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
			return -errno;
		sock->connecting = false;
		if (error)
			return -error;
	}
	if (!sock->out_size)
		return 0;
	n = send_some(sock, sock->out, sock->out_size);
	if (n < 0)
		return n == -EAGAIN ? 0 : (int)n;
	sock->out_size -= (size_t)n;
	memmove(sock->out, sock->out + n, sock->out_size);
	return 0;
}

int leap_socket_send(struct leap_socket *sock, const void *request, size_t size)
{
	ssize_t n;

	if (leap_socket_wants_out(sock) || size > sizeof(sock->out))
		return -EAGAIN;
	n = send_some(sock, request, size);
	if (n < 0)
		return (int)n;
	sock->out_size = size - (size_t)n;
	memcpy(sock->out, (const char *)request + n, sock->out_size);
	return 0;
}

/* Takes two descriptors and closes any more that a strange leapd may send. */
static void take_fds(struct msghdr *message, struct leap_received *received)
{
	struct cmsghdr *head;
	unsigned int taken = 0;

	for (head = CMSG_FIRSTHDR(message); head; head = CMSG_NXTHDR(message, head)) {
		size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(head) + i * sizeof(fd), sizeof(fd));
			if (taken < LEAP_WIRE_FDS_MAX)
				received->fd[taken++] = fd;
			else
				close(fd);
		}
	}
}

/* Return: bytes; 0 none there; negative the end. */
static ssize_t receive_bytes(struct leap_socket *sock, struct leap_received *received)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))];
	struct iovec bytes = { sock->in + sock->in_size,
			       sizeof(sock->in) - sock->in_size };
	struct msghdr message = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	do
		n = recvmsg(sock->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	take_fds(&message, received);
	if (n == 0 || (!sock->stream && (message.msg_flags & MSG_TRUNC)))
		return n ? -EPROTO : -ECONNRESET;
	sock->in_size += (size_t)n;
	return n;
}

/* Return: 1 whole, 0 not yet, -EPROTO. */
static int look_at_message(const struct leap_socket *sock,
			   struct leap_received *received)
{
	const struct leap_wire_header *header =
		(const void *)(sock->in + sock->in_taken);
	size_t there = sock->in_size - sock->in_taken;

	if (there < sizeof(*header))
		return 0;
	if (header->size < sizeof(*header) || header->size > LEAP_WIRE_MESSAGE_MAX ||
	    header->size % 4)
		return -EPROTO;
	if (header->size > there)
		return 0;
	received->message = header;
	received->size = header->size;
	return 1;
}

/* Messages are multiples of four bytes; they are moved to where eight divide. */
static void make_room(struct leap_socket *sock)
{
	sock->in_size -= sock->in_taken;
	memmove(sock->in, sock->in + sock->in_taken, sock->in_size);
	sock->in_taken = 0;
}

int leap_socket_receive(struct leap_socket *sock, struct leap_received *ret_received)
{
	struct leap_received received = { .fd = { -1, -1 } };
	ssize_t n;
	int r;

	*ret_received = received;
	if (sock->connecting)
		return 0;
	make_room(sock);
	r = look_at_message(sock, &received);
	if (!r) {
		n = receive_bytes(sock, &received);
		r = n > 0 ? look_at_message(sock, &received) : (int)n;
	}
	if (r > 0 && !sock->stream && received.size != sock->in_size)
		r = -EPROTO;
	if (!r && !sock->stream && sock->in_size)
		r = -EPROTO;
	if (r > 0)
		sock->in_taken = received.size;
	if (r <= 0)
		leap_received_done(&received);
	*ret_received = received;
	return r;
}

void leap_received_done(struct leap_received *received)
{
	for (int i = 0; i < LEAP_WIRE_FDS_MAX; i++) {
		if (received->fd[i] >= 0)
			close(received->fd[i]);
		received->fd[i] = -1;
	}
}
