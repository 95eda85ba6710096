// SPDX-License-Identifier: MIT
/*
 * A leapd that sends any bytes, over TCP or a UNIX socket, with or without descriptors:
 * the library follows or hangs up, and its events keep what leap.h promises.
 * One connection of the library, lost after each call.
 *
 * First byte: bit 0 stream, bit 1 a ring goes with the first piece, bit 2 that is not
 * sealed, bit 3 made of the input's last 512 bytes instead of a true one; then pieces as
 * for fuzz-native-door.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/connection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PIECES_MAX 24
#define STREAM 1
#define WITH_RING 2
#define NOT_SEALED 4
#define ANY_BYTES 8
#define RING_BYTES (4096 + 4 * 9344)

static void must(bool condition)
{
	if (!condition)
		abort();
}

static struct leap_connection *the_library(void)
{
	static struct leap_connection *connection;
	struct leap_options options = { .size = sizeof(options),
					.flags = LEAP_LOCAL_ONLY,
					.socket = "/nonexistent/leapd" };

	if (!connection)
		must(!leap_open(&options, &connection));
	return connection;
}

static int make_ring(uint8_t flags, const uint8_t *data, size_t size)
{
	struct leap_wire_ring ring = {
		.magic = LEAP_WIRE_RING_MAGIC,
		.version = LEAP_WIRE_VERSION,
		.header_size = 4096,
		.slot_count = 4,
		.slot_stride = 9344,
		.frame_max = LEAP_WIRE_FRAME_MAX,
	};
	size_t tail = size < 512 ? size : 512;
	int fd = memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	must(fd >= 0 && !ftruncate(fd, RING_BYTES));
	if (!(flags & ANY_BYTES))
		must(pwrite(fd, &ring, sizeof(ring), 0) == sizeof(ring));
	must(pwrite(fd, data + size - tail, tail, flags & ANY_BYTES ? 0 : 4096) >= 0);
	if (!(flags & NOT_SEALED))
		must(!fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW));
	return fd;
}

static void send_piece(int fd, const void *piece, size_t size, const int fds[2])
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	struct iovec bytes = { (void *)piece, size };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1 };

	if (fds) {
		struct cmsghdr *head;

		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(2 * sizeof(int));
		memcpy(CMSG_DATA(head), fds, 2 * sizeof(int));
	}
	sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size);
}

static void check_frame(const struct leap_frame *frame)
{
	must(frame->hand_count <= LEAP_MAX_HANDS &&
	     frame->tool_count <= LEAP_MAX_TOOLS &&
	     frame->gesture_count <= LEAP_MAX_GESTURES);
	for (uint32_t i = 0; i < frame->hand_count; i++)
		for (int f = 0; f < LEAP_FINGER_COUNT; f++)
			must(frame->hand[i].finger[f].finger == (uint32_t)f &&
			     frame->hand[i].finger[f].touch_zone <= LEAP_ZONE_TOUCHING);
}

static void check_event(const struct leap_event *event)
{
	must(event->type > LEAP_EVENT_NONE && event->type <= LEAP_EVENT_CLIENT);
	if (event->type == LEAP_EVENT_FRAME)
		check_frame(event->u.tracking.frame);
	if (event->type == LEAP_EVENT_GESTURES) {
		must(event->u.gestures.count >= 1);
		must(event->u.gestures.count <= LEAP_MAX_GESTURE_CHANGES);
	}
	if (event->type >= LEAP_EVENT_DEVICE_ATTACHED &&
	    event->type <= LEAP_EVENT_DEVICE_STOPPED)
		must(is_text(event->u.device.serial, sizeof(event->u.device.serial)));
	if (event->type == LEAP_EVENT_CONFIG)
		must(is_text(event->u.setting.key, sizeof(event->u.setting.key)) &&
		     is_text(event->u.setting.value, sizeof(event->u.setting.value)));
	if (event->type == LEAP_EVENT_CLIENT)
		must(is_text(event->u.client.name, sizeof(event->u.client.name)));
}

static void take_events(struct leap_connection *connection)
{
	struct leap_event event;

	for (int i = 0; i < 200 && leap_poll(connection, 0, &event) == 1; i++)
		check_event(&event);
}

static void greet(struct leap_connection *connection, int fd, bool stream)
{
	pthread_mutex_lock(&connection->lock);
	leap_socket_adopt(&connection->socket, fd, stream);
	connection->epoll_events = 0;
	connection->phase = LEAP_PHASE_GREETING;
	leap_link_watch(connection);
	pthread_mutex_unlock(&connection->lock);
}

/* A true WELCOME first, unless the input begins with something else. */
static void welcome(int fd, uint8_t flags, const uint8_t *data, size_t size)
{
	struct leap_wire_welcome message = {
		.header = { sizeof(message), LEAP_WIRE_WELCOME, 0, 1, 0 },
		.magic = LEAP_WIRE_MAGIC,
		.version = LEAP_WIRE_VERSION,
		.flags = flags & WITH_RING ? LEAP_WIRE_WELCOME_RING : 0,
	};
	int fds[2], ends[2];

	if (!(flags & WITH_RING)) {
		send_piece(fd, &message, sizeof(message), NULL);
		return;
	}
	must(!pipe2(ends, O_CLOEXEC | O_NONBLOCK));
	fds[0] = make_ring(flags, data, size);
	fds[1] = ends[0];
	send_piece(fd, &message, sizeof(message), fds);
	close(fds[0]);
	close(ends[0]);
	close(ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct leap_connection *connection = the_library();
	uint8_t flags = size ? data[0] : 0;
	size_t at = 1;
	int ends[2];

	must(!socketpair(AF_UNIX,
			 (flags & STREAM ? SOCK_STREAM : SOCK_SEQPACKET) |
				 SOCK_NONBLOCK,
			 0, ends));
	greet(connection, ends[0], flags & STREAM);
	if (!(flags & 0x80))
		welcome(ends[1], flags, data, size);
	take_events(connection);
	for (int i = 0; at < size && i < PIECES_MAX; i++) {
		size_t piece = data[at++] * (size_t)4;

		if (piece > size - at)
			piece = size - at;
		send_piece(ends[1], data + at, piece, NULL);
		take_events(connection);
		at += piece;
	}
	leap_set_policy(connection, LEAP_POLICY_IMAGES, 0);
	close(ends[1]);
	pthread_mutex_lock(&connection->lock);
	leap_link_lose(connection);
	pthread_mutex_unlock(&connection->lock);
	take_events(connection);
	return 0;
}
