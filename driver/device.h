/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device structure of the module and what its files offer each other. Who owns
 * what is written at struct leap_device.
 */
#ifndef LEAP_DEVICE_H
#define LEAP_DEVICE_H

#include <linux/bits.h>
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/leap.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/usb.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "driver/answer.h"
#include "driver/decoder.h"
#include "driver/descriptor.h"
#include "driver/ring.h"

/*
 * At 115 frames/s a payload lands every 0.46 ms, and the device keeps nothing back:
 * 32 transfers in flight ride out 14.7 ms without a completion, longer than the 10 ms
 * for which softirq work can be put off by one tick at HZ=100. Measured beside two
 * processor hogs: 4 lose a fifth of the frames, 8 none; the rest is margin.
 */
#define LEAP_URBS 32

/* leap_device::logged, a bit for each kind of trouble that is logged only once */
enum leap_trouble {
	LEAP_TROUBLE_CONTROL,
	LEAP_TROUBLE_TRANSFER,
	LEAP_TROUBLE_STALL,
};

/* leap_stream::fault, why a stream that is wanted needs to be started again */
enum leap_fault {
	LEAP_FAULT_NONE,
	LEAP_FAULT_HALT, /* the endpoint has stalled */
	LEAP_FAULT_DOWN, /* transfers keep failing, or none are in flight */
};

/**
 * struct leap_stream - the transfers in flight and what becomes of them
 * @lock: guards decoder, ring (the writer's side), failed and fault; taken in the
 *	completion handler
 * @ring: the frames
 * @decoder: fills them
 * @urbs: poisoned unless the stream is flowing
 * @failed: transfers that have failed since the last good one
 * @fault: see enum leap_fault
 * @watchdog: starts the stream again; takes leap_device::mutex
 * @seen_head: the ring's head when the watchdog looked last; under the mutex, as
 *	is all that follows
 * @look_at: jiffies at which it looks again
 * @backoff_ms: how long it waits before and after the next restart; completions
 *	read it, too
 * @flowing: transfers may be in flight
 * @payload_size: bytes of the largest payload
 */
struct leap_stream {
	spinlock_t lock; /* see above */
	struct leap_ring ring;
	struct leap_decoder decoder;
	struct urb *urbs[LEAP_URBS];
	unsigned int failed;
	enum leap_fault fault;
	struct delayed_work watchdog;
	u32 seen_head;
	unsigned long look_at;
	unsigned int backoff_ms;
	bool flowing;
	u32 payload_size;
};

/**
 * struct leap_device - a controller, from probe until the last file is closed
 * @dev: /dev/leapN and the reference count of all this
 * @cdev: its files
 * @udev: the USB device; a reference is held
 * @control: VideoControl interface; not touched once gone is set
 * @video: VideoStreaming interface; likewise
 * @pipe: the bulk endpoint
 * @max_packet: its wMaxPacketSize, a divisor of LEAP_PAYLOAD_MAX
 * @mode: the sensor mode that is streamed
 * @memory: the ring's pages
 * @memory_size: their size
 * @stream: see there
 * @wait: woken by a new frame and when the device goes
 * @mutex: guards everything below and the control pipe; taken before stream.lock
 * @gone: unplugged, or unbound; also read without the mutex
 * @suspended: no transfer may be started
 * @users: files that ask for the stream
 * @exposure_us: last value set
 * @gain: last value set
 * @leds: bit 0 left, 1 centre, 2 right
 * @leds_set: which of them somebody has set: the others are left alone
 * @logged: see enum leap_trouble; bit operations
 * @info: constant after probe
 * @calibration: constant after probe; valid when info says so
 */
struct leap_device {
	struct device dev;
	struct cdev cdev;
	struct usb_device *udev;
	struct usb_interface *control;
	struct usb_interface *video;
	unsigned int pipe;
	unsigned int max_packet;
	struct leap_video_mode mode;
	void *memory;
	size_t memory_size;
	struct leap_stream stream;
	wait_queue_head_t wait;
	struct mutex mutex; /* see above */
	bool gone;
	bool suspended;
	unsigned int users;
	u32 exposure_us;
	u32 gain;
	u32 leds;
	u32 leds_set;
	unsigned long logged;
	struct leap_info info;
	struct leap_calibration calibration;
};

static inline struct leap_ring_header *leap_header(const struct leap_device *leap)
{
	return leap->stream.ring.header;
}

/** leap_trouble_is_new() - whether to log it; later ones are only counted */
static inline bool leap_trouble_is_new(struct leap_device *leap,
				       enum leap_trouble trouble)
{
	return !test_and_set_bit(trouble, &leap->logged);
}

/* control.c: the caller holds the mutex, or is probing */

/**
 * leap_identify() - read serial, version and calibration into the device structure
 *
 * What the device does not tell plausibly stays empty; that is no error. Return: 0,
 * or -ENODEV when it has been unplugged meanwhile.
 */
int leap_identify(struct leap_device *leap);

/** leap_control_get() - LEAP_IOC_CONTROL_GET; errors as in <linux/leap.h> */
int leap_control_get(struct leap_device *leap, struct leap_control *control);

/** leap_control_set() - LEAP_IOC_CONTROL_SET; errors as in <linux/leap.h> */
int leap_control_set(struct leap_device *leap, struct leap_control *control);

/**
 * leap_settings_apply() - tell the device its settings, as after power-on
 *
 * Return: 0; -ENODEV unplugged; another error when it did not take them all.
 */
int leap_settings_apply(struct leap_device *leap);

/**
 * leap_negotiate() - make the device stream leap->mode
 * @ret_payload_size: bytes of the largest payload
 *
 * Return: 0, -ENODEV, or -EIO when the device refuses.
 */
int leap_negotiate(struct leap_device *leap, u32 *ret_payload_size);

/* stream.c: the caller holds the mutex, except where said */

/** leap_stream_init() - allocate; no lock. Return: 0 or -ENOMEM */
int leap_stream_init(struct leap_device *leap);

/** leap_stream_free() - nothing may be in flight; no lock */
void leap_stream_free(struct leap_device *leap);

/** leap_stream_get() - one more user. Return: 0, -ENODEV, -ENOMEM, -EIO */
int leap_stream_get(struct leap_device *leap);

/** leap_stream_put() - one user less */
void leap_stream_put(struct leap_device *leap);

/** leap_stream_pause() - end all transfers; users stay */
void leap_stream_pause(struct leap_device *leap);

/** leap_stream_continue() - after a pause: the watchdog starts the stream again */
void leap_stream_continue(struct leap_device *leap);

/* chardev.c */

int leap_chardev_init(void);
void leap_chardev_exit(void);

/**
 * leap_chardev_prepare() - makes @leap counted by its device, with a name and a number
 *
 * From here on it is freed by put_device(), after a failure too; then it has no number.
 */
int leap_chardev_prepare(struct leap_device *leap);

/** leap_chardev_unprepare() - the number is free again */
void leap_chardev_unprepare(struct leap_device *leap);

/** leap_chardev_add() - the device appears in /dev */
int leap_chardev_add(struct leap_device *leap);

/** leap_chardev_remove() - it goes; open files stay */
void leap_chardev_remove(struct leap_device *leap);

#endif /* LEAP_DEVICE_H */
