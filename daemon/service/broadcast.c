// SPDX-License-Identifier: MIT
/*
 * A cache of serialised frames: one message a protocol version, choice of gestures and
 * compression. One thread; its size does not depend on the number of clients.
 */
#include "daemon/service/broadcast.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/service/deflate.h"
#include "daemon/service/frame_json.h"
#include "daemon/service/handshake.h"

/* Texts of a version: all gestures, no key for them, and some gestures or such as are
 * owed: the last is rare, and made anew for each other choice. */
enum choice {
	CHOICE_ALL,
	CHOICE_NO_KEY,
	CHOICE_SOME,
	CHOICES,
};

/* A message made last, or no parcel. */
struct made {
	struct leap_parcel *parcel;
	int64_t frame_id;
	uint32_t gesture_mask;
	bool owed; /* it has what is one client's alone */
};

struct leap_broadcast {
	struct made made[LEAP_PROTOCOL_MAX + 1][CHOICES][2]; /* plain, compressed */
	struct leap_deflate *deflate; /* NULL until somebody wants it */
	struct leap_frame some; /* a frame with some of its gestures */
	char text[LEAP_FRAME_JSON_MAX];
};

int leap_broadcast_new(struct leap_broadcast **ret_broadcast)
{
	struct leap_broadcast *broadcast = calloc(1, sizeof(*broadcast));

	if (!broadcast)
		return -ENOMEM;
	*ret_broadcast = broadcast;
	return 0;
}

static uint32_t whole_mask(const struct leap_frame *frame)
{
	return (UINT32_C(1) << frame->gesture_count) - 1;
}

static enum choice choose(const struct leap_frame *frame,
			  const struct leap_broadcast_options *options)
{
	if (!options->gestures)
		return CHOICE_NO_KEY;
	if (options->owed_count)
		return CHOICE_SOME;
	return options->gesture_mask == whole_mask(frame) ? CHOICE_ALL : CHOICE_SOME;
}

static void add_gesture(struct leap_frame *frame,
			const struct leap_frame_gesture *gesture)
{
	if (frame->gesture_count < LEAP_GESTURES_MAX)
		frame->gesture[frame->gesture_count++] = *gesture;
}

static const struct leap_frame *with_gestures(
	struct leap_broadcast *broadcast, const struct leap_frame *frame,
	const struct leap_broadcast_options *options)
{
	struct leap_frame *some = &broadcast->some;
	unsigned int i;

	*some = *frame;
	some->gesture_count = 0;
	for (i = 0; i < options->owed_count; i++)
		add_gesture(some, &options->owed[i]);
	for (i = 0; i < frame->gesture_count; i++)
		if (options->gesture_mask & (UINT32_C(1) << i))
			add_gesture(some, &frame->gesture[i]);
	return some;
}

static struct leap_parcel *compressed(struct leap_broadcast *broadcast, size_t size)
{
	const unsigned char *packed;

	if (!broadcast->deflate && leap_deflate_new(&broadcast->deflate))
		return NULL;
	if (leap_deflate_pack(broadcast->deflate, broadcast->text, size, &packed,
			      &size))
		return NULL;
	return leap_parcel_frame(LEAP_PARCEL_TEXT, true, packed, size);
}

static struct leap_parcel *make_parcel(struct leap_broadcast *broadcast,
				       const struct leap_frame *frame,
				       const struct leap_broadcast_options *options)
{
	struct leap_frame_json_options json = { options->version, options->gestures };
	struct leap_parcel *parcel;
	int size;

	if (choose(frame, options) == CHOICE_SOME)
		frame = with_gestures(broadcast, frame, options);
	size = leap_frame_json_write(frame, &json, broadcast->text,
				     sizeof(broadcast->text));
	if (size < 0)
		return NULL;
	parcel = options->deflate ? compressed(broadcast, size)
				  : leap_parcel_frame(LEAP_PARCEL_TEXT, false,
						      broadcast->text, size);
	if (parcel)
		parcel->ready_ns = frame->ready_ns;
	return parcel;
}

static bool is_current(const struct made *made, const struct leap_frame *frame,
		       const struct leap_broadcast_options *options)
{
	return made->parcel && made->frame_id == frame->id && !made->owed &&
	       !options->owed_count &&
	       (!options->gestures || made->gesture_mask == options->gesture_mask);
}

int leap_broadcast_parcel(struct leap_broadcast *broadcast,
			  const struct leap_frame *frame,
			  const struct leap_broadcast_options *options,
			  struct leap_parcel **ret_parcel)
{
	struct made *made = &broadcast->made[options->version][choose(frame, options)]
					    [options->deflate];

	if (!is_current(made, frame, options)) {
		leap_parcel_put(made->parcel);
		made->parcel = make_parcel(broadcast, frame, options);
		made->frame_id = frame->id;
		made->gesture_mask = options->gesture_mask;
		made->owed = options->owed_count;
	}
	if (!made->parcel)
		return -ENOMEM;
	*ret_parcel = leap_parcel_hold(made->parcel);
	return 0;
}

void leap_broadcast_free(struct leap_broadcast *broadcast)
{
	int version, choice, packed;

	if (!broadcast)
		return;
	for (version = 0; version <= LEAP_PROTOCOL_MAX; version++)
		for (choice = 0; choice < CHOICES; choice++)
			for (packed = 0; packed < 2; packed++)
				leap_parcel_put(broadcast->made[version][choice][packed]
							.parcel);
	leap_deflate_free(broadcast->deflate);
	free(broadcast);
}
