/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stacking the limits of the paths into the head's. 6.9 to 6.11 replaced setters on
 * a live queue by a copy that is committed whole, and queue flags by features.
 */
#ifndef MPATH_COMPAT_LIMITS_H
#define MPATH_COMPAT_LIMITS_H

#include <linux/blk-integrity.h>
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/hash.h>
#include <linux/jhash.h>

#include "compat_features.h"
#include "mpath_disk.h"

/* Stacking takes the largest; the default of 511 would hide that the paths need less. */
#define MPATH_COMPAT_DMA_ALIGNMENT 3

/*
 * A head always lets flushes and FUA pass, and the path ends them where there is no
 * cache: a cache that is switched on while the head exists is seen by the path alone, and
 * the block layer would drop the flushes at a head that says it has none.
 */

#if MPATH_HAVE_QUEUE_LIMITS_FEATURES

static inline int mpath_compat_commit_limits(struct request_queue *q, struct queue_limits *lim)
{
#if MPATH_HAVE_QUEUE_LIMITS_COMMIT_UPDATE_FROZEN
	return queue_limits_commit_update_frozen(q, lim);
#else
	int ret;

	blk_mq_freeze_queue(q);
	ret = queue_limits_commit_update(q, lim);
	blk_mq_unfreeze_queue(q);
	return ret;
#endif
}

/*
 * Not to be told from others with certainty, and read while they change: what is missed
 * or seen twice costs nothing but another look.
 */
static inline u32 mpath_compat_limits_digest(struct gendisk *disk)
{
	return mpath_digest(&disk->queue->limits, sizeof(disk->queue->limits));
}

/* Bytes per interval; 0: none, and the profile says nothing. */
static inline u32 mpath_compat_metadata_size(const struct blk_integrity *integrity)
{
#if MPATH_HAVE_INTEGRITY_METADATA_SIZE
	return integrity->metadata_size;
#else
	return integrity->tuple_size;
#endif
}

/* A number for the kind of protection information (NVM command set 5.2) that @disk has; 0: none. */
static inline u32 mpath_compat_protection(struct gendisk *disk)
{
	const struct blk_integrity *integrity = blk_get_integrity(disk);

	return integrity ? integrity->csum_type << 8 | mpath_compat_metadata_size(integrity) : 0;
}

/*
 * The profile that all have, or none. A path that protects data by itself, without the head's
 * knowledge, must not see it change meanwhile either.
 */
static inline void mpath_compat_stack_integrity(struct queue_limits *lim,
						struct gendisk *const *paths, unsigned int nr_paths)
{
	bool same = true;
	unsigned int i;

	for (i = 0; i < nr_paths; i++) {
		same = same && queue_limits_stack_integrity_bdev(lim, paths[i]->part0);
		if (bdev_stable_writes(paths[i]->part0))
			lim->features |= BLK_FEAT_STABLE_WRITES;
	}
	if (!same || !mpath_compat_metadata_size(&lim->integrity))
		memset(&lim->integrity, 0, sizeof(lim->integrity));
}

static inline int mpath_compat_stack_limits(struct gendisk *disk, struct gendisk *const *paths,
					    unsigned int nr_paths)
{
	struct queue_limits lim = queue_limits_start_update(disk->queue);
	const struct queue_limits old = lim;
	unsigned int i;

	blk_set_stacking_limits(&lim);
	lim.dma_alignment = MPATH_COMPAT_DMA_ALIGNMENT;
	/* Stacking clears NOWAIT and POLL as soon as one path lacks it. */
	lim.features |= BLK_FEAT_NOWAIT | BLK_FEAT_POLL | BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA;
	for (i = 0; i < nr_paths; i++)
		queue_limits_stack_bdev(&lim, paths[i]->part0, 0, disk->disk_name);
	mpath_compat_stack_integrity(&lim, paths, nr_paths);
	/* What users may set. */
	lim.features |= old.features & BLK_FEAT_IO_STAT;
	lim.flags |= old.flags & BLK_FLAG_WRITE_CACHE_DISABLED;
	lim.max_user_sectors = old.max_user_sectors;
	lim.max_user_discard_sectors = old.max_user_discard_sectors;
	/* Zoned disks take no part; without zones this limit must be 0. */
	lim.max_zone_append_sectors = 0;
	return mpath_compat_commit_limits(disk->queue, &lim);
}

#else /* !MPATH_HAVE_QUEUE_LIMITS_FEATURES */

static inline u32 mpath_compat_limits_digest(struct gendisk *disk)
{
	struct request_queue *q = disk->queue;
	const unsigned long flags = BIT(QUEUE_FLAG_NONROT) | BIT(QUEUE_FLAG_NOWAIT) |
				    BIT(QUEUE_FLAG_STABLE_WRITES) | BIT(QUEUE_FLAG_FUA);
	const u32 others[] = {
		READ_ONCE(q->queue_flags) & flags,
		hash_ptr(q->integrity.profile, 32),
	};

	return mpath_digest(&q->limits, sizeof(q->limits)) ^ mpath_digest(others, sizeof(others));
}

static inline u32 mpath_compat_protection(struct gendisk *disk)
{
	const struct blk_integrity *integrity = blk_get_integrity(disk);

	return integrity ? jhash(integrity->profile->name, strlen(integrity->profile->name), 0) : 0;
}

static inline void mpath_compat_stack_integrity(struct gendisk *disk, struct gendisk *const *paths,
						unsigned int nr_paths)
{
	struct blk_integrity *profile = blk_get_integrity(paths[0]);
	bool same = profile;
	unsigned int i;

	for (i = 1; i < nr_paths && same; i++)
		same = blk_get_integrity(paths[i]) && !blk_integrity_compare(paths[0], paths[i]);
	if (!same && blk_get_integrity(disk))
		blk_integrity_unregister(disk);
	else if (same && !blk_get_integrity(disk))
		blk_integrity_register(disk, profile);
}

static inline void mpath_compat_set_flag(struct request_queue *q, unsigned int flag, bool on)
{
	if (on)
		blk_queue_flag_set(flag, q);
	else
		blk_queue_flag_clear(flag, q);
}

static inline int mpath_compat_stack_limits(struct gendisk *disk, struct gendisk *const *paths,
					    unsigned int nr_paths)
{
	struct request_queue *q = disk->queue;
	bool nonrot = true, nowait = true, polled = true, stable = false;
	unsigned int i;

	blk_mq_freeze_queue(q);
	blk_set_stacking_limits(&q->limits);
	q->limits.dma_alignment = MPATH_COMPAT_DMA_ALIGNMENT;
	for (i = 0; i < nr_paths; i++) {
		struct request_queue *p = paths[i]->queue;

		disk_stack_limits(disk, paths[i]->part0, 0);
		nonrot &= blk_queue_nonrot(p);
		nowait &= test_bit(QUEUE_FLAG_NOWAIT, &p->queue_flags);
		polled &= test_bit(QUEUE_FLAG_POLL, &p->queue_flags);
		stable |= blk_queue_stable_writes(p);
	}
	mpath_compat_set_flag(q, QUEUE_FLAG_NONROT, nonrot);
	mpath_compat_set_flag(q, QUEUE_FLAG_NOWAIT, nowait);
	mpath_compat_set_flag(q, QUEUE_FLAG_POLL, polled);
	mpath_compat_set_flag(q, QUEUE_FLAG_STABLE_WRITES, stable);
	mpath_compat_stack_integrity(disk, paths, nr_paths);
	blk_queue_write_cache(q, true, true);
	blk_mq_unfreeze_queue(q);
	return 0;
}

#endif /* MPATH_HAVE_QUEUE_LIMITS_FEATURES */

#endif /* MPATH_COMPAT_LIMITS_H */
