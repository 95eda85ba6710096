// SPDX-License-Identifier: GPL-2.0-only
/*
 * From UVC payloads to frames in the ring, without I/O. The caller holds the stream's
 * lock.
 *
 * A frame begins where the frame id flips, or where it stays the same but the time
 * stamp is that of a later frame: then an odd number of frames in between was lost.
 * It ends with the EOF bit or where the next one begins. At the start of the stream,
 * and after a transfer has failed, it is not known whether the first payload that
 * comes is the first of its frame. Such a frame is filled unseen by readers, and
 * published only if it turns out to be whole.
 */
#include "driver/decoder.h"
#include "driver/metadata.h"

/* UVC 1.00, 2.4.3.2.2: payload header */
#define LEAP_HEADER_FID 0x01
#define LEAP_HEADER_EOF 0x02
#define LEAP_HEADER_PTS 0x04
#define LEAP_HEADER_SCR 0x08
#define LEAP_HEADER_ERR 0x40
#define LEAP_HEADER_EOH 0x80
#define LEAP_HEADER_MIN 2
#define LEAP_HEADER_PTS_SIZE 4
#define LEAP_HEADER_SCR_SIZE 6

/* a jump of the device's clock beyond this is no count of lost frames */
#define LEAP_PTS_GAP_MAX_MS 1000
#define LEAP_NS_PER_MS 1000000U

static bool leap_header_parse(const u8 *data, u32 len, struct leap_header *ret_header)
{
	u32 needed = LEAP_HEADER_MIN;
	u8 bits;

	if (len < LEAP_HEADER_MIN)
		return false;
	bits = data[1];
	if (bits & LEAP_HEADER_PTS)
		needed += LEAP_HEADER_PTS_SIZE;
	if (bits & LEAP_HEADER_SCR)
		needed += LEAP_HEADER_SCR_SIZE;
	if (!(bits & LEAP_HEADER_EOH) || data[0] < needed || data[0] > len)
		return false;

	ret_header->length = data[0];
	ret_header->has_pts = bits & LEAP_HEADER_PTS;
	ret_header->pts_ms = ret_header->has_pts ? leap_get_le32(data + 2) : 0;
	ret_header->frame_id = bits & LEAP_HEADER_FID;
	ret_header->end = bits & LEAP_HEADER_EOF;
	ret_header->error = bits & LEAP_HEADER_ERR;
	return true;
}

/* Frames from @from to @to by the time stamps; false when they do not tell. */
static bool leap_frames_by_pts(const struct leap_decoder *decoder,
			       const struct leap_header *from,
			       const struct leap_header *to, u32 *ret_frames)
{
	u32 gap = to->pts_ms - from->pts_ms;

	if (!from->has_pts || !to->has_pts || gap > LEAP_PTS_GAP_MAX_MS)
		return false;
	*ret_frames =
		DIV_ROUND_CLOSEST(gap * LEAP_NS_PER_MS, decoder->ring->interval_ns);
	return true;
}

/*
 * Frames lost between the last published one and the one that @header begins. Their
 * number is odd when both have the same frame id; the time stamps tell the rest.
 */
static u32 leap_frames_lost(const struct leap_decoder *decoder,
			    const struct leap_header *header)
{
	bool odd = header->frame_id == decoder->published_header.frame_id;
	u32 frames;

	if (!decoder->published)
		return 0;
	if (!leap_frames_by_pts(decoder, &decoder->published_header, header, &frames) ||
	    !frames)
		return odd;
	frames--;
	if ((frames & 1) == odd)
		return frames;
	return frames ? frames - 1 : odd;
}

static bool leap_begins_frame(const struct leap_decoder *decoder,
			      const struct leap_header *header)
{
	u32 frames;

	if (!decoder->seen || header->frame_id != decoder->current_header.frame_id)
		return true;
	return leap_frames_by_pts(decoder, &decoder->current_header, header, &frames) &&
	       frames >= 2;
}

static void leap_frame_begin(struct leap_decoder *decoder,
			     const struct leap_header *header, u64 now_ns)
{
	decoder->visible = decoder->synced;
	leap_ring_begin(decoder->ring, decoder->visible, now_ns, header->pts_ms,
			leap_frames_lost(decoder, header));
	decoder->current_header = *header;
	decoder->seen = true;
	decoder->open = true;
	decoder->skip = false;
	decoder->flags = 0;
	decoder->synced = true;
}

static void leap_frame_add(struct leap_decoder *decoder, const u8 *data, u32 len)
{
	if (decoder->skip)
		return;
	if (leap_ring_append(decoder->ring, data, len) < len) {
		decoder->flags |= LEAP_FRAME_OVERRUN;
		decoder->skip = true;
	}
}

static void leap_frame_metadata(struct leap_decoder *decoder,
				struct leap_frame_end *end)
{
	const struct leap_ring *ring = decoder->ring;
	const struct leap_metadata last_set = {
		.exposure_us = READ_ONCE(decoder->last_set.exposure_us),
		.gain = READ_ONCE(decoder->last_set.gain),
		.digital_gain = READ_ONCE(decoder->last_set.digital_gain),
	};
	struct leap_metadata metadata;

	if (ring->frame_size < LEAP_METADATA_SIZE ||
	    !leap_metadata_parse(leap_ring_pixels(ring) + ring->frame_size -
					 LEAP_METADATA_SIZE,
				 &last_set, &metadata))
		return;
	end->flags |= LEAP_FRAME_METADATA;
	if (!metadata.lit)
		end->flags |= LEAP_FRAME_DARK;
	end->exposure_us = metadata.exposure_us;
	end->gain = metadata.gain;
	end->digital_gain = metadata.digital_gain;
	end->label = metadata.label;
}

static bool leap_frame_finish(struct leap_decoder *decoder)
{
	struct leap_frame_end end = {
		.flags = decoder->flags,
		.time_last_ns = decoder->last_ns,
	};
	bool whole;

	decoder->open = false;
	if (decoder->ring->filled < decoder->ring->frame_size)
		end.flags |= LEAP_FRAME_SHORT;
	whole = !(end.flags & (LEAP_FRAME_SHORT | LEAP_FRAME_OVERRUN));
	if (!whole && !decoder->visible) {
		leap_ring_cancel(decoder->ring);
		return false;
	}
	if (whole)
		leap_frame_metadata(decoder, &end);
	leap_ring_publish(decoder->ring, &end);
	decoder->published = true;
	decoder->published_header = decoder->current_header;
	return true;
}

void leap_decoder_init(struct leap_decoder *decoder, struct leap_ring *ring)
{
	memset(decoder, 0, sizeof(*decoder));
	decoder->ring = ring;
}

void leap_decoder_set_exposure(struct leap_decoder *decoder, u16 exposure_us, u8 gain,
			       u8 digital_gain)
{
	WRITE_ONCE(decoder->last_set.exposure_us, exposure_us);
	WRITE_ONCE(decoder->last_set.gain, gain);
	WRITE_ONCE(decoder->last_set.digital_gain, digital_gain);
}

bool leap_decoder_payload(struct leap_decoder *decoder, const u8 *data, u32 len,
			  u64 now_ns)
{
	struct leap_header header;
	bool published = false;

	if (!len)
		return false; /* ends a payload that filled its last packet */
	if (!leap_header_parse(data, len, &header)) {
		leap_decoder_hole(decoder);
		return false;
	}
	if (leap_begins_frame(decoder, &header)) {
		if (decoder->open)
			published = leap_frame_finish(decoder);
		leap_frame_begin(decoder, &header, now_ns);
	} else if (!decoder->open) {
		/* more of a frame that has already ended */
		if (len > header.length)
			leap_ring_count(&decoder->ring->header->errors, 1);
		return false;
	}

	decoder->last_ns = now_ns;
	if (header.error)
		decoder->flags |= LEAP_FRAME_ERROR;
	leap_frame_add(decoder, data + header.length, len - header.length);
	if (!header.end)
		return published;
	decoder->synced = true;
	return leap_frame_finish(decoder) || published;
}

void leap_decoder_hole(struct leap_decoder *decoder)
{
	leap_ring_count(&decoder->ring->header->errors, 1);
	decoder->synced = false;
	if (decoder->open) {
		decoder->flags |= LEAP_FRAME_ERROR;
		decoder->skip = true;
	}
}

bool leap_decoder_stop(struct leap_decoder *decoder)
{
	bool published = false;

	if (decoder->open) {
		decoder->flags |= LEAP_FRAME_ERROR;
		published = leap_frame_finish(decoder);
	}
	decoder->seen = false;
	decoder->synced = false;
	decoder->published = false;
	return published;
}
