// SPDX-License-Identifier: GPL-2.0
/* Disks that were there before the module: is one unused, so that it can become a path? */
#include <linux/delay.h>

#include "glue.h"

/* How long a disk may be open (udev looking at it) before it counts as in use. */
#define MPATH_GLUE_CLAIM_MS 5000
#define MPATH_GLUE_CLAIM_PAUSE_MS 100

/*
 * The block layer opens disks under open_mutex. So an opener either comes before and is
 * counted, or finds what @seize has made of the disk. The exclusive open that we hold keeps
 * out mounts and holders only.
 */
static int mpath_glue_seize(struct gendisk *disk, int (*seize)(struct gendisk *disk, void *arg),
			    void *arg)
{
	int ret = -EBUSY;

	mutex_lock(&disk->open_mutex);
	if (disk_openers(disk) == 1)
		ret = seize(disk, arg);
	mutex_unlock(&disk->open_mutex);
	return ret;
}

/* NULL if somebody has the disk open: a mount, a holder, or just a reader. */
static mpath_compat_claim *mpath_glue_try_claim(struct gendisk *disk, void *holder,
						int (*seize)(struct gendisk *disk, void *arg),
						void *arg)
{
	mpath_compat_claim *claim = mpath_compat_claim_disk(disk, holder);

	if (IS_ERR(claim))
		return NULL;
	if (!mpath_glue_seize(disk, seize, arg))
		return claim;
	mpath_compat_unclaim_disk(claim);
	return NULL;
}

mpath_compat_claim *mpath_glue_claim(struct gendisk *disk, void *holder,
				     int (*seize)(struct gendisk *disk, void *arg), void *arg)
{
	mpath_compat_claim *claim;
	unsigned int waited = 0;

	while (!(claim = mpath_glue_try_claim(disk, holder, seize, arg))) {
		if (waited >= MPATH_GLUE_CLAIM_MS)
			return NULL;
		msleep(MPATH_GLUE_CLAIM_PAUSE_MS);
		waited += MPATH_GLUE_CLAIM_PAUSE_MS;
	}
	return claim;
}
EXPORT_SYMBOL_GPL(mpath_glue_claim);
