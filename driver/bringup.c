// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The file with which a controller with locked firmware is unlocked, checked and made.
 * Pure; owns nothing.
 */
#include "driver/bringup.h"

#define LEAP_BRINGUP_AT_VERSION 8
#define LEAP_BRINGUP_AT_COUNT 12
#define LEAP_BRINGUP_AT_SERIAL 16

static u32 leap_bringup_sum(const u8 *data, size_t size)
{
	u32 sum = 0;
	size_t i;

	for (i = 0; i < size; i += 4)
		sum += leap_get_le32(data + i);
	return sum;
}

static bool leap_bringup_step_valid(const u8 *step)
{
	if (step[3])
		return false;
	switch (step[0]) {
	case LEAP_BRINGUP_WRITE:
	case LEAP_BRINGUP_EXPECT:
		return step[1] >= LEAP_BRINGUP_FIRST && step[1] <= LEAP_BRINGUP_LAST;
	case LEAP_BRINGUP_WAIT:
		return !step[1];
	}
	return false;
}

static bool leap_bringup_steps_valid(const u8 *step, u32 count)
{
	u32 wait_ms = 0;

	for (; count; count--, step += LEAP_BRINGUP_STEP_SIZE) {
		if (!leap_bringup_step_valid(step))
			return false;
		if (step[0] == LEAP_BRINGUP_WAIT)
			wait_ms += step[2];
	}
	return wait_ms <= LEAP_BRINGUP_WAIT_MAX_MS;
}

int leap_bringup_parse(const u8 *data, size_t size, const u8 *serial,
		       struct leap_bringup *ret_bringup)
{
	u32 count;

	if (size < leap_bringup_size(1) ||
	    memcmp(data, LEAP_BRINGUP_MAGIC, LEAP_BRINGUP_MAGIC_SIZE) ||
	    leap_get_le32(data + LEAP_BRINGUP_AT_VERSION) != LEAP_BRINGUP_VERSION)
		return -EINVAL;
	count = leap_get_le32(data + LEAP_BRINGUP_AT_COUNT);
	if (count > LEAP_BRINGUP_STEPS_MAX || size != leap_bringup_size(count) ||
	    leap_bringup_sum(data, size - 4) != leap_get_le32(data + size - 4))
		return -EINVAL;
	data += LEAP_BRINGUP_HEADER_SIZE;
	if (!leap_bringup_steps_valid(data, count))
		return -EINVAL;
	if (memcmp(data - LEAP_BRINGUP_HEADER_SIZE + LEAP_BRINGUP_AT_SERIAL, serial,
		   LEAP_BRINGUP_SERIAL_SIZE))
		return -ENOKEY;
	ret_bringup->steps = data;
	ret_bringup->count = count;
	return 0;
}

struct leap_bringup_step leap_bringup_step(const struct leap_bringup *bringup,
					   u32 index)
{
	const u8 *step = bringup->steps + index * LEAP_BRINGUP_STEP_SIZE;

	return (struct leap_bringup_step){ step[0], step[1], step[2] };
}

void leap_bringup_write(const struct leap_bringup_step *steps, u32 count,
			const u8 *serial, u8 *data)
{
	u8 *to = data + LEAP_BRINGUP_HEADER_SIZE;
	u32 i;

	memcpy(data, LEAP_BRINGUP_MAGIC, LEAP_BRINGUP_MAGIC_SIZE);
	leap_put_le32(LEAP_BRINGUP_VERSION, data + LEAP_BRINGUP_AT_VERSION);
	leap_put_le32(count, data + LEAP_BRINGUP_AT_COUNT);
	memcpy(data + LEAP_BRINGUP_AT_SERIAL, serial, LEAP_BRINGUP_SERIAL_SIZE);
	for (i = 0; i < count; i++, to += LEAP_BRINGUP_STEP_SIZE) {
		to[0] = steps[i].what;
		to[1] = steps[i].address;
		to[2] = steps[i].value;
		to[3] = 0;
	}
	leap_put_le32(leap_bringup_sum(data, to - data), to);
}
