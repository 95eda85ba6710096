// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attributes in /sys/class/leap/leapN; doc/leap.4 describes them. Everybody may
 * read them, so reading neither asks the device nor wakes it up; root may write some,
 * which takes its mutex.
 */
#include <linux/sysfs.h>

#include "driver/compat.h"
#include "driver/device.h"

static struct leap_device *leap_of(struct device *dev)
{
	return container_of(dev, struct leap_device, dev);
}

static ssize_t serial_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%.*s\n", LEAP_SERIAL_SIZE, leap_of(dev)->info.serial);
}
static DEVICE_ATTR_RO(serial);

static ssize_t firmware_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "0x%04x\n", leap_of(dev)->info.firmware);
}
static DEVICE_ATTR_RO(firmware);

static ssize_t form_factor_show(struct device *dev, struct device_attribute *attr,
				char *buf)
{
	static const char *const names[] = {
		[LEAP_FORM_UNKNOWN] = "unknown",
		[LEAP_FORM_PERIPHERAL] = "peripheral",
		[LEAP_FORM_LAPTOP] = "laptop",
		[LEAP_FORM_KEYBOARD] = "keyboard",
	};

	return sysfs_emit(buf, "%s\n", names[leap_of(dev)->info.form_factor]);
}
static DEVICE_ATTR_RO(form_factor);

static ssize_t locked_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char *const names[] = {
		[LEAP_LOCKED_UNKNOWN] = "unknown",
		[LEAP_LOCKED_NO] = "no",
		[LEAP_LOCKED_YES] = "yes",
	};

	return sysfs_emit(buf, "%s\n", names[READ_ONCE(leap_of(dev)->locked)]);
}
static DEVICE_ATTR_RO(locked);

static ssize_t bringup_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	static const char *const names[] = {
		[LEAP_BRINGUP_NONE] = "none",	    [LEAP_BRINGUP_WAITING] = "waiting",
		[LEAP_BRINGUP_DONE] = "done",	    [LEAP_BRINGUP_FAILED] = "failed",
		[LEAP_BRINGUP_INVALID] = "invalid",
	};

	return sysfs_emit(buf, "%s\n", names[READ_ONCE(leap_of(dev)->bringup)]);
}
static DEVICE_ATTR_RO(bringup);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char *const names[] = {
		[LEAP_STATE_IDLE] = "idle",	  [LEAP_STATE_STREAMING] = "streaming",
		[LEAP_STATE_STALLED] = "stalled", [LEAP_STATE_GONE] = "gone",
		[LEAP_STATE_LOCKED] = "locked",
	};

	return sysfs_emit(buf, "%s\n",
			  names[READ_ONCE(leap_header(leap_of(dev))->state)]);
}
static DEVICE_ATTR_RO(state);

static ssize_t modes_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct leap_device *leap = leap_of(dev);
	unsigned int i;
	int len = 0;

	for (i = 0; i < leap->mode_count; i++)
		len += sysfs_emit_at(buf, len, "%ux%u\n", leap->modes[i].width,
				     leap->modes[i].height);
	return len;
}
static DEVICE_ATTR_RO(modes);

static ssize_t mode_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct leap_device *leap = leap_of(dev);
	struct leap_video_mode mode;

	if (mutex_lock_interruptible(&leap->mutex))
		return -ERESTARTSYS;
	mode = leap->mode;
	mutex_unlock(&leap->mutex);
	return sysfs_emit(buf, "%ux%u\n", mode.width, mode.height);
}

static ssize_t mode_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	struct leap_device *leap = leap_of(dev);
	unsigned int width, height;
	int used = 0;
	int ret;

	if (sscanf(buf, "%5ux%5u%n", &width, &height, &used) != 2 || width > U16_MAX ||
	    height > U16_MAX || (buf[used] && buf[used] != '\n'))
		return -EINVAL;
	ret = leap_enter(leap);
	if (ret)
		return ret;
	ret = leap_mode_set(leap, width, height);
	leap_exit(leap);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(mode);

static ssize_t leap_calibration_show(struct file *file, struct kobject *kobj,
				     leap_bin_attribute *attr, char *buf, loff_t offset,
				     size_t count)
{
	struct leap_device *leap = leap_of(kobj_to_dev(kobj));

	if (!leap->info.calibration_valid)
		return -ENODATA;
	return memory_read_from_buffer(buf, count, &offset, leap->calibration.data,
				       sizeof(leap->calibration.data));
}

static leap_bin_attribute leap_bin_calibration = {
	.attr = { .name = "calibration", .mode = 0444 },
	.size = LEAP_CALIBRATION_SIZE,
	.read = leap_calibration_show,
};

/**
 * struct leap_control_attribute - the file of one control
 * @attr: its mode and name
 * @id: LEAP_CONTROL_*
 */
struct leap_control_attribute {
	struct device_attribute attr;
	u32 id;
};

static u32 leap_control_id(struct device_attribute *attr)
{
	return container_of(attr, struct leap_control_attribute, attr)->id;
}

static ssize_t leap_control_show(struct device *dev, struct device_attribute *attr,
				 char *buf)
{
	struct leap_device *leap = leap_of(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(leap->values[leap_control_id(attr)]));
}

static ssize_t leap_control_store(struct device *dev, struct device_attribute *attr,
				  const char *buf, size_t count)
{
	struct leap_control control = { .id = leap_control_id(attr) };
	struct leap_device *leap = leap_of(dev);
	int ret;

	ret = kstrtoint(buf, 0, &control.value);
	if (ret)
		return ret;
	ret = leap_enter(leap);
	if (ret)
		return ret;
	ret = leap_control_set(leap, &control);
	leap_exit(leap);
	return ret ? ret : count;
}

#define LEAP_CONTROL_ATTR(_name, _id)                                               \
	static struct leap_control_attribute leap_control_##_name = {               \
		.attr = __ATTR(_name, 0644, leap_control_show, leap_control_store), \
		.id = _id,                                                          \
	}

LEAP_CONTROL_ATTR(exposure, LEAP_CONTROL_EXPOSURE);
LEAP_CONTROL_ATTR(gain, LEAP_CONTROL_GAIN);
LEAP_CONTROL_ATTR(digital_gain, LEAP_CONTROL_DIGITAL_GAIN);
LEAP_CONTROL_ATTR(gamma, LEAP_CONTROL_GAMMA);
LEAP_CONTROL_ATTR(led_left, LEAP_CONTROL_LED_LEFT);
LEAP_CONTROL_ATTR(led_centre, LEAP_CONTROL_LED_CENTRE);
LEAP_CONTROL_ATTR(led_right, LEAP_CONTROL_LED_RIGHT);
LEAP_CONTROL_ATTR(hdr, LEAP_CONTROL_HDR);
LEAP_CONTROL_ATTR(rotate, LEAP_CONTROL_ROTATE);
LEAP_CONTROL_ATTR(dark_interval, LEAP_CONTROL_DARK_INTERVAL);
LEAP_CONTROL_ATTR(centre_row, LEAP_CONTROL_CENTRE_ROW);
LEAP_CONTROL_ATTR(frame_ratio, LEAP_CONTROL_FRAME_RATIO);

static struct attribute *leap_attrs[] = {
	&dev_attr_serial.attr, &dev_attr_firmware.attr, &dev_attr_form_factor.attr,
	&dev_attr_locked.attr, &dev_attr_bringup.attr,	&dev_attr_state.attr,
	&dev_attr_modes.attr,  &dev_attr_mode.attr,	NULL,
};

static leap_bin_attribute *leap_bin_attrs[] = {
	&leap_bin_calibration,
	NULL,
};

static const struct attribute_group leap_group = {
	.attrs = leap_attrs,
	.bin_attrs = leap_bin_attrs,
};

static struct attribute *leap_control_attrs[] = {
	&leap_control_exposure.attr.attr,
	&leap_control_gain.attr.attr,
	&leap_control_digital_gain.attr.attr,
	&leap_control_gamma.attr.attr,
	&leap_control_led_left.attr.attr,
	&leap_control_led_centre.attr.attr,
	&leap_control_led_right.attr.attr,
	&leap_control_hdr.attr.attr,
	&leap_control_rotate.attr.attr,
	&leap_control_dark_interval.attr.attr,
	&leap_control_centre_row.attr.attr,
	&leap_control_frame_ratio.attr.attr,
	NULL,
};

static const struct attribute_group leap_control_group = {
	.name = "controls",
	.attrs = leap_control_attrs,
};

const struct attribute_group *leap_groups[] = {
	&leap_group,
	&leap_control_group,
	NULL,
};
