// SPDX-License-Identifier: MIT
/*
 * Who gets in by the native doors, and what becomes of them without a descriptor to spare.
 * Some calls of the C library go through the test: linked with --wrap.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/native/listen.h"
#include "lib/native_protocol.h"
#include "tests/unit/native/door.h"

#define SOON_MS 5000
#define WHILE_DEAF_MS 350
#define CALLS_MOST 20 /* in that time; as fast as it can is a thousand times more */
#define PLACES 256
#define PLACES_KEPT 16
#define NOBODY 65534
#define THE_GROUP 4242

/* Between the test and the threads of leapd. */
static struct {
	atomic_bool full; /* no descriptor is left */
	atomic_int accepts;
	atomic_int look_ups;
	atomic_int ahead_s; /* of the true clock */
} host;

struct stage {
	char folder[64];
	char path[96];
	struct door *door;
};

int __real_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __real_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);
int __wrap_getgrnam_r(const char *name, struct group *group, char *buffer, size_t size,
		      struct group **ret_found);

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
	atomic_fetch_add(&host.accepts, 1);
	if (!atomic_load(&host.full))
		return __real_accept4(fd, address, size, flags);
	errno = EMFILE;
	return -1;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	int r = __real_clock_gettime(clock, ret_time);

	ret_time->tv_sec += atomic_load(&host.ahead_s);
	return r;
}

int __wrap_getgrnam_r(const char *name, struct group *group, char *buffer, size_t size,
		      struct group **ret_found)
{
	atomic_fetch_add(&host.look_ups, 1);
	assert_string_equal(name, "leap");
	if (size < 10000) /* it has many members */
		return ERANGE;
	(void)buffer;
	group->gr_gid = THE_GROUP;
	*ret_found = group;
	return 0;
}

static int set_up(void **arg)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	assert_non_null(stage);
	strcpy(stage->folder, "/tmp/leap-test-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	assert_int_equal(chmod(stage->folder, 0755), 0);
	snprintf(stage->path, sizeof(stage->path), "%s/native", stage->folder);
	stage->door = door_open(stage->path);
	*arg = stage;
	return 0;
}

static int tear_down(void **arg)
{
	struct stage *stage = *arg;

	door_close(stage->door);
	rmdir(stage->folder);
	free(stage);
	return 0;
}

static int call_unix(const struct stage *stage)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, stage->path, sizeof(stage->path));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static int call_tcp(const struct stage *stage)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port =
					       htons((uint16_t)door_port(stage->door)),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Return: bytes of a message, 0 the connection has ended, -1 nothing came. */
static ssize_t hear(int fd, void *message, size_t size)
{
	struct pollfd ready = { fd, POLLIN, 0 };
	ssize_t n;

	if (poll(&ready, 1, SOON_MS) != 1)
		return -1;
	n = recv(fd, message, size, 0);
	return n < 0 ? 0 : n;
}

/* Return: was it let in? */
static bool greets(int fd)
{
	struct leap_wire_hello hello = {
		.header = { sizeof(hello), LEAP_WIRE_HELLO, 0, 1, 0 },
		.magic = LEAP_WIRE_MAGIC,
		.version_min = LEAP_WIRE_VERSION,
		.version_max = LEAP_WIRE_VERSION,
	};
	struct leap_wire_welcome welcome = { .magic = 0 };

	send(fd, &hello, sizeof(hello), MSG_NOSIGNAL);
	return hear(fd, &welcome, sizeof(welcome)) == sizeof(welcome) &&
	       welcome.magic == LEAP_WIRE_MAGIC;
}

static void waits_for_calls(int more_than)
{
	for (int i = 0; i < SOON_MS && atomic_load(&host.accepts) <= more_than; i++)
		usleep(1000);
	assert_true(atomic_load(&host.accepts) > more_than);
}

static void without_a_descriptor_the_doors_are_left_alone_for_a_while(void **arg)
{
	int before = atomic_load(&host.accepts), local, remote, calls;
	struct stage *stage = *arg;

	atomic_store(&host.full, true);
	local = call_unix(stage);
	remote = call_tcp(stage);
	waits_for_calls(before);
	calls = atomic_load(&host.accepts);
	usleep(WHILE_DEAF_MS * 1000);
	assert_in_range(atomic_load(&host.accepts) - calls, 0, CALLS_MOST);
	/* who came meanwhile is let in, and so is whoever comes now */
	atomic_store(&host.full, false);
	assert_true(greets(local));
	assert_true(greets(remote));
	close(local);
	close(remote);
	local = call_unix(stage);
	assert_true(greets(local));
	close(local);
}

static void strangers_leave_places_for_those_who_are_trusted(void **arg)
{
	int stranger[PLACES], count = 0, friend[PLACES_KEPT];
	struct stage *stage = *arg;

	do
		stranger[count] = call_tcp(stage);
	while (greets(stranger[count++]) && count < PLACES);
	assert_int_equal(count - 1, PLACES - PLACES_KEPT);
	for (int i = 0; i < PLACES_KEPT; i++) {
		friend[i] = call_unix(stage);
		assert_true(greets(friend[i]));
	}
	for (int i = 0; i < PLACES_KEPT; i++)
		close(friend[i]);
	while (count)
		close(stranger[--count]);
}

/* Nobody, with a group or without. Return: may it pause? */
static bool nobody_may_pause(const struct stage *stage, gid_t group)
{
	struct leap_wire_set_policy wish = {
		.header = { sizeof(wish), LEAP_WIRE_SET_POLICY, 0, 2, 0 },
		.set = LEAP_WIRE_POLICY_PAUSE,
	};
	struct leap_wire_policy policy;
	int fd;

	if (setgroups(1, &group) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return false;
	fd = call_unix(stage);
	if (!greets(fd))
		return false;
	send(fd, &wish, sizeof(wish), MSG_NOSIGNAL);
	for (;;) {
		if (hear(fd, &policy, sizeof(policy)) <= 0)
			return false;
		if (policy.header.type == LEAP_WIRE_POLICY &&
		    policy.header.request == wish.header.request)
			return policy.granted & LEAP_WIRE_POLICY_PAUSE;
	}
}

static bool in_a_process(const struct stage *stage, gid_t group)
{
	pid_t pid = fork();
	int status = 0;

	if (!pid)
		_exit(nobody_may_pause(stage, group) ? 0 : 1);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void members_of_the_group_are_trusted(void **arg)
{
	struct stage *stage = *arg;

	if (geteuid())
		skip(); /* only root can be somebody else */
	assert_true(in_a_process(stage, THE_GROUP));
	assert_false(in_a_process(stage, NOBODY));
}

static void the_group_is_looked_up_before_there_are_clients(void **arg)
{
	struct stage *stage = *arg;
	int look_ups = atomic_load(&host.look_ups);

	assert_true(look_ups > 0);
	for (int i = 0; i < 10; i++) {
		int fd = call_unix(stage);

		assert_true(greets(fd));
		close(fd);
	}
	if (!geteuid())
		in_a_process(stage, THE_GROUP);
	assert_int_equal(atomic_load(&host.look_ups), look_ups);
}

static void who_does_not_say_hello_is_hung_up_on(void **arg)
{
	struct leap_wire_header status = { sizeof(status), LEAP_WIRE_GET_STATUS, 0, 2,
					   0 };
	struct stage *stage = *arg;
	int silent = call_unix(stage), polite = call_unix(stage);
	char byte;

	assert_true(greets(polite)); /* and the other was let in before */
	atomic_fetch_add(&host.ahead_s, 6);
	assert_int_equal(hear(silent, &byte, 1), 0);
	assert_int_equal(send(polite, &status, sizeof(status), MSG_NOSIGNAL),
			 sizeof(status));
	while (status.type != LEAP_WIRE_STATUS)
		assert_true(hear(polite, &status, sizeof(status)) > 0);
	close(silent);
	close(polite);
}

static void belongs_to(const char *setting, const char *path)
{
	char *found = leap_native_socket_path(setting);

	if (path)
		assert_string_equal(found, path);
	else
		assert_null(found);
	free(found);
}

static void the_socket_is_where_the_environment_says(void **arg)
{
	(void)arg;
	unsetenv("RUNTIME_DIRECTORY");
	unsetenv("XDG_RUNTIME_DIR");
	belongs_to("none", NULL);
	belongs_to("/tmp/x", "/tmp/x");
	belongs_to("auto", geteuid() ? NULL : "/run/leapd/native");
	setenv("XDG_RUNTIME_DIR", "not/from/the/root", 1);
	belongs_to("auto", geteuid() ? NULL : "/run/leapd/native");
	setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
	belongs_to("auto", "/run/user/1/leapd/native");
	setenv("RUNTIME_DIRECTORY", "/run/leapd:/run/other", 1); /* by systemd */
	belongs_to("auto", "/run/leapd/native");
	unsetenv("RUNTIME_DIRECTORY");
	unsetenv("XDG_RUNTIME_DIR");
}

static void a_file_that_is_no_socket_stays(void **arg)
{
	struct stage *stage = *arg;
	char path[128], *error = NULL;
	FILE *file;
	int fd;

	snprintf(path, sizeof(path), "%s/precious", stage->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	assert_int_equal(leap_native_listen_unix(path, &fd, &error), -EEXIST);
	assert_non_null(strstr(error, path));
	free(error);
	assert_int_equal(unlink(path), 0);
}

#define scenario(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario(without_a_descriptor_the_doors_are_left_alone_for_a_while),
		scenario(strangers_leave_places_for_those_who_are_trusted),
		scenario(who_does_not_say_hello_is_hung_up_on),
		scenario(members_of_the_group_are_trusted),
		cmocka_unit_test(the_socket_is_where_the_environment_says),
		scenario(a_file_that_is_no_socket_stays),
		scenario(the_group_is_looked_up_before_there_are_clients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
