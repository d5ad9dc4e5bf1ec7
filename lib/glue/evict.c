// SPDX-License-Identifier: GPL-2.0
/*
 * Eviction: the paths of one head become plain disks again while the module stays, if nobody has
 * the head open. What keeps them from being taken when they are found the next time is said
 * elsewhere (the rules of scsi_multipath).
 */
#include <linux/slab.h>

#include "glue.h"

struct mpath_glue_eviction {
	struct work_struct work;
	struct mpath_glue_head *head; /* referenced */
	mpath_compat_claim *claim;    /* nobody mounts or holds the head meanwhile */
};

/* A reader that comes now sees errors, as when the last path is removed. */
static int mpath_glue_nobody_else(struct gendisk *disk, void *arg)
{
	return 0;
}

static void mpath_glue_evict_work(struct work_struct *work)
{
	struct mpath_glue_eviction *eviction = container_of(work, struct mpath_glue_eviction, work);
	struct mpath_glue_head *head = eviction->head;

	/* With its last path, and not later. */
	mpath_glue_set_delayed_removal(head, 0);
	mpath_glue_give_paths_back(head);
	mpath_compat_unclaim_disk(eviction->claim);
	/* Whoever unloads the module now waits for this work, and for the head. */
	put_device(&head->dev);
	kfree(eviction);
}

int mpath_glue_evict(struct mpath_glue_head *head)
{
	struct mpath_glue_eviction *eviction = kzalloc(sizeof(*eviction), GFP_KERNEL);

	if (!eviction)
		return -ENOMEM;
	eviction->claim = mpath_glue_claim(head->disk, eviction, mpath_glue_nobody_else, NULL);
	if (!eviction->claim) {
		kfree(eviction);
		return -EBUSY;
	}
	INIT_WORK(&eviction->work, mpath_glue_evict_work);
	get_device(&head->dev);
	eviction->head = head;
	/* Not here: the disk's directory, and the file that this was written to, go with it. */
	queue_work(head->transport->wq, &eviction->work);
	return 0;
}
