// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bugs made on purpose, to prove that the test kernels see them in a module.
 * insmod bugs.ko bug=NAME makes one while loading and then stays loaded.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static char *bug;
module_param(bug, charp, 0);
MODULE_PARM_DESC(bug, "slab, vmalloc, deadlock, atomic or leak");

static void use_freed_slab(void)
{
	volatile char *memory = kmalloc(64, GFP_KERNEL);

	kfree((void *)memory);
	OPTIMIZER_HIDE_VAR(memory);
	memory[3]++;
}

static void write_past_vmalloc(void)
{
	size_t size = 3 * PAGE_SIZE + 100;
	volatile char *memory = vmalloc(size);

	OPTIMIZER_HIDE_VAR(size);
	memory[size + 8] = 1;
	vfree((void *)memory);
}

/* In one order and in the other; one thread suffices for lockdep to see it. */
static void cross_locks(void)
{
	static DEFINE_MUTEX(first);
	static DEFINE_MUTEX(second);

	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void sleep_under_spinlock(void)
{
	static DEFINE_SPINLOCK(lock);
	static DEFINE_MUTEX(sleeps);

	spin_lock(&lock);
	mutex_lock(&sleeps);
	mutex_unlock(&sleeps);
	spin_unlock(&lock);
}

static void leak(void)
{
	volatile char *memory = kmalloc(777, GFP_KERNEL);

	memory[0] = 1;
}

static int __init bugs_init(void)
{
	if (!bug)
		return -EINVAL;
	if (!strcmp(bug, "slab"))
		use_freed_slab();
	else if (!strcmp(bug, "vmalloc"))
		write_past_vmalloc();
	else if (!strcmp(bug, "deadlock"))
		cross_locks();
	else if (!strcmp(bug, "atomic"))
		sleep_under_spinlock();
	else if (!strcmp(bug, "leak"))
		leak();
	else
		return -EINVAL;
	return 0;
}

static void __exit bugs_exit(void)
{
}

module_init(bugs_init);
module_exit(bugs_exit);
MODULE_DESCRIPTION("bugs made on purpose");
MODULE_LICENSE("GPL");
