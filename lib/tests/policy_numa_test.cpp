// SPDX-License-Identifier: GPL-2.0
// numa: the nearest path of each node.
#include "policy_numa.hpp"

#include "policy_fixture.hpp"

using namespace mpath::fake;
using mpath::NotTried;

namespace {

class Numa : public Policies {
protected:
	std::string chosen_on(u32 node)
	{
		set_node(node);
		return choose<mpath::Numa>();
	}
};

} // namespace

TEST_F(Numa, takes_the_nearest_path_of_each_node)
{
	attach("a", kOptimized, 0);
	attach("b", kOptimized, 1);
	attach("c", kOptimized, 2);
	EXPECT_EQ(chosen_on(0), "a");
	EXPECT_EQ(chosen_on(1), "b");
	EXPECT_EQ(chosen_on(2), "c");
}

TEST_F(Numa, goes_by_distance_and_not_by_number)
{
	attach("b", kOptimized, 1);
	attach("c", kOptimized, 2);
	set_distance(0, 1, 31);
	set_distance(0, 2, 21);
	EXPECT_EQ(chosen_on(0), "c");
}

TEST_F(Numa, takes_the_first_attached_among_equally_near_ones)
{
	attach("far", kOptimized, 1);
	attach("b", kOptimized, 0);
	attach("c", kOptimized, 0);
	EXPECT_EQ(chosen_on(0), "b");
}

TEST_F(Numa, counts_a_path_of_unknown_node_as_local)
{
	attach("far", kOptimized, 1);
	attach("unknown", kOptimized, -1);
	EXPECT_EQ(chosen_on(0), "unknown");
}

TEST_F(Numa, prefers_a_far_optimized_path_over_a_near_non_optimized_one)
{
	attach("near", kNonoptimized, 0);
	attach("far", kOptimized, 1);
	EXPECT_EQ(chosen_on(0), "far");
}

TEST_F(Numa, takes_the_nearest_of_the_non_optimized)
{
	attach("far", kNonoptimized, 1);
	attach("near", kNonoptimized, 0);
	EXPECT_EQ(chosen_on(0), "near");
}

TEST_F(Numa, keeps_its_choice_without_walking_the_list_again)
{
	attach("a", kOptimized, 0);
	attach("b", kOptimized, 1);
	EXPECT_EQ(chosen_on(0), "a");

	const auto looked = crossings(Port::node_distance);

	EXPECT_EQ(chosen_on(0), "a");
	EXPECT_EQ(crossings(Port::node_distance), looked);
}

TEST_F(Numa, looks_again_as_long_as_its_choice_is_not_optimized)
{
	attach("a", kNonoptimized, 0);
	auto &b = attach("b", kStandby, 1);

	EXPECT_EQ(chosen_on(0), "a");
	b.access_state = kOptimized;
	EXPECT_EQ(chosen_on(0), "b");
}

TEST_F(Numa, remembers_a_choice_of_its_own_for_each_node)
{
	auto &a = attach("a", kOptimized, 0);
	auto &b = attach("b", kOptimized, 1);

	EXPECT_EQ(chosen_on(0), "a");
	EXPECT_EQ(chosen_on(1), "b");
	EXPECT_EQ(by_node_[0].load_relaxed(), a.device);
	EXPECT_EQ(by_node_[1].load_relaxed(), b.device);
	EXPECT_EQ(by_node_[2].load_relaxed(), nullptr);
}

TEST_F(Numa, keeps_its_hint_when_there_is_no_path)
{
	auto &a = attach("a");

	EXPECT_EQ(chosen_on(0), "a");
	a.access_state = kTransitioning;
	EXPECT_EQ(chosen_on(0), "none");
	EXPECT_EQ(by_node_[0].load_relaxed(), a.device);
	a.access_state = kOptimized;
	EXPECT_EQ(chosen_on(0), "a");
}

TEST_F(Numa, a_bio_that_shuns_its_failed_path_does_not_move_the_node)
{
	auto &near = attach("near", kOptimized, 0);
	mpath_io io{};

	attach("far", kOptimized, 1);
	io.confirmed_id = near.device->id();
	EXPECT_EQ(chosen_on(0), "near");
	EXPECT_EQ(choose<mpath::Numa>(NotTried{io}), "far");
	EXPECT_EQ(chosen_on(0), "near");
}

// --- through a head -------------------------------------------------------------------------

class NumaHead : public Lun {
protected:
	void SetUp() override
	{
		Lun::SetUp();
		set_nodes(2);
		config.iopolicy = MPATH_IOPOLICY_NUMA;
	}
	Path &add_on_node(const std::string &name, int node)
	{
		auto &path = new_path(name);

		path.numa_node = node;
		return add(path);
	}
};

TEST_F(NumaHead, tells_which_nodes_a_path_serves)
{
	auto &a = add_on_node("a", 0);
	auto &b = add_on_node("b", 1);

	submit();
	EXPECT_TRUE(mpath_device_serves_node(a.device, 0));
	EXPECT_FALSE(mpath_device_serves_node(a.device, 1));
	EXPECT_FALSE(mpath_device_serves_node(b.device, 0));
	set_node(1);
	submit();
	EXPECT_TRUE(mpath_device_serves_node(b.device, 1));
}

TEST_F(NumaHead, serves_no_node_that_there_is_not)
{
	auto &a = add_on_node("a", 0);

	submit();
	EXPECT_FALSE(mpath_device_serves_node(a.device, -1));
	EXPECT_FALSE(mpath_device_serves_node(a.device, 2));
	EXPECT_FALSE(mpath_device_serves_node(a.device, 1 << 20));
}

TEST_F(NumaHead, serves_no_node_under_another_policy)
{
	auto &a = add_on_node("a", 0);

	submit();
	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_QUEUE_DEPTH);
	EXPECT_FALSE(mpath_device_serves_node(a.device, 0));
	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_NUMA);
	EXPECT_FALSE(mpath_device_serves_node(a.device, 0)) << "the hint is of another time";
}

TEST_F(NumaHead, turns_to_a_nearer_path_when_one_is_added)
{
	add_on_node("far", 1);
	auto &before = submit();
	auto &near = add_on_node("near", 0);
	auto &after = submit();

	EXPECT_EQ(route(before), "far");
	EXPECT_TRUE(is_on(near, after));
}

TEST_F(NumaHead, returns_to_the_nearer_path_when_that_has_recovered)
{
	auto &near = add_on_node("near", 0);
	auto &far = add_on_node("far", 1);
	auto &failed = submit();

	near.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(failed, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(is_on(far, failed));
	EXPECT_TRUE(is_on(far, submit()));
	near.verdict = MPATH_VERDICT_FINE;
	mpath_device_recheck(near.device);
	run_work();
	EXPECT_TRUE(is_on(near, submit()));
}
