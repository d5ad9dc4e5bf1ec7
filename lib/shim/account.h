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

/* How an I/O is accounted for. */
enum mpk_account {
	MPK_ACCOUNT_NONE,
	MPK_ACCOUNT_LONG, /* by the block layer's functions */
	MPK_ACCOUNT_SHORT,
};

/*
 * Is this a read or write of a whole disk, and is the time counted as busy already? Then it is still
 * when the I/O ends in the same tick: the stamp moves forward only.
 */
static inline bool mpk_account_is_short(const struct bio *bio, unsigned long now)
{
	return mpath_compat_counts_io_at_its_end() &&
	       (bio_op(bio) == REQ_OP_READ || bio_op(bio) == REQ_OP_WRITE) &&
	       !bdev_is_partition(bio->bi_bdev) &&
	       !time_after(now, READ_ONCE(bio->bi_bdev->bd_stamp));
}

/* @start: when it began, in jiffies. Context: process. */
static __always_inline enum mpk_account mpk_account_start(struct bio *bio, int direction,
							  unsigned long *start)
{
	struct block_device *bdev = bio->bi_bdev;
	unsigned long now = READ_ONCE(jiffies);

	if (unlikely(!mpk_account_is_short(bio, now))) {
		*start = bio_start_io_acct(bio);
		return MPK_ACCOUNT_LONG;
	}
	*start = now;
	part_stat_lock();
	local_inc(&this_cpu_ptr(bdev->bd_stats)->in_flight[direction]);
	part_stat_unlock();
	return MPK_ACCOUNT_SHORT;
}

/* The bio has come back to where it came from. Context: any. */
static __always_inline void mpk_account_end(struct bio *bio, enum mpk_account how, int direction,
					    u32 sectors, unsigned long start)
{
	struct block_device *bdev = bio->bi_bdev;

	if (unlikely(how != MPK_ACCOUNT_SHORT || READ_ONCE(jiffies) != start)) {
		if (how != MPK_ACCOUNT_NONE)
			bio_end_io_acct(bio, start);
		return;
	}
	part_stat_lock();
	__part_stat_add(bdev, ios[direction], 1);
	__part_stat_add(bdev, sectors[direction], sectors);
	local_dec(&this_cpu_ptr(bdev->bd_stats)->in_flight[direction]);
	part_stat_unlock();
}

#endif /* MPATH_SHIM_ACCOUNT_H */
