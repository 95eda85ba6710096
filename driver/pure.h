/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the pure parts of the driver need: in the module from the kernel, and in the
 * unit tests, fuzzers and sanitizers from its stand-in for user space. No state.
 */
#ifndef LEAP_PURE_H
#define LEAP_PURE_H

#ifdef __KERNEL__

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/barrier.h>

#define leap_copy_pixels(to, from, len) memcpy(to, from, len)

#else

#include "driver/userspace.h"

#endif /* __KERNEL__ */

static inline u16 leap_get_le16(const u8 *p)
{
	return p[0] | p[1] << 8;
}

static inline u32 leap_get_le32(const u8 *p)
{
	return leap_get_le16(p) | (u32)leap_get_le16(p + 2) << 16;
}

static inline void leap_put_le16(u16 value, u8 *p)
{
	p[0] = value & 0xff;
	p[1] = value >> 8;
}

static inline void leap_put_le32(u32 value, u8 *p)
{
	leap_put_le16(value & 0xffff, p);
	leap_put_le16(value >> 16, p + 2);
}

#endif /* LEAP_PURE_H */
