// SPDX-License-Identifier: MIT
/*
 * The real service with two scripted hands in front of it, for clients to be tried on:
 * 115 frames/s whatever the machine, and a plug that can be pulled. Commands on stdin.
 * The main thread publishes; the service has its own.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "daemon/motion/motion.h"
#include "daemon/service/service.h"
#include "tests/unit/motion/posed_hand.h"

#define FRAME_NS 8695652
#define LINE_SIZE 256
/* A circle begins and ends, and is followed by a tap, once in so many frames. */
#define GESTURE_PERIOD 100
#define CIRCLE_FROM 10
#define CIRCLE_TO 60
#define TAP_AT 80

struct stage {
	struct leap_policy *policy;
	struct leap_state *state;
	struct leap_service *service;
	struct leap_motion *motion;
	struct leap_frame frame;
	bool attached;
	bool streaming;
	int timer;
	char line[LINE_SIZE];
	size_t size;
};

static void fail(const char *what)
{
	fprintf(stderr, "stage: %s\n", what);
	exit(EXIT_FAILURE);
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void add_gesture(struct leap_frame *frame)
{
	struct leap_frame_gesture *gesture = &frame->gesture[0];
	int64_t turn = frame->id / GESTURE_PERIOD, at = frame->id % GESTURE_PERIOD;

	frame->gesture_count = at == TAP_AT || (at >= CIRCLE_FROM && at <= CIRCLE_TO);
	if (!frame->gesture_count)
		return;
	*gesture = (struct leap_frame_gesture){
		.id = (int32_t)(2 * turn + (at == TAP_AT)),
		.hand_id = frame->hand[0].id,
		.pointable_id = frame->hand[0].id * 10 + LEAP_INDEX,
		.type = at == TAP_AT ? LEAP_GESTURE_KEY_TAP : LEAP_GESTURE_CIRCLE,
		.state = at == CIRCLE_FROM ? LEAP_GESTURE_START : LEAP_GESTURE_UPDATE,
		.position = frame->hand[0].palm_position,
		.direction = { 0, 0, -1 },
		.progress = 1,
		.radius = 20,
		.duration_us = 1 + (at - CIRCLE_FROM) * FRAME_NS / 1000,
	};
	if (at == TAP_AT || at == CIRCLE_TO)
		gesture->state = LEAP_GESTURE_STOP;
}

static void publish_frame(struct stage *stage)
{
	double phase = (double)(stage->frame.id % 230) * 0.0273;
	struct hand_pose right = { .track = 1, .curl = { 0.1, 0.2, 0.3, 0.2, 0.1 } };
	struct hand_pose left = { .track = 2, .left = true, .roll = 0.3 };
	struct leap_hands hands = { .time_ns = now_ns(), .count = 2 };

	right.palm = vec3(90.1 + 20 * phase, 201.7, 10.3);
	left.palm = vec3(-81.3, 183.9 + 10 * phase, 7.8);
	hands.hand[0] = posed_hand(&right);
	hands.hand[1] = posed_hand(&left);
	if (leap_motion_update(stage->motion, &hands, &stage->frame))
		fail("no motion");
	stage->frame.ready_ns = hands.time_ns;
	add_gesture(&stage->frame);
	leap_state_publish_frame(stage->state, &stage->frame);
}

static void publish_device(struct stage *stage, bool attached, bool streaming)
{
	struct leap_device_state device = { "LP00000000001", "peripheral", attached,
					    streaming };

	stage->attached = attached;
	stage->streaming = streaming;
	if (leap_state_publish_device(stage->state, &device))
		fail("no device");
}

static void set(struct stage *stage, char *key)
{
	char *value = strchr(key, ' '), *error;

	if (!value)
		fail("set KEY VALUE");
	*value++ = '\0';
	if (leap_policy_set(stage->policy, key, value, &error))
		fail(error ? error : key);
}

/* Return: is it to go on? */
static bool obey(struct stage *stage, char *line)
{
	if (!strcmp(line, "plug") || !strcmp(line, "resume"))
		publish_device(stage, true, true);
	else if (!strcmp(line, "unplug"))
		publish_device(stage, false, false);
	else if (!strcmp(line, "pause"))
		publish_device(stage, true, false);
	else if (!strncmp(line, "set ", 4))
		set(stage, line + 4);
	else if (!strcmp(line, "quit"))
		return false;
	else
		fail(line);
	printf("done\n");
	return true;
}

static bool hear(struct stage *stage)
{
	ssize_t n = read(STDIN_FILENO, stage->line + stage->size,
			 sizeof(stage->line) - 1 - stage->size);
	char *end;

	if (n <= 0)
		return false;
	stage->size += n;
	stage->line[stage->size] = '\0';
	while ((end = strchr(stage->line, '\n'))) {
		*end++ = '\0';
		if (!obey(stage, stage->line))
			return false;
		stage->size -= end - stage->line;
		memmove(stage->line, end, stage->size + 1);
	}
	return true;
}

static void play(struct stage *stage)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				{ .fd = stage->timer, .events = POLLIN } };
	uint64_t ticks;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			fail("poll");
		if (fds[0].revents && !hear(stage))
			return;
		if (fds[1].revents && read(stage->timer, &ticks, sizeof(ticks)) > 0 &&
		    stage->streaming)
			publish_frame(stage);
	}
}

static void configure(struct leap_config *config, int argc, char **argv)
{
	char *error, *value;
	int i;

	if (leap_config_init(config))
		fail("no memory");
	config->ws_port = 0;
	for (i = 1; i < argc; i++) {
		value = strchr(argv[i], '=');
		if (!value)
			fail("usage: stage [KEY=VALUE]...");
		*value++ = '\0';
		if (leap_config_set(config, argv[i], value, &error))
			fail(error ? error : argv[i]);
	}
}

static void set_up(struct stage *stage, const struct leap_config *config)
{
	struct itimerspec rhythm = { { 0, FRAME_NS }, { 0, FRAME_NS } };
	struct leap_motion_options options;
	char *error;

	leap_motion_options_default(&options);
	options.epoch_ns = now_ns();
	stage->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (stage->timer < 0 || timerfd_settime(stage->timer, 0, &rhythm, NULL) ||
	    leap_policy_new(config, &stage->policy) || leap_state_new(&stage->state) ||
	    leap_motion_new(&options, &stage->motion))
		fail("no memory");
	publish_device(stage, true, true);
	if (leap_service_start(stage->policy, stage->state, NULL, &stage->service,
			       &error))
		fail(error ? error : "no service");
}

int main(int argc, char **argv)
{
	struct stage *stage = calloc(1, sizeof(*stage));
	struct leap_config config;

	if (!stage)
		fail("no memory");
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	leap_state_reader_begin();
	configure(&config, argc, argv);
	set_up(stage, &config);
	printf("port %u\n", leap_service_port(stage->service));
	play(stage);
	leap_service_stop(stage->service);
	leap_state_free(stage->state);
	leap_policy_free(stage->policy);
	leap_motion_free(stage->motion);
	leap_config_done(&config);
	leap_state_reader_end();
	close(stage->timer);
	free(stage);
	return EXIT_SUCCESS;
}
