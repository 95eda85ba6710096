// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware up to 1.7.0 may want to see a sequence of registers that belongs to the one
 * controller before it streams. It is supplied as the file leap/SERIAL.bin, which is
 * looked for only when a controller does not stream. The caller holds
 * leap_device::mutex, except that of leap_unlock_again().
 */
#include <linux/delay.h>
#include <linux/firmware.h>

#include "driver/device.h"

void leap_unlock_load(struct leap_device *leap)
{
	char name[sizeof("leap/.bin") + LEAP_SERIAL_SIZE];
	int ret;

	if (leap->sequence_file || !leap->info.serial[0])
		return;
	snprintf(name, sizeof(name), "leap/%.*s.bin", LEAP_SERIAL_SIZE,
		 leap->info.serial);
	/* optional, and under the mutex: no fallback that waits for user space */
	if (request_firmware_direct(&leap->sequence_file, name, leap_log(leap))) {
		leap->sequence_file = NULL;
		return;
	}
	ret = leap_bringup_parse(leap->sequence_file->data, leap->sequence_file->size,
				 leap->info.serial, &leap->sequence);
	WRITE_ONCE(leap->bringup, ret ? LEAP_BRINGUP_INVALID : LEAP_BRINGUP_WAITING);
	if (ret)
		dev_err(leap_log(leap), "%s is %s; make it with leap-bringup(1)\n",
			name,
			ret == -ENOKEY ? "that of another controller" : "damaged");
}

void leap_unlock_again(struct leap_device *leap)
{
	enum leap_bringup_state was = READ_ONCE(leap->bringup);

	if (was == LEAP_BRINGUP_DONE || was == LEAP_BRINGUP_FAILED)
		WRITE_ONCE(leap->bringup, LEAP_BRINGUP_WAITING);
}

/* -EBADMSG: the device answers otherwise than it did when the file was made */
static int leap_unlock_step(struct leap_device *leap, struct leap_bringup_step step)
{
	u8 value;
	int ret;

	switch (step.what) {
	case LEAP_BRINGUP_WRITE:
		return leap_memory_write(leap, step.address, step.value);
	case LEAP_BRINGUP_EXPECT:
		ret = leap_memory_read(leap, step.address, &value, 1);
		if (!ret && value != step.value)
			ret = -EBADMSG;
		return ret;
	}
	msleep(step.value);
	return 0;
}

int leap_unlock(struct leap_device *leap)
{
	int ret = 0;
	u32 i;

	if (leap->bringup != LEAP_BRINGUP_WAITING)
		return 0;
	for (i = 0; !ret && i < leap->sequence.count; i++) {
		/* who unplugs does not wait for the rest, which may be seconds */
		if (READ_ONCE(leap->gone))
			return -ENODEV;
		ret = leap_unlock_step(leap, leap_bringup_step(&leap->sequence, i));
	}
	if (leap_is_unplugged(leap, ret))
		return -ENODEV;
	if (ret == -ETIMEDOUT)
		return ret; /* and the next start tries again */
	WRITE_ONCE(leap->bringup, ret ? LEAP_BRINGUP_FAILED : LEAP_BRINGUP_DONE);
	if (ret)
		dev_err(leap_log(leap),
			"the bring-up sequence fails at step %u (%d): it was recorded with another controller or firmware\n",
			i, ret);
	return 0;
}

void leap_unlock_free(struct leap_device *leap)
{
	release_firmware(leap->sequence_file);
}
