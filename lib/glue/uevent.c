// SPDX-License-Identifier: GPL-2.0
/*
 * Uevents: KOBJ_CHANGE when a path has joined or its state has changed.
 *
 * On the <transport>_mpath_device and not on its disk: a change of a block device makes udev open
 * it and read, to see what has become of it, and without a path that would wait for as long
 * as I/O may. dm has keys that tell its rules not to; here no rule is concerned at all.
 */
#include <linux/kobject.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "glue.h"

/*
 * Context: a work item of the core, stopped by mpath_head_kill() and so before the device
 * is deleted (mpath_glue_teardown()). What waits for it may be what reclaim waits for.
 */
static int mpath_glue_path_changed(void *owner, const struct mpath_path_news *news)
{
	struct mpath_glue_head *head = owner;
	/* What a transport calls it, up to the name of the disk. */
	int name_len = strcspn(news->path, " ");
	unsigned int noio = memalloc_noio_save();
	char *envp[] = {
		"MPATH_ACTION=path_state",
		kasprintf(GFP_KERNEL, "MPATH_DISK=%s", head->disk->disk_name),
		kasprintf(GFP_KERNEL, "MPATH_PATH=%.*s", name_len, news->path),
		kasprintf(GFP_KERNEL, "MPATH_STATE=%s", news->state),
		kasprintf(GFP_KERNEL, "MPATH_REASON=%s", news->reason),
		kasprintf(GFP_KERNEL, "MPATH_SEQNUM=%llu", (unsigned long long)news->seqnum),
		kasprintf(GFP_KERNEL, "MPATH_NR_PATHS=%u", news->nr_usable),
		NULL,
	};
	int ret = 0;
	int i;

	for (i = 1; i < ARRAY_SIZE(envp) - 1; i++)
		if (!envp[i])
			ret = -ENOMEM;
	if (!ret)
		ret = kobject_uevent_env(&head->dev.kobj, KOBJ_CHANGE, envp);
	for (i = 1; i < ARRAY_SIZE(envp) - 1; i++)
		kfree(envp[i]);
	memalloc_noio_restore(noio);
	return ret;
}

const struct mpath_head_ops mpath_glue_head_ops = {
	.path_changed = mpath_glue_path_changed,
};
