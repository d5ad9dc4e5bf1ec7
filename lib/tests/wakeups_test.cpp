// SPDX-License-Identifier: GPL-2.0
// Everything that may make a path usable wakes what waits for one. A parked bio with nobody
// to wake it is the worst bug this software can have.
//
// Tests of a kick never move the clock: the look at the list that comes round anyway would
// hide that the kick is missing.
#include "lun.hpp"

using namespace mpath::fake;

namespace {

class Wakeup : public Lun {
protected:
	void SetUp() override
	{
		Lun::SetUp();
		config.no_path_timeout_ms = -1;
	}
	// A bio that waits because its only path, "a", is dead; nothing is due any more.
	bio &parked_bio()
	{
		auto &a = add("a");
		auto &bio = submit();

		a.verdict = MPATH_VERDICT_DEAD;
		complete_and_settle(bio, MPATH_STS_TRANSPORT);
		EXPECT_TRUE(waits(bio));
		EXPECT_FALSE(work_due(head()));
		return bio;
	}
	// A bio that waits for the verdict on its only path; nothing is due but that.
	bio &bio_awaiting_verdict()
	{
		auto &a = add("a");
		auto &bio = submit();

		a.verdict = MPATH_VERDICT_LATER;
		complete_and_settle(bio, MPATH_STS_IOERR);
		EXPECT_TRUE(waits(bio));
		EXPECT_FALSE(work_due(head()));
		return bio;
	}
};

} // namespace

// --- kicks ------------------------------------------------------------------------------------

TEST_F(Wakeup, by_a_probe_that_says_fine)
{
	auto &bio = parked_bio();

	paths[0].verdict = MPATH_VERDICT_FINE;
	mpath_device_recheck(paths[0].device);
	run_work();
	EXPECT_TRUE(is_on(paths[0], bio));
}

TEST_F(Wakeup, by_the_probe_of_a_dead_path_without_anybodys_help)
{
	auto &bio = parked_bio();

	paths[0].verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);
	EXPECT_TRUE(is_on(paths[0], bio));
}

TEST_F(Wakeup, by_a_probe_of_a_path_whose_device_was_blocked)
{
	auto &a = add("a");

	a.device_state = kBlocked;
	auto &bio = submit();

	run_work();
	EXPECT_TRUE(waits(bio));
	a.device_state = kRunning;
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Wakeup, by_a_probe_that_says_fine_of_a_path_that_was_never_anything_else)
{
	// The answer to the probe carries the news of the access state: there is no other.
	auto &a = add("a");

	a.access_state = kTransitioning;
	auto &bio = submit();

	run_work();
	a.on_probe = [&] {
		a.access_state = kOptimized;
		return MPATH_VERDICT_FINE;
	};
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Wakeup, by_a_path_that_is_added)
{
	auto &bio = parked_bio();
	auto &b = add("b");

	run_work();
	EXPECT_TRUE(is_on(b, bio));
}

TEST_F(Wakeup, by_the_first_path_of_a_head)
{
	auto &bio = submit();

	run_work();
	EXPECT_TRUE(waits(bio));

	auto &a = add("a");

	run_work();
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Wakeup, by_a_change_of_policy)
{
	auto &a = add("a");

	a.device_state = kBlocked;
	auto &bio = submit();

	run_work();
	a.device_state = kRunning;
	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_ROUND_ROBIN);
	run_work();
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Wakeup, by_a_change_of_the_time_that_io_may_wait)
{
	auto &bio = parked_bio();

	mpath_head_set_no_path_timeout_ms(head(), 0);
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Wakeup, by_the_head_going_live)
{
	not_live_head();
	mpath_head_set_live(not_live_head());
	EXPECT_TRUE(work_due(not_live_head()));
}

TEST_F(Wakeup, by_the_head_dying)
{
	auto &bio = parked_bio();

	mpath_head_kill(head());
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Wakeup, by_a_verdict_that_the_path_is_fine)
{
	auto &bio = bio_awaiting_verdict();

	paths[0].verdict = MPATH_VERDICT_FINE;
	mpath_device_recheck(paths[0].device);
	run_work();
	EXPECT_TRUE(is_on(paths[0], bio));
}

TEST_F(Wakeup, by_a_verdict_that_the_path_is_dead)
{
	mpath_head_set_no_path_timeout_ms(head(), 0);
	auto &bio = bio_awaiting_verdict();

	paths[0].verdict = MPATH_VERDICT_DEAD;
	mpath_device_recheck(paths[0].device);
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Wakeup, by_a_verdict_that_the_path_is_another_lun)
{
	mpath_head_set_no_path_timeout_ms(head(), 0);
	auto &bio = bio_awaiting_verdict();

	paths[0].verdict = MPATH_VERDICT_FOREIGN;
	mpath_device_recheck(paths[0].device);
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Wakeup, by_a_verdict_that_never_came)
{
	mpath_head_set_no_path_timeout_ms(head(), 0);
	auto &bio = bio_awaiting_verdict();
	bool kicked = false;

	after(Port::log_ratelimited, [&] { // "suspect -> dead (probe: no answer)"
		after(Port::work_kick, [&] { kicked = work_due(head()); });
	});
	advance_ms(11000);
	EXPECT_TRUE(kicked);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Wakeup, by_the_removal_of_the_path_whose_verdict_is_due)
{
	mpath_head_set_no_path_timeout_ms(head(), 0);
	auto &bio = bio_awaiting_verdict();

	remove(paths[0]);
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Wakeup, by_a_bio_that_fails_over)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	run_work();
	a.verdict = MPATH_VERDICT_DEAD;
	complete(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(work_due(head()));
	run_work();
	EXPECT_TRUE(is_on(b, bio));
}

TEST_F(Wakeup, of_everything_that_waits_and_not_only_of_the_first)
{
	auto &a = add("a");

	a.device_state = kBlocked;
	for (int i = 0; i < 5; i++)
		submit();
	run_work();
	a.device_state = kRunning;
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_EQ(a.disk.in_flight.size(), 5u);
}

// --- between the look and the parking ------------------------------------------------------------

TEST_F(Wakeup, by_a_path_that_came_after_it_was_looked_for)
{
	Path *b = nullptr;

	// The path is added, and its kick served, before the bio is parked.
	before(Port::now_ms, [&] {
		on_another_cpu([&] {
			b = &add("b");
			run_work();
		});
	});

	auto &bio = submit();

	run_work();
	EXPECT_TRUE(is_on(*b, bio));
}

TEST_F(Wakeup, by_a_probe_that_said_fine_after_the_path_was_looked_for)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(submit(), MPATH_STS_TRANSPORT);
	before(Port::now_ms, [&] {
		on_another_cpu([&] {
			a.verdict = MPATH_VERDICT_FINE;
			mpath_device_recheck(a.device);
			run_work();
		});
	});

	auto &bio = submit();

	run_work();
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Wakeup, by_a_verdict_that_came_between_the_look_at_the_paths_and_that_at_the_verdicts)
{
	// When the paths are looked at, the only one is suspect; when the verdicts are, none is due.
	config.no_path_timeout_ms = 0;
	auto &a = add("a");

	complete(submit(), MPATH_STS_IOERR);
	run_work_of(head());
	after(Port::now_ms, [&] { run_work_of(a.device); }); // fine

	auto &bio = submit();

	run_work();
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Wakeup, by_a_verdict_that_came_while_the_list_was_looked_at)
{
	config.no_path_timeout_ms = 0;
	auto &a = add("a");

	complete(submit(), MPATH_STS_IOERR);
	auto &bio = submit(); // waits for the verdict, too

	run_work_of(head());
	EXPECT_TRUE(waits(bio));
	mpath_head_set_no_path_timeout_ms(head(), 0); // kicks
	before(Port::now_ms, [&] {
		after(Port::now_ms, [&] {
			after(Port::now_ms, [&] { run_work_of(a.device); }); // fine
		});
	});
	run_work_of(head());
	run_work();
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Wakeup, by_a_path_that_came_after_the_list_was_looked_at)
{
	auto &bio = parked_bio();
	Path *b = nullptr;

	mpath_head_set_no_path_timeout_ms(head(), 1000000); // so that the clock is read
	before(Port::now_ms, [&] { on_another_cpu([&] { b = &add("b"); }); });
	run_work();
	EXPECT_TRUE(is_on(*b, bio));
}

// --- what nobody tells -----------------------------------------------------------------------------

struct Silent {
	const char *name;
	void (*disable)(Path &path);

	friend std::ostream &operator<<(std::ostream &out, const Silent &s)
	{
		return out << s.name;
	}
};

class SilentWakeup : public Wakeup, public ::testing::WithParamInterface<Silent> {};

TEST_P(SilentWakeup, is_seen_within_a_tenth_of_a_second)
{
	auto &a = add("a");

	GetParam().disable(a);
	auto &bio = submit();

	advance_ms(5000);
	EXPECT_TRUE(waits(bio));
	a.device_state = kRunning;
	a.access_state = kOptimized;
	advance_ms(100);
	EXPECT_TRUE(is_on(a, bio));
}

TEST_P(SilentWakeup, is_seen_as_soon_when_nobody_waited_before)
{
	auto &a = add("a");

	GetParam().disable(a);
	// It starts the clock of the time without a path, and does not wait.
	submit(true);
	advance_ms(1200);

	auto &bio = submit();

	advance_ms(10);
	EXPECT_TRUE(waits(bio));
	a.device_state = kRunning;
	a.access_state = kOptimized;
	advance_ms(100);
	EXPECT_TRUE(is_on(a, bio));
}

TEST_P(SilentWakeup, is_seen_for_a_bio_that_had_failed_elsewhere)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_DEAD;
	GetParam().disable(b);
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	advance_ms(5000);
	EXPECT_TRUE(waits(bio));
	b.device_state = kRunning;
	b.access_state = kOptimized;
	advance_ms(100);
	EXPECT_TRUE(is_on(b, bio));
}

static const Silent kSilent[] = {
	{"unblocked",
	 [](Path &p) {
		 p.device_state = kBlocked;
	 }},
	{"online",
	 [](Path &p) {
		 p.device_state = kOffline;
	 }},
	{"left_standby",
	 [](Path &p) {
		 p.access_state = kStandby;
	 }},
	{"transition_ended",
	 [](Path &p) {
		 p.access_state = kTransitioning;
	 }},
};

INSTANTIATE_TEST_SUITE_P(That, SilentWakeup, ::testing::ValuesIn(kSilent),
			 [](const auto &info) { return info.param.name; });

TEST_F(Wakeup, looks_no_more_when_nothing_waits)
{
	add("a");
	complete_and_settle(submit(), MPATH_STS_OK);
	run_work();
	EXPECT_EQ(work_due_in(head()), std::nullopt);
}
