// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests on the control pipe: controls of the units, property memory, negotiation.
 * The caller holds leap_device::mutex or is probing.
 *
 * The device has been seen to answer with a good status and bytes of the image, with
 * none at all, and not at all. So each answer is checked, asked for again a few times,
 * and every bad one is counted.
 */
#include <linux/usb/video.h>

#include "driver/device.h"
#include "driver/request.h"

#define LEAP_CONTROL_TIMEOUT_MS 1000

bool leap_is_unplugged(const struct leap_device *leap, int ret)
{
	/* a request that was under way when the plug was pulled may fail in any way */
	return ret == -ENODEV || ret == -ESHUTDOWN ||
	       (ret && leap->udev->state == USB_STATE_NOTATTACHED);
}

void leap_request_trouble(struct leap_device *leap, u8 unit, u8 selector, int ret)
{
	if (leap_is_unplugged(leap, ret))
		return;
	leap_ring_count(&leap_header(leap)->control_errors, 1);
	if (leap_trouble_is_new(leap, LEAP_TROUBLE_CONTROL))
		dev_warn(leap_log(leap),
			 "bad answer from control %u.%02x (%d); counted from now on\n",
			 unit, selector, ret);
}

static int leap_control_in(struct leap_device *leap, u8 request, u16 value, u16 index,
			   void *data, u16 size)
{
	leap->statistics.requests++;
	return usb_control_msg_recv(leap->udev, 0, request,
				    USB_DIR_IN | USB_TYPE_CLASS | USB_RECIP_INTERFACE,
				    value, index, data, size, LEAP_CONTROL_TIMEOUT_MS,
				    GFP_KERNEL);
}

static int leap_control_out(struct leap_device *leap, u8 request, u16 value, u16 index,
			    const void *data, u16 size)
{
	leap->statistics.requests++;
	return usb_control_msg_send(leap->udev, 0, request,
				    USB_DIR_OUT | USB_TYPE_CLASS | USB_RECIP_INTERFACE,
				    value, index, data, size, LEAP_CONTROL_TIMEOUT_MS,
				    GFP_KERNEL);
}

static u16 leap_unit_index(const struct leap_device *leap, u8 unit)
{
	return unit << 8 | leap->control->cur_altsetting->desc.bInterfaceNumber;
}

static int leap_unit_get_once(struct leap_device *leap, u8 unit, u8 selector,
			      u32 *ret_value)
{
	u8 data[4];
	int ret;

	ret = leap_control_in(leap, UVC_GET_CUR, selector << 8,
			      leap_unit_index(leap, unit), data, sizeof(data));
	if (!ret)
		*ret_value = leap_get_le32(data);
	return ret;
}

int leap_unit_set(struct leap_device *leap, u8 unit, u8 selector, u32 value)
{
	u8 data[4];
	int ret;

	leap_put_le32(value, data);
	ret = leap_control_out(leap, UVC_SET_CUR, selector << 8,
			       leap_unit_index(leap, unit), data, sizeof(data));
	if (ret)
		leap_request_trouble(leap, unit, selector, ret);
	return ret;
}

int leap_unit_get(struct leap_device *leap, u8 unit, u8 selector, u32 minimum,
		  u32 maximum, u32 *ret_value)
{
	unsigned int try;
	int ret = 0;

	for (try = 0; try < LEAP_TRIES && !leap_is_unplugged(leap, ret); try++) {
		u32 value;

		ret = leap_unit_get_once(leap, unit, selector, &value);
		if (!ret && value >= minimum && value <= maximum) {
			*ret_value = value;
			return 0;
		}
		if (!ret || ret == -EREMOTEIO)
			ret = -EBADMSG;
		leap_request_trouble(leap, unit, selector, ret);
	}
	return ret;
}

static int leap_memory_address(struct leap_device *leap, u8 address)
{
	return leap_unit_set(leap, LEAP_UNIT_PROCESSING, LEAP_PU_ADDRESS, address);
}

int leap_memory_read(struct leap_device *leap, u8 address, u8 *data, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		u32 value;
		int ret;

		ret = leap_memory_address(leap, address + i);
		if (!ret)
			ret = leap_unit_get(leap, LEAP_UNIT_PROCESSING, LEAP_PU_DATA, 0,
					    0xff, &value);
		if (ret)
			return ret;
		data[i] = value;
	}
	return 0;
}

int leap_memory_write(struct leap_device *leap, u8 address, u8 value)
{
	int ret;

	ret = leap_memory_address(leap, address);
	if (ret)
		return ret;
	return leap_unit_set(leap, LEAP_UNIT_PROCESSING, LEAP_PU_DATA, value);
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
		leap_request_trouble(leap, 0, UVC_VS_PROBE_CONTROL, ret);
	return ret;
}

static int leap_video_set(struct leap_device *leap, u8 selector, const u8 *block)
{
	int ret;

	ret = leap_control_out(leap, UVC_SET_CUR, selector << 8, leap_video_index(leap),
			       block, LEAP_PROBE_SIZE);
	if (ret)
		leap_request_trouble(leap, 0, selector, ret);
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
		leap_request_trouble(leap, 0, UVC_VS_PROBE_CONTROL, ret);
	}
	return ret;
}

/*
 * Not usb_set_interface(): that also makes the interface's attributes anew, and while
 * the USB core is still registering the interface it does so, too. Who opens the node
 * the moment it appears would meet it there. The interface has one setting, so the host
 * has nothing to set up but the endpoint, which begins anew on both sides.
 */
static int leap_video_reset(struct leap_device *leap)
{
	const u8 type = USB_DIR_OUT | USB_TYPE_STANDARD | USB_RECIP_INTERFACE;
	int ret;

	leap->statistics.requests++;
	ret = usb_control_msg_send(leap->udev, 0, USB_REQ_SET_INTERFACE, type, 0,
				   leap_video_index(leap), NULL, 0,
				   LEAP_CONTROL_TIMEOUT_MS, GFP_KERNEL);
	return ret ? ret : usb_clear_halt(leap->udev, leap->pipe);
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

	ret = leap_video_reset(leap);
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
