// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stream: bulk transfers in flight, and a watchdog that starts it again when it
 * stalls. Started and stopped under leap_device::mutex; completions take stream.lock.
 */
#include <linux/ktime.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "driver/device.h"

#define LEAP_WATCH_MS 500U /* 57 frames */
#define LEAP_BACKOFF_MIN_MS 20
#define LEAP_BACKOFF_MAX_MS 8000U

/* Failed transfers in a row after which the rest of them is not sent at once again. */
#define LEAP_FAILED_MAX LEAP_URBS

static void leap_wake_readers(struct leap_device *leap)
{
	wake_up_interruptible_poll(&leap->wait, EPOLLIN | EPOLLRDNORM);
}

/* stream.lock is held, or no transfer is in flight */
static void leap_state_set(struct leap_device *leap, u32 state)
{
	WRITE_ONCE(leap_header(leap)->state, state);
}

static void leap_stream_fault(struct leap_device *leap, enum leap_fault fault)
{
	struct leap_stream *stream = &leap->stream;

	stream->fault = max(stream->fault, fault);
	mod_delayed_work(system_wq, &stream->watchdog,
			 msecs_to_jiffies(READ_ONCE(stream->backoff_ms)));
}

/* Returns whether the transfer is to be submitted again. */
static bool leap_transfer_failed(struct leap_device *leap, int status)
{
	struct leap_stream *stream = &leap->stream;

	leap_decoder_hole(&stream->decoder);
	if (leap_trouble_is_new(leap, LEAP_TROUBLE_TRANSFER))
		dev_warn(&leap->dev, "transfer failed (%d); counted from now on\n",
			 status);
	if (status == -EPIPE) {
		leap_stream_fault(leap, LEAP_FAULT_HALT);
		return false;
	}
	if (++stream->failed > LEAP_FAILED_MAX) {
		leap_stream_fault(leap, LEAP_FAULT_DOWN);
		return false;
	}
	return true;
}

static void leap_transfer_submit(struct leap_device *leap, struct urb *urb)
{
	struct leap_stream *stream = &leap->stream;
	unsigned long flags;
	int ret;

	ret = usb_submit_urb(urb, GFP_ATOMIC);
	/* -EPERM: it has been poisoned, which whoever stops the stream does first */
	if (!ret || ret == -EPERM || ret == -ENODEV)
		return;
	spin_lock_irqsave(&stream->lock, flags);
	leap_stream_fault(leap, LEAP_FAULT_DOWN);
	spin_unlock_irqrestore(&stream->lock, flags);
}

static void leap_transfer_complete(struct urb *urb)
{
	struct leap_device *leap = urb->context;
	struct leap_stream *stream = &leap->stream;
	bool published = false;
	bool again = true;
	unsigned long flags;

	spin_lock_irqsave(&stream->lock, flags);
	switch (urb->status) {
	case 0:
		stream->failed = 0;
		published = leap_decoder_payload(&stream->decoder, urb->transfer_buffer,
						 urb->actual_length, ktime_get_ns());
		if (published)
			leap_state_set(leap, LEAP_STATE_STREAMING);
		break;
	case -ENOENT: /* killed */
	case -ECONNRESET: /* unlinked */
	case -ESHUTDOWN: /* unplugged */
	case -ENODEV:
		again = false;
		break;
	default:
		again = leap_transfer_failed(leap, urb->status);
	}
	spin_unlock_irqrestore(&stream->lock, flags);

	if (published)
		leap_wake_readers(leap);
	if (again)
		leap_transfer_submit(leap, urb);
}

/*
 * Afterwards no completion runs and none can be brought about. Poisonings add up, so
 * what is stopped is not stopped again.
 */
static void leap_transfers_stop(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;
	unsigned int i;

	if (!stream->flowing)
		return;
	for (i = 0; i < LEAP_URBS; i++)
		usb_poison_urb(stream->urbs[i]);
	stream->flowing = false;
}

static int leap_transfers_start(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;
	unsigned int size = roundup(stream->payload_size, leap->max_packet);
	unsigned int i;
	int ret = 0;

	for (i = 0; i < LEAP_URBS; i++)
		usb_unpoison_urb(stream->urbs[i]);
	stream->flowing = true;
	for (i = 0; !ret && i < LEAP_URBS; i++) {
		/* one payload: it ends with a short packet, or has the full size */
		stream->urbs[i]->transfer_buffer_length = size;
		ret = usb_submit_urb(stream->urbs[i], GFP_KERNEL);
	}
	if (ret)
		leap_transfers_stop(leap);
	return ret;
}

/* The transfers are stopped. Returns 0 with the stream running. */
static int leap_stream_start(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;
	bool published;
	int ret;

	spin_lock_irq(&stream->lock);
	published = leap_decoder_restart(&stream->decoder);
	spin_unlock_irq(&stream->lock);
	if (published)
		leap_wake_readers(leap);

	ret = leap_settings_apply(leap);
	if (ret == -ENODEV || ret == -ETIMEDOUT)
		return ret;
	ret = leap_negotiate(leap, &stream->payload_size);
	if (!ret)
		ret = leap_transfers_start(leap);
	return ret;
}

static void leap_stream_stop(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;

	cancel_delayed_work(&stream->watchdog);
	leap_transfers_stop(leap);
	spin_lock_irq(&stream->lock);
	leap_decoder_stop(&stream->decoder);
	stream->fault = LEAP_FAULT_NONE;
	stream->failed = 0;
	spin_unlock_irq(&stream->lock);
	WRITE_ONCE(stream->backoff_ms, LEAP_BACKOFF_MIN_MS);
}

/* The watchdog looks again after half a second, or later after vain restarts. */
static void leap_watch_again(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;
	unsigned int ms = max(LEAP_WATCH_MS, stream->backoff_ms);

	stream->look_at = jiffies + msecs_to_jiffies(ms);
	schedule_delayed_work(&stream->watchdog, msecs_to_jiffies(ms));
}

/*
 * A stalled endpoint goes on where it stopped, the first time. When that did not help,
 * and after any other fault, the device is told everything from the start.
 */
static void leap_stream_restart(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;
	bool goes_on;
	int ret;

	leap_transfers_stop(leap);
	spin_lock_irq(&stream->lock);
	goes_on = stream->fault == LEAP_FAULT_HALT &&
		  stream->backoff_ms == LEAP_BACKOFF_MIN_MS;
	stream->fault = LEAP_FAULT_NONE;
	stream->failed = 0;
	leap_ring_count(&leap_header(leap)->restarts, 1);
	leap_state_set(leap, LEAP_STATE_STALLED);
	spin_unlock_irq(&stream->lock);

	ret = usb_clear_halt(leap->udev, leap->pipe);
	if (!ret && goes_on)
		ret = leap_transfers_start(leap);
	else if (ret != -ENODEV && ret != -ETIMEDOUT)
		ret = leap_stream_start(leap);
	WRITE_ONCE(stream->backoff_ms,
		   min(2 * stream->backoff_ms, LEAP_BACKOFF_MAX_MS));

	if (ret && ret != -ENODEV && leap_trouble_is_new(leap, LEAP_TROUBLE_STALL))
		dev_warn(&leap->dev, "the stream does not start (%d); trying on\n",
			 ret);
}

static void leap_stream_watch(struct work_struct *work)
{
	struct leap_stream *stream =
		container_of(to_delayed_work(work), struct leap_stream, watchdog);
	struct leap_device *leap = container_of(stream, struct leap_device, stream);
	u32 head;

	mutex_lock(&leap->mutex);
	if (leap->gone || leap->suspended || !leap->users)
		goto out;
	head = READ_ONCE(leap_header(leap)->head);
	if (head != stream->seen_head) {
		stream->seen_head = head;
		WRITE_ONCE(stream->backoff_ms, LEAP_BACKOFF_MIN_MS);
		if (READ_ONCE(stream->fault) != LEAP_FAULT_NONE)
			leap_stream_restart(leap);
	} else if (READ_ONCE(stream->fault) != LEAP_FAULT_NONE ||
		   time_after_eq(jiffies, stream->look_at)) {
		leap_stream_restart(leap);
	}
	leap_watch_again(leap);
out:
	mutex_unlock(&leap->mutex);
}

int leap_stream_get(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;
	int ret;

	if (leap->users || leap->suspended)
		goto out;
	stream->seen_head = READ_ONCE(leap_header(leap)->head);
	leap_state_set(leap, LEAP_STATE_STREAMING);
	ret = leap_stream_start(leap);
	if (ret) {
		leap_state_set(leap, LEAP_STATE_IDLE);
		return ret == -ENODEV || ret == -ENOMEM ? ret : -EIO;
	}
	leap_watch_again(leap);
out:
	leap->users++;
	return 0;
}

void leap_stream_put(struct leap_device *leap)
{
	if (--leap->users)
		return;
	leap_stream_stop(leap);
	leap_state_set(leap, LEAP_STATE_IDLE);
	/* how a bulk camera is told to stop; UVC has no request for it */
	if (!leap->suspended)
		usb_clear_halt(leap->udev, leap->pipe);
}

void leap_stream_pause(struct leap_device *leap)
{
	leap->suspended = true;
	leap_stream_stop(leap);
	if (leap->users)
		leap_state_set(leap, LEAP_STATE_STALLED);
}

void leap_stream_continue(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;

	leap->suspended = false;
	if (!leap->users)
		return;
	stream->look_at = jiffies;
	schedule_delayed_work(&stream->watchdog, 0);
}

static struct urb *leap_urb_alloc(struct leap_device *leap)
{
	struct urb *urb = usb_alloc_urb(0, GFP_KERNEL);
	/* not coherent memory: that is slow to read on many machines */
	void *buffer = kmalloc(LEAP_PAYLOAD_MAX, GFP_KERNEL);

	if (!urb || !buffer) {
		usb_free_urb(urb);
		kfree(buffer);
		return NULL;
	}
	usb_fill_bulk_urb(urb, leap->udev, leap->pipe, buffer, LEAP_PAYLOAD_MAX,
			  leap_transfer_complete, leap);
	usb_poison_urb(urb);
	return urb;
}

int leap_stream_init(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;
	unsigned int i;

	spin_lock_init(&stream->lock);
	INIT_DELAYED_WORK(&stream->watchdog, leap_stream_watch);
	stream->backoff_ms = LEAP_BACKOFF_MIN_MS;
	leap_decoder_init(&stream->decoder, &stream->ring);
	for (i = 0; i < LEAP_URBS; i++) {
		stream->urbs[i] = leap_urb_alloc(leap);
		if (!stream->urbs[i])
			return -ENOMEM;
	}
	return 0;
}

void leap_stream_free(struct leap_device *leap)
{
	unsigned int i;

	for (i = 0; i < LEAP_URBS; i++) {
		struct urb *urb = leap->stream.urbs[i];

		if (urb)
			kfree(urb->transfer_buffer);
		usb_free_urb(urb);
	}
}
