// SPDX-License-Identifier: GPL-2.0
/* Block device operations of the head. */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/nvme_ioctl.h>

#include "nvme_multipath.h"

/*
 * The driver would take a request with REQ_DRV for one of its own head's (REQ_NVME_MPATH is the
 * same bit), which its disks do not have. What a bio came through we know by its record.
 */
static void nvme_mpath_submit_bio(struct bio *bio)
{
	bio->bi_opf &= ~REQ_DRV;
	mpath_glue_submit_bio(bio);
}

/* Down one path, once: what a command does the head does not know. */
static int nvme_mpath_passthrough(struct mpath_glue_head *head, blk_mode_t mode, unsigned int cmd,
				  unsigned long arg)
{
	struct mpath_device *path = mpath_head_get_path(head->core);
	struct gendisk *disk;
	int ret = -ENOTTY;

	if (!path)
		return MPATH_GLUE_NO_PATH;
	disk = mpath_device_disk(path);
	if (disk->fops->ioctl)
		ret = disk->fops->ioctl(disk->part0, mode, cmd, arg);
	if (mpath_nvme_way_failed(ret))
		mpath_device_failed_command(path);
	mpath_device_put(path);
	return ret;
}

static int nvme_mpath_ioctl(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
			    unsigned long arg)
{
	struct mpath_glue_head *head = mpath_glue_head_of(bdev->bd_disk);

	if (cmd == MPATH_GLUE_PROBE_PATHS)
		return mpath_glue_probe_paths(head);
	if (_IOC_TYPE(cmd) != 'N')
		return -ENOTTY;
	/*
	 * The driver's rule, which it cannot see to itself: the path's whole disk is what it gets,
	 * and who may open a partition only must not send commands to all of it.
	 */
	if (bdev_is_partition(bdev) && cmd != NVME_IOCTL_ID && !capable(CAP_SYS_ADMIN))
		return -EACCES;
	return nvme_mpath_passthrough(head, mode, cmd, arg);
}

const struct block_device_operations nvme_mpath_fops = {
	.owner = THIS_MODULE,
	.submit_bio = nvme_mpath_submit_bio,
	.free_disk = mpath_glue_free_disk,
	.ioctl = nvme_mpath_ioctl,
	.compat_ioctl = blkdev_compat_ptr_ioctl,
	.getgeo = mpath_glue_getgeo,
	.pr_ops = &nvme_mpath_pr_ops,
};
