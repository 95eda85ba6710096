/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From UVC payloads to frames in the ring, without I/O. The caller holds the stream's
 * lock in every function except leap_decoder_set_exposure().
 */
#ifndef LEAP_DECODER_H
#define LEAP_DECODER_H

#include "driver/metadata.h"
#include "driver/pure.h"
#include "driver/ring.h"

/**
 * struct leap_header - the header of a payload
 * @length: bytes of the header
 * @pts_ms: the device's time stamp of the frame, in units of its 1000 Hz clock
 * @has_pts: whether there is one
 * @frame_id: changes from each frame to the next
 * @end: the last payload of a frame
 * @error: the device says that this frame is damaged
 */
struct leap_header {
	u32 length;
	u32 pts_ms;
	bool has_pts;
	bool frame_id;
	bool end;
	bool error;
};

/**
 * struct leap_decoder - where in the stream of payloads we are
 * @ring: the frames go here
 * @current_header: first header of the frame that came last
 * @seen: there was one since the stream began
 * @open: that frame has not ended yet
 * @visible: it was begun where a frame surely begins, and readers see it
 * @synced: since the last frame began, nothing was missed
 * @skip: the rest of the frame is not wanted
 * @flags: LEAP_FRAME_* of the open frame
 * @last_ns: when its last payload came
 * @published: whether any frame was, since the stream began
 * @published_header: first header of the last one
 * @last_set: exposure, gain and digital gain that the device was told last
 */
struct leap_decoder {
	struct leap_ring *ring;
	struct leap_header current_header;
	bool seen;
	bool open;
	bool visible;
	bool synced;
	bool skip;
	u32 flags;
	u64 last_ns;
	bool published;
	struct leap_header published_header;
	struct leap_metadata last_set;
};

/**
 * leap_decoder_init() - a decoder at the start of a stream
 * @decoder: filled in
 * @ring: with its format set before the first payload
 */
void leap_decoder_init(struct leap_decoder *decoder, struct leap_ring *ring);

/**
 * leap_decoder_set_exposure() - what the device was told last; any thread
 * @decoder: completes the metadata of frames with it
 * @exposure_us: 10..65535
 * @gain: 16..63
 * @digital_gain: 4..15
 */
void leap_decoder_set_exposure(struct leap_decoder *decoder, u16 exposure_us, u8 gain,
			       u8 digital_gain);

/**
 * leap_decoder_payload() - one transfer has come, which is one payload
 * @decoder: any state
 * @data: header and pixels, from the device: anything
 * @len: bytes, 0 included
 * @now_ns: when it came
 *
 * Return: whether a frame was published.
 */
bool leap_decoder_payload(struct leap_decoder *decoder, const u8 *data, u32 len,
			  u64 now_ns);

/**
 * leap_decoder_hole() - a transfer has failed: payloads may be missing here
 * @decoder: any state
 *
 * Counts the error. What is left of the open frame is not taken, because its place
 * in the picture is no longer known.
 */
void leap_decoder_hole(struct leap_decoder *decoder);

/**
 * leap_decoder_stop() - the stream has ended, or begins anew
 * @decoder: any state
 *
 * An open frame that readers can see is published as a damaged one: who has used rows
 * of it may not find another frame under its number. Return: whether that was so.
 */
bool leap_decoder_stop(struct leap_decoder *decoder);

#endif /* LEAP_DECODER_H */
