// SPDX-License-Identifier: GPL-2.0
/*
 * I/O records: how a bio goes down a path and comes back whole.
 *
 * Interposing: the submitter's own bio goes down, with our end_io in place of its own.
 * What the path may change is saved before and restored after, so that the bio can
 * be sent again from its start, or given back as if we had never been there. The
 * fields are those that device-mapper's dm-bio-record.h saves.
 *
 * Cloning: a clone goes down and the submitter's bio waits, untouched. The clone lies
 * in the record and shares the vectors of its original.
 */
#include <linux/bio.h>
#include <linux/blk-integrity.h>
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/mempool.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <trace/events/block.h>

#include "account.h"
#include "compat.h"
#include "compat_plug.h"
#include "count.h"
#include "mpath_disk.h"
#include "port.h"
#include "read.h"
#include "shim.h"
#include "trace.h"

struct mpk_io_pool {
	mempool_t records;
};

/* What interposing saves. */
struct mpk_saved {
	struct bvec_iter iter;
	bio_end_io_t *end_io;
	void *private;
	blk_opf_t opf;
	unsigned short flags;
};

struct mpk_record {
	struct mpath_io io;
	union {
		struct bio *bio; /* the submitter's */
		struct mpk_record *next_free;
	};
	struct block_device *bdev; /* the head's, or a partition of it */
	unsigned long start;       /* jiffies, for the head's accounting */
	enum mpk_account accounted;

	union {
		struct mpk_saved saved; /* between mpk_point_bio() and mpk_end_interposed() */
		struct bio clone;       /* between mpk_point_clone() and mpk_end_clone() */
	};
};

static struct kmem_cache *mpk_record_cache;

/*
 * Records that this CPU has freed, for its next bios: a record from the slab and back
 * costs a third of what a head adds to an I/O. Shared by all heads; the reserve that
 * guarantees progress is in the pool of each.
 */
#define MPK_FREE_MAX 64

struct mpk_free_records {
	struct mpk_record *at_hand; /* one that is taken and kept in a single instruction */
	struct mpk_record *first;   /* the others, with interrupts off */
	unsigned int nr;
};

static DEFINE_PER_CPU(struct mpk_free_records, mpk_free_records);

/*
 * Forward progress needs one record; the second is for a bio that is resent while
 * another is submitted.
 */
#define MPK_RESERVE BIO_POOL_SIZE

static const blk_status_t mpk_to_blk[MPATH_STS_MAX] = {
	[MPATH_STS_OK] = BLK_STS_OK,
	[MPATH_STS_NOTSUPP] = BLK_STS_NOTSUPP,
	[MPATH_STS_TIMEOUT] = BLK_STS_TIMEOUT,
	[MPATH_STS_NOSPC] = BLK_STS_NOSPC,
	[MPATH_STS_TRANSPORT] = BLK_STS_TRANSPORT,
	[MPATH_STS_TARGET] = BLK_STS_TARGET,
	[MPATH_STS_RESV_CONFLICT] = BLK_STS_RESV_CONFLICT,
	[MPATH_STS_MEDIUM] = BLK_STS_MEDIUM,
	[MPATH_STS_PROTECTION] = BLK_STS_PROTECTION,
	[MPATH_STS_RESOURCE] = BLK_STS_RESOURCE,
	[MPATH_STS_IOERR] = BLK_STS_IOERR,
	[MPATH_STS_AGAIN] = BLK_STS_AGAIN,
	[MPATH_STS_DEV_RESOURCE] = BLK_STS_DEV_RESOURCE,
	[MPATH_STS_ZONE_RESOURCE] = BLK_STS_ZONE_RESOURCE,
	[MPATH_STS_ZONE_OPEN_RESOURCE] = BLK_STS_ZONE_OPEN_RESOURCE,
	[MPATH_STS_ZONE_ACTIVE_RESOURCE] = BLK_STS_ZONE_ACTIVE_RESOURCE,
	[MPATH_STS_OFFLINE] = BLK_STS_OFFLINE,
	[MPATH_STS_DURATION_LIMIT] = BLK_STS_DURATION_LIMIT,
	[MPATH_STS_INVAL] = BLK_STS_INVAL,
};

enum mpath_status mpath_status_of(blk_status_t status)
{
	enum mpath_status i;

	if (likely(status == BLK_STS_OK))
		return MPATH_STS_OK;
	for (i = MPATH_STS_OK; i < MPATH_STS_MAX; i++)
		if (mpk_to_blk[i] == status)
			return i;
	return MPATH_STS_IOERR;
}
EXPORT_SYMBOL_GPL(mpath_status_of);

struct mpk_io_pool *mpk_io_pool_create(void)
{
	struct mpk_io_pool *pool = kzalloc(sizeof(*pool), GFP_KERNEL);

	if (!pool)
		return NULL;
	if (mempool_init_slab_pool(&pool->records, MPK_RESERVE, mpk_record_cache)) {
		kfree(pool);
		return NULL;
	}
	return pool;
}

void mpk_io_pool_destroy(struct mpk_io_pool *pool)
{
	mempool_exit(&pool->records);
	kfree(pool);
}

static __always_inline struct mpk_record *mpk_take_record_at_hand(void)
{
	return this_cpu_xchg(mpk_free_records.at_hand, NULL);
}

/* Completions free in any context. */
static struct mpk_record *mpk_take_free_record(void)
{
	struct mpk_free_records *free;
	struct mpk_record *record;
	unsigned long flags;

	local_irq_save(flags);
	free = this_cpu_ptr(&mpk_free_records);
	record = free->first;
	if (record) {
		free->first = record->next_free;
		free->nr--;
	}
	local_irq_restore(flags);
	return record;
}

/* NULL: there is no memory, and the bio would not wait. It has ended. */
static noinline struct mpk_record *mpk_take_another_record(struct mpk_io_pool *pool,
							   struct bio *bio)
{
	struct mpk_record *record = mpk_take_free_record();

	if (!record)
		record = mempool_alloc(&pool->records,
				       bio->bi_opf & REQ_NOWAIT ? GFP_NOWAIT : GFP_NOIO);
	if (unlikely(!record)) {
		bio->bi_status = BLK_STS_AGAIN;
		bio_endio(bio);
	}
	return record;
}

static bool mpk_keep_another_record(struct mpk_record *record)
{
	struct mpk_free_records *free;
	unsigned long flags;
	bool room;

	local_irq_save(flags);
	free = this_cpu_ptr(&mpk_free_records);
	room = free->nr < MPK_FREE_MAX;
	if (room) {
		record->next_free = free->first;
		free->first = record;
		free->nr++;
	}
	local_irq_restore(flags);
	return room;
}

/* A reserve that was touched comes first: somebody may sleep for it. */
static bool mpk_reserve_is_whole(const mempool_t *records)
{
	return likely(READ_ONCE(records->curr_nr) >= records->min_nr);
}

static noinline void mpk_free_another_record(struct mpk_record *record, mempool_t *records)
{
	if (!mpk_reserve_is_whole(records) || !mpk_keep_another_record(record))
		mempool_free(record, records);
}

static __always_inline void mpk_record_free(struct mpk_record *record)
{
	mempool_t *records = &mpath_head_front_of(record->io.head)->pool->records;

	if (unlikely(!mpk_reserve_is_whole(records) ||
		     this_cpu_cmpxchg(mpk_free_records.at_hand, NULL, record)))
		mpk_free_another_record(record, records);
}

static __always_inline void mpk_finish(struct mpk_record *record, enum mpath_status status)
{
	struct bio *bio = record->bio;

	mpk_account_end(bio, record->accounted, record->io.direction, record->io.sectors,
			record->start);
	if (unlikely(status != MPATH_STS_OK))
		bio->bi_status = mpk_to_blk[status];
	/* Before the bio ends: the submitter may wait for memory that this frees. */
	mpk_record_free(record);
	bio_endio(bio);
}

void mpk_io_finish(struct mpath_io *io, enum mpath_status status)
{
	mpk_finish(container_of(io, struct mpk_record, io), status);
}

/* Most of the time nobody but us wants to know. */
static __always_inline void mpk_done(struct mpk_record *record, enum mpath_status status)
{
	if (likely(status == MPATH_STS_OK && !record->io.news)) {
		const struct mpath_device_front *path = mpath_device_front_of(record->io.path);
		u32 __percpu *in_flight = mpk_in_flight(path, record->io.epoch);

		if (record->io.counted)
			atomic_dec((atomic_t *)path->active);
		mpk_finish(record, MPATH_STS_OK);
		/* Last: until here it keeps the path, and that the head. */
		mpk_count_back_here(in_flight);
		return;
	}
	mpath_io_done(&record->io, status);
}

/* What the submitter sees of the bio, as it was. */
static __always_inline void mpk_restore(const struct mpk_record *record, struct bio *bio,
					struct block_device *bdev)
{
	const struct mpk_saved *saved = &record->saved;

	bio->bi_bdev = bdev;
	bio->bi_iter = saved->iter;
	bio->bi_end_io = saved->end_io;
	bio->bi_private = saved->private;
	bio->bi_opf = saved->opf;
	bio->bi_flags = saved->flags;
	/* A path that split the bio has counted this down to 0; of one that was split it is a clone. */
	atomic_set(&bio->__bi_remaining, 1);
}

static noinline void mpk_end_with_care(struct mpk_record *record, struct bio *bio)
{
	enum mpath_status status = MPATH_STS_OK;
	struct block_device *path = bio->bi_bdev;

	if (unlikely(bio->bi_status)) {
		status = mpath_status_of(bio->bi_status);
		bio->bi_status = BLK_STS_OK;
	}
	mpk_restore(record, bio, record->bdev);
	/* Still in the request that it was merged into. */
	bio->bi_next = NULL;
	/* Who polls for it asks the path that failed; the next one tells by itself. */
	if (unlikely(status != MPATH_STS_OK)) {
		bio_clear_polled(bio);
		WRITE_ONCE(bio->bi_cookie, BLK_QC_T_NONE);
	}
	trace_mpath_complete(&record->io, record->bdev, path, bio, status);
	mpk_done(record, status);
}

/* The usual end: nobody but us and the submitter wants to know. */
static void mpk_end_interposed(struct bio *bio)
{
	struct mpk_record *record = bio->bi_private;
	const struct mpath_device_front *path = mpath_device_front_of(record->io.path);
	struct block_device *bdev = record->bdev;
	u32 __percpu *in_flight = mpk_in_flight(path, record->io.epoch);

	/* One register to be kept, not two. */
	OPTIMIZER_HIDE_VAR(in_flight);
	if (unlikely(bio->bi_status || record->io.news || trace_mpath_complete_enabled() ||
		     !mpk_account_end_if_short(bdev, record->accounted, record->io.direction,
					       record->io.sectors, record->start))) {
		mpk_end_with_care(record, bio);
		return;
	}
	mpk_restore(record, bio, bdev);
	if (record->io.counted)
		atomic_dec((atomic_t *)path->active);
	/* As mpk_finish(). */
	mpk_record_free(record);
	bio_endio(bio);
	mpk_count_back_here(in_flight);
}

static void mpk_end_clone(struct bio *clone)
{
	struct mpk_record *record = clone->bi_private;
	enum mpath_status status = mpath_status_of(clone->bi_status);

	trace_mpath_complete(&record->io, record->bdev, clone->bi_bdev, record->bio, status);
	bio_uninit(clone);
	mpk_done(record, status);
}

static __always_inline void mpk_save(struct mpk_record *record, struct bio *bio)
{
	struct mpk_saved *saved = &record->saved;

	saved->iter = bio->bi_iter;
	saved->end_io = bio->bi_end_io;
	saved->private = bio->bi_private;
	saved->opf = bio->bi_opf;
	saved->flags = bio->bi_flags;
}

/*
 * bio_set_dev(): its cgroup's part of the head becomes that of the path. A bio that has been down a
 * path belongs to none any more. In a read section, which saves a second one.
 *
 * BIO_REMAPPED: a path that is being detached has capacity 0 from some moment on, and the block
 * layer would fail the bio before its driver sees it. The bio was checked against the head.
 */
static __always_inline void mpk_set_dev(struct bio *bio, struct block_device *path)
{
#ifdef CONFIG_BLK_CGROUP
	/* Of most bios it is the root, which is there and need not be asked for its name. */
	const bool of_root = bio->bi_blkg == bdev_get_queue(bio->bi_bdev)->root_blkg;

	if (likely(of_root || bio->bi_blkg)) {
		bio_clear_flag(bio, BIO_BPS_THROTTLED);
		bio_set_flag(bio, BIO_REMAPPED);
		bio->bi_bdev = path;
		if (likely(of_root))
			bio_associate_blkg_from_css(bio, NULL);
		else
			bio_clone_blkg_association(bio, bio);
		return;
	}
#endif
	bio_set_dev(bio, path);
	bio_set_flag(bio, BIO_REMAPPED);
}

static struct block_device *mpk_path_of(const struct mpk_record *record)
{
	return mpath_device_front_of(record->io.path)->disk->part0;
}

/* Context: a read section. */
static __always_inline void mpk_point_bio(struct mpk_record *record, struct bio *bio)
{
	mpk_save(record, bio);
	mpk_set_dev(bio, mpk_path_of(record));
	bio->bi_end_io = mpk_end_interposed;
}

/* Context: process; may have to sleep. */
static bool mpk_point_clone(struct mpk_record *record)
{
	struct bio *clone = &record->clone;

	/* Whoever polls has the original, which does not know where the clone is. */
	bio_clear_polled(record->bio);
	/* With a device it would be charged to a cgroup twice: as new, and as a clone. */
	if (bio_init_clone(NULL, clone, record->bio, GFP_NOIO)) {
		bio_uninit(clone);
		return false;
	}
	clone->bi_bdev = mpk_path_of(record);
	bio_set_flag(clone, BIO_REMAPPED);
	bio_clone_blkg_association(clone, record->bio);
	clone->bi_end_io = mpk_end_clone;
	return true;
}

static noinline void mpk_trace_sent(const struct mpk_record *record, struct bio *lower)
{
	trace_block_bio_remap(lower, disk_devt(record->bdev->bd_disk),
			      record->bio->bi_iter.bi_sector);
	trace_mpath_submit(&record->io, record->bdev, lower->bi_bdev, lower, record->io.failfast);
}

/*
 * The block layer lets no bio-based driver call another: what the head hands on would wait on
 * current->bio_list until the head's submit_bio() has returned, so that no stack grows with the
 * number of devices that are stacked. It is sorted there, and its time is taken and a plug is
 * flushed for it once more. A path's disk has a queue of requests and calls nobody, so it may be
 * called from here; and what is split off below goes down before anything that came later.
 */
static __always_inline void mpk_submit_at_once(struct bio *lower)
{
	struct bio_list *waiting = current->bio_list;

	current->bio_list = NULL;
	submit_bio_noacct(lower);
	current->bio_list = waiting;
}

/* It has been pointed at its path. Context: process. */
static __always_inline void mpk_submit(struct mpk_record *record, struct bio *lower)
{
	lower->bi_private = record;
	if (record->io.failfast)
		lower->bi_opf |= REQ_FAILFAST_MASK;
	if (trace_block_bio_remap_enabled() || trace_mpath_submit_enabled())
		mpk_trace_sent(record, lower);
	mpk_submit_at_once(lower);
}

static void mpk_send_clone(struct mpk_record *record)
{
	if (mpk_point_clone(record))
		mpk_submit(record, &record->clone);
	else
		mpath_io_done(&record->io, MPATH_STS_RESOURCE);
}

void mpk_io_send(struct mpath_io *io)
{
	struct mpk_record *record = container_of(io, struct mpk_record, io);

	if (io->clone) {
		mpk_send_clone(record);
		return;
	}
	mpk_read_lock_here();
	mpk_point_bio(record, record->bio);
	mpk_read_unlock_here();
	mpk_submit(record, record->bio);
}

/*
 * Reads or writes one segment of a page at most: that is within every limit but of a boundary, by which
 * a path splits it. And with it comes nothing else to be looked after.
 */
static __always_inline bool mpk_is_plain(struct bio *bio)
{
	const blk_opf_t odd = (REQ_OP_MASK & ~REQ_OP_WRITE) | REQ_INTEGRITY;

	BUILD_BUG_ON((__force u32)REQ_OP_READ != 0 || (__force u32)REQ_OP_WRITE != 1);
	return bio->bi_vcnt == 1 && !(bio->bi_opf & odd) && !bio_flagged(bio, BIO_CHAIN) &&
	       bio->bi_io_vec->bv_offset + bio->bi_io_vec->bv_len <= PAGE_SIZE;
}

/*
 * Large I/O goes down in pieces, over all paths. What is no larger than a piece is not looked at
 * segment by segment, which the path has to do in any case: it splits what is beyond its limits.
 */
static bool mpk_is_small_enough(struct bio *bio)
{
	const struct queue_limits *limits = &bdev_get_queue(bio->bi_bdev)->limits;

	return (bio_op(bio) == REQ_OP_READ || bio_op(bio) == REQ_OP_WRITE) &&
	       bio_sectors(bio) <= limits->max_sectors && bio->bi_vcnt <= limits->max_segments;
}

/*
 * The path's disk that has what @bio continues: @last, which its submitter holds back, and into which
 * the block layer would merge it. NULL, if it would not.
 * Context: the submitter, in a read section; else its plug could be flushed meanwhile.
 */
static noinline struct gendisk *mpk_disk_that_it_continues(const struct request *last,
							   struct bio *bio)
{
	if (blk_rq_pos(last) + blk_rq_sectors(last) != bio->bi_iter.bi_sector ||
	    req_op(last) != bio_op(bio) || (bio->bi_opf & REQ_NOMERGE_FLAGS) ||
	    blk_rq_sectors(last) + bio_sectors(bio) > queue_max_sectors(last->q) ||
	    blk_queue_nomerges(last->q))
		return NULL;
	return last->q->disk;
}

/* @plain: mpk_is_plain(). It is within the head's limits. */
static __always_inline void mpk_submit_with(struct mpk_record *record, struct mpath_head *head,
					    struct bio *bio, bool plain)
{
	struct block_device *bdev = bio->bi_bdev;
	u32 is_write = op_is_write(bio->bi_opf);
	const unsigned long now = READ_ONCE(jiffies);
	const struct request *held_back;
	struct gendisk *neighbour = NULL;
	struct mpath_device *path;

	BUILD_BUG_ON(MPATH_READ != 0 || MPATH_WRITE != 1);
	/* To be told once. */
	OPTIMIZER_HIDE_VAR(is_write);
	record->bio = bio;
	record->bdev = bdev;
	record->io.head = head;
	record->io.sectors = plain || bio_has_data(bio) ? bio_sectors(bio) : 0;
	record->io.direction = is_write;
	memset_startat(&record->io, 0, moves);
	/*
	 * Others were split from it: its end does not tell its own fate. Or its submitter has protected
	 * it, and before 6.11 whoever ends a bio frees that.
	 */
	if (!plain && (bio_flagged(bio, BIO_CHAIN) || bio_integrity(bio)))
		record->io.clone = true;

	mpk_read_lock_here();
	if (likely(blk_queue_io_stat(bdev_get_queue(bdev))))
		record->accounted = mpk_account_start(bio, plain, is_write, now, &record->start);
	else
		record->accounted = MPK_ACCOUNT_NONE;
	held_back = mpath_compat_held_back();
	if (unlikely(held_back))
		neighbour = mpk_disk_that_it_continues(held_back, bio);
	path = likely(!neighbour) ? mpath_head_route(head, &record->io, numa_node_id(), now)
				  : mpath_head_route_along(head, &record->io, neighbour);
	if (unlikely((unsigned long)path <= (unsigned long)MPATH_NOWHERE)) {
		mpk_read_unlock_here();
		if (path)
			mpk_finish(record, record->io.status);
		return;
	}
	mpk_count_sent_here(head, path, &record->io);
	if (unlikely(record->io.clone)) {
		mpk_read_unlock_here();
		mpk_send_clone(record);
		return;
	}
	mpk_point_bio(record, bio);
	mpk_read_unlock_here();
	mpk_submit(record, bio);
}

static __always_inline void mpk_submit_new(struct mpath_head *head, struct bio *bio, bool plain)
{
	struct mpk_record *record = mpk_take_record_at_hand();

	if (unlikely(!record))
		record = mpk_take_another_record(mpath_head_front_of(head)->pool, bio);
	if (likely(record))
		mpk_submit_with(record, head, bio, plain);
}

/*
 * To the head's limits and from the head's pool: a path, and with it its pool, may go while the bio
 * lives on.
 */
static noinline void mpk_submit_odd(struct mpath_head *head, struct bio *bio)
{
	if (!mpk_is_small_enough(bio))
		bio = bio_split_to_limits(bio);
	if (bio)
		mpk_submit_new(head, bio, false);
}

void mpath_submit_bio(struct mpath_head *head, struct bio *bio)
{
	if (likely(mpk_is_plain(bio)))
		mpk_submit_new(head, bio, true);
	else
		mpk_submit_odd(head, bio);
}
EXPORT_SYMBOL_GPL(mpath_submit_bio);

bool mpk_io_is_nowait(const struct mpath_io *io)
{
	return container_of(io, const struct mpk_record, io)->bio->bi_opf & REQ_NOWAIT;
}

bool mpk_io_is_ordinary(const struct mpath_io *io)
{
	switch (bio_op(container_of(io, const struct mpk_record, io)->bio)) {
	case REQ_OP_READ:
	case REQ_OP_WRITE:
	case REQ_OP_FLUSH:
		return true;
	default:
		return false;
	}
}

void mpk_io_learn_limits(struct mpath_io *io, struct gendisk *path)
{
	struct mpk_record *record = container_of(io, struct mpk_record, io);
	struct queue_limits *learned = &path->queue->limits;
	struct queue_limits *limits = &record->bdev->bd_disk->queue->limits;

	switch (bio_op(record->bio)) {
	case REQ_OP_DISCARD:
		if (!learned->max_discard_sectors)
			limits->max_discard_sectors = 0;
		break;
	case REQ_OP_SECURE_ERASE:
		if (!learned->max_secure_erase_sectors)
			limits->max_secure_erase_sectors = 0;
		break;
	case REQ_OP_WRITE_ZEROES:
		if (!learned->max_write_zeroes_sectors)
			limits->max_write_zeroes_sectors = 0;
		break;
	default:
		break;
	}
}

void mpk_trace_move(const struct mpath_io *io, struct gendisk *from, enum mpath_status status)
{
	const struct mpk_record *record = container_of(io, const struct mpk_record, io);

	trace_mpath_move(io, record->bdev, from->part0, record->bio, status);
}

void mpk_trace_park(const struct mpath_io *io)
{
	const struct mpk_record *record = container_of(io, const struct mpk_record, io);

	trace_mpath_park(io, record->bdev, record->bio);
}

void mpk_plugged(void (*fn)(void *arg), void *arg)
{
	struct blk_plug plug;

	blk_start_plug(&plug);
	fn(arg);
	blk_finish_plug(&plug);
}

int mpk_io_init(void)
{
	mpk_record_cache = KMEM_CACHE(mpk_record, 0);
	return mpk_record_cache ? 0 : -ENOMEM;
}

/* No head is left, so nobody takes or frees records. */
void mpk_io_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct mpk_free_records *free = per_cpu_ptr(&mpk_free_records, cpu);

		if (free->at_hand)
			kmem_cache_free(mpk_record_cache, free->at_hand);
		while (free->first) {
			struct mpk_record *record = free->first;

			free->first = record->next_free;
			kmem_cache_free(mpk_record_cache, record);
		}
	}
	kmem_cache_destroy(mpk_record_cache);
}
