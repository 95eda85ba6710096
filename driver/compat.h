/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels this module is built for, 5.10 and later. Each
 * entry says which release changed what; no other file asks for a version.
 */
#ifndef LEAP_COMPAT_H
#define LEAP_COMPAT_H

#include <linux/mm.h>
#include <linux/sysfs.h>
#include <linux/version.h>

/* 6.3 made vm_flags read-only, to be changed through helpers that check the lock. */
static inline void leap_vm_flags_clear(struct vm_area_struct *vma, unsigned long flags)
{
#if KERNEL_VERSION(6, 3, 0) <= LINUX_VERSION_CODE
	vm_flags_clear(vma, flags);
#else
	vma->vm_flags &= ~flags;
#endif
}

/*
 * Binary attributes became constant: 6.13 offered the constant forms beside the old
 * ones, 6.16 made those of the group constant, 6.18 left nothing else.
 */
#if KERNEL_VERSION(6, 16, 0) <= LINUX_VERSION_CODE
#define leap_bin_attribute const struct bin_attribute
#else
#define leap_bin_attribute struct bin_attribute
#endif

#endif /* LEAP_COMPAT_H */
