// SPDX-License-Identifier: GPL-2.0
/*
 * Discovery: sees every disk before user space does, and decides there and then whether it
 * becomes a path.
 *
 * A class_interface on the block class is called inside device_add(), before the disk's uevent
 * and its partition scan. A disk that takes part is hidden (GENHD_FL_HIDDEN, like NVMe's own
 * path disks); one that was there first is the transport's to take over.
 */
#include "glue.h"

/* By the block class, and the type that tells a disk from a partition: nobody exports them. */
static struct gendisk *mpath_glue_disk_of(struct mpath_transport *transport, struct device *dev)
{
	if (dev->type != disk_to_dev(transport->model)->type)
		return NULL;
	return transport->ops->is_mine(dev_to_disk(dev)) ? dev_to_disk(dev) : NULL;
}

static const char mpath_glue_contradicts[] = "it contradicts the other paths of its id";

static int mpath_glue_try_join(struct mpath_transport *transport, struct gendisk *disk,
			       const char *wwid)
{
	struct mpath_glue_head *head;
	int ret;

	lockdep_assert_held(&transport->lock);
	/* Paths are being given back: who comes now would not be. */
	if (transport->phase == MPATH_GLUE_CLOSING)
		return -ESHUTDOWN;
	head = mpath_glue_find_head(transport, wwid);
	if (!head)
		head = mpath_glue_create_head(transport, wwid, disk->node_id);
	if (IS_ERR(head))
		return PTR_ERR(head);

	ret = transport->ops->add_path(head, disk);
	if (ret && !head->next_path_index) {
		mpath_glue_disown_head(head);
		mpath_glue_bury_head(head);
	}
	if (!ret)
		queue_work(transport->wq, &head->work);
	return ret;
}

const char *mpath_glue_join(struct mpath_transport *transport, struct gendisk *disk,
			    const char *wwid)
{
	int ret;

	mutex_lock(&transport->lock);
	ret = mpath_glue_try_join(transport, disk, wwid);
	mutex_unlock(&transport->lock);
	/* A path that contradicts its head has been named, with the difference. */
	if (ret == -EMEDIUMTYPE)
		return mpath_glue_contradicts;
	if (ret)
		glue_err(transport, "%s: left alone: cannot become a path of %s (%d)\n",
			 disk->disk_name, wwid, ret);
	return ret ? "it cannot be made a path" : NULL;
}
EXPORT_SYMBOL_GPL(mpath_glue_join);

/* Return: why the disk is left alone, NULL if it is a path now. */
static const char *mpath_glue_take(struct mpath_transport *transport, struct gendisk *disk)
{
	char wwid[MPATH_WWID_LEN];
	const char *reason = transport->ops->consider(disk, wwid);

	if (!reason)
		reason = mpath_glue_join(transport, disk, wwid);
	/* Only now: a hidden disk always has a head. */
	if (!reason)
		disk->flags |= GENHD_FL_HIDDEN;
	return reason;
}

void mpath_glue_add_dev(struct mpath_transport *transport, struct device *dev)
{
	struct gendisk *disk = mpath_glue_disk_of(transport, dev);
	const char *reason;

	if (!disk)
		return;
	switch (READ_ONCE(transport->phase)) {
	case MPATH_GLUE_STARTING:
		/* First the words, which the takeover changes. */
		mpath_glue_verdict_add(disk, "being looked at");
		transport->ops->take_over(disk);
		break;
	case MPATH_GLUE_RUNNING:
		reason = mpath_glue_take(transport, disk);
		mpath_glue_verdict_add(disk, reason ? reason : "taken");
		break;
	case MPATH_GLUE_CLOSING:
		break;
	}
}
EXPORT_SYMBOL_GPL(mpath_glue_add_dev);

void mpath_glue_reconsider(struct mpath_transport *transport, struct device *dev)
{
	struct gendisk *disk = mpath_glue_disk_of(transport, dev);

	if (disk && mpath_glue_verdict_replace(disk, mpath_glue_contradicts, "being looked at"))
		transport->ops->take_over(disk);
}
EXPORT_SYMBOL_GPL(mpath_glue_reconsider);

/*
 * A head has changed: who was refused for what it was may fit now, as one that was there first. A
 * second interface is shown all disks, under the class's mutex, which keeps them.
 */
void mpath_glue_reconsider_refused(struct mpath_transport *transport)
{
	mutex_lock(&transport->second_look_lock);
	/* Who sets CLOSING waits for the work that this is called by. */
	if (READ_ONCE(transport->phase) == MPATH_GLUE_RUNNING) {
		transport->second_look.class = transport->interface.class;
		if (!class_interface_register(&transport->second_look))
			class_interface_unregister(&transport->second_look);
	}
	mutex_unlock(&transport->second_look_lock);
}

void mpath_glue_remove_dev(struct mpath_transport *transport, struct device *dev)
{
	struct gendisk *disk = mpath_glue_disk_of(transport, dev);

	if (!disk)
		return;
	transport->ops->disk_goes(disk);
	mpath_glue_verdict_remove(disk);
}
EXPORT_SYMBOL_GPL(mpath_glue_remove_dev);

int mpath_glue_discover(struct mpath_transport *transport)
{
	int ret;

	/* A disk that is never added, for what its device knows. */
	transport->model = mpath_disk_alloc(NUMA_NO_NODE);
	if (!transport->model)
		return -ENOMEM;
	transport->interface.class = disk_to_dev(transport->model)->class;
	/* The class's mutex is held throughout: no new disk comes by meanwhile. */
	ret = class_interface_register(&transport->interface);
	if (ret)
		put_disk(transport->model);
	else
		WRITE_ONCE(transport->phase, MPATH_GLUE_RUNNING);
	return ret;
}
EXPORT_SYMBOL_GPL(mpath_glue_discover);

/* Any path of any head: its member, referenced; NULL if there is none. */
static struct device *mpath_glue_any_member(struct mpath_transport *transport)
{
	struct mpath_glue_path *path = NULL;
	struct mpath_glue_head *head;
	struct device *member = NULL;

	mutex_lock(&transport->lock);
	list_for_each_entry(head, &transport->heads, entry) {
		path = mpath_glue_first_path(head);
		if (path) {
			member = get_device(path->member);
			break;
		}
	}
	mutex_unlock(&transport->lock);
	return member;
}

void mpath_glue_give_all_back(struct mpath_transport *transport)
{
	struct device *member;

	mutex_lock(&transport->lock);
	WRITE_ONCE(transport->phase, MPATH_GLUE_CLOSING);
	mutex_unlock(&transport->lock);
	mpath_glue_remove_waiting_heads(transport);
	/* Takeovers that have begun end with a plain disk now. */
	flush_workqueue(transport->wq);
	while ((member = mpath_glue_any_member(transport))) {
		transport->ops->give_back(member);
		put_device(member);
	}
	class_interface_unregister(&transport->interface);
	put_disk(transport->model);
}
EXPORT_SYMBOL_GPL(mpath_glue_give_all_back);
