// SPDX-License-Identifier: MIT
/*
 * From the control transfers of a vendor's service to the steps with which it made a
 * controller stream.
 * Pure; one thread at a time.
 */
#include "tools/bringup.h"

#include <ctype.h>
#include <errno.h>

#define SET_CUR 0x01
#define GET_CUR 0x81
#define TO_INTERFACE 0x21
#define FROM_INTERFACE 0xa1

/* wValue and wIndex, the interface left out */
#define UNIT_PROCESSING 5
#define SELECTOR_DATA 7
#define SELECTOR_ADDRESS 8
#define VS_COMMIT 2

#define SERIAL_SIZE 14 /* bytes from address 0 */
#define SERIAL_ALL ((1U << SERIAL_SIZE) - 1)

static struct bringup_device *device_of(struct bringup *bringup,
					const struct usbmon_control *control)
{
	struct bringup_device *device;

	for (unsigned int i = 0; i < bringup->count; i++) {
		device = &bringup->devices[i];
		if (device->bus == control->bus && device->device == control->device)
			return device;
	}
	if (bringup->count == BRINGUP_DEVICES_MAX)
		return NULL;
	device = &bringup->devices[bringup->count++];
	device->bus = control->bus;
	device->device = control->device;
	return device;
}

/* The number that was sent or answered; false for one that is no byte. */
static bool byte_of(const struct usbmon_control *control, uint8_t *ret_byte)
{
	if (!control->size)
		return false;
	for (size_t i = 1; i < control->size; i++)
		if (control->data[i])
			return false;
	*ret_byte = control->data[0];
	return true;
}

static void add_step(struct bringup_device *device, enum leap_bringup_what what,
		     uint8_t value)
{
	if (device->address < LEAP_BRINGUP_FIRST || device->address > LEAP_BRINGUP_LAST)
		return;
	if (device->count == LEAP_BRINGUP_STEPS_MAX) {
		device->overflow = true;
		return;
	}
	device->steps[device->count++] =
		(struct leap_bringup_step){ what, device->address, value };
	device->writes += what == LEAP_BRINGUP_WRITE;
}

static void take_read(struct bringup_device *device, uint8_t value)
{
	if (device->address < SERIAL_SIZE) {
		device->serial[device->address] = value;
		device->serial_known |= 1U << device->address;
	}
	add_step(device, LEAP_BRINGUP_EXPECT, value);
}

static void take_memory(struct bringup_device *device,
			const struct usbmon_control *control, bool set, bool address)
{
	uint8_t value;

	if (!byte_of(control, &value)) {
		/* a picture's bytes in an answer: which address holds is still known */
		device->addressed &= !(set && address);
	} else if (set && address) {
		device->address = value;
		device->addressed = true;
	} else if (device->addressed && !address) {
		if (set)
			add_step(device, LEAP_BRINGUP_WRITE, value);
		else
			take_read(device, value);
	}
}

void bringup_take(void *context, const struct usbmon_control *control)
{
	const uint8_t *setup = control->setup;
	bool set = setup[0] == TO_INTERFACE && setup[1] == SET_CUR;
	bool get = setup[0] == FROM_INTERFACE && setup[1] == GET_CUR;
	uint8_t selector = setup[3], unit = setup[5];
	struct bringup_device *device;

	if ((!set && !get) || setup[2])
		return;
	device = device_of(context, control);
	if (!device || device->streams)
		return;
	if (set && !unit && selector == VS_COMMIT)
		device->streams = true;
	else if (unit == UNIT_PROCESSING &&
		 (selector == SELECTOR_ADDRESS || selector == SELECTOR_DATA))
		take_memory(device, control, set, selector == SELECTOR_ADDRESS);
}

bool bringup_serial_known(const struct bringup_device *device)
{
	unsigned int length = 0;

	if (device->serial_known != SERIAL_ALL)
		return false;
	while (length < SERIAL_SIZE && isalnum(device->serial[length]))
		length++;
	for (unsigned int i = length; i < SERIAL_SIZE; i++)
		if (device->serial[i])
			return false;
	return length;
}

int bringup_find(const struct bringup *bringup, const char *serial,
		 const struct bringup_device **ret_device)
{
	const struct bringup_device *found = NULL;

	for (unsigned int i = 0; i < bringup->count; i++) {
		const struct bringup_device *device = &bringup->devices[i];

		if (!device->writes || !bringup_serial_known(device))
			continue;
		if (serial && strncmp((const char *)device->serial, serial,
				      LEAP_BRINGUP_SERIAL_SIZE))
			continue;
		/* the same one again, plugged in once more: the first time will do */
		if (found &&
		    !memcmp(found->serial, device->serial, sizeof(found->serial)))
			continue;
		if (found)
			return -ENOTUNIQ;
		found = device;
	}
	if (!found)
		return -ENODATA;
	*ret_device = found;
	return 0;
}
