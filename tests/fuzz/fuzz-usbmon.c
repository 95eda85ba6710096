// SPDX-License-Identifier: MIT
/*
 * Any bytes as a capture of USB traffic: what comes of it is within bounds, and a file
 * that the module takes. Single-threaded.
 */
#include <stdint.h>
#include <stdlib.h>

#include "tools/bringup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(void *context, const struct usbmon_control *control)
{
	if (control->size > USBMON_DATA_MAX)
		abort();
	bringup_take(context, control);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bringup bringup;
	static uint8_t file[LEAP_BRINGUP_HEADER_SIZE +
			    LEAP_BRINGUP_STEP_SIZE * LEAP_BRINGUP_STEPS_MAX + 4];
	const struct bringup_device *device;
	struct leap_bringup parsed;

	memset(&bringup, 0, sizeof(bringup));
	if (usbmon_parse(data, size, take, &bringup) ||
	    bringup_find(&bringup, NULL, &device))
		return 0;
	if (device->count > LEAP_BRINGUP_STEPS_MAX || device->writes > device->count ||
	    !device->writes)
		abort();
	leap_bringup_write(device->steps, device->count, device->serial, file);
	if (leap_bringup_parse(file, leap_bringup_size(device->count), device->serial,
			       &parsed) ||
	    parsed.count != device->count)
		abort();
	return 0;
}
