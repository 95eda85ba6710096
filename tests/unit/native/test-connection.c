// SPDX-License-Identifier: MIT
/*
 * One native client's socket, the other end of which is the test: what waits, and what
 * belongs to what waits. One thread plays both sides.
 */
#include <errno.h>
#include <fcntl.h>
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

struct fixture {
	struct leap_config config;
	struct leap_policy *policy;
	struct leap_native_session_room room;
	struct leap_native_connection *connection;
	int peer; /* the client's end */
	int fd; /* that came with the last message; -1 none */
	_Alignas(8) unsigned char heard[LEAP_WIRE_MESSAGE_MAX];
};

static int set_up(void **arg)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	int pair[2];

	assert_non_null(fixture);
	assert_int_equal(leap_config_init(&fixture->config), 0);
	assert_int_equal(leap_policy_new(&fixture->config, &fixture->policy), 0);
	leap_native_session_room_init(&fixture->room, fixture->policy, 0);
	fixture->room.trusted_group = LEAP_NO_GROUP;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair),
			 0);
	assert_int_equal(leap_native_connection_new(pair[0], false, -1, &fixture->room,
						    &fixture->connection),
			 0);
	fixture->peer = pair[1];
	fixture->fd = -1;
	*arg = fixture;
	return 0;
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

#define scenario(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario(pictures_that_wait_are_still_the_pictures),
		scenario(what_waits_ends_with_its_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
