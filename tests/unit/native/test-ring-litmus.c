// SPDX-License-Identifier: MIT
/*
 * One writer and eight readers of the ring of frames, each on a thread of its own and as
 * fast as it can: no reader may ever believe a frame that was overwritten under it.
 *
 * Every word of a frame follows from its number, so does its length. A reader takes the
 * steps of lib/native_protocol.h and then looks whether what it believes is true.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "daemon/native/frame_ring.h"
#include "lib/ring.h"

#define READERS 8
#define WORDS_LEAST 32
#define WORDS_MOST 480

static uint32_t frames_to_write = 30000;

struct rig {
	struct leap_frame_ring ring;
	pthread_barrier_t start;
	bool done;
};

/**
 * struct reader - a thread and what it has seen
 * @whole: frames believed
 * @overwritten: frames that were found overwritten, and discarded
 * @wrong: frames that were believed and wrong
 */
struct reader {
	struct rig *rig;
	struct leap_ring_view view;
	pthread_t thread;
	unsigned long whole;
	unsigned long overwritten;
	unsigned long wrong;
};

static size_t words_of(uint32_t number)
{
	return WORDS_LEAST + number * 2654435761U % (WORDS_MOST - WORDS_LEAST);
}

static uint64_t word_of(uint32_t number, size_t index)
{
	return (number * 0x9e3779b97f4a7c15U) ^ index;
}

static void *write_frames(void *arg)
{
	struct rig *rig = arg;
	uint64_t frame[WORDS_MOST];

	pthread_barrier_wait(&rig->start);
	for (uint32_t n = 1; n <= frames_to_write; n++) {
		size_t words = words_of(n);

		for (size_t i = 0; i < words; i++)
			frame[i] = word_of(n, i);
		leap_frame_ring_write(&rig->ring, frame, words * sizeof(frame[0]));
		if (n % 64 == 0)
			sched_yield();
	}
	__atomic_store_n(&rig->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static void read_one(struct reader *reader, uint32_t number)
{
	size_t size;
	const uint64_t *frame = leap_ring_view_look(&reader->view, number, &size);
	bool right;

	if (!frame) {
		reader->overwritten++;
		return;
	}
	right = size == words_of(number) * sizeof(frame[0]);
	for (size_t i = 0; right && i < size / sizeof(frame[0]); i++)
		right = __atomic_load_n(&frame[i], __ATOMIC_RELAXED) ==
			word_of(number, i);
	if (!leap_ring_view_has(&reader->view, number)) {
		reader->overwritten++;
		return;
	}
	reader->whole++;
	reader->wrong += !right;
}

static void *read_frames(void *arg)
{
	struct reader *reader = arg;
	struct rig *rig = reader->rig;
	uint32_t seen = 0;

	pthread_barrier_wait(&rig->start);
	do {
		uint32_t head = leap_ring_view_head(&reader->view);

		if (head == seen)
			sched_yield(); /* there are fewer processors than threads */
		/* every frame, as the library does, */
		if (head - seen > LEAP_WIRE_RING_SLOTS - 2)
			seen = head - (LEAP_WIRE_RING_SLOTS - 2);
		while (seen != head)
			read_one(reader, ++seen);
		/* and some that are about to be overwritten */
		if (head > LEAP_WIRE_RING_SLOTS) {
			read_one(reader, head - LEAP_WIRE_RING_SLOTS + 1);
			read_one(reader, head - LEAP_WIRE_RING_SLOTS + 2);
		}
	} while (!__atomic_load_n(&rig->done, __ATOMIC_ACQUIRE));
	return NULL;
}

static void start_readers(struct rig *rig, struct reader readers[READERS])
{
	for (int i = 0; i < READERS; i++) {
		readers[i] = (struct reader){ .rig = rig };
		/* a mapping of its own, as in a process of its own */
		assert_int_equal(leap_ring_view_open(&readers[i].view, rig->ring.fd),
				 0);
		assert_int_equal(pthread_create(&readers[i].thread, NULL, read_frames,
						&readers[i]),
				 0);
	}
}

static void no_reader_believes_an_overwritten_frame(void **state)
{
	unsigned long whole = 0, overwritten = 0;
	struct reader readers[READERS];
	struct rig rig = { .done = false };
	pthread_t writer;

	(void)state;
	assert_int_equal(leap_frame_ring_init(&rig.ring), 0);
	assert_int_equal(pthread_barrier_init(&rig.start, NULL, READERS + 1), 0);
	start_readers(&rig, readers);
	assert_int_equal(pthread_create(&writer, NULL, write_frames, &rig), 0);
	assert_int_equal(pthread_join(writer, NULL), 0);
	for (int i = 0; i < READERS; i++) {
		assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
		print_message("reader %d: %lu whole, %lu overwritten\n", i,
			      readers[i].whole, readers[i].overwritten);
		assert_int_equal(readers[i].wrong, 0);
		whole += readers[i].whole;
		overwritten += readers[i].overwritten;
		leap_ring_view_close(&readers[i].view);
	}
	print_message("%u written, %lu believed, none torn\n", frames_to_write, whole);
	/* a test in which nobody met anybody would prove nothing */
	assert_true(whole > 0);
	assert_true(overwritten > 0);
	pthread_barrier_destroy(&rig.start);
	leap_frame_ring_done(&rig.ring);
}

/* usage: test-native-ring-litmus [FRAMES] */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_reader_believes_an_overwritten_frame),
	};

	if (argc > 1)
		frames_to_write = (uint32_t)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
