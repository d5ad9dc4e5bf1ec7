// SPDX-License-Identifier: GPL-2.0
// queue-depth: the path with the fewest I/Os in flight.
#include "policy_queue_depth.hpp"

#include "policy_fixture.hpp"

using namespace mpath::fake;

namespace {

class QueueDepth : public Policies {
protected:
	Path &attach_with_depth(const std::string &name, int depth, u8 access_state = kOptimized)
	{
		auto &path = attach(name, access_state);

		path.device->count_active(depth);
		return path;
	}
	std::string chosen() { return choose<mpath::QueueDepth>(); }
};

} // namespace

TEST_F(QueueDepth, takes_the_shallowest)
{
	attach_with_depth("a", 3);
	attach_with_depth("b", 1);
	attach_with_depth("c", 2);
	EXPECT_EQ(chosen(), "b");
}

TEST_F(QueueDepth, takes_the_first_attached_among_equally_deep_ones)
{
	attach_with_depth("a", 2);
	attach_with_depth("b", 1);
	attach_with_depth("c", 1);
	EXPECT_EQ(chosen(), "b");
}

TEST_F(QueueDepth, prefers_optimized_over_shallower_non_optimized)
{
	attach_with_depth("n", 0, kNonoptimized);
	attach_with_depth("o", 100);
	EXPECT_EQ(chosen(), "o");
}

TEST_F(QueueDepth, prefers_optimized_for_what_is_sent_again)
{
	const mpath_io io{};

	attach_with_depth("n", 0, kNonoptimized);
	attach_with_depth("o", 100);
	EXPECT_EQ(choose<mpath::QueueDepth>(mpath::NotTried{io}), "o");
}

TEST_F(QueueDepth, takes_the_shallowest_of_the_non_optimized)
{
	attach_with_depth("a", 2, kNonoptimized);
	attach_with_depth("b", 1, kNonoptimized);
	EXPECT_EQ(chosen(), "b");
}

TEST_F(QueueDepth, goes_on_past_an_idle_non_optimized_path)
{
	attach_with_depth("n", 0, kNonoptimized);
	attach_with_depth("s", 0, kStandby);
	attach_with_depth("o", 1);
	EXPECT_EQ(chosen(), "o");
}

TEST_F(QueueDepth, does_not_count_the_depth_of_what_cannot_carry_io)
{
	attach_with_depth("s", 0, kStandby);
	attach_with_depth("a", 5);
	EXPECT_EQ(chosen(), "a");
}

TEST_F(QueueDepth, remembers_nothing)
{
	attach_with_depth("a", 0);
	EXPECT_EQ(chosen(), "a");
	for (auto &hint : by_node_)
		EXPECT_EQ(hint.load_relaxed(), nullptr);
	EXPECT_EQ(cache_.here().cursor->load_relaxed(), nullptr);
}

// --- through a head --------------------------------------------------------------------------

class QueueDepthHead : public Lun {
protected:
	void SetUp() override
	{
		Lun::SetUp();
		config.iopolicy = MPATH_IOPOLICY_QUEUE_DEPTH;
	}
};

TEST_F(QueueDepthHead, spreads_bios_over_the_paths)
{
	auto &a = add("a");
	auto &b = add("b");

	for (int i = 0; i < 4; i++)
		submit();
	EXPECT_EQ(mpath_device_queue_depth(a.device), 2);
	EXPECT_EQ(mpath_device_queue_depth(b.device), 2);
}

TEST_F(QueueDepthHead, follows_what_completes)
{
	add("a");
	auto &b = add("b");

	submit();
	auto &second = submit();

	EXPECT_TRUE(is_on(b, second));
	complete(second, MPATH_STS_OK);
	EXPECT_TRUE(is_on(b, submit()));
}

TEST_F(QueueDepthHead, is_back_at_zero_after_success)
{
	auto &a = add("a");
	auto &bio = submit();

	EXPECT_EQ(mpath_device_queue_depth(a.device), 1);
	complete(bio, MPATH_STS_OK);
	EXPECT_EQ(mpath_device_queue_depth(a.device), 0);
}

TEST_F(QueueDepthHead, is_back_at_zero_after_an_error_of_the_lun)
{
	auto &a = add("a");

	complete(submit(), MPATH_STS_MEDIUM);
	EXPECT_EQ(mpath_device_queue_depth(a.device), 0);
}

TEST_F(QueueDepthHead, moves_with_a_bio_that_fails_over)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_EQ(mpath_device_queue_depth(a.device), 0);
	EXPECT_EQ(mpath_device_queue_depth(b.device), 1);
	complete(bio, MPATH_STS_OK);
	EXPECT_EQ(mpath_device_queue_depth(b.device), 0);
}

TEST_F(QueueDepthHead, is_not_counted_under_another_policy)
{
	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_ROUND_ROBIN);
	auto &a = add("a");

	submit();
	EXPECT_EQ(mpath_device_queue_depth(a.device), 0);
}

TEST_F(QueueDepthHead, stays_right_when_the_policy_is_left_with_io_in_flight)
{
	auto &a = add("a");
	auto &bio = submit();

	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_NUMA);
	EXPECT_EQ(mpath_device_queue_depth(a.device), 1);
	complete(bio, MPATH_STS_OK);
	EXPECT_EQ(mpath_device_queue_depth(a.device), 0);
}

TEST_F(QueueDepthHead, stays_right_when_the_policy_is_entered_with_io_in_flight)
{
	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_NUMA);
	auto &a = add("a");
	auto &bio = submit();

	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_QUEUE_DEPTH);
	complete(bio, MPATH_STS_OK);
	EXPECT_EQ(mpath_device_queue_depth(a.device), 0);
}
