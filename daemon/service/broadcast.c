// SPDX-License-Identifier: MIT
/*
 * A cache of serialised frames: one text a protocol version and choice of gestures.
 * One thread; its size does not depend on the number of clients.
 */
#include "daemon/service/broadcast.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/service/frame_json.h"
#include "daemon/service/handshake.h"

/* Texts of a version: all gestures, no key for them, and some gestures: the last is
 * rare, and made anew for each other choice. */
enum choice {
	CHOICE_ALL,
	CHOICE_NO_KEY,
	CHOICE_SOME,
	CHOICES,
};

struct text {
	char *buffer; /* headroom, then text; NULL until a client needs it */
	int size;
	int64_t frame_id;
	uint32_t gesture_mask;
};

struct leap_broadcast {
	size_t headroom;
	struct text text[LEAP_PROTOCOL_MAX + 1][CHOICES];
	struct leap_frame some; /* a frame with some of its gestures */
};

int leap_broadcast_new(size_t headroom, struct leap_broadcast **ret_broadcast)
{
	struct leap_broadcast *broadcast = calloc(1, sizeof(*broadcast));

	if (!broadcast)
		return -ENOMEM;
	broadcast->headroom = headroom;
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
	return options->gesture_mask == whole_mask(frame) ? CHOICE_ALL : CHOICE_SOME;
}

static const struct leap_frame *with_gestures(struct leap_broadcast *broadcast,
					      const struct leap_frame *frame,
					      uint32_t mask)
{
	unsigned int i;

	broadcast->some = *frame;
	broadcast->some.gesture_count = 0;
	for (i = 0; i < frame->gesture_count; i++)
		if (mask & (UINT32_C(1) << i))
			broadcast->some.gesture[broadcast->some.gesture_count++] =
				frame->gesture[i];
	return &broadcast->some;
}

static int make_text(struct leap_broadcast *broadcast, struct text *text,
		     const struct leap_frame *frame,
		     const struct leap_broadcast_options *options)
{
	struct leap_frame_json_options json = { options->version, options->gestures };
	int size;

	if (!text->buffer)
		text->buffer = malloc(broadcast->headroom + LEAP_FRAME_JSON_MAX);
	if (!text->buffer)
		return -ENOMEM;
	if (choose(frame, options) == CHOICE_SOME)
		frame = with_gestures(broadcast, frame, options->gesture_mask);
	size = leap_frame_json_write(frame, &json, text->buffer + broadcast->headroom,
				     LEAP_FRAME_JSON_MAX);
	if (size < 0)
		return size;
	text->size = size;
	text->frame_id = frame->id;
	text->gesture_mask = options->gesture_mask;
	return 0;
}

int leap_broadcast_text(struct leap_broadcast *broadcast,
			const struct leap_frame *frame,
			const struct leap_broadcast_options *options, char **ret_text)
{
	struct text *text = &broadcast->text[options->version][choose(frame, options)];
	int r;

	if (!text->size || text->frame_id != frame->id ||
	    (options->gestures && text->gesture_mask != options->gesture_mask)) {
		text->size = 0;
		r = make_text(broadcast, text, frame, options);
		if (r)
			return r;
	}
	*ret_text = text->buffer + broadcast->headroom;
	return text->size;
}

void leap_broadcast_free(struct leap_broadcast *broadcast)
{
	int version, choice;

	if (!broadcast)
		return;
	for (version = 0; version <= LEAP_PROTOCOL_MAX; version++)
		for (choice = 0; choice < CHOICES; choice++)
			free(broadcast->text[version][choice].buffer);
	free(broadcast);
}
