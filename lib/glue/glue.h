/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the glue share among themselves. */
#ifndef MPATH_LIB_GLUE_H
#define MPATH_LIB_GLUE_H

#include <linux/printk.h>

#include "mpath_glue.h"

/* In the name of the transport's module. */
#define glue_err(transport, fmt, ...) printk(KERN_ERR "%s: " fmt, (transport)->name, ##__VA_ARGS__)
#define glue_warn(transport, fmt, ...) \
	printk(KERN_WARNING "%s: " fmt, (transport)->name, ##__VA_ARGS__)
#define glue_info(transport, fmt, ...) \
	printk(KERN_INFO "%s: " fmt, (transport)->name, ##__VA_ARGS__)

/* head.c; all under the transport's lock unless they say otherwise */
struct mpath_glue_head *mpath_glue_find_head(struct mpath_transport *transport, const char *wwid);
struct mpath_glue_head *mpath_glue_create_head(struct mpath_transport *transport, const char *wwid,
					       int node);
/* Nobody finds the head from now on. */
void mpath_glue_disown_head(struct mpath_glue_head *head);
/* And nobody uses its core either: have it torn down. Once, and after disowning it. Any context. */
void mpath_glue_bury_head(struct mpath_glue_head *head);
/* Context: process, no lock of the glue's. */
void mpath_glue_reconsider_refused(struct mpath_transport *transport);
void mpath_glue_link_path(struct mpath_glue_path *path);
void mpath_glue_release_head(struct device *dev);
void mpath_glue_release_disk_dev(struct device *dev);
/* Until it has none; each is a plain disk then. No lock; from a work item of the transport's. */
void mpath_glue_give_paths_back(struct mpath_glue_head *head);
/* The disk, as the limits of its queue are now. */
u32 mpath_glue_limits(struct mpath_glue_path *path);

/* waiting.c: a head without paths */
/*
 * The head has no path any more. True: it waits for one, for delayed_removal_secs, and
 * holds I/O; mpath_glue_end_wait() ends that. False: nobody finds it from now on.
 */
bool mpath_glue_wait_for_path(struct mpath_glue_head *head);
void mpath_glue_end_wait(struct mpath_glue_head *head);
void mpath_glue_removal_work(struct work_struct *work);
/* For the attribute of that name; a wait that goes on begins anew. -EINVAL: too long. No lock. */
int mpath_glue_set_delayed_removal(struct mpath_glue_head *head, unsigned int secs);
/* No head waits for a path from now on; those that do are removed. No lock. */
void mpath_glue_remove_waiting_heads(struct mpath_transport *transport);

/* evict.c */
/*
 * Make plain disks of the head's paths, soon. Return: 0; -EBUSY after some seconds: somebody has the
 * head open. Context: process, may sleep; the caller keeps the head's disk in sysfs. No lock.
 */
int mpath_glue_evict(struct mpath_glue_head *head);

/* path.c */
/*
 * Has a rescan of the path's device found something new? True: the head has another
 * geometry from now on, or its limits are not those of its paths.
 */
bool mpath_glue_look_at_path(struct mpath_glue_path *path);

/* path_attrs.c */
/* Of what a path's attributes take. */
size_t mpath_glue_path_attrs_size(const struct mpath_transport *transport);
int mpath_glue_path_attrs_add(struct mpath_glue_path *path);
/* Waits for who reads one: without the lock. */
void mpath_glue_path_attrs_remove(struct mpath_glue_path *path);

/* uevent.c */
extern const struct mpath_head_ops mpath_glue_head_ops;

#endif /* MPATH_LIB_GLUE_H */
