// SPDX-License-Identifier: GPL-2.0
// What a head tells the world: uevents of its paths, and tracepoints.
#include "lun.hpp"
#include "path.hpp"

using namespace mpath::fake;
using mpath::Blame;

namespace {

struct News {
	std::string path, state, reason;
	u64 seqnum;
	u32 nr_usable;
};

class Announcements : public Lun {
protected:
	void SetUp() override
	{
		Lun::SetUp();
		config.ops = &kOps;
		config.owner = this;
	}
	void TearDown() override
	{
		on_news = nullptr;
		Lun::TearDown();
	}
	void blame(Path &path, Blame blame) { path.device->blame(blame, MPATH_STS_TRANSPORT); }
	// "a dead (reason) 1", as far as told since the last call.
	std::string told()
	{
		std::string text;

		for (const auto &one : news)
			text += (text.empty() ? "" : ", ") + one.path + " " + one.state + " (" +
				one.reason + ") " + std::to_string(one.nr_usable);
		news.clear();
		return text;
	}
	// Paths, and nothing left to tell.
	Path &add_and_tell(const std::string &name)
	{
		Path &path = add(name);

		advance_ms(1000);
		told();
		return path;
	}

	std::vector<News> news;
	std::function<int()> on_news;

private:
	static int path_changed(void *owner, const mpath_path_news *one)
	{
		auto *test = static_cast<Announcements *>(owner);
		const int result = test->on_news ? test->on_news() : 0;

		test->news.push_back(
			{one->path, one->state, one->reason, one->seqnum, one->nr_usable});
		return result;
	}
	static constexpr mpath_head_ops kOps = {path_changed};
};

} // namespace

// --- what is told -----------------------------------------------------------------------------

TEST_F(Announcements, tell_of_an_idle_path_that_its_transport_or_its_target_withdraws)
{
	auto &a = add_and_tell("a");

	a.access_state = kStandby;
	mpath_device_observe(a.device, &a.geometry);
	advance_ms(100);
	EXPECT_EQ(told(), "a standby (its access state) 0");
	a.access_state = kOptimized;
	mpath_device_observe(a.device, &a.geometry);
	advance_ms(100);
	EXPECT_EQ(told(), "a usable (added) 1");
	a.device_state = kBlocked;
	mpath_device_observe(a.device, &a.geometry);
	advance_ms(100);
	EXPECT_EQ(told(), "a blocked (its device is blocked or offline) 0");
}

TEST_F(Announcements, tell_of_a_path_that_joins)
{
	add("a");
	EXPECT_EQ(told(), "a usable (added) 1");
}

TEST_F(Announcements, tell_of_a_path_that_fails_and_of_its_return)
{
	auto &a = add_and_tell("a");

	add_and_tell("b");
	a.verdict = MPATH_VERDICT_DEAD;
	blame(a, Blame::dead);
	run_work();
	EXPECT_EQ(told(), "a dead (transport error) 1");
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);
	EXPECT_EQ(told(), "a usable (probe: fine) 2");
	advance_ms(10000);
	EXPECT_EQ(told(), "") << "nothing has changed";
}

TEST_F(Announcements, count_from_one_without_a_gap)
{
	auto &a = add("a");
	u64 expected = 0;

	for (int i = 0; i < 3; i++) {
		blame(a, Blame::dead);
		a.verdict = i % 2 ? MPATH_VERDICT_FINE : MPATH_VERDICT_DEAD;
		advance_ms(5000);
	}
	ASSERT_GE(news.size(), 3u);
	for (const auto &one : news)
		EXPECT_EQ(one.seqnum, ++expected);
}

TEST_F(Announcements, name_the_state_as_sysfs_does)
{
	auto &a = add_and_tell("a");

	a.device_state = kBlocked;
	EXPECT_EQ(mpath_head_get_path(head()), nullptr); // somebody looked
	run_work();
	EXPECT_EQ(told(), "a blocked (its device is blocked or offline) 0");
}

TEST_F(Announcements, tell_of_all_paths_that_have_changed)
{
	auto &a = add_and_tell("a");
	auto &b = add_and_tell("b");

	add_and_tell("c");
	for (auto *path : {&a, &b}) {
		path->verdict = MPATH_VERDICT_GONE;
		mpath_device_recheck(path->device);
	}
	run_work();
	EXPECT_EQ(told(), "a dead (probe: no such LUN) 1, b dead (probe: no such LUN) 1");
}

TEST_F(Announcements, are_silent_about_a_path_that_leaves)
{
	auto &a = add_and_tell("a");

	add_and_tell("b");
	// While it is marked, and still in the list.
	before(Port::synchronize, [] { on_another_cpu(run_work); });
	remove(a);
	advance_ms(1000);
	EXPECT_EQ(told(), "");
}

TEST_F(Announcements, are_not_made_where_nobody_wants_them)
{
	config.ops = nullptr;
	blame(add("a"), Blame::dead);
	advance_ms(1000);
	EXPECT_EQ(told(), "");
}

// --- when -------------------------------------------------------------------------------------

TEST_F(Announcements, are_made_by_a_work_item_and_not_where_the_change_is_noticed)
{
	auto &a = add_and_tell("a");

	auto &bio = submit();

	complete(bio, MPATH_STS_TRANSPORT);
	EXPECT_EQ(told(), "");
	run_work();
	EXPECT_NE(told(), "");
	complete_all(a, MPATH_STS_OK);
}

TEST_F(Announcements, of_a_path_that_flaps_are_ten_a_second_and_end_with_its_last_state)
{
	auto &a = add_and_tell("a");

	add_and_tell("b");
	for (int i = 0; i < 1000; i++) {
		a.verdict = MPATH_VERDICT_DEAD;
		mpath_device_recheck(a.device);
		run_work();
		a.verdict = i < 999 ? MPATH_VERDICT_FINE : MPATH_VERDICT_FOREIGN;
		mpath_device_recheck(a.device);
		advance_ms(1);
	}
	advance_ms(100);
	EXPECT_LE(news.size(), 11u);
	EXPECT_EQ(news.back().state, "foreign");
}

TEST_F(Announcements, come_again_when_they_could_not_be_made)
{
	auto &a = add_and_tell("a");

	on_news = [] {
		return -12;
	};
	a.verdict = MPATH_VERDICT_DEAD;
	blame(a, Blame::dead);
	run_work();
	EXPECT_EQ(told(), "a dead (transport error) 0");
	on_news = nullptr;
	advance_ms(100);
	EXPECT_EQ(told(), "a dead (transport error) 0");
	advance_ms(1000);
	EXPECT_EQ(told(), "");
}

TEST_F(Announcements, miss_no_change_that_comes_while_they_are_made)
{
	auto &a = add_and_tell("a");

	on_news = [&a] {
		a.verdict = MPATH_VERDICT_FOREIGN;
		release_work(a.device);
		on_another_cpu([&a] { run_work_of(a.device); });
		return 0;
	};
	blame(a, Blame::suspect);
	hold_work(a.device);
	run_work();
	on_news = nullptr;
	EXPECT_EQ(told(), "a suspect (transport error) 0");
	advance_ms(200);
	ASSERT_EQ(news.size(), 1u);
	EXPECT_EQ(news.back().state, "foreign");
}

// --- the end ----------------------------------------------------------------------------------

TEST_F(Announcements, are_not_made_once_the_head_is_dead)
{
	auto &a = add_and_tell("a");

	blame(a, Blame::dead);
	mpath_head_kill(head());
	advance_ms(1000);
	EXPECT_EQ(told(), "") << "what was due";
	a.verdict = MPATH_VERDICT_FOREIGN;
	mpath_device_recheck(a.device);
	advance_ms(1000);
	EXPECT_EQ(told(), "") << "what came later";
}

TEST_F(Announcements, hold_no_path_while_they_are_made)
{
	auto &a = add_and_tell("a");

	add_and_tell("b");
	on_news = [this, &a] {
		if (a.device)
			on_another_cpu([this, &a] { remove(a); });
		return 0;
	};
	a.verdict = MPATH_VERDICT_DEAD;
	blame(a, Blame::dead);
	run_work();
	EXPECT_EQ(told(), "a dead (transport error) 1");
}

// --- tracepoints --------------------------------------------------------------------------------

TEST_F(Lun, traces_a_failover)
{
	auto &a = add("a");

	add("b");

	const auto before = traces().size();
	auto &bio = submit();

	a.on_probe = [] {
		skip_ms(3);
		return MPATH_VERDICT_DEAD;
	};
	ASSERT_TRUE(is_on(a, bio));
	complete_and_settle(bio, MPATH_STS_TRANSPORT);

	const auto all = traces();
	const std::vector<std::string> expected = {
		"move a transport error 1",
		"state lun0 a usable -> dead (transport error)",
		"probe lun0 a dead 3",
	};

	EXPECT_EQ(std::vector<std::string>(all.begin() + static_cast<long>(before), all.end()),
		  expected);
	complete(bio, MPATH_STS_OK);
}

TEST_F(Lun, traces_a_bio_that_waits_once)
{
	config.no_path_timeout_ms = 5000;

	auto &a = add("a");

	a.device_state = kBlocked;
	submit();
	advance_ms(2000);

	const auto all = traces();

	EXPECT_EQ(std::count(all.begin(), all.end(), "park"), 1);
	advance_ms(5000);
}
