/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Judges what the device answers on its control pipe, where image bytes with a good
 * status have been seen instead of answers. Pure; owns nothing.
 */
#ifndef LEAP_ANSWER_H
#define LEAP_ANSWER_H

#include "driver/descriptor.h"
#include "driver/pure.h"

/** LEAP_SERIAL_LEN - bytes of the serial number in the property memory */
#define LEAP_SERIAL_LEN 14

/** LEAP_PROBE_SIZE - the probe and commit block of UVC 1.00 */
#define LEAP_PROBE_SIZE 26

/** LEAP_PAYLOAD_MAX - what every known firmware says of its payloads, in bytes */
#define LEAP_PAYLOAD_MAX 16384

/** leap_serial_valid() - LEAP_SERIAL_LEN bytes: letters and digits, then NULs */
bool leap_serial_valid(const u8 *data);

/**
 * leap_calibration_valid() - marker and checksum of the calibration block
 * @data: LEAP_CALIBRATION_SIZE bytes
 *
 * The last of its 39 little-endian words is the sum of those before it.
 */
bool leap_calibration_valid(const u8 *data);

/**
 * leap_probe_encode() - the block that asks for a mode
 * @mode: the mode
 * @block: LEAP_PROBE_SIZE bytes, filled in
 */
void leap_probe_encode(const struct leap_video_mode *mode, u8 *block);

/**
 * leap_probe_payload_size() - what the device made of the block
 * @mode: what was asked for
 * @block: LEAP_PROBE_SIZE bytes of answer
 *
 * dwMaxVideoFrameSize is not looked at: it is that of the largest mode in all modes.
 * Return: bytes of the largest payload, 1..LEAP_PAYLOAD_MAX; 0 when this is no
 * answer to the request, or a refusal.
 */
u32 leap_probe_payload_size(const struct leap_video_mode *mode, const u8 *block);

#endif /* LEAP_ANSWER_H */
