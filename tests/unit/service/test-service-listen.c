// SPDX-License-Identifier: MIT
/*
 * Where the service listens: loopback and nothing else, on the ports of its start.
 * Real sockets; the test's thread is the writer.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/service/served.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(it_listens_on_ipv6_loopback),
		test(nothing_but_loopback_is_bound),
		test(a_port_in_use_is_named),
		test(the_port_is_free_again_after_the_end),
		test(the_service_can_be_switched_off_and_on),
		test(where_it_listens_is_settled_at_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
