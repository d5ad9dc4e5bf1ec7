/* SPDX-License-Identifier: GPL-2.0 */
/*
 * scsi_multipath: what is particular to SCSI disks of the heads and paths of mpath_glue.h, which
 * says what the locks are. That of the transport is scsi_mpath.lock.
 */
#ifndef SCSI_MULTIPATH_H
#define SCSI_MULTIPATH_H

#include <scsi/scsi_common.h>
#include <scsi/scsi_device.h>

#include "mpath_glue.h"
#include "mpath_scsi.h"

#undef pr_fmt
#define pr_fmt(fmt) "scsi_multipath: " fmt

/* One LUN. */
struct scsi_mpath_head {
	struct mpath_glue_head glue;
	unsigned int sg_timeout; /* jiffies, 0: the kernel's own; SG_SET_TIMEOUT */
	int sg_reserved_size;    /* SG_SET_RESERVED_SIZE */
};

/* One scsi_device that is a path. Exists as long as its disk is hidden. */
struct scsi_mpath_path {
	struct mpath_glue_path glue;
	struct scsi_device *sdev; /* pinned by scsi_device_get() */
	unsigned char *buffer;    /* where a probe reads VPD page 83, and a block */
	size_t buffer_len;
	unsigned int block_len; /* of the block that a probe reads */
	u32 protection_type;    /* under scsi_mpath.lock, with the next */
	u32 protection_seen;
	/* Of the looks, under scsi_mpath.lock: what the cached page 83 said. */
	u64 page_digest;                          /* 0: not looked at yet */
	bool is_another;                          /* than the head's LUN */
	struct mpath_port_config port;            /* and INQUIRY */
	struct scsi_mpath_activation *activation; /* under alua.c's lock, as is the next */
	bool leaving;
	atomic_t to_be_scanned; /* and nobody has begun yet */
};

struct pr_ops;
struct scsi_sense_hdr;
struct sg_io_hdr;

/* module.c */
extern struct mpath_transport scsi_mpath;
/* Parameters. */
struct scsi_mpath_switches {
	bool enabled;
	bool always;
};
extern struct scsi_mpath_switches scsi_mpath_switches;

/* discovery.c; of struct mpath_transport_ops where nothing else is said */
bool scsi_mpath_is_scsi(struct gendisk *disk);
const char *scsi_mpath_consider(struct gendisk *disk, char *wwid);
void scsi_mpath_disk_goes(struct gendisk *disk);
/* Have sd let go of the device and take it again as a plain disk. */
void scsi_mpath_give_back(struct device *member);
/*
 * Does the disk take part? Then NULL, and @wwid, of MPATH_WWID_LEN bytes, is its name. If not,
 * why, in constant words; if anybody would expect it to, the log says the same. May sleep.
 */
const char *scsi_mpath_unwanted(struct scsi_device *sdev, struct gendisk *disk, char *wwid);
/* Before discovery, and after it. Context: process. */
int scsi_mpath_find_bus(void);
void scsi_mpath_ignore_bus(void);

/* choice.c */
#define SCSI_MPATH_VENDOR_LEN 8
#define SCSI_MPATH_PRODUCT_LEN 16
/* An INQUIRY string of @len bytes without its padding, and a NUL. */
void scsi_mpath_trim(char *to, const char *from, size_t len);
/* As mpath_scsi_membership(), with the parameters as they are. May sleep. */
const char *scsi_mpath_judge(struct scsi_device *sdev, struct gendisk *disk, char *wwid,
			     bool *silent);

/* takeover.c */
/* Of struct mpath_transport_ops; scsi_mpath.wq does the work. */
void scsi_mpath_take_over(struct gendisk *disk);
/* Have sd let go of the device, if it has not, and take it again. May sleep. */
void scsi_mpath_rebind(struct scsi_device *sdev);

/* path.c; of struct mpath_transport_ops where nothing else is said */
int scsi_mpath_add_path(struct mpath_glue_head *head, struct gendisk *disk);
void scsi_mpath_geometry(struct mpath_glue_path *path, struct mpath_geometry *geometry);
void scsi_mpath_look_at_path(struct mpath_glue_path *path);
void scsi_mpath_free_path(struct mpath_glue_path *path);
/* What the core knows by names of its own. */
void scsi_mpath_take_apart(int result, const struct scsi_sense_hdr *sense,
			   struct mpath_scsi_answer *answer);
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
/* What the cached page says of the path's port: all of @port but tpgs. Any context. */
void scsi_mpath_find_port(struct scsi_device *sdev, struct mpath_port_config *port);
/* And that: INQUIRY's TPGS, or 0 where the LUN is not to be asked. Any context. */
u8 scsi_mpath_tpgs(struct scsi_device *sdev);
/* The path's access state, if a device handler keeps one; NULL without. Any context. */
const u8 *scsi_mpath_access_state(struct scsi_device *sdev);
/* Of mpath_device_ops. */
void scsi_mpath_refresh_handler(void *owner);
int scsi_mpath_activate(void *owner);
/*
 * The path is about to go: no activation begins, and the end of one that is under way is not
 * told any more. Before mpath_device_remove().
 */
void scsi_mpath_abandon_activation(struct mpath_glue_path *path);

/* sysfs.c */
#define SCSI_MPATH_PATH_FILES 1
extern const struct attribute_group *scsi_mpath_device_groups[];
extern const struct attribute_group *scsi_mpath_disk_groups[];
extern const struct mpath_glue_file scsi_mpath_path_files[SCSI_MPATH_PATH_FILES];

/* ioctl.c */
int scsi_mpath_ioctl(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
		     unsigned long arg);

/* rescan.c */
/*
 * Have the path's device scanned again, or those of all the head's paths: capacity, write protection, cache, limits
 * and identity. Waits for nothing; the next look finds what comes of it.
 */
bool scsi_mpath_rescan(struct scsi_mpath_path *path);
void scsi_mpath_rescan_head(struct scsi_mpath_head *head);

/* sg_io.c */
/*
 * SG_IO on the head: a command goes down one path; one that may, down others where the way
 * has failed. May sleep for as long as the command takes, and holds its path.
 */
int scsi_mpath_sg_io(struct scsi_mpath_head *head, blk_mode_t mode, void __user *arg);

/* fops.c */
extern const struct block_device_operations scsi_mpath_fops;

/* Of the head's disk. */
static inline struct scsi_mpath_head *to_scsi_mpath_head(struct gendisk *disk)
{
	return container_of(mpath_glue_head_of(disk), struct scsi_mpath_head, glue);
}

static inline struct scsi_mpath_path *to_scsi_mpath_path(struct mpath_glue_path *path)
{
	return container_of(path, struct scsi_mpath_path, glue);
}

/* Of a SCSI disk. */
static inline struct scsi_device *scsi_mpath_sdev_of(struct gendisk *disk)
{
	return to_scsi_device(disk_to_dev(disk)->parent);
}

#endif /* SCSI_MULTIPATH_H */
