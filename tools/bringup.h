/* SPDX-License-Identifier: MIT */
/*
 * From the control transfers of a vendor's service to the steps with which it made a
 * controller stream.
 * Pure; one thread at a time.
 */
#ifndef LEAP_TOOLS_BRINGUP_H
#define LEAP_TOOLS_BRINGUP_H

#include "driver/bringup.h"
#include "tools/usbmon.h"

#define BRINGUP_DEVICES_MAX 16

/**
 * struct bringup_device - what was seen of one controller
 * @bus: number of the bus
 * @device: its address there
 * @address: of the property memory, last set
 * @addressed: it was set
 * @streams: the mode was committed: what comes after is no bring-up
 * @serial: read from it, NUL padded; complete when all bits of @serial_known are set
 * @serial_known: a bit for each byte of it
 * @steps: what was written and read
 * @count: how many steps
 * @writes: how many of them write
 * @overflow: there were more than fit
 */
struct bringup_device {
	uint16_t bus;
	uint8_t device;
	uint8_t address;
	_Bool addressed;
	_Bool streams;
	uint8_t serial[LEAP_BRINGUP_SERIAL_SIZE];
	uint32_t serial_known;
	struct leap_bringup_step steps[LEAP_BRINGUP_STEPS_MAX];
	uint32_t count;
	uint32_t writes;
	_Bool overflow;
};

/** struct bringup - all that was seen; zeroed at the start */
struct bringup {
	struct bringup_device devices[BRINGUP_DEVICES_MAX];
	unsigned int count;
};

/** bringup_take() - a usbmon_fn; @context is a struct bringup */
void bringup_take(void *context, const struct usbmon_control *control);

/** bringup_serial_known() - whether all of the serial number was read, and is one */
_Bool bringup_serial_known(const struct bringup_device *device);

/**
 * bringup_find() - the controller that was brought up
 * @serial: whose, or NULL if there is only one
 * @ret_device: on success
 *
 * Return: 0; -ENODATA none was; -ENOTUNIQ several were, and @serial is NULL.
 */
int bringup_find(const struct bringup *bringup, const char *serial,
		 const struct bringup_device **ret_device);

#endif /* LEAP_TOOLS_BRINGUP_H */
