// SPDX-License-Identifier: GPL-2.0
// What a path's disk says of itself may change with a rescan: whom does the head follow?
#include "lun.hpp"

using namespace mpath::fake;

namespace {

class Resize : public Lun {
protected:
	// A rescan of @path's device has found @sectors.
	bool rescan(Path &path, u64 sectors)
	{
		path.geometry.capacity = sectors;
		return observe(path);
	}
	bool observe(Path &path) { return mpath_device_observe(path.device, &path.geometry); }
	mpath_geometry geometry()
	{
		mpath_geometry geometry;

		mpath_head_geometry(head(), &geometry);
		return geometry;
	}

	void kill(Path &path)
	{
		path.verdict = MPATH_VERDICT_DEAD;
		mpath_device_recheck(path.device);
		run_work();
	}
	void revive(Path &path)
	{
		path.verdict = MPATH_VERDICT_FINE;
		advance_ms(1000);
	}

	static constexpr u64 kBefore = 204800;
	static constexpr u64 kAfter = 409600;
};

TEST_F(Resize, a_head_without_paths_has_no_geometry)
{
	EXPECT_EQ(geometry().capacity, 0u);
}

TEST_F(Resize, nothing_new_changes_nothing)
{
	auto &a = add("a");

	EXPECT_FALSE(observe(a));
	EXPECT_EQ(geometry().capacity, kBefore);
	EXPECT_TRUE(log_lines().empty());
}

TEST_F(Resize, the_head_follows_its_only_path)
{
	EXPECT_TRUE(rescan(add("a"), kAfter));
	EXPECT_EQ(geometry().capacity, kAfter);
	EXPECT_TRUE(logged("lun0: all paths agree on 409600 sectors, writable\n"));
}

TEST_F(Resize, the_head_waits_for_the_last_path)
{
	auto &a = add("a");
	auto &b = add("b");

	EXPECT_FALSE(rescan(a, kAfter));
	EXPECT_EQ(geometry().capacity, kBefore);
	EXPECT_TRUE(rescan(b, kAfter));
	EXPECT_EQ(geometry().capacity, kAfter);
}

TEST_F(Resize, the_head_shrinks_as_it_grows)
{
	auto &a = add("a");
	auto &b = add("b");

	EXPECT_FALSE(rescan(b, 8));
	EXPECT_TRUE(rescan(a, 8));
	EXPECT_EQ(geometry().capacity, 8u);
}

TEST_F(Resize, three_sizes_are_no_agreement)
{
	auto &a = add("a");
	auto &b = add("b");

	EXPECT_FALSE(rescan(a, kAfter));
	EXPECT_FALSE(rescan(b, kAfter + 8));
	EXPECT_EQ(geometry().capacity, kBefore);
}

TEST_F(Resize, a_path_that_goes_holds_up_nobody)
{
	auto &a = add("a");
	auto &b = add("b");

	EXPECT_FALSE(rescan(a, kAfter));
	remove(b);
	EXPECT_TRUE(observe(a));
	EXPECT_EQ(geometry().capacity, kAfter);
}

TEST_F(Resize, a_path_that_changes_its_mind_is_back_where_it_was)
{
	auto &a = add("a");

	add("b");
	EXPECT_FALSE(rescan(a, kAfter));
	EXPECT_FALSE(rescan(a, kBefore));
	EXPECT_EQ(geometry().capacity, kBefore);
}

TEST_F(Resize, the_difference_is_told_once_for_each_change)
{
	auto &a = add("a");

	add("b");
	rescan(a, kAfter);
	EXPECT_TRUE(logged("lun0: path a: its capacity in sectors is 409600 now, that of the head "
			   "stays 204800 until all paths agree\n"));

	const auto lines = log_lines().size();

	observe(a);
	EXPECT_EQ(log_lines().size(), lines);
}

TEST_F(Resize, a_path_that_could_not_be_asked_has_no_say)
{
	auto &a = add("a");

	EXPECT_FALSE(rescan(a, 0));
	EXPECT_EQ(geometry().capacity, kBefore);
	EXPECT_TRUE(is_on(a, submit()));
}

TEST_F(Resize, write_protection_follows_the_same_rule)
{
	auto &a = add("a");
	auto &b = add("b");

	a.geometry.read_only = b.geometry.read_only = true;
	EXPECT_FALSE(observe(a));
	EXPECT_FALSE(geometry().read_only);
	EXPECT_TRUE(observe(b));
	EXPECT_TRUE(geometry().read_only);
	EXPECT_TRUE(logged("lun0: all paths agree on 204800 sectors, read only\n"));
}

TEST_F(Resize, later_paths_are_held_to_the_new_size)
{
	rescan(add("a"), kAfter);

	auto &b = new_path("b");

	EXPECT_EQ(try_add(b), -EMEDIUMTYPE);
	b.geometry.capacity = kAfter;
	EXPECT_EQ(try_add(b), 0);
}

// --- who has a say --------------------------------------------------------------------------

TEST_F(Resize, a_dead_path_does_not_keep_the_head_from_growing)
{
	auto &a = add("a");
	auto &b = add("b");

	observe(a);
	observe(b);
	kill(b);
	EXPECT_TRUE(rescan(a, kAfter));
	EXPECT_EQ(geometry().capacity, kAfter);

	// Until its device has been scanned, too, it is spared.
	revive(b);
	EXPECT_EQ(state(b), "marginal");
	EXPECT_EQ(reason(b), "its disk is smaller than the head, or write-protected");
	EXPECT_FALSE(rescan(b, kAfter));
	EXPECT_EQ(state(b), "usable");
	EXPECT_EQ(reason(b), "its disk is as the head is");
}

TEST_F(Resize, a_dead_path_keeps_the_head_from_losing_what_it_has)
{
	auto &a = add("a");
	auto &b = add("b");

	observe(a);
	observe(b);
	kill(b);
	EXPECT_FALSE(rescan(a, 8));
	a.geometry.capacity = kBefore;
	a.geometry.read_only = true;
	EXPECT_FALSE(observe(a));
	EXPECT_EQ(geometry().capacity, kBefore);
	EXPECT_FALSE(geometry().read_only);
	remove(b);
	EXPECT_TRUE(observe(a));
	EXPECT_TRUE(geometry().read_only);
}

TEST_F(Resize, a_path_that_is_dead_changes_nothing)
{
	auto &a = add("a");
	auto &b = add("b");

	observe(a);
	observe(b);
	kill(a);
	kill(b);
	EXPECT_FALSE(rescan(a, kAfter));
	EXPECT_EQ(geometry().capacity, kBefore);
}

TEST_F(Resize, a_path_that_is_another_lun_has_no_say)
{
	auto &a = add("a");
	auto &b = add("b");

	observe(a);
	observe(b);
	b.verdict = MPATH_VERDICT_FOREIGN;
	mpath_device_recheck(b.device);
	run_work();
	b.geometry.capacity = 8;
	EXPECT_FALSE(observe(b));
	EXPECT_TRUE(rescan(a, kAfter));
	EXPECT_EQ(geometry().capacity, kAfter);
	// Not where it is the last, either.
	remove(a);
	EXPECT_FALSE(observe(b));
	EXPECT_EQ(geometry().capacity, kAfter);
}

// --- a path that falls short ------------------------------------------------------------------

TEST_F(Resize, a_path_that_alone_is_write_protected_is_spared)
{
	auto &a = add("a");
	auto &b = add("b");

	observe(b);
	a.geometry.read_only = true;
	EXPECT_FALSE(observe(a));
	EXPECT_EQ(state(a), "marginal");
	EXPECT_TRUE(is_on(b, submit())) << "a write would fail on the other";
	kill(b);
	EXPECT_TRUE(is_on(a, submit())) << "but nothing better is left";
	complete_all(a, MPATH_STS_OK);
	complete_all(b, MPATH_STS_OK);
}

TEST_F(Resize, a_path_that_alone_has_shrunk_is_spared)
{
	auto &a = add("a");
	auto &b = add("b");

	observe(b);
	EXPECT_FALSE(rescan(a, 8));
	EXPECT_EQ(state(a), "marginal");
	EXPECT_TRUE(is_on(b, submit()));
	EXPECT_FALSE(rescan(a, kBefore));
	EXPECT_EQ(state(a), "usable");
	complete_all(b, MPATH_STS_OK);
}

TEST_F(Resize, a_path_that_alone_has_grown_will_do)
{
	auto &a = add("a");

	observe(add("b"));
	EXPECT_FALSE(rescan(a, kAfter));
	EXPECT_EQ(state(a), "usable");
}

TEST_F(Resize, all_have_shrunk_and_none_is_spared)
{
	auto &a = add("a");
	auto &b = add("b");

	EXPECT_FALSE(rescan(a, 8));
	EXPECT_TRUE(rescan(b, 8));
	EXPECT_EQ(state(a), "usable");
	EXPECT_EQ(state(b), "usable");
}

TEST_F(Resize, what_falls_short_is_not_pardoned_for_its_cache)
{
	auto &a = add("a");

	observe(add("b"));
	a.geometry.write_cache = false;
	observe(a);
	EXPECT_EQ(reason(a), "its disk knows of no write cache, another does");
	a.geometry.write_cache = true;
	a.geometry.read_only = true;
	observe(a);
	EXPECT_EQ(state(a), "marginal");
	a.geometry.read_only = false;
	observe(a);
	EXPECT_EQ(state(a), "usable");
}

// --- a path that joins --------------------------------------------------------------------------

TEST_F(Resize, a_path_that_joins_with_another_size_has_the_others_scanned)
{
	auto &a = add("a");
	auto &b = new_path("b");

	observe(a);
	b.geometry.capacity = kAfter;
	EXPECT_EQ(try_add(b), -EMEDIUMTYPE);
	observe(a);
	observe(a);
	EXPECT_EQ(a.rescans, 1);
	EXPECT_TRUE(rescan(a, kAfter));
	EXPECT_EQ(try_add(b), 0) << "now they agree";
}

TEST_F(Resize, a_path_that_joins_as_another_disk_has_nobody_scanned)
{
	auto &a = add("a");
	auto &b = new_path("b");

	observe(a);
	b.geometry.logical_block_size = 4096;
	EXPECT_EQ(try_add(b), -EMEDIUMTYPE);
	observe(a);
	EXPECT_EQ(a.rescans, 0);
}

TEST_F(Resize, a_lun_that_has_grown_unseen_comes_back)
{
	auto &a = add("a");
	auto &b = new_path("b");

	observe(a);
	remove(a);
	b.geometry.capacity = kAfter;
	EXPECT_EQ(try_add(b), 0);
	EXPECT_EQ(geometry().capacity, kBefore);
	EXPECT_TRUE(observe(b));
	EXPECT_EQ(geometry().capacity, kAfter);
}

TEST_F(Resize, a_lun_that_has_grown_comes_back_though_its_dead_path_does_not_know)
{
	auto &a = add("a");
	auto &b = new_path("b");

	observe(a);
	kill(a);
	b.geometry.capacity = kAfter;
	EXPECT_EQ(try_add(b), 0);
	EXPECT_TRUE(observe(b));
	EXPECT_EQ(geometry().capacity, kAfter);
}

TEST_F(Resize, a_lun_that_has_shrunk_unseen_is_refused)
{
	auto &a = add("a");
	auto &b = new_path("b");

	remove(a);
	b.geometry.capacity = 8;
	EXPECT_EQ(try_add(b), -EMEDIUMTYPE);
	b.geometry.capacity = 0;
	EXPECT_EQ(try_add(b), -EMEDIUMTYPE);
	b.geometry.capacity = kBefore;
	b.geometry.read_only = true;
	EXPECT_EQ(try_add(b), -EMEDIUMTYPE);
}

TEST_F(Resize, another_block_size_ends_the_use_of_a_path)
{
	auto &a = add("a");
	auto &b = add("b");

	a.geometry.logical_block_size = 4096;
	EXPECT_FALSE(observe(a));
	EXPECT_EQ(geometry().logical_block_size, 512u);
	EXPECT_TRUE(is_on(b, submit()));
	EXPECT_TRUE(
		logged("lun0: path a: its logical block size is 4096 now, that of the head 512\n"));

	const auto lines = log_lines().size();

	EXPECT_FALSE(observe(a));
	EXPECT_EQ(log_lines().size(), lines);
}

TEST_F(Resize, the_limits_of_a_path_with_other_blocks_are_not_the_heads_before_anybody_has_looked)
{
	auto &a = add("a");
	auto &b = add("b");
	const auto shapes = [](const Path &path) {
		return mpath_device_shapes_head(path.device, &path.geometry);
	};

	b.geometry.logical_block_size = 4096;
	EXPECT_TRUE(shapes(a));
	EXPECT_FALSE(shapes(b));
	observe(b);
	b.geometry.logical_block_size = a.geometry.logical_block_size;
	EXPECT_FALSE(shapes(b)) << "it was another LUN, and stays that";
	EXPECT_TRUE(shapes(a));
}

TEST_F(Resize, io_that_waits_fails_when_its_last_path_contradicts_the_head)
{
	config.no_path_timeout_ms = -1;

	auto &a = add("a");

	a.device_state = kBlocked;

	auto &waiting = submit();

	a.geometry.product[0] = 'B';
	observe(a);
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, waiting));
}

} // namespace
