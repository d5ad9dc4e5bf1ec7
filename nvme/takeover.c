// SPDX-License-Identifier: GPL-2.0
/*
 * Takeover: a disk that was there before the module becomes a path, if nobody uses it.
 *
 * Nobody can make the driver add a namespace anew, so that it could be hidden. It is claimed
 * instead: nobody else can mount or hold it, its partitions are gone, and udev's rules (by its
 * mpath_verdict) make no links to it any more. It can still be opened; what its driver shows of
 * it in sysfs depends on its operations, which are therefore left as they are.
 *
 * And back: a disk that came later, and was hidden, is shown.
 */
#include <linux/delay.h>
#include <linux/slab.h>

#include "compat_show.h"
#include "nvme_multipath.h"

struct nvme_mpath_takeover {
	struct work_struct work;
	struct gendisk *disk;
	char wwid[MPATH_WWID_LEN];
	const char *reason; /* why it has not become a path */
};

/* With @hidden they go; without they are looked for. Under the disk's open_mutex. */
static int nvme_mpath_scan_partitions(struct gendisk *disk, bool hidden)
{
	lockdep_assert_held(&disk->open_mutex);
	if (hidden)
		disk->flags |= GENHD_FL_NO_PART;
	else
		disk->flags &= ~GENHD_FL_NO_PART;
	return bdev_disk_changed(disk, false);
}

/*
 * Under the open_mutex the disk cannot die, nor leave sysfs: the path is there before
 * nvme_mpath_disk_goes() looks for it.
 */
static int nvme_mpath_seize(struct gendisk *disk, void *arg)
{
	struct nvme_mpath_takeover *takeover = arg;
	int ret;

	/* Refused where somebody has a partition open. */
	ret = nvme_mpath_scan_partitions(disk, true);
	if (!ret)
		takeover->reason = mpath_glue_join(&nvme_mpath, disk, takeover->wwid);
	if (ret || takeover->reason)
		nvme_mpath_scan_partitions(disk, false);
	return ret;
}

/* udev judges it anew. */
static void nvme_mpath_tell(struct gendisk *disk, const char *verdict)
{
	mpath_glue_verdict_change(disk, verdict);
	kobject_uevent(&disk_to_dev(disk)->kobj, KOBJ_CHANGE);
}

/* The path has the claim from now on; unless it has gone already. */
static bool nvme_mpath_keep_claim(struct gendisk *disk, mpath_compat_claim *claim)
{
	struct mpath_glue_path *path;

	mutex_lock(&nvme_mpath.lock);
	path = mpath_glue_find_path(&nvme_mpath, disk_to_dev(disk));
	if (path)
		to_nvme_mpath_path(path)->claim = claim;
	mutex_unlock(&nvme_mpath.lock);
	return path;
}

static void nvme_mpath_have_disk(struct nvme_mpath_takeover *takeover)
{
	struct gendisk *disk = takeover->disk;
	mpath_compat_claim *claim;

	claim = mpath_glue_claim(disk, &nvme_mpath, nvme_mpath_seize, takeover);
	if (!claim) {
		pr_warn("%s: left alone: in use\n", disk->disk_name);
		mpath_glue_verdict_change(disk, "in use");
	} else if (takeover->reason) {
		mpath_glue_verdict_change(disk, takeover->reason);
		mpath_compat_unclaim_disk(claim);
	} else if (nvme_mpath_keep_claim(disk, claim)) {
		nvme_mpath_tell(disk, "taken");
	} else {
		mpath_compat_unclaim_disk(claim);
	}
}

static void nvme_mpath_takeover_work(struct work_struct *work)
{
	struct nvme_mpath_takeover *takeover = container_of(work, struct nvme_mpath_takeover, work);

	nvme_mpath_have_disk(takeover);
	put_disk(takeover->disk);
	kfree(takeover);
}

void nvme_mpath_take_over(struct gendisk *disk)
{
	struct nvme_mpath_takeover *takeover = kzalloc(sizeof(*takeover), GFP_KERNEL);
	const char *reason = "no memory";

	if (takeover)
		reason = nvme_mpath_consider(disk, takeover->wwid);
	else
		pr_err("%s: left alone: no memory\n", disk->disk_name);
	if (reason) {
		mpath_glue_verdict_change(disk, reason);
		kfree(takeover);
		return;
	}
	INIT_WORK(&takeover->work, nvme_mpath_takeover_work);
	get_device(disk_to_dev(disk));
	takeover->disk = disk;
	queue_work(nvme_mpath.wq, &takeover->work);
}

/* --- and back ------------------------------------------------------------------------------ */

void nvme_mpath_unclaim(struct gendisk *disk, mpath_compat_claim *claim)
{
	bool live;

	mutex_lock(&disk->open_mutex);
	live = !test_bit(GD_DEAD, &disk->state);
	if (live)
		nvme_mpath_scan_partitions(disk, false);
	mutex_unlock(&disk->open_mutex);
	if (live)
		nvme_mpath_tell(disk, "given back");
	mpath_compat_unclaim_disk(claim);
}

/* How long the driver may take to add a disk that discovery has seen. */
#define NVME_MPATH_ADDED_MS 5000
#define NVME_MPATH_ADDED_PAUSE_MS 10

static bool nvme_mpath_wait_until_added(struct gendisk *disk)
{
	unsigned int waited;

	for (waited = 0; waited < NVME_MPATH_ADDED_MS; waited += NVME_MPATH_ADDED_PAUSE_MS) {
		if (test_bit(GD_ADDED, &disk->state))
			return true;
		msleep(NVME_MPATH_ADDED_PAUSE_MS);
	}
	return false;
}

/*
 * The driver sets the capacity to 0 before it deletes a disk, which then waits for the
 * open_mutex: what is shown here, it finds shown.
 */
static int nvme_mpath_show_locked(struct gendisk *disk)
{
	int ret;

	lockdep_assert_held(&disk->open_mutex);
	if (!get_capacity(disk) || test_bit(GD_DEAD, &disk->state))
		return -ENODEV;
	ret = mpath_compat_show_disk(disk);
	if (!ret)
		bdev_disk_changed(disk, false);
	return ret;
}

/* A hidden disk that is no path any more. */
static void nvme_mpath_show(struct gendisk *disk)
{
	int ret = -ETIMEDOUT;

	if (nvme_mpath_wait_until_added(disk)) {
		mutex_lock(&disk->open_mutex);
		ret = nvme_mpath_show_locked(disk);
		mutex_unlock(&disk->open_mutex);
	}
	if (ret && ret != -ENODEV)
		pr_err("%s: cannot be shown again (%d): connect its controller anew\n",
		       disk->disk_name, ret);
	if (ret)
		return;
	mpath_glue_verdict_change(disk, "given back");
	/* Its partitions have not been told of either. */
	dev_set_uevent_suppress(disk_to_dev(disk), 0);
	disk_uevent(disk, KOBJ_ADD);
}

void nvme_mpath_give_back(struct device *member)
{
	struct gendisk *disk = dev_to_disk(member);

	mpath_glue_remove_path(&nvme_mpath, member);
	if (disk->flags & GENHD_FL_HIDDEN)
		nvme_mpath_show(disk);
}
