// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything said on the control pipe: settings, property memory, negotiation. The
 * caller holds leap_device::mutex or is probing.
 *
 * The device has been seen to answer with a good status and bytes of the image, with
 * none at all, and not at all. So each answer is checked, asked for again a few times,
 * and every bad one is counted.
 */
#include <linux/usb/video.h>

#include "driver/device.h"

#define LEAP_CONTROL_TIMEOUT_MS 1000
#define LEAP_TRIES 3

/* The device's units, each with the selectors of UVC 1.00 that it uses its own way. */
#define LEAP_UNIT_CAMERA 2
#define LEAP_UNIT_PROCESSING 5
#define LEAP_CT_EXPOSURE UVC_CT_ZOOM_ABSOLUTE_CONTROL /* microseconds */
#define LEAP_PU_GAIN UVC_PU_GAIN_CONTROL
#define LEAP_PU_DARK_INTERVAL UVC_PU_WHITE_BALANCE_TEMPERATURE_CONTROL
#define LEAP_PU_MULTIPLEX UVC_PU_CONTRAST_CONTROL /* value << 6 | switch */
#define LEAP_PU_ADDRESS UVC_PU_SHARPNESS_CONTROL
#define LEAP_PU_DATA UVC_PU_SATURATION_CONTROL

/* Switches behind LEAP_PU_MULTIPLEX. Never write 6: it crashes the device. */
#define LEAP_SWITCH_ROTATE 1
#define LEAP_SWITCH_LED 2 /* left; centre and right follow */
#define LEAP_SWITCH_SHIFT 6

/* Property memory */
#define LEAP_MEMORY_SERIAL 0x00
#define LEAP_MEMORY_VERSION 0x62
#define LEAP_MEMORY_VERSION_SIZE 2
#define LEAP_MEMORY_CALIBRATION 0x64

#define LEAP_EXPOSURE_MIN 10
#define LEAP_EXPOSURE_MAX 65535
#define LEAP_GAIN_MIN 16
#define LEAP_GAIN_MAX 63

/* A request that was under way when the plug was pulled may fail in any way. */
static bool leap_is_unplugged(const struct leap_device *leap, int ret)
{
	return ret == -ENODEV || ret == -ESHUTDOWN ||
	       (ret && leap->udev->state == USB_STATE_NOTATTACHED);
}

static void leap_control_trouble(struct leap_device *leap, u8 unit, u8 selector,
				 int ret)
{
	if (leap_is_unplugged(leap, ret))
		return;
	leap_ring_count(&leap_header(leap)->control_errors, 1);
	if (leap_trouble_is_new(leap, LEAP_TROUBLE_CONTROL))
		dev_warn(&leap->dev,
			 "bad answer from control %u.%02x (%d); counted from now on\n",
			 unit, selector, ret);
}

static int leap_control_in(struct leap_device *leap, u8 request, u16 value, u16 index,
			   void *data, u16 size)
{
	return usb_control_msg_recv(leap->udev, 0, request,
				    USB_DIR_IN | USB_TYPE_CLASS | USB_RECIP_INTERFACE,
				    value, index, data, size, LEAP_CONTROL_TIMEOUT_MS,
				    GFP_KERNEL);
}

static int leap_control_out(struct leap_device *leap, u8 request, u16 value, u16 index,
			    const void *data, u16 size)
{
	return usb_control_msg_send(leap->udev, 0, request,
				    USB_DIR_OUT | USB_TYPE_CLASS | USB_RECIP_INTERFACE,
				    value, index, data, size, LEAP_CONTROL_TIMEOUT_MS,
				    GFP_KERNEL);
}

static u16 leap_unit_index(const struct leap_device *leap, u8 unit)
{
	return unit << 8 | leap->control->cur_altsetting->desc.bInterfaceNumber;
}

/* All controls are 32 bits wide here, whatever UVC says of them. */
static int leap_unit_get(struct leap_device *leap, u8 unit, u8 selector, u32 *ret_value)
{
	u8 data[4];
	int ret;

	ret = leap_control_in(leap, UVC_GET_CUR, selector << 8,
			      leap_unit_index(leap, unit), data, sizeof(data));
	if (!ret)
		*ret_value = leap_get_le32(data);
	return ret;
}

static int leap_unit_set(struct leap_device *leap, u8 unit, u8 selector, u32 value)
{
	u8 data[4];
	int ret;

	leap_put_le32(value, data);
	ret = leap_control_out(leap, UVC_SET_CUR, selector << 8,
			       leap_unit_index(leap, unit), data, sizeof(data));
	if (ret)
		leap_control_trouble(leap, unit, selector, ret);
	return ret;
}

/* Reads until the value is possible. -EBADMSG: the device answers nonsense only. */
static int leap_unit_get_valid(struct leap_device *leap, u8 unit, u8 selector,
			       u32 minimum, u32 maximum, u32 *ret_value)
{
	unsigned int try;
	int ret = 0;

	for (try = 0; try < LEAP_TRIES && !leap_is_unplugged(leap, ret); try++) {
		u32 value;

		ret = leap_unit_get(leap, unit, selector, &value);
		if (!ret && value >= minimum && value <= maximum) {
			*ret_value = value;
			return 0;
		}
		if (!ret || ret == -EREMOTEIO)
			ret = -EBADMSG;
		leap_control_trouble(leap, unit, selector, ret);
	}
	return ret;
}

static int leap_memory_read(struct leap_device *leap, u8 address, u8 *data, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		u32 value;
		int ret;

		ret = leap_unit_set(leap, LEAP_UNIT_PROCESSING, LEAP_PU_ADDRESS,
				    address + i);
		if (!ret)
			ret = leap_unit_get_valid(leap, LEAP_UNIT_PROCESSING,
						  LEAP_PU_DATA, 0, 0xff, &value);
		if (ret)
			return ret;
		data[i] = value;
	}
	return 0;
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
		leap_control_trouble(leap, LEAP_UNIT_PROCESSING, LEAP_PU_DATA,
				     -EBADMSG);
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
		leap_control_trouble(leap, LEAP_UNIT_PROCESSING, LEAP_PU_DATA,
				     -EBADMSG);
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
		dev_warn(&leap->dev,
			 "no valid calibration could be read (%d); frames still work\n",
			 ret);
	return 0;
}

static void leap_exposure_changed(struct leap_device *leap)
{
	leap_decoder_set_exposure(&leap->stream.decoder, leap->exposure_us, leap->gain);
}

static int leap_switch_set(struct leap_device *leap, u32 which, bool on)
{
	return leap_unit_set(leap, LEAP_UNIT_PROCESSING, LEAP_PU_MULTIPLEX,
			     (u32)on << LEAP_SWITCH_SHIFT | which);
}

int leap_settings_apply(struct leap_device *leap)
{
	unsigned int led;
	int ret;

	leap_exposure_changed(leap);
	ret = leap_unit_set(leap, LEAP_UNIT_CAMERA, LEAP_CT_EXPOSURE,
			    leap->exposure_us);
	if (!ret)
		ret = leap_unit_set(leap, LEAP_UNIT_PROCESSING, LEAP_PU_GAIN,
				    leap->gain);
	if (!ret)
		ret = leap_unit_set(leap, LEAP_UNIT_PROCESSING, LEAP_PU_DARK_INTERVAL,
				    0);
	if (!ret)
		ret = leap_switch_set(leap, LEAP_SWITCH_ROTATE, false);
	for (led = 0; !ret && led < 3; led++)
		if (leap->leds_set & BIT(led))
			ret = leap_switch_set(leap, LEAP_SWITCH_LED + led,
					      leap->leds & BIT(led));
	return leap_is_unplugged(leap, ret) ? -ENODEV : ret;
}

/* -EINVAL unless @control->id is one of ours; fills in its range */
static int leap_control_range(struct leap_control *control)
{
	switch (control->id) {
	case LEAP_CONTROL_EXPOSURE:
		control->minimum = LEAP_EXPOSURE_MIN;
		control->maximum = LEAP_EXPOSURE_MAX;
		return 0;
	case LEAP_CONTROL_GAIN:
		control->minimum = LEAP_GAIN_MIN;
		control->maximum = LEAP_GAIN_MAX;
		return 0;
	case LEAP_CONTROL_LED_LEFT:
	case LEAP_CONTROL_LED_CENTRE:
	case LEAP_CONTROL_LED_RIGHT:
		control->minimum = 0;
		control->maximum = 1;
		return 0;
	}
	return -EINVAL;
}

static int leap_control_error(const struct leap_device *leap, int ret)
{
	if (leap_is_unplugged(leap, ret))
		return -ENODEV;
	return !ret || ret == -EBADMSG || ret == -ENOMEM ? ret : -EIO;
}

/* The LEDs cannot be read back; what was set last is their value. */
static int leap_led_get(struct leap_device *leap, struct leap_control *control)
{
	control->value = !!(leap->leds & BIT(control->id - LEAP_CONTROL_LED_LEFT));
	return 0;
}

static int leap_led_set(struct leap_device *leap, struct leap_control *control)
{
	unsigned int led = control->id - LEAP_CONTROL_LED_LEFT;
	int ret;

	ret = leap_switch_set(leap, LEAP_SWITCH_LED + led, control->value);
	if (ret)
		return ret;
	leap->leds_set |= BIT(led);
	if (control->value)
		leap->leds |= BIT(led);
	else
		leap->leds &= ~BIT(led);
	return 0;
}

static u32 *leap_value(struct leap_device *leap, const struct leap_control *control)
{
	return control->id == LEAP_CONTROL_GAIN ? &leap->gain : &leap->exposure_us;
}

static u8 leap_value_unit(const struct leap_control *control)
{
	return control->id == LEAP_CONTROL_GAIN ? LEAP_UNIT_PROCESSING
						: LEAP_UNIT_CAMERA;
}

static u8 leap_value_selector(const struct leap_control *control)
{
	return control->id == LEAP_CONTROL_GAIN ? LEAP_PU_GAIN : LEAP_CT_EXPOSURE;
}

/*
 * What the device says is believed when it is what it was told last, or when it says it
 * twice: a few bytes of a dark image look like a small number.
 */
static int leap_value_get(struct leap_device *leap, struct leap_control *control)
{
	u32 likely = *leap_value(leap, control);
	u8 selector = leap_value_selector(control);
	u8 unit = leap_value_unit(control);
	unsigned int try;

	for (try = 0; try < LEAP_TRIES; try++) {
		u32 value;
		int ret;

		ret = leap_unit_get_valid(leap, unit, selector, control->minimum,
					  control->maximum, &value);
		if (ret)
			return ret;
		if (value == likely) {
			control->value = value;
			return 0;
		}
		likely = value;
	}
	return -EBADMSG;
}

/* The device may take another value than it was told: what it says then counts. */
static int leap_value_set(struct leap_device *leap, struct leap_control *control)
{
	int ret;

	ret = leap_unit_set(leap, leap_value_unit(control),
			    leap_value_selector(control), control->value);
	if (ret)
		return ret;
	*leap_value(leap, control) = control->value;
	ret = leap_value_get(leap, control);
	if (!ret)
		*leap_value(leap, control) = control->value;
	leap_exposure_changed(leap);
	return ret;
}

int leap_control_get(struct leap_device *leap, struct leap_control *control)
{
	int ret;

	ret = leap_control_range(control);
	if (ret)
		return ret;
	if (control->id >= LEAP_CONTROL_LED_LEFT)
		return leap_led_get(leap, control);
	return leap_control_error(leap, leap_value_get(leap, control));
}

int leap_control_set(struct leap_device *leap, struct leap_control *control)
{
	int ret;

	ret = leap_control_range(control);
	if (ret)
		return ret;
	if (control->value < control->minimum || control->value > control->maximum)
		return -ERANGE;
	if (control->id >= LEAP_CONTROL_LED_LEFT)
		return leap_control_error(leap, leap_led_set(leap, control));
	return leap_control_error(leap, leap_value_set(leap, control));
}

static u16 leap_video_index(const struct leap_device *leap)
{
	return leap->video->cur_altsetting->desc.bInterfaceNumber;
}

static int leap_probe_get(struct leap_device *leap, u8 request, u8 *block)
{
	int ret;

	ret = leap_control_in(leap, request, UVC_VS_PROBE_CONTROL << 8,
			      leap_video_index(leap), block, LEAP_PROBE_SIZE);
	if (ret)
		leap_control_trouble(leap, 0, UVC_VS_PROBE_CONTROL, ret);
	return ret;
}

static int leap_video_set(struct leap_device *leap, u8 selector, const u8 *block)
{
	int ret;

	ret = leap_control_out(leap, UVC_SET_CUR, selector << 8, leap_video_index(leap),
			       block, LEAP_PROBE_SIZE);
	if (ret)
		leap_control_trouble(leap, 0, selector, ret);
	return ret;
}

/* What the device made of the request, in @block, which is what it wants committed. */
static int leap_probe_result(struct leap_device *leap, u8 *block, u32 *ret_payload_size)
{
	unsigned int try;
	int ret = 0;

	for (try = 0; try < LEAP_TRIES && !leap_is_unplugged(leap, ret); try++) {
		u32 size;

		ret = leap_probe_get(leap, UVC_GET_CUR, block);
		if (ret)
			continue;
		size = leap_probe_payload_size(&leap->mode, block);
		if (size) {
			*ret_payload_size = size;
			return 0;
		}
		ret = -EBADMSG;
		leap_control_trouble(leap, 0, UVC_VS_PROBE_CONTROL, ret);
	}
	return ret;
}

/*
 * In the order of the vendor's service. GET_DEF(PROBE) is not in it: the device never
 * answers that one, and is deaf for five seconds.
 */
int leap_negotiate(struct leap_device *leap, u32 *ret_payload_size)
{
	u8 block[LEAP_PROBE_SIZE];
	u32 size = 0;
	int ret;

	ret = usb_set_interface(leap->udev, leap_video_index(leap), 0);
	if (!ret) {
		/* for the order's sake: its values are those of no mode we want */
		ret = leap_probe_get(leap, UVC_GET_MAX, block);
		if (!leap_is_unplugged(leap, ret))
			ret = 0;
	}
	if (!ret) {
		leap_probe_encode(&leap->mode, block);
		ret = leap_video_set(leap, UVC_VS_PROBE_CONTROL, block);
	}
	if (!ret)
		ret = leap_probe_result(leap, block, &size);
	if (!ret)
		ret = leap_video_set(leap, UVC_VS_COMMIT_CONTROL, block);
	if (ret)
		return leap_is_unplugged(leap, ret) ? -ENODEV : -EIO;
	*ret_payload_size = size;
	return 0;
}
