// SPDX-License-Identifier: MIT
/*
 * The reader's rules of the frame ring, against a writer that is faster, slower, gone.
 * One test lets both run at once in two threads; the ring is all that they share.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "daemon/capture/ring_reader.h"
#include "ring_writer.h"

#define SLOTS 8

struct fixture {
	struct ring_writer writer;
	struct leap_ring_reader reader;
	struct leap_stereo_frame frame;
};

static struct fixture set_up_at(__u32 head)
{
	struct fixture f;

	ring_writer_new(&f.writer, SLOTS);
	f.writer.header->head = head;
	assert_int_equal(
		leap_ring_reader_init(&f.reader, f.writer.header, f.writer.size), 0);
	return f;
}

static int newest(struct fixture *f)
{
	return leap_ring_reader_newest(&f->reader, &f->frame);
}

static void assert_newest(struct fixture *f, __u32 number, uint32_t lost_before)
{
	assert_int_equal(newest(f), 1);
	assert_int_equal(f->frame.pixels[0], number & 0xff);
	assert_int_equal(f->frame.lost_before, lost_before);
	assert_true(leap_ring_reader_intact(&f->reader, &f->frame));
}

static void a_frame_is_yielded_once_with_what_is_known_about_it(void **state)
{
	struct fixture f = set_up_at(0);
	struct leap_slot *slot;

	(void)state;
	assert_int_equal(newest(&f), 0);
	slot = ring_writer_begin(&f.writer, 1);
	slot->flags = LEAP_FRAME_METADATA;
	slot->exposure_us = 511;
	slot->gain = 22;
	ring_writer_end(&f.writer, slot, 77);

	assert_int_equal(newest(&f), 1);
	assert_ptr_equal(f.frame.pixels, (char *)slot + f.writer.header->data_offset);
	assert_int_equal(f.frame.width, 640);
	assert_int_equal(f.frame.height, 120);
	assert_int_equal(f.frame.time_ns, 1000);
	assert_int_equal(f.frame.ready_ns, 1500);
	assert_int_equal(f.frame.exposure_us, 511);
	assert_int_equal(f.frame.gain, 22);
	assert_int_equal(f.frame.lost_before, 0);
	assert_false(f.frame.damaged);
	assert_int_equal(leap_stereo_pixel(&f.frame, LEAP_EYE_RIGHT, 639, 119), 77);
	assert_int_equal(newest(&f), 0);
	ring_writer_free(&f.writer);
}

static void exposure_is_unknown_without_metadata(void **state)
{
	struct fixture f = set_up_at(0);
	struct leap_slot *slot;

	(void)state;
	slot = ring_writer_begin(&f.writer, 1);
	slot->exposure_us = 511;
	slot->gain = 22;
	ring_writer_end(&f.writer, slot, 0);
	assert_int_equal(newest(&f), 1);
	assert_int_equal(f.frame.exposure_us, 0);
	assert_int_equal(f.frame.gain, 0);
	ring_writer_free(&f.writer);
}

static void a_frame_that_is_still_arriving_is_not_yielded(void **state)
{
	struct fixture f = set_up_at(0);

	(void)state;
	ring_writer_publish(&f.writer, 1);
	assert_newest(&f, 1, 0);
	ring_writer_begin(&f.writer, 2);
	assert_int_equal(newest(&f), 0);
	ring_writer_free(&f.writer);
}

static void frames_from_before_the_start_are_not_yielded(void **state)
{
	struct fixture f;

	(void)state;
	ring_writer_new(&f.writer, SLOTS);
	ring_writer_publish(&f.writer, 41);
	leap_ring_reader_init(&f.reader, f.writer.header, f.writer.size);
	assert_int_equal(newest(&f), 0);
	ring_writer_publish(&f.writer, 42);
	assert_newest(&f, 42, 0);
	ring_writer_free(&f.writer);
}

static void the_newest_wins_and_what_it_passes_over_is_counted(void **state)
{
	struct fixture f = set_up_at(0);
	uint64_t sequence;

	(void)state;
	ring_writer_publish(&f.writer, 1);
	assert_newest(&f, 1, 0);
	sequence = f.frame.sequence;
	for (__u32 n = 2; n <= 5; n++)
		ring_writer_publish(&f.writer, n);
	assert_newest(&f, 5, 3);
	assert_int_equal(f.frame.sequence, sequence + 4);
	for (__u32 n = 6; n <= 5 + 3 * SLOTS; n++)
		ring_writer_publish(&f.writer, n);
	assert_newest(&f, 5 + 3 * SLOTS, 3 * SLOTS - 1);
	assert_int_equal(f.frame.sequence, sequence + 4 + 3 * SLOTS);
	ring_writer_free(&f.writer);
}

static void frames_the_driver_lost_are_counted_also_before_skipped_ones(void **state)
{
	struct fixture f = set_up_at(0);

	(void)state;
	ring_writer_publish(&f.writer, 1);
	assert_newest(&f, 1, 0);
	ring_writer_publish(&f.writer, 2);
	ring_writer_slot(&f.writer, 2)->lost_before = 7;
	ring_writer_publish(&f.writer, 3);
	ring_writer_slot(&f.writer, 3)->lost_before = 20;
	assert_newest(&f, 3, 1 + 7 + 20);
	ring_writer_free(&f.writer);
}

static void numbers_wrap_without_zero_and_without_loss(void **state)
{
	struct fixture f = set_up_at(UINT32_MAX - 2);

	(void)state;
	ring_writer_publish(&f.writer, UINT32_MAX - 1);
	assert_newest(&f, UINT32_MAX - 1, 0);
	ring_writer_publish(&f.writer, UINT32_MAX);
	assert_newest(&f, UINT32_MAX, 0);
	ring_writer_publish(&f.writer, 1);
	assert_newest(&f, 1, 0);
	ring_writer_free(&f.writer);
}

static void frames_skipped_across_the_wrap_are_counted(void **state)
{
	struct fixture f = set_up_at(UINT32_MAX - 2);

	(void)state;
	ring_writer_publish(&f.writer, UINT32_MAX - 1);
	assert_newest(&f, UINT32_MAX - 1, 0);
	ring_writer_publish(&f.writer, UINT32_MAX);
	ring_writer_publish(&f.writer, 1);
	ring_writer_slot(&f.writer, 1)->lost_before = 5;
	ring_writer_publish(&f.writer, 2);
	assert_newest(&f, 2, 2 + 5);
	ring_writer_free(&f.writer);
}

static void a_frame_overwritten_while_in_use_is_not_valid(void **state)
{
	struct fixture f = set_up_at(0);

	(void)state;
	ring_writer_publish(&f.writer, 1);
	assert_newest(&f, 1, 0);
	for (__u32 n = 2; n < 1 + SLOTS; n++)
		ring_writer_publish(&f.writer, n);
	assert_true(leap_ring_reader_intact(&f.reader, &f.frame));
	ring_writer_begin(&f.writer, 1 + SLOTS);
	assert_false(leap_ring_reader_intact(&f.reader, &f.frame));
	ring_writer_free(&f.writer);
}

static void damaged_and_dark_frames_are_yielded_as_such(void **state)
{
	static const __u32 flags[] = { LEAP_FRAME_SHORT, LEAP_FRAME_ERROR,
				       LEAP_FRAME_OVERRUN, LEAP_FRAME_DARK,
				       LEAP_FRAME_DARK | LEAP_FRAME_SHORT };
	struct fixture f = set_up_at(0);

	(void)state;
	for (__u32 i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		struct leap_slot *slot = ring_writer_begin(&f.writer, i + 1);

		slot->flags = flags[i] | LEAP_FRAME_METADATA;
		ring_writer_end(&f.writer, slot, 0);
		assert_int_equal(newest(&f), 1);
		assert_true(f.frame.damaged);
		assert_int_equal(f.frame.dark, flags[i] == LEAP_FRAME_DARK);
	}
	ring_writer_free(&f.writer);
}

static void a_change_of_mode_shows_in_the_frames(void **state)
{
	struct fixture f = set_up_at(0);

	(void)state;
	ring_writer_publish(&f.writer, 1);
	assert_newest(&f, 1, 0);
	f.writer.header->generation++;
	f.writer.header->width = 752;
	f.writer.header->height = 480;
	f.writer.header->frame_size = 752 * 480 * 2;
	ring_writer_publish(&f.writer, 2);
	assert_newest(&f, 2, 0);
	assert_int_equal(f.frame.width, 752);
	assert_int_equal(f.frame.height, 480);
	assert_int_equal(leap_stereo_pixel(&f.frame, LEAP_EYE_RIGHT, 751, 479), 2);
	ring_writer_free(&f.writer);
}

static void a_frame_that_cannot_be_in_its_slot_is_never_yielded(void **state)
{
	struct fixture f = set_up_at(0);

	(void)state;
	ring_writer_publish(&f.writer, 1);
	ring_writer_slot(&f.writer, 1)->width = 65535;
	assert_int_equal(newest(&f), 0);
	ring_writer_slot(&f.writer, 1)->width = 0;
	assert_int_equal(newest(&f), 0);
	ring_writer_publish(&f.writer, 2);
	assert_newest(&f, 2, 1);
	ring_writer_free(&f.writer);
}

static void the_last_frame_of_a_gone_device_is_yielded_before_its_end(void **state)
{
	struct fixture f = set_up_at(0);

	(void)state;
	ring_writer_publish(&f.writer, 1);
	f.writer.header->state = LEAP_STATE_GONE;
	assert_newest(&f, 1, 0);
	assert_int_equal(newest(&f), -ENODEV);
	assert_int_equal(newest(&f), -ENODEV);
	ring_writer_free(&f.writer);
}

static void assert_refused(void (*spoil)(struct leap_ring_header *), int expected)
{
	struct leap_ring_reader reader;
	struct ring_writer writer;

	ring_writer_new(&writer, SLOTS);
	spoil(writer.header);
	assert_int_equal(leap_ring_reader_init(&reader, writer.header, writer.size),
			 expected);
	ring_writer_free(&writer);
}

static void wrong_magic(struct leap_ring_header *header)
{
	header->magic++;
}

static void another_version(struct leap_ring_header *header)
{
	header->abi_version++;
}

static void one_slot_alone(struct leap_ring_header *header)
{
	header->slot_count = 1;
}

static void more_slots_than_mapped(struct leap_ring_header *header)
{
	header->slot_count++;
}

static void pixels_past_the_slot(struct leap_ring_header *header)
{
	header->data_capacity = header->slot_stride;
}

static void pixels_over_the_metadata(struct leap_ring_header *header)
{
	header->data_offset = 64;
}

static void slots_in_the_header(struct leap_ring_header *header)
{
	header->header_size = 0;
}

static void slots_that_are_not_aligned(struct leap_ring_header *header)
{
	header->slot_stride -= 3;
}

static void memory_that_is_no_ring_is_refused(void **state)
{
	struct leap_ring_header header = { .magic = LEAP_RING_MAGIC };
	struct leap_ring_reader reader;

	(void)state;
	assert_refused(wrong_magic, -EBADMSG);
	assert_refused(another_version, -EPROTO);
	assert_refused(one_slot_alone, -EBADMSG);
	assert_refused(more_slots_than_mapped, -EBADMSG);
	assert_refused(pixels_past_the_slot, -EBADMSG);
	assert_refused(pixels_over_the_metadata, -EBADMSG);
	assert_refused(slots_in_the_header, -EBADMSG);
	assert_refused(slots_that_are_not_aligned, -EBADMSG);
	assert_int_equal(leap_ring_reader_init(&reader, &header, sizeof(header) - 1),
			 -EBADMSG);
}

#define RACE_FRAMES 3000

static void *publish_many(void *context)
{
	struct ring_writer *writer = context;

	for (__u32 number = 1; number <= RACE_FRAMES; number++)
		ring_writer_publish(writer, number);
	return NULL;
}

/* Pixels are read as words and atomically: the race with the writer is meant. */
static bool all_pixels_equal(const struct leap_stereo_frame *frame, __u32 *ret_word)
{
	const __u32 *words = (const __u32 *)frame->pixels;
	size_t count = (size_t)frame->width * frame->height * 2 / sizeof(*words);
	bool equal = true;

	*ret_word = __atomic_load_n(&words[0], __ATOMIC_RELAXED);
	for (size_t i = 1; i < count; i++)
		equal &= __atomic_load_n(&words[i], __ATOMIC_RELAXED) == *ret_word;
	return equal;
}

static void what_is_said_to_be_valid_is_never_torn(void **state)
{
	unsigned int yielded = 0, lost = 0, torn = 0;
	struct fixture f;
	pthread_t thread;

	(void)state;
	/* two slots: the writer is over the frame in use all the time */
	ring_writer_new(&f.writer, 2);
	leap_ring_reader_init(&f.reader, f.writer.header, f.writer.size);
	pthread_create(&thread, NULL, publish_many, &f.writer);
	while (yielded + lost < RACE_FRAMES) {
		__u32 word;
		bool equal;

		if (newest(&f) != 1)
			continue;
		yielded++;
		lost += f.frame.lost_before;
		equal = all_pixels_equal(&f.frame, &word);
		if (!leap_ring_reader_intact(&f.reader, &f.frame))
			continue;
		torn += !equal || (word & 0xff) != (f.frame.sequence & 0xff) ||
			f.frame.time_ns != (int64_t)f.frame.sequence * 1000;
	}
	pthread_join(thread, NULL);
	assert_int_equal(torn, 0);
	assert_int_equal(yielded + lost, RACE_FRAMES);
	ring_writer_free(&f.writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_is_yielded_once_with_what_is_known_about_it),
		cmocka_unit_test(exposure_is_unknown_without_metadata),
		cmocka_unit_test(a_frame_that_is_still_arriving_is_not_yielded),
		cmocka_unit_test(frames_from_before_the_start_are_not_yielded),
		cmocka_unit_test(the_newest_wins_and_what_it_passes_over_is_counted),
		cmocka_unit_test(
			frames_the_driver_lost_are_counted_also_before_skipped_ones),
		cmocka_unit_test(numbers_wrap_without_zero_and_without_loss),
		cmocka_unit_test(frames_skipped_across_the_wrap_are_counted),
		cmocka_unit_test(a_frame_overwritten_while_in_use_is_not_valid),
		cmocka_unit_test(damaged_and_dark_frames_are_yielded_as_such),
		cmocka_unit_test(a_change_of_mode_shows_in_the_frames),
		cmocka_unit_test(a_frame_that_cannot_be_in_its_slot_is_never_yielded),
		cmocka_unit_test(
			the_last_frame_of_a_gone_device_is_yielded_before_its_end),
		cmocka_unit_test(memory_that_is_no_ring_is_refused),
		cmocka_unit_test(what_is_said_to_be_valid_is_never_torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
