/* SPDX-License-Identifier: MIT */
/*
 * From pictures to published frames: source, tracker, motion and state in one thread.
 * The thread owns all of it; the functions here may be called by one other thread.
 */
#ifndef LEAP_PIPELINE_H
#define LEAP_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "daemon/capture/images.h"
#include "daemon/policy/policy.h"
#include "daemon/state/state.h"

struct leap_pipeline;

/**
 * struct leap_pipeline_options - where pictures come from and what is made of them
 * @source: as leap_source_open() takes it
 * @wait: without a controller wait for one, neither failing nor simulating
 * @policy: while it says so, tracking is paused; its settings of gestures and of the
 *	interaction box count as soon as they change; NULL: never, built-in ones
 * @images: where pictures are offered to others; NULL: nowhere
 * @trace: a line "id ready_ns published_ns" for each frame; NULL for none
 */
struct leap_pipeline_options {
	const char *source;
	bool wait;
	const struct leap_policy *policy;
	struct leap_images *images;
	FILE *trace;
};

/**
 * leap_pipeline_open() - open the source, in the thread that will read it
 * @options: must outlive the pipeline
 * @state: likewise; nothing is published before leap_pipeline_run()
 * @ret_error: one line for a person, on failure only; to be freed
 *
 * Return: 0, or what leap_source_open() says.
 */
int leap_pipeline_open(const struct leap_pipeline_options *options,
		       struct leap_state *state, struct leap_pipeline **ret_pipeline,
		       char **ret_error);

/** leap_pipeline_source() - what was opened, for a person */
const char *leap_pipeline_source(const struct leap_pipeline *pipeline);

/** leap_pipeline_epoch_ns() - CLOCK_MONOTONIC at which the time stamps of frames begin */
int64_t leap_pipeline_epoch_ns(const struct leap_pipeline *pipeline);

/** leap_pipeline_run() - let it publish */
void leap_pipeline_run(struct leap_pipeline *pipeline);

/** leap_pipeline_fd() - readable when it has ended by itself: the source is broken */
int leap_pipeline_fd(const struct leap_pipeline *pipeline);

/** leap_pipeline_stop() - end the thread and free everything. Return: 0, or why it
 * had ended by itself. */
int leap_pipeline_stop(struct leap_pipeline *pipeline);

#endif /* LEAP_PIPELINE_H */
