// SPDX-License-Identifier: GPL-2.0
/* The head's gendisk: its limits. The way in for bios is in io.c. */
#include <linux/bio.h>
#include <linux/bitops.h>
#include <linux/blkdev.h>
#include <linux/blk-mq.h>
#include <linux/hash.h>
#include <linux/string.h>

#include "compat.h"
#include "compat_limits.h"
#include "mpath_disk.h"

u64 mpath_digest(const void *bytes, size_t len)
{
	const u8 *at = bytes;
	u64 digest = len;
	u64 word = 0;

	for (; len >= sizeof(word); len -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		digest = rol64((digest ^ word) * GOLDEN_RATIO_64, 32);
	}
	word = 0;
	memcpy(&word, at, len);
	return rol64((digest ^ word) * GOLDEN_RATIO_64, 32);
}
EXPORT_SYMBOL_GPL(mpath_digest);

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
			    unsigned int nr_paths)
{
	return mpath_compat_stack_limits(disk, paths, nr_paths);
}
EXPORT_SYMBOL_GPL(mpath_disk_stack_limits);
