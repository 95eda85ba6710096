// SPDX-License-Identifier: MIT
// Bases of palm, arm and bones, also of hands that have none.
// Single-threaded.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/motion/bones.h"
#include "posed_hand.h"
#include "tests/unit/random.h"

static void assert_vec3(struct vec3 a, struct vec3 b, double tolerance)
{
	if (!(vec3_distance(a, b) <= tolerance))
		fail_msg("(%g %g %g) is not (%g %g %g)", a.x, a.y, a.z, b.x, b.y, b.z);
}

static void assert_basis(const struct mat3 *basis, bool left)
{
	for (int i = 0; i < 3; i++) {
		assert_float_equal(vec3_length(basis->row[i]), 1.0, 1e-9);
		assert_float_equal(vec3_dot(basis->row[i], basis->row[(i + 1) % 3]),
				   0.0, 1e-9);
	}
	assert_float_equal(mat3_determinant(basis), left ? -1.0 : 1.0, 1e-9);
}

static void a_right_palm_facing_down_has_the_world_axes(void **state)
{
	struct mat3 palm = leap_palm_basis(false, vec3(0, -1, 0), vec3(0, 0, -1));

	(void)state;
	assert_vec3(palm.row[0], vec3(1, 0, 0), 1e-12);
	assert_vec3(palm.row[1], vec3(0, 1, 0), 1e-12);
	assert_vec3(palm.row[2], vec3(0, 0, 1), 1e-12);
}

static void a_left_palm_is_its_mirror_image(void **state)
{
	struct mat3 palm = leap_palm_basis(true, vec3(0, -1, 0), vec3(0, 0, -1));

	(void)state;
	assert_vec3(palm.row[0], vec3(-1, 0, 0), 1e-12);
	assert_vec3(palm.row[1], vec3(0, 1, 0), 1e-12);
}

static void the_thumb_metacarpal_is_the_recorded_one(void **state)
{
	struct hand_pose pose = { .palm = vec3(0, 200, 0) };
	struct leap_tracked_hand hand = posed_hand(&pose);
	struct mat3 palm = mat3_identity(), bases[LEAP_BONES];

	(void)state;
	leap_finger_bases(false, LEAP_THUMB, &palm, hand.joint[LEAP_THUMB], bases);
	assert_vec3(bases[0].row[0], vec3(0.402397, 0.894427, -0.195133), 1e-5);
	assert_vec3(bases[0].row[1], vec3(-0.804794, 0.447214, 0.390264), 1e-5);
	assert_vec3(bases[0].row[2], vec3(0.436330, 0, 0.899787), 1e-5);
}

static void check_finger(const struct leap_tracked_hand *hand, int finger)
{
	struct mat3 palm = leap_palm_basis(hand->left, hand->normal, hand->direction);
	const struct vec3 *joint = hand->joint[finger];
	struct mat3 bases[LEAP_BONES];

	leap_finger_bases(hand->left, finger, &palm, joint, bases);
	for (int bone = 0; bone < LEAP_BONES; bone++) {
		assert_basis(&bases[bone], hand->left);
		if (vec3_distance(joint[bone], joint[bone + 1]) > 1.0)
			assert_vec3(bases[bone].row[2],
				    vec3_unit_or(vec3_sub(joint[bone], joint[bone + 1]),
						 vec3(0, 0, 0)),
				    1e-9);
	}
}

static void bones_point_to_the_wrist_in_every_pose(void **state)
{
	struct random random = random_seed(1);

	(void)state;
	for (int i = 0; i < 5000; i++) {
		struct hand_pose pose = {
			.left = i & 1,
			.palm = vec3(0, 200, 0),
			.yaw = random_between(&random, -M_PI, M_PI),
			.pitch = random_between(&random, -M_PI, M_PI),
			.roll = random_between(&random, -M_PI, M_PI),
		};
		struct leap_tracked_hand hand;

		for (int finger = 0; finger < LEAP_FINGERS; finger++)
			pose.curl[finger] = random_between(&random, -0.1, 1.0);
		hand = posed_hand(&pose);
		for (int finger = 0; finger < LEAP_FINGERS; finger++)
			check_finger(&hand, finger);
	}
}

static void a_bent_finger_bends_about_its_x_axis(void **state)
{
	struct hand_pose pose = { .curl = { 0.5, 0.5, 0.5, 0.5, 0.5 }, .roll = 1.0 };
	struct leap_tracked_hand hand = posed_hand(&pose);
	struct mat3 palm = leap_palm_basis(false, hand.normal, hand.direction);
	struct mat3 bases[LEAP_BONES];

	(void)state;
	for (int finger = LEAP_INDEX; finger < LEAP_FINGERS; finger++) {
		leap_finger_bases(false, finger, &palm, hand.joint[finger], bases);
		assert_vec3(bases[1].row[0], bases[2].row[0], 1e-9);
		assert_vec3(bases[1].row[0], bases[3].row[0], 1e-9);
		assert_true(vec3_dot(bases[1].row[0], palm.row[0]) > 0.9);
		assert_true(vec3_dot(bases[1].row[1], palm.row[1]) > 0.0);
	}
}

/* Through straight, x must neither jump nor turn over. */
static void x_keeps_its_side_while_a_finger_straightens(void **state)
{
	struct mat3 palm = mat3_identity(), bases[LEAP_BONES];
	struct vec3 previous = { 0 };

	(void)state;
	for (double bend = 0.3; bend > -0.1; bend -= 0.001) {
		struct vec3 joint[LEAP_JOINTS] = {
			vec3(0, 0, 60),
			vec3(0, 0, 0),
			vec3(0, 0, -40),
			vec3(0, -20 * sin(bend / 2), -40 - 20 * cos(bend / 2)),
		};

		joint[LEAP_BTIP] = vec3_add(joint[LEAP_DIP],
					    vec3(0, -15 * sin(bend), -15 * cos(bend)));
		leap_finger_bases(false, LEAP_INDEX, &palm, joint, bases);
		if (bend < 0.3)
			assert_true(vec3_distance(previous, bases[1].row[0]) < 0.05);
		previous = bases[1].row[0];
	}
	assert_true(previous.x > 0.9);
}

static void the_arm_points_to_the_elbow(void **state)
{
	struct mat3 palm = leap_palm_basis(true, vec3(0, -1, 0), vec3(0, 0, -1));
	struct mat3 arm =
		leap_arm_basis(true, &palm, vec3(0, 200, 60), vec3(0, 140, 280));

	(void)state;
	assert_basis(&arm, true);
	assert_vec3(arm.row[2], vec3_unit_or(vec3(0, -60, 220), vec3(0, 0, 0)), 1e-12);
	assert_vec3(arm.row[0], vec3(-1, 0, 0), 1e-12);
}

static void hands_without_extent_still_have_bases(void **state)
{
	static const struct vec3 axes[] = {
		{ 0, 0, 0 },	 { 1, 0, 0 },	{ 0, 1, 0 },	       { 0, 0, -1 },
		{ 0, 0, 1e-30 }, { 1e6, 1, 0 }, { -0.5, 1e-9, 0.866 },
	};
	const size_t count = sizeof(axes) / sizeof(*axes);

	(void)state;
	for (size_t i = 0; i < count * count; i++) {
		bool left = i % 2;
		struct mat3 palm =
			leap_palm_basis(left, axes[i / count], axes[i % count]);
		struct mat3 arm =
			leap_arm_basis(left, &palm, vec3(0, 0, 0), axes[i % count]);
		struct mat3 bases[LEAP_BONES];
		struct vec3 joint[LEAP_JOINTS] = { 0 };

		assert_basis(&palm, left);
		assert_basis(&arm, left);
		for (int finger = 0; finger < LEAP_FINGERS; finger++) {
			joint[LEAP_JOINTS - 1] = axes[i % count];
			leap_finger_bases(left, finger, &palm, joint, bases);
			for (int bone = 0; bone < LEAP_BONES; bone++)
				assert_basis(&bases[bone], left);
		}
	}
}

/* Bones of a hand of scale 1 against what the original reported for one. */
static void lengths_and_widths_are_those_of_the_original(void **state)
{
	static const double length[LEAP_FINGERS] = { 48.256, 54.451, 62.043, 59.656,
						     46.769 };
	static const double width[LEAP_FINGERS] = { 18.75, 17.91, 17.59, 16.74, 14.87 };
	struct hand_pose pose = { .curl = { 0.3, 0.1, 0.9, 0.5, 0.0 } };
	struct leap_tracked_hand hand = posed_hand(&pose);

	(void)state;
	for (int finger = 0; finger < LEAP_FINGERS; finger++) {
		assert_float_equal(leap_finger_length(finger, hand.joint[finger]),
				   length[finger], 0.01);
		assert_float_equal(leap_finger_width(finger, hand.palm_width),
				   width[finger], 0.01);
	}
}

static void the_tip_lies_four_to_five_millimetres_before_the_bone_s_end(void **state)
{
	struct hand_pose pose = { .curl = { 0.3, 0.1, 0.9, 0.5, 0.0 } };
	struct leap_tracked_hand hand = posed_hand(&pose);

	(void)state;
	for (int finger = 0; finger < LEAP_FINGERS; finger++) {
		const struct vec3 *joint = hand.joint[finger];
		double before = vec3_distance(leap_fingertip(joint), joint[LEAP_BTIP]);

		assert_true(before > 3.5 && before < 5.5);
		assert_float_equal(
			before + vec3_distance(leap_fingertip(joint), joint[LEAP_DIP]),
			vec3_distance(joint[LEAP_DIP], joint[LEAP_BTIP]), 1e-9);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_right_palm_facing_down_has_the_world_axes),
		cmocka_unit_test(a_left_palm_is_its_mirror_image),
		cmocka_unit_test(the_thumb_metacarpal_is_the_recorded_one),
		cmocka_unit_test(bones_point_to_the_wrist_in_every_pose),
		cmocka_unit_test(a_bent_finger_bends_about_its_x_axis),
		cmocka_unit_test(x_keeps_its_side_while_a_finger_straightens),
		cmocka_unit_test(the_arm_points_to_the_elbow),
		cmocka_unit_test(hands_without_extent_still_have_bases),
		cmocka_unit_test(lengths_and_widths_are_those_of_the_original),
		cmocka_unit_test(
			the_tip_lies_four_to_five_millimetres_before_the_bone_s_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
