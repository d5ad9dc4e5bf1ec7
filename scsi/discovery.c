// SPDX-License-Identifier: GPL-2.0
/*
 * Discovery: sees every SCSI disk before user space does, and decides there and then
 * whether it becomes a path.
 *
 * A class_interface on the block class is called inside device_add(), before the
 * disk's uevent and its partition scan; VPD page 83 is cached in the scsi_device by
 * then. A disk that takes part is hidden (GENHD_FL_HIDDEN, like NVMe's own path disks).
 * A disk that was there first is taken over (takeover.c), and the new disk comes by
 * here. The bus tells when sd is about to let go.
 */
#include "scsi_multipath.h"

/*
 * A disk that is never added, for what its device knows and nobody exports: the block
 * class, and the type that tells a disk from a partition.
 */
static struct gendisk *scsi_mpath_model;

/*
 * While the interface is registered it is shown what is there already; while the module
 * goes, the disks that it gave back.
 */
static enum {
	SCSI_MPATH_STARTING,
	SCSI_MPATH_RUNNING,
	SCSI_MPATH_CLOSING,
} scsi_mpath_phase;

/* The device that scsi_mpath_give_back() has sd take again as a plain disk. */
static struct scsi_device *scsi_mpath_spared;
static DEFINE_MUTEX(scsi_mpath_spare_lock);

/* Found with the first SCSI disk. */
static mpath_compat_bus *scsi_mpath_bus;

static int scsi_mpath_bus_event(struct notifier_block *nb, unsigned long action, void *data)
{
	struct device *dev = data;

	if (action == BUS_NOTIFY_UNBIND_DRIVER && scsi_is_sdev_device(dev))
		scsi_mpath_remove_path(to_scsi_device(dev));
	return NOTIFY_DONE;
}

static struct notifier_block scsi_mpath_bus_nb = {
	.notifier_call = scsi_mpath_bus_event,
};

/*
 * Before the first path exists. Context: under the block class's mutex, which keeps two
 * from registering at once. Not under scsi_mpath_lock, which the notifier takes.
 */
static int scsi_mpath_watch_bus(struct scsi_device *sdev)
{
	int ret;

	if (scsi_mpath_bus)
		return 0;
	ret = bus_register_notifier(sdev->sdev_gendev.bus, &scsi_mpath_bus_nb);
	if (!ret)
		scsi_mpath_bus = sdev->sdev_gendev.bus;
	return ret;
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

static int scsi_mpath_join(struct scsi_device *sdev, struct gendisk *disk, const char *wwid)
{
	struct scsi_mpath_head *head;
	int ret;

	lockdep_assert_held(&scsi_mpath_lock);
	/* Paths are being given back: who comes now would not be. */
	if (scsi_mpath_phase != SCSI_MPATH_RUNNING)
		return -ESHUTDOWN;
	head = scsi_mpath_find_head(wwid);
	if (!head)
		head = scsi_mpath_create_head(wwid, disk->node_id);
	if (IS_ERR(head))
		return PTR_ERR(head);

	ret = scsi_mpath_add_path(head, sdev, disk);
	if (ret && !head->next_path_index) {
		scsi_mpath_disown_head(head);
		scsi_mpath_bury_head(head);
	}
	if (ret)
		return ret;
	pr_info("%s: path %s (%s) of %s\n", head->disk->disk_name, dev_name(&sdev->sdev_gendev),
		disk->disk_name, wwid);
	queue_work(scsi_mpath_wq, &head->work);
	return 0;
}

/*
 * Return: why the disk is left alone, NULL if it is a path now.
 * Context: inside device_add() of the disk; holds the block class's mutex.
 */
static const char *scsi_mpath_consider(struct scsi_device *sdev, struct gendisk *disk)
{
	char wwid[MPATH_WWID_LEN];
	const char *reason;
	int ret;

	if (sdev == READ_ONCE(scsi_mpath_spared))
		return "given back";
	reason = scsi_mpath_unwanted(sdev, disk, wwid);
	if (reason)
		return reason;

	ret = scsi_mpath_watch_bus(sdev);
	if (!ret) {
		mutex_lock(&scsi_mpath_lock);
		ret = scsi_mpath_join(sdev, disk, wwid);
		/* Only now: a hidden disk always has a head. */
		if (!ret)
			disk->flags |= GENHD_FL_HIDDEN;
		mutex_unlock(&scsi_mpath_lock);
	}
	/* A path that contradicts its head has been named, with the difference. */
	if (ret == -EMEDIUMTYPE)
		return "it contradicts the other paths of its id";
	if (ret)
		pr_err("%s: %s: left alone: cannot become a path of %s (%d)\n",
		       dev_name(&sdev->sdev_gendev), disk->disk_name, wwid, ret);
	return ret ? "it cannot be made a path" : NULL;
}

/* The scsi_device whose whole disk @dev is, or NULL. */
static struct scsi_device *scsi_mpath_sdev_of(struct device *dev)
{
	if (dev->type != disk_to_dev(scsi_mpath_model)->type || !dev->parent ||
	    !scsi_is_sdev_device(dev->parent))
		return NULL;
	return to_scsi_device(dev->parent);
}

MPATH_COMPAT_ADD_DEV(scsi_mpath_add_dev)
{
	struct scsi_device *sdev = scsi_mpath_sdev_of(dev);
	const char *reason;

	if (!sdev)
		return 0;
	switch (READ_ONCE(scsi_mpath_phase)) {
	case SCSI_MPATH_STARTING:
		/* First the words, which the takeover changes. */
		scsi_mpath_verdict_add(dev_to_disk(dev), "being looked at");
		scsi_mpath_take_over(sdev, dev_to_disk(dev));
		break;
	case SCSI_MPATH_RUNNING:
		reason = scsi_mpath_consider(sdev, dev_to_disk(dev));
		scsi_mpath_verdict_add(dev_to_disk(dev), reason ? reason : "taken");
		break;
	case SCSI_MPATH_CLOSING:
		break;
	}
	return 0;
}

/*
 * Normally the bus has told before. But a disk whose adding fails after discovery has
 * seen it goes without an unbind.
 */
MPATH_COMPAT_REMOVE_DEV(scsi_mpath_remove_dev)
{
	struct scsi_device *sdev = scsi_mpath_sdev_of(dev);

	if (!sdev)
		return;
	scsi_mpath_remove_path(sdev);
	scsi_mpath_verdict_remove(dev_to_disk(dev));
}

static struct class_interface scsi_mpath_interface = {
	.add_dev = scsi_mpath_add_dev,
	.remove_dev = scsi_mpath_remove_dev,
};

void scsi_mpath_give_back(struct scsi_device *sdev)
{
	mutex_lock(&scsi_mpath_spare_lock);
	WRITE_ONCE(scsi_mpath_spared, sdev);
	scsi_mpath_rebind(sdev);
	WRITE_ONCE(scsi_mpath_spared, NULL);
	mutex_unlock(&scsi_mpath_spare_lock);
}

int scsi_mpath_discovery_init(void)
{
	int ret;

	scsi_mpath_model = mpath_disk_alloc(NUMA_NO_NODE);
	if (!scsi_mpath_model)
		return -ENOMEM;
	scsi_mpath_interface.class = disk_to_dev(scsi_mpath_model)->class;
	/* The class's mutex is held throughout: no new disk comes by meanwhile. */
	ret = class_interface_register(&scsi_mpath_interface);
	if (ret)
		put_disk(scsi_mpath_model);
	else
		WRITE_ONCE(scsi_mpath_phase, SCSI_MPATH_RUNNING);
	return ret;
}

void scsi_mpath_discovery_exit(void)
{
	struct scsi_device *sdev;

	mutex_lock(&scsi_mpath_lock);
	WRITE_ONCE(scsi_mpath_phase, SCSI_MPATH_CLOSING);
	mutex_unlock(&scsi_mpath_lock);
	scsi_mpath_remove_waiting_heads();
	/* Takeovers that have begun end with a plain disk now. */
	flush_workqueue(scsi_mpath_wq);
	while ((sdev = scsi_mpath_any_path())) {
		scsi_mpath_give_back(sdev);
		put_device(&sdev->sdev_gendev);
	}
	class_interface_unregister(&scsi_mpath_interface);
	if (scsi_mpath_bus)
		bus_unregister_notifier(scsi_mpath_bus, &scsi_mpath_bus_nb);
	put_disk(scsi_mpath_model);
}
