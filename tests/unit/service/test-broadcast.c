// SPDX-License-Identifier: MIT
/*
 * Clients that are to get the same share one message; others do not.
 * Each test owns its broadcast.
 */
#include "daemon/service/broadcast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "daemon/service/deflate.h"

static struct leap_broadcast *new_broadcast(void)
{
	struct leap_broadcast *broadcast;

	assert_int_equal(leap_broadcast_new(&broadcast), 0);
	return broadcast;
}

static struct leap_frame frame_with_gestures(int64_t id, unsigned int count)
{
	struct leap_frame frame = { .id = id, .gesture_count = count };
	unsigned int i;

	for (i = 0; i < count; i++)
		frame.gesture[i].id = 900 + i;
	return frame;
}

static struct leap_parcel *parcel(struct leap_broadcast *broadcast,
				  const struct leap_frame *frame,
				  const struct leap_broadcast_options *options)
{
	struct leap_parcel *result;

	assert_int_equal(leap_broadcast_parcel(broadcast, frame, options, &result), 0);
	return result;
}

/* The payload of the message, which stays the broadcast's until the next frame. */
static const char *text(struct leap_broadcast *broadcast,
			const struct leap_frame *frame, int version, bool gestures,
			uint32_t mask)
{
	static char copy[64 * 1024];
	struct leap_broadcast_options options = { .version = version,
						  .gestures = gestures,
						  .gesture_mask = mask };
	struct leap_parcel *result = parcel(broadcast, frame, &options);
	size_t size = result->size - result->payload_at;

	assert_int_equal(result->bytes[0], 0x81); /* text, the whole of it */
	assert_in_range(size, 126, UINT16_MAX);
	assert_int_equal(result->bytes[1], 126); /* not masked, two bytes of length */
	assert_int_equal(result->bytes[2] << 8 | result->bytes[3], size);
	memcpy(copy, result->bytes + result->payload_at, size);
	copy[size] = '\0';
	assert_int_equal(strlen(copy), size);
	leap_parcel_put(result);
	return copy;
}

static void equal_options_share_a_message(void **arg)
{
	struct leap_broadcast *broadcast = new_broadcast();
	struct leap_broadcast_options options = { .version = 6 };
	struct leap_frame frame = frame_with_gestures(5, 0);
	struct leap_parcel *first = parcel(broadcast, &frame, &options);
	struct leap_parcel *second = parcel(broadcast, &frame, &options);

	(void)arg;
	assert_ptr_equal(first, second);
	assert_int_equal(first->holders, 3);
	frame.id++; /* who still sends the old one keeps it */
	leap_parcel_put(parcel(broadcast, &frame, &options));
	assert_int_equal(first->holders, 2);
	leap_broadcast_free(broadcast);
	assert_int_equal(first->bytes[first->size - 1], '}');
	leap_parcel_put(first);
	leap_parcel_put(second);
}

/* As a client that keeps no context: the tail of RFC 7692, 7.2.2 put back. */
static int unpack(const void *packed, size_t size, char *text, size_t room)
{
	static unsigned char tail[] = { 0x00, 0x00, 0xff, 0xff };
	z_stream z = { .next_in = (void *)packed,
		       .avail_in = size,
		       .next_out = (void *)text,
		       .avail_out = room };

	assert_int_equal(inflateInit2(&z, -MAX_WBITS), Z_OK);
	assert_int_equal(inflate(&z, Z_SYNC_FLUSH), Z_OK);
	z.next_in = tail;
	z.avail_in = sizeof(tail);
	assert_in_range(inflate(&z, Z_SYNC_FLUSH) + 10, Z_BUF_ERROR + 10, Z_OK + 10);
	inflateEnd(&z);
	return room - z.avail_out;
}

static void a_compressed_message_is_shared_and_says_the_same(void **arg)
{
	struct leap_broadcast *broadcast = new_broadcast();
	struct leap_broadcast_options options = { .version = 6, .deflate = true };
	struct leap_frame frame = frame_with_gestures(5, 0);
	struct leap_parcel *packed = parcel(broadcast, &frame, &options);
	static char unpacked[64 * 1024];
	const char *plain;
	int size;

	(void)arg;
	assert_int_equal(packed->bytes[0], 0xc1); /* RSV1 */
	size = unpack(packed->bytes + packed->payload_at,
		      packed->size - packed->payload_at, unpacked, sizeof(unpacked));
	plain = text(broadcast, &frame, 6, false, 0);
	assert_int_equal(size, strlen(plain));
	assert_memory_equal(unpacked, plain, size);
	assert_true(packed->size < strlen(plain));
	leap_parcel_put(packed);
	leap_broadcast_free(broadcast);
}

static void a_new_frame_is_a_new_text(void **arg)
{
	struct leap_broadcast *broadcast = new_broadcast();
	struct leap_frame frame = frame_with_gestures(5, 0);

	(void)arg;
	assert_non_null(strstr(text(broadcast, &frame, 6, false, 0), "\"id\":5,"));
	frame.id = 6;
	assert_non_null(strstr(text(broadcast, &frame, 6, false, 0), "\"id\":6,"));
	leap_broadcast_free(broadcast);
}

static void versions_and_gestures_have_texts_of_their_own(void **arg)
{
	struct leap_broadcast *broadcast = new_broadcast();
	struct leap_frame frame = frame_with_gestures(5, 0);
	const char *result = text(broadcast, &frame, 6, false, 0);

	(void)arg;
	assert_non_null(strstr(result, "\"devices\""));
	assert_null(strstr(result, "\"gestures\""));
	assert_null(strstr(text(broadcast, &frame, 1, false, 0), "\"devices\""));
	assert_non_null(strstr(text(broadcast, &frame, 6, true, 0), "\"gestures\":[]"));
	leap_broadcast_free(broadcast);
}

static void only_chosen_gestures_are_in_the_text(void **arg)
{
	struct leap_broadcast *broadcast = new_broadcast();
	struct leap_frame frame = frame_with_gestures(5, 3);
	const char *result;

	(void)arg;
	result = text(broadcast, &frame, 6, true, 7);
	assert_non_null(strstr(result, "\"id\":900"));
	assert_non_null(strstr(result, "\"id\":902"));
	result = text(broadcast, &frame, 6, true, 2);
	assert_null(strstr(result, "\"id\":900"));
	assert_non_null(strstr(result, "\"id\":901"));
	result = text(broadcast, &frame, 6, true, 4);
	assert_null(strstr(result, "\"id\":901"));
	assert_non_null(strstr(result, "\"id\":902"));
	result = text(broadcast, &frame, 6, true, 0);
	assert_non_null(strstr(result, "\"gestures\":[]"));
	leap_broadcast_free(broadcast);
}

static void what_is_owed_to_one_client_is_told_to_no_other(void **arg)
{
	struct leap_broadcast *broadcast = new_broadcast();
	struct leap_frame_gesture owed = { .id = 77, .state = LEAP_GESTURE_STOP };
	struct leap_broadcast_options options = { .version = 6,
						  .gestures = true,
						  .gesture_mask = 1,
						  .owed_count = 1,
						  .owed = &owed };
	struct leap_frame frame = frame_with_gestures(5, 2);
	struct leap_parcel *his;
	const char *result;

	(void)arg;
	assert_null(strstr(text(broadcast, &frame, 6, true, 1), "\"id\":77"));
	his = parcel(broadcast, &frame, &options);
	result = memmem(his->bytes, his->size, "\"id\":77", 7);
	assert_non_null(result);
	assert_true(result < (char *)memmem(his->bytes, his->size, "\"id\":900", 8));
	assert_null(strstr(text(broadcast, &frame, 6, true, 1), "\"id\":77"));
	leap_parcel_put(his);
	leap_broadcast_free(broadcast);
}

static void as_many_gestures_as_a_frame_can_have(void **arg)
{
	struct leap_broadcast *broadcast = new_broadcast();
	struct leap_frame frame = frame_with_gestures(5, LEAP_GESTURES_MAX);
	const char *result;

	(void)arg;
	result = text(broadcast, &frame, 6, true, (1u << LEAP_GESTURES_MAX) - 1);
	assert_non_null(strstr(result, "\"id\":915"));
	leap_broadcast_free(broadcast);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_options_share_a_message),
		cmocka_unit_test(a_compressed_message_is_shared_and_says_the_same),
		cmocka_unit_test(a_new_frame_is_a_new_text),
		cmocka_unit_test(versions_and_gestures_have_texts_of_their_own),
		cmocka_unit_test(only_chosen_gestures_are_in_the_text),
		cmocka_unit_test(what_is_owed_to_one_client_is_told_to_no_other),
		cmocka_unit_test(as_many_gestures_as_a_frame_can_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
