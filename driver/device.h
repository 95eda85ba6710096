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
#include "driver/bringup.h"
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
	LEAP_TROUBLE_LOCKED,
};

/* leap_device::bringup, what became of the sequence of registers for locked firmware */
enum leap_bringup_state {
	LEAP_BRINGUP_NONE, /* there is no file for this controller */
	LEAP_BRINGUP_WAITING, /* to be sent before the stream is started next */
	LEAP_BRINGUP_DONE,
	LEAP_BRINGUP_FAILED, /* the device answered otherwise than in the recording */
	LEAP_BRINGUP_INVALID, /* the file is none, or another controller's */
};

/* values[] and LEAP_CONTROL_* count from 1 */
#define LEAP_CONTROLS (LEAP_CONTROL_FRAME_RATIO + 1)

/* leap_stream::fault, why a stream that is wanted needs to be started again */
enum leap_fault {
	LEAP_FAULT_NONE,
	LEAP_FAULT_HALT, /* the endpoint has stalled */
	LEAP_FAULT_DOWN, /* transfers keep failing, or none are in flight */
};

/**
 * struct leap_statistics - what debugfs tells beside the counters of the ring
 * @payloads: transfers that ended well
 * @bytes: their bytes
 * @stalls: transfers that ended with -EPIPE
 * @protocol_errors: with -EPROTO, -EILSEQ or -ETIME
 * @babble: with -EOVERFLOW
 * @other_errors: with anything else
 * @starts: times the device was made to stream
 * @suspends: times the stream or the idle device was put to sleep
 * @resets: times it was reset under the driver
 * @requests: control requests sent
 *
 * The first six under leap_stream::lock, the others under leap_device::mutex, but for
 * suspends, which only USB core's callback counts, and that it calls one at a time.
 */
struct leap_statistics {
	u64 payloads;
	u64 bytes;
	u64 stalls;
	u64 protocol_errors;
	u64 babble;
	u64 other_errors;
	u64 starts;
	u64 suspends;
	u64 resets;
	u64 requests;
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
 * @modes: the sensor modes that the device offers; constant after probe
 * @mode_count: how many
 * @memory: the ring's pages
 * @memory_size: their size
 * @stream: see there
 * @wait: woken by a new frame and when the device goes
 * @mutex: guards everything below and the control pipe; taken before stream.lock
 * @gone: unplugged, or unbound; also read without the mutex
 * @suspended: no transfer may be started
 * @users: files that ask for the stream
 * @mode: the sensor mode that is streamed
 * @values: of each LEAP_CONTROL_*, the last one set; also read without the mutex
 * @told: bit of each control that the device is told before it streams
 * @forgetful: the device may have lost what it was told; also set without the mutex
 * @vain_restarts: of a device that has never sent anything
 * @locked: LEAP_LOCKED_*; also read without the mutex
 * @bringup: see enum leap_bringup_state; also read, and after a reset set, without the
 *	mutex
 * @sequence: the registers to be written first; valid unless bringup says otherwise
 * @sequence_file: holds it
 * @logged: see enum leap_trouble; bit operations
 * @statistics: see there
 * @debugfs: the folder in debugfs
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
	struct leap_video_mode modes[LEAP_MODES_MAX];
	unsigned int mode_count;
	void *memory;
	size_t memory_size;
	struct leap_stream stream;
	wait_queue_head_t wait;
	struct mutex mutex; /* see above */
	bool gone;
	bool suspended;
	unsigned int users;
	struct leap_video_mode mode;
	u32 values[LEAP_CONTROLS];
	u32 told;
	bool forgetful;
	unsigned int vain_restarts;
	u8 locked;
	enum leap_bringup_state bringup;
	struct leap_bringup sequence;
	const struct firmware *sequence_file;
	unsigned long logged;
	struct leap_statistics statistics;
	struct dentry *debugfs;
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

/**
 * leap_log() - the device to name in the log: the one on the bus has a name early on
 */
static inline struct device *leap_log(const struct leap_device *leap)
{
	return &leap->control->dev;
}

/* request.c: the caller holds the mutex, or is probing */

/** leap_is_unplugged() - whether a request failed with @ret because of that */
bool leap_is_unplugged(const struct leap_device *leap, int ret);

/** leap_request_trouble() - count a failed request or an impossible answer */
void leap_request_trouble(struct leap_device *leap, u8 unit, u8 selector, int ret);

/** leap_unit_set() - SET_CUR of a control of @unit; all are 32 bits wide here */
int leap_unit_set(struct leap_device *leap, u8 unit, u8 selector, u32 value);

/**
 * leap_unit_get() - GET_CUR, again until the value is possible
 *
 * Return: 0; -EBADMSG when the device answers nonsense only; what USB says.
 */
int leap_unit_get(struct leap_device *leap, u8 unit, u8 selector, u32 minimum,
		  u32 maximum, u32 *ret_value);

/** leap_memory_read() - @size bytes of the property memory from @address */
int leap_memory_read(struct leap_device *leap, u8 address, u8 *data, size_t size);

/** leap_memory_write() - one byte of it */
int leap_memory_write(struct leap_device *leap, u8 address, u8 value);

/**
 * leap_negotiate() - make the device stream leap->mode
 * @ret_payload_size: bytes of the largest payload
 *
 * Return: 0, -ENODEV, or -EIO when the device refuses.
 */
int leap_negotiate(struct leap_device *leap, u32 *ret_payload_size);

/* identity.c: while probing */

/**
 * leap_identify() - read serial, version and calibration into the device structure
 *
 * What the device does not tell plausibly stays empty; that is no error. Return: 0,
 * or -ENODEV when it has been unplugged meanwhile.
 */
int leap_identify(struct leap_device *leap);

/* control.c: the caller holds the mutex, or is probing */

/** leap_controls_init() - the values after power-on */
void leap_controls_init(struct leap_device *leap);

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

/** leap_settings_renew() - likewise if it may have lost them; else again next time */
void leap_settings_renew(struct leap_device *leap);

/* unlock.c: the caller holds the mutex */

/** leap_unlock_load() - look for this controller's sequence, if there is none yet */
void leap_unlock_load(struct leap_device *leap);

/** leap_unlock_again() - the device may have forgotten it: after a reset */
void leap_unlock_again(struct leap_device *leap);

/**
 * leap_unlock() - send the sequence if it is waiting
 *
 * Return: 0, also when the device did not like it; -ENODEV, -ETIMEDOUT.
 */
int leap_unlock(struct leap_device *leap);

/** leap_unlock_free() - no lock */
void leap_unlock_free(struct leap_device *leap);

/* stream.c: the caller holds the mutex, except where said */

/** leap_wake_readers() - all who wait for @events; no lock */
void leap_wake_readers(struct leap_device *leap, __poll_t events);

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

/**
 * leap_mode_set() - stream another of the device's modes from now on
 *
 * Return: 0; -EINVAL no such mode; -ENODEV; -EIO the device refuses it, then the old
 * one stays.
 */
int leap_mode_set(struct leap_device *leap, u16 width, u16 height);

/* chardev.c */

int leap_chardev_init(void);
void leap_chardev_exit(void);

/**
 * leap_enter() - lock the device for an operation that may talk to it
 *
 * It is awake until leap_exit(). Return: 0, -ERESTARTSYS, -ENODEV, or why it does not
 * wake up.
 */
int leap_enter(struct leap_device *leap);

/** leap_exit() - the end of what leap_enter() began */
void leap_exit(struct leap_device *leap);

/** leap_chardev_prepare() - from here on @leap is freed by put_device() */
void leap_chardev_prepare(struct leap_device *leap);

/** leap_chardev_add() - it gets its number, and appears in /dev and in sysfs */
int leap_chardev_add(struct leap_device *leap);

/** leap_chardev_remove() - it goes; open files stay */
void leap_chardev_remove(struct leap_device *leap);

/* number.c */

/** LEAP_NUMBERS - how many controllers can be there at a time */
#define LEAP_NUMBERS 256

/**
 * leap_number_get() - a number for a controller
 * @serial: LEAP_SERIAL_LEN bytes; an empty one is nobody's
 *
 * The one it had before, as long as the module is loaded and that is free; else the
 * lowest that belongs to nobody. Return: the number, or -ENOSPC.
 */
int leap_number_get(const u8 *serial);

/** leap_number_put() - it is free again, and still remembered */
void leap_number_put(unsigned int number);

/* sysfs.c */

/** leap_groups - the attributes of a controller */
extern const struct attribute_group *leap_groups[];

/* debug.c */

void leap_debug_init(void);
void leap_debug_exit(void);

/** leap_debug_add() - the statistics of a controller; it has its name */
void leap_debug_add(struct leap_device *leap);

/** leap_debug_remove() - waits until nobody reads them */
void leap_debug_remove(struct leap_device *leap);

#endif /* LEAP_DEVICE_H */
