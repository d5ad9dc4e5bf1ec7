// SPDX-License-Identifier: GPL-2.0
/*
 * Takeover: a disk that was there before the module becomes a path, if nobody uses it.
 * sd lets go and binds again, and discovery sees the new disk.
 */
#include <linux/delay.h>
#include <linux/slab.h>

#include "compat_throttle.h"
#include "scsi_multipath.h"

/* How long references on a disk that sd has let go may linger. */
#define SCSI_MPATH_GONE_MS 30000
#define SCSI_MPATH_GONE_PAUSE_MS 10

struct scsi_mpath_takeover {
	struct work_struct work;
	struct scsi_device *sdev;
	struct gendisk *disk;
	const struct block_device_operations *fops;  /* the disk's own */
	struct block_device_operations closing_fops; /* the same, but it cannot be opened */
};

MPATH_COMPAT_OPEN(scsi_mpath_refuse_open)
{
	return -ENXIO;
}

/*
 * Close the disk to whoever does not have it open. The block layer asks the driver under
 * open_mutex, so that a late opener finds the disk as good as gone. Were the two steps apart,
 * one that comes between them would see its disk vanish.
 */
static int scsi_mpath_close_disk(struct gendisk *disk, void *arg)
{
	struct scsi_mpath_takeover *takeover = arg;

	takeover->fops = disk->fops;
	takeover->closing_fops = *disk->fops;
	takeover->closing_fops.open = scsi_mpath_refuse_open;
	WRITE_ONCE(disk->fops, &takeover->closing_fops);
	return 0;
}

/*
 * The request queue belongs to the scsi_device and points to its disk; the release of
 * the old disk clears that pointer, also when it is the new disk's by then. So there
 * must not be a new one before the old one is gone: a late close, which the kernel
 * defers, would leave the new disk with a queue that does not know it.
 */
void scsi_mpath_rebind(struct scsi_device *sdev)
{
	struct device *dev = &sdev->sdev_gendev;
	unsigned int waited = 0;

	device_release_driver(dev);
	while (READ_ONCE(sdev->request_queue->disk)) {
		if (waited >= SCSI_MPATH_GONE_MS) {
			pr_err("%s: its disk is still referenced, left without one; 'echo %s > /sys/bus/scsi/drivers/sd/bind' when it is closed\n",
			       dev_name(dev), dev_name(dev));
			return;
		}
		msleep(SCSI_MPATH_GONE_PAUSE_MS);
		waited += SCSI_MPATH_GONE_PAUSE_MS;
	}
	mpath_compat_wait_for_throttle_timers();
	if (device_reprobe(dev))
		pr_err("%s: sd did not take the device again\n", dev_name(dev));
}

static void scsi_mpath_have_disk(struct scsi_mpath_takeover *takeover)
{
	struct device *dev = &takeover->sdev->sdev_gendev;
	mpath_compat_claim *claim;

	claim = mpath_glue_claim(takeover->disk, takeover, scsi_mpath_close_disk, takeover);
	if (!claim) {
		pr_warn("%s: %s: left alone: in use\n", dev_name(dev), takeover->disk->disk_name);
		mpath_glue_verdict_change(takeover->disk, "in use");
		return;
	}
	device_release_driver(dev);
	/* From here on the block layer refuses to open it; what it frees it with is sd's. */
	WRITE_ONCE(takeover->disk->fops, takeover->fops);
	mpath_compat_unclaim_disk(claim);
	put_disk(takeover->disk);
	takeover->disk = NULL;
	scsi_mpath_rebind(takeover->sdev);
}

static void scsi_mpath_takeover_work(struct work_struct *work)
{
	struct scsi_mpath_takeover *takeover = container_of(work, struct scsi_mpath_takeover, work);
	char wwid[MPATH_WWID_LEN];
	const char *reason;

	reason = scsi_mpath_unwanted(takeover->sdev, takeover->disk, wwid);
	if (reason) {
		mpath_glue_verdict_change(takeover->disk, reason);
	} else if (scsi_mpath_is_what_it_was(takeover->sdev)) {
		scsi_mpath_have_disk(takeover);
	} else {
		/* What was read when the device was found may be long ago. */
		pr_warn("%s: %s: left alone: it is not %s any more, rescan it\n",
			dev_name(&takeover->sdev->sdev_gendev), takeover->disk->disk_name, wwid);
		mpath_glue_verdict_change(takeover->disk, "another LUN than when it was found");
	}
	if (takeover->disk)
		put_disk(takeover->disk);
	put_device(&takeover->sdev->sdev_gendev);
	kfree(takeover);
}

void scsi_mpath_take_over(struct gendisk *disk)
{
	struct scsi_device *sdev = scsi_mpath_sdev_of(disk);
	struct scsi_mpath_takeover *takeover = kzalloc(sizeof(*takeover), GFP_KERNEL);

	if (!takeover) {
		pr_err("%s: %s: left alone: no memory\n", dev_name(&sdev->sdev_gendev),
		       disk->disk_name);
		mpath_glue_verdict_change(disk, "no memory");
		return;
	}
	INIT_WORK(&takeover->work, scsi_mpath_takeover_work);
	get_device(&sdev->sdev_gendev);
	takeover->sdev = sdev;
	get_device(disk_to_dev(disk));
	takeover->disk = disk;
	queue_work(scsi_mpath.wq, &takeover->work);
}
