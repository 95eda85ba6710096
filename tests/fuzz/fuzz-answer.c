// SPDX-License-Identifier: MIT
/*
 * Any bytes as answers on the control pipe: what is believed has the form it should
 * have. Single-threaded.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>

#include <linux/leap.h>

#include "driver/answer.h"

static void serial(const uint8_t *data)
{
	char text[LEAP_SERIAL_LEN + 1] = {};

	if (!leap_serial_valid(data))
		return;
	memcpy(text, data, LEAP_SERIAL_LEN);
	if (!text[0])
		abort();
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c))
			abort();
}

static void probe(const uint8_t *data)
{
	const struct leap_video_mode mode = { 1, 2, 640, 240, 86956 };
	u32 size = leap_probe_payload_size(&mode, data);

	if (size && (size > LEAP_PAYLOAD_MAX || data[2] != 1 || data[3] != 2))
		abort();
}

static void calibration(const uint8_t *data)
{
	uint8_t copy[LEAP_CALIBRATION_SIZE];

	memcpy(copy, data, sizeof(copy));
	if (!leap_calibration_valid(copy))
		return;
	copy[5] ^= 1;
	if (leap_calibration_valid(copy))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size >= LEAP_SERIAL_LEN)
		serial(data);
	if (size >= LEAP_PROBE_SIZE)
		probe(data);
	if (size >= LEAP_CALIBRATION_SIZE)
		calibration(data);
	return 0;
}
