// SPDX-License-Identifier: GPL-2.0
/*
 * Paths and heads that come and go under I/O: nothing is lost, nothing waits for ever,
 * nobody touches what has been freed. Windows that a race needs are held open, see
 * mpath_kunit_stall(); the rest is left to two CPUs and many tries.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "mpath_kunit_helpers.h"

KUNIT_ARRAY_PARAM(mode, mpath_kunit_modes, mpath_kunit_describe_mode);

static void life_submit(void *arg)
{
	mpath_kunit_submit(arg);
}

static void life_detach(void *arg)
{
	mpath_kunit_detach(arg);
}

static void life_kill(void *arg)
{
	struct mpath_kunit_lun *lun = arg;

	mpath_head_kill(lun->head);
}

static void life_fail_one(void *arg)
{
	mpath_kunit_release(arg, 1, BLK_STS_TRANSPORT);
}

/*
 * As long as another thread would need to get past the place where it must wait: the three
 * grace periods of a removal, on an emulated CPU.
 */
static void life_let_it_run(void)
{
	mpath_kunit_pause(300);
}

/*
 * A parked bio that is woken ends sooner than this; one that is forgotten, by the look 100 ms
 * (and a tick less) after it was parked. A busy machine may take longer now and then: the
 * best of some tries counts.
 */
#define LIFE_WOKEN_MS 80
#define LIFE_TRIES 6

/* ms from @since until @io has ended; too many if it does not. */
static u64 life_ms_until_end(struct mpath_kunit_io *io, u64 since)
{
	if (mpath_kunit_wait(io) == -ETIMEDOUT)
		return U64_MAX;
	return (ktime_get_ns() - since) / NSEC_PER_MSEC;
}

/* --- removing a path ------------------------------------------------------------------------ */

static void removal_waits_for_bios_in_flight(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_path *b = &lun->paths[1];
	struct mpath_kunit_thread *remover;
	struct mpath_kunit_io *ios[6];
	unsigned int i;

	mpath_kunit_hold(a);
	for (i = 0; i < ARRAY_SIZE(ios); i++)
		ios[i] = mpath_kunit_read(lun, i * 8);
	remover = mpath_kunit_start(lun, -1, life_detach, a);
	life_let_it_run();
	/* Nothing goes there any more. */
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(b), 1);
	for (i = 0; i < ARRAY_SIZE(ios); i++) {
		KUNIT_EXPECT_FALSE(test, mpath_kunit_is_done(remover));
		mpath_kunit_release(a, 1, i % 2 ? BLK_STS_TRANSPORT : BLK_STS_OK);
	}
	KUNIT_EXPECT_TRUE(test, mpath_kunit_join(remover));
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_wrong(ios, ARRAY_SIZE(ios), BLK_STS_OK), 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(b), 1 + ARRAY_SIZE(ios) / 2);
}

static void removal_waits_for_a_probe(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, 1);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_thread *remover;
	int nr_probes;

	mpath_kunit_hold_probe(a);
	mpath_device_recheck(a->core);
	KUNIT_ASSERT_TRUE(test, mpath_kunit_eventually(atomic_read(&a->in_probe)));
	remover = mpath_kunit_start(lun, -1, life_detach, a);
	life_let_it_run();
	KUNIT_EXPECT_FALSE(test, mpath_kunit_is_done(remover));
	/* A verdict after which it would be asked again and again. */
	WRITE_ONCE(a->verdict, MPATH_VERDICT_LATER);
	mpath_kunit_free_probe(a);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_join(remover));
	nr_probes = atomic_read(&a->nr_probes);
	mpath_kunit_pause(450);
	KUNIT_EXPECT_EQ(test, atomic_read(&a->nr_probes), nr_probes);
}

/* The removal of @path waits for @thread, which stands still where @stall is. */
static void life_detach_waits(struct kunit *test, struct mpath_kunit_path *path,
			      struct mpath_kunit_thread *thread, struct mpath_kunit_stall *stall)
{
	struct mpath_kunit_thread *remover;

	mpath_kunit_go(thread);
	KUNIT_ASSERT_TRUE(test, mpath_kunit_eventually(mpath_kunit_is_stalled(stall)));
	remover = mpath_kunit_start(path->lun, 0, life_detach, path);
	life_let_it_run();
	KUNIT_EXPECT_TRUE(test, mpath_kunit_is_stalled(stall));
	KUNIT_EXPECT_FALSE(test, mpath_kunit_is_done(remover));
	mpath_kunit_unstall(stall);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_join(remover));
	KUNIT_EXPECT_TRUE(test, mpath_kunit_join(thread));
}

static void removal_waits_for_who_has_just_chosen_the_path(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, 2);
	struct mpath_kunit_io *io = mpath_kunit_io(lun, REQ_OP_READ, 0, 8);
	struct mpath_kunit_thread *submitter = mpath_kunit_prepare(lun, 1, life_submit, io);
	/* Chosen, and counted, but not on its way yet. */
	struct mpath_kunit_stall *stall = mpath_kunit_stall(test, submitter, "mpath_head_watch");

	life_detach_waits(test, &lun->paths[0], submitter, stall);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
}

/*
 * numa remembers its choice for the node. Whoever chose the path before it was marked
 * must not write it down after the hints have been cleared.
 */
static void removal_leaves_no_hint_behind(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, 0);
	struct mpath_kunit_io *io = mpath_kunit_io(lun, REQ_OP_READ, 0, 8);
	struct mpath_kunit_thread *submitter = mpath_kunit_prepare(lun, 1, life_submit, io);
	/* Found to be usable, and not written down yet. */
	struct mpath_kunit_stall *stall = mpath_kunit_stall(test, submitter, "mpk_node_distance");
	unsigned int i;

	for (i = 0; i < 2; i++) {
		lun->paths[i].numa_node = i;
		KUNIT_ASSERT_EQ(test, mpath_kunit_attach(&lun->paths[i]), 0);
	}
	life_detach_waits(test, &lun->paths[0], submitter, stall);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	/* The hint would be followed here. */
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 8)), 0);
	KUNIT_EXPECT_PTR_EQ(test, lun->seen[1].path, &lun->paths[1]);
}

/* Until the completion is through, its path keeps the head, which it still uses. */
static void removal_waits_for_a_completion(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, 1);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_thread *completer = mpath_kunit_prepare(lun, 1, life_fail_one, a);
	struct mpath_kunit_stall *stall = mpath_kunit_stall(test, completer, "mpk_work_kick");
	struct mpath_kunit_io *ios[2];

	WRITE_ONCE(a->verdict, MPATH_VERDICT_DEAD);
	mpath_kunit_hold(a);
	ios[0] = mpath_kunit_read(lun, 0);
	ios[1] = mpath_kunit_read(lun, 8);
	/* The first makes the path dead, so that the other one says nothing new of it. */
	mpath_kunit_release(a, 1, BLK_STS_TRANSPORT);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(ios[0]), (__force u8)BLK_STS_IOERR);
	life_detach_waits(test, a, completer, stall);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(ios[1]), (__force u8)BLK_STS_IOERR);
}

/* --- killing a head ------------------------------------------------------------------------------ */

static void bio_in_flight_ends_after_the_kill(struct kunit *test)
{
	static const blk_status_t statuses[] = { BLK_STS_OK, BLK_STS_TRANSPORT, BLK_STS_IOERR,
						 BLK_STS_RESOURCE };
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_io *ios[ARRAY_SIZE(statuses)];
	unsigned int i;

	KUNIT_ASSERT_EQ(test, mpath_head_set_no_path_timeout_ms(lun->head, -1), 0);
	mpath_kunit_hold(&lun->paths[0]);
	for (i = 0; i < ARRAY_SIZE(ios); i++)
		ios[i] = mpath_kunit_read(lun, i * 8);
	mpath_head_kill(lun->head);
	for (i = 0; i < ARRAY_SIZE(ios); i++) {
		KUNIT_EXPECT_FALSE(test, mpath_kunit_has_ended(ios[i]));
		mpath_kunit_release(&lun->paths[0], 1, statuses[i]);
		KUNIT_EXPECT_EQ(test, mpath_kunit_wait(ios[i]),
				(__force u8)(statuses[i] ? BLK_STS_IOERR : BLK_STS_OK));
	}
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(&lun->paths[1]), 0);
}

/*
 * A submitter has found the head alive and no path; it parks its bio while the head is
 * killed. The kill must not look for parked bios before that.
 */
static void kill_waits_for_who_is_about_to_park(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, 1);
	struct mpath_kunit_thread *submitter, *killer;
	struct mpath_kunit_stall *stall;
	struct mpath_kunit_io *io;
	u64 start, best = U64_MAX;
	unsigned int try;

	for (try = 0; try < LIFE_TRIES && best >= LIFE_WOKEN_MS; try++) {
		if (try)
			mpath_kunit_restart(lun);
		KUNIT_ASSERT_EQ(test, mpath_head_set_no_path_timeout_ms(lun->head, -1), 0);
		WRITE_ONCE(lun->paths[0].device_state, MPATH_KUNIT_BLOCKED);
		io = mpath_kunit_io(lun, REQ_OP_READ, 0, 8);
		submitter = mpath_kunit_prepare(lun, 1, life_submit, io);
		stall = mpath_kunit_stall(test, submitter, "mpk_spin_lock_irqsave");
		mpath_kunit_go(submitter);
		KUNIT_ASSERT_TRUE(test, mpath_kunit_eventually(mpath_kunit_is_stalled(stall)));
		killer = mpath_kunit_start(lun, 0, life_kill, lun);
		life_let_it_run();
		KUNIT_EXPECT_TRUE(test, mpath_kunit_is_stalled(stall));
		KUNIT_EXPECT_FALSE(test, mpath_kunit_is_done(killer));
		start = ktime_get_ns();
		mpath_kunit_unstall(stall);
		best = min(best, life_ms_until_end(io, start));
		KUNIT_EXPECT_EQ(test, io->status, BLK_STS_IOERR);
		KUNIT_EXPECT_TRUE(test, mpath_kunit_join(killer));
		KUNIT_EXPECT_TRUE(test, mpath_kunit_join(submitter));
	}
	KUNIT_EXPECT_LT(test, best, LIFE_WOKEN_MS);
}

/*
 * A submitter has found no path; before it parks its bio, one comes back and kicks an
 * empty list. The bio must not miss it, and must not fail for want of a path either.
 */
static void path_that_comes_back_is_not_missed(struct kunit *test, int timeout_ms)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, 1);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_thread *submitter;
	struct mpath_kunit_stall *stall;
	struct mpath_kunit_io *io;
	u64 start, best = U64_MAX;
	unsigned int try;

	KUNIT_ASSERT_EQ(test, mpath_head_set_no_path_timeout_ms(lun->head, timeout_ms), 0);
	for (try = 0; try < LIFE_TRIES && best >= LIFE_WOKEN_MS; try++) {
		/* Suspect until it answers. */
		mpath_kunit_hold_probe(a);
		mpath_kunit_hold(a);
		mpath_kunit_read(lun, 0);
		mpath_kunit_release_all(a, BLK_STS_IOERR);
		KUNIT_ASSERT_TRUE(test, mpath_kunit_eventually(atomic_read(&a->in_probe)));

		io = mpath_kunit_io(lun, REQ_OP_READ, 8, 8);
		submitter = mpath_kunit_prepare(lun, 1, life_submit, io);
		stall = mpath_kunit_stall(test, submitter, "mpk_now_ms");
		mpath_kunit_go(submitter);
		KUNIT_ASSERT_TRUE(test, mpath_kunit_eventually(mpath_kunit_is_stalled(stall)));
		mpath_kunit_free_probe(a);
		KUNIT_EXPECT_TRUE(test, mpath_kunit_eventually(mpath_kunit_state_is(a, "usable")));
		life_let_it_run();
		KUNIT_EXPECT_TRUE(test, mpath_kunit_is_stalled(stall));
		start = ktime_get_ns();
		mpath_kunit_unstall(stall);
		best = min(best, life_ms_until_end(io, start));
		KUNIT_EXPECT_EQ(test, io->status, BLK_STS_OK);
		KUNIT_EXPECT_TRUE(test, mpath_kunit_join(submitter));
	}
	KUNIT_EXPECT_LT(test, best, LIFE_WOKEN_MS);
}

static void path_back_before_the_bio_is_parked_is_seen(struct kunit *test)
{
	path_that_comes_back_is_not_missed(test, -1);
}

static void path_back_before_the_bio_fails_is_seen(struct kunit *test)
{
	path_that_comes_back_is_not_missed(test, 0);
}

/* --- removing the disk ------------------------------------------------------------------------------ */

static void head_outlives_its_disk_while_that_is_open(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_own_lun(test, mpath_kunit_mode(test), 2);
	mpath_compat_claim *claim = mpath_compat_claim_disk(lun->disk, lun);
	struct mpath_kunit_io *ios[8], *io;
	unsigned int i;

	KUNIT_ASSERT_FALSE(test, IS_ERR(claim));
	KUNIT_ASSERT_EQ(test, mpath_head_set_no_path_timeout_ms(lun->head, -1), 0);
	WRITE_ONCE(lun->paths[0].device_state, MPATH_KUNIT_OFFLINE);
	WRITE_ONCE(lun->paths[1].device_state, MPATH_KUNIT_OFFLINE);
	for (i = 0; i < ARRAY_SIZE(ios); i++)
		ios[i] = mpath_kunit_read(lun, i * 8);
	/* del_gendisk() comes back, with parked bios and with openers. */
	mpath_kunit_remove_head(lun);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_wrong(ios, ARRAY_SIZE(ios), BLK_STS_IOERR), 0);
	for (i = 0; i < 2; i++)
		mpath_kunit_detach(&lun->paths[i]);
	io = mpath_kunit_read(lun, 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), (__force u8)BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).parked, 0);
	mpath_kunit_pause(50);
	KUNIT_EXPECT_FALSE(test, completion_done(&lun->gone));
	mpath_compat_unclaim_disk(claim);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_eventually(completion_done(&lun->gone)));
}

static void disk_goes_before_the_bios_in_flight(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_own_lun(test, mpath_kunit_mode(test), 2);
	mpath_compat_claim *claim = mpath_compat_claim_disk(lun->disk, lun);
	struct mpath_kunit_io *ios[4];
	unsigned int i;

	KUNIT_ASSERT_FALSE(test, IS_ERR(claim));
	mpath_kunit_hold(&lun->paths[0]);
	for (i = 0; i < ARRAY_SIZE(ios); i++)
		ios[i] = mpath_kunit_read(lun, i * 8);
	mpath_kunit_remove_head(lun);
	mpath_kunit_release(&lun->paths[0], 2, BLK_STS_OK);
	mpath_kunit_release_all(&lun->paths[0], BLK_STS_TRANSPORT);
	for (i = 0; i < ARRAY_SIZE(ios); i++)
		KUNIT_EXPECT_EQ(test, mpath_kunit_wait(ios[i]),
				(__force u8)(i < 2 ? BLK_STS_OK : BLK_STS_IOERR));
	mpath_compat_unclaim_disk(claim);
}

/* --- making -------------------------------------------------------------------------------------------- */

static void path_that_contradicts_the_head_is_refused(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, 1);
	struct mpath_kunit_path *b = &lun->paths[1];

	set_capacity(b->disk, MPATH_KUNIT_SECTORS - 8);
	mpath_disk_geometry(b->disk, &b->geometry);
	KUNIT_EXPECT_EQ(test, mpath_kunit_attach(b), -EMEDIUMTYPE);
	set_capacity(b->disk, MPATH_KUNIT_SECTORS);
	set_disk_ro(b->disk, true);
	mpath_disk_geometry(b->disk, &b->geometry);
	KUNIT_EXPECT_EQ(test, mpath_kunit_attach(b), -EMEDIUMTYPE);
	set_disk_ro(b->disk, false);
	mpath_disk_geometry(b->disk, &b->geometry);
	KUNIT_EXPECT_EQ(test, mpath_kunit_attach(b), 0);
}

/* More than anything here takes. */
#define LIFE_MAX_ALLOCATIONS 200

/*
 * The first allocation of @make fails, the second, and so on, until there are fewer than were
 * to be counted. Returns how often @make failed. Checkers allocate as well, now and then, and
 * can do without: an allocation may be counted twice or passed over.
 */
static unsigned int life_starve(struct mpath_kunit_lun *lun, int (*make)(void *arg),
				void (*unmake)(void *arg), void *arg)
{
	struct kunit *test = lun->test;
	unsigned int nth, left, nr_failed = 0;
	int ret;

	mpath_kunit_fail_allocations(test);
	for (nth = 1; nth <= LIFE_MAX_ALLOCATIONS; nth++) {
		current->fail_nth = nth;
		ret = make(arg);
		left = current->fail_nth;
		current->fail_nth = 0;
		if (!ret) {
			unmake(arg);
		} else {
			KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
			nr_failed++;
		}
		KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
		if (left)
			return nr_failed;
	}
	KUNIT_FAIL(test, "no end of allocations");
	return nr_failed;
}

struct life_making {
	struct mpath_head_config config;
	struct mpath_head *head;
};

static int life_make_head(void *arg)
{
	struct life_making *making = arg;

	return mpath_head_create(&making->config, &making->head);
}

static void life_destroy_head(void *arg)
{
	struct life_making *making = arg;

	mpath_head_destroy(making->head);
}

static void head_is_made_whole_or_not_at_all(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, 1);
	struct life_making making = { .config.name = "starved" };

	/* Of the head, its two locks, its two works, the pool with its array and its reserve. */
	KUNIT_EXPECT_GE(test, life_starve(lun, life_make_head, life_destroy_head, &making), 5);
}

static int life_attach(void *arg)
{
	return mpath_kunit_attach(arg);
}

static void path_is_added_whole_or_not_at_all(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, 1);
	struct mpath_kunit_path *b = &lun->paths[1];

	/* Of the path, its reference with what percpu_ref allocates, its counts, its work. */
	KUNIT_EXPECT_GE(test, life_starve(lun, life_attach, life_detach, b), 2);
	/* The head is no worse for it. */
	KUNIT_ASSERT_EQ(test, mpath_kunit_attach(b), 0);
	WRITE_ONCE(lun->paths[0].device_state, MPATH_KUNIT_OFFLINE);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(b), 1);
}

/* --- all at once ------------------------------------------------------------------------------------------ */

#define LIFE_WRITERS 4
#define LIFE_BLOCKS 32 /* pages, per writer */
#define LIFE_MAX_PAGES 4

/* Reads and writes a part of the LUN that is its own, and knows what must be there. */
struct life_writer {
	struct mpath_kunit_lun *lun;
	sector_t first;
	u8 *pages;
	u8 seeds[LIFE_BLOCKS];
	struct rnd_state rnd;
	bool *stop;
	unsigned int nr_ios;
	unsigned int nr_errors;
	unsigned int nr_corruptions;
};

static void life_one_io(struct life_writer *writer)
{
	struct bio_vec vecs[LIFE_MAX_PAGES];
	const unsigned int at = prandom_u32_state(&writer->rnd) % LIFE_BLOCKS;
	const unsigned int nr =
		1 + prandom_u32_state(&writer->rnd) % min(LIFE_MAX_PAGES, (int)(LIFE_BLOCKS - at));
	const bool write = prandom_u32_state(&writer->rnd) % 2;
	const sector_t sector = writer->first + at * PAGE_SECTORS;
	unsigned int i;
	struct bio bio;

	bio_init(&bio, writer->lun->disk->part0, vecs, LIFE_MAX_PAGES,
		 write ? REQ_OP_WRITE : REQ_OP_READ);
	bio.bi_iter.bi_sector = sector;
	for (i = 0; i < nr; i++) {
		u8 *page = writer->pages + i * PAGE_SIZE;

		if (write)
			mpath_kunit_pattern(page, sector + i * PAGE_SECTORS, PAGE_SECTORS,
					    ++writer->seeds[at + i]);
		__bio_add_page(&bio, virt_to_page(page), PAGE_SIZE, 0);
	}
	if (submit_bio_wait(&bio))
		writer->nr_errors++;
	for (i = 0; i < nr && !write; i++)
		if (!mpath_kunit_is_pattern(writer->pages + i * PAGE_SIZE,
					    sector + i * PAGE_SECTORS, PAGE_SECTORS,
					    writer->seeds[at + i]))
			writer->nr_corruptions++;
	bio_uninit(&bio);
	WRITE_ONCE(writer->nr_ios, writer->nr_ios + 1);
}

static void life_write(void *arg)
{
	struct life_writer *writer = arg;

	while (!READ_ONCE(*writer->stop)) {
		life_one_io(writer);
		/* User-mode Linux, when it skips idle time, has no other time that passes. */
		if (writer->nr_ios % 8 == 0)
			usleep_range(50, 100);
	}
}

static void life_make_good(struct mpath_kunit_path *path)
{
	mpath_kunit_fail(path, BLK_STS_OK, 0);
	WRITE_ONCE(path->verdict, MPATH_VERDICT_FINE);
	WRITE_ONCE(path->device_state, MPATH_KUNIT_RUNNING);
	WRITE_ONCE(path->access_state, MPATH_KUNIT_OPTIMIZED);
	mpath_kunit_release_all(path, BLK_STS_OK);
	if (path->core)
		mpath_device_recheck(path->core);
}

/* One thing that may happen to a path. Not IOERR, which may rightly end a bio. */
static void life_disturb(struct mpath_kunit_path *path, u32 what, u32 how)
{
	static const blk_status_t statuses[] = { BLK_STS_TRANSPORT, BLK_STS_OFFLINE,
						 BLK_STS_RESOURCE, BLK_STS_DEV_RESOURCE };
	static const u32 states[] = { MPATH_KUNIT_BLOCKED, MPATH_KUNIT_OFFLINE,
				      MPATH_KUNIT_RUNNING };
	static const u8 access[] = { MPATH_KUNIT_OPTIMIZED, MPATH_KUNIT_NONOPTIMIZED,
				     MPATH_KUNIT_STANDBY, MPATH_KUNIT_TRANSITIONING };

	switch (what % 12) {
	case 0:
	case 1:
	case 2:
		WRITE_ONCE(path->verdict, how % 3 ? MPATH_VERDICT_FINE : MPATH_VERDICT_DEAD);
		mpath_kunit_fail_after(path, how % 11);
		mpath_kunit_fail(path, statuses[how % 4], 1 + how % 7);
		break;
	case 3:
		WRITE_ONCE(path->device_state, states[how % 3]);
		break;
	case 4:
		WRITE_ONCE(path->access_state, access[how % 4]);
		break;
	case 5:
		mpath_kunit_hold(path);
		break;
	case 6:
		mpath_kunit_release_all(path, how % 2 ? BLK_STS_TRANSPORT : BLK_STS_OK);
		break;
	case 7:
		mpath_kunit_set_context(path, how % 4);
		break;
	case 8:
	case 9:
	case 10:
		life_make_good(path);
		break;
	case 11:
		life_make_good(path);
		/* What is held would hold up the removal. */
		if (path->core)
			mpath_kunit_detach(path);
		else
			KUNIT_EXPECT_EQ(path->lun->test, mpath_kunit_attach(path), 0);
		break;
	}
}

/* A second of two CPUs, some dozens of failures, and an end where all is slow. */
static bool life_is_enough(struct mpath_kunit_lun *lun, u64 ns)
{
	const u64 least = num_online_cpus() > 1 ? NSEC_PER_SEC : 0;

	return ns > 5 * NSEC_PER_SEC || (ns > least && mpath_kunit_stats(lun).failover_count > 40);
}

/* Paths fail, block, hang, go and return, policies and modes change: the I/O does not mind. */
static void io_survives_everything(struct kunit *test)
{
	struct life_writer *writers =
		kunit_kcalloc(test, LIFE_WRITERS, sizeof(*writers), GFP_KERNEL);
	bool *stop = kunit_kzalloc(test, sizeof(*stop), GFP_KERNEL);
	struct mpath_kunit_thread *threads[LIFE_WRITERS];
	struct mpath_kunit_lun *lun;
	unsigned int i, block, nr_ios = 0;
	struct rnd_state rnd;
	u64 start;

	KUNIT_ASSERT_NOT_NULL(test, writers);
	KUNIT_ASSERT_NOT_NULL(test, stop);
	for (i = 0; i < LIFE_WRITERS; i++) {
		writers[i].pages =
			(u8 *)kunit_kmalloc(test, LIFE_MAX_PAGES * PAGE_SIZE, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, writers[i].pages);
	}
	lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, 3);
	KUNIT_ASSERT_EQ(test, mpath_head_set_no_path_timeout_ms(lun->head, -1), 0);
	for (i = 0; i < lun->nr_paths; i++)
		mpath_kunit_set_context(&lun->paths[i], MPATH_KUNIT_HARDIRQ);
	for (i = 0; i < LIFE_WRITERS; i++) {
		writers[i].lun = lun;
		writers[i].first = i * LIFE_BLOCKS * PAGE_SECTORS;
		writers[i].stop = stop;
		prandom_seed_state(&writers[i].rnd, i);
		for (block = 0; block < LIFE_BLOCKS; block++)
			mpath_kunit_store(lun, writers[i].first + block * PAGE_SECTORS,
					  PAGE_SECTORS, 0);
		threads[i] = mpath_kunit_start(lun, i % num_online_cpus(), life_write, &writers[i]);
	}

	prandom_seed_state(&rnd, 1);
	start = ktime_get_ns();
	while (!life_is_enough(lun, ktime_get_ns() - start)) {
		const u32 what = prandom_u32_state(&rnd);

		life_disturb(&lun->paths[what % 3], what >> 8, what >> 16);
		if (what % 5 == 0)
			mpath_head_set_iopolicy(lun->head, what / 5 % 3);
		if (what % 7 == 0)
			mpath_head_set_submit_mode(lun->head, what / 7 % 2);
		usleep_range(200, 400);
	}
	WRITE_ONCE(*stop, true);
	for (i = 0; i < 3; i++)
		life_make_good(&lun->paths[i]);
	if (!lun->paths[0].core)
		KUNIT_EXPECT_EQ(test, mpath_kunit_attach(&lun->paths[0]), 0);

	for (i = 0; i < LIFE_WRITERS; i++) {
		KUNIT_ASSERT_TRUE(test, mpath_kunit_join(threads[i]));
		KUNIT_EXPECT_EQ(test, writers[i].nr_errors, 0);
		KUNIT_EXPECT_EQ(test, writers[i].nr_corruptions, 0);
		KUNIT_EXPECT_GT(test, writers[i].nr_ios, 10);
		nr_ios += writers[i].nr_ios;
		for (block = 0; block < LIFE_BLOCKS; block++)
			KUNIT_EXPECT_TRUE(
				test,
				mpath_kunit_stored(lun, writers[i].first + block * PAGE_SECTORS,
						   PAGE_SECTORS, writers[i].seeds[block]));
	}
	KUNIT_EXPECT_GT(test, mpath_kunit_stats(lun).failover_count, 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).parked, 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).fail_no_available_path_count, 0);
	kunit_info(test, "%u bios, %llu moved, %llu waited\n", nr_ios,
		   mpath_kunit_stats(lun).failover_count,
		   mpath_kunit_stats(lun).requeue_no_usable_path_count);
}

static struct kunit_case mpath_lifecycle_cases[] = {
	KUNIT_CASE_PARAM(removal_waits_for_bios_in_flight, mode_gen_params),
	KUNIT_CASE(removal_waits_for_a_probe),
	KUNIT_CASE(removal_waits_for_who_has_just_chosen_the_path),
	KUNIT_CASE(removal_leaves_no_hint_behind),
	KUNIT_CASE(removal_waits_for_a_completion),
	KUNIT_CASE_PARAM(bio_in_flight_ends_after_the_kill, mode_gen_params),
	KUNIT_CASE(kill_waits_for_who_is_about_to_park),
	KUNIT_CASE(path_back_before_the_bio_is_parked_is_seen),
	KUNIT_CASE(path_back_before_the_bio_fails_is_seen),
	KUNIT_CASE_PARAM(head_outlives_its_disk_while_that_is_open, mode_gen_params),
	KUNIT_CASE_PARAM(disk_goes_before_the_bios_in_flight, mode_gen_params),
	KUNIT_CASE(path_that_contradicts_the_head_is_refused),
	KUNIT_CASE(head_is_made_whole_or_not_at_all),
	KUNIT_CASE(path_is_added_whole_or_not_at_all),
	KUNIT_CASE_SLOW(io_survives_everything),
	{}
};

static struct kunit_suite mpath_lifecycle_suite = {
	.name = "mpath_lifecycle",
	.suite_exit = mpath_kunit_suite_exit,
	.test_cases = mpath_lifecycle_cases,
};
kunit_test_suites(&mpath_lifecycle_suite);

MODULE_DESCRIPTION("KUnit: paths and heads that come and go under I/O");
MODULE_LICENSE("GPL");
