/* SPDX-License-Identifier: MIT */
/*
 * Takes controllers from one USB driver of the kernel and gives them to another.
 * No state; one caller at a time.
 */
#ifndef LEAP_HANDOVER_H
#define LEAP_HANDOVER_H

/**
 * leap_handover() - move all controllers that @from has
 * @sysfs: where sysfs is mounted, "/sys"
 * @from: a USB driver, "leap" or "uvcvideo"
 * @to: the other one; it has to be loaded
 * @moved: called with the name of each device that was moved, like "1-1"; may be NULL
 *
 * What a driver does when it is given a device is done when this returns; with uvcvideo
 * that takes five seconds. A device that @to refuses goes back to @from.
 *
 * Return: how many were moved; -ENOENT @to is not loaded; -EACCES not allowed; what the
 * kernel says when @to does not take one.
 */
int leap_handover(const char *sysfs, const char *from, const char *to,
		  void (*moved)(const char *device));

#endif /* LEAP_HANDOVER_H */
