// SPDX-License-Identifier: GPL-2.0
/* Block device operations of the head. */
#include <linux/module.h>

#include "scsi_multipath.h"

static void scsi_mpath_submit_bio(struct bio *bio)
{
	struct scsi_mpath_head *head = bio->bi_bdev->bd_disk->private_data;

	mpath_submit_bio(head->core, bio);
}

/* Context: the last reference on an added disk is gone. */
static void scsi_mpath_free_disk(struct gendisk *disk)
{
	struct scsi_mpath_head *head = disk->private_data;

	put_device(&head->dev);
}

static int scsi_mpath_getgeo(mpath_compat_geo_t *from, struct hd_geometry *geo)
{
	struct scsi_mpath_head *head = mpath_compat_geo_disk(from)->private_data;
	struct mpath_device *path = mpath_head_get_path(head->core);
	struct gendisk *disk;
	int ret = -ENOTTY;

	if (!path)
		return SCSI_MPATH_NO_PATH;
	disk = mpath_device_disk(path);
	if (disk->fops->getgeo)
		ret = disk->fops->getgeo(mpath_compat_geo_of(disk), geo);
	mpath_device_put(path);
	return ret;
}

const struct block_device_operations scsi_mpath_fops = {
	.owner = THIS_MODULE,
	.submit_bio = scsi_mpath_submit_bio,
	.free_disk = scsi_mpath_free_disk,
	.ioctl = scsi_mpath_ioctl,
	.compat_ioctl = blkdev_compat_ptr_ioctl,
	.getgeo = scsi_mpath_getgeo,
	.pr_ops = &scsi_mpath_pr_ops,
};
