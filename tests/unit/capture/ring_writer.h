/* SPDX-License-Identifier: MIT */
/*
 * A ring in memory and the driver's half of its rules, played by a test.
 * The barriers are those of the table in uapi/linux/leap.h.
 */
#ifndef LEAP_TEST_RING_WRITER_H
#define LEAP_TEST_RING_WRITER_H

#include <linux/leap.h>

#include <stddef.h>

struct ring_writer {
	struct leap_ring_header *header;
	size_t size;
};

/** ring_writer_new() - a ring of 640 x 120 frames in memory mapped for it */
void ring_writer_new(struct ring_writer *writer, unsigned int slot_count);

struct leap_slot *ring_writer_slot(const struct ring_writer *writer, __u32 number);

/** ring_writer_begin() - frame @number starts to arrive: W1, W2 */
struct leap_slot *ring_writer_begin(struct ring_writer *writer, __u32 number);

/** ring_writer_end() - every pixel becomes @value, the frame is published: W3, W4 */
void ring_writer_end(struct ring_writer *writer, struct leap_slot *slot, int value);

/** ring_writer_publish() - a whole frame whose pixels are its number's low byte */
void ring_writer_publish(struct ring_writer *writer, __u32 number);

void ring_writer_free(struct ring_writer *writer);

#endif /* LEAP_TEST_RING_WRITER_H */
