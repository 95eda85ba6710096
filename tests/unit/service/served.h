/* SPDX-License-Identifier: MIT */
/*
 * A service on a free port, and the sentences about its clients that tests are made of.
 * The test's thread is the writer; what is said here fails the test when it is not so.
 */
#ifndef LEAP_TEST_SERVED_H
#define LEAP_TEST_SERVED_H

#include "daemon/service/service.h"
#include "tests/unit/service/ws_client.h"

#define SOON_MS 5000
#define MS_NS INT64_C(1000000)

struct fixture {
	struct leap_service_timing timing; /* all zero: the usual */
	struct leap_policy *policy;
	struct leap_state *state;
	struct leap_service *service;
	struct leap_frame frame;
	unsigned int port;
};

/** set_up() - for cmocka: serve on a free port */
int set_up(void **arg);

/** set_up_impatient() - with patience for a test: 500 ms for a request, a ping after
 * 400 ms, the end after 2 s */
int set_up_impatient(void **arg);

int tear_down(void **arg);

/** start() - serve; also again, after leap_service_stop() */
void start(struct fixture *fixture);

/** new_policy() - of built-in settings, and @port */
struct leap_policy *new_policy(unsigned int port);

/** set() - a setting, while it serves */
void set(struct fixture *fixture, const char *key, const char *value);

/** publish() - the fixture's frame, with the next id */
void publish(struct fixture *fixture);

/** plug() - a controller in, streaming; or out */
void plug(struct fixture *fixture, bool attached);

/** new_client() - that has not connected yet; to be ended with end_client() */
struct ws_client *new_client(void);
void end_client(struct ws_client *client);

/** connected() - a client that has heard the protocol's version */
struct ws_client *connected(struct fixture *fixture, const char *path);

/** heard() - the next text message */
const char *heard(struct ws_client *client);

/** hears() - the next text message has @part in it */
void hears(struct ws_client *client, const char *part);

/** hears_of() - a frame of that kind, whatever comes before it */
void hears_of(struct ws_client *client, enum ws_opcode opcode);

void hears_nothing(struct ws_client *client);

/** is_closed_with() - whatever comes before */
void is_closed_with(struct ws_client *client, int code);

/** says() - and waits until the service has dealt with it: it counts messages */
void says(struct fixture *fixture, struct ws_client *client, const char *text);

/** upgrade_with() - with a header more, "Name: value\r\n". Return: status of HTTP */
int upgrade_with(struct fixture *fixture, struct ws_client *client, const char *path,
		 const char *header);

/** page_of() - a client with an Origin, as a browser sends it */
struct ws_client *page_of(struct fixture *fixture, const char *origin_header);

/** status_of_page() - what such a client is answered */
int status_of_page(struct fixture *fixture, const char *origin_header);

/** status_of() - what a request is answered */
int status_of(struct fixture *fixture, const char *request);

/** waits_for_clients() - until there are so many */
void waits_for_clients(struct fixture *fixture, unsigned int count);

#define UPGRADE(method, path, host, version)                       \
	method " " path " HTTP/1.1\r\nHost: " host                 \
	       "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"   \
	       "Sec-WebSocket-Version: " version "\r\n\r\n"

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define impatient_test(name) \
	cmocka_unit_test_setup_teardown(name, set_up_impatient, tear_down)

#endif /* LEAP_TEST_SERVED_H */
