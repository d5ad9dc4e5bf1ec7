// SPDX-License-Identifier: GPL-2.0
/* LUNs made of memory; see the header. */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/fault-inject.h>
#include <linux/highmem.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/umh.h>
#include <linux/vmalloc.h>

#include "compat_limits.h"
#include "mpath_kunit_helpers.h"

/* A bio that a path has not ended. */
struct mpath_kunit_todo {
	struct list_head entry;
	struct bio *bio;
	blk_status_t status;
	unsigned int advance;
};

static atomic_t mpath_kunit_nr_luns = ATOMIC_INIT(0);

/* --- content ------------------------------------------------------------------------ */

static u64 mpath_kunit_word(sector_t sector, unsigned int i, u8 seed)
{
	return ((u64)sector << 24 | i << 8 | seed) * 0x9e3779b97f4a7c15ULL;
}

void mpath_kunit_pattern(u8 *buffer, sector_t sector, unsigned int sectors, u8 seed)
{
	u64 *words = (u64 *)buffer;
	unsigned int i;

	for (; sectors; sectors--, sector++)
		for (i = 0; i < SECTOR_SIZE / sizeof(*words); i++)
			*words++ = mpath_kunit_word(sector, i, seed);
}
EXPORT_SYMBOL_GPL(mpath_kunit_pattern);

bool mpath_kunit_is_pattern(const u8 *buffer, sector_t sector, unsigned int sectors, u8 seed)
{
	const u64 *words = (const u64 *)buffer;
	unsigned int i;

	for (; sectors; sectors--, sector++)
		for (i = 0; i < SECTOR_SIZE / sizeof(*words); i++)
			if (*words++ != mpath_kunit_word(sector, i, seed))
				return false;
	return true;
}
EXPORT_SYMBOL_GPL(mpath_kunit_is_pattern);

void mpath_kunit_store(struct mpath_kunit_lun *lun, sector_t sector, unsigned int sectors, u8 seed)
{
	mpath_kunit_pattern(lun->store + (sector << SECTOR_SHIFT), sector, sectors, seed);
}
EXPORT_SYMBOL_GPL(mpath_kunit_store);

bool mpath_kunit_stored(struct mpath_kunit_lun *lun, sector_t sector, unsigned int sectors, u8 seed)
{
	return mpath_kunit_is_pattern(lun->store + (sector << SECTOR_SHIFT), sector, sectors, seed);
}
EXPORT_SYMBOL_GPL(mpath_kunit_stored);

bool mpath_kunit_zeroed(struct mpath_kunit_lun *lun, sector_t sector, unsigned int sectors)
{
	return !memchr_inv(lun->store + (sector << SECTOR_SHIFT), 0,
			   (size_t)sectors << SECTOR_SHIFT);
}
EXPORT_SYMBOL_GPL(mpath_kunit_zeroed);

/* --- what a path does with a bio ------------------------------------------------------ */

static void mpath_kunit_transfer(struct mpath_kunit_lun *lun, struct bio *bio)
{
	u8 *at = lun->store + (bio->bi_iter.bi_sector << SECTOR_SHIFT);
	struct bvec_iter iter;
	struct bio_vec vec;
	void *memory;

	switch (bio_op(bio)) {
	case REQ_OP_DISCARD:
	case REQ_OP_WRITE_ZEROES:
		memset(at, 0, bio->bi_iter.bi_size);
		return;
	case REQ_OP_READ:
	case REQ_OP_WRITE:
		break;
	default:
		WARN(1, "operation %u\n", bio_op(bio));
		return;
	}
	bio_for_each_segment(vec, bio, iter) {
		memory = bvec_kmap_local(&vec);
		if (op_is_write(bio_op(bio)))
			memcpy(at, memory, vec.bv_len);
		else
			memcpy(memory, at, vec.bv_len);
		kunmap_local(memory);
		at += vec.bv_len;
	}
}

static void mpath_kunit_end(struct mpath_kunit_path *path, struct mpath_kunit_todo *todo)
{
	struct bio *bio = todo->bio;
	unsigned long flags;

	if (!todo->status)
		mpath_kunit_transfer(path->lun, bio);
	else if (todo->advance)
		bio_advance(bio, min(todo->advance << SECTOR_SHIFT, bio->bi_iter.bi_size));
	if (todo->status)
		bio->bi_status = todo->status;
	kfree(todo);

	spin_lock_irqsave(&path->lun->lock, flags);
	path->nr_in_flight--;
	spin_unlock_irqrestore(&path->lun->lock, flags);
	bio_endio(bio);
}

/* Context: as the path was told. */
static void mpath_kunit_end_ready(struct mpath_kunit_path *path)
{
	struct mpath_kunit_todo *todo;
	unsigned long flags;

	for (;;) {
		spin_lock_irqsave(&path->lun->lock, flags);
		todo = list_first_entry_or_null(&path->ready, struct mpath_kunit_todo, entry);
		if (todo)
			list_del(&todo->entry);
		spin_unlock_irqrestore(&path->lun->lock, flags);
		if (!todo)
			return;
		mpath_kunit_end(path, todo);
	}
}

static void mpath_kunit_work(struct work_struct *work)
{
	mpath_kunit_end_ready(container_of(work, struct mpath_kunit_path, work));
}

static void mpath_kunit_timer(struct timer_list *timer)
{
	mpath_kunit_end_ready(container_of(timer, struct mpath_kunit_path, timer));
}

static enum hrtimer_restart mpath_kunit_hrtimer(struct hrtimer *hrtimer)
{
	mpath_kunit_end_ready(container_of(hrtimer, struct mpath_kunit_path, hrtimer));
	return HRTIMER_NORESTART;
}

static void mpath_kunit_end_in(struct mpath_kunit_path *path, enum mpath_kunit_context context)
{
	switch (context) {
	case MPATH_KUNIT_INLINE:
		mpath_kunit_end_ready(path);
		break;
	case MPATH_KUNIT_WORK:
		queue_work(system_unbound_wq, &path->work);
		break;
	case MPATH_KUNIT_SOFTIRQ:
		mod_timer(&path->timer, jiffies + 1);
		break;
	case MPATH_KUNIT_HARDIRQ:
		hrtimer_start(&path->hrtimer, ns_to_ktime(50 * NSEC_PER_USEC),
			      HRTIMER_MODE_REL_HARD);
		break;
	}
}

/* Under the LUN's lock. */
static void mpath_kunit_see(struct mpath_kunit_path *path, struct bio *bio)
{
	struct mpath_kunit_lun *lun = path->lun;
	struct mpath_kunit_seen *seen;

	path->nr_bios++;
	lun->max_stack = max_t(unsigned long, lun->max_stack,
			       (unsigned long)task_stack_page(current) + THREAD_SIZE -
				       (unsigned long)__builtin_frame_address(0));
	if (bio->bi_opf & REQ_DRV)
		lun->nr_forbidden++;
	if (lun->nr_seen++ >= MPATH_KUNIT_MAX_SEEN)
		return;
	seen = &lun->seen[lun->nr_seen - 1];
	seen->path = path;
	seen->bdev = bio->bi_bdev;
	seen->sector = bio->bi_iter.bi_sector;
	seen->sectors = bio_sectors(bio);
	seen->opf = bio->bi_opf;
	seen->flags = bio->bi_flags;
	seen->cpu = smp_processor_id();
	seen->worker = current->flags & PF_WQ_WORKER;
}

static void mpath_kunit_path_submit(struct bio *bio)
{
	struct mpath_kunit_path *path = bio->bi_bdev->bd_disk->private_data;
	struct mpath_kunit_lun *lun = path->lun;
	enum mpath_kunit_context context;
	struct mpath_kunit_todo *todo;
	unsigned long flags;
	bool hold;

	/* As a driver's queue does. */
	bio = bio_split_to_limits(bio);
	if (!bio)
		return;
	todo = kzalloc(sizeof(*todo), GFP_NOIO | __GFP_NOFAIL);
	todo->bio = bio;

	spin_lock_irqsave(&lun->lock, flags);
	mpath_kunit_see(path, bio);
	path->nr_in_flight++;
	path->max_in_flight = max(path->max_in_flight, path->nr_in_flight);
	if (path->bad_status && bio->bi_iter.bi_sector <= path->bad_sector &&
	    bio_end_sector(bio) > path->bad_sector) {
		todo->status = path->bad_status;
	} else if (path->nr_before) {
		path->nr_before--;
	} else if (path->nr_to_fail) {
		if (path->nr_to_fail != MPATH_KUNIT_ALL)
			path->nr_to_fail--;
		todo->status = path->fail_with;
		todo->advance = path->fail_after;
	}
	context = path->context;
	hold = path->hold;
	if (hold)
		path->nr_held++;
	list_add_tail(&todo->entry, hold ? &path->held : &path->ready);
	spin_unlock_irqrestore(&lun->lock, flags);

	if (!hold)
		mpath_kunit_end_in(path, context);
}

static const struct block_device_operations mpath_kunit_path_fops = {
	.owner = THIS_MODULE,
	.submit_bio = mpath_kunit_path_submit,
};

/* --- orders ---------------------------------------------------------------------------- */

void mpath_kunit_fail_later(struct mpath_kunit_path *path, unsigned int nr_before,
			    blk_status_t status, unsigned int count)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lun->lock, flags);
	path->nr_before = nr_before;
	path->fail_with = status;
	path->nr_to_fail = count;
	spin_unlock_irqrestore(&path->lun->lock, flags);
}
EXPORT_SYMBOL_GPL(mpath_kunit_fail_later);

void mpath_kunit_fail(struct mpath_kunit_path *path, blk_status_t status, unsigned int count)
{
	mpath_kunit_fail_later(path, 0, status, count);
}
EXPORT_SYMBOL_GPL(mpath_kunit_fail);

void mpath_kunit_fail_after(struct mpath_kunit_path *path, unsigned int sectors)
{
	WRITE_ONCE(path->fail_after, sectors);
}
EXPORT_SYMBOL_GPL(mpath_kunit_fail_after);

void mpath_kunit_fail_sector(struct mpath_kunit_path *path, blk_status_t status, sector_t sector)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lun->lock, flags);
	path->bad_status = status;
	path->bad_sector = sector;
	spin_unlock_irqrestore(&path->lun->lock, flags);
}
EXPORT_SYMBOL_GPL(mpath_kunit_fail_sector);

void mpath_kunit_set_context(struct mpath_kunit_path *path, enum mpath_kunit_context context)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lun->lock, flags);
	path->context = context;
	spin_unlock_irqrestore(&path->lun->lock, flags);
}
EXPORT_SYMBOL_GPL(mpath_kunit_set_context);

void mpath_kunit_hold(struct mpath_kunit_path *path)
{
	unsigned long flags;

	spin_lock_irqsave(&path->lun->lock, flags);
	path->hold = true;
	spin_unlock_irqrestore(&path->lun->lock, flags);
}
EXPORT_SYMBOL_GPL(mpath_kunit_hold);

static void __mpath_kunit_release(struct mpath_kunit_path *path, unsigned int count,
				  blk_status_t status, bool hold)
{
	enum mpath_kunit_context context;
	struct mpath_kunit_todo *todo;
	unsigned long flags;

	spin_lock_irqsave(&path->lun->lock, flags);
	for (; count && !list_empty(&path->held); count--) {
		todo = list_first_entry(&path->held, struct mpath_kunit_todo, entry);
		if (status)
			todo->status = status;
		list_move_tail(&todo->entry, &path->ready);
		path->nr_held--;
	}
	path->hold = hold;
	context = path->context;
	spin_unlock_irqrestore(&path->lun->lock, flags);
	mpath_kunit_end_in(path, context);
}

void mpath_kunit_release(struct mpath_kunit_path *path, unsigned int count, blk_status_t status)
{
	__mpath_kunit_release(path, count, status, true);
}
EXPORT_SYMBOL_GPL(mpath_kunit_release);

void mpath_kunit_release_all(struct mpath_kunit_path *path, blk_status_t status)
{
	__mpath_kunit_release(path, UINT_MAX, status, false);
}
EXPORT_SYMBOL_GPL(mpath_kunit_release_all);

void mpath_kunit_hold_probe(struct mpath_kunit_path *path)
{
	WRITE_ONCE(path->probe_waits, true);
}
EXPORT_SYMBOL_GPL(mpath_kunit_hold_probe);

void mpath_kunit_free_probe(struct mpath_kunit_path *path)
{
	WRITE_ONCE(path->probe_waits, false);
	wake_up_all(&path->lun->wait);
}
EXPORT_SYMBOL_GPL(mpath_kunit_free_probe);

unsigned int mpath_kunit_nr_bios(struct mpath_kunit_path *path)
{
	return READ_ONCE(path->nr_bios);
}
EXPORT_SYMBOL_GPL(mpath_kunit_nr_bios);

unsigned int mpath_kunit_nr_held(struct mpath_kunit_path *path)
{
	return READ_ONCE(path->nr_held);
}
EXPORT_SYMBOL_GPL(mpath_kunit_nr_held);

unsigned int mpath_kunit_nr_in_flight(struct mpath_kunit_path *path)
{
	return READ_ONCE(path->nr_in_flight);
}
EXPORT_SYMBOL_GPL(mpath_kunit_nr_in_flight);

unsigned int mpath_kunit_nr_seen(struct mpath_kunit_lun *lun)
{
	return READ_ONCE(lun->nr_seen);
}
EXPORT_SYMBOL_GPL(mpath_kunit_nr_seen);

unsigned int mpath_kunit_nr_started(struct mpath_kunit_lun *lun)
{
	return READ_ONCE(lun->nr_started);
}
EXPORT_SYMBOL_GPL(mpath_kunit_nr_started);

void mpath_kunit_forget(struct mpath_kunit_lun *lun)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&lun->lock, flags);
	lun->nr_seen = 0;
	for (i = 0; i < lun->nr_paths; i++)
		lun->paths[i].nr_bios = 0;
	spin_unlock_irqrestore(&lun->lock, flags);
}
EXPORT_SYMBOL_GPL(mpath_kunit_forget);

/* --- paths ---------------------------------------------------------------------------- */

static enum mpath_verdict mpath_kunit_probe(void *owner)
{
	struct mpath_kunit_path *path = owner;
	enum mpath_verdict verdict;

	atomic_inc(&path->nr_probes);
	atomic_inc(&path->in_probe);
	wait_event(path->lun->wait, !READ_ONCE(path->probe_waits));
	verdict = READ_ONCE(path->verdict);
	atomic_dec(&path->in_probe);
	return verdict;
}

static const struct mpath_device_ops mpath_kunit_device_ops = {
	.probe = mpath_kunit_probe,
};

static bool mpath_kunit_is_suspect(struct mpath_kunit_path *path)
{
	return !strcmp(mpath_device_state_name(path->core), "suspect");
}

/* It has been asked who it is: what a test is about begins after that. */
static void mpath_kunit_await_first_probe(struct mpath_kunit_path *path)
{
	unsigned int ms;

	for (ms = 0; ms < 5000 && mpath_kunit_is_suspect(path); ms++)
		msleep(1);
	atomic_set(&path->nr_probes, 0);
}

int mpath_kunit_attach(struct mpath_kunit_path *path)
{
	const enum mpath_verdict verdict = READ_ONCE(path->verdict);
	int ret;
	const struct mpath_device_config config = {
		.name = path->name,
		.disk = path->disk,
		.numa_node = path->numa_node,
		.device_state = &path->device_state,
		.usable_states = BIT(MPATH_KUNIT_RUNNING),
		.waiting_states = BIT(MPATH_KUNIT_BLOCKED),
		.access_state = path->has_access_state ? &path->access_state : NULL,
		.geometry = path->geometry,
		.ops = &mpath_kunit_device_ops,
		.owner = path,
	};

	WRITE_ONCE(path->verdict, MPATH_VERDICT_FINE);
	ret = mpath_head_add_path(path->lun->head, &config, &path->core);
	if (!ret && !READ_ONCE(path->probe_waits))
		mpath_kunit_await_first_probe(path);
	WRITE_ONCE(path->verdict, verdict);
	return ret;
}
EXPORT_SYMBOL_GPL(mpath_kunit_attach);

void mpath_kunit_detach(struct mpath_kunit_path *path)
{
	struct mpath_device *core = path->core;

	path->core = NULL;
	mpath_device_remove(core);
}
EXPORT_SYMBOL_GPL(mpath_kunit_detach);

void mpath_kunit_renew_paths(struct mpath_kunit_lun *lun)
{
	unsigned int i;

	/* One after the other, each to the end of the list: there is always a path. */
	for (i = 0; i < lun->nr_paths; i++) {
		mpath_kunit_detach(&lun->paths[i]);
		mpath_kunit_free_probe(&lun->paths[i]);
		KUNIT_ASSERT_EQ(lun->test, mpath_kunit_attach(&lun->paths[i]), 0);
	}
}
EXPORT_SYMBOL_GPL(mpath_kunit_renew_paths);

struct queue_limits mpath_kunit_limits(struct mpath_kunit_path *path)
{
	path->changed_limits = true;
	return queue_limits_start_update(path->disk->queue);
}
EXPORT_SYMBOL_GPL(mpath_kunit_limits);

void mpath_kunit_set_limits(struct mpath_kunit_path *path, struct queue_limits *lim)
{
	KUNIT_ASSERT_EQ(path->lun->test, mpath_compat_commit_limits(path->disk->queue, lim), 0);
}
EXPORT_SYMBOL_GPL(mpath_kunit_set_limits);

static int mpath_kunit_default_limits(struct mpath_kunit_path *path)
{
	struct queue_limits lim = queue_limits_start_update(path->disk->queue);

	lim.features |= BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA | BLK_FEAT_NOWAIT;
	lim.max_hw_sectors = 256;
	lim.max_segments = 256;
	lim.max_hw_discard_sectors = 1024;
	lim.discard_granularity = SECTOR_SIZE;
	lim.max_write_zeroes_sectors = 1024;
	return mpath_compat_commit_limits(path->disk->queue, &lim);
}

/* As it is at the start of each test. */
static void mpath_kunit_reset_path(struct mpath_kunit_path *path)
{
	path->numa_node = NUMA_NO_NODE;
	path->has_access_state = true;
	path->device_state = MPATH_KUNIT_RUNNING;
	path->access_state = MPATH_KUNIT_OPTIMIZED;
	path->verdict = MPATH_VERDICT_FINE;
	atomic_set(&path->nr_probes, 0);
	path->context = MPATH_KUNIT_INLINE;
	path->nr_to_fail = 0;
	path->nr_before = 0;
	path->fail_after = 0;
	path->bad_status = BLK_STS_OK;
	path->max_in_flight = 0;
	path->nr_bios = 0;
	bdev_clear_flag(path->disk->part0, BD_MAKE_IT_FAIL);
	set_capacity(path->disk, MPATH_KUNIT_SECTORS);
	mpath_disk_geometry(path->disk, &path->geometry);
	strscpy(path->geometry.vendor, "KUnit", sizeof(path->geometry.vendor));
	strscpy(path->geometry.product, "memory", sizeof(path->geometry.product));
}

static int mpath_kunit_make_path(struct mpath_kunit_lun *lun, unsigned int index)
{
	struct mpath_kunit_path *path = &lun->paths[index];
	int ret;

	path->lun = lun;
	INIT_LIST_HEAD(&path->held);
	INIT_LIST_HEAD(&path->ready);
	timer_setup(&path->timer, mpath_kunit_timer, 0);
	hrtimer_init(&path->hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	path->hrtimer.function = mpath_kunit_hrtimer;
	INIT_WORK(&path->work, mpath_kunit_work);

	path->disk = mpath_compat_alloc_disk(NUMA_NO_NODE);
	if (!path->disk)
		return -ENOMEM;
	path->disk->fops = &mpath_kunit_path_fops;
	path->disk->private_data = path;
	path->disk->flags = GENHD_FL_NO_PART | GENHD_FL_HIDDEN;
	snprintf(path->name, sizeof(path->name), "mpkunit%d%c", lun->id, 'a' + index);
	strscpy(path->disk->disk_name, path->name, DISK_NAME_LEN);
	mpath_kunit_reset_path(path);
	ret = mpath_kunit_default_limits(path);
	return ret ?: device_add_disk(NULL, path->disk, NULL);
}

static void mpath_kunit_free_path(struct mpath_kunit_path *path)
{
	if (!path->disk)
		return;
	if (disk_live(path->disk))
		del_gendisk(path->disk);
	timer_shutdown_sync(&path->timer);
	hrtimer_cancel(&path->hrtimer);
	cancel_work_sync(&path->work);
	put_disk(path->disk);
}

/* --- heads ---------------------------------------------------------------------------- */

static void mpath_kunit_head_submit(struct bio *bio)
{
	struct mpath_kunit_lun *lun = bio->bi_bdev->bd_disk->private_data;

	mpath_submit_bio(lun->head, bio);
}

/* Context: the last reference on the disk is gone. */
static void mpath_kunit_head_free(struct gendisk *disk)
{
	struct mpath_kunit_lun *lun = disk->private_data;

	complete(&lun->gone);
}

static const struct block_device_operations mpath_kunit_head_fops = {
	.owner = THIS_MODULE,
	.submit_bio = mpath_kunit_head_submit,
	.free_disk = mpath_kunit_head_free,
};

/* Paths that the test did not ask for have the common limits. */
static int mpath_kunit_stack_all(struct mpath_kunit_lun *lun)
{
	struct gendisk *disks[MPATH_KUNIT_MAX_PATHS];
	unsigned int i;

	for (i = 0; i < MPATH_KUNIT_MAX_PATHS; i++)
		disks[i] = lun->paths[i].disk;
	return mpath_disk_stack_limits(lun->disk, disks, MPATH_KUNIT_MAX_PATHS);
}

void mpath_kunit_restack(struct mpath_kunit_lun *lun)
{
	KUNIT_ASSERT_EQ(lun->test, mpath_kunit_stack_all(lun), 0);
}
EXPORT_SYMBOL_GPL(mpath_kunit_restack);

static bool mpath_kunit_all_ended(struct mpath_kunit_lun *lun)
{
	unsigned long flags;
	bool ended;

	/* With the lock: whoever ended the last one is out of it. */
	spin_lock_irqsave(&lun->lock, flags);
	ended = lun->nr_started == lun->nr_ended;
	spin_unlock_irqrestore(&lun->lock, flags);
	return ended;
}

void mpath_kunit_remove_head(struct mpath_kunit_lun *lun)
{
	KUNIT_ASSERT_TRUE(lun->test, lun->own);
	lun->removed = true;
	mpath_head_kill(lun->head);
	del_gendisk(lun->disk);
	put_disk(lun->disk);
}
EXPORT_SYMBOL_GPL(mpath_kunit_remove_head);

struct mpath_head_stats mpath_kunit_stats(struct mpath_kunit_lun *lun)
{
	struct mpath_head_stats stats;

	mpath_head_read_stats(lun->head, &stats);
	return stats;
}
EXPORT_SYMBOL_GPL(mpath_kunit_stats);

bool mpath_kunit_state_is(struct mpath_kunit_path *path, const char *state)
{
	return !strcmp(mpath_device_state_name(path->core), state);
}
EXPORT_SYMBOL_GPL(mpath_kunit_state_is);

static void mpath_kunit_free_io(struct mpath_kunit_io *io)
{
	bio_free_pages(io->bio);
	bio_put(io->bio);
	kfree(io);
}

struct mpath_kunit_thread {
	struct list_head entry;
	struct task_struct *task;
	struct completion done;
	void (*fn)(void *arg);
	void *arg;
	bool started;
	bool joined;
};

static bool mpath_kunit_end_threads(struct mpath_kunit_lun *lun)
{
	struct mpath_kunit_thread *thread, *next;

	list_for_each_entry_safe(thread, next, &lun->threads, entry) {
		if (!mpath_kunit_join(thread))
			return false;
		list_del(&thread->entry);
		put_task_struct(thread->task);
		kfree(thread);
	}
	return true;
}

/* The disks of a LUN, without a head behind them. NULL without memory. */
static struct mpath_kunit_lun *mpath_kunit_make_disks(void)
{
	struct mpath_kunit_lun *lun = kzalloc(sizeof(*lun), GFP_KERNEL);
	unsigned int i;

	if (!lun)
		return NULL;
	lun->id = atomic_inc_return(&mpath_kunit_nr_luns);
	init_completion(&lun->gone);
	init_waitqueue_head(&lun->wait);
	spin_lock_init(&lun->lock);
	INIT_LIST_HEAD(&lun->ios);
	INIT_LIST_HEAD(&lun->threads);

	lun->store = vmalloc(MPATH_KUNIT_SECTORS << SECTOR_SHIFT);
	if (!lun->store)
		goto fail;
	for (i = 0; i < MPATH_KUNIT_MAX_PATHS; i++)
		if (mpath_kunit_make_path(lun, i))
			goto fail;
	lun->disk = mpath_disk_alloc(NUMA_NO_NODE);
	if (!lun->disk)
		goto fail;
	lun->disk->fops = &mpath_kunit_head_fops;
	lun->disk->private_data = lun;
	lun->disk->flags = GENHD_FL_NO_PART;
	snprintf(lun->disk->disk_name, DISK_NAME_LEN, "mpkunit%d", lun->id);
	set_capacity(lun->disk, MPATH_KUNIT_SECTORS);
	if (mpath_kunit_stack_all(lun) || device_add_disk(NULL, lun->disk, NULL))
		goto fail;
	return lun;

fail:
	if (lun->disk)
		put_disk(lun->disk);
	for (i = 0; i < MPATH_KUNIT_MAX_PATHS; i++)
		mpath_kunit_free_path(&lun->paths[i]);
	vfree(lun->store);
	kfree(lun);
	return NULL;
}

/* False if somebody still has the head's disk open; everything stays then. */
static bool mpath_kunit_free_disks(struct mpath_kunit_lun *lun)
{
	unsigned int i;

	if (!lun->removed) {
		del_gendisk(lun->disk);
		put_disk(lun->disk);
	}
	if (!wait_for_completion_timeout(&lun->gone, MPATH_KUNIT_PATIENCE))
		return false;
	if (lun->head)
		mpath_head_destroy(lun->head);
	for (i = 0; i < MPATH_KUNIT_MAX_PATHS; i++)
		mpath_kunit_free_path(&lun->paths[i]);
	vfree(lun->store);
	kfree(lun);
	return true;
}

/* The disks that tests share, unless one of them has them. */
static struct mpath_kunit_lun *mpath_kunit_spare;

static void mpath_kunit_start_head(struct mpath_kunit_lun *lun)
{
	const struct mpath_head_config config = {
		.name = lun->disk->disk_name,
		.disk = lun->disk,
		.iopolicy = MPATH_IOPOLICY_NUMA,
		.submit_mode = lun->mode,
		.no_path_timeout_ms = 0,
	};
	unsigned int i;

	KUNIT_ASSERT_EQ(lun->test, mpath_head_create(&config, &lun->head), 0);
	for (i = 0; i < lun->nr_paths; i++)
		KUNIT_ASSERT_EQ(lun->test, mpath_kunit_attach(&lun->paths[i]), 0);
	mpath_head_set_live(lun->head);
}

/* What the test has left behind, in whatever state. False: something is still in use. */
static bool mpath_kunit_stop_head(struct mpath_kunit_lun *lun)
{
	struct mpath_kunit_io *io, *next;
	unsigned int i;

	for (i = 0; i < MPATH_KUNIT_MAX_PATHS; i++) {
		mpath_kunit_fail(&lun->paths[i], BLK_STS_OK, 0);
		mpath_kunit_release_all(&lun->paths[i], BLK_STS_OK);
		mpath_kunit_free_probe(&lun->paths[i]);
	}
	if (lun->head)
		mpath_head_kill(lun->head);
	if (!mpath_kunit_end_threads(lun)) {
		KUNIT_FAIL(lun->test, "a thread does not end");
		return false;
	}
	for (i = 0; i < MPATH_KUNIT_MAX_PATHS; i++)
		if (lun->paths[i].core)
			mpath_kunit_detach(&lun->paths[i]);
	if (!mpath_kunit_eventually(mpath_kunit_all_ended(lun))) {
		KUNIT_FAIL(lun->test, "%u of %u bios have not ended",
			   lun->nr_started - lun->nr_ended, lun->nr_started);
		return false;
	}
	list_for_each_entry_safe(io, next, &lun->ios, entry)
		mpath_kunit_free_io(io);
	INIT_LIST_HEAD(&lun->ios);
	KUNIT_EXPECT_EQ_MSG(lun->test, lun->nr_forbidden, 0, "bios with REQ_DRV");
	return true;
}

/* Ready for the next test. */
static void mpath_kunit_reset(struct mpath_kunit_lun *lun)
{
	bool changed_limits = false;
	unsigned int i;

	for (i = 0; i < MPATH_KUNIT_MAX_PATHS; i++) {
		mpath_kunit_reset_path(&lun->paths[i]);
		if (!lun->paths[i].changed_limits)
			continue;
		lun->paths[i].changed_limits = false;
		changed_limits = true;
		KUNIT_EXPECT_EQ(lun->test, mpath_kunit_default_limits(&lun->paths[i]), 0);
	}
	if (changed_limits)
		KUNIT_EXPECT_EQ(lun->test, mpath_kunit_stack_all(lun), 0);
	lun->nr_seen = 0;
	lun->max_stack = 0;
	lun->nr_forbidden = 0;
	lun->nr_started = 0;
	lun->nr_ended = 0;
}

void mpath_kunit_restart(struct mpath_kunit_lun *lun)
{
	KUNIT_ASSERT_TRUE(lun->test, mpath_kunit_stop_head(lun));
	mpath_head_destroy(lun->head);
	lun->head = NULL;
	mpath_kunit_reset(lun);
	mpath_kunit_start_head(lun);
}
EXPORT_SYMBOL_GPL(mpath_kunit_restart);

static void mpath_kunit_cleanup(void *context)
{
	struct mpath_kunit_lun *lun = context;

	if (!mpath_kunit_stop_head(lun)) {
		/* It may still be used; it is never freed, and neither is this module. */
		__module_get(THIS_MODULE);
	} else if (lun->own) {
		if (!mpath_kunit_free_disks(lun)) {
			KUNIT_FAIL(lun->test, "the head is still in use");
			__module_get(THIS_MODULE);
		}
	} else {
		mpath_head_destroy(lun->head);
		lun->head = NULL;
		mpath_kunit_reset(lun);
		mpath_kunit_spare = lun;
	}
}

static struct mpath_kunit_lun *mpath_kunit_start_lun(struct kunit *test,
						     struct mpath_kunit_lun *lun,
						     enum mpath_submit_mode mode,
						     unsigned int nr_paths)
{
	KUNIT_ASSERT_NOT_NULL(test, lun);
	lun->test = test;
	lun->nr_paths = nr_paths;
	lun->mode = mode;
	memset(lun->store, 0, MPATH_KUNIT_SECTORS << SECTOR_SHIFT);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, mpath_kunit_cleanup, lun), 0);
	mpath_kunit_start_head(lun);
	return lun;
}

struct mpath_kunit_lun *mpath_kunit_lun(struct kunit *test, enum mpath_submit_mode mode,
					unsigned int nr_paths)
{
	struct mpath_kunit_lun *lun = mpath_kunit_spare;

	mpath_kunit_spare = NULL;
	/* The first test of a suite, or one after a test that left bios behind. */
	if (!lun)
		lun = mpath_kunit_make_disks();
	return mpath_kunit_start_lun(test, lun, mode, nr_paths);
}
EXPORT_SYMBOL_GPL(mpath_kunit_lun);

struct mpath_kunit_lun *mpath_kunit_own_lun(struct kunit *test, enum mpath_submit_mode mode,
					    unsigned int nr_paths)
{
	struct mpath_kunit_lun *lun = mpath_kunit_make_disks();

	if (lun)
		lun->own = true;
	return mpath_kunit_start_lun(test, lun, mode, nr_paths);
}
EXPORT_SYMBOL_GPL(mpath_kunit_own_lun);

void mpath_kunit_suite_exit(struct kunit_suite *suite)
{
	if (mpath_kunit_spare && !mpath_kunit_free_disks(mpath_kunit_spare))
		__module_get(THIS_MODULE);
	mpath_kunit_spare = NULL;
}
EXPORT_SYMBOL_GPL(mpath_kunit_suite_exit);

/* --- bios ------------------------------------------------------------------------------ */

static struct mpath_kunit_face mpath_kunit_face(struct bio *bio)
{
	return (struct mpath_kunit_face){
		.bdev = bio->bi_bdev,
		.end_io = bio->bi_end_io,
		.private = bio->bi_private,
		.iter = bio->bi_iter,
		.opf = bio->bi_opf,
		.flags = bio->bi_flags,
		.remaining = atomic_read(&bio->__bi_remaining),
	};
}

/* Context: any. */
static void mpath_kunit_end_io(struct bio *bio)
{
	struct mpath_kunit_io *io = bio->bi_private;
	struct mpath_kunit_lun *lun = io->lun;
	unsigned long flags;

	/* Completed inside: once the lock is free, the I/O may be. */
	spin_lock_irqsave(&lun->lock, flags);
	io->status = bio->bi_status;
	io->after = mpath_kunit_face(bio);
	io->nr_ends++;
	io->order = lun->nr_ended++;
	io->worker = in_task() && current->flags & PF_WQ_WORKER;
	complete_all(&io->done);
	spin_unlock_irqrestore(&lun->lock, flags);
}

struct mpath_kunit_io *mpath_kunit_io(struct mpath_kunit_lun *lun, blk_opf_t opf, sector_t sector,
				      unsigned int sectors)
{
	const enum req_op op = opf & REQ_OP_MASK;
	const bool data = op == REQ_OP_READ || op == REQ_OP_WRITE;
	const unsigned int nr_pages = data ? DIV_ROUND_UP(sectors, PAGE_SECTORS) : 0;
	struct mpath_kunit_io *io = kzalloc(sizeof(*io), GFP_KERNEL);
	struct kunit *test = lun->test;
	unsigned int left, len;
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, io);
	io->lun = lun;
	io->sector = sector;
	io->sectors = sectors;
	init_completion(&io->done);
	io->bio = bio_alloc(lun->disk->part0, nr_pages, opf, GFP_KERNEL);
	list_add_tail(&io->entry, &lun->ios);
	io->bio->bi_iter.bi_sector = sector;
	io->bio->bi_end_io = mpath_kunit_end_io;
	io->bio->bi_private = io;
	if (!data) {
		io->bio->bi_iter.bi_size = sectors << SECTOR_SHIFT;
		return io;
	}
	for (left = sectors << SECTOR_SHIFT; left; left -= len) {
		page = alloc_page(GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, page);
		len = min_t(unsigned int, left, PAGE_SIZE);
		__bio_add_page(io->bio, page, len, 0);
	}
	return io;
}
EXPORT_SYMBOL_GPL(mpath_kunit_io);

void mpath_kunit_submit(struct mpath_kunit_io *io)
{
	struct mpath_kunit_lun *lun = io->lun;
	unsigned long flags;

	spin_lock_irqsave(&lun->lock, flags);
	lun->nr_started++;
	io->before = mpath_kunit_face(io->bio);
	spin_unlock_irqrestore(&lun->lock, flags);
	submit_bio(io->bio);
}
EXPORT_SYMBOL_GPL(mpath_kunit_submit);

struct mpath_kunit_io *mpath_kunit_read(struct mpath_kunit_lun *lun, sector_t sector)
{
	struct mpath_kunit_io *io = mpath_kunit_io(lun, REQ_OP_READ, sector, PAGE_SECTORS);

	mpath_kunit_submit(io);
	return io;
}
EXPORT_SYMBOL_GPL(mpath_kunit_read);

int mpath_kunit_wait(struct mpath_kunit_io *io)
{
	if (!wait_for_completion_timeout(&io->done, MPATH_KUNIT_PATIENCE))
		return -ETIMEDOUT;
	return (__force u8)io->status;
}
EXPORT_SYMBOL_GPL(mpath_kunit_wait);

bool mpath_kunit_has_ended(struct mpath_kunit_io *io)
{
	return READ_ONCE(io->nr_ends);
}
EXPORT_SYMBOL_GPL(mpath_kunit_has_ended);

unsigned int mpath_kunit_nr_wrong(struct mpath_kunit_io **ios, unsigned int nr, blk_status_t status)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < nr; i++) {
		if (mpath_kunit_wait(ios[i]) == -ETIMEDOUT)
			return wrong + nr - i;
		if (ios[i]->status != status || ios[i]->nr_ends != 1)
			wrong++;
	}
	return wrong;
}
EXPORT_SYMBOL_GPL(mpath_kunit_nr_wrong);

static struct bvec_iter mpath_kunit_all_of(struct mpath_kunit_io *io)
{
	return (struct bvec_iter){
		.bi_sector = io->sector,
		.bi_size = io->sectors << SECTOR_SHIFT,
	};
}

void mpath_kunit_fill(struct mpath_kunit_io *io, u8 seed)
{
	struct bvec_iter iter;
	struct bio_vec vec;
	u8 *memory;

	__bio_for_each_segment(vec, io->bio, iter, mpath_kunit_all_of(io))
	{
		memory = bvec_kmap_local(&vec);
		mpath_kunit_pattern(memory, iter.bi_sector, vec.bv_len >> SECTOR_SHIFT, seed);
		kunmap_local(memory);
	}
}
EXPORT_SYMBOL_GPL(mpath_kunit_fill);

bool mpath_kunit_holds(struct mpath_kunit_io *io, u8 seed)
{
	struct bvec_iter iter;
	struct bio_vec vec;
	bool same = true;
	u8 *memory;

	__bio_for_each_segment(vec, io->bio, iter, mpath_kunit_all_of(io))
	{
		memory = bvec_kmap_local(&vec);
		same &= mpath_kunit_is_pattern(memory, iter.bi_sector, vec.bv_len >> SECTOR_SHIFT,
					       seed);
		kunmap_local(memory);
	}
	return same;
}
EXPORT_SYMBOL_GPL(mpath_kunit_holds);

/* --- time, threads, faults --------------------------------------------------------------- */

void mpath_kunit_pause(unsigned int ms)
{
	schedule_timeout_uninterruptible(msecs_to_jiffies(ms) + 1);
}
EXPORT_SYMBOL_GPL(mpath_kunit_pause);

static int mpath_kunit_thread_fn(void *arg)
{
	struct mpath_kunit_thread *thread = arg;

	thread->fn(thread->arg);
	complete_all(&thread->done);
	return 0;
}

struct mpath_kunit_thread *mpath_kunit_prepare(struct mpath_kunit_lun *lun, int cpu,
					       void (*fn)(void *arg), void *arg)
{
	struct mpath_kunit_thread *thread = kzalloc(sizeof(*thread), GFP_KERNEL);
	struct task_struct *task;

	KUNIT_ASSERT_NOT_NULL(lun->test, thread);
	init_completion(&thread->done);
	thread->fn = fn;
	thread->arg = arg;
	task = kthread_create(mpath_kunit_thread_fn, thread, "mpath_kunit");
	if (IS_ERR(task))
		kfree(thread);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(lun->test, task);
	if (cpu >= 0)
		kthread_bind(task, cpu);
	thread->task = get_task_struct(task);
	list_add_tail(&thread->entry, &lun->threads);
	return thread;
}
EXPORT_SYMBOL_GPL(mpath_kunit_prepare);

void mpath_kunit_go(struct mpath_kunit_thread *thread)
{
	thread->started = true;
	wake_up_process(thread->task);
}
EXPORT_SYMBOL_GPL(mpath_kunit_go);

struct mpath_kunit_thread *mpath_kunit_start(struct mpath_kunit_lun *lun, int cpu,
					     void (*fn)(void *arg), void *arg)
{
	struct mpath_kunit_thread *thread = mpath_kunit_prepare(lun, cpu, fn, arg);

	mpath_kunit_go(thread);
	return thread;
}
EXPORT_SYMBOL_GPL(mpath_kunit_start);

bool mpath_kunit_is_done(struct mpath_kunit_thread *thread)
{
	return completion_done(&thread->done);
}
EXPORT_SYMBOL_GPL(mpath_kunit_is_done);

bool mpath_kunit_join(struct mpath_kunit_thread *thread)
{
	if (thread->joined)
		return true;
	if (thread->started && !wait_for_completion_timeout(&thread->done, MPATH_KUNIT_PATIENCE))
		return false;
	kthread_stop(thread->task);
	thread->joined = true;
	return true;
}
EXPORT_SYMBOL_GPL(mpath_kunit_join);

#ifdef CONFIG_KPROBES

struct mpath_kunit_stall {
	struct kprobe probe;
	struct task_struct *victim;
	atomic_t taken;
	bool stalled;
	bool go;
};

/* Nobody is stopped for longer than this. */
#define MPATH_KUNIT_STALL_NS (5 * NSEC_PER_SEC)

/* Context: the victim's, preemption off. It may have been off before: it spins where it is. */
static int mpath_kunit_stall_here(struct kprobe *probe, struct pt_regs *regs)
{
	struct mpath_kunit_stall *stall = container_of(probe, struct mpath_kunit_stall, probe);
	u64 end;

	if (current != stall->victim || atomic_xchg(&stall->taken, 1))
		return 0;
	end = ktime_get_mono_fast_ns() + MPATH_KUNIT_STALL_NS;
	WRITE_ONCE(stall->stalled, true);
	while (!READ_ONCE(stall->go) && ktime_get_mono_fast_ns() < end)
		cpu_relax();
	WRITE_ONCE(stall->stalled, false);
	return 0;
}
NOKPROBE_SYMBOL(mpath_kunit_stall_here);

static void mpath_kunit_end_stall(void *context)
{
	struct mpath_kunit_stall *stall = context;

	WRITE_ONCE(stall->go, true);
	unregister_kprobe(&stall->probe);
	kfree(stall);
}

struct mpath_kunit_stall *mpath_kunit_stall(struct kunit *test, struct mpath_kunit_thread *thread,
					    const char *symbol)
{
	struct mpath_kunit_stall *stall;
	int ret;

	if (num_online_cpus() < 2)
		kunit_skip(test, "needs two CPUs");
	set_cpus_allowed_ptr(current, cpumask_of(0));
	stall = kzalloc(sizeof(*stall), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, stall);
	stall->victim = thread->task;
	stall->probe.symbol_name = symbol;
	stall->probe.pre_handler = mpath_kunit_stall_here;
	ret = register_kprobe(&stall->probe);
	KUNIT_EXPECT_EQ_MSG(test, ret, 0, "no probe at %s", symbol);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, mpath_kunit_end_stall, stall), 0);
	return stall;
}

bool mpath_kunit_is_stalled(struct mpath_kunit_stall *stall)
{
	return READ_ONCE(stall->stalled);
}

void mpath_kunit_unstall(struct mpath_kunit_stall *stall)
{
	WRITE_ONCE(stall->go, true);
}

#else /* !CONFIG_KPROBES */

struct mpath_kunit_stall *mpath_kunit_stall(struct kunit *test, struct mpath_kunit_thread *thread,
					    const char *symbol)
{
	kunit_skip(test, "needs kprobes");
	return NULL;
}

bool mpath_kunit_is_stalled(struct mpath_kunit_stall *stall)
{
	return false;
}

void mpath_kunit_unstall(struct mpath_kunit_stall *stall) {}

#endif /* CONFIG_KPROBES */

EXPORT_SYMBOL_GPL(mpath_kunit_stall);
EXPORT_SYMBOL_GPL(mpath_kunit_is_stalled);
EXPORT_SYMBOL_GPL(mpath_kunit_unstall);

int mpath_kunit_sh(const char *script)
{
	char *argv[] = { "/bin/sh", "-ec", (char *)script, NULL };
	char *envp[] = { "PATH=/bin", NULL };

	return call_usermodehelper(argv[0], argv, envp, UMH_WAIT_PROC);
}
EXPORT_SYMBOL_GPL(mpath_kunit_sh);

static void mpath_kunit_allocate_again(void *context)
{
	mpath_kunit_sh("cd /sys/kernel/debug/failslab; echo 0 >probability; "
		       "echo N >task-filter; echo Y >ignore-gfp-wait");
}

void mpath_kunit_fail_allocations(struct kunit *test)
{
	void *memory;

	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, mpath_kunit_allocate_again, NULL), 0);
	if (mpath_kunit_sh("cd /sys/kernel/debug/failslab; echo 0 >verbose; echo Y >task-filter; "
			   "echo -1 >times; echo N >ignore-gfp-wait; echo 100 >probability"))
		kunit_skip(test, "no way to set up failslab");
	current->fail_nth = 1;
	memory = kmalloc(16, GFP_KERNEL);
	current->fail_nth = 0;
	kfree(memory);
	if (memory)
		kunit_skip(test, "failslab does not fail");
}
EXPORT_SYMBOL_GPL(mpath_kunit_fail_allocations);

MODULE_DESCRIPTION("What the KUnit suites of multipath share");
MODULE_LICENSE("GPL");
