// SPDX-License-Identifier: MIT
/*
 * A native client that sends any bytes, over TCP or a UNIX socket: leapd answers within
 * the protocol or hangs up. One connection a call; the room outlives them.
 *
 * First byte: bit 0 stream, bit 1 trusted is left to the kernel; then pieces: a length
 * byte and so many bytes times four, each sent and then looked at.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/native/connection.h"
#include "daemon/native/frame_ring.h"
#include "daemon/native/frame_wire.h"

#define PIECES_MAX 24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Made once: what does not depend on the client. */
struct bench {
	struct leap_policy *policy;
	struct leap_native_session_room room;
	struct leap_frame_ring ring;
	size_t frame_bytes;
	_Alignas(8) unsigned char frame[LEAP_WIRE_FRAME_MAX + 8];
};

static void must(bool condition)
{
	if (!condition)
		abort();
}

static struct bench *make_bench(void)
{
	static struct bench bench;
	static bool made;
	struct leap_frame frame = { .id = 7, .hand_count = 1, .gesture_count = 1 };
	struct leap_config config;

	if (made)
		return &bench;
	made = true;
	must(!leap_config_init(&config));
	must(!leap_policy_new(&config, &bench.policy));
	leap_config_done(&config);
	leap_native_session_room_init(&bench.room, bench.policy, 0);
	must(!leap_frame_ring_init(&bench.ring));
	frame.hand[0].id = 1;
	frame.gesture[0].id = 3;
	bench.frame_bytes = leap_frame_to_wire(&frame, bench.frame);
	bench.room.devices.count = 1;
	bench.room.devices.device[0] =
		(struct leap_device_state){ "LP00000000001", "peripheral", true, true };
	return &bench;
}

/* What came out is whole messages. */
static void check_output(int fd, bool stream)
{
	static _Alignas(8) unsigned char bytes[1 << 18];
	ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	while (n > 0) {
		size_t at = 0;

		while (at < (size_t)n) {
			struct leap_wire_header header;

			must((size_t)n - at >= sizeof(header));
			memcpy(&header, bytes + at, sizeof(header));
			must(header.size >= sizeof(header) && header.size % 4 == 0);
			must(header.size <= LEAP_WIRE_MESSAGE_MAX);
			must(header.type & 0x80);
			must(header.size <= (size_t)n - at);
			at += header.size;
			must(stream || at == (size_t)n);
		}
		n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	}
}

/* Return: false: hung up. */
static bool step(struct bench *bench, struct leap_native_connection *connection, int fd,
		 const uint8_t *piece, size_t size)
{
	if (size && send(fd, piece, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return true; /* it does not read: it has something to say first */
	if (leap_native_connection_read(connection) < 0)
		return false;
	leap_native_session_pass_frame(&connection->session,
				       (const void *)bench->frame);
	connection->blocked = false;
	if (leap_native_connection_write(connection, (const void *)bench->frame,
					 bench->frame_bytes) < 0)
		return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bench *bench = make_bench();
	struct leap_native_connection *connection;
	bool stream = size && (data[0] & 1), there = true;
	size_t at = 1;
	int ends[2];

	must(!socketpair(AF_UNIX,
			 (stream ? SOCK_STREAM : SOCK_SEQPACKET) | SOCK_NONBLOCK, 0,
			 ends));
	must(!leap_native_connection_new(ends[0], stream, bench->ring.fd, &bench->room,
					 &connection));
	for (int i = 0; there && at < size && i < PIECES_MAX; i++) {
		size_t piece = data[at++] * (size_t)4;

		if (piece > size - at)
			piece = size - at;
		there = step(bench, connection, ends[1], data + at, piece);
		check_output(ends[1], stream);
		at += piece;
	}
	leap_native_connection_free(connection);
	close(ends[1]);
	leap_native_session_room_refresh(&bench->room);
	must(LIST_EMPTY(&bench->room.sessions));
	must(!leap_policy_anyone_has_focus(bench->policy));
	return 0;
}
