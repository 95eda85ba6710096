// SPDX-License-Identifier: MIT
// Cost of deriving a frame of two moving hands, as a share of the 115 Hz period.
// Single-threaded.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/motion/motion.h"
#include "tests/unit/motion/posed_hand.h"

#define ROUNDS 15
#define FRAMES 1000
#define FRAME_NS 8695652

static void move_hands(struct leap_hands *hands)
{
	for (int i = 0; i < FRAMES; i++) {
		struct hand_pose right = {
			.track = 1,
			.palm = vec3(90 + 40 * sin(i * 0.02), 200, i * 0.1),
			.roll = sin(i * 0.01),
			.curl = { 0.3, 0.5 + 0.5 * sin(i * 0.05), 0.2, 0.1, 0.0 },
		};
		struct hand_pose left = {
			.track = 2,
			.left = true,
			.palm = vec3(-90, 200 + 30 * sin(i * 0.03), 0),
			.pitch = 0.2 * cos(i * 0.02),
		};

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

int main(void)
{
	struct leap_hands *hands = calloc(FRAMES, sizeof(*hands));
	struct leap_motion_options options;
	struct leap_motion *motion;
	struct leap_frame frame;
	double best = INFINITY, sum = 0.0;
	int64_t time_ns = 0;

	leap_motion_options_default(&options);
	if (!hands || leap_motion_new(&options, &motion) < 0)
		return EXIT_FAILURE;
	move_hands(hands);
	for (int round = 0; round < ROUNDS; round++) {
		double begin = now();

		for (int i = 0; i < FRAMES; i++) {
			hands[i].time_ns = time_ns += FRAME_NS;
			leap_motion_update(motion, &hands[i], &frame);
			sum += frame.hand[0].palm_velocity.x;
		}
		best = fmin(best, (now() - begin) / FRAMES);
	}
	printf("motion, two hands: %.2f us a frame, %.3f %% of the period (%g)\n",
	       best * 1e6, best / (FRAME_NS * 1e-9) * 100.0, sum);
	leap_motion_free(motion);
	free(hands);
	return EXIT_SUCCESS;
}
