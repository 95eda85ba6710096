/* SPDX-License-Identifier: MIT */
/*
 * The other ways to write a frame: json-c's DOM, and snprintf("%.6g"); all say the same.
 * One thread.
 */
#ifndef LEAP_BENCH_OTHER_WRITERS_H
#define LEAP_BENCH_OTHER_WRITERS_H

#include "daemon/motion/frame.h"
#include "daemon/service/frame_json.h"

/** OTHER_WRITERS_SIZE - bytes that any of them fits in */
#define OTHER_WRITERS_SIZE (4 * LEAP_FRAME_JSON_MAX)

struct other_writers;

/** other_writers_new() - for one frame; exits without memory */
struct other_writers *other_writers_new(const struct leap_frame *frame);

/* Each writes the frame and returns its bytes. */
int write_ours(const struct other_writers *writers, char *buffer);
int write_snprintf(const struct other_writers *writers, char *buffer);
int write_json_c(const struct other_writers *writers, char *buffer);

void other_writers_free(struct other_writers *writers);

#endif /* LEAP_BENCH_OTHER_WRITERS_H */
