// SPDX-License-Identifier: GPL-2.0
/*
 * Heads: made when the first path of a LUN appears, gone with the last.
 *
 * The objects and their sysfs directories are made synchronously, under discovery, so
 * that a hidden path always has a head. The disk is added and deleted by work items of
 * its own per head: both take locks that discovery holds, and both may wait for I/O. The
 * one that deletes it waits for the other, and there is only one run of it.
 */
#include <linux/slab.h>
#include <linux/stringhash.h>

#include "glue.h"

/*
 * Of a major of the transport's own, for the whole disks and their first partitions. The
 * extended one (259) would do for the kernel, but sg3_utils takes every block device with it
 * for NVMe and never sends it a SCSI command.
 */
#define MPATH_GLUE_MINORS 16

void mpath_glue_release_head(struct device *dev)
{
	struct mpath_glue_head *head = to_mpath_glue_head(dev);
	struct mpath_transport *transport = head->transport;

	mpath_head_destroy(head->core);
	ida_free(&transport->ida, head->index);
	kfree(head->wwid);
	kmem_cache_free(transport->head_cache, head);
	/* Who waits for this in mpath_transport_exit() also waits for the read section. */
	rcu_read_lock();
	if (atomic_dec_and_test(&transport->nr_heads))
		wake_up(&transport->heads_gone);
	rcu_read_unlock();
}

void mpath_glue_release_disk_dev(struct device *dev)
{
	put_device(&container_of(dev, struct mpath_glue_head, disk_dev)->dev);
}

static u32 mpath_glue_hash(const char *wwid)
{
	return full_name_hash(NULL, wwid, strlen(wwid));
}

struct mpath_glue_head *mpath_glue_find_head(struct mpath_transport *transport, const char *wwid)
{
	struct mpath_glue_head *head;

	lockdep_assert_held(&transport->lock);
	hash_for_each_possible(transport->heads_by_wwid, head, by_wwid, mpath_glue_hash(wwid))
		if (!strcmp(head->wwid, wwid))
			return head;
	return NULL;
}

void mpath_glue_disown_head(struct mpath_glue_head *head)
{
	lockdep_assert_held(&head->transport->lock);
	head->dying = true;
	list_del_init(&head->entry);
	hash_del(&head->by_wwid);
}

void mpath_glue_bury_head(struct mpath_glue_head *head)
{
	queue_work(head->transport->wq, &head->teardown);
}

struct mpath_glue_path *mpath_glue_first_path(struct mpath_glue_head *head)
{
	lockdep_assert_held(&head->transport->lock);
	return list_first_entry_or_null(&head->paths, struct mpath_glue_path, entry);
}
EXPORT_SYMBOL_GPL(mpath_glue_first_path);

/* --- fops --------------------------------------------------------------------------- */

void mpath_glue_submit_bio(struct bio *bio)
{
	mpath_submit_bio(mpath_glue_head_of(bio->bi_bdev->bd_disk)->core, bio);
}
EXPORT_SYMBOL_GPL(mpath_glue_submit_bio);

/* Context: the last reference on an added disk is gone. */
void mpath_glue_free_disk(struct gendisk *disk)
{
	put_device(&mpath_glue_head_of(disk)->dev);
}
EXPORT_SYMBOL_GPL(mpath_glue_free_disk);

int mpath_glue_getgeo(mpath_compat_geo_t *from, struct hd_geometry *geo)
{
	struct mpath_glue_head *head = mpath_glue_head_of(mpath_compat_geo_disk(from));
	struct mpath_device *path = mpath_head_get_path(head->core);
	struct gendisk *disk;
	int ret = -ENOTTY;

	if (!path)
		return MPATH_GLUE_NO_PATH;
	disk = mpath_device_disk(path);
	if (disk->fops->getgeo)
		ret = disk->fops->getgeo(mpath_compat_geo_of(disk), geo);
	mpath_device_put(path);
	return ret;
}
EXPORT_SYMBOL_GPL(mpath_glue_getgeo);

/* --- what the disk shows of its paths ---------------------------------------------------- */

/* The link <head>:Y, once both ends are in sysfs. */
void mpath_glue_link_path(struct mpath_glue_path *path)
{
	struct mpath_glue_head *head = path->head;
	char name[DISK_NAME_LEN + 12];

	lockdep_assert_held(&head->transport->lock);
	snprintf(name, sizeof(name), "%s:%d", head->disk->disk_name, path->index);
	if (sysfs_add_link_to_group(&disk_to_dev(head->disk)->kobj, mpath_glue_links,
				    &disk_to_dev(path->disk)->kobj, name))
		glue_warn(head->transport, "%s: no link to %s in sysfs\n", name,
			  path->disk->disk_name);
	else
		path->linked = true;
}

u32 mpath_glue_limits(struct mpath_glue_path *path)
{
	struct mpath_geometry geometry = {};

	mpath_disk_geometry(path->disk, &geometry);
	return geometry.limits;
}

/*
 * A scan of a path's device changes its limits one by one (on 6.1 while they are in use). Stacked
 * meanwhile, they are stacked again after the next look.
 */
static void mpath_glue_check_stacked(struct mpath_glue_head *head)
{
	struct mpath_glue_path *path;

	mutex_lock(&head->transport->lock);
	list_for_each_entry(path, &head->paths, entry)
		if (mpath_glue_limits(path) != path->stacked_limits)
			path->stacked_limits = 0;
	mutex_unlock(&head->transport->lock);
}

/* The limits that suit all paths of this moment. */
static int mpath_glue_restack(struct mpath_glue_head *head)
{
	struct mpath_glue_path *path;
	struct gendisk **disks;
	unsigned int nr = 0;
	unsigned int i;
	int ret = -ENOMEM;

	mutex_lock(&head->transport->lock);
	disks = kcalloc(head->nr_paths, sizeof(*disks), GFP_KERNEL);
	if (disks) {
		list_for_each_entry(path, &head->paths, entry) {
			struct mpath_geometry now = {};

			mpath_disk_geometry(path->disk, &now);
			path->stacked_limits = now.limits;
			if (!mpath_device_shapes_head(path->core, &now))
				continue;
			disks[nr] = path->disk;
			get_device(disk_to_dev(disks[nr++]));
		}
	}
	mutex_unlock(&head->transport->lock);
	if (!disks)
		return ret;

	/* Dying by now: whatever the limits were is good enough. */
	ret = nr ? mpath_disk_stack_limits(head->disk, disks, nr) : 0;
	mpath_glue_check_stacked(head);
	for (i = 0; i < nr; i++)
		put_disk(disks[i]);
	kfree(disks);
	return ret;
}

/* Size and write protection that all paths agree on. */
static void mpath_glue_resize(struct mpath_glue_head *head)
{
	struct mpath_geometry geometry;
	bool changes;

	mpath_head_geometry(head->core, &geometry);
	changes = get_disk_ro(head->disk) != geometry.read_only ||
		  get_capacity(head->disk) != geometry.capacity;
	set_disk_ro(head->disk, geometry.read_only);
	set_capacity_and_notify(head->disk, geometry.capacity);
	if (changes && head->published)
		mpath_glue_reconsider_refused(head->transport);
}

static int mpath_glue_publish(struct mpath_glue_head *head)
{
	struct mpath_glue_path *path;
	int ret;

	/* Before the disk can be seen: adding it reads the partition table. */
	if (!mpath_head_set_live(head->core))
		return 0; /* the last path has gone meanwhile */
	ret = device_add_disk(&head->disk_dev, head->disk, head->transport->disk_groups);
	if (ret)
		return ret;

	WRITE_ONCE(head->published, true);
	mutex_lock(&head->transport->lock);
	list_for_each_entry(path, &head->paths, entry)
		if (!path->linked)
			mpath_glue_link_path(path);
	mutex_unlock(&head->transport->lock);
	return 0;
}

/* --- work ------------------------------------------------------------------------------- */

static void mpath_glue_teardown(struct work_struct *work)
{
	struct mpath_glue_head *head = container_of(work, struct mpath_glue_head, teardown);

	/* First: a run of the others may wait for I/O, which ends now. */
	mpath_head_kill(head->core);
	/*
	 * Nobody finds the head, so nobody queues them again; but they may have been on
	 * their way when the last path went, or came back.
	 */
	cancel_work_sync(&head->work);
	cancel_delayed_work_sync(&head->removal);
	if (head->published) {
		glue_info(head->transport, "%s: removed, the last path is gone\n",
			  head->disk->disk_name);
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

void mpath_glue_give_paths_back(struct mpath_glue_head *head)
{
	struct mpath_glue_path *path;
	struct device *member;

	for (;;) {
		mutex_lock(&head->transport->lock);
		path = mpath_glue_first_path(head);
		member = path ? get_device(path->member) : NULL;
		mutex_unlock(&head->transport->lock);
		if (!member)
			return;
		head->transport->ops->give_back(member);
		put_device(member);
	}
}

/* The head could not be shown: what it hides must be given back. */
static void mpath_glue_give_up(struct mpath_glue_head *head, int error)
{
	glue_err(head->transport, "%s: cannot add the disk of %s (%d), giving its paths back\n",
		 head->disk->disk_name, head->wwid, error);
	mpath_glue_give_paths_back(head);
}

static void mpath_glue_head_work(struct work_struct *work)
{
	struct mpath_glue_head *head = container_of(work, struct mpath_glue_head, work);
	bool dying;
	int ret;

	mutex_lock(&head->transport->lock);
	dying = head->dying;
	mutex_unlock(&head->transport->lock);
	if (dying)
		return;

	mpath_glue_resize(head);
	ret = mpath_glue_restack(head);
	if (!ret && !head->published)
		ret = mpath_glue_publish(head);
	if (!ret)
		return;
	if (head->published)
		glue_warn(head->transport,
			  "%s: cannot restack the limits (%d), keeping the old ones\n",
			  head->disk->disk_name, ret);
	else
		mpath_glue_give_up(head, ret);
}

/* --- making one --------------------------------------------------------------------------- */

static int mpath_glue_alloc_disk(struct mpath_glue_head *head, int node)
{
	struct gendisk *disk = mpath_disk_alloc(node);

	if (!disk)
		return -ENOMEM;
	head->transport->ops->name_disk(disk->disk_name, head->index);
	disk->major = head->transport->major;
	disk->first_minor = head->index * MPATH_GLUE_MINORS;
	disk->minors = MPATH_GLUE_MINORS;
	disk->fops = head->transport->fops;
	disk->private_data = head;
	head->devt = MKDEV(disk->major, disk->first_minor);
	head->disk = disk;
	return 0;
}

static int mpath_glue_create_core(struct mpath_glue_head *head)
{
	const struct mpath_transport_defaults *defaults = &head->transport->defaults;
	const struct mpath_head_config config = {
		.name = head->disk->disk_name,
		.disk = head->disk,
		.iopolicy = defaults->iopolicy,
		.submit_mode = defaults->submit_mode,
		.no_path_timeout_ms = defaults->no_path_timeout_ms,
		.always_failfast = head->transport->always_failfast,
		.ops = &mpath_glue_head_ops,
		.owner = head,
	};

	return mpath_head_create(&config, &head->core);
}

static int mpath_glue_add_device(struct mpath_glue_head *head, struct device *dev,
				 struct class *class)
{
	int ret;

	device_initialize(dev);
	dev->class = class;
	ret = dev_set_name(dev, "%d", head->index);
	return ret ? ret : device_add(dev);
}

struct mpath_glue_head *mpath_glue_create_head(struct mpath_transport *transport, const char *wwid,
					       int node)
{
	struct mpath_glue_head *head;
	int ret;

	lockdep_assert_held(&transport->lock);
	head = kmem_cache_alloc_node(transport->head_cache, GFP_KERNEL | __GFP_ZERO, node);
	if (!head)
		return ERR_PTR(-ENOMEM);
	head->wwid = kstrdup(wwid, GFP_KERNEL);
	if (!head->wwid) {
		ret = -ENOMEM;
		goto free_head;
	}
	head->transport = transport;
	INIT_LIST_HEAD(&head->entry);
	INIT_LIST_HEAD(&head->paths);
	INIT_WORK(&head->work, mpath_glue_head_work);
	INIT_WORK(&head->teardown, mpath_glue_teardown);
	INIT_DELAYED_WORK(&head->removal, mpath_glue_removal_work);
	head->index = ida_alloc_max(&transport->ida, MINORMASK / MPATH_GLUE_MINORS, GFP_KERNEL);
	if (head->index < 0) {
		ret = head->index;
		goto free_head;
	}
	ret = mpath_glue_alloc_disk(head, node);
	if (ret)
		goto free_index;
	ret = mpath_glue_create_core(head);
	if (ret)
		goto put_disk;

	/* From here on the head is freed by its device's release. */
	atomic_inc(&transport->nr_heads);
	ret = mpath_glue_add_device(head, &head->dev, &transport->device_class);
	if (ret)
		goto put_dev;

	get_device(&head->dev);
	ret = mpath_glue_add_device(head, &head->disk_dev, &transport->disk_class);
	if (ret)
		goto del_dev;

	get_device(&head->dev); /* the disk's */
	list_add_tail(&head->entry, &transport->heads);
	hash_add(transport->heads_by_wwid, &head->by_wwid, mpath_glue_hash(wwid));
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
	ida_free(&transport->ida, head->index);
free_head:
	kfree(head->wwid);
	kmem_cache_free(transport->head_cache, head);
	return ERR_PTR(ret);
}
