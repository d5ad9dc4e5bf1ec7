// SPDX-License-Identifier: GPL-2.0
// What all policies have in common.
#include "policy_fixture.hpp"
#include "policy_numa.hpp"
#include "policy_queue_depth.hpp"
#include "policy_round_robin.hpp"
#include "policy_service_time.hpp"

using namespace mpath::fake;
using mpath::NotTried;
using mpath::Numa;
using mpath::QueueDepth;
using mpath::RoundRobin;

namespace {

struct Names {
	template <typename Policy>
	static std::string GetName(int)
	{
		if (std::is_same_v<Policy, Numa>)
			return "numa";
		if (std::is_same_v<Policy, mpath::ServiceTime>)
			return "service_time";
		return std::is_same_v<Policy, RoundRobin> ? "round_robin" : "queue_depth";
	}
};

} // namespace

using All = ::testing::Types<Numa, RoundRobin, QueueDepth, mpath::ServiceTime>;
TYPED_TEST_SUITE(EveryPolicy, All, Names);

TYPED_TEST(EveryPolicy, has_nothing_to_choose_from_no_paths)
{
	EXPECT_EQ(this->template choose<TypeParam>(), "none");
}

TYPED_TEST(EveryPolicy, chooses_the_only_path_every_time)
{
	this->attach("a");
	EXPECT_EQ(this->template choose<TypeParam>(3), "a a a");
}

TYPED_TEST(EveryPolicy, takes_the_first_attached_among_equals_at_first)
{
	this->attach("a");
	this->attach("b");
	EXPECT_EQ(this->template choose<TypeParam>(), "a");
}

TYPED_TEST(EveryPolicy, prefers_an_optimized_path_over_an_earlier_non_optimized_one)
{
	this->attach("n", kNonoptimized);
	this->attach("o");
	EXPECT_EQ(this->template choose<TypeParam>(3), "o o o");
}

TYPED_TEST(EveryPolicy, takes_a_non_optimized_path_when_there_is_no_other)
{
	this->attach("s", kStandby);
	this->attach("n", kNonoptimized);
	EXPECT_EQ(this->template choose<TypeParam>(2), "n n");
}

TYPED_TEST(EveryPolicy, returns_to_an_optimized_path_as_soon_as_there_is_one)
{
	this->attach("n", kNonoptimized);
	auto &o = this->attach("o", kStandby);

	EXPECT_EQ(this->template choose<TypeParam>(2), "n n");
	o.access_state = kOptimized;
	EXPECT_EQ(this->template choose<TypeParam>(2), "o o");
}

TYPED_TEST(EveryPolicy, does_not_mistake_preferred_for_another_state)
{
	this->attach("n", kNonoptimized);
	this->attach("o", kPreferred | kOptimized);
	EXPECT_EQ(this->template choose<TypeParam>(), "o");
}

TYPED_TEST(EveryPolicy, takes_a_preferred_non_optimized_path)
{
	this->attach("n", kPreferred | kNonoptimized);
	EXPECT_EQ(this->template choose<TypeParam>(), "n");
}

TYPED_TEST(EveryPolicy, takes_a_path_without_access_states_as_optimized)
{
	this->attach("n", kNonoptimized);
	auto &plain = this->new_path("x");

	plain.has_access_state = false;
	plain.access_state = kStandby; // not to be read
	this->link(plain);
	EXPECT_EQ(this->template choose<TypeParam>(), "x");
}

TYPED_TEST(EveryPolicy, never_chooses_a_path_that_cannot_carry_io)
{
	for (const auto &way : kWaysToDisable) {
		SCOPED_TRACE(way.name);
		auto &path = this->attach("a");

		way.apply(path);
		EXPECT_EQ(this->template choose<TypeParam>(2), "none none");
		this->unlink(path);
		this->cache_.forget(nullptr);
	}
}

TYPED_TEST(EveryPolicy, leaves_a_path_that_it_used_when_that_cannot_carry_io_any_more)
{
	auto &keep = this->attach("b");

	for (const auto &way : kWaysToDisable) {
		SCOPED_TRACE(way.name);
		keep.access_state = kStandby;

		auto &path = this->attach("a");

		EXPECT_EQ(this->template choose<TypeParam>(2), "a a");
		keep.access_state = kOptimized;
		way.apply(path);
		EXPECT_EQ(this->template choose<TypeParam>(2), "b b");
		this->unlink(path);
		this->cache_.forget(nullptr);
	}
}

TYPED_TEST(EveryPolicy, takes_none_rather_than_the_last_path_that_went)
{
	auto &a = this->attach("a");

	EXPECT_EQ(this->template choose<TypeParam>(), "a");
	this->kill_path(a);
	EXPECT_EQ(this->template choose<TypeParam>(), "none");
}

TYPED_TEST(EveryPolicy, spares_a_bio_the_paths_it_failed_on)
{
	auto &a = this->attach("a");
	auto &b = this->attach("b");
	auto &c = this->attach("c");
	mpath_io io{};

	io.suspected[0].path_id = a.device->id();
	io.suspected[1].path_id = c.device->id();
	EXPECT_EQ((this->template choose<TypeParam>(NotTried{io})), "b");
	io.confirmed_id = b.device->id();
	EXPECT_EQ((this->template choose<TypeParam>(NotTried{io})), "none");
}

TYPED_TEST(EveryPolicy, spares_a_bio_its_failed_path_even_if_only_a_non_optimized_one_is_left)
{
	auto &a = this->attach("a");
	mpath_io io{};

	this->attach("n", kNonoptimized);
	io.confirmed_id = a.device->id();
	EXPECT_EQ((this->template choose<TypeParam>(NotTried{io})), "n");
}

TEST_F(Policies, an_unknown_policy_is_numa)
{
	attach("far", kOptimized, 1);
	attach("near", kOptimized, 0);

	mpath::ReadGuard guard;
	const auto unknown = static_cast<mpath_iopolicy>(7);
	auto *path = mpath::choose_path(unknown, list_, cache_.here(), mpath::AnyPath{}, guard);

	EXPECT_EQ(path->disk()->name, "near");
}

TEST_F(Policies, the_switch_leads_to_each_policy)
{
	attach("far", kOptimized, 1);
	auto &near = attach("near", kOptimized, 0);

	near.device->count_active(1);

	mpath::ReadGuard guard;
	const auto chosen = [&](mpath_iopolicy policy) {
		return mpath::choose_path(policy, list_, cache_.here(), mpath::AnyPath{}, guard)
			->disk()
			->name;
	};

	EXPECT_EQ(chosen(MPATH_IOPOLICY_NUMA), "near");
	EXPECT_EQ(chosen(MPATH_IOPOLICY_QUEUE_DEPTH), "far");
	EXPECT_EQ(chosen(MPATH_IOPOLICY_ROUND_ROBIN), "far");
	EXPECT_EQ(chosen(MPATH_IOPOLICY_ROUND_ROBIN), "near");
	near.device->count_active(-1);
}

// --- hints ------------------------------------------------------------------------------

TEST_F(Policies, forgetting_one_path_leaves_the_hints_to_others)
{
	auto &a = attach("a");
	auto &b = attach("b");

	by_node_[0].store_relaxed(a.device);
	by_node_[1].store_relaxed(b.device);
	set_cpu(0);
	cache_.here().cursor->store_relaxed(b.device);
	set_cpu(3);
	cache_.here().cursor->store_relaxed(a.device);
	cache_.forget(a.device);
	EXPECT_EQ(by_node_[0].load_relaxed(), nullptr);
	EXPECT_EQ(by_node_[1].load_relaxed(), b.device);
	EXPECT_EQ(cache_.here().cursor->load_relaxed(), nullptr);
	set_cpu(0);
	EXPECT_EQ(cache_.here().cursor->load_relaxed(), b.device);
}

TEST_F(Policies, forgetting_all_leaves_no_hint_on_any_cpu_or_node)
{
	auto &a = attach("a");

	for (auto &hint : by_node_)
		hint.store_relaxed(a.device);
	for (const u32 cpu : {0, 1, 3}) { // 2 is not possible
		set_cpu(cpu);
		cache_.here().cursor->store_relaxed(a.device);
	}
	cache_.forget(nullptr);
	for (auto &hint : by_node_)
		EXPECT_EQ(hint.load_relaxed(), nullptr);
	for (const u32 cpu : {0, 1, 3}) {
		set_cpu(cpu);
		EXPECT_EQ(cache_.here().cursor->load_relaxed(), nullptr);
	}
}
