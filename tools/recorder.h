/* SPDX-License-Identifier: MIT */
/*
 * Writes stereo frames as a capture from a thread of its own, so that a slow disk does
 * not make a source lose frames. What is written ends with a whole frame, always.
 */
#ifndef LEAP_RECORDER_H
#define LEAP_RECORDER_H

#include "daemon/capture/capture_file.h"
#include "daemon/capture/stereo_frame.h"

struct recorder;

/**
 * recorder_new() - start a capture
 * @fd: written to, from its present position, until recorder_finish(); the caller's
 * @format: of every frame
 *
 * Return: 0 or a negative errno.
 */
int recorder_new(int fd, const struct leap_capture_format *format,
		 struct recorder **ret_recorder);

/**
 * recorder_slot() - room for the next frame's pixels
 *
 * Return: leap_capture_frame_size() bytes, or NULL while everything is waiting for the
 * disk. They become part of the capture with recorder_commit() only.
 */
uint8_t *recorder_slot(struct recorder *recorder);

/**
 * recorder_commit() - let the pixels in recorder_slot() be written
 *
 * Return: 0, or the negative errno that ended the writing.
 */
int recorder_commit(struct recorder *recorder, int64_t time_ns);

/**
 * recorder_finish() - write what waits, and free the recorder
 * @ret_written: whole frames in the capture; also on failure
 *
 * After a failure a regular file is cut behind its last whole frame.
 *
 * Return: 0, or the negative errno that ended the writing.
 */
int recorder_finish(struct recorder *recorder, uint64_t *ret_written);

#endif /* LEAP_RECORDER_H */
