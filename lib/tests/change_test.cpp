// SPDX-License-Identifier: GPL-2.0
// What a scan of one path's device has found, the others are scanned for; and until they agree
// on the write cache, flushes go where they are not lost.
#include "lun.hpp"

using namespace mpath::fake;

namespace {

class Change : public Lun {
protected:
	// The glue looks at @path, as it does every few seconds.
	bool look(Path &path) { return mpath_device_observe(path.device, &path.geometry); }
	void look_at_all(int times = 1)
	{
		while (times--)
			for (auto &path : paths)
				if (path.device)
					look(path);
	}
	// A rescan of @path's device has found it with a write cache, or without.
	void cache(Path &path, bool yes)
	{
		path.geometry.write_cache = yes;
		look(path);
	}
};

} // namespace

// --- the others are scanned -----------------------------------------------------------------

TEST_F(Change, nothing_new_has_nobody_scanned)
{
	add("a");
	add("b");
	look_at_all(3);
	EXPECT_EQ(paths[0].rescans + paths[1].rescans, 0);
}

TEST_F(Change, of_size_has_the_others_scanned_once)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &c = add("c");

	a.geometry.capacity = 409600;
	look_at_all(3);
	EXPECT_EQ(a.rescans, 0);
	EXPECT_EQ(b.rescans, 1);
	EXPECT_EQ(c.rescans, 1);
}

TEST_F(Change, that_all_have_found_ends_the_scans)
{
	auto &a = add("a");
	auto &b = add("b");

	a.geometry.capacity = 409600;
	look_at_all(2);
	b.geometry.capacity = 409600;
	EXPECT_TRUE(look(b));
	look_at_all(3);
	EXPECT_EQ(a.rescans, 0);
	EXPECT_EQ(b.rescans, 1);
}

TEST_F(Change, that_one_path_does_not_find_is_not_looked_for_for_ever)
{
	auto &a = add("a");
	auto &b = add("b");

	a.geometry.read_only = true;
	look_at_all(10);
	EXPECT_EQ(b.rescans, 1);
	a.geometry.read_only = false;
	look_at_all(10);
	EXPECT_EQ(b.rescans, 1) << "they agree again";
	a.geometry.read_only = true;
	look_at_all(10);
	EXPECT_EQ(b.rescans, 2) << "and these are other news";
}

TEST_F(Change, has_a_path_that_cannot_be_scanned_now_scanned_at_the_next_look)
{
	auto &a = add("a");
	auto &b = add("b");

	b.can_be_scanned = false;
	a.geometry.capacity = 409600;
	look_at_all(2);
	EXPECT_EQ(b.rescans, 2);
	b.can_be_scanned = true;
	look_at_all(3);
	EXPECT_EQ(b.rescans, 3);
}

TEST_F(Change, has_a_path_that_is_out_of_service_scanned_when_it_is_back)
{
	auto &a = add("a");
	auto &b = add("b");

	b.verdict = MPATH_VERDICT_DEAD;
	mpath_device_recheck(b.device);
	run_work();
	a.geometry.capacity = 409600;
	look_at_all(3);
	EXPECT_EQ(b.rescans, 0);

	b.verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);
	look_at_all(3);
	EXPECT_EQ(b.rescans, 1);
}

TEST_F(Change, does_not_concern_a_path_that_was_added_after_it)
{
	auto &a = add("a");

	a.geometry.capacity = 409600;
	look(a);

	auto &b = new_path("b");

	b.geometry.capacity = 409600;
	b.geometry.limits = 7; // by another host adapter
	add(b);
	look_at_all(3);
	EXPECT_EQ(b.rescans, 0);
}

TEST_F(Change, of_a_path_that_cannot_be_asked_is_no_news)
{
	auto &a = add("a");
	auto &b = add("b");

	a.geometry.capacity = 0;
	a.geometry.write_cache = false;
	look_at_all(3);
	EXPECT_EQ(b.rescans, 0);
	EXPECT_EQ(state(a), "usable");
}

// --- limits ---------------------------------------------------------------------------------

TEST_F(Change, of_limits_is_told_once)
{
	auto &a = add("a");

	EXPECT_FALSE(look(a));
	a.geometry.limits = 1;
	EXPECT_TRUE(look(a));
	EXPECT_FALSE(look(a));
}

TEST_F(Change, of_limits_is_told_though_the_paths_do_not_agree_on_the_size)
{
	auto &a = add("a");

	add("b");
	a.geometry.capacity = 409600;
	a.geometry.limits = 1;
	EXPECT_TRUE(look(a));
}

TEST_F(Change, limits_may_differ)
{
	auto &a = add("a");
	auto &b = new_path("b");

	b.geometry.limits = 7;
	add(b);
	look_at_all(3);
	EXPECT_EQ(a.rescans + b.rescans, 0);
	EXPECT_EQ(state(a), "usable");
	EXPECT_EQ(state(b), "usable");
}

// --- the write cache ------------------------------------------------------------------------

TEST_F(Change, to_a_write_cache_that_one_path_knows_of_spares_the_others)
{
	auto &a = new_path("a");
	auto &b = new_path("b");

	a.geometry.write_cache = b.geometry.write_cache = false;
	add(a);
	add(b);
	look_at_all();
	EXPECT_TRUE(is_on(a, submit()));

	cache(b, true);
	EXPECT_EQ(state(a), "marginal");
	EXPECT_EQ(reason(a), "its disk knows of no write cache, another does");
	EXPECT_EQ(state(b), "usable");
	EXPECT_TRUE(is_on(b, submit())) << "where a flush is not lost";
	look(a);
	EXPECT_EQ(a.rescans, 1);

	cache(a, true);
	EXPECT_EQ(state(a), "usable");
	EXPECT_TRUE(is_on(a, submit()));
	complete_all(a, MPATH_STS_OK);
	complete_all(b, MPATH_STS_OK);
}

TEST_F(Change, to_no_write_cache_has_the_first_that_knows_wait_for_the_others)
{
	auto &a = add("a");
	auto &b = add("b");

	cache(a, false);
	EXPECT_EQ(state(a), "marginal") << "nobody can tell which of them is right";
	look(b);
	EXPECT_EQ(b.rescans, 1);
	cache(b, false);
	EXPECT_EQ(state(a), "usable");
	EXPECT_EQ(state(b), "usable");
}

TEST_F(Change, of_the_cache_takes_no_head_down)
{
	auto &a = add("a");
	auto &b = add("b");

	cache(a, false);
	b.verdict = MPATH_VERDICT_DEAD;
	mpath_device_recheck(b.device);
	run_work();
	EXPECT_TRUE(is_on(a, submit())) << "it is the only one";
	look(a);
	EXPECT_EQ(state(a), "usable") << "a dead path has no say";
	complete_all(a, MPATH_STS_OK);
}

TEST_F(Change, of_the_cache_outlasts_a_probe)
{
	auto &a = add("a");

	add("b");
	cache(a, false);
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_EQ(state(a), "marginal");
	EXPECT_EQ(reason(a), "its disk knows of no write cache, another does");

	a.verdict = MPATH_VERDICT_DEAD;
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_EQ(state(a), "dead");
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);
	EXPECT_EQ(state(a), "marginal");
	EXPECT_FALSE(work_due_in(a.device)) << "no probe is needed to end it";
}

TEST_F(Change, of_the_cache_does_not_pardon_a_path_that_fails_often)
{
	auto &a = add("a");

	add("b");
	for (int i = 0; i < 2; i++) {
		a.verdict = MPATH_VERDICT_DEAD;
		mpath_device_recheck(a.device);
		run_work();
		a.verdict = MPATH_VERDICT_FINE;
		advance_ms(1000);
	}
	EXPECT_EQ(state(a), "marginal");
	EXPECT_EQ(reason(a), "it fails often");
	cache(a, false);
	cache(a, true);
	EXPECT_EQ(state(a), "marginal");
}

TEST_F(Change, that_a_probe_overtakes_is_set_right_by_the_next_look)
{
	auto &a = add("a");

	add("b");
	cache(a, false);
	// A probe that had looked at the old word.
	a.verdict = MPATH_VERDICT_DEAD;
	mpath_device_recheck(a.device);
	run_work();
	a.geometry.write_cache = true;
	look(a);
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);
	look(a);
	EXPECT_EQ(state(a), "usable");
}
