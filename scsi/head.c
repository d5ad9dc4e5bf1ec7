// SPDX-License-Identifier: GPL-2.0
/*
 * Heads: made when the first path of a LUN appears, gone with the last.
 *
 * The objects and their sysfs directories are made synchronously, under discovery, so
 * that a hidden path always has a head. The disk is added and deleted by work items of
 * its own per head: both take locks that discovery holds, and both may wait for I/O. The
 * one that deletes it waits for the other, and there is only one run of it.
 */
#include <linux/idr.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "scsi_multipath.h"

DEFINE_MUTEX(scsi_mpath_lock);
struct workqueue_struct *scsi_mpath_wq;

/*
 * A major of our own, for the whole disks and their first partitions. The extended one
 * (259) would do for the kernel, but sg3_utils takes every block device with it for NVMe
 * and never sends it a SCSI command.
 */
static int scsi_mpath_major;
#define SCSI_MPATH_MINORS 16

static LIST_HEAD(scsi_mpath_heads);  /* under scsi_mpath_lock */
static bool scsi_mpath_heads_closed; /* no head waits for a path; under scsi_mpath_lock */
static DEFINE_IDA(scsi_mpath_ida);

/* Heads not yet freed: their release code is in this module. */
static atomic_t scsi_mpath_nr_heads = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(scsi_mpath_heads_gone);

static void scsi_mpath_head_release(struct device *dev)
{
	struct scsi_mpath_head *head = to_scsi_mpath_head(dev);

	mpath_head_destroy(head->core);
	ida_free(&scsi_mpath_ida, head->index);
	kfree(head);
	/* Who waits for this in scsi_mpath_heads_exit() also waits for the read section. */
	rcu_read_lock();
	if (atomic_dec_and_test(&scsi_mpath_nr_heads))
		wake_up(&scsi_mpath_heads_gone);
	rcu_read_unlock();
}

static void scsi_mpath_disk_dev_release(struct device *dev)
{
	put_device(&container_of(dev, struct scsi_mpath_head, disk_dev)->dev);
}

static struct class scsi_mpath_device_class = {
	.name = "scsi_mpath_device",
	.dev_groups = scsi_mpath_device_groups,
	.dev_release = scsi_mpath_head_release,
};

static struct class scsi_mpath_disk_class = {
	.name = "scsi_mpath_disk",
	.dev_release = scsi_mpath_disk_dev_release,
};

struct scsi_mpath_head *scsi_mpath_find_head(const char *wwid)
{
	struct scsi_mpath_head *head;

	lockdep_assert_held(&scsi_mpath_lock);
	list_for_each_entry(head, &scsi_mpath_heads, entry)
		if (!strcmp(head->wwid, wwid))
			return head;
	return NULL;
}

void scsi_mpath_disown_head(struct scsi_mpath_head *head)
{
	lockdep_assert_held(&scsi_mpath_lock);
	head->dying = true;
	list_del_init(&head->entry);
}

void scsi_mpath_bury_head(struct scsi_mpath_head *head)
{
	queue_work(scsi_mpath_wq, &head->teardown);
}

/* The head's first path, its device referenced; NULL if there is none. */
static struct scsi_device *scsi_mpath_first_path(struct scsi_mpath_head *head)
{
	struct scsi_mpath_path *path;

	lockdep_assert_held(&scsi_mpath_lock);
	path = list_first_entry_or_null(&head->paths, struct scsi_mpath_path, entry);
	if (!path)
		return NULL;
	get_device(&path->sdev->sdev_gendev);
	return path->sdev;
}

struct scsi_device *scsi_mpath_hold_first_path(struct scsi_mpath_head *head)
{
	struct scsi_device *sdev;

	mutex_lock(&scsi_mpath_lock);
	sdev = scsi_mpath_first_path(head);
	mutex_unlock(&scsi_mpath_lock);
	if (!sdev)
		return NULL;
	/* Pins the module of its host as well, which a reference on the device does not. */
	if (scsi_device_get(sdev)) {
		put_device(&sdev->sdev_gendev);
		return NULL;
	}
	put_device(&sdev->sdev_gendev);
	return sdev;
}

struct scsi_device *scsi_mpath_any_path(void)
{
	struct scsi_device *sdev = NULL;
	struct scsi_mpath_head *head;

	mutex_lock(&scsi_mpath_lock);
	list_for_each_entry(head, &scsi_mpath_heads, entry) {
		sdev = scsi_mpath_first_path(head);
		if (sdev)
			break;
	}
	mutex_unlock(&scsi_mpath_lock);
	return sdev;
}

/* The letters sd would use: a..z, aa..zz, aaa... */
static void scsi_mpath_name_disk(char *name, int index)
{
	char letters[8];
	char *p = letters + sizeof(letters) - 1;

	*p = '\0';
	do {
		*--p = 'a' + index % 26;
		index = index / 26 - 1;
	} while (index >= 0);
	snprintf(name, DISK_NAME_LEN, "sdmpath%s", p);
}

/* The link <head>:Y, once both ends are in sysfs. Under scsi_mpath_lock. */
void scsi_mpath_link_path(struct scsi_mpath_path *path)
{
	struct scsi_mpath_head *head = path->head;
	char name[DISK_NAME_LEN + 12];

	lockdep_assert_held(&scsi_mpath_lock);
	snprintf(name, sizeof(name), "%s:%d", head->disk->disk_name, path->index);
	if (sysfs_add_link_to_group(&disk_to_dev(head->disk)->kobj, scsi_mpath_links,
				    &disk_to_dev(path->disk)->kobj, name))
		pr_warn("%s: no link to %s in sysfs\n", name, path->disk->disk_name);
	else
		path->linked = true;
}

static u32 scsi_mpath_limits(struct scsi_mpath_path *path)
{
	struct mpath_geometry geometry = {};

	mpath_disk_geometry(path->disk, &geometry);
	return geometry.limits;
}

/*
 * A scan of a path's device changes its limits one by one (on 6.1 while they are in use). Stacked
 * meanwhile, they are stacked again after the next look.
 */
static void scsi_mpath_check_stacked(struct scsi_mpath_head *head)
{
	struct scsi_mpath_path *path;

	mutex_lock(&scsi_mpath_lock);
	list_for_each_entry(path, &head->paths, entry)
		if (scsi_mpath_limits(path) != path->stacked_limits)
			path->stacked_limits = 0;
	mutex_unlock(&scsi_mpath_lock);
}

/* The limits that suit all paths of this moment. */
static int scsi_mpath_restack(struct scsi_mpath_head *head)
{
	struct scsi_mpath_path *path;
	struct gendisk **disks;
	unsigned int nr = 0;
	unsigned int i;
	int ret = -ENOMEM;

	mutex_lock(&scsi_mpath_lock);
	disks = kcalloc(head->nr_paths, sizeof(*disks), GFP_KERNEL);
	if (disks) {
		list_for_each_entry(path, &head->paths, entry) {
			path->stacked_limits = scsi_mpath_limits(path);
			disks[nr] = path->disk;
			get_device(disk_to_dev(disks[nr++]));
		}
	}
	mutex_unlock(&scsi_mpath_lock);
	if (!disks)
		return ret;

	/* Dying by now: whatever the limits were is good enough. */
	ret = nr ? mpath_disk_stack_limits(head->disk, disks, nr) : 0;
	scsi_mpath_check_stacked(head);
	for (i = 0; i < nr; i++)
		put_disk(disks[i]);
	kfree(disks);
	return ret;
}

/* Size and write protection that all paths agree on. */
static void scsi_mpath_resize(struct scsi_mpath_head *head)
{
	struct mpath_geometry geometry;

	mpath_head_geometry(head->core, &geometry);
	set_disk_ro(head->disk, geometry.read_only);
	set_capacity_and_notify(head->disk, geometry.capacity);
}

static int scsi_mpath_publish(struct scsi_mpath_head *head)
{
	struct scsi_mpath_path *path;
	int ret;

	/* Before the disk can be seen: adding it reads the partition table. */
	if (!mpath_head_set_live(head->core))
		return 0; /* the last path has gone meanwhile */
	ret = device_add_disk(&head->disk_dev, head->disk, scsi_mpath_disk_groups);
	if (ret)
		return ret;

	WRITE_ONCE(head->published, true);
	mutex_lock(&scsi_mpath_lock);
	list_for_each_entry(path, &head->paths, entry)
		if (!path->linked)
			scsi_mpath_link_path(path);
	mutex_unlock(&scsi_mpath_lock);
	return 0;
}

static void scsi_mpath_teardown(struct work_struct *work)
{
	struct scsi_mpath_head *head = container_of(work, struct scsi_mpath_head, teardown);

	/* First: a run of the others may wait for I/O, which ends now. */
	mpath_head_kill(head->core);
	/*
	 * Nobody finds the head, so nobody queues them again; but they may have been on
	 * their way when the last path went, or came back.
	 */
	cancel_work_sync(&head->work);
	cancel_delayed_work_sync(&head->removal);
	if (head->published) {
		pr_info("%s: removed, the last path is gone\n", head->disk->disk_name);
		del_gendisk(head->disk);
	}
	device_del(&head->disk_dev);
	device_del(&head->dev);
	put_device(&head->disk_dev);
	/* free_disk() drops the disk's reference, but only of a disk that was added. */
	if (!head->published)
		put_device(&head->dev);
	put_disk(head->disk);
	put_device(&head->dev);
}

/* The head could not be shown: what it hides must be given back. */
static void scsi_mpath_give_up(struct scsi_mpath_head *head, int error)
{
	struct scsi_device *sdev;

	pr_err("%s: cannot add the disk of %s (%d), giving its paths back\n", head->disk->disk_name,
	       head->wwid, error);
	for (;;) {
		mutex_lock(&scsi_mpath_lock);
		sdev = scsi_mpath_first_path(head);
		mutex_unlock(&scsi_mpath_lock);
		if (!sdev)
			return;
		scsi_mpath_give_back(sdev);
		put_device(&sdev->sdev_gendev);
	}
}

static void scsi_mpath_head_work(struct work_struct *work)
{
	struct scsi_mpath_head *head = container_of(work, struct scsi_mpath_head, work);
	bool dying;
	int ret;

	mutex_lock(&scsi_mpath_lock);
	dying = head->dying;
	mutex_unlock(&scsi_mpath_lock);
	if (dying)
		return;

	scsi_mpath_resize(head);
	ret = scsi_mpath_restack(head);
	if (!ret && !head->published)
		ret = scsi_mpath_publish(head);
	if (!ret)
		return;
	if (head->published)
		pr_warn("%s: cannot restack the limits (%d), keeping the old ones\n",
			head->disk->disk_name, ret);
	else
		scsi_mpath_give_up(head, ret);
}

/* --- waiting for a path, as upstream's delayed_removal_secs -------------------------- */

static bool scsi_mpath_head_waits(struct scsi_mpath_head *head)
{
	lockdep_assert_held(&scsi_mpath_lock);
	return !head->nr_paths && !head->dying;
}

static void scsi_mpath_remove_in(struct scsi_mpath_head *head, unsigned int secs)
{
	lockdep_assert_held(&scsi_mpath_lock);
	head->removal_due = jiffies + secs * HZ;
	mod_delayed_work(scsi_mpath_wq, &head->removal, secs * HZ);
}

bool scsi_mpath_wait_for_path(struct scsi_mpath_head *head)
{
	unsigned int secs = head->delayed_removal_secs;

	lockdep_assert_held(&scsi_mpath_lock);
	if (!secs || !head->published || scsi_mpath_heads_closed) {
		scsi_mpath_disown_head(head);
		return false;
	}
	pr_warn("%s: the last path is gone, waiting %u s for another\n", head->disk->disk_name,
		secs);
	/* Before the path goes: what it gives back must not fail. */
	mpath_head_set_queue_if_no_path(head->core, true);
	scsi_mpath_remove_in(head, secs);
	return true;
}

void scsi_mpath_end_wait(struct scsi_mpath_head *head)
{
	lockdep_assert_held(&scsi_mpath_lock);
	/* If it runs already, it waits for the lock and finds the path then. */
	cancel_delayed_work(&head->removal);
	mpath_head_set_queue_if_no_path(head->core, false);
}

static void scsi_mpath_removal_work(struct work_struct *work)
{
	struct scsi_mpath_head *head =
		container_of(to_delayed_work(work), struct scsi_mpath_head, removal);
	bool waited;

	mutex_lock(&scsi_mpath_lock);
	/*
	 * Under the lock that adds paths: none comes between the look and the end. A run
	 * that could not be cancelled may find the next wait.
	 */
	waited = scsi_mpath_head_waits(head) && !time_before(jiffies, head->removal_due);
	if (waited) {
		scsi_mpath_disown_head(head);
		scsi_mpath_bury_head(head);
	}
	mutex_unlock(&scsi_mpath_lock);
}

int scsi_mpath_set_delayed_removal(struct scsi_mpath_head *head, unsigned int secs)
{
	if (secs > INT_MAX / HZ)
		return -EINVAL;
	mutex_lock(&scsi_mpath_lock);
	head->delayed_removal_secs = secs;
	if (scsi_mpath_head_waits(head))
		scsi_mpath_remove_in(head, secs);
	mutex_unlock(&scsi_mpath_lock);
	return 0;
}

/*
 * The mid-layer tells nobody in the kernel what a rescan has found. Loads and compares,
 * a few per path: nothing, at this pace.
 */
#define SCSI_MPATH_LOOK (2 * HZ)

static void scsi_mpath_look_work(struct work_struct *work)
{
	struct scsi_mpath_head *head;
	struct scsi_mpath_path *path;

	mutex_lock(&scsi_mpath_lock);
	list_for_each_entry(head, &scsi_mpath_heads, entry)
		list_for_each_entry(path, &head->paths, entry)
			if (scsi_mpath_look_at_path(path))
				queue_work(scsi_mpath_wq, &head->work);
	mutex_unlock(&scsi_mpath_lock);
	queue_delayed_work(scsi_mpath_wq, to_delayed_work(work), SCSI_MPATH_LOOK);
}

static DECLARE_DELAYED_WORK(scsi_mpath_look, scsi_mpath_look_work);

void scsi_mpath_remove_waiting_heads(void)
{
	struct scsi_mpath_head *head;

	mutex_lock(&scsi_mpath_lock);
	scsi_mpath_heads_closed = true;
	list_for_each_entry(head, &scsi_mpath_heads, entry)
		if (scsi_mpath_head_waits(head))
			scsi_mpath_remove_in(head, 0);
	mutex_unlock(&scsi_mpath_lock);
}

/* Nobody will bring a path back any more, and whoever shuts down waits for his I/O. */
static int scsi_mpath_reboot(struct notifier_block *nb, unsigned long action, void *data)
{
	struct scsi_mpath_head *head;

	mutex_lock(&scsi_mpath_lock);
	scsi_mpath_defaults.no_path_timeout_ms = 0;
	list_for_each_entry(head, &scsi_mpath_heads, entry) {
		mpath_head_set_no_path_timeout_ms(head->core, 0);
		mpath_head_set_queue_if_no_path(head->core, false);
	}
	mutex_unlock(&scsi_mpath_lock);
	return NOTIFY_DONE;
}

static struct notifier_block scsi_mpath_reboot_nb = {
	.notifier_call = scsi_mpath_reboot,
};

struct scsi_mpath_head *scsi_mpath_create_head(const char *wwid, int node)
{
	struct mpath_head_config config = {
		.iopolicy = scsi_mpath_defaults.iopolicy,
		.submit_mode = scsi_mpath_defaults.submit_mode,
		.no_path_timeout_ms = scsi_mpath_defaults.no_path_timeout_ms,
		.ops = &scsi_mpath_head_ops,
	};
	struct scsi_mpath_head *head;
	int ret = -ENOMEM;

	lockdep_assert_held(&scsi_mpath_lock);
	head = kzalloc_node(sizeof(*head), GFP_KERNEL, node);
	if (!head)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&head->entry);
	INIT_LIST_HEAD(&head->paths);
	INIT_WORK(&head->work, scsi_mpath_head_work);
	INIT_WORK(&head->teardown, scsi_mpath_teardown);
	INIT_DELAYED_WORK(&head->removal, scsi_mpath_removal_work);
	strscpy(head->wwid, wwid, sizeof(head->wwid));

	head->index = ida_alloc_max(&scsi_mpath_ida, MINORMASK / SCSI_MPATH_MINORS, GFP_KERNEL);
	if (head->index < 0) {
		ret = head->index;
		goto free_head;
	}
	head->disk = mpath_disk_alloc(node);
	if (!head->disk)
		goto free_index;
	scsi_mpath_name_disk(head->disk->disk_name, head->index);
	head->disk->major = scsi_mpath_major;
	head->disk->first_minor = head->index * SCSI_MPATH_MINORS;
	head->disk->minors = SCSI_MPATH_MINORS;
	head->devt = MKDEV(head->disk->major, head->disk->first_minor);
	head->disk->fops = &scsi_mpath_fops;
	head->disk->private_data = head;

	config.name = head->disk->disk_name;
	config.disk = head->disk;
	config.owner = head;
	ret = mpath_head_create(&config, &head->core);
	if (ret)
		goto put_disk;

	/* From here on the head is freed by its device's release. */
	atomic_inc(&scsi_mpath_nr_heads);
	device_initialize(&head->dev);
	head->dev.class = &scsi_mpath_device_class;
	ret = dev_set_name(&head->dev, "%d", head->index);
	if (!ret)
		ret = device_add(&head->dev);
	if (ret)
		goto put_dev;

	get_device(&head->dev);
	device_initialize(&head->disk_dev);
	head->disk_dev.class = &scsi_mpath_disk_class;
	ret = dev_set_name(&head->disk_dev, "%d", head->index);
	if (!ret)
		ret = device_add(&head->disk_dev);
	if (ret)
		goto del_dev;

	get_device(&head->dev); /* the disk's */
	list_add_tail(&head->entry, &scsi_mpath_heads);
	return head;

del_dev:
	put_device(&head->disk_dev);
	device_del(&head->dev);
put_dev:
	put_disk(head->disk);
	put_device(&head->dev);
	return ERR_PTR(ret);

put_disk:
	put_disk(head->disk);
free_index:
	ida_free(&scsi_mpath_ida, head->index);
free_head:
	kfree(head);
	return ERR_PTR(ret);
}

int scsi_mpath_heads_init(void)
{
	int ret;

	scsi_mpath_major = register_blkdev(0, "sdmpath");
	if (scsi_mpath_major < 0)
		return scsi_mpath_major;
	ret = mpath_compat_class_register(&scsi_mpath_device_class, THIS_MODULE);
	if (ret)
		goto unregister_blkdev;
	ret = mpath_compat_class_register(&scsi_mpath_disk_class, THIS_MODULE);
	if (ret)
		goto unregister_class;
	register_reboot_notifier(&scsi_mpath_reboot_nb);
	queue_delayed_work(scsi_mpath_wq, &scsi_mpath_look, SCSI_MPATH_LOOK);
	return 0;

unregister_class:
	class_unregister(&scsi_mpath_device_class);
unregister_blkdev:
	unregister_blkdev(scsi_mpath_major, "sdmpath");
	return ret;
}

void scsi_mpath_heads_exit(void)
{
	unregister_reboot_notifier(&scsi_mpath_reboot_nb);
	cancel_delayed_work_sync(&scsi_mpath_look);
	flush_workqueue(scsi_mpath_wq);
	/* The last reference on a disk may go a little after its last close. */
	wait_event(scsi_mpath_heads_gone, !atomic_read(&scsi_mpath_nr_heads));
	synchronize_rcu();
	class_unregister(&scsi_mpath_disk_class);
	class_unregister(&scsi_mpath_device_class);
	unregister_blkdev(scsi_mpath_major, "sdmpath");
	ida_destroy(&scsi_mpath_ida);
}
