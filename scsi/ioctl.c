// SPDX-License-Identifier: GPL-2.0
/* The ioctls of the head, beside those that the block layer answers itself. */
#include <linux/capability.h>
#include <linux/jiffies.h>
#include <linux/uaccess.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>

#include "scsi_multipath.h"

/* The mid-layer's version of the interface (scsi_ioctl.c). */
#define SCSI_MPATH_SG_VERSION 30527

static int scsi_mpath_set_sg_timeout(struct scsi_mpath_head *head, int __user *arg)
{
	int timeout;

	if (get_user(timeout, arg))
		return -EFAULT;
	if (timeout < 0)
		return -EINVAL;
	WRITE_ONCE(head->sg_timeout, clock_t_to_jiffies(timeout));
	return 0;
}

static int scsi_mpath_get_reserved_size(struct scsi_mpath_head *head, int __user *arg)
{
	u64 most = (u64)queue_max_sectors(head->glue.disk->queue) << SECTOR_SHIFT;

	return put_user((int)min_t(u64, READ_ONCE(head->sg_reserved_size), most), arg);
}

static int scsi_mpath_set_reserved_size(struct scsi_mpath_head *head, int __user *arg)
{
	int size;

	if (get_user(size, arg))
		return -EFAULT;
	if (size < 0)
		return -EINVAL;
	WRITE_ONCE(head->sg_reserved_size, size);
	return 0;
}

/* The head's first path, in whatever state, to be given back with scsi_device_put(); or NULL. */
static struct scsi_device *scsi_mpath_hold_first_path(struct scsi_mpath_head *head)
{
	struct mpath_glue_path *path;
	struct scsi_device *sdev = NULL;

	mutex_lock(&scsi_mpath.lock);
	path = mpath_glue_first_path(&head->glue);
	/* Pins the module of its host as well, which a reference on the device does not. */
	if (path && !scsi_device_get(to_scsi_mpath_path(path)->sdev))
		sdev = to_scsi_mpath_path(path)->sdev;
	mutex_unlock(&scsi_mpath.lock);
	return sdev;
}

/*
 * Where the LUN is seen: there are as many answers as paths, and callers put several of them
 * together. So it is always the first path's, whatever its state.
 */
static int scsi_mpath_ask_first_path(struct scsi_mpath_head *head, unsigned int cmd,
				     void __user *arg)
{
	struct scsi_device *sdev = scsi_mpath_hold_first_path(head);
	int ret;

	if (!sdev)
		return MPATH_GLUE_NO_PATH;
	ret = scsi_ioctl(sdev, 0, cmd, arg);
	scsi_device_put(sdev);
	return ret;
}

int scsi_mpath_ioctl(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
		     unsigned long arg)
{
	struct scsi_mpath_head *head = to_scsi_mpath_head(bdev->bd_disk);
	void __user *p = (void __user *)arg;

	/* sd's rule, which it cannot see to itself: the path's whole disk is what it gets. */
	if (bdev_is_partition(bdev) && !capable(CAP_SYS_RAWIO))
		return -ENOIOCTLCMD;

	switch (cmd) {
	case SG_IO:
		return scsi_mpath_sg_io(head, mode, p);
	case SG_GET_VERSION_NUM:
		return put_user(SCSI_MPATH_SG_VERSION, (int __user *)p);
	case SG_SET_TIMEOUT:
		return scsi_mpath_set_sg_timeout(head, p);
	case SG_GET_TIMEOUT:
		return jiffies_to_clock_t(READ_ONCE(head->sg_timeout));
	case SG_SET_RESERVED_SIZE:
		return scsi_mpath_set_reserved_size(head, p);
	case SG_GET_RESERVED_SIZE:
		return scsi_mpath_get_reserved_size(head, p);
	case SG_EMULATED_HOST:
		return put_user(1, (int __user *)p); /* what the mid-layer says of any */
	case SCSI_IOCTL_GET_IDLUN:
	case SCSI_IOCTL_GET_BUS_NUMBER:
	case SCSI_IOCTL_PROBE_HOST:
		return scsi_mpath_ask_first_path(head, cmd, p);
	case MPATH_GLUE_PROBE_PATHS:
		return mpath_glue_probe_paths(&head->glue);
	default:
		return -ENOTTY;
	}
}
