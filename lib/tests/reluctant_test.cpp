// SPDX-License-Identifier: GPL-2.0
// Reluctant paths: stalled and marginal ones carry I/O only where nothing better is left.
#include <algorithm>

#include "lun.hpp"
#include "path.hpp"

using namespace mpath::fake;
using mpath::Blame;

namespace {

class Reluctant : public Lun, public ::testing::WithParamInterface<mpath_iopolicy> {
protected:
	void SetUp() override
	{
		Lun::SetUp();
		config.iopolicy = GetParam();
	}
	static void stall(Path &path) { path.device->set_stalled(true); }
	static void unstall(Path &path) { path.device->set_stalled(false); }
	// The names of the disks that so many bios go to, each of them successful.
	std::string targets(int nr)
	{
		std::string names;

		for (int i = 0; i < nr; i++) {
			auto &bio = submit();

			names += (i ? " " : "") + route(bio);
			complete(bio, MPATH_STS_OK);
		}
		return names;
	}
};

std::string name_of(const ::testing::TestParamInfo<mpath_iopolicy> &info)
{
	std::string name = mpath_iopolicy_name(info.param);

	std::replace(name.begin(), name.end(), '-', '_');
	return name;
}

} // namespace

INSTANTIATE_TEST_SUITE_P(Under, Reluctant,
			 ::testing::Values(MPATH_IOPOLICY_NUMA, MPATH_IOPOLICY_ROUND_ROBIN,
					   MPATH_IOPOLICY_QUEUE_DEPTH, MPATH_IOPOLICY_SERVICE_TIME),
			 name_of);

TEST_P(Reluctant, gets_no_io_while_another_is_usable)
{
	auto &a = add("a");

	add("b");
	EXPECT_EQ(targets(1), "a");
	stall(a);
	EXPECT_EQ(state(a), "stalled");
	EXPECT_EQ(targets(3), "b b b");
}

TEST_P(Reluctant, carries_io_when_nothing_better_is_left)
{
	auto &a = add("a");
	auto &b = add("b");

	stall(a);
	b.access_state = kStandby;
	EXPECT_EQ(targets(2), "a a");
}

TEST_P(Reluctant, is_left_as_soon_as_a_usable_path_is_back)
{
	auto &a = add("a");
	auto &b = add("b");

	stall(a);
	b.access_state = kStandby;
	EXPECT_EQ(targets(2), "a a");
	b.access_state = kNonoptimized;
	EXPECT_EQ(targets(2), "b b");
}

TEST_P(Reluctant, is_better_optimized_than_not)
{
	stall(add("a"));
	paths[0].access_state = kNonoptimized;
	stall(add("b"));
	EXPECT_EQ(targets(2), "b b");
}

TEST_P(Reluctant, is_worse_than_a_usable_path_that_is_not_optimized)
{
	stall(add("a"));
	add("b").access_state = kNonoptimized;
	EXPECT_EQ(targets(2), "b b");
}

TEST_P(Reluctant, is_another_path_to_those_who_ask)
{
	stall(add("a"));
	add("b").verdict = MPATH_VERDICT_DEAD;

	auto &bio = submit();

	EXPECT_EQ(route(bio), "b");
	EXPECT_TRUE(failfast(bio)) << "another path is left to it";
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_EQ(route(bio), "b a");
	complete(bio, MPATH_STS_OK);
}

TEST_P(Reluctant, is_not_what_io_waits_for)
{
	config.no_path_timeout_ms = -1;
	stall(add("a"));
	EXPECT_EQ(targets(1), "a");
	EXPECT_EQ(stats().requeue_no_usable_path_count, 0u);
}

TEST_P(Reluctant, has_to_say_who_it_is_after_a_block)
{
	auto &a = add("a");

	stall(a);
	a.device_state = kBlocked;
	EXPECT_EQ(mpath_head_get_path(head()), nullptr);
	EXPECT_EQ(a.device->health(), mpath::Health::suspect);
}

TEST_P(Reluctant, is_a_path_whose_host_lets_commands_wait)
{
	auto &a = add("a");
	auto &b = add("b");

	EXPECT_EQ(targets(1), "a");
	a.host_state = kHostRecovers;
	EXPECT_EQ(state(a), "blocked");
	EXPECT_EQ(targets(3), "b b b");
	b.access_state = kStandby;
	EXPECT_EQ(targets(2), "a a");
	b.access_state = kOptimized;
	a.host_state = kHostRunning;
	EXPECT_EQ(state(a), "usable");
	EXPECT_EQ(a.probes, 0) << "nothing was wrong with the path";
}

TEST_P(Reluctant, is_better_stalled_than_on_a_host_that_lets_commands_wait)
{
	add("a").host_state = kHostRecovers;
	stall(add("b"));
	EXPECT_EQ(targets(2), "b b");
	paths[1].host_state = kHostRecovers;
	EXPECT_EQ(targets(2), "a a");
}

TEST_P(Reluctant, has_no_host_where_the_transport_has_none)
{
	auto &a = new_path("a");

	a.has_host_state = false;
	a.host_state = kHostRecovers;
	add(a);
	add("b");
	EXPECT_EQ(targets(1), "a");
}

// --- stalls, and what else happens to the path ------------------------------------------------

class Stall : public Reluctant {};
INSTANTIATE_TEST_SUITE_P(Under, Stall, ::testing::Values(MPATH_IOPOLICY_NUMA), name_of);

TEST_P(Stall, ends_with_the_path_what_it_was)
{
	auto &a = add("a");

	add("b");
	stall(a);
	EXPECT_TRUE(logged("lun0: path a: usable -> stalled (I/O does not come back)\n"));
	unstall(a);
	EXPECT_TRUE(logged("lun0: path a: stalled -> usable (I/O comes back)\n"));
	EXPECT_EQ(targets(1), "a");
}

TEST_P(Stall, ends_with_a_look_at_what_waits)
{
	auto &a = add("a");

	stall(a);
	run_work();
	EXPECT_FALSE(work_due(head()));
	unstall(a);
	EXPECT_TRUE(work_due(head()));
}

TEST_P(Stall, is_not_ended_by_a_probe)
{
	auto &a = add("a");

	stall(a);
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_EQ(a.probes, 1);
	EXPECT_EQ(state(a), "stalled");
}

TEST_P(Stall, does_not_hide_that_the_path_is_dead)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	stall(a);
	a.device->blame(Blame::dead, MPATH_STS_TRANSPORT);
	EXPECT_EQ(state(a), "dead");
	stall(a);
	EXPECT_EQ(state(a), "dead");
	unstall(a);
	EXPECT_EQ(state(a), "dead");
}

TEST_P(Stall, ends_in_suspicion_when_io_fails)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_LATER;
	stall(a);
	a.device->blame(Blame::suspect, MPATH_STS_TIMEOUT);
	EXPECT_EQ(state(a), "suspect");
	stall(a);
	unstall(a);
	EXPECT_EQ(state(a), "suspect") << "only its probe can tell";
}

TEST_P(Stall, is_nothing_to_a_path_that_is_foreign_or_leaves)
{
	auto &a = add("a");

	before(Port::synchronize, [&, device = a.device] {
		device->set_stalled(true);
		EXPECT_STREQ(mpath_device_state_name(device), "removing");
	});
	remove(a);

	auto &b = add("b");

	b.verdict = MPATH_VERDICT_FOREIGN;
	mpath_device_recheck(b.device);
	run_work();
	stall(b);
	EXPECT_EQ(state(b), "foreign");
}

TEST_P(Stall, is_visible_when_the_path_is_not_optimized)
{
	auto &a = add("a");

	a.access_state = kNonoptimized;
	stall(a);
	EXPECT_EQ(state(a), "stalled");
}
