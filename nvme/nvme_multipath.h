/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nvme_multipath: what is particular to NVMe namespaces of the heads and paths of mpath_glue.h,
 * which says what the locks are. That of the transport is nvme_mpath.lock.
 *
 * The driver is the stock one, with its own multipath off: each controller has a disk for each
 * of its namespaces. What the driver knows is read in its attributes; its headers are private.
 */
#ifndef NVME_MULTIPATH_H
#define NVME_MULTIPATH_H

#include "mpath_glue.h"
#include "mpath_nvme.h"

#undef pr_fmt
#define pr_fmt(fmt) "nvme_multipath: " fmt

/* One namespace. */
struct nvme_mpath_head {
	struct mpath_glue_head glue;
	/* As its first path has it; constant from then on. */
	struct mpath_nvme_namespace ns;
	char wwid[MPATH_WWID_LEN]; /* as the driver prints it */
};

/* Of struct mpath_device_config: whether the disk is there. */
enum nvme_mpath_service {
	NVME_MPATH_SERVES,
	NVME_MPATH_LEAVES,
};

/* One disk that is a path. */
struct nvme_mpath_path {
	struct mpath_glue_path glue;
	struct device *ctrl;       /* as long as the namespace, which is pinned */
	mpath_compat_claim *claim; /* of a disk that was there before the module; else NULL */
	u32 service;               /* enum nvme_mpath_service */
	struct work_struct removal;
	struct mutex ana_lock;            /* innermost of the glue */
	enum mpath_nvme_ana ana;          /* written under it, as is the next */
	u8 access_state;                  /* the same, for the core */
	struct mpath_glue_reader *reader; /* of the probe's block */
};

extern struct mpath_transport nvme_mpath; /* module.c */
/* Parameters. */
extern struct mpath_nvme_choice nvme_mpath_choice;

/* discovery.c; of struct mpath_transport_ops where nothing else is said */
bool nvme_mpath_is_nvme(struct gendisk *disk);
const char *nvme_mpath_consider(struct gendisk *disk, char *wwid);
void nvme_mpath_disk_goes(struct gendisk *disk);
/* What there is to compare of @disk. May sleep. */
void nvme_mpath_identify(struct gendisk *disk, struct mpath_nvme_namespace *ns);

/* takeover.c; of struct mpath_transport_ops */
void nvme_mpath_take_over(struct gendisk *disk);
void nvme_mpath_give_back(struct device *member);
/* The disk, if it lives, is anybody's again, with its partitions. May sleep. */
void nvme_mpath_unclaim(struct gendisk *disk, mpath_compat_claim *claim);

/* path.c; of struct mpath_transport_ops where nothing else is said */
int nvme_mpath_add_path(struct mpath_glue_head *head, struct gendisk *disk);
void nvme_mpath_geometry(struct mpath_glue_path *path, struct mpath_geometry *geometry);
void nvme_mpath_look_at_path(struct mpath_glue_path *path);
void nvme_mpath_leave(struct mpath_glue_path *path);
void nvme_mpath_free_path(struct mpath_glue_path *path);
/* The path behind @disk, which is leaving. May sleep, but not for I/O if @dead. */
void nvme_mpath_remove_path(struct gendisk *disk, bool dead);
/* Somebody says, or a read has shown, what the path is. Not under nvme_mpath.lock. May sleep. */
void nvme_mpath_set_ana(struct nvme_mpath_path *path, enum mpath_nvme_ana ana);
enum mpath_nvme_ana nvme_mpath_ana(struct nvme_mpath_path *path);

/* sysfs.c */
#define NVME_MPATH_PATH_FILES 1
extern const struct attribute_group *nvme_mpath_device_groups[];
extern const struct attribute_group *nvme_mpath_disk_groups[];
extern const struct mpath_glue_file nvme_mpath_path_files[NVME_MPATH_PATH_FILES];

/* pr.c */
extern const struct pr_ops nvme_mpath_pr_ops;

/* fops.c */
extern const struct block_device_operations nvme_mpath_fops;

/* Of the head's disk. */
static inline struct nvme_mpath_head *to_nvme_mpath_head(struct mpath_glue_head *head)
{
	return container_of(head, struct nvme_mpath_head, glue);
}

static inline struct nvme_mpath_path *to_nvme_mpath_path(struct mpath_glue_path *path)
{
	return container_of(path, struct nvme_mpath_path, glue);
}

/* The controller of an NVMe disk. */
static inline struct device *nvme_mpath_ctrl_of(struct gendisk *disk)
{
	return disk_to_dev(disk)->parent;
}

#endif /* NVME_MULTIPATH_H */
