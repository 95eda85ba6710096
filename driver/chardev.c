// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/leapN: open, read, poll, mmap, ioctl.
 * Each open file holds a reference to the device structure, and so to the ring.
 */
#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "driver/compat.h"
#include "driver/device.h"

static dev_t leap_first;

/**
 * struct leap_file - an open file
 * @leap: the device
 * @streaming: this file asks for the stream; under leap_device::mutex
 * @seen: number of the newest frame this file was told of
 */
struct leap_file {
	struct leap_device *leap;
	bool streaming;
	u32 seen;
};

static u32 leap_head(const struct leap_device *leap)
{
	/* R2, pairs with W4 */
	return smp_load_acquire(&leap_header(leap)->head);
}

static bool leap_is_gone(const struct leap_device *leap)
{
	return READ_ONCE(leap->gone);
}

/* What a sleeping reader waits for. */
static bool leap_has_news(const struct leap_file *lf)
{
	return leap_head(lf->leap) != READ_ONCE(lf->seen) || leap_is_gone(lf->leap);
}

/* Every operation on the device goes through here. */
int leap_enter(struct leap_device *leap)
{
	int ret = -ENODEV;

	if (mutex_lock_interruptible(&leap->mutex))
		return -ERESTARTSYS;
	if (!leap->gone)
		ret = usb_autopm_get_interface(leap->control);
	if (ret)
		mutex_unlock(&leap->mutex);
	else
		leap_settings_renew(leap);
	return leap_is_unplugged(leap, ret) ? -ENODEV : ret;
}

void leap_exit(struct leap_device *leap)
{
	usb_autopm_put_interface_async(leap->control);
	mutex_unlock(&leap->mutex);
}

static int leap_file_start(struct leap_file *lf)
{
	struct leap_device *leap = lf->leap;
	int ret;

	ret = leap_enter(leap);
	if (ret)
		return ret;
	if (!lf->streaming) {
		ret = leap_stream_get(leap);
		lf->streaming = !ret;
	}
	leap_exit(leap);
	return ret;
}

/* leap_device::mutex is held */
static void leap_file_stop(struct leap_file *lf)
{
	if (lf->streaming && !lf->leap->gone)
		leap_stream_put(lf->leap);
	lf->streaming = false;
}

static int leap_open(struct inode *inode, struct file *file)
{
	struct leap_device *leap;
	struct leap_file *lf;

	leap = container_of(inode->i_cdev, struct leap_device, cdev);
	if (leap_is_gone(leap))
		return -ENODEV;
	lf = kzalloc(sizeof(*lf), GFP_KERNEL);
	if (!lf)
		return -ENOMEM;
	get_device(&leap->dev);
	lf->leap = leap;
	lf->seen = leap_head(leap);
	file->private_data = lf;
	return stream_open(inode, file);
}

static int leap_release(struct inode *inode, struct file *file)
{
	struct leap_file *lf = file->private_data;
	struct leap_device *leap = lf->leap;

	mutex_lock(&leap->mutex);
	leap_file_stop(lf);
	mutex_unlock(&leap->mutex);
	put_device(&leap->dev);
	kfree(lf);
	return 0;
}

/*
 * Frame @sequence to user space. 0: it is damaged, or has been overwritten meanwhile.
 */
static ssize_t leap_frame_copy(const struct leap_device *leap, u32 sequence,
			       char __user *to, size_t count)
{
	struct leap_slot *slot = leap_ring_slot(&leap->stream.ring, sequence);
	const u32 damaged = LEAP_FRAME_SHORT | LEAP_FRAME_ERROR | LEAP_FRAME_OVERRUN;
	u32 flags, size;

	/* R1, pairs with W2 */
	if (smp_load_acquire(&slot->sequence) != sequence)
		return 0;
	flags = READ_ONCE(slot->flags);
	size = READ_ONCE(slot->size);
	if (size > LEAP_FRAME_MAX || flags & damaged)
		return 0;
	if (count < size)
		return -EMSGSIZE;
	if (copy_to_user(to, (u8 *)slot + sizeof(*slot), size))
		return -EFAULT;
	smp_rmb(); /* R4, pairs with W1 */
	return READ_ONCE(slot->sequence) == sequence ? size : 0;
}

static ssize_t leap_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	struct leap_file *lf = file->private_data;
	struct leap_device *leap = lf->leap;
	ssize_t ret;

	ret = leap_file_start(lf);
	if (ret)
		return ret;
	for (;;) {
		u32 head;

		if (leap_is_gone(leap))
			return -ENODEV;
		head = leap_head(leap);
		if (head != READ_ONCE(lf->seen)) {
			ret = leap_frame_copy(leap, head, to, count);
			if (ret != -EMSGSIZE)
				WRITE_ONCE(lf->seen, head);
			if (ret)
				return ret;
			continue; /* damaged or overwritten: is there a newer one? */
		}
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(leap->wait, leap_has_news(lf));
		if (ret)
			return ret;
	}
}

static __poll_t leap_poll(struct file *file, poll_table *wait)
{
	struct leap_file *lf = file->private_data;
	struct leap_device *leap = lf->leap;
	u32 head;

	poll_wait(file, &leap->wait, wait);
	if (leap_is_gone(leap))
		return EPOLLHUP | EPOLLERR;
	head = leap_head(leap);
	if (head == READ_ONCE(lf->seen))
		return 0;
	WRITE_ONCE(lf->seen, head);
	return EPOLLIN | EPOLLRDNORM;
}

/*
 * A mapping keeps its file, and with it the ring and this module, until it is unmapped:
 * neither close() nor unplugging takes the pages away.
 */
static int leap_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct leap_file *lf = file->private_data;

	if (leap_is_gone(lf->leap))
		return -ENODEV;
	if (vma->vm_flags & VM_WRITE)
		return -EPERM;
	leap_vm_flags_clear(vma, VM_MAYWRITE);
	/* checks the bounds, and sets VM_DONTEXPAND and VM_DONTDUMP */
	return remap_vmalloc_range(vma, lf->leap->memory, vma->vm_pgoff);
}

static long leap_ioctl_info(struct leap_device *leap, void __user *arg)
{
	struct leap_info info = leap->info;

	if (leap_is_gone(leap))
		return -ENODEV;
	info.locked = READ_ONCE(leap->locked);
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long leap_ioctl_calibration(struct leap_device *leap, void __user *arg)
{
	if (leap_is_gone(leap))
		return -ENODEV;
	if (!leap->info.calibration_valid)
		return -ENODATA;
	return copy_to_user(arg, &leap->calibration, sizeof(leap->calibration))
		       ? -EFAULT
		       : 0;
}

static long leap_ioctl_control(struct leap_device *leap, void __user *arg,
			       int (*operation)(struct leap_device *leap,
						struct leap_control *control))
{
	struct leap_control control;
	int ret;

	if (copy_from_user(&control, arg, sizeof(control)))
		return -EFAULT;
	ret = leap_enter(leap);
	if (ret)
		return ret;
	ret = operation(leap, &control);
	leap_exit(leap);
	if (ret)
		return ret;
	return copy_to_user(arg, &control, sizeof(control)) ? -EFAULT : 0;
}

static void leap_mode_tell(const struct leap_video_mode *mode,
			   struct leap_mode_info *ret)
{
	ret->width = mode->width;
	ret->height = mode->height;
	ret->interval_ns = mode->interval * 100;
	ret->frame_size = mode->width * mode->height * 2;
}

/* The list does not change; no lock. */
static int leap_mode_enum(struct leap_device *leap, struct leap_mode_info *mode)
{
	if (mode->index >= leap->mode_count)
		return -EINVAL;
	mode->index = array_index_nospec(mode->index, leap->mode_count);
	leap_mode_tell(&leap->modes[mode->index], mode);
	return 0;
}

/* The mode in force, once @mode has been set if @set says so. */
static int leap_mode_current(struct leap_device *leap, struct leap_mode_info *mode,
			     bool set)
{
	int ret;

	ret = leap_enter(leap);
	if (ret)
		return ret;
	if (set)
		ret = leap_mode_set(leap, mode->width, mode->height);
	if (!ret) {
		leap_mode_tell(&leap->mode, mode);
		mode->index = leap_find_mode(leap->modes, leap->mode_count, mode->width,
					     mode->height) -
			      leap->modes;
	}
	leap_exit(leap);
	return ret;
}

static long leap_ioctl_mode(struct leap_device *leap, unsigned int cmd,
			    void __user *arg)
{
	struct leap_mode_info mode = {};
	int ret;

	if (leap_is_gone(leap))
		return -ENODEV;
	if (cmd != LEAP_IOC_MODE_GET && copy_from_user(&mode, arg, sizeof(mode)))
		return -EFAULT;
	if (cmd == LEAP_IOC_MODE_ENUM)
		ret = leap_mode_enum(leap, &mode);
	else
		ret = leap_mode_current(leap, &mode, cmd == LEAP_IOC_MODE_SET);
	if (ret)
		return ret;
	memset(mode.reserved, 0, sizeof(mode.reserved));
	return copy_to_user(arg, &mode, sizeof(mode)) ? -EFAULT : 0;
}

static long leap_ioctl_stop(struct leap_file *lf)
{
	int ret;

	ret = leap_enter(lf->leap);
	if (ret)
		return ret;
	leap_file_stop(lf);
	leap_exit(lf->leap);
	return 0;
}

static long leap_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct leap_file *lf = file->private_data;
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case LEAP_IOC_INFO:
		return leap_ioctl_info(lf->leap, user);
	case LEAP_IOC_CALIBRATION:
		return leap_ioctl_calibration(lf->leap, user);
	case LEAP_IOC_CONTROL_GET:
		return leap_ioctl_control(lf->leap, user, leap_control_get);
	case LEAP_IOC_CONTROL_SET:
		if (!(file->f_mode & FMODE_WRITE))
			return -EPERM;
		return leap_ioctl_control(lf->leap, user, leap_control_set);
	case LEAP_IOC_MODE_SET:
		if (!(file->f_mode & FMODE_WRITE))
			return -EPERM;
		fallthrough;
	case LEAP_IOC_MODE_ENUM:
	case LEAP_IOC_MODE_GET:
		return leap_ioctl_mode(lf->leap, cmd, user);
	case LEAP_IOC_START:
		return leap_file_start(lf);
	case LEAP_IOC_STOP:
		return leap_ioctl_stop(lf);
	}
	return -ENOTTY;
}

static const struct file_operations leap_fops = {
	.owner = THIS_MODULE,
	.open = leap_open,
	.release = leap_release,
	.read = leap_read,
	.poll = leap_poll,
	.mmap = leap_mmap,
	.unlocked_ioctl = leap_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct class leap_class = {
	.name = "leap",
	.dev_groups = leap_groups,
};

static void leap_device_free(struct device *dev)
{
	struct leap_device *leap = container_of(dev, struct leap_device, dev);

	leap_stream_free(leap);
	leap_unlock_free(leap);
	vfree(leap->memory);
	usb_put_intf(leap->video);
	usb_put_intf(leap->control);
	usb_put_dev(leap->udev);
	mutex_destroy(&leap->mutex);
	kfree(leap);
}

void leap_chardev_prepare(struct leap_device *leap)
{
	device_initialize(&leap->dev);
	leap->dev.class = &leap_class;
	leap->dev.parent = &leap->control->dev;
	leap->dev.release = leap_device_free;
	cdev_init(&leap->cdev, &leap_fops);
	leap->cdev.owner = THIS_MODULE;
}

int leap_chardev_add(struct leap_device *leap)
{
	int number, ret;

	number = leap_number_get(leap->info.serial);
	if (number < 0)
		return number;
	leap->dev.id = number;
	leap->dev.devt = MKDEV(MAJOR(leap_first), MINOR(leap_first) + number);
	ret = dev_set_name(&leap->dev, "leap%d", number);
	if (!ret) {
		leap_debug_add(leap);
		ret = cdev_device_add(&leap->cdev, &leap->dev);
		if (ret)
			leap_debug_remove(leap);
	}
	if (ret)
		leap_number_put(number);
	return ret;
}

void leap_chardev_remove(struct leap_device *leap)
{
	cdev_device_del(&leap->cdev, &leap->dev);
	leap_debug_remove(leap);
	leap_number_put(leap->dev.id);
}

int leap_chardev_init(void)
{
	int ret;

	ret = class_register(&leap_class);
	if (ret)
		return ret;
	ret = alloc_chrdev_region(&leap_first, 0, LEAP_NUMBERS, "leap");
	if (ret)
		class_unregister(&leap_class);
	return ret;
}

void leap_chardev_exit(void)
{
	unregister_chrdev_region(leap_first, LEAP_NUMBERS);
	class_unregister(&leap_class);
}
