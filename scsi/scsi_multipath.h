/* SPDX-License-Identifier: GPL-2.0 */
/*
 * scsi_multipath: heads and paths of SCSI disks.
 *
 * Locks, outermost first: the block class's mutex (held by the driver core around
 * discovery), scsi_mpath_lock, what libmultipath and sysfs take. Nothing that adds or
 * deletes a disk runs under scsi_mpath_lock: that takes the class's mutex.
 */
#ifndef SCSI_MULTIPATH_H
#define SCSI_MULTIPATH_H

#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>

#include "compat.h"
#include "libmultipath.h"
#include "mpath_disk.h"
#include "mpath_scsi.h"

#undef pr_fmt
#define pr_fmt(fmt) "scsi_multipath: " fmt

/*
 * One LUN. Freed with the last reference on @dev; each path, @disk_dev and the disk
 * hold one.
 */
struct scsi_mpath_head {
	struct mpath_head *core;
	struct gendisk *disk;
	struct device dev;      /* class scsi_mpath_device */
	struct device disk_dev; /* class scsi_mpath_disk, parent of the disk */
	int index;              /* N of both, and the letters of the disk */
	char wwid[MPATH_WWID_LEN];
	dev_t devt;
	struct work_struct work;     /* publishes, restacks, resizes */
	struct work_struct teardown; /* the last act, queued once */
	struct delayed_work removal; /* of a head that has waited for a path long enough */
	bool published;              /* the disk is added; only @work writes it */
	unsigned int sg_timeout;     /* jiffies, 0: the kernel's own; SG_SET_TIMEOUT */
	int sg_reserved_size;        /* SG_SET_RESERVED_SIZE */

	/* Under scsi_mpath_lock. */
	struct list_head entry; /* in the table of heads; empty once dying */
	struct list_head paths;
	unsigned int nr_paths;
	int next_path_index;
	unsigned int delayed_removal_secs;
	unsigned long removal_due; /* jiffies, while it waits */
	bool dying;                /* no path, and nobody finds it any more */
};

#define SCSI_MPATH_PATH_ATTRS 30

/* A file in the directory of a path's disk; each path has its own. */
struct scsi_mpath_path_attr {
	struct device_attribute attr;
	struct scsi_mpath_path *path;
	ssize_t (*show)(struct scsi_mpath_path *path, char *buf);
};

/* One scsi_device that is a path. Exists as long as its disk is hidden. */
struct scsi_mpath_path {
	struct scsi_mpath_head *head; /* referenced */
	struct mpath_device *core;
	struct scsi_device *sdev; /* pinned by scsi_device_get() */
	struct gendisk *disk;     /* referenced */
	int index;                /* Y of the link <head>:Y */
	unsigned char *buffer;    /* where a probe reads VPD page 83, and a block */
	size_t buffer_len;
	unsigned int block_len; /* of the block that a probe reads */
	u32 protection_type;    /* under scsi_mpath_lock, with the next */
	u32 protection_seen;
	struct scsi_mpath_activation *activation; /* under alua.c's lock, as is the next */
	bool leaving;
	struct scsi_mpath_path_attr attrs[SCSI_MPATH_PATH_ATTRS];
	struct list_head entry;    /* under scsi_mpath_lock */
	struct hlist_node by_sdev; /* under scsi_mpath_lock */
	bool linked;               /* under scsi_mpath_lock: <head>:Y exists */
	atomic_t to_be_scanned;    /* and nobody has begun yet */
	u32 stacked_limits;        /* under scsi_mpath_lock: the digest that the head's are of */
};

struct pr_ops;
struct scsi_sense_hdr;
struct sg_io_hdr;

extern struct mutex scsi_mpath_lock;
extern struct workqueue_struct *scsi_mpath_wq;

/* module.c: the parameters, as the next head will have them */
struct scsi_mpath_defaults {
	bool enabled;
	bool always;
	enum mpath_iopolicy iopolicy;
	enum mpath_submit_mode submit_mode;
	int no_path_timeout_ms;
};
extern struct scsi_mpath_defaults scsi_mpath_defaults;

/* discovery.c */
int scsi_mpath_discovery_init(void);
void scsi_mpath_discovery_exit(void);
/*
 * Does the disk take part? Then NULL, and @wwid, of MPATH_WWID_LEN bytes, is its name. If not,
 * why, in constant words; if anybody would expect it to, the log says the same. May sleep.
 */
const char *scsi_mpath_unwanted(struct scsi_device *sdev, struct gendisk *disk, char *wwid);
/* Have sd let go of the device and take it again as a plain disk. May sleep. */
void scsi_mpath_give_back(struct scsi_device *sdev);

/* choice.c */
#define SCSI_MPATH_VENDOR_LEN 8
#define SCSI_MPATH_PRODUCT_LEN 16
/* An INQUIRY string of @len bytes without its padding, and a NUL. */
void scsi_mpath_trim(char *to, const char *from, size_t len);
/* As mpath_scsi_membership(), with the parameters as they are. May sleep. */
const char *scsi_mpath_judge(struct scsi_device *sdev, struct gendisk *disk, char *wwid,
			     bool *silent);

/*
 * verdict.c: @disk's mpath_verdict. Added and removed under the block class's mutex, changed
 * by whoever has a reference on the disk, though it may be gone. @words are constants. May
 * sleep.
 */
void scsi_mpath_verdict_add(struct gendisk *disk, const char *words);
void scsi_mpath_verdict_change(struct gendisk *disk, const char *words);
void scsi_mpath_verdict_remove(struct gendisk *disk);

/* takeover.c */
/*
 * Make a path of @disk, which is there already, unless it is in use for several seconds.
 * Does not wait for it; scsi_mpath_wq does the work.
 */
void scsi_mpath_take_over(struct scsi_device *sdev, struct gendisk *disk);
/* Have sd let go of the device, if it has not, and take it again. May sleep. */
void scsi_mpath_rebind(struct scsi_device *sdev);

/* head.c */
int scsi_mpath_heads_init(void);
void scsi_mpath_heads_exit(void);
/* Both under scsi_mpath_lock. */
struct scsi_mpath_head *scsi_mpath_find_head(const char *wwid);
struct scsi_mpath_head *scsi_mpath_create_head(const char *wwid, int node);
/*
 * The head has no path any more. True: it waits for one, for delayed_removal_secs, and
 * holds I/O; scsi_mpath_end_wait() ends that. False: nobody finds it from now on. Both
 * under scsi_mpath_lock.
 */
bool scsi_mpath_wait_for_path(struct scsi_mpath_head *head);
void scsi_mpath_end_wait(struct scsi_mpath_head *head);
/* Nobody finds the head from now on. Under scsi_mpath_lock. */
void scsi_mpath_disown_head(struct scsi_mpath_head *head);
/* And nobody uses its core either: have it torn down. Once, and after disowning it. */
void scsi_mpath_bury_head(struct scsi_mpath_head *head);
/* For the attribute of that name; a wait that goes on begins anew. -EINVAL: too long. */
int scsi_mpath_set_delayed_removal(struct scsi_mpath_head *head, unsigned int secs);
/* No head waits for a path from now on; those that do are removed. */
void scsi_mpath_remove_waiting_heads(void);
/* Any path of any head, its device referenced; NULL if there is none. */
struct scsi_device *scsi_mpath_any_path(void);
void scsi_mpath_link_path(struct scsi_mpath_path *path);
/* The head's first path, in whatever state, to be given back with scsi_device_put(); or NULL. */
struct scsi_device *scsi_mpath_hold_first_path(struct scsi_mpath_head *head);

/* path.c */
/* Make @disk a path of @head. Under scsi_mpath_lock. */
int scsi_mpath_add_path(struct scsi_mpath_head *head, struct scsi_device *sdev,
			struct gendisk *disk);
/*
 * Has a rescan of the path's device found something new? True: the head has another
 * geometry from now on, or its limits are not those of its paths. Under scsi_mpath_lock.
 */
bool scsi_mpath_look_at_path(struct scsi_mpath_path *path);
/* What the core knows by names of its own. */
void scsi_mpath_take_apart(int result, const struct scsi_sense_hdr *sense,
			   struct mpath_scsi_answer *answer);
/* @sdev is about to lose its disk. Returns when nothing uses it. May sleep. */
void scsi_mpath_remove_path(struct scsi_device *sdev);
/* A scan of the device begins: what changes from now on is for another. May sleep. */
void scsi_mpath_begin_scan(struct scsi_device *sdev);
enum mpath_wwid_result scsi_mpath_cached_wwid(struct scsi_device *sdev, char *wwid);
/* Does the device still give the id that the mid-layer has cached? May sleep. */
bool scsi_mpath_is_what_it_was(struct scsi_device *sdev);

/* pr.c */
extern const struct pr_ops scsi_mpath_pr_ops;
/* As mpath_device_ops. */
void scsi_mpath_execute(void *owner, const struct mpath_command *command,
			struct mpath_scsi_answer *answer);
/*
 * PERSISTENT RESERVE OUT by SG_IO, which the core carries out; fills in what @hdr tells the
 * caller. May sleep, for as long as some commands take.
 */
int scsi_mpath_sg_pr_out(struct scsi_mpath_head *head, const u8 *cdb, unsigned int cdb_len,
			 struct sg_io_hdr *hdr);

/*
 * protection.c: the type of protection information that sd has found on the LUN and its host
 * can carry (SBC-3 4.22.2), 0 without. May sleep.
 */
u32 scsi_mpath_protection_type(struct scsi_device *sdev);

/* alua.c */
extern bool scsi_mpath_report_port_groups; /* the parameter: the LUN may be asked */
/* The path's port, and its access state if a device handler keeps one. Any context. */
const u8 *scsi_mpath_port(struct scsi_device *sdev, struct mpath_port_config *port);
/* Of mpath_device_ops. */
void scsi_mpath_report_groups(void *owner, bool extended, u8 *buffer, u32 len,
			      struct mpath_scsi_answer *answer);
void scsi_mpath_refresh_handler(void *owner);
int scsi_mpath_activate(void *owner);
/*
 * The path is about to go: no activation begins, and the end of one that is under way is not
 * told any more. Before mpath_device_remove().
 */
void scsi_mpath_abandon_activation(struct scsi_mpath_path *path);

/* sysfs.c */
extern const struct attribute_group *scsi_mpath_device_groups[];
extern const struct attribute_group *scsi_mpath_disk_groups[];
extern const char scsi_mpath_links[]; /* the group that holds the links */
int scsi_mpath_path_attrs_add(struct scsi_mpath_path *path);
void scsi_mpath_path_attrs_remove(struct scsi_mpath_path *path);

/* ioctl.c */
/* What every call on the head that needs a path returns where none can be used. */
#define SCSI_MPATH_NO_PATH (-EWOULDBLOCK)
int scsi_mpath_ioctl(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
		     unsigned long arg);

/* rescan.c */
/*
 * Have the path's device scanned again, or those of all the head's paths: capacity, write protection, cache, limits
 * and identity. Waits for nothing; scsi_mpath_look_at_path() finds what comes of it.
 */
void scsi_mpath_rescan(struct scsi_mpath_path *path);
void scsi_mpath_rescan_head(struct scsi_mpath_head *head);

/* sg_io.c */
/*
 * SG_IO on the head: a command goes down one path; one that may, down others where the way
 * has failed. May sleep for as long as the command takes, and holds its path.
 */
int scsi_mpath_sg_io(struct scsi_mpath_head *head, blk_mode_t mode, void __user *arg);

/* uevent.c */
extern const struct mpath_head_ops scsi_mpath_head_ops;

/* fops.c */
extern const struct block_device_operations scsi_mpath_fops;

static inline struct scsi_mpath_head *to_scsi_mpath_head(struct device *dev)
{
	return container_of(dev, struct scsi_mpath_head, dev);
}

#endif /* SCSI_MULTIPATH_H */
