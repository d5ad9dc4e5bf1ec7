/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites share: LUNs made of memory, and bios to send to them.
 *
 * A LUN is one store that several paths reach, and a head over them. Every path is a disk
 * that does as it is told: fails, holds bios back, ends them in a context of choice, and
 * keeps a record of what it saw. All that a test makes here goes away with the test, in
 * whatever state it left it; the disks stay for the suite's other tests.
 */
#ifndef MPATH_KUNIT_HELPERS_H
#define MPATH_KUNIT_HELPERS_H

#include <kunit/test.h>
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "libmultipath.h"
#include "mpath_disk.h"

#define MPATH_KUNIT_SECTORS 2048
#define MPATH_KUNIT_MAX_PATHS 4
#define MPATH_KUNIT_MAX_SEEN 256

/* For mpath_kunit_fail(): as long as nobody says otherwise. */
#define MPATH_KUNIT_ALL UINT_MAX

/* Longer than anything takes that is going to happen. */
#define MPATH_KUNIT_PATIENCE (20 * HZ)

/* Values of a path's device_state. */
#define MPATH_KUNIT_RUNNING 2
#define MPATH_KUNIT_OFFLINE 4
#define MPATH_KUNIT_BLOCKED 6

/* SPC-5 6.34 */
#define MPATH_KUNIT_OPTIMIZED 0x0
#define MPATH_KUNIT_NONOPTIMIZED 0x1
#define MPATH_KUNIT_STANDBY 0x2
#define MPATH_KUNIT_TRANSITIONING 0xf
#define MPATH_KUNIT_PREFERRED 0x80

/* Where a path ends its bios. */
enum mpath_kunit_context {
	MPATH_KUNIT_INLINE, /* before its submit_bio() returns */
	MPATH_KUNIT_WORK,
	MPATH_KUNIT_SOFTIRQ,
	MPATH_KUNIT_HARDIRQ, /* interrupts off */
};

/* A bio as its path saw it. */
struct mpath_kunit_seen {
	struct mpath_kunit_path *path;
	struct block_device *bdev;
	sector_t sector;
	unsigned int sectors;
	blk_opf_t opf;
	unsigned short flags;
	int cpu;
	bool worker; /* sent by a work item, not by its submitter */
};

struct mpath_kunit_path {
	struct mpath_kunit_lun *lun;
	struct gendisk *disk;
	struct mpath_device *core; /* NULL: not part of the head */
	char name[DISK_NAME_LEN];

	/* What the glue describes; to be changed before mpath_kunit_attach(). */
	struct mpath_geometry geometry;
	int numa_node;
	bool has_access_state;

	/* Words of the transport: WRITE_ONCE() at any time. */
	u32 device_state;
	u8 access_state;

	/* What its probe answers: WRITE_ONCE() at any time. */
	enum mpath_verdict verdict;
	bool probe_waits; /* mpath_kunit_free_probe() ends it */
	atomic_t nr_probes;
	atomic_t in_probe;

	/* Orders, under the LUN's lock. */
	enum mpath_kunit_context context;
	blk_status_t fail_with;
	unsigned int nr_to_fail;
	unsigned int nr_before;  /* bios that go through before they are failed */
	unsigned int fail_after; /* sectors by which a failing bio has advanced */
	blk_status_t bad_status; /* of every bio with @bad_sector in it */
	sector_t bad_sector;
	bool hold;

	/* Under the LUN's lock. */
	struct list_head held;
	struct list_head ready; /* to be ended in @context */
	unsigned int nr_held;
	unsigned int nr_in_flight;
	unsigned int max_in_flight;
	unsigned int nr_bios;

	struct timer_list timer;
	struct hrtimer hrtimer;
	struct work_struct work;
	bool changed_limits;
};

struct mpath_kunit_lun {
	struct kunit *test;
	struct gendisk *disk;
	struct mpath_head *head; /* NULL between tests */
	u8 *store;
	struct mpath_kunit_path paths[MPATH_KUNIT_MAX_PATHS]; /* all of them disks */
	unsigned int nr_paths;                                /* that the test asked for */
	enum mpath_submit_mode mode;
	int id;
	bool own;
	bool removed;
	struct completion gone; /* the last reference on the head's disk */

	spinlock_t lock; /* innermost, irqs off */
	struct mpath_kunit_seen seen[MPATH_KUNIT_MAX_SEEN];
	unsigned int nr_seen;      /* may be more than there is room for */
	unsigned int nr_forbidden; /* bios with REQ_DRV: every test fails with them */
	unsigned long max_stack;   /* bytes in use when a path was given a bio */
	unsigned int nr_started;
	unsigned int nr_ended;
	wait_queue_head_t wait;
	struct list_head ios;
	struct list_head threads;
};

/* What of a bio must come back to its submitter as it went. */
struct mpath_kunit_face {
	struct block_device *bdev;
	bio_end_io_t *end_io;
	void *private;
	struct bvec_iter iter;
	blk_opf_t opf;
	unsigned short flags;
	int remaining;
};

/* A bio of a test, with pages of its own. Belongs to its LUN, also when it has ended. */
struct mpath_kunit_io {
	struct mpath_kunit_lun *lun;
	struct list_head entry;
	struct bio *bio;
	sector_t sector;
	unsigned int sectors;
	struct completion done;
	struct mpath_kunit_face before;
	struct mpath_kunit_face after;
	blk_status_t status;
	unsigned int nr_ends;
	bool worker;        /* ended by a work item */
	unsigned int order; /* the how-manieth of the LUN to end, from 0 */
};

/* The two ways down, as parameters of a test: KUNIT_ARRAY_PARAM(mode, mpath_kunit_modes, ...). */
static const enum mpath_submit_mode mpath_kunit_modes[] __maybe_unused = {
	MPATH_SUBMIT_INTERPOSE,
	MPATH_SUBMIT_CLONE,
};

static inline void mpath_kunit_describe_mode(const enum mpath_submit_mode *mode, char *desc)
{
	strscpy(desc, mpath_submit_mode_name(*mode), KUNIT_PARAM_DESC_SIZE);
}

static inline enum mpath_submit_mode mpath_kunit_mode(struct kunit *test)
{
	return *(const enum mpath_submit_mode *)test->param_value;
}

/* --- LUNs --------------------------------------------------------------------------- */

/*
 * For every suite's suite_exit: its tests share disks, which take much longer to make than
 * a head.
 */
void mpath_kunit_suite_exit(struct kunit_suite *suite);

/*
 * A live head over @nr_paths attached paths. numa, so the first path that can gets every
 * bio; no time-out (0) for bios without a path. One per test.
 */
struct mpath_kunit_lun *mpath_kunit_lun(struct kunit *test, enum mpath_submit_mode mode,
					unsigned int nr_paths);
/* The same with disks of its own, so that its head can be removed. */
struct mpath_kunit_lun *mpath_kunit_own_lun(struct kunit *test, enum mpath_submit_mode mode,
					    unsigned int nr_paths);
/* Restacks the head's limits after the paths' were changed. */
void mpath_kunit_restack(struct mpath_kunit_lun *lun);
/* Another head over the same paths, as new. What the test knew of the old one is gone. */
void mpath_kunit_restart(struct mpath_kunit_lun *lun);
/* As the glue does when the last path is gone. The head must be of mpath_kunit_own_lun(). */
void mpath_kunit_remove_head(struct mpath_kunit_lun *lun);

/* The limits that a path's driver would set; change, then commit. */
struct queue_limits mpath_kunit_limits(struct mpath_kunit_path *path);
void mpath_kunit_set_limits(struct mpath_kunit_path *path, struct queue_limits *lim);

/* Make the path part of the head. Returns what mpath_head_add_path() does. */
int mpath_kunit_attach(struct mpath_kunit_path *path);
void mpath_kunit_detach(struct mpath_kunit_path *path);
/* The same paths in the same order, but nothing is remembered against them. */
void mpath_kunit_renew_paths(struct mpath_kunit_lun *lun);

void mpath_kunit_fail(struct mpath_kunit_path *path, blk_status_t status, unsigned int count);
/* The same for bios after the next @nr_before ones. */
void mpath_kunit_fail_later(struct mpath_kunit_path *path, unsigned int nr_before,
			    blk_status_t status, unsigned int count);
/* A failing bio has been advanced by @sectors that were not transferred. */
void mpath_kunit_fail_after(struct mpath_kunit_path *path, unsigned int sectors);
/* Every bio with this sector in it fails, until a status of 0. */
void mpath_kunit_fail_sector(struct mpath_kunit_path *path, blk_status_t status, sector_t sector);
void mpath_kunit_set_context(struct mpath_kunit_path *path, enum mpath_kunit_context context);

/* Hold what comes until it is released, oldest first; 0 carries it out. */
void mpath_kunit_hold(struct mpath_kunit_path *path);
void mpath_kunit_release(struct mpath_kunit_path *path, unsigned int count, blk_status_t status);
/* Release everything, and hold nothing from now on. */
void mpath_kunit_release_all(struct mpath_kunit_path *path, blk_status_t status);

void mpath_kunit_hold_probe(struct mpath_kunit_path *path);
void mpath_kunit_free_probe(struct mpath_kunit_path *path);

unsigned int mpath_kunit_nr_bios(struct mpath_kunit_path *path);
unsigned int mpath_kunit_nr_held(struct mpath_kunit_path *path);
unsigned int mpath_kunit_nr_in_flight(struct mpath_kunit_path *path);
/* Submitted bios, whether or not they have ended. */
unsigned int mpath_kunit_nr_started(struct mpath_kunit_lun *lun);
/* The record of what the paths saw. */
unsigned int mpath_kunit_nr_seen(struct mpath_kunit_lun *lun);
void mpath_kunit_forget(struct mpath_kunit_lun *lun);

struct mpath_head_stats mpath_kunit_stats(struct mpath_kunit_lun *lun);
bool mpath_kunit_state_is(struct mpath_kunit_path *path, const char *state);

/* --- bios --------------------------------------------------------------------------- */

struct mpath_kunit_io *mpath_kunit_io(struct mpath_kunit_lun *lun, blk_opf_t opf, sector_t sector,
				      unsigned int sectors);
void mpath_kunit_submit(struct mpath_kunit_io *io);
/* A read of one page, submitted. */
struct mpath_kunit_io *mpath_kunit_read(struct mpath_kunit_lun *lun, sector_t sector);
/* Negative if it has not ended in time, else its status. */
int mpath_kunit_wait(struct mpath_kunit_io *io);
bool mpath_kunit_has_ended(struct mpath_kunit_io *io);
/* How many of them do not end, not with @status, or not exactly once. */
unsigned int mpath_kunit_nr_wrong(struct mpath_kunit_io **ios, unsigned int nr,
				  blk_status_t status);

/* Content: every sector of every seed is different. */
void mpath_kunit_fill(struct mpath_kunit_io *io, u8 seed);
bool mpath_kunit_holds(struct mpath_kunit_io *io, u8 seed);
void mpath_kunit_store(struct mpath_kunit_lun *lun, sector_t sector, unsigned int sectors, u8 seed);
bool mpath_kunit_stored(struct mpath_kunit_lun *lun, sector_t sector, unsigned int sectors,
			u8 seed);
bool mpath_kunit_zeroed(struct mpath_kunit_lun *lun, sector_t sector, unsigned int sectors);
/* The same for memory of the caller's. */
void mpath_kunit_pattern(u8 *buffer, sector_t sector, unsigned int sectors, u8 seed);
bool mpath_kunit_is_pattern(const u8 *buffer, sector_t sector, unsigned int sectors, u8 seed);

/* --- time, CPUs, faults --------------------------------------------------------------- */

/* True as soon as @condition is; false if it does not become so. */
#define mpath_kunit_eventually(condition)                                        \
	({                                                                       \
		const unsigned long __end = jiffies + MPATH_KUNIT_PATIENCE;      \
		bool __true;                                                     \
                                                                                 \
		while (!(__true = !!(condition)) && time_before(jiffies, __end)) \
			schedule_timeout_uninterruptible(1);                     \
		__true;                                                          \
	})

/* Let that much time pass. */
void mpath_kunit_pause(unsigned int ms);

/*
 * Threads that do what the test's own one would have to wait for. They belong to the LUN:
 * @arg must live as long. The functions of this file that take a struct kunit, and the
 * macros of KUnit, are for the test's own thread.
 */
struct mpath_kunit_thread;
/* @cpu: -1 for any. Not running before mpath_kunit_go(). */
struct mpath_kunit_thread *mpath_kunit_prepare(struct mpath_kunit_lun *lun, int cpu,
					       void (*fn)(void *arg), void *arg);
void mpath_kunit_go(struct mpath_kunit_thread *thread);
/* Prepared and going. */
struct mpath_kunit_thread *mpath_kunit_start(struct mpath_kunit_lun *lun, int cpu,
					     void (*fn)(void *arg), void *arg);
bool mpath_kunit_is_done(struct mpath_kunit_thread *thread);
/* Wait for its end. False if it does not come. */
bool mpath_kunit_join(struct mpath_kunit_thread *thread);

/*
 * Stops @thread at its next call of the function @symbol, so that another CPU can do what
 * must not happen meanwhile. It spins there, with its read sections and references, as if its
 * CPU had been taken away. The thread must be prepared for CPU 1; the test moves to CPU 0.
 * Skips the test where there are no kprobes or no second CPU.
 */
struct mpath_kunit_stall;
struct mpath_kunit_stall *mpath_kunit_stall(struct kunit *test, struct mpath_kunit_thread *thread,
					    const char *symbol);
/* Is it standing there? */
bool mpath_kunit_is_stalled(struct mpath_kunit_stall *stall);
void mpath_kunit_unstall(struct mpath_kunit_stall *stall);

/* Lets user space of the guest run a script, as for the switches in debugfs. */
int mpath_kunit_sh(const char *script);

/*
 * Makes the allocations of threads with current->make_it_fail fail, and the one that
 * current->fail_nth counts. Skips the test where that is not possible.
 */
void mpath_kunit_fail_allocations(struct kunit *test);

#endif /* MPATH_KUNIT_HELPERS_H */
