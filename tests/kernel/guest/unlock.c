// SPDX-License-Identifier: MIT
/*
 * unlock SERIAL OUTPUT: makes the file that unlocks the emulated controller with that
 * serial number, by asking a copy of it what a vendor's service would have to write.
 * One thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/bringup.h"
#include "sim/personality.h"
#include "sim/sim.h"

#define STEPS 28

struct recording {
	struct leap_personality device;
	struct leap_bringup_step steps[STEPS];
	unsigned int count;
};

static void request(struct recording *recording, uint8_t selector, uint8_t value)
{
	const struct leap_setup setup = { 0x21, 0x01, selector << 8, 0x0500, 4 };
	const uint8_t data[4] = { value };

	leap_personality_control(&recording->device, &setup, data, NULL);
}

static void add(struct recording *recording, uint8_t what, uint8_t address,
		uint8_t value)
{
	recording->steps[recording->count++] =
		(struct leap_bringup_step){ what, address, value };
}

static void write_byte(struct recording *recording, uint8_t address, uint8_t value)
{
	request(recording, 8, address);
	request(recording, 7, value);
	add(recording, LEAP_BRINGUP_WRITE, address, value);
}

static void handshake(struct recording *recording)
{
	uint8_t response[LEAP_RESPONSE_SIZE];

	for (uint8_t i = 0; i < 4; i++)
		write_byte(recording, 0x10 + i, 0x51 * (i + 1));
	for (uint8_t i = 0; i < 4; i++)
		write_byte(recording, 0x2c + i, 0x37 * (i + 1));
	for (uint8_t i = 0; i < 12; i++)
		add(recording, LEAP_BRINGUP_EXPECT, 0x14 + i,
		    recording->device.memory[0x14 + i]);
	leap_personality_response(&recording->device, response);
	for (uint8_t i = 0; i < LEAP_RESPONSE_SIZE; i++)
		write_byte(recording, 0x20 + i, response[i]);
}

int main(int argc, char **argv)
{
	const struct leap_setup configure = { 0x00, 9, 1, 0, 0 };
	uint8_t serial[LEAP_BRINGUP_SERIAL_SIZE] = { 0 };
	uint8_t data[LEAP_BRINGUP_HEADER_SIZE + 4 * STEPS + 4];
	struct recording recording = { .count = 0 };
	struct leap_personality_options options = {
		.calibration = leap_sim_calibration(),
		.locked = true,
	};
	size_t size;
	FILE *file;

	if (argc != 3 || strlen(argv[1]) >= sizeof(serial))
		return 2;
	options.serial = argv[1];
	memcpy(serial, argv[1], strlen(argv[1]));
	if (leap_personality_init(&recording.device, &options))
		return EXIT_FAILURE;
	leap_personality_control(&recording.device, &configure, NULL, NULL);
	handshake(&recording);
	leap_bringup_write(recording.steps, recording.count, serial, data);
	size = leap_bringup_size(recording.count);
	file = fopen(argv[2], "wbe");
	if (!file || fwrite(data, 1, size, file) != size || fclose(file))
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
