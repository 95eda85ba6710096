// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which controller is which /dev/leapN: each keeps its number over unplugging and
 * plugging in again. The table has a mutex of its own, taken last.
 */
#include <linux/mutex.h>

#include "driver/device.h"

/**
 * struct leap_number - the owner of a number
 * @serial: whose it is, also while that is away; empty: nobody's
 * @released: counts up with each release: the lower, the longer it has been free
 * @taken: somebody has it now
 */
struct leap_number {
	u8 serial[LEAP_SERIAL_LEN];
	u32 released;
	bool taken;
};

static DEFINE_MUTEX(leap_numbers_lock);
static struct leap_number leap_numbers[LEAP_NUMBERS];
static u32 leap_releases;

/* The last choice is the number whose owner has been away for the longest time. */
static int leap_number_choose(const u8 *serial)
{
	int free = -ENOSPC, oldest = -ENOSPC;
	int i;

	for (i = LEAP_NUMBERS - 1; i >= 0; i--) {
		const struct leap_number *number = &leap_numbers[i];

		if (number->taken)
			continue;
		if (serial[0] && !memcmp(number->serial, serial, LEAP_SERIAL_LEN))
			return i;
		if (!number->serial[0])
			free = i;
		else if (oldest < 0 ||
			 (s32)(number->released - leap_numbers[oldest].released) < 0)
			oldest = i;
	}
	return free >= 0 ? free : oldest;
}

int leap_number_get(const u8 *serial)
{
	int number;

	mutex_lock(&leap_numbers_lock);
	number = leap_number_choose(serial);
	if (number >= 0) {
		leap_numbers[number].taken = true;
		memcpy(leap_numbers[number].serial, serial, LEAP_SERIAL_LEN);
	}
	mutex_unlock(&leap_numbers_lock);
	return number;
}

void leap_number_put(unsigned int number)
{
	mutex_lock(&leap_numbers_lock);
	leap_numbers[number].taken = false;
	leap_numbers[number].released = ++leap_releases;
	mutex_unlock(&leap_numbers_lock);
}
