// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who the device is: serial number, firmware and calibration from its property memory.
 * Called while probing, when nobody else knows the device.
 */
#include "driver/device.h"
#include "driver/request.h"

/* Property memory */
#define LEAP_MEMORY_SERIAL 0x00
#define LEAP_MEMORY_VERSION 0x62
#define LEAP_MEMORY_VERSION_SIZE 2
#define LEAP_MEMORY_CALIBRATION 0x64

static void leap_memory_trouble(struct leap_device *leap)
{
	leap_request_trouble(leap, LEAP_UNIT_PROCESSING, LEAP_PU_DATA, -EBADMSG);
}

/* What has no checksum is believed when it reads the same twice. */
static int leap_memory_read_twice(struct leap_device *leap, u8 address, u8 *data,
				  size_t size)
{
	u8 again[LEAP_SERIAL_LEN];
	unsigned int try;
	int ret;

	if (WARN_ON_ONCE(size > sizeof(again)))
		return -EINVAL;
	for (try = 0; try < LEAP_TRIES; try++) {
		ret = leap_memory_read(leap, address, data, size);
		if (!ret)
			ret = leap_memory_read(leap, address, again, size);
		if (ret)
			return ret;
		if (!memcmp(data, again, size))
			return 0;
		leap_memory_trouble(leap);
	}
	return -EBADMSG;
}

static int leap_serial_read(struct leap_device *leap)
{
	u8 serial[LEAP_SERIAL_LEN];
	int ret;

	ret = leap_memory_read_twice(leap, LEAP_MEMORY_SERIAL, serial, sizeof(serial));
	if (ret)
		return ret;
	if (!leap_serial_valid(serial))
		return -EBADMSG;
	memcpy(leap->info.serial, serial, sizeof(serial));
	return 0;
}

static int leap_version_read(struct leap_device *leap)
{
	u8 version[LEAP_MEMORY_VERSION_SIZE];
	int ret;

	ret = leap_memory_read_twice(leap, LEAP_MEMORY_VERSION, version,
				     sizeof(version));
	if (!ret)
		leap->info.firmware = leap_get_le16(version);
	return ret;
}

static int leap_calibration_read(struct leap_device *leap)
{
	unsigned int try;
	int ret;

	for (try = 0; try < LEAP_TRIES; try++) {
		ret = leap_memory_read(leap, LEAP_MEMORY_CALIBRATION,
				       leap->calibration.data, LEAP_CALIBRATION_SIZE);
		if (ret)
			return ret;
		if (leap_calibration_valid(leap->calibration.data)) {
			leap->info.calibration_valid = 1;
			return 0;
		}
		leap_memory_trouble(leap);
	}
	return -EBADMSG;
}

int leap_identify(struct leap_device *leap)
{
	int ret;

	ret = leap_serial_read(leap);
	if (!ret || ret == -EBADMSG)
		ret = leap_version_read(leap);
	if (!ret || ret == -EBADMSG)
		ret = leap_calibration_read(leap);
	if (leap_is_unplugged(leap, ret))
		return -ENODEV;
	if (!leap->info.calibration_valid)
		dev_warn(leap_log(leap),
			 "no valid calibration could be read (%d); frames still work\n",
			 ret);
	return 0;
}
