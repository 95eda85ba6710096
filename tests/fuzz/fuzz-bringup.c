// SPDX-License-Identifier: MIT
/*
 * Any bytes as leap/SERIAL.bin: a file that is taken touches the handshake's registers
 * and nothing else, does not take for ever, and is what writing its steps again would
 * make. Single-threaded.
 */
#include <stdint.h>
#include <stdlib.h>

#include "driver/bringup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t anybody[LEAP_BRINGUP_SERIAL_SIZE];
	const uint8_t *serial = size >= 32 ? data + 16 : anybody;
	static struct leap_bringup_step steps[LEAP_BRINGUP_STEPS_MAX];
	struct leap_bringup bringup;
	uint32_t wait_ms = 0;
	uint8_t *again;

	if (leap_bringup_parse(data, size, serial, &bringup))
		return 0;
	if (!bringup.count || bringup.count > LEAP_BRINGUP_STEPS_MAX)
		abort();
	for (uint32_t i = 0; i < bringup.count; i++) {
		steps[i] = leap_bringup_step(&bringup, i);
		if (steps[i].what == LEAP_BRINGUP_WAIT)
			wait_ms += steps[i].value;
		else if (steps[i].address < 0x10 || steps[i].address > 0x2f)
			abort();
	}
	if (wait_ms > 5000)
		abort();
	again = malloc(leap_bringup_size(bringup.count));
	if (!again)
		abort();
	leap_bringup_write(steps, bringup.count, serial, again);
	if (size != leap_bringup_size(bringup.count) || memcmp(data, again, size))
		abort();
	free(again);
	return 0;
}
