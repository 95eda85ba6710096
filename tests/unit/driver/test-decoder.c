// SPDX-License-Identifier: MIT
/*
 * What becomes of the payloads that a controller sends, and of those it should not
 * send. Single-threaded; each test has its own ring.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "driver/decoder.h"
#include "tests/unit/driver/payloads.h"

#define WIDTH 640
#define HEIGHT 240
#define FRAME (WIDTH * HEIGHT * 2)
#define INTERVAL_NS 8695600
#define PIXELS (PAYLOAD_MAX - PAYLOAD_HEADER)
#define PAYLOADS 19 /* a frame: 18 full ones and a rest */
#define REST (FRAME - (PAYLOADS - 1) * PIXELS)

struct stream {
	struct leap_ring ring;
	struct leap_decoder decoder;
	void *memory;
	u64 now_ns;
	u8 payload[PAYLOAD_MAX + 4096];
};

static int set_up(void **state)
{
	struct stream *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->memory = calloc(1, leap_ring_memory_size(LEAP_RING_SLOTS, 4096));
	assert_non_null(s->memory);
	leap_ring_init(&s->ring, s->memory, LEAP_RING_SLOTS, 4096);
	assert_int_equal(leap_ring_set_format(&s->ring, WIDTH, HEIGHT, INTERVAL_NS), 0);
	leap_decoder_init(&s->decoder, &s->ring);
	leap_decoder_set_exposure(&s->decoder, 511, 31, 4);
	s->now_ns = 1000;
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct stream *s = *state;

	free(s->memory);
	free(s);
	return 0;
}

/* One payload with @len pixels of value @pixel, a microsecond after the one before. */
static bool send(struct stream *s, u8 bits, u32 pts, u8 pixel, u32 len)
{
	s->now_ns += 1000;
	return leap_decoder_payload(&s->decoder, s->payload,
				    payload_make(s->payload, bits, pts, pixel, len),
				    s->now_ns);
}

/* Payloads @first..@last - 1 of a frame; the last of all has the EOF bit. */
static bool send_part(struct stream *s, u8 bits, u32 pts, u8 pixel, int first, int last)
{
	bool published = false;

	for (int i = first; i < last; i++) {
		bool end = i == PAYLOADS - 1;

		published = send(s, bits | (end ? END : 0), pts, pixel,
				 end ? REST : PIXELS);
	}
	return published;
}

static bool send_frame(struct stream *s, u8 bits, u32 pts, u8 pixel)
{
	return send_part(s, bits, pts, pixel, 0, PAYLOADS);
}

static struct leap_ring_header *header(struct stream *s)
{
	return s->ring.header;
}

static struct leap_slot *slot(struct stream *s, u32 sequence)
{
	struct leap_slot *found = leap_ring_slot(&s->ring, sequence);

	assert_int_equal(found->sequence, sequence);
	return found;
}

static const u8 *pixels(struct stream *s, u32 sequence)
{
	return (const u8 *)slot(s, sequence) + header(s)->data_offset;
}

static void assert_picture(struct stream *s, u32 sequence, u8 pixel)
{
	const u8 *p = pixels(s, sequence);

	for (int i = 0; i < FRAME; i++)
		assert_int_equal(p[i], pixel);
}

static void frames_come_whole_and_in_order(void **state)
{
	struct stream *s = *state;

	for (u32 i = 0; i < 40; i++)
		assert_true(send_frame(s, i & 1, 100 + i * 87 / 10, i));

	assert_int_equal(header(s)->head, 40);
	assert_int_equal(header(s)->frames, 40);
	assert_int_equal(header(s)->lost, 0);
	assert_int_equal(header(s)->short_frames, 0);
	assert_int_equal(header(s)->errors, 0);
	for (u32 i = 40 - LEAP_RING_SLOTS; i < 40; i++) {
		assert_picture(s, i + 1, i);
		assert_int_equal(slot(s, i + 1)->flags, 0);
		assert_int_equal(slot(s, i + 1)->filled, FRAME);
		assert_int_equal(slot(s, i + 1)->size, FRAME);
		assert_int_equal(slot(s, i + 1)->width, WIDTH);
		assert_int_equal(slot(s, i + 1)->height, HEIGHT);
		assert_int_equal(slot(s, i + 1)->generation, 1);
		assert_int_equal(slot(s, i + 1)->device_time_ms, 100 + i * 87 / 10);
	}
}

static void times_are_those_of_first_and_last_payload(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 0);
	assert_int_equal(slot(s, 1)->time_first_ns, 2000);
	assert_int_equal(slot(s, 1)->time_last_ns, 1000 + PAYLOADS * 1000);
}

static void rows_are_visible_before_the_frame_ends(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	send_part(s, FID, 10, 8, 0, 3);
	assert_int_equal(header(s)->head, 1);
	assert_int_equal(slot(s, 2)->filled, 3 * PIXELS);
	assert_int_equal(slot(s, 2)->time_last_ns, 0);
	assert_int_equal(pixels(s, 2)[3 * PIXELS - 1], 8);
}

static void first_frame_is_unseen_until_it_is_known_to_be_whole(void **state)
{
	struct stream *s = *state;

	send_part(s, 0, 1, 7, 0, 3);
	assert_int_equal(leap_ring_slot(&s->ring, 1)->sequence, 0);
	assert_true(send_part(s, 0, 1, 7, 3, PAYLOADS));
	assert_int_equal(slot(s, 1)->filled, FRAME);
	assert_picture(s, 1, 7);
}

static void stream_that_starts_mid_frame_shows_the_next_one_first(void **state)
{
	struct stream *s = *state;

	assert_false(send_part(s, 0, 1, 7, 10, PAYLOADS));
	assert_true(send_frame(s, FID, 10, 8));
	assert_int_equal(header(s)->head, 1);
	assert_picture(s, 1, 8);
	assert_int_equal(header(s)->short_frames, 0);
	assert_int_equal(header(s)->lost, 0);
}

static void frame_without_eof_ends_where_the_next_begins(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	send_part(s, FID, 10, 8, 0, PAYLOADS - 1);
	assert_false(send(s, FID, 10, 8, REST));
	assert_true(send(s, 0, 19, 9, PIXELS));
	assert_int_equal(header(s)->head, 2);
	assert_int_equal(slot(s, 2)->flags, 0);
	assert_picture(s, 2, 8);
	assert_int_equal(slot(s, 3)->filled, PIXELS);
}

static void frame_with_a_lost_payload_is_short(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	send_part(s, FID, 10, 8, 0, 5);
	assert_true(send_part(s, FID, 10, 8, 6, PAYLOADS));
	assert_int_equal(slot(s, 2)->flags, LEAP_FRAME_SHORT);
	assert_int_equal(slot(s, 2)->filled, FRAME - PIXELS);
	assert_int_equal(header(s)->short_frames, 1);
}

static void frame_that_loses_its_end_is_short(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	send_part(s, FID, 10, 8, 0, 5);
	send_frame(s, 0, 19, 9);
	assert_int_equal(header(s)->head, 3);
	assert_int_equal(slot(s, 2)->flags, LEAP_FRAME_SHORT);
	assert_int_equal(slot(s, 2)->filled, 5 * PIXELS);
	assert_int_equal(slot(s, 3)->flags, 0);
	assert_int_equal(slot(s, 3)->lost_before, 0);
}

static void one_lost_frame_is_seen_by_its_missing_flip(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	assert_true(send_frame(s, 0, 18, 9));
	assert_int_equal(header(s)->head, 2);
	assert_int_equal(slot(s, 2)->lost_before, 1);
	assert_int_equal(header(s)->lost, 1);
}

static void two_lost_frames_are_seen_by_the_time_stamp(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	send_frame(s, FID, 27, 8);
	assert_int_equal(slot(s, 2)->lost_before, 2);
	assert_int_equal(header(s)->lost, 2);
}

static void a_frame_id_that_stays_after_half_a_frame_begins_another(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	send_part(s, FID, 10, 8, 0, 9);
	assert_true(send_part(s, FID, 27, 9, 0, PAYLOADS));
	assert_int_equal(header(s)->head, 3);
	assert_int_equal(slot(s, 2)->flags, LEAP_FRAME_SHORT);
	assert_int_equal(slot(s, 3)->lost_before, 1);
	assert_picture(s, 3, 9);
}

static void time_stamps_may_drift_within_a_frame(void **state)
{
	struct stream *s = *state;

	for (int i = 0; i < PAYLOADS; i++)
		send_part(s, 0, 1 + i / 3, 7, i, i + 1);
	assert_int_equal(header(s)->head, 1);
	assert_int_equal(slot(s, 1)->flags, 0);
}

static void late_frames_are_not_counted_as_lost(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	send_frame(s, FID, 11, 8); /* 10 ms instead of 8.7 */
	send_frame(s, 0, 20, 9);
	assert_int_equal(header(s)->lost, 0);
}

static void time_stamps_that_jump_or_go_back_count_nothing(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 5000, 7);
	send_frame(s, FID, 4000, 8);
	send_frame(s, 0, 4000000000U, 9);
	assert_int_equal(header(s)->head, 3);
	assert_int_equal(header(s)->lost, 0);
}

static void time_stamps_wrap(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 0xfffffffeU, 7);
	send_frame(s, FID, 25, 8);
	assert_int_equal(slot(s, 2)->lost_before, 2);
}

static void a_frame_flagged_by_the_device_is_published_as_damaged(void **state)
{
	struct stream *s = *state;

	send_part(s, 0, 1, 7, 0, 4);
	send(s, ERR, 1, 7, PIXELS);
	assert_true(send_part(s, 0, 1, 7, 5, PAYLOADS));
	assert_int_equal(slot(s, 1)->flags, LEAP_FRAME_ERROR);
}

static void too_much_data_is_dropped_and_said(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	for (int i = 0; i < PAYLOADS + 3; i++)
		send(s, FID, 10, 8, PIXELS);
	assert_true(send(s, FID | END, 10, 8, REST));
	assert_int_equal(slot(s, 2)->flags, LEAP_FRAME_OVERRUN);
	assert_int_equal(slot(s, 2)->filled, FRAME);
	assert_true(send_frame(s, 0, 19, 9));
	assert_picture(s, 3, 9);
}

static void a_failed_transfer_keeps_what_was_before_it(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	send_part(s, FID, 10, 8, 0, 5);
	leap_decoder_hole(&s->decoder);
	assert_true(send_part(s, FID, 10, 8, 6, PAYLOADS));
	assert_int_equal(slot(s, 2)->flags, LEAP_FRAME_SHORT | LEAP_FRAME_ERROR);
	assert_int_equal(slot(s, 2)->filled, 5 * PIXELS);
	assert_int_equal(header(s)->errors, 1);
	assert_true(send_frame(s, 0, 19, 9));
	assert_int_equal(slot(s, 3)->flags, 0);
}

static void a_frame_that_lost_its_first_payload_is_not_shown_out_of_place(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	leap_decoder_hole(&s->decoder);
	send_part(s, FID, 10, 8, 1, 4);
	assert_int_equal(leap_ring_slot(&s->ring, 2)->sequence, 0);
	assert_false(send_part(s, FID, 10, 8, 4, PAYLOADS));
	assert_true(send_frame(s, 0, 19, 9));
	assert_int_equal(header(s)->head, 2);
	assert_int_equal(slot(s, 2)->lost_before, 1);
	assert_int_equal(header(s)->lost, 1);
	assert_picture(s, 2, 9);
}

static void a_failed_transfer_between_frames_costs_no_frame(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	leap_decoder_hole(&s->decoder);
	assert_true(send_frame(s, FID, 10, 8));
	assert_int_equal(header(s)->lost, 0);
	assert_picture(s, 2, 8);
}

static void the_rest_of_an_ended_frame_is_refused(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	assert_false(send(s, 0, 1, 99, PIXELS));
	assert_false(send(s, 0, 1, 99, 0));
	assert_int_equal(header(s)->errors, 1);
	assert_picture(s, 1, 7);
}

static void an_empty_transfer_means_nothing(void **state)
{
	struct stream *s = *state;

	send_part(s, 0, 1, 7, 0, 5);
	assert_false(leap_decoder_payload(&s->decoder, s->payload, 0, 1));
	assert_true(send_part(s, 0, 1, 7, 5, PAYLOADS));
	assert_int_equal(header(s)->errors, 0);
}

static void impossible_headers_are_refused(void **state)
{
	static const struct {
		u8 bytes[4];
		u32 len;
	} bad[] = {
		{ { 12 }, 1 }, /* nothing but a length */
		{ { 0, EOH | FID }, 200 }, /* header of no length */
		{ { 1, EOH | FID }, 200 },
		{ { 2, EOH | PTS }, 200 }, /* no room for what it announces */
		{ { 11, EOH | PTS | SCR }, 200 },
		{ { 201, EOH | PTS | SCR }, 200 }, /* longer than all */
		{ { 12, PTS | SCR }, 200 }, /* header that does not end */
	};
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		memcpy(s->payload, bad[i].bytes, sizeof(bad[i].bytes));
		assert_false(
			leap_decoder_payload(&s->decoder, s->payload, bad[i].len, 1));
		assert_int_equal(header(s)->errors, i + 1);
	}
	assert_int_equal(header(s)->head, 1);
	assert_true(send_frame(s, FID, 10, 8));
	assert_picture(s, 2, 8);
}

static void short_headers_are_enough(void **state)
{
	struct stream *s = *state;
	u8 *p = s->payload;

	for (u32 filled = 0, len; filled < FRAME; filled += len) {
		len = min((u32)PIXELS, FRAME - filled);
		p[0] = 2;
		p[1] = EOH | (filled + len == FRAME ? END : 0);
		memset(p + 2, 5, len);
		leap_decoder_payload(&s->decoder, p, len + 2, 1);
	}
	assert_int_equal(header(s)->head, 1);
	assert_int_equal(slot(s, 1)->device_time_ms, 0);
	assert_picture(s, 1, 5);
}

static void without_time_stamps_a_missing_flip_is_the_rest_of_a_frame(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	s->payload[0] = 2;
	s->payload[1] = EOH;
	assert_false(leap_decoder_payload(&s->decoder, s->payload, 100, 1));
	assert_int_equal(header(s)->errors, 1);
	assert_int_equal(header(s)->head, 1);
}

static void a_stop_ends_the_open_frame_as_damaged(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	send_part(s, FID, 10, 8, 0, 5);
	assert_true(leap_decoder_stop(&s->decoder));
	assert_int_equal(slot(s, 2)->flags, LEAP_FRAME_SHORT | LEAP_FRAME_ERROR);
	assert_true(send_frame(s, FID, 900, 9));
	assert_int_equal(slot(s, 3)->lost_before, 0);
	assert_false(leap_decoder_stop(&s->decoder));
}

static void a_stop_forgets_an_open_frame_that_nobody_saw(void **state)
{
	struct stream *s = *state;

	send_frame(s, 0, 1, 7);
	leap_decoder_hole(&s->decoder);
	send_part(s, FID, 10, 8, 0, 5);
	assert_false(leap_decoder_stop(&s->decoder));
	assert_int_equal(leap_ring_slot(&s->ring, 2)->sequence, 0);
	assert_int_equal(header(s)->head, 1);
	assert_true(send_frame(s, FID, 900, 9));
	assert_picture(s, 2, 9);
}

static void metadata_reaches_the_slot(void **state)
{
	static const u8 line[] = { 0x78, 0x78, 5,    5,	   10, 10,
				   0x1f, 0x1f, 0x1f, 0x1f, 22, 22 };
	struct stream *s = *state;
	u32 len;

	send_part(s, 0, 1, 7, 0, PAYLOADS - 1);
	len = payload_make(s->payload, END, 1, 7, REST);
	memcpy(s->payload + len - sizeof(line), line, sizeof(line));
	assert_true(leap_decoder_payload(&s->decoder, s->payload, len, 1));
	assert_int_equal(slot(s, 1)->flags, LEAP_FRAME_METADATA);
	assert_int_equal(slot(s, 1)->exposure_us, 511);
	assert_int_equal(slot(s, 1)->gain, 22);
	assert_int_equal(slot(s, 1)->label, 0x5a);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_come_whole_and_in_order),
		TEST(times_are_those_of_first_and_last_payload),
		TEST(rows_are_visible_before_the_frame_ends),
		TEST(first_frame_is_unseen_until_it_is_known_to_be_whole),
		TEST(stream_that_starts_mid_frame_shows_the_next_one_first),
		TEST(frame_without_eof_ends_where_the_next_begins),
		TEST(frame_with_a_lost_payload_is_short),
		TEST(frame_that_loses_its_end_is_short),
		TEST(one_lost_frame_is_seen_by_its_missing_flip),
		TEST(two_lost_frames_are_seen_by_the_time_stamp),
		TEST(a_frame_id_that_stays_after_half_a_frame_begins_another),
		TEST(time_stamps_may_drift_within_a_frame),
		TEST(late_frames_are_not_counted_as_lost),
		TEST(time_stamps_that_jump_or_go_back_count_nothing),
		TEST(time_stamps_wrap),
		TEST(a_frame_flagged_by_the_device_is_published_as_damaged),
		TEST(too_much_data_is_dropped_and_said),
		TEST(a_failed_transfer_keeps_what_was_before_it),
		TEST(a_frame_that_lost_its_first_payload_is_not_shown_out_of_place),
		TEST(a_failed_transfer_between_frames_costs_no_frame),
		TEST(the_rest_of_an_ended_frame_is_refused),
		TEST(an_empty_transfer_means_nothing),
		TEST(impossible_headers_are_refused),
		TEST(short_headers_are_enough),
		TEST(without_time_stamps_a_missing_flip_is_the_rest_of_a_frame),
		TEST(a_stop_ends_the_open_frame_as_damaged),
		TEST(a_stop_forgets_an_open_frame_that_nobody_saw),
		TEST(metadata_reaches_the_slot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
