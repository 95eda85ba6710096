// SPDX-License-Identifier: GPL-2.0-only
/*
 * The USB side: which interfaces are ours, plugging and unplugging, sleep and reset.
 * USB core calls these one at a time for each device; leap_device::mutex keeps them
 * apart from open files and the watchdog.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "driver/device.h"

#define CREATE_TRACE_POINTS
#include "driver/trace.h"

#define LEAP_VENDOR 0xf182
#define LEAP_PRODUCT 0x0003

#define LEAP_VIDEO_CONTROL 1 /* bInterfaceSubClass, UVC 1.00 A.2 */
#define LEAP_VIDEO_STREAMING 2

/* the mode after plugging in: what trackers work on */
#define LEAP_WIDTH 640
#define LEAP_HEIGHT 240

static struct usb_driver leap_driver;

/* The streaming interface of the same device; it is claimed, not probed. */
static struct usb_interface *leap_find_video(struct usb_device *udev)
{
	unsigned int i;

	for (i = 0; i < udev->actconfig->desc.bNumInterfaces; i++) {
		struct usb_interface *intf = udev->actconfig->interface[i];
		struct usb_interface_descriptor *desc = &intf->cur_altsetting->desc;

		if (desc->bInterfaceClass == USB_CLASS_VIDEO &&
		    desc->bInterfaceSubClass == LEAP_VIDEO_STREAMING)
			return intf;
	}
	return NULL;
}

/* Nothing in the descriptors is believed before it has been looked at. */
static int leap_parse_video(struct leap_device *leap)
{
	struct usb_host_interface *alt = leap->video->cur_altsetting;
	struct usb_endpoint_descriptor *bulk_in;
	const struct leap_video_mode *first;
	int ret;

	ret = usb_find_bulk_in_endpoint(alt, &bulk_in);
	if (ret)
		return ret;
	leap->pipe = usb_rcvbulkpipe(leap->udev, bulk_in->bEndpointAddress);
	leap->max_packet = usb_endpoint_maxp(bulk_in);
	if (!leap->max_packet || LEAP_PAYLOAD_MAX % leap->max_packet)
		return -EINVAL;
	leap->mode_count =
		leap_descriptor_modes(alt->extra, alt->extralen, leap->modes);
	if (!leap->mode_count)
		return -ENOENT;
	first = leap_find_mode(leap->modes, leap->mode_count, LEAP_WIDTH, LEAP_HEIGHT);
	leap->mode = first ? *first : leap->modes[0];
	return 0;
}

static int leap_alloc(struct leap_device *leap)
{
	struct leap_ring *ring = &leap->stream.ring;

	leap->memory_size = leap_ring_memory_size(LEAP_RING_SLOTS, PAGE_SIZE);
	leap->memory = vmalloc_user(leap->memory_size);
	if (!leap->memory)
		return -ENOMEM;
	leap_ring_init(ring, leap->memory, LEAP_RING_SLOTS, PAGE_SIZE);
	leap->info.abi_version = LEAP_ABI_VERSION;
	leap->info.ring_size = leap->memory_size;
	return leap_stream_init(leap);
}

static struct leap_device *leap_new(struct usb_interface *control,
				    struct usb_interface *video)
{
	struct leap_device *leap = kzalloc(sizeof(*leap), GFP_KERNEL);

	if (!leap)
		return NULL;
	leap->udev = usb_get_dev(interface_to_usbdev(control));
	leap->control = usb_get_intf(control);
	leap->video = usb_get_intf(video);
	mutex_init(&leap->mutex);
	init_waitqueue_head(&leap->wait);
	return leap;
}

static void leap_release_interfaces(struct leap_device *leap,
				    struct usb_interface *other)
{
	usb_set_intfdata(leap->control, NULL);
	usb_set_intfdata(leap->video, NULL);
	usb_driver_release_interface(&leap_driver, other);
}

/*
 * Nothing is sent to the device any more, and nothing can be: not by the watchdog, nor
 * by those who have it open.
 */
static void leap_shut_down(struct leap_device *leap)
{
	WRITE_ONCE(leap->gone, true);
	mutex_lock(&leap->mutex);
	leap_stream_pause(leap);
	/* whoever streams will not give it back any more */
	if (leap->users)
		usb_autopm_put_interface_no_suspend(leap->control);
	WRITE_ONCE(leap_header(leap)->state, LEAP_STATE_GONE);
	mutex_unlock(&leap->mutex);
	cancel_delayed_work_sync(&leap->stream.watchdog);
	leap_wake_readers(leap, EPOLLHUP | EPOLLERR);
}

/* Claims the second interface, asks the device who it is, shows it to the world. */
static int leap_bring_up(struct leap_device *leap)
{
	int ret;

	leap_controls_init(leap);

	ret = usb_driver_claim_interface(&leap_driver, leap->video, leap);
	if (ret)
		return ret;
	usb_set_intfdata(leap->control, leap);
	ret = leap_identify(leap);
	if (!ret)
		ret = leap_chardev_add(leap);
	if (ret) {
		/* it may have been open for a moment */
		leap_shut_down(leap);
		leap_release_interfaces(leap, leap->video);
	} else {
		usb_enable_autosuspend(leap->udev);
	}
	return ret;
}

static int leap_probe(struct usb_interface *intf, const struct usb_device_id *id)
{
	struct usb_interface_descriptor *desc = &intf->cur_altsetting->desc;
	struct usb_interface *video = leap_find_video(interface_to_usbdev(intf));
	struct leap_device *leap;
	int ret;

	/* ids that were added by hand match both interfaces */
	if (desc->bInterfaceClass != USB_CLASS_VIDEO ||
	    desc->bInterfaceSubClass != LEAP_VIDEO_CONTROL)
		return -ENODEV;
	if (!video) {
		dev_err(&intf->dev, "no streaming interface\n");
		return -ENODEV;
	}
	leap = leap_new(intf, video);
	if (!leap)
		return -ENOMEM;
	leap->info.form_factor = id->driver_info;
	leap_chardev_prepare(leap);
	ret = leap_parse_video(leap);
	if (ret)
		dev_err(&intf->dev, "impossible descriptors (%d)\n", ret);
	if (!ret)
		ret = leap_alloc(leap);
	if (!ret)
		ret = leap_bring_up(leap);
	if (ret)
		put_device(&leap->dev);
	return ret;
}

/*
 * Comes for either interface, whichever is taken away first, and gives up the other.
 */
static void leap_disconnect(struct usb_interface *intf)
{
	struct leap_device *leap = usb_get_intfdata(intf);

	if (!leap)
		return; /* the other one, or probe failed */
	leap_shut_down(leap);
	/* last: who sees the node go, finds everything else as it will stay */
	leap_chardev_remove(leap);

	leap_release_interfaces(leap,
				intf == leap->control ? leap->video : leap->control);
	put_device(&leap->dev);
}

/*
 * Sleep and reset come for both interfaces; the first one acts for the device. What it
 * forgets in the meantime, the watchdog tells it again.
 */
static struct leap_device *leap_if_control(struct usb_interface *intf)
{
	struct leap_device *leap = usb_get_intfdata(intf);

	return leap && intf == leap->control ? leap : NULL;
}

static int leap_suspend(struct usb_interface *intf, pm_message_t message)
{
	struct leap_device *leap = leap_if_control(intf);

	if (!leap)
		return 0;
	leap->statistics.suspends++;
	/*
	 * It falls asleep by itself when nobody streams and nobody talks to it, so
	 * there is nothing to stop. Nor may the mutex be taken: who holds it can be
	 * waiting for the device to wake up.
	 */
	if (PMSG_IS_AUTO(message))
		return 0;
	mutex_lock(&leap->mutex);
	leap_stream_pause(leap);
	mutex_unlock(&leap->mutex);
	return 0;
}

static int leap_resume(struct usb_interface *intf)
{
	struct leap_device *leap = leap_if_control(intf);

	if (!leap || !READ_ONCE(leap->suspended))
		return 0; /* it had fallen asleep by itself */
	mutex_lock(&leap->mutex);
	leap_stream_continue(leap);
	mutex_unlock(&leap->mutex);
	return 0;
}

/*
 * What the device was told it may have lost with its power. Who needs it next tells it
 * again: who holds the mutex can be waiting for it to wake up.
 */
static void leap_forget(struct leap_device *leap)
{
	leap_unlock_again(leap);
	WRITE_ONCE(leap->forgetful, true);
}

static int leap_reset_resume(struct usb_interface *intf)
{
	struct leap_device *leap = leap_if_control(intf);

	if (leap)
		leap_forget(leap);
	return leap_resume(intf);
}

/* From here to leap_post_reset() nobody else may talk to the device. */
static int leap_pre_reset(struct usb_interface *intf)
{
	struct leap_device *leap = leap_if_control(intf);

	if (!leap)
		return 0;
	mutex_lock(&leap->mutex);
	leap->statistics.resets++;
	leap_stream_pause(leap);
	return 0;
}

static int leap_post_reset(struct usb_interface *intf)
{
	struct leap_device *leap = leap_if_control(intf);

	if (!leap)
		return 0;
	leap_forget(leap);
	leap_stream_continue(leap);
	mutex_unlock(&leap->mutex);
	return 0;
}

/*
 * The streaming interface is claimed by the probe of the control interface. Only the
 * peripheral's ids are known; those of controllers built into laptops and keyboards can
 * be added by hand (new_id), since their descriptors tell all that has to be known.
 */
static const struct usb_device_id leap_ids[] = {
	{ USB_DEVICE_AND_INTERFACE_INFO(LEAP_VENDOR, LEAP_PRODUCT, USB_CLASS_VIDEO,
					LEAP_VIDEO_CONTROL, 0),
	  .driver_info = LEAP_FORM_PERIPHERAL },
	{}
};
MODULE_DEVICE_TABLE(usb, leap_ids);

static struct usb_driver leap_driver = {
	.name = "leap",
	.probe = leap_probe,
	.disconnect = leap_disconnect,
	.suspend = leap_suspend,
	.resume = leap_resume,
	.reset_resume = leap_reset_resume,
	.pre_reset = leap_pre_reset,
	.post_reset = leap_post_reset,
	.id_table = leap_ids,
	.supports_autosuspend = 1,
};

static int __init leap_module_init(void)
{
	int ret;

	ret = leap_chardev_init();
	if (ret)
		return ret;
	leap_debug_init();
	ret = usb_register(&leap_driver);
	if (ret) {
		leap_debug_exit();
		leap_chardev_exit();
	}
	return ret;
}

static void __exit leap_module_exit(void)
{
	usb_deregister(&leap_driver);
	leap_debug_exit();
	leap_chardev_exit();
}

module_init(leap_module_init);
module_exit(leap_module_exit);

MODULE_DESCRIPTION("Leap Motion Controller");
MODULE_AUTHOR("leapd contributors");
MODULE_LICENSE("GPL");
MODULE_VERSION(LEAP_VERSION);
