// SPDX-License-Identifier: GPL-2.0
// round-robin: each path in turn.
#include "policy_round_robin.hpp"

#include "policy_fixture.hpp"

using namespace mpath::fake;
using mpath::NotTried;

namespace {

class RoundRobin : public Policies {
protected:
	std::string turns(int times) { return choose<mpath::RoundRobin>(times); }
};

} // namespace

TEST_F(RoundRobin, takes_each_path_in_turn)
{
	attach("a");
	attach("b");
	attach("c");
	EXPECT_EQ(turns(7), "a b c a b c a");
}

TEST_F(RoundRobin, stays_among_the_optimized)
{
	attach("n", kNonoptimized);
	attach("a");
	attach("m", kNonoptimized);
	attach("b");
	EXPECT_EQ(turns(4), "a b a b");
}

TEST_F(RoundRobin, sticks_to_the_only_optimized_path)
{
	attach("a");
	attach("n", kNonoptimized);
	EXPECT_EQ(turns(3), "a a a");
}

TEST_F(RoundRobin, rotates_among_the_non_optimized_when_there_are_no_others)
{
	attach("a", kNonoptimized);
	attach("b", kNonoptimized);
	attach("c", kNonoptimized);
	EXPECT_EQ(turns(5), "a b c a b");
}

TEST_F(RoundRobin, skips_what_cannot_carry_io)
{
	attach("a");
	attach("b", kTransitioning);
	attach("c");
	EXPECT_EQ(turns(4), "a c a c");
}

TEST_F(RoundRobin, takes_a_path_in_again_that_came_back)
{
	attach("a");
	auto &b = attach("b", kTransitioning);

	EXPECT_EQ(turns(2), "a a");
	b.access_state = kOptimized;
	EXPECT_EQ(turns(3), "b a b");
}

TEST_F(RoundRobin, has_a_place_of_its_own_on_each_cpu)
{
	attach("a");
	attach("b");
	attach("c");
	set_cpu(0);
	EXPECT_EQ(turns(2), "a b");
	set_cpu(3);
	EXPECT_EQ(turns(2), "a b");
	set_cpu(0);
	EXPECT_EQ(turns(1), "c");
}

TEST_F(RoundRobin, starts_anew_where_the_path_attached_first_is)
{
	attach("a");
	attach("b");
	EXPECT_EQ(turns(1), "a");
	cache_.forget(nullptr);
	EXPECT_EQ(turns(1), "a");
}

TEST_F(RoundRobin, does_not_write_its_place_when_that_stays)
{
	// A cache line that every CPU of a node writes for every bio is what it is to avoid.
	auto &a = attach("a");

	EXPECT_EQ(turns(1), "a");

	const auto place = cache_.here().cursor->load_relaxed();

	EXPECT_EQ(turns(2), "a a");
	EXPECT_EQ(place, a.device);
	EXPECT_EQ(cache_.here().cursor->load_relaxed(), place);
}

TEST_F(RoundRobin, does_not_ask_for_distances)
{
	attach("far", kOptimized, 2);
	attach("near", kOptimized, 0);
	EXPECT_EQ(turns(2), "far near");
	EXPECT_EQ(crossings(Port::node_distance), 0u);
}

TEST_F(RoundRobin, goes_on_from_a_path_that_cannot_carry_io_any_more)
{
	attach("a");
	auto &b = attach("b");

	attach("c");
	EXPECT_EQ(turns(2), "a b");
	kill_path(b);
	EXPECT_EQ(turns(3), "c a c");
}

TEST_F(RoundRobin, goes_on_after_its_last_path_was_unlinked)
{
	attach("a");
	auto &b = attach("b");

	attach("c");
	EXPECT_EQ(turns(2), "a b");
	unlink(b);
	EXPECT_EQ(turns(3), "c a c");
}

TEST_F(RoundRobin, finds_nothing_when_its_last_path_was_unlinked_and_no_other_carries)
{
	auto &a = attach("a", kStandby);
	auto &b = attach("b");

	attach("c", kStandby);
	EXPECT_EQ(turns(1), "b");
	unlink(b);
	// The unlinked path leads back into the list, never to itself.
	EXPECT_EQ(turns(1), "none");
	a.access_state = kNonoptimized;
	EXPECT_EQ(turns(1), "a");
}

TEST_F(RoundRobin, takes_the_place_of_a_bio_that_shuns_a_path)
{
	auto &a = attach("a");
	mpath_io io{};

	attach("b");
	attach("c");
	io.confirmed_id = a.device->id();
	EXPECT_EQ(choose<mpath::RoundRobin>(NotTried{io}), "b");
	EXPECT_EQ(turns(2), "c a");
}
