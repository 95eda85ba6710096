/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The file leap/SERIAL.bin: registers of the property memory that a controller with
 * locked firmware wants to be written before it streams. Pure; owns nothing.
 *
 * All numbers are little endian.
 *
 *	0	8	"LEAPBRUP"
 *	8	4	version of this format: 1
 *	12	4	number of steps, 1..LEAP_BRINGUP_STEPS_MAX
 *	16	16	serial number of the controller, NUL padded
 *	32	4 each	the steps
 *	...	4	sum of all 32-bit words before it, modulo 2^32
 *
 * A step is four bytes: what, address, value, 0.
 *
 *	1	write the value
 *	2	read, and expect the value
 *	3	wait for so many milliseconds; the address is 0. All together may
 *		wait for LEAP_BRINGUP_WAIT_MAX_MS.
 *
 * Addresses are those at which a vendor's service has been seen to write or to read
 * answers, LEAP_BRINGUP_FIRST..LEAP_BRINGUP_LAST: the file can change neither the
 * serial number nor the calibration.
 */
#ifndef LEAP_BRINGUP_H
#define LEAP_BRINGUP_H

#include "driver/pure.h"

#define LEAP_BRINGUP_MAGIC "LEAPBRUP"
#define LEAP_BRINGUP_MAGIC_SIZE 8
#define LEAP_BRINGUP_VERSION 1
#define LEAP_BRINGUP_STEPS_MAX 1024
#define LEAP_BRINGUP_SERIAL_SIZE 16
#define LEAP_BRINGUP_HEADER_SIZE 32
#define LEAP_BRINGUP_STEP_SIZE 4
#define LEAP_BRINGUP_FIRST 0x10
#define LEAP_BRINGUP_LAST 0x2f

/* of all steps together: whoever starts the stream, or pulls the plug, waits for it */
#define LEAP_BRINGUP_WAIT_MAX_MS 5000

enum leap_bringup_what {
	LEAP_BRINGUP_WRITE = 1,
	LEAP_BRINGUP_EXPECT = 2,
	LEAP_BRINGUP_WAIT = 3,
};

/** struct leap_bringup_step - one step; see above */
struct leap_bringup_step {
	u8 what;
	u8 address;
	u8 value;
};

/**
 * struct leap_bringup - a file that has been checked
 * @steps: the steps as they are in the file, which must outlive this
 * @count: how many; 0 when there is none
 */
struct leap_bringup {
	const u8 *steps;
	u32 count;
};

/**
 * leap_bringup_parse() - check a file
 * @data: the file: anything
 * @size: its bytes
 * @serial: LEAP_BRINGUP_SERIAL_SIZE bytes, NUL padded: whose it has to be
 * @ret_bringup: filled in on success
 *
 * Return: 0; -EINVAL no such file, or damaged; -ENOKEY another controller's.
 */
int leap_bringup_parse(const u8 *data, size_t size, const u8 *serial,
		       struct leap_bringup *ret_bringup);

/** leap_bringup_step() - step @index, below leap_bringup::count */
struct leap_bringup_step leap_bringup_step(const struct leap_bringup *bringup,
					   u32 index);

/** leap_bringup_size() - bytes of a file with @count steps */
static inline size_t leap_bringup_size(u32 count)
{
	return LEAP_BRINGUP_HEADER_SIZE + count * LEAP_BRINGUP_STEP_SIZE + 4;
}

/**
 * leap_bringup_write() - make a file
 * @steps: 1..LEAP_BRINGUP_STEPS_MAX of them
 * @count: how many
 * @serial: LEAP_BRINGUP_SERIAL_SIZE bytes, NUL padded
 * @data: leap_bringup_size() bytes, filled in
 */
void leap_bringup_write(const struct leap_bringup_step *steps, u32 count,
			const u8 *serial, u8 *data);

#endif /* LEAP_BRINGUP_H */
