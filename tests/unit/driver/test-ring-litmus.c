// SPDX-License-Identifier: MIT
/*
 * test-driver-ring-litmus [FRAMES]
 *
 * One writer and several readers of one ring, each on a thread of its own and as fast
 * as it can: no reader may ever believe a frame that was overwritten under it.
 *
 * Every byte of a frame follows from its number. A reader takes the steps of
 * <linux/leap.h> and then looks whether what it believes is true.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "driver/ring.h"

#define FRAMES 100000
#define READERS 8
#define SLOTS 4
#define WIDTH 16
#define HEIGHT 4
#define FRAME (WIDTH * HEIGHT * 2)
#define PIECE 32
#define INTERVAL_NS 1000

static u32 frames = FRAMES;

struct rig {
	struct leap_ring ring;
	pthread_barrier_t start;
	bool done;
};

/**
 * struct reader - a thread and what it has seen
 * @whole: complete frames believed
 * @early: unfinished frames believed, up to their filled rows
 * @overwritten: frames that were found overwritten after use, and discarded
 * @wrong: frames that were believed and wrong
 */
struct reader {
	struct rig *rig;
	pthread_t thread;
	unsigned int whole;
	unsigned int early;
	unsigned int overwritten;
	unsigned int wrong;
	u32 turn;
};

static u8 pixel(u32 sequence, u32 index)
{
	return (sequence * 0x9e3779b1U >> 8) + index * 7;
}

static void *write_frames(void *arg)
{
	struct rig *rig = arg;
	struct leap_ring *ring = &rig->ring;
	u8 data[FRAME];

	pthread_barrier_wait(&rig->start);
	for (u32 n = 1; n <= frames; n++) {
		struct leap_frame_end end = { .flags = n % 7,
					      .time_last_ns = 3ULL * n };

		for (u32 i = 0; i < FRAME; i++)
			data[i] = pixel(n, i);
		/* now and then one that readers see only when it is whole */
		leap_ring_begin(ring, n % 5, 2ULL * n, n, 0);
		for (u32 i = 0; i < FRAME; i += PIECE)
			leap_ring_append(ring, data + i, PIECE);
		leap_ring_publish(ring, &end);
		if (n % 64 == 0)
			sched_yield();
	}
	__atomic_store_n(&rig->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Uses the first @len pixels of what may be frame @n. Returns whether all fitted. */
static bool use(const struct leap_slot *slot, u32 n, u32 len)
{
	const u8 *pixels = (const u8 *)slot + sizeof(*slot);
	bool right = true;

	for (u32 i = 0; i < len; i++)
		right &= READ_ONCE(pixels[i]) == pixel(n, i);
	right &= READ_ONCE(slot->time_first_ns) == 2ULL * n;
	right &= READ_ONCE(slot->device_time_ms) == n;
	right &= READ_ONCE(slot->size) == FRAME;
	return right;
}

static void read_one(struct reader *reader, u32 n, bool whole)
{
	struct leap_slot *slot = leap_ring_slot(&reader->rig->ring, n);
	u32 len = FRAME;
	bool right;

	if (smp_load_acquire(&slot->sequence) != n)
		return;
	if (!whole)
		len = smp_load_acquire(&slot->filled);
	right = len <= FRAME && use(slot, n, min(len, (u32)FRAME));
	if (whole) {
		right &= READ_ONCE(slot->time_last_ns) == 3ULL * n;
		right &= READ_ONCE(slot->flags) == n % 7;
		right &= READ_ONCE(slot->filled) == FRAME;
	}
	/* a reader that is put to sleep over a frame, as the scheduler may do at any time */
	if (++reader->turn % 64 == 0)
		sched_yield();
	smp_rmb();
	if (READ_ONCE(slot->sequence) != n) {
		reader->overwritten++;
		return;
	}
	if (whole)
		reader->whole++;
	else
		reader->early++;
	reader->wrong += !right;
}

static void *read_frames(void *arg)
{
	struct reader *reader = arg;
	struct rig *rig = reader->rig;

	pthread_barrier_wait(&rig->start);
	do {
		u32 head = smp_load_acquire(&rig->ring.header->head);

		/* the newest, the one under way, and one about to be overwritten */
		if (head)
			read_one(reader, head, true);
		read_one(reader, head + 1, false);
		if (head >= SLOTS)
			read_one(reader, head - SLOTS + 1, true);
	} while (!__atomic_load_n(&rig->done, __ATOMIC_ACQUIRE));
	return NULL;
}

static void no_reader_believes_an_overwritten_frame(void **state)
{
	struct reader readers[READERS] = {};
	unsigned int whole = 0, overwritten = 0;
	struct rig rig = {};
	pthread_t writer;
	void *memory = calloc(1, leap_ring_memory_size(SLOTS, 4096));

	(void)state;
	assert_non_null(memory);
	leap_ring_init(&rig.ring, memory, SLOTS, 4096);
	assert_int_equal(leap_ring_set_format(&rig.ring, WIDTH, HEIGHT, INTERVAL_NS),
			 0);
	assert_int_equal(pthread_barrier_init(&rig.start, NULL, READERS + 1), 0);
	for (int i = 0; i < READERS; i++) {
		readers[i].rig = &rig;
		assert_int_equal(pthread_create(&readers[i].thread, NULL, read_frames,
						&readers[i]),
				 0);
	}
	assert_int_equal(pthread_create(&writer, NULL, write_frames, &rig), 0);
	assert_int_equal(pthread_join(writer, NULL), 0);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
	for (int i = 0; i < READERS; i++) {
		print_message("reader %d: %u whole, %u early, %u overwritten\n", i,
			      readers[i].whole, readers[i].early,
			      readers[i].overwritten);
		assert_int_equal(readers[i].wrong, 0);
		whole += readers[i].whole;
		overwritten += readers[i].overwritten;
	}
	/* a test in which nobody met anybody would prove nothing */
	assert_true(whole > 0);
	assert_true(overwritten > 0);
	assert_int_equal(rig.ring.header->head, frames);
	pthread_barrier_destroy(&rig.start);
	free(memory);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_reader_believes_an_overwritten_frame),
	};

	if (argc > 1)
		frames = strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
