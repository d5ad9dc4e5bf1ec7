// SPDX-License-Identifier: GPL-2.0
// When is a path that works asked again who it is? The mid-layer keeps unit attentions to
// itself: all that is to be seen of them is that errors are counted.
#include "lun.hpp"

using namespace mpath::fake;

namespace {

class Reidentify : public Lun {
protected:
	static void observe(Path &path) { mpath_device_observe(path.device, &path.geometry); }
	// A path that was added a while ago.
	Path &add_early(const std::string &name)
	{
		auto &path = add(name);

		advance_ms(5000);
		return path;
	}
	// The look at each path that comes round every two seconds, for so long.
	void look_for_ms(Path &path, u64 ms)
	{
		for (u64 passed = 0; passed < ms; passed += 2000) {
			advance_ms(2000);
			observe(path);
			run_work();
		}
	}
	void succeed() { complete(submit(), MPATH_STS_OK); }
};

} // namespace

TEST_F(Reidentify, a_path_that_has_nothing_to_say_is_not_asked_at_once)
{
	auto &a = add("a");

	look_for_ms(a, 28000);
	EXPECT_EQ(a.probes, 0);
}

TEST_F(Reidentify, every_path_is_asked_every_half_minute)
{
	auto &a = add("a");

	look_for_ms(a, 30000);
	EXPECT_EQ(a.probes, 1);
	look_for_ms(a, 28000);
	EXPECT_EQ(a.probes, 1);
	look_for_ms(a, 2000);
	EXPECT_EQ(a.probes, 2);
}

TEST_F(Reidentify, hundreds_are_asked_one_by_one)
{
	auto asked = [this] {
		int nr = 0;

		for (const auto &path : paths)
			nr += path.probes;
		return nr;
	};

	for (int i = 0; i < 300; i++)
		add("p" + std::to_string(i));
	advance_ms(30000);
	for (auto &path : paths)
		observe(path);
	run_work();
	EXPECT_EQ(asked(), 1);
	advance_ms(1000);
	EXPECT_EQ(asked(), 101);
	// No more than come round until the next look.
	advance_ms(900);
	EXPECT_EQ(asked(), 191);
	advance_ms(20000);
	EXPECT_EQ(asked(), 200);
	for (auto &path : paths)
		observe(path);
	advance_ms(2000);
	EXPECT_EQ(asked(), 300);
	for (const auto &path : paths)
		EXPECT_EQ(path.probes, 1);
}

TEST_F(Reidentify, of_thousands_each_is_asked_less_often)
{
	auto &a = add("a");

	for (int i = 1; i < 1600; i++)
		add("p" + std::to_string(i));
	look_for_ms(a, 38000);
	EXPECT_EQ(a.probes, 0);
	look_for_ms(a, 2000);
	EXPECT_EQ(a.probes, 1);
	for (int i = 1; i < 1600; i++)
		remove(paths[static_cast<std::size_t>(i)]);
	look_for_ms(a, 30000);
	EXPECT_EQ(a.probes, 2);
}

TEST_F(Reidentify, an_idle_path_that_has_become_another_lun_is_found_out)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_FOREIGN;
	look_for_ms(a, 30000);
	EXPECT_EQ(state(a), "foreign");
}

TEST_F(Reidentify, an_error_that_nobody_saw_has_the_path_asked)
{
	auto &a = add_early("a");

	a.error_count++;
	observe(a);
	run_work();
	EXPECT_EQ(a.probes, 1);
	// Once.
	look_for_ms(a, 10000);
	EXPECT_EQ(a.probes, 1);
}

TEST_F(Reidentify, errors_from_before_the_path_was_added_are_none_of_ours)
{
	auto &a = new_path("a");

	a.error_count = 7;
	add(a);
	look_for_ms(a, 10000);
	EXPECT_EQ(a.probes, 0);
}

TEST_F(Reidentify, io_notices_without_waiting_for_a_look)
{
	auto &a = add_early("a");

	// One of sixteen is measured.
	for (int i = 0; i < 16; i++)
		succeed();
	a.error_count++;
	a.verdict = MPATH_VERDICT_FOREIGN;
	for (int i = 0; i < 16; i++)
		succeed();
	run_work();
	EXPECT_EQ(a.probes, 1);
	EXPECT_EQ(state(a), "foreign");
}

TEST_F(Reidentify, the_watch_notices_while_io_is_about)
{
	auto &a = add_early("a");

	succeed();
	run_work();
	a.error_count++;
	advance_ms(250);
	run_work();
	EXPECT_EQ(a.probes, 1);
}

TEST_F(Reidentify, the_path_is_used_while_it_is_asked)
{
	auto &a = add_early("a");

	a.error_count++;
	observe(a);
	EXPECT_TRUE(is_on(a, submit()));
	complete(bios.back(), MPATH_STS_OK);
}

TEST_F(Reidentify, a_path_that_makes_errors_all_the_time_is_asked_once_a_second)
{
	auto &a = add_early("a");

	for (int i = 0; i < 100; i++) {
		a.error_count++;
		observe(a);
		run_work();
		advance_ms(100);
	}
	EXPECT_GE(a.probes, 9);
	EXPECT_LE(a.probes, 11);
}

TEST_F(Reidentify, the_error_that_comes_right_after_a_probe_is_not_forgotten)
{
	auto &a = add_early("a");

	a.error_count++;
	observe(a);
	run_work();
	ASSERT_EQ(a.probes, 1);
	a.error_count++;
	a.verdict = MPATH_VERDICT_FOREIGN;
	observe(a);
	run_work();
	EXPECT_EQ(a.probes, 1);
	advance_ms(1000);
	run_work();
	EXPECT_EQ(state(a), "foreign");
}

TEST_F(Reidentify, a_path_that_dies_after_it_was_asked_has_not_relapsed)
{
	auto &a = add_early("a");
	auto &bio = submit();

	a.error_count++;
	observe(a);
	run_work();
	ASSERT_EQ(a.probes, 1);
	// It is asked at once what has become of it.
	a.verdict = MPATH_VERDICT_DEAD;
	complete(bio, MPATH_STS_TRANSPORT);
	run_work();
	EXPECT_EQ(a.probes, 2);
}

TEST_F(Reidentify, a_dead_path_keeps_its_own_pace)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	mpath_device_recheck(a.device);
	run_work();
	ASSERT_EQ(state(a), "dead");

	const int before = a.probes;

	a.error_count++;
	observe(a);
	run_work();
	EXPECT_EQ(a.probes, before);
}

TEST_F(Reidentify, io_reads_no_clock_for_it)
{
	config.iopolicy = MPATH_IOPOLICY_SERVICE_TIME;
	add_early("a");
	succeed();

	const unsigned long before = crossings(Port::now_ms);

	succeed();
	EXPECT_EQ(crossings(Port::now_ms), before);
	paths[0].error_count++;
	skip_ms(1); // the first in a tick is measured
	succeed();
	EXPECT_GT(crossings(Port::now_ms), before);
}

TEST_F(Reidentify, a_probe_for_another_reason_counts)
{
	auto &a = add("a");

	look_for_ms(a, 20000);
	mpath_device_recheck(a.device);
	run_work();
	ASSERT_EQ(a.probes, 1);
	look_for_ms(a, 28000);
	EXPECT_EQ(a.probes, 1);
	look_for_ms(a, 2000);
	EXPECT_EQ(a.probes, 2);
}
