// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics in /sys/kernel/debug/leap/leapN, for people who look for a fault. Reading
 * them takes no lock: a number may be from before the one above it.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "driver/device.h"

static struct dentry *leap_debug_root;

static int statistics_show(struct seq_file *file, void *unused)
{
	const struct leap_device *leap = file->private;
	const struct leap_statistics *statistics = &leap->statistics;
	const struct leap_ring_header *header = leap_header(leap);

	seq_printf(file, "frames %u\n", READ_ONCE(header->frames));
	seq_printf(file, "lost %u\n", READ_ONCE(header->lost));
	seq_printf(file, "short %u\n", READ_ONCE(header->short_frames));
	seq_printf(file, "errors %u\n", READ_ONCE(header->errors));
	seq_printf(file, "restarts %u\n", READ_ONCE(header->restarts));
	seq_printf(file, "payloads %llu\n", READ_ONCE(statistics->payloads));
	seq_printf(file, "bytes %llu\n", READ_ONCE(statistics->bytes));
	seq_printf(file, "stalls %llu\n", READ_ONCE(statistics->stalls));
	seq_printf(file, "protocol_errors %llu\n",
		   READ_ONCE(statistics->protocol_errors));
	seq_printf(file, "babble %llu\n", READ_ONCE(statistics->babble));
	seq_printf(file, "other_errors %llu\n", READ_ONCE(statistics->other_errors));
	seq_printf(file, "starts %llu\n", READ_ONCE(statistics->starts));
	seq_printf(file, "suspends %llu\n", READ_ONCE(statistics->suspends));
	seq_printf(file, "resets %llu\n", READ_ONCE(statistics->resets));
	seq_printf(file, "requests %llu\n", READ_ONCE(statistics->requests));
	seq_printf(file, "bad_answers %u\n", READ_ONCE(header->control_errors));
	seq_printf(file, "users %u\n", READ_ONCE(leap->users));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(statistics);

void leap_debug_add(struct leap_device *leap)
{
	leap->debugfs = debugfs_create_dir(dev_name(&leap->dev), leap_debug_root);
	debugfs_create_file("statistics", 0444, leap->debugfs, leap, &statistics_fops);
}

void leap_debug_remove(struct leap_device *leap)
{
	debugfs_remove_recursive(leap->debugfs);
}

void leap_debug_init(void)
{
	leap_debug_root = debugfs_create_dir("leap", NULL);
}

void leap_debug_exit(void)
{
	debugfs_remove_recursive(leap_debug_root);
}
