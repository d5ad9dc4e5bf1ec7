// SPDX-License-Identifier: GPL-2.0
// Target ports: who is asked when a path dies, and how many at a time.
#include "lun.hpp"
#include "path.hpp"

using namespace mpath::fake;
using mpath::Blame;

namespace {

constexpr u64 kPort = 17;

class TargetPort : public Lun {
protected:
	Path &add_behind(u64 port)
	{
		auto &path = new_path("p" + std::to_string(paths.size()));

		path.target_port = port;
		return add(path);
	}
	void add_behind(u64 port, unsigned nr)
	{
		for (unsigned i = 0; i < nr; i++)
			add_behind(port);
	}
	static void kill_path(Path &path)
	{
		path.verdict = MPATH_VERDICT_DEAD;
		path.device->blame(Blame::dead, MPATH_STS_TRANSPORT);
	}
	// How many paths were asked, besides the one that died first.
	int asked() const
	{
		int nr = 0;

		for (const auto &path : paths)
			nr += &path != &paths[0] && path.probes > 0;
		return nr;
	}
	static std::string word(const Path &path) { return mpath_device_state_name(path.device); }
	static std::string state(const Path &path)
	{
		mpath_device_state state;

		mpath_device_read_state(path.device, &state);
		return std::string(state.name) + " (" + state.reason + ")";
	}
	void all_are_dead()
	{
		for (auto &path : paths)
			path.verdict = MPATH_VERDICT_DEAD;
	}
};

} // namespace

TEST_F(TargetPort, has_a_sample_asked_when_a_path_dies)
{
	add_behind(kPort, 20);
	kill_path(paths[0]);
	advance_ms(500);
	EXPECT_EQ(asked(), 4);
	advance_ms(60000);
	EXPECT_EQ(asked(), 4) << "and they were fine";
}

TEST_F(TargetPort, has_everybody_asked_when_the_sample_is_dead_but_not_at_once)
{
	add_behind(kPort, 100);
	all_are_dead();
	kill_path(paths[0]);
	run_work();
	EXPECT_EQ(asked(), 4 + 16);
	advance_ms(100);
	EXPECT_EQ(asked(), 4 + 32);
	advance_ms(1000);
	EXPECT_EQ(asked(), 99);
	for (const auto &path : paths)
		EXPECT_STREQ(mpath_device_state_name(path.device), "dead");
}

TEST_F(TargetPort, does_not_begin_anew_for_one_that_has_died_a_moment_before_the_first)
{
	add_behind(kPort, 100);
	all_are_dead();
	kill_path(paths[0]);
	kill_path(paths[1]);
	mpath::TargetPort::note_death(paths[2].device, 1);
	run_work();
	EXPECT_EQ(asked(), 4 + 16 + 1) << "it spreads, and one was asked because it had died";
}

TEST_F(TargetPort, knows_the_others_whoever_leaves)
{
	add_behind(kPort, 6);
	// The last that came, one in the middle, the one before it, and the first.
	for (const std::size_t i : {5u, 3u, 2u, 0u})
		remove(paths[i]);
	kill_path(paths[1]);
	run_work();
	EXPECT_EQ(paths[4].probes, 1);
	remove(paths[4]);
	remove(paths[1]);
	// And the port is another one now.
	EXPECT_EQ(state(add_behind(kPort)), "usable (added)");
}

TEST_F(TargetPort, is_nothing_to_those_behind_another)
{
	add_behind(kPort, 1);
	add_behind(kPort + 1, 10);
	add_behind(0, 10);
	all_are_dead();
	kill_path(paths[0]);
	advance_ms(1000);
	EXPECT_EQ(asked(), 0);
}

TEST_F(TargetPort, asks_nobody_who_carries_no_io_anyway)
{
	add_behind(kPort, 10);
	for (std::size_t i = 1; i < paths.size(); i++)
		paths[i].access_state = kStandby;
	all_are_dead();
	kill_path(paths[0]);
	advance_ms(1000);
	EXPECT_EQ(asked(), 0);
}

TEST_F(TargetPort, does_not_tell_of_the_death_of_one_lun)
{
	add_behind(kPort, 10);
	paths[0].verdict = MPATH_VERDICT_GONE;
	mpath_device_recheck(paths[0].device);
	advance_ms(1000);
	EXPECT_EQ(asked(), 0);
}

TEST_F(TargetPort, does_not_tell_of_what_an_administrator_does)
{
	add_behind(kPort, 10);
	paths[0].device_state = kOffline;
	mpath_device_recheck(paths[0].device);
	advance_ms(1000);
	EXPECT_EQ(asked(), 0);
}

TEST_F(TargetPort, has_a_sample_asked_again_when_a_path_dies_much_later)
{
	add_behind(kPort, 20);
	kill_path(paths[0]);
	advance_ms(500);
	EXPECT_EQ(asked(), 4);
	advance_ms(10000);
	for (auto &path : paths)
		path.probes = 0;
	kill_path(paths[1]);
	advance_ms(500);
	EXPECT_EQ(asked(), 4 + 1) << "who died, too";
}

TEST_F(TargetPort, spans_heads)
{
	mpath_head *other = nullptr;
	Path b("b");

	add_behind(kPort);
	ASSERT_EQ(mpath_head_create(&config, &other), 0);
	b.target_port = kPort;

	const mpath_device_config device = b.config();

	ASSERT_EQ(mpath_head_add_path(other, &device, &b.device), 0);
	run_work();
	b.probes = 0;
	kill_path(paths[0]);
	run_work();
	EXPECT_EQ(b.probes, 1);
	mpath_head_kill(other);
	mpath_device_remove(b.device);
	mpath_head_destroy(other);
}

TEST_F(TargetPort, is_in_doubt_until_one_of_the_sample_answers)
{
	add_behind(kPort, 20);
	auto &elsewhere = add_behind(kPort + 1);
	std::string seen;

	// Joined last, asked first.
	paths[19].on_probe = [&] {
		seen = state(paths[1]) + ", " + state(elsewhere);
		return MPATH_VERDICT_FINE;
	};
	kill_path(paths[0]);
	run_work();
	EXPECT_EQ(seen, "marginal (others behind its target port have died), usable (added)");
	for (std::size_t i = 1; i < 16; i++)
		EXPECT_EQ(state(paths[i]), "usable (its target port works)") << i;
}

TEST_F(TargetPort, is_used_in_doubt_where_nothing_better_is_left)
{
	add_behind(kPort, 2);

	auto &better = add_behind(kPort + 1);

	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_ROUND_ROBIN);
	paths[1].on_probe = [] {
		return MPATH_VERDICT_LATER;
	};
	kill_path(paths[0]);
	run_work();
	for (int i = 0; i < 4; i++) {
		auto &bio = submit();

		EXPECT_TRUE(is_on(better, bio));
		complete_and_settle(bio, MPATH_STS_OK);
	}
	better.device_state = kOffline;

	auto &bio = submit();

	EXPECT_TRUE(is_on(paths[1], bio));
	complete_and_settle(bio, MPATH_STS_OK);
}

TEST_F(TargetPort, has_one_depth_where_it_congests)
{
	for (const u64 port : {kPort, kPort, kPort + 1}) {
		auto &path = new_path("p" + std::to_string(paths.size()));

		path.target_port = port;
		path.port_congests = true;
		add(path);
	}
	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_QUEUE_DEPTH);

	auto &first = submit();
	auto &second = submit();

	EXPECT_NE(where(first), where(second));
	EXPECT_TRUE(is_on(paths[2], first) || is_on(paths[2], second));
	EXPECT_EQ(mpath_device_queue_depth(paths[0].device), 1);
	EXPECT_EQ(mpath_device_queue_depth(paths[1].device), 1);
	EXPECT_EQ(mpath_device_queue_depth(paths[2].device), 1);
	complete_and_settle(first, MPATH_STS_OK);
	complete_and_settle(second, MPATH_STS_OK);
	for (const auto &path : paths)
		EXPECT_EQ(mpath_device_queue_depth(path.device), 0);
}

TEST_F(TargetPort, counts_for_each_path_where_it_does_not_congest)
{
	add_behind(kPort, 2);
	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_QUEUE_DEPTH);

	auto &first = submit();
	auto &second = submit();

	EXPECT_NE(where(first), where(second));
	complete_and_settle(first, MPATH_STS_OK);
	complete_and_settle(second, MPATH_STS_OK);
}

TEST_F(TargetPort, leaves_everybody_in_doubt_who_has_not_answered_when_it_spreads)
{
	add_behind(kPort, 40);
	for (std::size_t i = 30; i < 40; i++)
		paths[i].verdict = MPATH_VERDICT_DEAD; // joined last, asked first
	kill_path(paths[0]);
	run_work();
	EXPECT_EQ(word(paths[1]), "marginal");
	advance_ms(200);
	for (std::size_t i = 1; i < 30; i++)
		EXPECT_EQ(word(paths[i]), "usable") << i;
	for (std::size_t i = 30; i < 40; i++)
		EXPECT_EQ(word(paths[i]), "dead") << i;
}

TEST_F(TargetPort, is_not_in_doubt_for_ever_if_nobody_answers)
{
	add_behind(kPort, 20);
	for (auto &path : paths)
		path.on_probe = [] {
			return MPATH_VERDICT_LATER;
		};
	kill_path(paths[0]);
	advance_ms(9000);
	EXPECT_EQ(word(paths[1]), "marginal");
	advance_ms(1000);
	EXPECT_EQ(word(paths[1]), "usable");
}

TEST_F(TargetPort, does_not_overrule_what_a_path_has_earned_itself)
{
	add_behind(kPort, 20);

	auto &flaky = paths[5];

	for (int i = 0; i < 2; i++) {
		kill_path(flaky);
		flaky.verdict = MPATH_VERDICT_FINE;
		advance_ms(2000);
	}
	EXPECT_EQ(state(flaky), "marginal (it fails often)");
	advance_ms(20000);
	kill_path(paths[0]);
	advance_ms(500);
	EXPECT_EQ(word(flaky), "marginal");
	EXPECT_EQ(state(flaky), "marginal (it fails often)");
}

TEST_F(TargetPort, asks_nobody_who_has_left)
{
	add_behind(kPort, 3);
	remove(paths[2]);
	remove(paths[1]);
	kill_path(paths[0]);
	advance_ms(1000);
	EXPECT_EQ(paths[1].probes + paths[2].probes, 0);
	remove(paths[0]);
	add_behind(kPort);
}

TEST_F(TargetPort, leaks_nothing_whatever_allocation_fails)
{
	for (unsigned nth = 1;; nth++) {
		auto &path = new_path("x");

		head();
		path.target_port = kPort;
		fail_alloc(nth);
		if (!try_add(path))
			break;
		EXPECT_FALSE(alloc_failure_pending());
	}
	fail_alloc(0);
	run_work();
}
