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
	kill_path(paths[0]);
	run_work();
	EXPECT_EQ(b.probes, 1);
	mpath_head_kill(other);
	mpath_device_remove(b.device);
	mpath_head_destroy(other);
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
