// SPDX-License-Identifier: GPL-2.0
/* Paths: how they join a head and leave it, and what is looked at meanwhile. */
#include <linux/slab.h>

#include "glue.h"

static void mpath_glue_geometry(struct mpath_glue_path *path, struct mpath_geometry *geometry)
{
	mpath_disk_geometry(path->disk, geometry);
	path->head->transport->ops->geometry(path, geometry);
}

bool mpath_glue_look_at_path(struct mpath_glue_path *path)
{
	const struct mpath_transport_ops *ops = path->head->transport->ops;
	struct mpath_geometry now = {};

	lockdep_assert_held(&path->head->transport->lock);
	if (ops->look)
		ops->look(path);
	mpath_glue_geometry(path, &now);
	return mpath_device_observe(path->core, &now) || now.limits != path->stacked_limits;
}

/* Links may be missing without harm; a path without its I/O would be harm. */
static void mpath_glue_add_links(struct mpath_glue_path *path)
{
	struct mpath_transport *transport = path->head->transport;
	struct kobject *head = &path->head->dev.kobj;
	struct kobject *member = &path->member->kobj;

	if (sysfs_add_link_to_group(head, mpath_glue_links, member, kobject_name(member)) ||
	    sysfs_create_link(member, head, transport->path_link))
		glue_warn(transport, "%s: no link between %s and its head in sysfs\n",
			  path->head->disk->disk_name, kobject_name(member));
	if (READ_ONCE(path->head->published))
		mpath_glue_link_path(path);
}

static void mpath_glue_remove_links(struct mpath_glue_path *path)
{
	struct mpath_glue_head *head = path->head;
	struct kobject *member = &path->member->kobj;
	char name[DISK_NAME_LEN + 12];

	lockdep_assert_held(&head->transport->lock);
	sysfs_remove_link(member, head->transport->path_link);
	sysfs_remove_link_from_group(&head->dev.kobj, mpath_glue_links, kobject_name(member));
	if (!path->linked)
		return;
	snprintf(name, sizeof(name), "%s:%d", head->disk->disk_name, path->index);
	sysfs_remove_link_from_group(&disk_to_dev(head->disk)->kobj, mpath_glue_links, name);
}

int mpath_glue_add_path(struct mpath_glue_head *head, struct mpath_glue_path *path,
			struct mpath_device_config *config)
{
	struct mpath_transport *transport = head->transport;
	int ret;

	lockdep_assert_held(&transport->lock);
	path->head = head;
	config->disk = path->disk;
	mpath_glue_geometry(path, &config->geometry);
	ret = mpath_head_add_path(head->core, config, &path->core);
	if (ret)
		return ret;
	get_device(&head->dev);
	if (mpath_glue_path_attrs_add(path))
		glue_warn(transport, "%s: no attributes for %s in sysfs\n", head->disk->disk_name,
			  path->disk->disk_name);
	path->index = head->next_path_index++;
	list_add_tail(&path->entry, &head->paths);
	hash_add(transport->paths, &path->by_member, (unsigned long)path->member);
	if (!head->nr_paths++)
		mpath_glue_end_wait(head);
	mpath_glue_add_links(path);
	glue_info(transport, "%s: path %s of %s\n", head->disk->disk_name, config->name,
		  head->wwid);
	return 0;
}
EXPORT_SYMBOL_GPL(mpath_glue_add_path);

struct mpath_glue_path *mpath_glue_find_path(struct mpath_transport *transport,
					     struct device *member)
{
	struct mpath_glue_path *path;

	lockdep_assert_held(&transport->lock);
	hash_for_each_possible(transport->paths, path, by_member, (unsigned long)member)
		if (path->member == member)
			return path;
	return NULL;
}
EXPORT_SYMBOL_GPL(mpath_glue_find_path);

struct mpath_glue_path *mpath_glue_detach_path(struct mpath_transport *transport,
					       struct device *member)
{
	struct mpath_glue_path *path;
	struct mpath_glue_head *head;

	mutex_lock(&transport->lock);
	path = mpath_glue_find_path(transport, member);
	if (path) {
		head = path->head;
		hash_del(&path->by_member);
		list_del(&path->entry);
		mpath_glue_remove_links(path);
		/* In the same breath as the last path: no new path finds a head that ends. */
		path->last = !--head->nr_paths && !mpath_glue_wait_for_path(head);
		/* The others may do what this one could not. */
		if (head->nr_paths)
			queue_work(transport->wq, &head->work);
	}
	mutex_unlock(&transport->lock);
	/* Without the lock: who reads an attribute must not wait for us, nor we for him. */
	if (path)
		mpath_glue_path_attrs_remove(path);
	return path;
}
EXPORT_SYMBOL_GPL(mpath_glue_detach_path);

void mpath_glue_release_path(struct mpath_glue_path *path)
{
	struct mpath_glue_head *head = path->head;
	const struct mpath_transport_ops *ops = head->transport->ops;

	/* Whatever waits for a path on this head, the work item included, waits in vain. */
	if (path->last)
		mpath_head_kill(head->core);
	if (ops->leave)
		ops->leave(path);
	mpath_device_remove(path->core);
	if (path->last)
		mpath_glue_bury_head(head);
	ops->free_path(path);
	put_device(&head->dev);
}
EXPORT_SYMBOL_GPL(mpath_glue_release_path);

void mpath_glue_remove_path(struct mpath_transport *transport, struct device *member)
{
	struct mpath_glue_path *path = mpath_glue_detach_path(transport, member);

	if (path)
		mpath_glue_release_path(path);
}
EXPORT_SYMBOL_GPL(mpath_glue_remove_path);
