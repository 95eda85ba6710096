// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stream: bulk transfers in flight, and a watchdog that starts it again when it
 * stalls. Started and stopped under leap_device::mutex; completions take stream.lock.
 */
#include <linux/ktime.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "driver/device.h"
#include "driver/trace.h"

#define LEAP_UNIT_NS 100 /* of a frame interval */

#define LEAP_NEWS (EPOLLIN | EPOLLRDNORM)

#define LEAP_WATCH_MS 500U /* 57 frames */
#define LEAP_BACKOFF_MIN_MS 20
#define LEAP_BACKOFF_MAX_MS 8000U

/*
 * A device that has taken the mode, and that often has been started again in vain since
 * it was plugged in, is not slow: it does not want to.
 */
#define LEAP_VAIN_RESTARTS 3

/* Failed transfers in a row after which the rest of them is not sent at once again. */
#define LEAP_FAILED_MAX LEAP_URBS

/* All of them: a frame is there for each, also for those with EPOLLEXCLUSIVE. */
void leap_wake_readers(struct leap_device *leap, __poll_t events)
{
	__wake_up(&leap->wait, TASK_INTERRUPTIBLE, 0, poll_to_key(events));
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
	mod_delayed_work(system_power_efficient_wq, &stream->watchdog,
			 msecs_to_jiffies(READ_ONCE(stream->backoff_ms)));
}

static void leap_failure_count(struct leap_statistics *statistics, int status)
{
	switch (status) {
	case -EPIPE:
		statistics->stalls++;
		break;
	case -EPROTO:
	case -EILSEQ:
	case -ETIME:
		statistics->protocol_errors++;
		break;
	case -EOVERFLOW:
		statistics->babble++;
		break;
	default:
		statistics->other_errors++;
	}
}

/* Returns whether the transfer is to be submitted again. */
static bool leap_transfer_failed(struct leap_device *leap, int status)
{
	struct leap_stream *stream = &leap->stream;

	leap_failure_count(&leap->statistics, status);
	leap_decoder_hole(&stream->decoder);
	if (leap_trouble_is_new(leap, LEAP_TROUBLE_TRANSFER))
		dev_warn(leap_log(leap), "transfer failed (%d); counted from now on\n",
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

/* Tells who traces what the decoder did since it had published @head. */
static void leap_trace_frames(struct leap_device *leap, u32 begun, u32 head)
{
	struct leap_ring *ring = &leap->stream.ring;

	while (head != ring->head) {
		const struct leap_slot *slot;

		head = leap_ring_next(head);
		slot = leap_ring_slot(ring, head);
		if (slot->lost_before)
			trace_leap_loss(leap, head, slot->lost_before);
		trace_leap_frame_done(leap, slot);
	}
	if (begun != ring->begun)
		trace_leap_frame_start(leap);
}

static bool leap_transfer_decode(struct leap_device *leap, const struct urb *urb)
{
	struct leap_stream *stream = &leap->stream;
	u32 begun = stream->ring.begun, head = stream->ring.head;
	bool published;

	stream->failed = 0;
	leap->statistics.payloads++;
	leap->statistics.bytes += urb->actual_length;
	published = leap_decoder_payload(&stream->decoder, urb->transfer_buffer,
					 urb->actual_length, ktime_get_ns());
	if (published)
		leap_state_set(leap, LEAP_STATE_STREAMING);
	leap_trace_frames(leap, begun, head);
	return published;
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
		published = leap_transfer_decode(leap, urb);
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
		leap_wake_readers(leap, LEAP_NEWS);
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

/* Whether frames have come since the last look; if so, the firmware is not locked. */
static bool leap_look(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;
	u32 head = READ_ONCE(leap_header(leap)->head);

	if (head == stream->seen_head)
		return false;
	stream->seen_head = head;
	WRITE_ONCE(leap->locked, LEAP_LOCKED_NO);
	return true;
}

/* The transfers are stopped: what is left of the open frame will not come any more. */
static void leap_frame_break(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;
	bool published;
	u32 head;

	spin_lock_irq(&stream->lock);
	head = stream->ring.head;
	published = leap_decoder_stop(&stream->decoder);
	leap_trace_frames(leap, stream->ring.begun, head);
	spin_unlock_irq(&stream->lock);
	if (!published)
		return;
	leap_wake_readers(leap, LEAP_NEWS);
	leap_look(leap); /* that frame is no sign of life */
}

/* The transfers are stopped. Returns 0 with the stream running. */
static int leap_stream_start(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;
	int ret;

	leap_frame_break(leap);
	leap->statistics.starts++;
	ret = leap_unlock(leap);
	if (!ret)
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
	leap_frame_break(leap);
	spin_lock_irq(&stream->lock);
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
	queue_delayed_work(system_power_efficient_wq, &stream->watchdog,
			   msecs_to_jiffies(ms));
}

/* A device that takes its settings and the mode and has never sent a byte. */
static void leap_suspect_lock(struct leap_device *leap)
{
	leap->vain_restarts++;
	leap_unlock_load(leap);
	if (leap->vain_restarts < LEAP_VAIN_RESTARTS)
		return;
	WRITE_ONCE(leap->locked, LEAP_LOCKED_YES);
	spin_lock_irq(&leap->stream.lock);
	leap_state_set(leap, LEAP_STATE_LOCKED);
	spin_unlock_irq(&leap->stream.lock);
	if (leap_trouble_is_new(leap, LEAP_TROUBLE_LOCKED))
		dev_warn(leap_log(leap),
			 "firmware locked: leap/%.*s.bin is needed, see leap(4)\n",
			 LEAP_SERIAL_SIZE, leap->info.serial);
}

/*
 * A stalled endpoint goes on where it stopped, the first time. When that did not help,
 * and after any other fault, the device is told everything from the start.
 */
static void leap_stream_restart(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;
	bool goes_on, faulty;
	int ret;

	leap_transfers_stop(leap);
	spin_lock_irq(&stream->lock);
	faulty = stream->fault != LEAP_FAULT_NONE;
	goes_on = stream->fault == LEAP_FAULT_HALT &&
		  stream->backoff_ms == LEAP_BACKOFF_MIN_MS;
	stream->fault = LEAP_FAULT_NONE;
	stream->failed = 0;
	leap_ring_count(&leap_header(leap)->restarts, 1);
	leap_state_set(leap, leap->locked == LEAP_LOCKED_YES ? LEAP_STATE_LOCKED
							     : LEAP_STATE_STALLED);
	spin_unlock_irq(&stream->lock);
	trace_leap_restart(leap, goes_on);

	ret = usb_clear_halt(leap->udev, leap->pipe);
	if (!ret && goes_on)
		ret = leap_transfers_start(leap);
	else if (ret != -ENODEV && ret != -ETIMEDOUT)
		ret = leap_stream_start(leap);
	WRITE_ONCE(stream->backoff_ms,
		   min(2 * stream->backoff_ms, LEAP_BACKOFF_MAX_MS));

	if (!ret && !faulty && !leap->statistics.bytes)
		leap_suspect_lock(leap);
	if (ret && ret != -ENODEV && leap_trouble_is_new(leap, LEAP_TROUBLE_STALL))
		dev_warn(leap_log(leap), "the stream does not start (%d); trying on\n",
			 ret);
}

static void leap_stream_watch(struct work_struct *work)
{
	struct leap_stream *stream =
		container_of(to_delayed_work(work), struct leap_stream, watchdog);
	struct leap_device *leap = container_of(stream, struct leap_device, stream);

	mutex_lock(&leap->mutex);
	if (leap->gone || leap->suspended || !leap->users)
		goto out;
	if (leap_look(leap)) {
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

/* What those who ask for a stream or a mode are told. */
static int leap_stream_error(const struct leap_device *leap, int ret)
{
	if (leap_is_unplugged(leap, ret))
		return -ENODEV;
	return !ret || ret == -ENOMEM ? ret : -EIO;
}

int leap_stream_get(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;
	int ret;

	if (leap->users)
		goto out;
	/* it may not fall asleep; whoever calls this has woken it up */
	usb_autopm_get_interface_no_resume(leap->control);
	if (leap->suspended)
		goto out;
	stream->seen_head = READ_ONCE(leap_header(leap)->head);
	leap_state_set(leap, LEAP_STATE_STREAMING);
	ret = leap_stream_start(leap);
	if (ret) {
		leap_stream_stop(leap); /* of what has begun nothing may stay */
		leap_state_set(leap, LEAP_STATE_IDLE);
		usb_autopm_put_interface_async(leap->control);
		return leap_stream_error(leap, ret);
	}
	leap_watch_again(leap);
out:
	leap->users++;
	return 0;
}

/* how a bulk camera is told to stop; UVC has no request for it */
static void leap_stream_quench(struct leap_device *leap)
{
	if (!leap->suspended)
		usb_clear_halt(leap->udev, leap->pipe);
}

void leap_stream_put(struct leap_device *leap)
{
	if (--leap->users)
		return;
	leap_look(leap);
	leap_stream_stop(leap);
	leap_state_set(leap, LEAP_STATE_IDLE);
	leap_stream_quench(leap);
	usb_autopm_put_interface_async(leap->control);
}

/* The transfers are stopped. */
static void leap_mode_take(struct leap_device *leap, const struct leap_video_mode *mode)
{
	struct leap_stream *stream = &leap->stream;

	leap->mode = *mode;
	spin_lock_irq(&stream->lock);
	/* every mode in the list fits in a slot */
	WARN_ON_ONCE(leap_ring_set_format(&stream->ring, mode->width, mode->height,
					  mode->interval * LEAP_UNIT_NS));
	spin_unlock_irq(&stream->lock);
}

int leap_mode_set(struct leap_device *leap, u16 width, u16 height)
{
	const struct leap_video_mode *mode, old = leap->mode;
	bool streams = leap->users && !leap->suspended;
	int ret = 0;

	mode = leap_find_mode(leap->modes, leap->mode_count, width, height);
	if (!mode)
		return -EINVAL;
	/* not by the index: two modes may have the same one */
	if (width == old.width && height == old.height)
		return 0;
	if (streams) {
		leap_stream_stop(leap);
		leap_stream_quench(leap);
	}
	leap_mode_take(leap, mode);
	if (!streams)
		return 0;
	ret = leap_stream_start(leap);
	if (ret) {
		leap_stream_stop(leap);
		leap_mode_take(leap, &old);
		/* if that fails, too, the watchdog tries on */
		if (ret != -ENODEV)
			leap_stream_start(leap);
	}
	leap_watch_again(leap);
	return leap_stream_error(leap, ret);
}

void leap_stream_pause(struct leap_device *leap)
{
	leap->suspended = true;
	leap_stream_stop(leap);
	if (leap->users) {
		/* what came before is not the stream's return */
		leap_look(leap);
		leap_state_set(leap, LEAP_STATE_STALLED);
	}
}

void leap_stream_continue(struct leap_device *leap)
{
	struct leap_stream *stream = &leap->stream;

	leap->suspended = false;
	if (!leap->users)
		return;
	stream->look_at = jiffies;
	queue_delayed_work(system_power_efficient_wq, &stream->watchdog, 0);
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
	leap_mode_take(leap, &leap->mode);
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
