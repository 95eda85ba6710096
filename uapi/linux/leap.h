/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note OR MIT */
/*
 * /dev/leapN: the frame ring and the ioctls of a Leap Motion Controller.
 * The contract between the kernel driver (its only writer) and every reader.
 *
 * A reader opens the device, maps the ring read-only, asks for the stream with
 * LEAP_IOC_START and follows leap_ring_header::head. Mapping:
 *
 *	hdr = mmap(NULL, info.ring_size, PROT_READ, MAP_SHARED, fd, 0);
 *	slot = (char *)hdr + hdr->header_size +
 *	       (size_t)(sequence % hdr->slot_count) * hdr->slot_stride;
 *	pixels = (char *)slot + hdr->data_offset;
 *
 * One writer, any number of readers, no lock and no system call while reading.
 * Sequence numbers are 32 bit, start at 1, skip 0 when they wrap and are compared
 * by signed difference. The rule for reading frame N of slot S:
 *
 *	1. load-acquire S->sequence; if it is not N, the frame is not there (any more)
 *	2. complete frame: only if (int32_t)(head - N) >= 0, head loaded with acquire;
 *	   early rows: load-acquire S->filled, only pixels below it are valid
 *	3. use the pixels and the metadata
 *	4. read barrier, load S->sequence again; if it is no longer N, what was used
 *	   in step 3 has been overwritten: discard it and go on at the head
 *
 * Barriers, each with its partner (W: driver/ring.c, R: the reader):
 *
 *	W1 sequence = 0;  wmb;  metadata reset       R4 rmb; sequence again
 *	W2 metadata reset; wmb; sequence = N         R1 acquire of sequence
 *	W3 pixels; store-release filled              R2 acquire of filled
 *	W4 final metadata; store-release head        R2 acquire of head
 *
 * The mapping outlives close() and unplugging: its pages are freed with the last
 * mapping. Times are CLOCK_MONOTONIC nanoseconds. All fields are in host order.
 */
#ifndef _UAPI_LINUX_LEAP_H
#define _UAPI_LINUX_LEAP_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** LEAP_ABI_VERSION - raised when a field changes its meaning or place. */
#define LEAP_ABI_VERSION 1

/** LEAP_RING_MAGIC - first word of the ring: "LEAP" read as little endian. */
#define LEAP_RING_MAGIC 0x5041454cU

/** LEAP_FRAME_MAX - pixels of the largest mode, 752 x 480 x 2 eyes, in bytes. */
#define LEAP_FRAME_MAX 721920

#define LEAP_CALIBRATION_SIZE 156
#define LEAP_SERIAL_SIZE 16 /* 14 characters and NUL padding */

/*
 * leap_slot::flags. A frame with any of SHORT, ERROR or OVERRUN set is published,
 * so that loss is never hidden, but its pixels past leap_slot::filled are stale, and
 * those before it may be out of place: a lost payload leaves no mark of where it was.
 */
#define LEAP_FRAME_SHORT (1U << 0) /* fewer bytes than the mode has */
#define LEAP_FRAME_ERROR (1U << 1) /* the device flagged it, or a transfer failed */
#define LEAP_FRAME_OVERRUN \
	(1U << 2) /* more bytes than the mode has; the rest was dropped */
#define LEAP_FRAME_DARK (1U << 3) /* exposed with the LEDs off */
#define LEAP_FRAME_METADATA \
	(1U << 4) /* exposure_us, gain and label were in the pixels */

/* leap_ring_header::state */
#define LEAP_STATE_IDLE 0 /* nobody has asked for the stream */
#define LEAP_STATE_STREAMING 1
#define LEAP_STATE_STALLED 2 /* streaming was asked for, nothing arrives */
#define LEAP_STATE_GONE 3 /* unplugged; the mapping stays, nothing will change again */
#define LEAP_STATE_LOCKED \
	4 /* it answers, and has never sent a frame: its firmware is locked */

/**
 * struct leap_ring_header - page 0 of the mapping, written by the driver only
 * @magic: LEAP_RING_MAGIC
 * @abi_version: LEAP_ABI_VERSION of the driver
 * @header_size: offset of slot 0 from the start of the mapping, whole pages
 * @slot_count: number of slots
 * @slot_stride: distance between slots, bytes, whole pages
 * @data_offset: offset of the pixels in a slot
 * @data_capacity: bytes for pixels in a slot, >= LEAP_FRAME_MAX
 * @state: LEAP_STATE_*
 * @head: sequence number of the newest complete frame; 0 before the first
 * @generation: raised with every change of the four fields below, that is when the
 *	sensor mode changes; frames of the new mode carry it in their slots
 * @width: columns of one eye
 * @height: rows
 * @frame_size: bytes of a whole frame, width * height * 2
 * @interval_ns: nominal time between frames
 * @frames: complete frames published, flagged ones included
 * @lost: frames that the device started and the ring never saw
 * @short_frames: frames published with LEAP_FRAME_SHORT
 * @errors: transfers that failed and payloads that were refused
 * @restarts: times the stream was started again after a stall, a reset or sleep
 * @control_errors: control requests that failed or were answered implausibly
 * @reserved: 0
 *
 * Counters are modulo 2^32.
 */
struct leap_ring_header {
	__u32 magic;
	__u32 abi_version;
	__u32 header_size;
	__u32 slot_count;
	__u32 slot_stride;
	__u32 data_offset;
	__u32 data_capacity;
	__u32 state;
	__u32 head;
	__u32 generation;
	__u32 width;
	__u32 height;
	__u32 frame_size;
	__u32 interval_ns;
	__u32 frames;
	__u32 lost;
	__u32 short_frames;
	__u32 errors;
	__u32 restarts;
	__u32 control_errors;
	__u32 reserved[44];
};

/**
 * struct leap_slot - what precedes the pixels of one frame
 * @sequence: number of the frame in this slot; 0 while it is being replaced
 * @filled: bytes of pixels received so far, in order from the first row
 * @flags: LEAP_FRAME_*, final once head has reached @sequence
 * @generation: leap_ring_header::generation this frame belongs to
 * @time_first_ns: arrival of the first payload
 * @time_last_ns: arrival of the last payload; 0 until the frame is complete
 * @device_time_ms: the controller's own time stamp of the frame
 * @size: bytes of the whole frame
 * @width: columns of one eye
 * @height: rows
 * @lost_before: frames lost directly before this one
 * @exposure_us: exposure in microseconds; valid with LEAP_FRAME_METADATA
 * @gain: analog gain in 1/16, 16..63; valid with LEAP_FRAME_METADATA (the frame
 *	carries the low nine bits of the exposure and the low five of the gain; the
 *	driver completes them from the value that was set last)
 * @label: the device's 8-bit frame label; valid with LEAP_FRAME_METADATA
 * @digital_gain: what the pixels were multiplied with, in 1/4, 4..15; valid with
 *	LEAP_FRAME_METADATA
 * @reserved_bytes: 0
 * @reserved: 0
 *
 * Whether the LEDs were lit is LEAP_FRAME_DARK. Size, width and height are those of
 * this frame, whatever the mode is by now.
 *
 * The pixels are interleaved: each column of a row is the left eye's byte, then
 * the right eye's. The eye named left sits at x = +baseline/2.
 */
struct leap_slot {
	__u32 sequence;
	__u32 filled;
	__u32 flags;
	__u32 generation;
	__u64 time_first_ns;
	__u64 time_last_ns;
	__u32 device_time_ms;
	__u32 size;
	__u16 width;
	__u16 height;
	__u32 lost_before;
	__u16 exposure_us;
	__u8 gain;
	__u8 label;
	__u8 digital_gain;
	__u8 reserved_bytes[3];
	__u32 reserved[18];
};

/* leap_info::form_factor */
#define LEAP_FORM_UNKNOWN 0
#define LEAP_FORM_PERIPHERAL 1 /* on the desk: f182:0003 */
#define LEAP_FORM_LAPTOP 2
#define LEAP_FORM_KEYBOARD 3

/* leap_info::locked */
#define LEAP_LOCKED_UNKNOWN 0 /* nobody has streamed since it was plugged in */
#define LEAP_LOCKED_NO 1 /* frames have come */
#define LEAP_LOCKED_YES 2 /* it answers, it took the mode, and no frame came */

/**
 * struct leap_info - who and what the device is (LEAP_IOC_INFO)
 * @abi_version: LEAP_ABI_VERSION of the driver
 * @ring_size: bytes to mmap
 * @serial: NUL padded; empty when the device answered no plausible serial
 * @firmware: the two version bytes of the property memory, low byte first
 * @calibration_valid: 1 when the calibration was read and its checksum holds
 * @form_factor: LEAP_FORM_*
 * @locked: LEAP_LOCKED_*
 * @reserved: 0
 */
struct leap_info {
	__u32 abi_version;
	__u32 ring_size;
	__u8 serial[LEAP_SERIAL_SIZE];
	__u16 firmware;
	__u8 calibration_valid;
	__u8 form_factor;
	__u8 locked;
	__u8 reserved[35];
};

/**
 * struct leap_calibration - the factory calibration (LEAP_IOC_CALIBRATION)
 * @data: the block as the device stores it, checksum verified by the driver
 */
struct leap_calibration {
	__u8 data[LEAP_CALIBRATION_SIZE];
};

/* leap_control::id */
#define LEAP_CONTROL_EXPOSURE 1 /* microseconds, 10..65535 */
#define LEAP_CONTROL_GAIN 2 /* analog, 1/16 steps, 16..63 */
#define LEAP_CONTROL_LED_LEFT 3 /* 0 off, 1 on */
#define LEAP_CONTROL_LED_CENTRE 4
#define LEAP_CONTROL_LED_RIGHT 5
#define LEAP_CONTROL_DIGITAL_GAIN 6 /* 1/4 steps, 4..15 */
#define LEAP_CONTROL_GAMMA 7 /* 0 linear, 1 square root */
#define LEAP_CONTROL_HDR 8 /* 0 off, 1 on */
#define LEAP_CONTROL_ROTATE 9 /* 1: turned by 180 degrees */
#define LEAP_CONTROL_DARK_INTERVAL 10 /* 0 never, 1 all dark, N: one frame in N */
#define LEAP_CONTROL_CENTRE_ROW 11 /* of the sensor's window, 0..479 */
#define LEAP_CONTROL_FRAME_RATIO 12 /* 1/1000 of the mode's rate, 1..1000 */

/**
 * struct leap_control - one setting of the device (LEAP_IOC_CONTROL_GET, _SET)
 * @id: LEAP_CONTROL_*; the caller sets it
 * @value: current value; the caller sets it for _SET
 * @minimum: filled in by both
 * @maximum: filled in by both
 */
struct leap_control {
	__u32 id;
	__s32 value;
	__s32 minimum;
	__s32 maximum;
};

/**
 * struct leap_mode_info - what frames look like (LEAP_IOC_MODE_ENUM, _GET, _SET)
 * @index: position in the list of modes; the caller sets it for _ENUM
 * @width: columns of one eye; the caller sets it for _SET
 * @height: rows; the caller sets it for _SET
 * @interval_ns: nominal time between frames
 * @frame_size: bytes of a frame, width * height * 2
 * @reserved: 0
 *
 * A controller has six: 640 and 752 columns by 480, 240 and 120 rows. It begins with
 * 640 x 240 when it is plugged in.
 */
struct leap_mode_info {
	__u32 index;
	__u16 width;
	__u16 height;
	__u32 interval_ns;
	__u32 frame_size;
	__u32 reserved[4];
};

/*
 * Errors common to all: -ENODEV after unplugging, -EINTR.
 * LEAP_IOC_CALIBRATION	-ENODATA when no valid calibration could be read
 * LEAP_IOC_CONTROL_*	-EINVAL unknown id, -ERANGE value out of range,
 *			-EPERM for _SET on a file not opened for writing,
 *			-EIO the device does not answer, -EBADMSG its read-back is
 *			implausible
 * LEAP_IOC_MODE_ENUM	-EINVAL there is no mode of that index
 * LEAP_IOC_MODE_SET	for all files. A running stream goes on in the new mode; the
 *			header's generation is raised before its first frame.
 *			-EINVAL no such mode, -EPERM on a file not opened for writing,
 *			-EIO the device refuses it; then the old mode stays
 * LEAP_IOC_START	asks for the stream on behalf of this file; the device streams
 *			while any file asks. Idempotent. The end of the file takes
 *			it back: that is close(), or munmap() when that comes later.
 *			-EIO the device refuses the mode
 * LEAP_IOC_STOP	takes it back. A frame that ends with the stream, and of which
 *			rows could be seen, is published as a damaged one
 *
 * read() gives one whole, undamaged frame (pixels only), the newest complete one that
 * this file has not yet seen, and asks for the stream by itself. -EMSGSIZE when the
 * buffer is smaller than the frame, -EAGAIN with O_NONBLOCK. poll() reports POLLIN
 * when the head is newer than the last one this file saw (the head at open(), at a
 * read(), or at a poll() that reported it): one system call per frame for a sleeping
 * reader. After unplugging it reports POLLHUP | POLLERR. With epoll, look at the head
 * once after EPOLL_CTL_ADD, which takes the report of a frame that is already there.
 */
#define LEAP_IOC_MAGIC 0xE1
#define LEAP_IOC_INFO _IOR(LEAP_IOC_MAGIC, 0x00, struct leap_info)
#define LEAP_IOC_CALIBRATION _IOR(LEAP_IOC_MAGIC, 0x01, struct leap_calibration)
#define LEAP_IOC_CONTROL_GET _IOWR(LEAP_IOC_MAGIC, 0x02, struct leap_control)
#define LEAP_IOC_CONTROL_SET _IOWR(LEAP_IOC_MAGIC, 0x03, struct leap_control)
#define LEAP_IOC_START _IO(LEAP_IOC_MAGIC, 0x04)
#define LEAP_IOC_STOP _IO(LEAP_IOC_MAGIC, 0x05)
#define LEAP_IOC_MODE_ENUM _IOWR(LEAP_IOC_MAGIC, 0x06, struct leap_mode_info)
#define LEAP_IOC_MODE_GET _IOR(LEAP_IOC_MAGIC, 0x07, struct leap_mode_info)
#define LEAP_IOC_MODE_SET _IOWR(LEAP_IOC_MAGIC, 0x08, struct leap_mode_info)

#if defined(__cplusplus)
#define LEAP_STATIC_ASSERT(cond) static_assert(cond, #cond)
#elif defined(__KERNEL__) || __STDC_VERSION__ >= 201112L
#define LEAP_STATIC_ASSERT(cond) _Static_assert(cond, #cond)
#else
#define LEAP_STATIC_ASSERT(cond) extern int leap_static_assert_c99[(cond) ? 1 : -1]
#endif

LEAP_STATIC_ASSERT(sizeof(struct leap_ring_header) == 256);
LEAP_STATIC_ASSERT(sizeof(struct leap_slot) == 128);
LEAP_STATIC_ASSERT(sizeof(struct leap_info) == 64);
LEAP_STATIC_ASSERT(sizeof(struct leap_calibration) == 156);
LEAP_STATIC_ASSERT(sizeof(struct leap_control) == 16);
LEAP_STATIC_ASSERT(sizeof(struct leap_mode_info) == 32);

#endif /* _UAPI_LINUX_LEAP_H */
