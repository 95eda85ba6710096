// SPDX-License-Identifier: MIT
/*
 * The stream recovers from whatever happens on the wire, and the counters say so.
 * One thread; a fresh stream for each test on one controller.
 */
#include "tests/kernel/guest/scenario.h"

struct trial {
	struct rig *rig;
	struct ring ring;
	uint32_t lost, short_frames, errors, restarts;
};

/* A stream that runs without a flaw, and what the counters say then. */
static int begin(void **state)
{
	struct trial *trial = *state;

	ring_open(&trial->ring, trial->rig->device, O_RDONLY);
	assert_int_equal(ioctl(trial->ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&trial->ring, 3);
	trial->lost = trial->ring.header->lost;
	trial->short_frames = trial->ring.header->short_frames;
	trial->errors = trial->ring.header->errors;
	trial->restarts = trial->ring.header->restarts;
	return 0;
}

static int end(void **state)
{
	struct trial *trial = *state;

	ring_close(&trial->ring);
	return 0;
}

/* Frames that were published with a flaw, or not at all. */
static uint32_t harm(const struct trial *trial)
{
	const volatile struct leap_ring_header *header = trial->ring.header;

	return header->lost - trial->lost + header->short_frames - trial->short_frames;
}

/* In real time a busy machine may cost more frames than the fault does. */
static void assert_harm(const struct trial *trial, uint32_t least, uint32_t most)
{
	assert_in_range(harm(trial), least, clock_is_virtual() ? most : UINT32_MAX);
}

static void cause(struct trial *trial, const char *fault)
{
	rig_say(trial->rig, fault);
	sleep_ms(300);
}

/* From now on, whole frames come without a new fault. */
static void assert_recovers(struct trial *trial)
{
	uint32_t errors;

	ring_wait_whole(&trial->ring, 5);
	errors = trial->ring.header->errors;
	ring_wait_whole(&trial->ring, 20);
	assert_int_equal(trial->ring.header->errors, errors);
	assert_int_equal(trial->ring.header->state, LEAP_STATE_STREAMING);
}

static void test_a_stalled_endpoint_is_cleared(void **state)
{
	struct trial *trial = *state;

	cause(trial, "stall 1");
	assert_recovers(trial);
	assert_true(trial->ring.header->restarts != trial->restarts);
	assert_harm(trial, 1, 2);
}

static void test_a_stall_that_comes_back_is_cleared_again(void **state)
{
	struct trial *trial = *state;

	cause(trial, "stall 5");
	assert_recovers(trial);
	assert_true(trial->ring.header->restarts - trial->restarts >= 5);
}

static void test_protocol_errors_cost_frames_and_nothing_else(void **state)
{
	struct trial *trial = *state;

	cause(trial, "eproto 3");
	assert_recovers(trial);
	assert_true(trial->ring.header->errors != trial->errors);
	assert_harm(trial, 1, 3);
	assert_int_equal(trial->ring.header->restarts, trial->restarts);
}

static void test_many_protocol_errors_in_a_row_are_survived(void **state)
{
	struct trial *trial = *state;

	cause(trial, "eproto 200");
	assert_recovers(trial);
	assert_true(trial->ring.header->errors - trial->errors >= 32);
}

static void test_checksum_errors_cost_frames_and_nothing_else(void **state)
{
	struct trial *trial = *state;

	cause(trial, "eilseq 3");
	assert_recovers(trial);
	assert_true(trial->ring.header->errors != trial->errors);
	assert_harm(trial, 1, 3);
}

static void test_babble_costs_frames_and_nothing_else(void **state)
{
	struct trial *trial = *state;

	cause(trial, "overflow 3");
	assert_recovers(trial);
	assert_true(trial->ring.header->errors != trial->errors);
	assert_harm(trial, 1, 3);
}

static void test_a_payload_cut_short_makes_a_short_frame(void **state)
{
	struct trial *trial = *state;

	cause(trial, "short 1");
	assert_recovers(trial);
	assert_harm(trial, 1, 1);
	assert_int_equal(trial->ring.header->restarts, trial->restarts);
}

static void test_a_lost_payload_makes_a_short_frame(void **state)
{
	struct trial *trial = *state;

	cause(trial, "lose 1");
	assert_recovers(trial);
	assert_harm(trial, 1, 1);
	assert_int_equal(trial->ring.header->restarts, trial->restarts);
}

static void test_many_lost_payloads_are_counted_as_lost_frames(void **state)
{
	struct trial *trial = *state;

	/* 19 payloads are a frame: five frames are gone, whole or in part. */
	cause(trial, "lose 95");
	assert_recovers(trial);
	assert_harm(trial, 5, 6);
}

static void test_empty_transfers_do_no_harm(void **state)
{
	struct trial *trial = *state;

	cause(trial, "zlp 20");
	assert_recovers(trial);
	assert_harm(trial, 0, 0);
	assert_int_equal(trial->ring.header->restarts, trial->restarts);
}

static void test_flagged_frames_are_published_and_marked(void **state)
{
	struct trial *trial = *state;
	uint32_t sequence = ring_head(&trial->ring);
	unsigned int flagged = 0;
	uint64_t number, until = now_ns() + 2000000000ULL;

	rig_say(trial->rig, "short 1");
	while (!flagged && now_ns() < until) {
		ring_wait(&trial->ring, sequence);
		sequence = ring_next(sequence);
		switch (ring_check(&trial->ring, sequence, NULL, &number, NULL)) {
		case FRAME_FLAGGED:
			flagged++;
			break;
		case FRAME_TORN:
			fail_msg("frame %u is torn", sequence);
		default:
			break;
		}
	}
	assert_int_equal(flagged, 1);
}

static void test_a_frozen_device_is_seen_and_started_again(void **state)
{
	struct trial *trial = *state;
	uint64_t until = now_ns() + 5000000000ULL;

	rig_say(trial->rig, "freeze");
	while (trial->ring.header->restarts == trial->restarts && now_ns() < until)
		sleep_ms(10);
	assert_true(trial->ring.header->restarts != trial->restarts);
	assert_int_equal(trial->ring.header->state, LEAP_STATE_STALLED);
	rig_say(trial->rig, "thaw");
	assert_recovers(trial);
}

static void test_nonsense_on_the_control_pipe_does_not_stop_the_stream(void **state)
{
	struct trial *trial = *state;
	struct leap_control control = { .id = LEAP_CONTROL_EXPOSURE };

	rig_say(trial->rig, "garbage-control 20");
	sleep_ms(50);
	for (unsigned int i = 0; i < 10; i++)
		ioctl(trial->ring.fd, LEAP_IOC_CONTROL_GET, &control);
	rig_say(trial->rig, "garbage-control 0");
	assert_recovers(trial);
	assert_harm(trial, 0, 0);
}

static void test_starting_on_nonsense_answers_fails_or_works_and_then_works(
	void **state)
{
	struct trial *trial = *state;

	assert_int_equal(ioctl(trial->ring.fd, LEAP_IOC_STOP), 0);
	rig_say(trial->rig, "garbage-control 1000");
	sleep_ms(50);
	if (ioctl(trial->ring.fd, LEAP_IOC_START))
		assert_int_equal(errno, EIO);
	rig_say(trial->rig, "garbage-control 0");
	sleep_ms(50);
	assert_int_equal(ioctl(trial->ring.fd, LEAP_IOC_START), 0);
	assert_recovers(trial);
}

static void test_stopping_while_the_endpoint_is_stalled_leaves_it_usable(void **state)
{
	struct trial *trial = *state;

	for (unsigned int i = 0; i < 5; i++) {
		rig_say(trial->rig, "stall 1");
		sleep_ms(5 * i);
		assert_int_equal(ioctl(trial->ring.fd, LEAP_IOC_STOP), 0);
		assert_int_equal(ioctl(trial->ring.fd, LEAP_IOC_START), 0);
	}
	assert_recovers(trial);
}

static int plug_for_trials(void **state)
{
	struct trial *trial = calloc(1, sizeof(*trial));
	void *rig = NULL;

	plug(&rig);
	trial->rig = rig;
	*state = trial;
	return 0;
}

static int stop_after_trials(void **state)
{
	struct trial *trial = *state;
	void *rig = trial->rig;

	free(trial);
	return stop(&rig);
}

#define trial(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		trial(test_a_stalled_endpoint_is_cleared),
		trial(test_a_stall_that_comes_back_is_cleared_again),
		trial(test_protocol_errors_cost_frames_and_nothing_else),
		trial(test_many_protocol_errors_in_a_row_are_survived),
		trial(test_checksum_errors_cost_frames_and_nothing_else),
		trial(test_babble_costs_frames_and_nothing_else),
		trial(test_a_payload_cut_short_makes_a_short_frame),
		trial(test_a_lost_payload_makes_a_short_frame),
		trial(test_many_lost_payloads_are_counted_as_lost_frames),
		trial(test_empty_transfers_do_no_harm),
		trial(test_flagged_frames_are_published_and_marked),
		trial(test_a_frozen_device_is_seen_and_started_again),
		trial(test_nonsense_on_the_control_pipe_does_not_stop_the_stream),
		trial(test_starting_on_nonsense_answers_fails_or_works_and_then_works),
		trial(test_stopping_while_the_endpoint_is_stalled_leaves_it_usable),
	};

	return cmocka_run_group_tests(tests, plug_for_trials, stop_after_trials);
}
