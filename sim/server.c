// SPDX-License-Identifier: MIT
/*
 * Serves the synthetic controller to this machine's virtual host controller or to
 * USB/IP clients, and obeys commands meanwhile. All in the calling thread.
 */
#include "sim/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/command.h"
#include "sim/session.h"
#include "sim/vhci.h"

#define LINKS 5 /* one that has the controller, the others still asking */
#define LINE_SIZE 128
#define SOCKET_BUFFER (1 << 20)
#define ROUNDS 16 /* of sending before others get their turn */
#define PATIENCE_NS 1000000

/* where poll() looks; the links follow */
enum {
	POLL_SIGNALS,
	POLL_CONTROL,
	POLL_INPUT,
	POLL_LISTENER,
	POLL_LINKS,
	POLL_COUNT = POLL_LINKS + LINKS
};

/* A conversation; without a session the place is free. */
struct link {
	int fd;
	struct leap_session *session;
	uint64_t since; /* counts up: the lower, the older */
};

struct lines {
	int fd;
	size_t size;
	bool too_long;
	char text[LINE_SIZE];
};

struct server {
	const struct leap_server_options *options;
	struct leap_session_port port;
	uint64_t now_ns; /* since waking up */
	struct link links[LINKS];
	uint64_t links_made;
	int listener;
	struct lines control;
	struct lines input;
	bool made_control;
	bool quit;
	int status;
};

__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("leap-sim: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void server_fail(struct server *server)
{
	server->quit = true;
	server->status = EXIT_FAILURE;
}

static void report(const struct server *server)
{
	struct leap_device_counters sent;

	if (!server->options->verbose || !server->port.device)
		return;
	sent = leap_device_counters(server->port.device);
	complain("%" PRIu64 " frames, %" PRIu64 " skipped, %" PRIu64
		 " payloads, %" PRIu64 " spoilt",
		 sent.frames, sent.skipped, sent.payloads, sent.faults);
}

static void link_close(struct link *link)
{
	leap_session_free(link->session);
	link->session = NULL;
	shutdown(link->fd, SHUT_RDWR);
	close(link->fd);
	link->fd = -1;
}

static struct link *user_link(struct server *server)
{
	for (unsigned int i = 0; i < LINKS; i++)
		if (server->links[i].session &&
		    leap_session_imported(server->links[i].session))
			return &server->links[i];
	return NULL;
}

static void unplug(struct server *server)
{
	struct link *link = user_link(server);

	report(server);
	if (link)
		link_close(link);
	leap_device_free(server->port.device);
	server->port.device = NULL;
}

/* Room for one more conversation, if need be that of the oldest one still asking. */
static struct link *link_place(struct server *server)
{
	struct link *oldest = NULL;

	for (unsigned int i = 0; i < LINKS; i++) {
		struct link *link = &server->links[i];

		if (!link->session)
			return link;
		if (!leap_session_imported(link->session) &&
		    (!oldest || link->since < oldest->since))
			oldest = link;
	}
	link_close(oldest);
	return oldest;
}

static int link_open(struct server *server, int fd, bool imported)
{
	struct link *link = link_place(server);
	int r;

	r = leap_session_new(&server->port, imported, &link->session);
	if (r < 0)
		return r;
	link->fd = fd;
	link->since = server->links_made++;
	return 0;
}

/* Of both ends; where that is forbidden, the usual size does. */
static void enlarge_buffers(const int *ends)
{
	const int size = SOCKET_BUFFER;

	for (unsigned int i = 0; i < 2; i++)
		if (setsockopt(ends[i], SOL_SOCKET, SO_SNDBUFFORCE, &size,
			       sizeof(size)))
			setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static void complain_about_vhci(int r)
{
	switch (r) {
	case -ENOENT:
		complain("no virtual USB host controller here: load it with "
			 "'modprobe vhci-hcd'");
		break;
	case -EACCES:
	case -EPERM:
		complain("no permission to attach to vhci_hcd: run as root");
		break;
	case -EBUSY:
		complain("every port of vhci_hcd is in use: free one with "
			 "'usbip detach -p PORT'");
		break;
	default:
		complain("vhci_hcd refuses the controller: %s", strerror(-r));
	}
}

static int attach(struct server *server)
{
	unsigned int port;
	int ends[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		r = -errno;
		complain("no socket: %s", strerror(-r));
		return r;
	}
	enlarge_buffers(ends);
	r = leap_vhci_attach(ends[1], &port);
	close(ends[1]);
	if (r < 0) {
		complain_about_vhci(r);
		close(ends[0]);
		return r;
	}
	r = link_open(server, ends[0], true);
	if (r < 0) {
		complain("no memory for the conversation");
		close(ends[0]);
		return r;
	}
	printf("attached to port %u of vhci_hcd\n", port);
	fflush(stdout);
	return 0;
}

/* Return: 0 or negative errno; what went wrong has been said. */
static int plug(struct server *server)
{
	int r;

	r = leap_device_new(&server->options->device, server->now_ns,
			    &server->port.device);
	if (r < 0) {
		complain("cannot make the controller: %s", strerror(-r));
		return r;
	}
	if (server->options->attach)
		r = attach(server);
	if (r < 0)
		unplug(server);
	return r;
}

/* The host has gone or broke the rules. Whoever imports next finds a fresh device. */
static void link_lost(struct server *server, struct link *link, int r)
{
	bool imported = leap_session_imported(link->session);

	if (r == -EPROTO)
		complain("the other side does not speak USB/IP 1.1.1: hung up");
	if (!imported) {
		link_close(link);
		return;
	}
	unplug(server);
	if (r == -ENODEV) {
		if (server->options->verbose)
			complain("crashed by vertical zoom; 'plug' brings it back");
	} else if (server->options->attach) {
		complain("the host has let go of the controller");
		server_fail(server);
	} else if (plug(server) < 0) {
		server_fail(server);
	}
}

/* Return: 1 when everything is sent, 0 when the rest has to wait, negative errno. */
static int link_send(struct link *link)
{
	const uint8_t *from;
	size_t size;

	while ((size = leap_session_output(link->session, &from))) {
		ssize_t n = send(link->fd, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		leap_session_sent(link->session, n);
	}
	return 1;
}

static int link_receive(struct link *link, uint64_t now_ns)
{
	uint8_t *to;
	size_t room = leap_session_room(link->session, &to);
	ssize_t n;

	if (!room)
		return 0;
	n = recv(link->fd, to, room, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		return -ECONNRESET;
	return leap_session_received(link->session, n, now_ns);
}

/* Send what there is and what becomes ready meanwhile. */
static int link_work(struct link *link, uint64_t now_ns)
{
	const uint8_t *from;
	int r;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		r = leap_session_run(link->session, now_ns);
		if (r < 0) {
			link_send(link);
			return r;
		}
		if (!leap_session_output(link->session, &from))
			break;
		r = link_send(link);
		if (r <= 0)
			return r;
	}
	return leap_session_finished(link->session) ? -ESHUTDOWN : 0;
}

static void serve_link(struct server *server, struct link *link)
{
	int r;

	r = link_receive(link, server->now_ns);
	if (r == 0)
		r = link_work(link, server->now_ns);
	else
		link_send(link);
	if (r < 0)
		link_lost(server, link, r);
}

static void accept_link(struct server *server)
{
	const int on = 1;
	int fd, r;

	fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	r = link_open(server, fd, false);
	if (r < 0) {
		complain("no memory for one more conversation");
		close(fd);
	}
}

static int listen_on_loopback(struct server *server)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(server->options->tcp_port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	const int on = 1;
	int r;

	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server->listener < 0 ||
	    setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(server->listener, (struct sockaddr *)&address, size) ||
	    listen(server->listener, LINKS) ||
	    getsockname(server->listener, (struct sockaddr *)&address, &size)) {
		r = -errno;
		if (r == -EADDRINUSE)
			complain("port %u is in use: stop usbipd or choose another one "
				 "with --usbip listen:PORT",
				 server->options->tcp_port);
		else
			complain("cannot listen on 127.0.0.1 port %u: %s",
				 server->options->tcp_port, strerror(-r));
		return r;
	}
	printf("listening on 127.0.0.1 port %u, bus id %s\n", ntohs(address.sin_port),
	       LEAP_USBIP_BUSID);
	fflush(stdout);
	return 0;
}

static int open_control(struct server *server)
{
	const char *path = server->options->control_path;
	struct stat status;
	int fd, r;

	if (mkfifo(path, 0600) == 0) {
		server->made_control = true;
	} else if (errno != EEXIST) {
		r = -errno;
		complain("%s: cannot make the control FIFO: %s", path, strerror(-r));
		return r;
	}
	/* for writing too, so that it does not end with its first writer */
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0) {
		r = -errno;
		complain("%s: %s", path, strerror(-r));
		return r;
	}
	server->control.fd = fd;
	if (!S_ISFIFO(status.st_mode)) {
		complain("%s: not a FIFO; name another file for --control", path);
		return -EINVAL;
	}
	return 0;
}

static void obey(struct server *server, const char *line)
{
	struct leap_command command;
	int r;

	r = leap_command_parse(line, &command);
	if (r == -ENODATA)
		return;
	if (r < 0) {
		complain("'%s': no such command", line);
		return;
	}
	if (server->options->verbose)
		complain("%s", line);
	if (command.verb == LEAP_COMMAND_QUIT)
		server->quit = true;
	else if (command.verb == LEAP_COMMAND_PLUG && server->port.device)
		complain("'plug': it is plugged in");
	else if (command.verb == LEAP_COMMAND_PLUG)
		plug(server);
	else if (!server->port.device)
		complain("'%s': it is not plugged in", line);
	else if (command.verb == LEAP_COMMAND_UNPLUG)
		unplug(server);
	else if (command.verb == LEAP_COMMAND_FAULT)
		leap_device_fault(server->port.device, command.fault, command.count);
	else
		leap_device_freeze(server->port.device,
				   command.verb == LEAP_COMMAND_FREEZE);
}

static void take_character(struct server *server, struct lines *lines, char c)
{
	if (c != '\n') {
		if (lines->size < LINE_SIZE - 1)
			lines->text[lines->size++] = c;
		else
			lines->too_long = true;
		return;
	}
	lines->text[lines->size] = '\0';
	if (lines->too_long)
		complain("command too long");
	else
		obey(server, lines->text);
	lines->size = 0;
	lines->too_long = false;
}

static void read_commands(struct server *server, struct lines *lines)
{
	char text[LINE_SIZE];
	ssize_t n = read(lines->fd, text, sizeof(text));

	for (ssize_t i = 0; i < n; i++)
		take_character(server, lines, text[i]);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		lines->fd = -1;
}

static int start(struct server *server)
{
	const struct leap_server_options *options = server->options;
	int r;

	if (options->standard_input)
		server->input.fd = STDIN_FILENO;
	if (options->control_path) {
		r = open_control(server);
		if (r < 0)
			return r;
	}
	if (!options->attach) {
		r = listen_on_loopback(server);
		if (r < 0)
			return r;
	}
	return plug(server);
}

/*
 * While a payload is about to fall due, what the host has to say can wait for it: the
 * buffers it hands back one by one would otherwise double the number of wake-ups.
 */
static short link_events(const struct server *server, const struct link *link)
{
	const uint8_t *from;
	uint64_t due;
	uint8_t *to;
	short events = 0;

	if (!link->session)
		return 0;
	due = leap_session_due(link->session);
	if (leap_session_room(link->session, &to) &&
	    (due <= server->now_ns || due - server->now_ns > PATIENCE_NS))
		events |= POLLIN;
	if (leap_session_output(link->session, &from))
		events |= POLLOUT;
	return events;
}

static void fill_poll(struct server *server, struct pollfd *poll)
{
	poll[POLL_SIGNALS] = (struct pollfd){ server->options->signals, POLLIN, 0 };
	poll[POLL_CONTROL] = (struct pollfd){ server->control.fd, POLLIN, 0 };
	poll[POLL_INPUT] = (struct pollfd){ server->input.fd, POLLIN, 0 };
	poll[POLL_LISTENER] = (struct pollfd){ server->listener, POLLIN, 0 };
	for (unsigned int i = 0; i < LINKS; i++) {
		const struct link *link = &server->links[i];

		poll[POLL_LINKS + i] =
			(struct pollfd){ link->fd, link_events(server, link), 0 };
	}
}

/* Until a transfer falls due; NULL for as long as it takes. */
static struct timespec *time_left(struct server *server, struct timespec *ret)
{
	struct link *link = user_link(server);
	uint64_t due = UINT64_MAX, left;

	if (link)
		due = leap_session_due(link->session);
	if (due == UINT64_MAX)
		return NULL;
	left = due > server->now_ns ? due - server->now_ns : 0;
	ret->tv_sec = left / 1000000000;
	ret->tv_nsec = left % 1000000000;
	return ret;
}

static void serve_once(struct server *server)
{
	struct pollfd poll[POLL_COUNT];
	struct timespec left;

	fill_poll(server, poll);
	if (ppoll(poll, POLL_COUNT, time_left(server, &left), NULL) < 0) {
		if (errno != EINTR) {
			complain("cannot wait: %s", strerror(errno));
			server_fail(server);
		}
		return;
	}
	server->now_ns = monotonic_ns();
	for (unsigned int i = 0; i < LINKS; i++)
		if (server->links[i].session &&
		    server->links[i].fd == poll[POLL_LINKS + i].fd)
			serve_link(server, &server->links[i]);
	if (poll[POLL_SIGNALS].revents)
		server->quit = true;
	if (poll[POLL_CONTROL].revents)
		read_commands(server, &server->control);
	if (poll[POLL_INPUT].revents)
		read_commands(server, &server->input);
	if (poll[POLL_LISTENER].revents)
		accept_link(server);
}

static void stop(struct server *server)
{
	unplug(server);
	for (unsigned int i = 0; i < LINKS; i++)
		if (server->links[i].session)
			link_close(&server->links[i]);
	if (server->listener >= 0)
		close(server->listener);
	if (server->control.fd >= 0)
		close(server->control.fd);
	if (server->made_control)
		unlink(server->options->control_path);
}

int leap_server_run(const struct leap_server_options *options)
{
	struct server server = {
		.options = options,
		.now_ns = monotonic_ns(),
		.listener = -1,
		.control = { .fd = -1 },
		.input = { .fd = -1 },
		.status = EXIT_SUCCESS,
	};

	for (unsigned int i = 0; i < LINKS; i++)
		server.links[i].fd = -1;
	if (start(&server) < 0)
		server_fail(&server);
	while (!server.quit)
		serve_once(&server);
	stop(&server);
	return server.status;
}
