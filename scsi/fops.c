// SPDX-License-Identifier: GPL-2.0
/* Block device operations of the head. */
#include <linux/module.h>

#include "scsi_multipath.h"

const struct block_device_operations scsi_mpath_fops = {
	.owner = THIS_MODULE,
	.submit_bio = mpath_glue_submit_bio,
	.free_disk = mpath_glue_free_disk,
	.ioctl = scsi_mpath_ioctl,
	.compat_ioctl = blkdev_compat_ptr_ioctl,
	.getgeo = mpath_glue_getgeo,
	.pr_ops = &scsi_mpath_pr_ops,
};
