// SPDX-License-Identifier: MIT
/*
 * What the daemon writes, the library reads: every value of a frame arrives.
 * The daemon's side is in door.c, as both have a struct leap_frame.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "door.h"
#include "lib/decode.h"

static _Alignas(8) unsigned char bytes[LEAP_WIRE_MESSAGE_MAX];

static void expect_point(struct leap_vector v, double id, double n)
{
	assert_true(v.x == (float)(id + n));
	assert_true(v.y == (float)(id + n + 0.25));
	assert_true(v.z == (float)(id + n + 0.5));
}

static void expect_hand(const struct leap_hand *hand, int index, double id)
{
	double n = 1000.0 * (index + 1);

	assert_int_equal(hand->id, index + 1);
	assert_int_equal(hand->is_left, index == 1);
	assert_true(hand->confidence == 0.5F);
	expect_point(hand->palm_position, id, n);
	expect_point(hand->palm_velocity, id, n + 1);
	expect_point(hand->stabilized_palm_position, id, n + 2);
	assert_true(hand->palm_width == (float)(n + 3));
	expect_point(hand->wrist_position, id, n + 4);
	expect_point(hand->arm.prev_joint, id, n + 5);
	expect_point(hand->arm.next_joint, id, n + 4);
	assert_true(hand->arm.width == (float)(n + 6));
	assert_true(hand->grab_angle == 0.25F);
	assert_true(hand->grab_strength == 0.125F);
	assert_true(hand->pinch_distance == (float)(n + 7));
	assert_true(hand->pinch_strength == 0.75F);
	expect_point(hand->sphere_center, id, n + 8);
	assert_true(hand->sphere_radius == (float)(n + 9));
	assert_true(hand->time_visible == 1.5F);
	expect_point(hand->motion.translation, id, n + 10);
}

static void expect_fingers(const struct leap_hand *hand, int index, double id)
{
	double n = 1000.0 * (index + 1);

	for (int i = 0; i < LEAP_FINGER_COUNT; i++) {
		const struct leap_pointable *finger = &hand->finger[i];

		assert_int_equal(finger->id, hand->id * 10 + i);
		assert_int_equal(finger->hand_id, hand->id);
		assert_int_equal(finger->finger, i);
		assert_false(finger->is_tool);
		assert_int_equal(finger->is_extended, i != 3);
		expect_point(finger->tip_position, id, n + 20 + i);
		expect_point(finger->tip_velocity, id, n + 30 + i);
		expect_point(finger->stabilized_tip_position, id, n + 40 + i);
		assert_true(finger->direction.z == -1);
		assert_true(finger->length == (float)(50 + i));
		assert_true(finger->width == (float)(15 + i));
		assert_int_equal(finger->touch_zone, LEAP_ZONE_HOVERING);
		for (int b = 0; b < LEAP_BONE_COUNT; b++) {
			assert_true(finger->bone[b].prev_joint.z == (float)(-30 * b));
			assert_true(finger->bone[b].next_joint.z ==
				    (float)(-30 * (b + 1)));
			assert_true(finger->bone[b].length == 30);
			assert_true(finger->bone[b].basis.y.y == 1);
		}
	}
}

static void every_value_of_a_frame_arrives(void **state)
{
	size_t size = door_encode(42, 2, bytes);
	static struct leap_frame frame;

	(void)state;
	assert_int_equal(leap_decode_frame(bytes, size, &frame, NULL), 0);
	assert_int_equal(frame.id, 42);
	assert_int_equal(frame.timestamp, 42 * 8696);
	assert_true(frame.frame_rate == 115);
	assert_true(frame.box_center.y == 200);
	assert_true(frame.box_size.z == 147);
	assert_true(frame.motion.scale == 42.0F / 1024);
	expect_point(frame.motion.translation, 42, 7);
	assert_int_equal(frame.hand_count, 2);
	for (int i = 0; i < 2; i++) {
		expect_hand(&frame.hand[i], i, 42);
		expect_fingers(&frame.hand[i], i, 42);
	}
	assert_int_equal(frame.tool_count, 1);
	assert_true(frame.tool[0].is_tool);
	assert_int_equal(frame.tool[0].id, 95);
	assert_true(frame.tool[0].length == 120);
}

static void left_hands_have_a_left_handed_basis(void **state)
{
	size_t size = door_encode(1, 2, bytes);
	static struct leap_frame frame;

	(void)state;
	assert_int_equal(leap_decode_frame(bytes, size, &frame, NULL), 0);
	/* palm down, fingers away: the little finger is to the right of a right hand */
	assert_true(frame.hand[0].basis.x.x == 1);
	assert_true(frame.hand[1].basis.x.x == -1);
	for (int i = 0; i < 2; i++) {
		assert_true(frame.hand[i].basis.y.y == 1);
		assert_true(frame.hand[i].basis.z.z == 1);
	}
}

static void a_frame_cut_off_anywhere_is_refused(void **state)
{
	size_t size = door_encode(7, 2, bytes);
	static struct leap_frame frame;

	(void)state;
	for (size_t cut = 0; cut < size; cut++) {
		/* of its exact size, so that a byte too far is noticed */
		void *part = malloc(cut ? cut : 1);

		memcpy(part, bytes, cut);
		assert_int_equal(leap_decode_frame(part, cut, &frame, NULL), -EBADMSG);
		free(part);
	}
}

static void records_of_a_later_version_are_read_as_far_as_they_are_known(void **state)
{
	static _Alignas(8) unsigned char longer[LEAP_WIRE_MESSAGE_MAX];
	size_t size = door_encode(9, 1, bytes), at, to;
	struct leap_wire_frame *head = (void *)longer;
	const struct leap_wire_frame *from = (const void *)bytes;
	static struct leap_frame frame;

	(void)state;
	(void)size;
	memcpy(longer, bytes, sizeof(*head));
	head->frame_size += 8;
	head->hand_size += 4;
	head->pointable_size += 12;
	at = sizeof(*head);
	to = sizeof(*head) + 8;
	memcpy(longer + to, bytes + at, from->hand_size);
	at += from->hand_size;
	to += from->hand_size + 4;
	for (int i = 0; i < from->pointable_count; i++) {
		memcpy(longer + to, bytes + at, from->pointable_size);
		at += from->pointable_size;
		to += from->pointable_size + 12;
	}
	assert_int_equal(leap_decode_frame(longer, to, &frame, NULL), 0);
	expect_hand(&frame.hand[0], 0, 9);
	expect_fingers(&frame.hand[0], 0, 9);
	assert_int_equal(frame.tool[0].id, 95);
}

static void counts_and_sizes_that_do_not_fit_are_refused(void **state)
{
	size_t size = door_encode(9, 1, bytes);
	struct leap_wire_frame *head = (void *)bytes;
	static struct leap_frame frame;

	(void)state;
	head->hand_count = UINT16_MAX;
	assert_int_equal(leap_decode_frame(bytes, size, &frame, NULL), -EBADMSG);
	head->hand_count = 1;
	head->hand_size = 0;
	assert_int_equal(leap_decode_frame(bytes, size, &frame, NULL), -EBADMSG);
	head->hand_size = sizeof(struct leap_wire_hand);
	head->frame_size = sizeof(*head) + 2;
	assert_int_equal(leap_decode_frame(bytes, size, &frame, NULL), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_of_a_frame_arrives),
		cmocka_unit_test(left_hands_have_a_left_handed_basis),
		cmocka_unit_test(a_frame_cut_off_anywhere_is_refused),
		cmocka_unit_test(
			records_of_a_later_version_are_read_as_far_as_they_are_known),
		cmocka_unit_test(counts_and_sizes_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
