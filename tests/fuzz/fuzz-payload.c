// SPDX-License-Identifier: MIT
/*
 * Any sequence of transfers into a small ring: whatever comes, what readers see keeps
 * its promises. Single-threaded.
 *
 * The input is a list of commands, each a byte and what it takes: a transfer of raw
 * bytes, a well-formed payload, a failed transfer, a stop.
 */
#include <stdint.h>
#include <stdlib.h>

#include "driver/decoder.h"

#define SLOTS 4
#define WIDTH 16
#define HEIGHT 4
#define FRAME (WIDTH * HEIGHT * 2)
#define INTERVAL_NS 8695600
#define CANARY 0xa5
#define HEADER 6

#define require(condition)        \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

struct input {
	const uint8_t *data;
	size_t size;
};

struct rig {
	struct leap_ring ring;
	struct leap_decoder decoder;
	u32 head;
	u32 frames;
	u64 now_ns;
};

static uint8_t take(struct input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->data++;
}

/* Copied to its exact size, so that ASan sees a byte too far. */
static bool send(struct rig *rig, const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	bool published;

	require(copy);
	memcpy(copy, data, len);
	published = leap_decoder_payload(&rig->decoder, copy, len, ++rig->now_ns);
	free(copy);
	return published;
}

static bool send_raw(struct rig *rig, struct input *in)
{
	size_t len = take(in);
	const uint8_t *data = in->data;

	len = len < in->size ? len : in->size;
	in->data += len;
	in->size -= len;
	return send(rig, data, len);
}

static bool send_payload(struct rig *rig, struct input *in)
{
	uint8_t payload[HEADER + 255] = { HEADER };
	size_t len;

	payload[1] = 0x84 | take(in);
	payload[1] &= ~8; /* no room for a source clock */
	payload[2] = take(in);
	payload[3] = take(in);
	len = take(in);
	memset(payload + HEADER, 0x78, len);
	return send(rig, payload, HEADER + len);
}

static void check_slot(const struct rig *rig, u32 sequence)
{
	const struct leap_slot *slot = leap_ring_slot(&rig->ring, sequence);
	const uint8_t *end = (const uint8_t *)slot + sizeof(*slot) + FRAME;

	require(*end == CANARY);
	if (!sequence || slot->sequence != sequence)
		return; /* not there, or never was */
	require(slot->filled <= FRAME);
	require(slot->size == FRAME);
	require(slot->width == WIDTH && slot->height == HEIGHT);
	require(slot->generation == rig->ring.header->generation);
	require(slot->time_first_ns <= rig->now_ns);
}

static void check_published(const struct rig *rig, u32 sequence)
{
	const struct leap_slot *slot = leap_ring_slot(&rig->ring, sequence);

	require(slot->sequence == sequence);
	require(!(slot->flags & LEAP_FRAME_SHORT) == (slot->filled == FRAME));
	require(slot->time_last_ns >= slot->time_first_ns);
	if (slot->flags & LEAP_FRAME_METADATA)
		require(slot->gain >= 16 && slot->gain <= 63);
	else
		require(!(slot->flags & LEAP_FRAME_DARK));
}

static void check(struct rig *rig, bool published)
{
	const struct leap_ring_header *header = rig->ring.header;
	u32 new = header->head - rig->head;

	require(published == (new > 0));
	require(new <= 2); /* one ended by the next, which is its own last payload */
	require(header->frames == header->head);
	require(header->short_frames <= header->frames);
	for (u32 i = 0; i < new; i++)
		check_published(rig, header->head - i);
	for (u32 i = 0; i < SLOTS; i++)
		check_slot(rig, header->head + 1 - i);
	rig->head = header->head;
}

static void run(struct rig *rig, struct input *in)
{
	while (in->size) {
		bool published = false;

		switch (take(in) % 8) {
		case 0:
			published = send_raw(rig, in);
			break;
		case 1:
			leap_decoder_hole(&rig->decoder);
			break;
		case 2:
		case 3:
			published = leap_decoder_stop(&rig->decoder);
			break;
		default:
			published = send_payload(rig, in);
		}
		check(rig, published);
	}
}

static void clear_slot(struct leap_slot *slot)
{
	uint8_t *end = (uint8_t *)slot + sizeof(*slot) + FRAME;

	memset(slot, 0, sizeof(*slot) + FRAME);
	*end = CANARY;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t *memory; /* once: most of it is never touched */
	struct input in = { data, size };
	struct rig rig = {};

	if (!memory)
		memory = calloc(1, leap_ring_memory_size(SLOTS, 64));
	require(memory);
	memset(memory, 0, sizeof(struct leap_ring_header));
	leap_ring_init(&rig.ring, memory, SLOTS, 64);
	require(!leap_ring_set_format(&rig.ring, WIDTH, HEIGHT, INTERVAL_NS));
	for (u32 i = 0; i < SLOTS; i++)
		clear_slot(leap_ring_slot(&rig.ring, i));
	leap_decoder_init(&rig.decoder, &rig.ring);
	leap_decoder_set_exposure(&rig.decoder, 511, 31, 4);
	run(&rig, &in);
	return 0;
}
