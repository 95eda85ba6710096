// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that makes the controller stream and throws everything away: what the bus and
 * the emulator cost by themselves, to be taken off what other drivers cost. Transfers
 * are as many and as large as those of leap. Completions count, nothing else is shared.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/usb.h>
#include <linux/usb/video.h>

#define SINK_URBS 32
#define SINK_SIZE 16384
#define SINK_ENDPOINT 0x83

static unsigned long payloads;
module_param(payloads, ulong, 0444);
MODULE_PARM_DESC(payloads, "transfers that ended well");

/* 640 x 240, 86956 x 100 ns */
static const u8 sink_probe[26] = { 1, 0, 1, 2, 0xac, 0x53, 1 };

struct sink {
	struct urb *urbs[SINK_URBS];
};

static void sink_complete(struct urb *urb)
{
	if (urb->status)
		return;
	payloads++;
	usb_submit_urb(urb, GFP_ATOMIC);
}

static void sink_free(struct sink *sink)
{
	int i;

	for (i = 0; i < SINK_URBS; i++) {
		if (!sink->urbs[i])
			continue;
		usb_kill_urb(sink->urbs[i]);
		kfree(sink->urbs[i]->transfer_buffer);
		usb_free_urb(sink->urbs[i]);
	}
	kfree(sink);
}

static int sink_start(struct usb_interface *intf, struct sink *sink)
{
	struct usb_device *udev = interface_to_usbdev(intf);
	int i, ret = 0;

	for (i = 0; !ret && i < SINK_URBS; i++) {
		void *buffer = kmalloc(SINK_SIZE, GFP_KERNEL);

		sink->urbs[i] = usb_alloc_urb(0, GFP_KERNEL);
		if (!sink->urbs[i] || !buffer) {
			kfree(buffer);
			return -ENOMEM;
		}
		usb_fill_bulk_urb(sink->urbs[i], udev,
				  usb_rcvbulkpipe(udev, SINK_ENDPOINT), buffer,
				  SINK_SIZE, sink_complete, sink);
		ret = usb_submit_urb(sink->urbs[i], GFP_KERNEL);
	}
	return ret;
}

static int sink_set(struct usb_interface *intf, u8 selector)
{
	return usb_control_msg_send(interface_to_usbdev(intf), 0, UVC_SET_CUR, 0x21,
				    selector << 8,
				    intf->cur_altsetting->desc.bInterfaceNumber,
				    sink_probe, sizeof(sink_probe), 1000, GFP_KERNEL);
}

static int sink_connect(struct usb_interface *intf, const struct usb_device_id *id)
{
	struct sink *sink = kzalloc(sizeof(*sink), GFP_KERNEL);
	int ret;

	if (!sink)
		return -ENOMEM;
	ret = sink_set(intf, UVC_VS_PROBE_CONTROL);
	if (!ret)
		ret = sink_set(intf, UVC_VS_COMMIT_CONTROL);
	if (!ret)
		ret = sink_start(intf, sink);
	if (ret)
		sink_free(sink);
	else
		usb_set_intfdata(intf, sink);
	return ret;
}

static void sink_disconnect(struct usb_interface *intf)
{
	sink_free(usb_get_intfdata(intf));
}

static const struct usb_device_id sink_ids[] = {
	{ USB_DEVICE_AND_INTERFACE_INFO(0xf182, 0x0003, USB_CLASS_VIDEO, 2, 0) }, {}
};
MODULE_DEVICE_TABLE(usb, sink_ids);

static struct usb_driver sink_driver = {
	.name = "sink",
	.probe = sink_connect,
	.disconnect = sink_disconnect,
	.id_table = sink_ids,
};
module_usb_driver(sink_driver);

MODULE_DESCRIPTION("throws the frames of a controller away");
MODULE_LICENSE("GPL");
