// SPDX-License-Identifier: MIT
/*
 * A reader that begins on the top rows while the rest is still on the wire: when half
 * of them are there, when all are, and that what it saw early was final.
 * One thread.
 */
#include "tests/kernel/guest/scenario.h"

#include <time.h>

#define FRAMES 200
#define ROW (640 * 2)
#define HALF (120 * ROW)
#define STEP_NS 50000

struct moments {
	uint64_t begin, half, end;
};

static void wait_a_moment(void)
{
	const struct timespec step = { 0, STEP_NS };

	nanosleep(&step, NULL);
}

/* Returns when @filled bytes of frame @sequence are there; false when it is overtaken. */
static bool await(const struct ring *ring, uint32_t sequence, uint32_t filled)
{
	const volatile struct leap_slot *slot = ring_slot(ring, sequence);
	uint64_t patience = now_ns() + 1000000000ULL;

	while (now_ns() < patience) {
		if (__atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE) == sequence &&
		    __atomic_load_n(&slot->filled, __ATOMIC_ACQUIRE) >= filled)
			return true;
		if ((int32_t)(ring_head(ring) - sequence) > 0)
			return false;
		wait_a_moment();
	}
	return false;
}

static int ascending(const void *a, const void *b)
{
	int64_t difference = *(const int64_t *)a - *(const int64_t *)b;

	return (difference > 0) - (difference < 0);
}

static void test_half_the_rows_are_there_long_before_the_frame_ends(void **state)
{
	static int64_t sooner_ns[FRAMES];
	static uint8_t early[HALF];
	struct rig *rig = *state;
	unsigned int count = 0;
	struct ring ring;

	ring_open(&ring, rig->device, O_RDONLY);
	assert_int_equal(ioctl(ring.fd, LEAP_IOC_START), 0);
	ring_wait_whole(&ring, 2);
	while (count < FRAMES) {
		uint32_t sequence = ring_next(ring_wait(&ring, ring_head(&ring)));
		const volatile struct leap_slot *slot = ring_slot(&ring, sequence);
		uint64_t half_ns;

		if (!await(&ring, sequence, HALF))
			continue;
		half_ns = now_ns();
		memcpy(early, ring_pixels(&ring, slot), HALF);
		if (!await(&ring, sequence, 2 * HALF))
			continue;
		ring_wait(&ring, sequence - 1);
		assert_memory_equal(early, ring_pixels(&ring, slot), HALF);
		if (slot->sequence != sequence)
			continue;
		sooner_ns[count++] = slot->time_last_ns - half_ns;
	}
	qsort(sooner_ns, FRAMES, sizeof(sooner_ns[0]), ascending);
	printf("## half the rows are seen before the end of the frame by: p1 %.2f ms, "
	       "p50 %.2f ms, p99 %.2f ms (%d frames, looked for every %d us)\n",
	       sooner_ns[FRAMES / 100] / 1e6, sooner_ns[FRAMES / 2] / 1e6,
	       sooner_ns[FRAMES * 99 / 100] / 1e6, FRAMES, STEP_NS / 1000);
	assert_true(sooner_ns[FRAMES / 2] > 0);
	ring_close(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_half_the_rows_are_there_long_before_the_frame_ends),
	};

	return cmocka_run_group_tests(tests, plug, stop);
}
