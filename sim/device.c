// SPDX-License-Identifier: MIT
/*
 * One plugged controller: its personality, its stream and the transfers waiting on it.
 * No I/O and no clock of its own; owned by one thread at a time.
 */
#include "sim/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/mutation.h"
#include "sim/pattern.h"
#include "sim/payload.h"

#define ENDPOINT_CONTROL 0
#define ENDPOINT_INTERRUPT 2
#define ENDPOINT_BULK 3
#define BULK_PACKET 512
#define SHORT_PIXELS 100
#define NS_PER_INTERVAL 100 /* frame intervals are in 100 ns */
#define NS_PER_MS 1000000

struct transfer {
	uint32_t seqnum;
	uint32_t length;
	bool short_not_ok;
};

struct transfers {
	unsigned int first;
	unsigned int count;
	struct transfer ring[LEAP_DEVICE_TRANSFERS];
};

struct leap_device {
	struct leap_device_options options;
	struct leap_personality personality;
	struct leap_device_counters counters;
	unsigned int fault[LEAP_FAULTS];
	bool frozen;

	struct transfers bulk;
	struct transfers waiting; /* interrupt transfers, unanswered control requests */

	/* the stream: one frame in the device's memory, one payload of it in hand */
	uint64_t plugged_ns;
	uint64_t clock_ns; /* the device's own, when it runs unpaced */
	uint64_t frame_ns; /* start of the frame being sent */
	uint64_t next_ns; /* start of the next one */
	uint64_t number;
	struct leap_payload_stream stream;
	size_t payload_size;
	size_t payload_sent;
	uint64_t noise;
	uint8_t payload[LEAP_MUTATION_MAX];
	uint8_t pixels[LEAP_DEVICE_FRAME_MAX];

	uint8_t answer[UINT16_MAX];
};

static bool transfers_add(struct transfers *list, const struct transfer *transfer)
{
	if (list->count == LEAP_DEVICE_TRANSFERS)
		return false;
	list->ring[(list->first + list->count++) % LEAP_DEVICE_TRANSFERS] = *transfer;
	return true;
}

static struct transfer *transfers_first(struct transfers *list)
{
	return &list->ring[list->first];
}

static void transfers_drop_first(struct transfers *list)
{
	list->first = (list->first + 1) % LEAP_DEVICE_TRANSFERS;
	list->count--;
}

static bool transfers_remove(struct transfers *list, uint32_t seqnum)
{
	bool found = false;

	for (unsigned int i = 0; i < list->count; i++) {
		unsigned int at = (list->first + i) % LEAP_DEVICE_TRANSFERS;

		if (found)
			list->ring[(at + LEAP_DEVICE_TRANSFERS - 1) %
				   LEAP_DEVICE_TRANSFERS] = list->ring[at];
		else
			found = list->ring[at].seqnum == seqnum;
	}
	list->count -= found;
	return found;
}

int leap_device_new(const struct leap_device_options *options, uint64_t now_ns,
		    struct leap_device **ret_device)
{
	struct leap_device *device = calloc(1, sizeof(*device));
	int r;

	if (!device)
		return -ENOMEM;
	device->options = *options;
	device->plugged_ns = now_ns;
	device->noise = options->identity.seed ^ now_ns;
	r = leap_personality_init(&device->personality, &options->identity);
	if (r < 0) {
		free(device);
		return r;
	}
	*ret_device = device;
	return 0;
}

void leap_device_free(struct leap_device *device)
{
	free(device);
}

void leap_device_fault(struct leap_device *device, enum leap_fault fault,
		       unsigned int count)
{
	if (fault == LEAP_FAULT_GARBAGE_CONTROL)
		device->personality.garbage = count;
	else if (fault == LEAP_FAULT_NOREPLY_CONTROL)
		device->personality.unanswered = count;
	else
		device->fault[fault] = count;
}

void leap_device_freeze(struct leap_device *device, bool frozen)
{
	device->frozen = frozen;
}

struct leap_device_counters leap_device_counters(const struct leap_device *device)
{
	return device->counters;
}

static uint64_t frame_interval(const struct leap_device *device)
{
	const struct leap_mode *mode = leap_personality_mode(&device->personality);

	if (device->options.interval_ns)
		return device->options.interval_ns;
	return (uint64_t)mode->interval * NS_PER_INTERVAL;
}

/* The host has set COMMIT: whatever was on its way is dropped. */
static void stream_restart(struct leap_device *device, uint64_t now_ns)
{
	device->stream.offset = device->stream.size;
	device->payload_size = 0;
	device->payload_sent = 0;
	device->next_ns = now_ns;
}

static void transfer_over(const struct transfer *transfer, int status,
			  const uint8_t *data, size_t size, struct leap_completion *ret)
{
	if (!status && transfer->short_not_ok && size < transfer->length)
		status = -EREMOTEIO;
	*ret = (struct leap_completion){
		.seqnum = transfer->seqnum,
		.status = status,
		.actual = size,
		.data = data,
		.data_size = size,
	};
}

static int submit_control(struct leap_device *device, const struct transfer *transfer,
			  const struct leap_usbip_command *command, const uint8_t *data,
			  uint64_t now_ns, struct leap_completion *ret)
{
	struct leap_setup setup = leap_setup_parse(command->setup);
	uint32_t commits = device->personality.commits;
	bool to_host = setup.request_type & 0x80;
	int r;

	if (to_host && setup.length > command->length)
		setup.length = command->length;
	if (setup.length && (to_host != command->to_host ||
			     (!to_host && command->length < setup.length)))
		r = -EPIPE;
	else
		r = leap_personality_control(&device->personality, &setup, data,
					     device->answer);
	if (device->personality.commits != commits)
		stream_restart(device, now_ns);
	if (r == -ENODEV)
		return r;
	if (r == -EAGAIN && transfers_add(&device->waiting, transfer))
		return 0;
	if (r < 0) {
		transfer_over(transfer, r == -EAGAIN ? -ENOMEM : r, NULL, 0, ret);
	} else if (to_host) {
		transfer_over(transfer, 0, device->answer, r, ret);
	} else {
		transfer_over(transfer, 0, NULL, setup.length, ret);
		ret->data_size = 0;
	}
	return 1;
}

int leap_device_submit(struct leap_device *device,
		       const struct leap_usbip_command *command, const uint8_t *data,
		       uint64_t now_ns, struct leap_completion *ret_completion)
{
	struct transfer transfer = { command->seqnum, command->length,
				     command->short_not_ok };
	struct transfers *list = NULL;

	if (command->endpoint == ENDPOINT_CONTROL)
		return submit_control(device, &transfer, command, data, now_ns,
				      ret_completion);
	if (device->personality.configuration && command->to_host) {
		if (command->endpoint == ENDPOINT_BULK)
			list = &device->bulk;
		else if (command->endpoint == ENDPOINT_INTERRUPT &&
			 !device->personality.interrupt_halted)
			list = &device->waiting;
	}
	if (!list) {
		transfer_over(&transfer, -EPIPE, NULL, 0, ret_completion);
		return 1;
	}
	if (!transfers_add(list, &transfer)) {
		transfer_over(&transfer, -ENOMEM, NULL, 0, ret_completion);
		return 1;
	}
	return 0;
}

bool leap_device_unlink(struct leap_device *device, uint32_t seqnum)
{
	return transfers_remove(&device->bulk, seqnum) ||
	       transfers_remove(&device->waiting, seqnum);
}

static bool frame_over(const struct leap_device *device)
{
	return device->stream.offset == device->stream.size;
}

/* When the payload that comes next is on the wire, spread evenly over the frame. */
static uint64_t payload_ns(const struct leap_device *device)
{
	uint64_t done = device->stream.offset / LEAP_PAYLOAD_PIXELS;

	return device->frame_ns +
	       frame_interval(device) * done / leap_payload_count(device->stream.size);
}

static void draw(struct leap_device *device, uint64_t time_ns)
{
	const struct leap_mode *mode = leap_personality_mode(&device->personality);
	const uint32_t *control = device->personality.control;
	uint32_t dark = control[LEAP_PU_WHITE_BALANCE];
	struct leap_picture picture = {
		.number = device->number,
		.time_ns = time_ns,
		.width = mode->width,
		.height = mode->height,
		.exposure_us = control[LEAP_CT_ZOOM],
		.gain = control[LEAP_PU_GAIN],
		.digital_gain = control[LEAP_PU_BRIGHTNESS],
		.gamma = control[LEAP_PU_GAMMA],
		.leds = device->personality.leds,
		.dark = dark && device->number % dark == 0,
		.rotated = device->personality.rotated,
		.label = dark ? device->number & 0xff : 0,
	};

	device->options.picture(device->options.context, &picture, device->pixels);
	leap_payload_begin(&device->stream, (size_t)mode->width * mode->height * 2,
			   time_ns / NS_PER_MS);
}

static bool frame_begin(struct leap_device *device, uint64_t now_ns)
{
	uint64_t interval = frame_interval(device), late;

	if (device->options.unpaced) {
		draw(device, device->clock_ns);
		device->clock_ns += interval;
	} else {
		if (now_ns < device->next_ns)
			return false;
		late = (now_ns - device->next_ns) / interval;
		if (late > LEAP_DEVICE_BACKLOG) {
			device->number += late;
			device->counters.skipped += late;
			device->next_ns += late * interval;
		}
		draw(device, device->next_ns - device->plugged_ns);
		device->frame_ns = device->next_ns;
		device->next_ns += interval;
	}
	device->number++;
	device->counters.frames++;
	return true;
}

static void stamp(struct leap_device *device, uint64_t now_ns)
{
	size_t last = device->payload_size - LEAP_PATTERN_METADATA - sizeof(now_ns);

	if (device->options.stamp && frame_over(device))
		memcpy(device->payload + last, &now_ns, sizeof(now_ns));
}

static bool fault_take(struct leap_device *device, enum leap_fault fault)
{
	if (!device->fault[fault])
		return false;
	device->fault[fault]--;
	device->counters.faults++;
	return true;
}

/* A payload, or the rest of one, is in hand. */
static bool payload_ready(struct leap_device *device, uint64_t now_ns)
{
	if (!leap_personality_mode(&device->personality))
		return false;
	while (device->payload_sent == device->payload_size) {
		if (frame_over(device) && !frame_begin(device, now_ns))
			return false;
		if (!device->options.unpaced && now_ns < payload_ns(device))
			return false;
		device->payload_size = leap_payload_next(
			&device->stream, device->pixels, device->payload);
		device->payload_sent = 0;
		stamp(device, now_ns);
		if (fault_take(device, LEAP_FAULT_LOSE))
			device->payload_sent = device->payload_size;
		else if (fault_take(device, LEAP_FAULT_SHORT))
			device->payload_size = LEAP_PAYLOAD_HEADER + SHORT_PIXELS;
		else if (fault_take(device, LEAP_FAULT_MUTATE))
			device->payload_size = leap_mutate(
				device->payload, device->payload_size, &device->noise);
	}
	return true;
}

/* As the bus does: whole packets until a short one or a full buffer ends it. */
static void transfer_fill(struct leap_device *device, const struct transfer *transfer,
			  struct leap_completion *ret)
{
	const uint8_t *data = device->payload + device->payload_sent;
	size_t left = device->payload_size - device->payload_sent, size = 0;
	int status = 0;

	while (left && size < transfer->length) {
		size_t packet = left < BULK_PACKET ? left : BULK_PACKET;

		device->payload_sent += packet;
		if (packet > transfer->length - size) {
			status = -EOVERFLOW;
			break;
		}
		size += packet;
		left -= packet;
	}
	if (device->payload_sent == device->payload_size)
		device->counters.payloads++;
	transfer_over(transfer, status, data, size, ret);
}

static bool transfer_spoil(struct leap_device *device, int *ret_status)
{
	static const struct {
		enum leap_fault fault;
		int status;
	} errors[] = {
		{ LEAP_FAULT_STALL, -EPIPE },
		{ LEAP_FAULT_EPROTO, -EPROTO },
		{ LEAP_FAULT_OVERFLOW, -EOVERFLOW },
		{ LEAP_FAULT_EILSEQ, -EILSEQ },
	};

	if (fault_take(device, LEAP_FAULT_ZLP)) {
		*ret_status = 0;
		return true;
	}
	for (unsigned int i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (!fault_take(device, errors[i].fault))
			continue;
		if (errors[i].fault == LEAP_FAULT_STALL)
			device->personality.halted = true;
		device->payload_sent = device->payload_size;
		*ret_status = errors[i].status;
		return true;
	}
	return false;
}

bool leap_device_next(struct leap_device *device, uint64_t now_ns,
		      struct leap_completion *ret_completion)
{
	struct transfer *transfer = transfers_first(&device->bulk);
	int status;

	if (!device->bulk.count)
		return false;
	if (device->personality.halted) {
		transfer_over(transfer, -EPIPE, NULL, 0, ret_completion);
	} else {
		if (device->frozen || !payload_ready(device, now_ns))
			return false;
		if (transfer_spoil(device, &status))
			transfer_over(transfer, status, NULL, 0, ret_completion);
		else
			transfer_fill(device, transfer, ret_completion);
	}
	transfers_drop_first(&device->bulk);
	return true;
}

uint64_t leap_device_due(const struct leap_device *device)
{
	if (!device->bulk.count)
		return UINT64_MAX;
	if (device->personality.halted)
		return 0;
	if (device->frozen || !leap_personality_mode(&device->personality))
		return UINT64_MAX;
	if (device->options.unpaced || device->payload_sent < device->payload_size)
		return 0;
	return frame_over(device) ? device->next_ns : payload_ns(device);
}
