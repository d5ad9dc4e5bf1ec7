// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of a bio whose path fails, and of the path: every status that the block
 * layer knows, in every context in which a driver may end a bio.
 */
#include <linux/module.h>

#include "mpath_kunit_helpers.h"

KUNIT_ARRAY_PARAM(mode, mpath_kunit_modes, mpath_kunit_describe_mode);

static void failover_goes_bad(struct mpath_kunit_path *path, blk_status_t status)
{
	WRITE_ONCE(path->verdict, MPATH_VERDICT_DEAD);
	mpath_kunit_fail(path, status, MPATH_KUNIT_ALL);
}

static void failover_is_good(struct mpath_kunit_path *path)
{
	mpath_kunit_fail(path, BLK_STS_OK, 0);
	WRITE_ONCE(path->verdict, MPATH_VERDICT_FINE);
}

static bool failover_becomes(struct mpath_kunit_path *path, const char *state)
{
	return mpath_kunit_eventually(mpath_kunit_state_is(path, state));
}

static bool failover_parked(struct mpath_kunit_lun *lun, unsigned int count)
{
	return mpath_kunit_eventually(mpath_kunit_stats(lun).parked == count);
}

/* --- the table of statuses ---------------------------------------------------------------- */

enum failover_fate {
	ENDS, /* the bio, with this status; nobody is to blame */
	MOVES_FROM_DEAD,
	MOVES_FROM_SUSPECT,
	PAUSES, /* and takes the same path again */
};

struct failover_status {
	const char *name;
	blk_status_t status;
	enum failover_fate fate;
};

static const struct failover_status failover_statuses[] = {
	{ "notsupp", BLK_STS_NOTSUPP, ENDS },
	{ "nospc", BLK_STS_NOSPC, ENDS },
	{ "target", BLK_STS_TARGET, ENDS },
	{ "resv_conflict", BLK_STS_RESV_CONFLICT, ENDS },
	{ "medium", BLK_STS_MEDIUM, ENDS },
	{ "protection", BLK_STS_PROTECTION, ENDS },
	{ "zone_open_resource", BLK_STS_ZONE_OPEN_RESOURCE, ENDS },
	{ "zone_active_resource", BLK_STS_ZONE_ACTIVE_RESOURCE, ENDS },
	{ "duration_limit", BLK_STS_DURATION_LIMIT, ENDS },
	{ "inval", BLK_STS_INVAL, ENDS },
	{ "transport", BLK_STS_TRANSPORT, MOVES_FROM_DEAD },
	{ "offline", BLK_STS_OFFLINE, MOVES_FROM_DEAD },
	{ "ioerr", BLK_STS_IOERR, MOVES_FROM_SUSPECT },
	{ "timeout", BLK_STS_TIMEOUT, MOVES_FROM_SUSPECT },
	{ "dm_requeue", BLK_STS_DM_REQUEUE, MOVES_FROM_SUSPECT },
	{ "unknown", (__force blk_status_t)200, MOVES_FROM_SUSPECT },
	{ "resource", BLK_STS_RESOURCE, PAUSES },
	{ "dev_resource", BLK_STS_DEV_RESOURCE, PAUSES },
	{ "again", BLK_STS_AGAIN, PAUSES },
};

static void failover_describe_status(const struct failover_status *status, char *desc)
{
	strscpy(desc, status->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(status, failover_statuses, failover_describe_status);

static void failover_try_status(struct kunit *test, struct mpath_kunit_lun *lun,
				enum mpath_submit_mode mode, u8 seed)
{
	const struct failover_status *status = test->param_value;
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_path *b = &lun->paths[1];
	const bool moves = status->fate == MOVES_FROM_DEAD || status->fate == MOVES_FROM_SUSPECT;
	const unsigned int nr_failures = status->fate == PAUSES ? 3 : 1;
	const struct mpath_head_stats before = mpath_kunit_stats(lun);
	const u64 moved_from_a = mpath_device_failover_count(a->core);
	const int nr_probes = atomic_read(&a->nr_probes);
	const u64 start = ktime_get_ns();
	struct mpath_kunit_io *io;

	mpath_head_set_submit_mode(lun->head, mode);
	mpath_kunit_forget(lun);
	mpath_kunit_hold_probe(a);
	mpath_kunit_fail(a, status->status, nr_failures);
	io = mpath_kunit_io(lun, REQ_OP_WRITE, 0, 8);
	mpath_kunit_fill(io, seed);
	mpath_kunit_submit(io);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io),
			status->fate == ENDS ? (__force u8)status->status : 0);
	KUNIT_EXPECT_EQ(test, io->nr_ends, 1);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stored(lun, 0, 8, seed), status->fate != ENDS);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(a), status->fate == PAUSES ? nr_failures + 1 : 1);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(b), moves);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).failover_count - before.failover_count, moves);
	KUNIT_EXPECT_EQ(test, mpath_device_failover_count(a->core) - moved_from_a, moves);
	KUNIT_EXPECT_EQ(test, mpath_device_failover_count(b->core), 0);
	/* One of them may have been cut short by a kick for something else. */
	if (status->fate == PAUSES)
		KUNIT_EXPECT_GE(test, ktime_get_ns() - start,
				(nr_failures - 1) * 9 * NSEC_PER_MSEC);

	if (!moves) {
		KUNIT_EXPECT_STREQ(test, mpath_device_state_name(a->core), "usable");
		KUNIT_EXPECT_EQ(test, atomic_read(&a->nr_probes), nr_probes);
		return;
	}
	/* Out of service until it has answered. */
	KUNIT_EXPECT_STREQ(test, mpath_device_state_name(a->core),
			   status->fate == MOVES_FROM_DEAD ? "dead" : "suspect");
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(b), 2);
	mpath_kunit_free_probe(a);
	mpath_device_recheck(a->core);
	KUNIT_EXPECT_TRUE(test, failover_becomes(a, "usable"));
	/* "usable" is seen a moment before the node forgets that it had settled for b. */
	mpath_head_set_iopolicy(lun->head, MPATH_IOPOLICY_NUMA);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(a), 2);
	KUNIT_EXPECT_STREQ(test, mpath_device_state_name(b->core), "usable");
	KUNIT_EXPECT_EQ(test, atomic_read(&b->nr_probes), 0);
}

static void status_decides_over_bio_and_path(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, 2);

	failover_try_status(test, lun, MPATH_SUBMIT_INTERPOSE, 1);
	mpath_kunit_renew_paths(lun);
	failover_try_status(test, lun, MPATH_SUBMIT_CLONE, 2);
}

/* --- contexts ------------------------------------------------------------------------------- */

struct failover_context {
	const char *name;
	enum mpath_kunit_context context;
};

static const struct failover_context failover_contexts[] = {
	{ "inline", MPATH_KUNIT_INLINE },
	{ "work", MPATH_KUNIT_WORK },
	{ "softirq", MPATH_KUNIT_SOFTIRQ },
	{ "hardirq", MPATH_KUNIT_HARDIRQ },
};

static void failover_describe_context(const struct failover_context *context, char *desc)
{
	strscpy(desc, context->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(context, failover_contexts, failover_describe_context);

/*
 * Nothing on the way back may sleep, and nothing is sent from there: a bio is sent
 * again by a work item, whoever has ended it.
 */
static void failover_try_context(struct kunit *test, struct mpath_kunit_lun *lun, u8 seed)
{
	const struct failover_context *param = test->param_value;
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_path *b = &lun->paths[1];
	struct mpath_kunit_io *ios[32];
	unsigned int i, nr_odd = 0;

	mpath_kunit_forget(lun);
	mpath_kunit_set_context(a, param->context);
	mpath_kunit_set_context(b, param->context);
	mpath_kunit_hold(a);
	for (i = 0; i < ARRAY_SIZE(ios); i++) {
		ios[i] = mpath_kunit_io(lun, REQ_OP_WRITE, i * 8, 8);
		mpath_kunit_fill(ios[i], seed);
		mpath_kunit_submit(ios[i]);
	}
	/* Half of them, then the rest with another status. */
	WRITE_ONCE(a->verdict, MPATH_VERDICT_DEAD);
	mpath_kunit_release(a, ARRAY_SIZE(ios) / 2, BLK_STS_IOERR);
	mpath_kunit_release_all(a, BLK_STS_TRANSPORT);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_wrong(ios, ARRAY_SIZE(ios), BLK_STS_OK), 0);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_stored(lun, 0, ARRAY_SIZE(ios) * 8, seed));
	KUNIT_ASSERT_EQ(test, mpath_kunit_nr_seen(lun), 2 * ARRAY_SIZE(ios));
	for (i = 0; i < 2 * ARRAY_SIZE(ios); i++)
		nr_odd += lun->seen[i].path != (i < ARRAY_SIZE(ios) ? a : b) ||
			  lun->seen[i].worker != (i >= ARRAY_SIZE(ios));
	KUNIT_EXPECT_EQ(test, nr_odd, 0);
}

static void bios_move_whoever_ends_them(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, 2);

	failover_try_context(test, lun, 1);
	failover_is_good(&lun->paths[0]);
	mpath_device_recheck(lun->paths[0].core);
	KUNIT_ASSERT_TRUE(test, failover_becomes(&lun->paths[0], "usable"));
	mpath_head_set_submit_mode(lun->head, MPATH_SUBMIT_CLONE);
	failover_try_context(test, lun, 2);
}

/*
 * Every path fails every bio before the submission returns. If a bio were sent again from
 * where it fails, the stack would grow with each one that waits.
 */
static void failing_at_once_does_not_recurse(struct kunit *test)
{
	const enum mpath_submit_mode mode = mpath_kunit_mode(test);
	const unsigned int few = 8, many = mode == MPATH_SUBMIT_INTERPOSE ? 1000 : 200;
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mode, 2);
	struct mpath_kunit_io **ios = kunit_kcalloc(test, many, sizeof(*ios), GFP_KERNEL);
	unsigned long stack = 0;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, ios);
	/* All wait for the first path; then it lets them down, and the other one too. */
	mpath_kunit_hold(&lun->paths[0]);
	mpath_kunit_fail(&lun->paths[1], BLK_STS_IOERR, MPATH_KUNIT_ALL);
	for (i = 0; i < many; i++) {
		ios[i] = mpath_kunit_read(lun, i % 128 * 8);
		if (i != few)
			continue;
		mpath_kunit_release(&lun->paths[0], few, BLK_STS_IOERR);
		KUNIT_ASSERT_TRUE(test, mpath_kunit_eventually(mpath_kunit_nr_seen(lun) > few));
		stack = READ_ONCE(lun->max_stack);
	}
	mpath_kunit_fail(&lun->paths[0], BLK_STS_IOERR, MPATH_KUNIT_ALL);
	mpath_kunit_release_all(&lun->paths[0], BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_wrong(ios, many, BLK_STS_IOERR), 0);
	KUNIT_EXPECT_LT(test, lun->max_stack, stack + 2048);
	/* It was the bios, not the paths. */
	KUNIT_EXPECT_TRUE(test, failover_becomes(&lun->paths[0], "usable"));
	KUNIT_EXPECT_TRUE(test, failover_becomes(&lun->paths[1], "usable"));
}

static void failover_reset_requests(void *context)
{
	mpath_kunit_sh("echo 0 >/sys/kernel/debug/fail_make_request/probability");
}

/*
 * The block layer fails a bio before the path's driver has it: its end comes inside
 * the core's own submission. Waiting there for readers would never end.
 */
static void failing_inside_the_submission_is_like_any_failure(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_io *ios[64];
	unsigned int i, nr_odd = 0;

	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, failover_reset_requests, NULL), 0);
	if (mpath_kunit_sh("cd /sys/kernel/debug/fail_make_request; echo 0 >verbose; "
			   "echo -1 >times; echo 100 >probability"))
		kunit_skip(test, "no way to set up fail_make_request");
	bdev_set_flag(lun->paths[0].disk->part0, BD_MAKE_IT_FAIL);
	for (i = 0; i < ARRAY_SIZE(ios); i++)
		ios[i] = mpath_kunit_read(lun, i * 8);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_wrong(ios, ARRAY_SIZE(ios), BLK_STS_OK), 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(&lun->paths[1]), ARRAY_SIZE(ios));

	bdev_set_flag(lun->paths[1].disk->part0, BD_MAKE_IT_FAIL);
	for (i = 0; i < ARRAY_SIZE(ios); i++)
		ios[i] = mpath_kunit_read(lun, i * 8);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_wrong(ios, ARRAY_SIZE(ios), BLK_STS_IOERR), 0);
	/* Whoever submitted them has not carried them from path to path. */
	for (i = 0; i < ARRAY_SIZE(ios); i++)
		nr_odd += !ios[i]->worker;
	KUNIT_EXPECT_EQ(test, nr_odd, 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(&lun->paths[0]), 0);
}

/* --- failfast -------------------------------------------------------------------------------- */

static void error_is_wanted_early_while_another_path_is_left(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_path *b = &lun->paths[1];
	struct mpath_kunit_io *io;

	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
	KUNIT_EXPECT_EQ(test, lun->seen[0].opf & REQ_FAILFAST_MASK, REQ_FAILFAST_MASK);

	/* The other one only has to be able to carry it. */
	mpath_kunit_forget(lun);
	WRITE_ONCE(b->access_state, MPATH_KUNIT_NONOPTIMIZED);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
	WRITE_ONCE(b->access_state, MPATH_KUNIT_STANDBY);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
	KUNIT_EXPECT_EQ(test, lun->seen[0].opf & REQ_FAILFAST_MASK, REQ_FAILFAST_MASK);
	KUNIT_EXPECT_EQ(test, lun->seen[1].opf & REQ_FAILFAST_MASK, 0);
	WRITE_ONCE(b->access_state, MPATH_KUNIT_OPTIMIZED);

	/* The last path for this bio has all the time it needs. */
	mpath_kunit_forget(lun);
	failover_goes_bad(a, BLK_STS_TRANSPORT);
	io = mpath_kunit_io(lun, REQ_OP_READ | REQ_FAILFAST_DEV, 0, 8);
	mpath_kunit_submit(io);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_EQ(test, lun->seen[0].opf & REQ_FAILFAST_MASK, REQ_FAILFAST_MASK);
	/* What the submitter said stays said. */
	KUNIT_EXPECT_EQ(test, lun->seen[1].opf & REQ_FAILFAST_MASK, REQ_FAILFAST_DEV);
	KUNIT_EXPECT_EQ(test, io->after.opf & REQ_FAILFAST_MASK, REQ_FAILFAST_DEV);
}

/* --- order ------------------------------------------------------------------------------------- */

static void bios_move_in_the_order_they_came(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_path *b = &lun->paths[1];
	struct mpath_kunit_io *ios[20];
	unsigned int i;

	mpath_kunit_hold(a);
	mpath_kunit_hold(b);
	for (i = 0; i < ARRAY_SIZE(ios); i++)
		ios[i] = mpath_kunit_read(lun, i * 8);
	KUNIT_ASSERT_EQ(test, mpath_kunit_nr_held(a), ARRAY_SIZE(ios));
	WRITE_ONCE(a->verdict, MPATH_VERDICT_DEAD);
	mpath_kunit_release_all(a, BLK_STS_TRANSPORT);
	KUNIT_ASSERT_TRUE(test, mpath_kunit_eventually(mpath_kunit_nr_held(b) == ARRAY_SIZE(ios)));
	mpath_kunit_release_all(b, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_wrong(ios, ARRAY_SIZE(ios), BLK_STS_OK), 0);
	for (i = 0; i < ARRAY_SIZE(ios); i++) {
		KUNIT_EXPECT_EQ(test, lun->seen[ARRAY_SIZE(ios) + i].sector, i * 8);
		KUNIT_EXPECT_EQ(test, ios[i]->order, i);
	}
}

static void parked_bios_leave_in_the_order_they_came(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 1);
	struct mpath_kunit_io *ios[20];
	unsigned int i;

	KUNIT_ASSERT_EQ(test, mpath_head_set_no_path_timeout_ms(lun->head, -1), 0);
	WRITE_ONCE(lun->paths[0].device_state, MPATH_KUNIT_BLOCKED);
	for (i = 0; i < ARRAY_SIZE(ios); i++) {
		ios[i] = mpath_kunit_read(lun, i * 8);
		/* Some are looked at again before the rest comes. */
		if (i % 7 == 6)
			mpath_kunit_pause(120);
	}
	KUNIT_EXPECT_TRUE(test, failover_parked(lun, ARRAY_SIZE(ios)));
	WRITE_ONCE(lun->paths[0].device_state, MPATH_KUNIT_RUNNING);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_wrong(ios, ARRAY_SIZE(ios), BLK_STS_OK), 0);
	for (i = 0; i < ARRAY_SIZE(ios); i++)
		KUNIT_EXPECT_EQ(test, lun->seen[i].sector, i * 8);
}

/* --- no path ----------------------------------------------------------------------------------- */

static void bio_waits_for_a_path_that_comes_back_in_time(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_path *b = &lun->paths[1];
	struct mpath_kunit_io *io;

	KUNIT_ASSERT_EQ(test, mpath_head_set_no_path_timeout_ms(lun->head, 60000), 0);
	failover_goes_bad(a, BLK_STS_TRANSPORT);
	failover_goes_bad(b, BLK_STS_OFFLINE);
	io = mpath_kunit_io(lun, REQ_OP_WRITE, 0, 8);
	mpath_kunit_fill(io, 1);
	mpath_kunit_submit(io);
	KUNIT_EXPECT_TRUE(test, failover_becomes(b, "dead"));
	KUNIT_EXPECT_TRUE(test, failover_parked(lun, 1));
	mpath_kunit_pause(150);
	KUNIT_EXPECT_FALSE(test, mpath_kunit_has_ended(io));
	/* Nobody says so: the dead path is asked now and then. */
	failover_is_good(b);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_stored(lun, 0, 8, 1));
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).failover_count, 2);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).requeue_no_usable_path_count, 1);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).fail_no_available_path_count, 0);
}

static void bio_fails_when_no_path_comes_back_in_time(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_io *io;
	u64 start, took;

	KUNIT_ASSERT_EQ(test, mpath_head_set_no_path_timeout_ms(lun->head, 300), 0);
	failover_goes_bad(&lun->paths[0], BLK_STS_TRANSPORT);
	failover_goes_bad(&lun->paths[1], BLK_STS_TRANSPORT);
	start = ktime_get_ns();
	io = mpath_kunit_read(lun, 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), (__force u8)BLK_STS_IOERR);
	took = ktime_get_ns() - start;
	KUNIT_EXPECT_GE(test, took, 300 * NSEC_PER_MSEC);
	KUNIT_EXPECT_LT(test, took, 5000 * NSEC_PER_MSEC);

	/* The time has been spent: the next one does not wait. */
	io = mpath_kunit_read(lun, 0);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_has_ended(io));
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), (__force u8)BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).fail_no_available_path_count, 2);

	failover_is_good(&lun->paths[1]);
	mpath_device_recheck(lun->paths[1].core);
	KUNIT_EXPECT_TRUE(test, failover_becomes(&lun->paths[1], "usable"));
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
}

static void bio_fails_at_once_without_a_timeout(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_io *io;
	unsigned int i;

	WRITE_ONCE(lun->paths[0].device_state, MPATH_KUNIT_OFFLINE);
	WRITE_ONCE(lun->paths[1].access_state, MPATH_KUNIT_STANDBY);
	for (i = 0; i < 3; i++) {
		io = mpath_kunit_read(lun, 0);
		KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), (__force u8)BLK_STS_IOERR);
	}
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_seen(lun), 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).requeue_no_usable_path_count, 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).fail_no_available_path_count, 3);
}

static void bio_waits_for_ever_until_it_is_told_otherwise(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 1);
	struct mpath_kunit_io *io;

	KUNIT_ASSERT_EQ(test, mpath_head_set_no_path_timeout_ms(lun->head, -1), 0);
	failover_goes_bad(&lun->paths[0], BLK_STS_TRANSPORT);
	io = mpath_kunit_read(lun, 0);
	KUNIT_EXPECT_TRUE(test, failover_parked(lun, 1));
	mpath_kunit_pause(1200);
	KUNIT_EXPECT_FALSE(test, mpath_kunit_has_ended(io));
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).parked, 1);
	KUNIT_EXPECT_EQ(test, mpath_head_set_no_path_timeout_ms(lun->head, 0), 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), (__force u8)BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).parked, 0);
}

static void nowait_bio_is_never_parked(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_path *b = &lun->paths[1];
	struct mpath_kunit_io *io;

	KUNIT_ASSERT_EQ(test, mpath_head_set_no_path_timeout_ms(lun->head, -1), 0);
	/* It may move, though. */
	failover_goes_bad(a, BLK_STS_TRANSPORT);
	io = mpath_kunit_io(lun, REQ_OP_READ | REQ_NOWAIT, 0, 8);
	mpath_kunit_submit(io);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(b), 1);
	/* The last path fails it. */
	failover_goes_bad(b, BLK_STS_TRANSPORT);
	io = mpath_kunit_io(lun, REQ_OP_READ | REQ_NOWAIT, 0, 8);
	mpath_kunit_submit(io);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), (__force u8)BLK_STS_AGAIN);
	/* There is none from the beginning. */
	io = mpath_kunit_io(lun, REQ_OP_READ | REQ_NOWAIT, 0, 8);
	mpath_kunit_submit(io);
	KUNIT_EXPECT_TRUE(test, mpath_kunit_has_ended(io));
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), (__force u8)BLK_STS_AGAIN);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).requeue_no_usable_path_count, 0);
	/* A path that would have to wait says so itself. */
	failover_is_good(a);
	mpath_device_recheck(a->core);
	KUNIT_EXPECT_TRUE(test, failover_becomes(a, "usable"));
	mpath_kunit_fail(a, BLK_STS_AGAIN, 1);
	io = mpath_kunit_io(lun, REQ_OP_READ | REQ_NOWAIT, 0, 8);
	mpath_kunit_submit(io);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), (__force u8)BLK_STS_AGAIN);
	KUNIT_EXPECT_STREQ(test, mpath_device_state_name(a->core), "usable");
}

/* --- who wakes a bio that waits ------------------------------------------------------------------ */

struct failover_return {
	const char *name;
	void (*leave)(struct mpath_kunit_path *path);
	void (*come_back)(struct mpath_kunit_path *path);
};

static void failover_leave_blocked(struct mpath_kunit_path *path)
{
	WRITE_ONCE(path->device_state, MPATH_KUNIT_BLOCKED);
}

static void failover_leave_offline(struct mpath_kunit_path *path)
{
	WRITE_ONCE(path->device_state, MPATH_KUNIT_OFFLINE);
}

static void failover_set_running(struct mpath_kunit_path *path)
{
	WRITE_ONCE(path->device_state, MPATH_KUNIT_RUNNING);
}

static void failover_leave_transitioning(struct mpath_kunit_path *path)
{
	WRITE_ONCE(path->access_state, MPATH_KUNIT_TRANSITIONING);
}

static void failover_leave_standby(struct mpath_kunit_path *path)
{
	WRITE_ONCE(path->access_state, MPATH_KUNIT_STANDBY);
}

static void failover_set_optimized(struct mpath_kunit_path *path)
{
	WRITE_ONCE(path->access_state, MPATH_KUNIT_OPTIMIZED);
}

static void failover_leave_dead(struct mpath_kunit_path *path)
{
	failover_goes_bad(path, BLK_STS_TRANSPORT);
}

static void failover_recheck(struct mpath_kunit_path *path)
{
	failover_is_good(path);
	mpath_device_recheck(path->core);
}

static void failover_attach_again(struct mpath_kunit_path *path)
{
	failover_is_good(path);
	KUNIT_EXPECT_EQ(path->lun->test, mpath_kunit_attach(path), 0);
}

static const struct failover_return failover_returns[] = {
	{ "unblocked", failover_leave_blocked, failover_set_running },
	{ "online", failover_leave_offline, failover_set_running },
	{ "transitioned", failover_leave_transitioning, failover_set_optimized },
	{ "activated", failover_leave_standby, failover_set_optimized },
	{ "revived", failover_leave_dead, failover_is_good },
	{ "rechecked", failover_leave_dead, failover_recheck },
	{ "attached", mpath_kunit_detach, failover_attach_again },
};

static void failover_describe_return(const struct failover_return *param, char *desc)
{
	strscpy(desc, param->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(return, failover_returns, failover_describe_return);

static void path_that_comes_back_finds_the_bios_that_wait(struct kunit *test)
{
	const struct failover_return *param = test->param_value;
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, 1);
	struct mpath_kunit_io *ios[3];
	unsigned int i;

	KUNIT_ASSERT_EQ(test, mpath_head_set_no_path_timeout_ms(lun->head, -1), 0);
	param->leave(&lun->paths[0]);
	for (i = 0; i < ARRAY_SIZE(ios); i++)
		ios[i] = mpath_kunit_read(lun, i * 8);
	KUNIT_ASSERT_TRUE(test, failover_parked(lun, ARRAY_SIZE(ios)));
	mpath_kunit_pause(20);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).parked, ARRAY_SIZE(ios));
	param->come_back(&lun->paths[0]);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_wrong(ios, ARRAY_SIZE(ios), BLK_STS_OK), 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_stats(lun).parked, 0);
}

/* --- is it the path or the bio? ------------------------------------------------------------------- */

static void bad_bio_blames_no_path(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 3);
	struct mpath_kunit_io *bad, *good[16];
	unsigned int i;

	KUNIT_ASSERT_EQ(test, mpath_head_set_no_path_timeout_ms(lun->head, -1), 0);
	for (i = 0; i < lun->nr_paths; i++)
		mpath_kunit_fail_sector(&lun->paths[i], BLK_STS_IOERR, 4);
	bad = mpath_kunit_read(lun, 0);
	for (i = 0; i < ARRAY_SIZE(good); i++)
		good[i] = mpath_kunit_read(lun, 8 + i * 8);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(bad), (__force u8)BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_wrong(good, ARRAY_SIZE(good), BLK_STS_OK), 0);
	for (i = 0; i < lun->nr_paths; i++)
		KUNIT_EXPECT_TRUE(test, failover_becomes(&lun->paths[i], "usable"));
	KUNIT_EXPECT_LE(test, mpath_kunit_nr_seen(lun), ARRAY_SIZE(good) + 4);
}

static void path_that_became_another_lun_is_left_alone(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_path *a = &lun->paths[0];

	WRITE_ONCE(a->verdict, MPATH_VERDICT_FOREIGN);
	mpath_kunit_fail(a, BLK_STS_IOERR, 1);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
	KUNIT_EXPECT_TRUE(test, failover_becomes(a, "foreign"));
	failover_is_good(a);
	mpath_device_recheck(a->core);
	mpath_kunit_pause(50);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(mpath_kunit_read(lun, 0)), 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(a), 1);
	KUNIT_EXPECT_STREQ(test, mpath_device_state_name(a->core), "foreign");
}

/* A LUN that turns out not to know an operation: the submitter finds it at the head. */
static void head_learns_what_the_lun_does_not_know(struct kunit *test)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, mpath_kunit_mode(test), 2);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_io *io;
	struct queue_limits lim;

	/* As sd does it from the completion of the command that was refused. */
	mpath_kunit_hold(a);
	io = mpath_kunit_io(lun, REQ_OP_DISCARD, 0, 8);
	mpath_kunit_submit(io);
	KUNIT_ASSERT_EQ(test, mpath_kunit_nr_held(a), 1);
	lim = mpath_kunit_limits(a);
	lim.max_hw_discard_sectors = 0;
	mpath_kunit_set_limits(a, &lim);
	mpath_kunit_release_all(a, BLK_STS_TARGET);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), (__force u8)BLK_STS_TARGET);
	KUNIT_EXPECT_EQ(test, bdev_max_discard_sectors(lun->disk->part0), 0);
	KUNIT_EXPECT_NE(test, bdev_write_zeroes_sectors(lun->disk->part0), 0);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(&lun->paths[1]), 0);
}

static struct kunit_case mpath_failover_cases[] = {
	KUNIT_CASE_PARAM(status_decides_over_bio_and_path, status_gen_params),
	KUNIT_CASE_PARAM(bios_move_whoever_ends_them, context_gen_params),
	KUNIT_CASE_PARAM(failing_at_once_does_not_recurse, mode_gen_params),
	KUNIT_CASE_PARAM(failing_inside_the_submission_is_like_any_failure, mode_gen_params),
	KUNIT_CASE_PARAM(error_is_wanted_early_while_another_path_is_left, mode_gen_params),
	KUNIT_CASE_PARAM(bios_move_in_the_order_they_came, mode_gen_params),
	KUNIT_CASE_PARAM(parked_bios_leave_in_the_order_they_came, mode_gen_params),
	KUNIT_CASE_PARAM(bio_waits_for_a_path_that_comes_back_in_time, mode_gen_params),
	KUNIT_CASE_PARAM(bio_fails_when_no_path_comes_back_in_time, mode_gen_params),
	KUNIT_CASE_PARAM(bio_fails_at_once_without_a_timeout, mode_gen_params),
	KUNIT_CASE_PARAM(bio_waits_for_ever_until_it_is_told_otherwise, mode_gen_params),
	KUNIT_CASE_PARAM(nowait_bio_is_never_parked, mode_gen_params),
	KUNIT_CASE_PARAM(path_that_comes_back_finds_the_bios_that_wait, return_gen_params),
	KUNIT_CASE_PARAM(bad_bio_blames_no_path, mode_gen_params),
	KUNIT_CASE_PARAM(path_that_became_another_lun_is_left_alone, mode_gen_params),
	KUNIT_CASE_PARAM(head_learns_what_the_lun_does_not_know, mode_gen_params),
	{}
};

static struct kunit_suite mpath_failover_suite = {
	.name = "mpath_failover",
	.suite_exit = mpath_kunit_suite_exit,
	.test_cases = mpath_failover_cases,
};
kunit_test_suites(&mpath_failover_suite);

MODULE_DESCRIPTION("KUnit: bios whose paths fail");
MODULE_LICENSE("GPL");
