// SPDX-License-Identifier: GPL-2.0
/*
 * A bio on its way down and back: content, splitting, what it looks like at the path and
 * what it looks like when its submitter has it back. Each test in both submit modes.
 */
#include <linux/module.h>
#include <linux/part_stat.h>
#include <linux/sizes.h>
#include <trace/events/block.h>

#include "mpath_kunit_helpers.h"

KUNIT_ARRAY_PARAM(mode, mpath_kunit_modes, mpath_kunit_describe_mode);

/* The flags that the block layer itself sets and takes away on the way. */
#define IO_FLAGS_OF_THE_LAYER BIT(BIO_TRACE_COMPLETION)

#define IO_STATUS(status) ((__force u8)(status))

static struct mpath_kunit_io *io_write(struct mpath_kunit_lun *lun, sector_t sector,
				       unsigned int sectors, u8 seed)
{
	struct mpath_kunit_io *io = mpath_kunit_io(lun, REQ_OP_WRITE, sector, sectors);

	mpath_kunit_fill(io, seed);
	mpath_kunit_submit(io);
	return io;
}

static void io_set_max_sectors(struct mpath_kunit_path *path, unsigned int sectors)
{
	struct queue_limits lim = mpath_kunit_limits(path);

	lim.max_hw_sectors = sectors;
	mpath_kunit_set_limits(path, &lim);
}

/* --- content -------------------------------------------------------------------------- */

static void content_arrives_and_comes_back(struct kunit *test)
{
	static const struct {
		sector_t sector;
		unsigned int sectors;
	} cases[] = {
		{ 0, 1 },   { 1, 7 },     { 8, 8 },
		{ 33, 63 }, { 100, 256 }, { MPATH_KUNIT_SECTORS - 8, 8 },
	};
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_io *io;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		io = io_write(lun, cases[i].sector, cases[i].sectors, i);
		KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
		KUNIT_EXPECT_TRUE(test,
				  mpath_kunit_stored(lun, cases[i].sector, cases[i].sectors, i));

		io = mpath_kunit_io(lun, REQ_OP_READ, cases[i].sector, cases[i].sectors);
		mpath_kunit_submit(io);
		KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
		KUNIT_EXPECT_TRUE(test, mpath_kunit_holds(io, i));
	}
}

static void only_what_the_bio_covers_is_written(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 1);
	struct mpath_kunit_io *io = mpath_kunit_io(lun, REQ_OP_WRITE, 64, 24);

	/* A bio that starts in the middle of its second vector. */
	mpath_kunit_fill(io, 1);
	bio_advance(io->bio, 11 << SECTOR_SHIFT);
	mpath_kunit_submit(io);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_zeroed(lun, 64, 11));
	KUNIT_EXPECT_TRUE(test, mpath_kunit_stored(lun, 75, 13, 1));
	KUNIT_EXPECT_TRUE(test, mpath_kunit_zeroed(lun, 88, 8));
}

/* --- splitting ------------------------------------------------------------------------ */

static void large_bio_is_split_to_the_limits_of_the_head(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_io *io;
	unsigned int i;

	io_set_max_sectors(&lun->paths[1], 32); /* the smaller one counts */
	mpath_kunit_restack(lun);
	io = io_write(lun, 512, 256, 1);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_stored(lun, 512, 256, 1));
	KUNIT_ASSERT_EQ(test, mpath_kunit_nr_seen(lun), 8);
	for (i = 0; i < 8; i++) {
		KUNIT_EXPECT_EQ(test, lun->seen[i].sector, 512 + i * 32);
		KUNIT_EXPECT_EQ(test, lun->seen[i].sectors, 32);
	}
}

static void piece_of_a_split_bio_moves_alone(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_io *io;
	unsigned int i;

	for (i = 0; i < 2; i++)
		io_set_max_sectors(&lun->paths[i], 32);
	mpath_kunit_restack(lun);
	/* Each piece once, the last one included, which is the bio that the rest hangs on. */
	for (i = 0; i < 4; i++) {
		mpath_kunit_renew_paths(lun);
		mpath_kunit_forget(lun);
		mpath_kunit_fail_later(&lun->paths[0], i, BLK_STS_IOERR, 1);
		io = io_write(lun, i * 128, 128, i);
		KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
		KUNIT_EXPECT_TRUE(test, mpath_kunit_stored(lun, i * 128, 128, i));
		KUNIT_EXPECT_EQ(test, mpath_kunit_nr_seen(lun), 5);
		KUNIT_EXPECT_EQ(test, io->nr_ends, 1);
		KUNIT_EXPECT_TRUE(test, mpath_kunit_eventually(
						mpath_kunit_state_is(&lun->paths[0], "usable")));
	}
}

static void split_bio_has_the_error_of_a_piece(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_io *io;
	unsigned int i;

	for (i = 0; i < 2; i++)
		io_set_max_sectors(&lun->paths[i], 32);
	mpath_kunit_restack(lun);
	for (i = 0; i < 4; i++) {
		mpath_kunit_fail_later(&lun->paths[0], i, BLK_STS_MEDIUM, 1);
		io = io_write(lun, i * 128, 128, i);
		KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), IO_STATUS(BLK_STS_MEDIUM));
	}
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(&lun->paths[1]), 0);
}

static void path_splits_to_its_own_limits(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 1);
	struct mpath_kunit_io *io;

	/* Without restacking: the head does not know yet. */
	io_set_max_sectors(&lun->paths[0], 16);
	io = io_write(lun, 40, 128, 1);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_stored(lun, 40, 128, 1));
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_seen(lun), 8);
	KUNIT_EXPECT_EQ(test, io->nr_ends, 1);
}

/*
 * A path that split the bio has used up its count of what remains. Without the count as
 * it was, the second path's split would end the bio with its first piece.
 */
static void bio_that_a_path_has_split_is_sent_again_whole(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_path *b = &lun->paths[1];
	struct mpath_kunit_io *io;
	unsigned int i;

	io_set_max_sectors(a, 16);
	io_set_max_sectors(b, 16);
	mpath_kunit_fail_later(a, 1, BLK_STS_TRANSPORT, 1);
	WRITE_ONCE(a->verdict, MPATH_VERDICT_DEAD);
	mpath_kunit_hold(b);
	io = io_write(lun, 40, 64, 1);
	for (i = 0; i < 4; i++) {
		KUNIT_ASSERT_TRUE(test, mpath_kunit_eventually(mpath_kunit_nr_held(b) == 4 - i));
		KUNIT_EXPECT_EQ(test, lun->seen[4 + i].sector, 40 + i * 16);
		KUNIT_EXPECT_FALSE(test, mpath_kunit_has_ended(io));
		mpath_kunit_release(b, 1, BLK_STS_OK);
	}
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_EQ(test, io->nr_ends, 1);
	KUNIT_EXPECT_EQ(test, io->after.remaining, 1);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_stored(lun, 40, 64, 1));
}

/* --- chains ---------------------------------------------------------------------------- */

/*
 * As a file system does it: a bio whose end is counted in another's. The child reads into
 * the pages of @data.
 */
static struct bio *io_child(struct mpath_kunit_io *parent, struct mpath_kunit_io *data)
{
	struct bio *child = bio_alloc_clone(data->bio->bi_bdev, data->bio, GFP_KERNEL, &fs_bio_set);

	bio_chain(child, parent->bio);
	return child;
}

static void chained_bios_end_when_all_have(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_path *b = &lun->paths[1];
	struct mpath_kunit_io *first = mpath_kunit_io(lun, REQ_OP_WRITE, 0, 8);
	struct mpath_kunit_io *last = mpath_kunit_io(lun, REQ_OP_WRITE, 8, 8);

	mpath_kunit_fill(first, 1);
	mpath_kunit_fill(last, 1);
	WRITE_ONCE(a->verdict, MPATH_VERDICT_DEAD);
	mpath_kunit_hold(a);
	mpath_kunit_hold(b);
	submit_bio(io_child(last, first));
	mpath_kunit_submit(last);
	KUNIT_ASSERT_EQ(test, mpath_kunit_nr_held(a), 2);

	/* The parent fails while its child has not ended, then the child. */
	mpath_kunit_release(a, 2, BLK_STS_TRANSPORT);
	KUNIT_ASSERT_TRUE(test, mpath_kunit_eventually(mpath_kunit_nr_held(b) == 2));
	KUNIT_EXPECT_FALSE(test, mpath_kunit_has_ended(last));
	mpath_kunit_release(b, 1, BLK_STS_OK);
	KUNIT_EXPECT_FALSE(test, mpath_kunit_has_ended(last));
	mpath_kunit_release(b, 1, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(last), 0);
	KUNIT_EXPECT_EQ(test, last->nr_ends, 1);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_stored(lun, 0, 16, 1));
}

static void parent_moves_though_its_child_has_failed(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_io *first = mpath_kunit_io(lun, REQ_OP_WRITE, 0, 8);
	struct mpath_kunit_io *last = mpath_kunit_io(lun, REQ_OP_WRITE, 8, 8);

	mpath_kunit_fill(last, 1);
	WRITE_ONCE(a->verdict, MPATH_VERDICT_DEAD);
	mpath_kunit_hold(a);
	submit_bio(io_child(last, first));
	mpath_kunit_submit(last);
	KUNIT_ASSERT_EQ(test, mpath_kunit_nr_held(a), 2);

	mpath_kunit_release(a, 1, BLK_STS_MEDIUM);
	mpath_kunit_release(a, 1, BLK_STS_TRANSPORT);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(last), IO_STATUS(BLK_STS_MEDIUM));
	KUNIT_EXPECT_EQ(test, last->nr_ends, 1);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_zeroed(lun, 0, 8));
	KUNIT_EXPECT_TRUE(test, mpath_kunit_stored(lun, 8, 8, 1));
}

/* --- operations ------------------------------------------------------------------------ */

static void every_operation_reaches_the_path(struct kunit *test)
{
	static const struct {
		blk_opf_t opf;
		unsigned int sectors;
	} cases[] = {
		{ REQ_OP_READ | REQ_SYNC | REQ_META | REQ_PRIO, 8 },
		{ REQ_OP_READ | REQ_RAHEAD, 8 },
		{ REQ_OP_READ | REQ_NOWAIT, 8 },
		{ REQ_OP_WRITE | REQ_PREFLUSH, 0 },
		{ REQ_OP_WRITE | REQ_PREFLUSH | REQ_FUA | REQ_SYNC, 8 },
		{ REQ_OP_WRITE | REQ_IDLE | REQ_NOMERGE, 8 },
		{ REQ_OP_DISCARD, 64 },
		{ REQ_OP_WRITE_ZEROES, 64 },
		{ REQ_OP_WRITE_ZEROES | REQ_NOUNMAP, 64 },
	};
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_seen *seen;
	struct mpath_kunit_io *io;
	unsigned int i, way;

	/* Each at the first try, and each after a path has failed. */
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		mpath_kunit_renew_paths(lun);
		mpath_kunit_store(lun, 0, 64, i);
		mpath_kunit_forget(lun);
		mpath_kunit_fail(&lun->paths[0], BLK_STS_IOERR, 1);
		io = mpath_kunit_io(lun, cases[i].opf, 0, cases[i].sectors);
		mpath_kunit_submit(io);
		KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
		KUNIT_ASSERT_EQ(test, mpath_kunit_nr_seen(lun), 2);
		for (way = 0; way < 2; way++) {
			seen = &lun->seen[way];
			KUNIT_EXPECT_PTR_EQ(test, seen->path, &lun->paths[way]);
			KUNIT_EXPECT_PTR_EQ(test, seen->bdev, lun->paths[way].disk->part0);
			KUNIT_EXPECT_EQ(test, seen->sector, 0);
			KUNIT_EXPECT_EQ(test, seen->sectors, cases[i].sectors);
			KUNIT_EXPECT_EQ(test, seen->opf & ~(REQ_FAILFAST_MASK | REQ_ALLOC_CACHE),
					cases[i].opf);
		}
		if (op_is_discard(cases[i].opf) || bio_op(io->bio) == REQ_OP_WRITE_ZEROES)
			KUNIT_EXPECT_TRUE(test, mpath_kunit_zeroed(lun, 0, 64));
		KUNIT_EXPECT_EQ(test, io->after.opf, cases[i].opf);
		KUNIT_EXPECT_TRUE(test, mpath_kunit_eventually(
						mpath_kunit_state_is(&lun->paths[0], "usable")));
	}
}

/* The block layer takes FLUSH and FUA off a bio to a path without a cache, for good. */
static void fua_outlives_a_path_without_a_cache(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct queue_limits lim = mpath_kunit_limits(&lun->paths[0]);
	struct mpath_kunit_io *io;

	lim.features &= ~(BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA);
	mpath_kunit_set_limits(&lun->paths[0], &lim);
	mpath_kunit_restack(lun);
	WRITE_ONCE(lun->paths[0].verdict, MPATH_VERDICT_DEAD);
	mpath_kunit_fail(&lun->paths[0], BLK_STS_TRANSPORT, 1);
	io = mpath_kunit_io(lun, REQ_OP_WRITE | REQ_PREFLUSH | REQ_FUA, 0, 8);
	mpath_kunit_submit(io);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_ASSERT_EQ(test, mpath_kunit_nr_seen(lun), 2);
	KUNIT_EXPECT_EQ(test, lun->seen[0].opf & (REQ_PREFLUSH | REQ_FUA), 0);
	KUNIT_EXPECT_EQ(test, lun->seen[1].opf & (REQ_PREFLUSH | REQ_FUA), REQ_PREFLUSH | REQ_FUA);
}

/* --- sending again ---------------------------------------------------------------------- */

/*
 * A path that has done a part (or says so) leaves the bio advanced. The part may be lost
 * with the path: the next one gets all of it.
 */
static void bio_that_failed_half_done_is_sent_again_whole(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_io *io;

	WRITE_ONCE(lun->paths[0].verdict, MPATH_VERDICT_DEAD);
	mpath_kunit_fail_after(&lun->paths[0], 11);
	mpath_kunit_fail(&lun->paths[0], BLK_STS_TRANSPORT, MPATH_KUNIT_ALL);
	io = io_write(lun, 8, 32, 1);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_stored(lun, 8, 32, 1));
	KUNIT_ASSERT_EQ(test, mpath_kunit_nr_seen(lun), 2);
	KUNIT_EXPECT_EQ(test, lun->seen[1].sector, 8);
	KUNIT_EXPECT_EQ(test, lun->seen[1].sectors, 32);

	/* And the other way round, on the other path's return. */
	WRITE_ONCE(lun->paths[0].verdict, MPATH_VERDICT_FINE);
	mpath_device_recheck(lun->paths[0].core);
	KUNIT_ASSERT_TRUE(test,
			  mpath_kunit_eventually(mpath_kunit_state_is(&lun->paths[0], "usable")));
	io = mpath_kunit_io(lun, REQ_OP_READ, 8, 32);
	mpath_kunit_submit(io);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_holds(io, 1));
}

static void io_expect_as_it_went(struct kunit *test, struct mpath_kunit_io *io)
{
	const struct mpath_kunit_face *before = &io->before;
	const struct mpath_kunit_face *after = &io->after;

	KUNIT_EXPECT_PTR_EQ(test, after->bdev, before->bdev);
	KUNIT_EXPECT_PTR_EQ(test, after->end_io, before->end_io);
	KUNIT_EXPECT_PTR_EQ(test, after->private, before->private);
	KUNIT_EXPECT_EQ(test, after->iter.bi_sector, before->iter.bi_sector);
	KUNIT_EXPECT_EQ(test, after->iter.bi_size, before->iter.bi_size);
	KUNIT_EXPECT_EQ(test, after->iter.bi_idx, before->iter.bi_idx);
	KUNIT_EXPECT_EQ(test, after->iter.bi_bvec_done, before->iter.bi_bvec_done);
	KUNIT_EXPECT_EQ(test, after->opf, before->opf);
	KUNIT_EXPECT_EQ(test, after->flags & ~IO_FLAGS_OF_THE_LAYER,
			before->flags & ~IO_FLAGS_OF_THE_LAYER);
	KUNIT_EXPECT_EQ(test, after->remaining, before->remaining);
}

static void bio_comes_back_as_it_went(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_io *io;
	unsigned int i;

	io_set_max_sectors(&lun->paths[1], 16);
	mpath_kunit_fail_after(a, 5);
	/* At once; after a failure, with splitting by the path; with an error. */
	for (i = 0; i < 3; i++) {
		if (i == 1)
			mpath_kunit_fail(a, BLK_STS_IOERR, 1);
		if (i == 2)
			mpath_kunit_fail(a, BLK_STS_MEDIUM, 1);
		io = mpath_kunit_io(lun, REQ_OP_WRITE | REQ_FUA | REQ_FAILFAST_DEV, 64, 64);
		bio_advance(io->bio, 3 << SECTOR_SHIFT);
		bio_set_flag(io->bio, BIO_QUIET);
		mpath_kunit_submit(io);
		KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), i == 2 ? IO_STATUS(BLK_STS_MEDIUM) : 0);
		KUNIT_EXPECT_EQ(test, io->nr_ends, 1);
		io_expect_as_it_went(test, io);
		KUNIT_EXPECT_TRUE(test, mpath_kunit_eventually(mpath_kunit_state_is(a, "usable")));
	}
	/* Else nothing was split. */
	KUNIT_EXPECT_GT(test, mpath_kunit_nr_seen(lun), 4);
}

static void bio_without_a_path_comes_back_as_it_went(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 1);
	struct mpath_kunit_io *io = mpath_kunit_io(lun, REQ_OP_WRITE | REQ_FUA, 64, 64);

	WRITE_ONCE(lun->paths[0].device_state, MPATH_KUNIT_OFFLINE);
	bio_advance(io->bio, 3 << SECTOR_SHIFT);
	mpath_kunit_submit(io);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), IO_STATUS(BLK_STS_IOERR));
	io_expect_as_it_went(test, io);
}

static void mode_can_change_under_a_bio(struct kunit *test)
{
	const enum mpath_submit_mode mode = mpath_kunit_mode(test);
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mode, 2);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_io *io;

	WRITE_ONCE(a->verdict, MPATH_VERDICT_DEAD);
	mpath_kunit_hold(a);
	io = io_write(lun, 0, 8, 1);
	KUNIT_ASSERT_EQ(test, mpath_kunit_nr_held(a), 1);
	mpath_head_set_submit_mode(lun->head, mode == MPATH_SUBMIT_CLONE ? MPATH_SUBMIT_INTERPOSE
									 : MPATH_SUBMIT_CLONE);
	mpath_kunit_release_all(a, BLK_STS_TRANSPORT);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_stored(lun, 0, 8, 1));
	io_expect_as_it_went(test, io);
}

/* --- the end of the device ---------------------------------------------------------------- */

/*
 * The transport gives a path that it detaches a capacity of 0, at any moment. Between the
 * choice of the path and the path's driver, the block layer would fail the bio for it.
 */
static void bio_is_not_checked_against_the_path(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_io *io;
	unsigned int i;

	io_set_max_sectors(&lun->paths[1], 16); /* what is split off, too */
	WRITE_ONCE(lun->paths[0].verdict, MPATH_VERDICT_DEAD);
	set_capacity(lun->paths[0].disk, 0);
	set_capacity(lun->paths[1].disk, 0);
	mpath_kunit_fail(&lun->paths[0], BLK_STS_TRANSPORT, 1);
	io = io_write(lun, 64, 64, 1);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_stored(lun, 64, 64, 1));
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(&lun->paths[0]), 1);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(&lun->paths[1]), 4);
	for (i = 0; i < mpath_kunit_nr_seen(lun); i++)
		KUNIT_EXPECT_TRUE(test, lun->seen[i].flags & BIT(BIO_REMAPPED));
	io_expect_as_it_went(test, io);
}

static void bio_is_checked_against_the_head(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 1);
	struct mpath_kunit_io *io = mpath_kunit_read(lun, MPATH_KUNIT_SECTORS - 7);

	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), IO_STATUS(BLK_STS_IOERR));
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_seen(lun), 0);
}

/* --- what others see ----------------------------------------------------------------------- */

/* A stock nvme path takes a request with that bit for its own head's and crashes. */
static void no_path_sees_the_flag_of_other_drivers(struct kunit *test)
{
	static const blk_opf_t opfs[] = { REQ_OP_READ, REQ_OP_WRITE | REQ_FUA, REQ_OP_WRITE,
					  REQ_OP_DISCARD, REQ_OP_WRITE_ZEROES };
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_io *io;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(opfs); i++) {
		mpath_kunit_fail(&lun->paths[0], BLK_STS_IOERR, 1);
		io = mpath_kunit_io(lun, opfs[i], 0, 64);
		mpath_kunit_submit(io);
		KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	}
	KUNIT_EXPECT_GT(test, mpath_kunit_nr_seen(lun), ARRAY_SIZE(opfs));
	for (i = 0; i < mpath_kunit_nr_seen(lun); i++)
		KUNIT_EXPECT_EQ(test, lun->seen[i].opf & REQ_DRV, 0);
}

static unsigned long io_in_flight(struct gendisk *disk)
{
	unsigned long sum = 0;
	int cpu, rw;

	for_each_possible_cpu(cpu)
		for (rw = READ; rw <= WRITE; rw++)
			sum += part_stat_local_read_cpu(disk->part0, in_flight[rw], cpu);
	return sum;
}

static void bio_is_accounted_once(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct block_device *bdev = lun->disk->part0;
	struct mpath_kunit_path *b = &lun->paths[1];
	struct mpath_kunit_io *io;

	/* Through one path, after a failure, while it is held, and when it fails. */
	part_stat_set_all(bdev, 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
	WRITE_ONCE(lun->paths[0].verdict, MPATH_VERDICT_DEAD);
	mpath_kunit_fail(&lun->paths[0], BLK_STS_TRANSPORT, 1);
	mpath_kunit_hold(b);
	io = io_write(lun, 8, 32, 1);
	KUNIT_ASSERT_TRUE(test, mpath_kunit_eventually(mpath_kunit_nr_held(b) == 1));
	KUNIT_EXPECT_EQ(test, part_stat_read(bdev, ios[STAT_READ]), 1);
	KUNIT_EXPECT_EQ(test, part_stat_read(bdev, sectors[STAT_READ]), 8);
	KUNIT_EXPECT_EQ(test, part_stat_read(bdev, ios[STAT_WRITE]), 0);
	KUNIT_EXPECT_EQ(test, io_in_flight(lun->disk), 1);
	mpath_kunit_release_all(b, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_EQ(test, part_stat_read(bdev, ios[STAT_WRITE]), 1);
	KUNIT_EXPECT_EQ(test, part_stat_read(bdev, sectors[STAT_WRITE]), 32);
	KUNIT_EXPECT_EQ(test, io_in_flight(lun->disk), 0);

	io = mpath_kunit_io(lun, REQ_OP_DISCARD, 0, 64);
	mpath_kunit_submit(io);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_EQ(test, part_stat_read(bdev, ios[STAT_DISCARD]), 1);
	KUNIT_EXPECT_EQ(test, part_stat_read(bdev, sectors[STAT_DISCARD]), 64);
	mpath_kunit_fail(b, BLK_STS_MEDIUM, 1);
	KUNIT_EXPECT_NE(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
	KUNIT_EXPECT_EQ(test, part_stat_read(bdev, ios[STAT_READ]), 2);
	KUNIT_EXPECT_EQ(test, io_in_flight(lun->disk), 0);
}

struct io_remaps {
	struct mpath_kunit_lun *lun;
	unsigned int nr[MPATH_KUNIT_MAX_PATHS];
	unsigned int nr_odd;
};

/* Context: any, and for every disk. */
static void io_count_remap(void *data, struct bio *bio, dev_t from, sector_t sector)
{
	struct io_remaps *remaps = data;
	unsigned int i;

	for (i = 0; i < remaps->lun->nr_paths; i++) {
		if (bio->bi_bdev != remaps->lun->paths[i].disk->part0)
			continue;
		remaps->nr[i]++;
		if (from != disk_devt(remaps->lun->disk) || sector != bio->bi_iter.bi_sector)
			remaps->nr_odd++;
	}
}

static void io_stop_counting_remaps(void *data)
{
	unregister_trace_block_bio_remap(io_count_remap, data);
	tracepoint_synchronize_unregister();
}

static void trace_tells_the_head_from_the_path(struct kunit *test)
{
	struct io_remaps *remaps = kunit_kzalloc(test, sizeof(*remaps), GFP_KERNEL);
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);

	KUNIT_ASSERT_NOT_NULL(test, remaps);
	remaps->lun = lun;
	if (register_trace_block_bio_remap(io_count_remap, remaps))
		kunit_skip(test, "needs tracepoints");
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, io_stop_counting_remaps, remaps), 0);
	WRITE_ONCE(lun->paths[0].verdict, MPATH_VERDICT_DEAD);
	mpath_kunit_fail(&lun->paths[0], BLK_STS_TRANSPORT, 1);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 16)), 0);
	KUNIT_EXPECT_EQ(test, remaps->nr[0], 1);
	KUNIT_EXPECT_EQ(test, remaps->nr[1], 1);
	KUNIT_EXPECT_EQ(test, remaps->nr_odd, 0);
}

/* --- memory -------------------------------------------------------------------------------- */

/* More than a CPU keeps of freed records, and than there are in a head's reserve. */
#define IO_STARVED 80

struct io_starved {
	struct mpath_kunit_lun *lun;
	struct mpath_kunit_io *ios[IO_STARVED];
	unsigned int nr;
};

static void io_submit_starved(void *arg)
{
	struct io_starved *starved = arg;
	unsigned int i;

	current->make_it_fail = 1;
	for (i = 0; i < starved->nr; i++)
		mpath_kunit_submit(starved->ios[i]);
	current->make_it_fail = 0;
}

/*
 * No memory at all: what the head has of its own is enough for everybody, one after
 * the other. A bio that ends gives back what it had before the next one needs it.
 */
static void bios_make_progress_without_memory(struct kunit *test)
{
	struct io_starved *starved = kunit_kzalloc(test, sizeof(*starved), GFP_KERNEL);
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_thread *thread;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, starved);
	mpath_kunit_fail_allocations(test);
	starved->nr = ARRAY_SIZE(starved->ios);
	for (i = 0; i < starved->nr; i++) {
		starved->ios[i] = mpath_kunit_io(lun, REQ_OP_WRITE, i * 8, 8);
		mpath_kunit_fill(starved->ios[i], 1);
	}
	mpath_kunit_hold(&lun->paths[0]);
	thread = mpath_kunit_start(lun, 0, io_submit_starved, starved);
	/* The reserve is all that there is; the next one waits for it. */
	KUNIT_ASSERT_TRUE(test, mpath_kunit_eventually(mpath_kunit_nr_held(&lun->paths[0])));
	mpath_kunit_pause(50);
	KUNIT_EXPECT_FALSE(test, mpath_kunit_is_done(thread));
	KUNIT_EXPECT_LT(test, mpath_kunit_nr_held(&lun->paths[0]), starved->nr);
	mpath_kunit_release_all(&lun->paths[0], BLK_STS_OK);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_join(thread));
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_wrong(starved->ios, starved->nr, BLK_STS_OK), 0);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_stored(lun, 0, starved->nr * 8, 1));
}

static void nowait_bio_without_memory_ends_with_again(struct kunit *test)
{
	struct io_starved *starved = kunit_kzalloc(test, sizeof(*starved), GFP_KERNEL);
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 1);
	struct mpath_kunit_thread *thread;
	unsigned int i, nr_again = 0;

	KUNIT_ASSERT_NOT_NULL(test, starved);
	mpath_kunit_fail_allocations(test);
	starved->nr = ARRAY_SIZE(starved->ios);
	for (i = 0; i < starved->nr; i++)
		starved->ios[i] = mpath_kunit_io(lun, REQ_OP_READ | REQ_NOWAIT, i * 8, 8);
	mpath_kunit_hold(&lun->paths[0]);
	thread = mpath_kunit_start(lun, 0, io_submit_starved, starved);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_join(thread));
	KUNIT_EXPECT_GT(test, mpath_kunit_nr_held(&lun->paths[0]), 0);
	mpath_kunit_release_all(&lun->paths[0], BLK_STS_OK);
	for (i = 0; i < starved->nr; i++) {
		if (mpath_kunit_wait(starved->ios[i]) == IO_STATUS(BLK_STS_AGAIN))
			nr_again++;
		else
			KUNIT_EXPECT_EQ(test, mpath_kunit_wait(starved->ios[i]), 0);
		io_expect_as_it_went(test, starved->ios[i]);
	}
	KUNIT_EXPECT_GT(test, nr_again, 0);
	/* Where there is memory again, there is I/O again. */
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
}

static struct kunit_case mpath_io_cases[] = {
	KUNIT_CASE_PARAM(content_arrives_and_comes_back, mode_gen_params),
	KUNIT_CASE_PARAM(only_what_the_bio_covers_is_written, mode_gen_params),
	KUNIT_CASE_PARAM(large_bio_is_split_to_the_limits_of_the_head, mode_gen_params),
	KUNIT_CASE_PARAM(piece_of_a_split_bio_moves_alone, mode_gen_params),
	KUNIT_CASE_PARAM(split_bio_has_the_error_of_a_piece, mode_gen_params),
	KUNIT_CASE_PARAM(path_splits_to_its_own_limits, mode_gen_params),
	KUNIT_CASE_PARAM(bio_that_a_path_has_split_is_sent_again_whole, mode_gen_params),
	KUNIT_CASE_PARAM(chained_bios_end_when_all_have, mode_gen_params),
	KUNIT_CASE_PARAM(parent_moves_though_its_child_has_failed, mode_gen_params),
	KUNIT_CASE_PARAM(every_operation_reaches_the_path, mode_gen_params),
	KUNIT_CASE_PARAM(fua_outlives_a_path_without_a_cache, mode_gen_params),
	KUNIT_CASE_PARAM(bio_that_failed_half_done_is_sent_again_whole, mode_gen_params),
	KUNIT_CASE_PARAM(bio_comes_back_as_it_went, mode_gen_params),
	KUNIT_CASE_PARAM(bio_without_a_path_comes_back_as_it_went, mode_gen_params),
	KUNIT_CASE_PARAM(mode_can_change_under_a_bio, mode_gen_params),
	KUNIT_CASE_PARAM(bio_is_not_checked_against_the_path, mode_gen_params),
	KUNIT_CASE_PARAM(bio_is_checked_against_the_head, mode_gen_params),
	KUNIT_CASE_PARAM(no_path_sees_the_flag_of_other_drivers, mode_gen_params),
	KUNIT_CASE_PARAM(bio_is_accounted_once, mode_gen_params),
	KUNIT_CASE_PARAM(trace_tells_the_head_from_the_path, mode_gen_params),
	KUNIT_CASE_PARAM(bios_make_progress_without_memory, mode_gen_params),
	KUNIT_CASE_PARAM(nowait_bio_without_memory_ends_with_again, mode_gen_params),
	{}
};

static struct kunit_suite mpath_io_suite = {
	.name = "mpath_io",
	.suite_exit = mpath_kunit_suite_exit,
	.test_cases = mpath_io_cases,
};
kunit_test_suites(&mpath_io_suite);

MODULE_DESCRIPTION("KUnit: a bio on its way down a path and back");
MODULE_LICENSE("GPL");
