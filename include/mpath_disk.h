/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libmultipath's help for the head's gendisk. For C only: kernel types.
 */
#ifndef MPATH_DISK_H
#define MPATH_DISK_H

#include "libmultipath.h"

struct queue_limits;

/*
 * mpath_digest - a number for these bytes
 * Other than that of what they were before, but for once in 2^64 times: to be compared every few
 * seconds for each path. A sixth of jhash()'s instructions. Context: any.
 */
u64 mpath_digest(const void *bytes, size_t len);

/*
 * mpath_submit_bio - what a head's fops->submit_bio calls
 * Splits the bio to the head's limits and hands it to the core.
 * Context: as submit_bio: process, inside the head's queue reference.
 */
void mpath_submit_bio(struct mpath_head *head, struct bio *bio);

/* mpath_status_of - the core's name for @status. Context: any. */
enum mpath_status mpath_status_of(blk_status_t status);

/*
 * mpath_disk_geometry - read what paths must agree on from a path's disk, as far as
 * the block layer knows it; vendor, product and protection are the caller's.
 * Context: any.
 */
void mpath_disk_geometry(struct gendisk *disk, struct mpath_geometry *geometry);

/*
 * mpath_disk_alloc - a disk for a head; put_disk() it when it cannot be added
 * Context: process. Return: NULL without memory.
 */
struct gendisk *mpath_disk_alloc(int node);

/*
 * mpath_disk_stack_limits - give @disk limits that suit all of @paths
 * Smallest common limits; always a write cache, so that flushes reach the paths; an integrity
 * profile (T10 PI, DIX) if all have the same. What users have set of @disk stays (on 6.1 no
 * kernel remembers the sizes that they set). I/O may be polled for if all paths can: the
 * submitter's own bio goes down; where a clone does, or another path is tried, its end is told of
 * in the usual way. Freezes the queue, which waits for submitters, not for I/O in flight.
 * Context: process, may sleep. The caller keeps the disks.
 * Return: 0, or what the block layer says against the result; @disk is unchanged then.
 */
int mpath_disk_stack_limits(struct gendisk *disk, struct gendisk *const *paths,
			    unsigned int nr_paths);

#endif /* MPATH_DISK_H */
