/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The kernel's names for user space, where the pure parts of the driver are tested. As
 * C11 atomics, so that TSan sees each access to the ring. No state.
 */
#ifndef LEAP_USERSPACE_H
#define LEAP_USERSPACE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#if defined(__SANITIZE_THREAD__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wtsan"
#endif

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, val) __atomic_store_n(&(x), val, __ATOMIC_RELAXED)
/* pairs with whatever the caller says */
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
/* pairs with whatever the caller says */
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
/* pairs with whatever the caller says */
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
/* pairs with whatever the caller says */
#define smp_store_release(p, val) __atomic_store_n(p, val, __ATOMIC_RELEASE)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define DIV_ROUND_CLOSEST leap_div_round_closest
#define min leap_min

static inline u32 leap_div_round_closest(u32 x, u32 divisor)
{
	return (x + divisor / 2) / divisor;
}

static inline u32 leap_min(u32 a, u32 b)
{
	return a < b ? a : b;
}

#ifdef __SANITIZE_THREAD__
/* A reader that is lapped races with the pixels by design and then discards them. */
static inline void leap_copy_pixels(u8 *to, const u8 *from, size_t len)
{
	while (len--)
		__atomic_store_n(to++, *from++, __ATOMIC_RELAXED);
}
#else
#define leap_copy_pixels(to, from, len) memcpy(to, from, len)
#endif

#endif /* LEAP_USERSPACE_H */
