// SPDX-License-Identifier: MIT
/*
 * A child that publishes and serves until it is told to end.
 * The child's main thread publishes; its service has a thread of its own.
 */
#include "tests/bench/host.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/motion/motion.h"
#include "daemon/service/service.h"
#include "tests/unit/motion/posed_hand.h"

#define FRAME_NS (1000000000 / HOST_RATE_HZ)

struct host_shared {
	atomic_uint port;
	atomic_bool stop;
	atomic_uint_fast64_t frames;
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

int64_t host_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void host_frame(struct leap_frame *ret_frame)
{
	struct leap_motion_options options;
	struct leap_motion *motion;
	struct hand_pose right = { .track = 1, .curl = { 0.1, 0.2, 0.3, 0.2, 0.1 } };
	struct hand_pose left = { .track = 2, .left = true, .roll = 0.3 };
	int i;

	leap_motion_options_default(&options);
	if (leap_motion_new(&options, &motion) < 0)
		fail("motion");
	for (i = 0; i < 60; i++) {
		struct leap_hands hands = { .time_ns = i * (int64_t)FRAME_NS,
					    .count = 2 };

		right.palm = vec3(90.123 + i, 201.7, 10.3 + 0.7 * i);
		left.palm = vec3(-81.3, 183.91 - 0.3 * i, 7.77);
		right.yaw = i * 0.011;
		left.pitch = i * 0.007;
		hands.hand[0] = posed_hand(&right);
		hands.hand[1] = posed_hand(&left);
		if (leap_motion_update(motion, &hands, ret_frame) < 0)
			fail("motion");
	}
	leap_motion_free(motion);
}

static void publish(struct host_shared *shared, struct leap_state *state,
		    struct leap_frame *frame)
{
	frame->id++;
	frame->ready_ns = host_now_ns();
	frame->timestamp_us = frame->ready_ns / 1000;
	if (!leap_state_publish_frame(state, frame))
		atomic_fetch_add(&shared->frames, 1);
}

static void play(struct host_shared *shared, struct leap_state *state,
		 unsigned int hands)
{
	struct itimerspec rhythm = { { 0, FRAME_NS }, { 0, FRAME_NS } };
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	struct leap_frame *frame = calloc(1, sizeof(*frame));
	uint64_t ticks;

	if (timer < 0 || !frame || timerfd_settime(timer, 0, &rhythm, NULL))
		fail("timerfd");
	host_frame(frame);
	if (!hands)
		frame->hand_count = frame->pointable_count = 0;
	while (!atomic_load(&shared->stop))
		if (read(timer, &ticks, sizeof(ticks)) == sizeof(ticks))
			publish(shared, state, frame);
	free(frame);
	close(timer);
}

static void serve(struct host_shared *shared, unsigned int hands)
{
	struct leap_service *service = NULL;
	struct leap_policy *policy;
	struct leap_config config;
	struct leap_state *state = NULL;
	char *error;

	leap_state_reader_begin();
	if (leap_config_init(&config))
		fail("config");
	config.ws_port = 0;
	config.websockets_clients = 800;
	if (leap_policy_new(&config, &policy) || leap_state_new(&state) ||
	    leap_service_start(policy, state, NULL, &service, &error))
		fail("service");
	atomic_store(&shared->port, leap_service_port(service));
	play(shared, state, hands);
	leap_service_stop(service);
	leap_state_free(state);
	leap_policy_free(policy);
	leap_config_done(&config);
	leap_state_reader_end();
}

struct host host_start(unsigned int hands)
{
	struct host host;

	host.shared = mmap(NULL, sizeof(*host.shared), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (host.shared == MAP_FAILED)
		fail("mmap");
	fflush(NULL); /* or the child says it again */
	host.pid = fork();
	if (host.pid < 0)
		fail("fork");
	if (!host.pid) {
		signal(SIGPIPE, SIG_IGN);
		serve(host.shared, hands);
		exit(0); /* leaks are looked for then */
	}
	while (!(host.port = atomic_load(&host.shared->port))) {
		if (waitpid(host.pid, NULL, WNOHANG))
			exit(1);
		usleep(1000);
	}
	return host;
}

uint64_t host_frames(const struct host *host)
{
	return atomic_load(&host->shared->frames);
}

int64_t host_cpu_ns(pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &used))
		return 0;
	return used.tv_sec * INT64_C(1000000000) + used.tv_nsec;
}

uint64_t host_memory(pid_t pid)
{
	unsigned long pages = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%*u %lu", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return (uint64_t)pages * sysconf(_SC_PAGESIZE);
}

void host_stop(struct host *host)
{
	int status;

	atomic_store(&host->shared->stop, true);
	if (waitpid(host->pid, &status, 0) < 0 || status) {
		fprintf(stderr, "the service ended with status %d\n", status);
		exit(1);
	}
	munmap(host->shared, sizeof(*host->shared));
}
