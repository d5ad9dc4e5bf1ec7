// SPDX-License-Identifier: GPL-2.0
/*
 * Which path gets which bio, with the kernel's CPUs, nodes and I/O in flight. The rules in
 * all their corners are tested in user space.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/topology.h>

#include "mpath_kunit_helpers.h"

/* Round-robin keeps a place per CPU: the test must not move. */
static int policy_init(struct kunit *test)
{
	return set_cpus_allowed_ptr(current, cpumask_of(0));
}

static struct mpath_kunit_lun *policy_lun(struct kunit *test, enum mpath_iopolicy iopolicy,
					  unsigned int nr_paths)
{
	struct mpath_kunit_lun *lun = mpath_kunit_lun(test, MPATH_SUBMIT_INTERPOSE, nr_paths);

	mpath_head_set_iopolicy(lun->head, iopolicy);
	return lun;
}

/* The paths that @count reads take, as letters. Allocated for the test. */
static const char *policy_route(struct mpath_kunit_lun *lun, unsigned int count)
{
	char *route = kunit_kzalloc(lun->test, count + 1, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(lun->test, route);
	mpath_kunit_forget(lun);
	for (i = 0; i < count; i++)
		KUNIT_EXPECT_EQ(lun->test, mpath_kunit_wait(mpath_kunit_read(lun, i * 8)), 0);
	KUNIT_ASSERT_EQ(lun->test, mpath_kunit_nr_seen(lun), count);
	for (i = 0; i < count; i++)
		route[i] = 'a' + (lun->seen[i].path - lun->paths);
	return route;
}

static void policy_attach_at(struct mpath_kunit_path *path, int node)
{
	path->numa_node = node;
	KUNIT_ASSERT_EQ(path->lun->test, mpath_kunit_attach(path), 0);
}

/* --- numa -------------------------------------------------------------------------------- */

static void numa_prefers_the_nearest_path(struct kunit *test)
{
	struct mpath_kunit_lun *lun = policy_lun(test, MPATH_IOPOLICY_NUMA, 0);
	const int here = numa_node_id();

	/* There need not be such a node: it is further away than this one. */
	policy_attach_at(&lun->paths[0], here + 1);
	policy_attach_at(&lun->paths[1], here);
	policy_attach_at(&lun->paths[2], here);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 4), "bbbb");
	KUNIT_EXPECT_TRUE(test, mpath_device_serves_node(lun->paths[1].core, here));
	KUNIT_EXPECT_FALSE(test, mpath_device_serves_node(lun->paths[0].core, here));

	/* It goes, and the next best is good enough; it returns, and is the best again. */
	mpath_kunit_detach(&lun->paths[1]);
	mpath_kunit_detach(&lun->paths[2]);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 2), "aa");
	policy_attach_at(&lun->paths[1], here);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 2), "bb");
}

static void numa_takes_a_far_path_before_a_slow_one(struct kunit *test)
{
	struct mpath_kunit_lun *lun = policy_lun(test, MPATH_IOPOLICY_NUMA, 0);
	const int here = numa_node_id();

	policy_attach_at(&lun->paths[0], here);
	policy_attach_at(&lun->paths[1], here + 1);
	WRITE_ONCE(lun->paths[0].access_state, MPATH_KUNIT_NONOPTIMIZED | MPATH_KUNIT_PREFERRED);
	WRITE_ONCE(lun->paths[1].access_state, MPATH_KUNIT_OPTIMIZED | MPATH_KUNIT_PREFERRED);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 2), "bb");
	/* And does not stay where it has been when that turns slow. */
	WRITE_ONCE(lun->paths[0].access_state, MPATH_KUNIT_OPTIMIZED);
	WRITE_ONCE(lun->paths[1].access_state, MPATH_KUNIT_NONOPTIMIZED);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 2), "aa");
	WRITE_ONCE(lun->paths[0].access_state, MPATH_KUNIT_STANDBY);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 2), "bb");
}

static void numa_leaves_a_path_that_cannot_at_the_next_bio(struct kunit *test)
{
	struct mpath_kunit_lun *lun = policy_lun(test, MPATH_IOPOLICY_NUMA, 2);

	KUNIT_EXPECT_STREQ(test, policy_route(lun, 2), "aa");
	WRITE_ONCE(lun->paths[0].device_state, MPATH_KUNIT_BLOCKED);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 2), "bb");
}

/* --- round-robin ----------------------------------------------------------------------------- */

static void round_robin_takes_each_path_in_turn(struct kunit *test)
{
	struct mpath_kunit_lun *lun = policy_lun(test, MPATH_IOPOLICY_ROUND_ROBIN, 3);

	KUNIT_EXPECT_STREQ(test, policy_route(lun, 12), "abcabcabcabc");
}

static void round_robin_passes_over_what_cannot(struct kunit *test)
{
	struct mpath_kunit_lun *lun = policy_lun(test, MPATH_IOPOLICY_ROUND_ROBIN, 3);

	KUNIT_EXPECT_STREQ(test, policy_route(lun, 3), "abc");
	WRITE_ONCE(lun->paths[1].access_state, MPATH_KUNIT_NONOPTIMIZED);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 4), "acac");
	/* With no optimized path left, the others in turn. */
	WRITE_ONCE(lun->paths[0].access_state, MPATH_KUNIT_TRANSITIONING);
	WRITE_ONCE(lun->paths[2].access_state, MPATH_KUNIT_NONOPTIMIZED);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 4), "bcbc");
	/* The path at which it stands goes. */
	mpath_kunit_detach(&lun->paths[2]);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 2), "bb");
	WRITE_ONCE(lun->paths[0].access_state, MPATH_KUNIT_OPTIMIZED);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 2), "aa");
}

static void policy_submit(void *arg)
{
	mpath_kunit_submit(arg);
}

/* A place that CPUs share would be pushed on by the other one's bios. */
static void round_robin_keeps_a_place_for_each_cpu(struct kunit *test)
{
	static const struct {
		int cpu;
		unsigned int path;
	} steps[] = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 0, 2 }, { 1, 1 }, { 1, 2 }, { 0, 0 } };
	struct mpath_kunit_lun *lun = policy_lun(test, MPATH_IOPOLICY_ROUND_ROBIN, 3);
	struct mpath_kunit_io *io;
	unsigned int i;

	if (num_online_cpus() < 2)
		kunit_skip(test, "needs two CPUs");
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		io = mpath_kunit_io(lun, REQ_OP_READ, 0, 8);
		KUNIT_ASSERT_TRUE(test, mpath_kunit_join(mpath_kunit_start(lun, steps[i].cpu,
									   policy_submit, io)));
		KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
		KUNIT_EXPECT_EQ(test, lun->seen[i].cpu, steps[i].cpu);
		KUNIT_EXPECT_EQ(test, lun->seen[i].path - lun->paths, steps[i].path);
	}
}

/* --- queue-depth --------------------------------------------------------------------------------- */

static void queue_depth_fills_the_shallowest(struct kunit *test)
{
	struct mpath_kunit_lun *lun = policy_lun(test, MPATH_IOPOLICY_QUEUE_DEPTH, 3);
	unsigned int i;

	for (i = 0; i < lun->nr_paths; i++)
		mpath_kunit_hold(&lun->paths[i]);
	for (i = 0; i < 9; i++)
		mpath_kunit_read(lun, i * 8);
	for (i = 0; i < lun->nr_paths; i++)
		KUNIT_EXPECT_EQ(test, mpath_device_queue_depth(lun->paths[i].core), 3);
	/* Two end at the second path, one at the third: that is where the next three go. */
	mpath_kunit_release(&lun->paths[1], 2, BLK_STS_OK);
	mpath_kunit_release(&lun->paths[2], 1, BLK_STS_OK);
	for (i = 0; i < 3; i++)
		mpath_kunit_read(lun, i * 8);
	for (i = 0; i < lun->nr_paths; i++)
		KUNIT_EXPECT_EQ(test, mpath_kunit_nr_held(&lun->paths[i]), 3);
	for (i = 0; i < lun->nr_paths; i++) {
		mpath_kunit_release_all(&lun->paths[i], BLK_STS_OK);
		KUNIT_EXPECT_EQ(test, mpath_device_queue_depth(lun->paths[i].core), 0);
	}
}

static void queue_depth_prefers_depth_to_a_slow_path(struct kunit *test)
{
	struct mpath_kunit_lun *lun = policy_lun(test, MPATH_IOPOLICY_QUEUE_DEPTH, 2);
	unsigned int i;

	WRITE_ONCE(lun->paths[0].access_state, MPATH_KUNIT_NONOPTIMIZED);
	mpath_kunit_hold(&lun->paths[1]);
	for (i = 0; i < 5; i++)
		mpath_kunit_read(lun, i * 8);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_held(&lun->paths[1]), 5);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(&lun->paths[0]), 0);
}

static void queue_depth_counts_a_bio_where_it_is(struct kunit *test)
{
	struct mpath_kunit_lun *lun = policy_lun(test, MPATH_IOPOLICY_QUEUE_DEPTH, 2);
	struct mpath_kunit_path *a = &lun->paths[0];
	struct mpath_kunit_path *b = &lun->paths[1];
	struct mpath_kunit_io *io;

	WRITE_ONCE(a->verdict, MPATH_VERDICT_DEAD);
	mpath_kunit_hold(a);
	mpath_kunit_hold(b);
	io = mpath_kunit_read(lun, 0);
	KUNIT_EXPECT_EQ(test, mpath_device_queue_depth(a->core), 1);
	mpath_kunit_release_all(a, BLK_STS_TRANSPORT);
	KUNIT_ASSERT_TRUE(test, mpath_kunit_eventually(mpath_kunit_nr_held(b) == 1));
	KUNIT_EXPECT_EQ(test, mpath_device_queue_depth(a->core), 0);
	KUNIT_EXPECT_EQ(test, mpath_device_queue_depth(b->core), 1);
	/* Counted as it was sent, whatever the policy is when it ends. */
	mpath_head_set_iopolicy(lun->head, MPATH_IOPOLICY_ROUND_ROBIN);
	mpath_kunit_read(lun, 8);
	mpath_head_set_iopolicy(lun->head, MPATH_IOPOLICY_QUEUE_DEPTH);
	KUNIT_EXPECT_EQ(test, mpath_device_queue_depth(b->core), 1);
	mpath_kunit_release_all(b, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, mpath_kunit_wait(io), 0);
	KUNIT_EXPECT_EQ(test, mpath_device_queue_depth(b->core), 0);
}

/* --- service-time -------------------------------------------------------------------------------- */

static void service_time_goes_where_it_is_fast(struct kunit *test)
{
	struct mpath_kunit_lun *lun = policy_lun(test, MPATH_IOPOLICY_SERVICE_TIME, 2);
	struct mpath_device_latency latency;
	struct mpath_device_stats stats;
	unsigned int i;

	/* Each is tried with one bio, and the first one takes its time. */
	mpath_kunit_hold(&lun->paths[0]);
	mpath_kunit_read(lun, 0);
	KUNIT_ASSERT_EQ(test, mpath_kunit_nr_held(&lun->paths[0]), 1);
	mpath_kunit_read(lun, 8);
	KUNIT_ASSERT_EQ(test, mpath_kunit_nr_bios(&lun->paths[1]), 1);
	msleep(100);
	mpath_kunit_release_all(&lun->paths[0], BLK_STS_OK);
	for (i = 0; i < 20; i++)
		mpath_kunit_read(lun, i * 8);
	KUNIT_EXPECT_EQ(test, mpath_kunit_nr_bios(&lun->paths[1]), 21);

	mpath_device_read_latency(lun->paths[0].core, MPATH_READ, &latency);
	/* Ticks are another clock, and under emulation not quite as long. */
	KUNIT_EXPECT_GE(test, latency.average_ns, 90 * NSEC_PER_MSEC);
	mpath_device_read_stats(lun->paths[0].core, &stats);
	KUNIT_EXPECT_EQ(test, stats.ios[MPATH_READ], 1);
	KUNIT_EXPECT_EQ(test, stats.sectors[MPATH_READ], 8);
	KUNIT_EXPECT_EQ(test, stats.ios[MPATH_WRITE], 0);
	KUNIT_EXPECT_EQ(test, stats.in_flight, 0);
	mpath_device_read_stats(lun->paths[1].core, &stats);
	KUNIT_EXPECT_EQ(test, stats.ios[MPATH_READ], 21);
	KUNIT_EXPECT_EQ(test, stats.in_flight, 0);
}

/* --- change ------------------------------------------------------------------------------------------ */

static void change_takes_effect_with_the_next_bio(struct kunit *test)
{
	struct mpath_kunit_lun *lun = policy_lun(test, MPATH_IOPOLICY_NUMA, 3);

	KUNIT_EXPECT_STREQ(test, policy_route(lun, 3), "aaa");
	mpath_head_set_iopolicy(lun->head, MPATH_IOPOLICY_ROUND_ROBIN);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 4), "abca");
	mpath_head_set_iopolicy(lun->head, MPATH_IOPOLICY_QUEUE_DEPTH);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 3), "aaa"); /* all of them are empty */
	mpath_head_set_iopolicy(lun->head, MPATH_IOPOLICY_ROUND_ROBIN);
	KUNIT_EXPECT_STREQ(test, policy_route(lun, 3), "abc"); /* from the start again */
	KUNIT_EXPECT_EQ(test, mpath_head_iopolicy(lun->head), MPATH_IOPOLICY_ROUND_ROBIN);
}

struct policy_load {
	struct mpath_kunit_io *ios[100];
};

static void policy_submit_load(void *arg)
{
	struct policy_load *load = arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(load->ios); i++) {
		mpath_kunit_submit(load->ios[i]);
		if (i % 8 == 7)
			wait_for_completion(&load->ios[i]->done);
	}
}

static void policies_change_under_load(struct kunit *test)
{
	static const enum mpath_iopolicy policies[] = { MPATH_IOPOLICY_ROUND_ROBIN,
							MPATH_IOPOLICY_QUEUE_DEPTH,
							MPATH_IOPOLICY_NUMA };
	struct policy_load *load = kunit_kcalloc(test, 2, sizeof(*load), GFP_KERNEL);
	struct mpath_kunit_lun *lun = policy_lun(test, MPATH_IOPOLICY_NUMA, 3);
	const unsigned int nr_ios = ARRAY_SIZE(load->ios);
	struct mpath_kunit_thread *threads[2];
	unsigned int i, t, nr_changes = 0;

	KUNIT_ASSERT_NOT_NULL(test, load);
	for (i = 0; i < lun->nr_paths; i++)
		mpath_kunit_set_context(&lun->paths[i], MPATH_KUNIT_SOFTIRQ);
	for (t = 0; t < 2; t++)
		for (i = 0; i < nr_ios; i++)
			load[t].ios[i] = mpath_kunit_io(lun, REQ_OP_READ, i * 8, 8);
	for (t = 0; t < 2; t++)
		threads[t] =
			mpath_kunit_start(lun, t % num_online_cpus(), policy_submit_load, &load[t]);
	while (!mpath_kunit_is_done(threads[0]) || !mpath_kunit_is_done(threads[1])) {
		mpath_head_set_iopolicy(lun->head, policies[nr_changes++ % 3]);
		schedule_timeout_uninterruptible(1);
	}
	for (t = 0; t < 2; t++) {
		KUNIT_EXPECT_TRUE(test, mpath_kunit_join(threads[t]));
		KUNIT_EXPECT_EQ(test, mpath_kunit_nr_wrong(load[t].ios, nr_ios, BLK_STS_OK), 0);
	}
	KUNIT_EXPECT_GT(test, nr_changes, 5);
	for (i = 0; i < lun->nr_paths; i++) {
		KUNIT_EXPECT_GT(test, mpath_kunit_nr_bios(&lun->paths[i]), 0);
		KUNIT_EXPECT_EQ(test, mpath_device_queue_depth(lun->paths[i].core), 0);
	}
}

static struct kunit_case mpath_policy_cases[] = {
	KUNIT_CASE(numa_prefers_the_nearest_path),
	KUNIT_CASE(numa_takes_a_far_path_before_a_slow_one),
	KUNIT_CASE(numa_leaves_a_path_that_cannot_at_the_next_bio),
	KUNIT_CASE(round_robin_takes_each_path_in_turn),
	KUNIT_CASE(round_robin_passes_over_what_cannot),
	KUNIT_CASE(round_robin_keeps_a_place_for_each_cpu),
	KUNIT_CASE(queue_depth_fills_the_shallowest),
	KUNIT_CASE(queue_depth_prefers_depth_to_a_slow_path),
	KUNIT_CASE(queue_depth_counts_a_bio_where_it_is),
	KUNIT_CASE(service_time_goes_where_it_is_fast),
	KUNIT_CASE(change_takes_effect_with_the_next_bio),
	KUNIT_CASE(policies_change_under_load),
	{}
};

static struct kunit_suite mpath_policy_suite = {
	.name = "mpath_policy",
	.suite_exit = mpath_kunit_suite_exit,
	.init = policy_init,
	.test_cases = mpath_policy_cases,
};
kunit_test_suites(&mpath_policy_suite);

MODULE_DESCRIPTION("KUnit: path selection");
MODULE_LICENSE("GPL");
