/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A disk that was hidden while it was added (GENHD_FL_HIDDEN, set after device_add() had given
 * it its number) becomes one like others: what device_add_disk() does for those and leaves out
 * for it. Nothing but this file does so, and no kernel offers it.
 */
#ifndef MPATH_COMPAT_SHOW_H
#define MPATH_COMPAT_SHOW_H

#include <linux/backing-dev.h>
#include <linux/blkdev.h>
#include <linux/fs.h>
#include <linux/pagemap.h>

#include "compat_features.h"

static inline struct inode *mpath_compat_bdev_inode(struct block_device *bdev)
{
#if MPATH_HAVE_BDEV_HAS_MAPPING
	return bdev->bd_mapping->host;
#else
	return bdev->bd_inode;
#endif
}

/* As bdev_add(): from now on it can be opened. */
static inline void mpath_compat_hash_bdev(struct block_device *bdev)
{
	struct inode *inode = mpath_compat_bdev_inode(bdev);

	if (bdev_stable_writes(bdev))
		mapping_set_stable_writes(inode->i_mapping);
	inode->i_rdev = bdev->bd_dev;
	inode->i_ino = bdev->bd_dev;
	insert_inode_hash(inode);
}

/* As bdi_set_owner(); bdi_unregister() drops the reference. */
static inline int mpath_compat_register_bdi(struct gendisk *disk)
{
	struct device *dev = disk_to_dev(disk);
	int ret;

	ret = bdi_register(disk->bdi, "%u:%u", disk->major, disk->first_minor);
	if (ret)
		return ret;
	disk->bdi->owner = get_device(dev);
	/* Without the link nothing breaks, and nobody could take back the rest. */
	if (sysfs_create_link(&dev->kobj, &disk->bdi->dev->kobj, "bdi"))
		pr_warn("%s: no link to its bdi in sysfs\n", disk->disk_name);
	return 0;
}

/*
 * Under @disk's open_mutex, without which del_gendisk() cannot tell the two kinds apart; the
 * disk is not being deleted. Partitions and events are the caller's.
 */
static inline int mpath_compat_show_disk(struct gendisk *disk)
{
	int ret;

	lockdep_assert_held(&disk->open_mutex);
	ret = mpath_compat_register_bdi(disk);
	if (ret)
		return ret;
	disk->flags &= ~GENHD_FL_HIDDEN;
	mpath_compat_hash_bdev(disk->part0);
	return 0;
}

#endif /* MPATH_COMPAT_SHOW_H */
