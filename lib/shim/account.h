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
 * Is this a whole disk, and is the time counted as busy already? Then it is still when the I/O ends
 * in the same tick: the stamp moves forward only.
 */
static __always_inline bool mpk_account_may_be_short(struct block_device *bdev, unsigned long now)
{
	return mpath_compat_counts_io_at_its_end() && !bdev_is_partition(bdev) &&
	       !time_after(now, READ_ONCE(bdev->bd_stamp));
}

/*
 * The number in a local_t: one instruction that no other of this CPU comes between, as local_inc(), and
 * none is needed to find it. So nothing here takes part_stat_lock(), which keeps a task on its CPU.
 */
static __always_inline long __percpu *mpk_in_flight_stat(struct disk_stats __percpu *stats,
							 int direction)
{
	BUILD_BUG_ON(sizeof(local_t) != sizeof(long));
	return (long __percpu *)&stats->in_flight[direction];
}

/*
 * @is_rw: known to be a read or write; @now, and @start, when it began: in jiffies.
 * Context: process.
 */
static __always_inline enum mpk_account mpk_account_start(struct bio *bio, bool is_rw,
							  int direction, unsigned long now,
							  unsigned long *start)
{
	struct block_device *bdev = bio->bi_bdev;

	if (unlikely(!(is_rw || bio_op(bio) == REQ_OP_READ || bio_op(bio) == REQ_OP_WRITE) ||
		     !mpk_account_may_be_short(bdev, now))) {
		*start = bio_start_io_acct(bio);
		return MPK_ACCOUNT_LONG;
	}
	*start = now;
	this_cpu_inc(*mpk_in_flight_stat(bdev->bd_stats, direction));
	return MPK_ACCOUNT_SHORT;
}

/* Context: any. Return: false: nothing is done, it takes bio_end_io_acct(). */
static __always_inline bool mpk_account_end_if_short(struct block_device *bdev,
						     enum mpk_account how, int direction,
						     u32 sectors, unsigned long start)
{
	struct disk_stats __percpu *stats = bdev->bd_stats;

	if (unlikely(how != MPK_ACCOUNT_SHORT))
		return how == MPK_ACCOUNT_NONE;
	if (unlikely(READ_ONCE(jiffies) != start))
		return false;
	this_cpu_inc(stats->ios[direction]);
	this_cpu_add(stats->sectors[direction], sectors);
	this_cpu_dec(*mpk_in_flight_stat(stats, direction));
	return true;
}

/* The bio has come back to where it came from. Context: any. */
static __always_inline void mpk_account_end(struct bio *bio, enum mpk_account how, int direction,
					    u32 sectors, unsigned long start)
{
	if (!mpk_account_end_if_short(bio->bi_bdev, how, direction, sectors, start))
		bio_end_io_acct(bio, start);
}

#endif /* MPATH_SHIM_ACCOUNT_H */
