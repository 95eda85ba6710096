// SPDX-License-Identifier: MIT
/*
 * Recorded hands done by others: the same person does the same again, another one turns
 * bones the same way, and recordings are read as they were written. One thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <errno.h>

#include "sim/clip.h"
#include "sim/pose.h"
#include "sim/retarget.h"
#include "tests/bench/recording.h"

static void do_something(uint64_t seed, bool left, struct leap_sim_shape *ret_shape,
			 struct leap_sim_skeleton *ret_skeleton)
{
	struct leap_sim_dice d = { .seed = seed };
	struct leap_sim_angles a = leap_sim_throw_angles(&d);
	struct leap_sim_posture p = { .palm = vec3(20, 200, -10),
				      .elbow = vec3(40, 150, 300) };

	leap_sim_shape_draw(seed, left, ret_shape);
	leap_sim_posture_orient(a.yaw, a.pitch, a.roll, &p);
	leap_sim_throw_grip(&d, ret_shape, leap_sim_throw_pose(&d), &p.grip);
	leap_sim_skeleton_pose(ret_shape, &p, ret_skeleton);
}

static double worst_tip(const struct leap_sim_skeleton *a,
			const struct leap_sim_skeleton *b)
{
	double worst = 0;

	for (int k = 0; k < LEAP_FINGERS; k++)
		worst = fmax(worst, vec3_distance(a->hand.joint[k][LEAP_BTIP],
						  b->hand.joint[k][LEAP_BTIP]));
	return worst;
}

static void the_same_hand_does_the_same_again(void **state)
{
	unsigned int near = 0, count = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct leap_sim_skeleton once, again;
		struct leap_sim_posture posture;
		struct leap_sim_shape shape;
		double off;

		do_something(seed, seed & 1, &shape, &once);
		leap_sim_retarget(&once.hand, &shape, &posture);
		leap_sim_skeleton_pose(&shape, &posture, &again);
		assert_true(vec3_distance(once.hand.palm, again.hand.palm) < 1e-6);
		assert_true(vec3_distance(once.hand.normal, again.hand.normal) < 1e-6);
		off = worst_tip(&once, &again);
		near += off < 12;
		count++;
		assert_true(off < 45);
	}
	assert_true(near > count * 8 / 10);
}

static void a_recorded_hand_becomes_a_film(void **state)
{
	static uint8_t pixels[LEAP_SIM_FRAME_SIZE];
	struct leap_hands frames[30] = { 0 };
	struct leap_sim_skeleton skeleton;
	struct leap_sim_clip *clip;
	struct leap_sim_shape shape;
	struct leap_sim_sample s;

	(void)state;
	do_something(3, true, &shape, &skeleton);
	for (int i = 0; i < 30; i++) {
		frames[i].time_ns = 1000000000 + i * INT64_C(20000000);
		frames[i].count = 1;
		frames[i].hand[0] = skeleton.hand;
		frames[i].hand[0].palm.x += 2 * i;
	}
	assert_int_equal(leap_sim_clip_record(1, frames, 30, &clip), 0);
	assert_in_range(leap_sim_clip_frames(clip), 66, 68);
	leap_sim_clip_frame(clip, 0, pixels, &s);
	assert_int_equal(s.hands, 1);
	assert_true(s.hand[0].hand.left);
	assert_true(vec3_distance(s.hand[0].hand.palm, frames[0].hand[0].palm) < 1e-6);
	leap_sim_clip_frame(clip, 60, pixels, &s);
	assert_true(fabs(s.hand[0].hand.palm.x - skeleton.hand.palm.x - 52.2) < 0.5);
	leap_sim_clip_free(clip);
}

static void what_is_no_single_take_is_refused(void **state)
{
	struct leap_hands frames[3] = { { .count = 1 }, { .count = 1, .time_ns = 1 } };
	struct leap_sim_clip *clip;

	(void)state;
	assert_int_equal(leap_sim_clip_record(1, frames, 1, &clip), -EINVAL);
	frames[1].hand[0].left = true;
	assert_int_equal(leap_sim_clip_record(1, frames, 2, &clip), -EINVAL);
	frames[1].hand[0].left = false;
	frames[1].time_ns = 0;
	assert_int_equal(leap_sim_clip_record(1, frames, 2, &clip), -EINVAL);
}

#define FINGER(n)                                                          \
	"{\"id\":7" n ",\"handId\":7,\"mcpPosition\":[" n ",200,0],"       \
	"\"pipPosition\":[" n ",200,-40],\"dipPosition\":[" n ",200,-60]," \
	"\"tipPosition\":[" n ",200,-80]}"
#define LINE                                                                \
	"{\"timestamp\":%d,\"hands\":[{\"id\":7,\"type\":\"left\","         \
	"\"palmPosition\":[1,2,3],\"palmNormal\":[0,-1,0],"                 \
	"\"direction\":[0,0,-1]}],\"pointables\":[" FINGER("0") "," FINGER( \
		"1") "," FINGER("2") "," FINGER("3") "," FINGER("4") "]}\n"

/* A hundred frames with a hand, or as many without what a hand needs. */
static void write_recording(const char *path, bool hands)
{
	char command[128];
	FILE *gzip;

	snprintf(command, sizeof(command), "gzip -c > '%s'", path);
	gzip = popen(command, "w");
	assert_non_null(gzip);
	for (int i = 0; i < 100; i++) {
		if (hands)
			fprintf(gzip, LINE, 1000000 + i * 9000);
		else
			fprintf(gzip, "{\"hands\":[%d]}\n", i);
	}
	assert_int_equal(pclose(gzip), 0);
}

static void a_recording_is_read_as_it_was_written(void **state)
{
	char path[] = "/tmp/test-retarget-XXXXXX";
	struct recording recording;
	unsigned int start = 0, first;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	write_recording(path, true);
	assert_int_equal(recording_read(path, &recording), 0);
	assert_int_equal(recording.count, 100);
	assert_int_equal(recording_take(&recording, &start, &first), 100);
	assert_int_equal(first, 0);
	assert_int_equal(recording_take(&recording, &start, &first), 0);
	assert_true(recording.frames[0].hand[0].left);
	assert_true(recording.frames[5].hand[0].palm.z == 3);
	assert_true(recording.frames[5].hand[0].joint[LEAP_RING][LEAP_BTIP].x == 3);
	assert_int_equal(recording.frames[1].time_ns - recording.frames[0].time_ns,
			 9000000);
	recording_free(&recording);

	write_recording(path, false);
	assert_int_equal(recording_read(path, &recording), -EBADMSG);
	unlink(path);
	assert_int_equal(recording_read(path, &recording), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_hand_does_the_same_again),
		cmocka_unit_test(a_recorded_hand_becomes_a_film),
		cmocka_unit_test(what_is_no_single_take_is_refused),
		cmocka_unit_test(a_recording_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
