// SPDX-License-Identifier: MIT
// Cost of deriving a frame of two hands with gestures, as a share of the 115 Hz period.
// Single-threaded.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/motion/motion.h"
#include "tests/unit/motion/posed_hand.h"

#define ROUNDS 15
#define FRAMES 1000
#define FRAME_NS 8695652

static void wander(int i, struct hand_pose *right, struct hand_pose *left)
{
	right->palm = vec3(90 + 40 * sin(i * 0.02), 200, i * 0.1);
	right->roll = sin(i * 0.01);
	right->curl[LEAP_THUMB] = 0.3;
	right->curl[LEAP_INDEX] = 0.5 + 0.5 * sin(i * 0.05);
	left->palm = vec3(-90, 200 + 30 * sin(i * 0.03), 0);
	left->pitch = 0.2 * cos(i * 0.02);
}

/* The worst there is: ten fingers that draw circles, all the time. */
static void circle(int i, struct hand_pose *right, struct hand_pose *left)
{
	double angle = i * (2.0 * M_PI / 100.0);
	struct vec3 offset = vec3(25 * cos(angle), 25 * sin(angle), 0);

	right->palm = vec3_add(vec3(90, 200, 0), offset);
	left->palm = vec3_add(vec3(-90, 200, 0), offset);
}

static void move_hands(struct leap_hands *hands,
		       void (*move)(int i, struct hand_pose *right,
				    struct hand_pose *left))
{
	for (int i = 0; i < FRAMES; i++) {
		struct hand_pose right = { .track = 1 };
		struct hand_pose left = { .track = 2, .left = true };

		move(i, &right, &left);
		hands[i].count = 2;
		hands[i].hand[0] = posed_hand(&right);
		hands[i].hand[1] = posed_hand(&left);
	}
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec + time.tv_nsec * 1e-9;
}

static int measure(const char *what, struct leap_hands *hands)
{
	struct leap_motion_options options;
	struct leap_motion *motion;
	struct leap_frame frame;
	double best = INFINITY, gestures = 0.0;
	int64_t time_ns = 0;

	leap_motion_options_default(&options);
	if (leap_motion_new(&options, &motion) < 0)
		return EXIT_FAILURE;
	for (int round = 0; round < ROUNDS; round++) {
		double begin = now();

		for (int i = 0; i < FRAMES; i++) {
			hands[i].time_ns = time_ns += FRAME_NS;
			leap_motion_update(motion, &hands[i], &frame);
			gestures += frame.gesture_count;
		}
		best = fmin(best, (now() - begin) / FRAMES);
	}
	printf("motion, %s: %.2f us a frame, %.3f %% of the period (%.1f gestures)\n",
	       what, best * 1e6, best / (FRAME_NS * 1e-9) * 100.0,
	       gestures / (ROUNDS * FRAMES));
	leap_motion_free(motion);
	return EXIT_SUCCESS;
}

int main(void)
{
	struct leap_hands *hands = calloc(FRAMES, sizeof(*hands));
	int status;

	if (!hands)
		return EXIT_FAILURE;
	move_hands(hands, wander);
	status = measure("two hands", hands);
	move_hands(hands, circle);
	status |= measure("two hands that circle", hands);
	free(hands);
	return status;
}
