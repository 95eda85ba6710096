// SPDX-License-Identifier: MIT
/*
 * Any control requests, one after the other: eight bytes of set-up, then as much data
 * as they announce if they go to the device. Single-threaded.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/personality.h"
#include "sim/sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Return: bytes of the input used; 0 when no whole request is left. */
static size_t one_request(struct leap_personality *device, const uint8_t *data,
			  size_t size)
{
	struct leap_setup setup;
	bool to_host;
	uint8_t *bytes;
	int r;

	if (size < 8)
		return 0;
	setup = leap_setup_parse(data);
	to_host = setup.request_type & 0x80;
	if (!to_host && setup.length > size - 8)
		return 0;
	/* exactly as long as announced, so that one byte too far is noticed */
	bytes = malloc(setup.length ? setup.length : 1);
	if (!bytes)
		abort();
	if (!to_host && setup.length)
		memcpy(bytes, data + 8, setup.length);
	r = leap_personality_control(device, &setup, to_host ? NULL : bytes,
				     to_host ? bytes : NULL);
	if (r > setup.length || (r < 0 && r != -EPIPE && r != -EAGAIN && r != -ENODEV))
		abort();
	free(bytes);
	return 8 + (to_host ? 0 : setup.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct leap_personality_options options = {
		.serial = LEAP_SIM_SERIAL,
		.calibration = leap_sim_calibration(),
	};
	struct leap_personality device;
	size_t used;

	if (size < 2 || leap_personality_init(&device, &options) < 0)
		return 0;
	device.garbage = data[0];
	device.unanswered = data[1];
	data += 2;
	size -= 2;
	while ((used = one_request(&device, data, size))) {
		data += used;
		size -= used;
	}
	return 0;
}
