// SPDX-License-Identifier: GPL-2.0
/* The head's gendisk: limits, and the way in for bios. */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/blk-mq.h>

#include "compat.h"
#include "compat_limits.h"
#include "mpath_disk.h"

static struct mpath_bio_traits mpath_bio_traits(struct bio *bio)
{
	return (struct mpath_bio_traits){
		.sectors = bio_has_data(bio) ? bio_sectors(bio) : 0,
		.direction = op_is_write(bio_op(bio)) ? MPATH_WRITE : MPATH_READ,
		.nowait = bio->bi_opf & REQ_NOWAIT,
		.chained = bio_flagged(bio, BIO_CHAIN),
	};
}

void mpath_submit_bio(struct mpath_head *head, struct bio *bio)
{
	/*
	 * To the head's limits and from the head's pool: a path, and with it its pool, may
	 * go while the bio lives on.
	 */
	bio = bio_split_to_limits(bio);
	if (bio)
		mpath_head_submit(head, bio, mpath_bio_traits(bio));
}
EXPORT_SYMBOL_GPL(mpath_submit_bio);

void mpath_disk_geometry(struct gendisk *disk, struct mpath_geometry *geometry)
{
	geometry->capacity = get_capacity(disk);
	geometry->logical_block_size = queue_logical_block_size(disk->queue);
	geometry->read_only = get_disk_ro(disk);
	geometry->write_cache = bdev_write_cache(disk->part0);
	geometry->limits = mpath_compat_limits_digest(disk);
}
EXPORT_SYMBOL_GPL(mpath_disk_geometry);

struct gendisk *mpath_disk_alloc(int node)
{
	return mpath_compat_alloc_disk(node);
}
EXPORT_SYMBOL_GPL(mpath_disk_alloc);

int mpath_disk_stack_limits(struct gendisk *disk, struct gendisk *const *paths,
			    unsigned int nr_paths, bool polled)
{
	return mpath_compat_stack_limits(disk, paths, nr_paths, polled);
}
EXPORT_SYMBOL_GPL(mpath_disk_stack_limits);
