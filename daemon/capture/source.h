/* SPDX-License-Identifier: MIT */
/*
 * Where stereo frames come from: the device ring, a replayed file, the simulator.
 * One thread, the capture thread, owns a source from open to close.
 */
#ifndef LEAP_SOURCE_H
#define LEAP_SOURCE_H

#include "daemon/capture/stereo_frame.h"

#define LEAP_SOURCE_CALIBRATION_SIZE 156
#define LEAP_SOURCE_SERIAL_SIZE 16
#define LEAP_SOURCE_PATH_SIZE 64

struct leap_source;

/**
 * struct leap_source_info - what does not change while a source is open
 * @serial: identity for clients ("LP" and eleven digits), NUL terminated
 * @device: path of the controller whose ring it reads; empty: it is none, or the path is
 *	too long to be told
 * @type: "peripheral", "keyboard" or "laptop"
 * @calibration: the controller's block, as it is; not parsed here
 * @calibration_size: LEAP_SOURCE_CALIBRATION_SIZE, or 0 when the source has none
 */
struct leap_source_info {
	char serial[LEAP_SOURCE_SERIAL_SIZE];
	char device[LEAP_SOURCE_PATH_SIZE];
	const char *type;
	uint8_t calibration[LEAP_SOURCE_CALIBRATION_SIZE];
	size_t calibration_size;
};

/**
 * leap_source_open() - open what a --source argument names
 * @spec: "auto", "device[:PATH]", "replay:FILE" or "simulate[:SEED]". device
 *	without a path is the first /dev/leapN that can be opened; auto is that, else
 *	the simulator. A replayed FILE takes its calibration from FILE.calibration
 *	when that exists, is played at its recorded pace and starts again at its end
 * @ret_source: the caller's, to be closed with leap_source_close()
 * @ret_error: text for a person, what is wrong and what to do; valid until the next
 *	call on the same thread; set on failure only
 *
 * Return: 0; -EINVAL not a source; -ENOENT, -EACCES, -ENODEV, -EBADMSG (a file
 * that is no capture), -EPROTO (another ABI version), or what open() says.
 */
int leap_source_open(const char *spec, struct leap_source **ret_source,
		     const char **ret_error);

/** leap_source_info() - borrowed, valid until close */
const struct leap_source_info *leap_source_info(const struct leap_source *source);

/** leap_source_is_live() - true for a device, false for replay and simulator */
bool leap_source_is_live(const struct leap_source *source);

/**
 * leap_source_next() - wait for the newest frame
 * @source: an open source
 * @timeout_ms: how long to wait at most
 * @ret_frame: filled in on 1; the pixels stay valid until the next call
 *
 * Always yields the newest complete frame: what came while the caller was busy is
 * skipped and counted in lost_before.
 *
 * Return: 1 a frame; 0 timeout, or a signal came; -ENODEV the device is gone: close the
 * source and open it again when it is back; -EIO the source is broken (text on stderr).
 */
int leap_source_next(struct leap_source *source, int timeout_ms,
		     struct leap_stereo_frame *ret_frame);

/**
 * leap_source_still_valid() - was a borrowed frame left intact while it was used?
 * A frame of the device ring can be overwritten under a slow reader; ask after the
 * last use of the pixels and discard what was made of them when this says false.
 */
bool leap_source_still_valid(const struct leap_source *source,
			     const struct leap_stereo_frame *frame);

/**
 * leap_source_expose() - how much light later frames shall let in
 * @exposure_us: 10..65535
 * @gain: analog, sixteenths, 16..63
 *
 * Frames tell by their exposure_us and gain when it is in force. A device is asked over
 * USB, which takes a fraction of a millisecond, or a second when it does not answer.
 *
 * Return: 0; -EOPNOTSUPP a recording; -EPERM the device may only be read; -ERANGE;
 * -EIO; -ENODEV.
 */
int leap_source_expose(struct leap_source *source, unsigned int exposure_us,
		       unsigned int gain);

/**
 * leap_source_darken() - expose some of the frames to come with the LEDs off
 * @interval: one in so many; 1: all; 0: none
 *
 * Such frames are yielded with leap_stereo_frame::dark set.
 *
 * Return: as leap_source_expose().
 */
int leap_source_darken(struct leap_source *source, unsigned int interval);

/** leap_source_close() - NULL is allowed; borrowed frames and info end here */
void leap_source_close(struct leap_source *source);

#endif /* LEAP_SOURCE_H */
