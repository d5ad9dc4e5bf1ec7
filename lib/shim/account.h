/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The head's I/O statistics, as bdev_start_io_acct() and bdev_end_io_acct() keep them. Where no
 * tick has passed since the disk's last I/O, all that these do besides is to find that out, in
 * five calls: a hundred instructions.
 */
#ifndef MPATH_SHIM_ACCOUNT_H
#define MPATH_SHIM_ACCOUNT_H

#include <linux/blkdev.h>
#include <linux/jiffies.h>
#include <linux/part_stat.h>

#include "compat.h"

/* A whole disk, and the time is counted as busy already. */
static inline bool mpk_account_is_short(struct block_device *bdev, unsigned long now)
{
	return mpath_compat_counts_io_at_its_end() && !bdev_is_partition(bdev) &&
	       !time_after(now, READ_ONCE(bdev->bd_stamp));
}

/* Return: when it began, in jiffies. Context: process. */
static inline unsigned long mpk_account_start(struct bio *bio)
{
	struct block_device *bdev = bio->bi_bdev;
	unsigned long now = READ_ONCE(jiffies);

	if (unlikely(!mpk_account_is_short(bdev, now)))
		return bio_start_io_acct(bio);
	part_stat_lock();
	part_stat_local_inc(bdev, in_flight[op_is_write(bio_op(bio))]);
	part_stat_unlock();
	return now;
}

/* The bio has come back to where it came from. Context: any. */
static inline void mpk_account_end(struct bio *bio, unsigned long start)
{
	struct block_device *bdev = bio->bi_bdev;
	enum req_op op = bio_op(bio);
	const int group = op_stat_group(op);
	unsigned long now = READ_ONCE(jiffies);

	if (unlikely(now != start || !mpk_account_is_short(bdev, now))) {
		bio_end_io_acct(bio, start);
		return;
	}
	part_stat_lock();
	__part_stat_add(bdev, ios[group], 1);
	__part_stat_add(bdev, sectors[group], bio_sectors(bio));
	part_stat_local_dec(bdev, in_flight[op_is_write(op)]);
	part_stat_unlock();
}

#endif /* MPATH_SHIM_ACCOUNT_H */
