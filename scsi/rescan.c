// SPDX-License-Identifier: GPL-2.0
/*
 * Rescans: what an administrator does with the attribute of that name, done where the head
 * knows that a path's device has old facts: another path has newer ones, or a command has
 * just changed the LUN.
 */
#include <linux/slab.h>
#include <scsi/scsi_host.h>

#include "scsi_multipath.h"

/* A LUN that takes longer to say that it is ready is not; sd would take it for an empty one. */
#define SCSI_MPATH_READY_TIMEOUT (5 * HZ)
#define SCSI_MPATH_READY_RETRIES 3

struct scsi_mpath_rescan {
	struct work_struct work;
	struct scsi_device *sdev;
};

/*
 * Takes the device's lock, which who removes the path holds while he waits for it: so not from
 * anything that a path waits for, its probe above all.
 */
static void scsi_mpath_rescan_work(struct work_struct *work)
{
	struct scsi_mpath_rescan *rescan = container_of(work, struct scsi_mpath_rescan, work);
	struct scsi_device *sdev = rescan->sdev;
	struct scsi_sense_hdr sense;

	scsi_mpath_begin_scan(sdev);
	if (!scsi_test_unit_ready(sdev, SCSI_MPATH_READY_TIMEOUT, SCSI_MPATH_READY_RETRIES, &sense))
		scsi_rescan_device(sdev);
	else
		pr_info("%s: not ready, so not scanned again; 'echo 1 > /sys/class/scsi_device/%s/device/rescan' when it is\n",
			dev_name(&sdev->sdev_gendev), dev_name(&sdev->sdev_gendev));
	scsi_device_put(sdev);
	kfree(rescan);
}

static int scsi_mpath_queue_scan(struct scsi_device *sdev)
{
	struct scsi_mpath_rescan *rescan;

	/* One that does not run would keep the commands; when it does, the core asks again. */
	if (READ_ONCE(sdev->sdev_state) != SDEV_RUNNING || scsi_device_get(sdev))
		return -ENODEV;
	/* Under locks that works take which I/O waits for, and there may be no memory before that. */
	rescan = kmalloc(sizeof(*rescan), GFP_NOWAIT | __GFP_NOWARN);
	if (!rescan) {
		scsi_device_put(sdev);
		return -ENOMEM;
	}
	INIT_WORK(&rescan->work, scsi_mpath_rescan_work);
	rescan->sdev = sdev;
	queue_work(scsi_mpath.wq, &rescan->work);
	return 0;
}

bool scsi_mpath_rescan(struct scsi_mpath_path *path)
{
	/* However many ask, one scan is to come. */
	if (atomic_xchg(&path->to_be_scanned, 1))
		return true;
	if (!scsi_mpath_queue_scan(path->sdev))
		return true;
	atomic_set(&path->to_be_scanned, 0);
	return false;
}

void scsi_mpath_rescan_head(struct scsi_mpath_head *head)
{
	struct mpath_glue_path *path;

	mutex_lock(&scsi_mpath.lock);
	list_for_each_entry(path, &head->glue.paths, entry)
		scsi_mpath_rescan(to_scsi_mpath_path(path));
	mutex_unlock(&scsi_mpath.lock);
}
