// SPDX-License-Identifier: GPL-2.0
/* What there is once for each transport: its classes, its disks' major, its looks at paths. */
#include <linux/reboot.h>
#include <linux/slab.h>

#include "glue.h"

/*
 * No driver tells others in the kernel what a rescan has found. Loads and compares, a few per
 * path: nothing, at this pace.
 */
#define MPATH_GLUE_LOOK (2 * HZ)

static void mpath_glue_look_work(struct work_struct *work)
{
	struct mpath_transport *transport =
		container_of(to_delayed_work(work), struct mpath_transport, look);
	struct mpath_glue_head *head;
	struct mpath_glue_path *path;

	mutex_lock(&transport->lock);
	list_for_each_entry(head, &transport->heads, entry)
		list_for_each_entry(path, &head->paths, entry)
			if (mpath_glue_look_at_path(path))
				queue_work(transport->wq, &head->work);
	mutex_unlock(&transport->lock);
	queue_delayed_work(transport->wq, &transport->look, MPATH_GLUE_LOOK);
}

/* Nobody will bring a path back any more, and whoever shuts down waits for his I/O. */
static int mpath_glue_reboot(struct notifier_block *nb, unsigned long action, void *data)
{
	struct mpath_transport *transport = container_of(nb, struct mpath_transport, reboot_nb);
	struct mpath_glue_head *head;

	mutex_lock(&transport->lock);
	transport->defaults.no_path_timeout_ms = 0;
	list_for_each_entry(head, &transport->heads, entry) {
		mpath_head_set_no_path_timeout_ms(head->core, 0);
		mpath_head_set_queue_if_no_path(head->core, false);
	}
	mutex_unlock(&transport->lock);
	return NOTIFY_DONE;
}

static int mpath_glue_register_classes(struct mpath_transport *transport)
{
	int ret;

	transport->device_class.dev_release = mpath_glue_release_head;
	transport->disk_class.dev_release = mpath_glue_release_disk_dev;
	ret = mpath_compat_class_register(&transport->device_class, transport->owner);
	if (ret)
		return ret;
	ret = mpath_compat_class_register(&transport->disk_class, transport->owner);
	if (ret)
		class_unregister(&transport->device_class);
	return ret;
}

static void mpath_glue_destroy_caches(struct mpath_transport *transport)
{
	kmem_cache_destroy(transport->attrs_cache);
	kmem_cache_destroy(transport->head_cache);
}

/* For what is not of one of kmalloc()'s sizes, which are up to twice as long. */
static int mpath_glue_create_caches(struct mpath_transport *transport)
{
	size_t attrs_size = mpath_glue_path_attrs_size(transport);
	char attrs_name[32];

	snprintf(attrs_name, sizeof(attrs_name), "%s_attrs", transport->path_link);
	transport->head_cache =
		kmem_cache_create(transport->path_link, transport->head_size, 0, 0, NULL);
	transport->attrs_cache = kmem_cache_create(attrs_name, attrs_size, 0, 0, NULL);
	if (transport->head_cache && transport->attrs_cache)
		return 0;
	mpath_glue_destroy_caches(transport);
	return -ENOMEM;
}

int mpath_transport_init(struct mpath_transport *transport)
{
	int ret;

	mutex_init(&transport->lock);
	mutex_init(&transport->second_look_lock);
	INIT_LIST_HEAD(&transport->heads);
	hash_init(transport->heads_by_wwid);
	hash_init(transport->paths);
	ida_init(&transport->ida);
	init_waitqueue_head(&transport->heads_gone);
	INIT_DELAYED_WORK(&transport->look, mpath_glue_look_work);

	ret = mpath_glue_create_caches(transport);
	if (ret)
		return ret;
	transport->wq = alloc_workqueue("%s", WQ_UNBOUND, 0, transport->name);
	if (!transport->wq) {
		ret = -ENOMEM;
		goto destroy_caches;
	}
	transport->major = register_blkdev(0, transport->disk_name);
	if (transport->major < 0) {
		ret = transport->major;
		goto destroy_wq;
	}
	ret = mpath_glue_register_classes(transport);
	if (ret)
		goto unregister_blkdev;
	transport->reboot_nb.notifier_call = mpath_glue_reboot;
	register_reboot_notifier(&transport->reboot_nb);
	queue_delayed_work(transport->wq, &transport->look, MPATH_GLUE_LOOK);
	return 0;

unregister_blkdev:
	unregister_blkdev(transport->major, transport->disk_name);
destroy_wq:
	destroy_workqueue(transport->wq);
destroy_caches:
	mpath_glue_destroy_caches(transport);
	return ret;
}
EXPORT_SYMBOL_GPL(mpath_transport_init);

void mpath_transport_exit(struct mpath_transport *transport)
{
	unregister_reboot_notifier(&transport->reboot_nb);
	cancel_delayed_work_sync(&transport->look);
	flush_workqueue(transport->wq);
	/* The last reference on a disk may go a little after its last close. */
	wait_event(transport->heads_gone, !atomic_read(&transport->nr_heads));
	synchronize_rcu();
	class_unregister(&transport->disk_class);
	class_unregister(&transport->device_class);
	unregister_blkdev(transport->major, transport->disk_name);
	ida_destroy(&transport->ida);
	destroy_workqueue(transport->wq);
	mpath_glue_destroy_caches(transport);
}
EXPORT_SYMBOL_GPL(mpath_transport_exit);
