// SPDX-License-Identifier: MIT
/*
 * The fit finds the pose that made the points, and trusts sure points more.
 * Single-threaded; owns nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/tracking/pose_fit.h"
#include "tests/unit/random.h"

#define DEGREE (M_PI / 180)

static double uniform(struct random *random, double low, double high)
{
	return low + (high - low) * (double)(random_next(random) >> 11) * 0x1p-53;
}

static struct leap_pose random_pose(struct random *random)
{
	struct leap_pose pose = { .left = random_next(random) & 1,
				  .place = vec3(uniform(random, -80, 80),
						uniform(random, 120, 300),
						uniform(random, -60, 60)),
				  .size = uniform(random, 0.9, 1.1) };

	pose.turn = leap_skeleton_axes(
		vec3(uniform(random, -0.6, 0.6), uniform(random, -0.5, 0.5), -1),
		vec3(uniform(random, -0.8, 0.8), -1, uniform(random, -0.5, 0.5)));
	leap_skeleton_relaxed(pose.angle);
	for (int k = 1; k < LEAP_FINGERS; k++) {
		double *angle = pose.angle + LEAP_FINGER_ANGLE(k);

		angle[0] = uniform(random, 0, 60) * DEGREE;
		angle[1] = uniform(random, -8, 8) * DEGREE;
		angle[2] = uniform(random, 5, 80) * DEGREE;
	}
	pose.angle[1] = uniform(random, -20, 20) * DEGREE;
	return pose;
}

static void points_of(const struct leap_pose *pose,
		      struct leap_sighting ret[LEAP_POINTS])
{
	struct leap_skeleton s;

	leap_skeleton_pose(pose, &s);
	ret[LEAP_POINT_WRIST].place = s.wrist;
	ret[LEAP_POINT_PALM].place = pose->place;
	ret[LEAP_POINT_ARM].place =
		vec3_madd(s.wrist, 60 * pose->size,
			  vec3_unit_or(vec3_sub(s.elbow, s.wrist), vec3(0, 0, 1)));
	for (int k = 0; k < LEAP_FINGERS; k++)
		for (int j = 0; j < 4; j++)
			ret[1 + 4 * k + j].place = s.joint[k][LEAP_MCP + j];
	for (int i = 0; i < LEAP_POINTS; i++) {
		ret[i].view = vec3_unit_or(ret[i].place, vec3(0, 1, 0));
		ret[i].across = 1;
		ret[i].along = 2;
	}
}

static double worst_joint(const struct leap_pose *a, const struct leap_pose *b)
{
	struct leap_skeleton s, t;
	double worst = 0;

	leap_skeleton_pose(a, &s);
	leap_skeleton_pose(b, &t);
	for (int k = 0; k < LEAP_FINGERS; k++)
		for (int j = 0; j < LEAP_JOINTS; j++)
			worst = fmax(worst,
				     vec3_distance(s.joint[k][j], t.joint[k][j]));
	return worst;
}

static struct leap_build people;
static const struct leap_fit_belief open_minded = { .build = &people, .stiffness = 1 };

static int know_people(void **state)
{
	(void)state;
	leap_build_of_people(&people);
	return 0;
}

static void the_pose_that_made_the_points_is_found(void **state)
{
	struct random random = random_seed(11);

	(void)state;
	for (int i = 0; i < 60; i++) {
		struct leap_pose wanted = random_pose(&random), pose;
		struct leap_sighting seen[LEAP_POINTS];
		struct leap_fit_result result;

		points_of(&wanted, seen);
		leap_fit_guess(seen, wanted.left, 1, &pose);
		leap_fit_pose(seen, &open_minded, 25, &pose, &result);
		assert_true(worst_joint(&pose, &wanted) < 1.5);
		assert_true(result.misfit < 0.3);
	}
}

static void an_unsure_point_hardly_counts(void **state)
{
	struct random random = random_seed(12);
	struct leap_pose wanted = random_pose(&random), trusting, doubting;
	struct leap_sighting seen[LEAP_POINTS];
	struct leap_fit_result result;
	const int tip = 8;

	(void)state;
	points_of(&wanted, seen);
	seen[tip].place.x += 3;
	trusting = doubting = wanted;
	leap_fit_pose(seen, &open_minded, 25, &trusting, &result);
	seen[tip].across = seen[tip].along = 60;
	leap_fit_pose(seen, &open_minded, 25, &doubting, &result);
	assert_true(worst_joint(&doubting, &wanted) <
		    0.3 * worst_joint(&trusting, &wanted));
}

static void joints_stay_within_what_hands_can_do(void **state)
{
	struct random random = random_seed(13);
	struct leap_pose wanted = random_pose(&random), pose;
	struct leap_sighting seen[LEAP_POINTS];
	struct leap_fit_result result;

	(void)state;
	for (int k = 1; k < LEAP_FINGERS; k++)
		wanted.angle[LEAP_FINGER_ANGLE(k) + 2] = -50 * DEGREE;
	points_of(&wanted, seen);
	pose = wanted;
	leap_fit_pose(seen, &open_minded, 40, &pose, &result);
	for (int k = 1; k < LEAP_FINGERS; k++) {
		double least, most;

		leap_skeleton_limits(LEAP_FINGER_ANGLE(k) + 2, &least, &most);
		assert_true(pose.angle[LEAP_FINGER_ANGLE(k) + 2] > least - 8 * DEGREE);
	}
}

static void a_size_that_is_known_is_kept(void **state)
{
	const struct leap_fit_belief sure = { .build = &people, .stiffness = 1e5 };
	struct random random = random_seed(14);
	struct leap_pose wanted = random_pose(&random), pose;
	struct leap_sighting seen[LEAP_POINTS];
	struct leap_fit_result result;

	(void)state;
	wanted.size = 1.1;
	points_of(&wanted, seen);
	pose = wanted;
	leap_fit_pose(seen, &sure, 25, &pose, &result);
	assert_true(fabs(log(pose.size)) < 0.01);
	assert_true(result.told[0][0] > 100);
	leap_fit_pose(seen, &open_minded, 25, &pose, &result);
	assert_true(fabs(pose.size - wanted.size) < 0.01);
}

static void what_was_expected_holds_what_is_not_seen(void **state)
{
	struct random random = random_seed(15);
	struct leap_pose wanted = random_pose(&random), pose = wanted;
	struct leap_sighting seen[LEAP_POINTS];
	const struct leap_fit_belief belief = { .near = &wanted,
						.place_sd = 5,
						.turn_sd = 0.1,
						.angle_sd = 0.1,
						.build = &people,
						.stiffness = 100 };
	struct leap_fit_result result;

	(void)state;
	points_of(&wanted, seen);
	for (int i = 0; i < LEAP_POINTS; i++) {
		seen[i].place = vec3_add(seen[i].place, vec3(40, 0, 0));
		seen[i].across = seen[i].along = 400;
	}
	leap_fit_pose(seen, &belief, 25, &pose, &result);
	assert_true(vec3_distance(pose.place, wanted.place) < 2);
}

/* Looks at a hand of that build, in ever new poses, as often as told. */
static void watch(struct random *random, const struct leap_pose *owner, int times,
		  struct leap_build *build)
{
	const struct leap_fit_belief belief = { .build = build, .stiffness = 10 };

	for (int i = 0; i < times; i++) {
		struct leap_pose wanted = random_pose(random), pose;
		struct leap_sighting seen[LEAP_POINTS];
		struct leap_fit_result result;

		wanted.left = owner->left;
		wanted.size = owner->size;
		memcpy(wanted.proportion, owner->proportion, sizeof(wanted.proportion));
		points_of(&wanted, seen);
		leap_fit_guess(seen, wanted.left, exp(build->mean[0]), &pose);
		memcpy(pose.proportion, build->mean + 1, sizeof(pose.proportion));
		leap_fit_pose(seen, &belief, 25, &pose, &result);
		leap_build_learn(build, &pose, result.told, belief.stiffness, 0.1);
	}
}

static void long_fingers_are_learned_in_a_while(void **state)
{
	const struct leap_pose owner = {
		.size = 0.9,
		.proportion = { 0.10, 0.18, 0.16, 0.17, 0.08, -0.06 },
	};
	struct random random = random_seed(16);
	struct leap_build build = people;

	(void)state;
	watch(&random, &owner, 60, &build);
	assert_true(fabs(build.mean[0] - log(owner.size)) < 0.02);
	for (int i = 0; i < LEAP_PROPORTIONS; i++)
		assert_true(fabs(build.mean[1 + i] - owner.proportion[i]) < 0.03);
}

static void what_was_learned_of_a_hand_yields_to_the_next(void **state)
{
	const struct leap_pose child = { .size = 0.7 }, man = { .size = 1.1 };
	struct random random = random_seed(17);
	struct leap_build build = people;

	(void)state;
	watch(&random, &child, 2000, &build);
	assert_true(fabs(build.mean[0] - log(child.size)) < 0.01);
	watch(&random, &man, 600, &build);
	assert_true(build.mean[0] > log(0.95));
}

static void a_hand_is_as_large_as_its_fingers_and_its_palm(void **state)
{
	struct leap_build build = people;

	(void)state;
	assert_float_equal(leap_build_scale(&build), 1, 1e-9);
	build.mean[0] = log(1.2);
	assert_float_equal(leap_build_scale(&build), 1.2, 1e-9);
	for (int i = 0; i < LEAP_FINGERS; i++)
		build.mean[1 + i] = log(1.1);
	build.mean[1 + LEAP_PALM_BREADTH] = log(1.1);
	assert_float_equal(leap_build_scale(&build), 1.2 * 1.1, 1e-9);
}

static void nothing_told_changes_no_belief(void **state)
{
	const double told[LEAP_BUILD][LEAP_BUILD] = { { 0 } };
	const struct leap_pose pose = { .size = 1 };
	struct leap_build build = people;

	(void)state;
	leap_build_learn(&build, &pose, told, 1, 0.1);
	for (int i = 0; i < LEAP_BUILD; i++)
		assert_true(fabs(build.mean[i]) < 1e-12);
	assert_memory_equal(build.information, people.information,
			    sizeof(build.information));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pose_that_made_the_points_is_found),
		cmocka_unit_test(long_fingers_are_learned_in_a_while),
		cmocka_unit_test(what_was_learned_of_a_hand_yields_to_the_next),
		cmocka_unit_test(nothing_told_changes_no_belief),
		cmocka_unit_test(a_hand_is_as_large_as_its_fingers_and_its_palm),
		cmocka_unit_test(an_unsure_point_hardly_counts),
		cmocka_unit_test(joints_stay_within_what_hands_can_do),
		cmocka_unit_test(a_size_that_is_known_is_kept),
		cmocka_unit_test(what_was_expected_holds_what_is_not_seen),
	};

	return cmocka_run_group_tests(tests, know_people, NULL);
}
