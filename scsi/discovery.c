// SPDX-License-Identifier: GPL-2.0
/*
 * Discovery of SCSI disks, beside lib/glue/discovery.c: VPD page 83 is cached in the scsi_device
 * when its disk appears. A disk that was there first is taken over (takeover.c), and the new disk
 * comes by here. The bus tells when sd is about to let go.
 */
#include <scsi/scsi_driver.h>

#include "scsi_multipath.h"

/* The device that scsi_mpath_give_back() has sd take again as a plain disk. */
static struct scsi_device *scsi_mpath_spared;
static DEFINE_MUTEX(scsi_mpath_spare_lock);

/* Found with the first SCSI device. */
static mpath_compat_bus *scsi_mpath_bus;
static DEFINE_MUTEX(scsi_mpath_bus_lock); /* one registers */

static int scsi_mpath_bus_event(struct notifier_block *nb, unsigned long action, void *data)
{
	struct device *dev = data;

	if (action == BUS_NOTIFY_UNBIND_DRIVER && scsi_is_sdev_device(dev))
		mpath_glue_remove_path(&scsi_mpath, dev);
	return NOTIFY_DONE;
}

static struct notifier_block scsi_mpath_bus_nb = {
	.notifier_call = scsi_mpath_bus_event,
};

/* Before the first path exists. Context: process; not under scsi_mpath.lock, which the notifier takes. */
static int scsi_mpath_watch_bus(struct scsi_device *sdev)
{
	int ret = 0;

	if (READ_ONCE(scsi_mpath_bus))
		return 0;
	mutex_lock(&scsi_mpath_bus_lock);
	if (!scsi_mpath_bus)
		ret = bus_register_notifier(sdev->sdev_gendev.bus, &scsi_mpath_bus_nb);
	if (!ret)
		WRITE_ONCE(scsi_mpath_bus, sdev->sdev_gendev.bus);
	mutex_unlock(&scsi_mpath_bus_lock);
	return ret;
}

/*
 * All SCSI devices are shown here, as a rule before their disks, and not under the block class's mutex:
 * sd takes that when its queue is frozen, for which a probe may wait, for which the notifier waits under
 * the lock that registering takes. None could really meet the other, but lockdep cannot know.
 */
MPATH_COMPAT_ADD_DEV(scsi_mpath_see_device)
{
	return scsi_mpath_watch_bus(to_scsi_device(dev->parent));
}

static struct class_interface scsi_mpath_devices = {
	.add_dev = scsi_mpath_see_device,
};

int scsi_mpath_find_bus(void)
{
	return scsi_register_interface(&scsi_mpath_devices);
}

bool scsi_mpath_is_scsi(struct gendisk *disk)
{
	struct device *parent = disk_to_dev(disk)->parent;

	return parent && scsi_is_sdev_device(parent);
}

const char *scsi_mpath_unwanted(struct scsi_device *sdev, struct gendisk *disk, char *wwid)
{
	bool silent;
	const char *reason = scsi_mpath_judge(sdev, disk, wwid, &silent);

	if (reason && !silent)
		pr_info("%s: %s: left alone: %s\n", dev_name(&sdev->sdev_gendev), disk->disk_name,
			reason);
	return reason;
}

const char *scsi_mpath_consider(struct gendisk *disk, char *wwid)
{
	struct scsi_device *sdev = scsi_mpath_sdev_of(disk);
	const char *reason;

	if (sdev == READ_ONCE(scsi_mpath_spared))
		return "given back";
	reason = scsi_mpath_unwanted(sdev, disk, wwid);
	if (reason)
		return reason;
	if (!scsi_mpath_watch_bus(sdev))
		return NULL;
	pr_err("%s: %s: left alone: cannot watch its bus\n", dev_name(&sdev->sdev_gendev),
	       disk->disk_name);
	return "it cannot be made a path";
}

/*
 * Normally the bus has told before. But a disk whose adding fails after discovery has
 * seen it goes without an unbind.
 */
void scsi_mpath_disk_goes(struct gendisk *disk)
{
	mpath_glue_remove_path(&scsi_mpath, &scsi_mpath_sdev_of(disk)->sdev_gendev);
}

void scsi_mpath_give_back(struct device *member)
{
	struct scsi_device *sdev = to_scsi_device(member);

	mutex_lock(&scsi_mpath_spare_lock);
	WRITE_ONCE(scsi_mpath_spared, sdev);
	scsi_mpath_rebind(sdev);
	WRITE_ONCE(scsi_mpath_spared, NULL);
	mutex_unlock(&scsi_mpath_spare_lock);
}

void scsi_mpath_ignore_bus(void)
{
	scsi_unregister_interface(&scsi_mpath_devices);
	if (scsi_mpath_bus)
		bus_unregister_notifier(scsi_mpath_bus, &scsi_mpath_bus_nb);
}
