// SPDX-License-Identifier: GPL-2.0
// A path that somebody has disabled carries I/O where nothing better is left, and is nothing else.
#include "lun.hpp"

using namespace mpath::fake;

namespace {

class Disabled : public Lun {
protected:
	static void disable(Path &path, bool yes = true)
	{
		mpath_device_set_disabled(path.device, yes);
	}
	static void enable(Path &path) { disable(path, false); }
	static void look(Path &path) { mpath_device_observe(path.device, &path.geometry); }
	void probe(Path &path, mpath_verdict verdict)
	{
		path.verdict = verdict;
		mpath_device_recheck(path.device);
		run_work();
	}
};

} // namespace

TEST_F(Disabled, is_used_where_nothing_better_is_left)
{
	auto &a = add("a");
	auto &b = add("b");

	EXPECT_FALSE(mpath_device_is_disabled(a.device));
	EXPECT_TRUE(is_on(a, submit()));
	disable(a);
	EXPECT_TRUE(mpath_device_is_disabled(a.device));
	EXPECT_EQ(state(a), "marginal");
	EXPECT_EQ(reason(a), "disabled by hand");
	EXPECT_TRUE(is_on(b, submit()));

	probe(b, MPATH_VERDICT_DEAD);
	EXPECT_TRUE(is_on(a, submit())) << "it is the only one";
	complete_all(a, MPATH_STS_OK);
	complete_all(b, MPATH_STS_OK);
}

TEST_F(Disabled, comes_after_a_slower_way)
{
	auto &a = add("a");
	auto &b = new_path("b");

	b.access_state = kNonoptimized;
	add(b);
	EXPECT_TRUE(is_on(a, submit()));
	disable(a);
	EXPECT_TRUE(is_on(b, submit()));
	complete_all(a, MPATH_STS_OK);
	complete_all(b, MPATH_STS_OK);
}

TEST_F(Disabled, takes_no_head_down)
{
	auto &a = add("a");
	auto &b = add("b");

	disable(a);
	disable(b);
	EXPECT_TRUE(is_on(a, submit()));
	complete_all(a, MPATH_STS_OK);
}

TEST_F(Disabled, stays_so_when_it_fails_and_returns)
{
	auto &a = add("a");

	add("b");
	disable(a);
	probe(a, MPATH_VERDICT_DEAD);
	EXPECT_EQ(state(a), "dead");
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);
	EXPECT_EQ(state(a), "marginal");
	EXPECT_EQ(reason(a), "disabled by hand");
	EXPECT_FALSE(work_due_in(a.device)) << "no probe is needed to end it";
}

TEST_F(Disabled, says_nothing_of_a_dead_path)
{
	auto &a = add("a");

	add("b");
	probe(a, MPATH_VERDICT_DEAD);
	disable(a);
	EXPECT_EQ(state(a), "dead");
	enable(a);
	EXPECT_EQ(state(a), "dead");
}

TEST_F(Disabled, no_longer_is_asked_and_told_of)
{
	auto &a = add("a");
	auto &b = add("b");

	disable(a);
	EXPECT_TRUE(is_on(b, submit()));

	const int probes = a.probes;

	enable(a);
	EXPECT_FALSE(mpath_device_is_disabled(a.device));
	EXPECT_EQ(state(a), "usable");
	EXPECT_EQ(reason(a), "enabled by hand");
	EXPECT_TRUE(is_on(a, submit())) << "the node would settle for the other";
	run_work();
	EXPECT_EQ(a.probes, probes + 1);
	complete_all(a, MPATH_STS_OK);
	complete_all(b, MPATH_STS_OK);
}

TEST_F(Disabled, no_longer_is_still_spared_for_what_it_did)
{
	auto &a = add("a");

	add("b");
	for (int i = 0; i < 2; i++) {
		probe(a, MPATH_VERDICT_DEAD);
		a.verdict = MPATH_VERDICT_FINE;
		advance_ms(1000);
	}
	EXPECT_EQ(reason(a), "it fails often");
	disable(a);
	EXPECT_EQ(reason(a), "disabled by hand");
	enable(a);
	EXPECT_EQ(state(a), "marginal");
	EXPECT_EQ(reason(a), "it fails often");
	advance_ms(300000);
	EXPECT_EQ(state(a), "usable");
}

TEST_F(Disabled, twice_is_no_news)
{
	auto &a = add("a");
	mpath_device_state before{}, after{};

	add("b");
	disable(a);
	mpath_device_read_state(a.device, &before);
	disable(a);
	look(a);
	mpath_device_read_state(a.device, &after);
	EXPECT_EQ(after.changes, before.changes);
}

// What the look says again and again is not what somebody does.
TEST_F(Disabled, a_look_pardons_nobody)
{
	auto &a = new_path("a");
	auto &b = new_path("b");

	a.target_port = b.target_port = 7;
	add(a);
	add(b);
	b.verdict = MPATH_VERDICT_LATER;
	probe(a, MPATH_VERDICT_DEAD);
	EXPECT_EQ(reason(b), "others behind its target port have died");
	look(b);
	EXPECT_EQ(state(b), "marginal");
	EXPECT_EQ(reason(b), "others behind its target port have died");
}

TEST_F(Disabled, that_a_probe_overtakes_is_set_right_by_the_next_look)
{
	auto &a = add("a");

	add("b");
	disable(a);
	// A probe whose word stands afterwards, whatever it had read before.
	a.access_state = kStandby;
	probe(a, MPATH_VERDICT_DEAD);
	probe(a, MPATH_VERDICT_STANDBY);
	a.access_state = kOptimized;
	EXPECT_EQ(state(a), "marginal");
	EXPECT_EQ(reason(a), "its access state");
	look(a);
	EXPECT_EQ(reason(a), "disabled by hand");
}
