/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only place that knows that kernels differ. The probes in features/ decide
 * (stable kernels carry back-ports, so a version number is a weak witness), this file
 * hides. Code outside is written for the newest kernel.
 */
#ifndef MPATH_COMPAT_H
#define MPATH_COMPAT_H

#include <linux/blkdev.h>
#include <linux/device.h>

#include "compat_features.h"

/*
 * Statuses that this kernel does not have get numbers that it never uses: they are
 * never seen, and tables need no gaps.
 */
#if !MPATH_HAVE_STS_RESV_CONFLICT
#define BLK_STS_RESV_CONFLICT BLK_STS_NEXUS
#endif
#if !MPATH_HAVE_STS_DURATION_LIMIT
#define BLK_STS_DURATION_LIMIT ((__force blk_status_t)250)
#endif
#if !MPATH_HAVE_STS_INVALID
#define BLK_STS_INVAL ((__force blk_status_t)251)
#endif
#ifndef BLK_STS_ZONE_RESOURCE
#define BLK_STS_ZONE_RESOURCE ((__force blk_status_t)252)
#endif

#if !MPATH_HAVE_BLK_MODE_T
typedef fmode_t blk_mode_t;
#define BLK_OPEN_READ FMODE_READ
#define BLK_OPEN_WRITE FMODE_WRITE
#define BLK_OPEN_NDELAY FMODE_NDELAY
#endif

/* A disk without limits yet, with I/O statistics on; NULL without memory. */
static inline struct gendisk *mpath_compat_alloc_disk(int node)
{
#if MPATH_HAVE_QUEUE_LIMITS_FEATURES
	struct queue_limits lim = { .features = BLK_FEAT_IO_STAT };
	struct gendisk *disk = blk_alloc_disk(&lim, node);

	return IS_ERR(disk) ? NULL : disk;
#else
	struct gendisk *disk = blk_alloc_disk(node);

	if (disk)
		blk_queue_flag_set(QUEUE_FLAG_IO_STAT, disk->queue);
	return disk;
#endif
}

/* Since 6.3 the I/O statistics of a disk count an I/O when it ends, before when it began. */
static inline bool mpath_compat_counts_io_at_its_end(void)
{
	return MPATH_HAVE_BDEV_END_IO_ACCT_TAKES_SECTORS;
}

/*
 * Exclusive open, to find out whether anybody uses a disk. 6.7 to 6.9 moved from a
 * block_device that knows its mode to a file.
 */
#if MPATH_HAVE_BDEV_FILE_OPEN_BY_DEV
typedef struct file mpath_compat_claim;

static inline mpath_compat_claim *mpath_compat_claim_disk(struct gendisk *disk, void *holder)
{
	return bdev_file_open_by_dev(disk_devt(disk), BLK_OPEN_READ, holder, NULL);
}

static inline void mpath_compat_unclaim_disk(mpath_compat_claim *claim)
{
	bdev_fput(claim);
}
#else
typedef struct block_device mpath_compat_claim;

static inline mpath_compat_claim *mpath_compat_claim_disk(struct gendisk *disk, void *holder)
{
	return blkdev_get_by_dev(disk_devt(disk), FMODE_READ | FMODE_EXCL, holder);
}

static inline void mpath_compat_unclaim_disk(mpath_compat_claim *claim)
{
	blkdev_put(claim, FMODE_READ | FMODE_EXCL);
}
#endif

/*
 * Have @disk open by its driver's own account, as one who uses it without a block_device: a
 * hidden disk has none that could be opened. Context: process; the disk is in sysfs.
 */
static inline int mpath_compat_pin_disk(struct gendisk *disk)
{
#if MPATH_HAVE_BDEV_OPS_OPEN_TAKES_GENDISK
	return disk->fops->open ? disk->fops->open(disk, BLK_OPEN_READ) : 0;
#else
	return disk->fops->open ? disk->fops->open(disk->part0, FMODE_READ) : 0;
#endif
}

static inline void mpath_compat_unpin_disk(struct gendisk *disk)
{
#if MPATH_HAVE_BDEV_OPS_OPEN_TAKES_GENDISK
	if (disk->fops->release)
		disk->fops->release(disk);
#else
	if (disk->fops->release)
		disk->fops->release(disk, FMODE_READ);
#endif
}

/* The head of a block_device_operations.open() that needs no arguments, called @name. */
#if MPATH_HAVE_BDEV_OPS_OPEN_TAKES_GENDISK
#define MPATH_COMPAT_OPEN(name) static int name(struct gendisk *disk, blk_mode_t mode)
#else
#define MPATH_COMPAT_OPEN(name) static int name(struct block_device *bdev, blk_mode_t mode)
#endif

/* 6.4 dropped the owner of a class and the interface argument of its callbacks. */
static inline int mpath_compat_class_register(struct class *class, struct module *owner)
{
#if MPATH_HAVE_CLASS_HAS_OWNER
	class->owner = owner;
#endif
	return class_register(class);
}

/* 6.4 made the bus of a notifier const. */
#if MPATH_HAVE_BUS_NOTIFIER_CONST
typedef const struct bus_type mpath_compat_bus;
#else
typedef struct bus_type mpath_compat_bus;
#endif

/* The heads of a struct class_interface's functions, called @name. */
#if MPATH_HAVE_CLASS_INTERFACE_TAKES_DEV_ONLY
#define MPATH_COMPAT_ADD_DEV(name) static int name(struct device *dev)
#define MPATH_COMPAT_REMOVE_DEV(name) static void name(struct device *dev)
#else
#define MPATH_COMPAT_ADD_DEV(name) \
	static int name(struct device *dev, struct class_interface *interface)
#define MPATH_COMPAT_REMOVE_DEV(name) \
	static void name(struct device *dev, struct class_interface *interface)
#endif

/* Until 6.10 a tracepoint named the source of a string again where it copied it. */
#if MPATH_HAVE_TRACE_ASSIGN_STR_TAKES_SOURCE
#define mpath_compat_assign_str(to, from) __assign_str(to, from)
#else
#define mpath_compat_assign_str(to, from) __assign_str(to)
#endif

#if MPATH_HAVE_BDEV_OPS_GETGEO_TAKES_GENDISK
#define mpath_compat_geo_disk(from) (from)
#define mpath_compat_geo_of(disk) (disk)
typedef struct gendisk mpath_compat_geo_t;
#else
#define mpath_compat_geo_disk(from) ((from)->bd_disk)
#define mpath_compat_geo_of(disk) ((disk)->part0)
typedef struct block_device mpath_compat_geo_t;
#endif

#endif /* MPATH_COMPAT_H */
