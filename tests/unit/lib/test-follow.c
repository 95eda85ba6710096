// SPDX-License-Identifier: MIT
/*
 * The library behind a socket whose other end is the test, which says what leapd does not
 * say as a rule, and as much of it as it likes. One thread plays both sides.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/leap.h>

#include "lib/leap.h"
#include "lib/native_protocol.h"

#define SOON_MS 2000
#define BACKLOG_MOST 130 /* twice what is taken at once, and to spare */

struct stage {
	char folder[64];
	struct sockaddr_un address;
	int listener;
	int peer; /* leapd's end */
	struct leap_connection *leap;
};

static int set_up(void **arg)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	assert_non_null(stage);
	strcpy(stage->folder, "/tmp/leap-test-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	stage->address.sun_family = AF_UNIX;
	snprintf(stage->address.sun_path, sizeof(stage->address.sun_path), "%s/native",
		 stage->folder);
	stage->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(stage->listener, (struct sockaddr *)&stage->address,
			      sizeof(stage->address)),
			 0);
	assert_int_equal(listen(stage->listener, 1), 0);
	stage->peer = -1;
	*arg = stage;
	return 0;
}

static int tear_down(void **arg)
{
	struct stage *stage = *arg;

	leap_close(stage->leap);
	if (stage->peer >= 0)
		close(stage->peer);
	close(stage->listener);
	unlink(stage->address.sun_path);
	rmdir(stage->folder);
	free(stage);
	return 0;
}

/* @fds: that go with it, @count of them */
static void say_with(struct stage *stage, void *message, size_t size, uint16_t type,
		     const int *fds, size_t count)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	struct iovec bytes = { message, size };
	struct msghdr packet = { .msg_iov = &bytes, .msg_iovlen = 1 };
	struct leap_wire_header *header = message;

	header->type = type;
	header->size = (uint32_t)size;
	if (count) {
		struct cmsghdr *head;

		packet.msg_control = control;
		packet.msg_controllen = CMSG_SPACE(count * sizeof(int));
		head = CMSG_FIRSTHDR(&packet);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(head), fds, count * sizeof(int));
	}
	assert_int_equal(sendmsg(stage->peer, &packet, MSG_NOSIGNAL), size);
}

static void say(struct stage *stage, void *message, size_t size, uint16_t type)
{
	say_with(stage, message, size, type, NULL, 0);
}

static struct leap_event expect(struct stage *stage, uint32_t type)
{
	struct leap_event event;

	assert_int_equal(leap_poll(stage->leap, SOON_MS, &event), 1);
	assert_int_equal(event.type, type);
	return event;
}

/* @ring: sealed memory and a pipe; NULL: frames come as messages */
static void greet(struct stage *stage, const int ring[2])
{
	struct leap_wire_welcome welcome = { .magic = LEAP_WIRE_MAGIC,
					     .version = LEAP_WIRE_VERSION,
					     .flags = ring ? LEAP_WIRE_WELCOME_RING
							   : 0 };
	struct leap_options options = { .size = sizeof(options),
					.flags = LEAP_LOCAL_ONLY,
					.socket = stage->address.sun_path };
	struct leap_wire_hello hello;

	assert_int_equal(leap_open(&options, &stage->leap), 0);
	stage->peer = accept(stage->listener, NULL, NULL);
	assert_int_equal(recv(stage->peer, &hello, sizeof(hello), 0), sizeof(hello));
	welcome.header.request = hello.header.request;
	say_with(stage, &welcome, sizeof(welcome), LEAP_WIRE_WELCOME, ring,
		 ring ? 2 : 0);
}

static void welcome(struct stage *stage)
{
	greet(stage, NULL);
	expect(stage, LEAP_EVENT_CONNECTED);
}

/* Of a clock nobody is told anything; of a policy, each time. */
static void an_event_behind_any_backlog_is_delivered(void **arg)
{
	struct stage *stage = *arg;

	welcome(stage);
	for (int backlog = 0; backlog <= BACKLOG_MOST; backlog++) {
		struct leap_wire_policy policy = { .granted = (uint32_t)backlog };
		struct leap_wire_clock clock = { .clock_us = 1 };

		for (int i = 0; i < backlog; i++)
			say(stage, &clock, sizeof(clock), LEAP_WIRE_CLOCK);
		say(stage, &policy, sizeof(policy), LEAP_WIRE_POLICY);
		assert_int_equal(expect(stage, LEAP_EVENT_POLICY).u.policy.granted,
				 backlog);
	}
}

static void say_policy(struct stage *stage, bool receives)
{
	struct leap_wire_policy policy = { .flags = receives ? LEAP_WIRE_RECEIVING
							     : 0 };

	say(stage, &policy, sizeof(policy), LEAP_WIRE_POLICY);
	expect(stage, LEAP_EVENT_POLICY);
}

static struct leap_wire_gesture circle(int32_t id, uint32_t phase)
{
	return (struct leap_wire_gesture){ .id = id,
					   .type = LEAP_WIRE_CIRCLE,
					   .state = phase };
}

/* A frame without hands. @phase: of its gesture; 0: it has none */
static void say_frame(struct stage *stage, int64_t id, int32_t gesture, uint32_t phase)
{
	struct {
		struct leap_wire_header header;
		struct leap_wire_frame frame;
		struct leap_wire_gesture gesture;
	} said = {
		.frame = { .id = id,
			   .frame_size = sizeof(said.frame),
			   .gesture_size = sizeof(said.gesture),
			   .gesture_count = phase != 0 },
		.gesture = circle(gesture, phase),
	};

	say(stage, &said, sizeof(said), LEAP_WIRE_FRAME);
}

static void say_passed_over(struct stage *stage, int32_t gesture, uint32_t phase)
{
	struct {
		struct leap_wire_gestures head;
		struct leap_wire_gesture gesture;
	} said = {
		.head = { .count = 1, .gesture_size = sizeof(said.gesture) },
		.gesture = circle(gesture, phase),
	};

	say(stage, &said, sizeof(said), LEAP_WIRE_GESTURES);
}

static void expect_phase(struct stage *stage, int32_t id, uint32_t phase)
{
	struct leap_event event = expect(stage, LEAP_EVENT_GESTURES);

	assert_int_equal(event.u.gestures.count, 1);
	assert_int_equal(event.u.gestures.gesture[0].id, id);
	assert_int_equal(event.u.gestures.gesture[0].phase, phase);
}

static void a_gesture_that_is_gone_behind_a_gap_has_ended(void **arg)
{
	struct stage *stage = *arg;

	welcome(stage);
	say_policy(stage, true);
	say_frame(stage, 1, 7, LEAP_PHASE_START);
	expect_phase(stage, 7, LEAP_PHASE_START);
	expect(stage, LEAP_EVENT_FRAME);
	say_frame(stage, 300, 0, 0); /* more than leapd itself has seen of */
	expect_phase(stage, 7, LEAP_PHASE_STOP);
	assert_int_equal(expect(stage, LEAP_EVENT_FRAME).u.tracking.skipped, 298);
}

static void who_is_to_have_no_frames_is_told_of_no_gestures(void **arg)
{
	struct stage *stage = *arg;

	welcome(stage);
	say_policy(stage, true);
	say_frame(stage, 1, 7, LEAP_PHASE_START);
	expect_phase(stage, 7, LEAP_PHASE_START);
	expect(stage, LEAP_EVENT_FRAME);
	say_policy(stage, false);
	expect_phase(stage, 7, LEAP_PHASE_STOP);
	say_passed_over(stage, 8, LEAP_PHASE_START);
	say_policy(stage, true); /* the next that it hears of */
	say_frame(stage, 9, 0, 0);
	expect(stage, LEAP_EVENT_FRAME);
}

/* As leapd makes it, but for its size. */
static int make_ring(size_t size)
{
	struct leap_wire_ring ring = {
		.magic = LEAP_WIRE_RING_MAGIC,
		.version = LEAP_WIRE_VERSION,
		.header_size = 4096,
		.slot_count = 4,
		.slot_stride = 9344,
		.frame_max = LEAP_WIRE_FRAME_MAX,
	};
	int fd = memfd_create("ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(pwrite(fd, &ring, sizeof(ring), 0), sizeof(ring));
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
	return fd;
}

#define RING_BYTES (4096 + 4 * 9344)

static bool is_hung_up_on(struct stage *stage)
{
	struct leap_event event;
	char byte;

	assert_int_equal(leap_poll(stage->leap, 100, &event), 0);
	return recv(stage->peer, &byte, 1, MSG_DONTWAIT) == 0;
}

static void memory_of_gigabytes_is_not_made_present(void **arg)
{
	struct stage *stage = *arg;
	int ends[2], ring[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	ring[0] = make_ring((size_t)2 << 30);
	ring[1] = ends[0];
	greet(stage, ring);
	assert_true(is_hung_up_on(stage));
	close(ring[0]);
	close(ends[0]);
	close(ends[1]);
}

/* A pipe that is read until it is empty, and would not say that it is. */
static void a_pipe_that_blocks_does_not(void **arg)
{
	static const char bytes[4096];
	struct stage *stage = *arg;
	struct leap_event event;
	int ends[2], ring[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], bytes, sizeof(bytes)), sizeof(bytes));
	ring[0] = make_ring(RING_BYTES);
	ring[1] = ends[0];
	alarm(SOON_MS / 1000);
	greet(stage, ring);
	expect(stage, LEAP_EVENT_CONNECTED);
	assert_int_equal(leap_transport(stage->leap), LEAP_BY_SHARED_MEMORY);
	assert_int_equal(leap_poll(stage->leap, 100, &event), 0);
	alarm(0);
	close(ring[0]);
	close(ends[0]);
	close(ends[1]);
}

#define PICTURES_BYTES (4096 + 2 * 4096)

static int make_pictures(void)
{
	struct leap_ring_header header = {
		.magic = LEAP_RING_MAGIC,
		.abi_version = LEAP_ABI_VERSION,
		.header_size = 4096,
		.slot_count = 2,
		.slot_stride = 4096,
		.data_offset = sizeof(struct leap_slot),
	};
	int fd = memfd_create("pictures", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, PICTURES_BYTES), 0);
	assert_int_equal(pwrite(fd, &header, sizeof(header), 0), sizeof(header));
	return fd;
}

static void say_pictures(struct stage *stage, int fd, uint32_t flags)
{
	struct leap_wire_images images = { .flags = flags,
					   .ring_size = PICTURES_BYTES };

	say_with(stage, &images, sizeof(images), LEAP_WIRE_IMAGES, &fd, 1);
}

/* Memory could be cut off under a reader, also if it is said to be a device. */
static void pictures_are_mapped_if_they_cannot_be_cut_off(void **arg)
{
	struct leap_wire_policy granted = { .granted = LEAP_WIRE_POLICY_IMAGES };
	struct stage *stage = *arg;
	struct leap_image image;
	struct leap_event event;
	int fd = make_pictures();

	welcome(stage);
	say(stage, &granted, sizeof(granted), LEAP_WIRE_POLICY);
	expect(stage, LEAP_EVENT_POLICY);
	say_pictures(stage, fd, 0);
	assert_int_equal(leap_poll(stage->leap, 100, &event), 0);
	say_pictures(stage, fd, LEAP_WIRE_IMAGES_DEVICE);
	assert_int_equal(leap_poll(stage->leap, 100, &event), 0);
	assert_int_equal(leap_image_newest(stage->leap, &image), -ENOENT);
	assert_int_equal(leap_images_fd(stage->leap), -ENOENT);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	say_pictures(stage, fd, 0);
	assert_true(expect(stage, LEAP_EVENT_IMAGES).u.images.available);
	assert_int_equal(leap_image_newest(stage->leap, &image), -EAGAIN);
	close(fd);
}

static void what_a_later_leapd_says_is_passed_over(void **arg)
{
	struct {
		struct leap_wire_policy policy;
		uint32_t later[2];
	} longer = { .policy = { .granted = 5 }, .later = { 1, 2 } };
	struct leap_wire_header unknown = { .status = 0 };
	struct stage *stage = *arg;

	welcome(stage);
	say(stage, &unknown, sizeof(unknown), 0xef);
	say(stage, &longer, sizeof(longer), LEAP_WIRE_POLICY);
	assert_int_equal(expect(stage, LEAP_EVENT_POLICY).u.policy.granted, 5);
}

static void a_leapd_that_breaks_the_rules_is_hung_up_on(void **arg)
{
	struct leap_wire_policy policy = { .granted = 5 };
	struct stage *stage = *arg;

	welcome(stage);
	say(stage, &policy, sizeof(policy) - 4, LEAP_WIRE_POLICY); /* too short */
	expect(stage, LEAP_EVENT_LOST);
	assert_true(is_hung_up_on(stage));
}

static void requests_do_not_wait_for_a_leapd_that_is_slow(void **arg)
{
	struct leap_wire_header request;
	struct stage *stage = *arg;
	int r, sent = 0;

	welcome(stage);
	while ((r = leap_get_status(stage->leap)) > 0)
		sent++;
	assert_int_equal(r, -EAGAIN);
	while (recv(stage->peer, &request, sizeof(request), MSG_DONTWAIT) > 0)
		sent--;
	assert_int_equal(sent, 0);
	assert_true(leap_get_status(stage->leap) > 0);
}

static void is_called(struct stage *stage)
{
	struct pollfd caller = { stage->listener, POLLIN, 0 };

	assert_int_equal(poll(&caller, 1, 0), 1);
	close(accept(stage->listener, NULL, NULL));
}

static void a_leapd_is_looked_for_where_the_environment_says(void **arg)
{
	struct leap_options options = { .size = sizeof(options),
					.flags = LEAP_LOCAL_ONLY };
	struct stage *stage = *arg;
	char folder[128];

	setenv("LEAPD_SOCKET", stage->address.sun_path, 1);
	assert_int_equal(leap_open(&options, &stage->leap), 0);
	is_called(stage);
	leap_close(stage->leap);
	unsetenv("LEAPD_SOCKET");
	/* else below the user's folder, in one of leapd's own */
	snprintf(folder, sizeof(folder), "%s/leapd", stage->folder);
	assert_int_equal(symlink(".", folder), 0);
	setenv("XDG_RUNTIME_DIR", stage->folder, 1);
	assert_int_equal(leap_open(&options, &stage->leap), 0);
	is_called(stage);
	unsetenv("XDG_RUNTIME_DIR");
	unlink(folder);
}

#define scenario(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario(an_event_behind_any_backlog_is_delivered),
		scenario(a_gesture_that_is_gone_behind_a_gap_has_ended),
		scenario(who_is_to_have_no_frames_is_told_of_no_gestures),
		scenario(memory_of_gigabytes_is_not_made_present),
		scenario(a_pipe_that_blocks_does_not),
		scenario(pictures_are_mapped_if_they_cannot_be_cut_off),
		scenario(what_a_later_leapd_says_is_passed_over),
		scenario(a_leapd_that_breaks_the_rules_is_hung_up_on),
		scenario(requests_do_not_wait_for_a_leapd_that_is_slow),
		scenario(a_leapd_is_looked_for_where_the_environment_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
