/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the modules of all transports have in common: heads and their disks, paths, what sysfs
 * and udev see of both. For C only: kernel types. Implemented by lib/glue/, in libmultipath.ko.
 *
 * Locks, outermost first: the open_mutex of a disk that is being claimed, the block class's
 * mutex (held by the driver core around discovery), the lock of a transport, what the core and
 * sysfs take. Nothing that adds or deletes a disk runs under the lock of a transport: that
 * takes the class's mutex.
 */
#ifndef MPATH_GLUE_H
#define MPATH_GLUE_H

#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/hashtable.h>
#include <linux/idr.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "libmultipath.h"
#include "mpath_disk.h"

struct mpath_glue_path;
struct mpath_glue_reader;
struct mpath_transport;

/* What every call on a head that needs a path returns where none can be used. */
#define MPATH_GLUE_NO_PATH (-EWOULDBLOCK)

/*
 * One LUN or namespace; the first member of what its transport makes of it. Freed with the
 * last reference on @dev; each path, @disk_dev and the disk hold one.
 */
struct mpath_glue_head {
	struct mpath_head *core;
	struct mpath_transport *transport;
	struct gendisk *disk;
	struct device dev;      /* class <transport>_mpath_device */
	struct device disk_dev; /* class <transport>_mpath_disk, parent of the disk */
	int index;              /* N of both, and the name of the disk */
	const char *wwid;       /* most are short */
	dev_t devt;
	struct work_struct work;     /* publishes, restacks, resizes */
	struct work_struct teardown; /* the last act, queued once */
	struct delayed_work removal; /* of a head that has waited for a path long enough */
	bool published;              /* the disk is added; only @work writes it */

	/* Under the transport's lock. */
	struct list_head entry; /* empty once dying, and then in no table either */
	struct hlist_node by_wwid;
	struct list_head paths;
	unsigned int nr_paths;
	int next_path_index;
	unsigned int delayed_removal_secs;
	unsigned long removal_due; /* jiffies, while it waits */
	bool dying;                /* no path, and nobody finds it any more */
};

/* A file in the directory of a path's disk; without @store it is read only. */
struct mpath_glue_file {
	const char *name;
	ssize_t (*show)(struct mpath_glue_path *path, char *buf);
	ssize_t (*store)(struct mpath_glue_path *path, const char *buf, size_t count);
};

struct mpath_glue_attr;

/*
 * One disk that is a path; a member of what its transport makes of it, which pins the disk and
 * whatever I/O on it needs.
 */
struct mpath_glue_path {
	struct mpath_glue_head *head; /* referenced */
	struct mpath_device *core;
	struct gendisk *disk;
	struct device *member; /* what the head's links lead to, in sysfs as long as the path is */
	int index;             /* Y of the link <head>:Y */
	struct mpath_glue_attr *attrs;
	unsigned int nr_attrs;
	bool last; /* the head ends with it; from its detachment on */

	/* Under the transport's lock. */
	struct list_head entry;
	struct hlist_node by_member;
	bool linked;        /* <head>:Y exists */
	u32 stacked_limits; /* the digest that the head's are of */
};

/* What a transport does for the glue. None may be NULL unless it says so. */
struct mpath_transport_ops {
	/* The name of the disk of the head with this index, DISK_NAME_LEN bytes. Any context. */
	void (*name_disk)(char *name, int index);
	/* Is @disk, a whole disk that is in sysfs, of this transport? Any context. */
	bool (*is_mine)(struct gendisk *disk);
	/*
	 * @disk appears: is it to be a path? NULL: it is to be, and @wwid, of MPATH_WWID_LEN
	 * bytes, is its name. Otherwise why not, in constant words; what anybody would expect to
	 * be one is logged. Context: inside device_add(), under the block class's mutex.
	 */
	const char *(*consider)(struct gendisk *disk, char *wwid);
	/*
	 * @disk was there before the module: make a path of it, unless it is in use. Does not
	 * wait for it. Context: as consider().
	 */
	void (*take_over)(struct gendisk *disk);
	/*
	 * Make @disk, or another disk that has come in its place, a path of @head by
	 * mpath_glue_add_path(). Return: 0 or an error. Context: under the transport's lock.
	 */
	int (*add_path)(struct mpath_glue_head *head, struct gendisk *disk);
	/* @disk is about to leave sysfs. Context: under the block class's mutex. */
	void (*disk_goes)(struct gendisk *disk);
	/*
	 * What @path shows of the LUN, beside what every disk says. Context: under the
	 * transport's lock.
	 */
	void (*geometry)(struct mpath_glue_path *path, struct mpath_geometry *geometry);
	/* As often as the core is shown the geometry. May be NULL. Context: as geometry(). */
	void (*look)(struct mpath_glue_path *path);
	/* The core is about to let go of the path. May be NULL. May sleep. */
	void (*leave)(struct mpath_glue_path *path);
	/* Nobody uses it any more: free it, and what it pins. May sleep. */
	void (*free_path)(struct mpath_glue_path *path);
	/* Make a plain disk of the path behind @member, if it is one still. May sleep. */
	void (*give_back)(struct device *member);
};

/* What new heads begin with. */
struct mpath_transport_defaults {
	enum mpath_iopolicy iopolicy;
	enum mpath_submit_mode submit_mode;
	int no_path_timeout_ms;
};

#define MPATH_TRANSPORT_DEFAULTS                       \
	{                                              \
		.iopolicy = MPATH_IOPOLICY_NUMA,       \
		.submit_mode = MPATH_SUBMIT_INTERPOSE, \
		.no_path_timeout_ms = 30000,           \
	}

/* While discovery begins it is shown what is there already; while it ends, what it gave back. */
enum mpath_glue_phase {
	MPATH_GLUE_STARTING,
	MPATH_GLUE_RUNNING,
	MPATH_GLUE_CLOSING,
};

struct mpath_transport {
	/* Set by its module, and constant. */
	const char *name;      /* the module's, in front of what is logged */
	const char *disk_name; /* for /proc/devices */
	const char *path_link; /* the link from a path's member to its head */
	struct module *owner;
	const struct mpath_transport_ops *ops;
	const struct block_device_operations *fops;
	const struct attribute_group **disk_groups; /* of the head's disk */
	const struct mpath_glue_file *path_files;   /* beside those that every path has */
	unsigned int nr_path_files;
	bool always_failfast;               /* as in mpath_head_config */
	size_t head_size;                   /* of what begins with a struct mpath_glue_head */
	struct class device_class;          /* .name, .dev_groups */
	struct class disk_class;            /* .name */
	struct class_interface interface;   /* .add_dev, .remove_dev */
	struct class_interface second_look; /* .add_dev */

	struct mpath_transport_defaults defaults; /* parameters of the module */

	/* The glue's own. */
	struct mutex lock;
	struct workqueue_struct *wq;
	int major;
	struct kmem_cache *head_cache;
	struct kmem_cache *attrs_cache; /* of a path */
	struct list_head heads;         /* under @lock, as the next four */
	DECLARE_HASHTABLE(heads_by_wwid, 10);
	bool closed; /* no head waits for a path */
	enum mpath_glue_phase phase;
	DECLARE_HASHTABLE(paths, 10); /* by member */
	struct ida ida;
	atomic_t nr_heads; /* not yet freed */
	wait_queue_head_t heads_gone;
	struct delayed_work look;
	struct mutex second_look_lock; /* one at a time */
	struct notifier_block reboot_nb;
	struct gendisk *model;
};

/* --- life (lib/glue/transport.c, discovery.c) ----------------------------------- */

/* Before discovery. Context: process. */
int mpath_transport_init(struct mpath_transport *transport);
/* After discovery; waits for heads that somebody still has a reference on. */
void mpath_transport_exit(struct mpath_transport *transport);

/*
 * See every disk that is there, and every one that comes, from now on.
 * Context: process; takes the block class's mutex.
 */
int mpath_glue_discover(struct mpath_transport *transport);
/* Take nothing more, and give all paths back. */
void mpath_glue_give_all_back(struct mpath_transport *transport);
/* The interface's functions call these. */
void mpath_glue_add_dev(struct mpath_transport *transport, struct device *dev);
void mpath_glue_remove_dev(struct mpath_transport *transport, struct device *dev);
void mpath_glue_reconsider(struct mpath_transport *transport, struct device *dev);
/*
 * Make @disk a path of the head of @wwid. Return: NULL, or why it is none.
 * Context: process; the block class's mutex may be held.
 */
const char *mpath_glue_join(struct mpath_transport *transport, struct gendisk *disk,
			    const char *wwid);

/* --- heads (lib/glue/head.c) ------------------------------------------------------ */

/* Of every head's fops. */
void mpath_glue_submit_bio(struct bio *bio);
void mpath_glue_free_disk(struct gendisk *disk);
int mpath_glue_getgeo(mpath_compat_geo_t *from, struct hd_geometry *geo);
/*
 * The ioctl DM_MPATH_PROBE_PATHS of device-mapper, in <linux/dm-ioctl.h> since 6.16: QEMU sends
 * it when a command of its guest has failed, without asking whose device it is. All paths are
 * probed; those that do not work carry no more I/O when this returns, unless one answers neither
 * yes nor no for some seconds. 0: a path can be used.
 */
#define MPATH_GLUE_PROBE_PATHS _IO(0xfd, 18)
int mpath_glue_probe_paths(struct mpath_glue_head *head);

/* The head's first path, in whatever state, or NULL. Under the transport's lock. */
struct mpath_glue_path *mpath_glue_first_path(struct mpath_glue_head *head);

/* --- paths (lib/glue/path.c) ------------------------------------------------------ */

/*
 * Hand @path, with its disk and its member, to @head; @config needs neither disk nor geometry.
 * Return: 0; or an error, and @path is the caller's as before. Under the transport's lock.
 */
int mpath_glue_add_path(struct mpath_glue_head *head, struct mpath_glue_path *path,
			struct mpath_device_config *config);
/* The path behind @member, or NULL. Under the transport's lock. */
struct mpath_glue_path *mpath_glue_find_path(struct mpath_transport *transport,
					     struct device *member);
/*
 * The path behind @member, which nobody finds from now on, nor sees in sysfs: for
 * mpath_glue_release_path(). NULL if there is none. May sleep, but not for I/O.
 */
struct mpath_glue_path *mpath_glue_detach_path(struct mpath_transport *transport,
					       struct device *member);
/* Wait until nothing uses the path, and free it. May sleep for as long as I/O takes. */
void mpath_glue_release_path(struct mpath_glue_path *path);
/* Both, one after the other. */
void mpath_glue_remove_path(struct mpath_transport *transport, struct device *member);

/* --- disks that are there already (lib/glue/claim.c) -------------------------------- */

/*
 * Have @disk for oneself, as soon as nobody has it open: udev looks at every disk it hears of.
 * @seize is called with @arg under the disk's open_mutex, when @holder is its only opener; what
 * it refuses is tried again. @holder is nobody else's address as long as the claim lasts.
 * Return: the claim, or NULL after some seconds: the disk is in use.
 * Context: process, may sleep.
 */
mpath_compat_claim *mpath_glue_claim(struct gendisk *disk, void *holder,
				     int (*seize)(struct gendisk *disk, void *arg), void *arg);

/* --- probes (lib/glue/reader.c) ------------------------------------------------------ */

/* Reads the first block of a path's disk, again and again; keeps the disk. NULL: no memory. */
struct mpath_glue_reader *mpath_glue_reader_create(struct gendisk *disk);
/* May be followed by the end of a read that nobody waits for any more. Context: process. */
void mpath_glue_reader_put(struct mpath_glue_reader *reader);
/*
 * What comes of reading the block now; MPATH_STS_TIMEOUT after @timeout jiffies, and at once
 * while a block that was not waited for is still out. One at a time. Context: process.
 */
enum mpath_status mpath_glue_read_block(struct mpath_glue_reader *reader, unsigned long timeout);

/*
 * lib/glue/verdict.c: @disk's mpath_verdict. Added and removed under the block class's mutex,
 * changed by whoever has a reference on the disk, though it may be gone. @words are constants.
 * May sleep.
 */
void mpath_glue_verdict_add(struct gendisk *disk, const char *words);
void mpath_glue_verdict_change(struct gendisk *disk, const char *words);
/* Only where it is @from, the same constant. Return: was it? */
bool mpath_glue_verdict_replace(struct gendisk *disk, const char *from, const char *to);
void mpath_glue_verdict_remove(struct gendisk *disk);

/* --- attributes (lib/glue/sysfs.c, params.c) ------------------------------------------ */

extern const char mpath_glue_links[];                        /* the group that holds links */
extern const struct attribute_group mpath_glue_links_group;  /* that group */
extern const struct attribute_group mpath_glue_device_group; /* of every head's device */
extern const struct attribute_group mpath_glue_disk_group;   /* of every head's disk */

/*
 * The first line of what attribute @name of @dev, a device in sysfs, says, if it fits into @len
 * bytes: of the attributes that its driver or its class have given it. False, and an empty
 * @answer: it says nothing, or has no such attribute. May sleep.
 */
bool mpath_glue_ask_attr(struct device *dev, const char *name, char *answer, size_t len);
/* As if @words were written to it. Return: 0 or an error; -ENOENT: there is none. */
int mpath_glue_tell_attr(struct device *dev, const char *name, const char *words);

/* Of parameters; @arg is the member of a struct mpath_transport_defaults, or a bool. */
extern const struct kernel_param_ops mpath_glue_iopolicy_ops;
extern const struct kernel_param_ops mpath_glue_submit_mode_ops;
extern const struct kernel_param_ops mpath_glue_no_path_timeout_ops;
extern const struct kernel_param_ops mpath_glue_switch_ops;

static inline struct mpath_glue_head *to_mpath_glue_head(struct device *dev)
{
	return container_of(dev, struct mpath_glue_head, dev);
}

/* Of a head's disk. */
static inline struct mpath_glue_head *mpath_glue_head_of(struct gendisk *disk)
{
	return disk->private_data;
}

#endif /* MPATH_GLUE_H */
