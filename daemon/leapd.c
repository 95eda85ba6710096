// SPDX-License-Identifier: MIT
/*
 * The daemon: reads its settings, starts the pipeline and the service, waits for the end.
 * Main thread; it owns what it starts and ends it in the opposite order.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "daemon/config/config.h"
#include "daemon/native/native.h"
#include "daemon/options.h"
#include "daemon/pipeline.h"
#include "daemon/policy/policy.h"
#include "daemon/service/service.h"
#include "daemon/state/state.h"

#define USAGE_ERROR 2

struct daemon {
	struct leap_config config;
	struct leap_options options;
	struct leap_pipeline_options pipeline_options;
	struct leap_policy *policy;
	struct leap_state *state;
	struct leap_pipeline *pipeline;
	struct leap_service *service;
	struct leap_images *images;
	struct leap_native *native;
	FILE *trace;
	int signal_fd;
};

/* Takes over @error. */
static int tell(int r, char *error)
{
	fprintf(stderr, "leapd: %s\n", error ? error : strerror(-r));
	free(error);
	return r;
}

/* Before any thread: signals are for the main thread, and read as they suit it. */
static int catch_signals(struct daemon *daemon)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	daemon->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
	return daemon->signal_fd < 0 ? tell(-errno, NULL) : 0;
}

static int open_trace(struct daemon *daemon)
{
	const char *path = daemon->options.trace;

	if (!path)
		return 0;
	daemon->trace = fopen(path, "we");
	if (!daemon->trace) {
		int r = -errno;

		fprintf(stderr, "leapd: %s: cannot be written: %s\n", path,
			strerror(-r));
		return r;
	}
	return 0;
}

static int start_pipeline(struct daemon *daemon)
{
	char *error;
	int r;

	daemon->pipeline_options = (struct leap_pipeline_options){
		.source = daemon->config.source,
		.wait = daemon->options.wait,
		.policy = daemon->policy,
		.images = daemon->images,
		.trace = daemon->trace,
	};
	r = leap_pipeline_open(&daemon->pipeline_options, daemon->state,
			       &daemon->pipeline, &error);
	return r ? tell(r, error) : 0;
}

static int start_service(struct daemon *daemon)
{
	char *error;
	int r;

	if (!daemon->config.websockets_enabled)
		fprintf(stderr,
			"leapd: websockets_enabled is false: no port is open\n");
	r = leap_service_start(daemon->policy, daemon->state, NULL, &daemon->service,
			       &error);
	return r ? tell(r, error) : 0;
}

static int start_native(struct daemon *daemon)
{
	char *error;
	int r;

	if (!daemon->config.native_enabled)
		return 0;
	r = leap_native_start(daemon->state, daemon->policy, daemon->images,
			      leap_pipeline_epoch_ns(daemon->pipeline), &daemon->native,
			      &error);
	return r ? tell(r, error) : 0;
}

static void greet_native(const struct daemon *daemon)
{
	const char *path = leap_native_socket(daemon->native);
	unsigned int port = leap_native_port(daemon->native);

	if (path)
		printf("  native  %s\n", path);
	if (port)
		printf("  native  127.0.0.1:%u\n", port);
}

static void greet(const struct daemon *daemon)
{
	unsigned int port;

	if (!daemon->options.foreground && !isatty(STDOUT_FILENO))
		return;
	printf("leapd " LEAP_VERSION "\n  source  %s\n",
	       leap_pipeline_source(daemon->pipeline));
	port = leap_service_port(daemon->service);
	if (port)
		printf("  apps    ws://127.0.0.1:%u/v6.json (leap.js finds port 6437 by "
		       "itself)\n  page    http://127.0.0.1:%u/\n",
		       port, port);
	port = leap_service_tls_port(daemon->service);
	if (port)
		printf("  secure  wss://127.0.0.1:%u/v6.json\n", port);
	if (daemon->native)
		greet_native(daemon);
	printf("  end it with Ctrl-C\n");
	fflush(stdout);
}

static int start(struct daemon *daemon)
{
	int r = catch_signals(daemon);

	if (!r)
		r = open_trace(daemon);
	if (!r)
		r = leap_policy_new(&daemon->config, &daemon->policy);
	if (!r)
		r = leap_state_new(&daemon->state);
	if (!r)
		r = leap_images_new(&daemon->images);
	if (!r)
		r = start_pipeline(daemon);
	if (!r)
		r = start_service(daemon);
	if (!r)
		r = start_native(daemon);
	if (r)
		return r;
	leap_pipeline_run(daemon->pipeline);
	greet(daemon);
	return 0;
}

static void wait_for_end(const struct daemon *daemon)
{
	struct pollfd end[] = {
		{ .fd = daemon->signal_fd, .events = POLLIN },
		{ .fd = leap_pipeline_fd(daemon->pipeline), .events = POLLIN },
	};

	while (poll(end, 2, -1) < 0 && errno == EINTR)
		;
}

/* Return: 0, or why the pipeline had ended by itself. */
static int end(struct daemon *daemon)
{
	int r = 0;

	leap_native_stop(daemon->native);
	if (daemon->service)
		leap_service_stop(daemon->service);
	if (daemon->pipeline)
		r = leap_pipeline_stop(daemon->pipeline);
	leap_images_free(daemon->images);
	leap_state_free(daemon->state);
	leap_policy_free(daemon->policy);
	if (daemon->trace && fclose(daemon->trace))
		r = tell(-errno, NULL);
	if (daemon->signal_fd >= 0)
		close(daemon->signal_fd);
	return r;
}

static int run(struct daemon *daemon)
{
	int r = start(daemon);

	if (r) {
		end(daemon);
		return r;
	}
	wait_for_end(daemon);
	return end(daemon);
}

int main(int argc, char **argv)
{
	struct daemon daemon = { .signal_fd = -1 };
	char *error;
	int r = leap_config_init(&daemon.config);

	if (r)
		return tell(r, NULL) ? EXIT_FAILURE : EXIT_SUCCESS;
	r = leap_options_parse(argc, argv, LEAP_CONFIG_FILE, &daemon.options,
			       &daemon.config, &error);
	if (r) {
		tell(r, error);
		leap_config_done(&daemon.config);
		return r == -EINVAL ? USAGE_ERROR : EXIT_FAILURE;
	}
	if (daemon.config.warning)
		fprintf(stderr, "leapd: %s\n", daemon.config.warning);
	if (daemon.options.help)
		leap_options_help(stdout);
	else if (daemon.options.version)
		printf("leapd " LEAP_VERSION "\n");
	else
		r = run(&daemon);
	leap_config_done(&daemon.config);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
