/* SPDX-License-Identifier: GPL-2.0 */
/* What pr_ops can read: since 6.5. */
#ifndef MPATH_COMPAT_PR_H
#define MPATH_COMPAT_PR_H

#include <linux/blkdev.h>
#include <linux/pr.h>

#include "compat_features.h"

struct pr_keys;
struct pr_held_reservation;

#if MPATH_HAVE_PR_READ_KEYS
#define MPATH_COMPAT_PR_READ_OPS(keys, reservation) \
	.pr_read_keys = (keys), .pr_read_reservation = (reservation),
#else
#define MPATH_COMPAT_PR_READ_OPS(keys, reservation)
#endif

/* As @disk's own driver reads them. */
static inline int mpath_compat_pr_read_keys(struct gendisk *disk, struct pr_keys *keys)
{
#if MPATH_HAVE_PR_READ_KEYS
	const struct pr_ops *ops = disk->fops->pr_ops;

	if (ops && ops->pr_read_keys)
		return ops->pr_read_keys(disk->part0, keys);
#endif
	return -EOPNOTSUPP;
}

static inline int mpath_compat_pr_read_reservation(struct gendisk *disk,
						   struct pr_held_reservation *reservation)
{
#if MPATH_HAVE_PR_READ_KEYS
	const struct pr_ops *ops = disk->fops->pr_ops;

	if (ops && ops->pr_read_reservation)
		return ops->pr_read_reservation(disk->part0, reservation);
#endif
	return -EOPNOTSUPP;
}

/* Does what pr_ops have returned say that the way has failed? Before 6.5 each driver has its own. */
static inline bool mpath_compat_pr_way_failed(int ret)
{
#if MPATH_HAVE_PR_READ_KEYS
	return ret == PR_STS_RETRY_PATH_FAILURE || ret == PR_STS_PATH_FAST_FAILED ||
	       ret == PR_STS_PATH_FAILED;
#else
	return false;
#endif
}

#endif /* MPATH_COMPAT_PR_H */
