/* SPDX-License-Identifier: MIT */
/*
 * One plugged controller: its personality, its stream and the transfers waiting on it.
 * No I/O and no clock of its own; owned by one thread at a time.
 */
#ifndef LEAP_SIM_DEVICE_H
#define LEAP_SIM_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/personality.h"
#include "sim/picture.h"
#include "sim/usbip.h"

#define LEAP_DEVICE_FRAME_MAX 721920
#define LEAP_DEVICE_TRANSFERS 1024 /* that may wait at a time, per endpoint */
#define LEAP_DEVICE_BACKLOG 4 /* frames the device may be late before it skips some */

/**
 * struct leap_device_options - how to make one
 * @identity: which controller it is
 * @interval_ns: between frames; 0: as negotiated
 * @stamp: the last payload of a frame carries the time at which it was sent, as eight
 *	bytes in the machine's byte order before the metadata; for measurements
 * @unpaced: as fast as the host takes them; time stamps still advance by interval
 * @picture: draws the frames
 * @context: for @picture
 */
struct leap_device_options {
	struct leap_personality_options identity;
	uint64_t interval_ns;
	bool unpaced;
	bool stamp;
	leap_picture_fn *picture;
	void *context;
};

enum leap_fault {
	LEAP_FAULT_STALL, /* the endpoint halts; the payload is lost */
	LEAP_FAULT_EPROTO, /* the transfer fails; the payload is lost */
	LEAP_FAULT_OVERFLOW,
	LEAP_FAULT_EILSEQ,
	LEAP_FAULT_SHORT, /* header and 100 pixels arrive, the rest is lost */
	LEAP_FAULT_ZLP, /* an empty transfer comes before the payload */
	LEAP_FAULT_LOSE, /* the payload is lost, no transfer ends */
	LEAP_FAULT_MUTATE, /* the payload may be anything, see sim/mutation.h */
	LEAP_FAULT_GARBAGE_CONTROL, /* control answers hold picture bytes */
	LEAP_FAULT_NOREPLY_CONTROL, /* control requests are not answered */
	LEAP_FAULTS
};

/** struct leap_device_counters - since plugged in */
struct leap_device_counters {
	uint64_t frames; /* begun */
	uint64_t skipped; /* the host took the ones before too slowly */
	uint64_t payloads; /* sent */
	uint64_t faults; /* payloads and transfers spoilt on demand */
};

/** struct leap_completion - the end of a transfer */
struct leap_completion {
	uint32_t seqnum;
	int status; /* 0 or negative errno, as urb->status */
	uint32_t actual; /* bytes transferred */
	const uint8_t *data; /* @actual bytes for the host, valid until the next call */
	uint32_t data_size; /* @actual or, of a transfer to the device, 0 */
};

struct leap_device;

/** leap_device_new() - plug in; -ENOMEM or what leap_personality_init() says */
int leap_device_new(const struct leap_device_options *options, uint64_t now_ns,
		    struct leap_device **ret_device);

/** leap_device_free() - NULL is allowed; transfers are forgotten */
void leap_device_free(struct leap_device *device);

/**
 * leap_device_submit() - start a transfer
 * @command: a LEAP_USBIP_SUBMIT
 * @data: command->data_size bytes
 * @now_ns: any monotonic clock, the same for all calls
 *
 * Return: 1 when it is over at once (@ret_completion), 0 when it waits; -ENODEV when
 *	it crashed the device, which must be unplugged now.
 */
int leap_device_submit(struct leap_device *device,
		       const struct leap_usbip_command *command, const uint8_t *data,
		       uint64_t now_ns, struct leap_completion *ret_completion);

/** leap_device_unlink() - whether transfer @seqnum was still waiting; it is no more */
bool leap_device_unlink(struct leap_device *device, uint32_t seqnum);

/**
 * leap_device_next() - the next transfer that is over by @now_ns
 *
 * Return: false when there is none.
 */
bool leap_device_next(struct leap_device *device, uint64_t now_ns,
		      struct leap_completion *ret_completion);

/** leap_device_due() - when to ask leap_device_next() again; UINT64_MAX: not by time */
uint64_t leap_device_due(const struct leap_device *device);

/** leap_device_fault() - spoil the next @count payloads, transfers or requests */
void leap_device_fault(struct leap_device *device, enum leap_fault fault,
		       unsigned int count);

/** leap_device_freeze() - while frozen, no bulk transfer ends */
void leap_device_freeze(struct leap_device *device, bool frozen);

/** leap_device_counters() - what it has done */
struct leap_device_counters leap_device_counters(const struct leap_device *device);

#endif /* LEAP_SIM_DEVICE_H */
