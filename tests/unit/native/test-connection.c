// SPDX-License-Identifier: MIT
/*
 * One native client's socket, the other end of which is the test: what waits, and what
 * belongs to what waits. One thread plays both sides.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/native/connection.h"
#include "daemon/native/listen.h"

#define SESSIONS 100 /* more than are told of in one go */

struct fixture {
	struct leap_config config;
	struct leap_policy *policy;
	struct leap_native_session_room room;
	struct leap_native_connection *connection;
	int peer; /* the client's end */
	int fd; /* that came with the last message; -1 none */
	_Alignas(8) unsigned char heard[LEAP_WIRE_MESSAGE_MAX];
};

/* Two ends of a TCP connection. */
static void tcp_pair(int ret_pair[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	ret_pair[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(ret_pair[1], (struct sockaddr *)&address, size), 0);
	ret_pair[0] = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	assert_true(ret_pair[0] >= 0);
	close(listener);
}

static int set_up_with(void **arg, bool tcp)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	int pair[2];

	assert_non_null(fixture);
	assert_int_equal(leap_config_init(&fixture->config), 0);
	assert_int_equal(leap_policy_new(&fixture->config, &fixture->policy), 0);
	leap_native_session_room_init(&fixture->room, fixture->policy, 0);
	fixture->room.trusted_group = LEAP_NO_GROUP;
	if (tcp)
		tcp_pair(pair);
	else
		assert_int_equal(
			socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(leap_native_connection_new(pair[0], tcp, -1, &fixture->room,
						    &fixture->connection),
			 0);
	fixture->peer = pair[1];
	fixture->fd = -1;
	*arg = fixture;
	return 0;
}

static int set_up(void **arg)
{
	return set_up_with(arg, false);
}

static int set_up_tcp(void **arg)
{
	return set_up_with(arg, true);
}

static int tear_down(void **arg)
{
	struct fixture *fixture = *arg;

	if (fixture->connection)
		leap_native_connection_free(fixture->connection);
	leap_native_session_room_done(&fixture->room);
	leap_policy_free(fixture->policy);
	leap_config_done(&fixture->config);
	if (fixture->fd >= 0)
		close(fixture->fd);
	close(fixture->peer);
	free(fixture);
	return 0;
}

static int write_all(struct fixture *fixture)
{
	return leap_native_connection_write(fixture->connection, NULL, 0);
}

static void ask(struct fixture *fixture, const void *request, size_t size)
{
	assert_int_equal(send(fixture->peer, request, size, 0), size);
	assert_int_equal(leap_native_connection_read(fixture->connection), 0);
	assert_true(write_all(fixture) > 0);
}

/* Return: bytes of the next message, and what came with it; 0 there is none. */
static size_t hear(struct fixture *fixture)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct iovec bytes = { fixture->heard, sizeof(fixture->heard) };
	struct msghdr message = { .msg_iov = &bytes,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fixture->peer, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *head = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	if (fixture->fd >= 0)
		close(fixture->fd);
	fixture->fd = -1;
	if (head)
		memcpy(&fixture->fd, CMSG_DATA(head), sizeof(fixture->fd));
	return n > 0 ? (size_t)n : 0;
}

static const struct leap_wire_header *heard(const struct fixture *fixture)
{
	return (const void *)fixture->heard;
}

/* Everything that waits, and what that makes room for. */
static void hear_all_but_images(struct fixture *fixture)
{
	for (;;) {
		while (hear(fixture))
			if (heard(fixture)->type == LEAP_WIRE_IMAGES)
				return;
		fixture->connection->blocked = false;
		if (!write_all(fixture))
			return;
	}
}

static void greet_and_wish_for_pictures(struct fixture *fixture)
{
	struct leap_wire_hello hello = {
		.header = { sizeof(hello), LEAP_WIRE_HELLO, 0, 1, 0 },
		.magic = LEAP_WIRE_MAGIC,
		.version_min = LEAP_WIRE_VERSION,
		.version_max = LEAP_WIRE_VERSION,
	};
	struct leap_wire_set_policy wish = {
		.header = { sizeof(wish), LEAP_WIRE_SET_POLICY, 0, 2, 0 },
		.set = LEAP_WIRE_POLICY_IMAGES,
	};

	ask(fixture, &hello, sizeof(hello));
	hear_all_but_images(fixture);
	ask(fixture, &wish, sizeof(wish));
	hear_all_but_images(fixture);
}

/* Words of no meaning, until the socket takes no more. */
static void stuff(struct fixture *fixture)
{
	static const char nothing[1024];

	while (send(fixture->connection->fd, nothing, sizeof(nothing), MSG_DONTWAIT) >
	       0)
		;
	assert_int_equal(errno, EAGAIN);
}

static ino_t file_of(int fd)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	return status.st_ino;
}

static void offer(struct fixture *fixture, int fd)
{
	fixture->room.images.fd = fd;
	fixture->room.images.version++;
	fixture->room.images.ring_size = 4096;
}

static int memory(void)
{
	int fd = memfd_create("pictures", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void pictures_that_wait_are_still_the_pictures(void **arg)
{
	struct fixture *fixture = *arg;
	ino_t pictures;
	int fd = memory(), other;

	greet_and_wish_for_pictures(fixture);
	pictures = file_of(fd);
	stuff(fixture);
	offer(fixture, fd);
	assert_int_equal(write_all(fixture), 0);
	assert_true(fixture->connection->blocked);
	/* unplugged; and the number goes to something that is nobody's business */
	close(fd);
	other = memory();
	assert_int_equal(other, fd);
	offer(fixture, -1);
	hear_all_but_images(fixture);
	assert_int_equal(heard(fixture)->type, LEAP_WIRE_IMAGES);
	assert_true(fixture->fd >= 0);
	assert_int_equal(file_of(fixture->fd), pictures);
	/* and then it is told that they are gone */
	hear_all_but_images(fixture);
	assert_int_equal(heard(fixture)->type, LEAP_WIRE_IMAGES);
	assert_int_equal(((struct leap_wire_images *)fixture->heard)->ring_size, 0);
	assert_int_equal(fixture->fd, -1);
	close(other);
}

static int descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void what_waits_ends_with_its_client(void **arg)
{
	struct fixture *fixture = *arg;
	int before, fd = memory();

	greet_and_wish_for_pictures(fixture);
	before = descriptors();
	/* sent, and not kept */
	offer(fixture, fd);
	assert_int_equal(write_all(fixture), 1);
	hear(fixture);
	close(fixture->fd);
	fixture->fd = -1;
	assert_int_equal(descriptors(), before);
	/* not sent, and not kept either */
	stuff(fixture);
	offer(fixture, fd);
	write_all(fixture);
	leap_native_connection_free(fixture->connection);
	fixture->connection = NULL;
	assert_int_equal(descriptors(), before - 1); /* its socket */
}

static void who_is_gone_without_a_word_is_found_out(void **arg)
{
	struct fixture *fixture = *arg;
	int fd = fixture->connection->fd, on = 0, idle = 0;
	socklen_t size = sizeof(int);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &size), 0);
	assert_true(on);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &size), 0);
	assert_in_range(idle, 1, 120);
}

/* A room with so many that to tell of them all is much. */
static void each_has_its_turn(void **arg)
{
	static struct leap_native_session others[SESSIONS];
	const struct leap_native_peer peer = { .ring_fd = -1, .wake_fd = -1 };
	struct leap_wire_hello hello = {
		.header = { sizeof(hello), LEAP_WIRE_HELLO, 0, 1, 0 },
		.magic = LEAP_WIRE_MAGIC,
		.version_min = LEAP_WIRE_VERSION,
		.version_max = LEAP_WIRE_VERSION,
	};
	struct leap_wire_header list = { sizeof(list), LEAP_WIRE_GET_CLIENTS, 0, 2, 0 };
	struct fixture *fixture = *arg;
	int told;

	for (int i = 0; i < SESSIONS; i++) {
		leap_native_session_init(&others[i], &fixture->room, &peer);
		assert_int_equal(
			leap_native_session_take(&others[i], &hello, sizeof(hello)), 0);
	}
	ask(fixture, &hello, sizeof(hello));
	while (hear(fixture))
		write_all(fixture);
	assert_int_equal(send(fixture->peer, &list, sizeof(list), 0), sizeof(list));
	assert_int_equal(leap_native_connection_read(fixture->connection), 0);
	told = write_all(fixture);
	assert_in_range(told, 1, SESSIONS - 1);
	assert_true(fixture->connection->blocked); /* it is called back */
	while (hear(fixture)) {
		fixture->connection->blocked = false;
		told += write_all(fixture);
	}
	assert_int_equal(told, SESSIONS + 2); /* itself, and the end of the list */
	for (int i = 0; i < SESSIONS; i++)
		leap_native_session_done(&others[i]);
}

/* It would be the publishing thread that waits. */
static void to_wake_who_sleeps_for_long_takes_no_time(void **arg)
{
	struct leap_native_connection *sleeper;
	struct fixture *fixture = *arg;
	int pair[2], ring = memory();

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair),
			 0);
	assert_int_equal(leap_native_connection_new(pair[0], false, ring,
						    &fixture->room, &sleeper),
			 0);
	alarm(10);
	for (int i = 0; i < 100000; i++)
		leap_native_connection_wake(sleeper);
	alarm(0);
	leap_native_connection_free(sleeper);
	close(pair[1]);
	close(ring);
}

#define scenario(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario(pictures_that_wait_are_still_the_pictures),
		scenario(what_waits_ends_with_its_client),
		scenario(to_wake_who_sleeps_for_long_takes_no_time),
		cmocka_unit_test_setup_teardown(who_is_gone_without_a_word_is_found_out,
						set_up_tcp, tear_down),
		cmocka_unit_test_setup_teardown(each_has_its_turn, set_up_tcp,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
