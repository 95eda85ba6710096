// SPDX-License-Identifier: MIT
/*
 * Where the service listens: loopback and nothing else, on the ports of its start.
 * Real sockets; accept4() goes through the test: linked with --wrap.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/service/served.h"

#define WHILE_PAUSED_MS 350
#define CALLS_MOST 20 /* in that time; as fast as it can is a thousand times more */

/* Between the test and the service's thread. */
static struct {
	atomic_bool full; /* no descriptor is left */
	atomic_int accepts;
} host;

int __real_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
	atomic_fetch_add(&host.accepts, 1);
	if (!atomic_load(&host.full))
		return __real_accept4(fd, address, size, flags);
	errno = EMFILE;
	return -1;
}

static void it_listens_on_ipv6_loopback(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = new_client();
	int probe = socket(AF_INET6, SOCK_STREAM, 0);
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };

	address.sin6_addr = in6addr_loopback;
	if (probe < 0 || bind(probe, (struct sockaddr *)&address, sizeof(address))) {
		free(client);
		if (probe >= 0)
			close(probe);
		skip();
	}
	close(probe);
	ws_connect(client, AF_INET6, fixture->port);
	assert_int_equal(ws_request(client, UPGRADE("GET", "/v6.json", "[::1]", "13")),
			 101);
	hears(client, "\"version\":6");
	end_client(client);
}

/* Counts listening TCP sockets of this process, and those not on loopback. */
static void count_listeners(unsigned int *ret_all, unsigned int *ret_open)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;

	*ret_all = *ret_open = 0;
	while ((entry = readdir(folder))) {
		struct sockaddr_storage address;
		socklen_t size = sizeof(address), flag_size = sizeof(int);
		int listening = 0, fd = atoi(entry->d_name);
		struct sockaddr_in *in = (struct sockaddr_in *)&address;
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;

		if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &flag_size) ||
		    !listening || getsockname(fd, (struct sockaddr *)&address, &size))
			continue;
		++*ret_all;
		if (address.ss_family == AF_INET)
			*ret_open += in->sin_addr.s_addr != htonl(INADDR_LOOPBACK);
		else
			*ret_open += !IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
	}
	closedir(folder);
}

static void nothing_but_loopback_is_bound(void **arg)
{
	unsigned int all, open;

	(void)arg;
	count_listeners(&all, &open);
	assert_in_range(all, 1, 2);
	assert_int_equal(open, 0);
}

static void a_port_in_use_is_named(void **arg)
{
	struct fixture *fixture = *arg;
	struct leap_policy *policy = new_policy(fixture->port);
	struct leap_service *second;
	struct leap_state *state;
	char *error = NULL, port[8];

	snprintf(port, sizeof(port), "%u", fixture->port);
	assert_int_equal(leap_state_new(&state), 0);
	assert_int_equal(leap_service_start(policy, state, NULL, &second, &error),
			 -EADDRINUSE);
	assert_non_null(strstr(error, port));
	assert_null(strchr(error, '\n'));
	free(error);
	leap_state_free(state);
	leap_policy_free(policy);
}

static void the_port_is_free_again_after_the_end(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = connected(fixture, "/v6.json");

	unsigned int port = fixture->port;

	leap_service_stop(fixture->service);
	leap_policy_free(fixture->policy);
	fixture->policy = new_policy(port);
	start(fixture);
	assert_int_equal(fixture->port, port);
	end_client(client);
}

static void the_service_can_be_switched_off_and_on(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = connected(fixture, "/v6.json");
	unsigned int all, open;
	int i;

	set(fixture, "websockets_enabled", "false");
	is_closed_with(client, 1001);
	end_client(client);
	for (i = 0; i < SOON_MS && leap_service_port(fixture->service); i++)
		usleep(1000);
	count_listeners(&all, &open);
	assert_int_equal(all, 0);
	set(fixture, "websockets_enabled", "true");
	for (i = 0; i < SOON_MS && !leap_service_port(fixture->service); i++)
		usleep(1000);
	fixture->port = leap_service_port(fixture->service);
	end_client(connected(fixture, "/v6.json"));
}

/* A port that somebody else listens on: to be opened there would fail. */
static int take_a_port(char text[8])
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	snprintf(text, 8, "%u", ntohs(address.sin_port));
	return fd;
}

static void where_it_listens_is_settled_at_the_start(void **arg)
{
	struct fixture *fixture = *arg;
	unsigned int all, open;
	char taken[8];
	int fd, i;

	fd = take_a_port(taken);
	set(fixture, "websockets_allow_remote", "true");
	set(fixture, "ws_port", taken);
	set(fixture, "websockets_enabled", "false");
	for (i = 0; i < SOON_MS && leap_service_port(fixture->service); i++)
		usleep(1000);
	set(fixture, "websockets_enabled", "true");
	for (i = 0; i < SOON_MS && !leap_service_port(fixture->service); i++)
		usleep(1000);
	fixture->port = leap_service_port(fixture->service);
	end_client(connected(fixture, "/v6.json"));
	count_listeners(&all, &open);
	assert_int_equal(open, 0);
	close(fd);
}

static void waits_for_calls(int more_than)
{
	int i;

	for (i = 0; i < SOON_MS && atomic_load(&host.accepts) <= more_than; i++)
		usleep(1000);
	assert_true(atomic_load(&host.accepts) > more_than);
}

static void without_a_descriptor_the_queue_is_left_alone_for_a_while(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *client = new_client();
	int before = atomic_load(&host.accepts), calls;

	atomic_store(&host.full, true);
	ws_connect(client, AF_INET, fixture->port);
	waits_for_calls(before);
	calls = atomic_load(&host.accepts);
	usleep(WHILE_PAUSED_MS * 1000);
	assert_in_range(atomic_load(&host.accepts) - calls, 0, CALLS_MOST);
	atomic_store(&host.full, false);
	assert_int_equal(ws_request(client, UPGRADE("GET", "/", "127.0.0.1", "13")),
			 101);
	end_client(client);
}

static void a_stranger_gives_its_descriptor_to_who_comes_next(void **arg)
{
	struct fixture *fixture = *arg;
	struct ws_client *stranger = new_client(), *client = new_client();
	int before = atomic_load(&host.accepts);
	struct ws_frame frame;

	ws_connect(stranger, AF_INET, fixture->port);
	waits_for_calls(before + 1); /* the second finds nobody more */
	atomic_store(&host.full, true);
	ws_connect(client, AF_INET, fixture->port);
	/* sooner than the time for a request is over */
	assert_int_equal(ws_next(stranger, SOON_MS / 2, &frame), -1);
	atomic_store(&host.full, false);
	assert_int_equal(ws_request(client, UPGRADE("GET", "/", "127.0.0.1", "13")),
			 101);
	end_client(stranger);
	end_client(client);
}

static int descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void a_client_takes_three_descriptors(void **arg)
{
	struct fixture *fixture = *arg;
	int before = descriptors();
	struct ws_client *client = connected(fixture, "/v6.json");

	assert_int_equal(descriptors() - before, 3 + 1); /* and one here */
	end_client(client);
	waits_for_clients(fixture, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(it_listens_on_ipv6_loopback),
		test(nothing_but_loopback_is_bound),
		test(a_port_in_use_is_named),
		test(the_port_is_free_again_after_the_end),
		test(the_service_can_be_switched_off_and_on),
		test(where_it_listens_is_settled_at_the_start),
		test(without_a_descriptor_the_queue_is_left_alone_for_a_while),
		test(a_stranger_gives_its_descriptor_to_who_comes_next),
		test(a_client_takes_three_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
