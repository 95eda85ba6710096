// SPDX-License-Identifier: MIT
/*
 * What readers of the state are promised, with readers in threads of their own.
 * Each test owns its state; threads share it only through daemon/state/state.h.
 */
#include "daemon/state/state.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define READERS 4
#define PUBLICATIONS 5000

static struct leap_state *new_state(void)
{
	struct leap_state *state;

	leap_state_reader_begin();
	assert_int_equal(leap_state_new(&state), 0);
	return state;
}

static void end_state(struct leap_state *state)
{
	leap_state_free(state);
	leap_state_reader_end();
}

/* A frame in which every field tells the same number, so that a mixture shows. */
static struct leap_frame numbered_frame(int64_t number)
{
	struct leap_frame frame = { .id = number, .timestamp_us = number };
	unsigned int i;

	for (i = 0; i < LEAP_GESTURES_MAX; i++)
		frame.gesture[i].id = (int32_t)number;
	return frame;
}

static bool frame_is_whole(const struct leap_frame *frame)
{
	unsigned int i;

	if (frame->timestamp_us != frame->id)
		return false;
	for (i = 0; i < LEAP_GESTURES_MAX; i++)
		if (frame->gesture[i].id != (int32_t)frame->id)
			return false;
	return true;
}

static void starts_without_frame_and_devices(void **arg)
{
	struct leap_state *state = new_state();

	(void)arg;
	leap_state_read_lock();
	assert_null(leap_state_frame(state));
	assert_int_equal(leap_state_devices(state)->count, 0);
	leap_state_read_unlock();
	end_state(state);
}

static void shows_the_newest_frame(void **arg)
{
	struct leap_state *state = new_state();
	struct leap_frame frame = numbered_frame(7);

	(void)arg;
	assert_int_equal(leap_state_publish_frame(state, &frame), 0);
	frame.id = 8; /* the state has its own copy */
	leap_state_read_lock();
	assert_int_equal(leap_state_frame(state)->id, 7);
	leap_state_read_unlock();
	end_state(state);
}

static void keeps_a_device_under_its_id(void **arg)
{
	struct leap_state *state = new_state();
	struct leap_device_state device = { "LP00000000001", "peripheral", true, true };

	(void)arg;
	assert_int_equal(leap_state_publish_device(state, &device), 0);
	device.attached = device.streaming = false;
	assert_int_equal(leap_state_publish_device(state, &device), 0);
	strcpy(device.id, "LP00000000002");
	device.attached = true;
	assert_int_equal(leap_state_publish_device(state, &device), 0);
	leap_state_read_lock();
	assert_int_equal(leap_state_devices(state)->count, 2);
	assert_false(leap_state_devices(state)->device[0].attached);
	assert_true(leap_state_devices(state)->device[1].attached);
	leap_state_read_unlock();
	end_state(state);
}

static void publish_device(struct leap_state *state, const char *id, bool attached)
{
	struct leap_device_state device = { .type = "peripheral",
					    .attached = attached,
					    .streaming = attached };

	strcpy(device.id, id);
	assert_int_equal(leap_state_publish_device(state, &device), 0);
}

static struct leap_devices devices_of(const struct leap_state *state)
{
	struct leap_devices devices;

	leap_state_read_lock();
	devices = *leap_state_devices(state);
	leap_state_read_unlock();
	return devices;
}

static void each_plugging_in_has_a_number_of_its_own(void **arg)
{
	struct leap_state *state = new_state();
	unsigned int first, second;

	(void)arg;
	publish_device(state, "LP0", true);
	first = devices_of(state).device[0].plugged;
	publish_device(state, "LP0", true); /* something else of it has changed */
	assert_int_equal(devices_of(state).device[0].plugged, first);
	publish_device(state, "LP1", true);
	second = devices_of(state).device[1].plugged;
	assert_int_not_equal(second, first);
	publish_device(state, "LP0", false);
	publish_device(state, "LP0", true);
	assert_int_not_equal(devices_of(state).device[0].plugged, first);
	assert_int_not_equal(devices_of(state).device[0].plugged, second);
	end_state(state);
}

static void it_is_counted_how_often_none_was_left(void **arg)
{
	struct leap_state *state = new_state();

	(void)arg;
	publish_device(state, "LP0", false);
	assert_int_equal(devices_of(state).absences, 0);
	publish_device(state, "LP0", true);
	publish_device(state, "LP1", true);
	publish_device(state, "LP0", false);
	assert_int_equal(devices_of(state).absences, 0);
	publish_device(state, "LP1", false);
	assert_int_equal(devices_of(state).absences, 1);
	publish_device(state, "LP1", false);
	assert_int_equal(devices_of(state).absences, 1);
	publish_device(state, "LP1", true);
	publish_device(state, "LP1", false);
	assert_int_equal(devices_of(state).absences, 2);
	end_state(state);
}

static void refuses_a_device_too_many(void **arg)
{
	struct leap_state *state = new_state();
	struct leap_device_state device = { "LP0", "peripheral", true, true };
	unsigned int i;

	(void)arg;
	for (i = 0; i < LEAP_DEVICES_MAX; i++) {
		device.id[2] = '0' + i;
		assert_int_equal(leap_state_publish_device(state, &device), 0);
	}
	device.id[2] = 'X';
	assert_int_equal(leap_state_publish_device(state, &device), -ENOSPC);
	end_state(state);
}

static void a_new_device_takes_the_place_of_one_that_is_gone(void **arg)
{
	struct leap_state *state = new_state();
	struct leap_device_state device = { "LP0", "peripheral", true, true };
	unsigned int i;

	(void)arg;
	for (i = 0; i < 3 * LEAP_DEVICES_MAX; i++) {
		device.id[2] = 'A' + i;
		device.attached = device.streaming = true;
		assert_int_equal(leap_state_publish_device(state, &device), 0);
		device.attached = device.streaming = false;
		assert_int_equal(leap_state_publish_device(state, &device), 0);
	}
	leap_state_read_lock();
	assert_int_equal(leap_state_devices(state)->count, LEAP_DEVICES_MAX);
	leap_state_read_unlock();
	end_state(state);
}

static void what_is_read_stays_until_the_unlock(void **arg)
{
	struct leap_state *state = new_state();
	struct leap_frame frame = numbered_frame(1);
	const struct leap_frame *held;
	int64_t i;

	(void)arg;
	assert_int_equal(leap_state_publish_frame(state, &frame), 0);
	leap_state_read_lock();
	held = leap_state_frame(state);
	for (i = 2; i < 20; i++) {
		frame = numbered_frame(i);
		assert_int_equal(leap_state_publish_frame(state, &frame), 0);
	}
	assert_int_equal(held->id, 1);
	assert_true(frame_is_whole(held));
	leap_state_read_unlock();
	end_state(state);
}

static void a_reader_that_never_lets_go_costs_bounded_memory(void **arg)
{
	struct leap_state *state = new_state();
	struct leap_frame frame = numbered_frame(1);
	unsigned int published = 0, tries;

	(void)arg;
	leap_state_read_lock();
	while (published < 10000 && leap_state_publish_frame(state, &frame) == 0)
		published++;
	assert_in_range(published, 2, 1000);
	leap_state_read_unlock();
	for (tries = 0; leap_state_publish_frame(state, &frame) && tries < 1000;
	     tries++)
		usleep(10000);
	assert_true(tries < 1000);
	end_state(state);
}

static void count_notification(void *data)
{
	(*(unsigned int *)data)++;
}

static void each_publication_is_told_to_all_who_watch(void **arg)
{
	struct leap_state *state = new_state();
	struct leap_device_state device = { "LP00000000001", "peripheral", true, true };
	struct leap_frame frame = numbered_frame(1);
	unsigned int told[3] = { 0 };
	struct leap_state_watch watch[3];
	int i;

	(void)arg;
	for (i = 0; i < 3; i++) {
		watch[i].notify = count_notification;
		watch[i].data = &told[i];
		leap_state_watch(state, &watch[i]);
	}
	leap_state_publish_frame(state, &frame);
	leap_state_publish_device(state, &device);
	for (i = 0; i < 3; i++)
		assert_int_equal(told[i], 2);
	leap_state_unwatch(state, &watch[1]);
	leap_state_unwatch(state, &watch[1]); /* once more changes nothing */
	leap_state_publish_frame(state, &frame);
	assert_int_equal(told[0], 3);
	assert_int_equal(told[1], 2);
	assert_int_equal(told[2], 3);
	leap_state_unwatch(state, &watch[0]);
	leap_state_unwatch(state, &watch[2]);
	leap_state_publish_frame(state, &frame);
	assert_int_equal(told[0] + told[1] + told[2], 8);
	end_state(state);
}

struct reading {
	struct leap_state *state;
	atomic_bool *done;
	unsigned int torn;
	unsigned int backwards;
	unsigned int unknown_devices;
	unsigned int seen;
};

static void *read_until_done(void *arg)
{
	struct reading *reading = arg;
	int64_t last = 0;

	leap_state_reader_begin();
	while (!atomic_load(reading->done) || reading->seen == 0) {
		const struct leap_frame *frame;
		const struct leap_devices *devices;

		leap_state_read_lock();
		frame = leap_state_frame(reading->state);
		devices = leap_state_devices(reading->state);
		if (frame) {
			reading->torn += !frame_is_whole(frame);
			reading->backwards += frame->id < last;
			last = frame->id;
			reading->seen++;
		}
		if (devices->count > 1 ||
		    (devices->count &&
		     devices->device[0].streaming != devices->device[0].attached))
			reading->unknown_devices++;
		leap_state_read_unlock();
	}
	leap_state_reader_end();
	return NULL;
}

static void readers_see_whole_frames_in_order(void **arg)
{
	struct leap_state *state = new_state();
	struct leap_device_state device = { "LP00000000001", "peripheral", true, true };
	struct reading reading[READERS];
	pthread_t thread[READERS];
	atomic_bool done = false;
	int64_t number;
	int i;

	(void)arg;
	for (i = 0; i < READERS; i++) {
		reading[i] = (struct reading){ .state = state, .done = &done };
		assert_int_equal(
			pthread_create(&thread[i], NULL, read_until_done, &reading[i]),
			0);
	}
	for (number = 1; number <= PUBLICATIONS; number++) {
		struct leap_frame frame = numbered_frame(number);

		while (leap_state_publish_frame(state, &frame) == -ENOMEM)
			usleep(1000); /* faster than any camera: let them be freed */
		if (number % 100 == 0) {
			device.attached = device.streaming = number % 200 == 0;
			assert_int_equal(leap_state_publish_device(state, &device), 0);
		}
	}
	atomic_store(&done, true);
	for (i = 0; i < READERS; i++) {
		pthread_join(thread[i], NULL);
		assert_int_equal(reading[i].torn, 0);
		assert_int_equal(reading[i].backwards, 0);
		assert_int_equal(reading[i].unknown_devices, 0);
		assert_true(reading[i].seen > 0);
	}
	end_state(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_without_frame_and_devices),
		cmocka_unit_test(shows_the_newest_frame),
		cmocka_unit_test(keeps_a_device_under_its_id),
		cmocka_unit_test(each_plugging_in_has_a_number_of_its_own),
		cmocka_unit_test(it_is_counted_how_often_none_was_left),
		cmocka_unit_test(refuses_a_device_too_many),
		cmocka_unit_test(a_new_device_takes_the_place_of_one_that_is_gone),
		cmocka_unit_test(what_is_read_stays_until_the_unlock),
		cmocka_unit_test(a_reader_that_never_lets_go_costs_bounded_memory),
		cmocka_unit_test(each_publication_is_told_to_all_who_watch),
		cmocka_unit_test(readers_see_whole_frames_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
