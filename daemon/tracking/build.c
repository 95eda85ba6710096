// SPDX-License-Identifier: MIT
/*
 * How a person's hand is built: its size and proportions, learned while it is followed.
 * Pure values; any thread.
 */
#include "daemon/tracking/build.h"

#include <string.h>

#include "daemon/tracking/cholesky.h"

#define N LEAP_BUILD

#define SIZE_SD 0.14
#define FINGERS_SD 0.07
#define FINGER_SD 0.04
#define BREADTH_SD 0.05

/* People change places; what was learned of the last one must not be held for ever. */
#define INFORMATION_MAX 40000.0

void leap_build_of_people(struct leap_build *ret_build)
{
	/* Inverse of a covariance with a part that all fingers share. */
	double own = 1 / (FINGER_SD * FINGER_SD), all = FINGERS_SD * FINGERS_SD * own;
	double shared = own * all / (1 + LEAP_FINGERS * all);

	memset(ret_build, 0, sizeof(*ret_build));
	ret_build->information[0][0] = 1 / (SIZE_SD * SIZE_SD);
	for (int i = 0; i < LEAP_FINGERS; i++) {
		for (int j = 0; j < LEAP_FINGERS; j++)
			ret_build->information[1 + i][1 + j] = -shared;
		ret_build->information[1 + i][1 + i] += own;
	}
	ret_build->information[1 + LEAP_PALM_BREADTH][1 + LEAP_PALM_BREADTH] =
		1 / (BREADTH_SD * BREADTH_SD);
}

static void hold(struct leap_build *build)
{
	double share = INFORMATION_MAX / build->information[0][0];

	for (int i = 0; i < N && share < 1; i++)
		for (int j = 0; j < N; j++)
			build->information[i][j] *= share;
}

void leap_build_learn(struct leap_build *build, const struct leap_pose *pose,
		      const double told[LEAP_BUILD][LEAP_BUILD], double stiffness,
		      double gain)
{
	double fit[N] = { log(pose->size) }, pull[N], l[N][N], mean[N];

	memcpy(fit + 1, pose->proportion, sizeof(pose->proportion));
	for (int i = 0; i < N; i++) {
		pull[i] = 0;
		for (int j = 0; j < N; j++) {
			double believed = build->information[i][j];

			/* The fit lies between belief and sightings. */
			pull[i] += believed * build->mean[j] +
				   gain * (told[i][j] * fit[j] +
					   stiffness * believed *
						   (fit[j] - build->mean[j]));
			l[i][j] = believed + gain * told[i][j];
		}
	}
	if (!leap_cholesky(N, l))
		return;
	leap_cholesky_solve(N, l, pull, mean);
	memcpy(build->mean, mean, sizeof(mean));
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			build->information[i][j] += gain * told[i][j];
	hold(build);
}

double leap_build_scale(const struct leap_build *build)
{
	double fingers = 0;

	for (int i = 0; i < LEAP_FINGERS; i++)
		fingers += build->mean[1 + i] / LEAP_FINGERS;
	return exp(build->mean[0] +
		   0.5 * (fingers + build->mean[1 + LEAP_PALM_BREADTH]));
}
