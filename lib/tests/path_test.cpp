// SPDX-License-Identifier: GPL-2.0
// A path: what I/O and probes make of it, how often it is asked, what it is called.
#include "lun.hpp"
#include "path.hpp"

using namespace mpath::fake;
using mpath::Blame;

namespace {

class PathHealth : public Lun {
protected:
	mpath_device_state read(const Path &path)
	{
		mpath_device_state state{};

		mpath_device_read_state(path.device, &state);
		return state;
	}
	void blame(Path &path, Blame blame) { path.device->blame(blame, MPATH_STS_IOERR); }
};

} // namespace

// --- the words of sysfs -------------------------------------------------------------------

TEST_F(PathHealth, is_usable_at_first)
{
	EXPECT_EQ(state(add("a")), "usable");
}

TEST_F(PathHealth, tells_non_optimized_from_optimized)
{
	auto &a = add("a");

	a.access_state = kNonoptimized;
	EXPECT_EQ(state(a), "usable-nonoptimized");
	a.access_state = kPreferred | kNonoptimized;
	EXPECT_EQ(state(a), "usable-nonoptimized");
}

TEST_F(PathHealth, tells_a_state_that_passes_from_one_that_does_not)
{
	auto &a = add("a");

	a.device_state = kBlocked;
	EXPECT_EQ(state(a), "blocked");
	a.device_state = kOffline;
	EXPECT_EQ(state(a), "offline");
	a.device_state = 4711;
	EXPECT_EQ(state(a), "offline");
}

TEST_F(PathHealth, tells_a_transition_from_a_standby)
{
	auto &a = add("a");

	a.access_state = kTransitioning;
	EXPECT_EQ(state(a), "transitioning");
	for (const u8 access : {kStandby, kUnavailable, kAccessOffline}) {
		a.access_state = access;
		EXPECT_EQ(state(a), "standby") << int{access};
	}
}

TEST_F(PathHealth, uses_a_path_whose_state_depends_on_the_block)
{
	auto &a = add("a");

	a.access_state = kLbaDependent;
	EXPECT_EQ(state(a), "usable-nonoptimized");
	complete(submit(), MPATH_STS_OK);
}

TEST_F(PathHealth, puts_what_the_transport_says_before_what_io_has_shown)
{
	auto &a = add("a");

	blame(a, Blame::suspect);
	EXPECT_EQ(state(a), "suspect");
	a.device_state = kBlocked;
	EXPECT_EQ(state(a), "blocked");
	blame(a, Blame::dead);
	a.device_state = kOffline;
	EXPECT_EQ(state(a), "offline");
	a.device_state = kRunning;
	EXPECT_EQ(state(a), "dead");
}

TEST_F(PathHealth, tells_what_is_final_before_anything_else)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_FOREIGN;
	mpath_device_recheck(a.device);
	run_work();
	a.device_state = kOffline;
	EXPECT_EQ(state(a), "foreign");
}

TEST_F(PathHealth, carries_no_data_after_a_block_until_it_has_been_asked)
{
	auto &a = add("a");

	a.device_state = kBlocked;
	EXPECT_EQ(mpath_head_get_path(head()), nullptr); // somebody looked
	a.device_state = kRunning;
	a.verdict = MPATH_VERDICT_FOREIGN;
	EXPECT_EQ(mpath_head_get_path(head()), nullptr);
	run_work();
	EXPECT_EQ(a.probes, 1);
	EXPECT_EQ(state(a), "foreign");
}

TEST_F(PathHealth, is_called_foreign_once_it_is_another_lun)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_FOREIGN;
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_EQ(state(a), "foreign");
}

TEST_F(PathHealth, is_called_removing_while_it_is_removed)
{
	auto &a = add("a");

	before(Port::synchronize, [&, device = a.device] {
		EXPECT_STREQ(mpath_device_state_name(device), "removing");
	});
	remove(a);
}

// --- blame and probes ----------------------------------------------------------------------

TEST_F(PathHealth, is_probed_at_once_when_it_is_suspect)
{
	auto &a = add("a");

	blame(a, Blame::suspect);
	EXPECT_TRUE(work_due(a.device));
	run_work();
	EXPECT_EQ(a.probes, 1);
}

TEST_F(PathHealth, is_probed_at_once_when_it_is_dead)
{
	auto &a = add("a");

	blame(a, Blame::dead);
	EXPECT_TRUE(work_due(a.device));
}

TEST_F(PathHealth, is_not_probed_when_nobody_is_to_blame)
{
	auto &a = add("a");

	blame(a, Blame::nobody);
	EXPECT_EQ(state(a), "usable");
	EXPECT_EQ(work_due_in(a.device), std::nullopt);
}

TEST_F(PathHealth, asks_on_a_workqueue_of_its_own)
{
	auto &a = add("a");

	EXPECT_EQ(work_kind(a.device), MPATH_WORK_PROBE);
	EXPECT_EQ(work_kind(head()), MPATH_WORK_REQUEUE);
}

TEST_F(PathHealth, is_given_a_pause_when_it_dies_right_after_a_probe_said_fine)
{
	auto &a = add("a");

	blame(a, Blame::dead);
	run_work(); // fine
	blame(a, Blame::dead);
	EXPECT_EQ(work_due_in(a.device), 1000u);
	advance_ms(20000);
	blame(a, Blame::dead);
	EXPECT_TRUE(work_due(a.device));
}

TEST_F(PathHealth, is_suspect_as_soon_as_io_finds_its_device_out_of_service)
{
	auto &a = add("a");

	a.device_state = kBlocked;
	submit();
	EXPECT_EQ(a.device->health(), mpath::Health::suspect);
	EXPECT_TRUE(logged("lun0: path a: usable -> suspect (its device is blocked or offline)\n"));
}

TEST_F(PathHealth, is_asked_once_a_second_while_io_waits_and_only_its_access_state_refuses_it)
{
	// The device handler learns of a new access state from the sense data of commands only.
	config.no_path_timeout_ms = -1;
	auto &a = add("a");

	a.access_state = kStandby;
	submit();
	advance_ms(10000);
	EXPECT_GE(a.probes, 9);
	EXPECT_LE(a.probes, 11);
}

TEST_F(PathHealth, is_not_asked_for_its_access_state_while_another_path_carries_io)
{
	auto &a = add("a");

	add("b");
	a.access_state = kStandby;
	submit();
	advance_ms(10000);
	EXPECT_EQ(a.probes, 0);
}

TEST_F(PathHealth, is_in_standby_and_not_dead_when_it_says_so)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_STANDBY;
	a.access_state = kStandby;
	blame(a, Blame::suspect);
	run_work();
	EXPECT_EQ(state(a), "standby");
	EXPECT_STREQ(read(a).reason, "its access state");
	a.access_state = kOptimized;
	EXPECT_EQ(state(a), "usable");
	EXPECT_TRUE(is_on(a, submit()));
}

TEST_F(PathHealth, is_asked_again_when_it_says_standby_and_nobody_else_does)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_STANDBY;
	a.has_access_state = false;
	blame(a, Blame::suspect);
	run_work();
	EXPECT_EQ(state(a), "dead");
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);
	EXPECT_EQ(state(a), "usable");
}

TEST_F(PathHealth, saying_standby_ends_no_wait_for_a_path)
{
	config.no_path_timeout_ms = 3000;

	auto &a = add("a");

	a.verdict = MPATH_VERDICT_STANDBY;
	a.access_state = kStandby;

	auto &waiting = submit();

	advance_ms(2900);
	EXPECT_TRUE(waits(waiting));
	advance_ms(400);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, waiting));
}

TEST_F(PathHealth, is_asked_at_leisure_while_it_is_not_optimized)
{
	auto &a = add("a");
	const auto look = [&a] {
		mpath_device_observe(a.device, &a.geometry);
	};

	advance_ms(20000);
	look();
	run_work();
	EXPECT_EQ(a.probes, 0) << "optimized";
	a.access_state = kNonoptimized;
	for (int s = 0; s < 60; s += 2, advance_ms(2000))
		look();
	EXPECT_GE(a.probes, 6);
	EXPECT_LE(a.probes, 7);
}

TEST_F(PathHealth, is_taken_out_of_service_though_it_is_idle)
{
	auto &a = add("a");

	a.device_state = kOffline;
	mpath_device_observe(a.device, &a.geometry);
	EXPECT_EQ(read(a).changes, 1u);
	run_work();
	EXPECT_EQ(read(a).changes, 2u) << "and asked";
}

TEST_F(PathHealth, is_usable_again_when_the_probe_says_fine)
{
	auto &a = add("a");

	blame(a, Blame::suspect);
	run_work();
	EXPECT_EQ(state(a), "usable");
	EXPECT_EQ(work_due_in(a.device), std::nullopt);
}

TEST_F(PathHealth, is_dead_when_the_probe_says_so)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	blame(a, Blame::suspect);
	run_work();
	EXPECT_EQ(state(a), "dead");
}

TEST_F(PathHealth, is_asked_every_second_while_it_is_dead)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	blame(a, Blame::dead);
	run_work();
	a.probes = 0;
	advance_ms(999);
	EXPECT_EQ(a.probes, 0);
	advance_ms(1);
	EXPECT_EQ(a.probes, 1);
	advance_ms(5000);
	EXPECT_EQ(a.probes, 6);
}

TEST_F(PathHealth, comes_back_by_itself_when_it_answers_again)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	blame(a, Blame::dead);
	advance_ms(3000);
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);
	EXPECT_EQ(state(a), "usable");
}

TEST_F(PathHealth, is_not_asked_any_more_once_it_is_back)
{
	auto &a = add("a");

	blame(a, Blame::dead);
	run_work();
	a.probes = 0;
	advance_ms(60000);
	EXPECT_EQ(a.probes, 0);
}

TEST_F(PathHealth, stays_suspect_and_is_asked_again_soon_when_it_cannot_be_asked_now)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_LATER;
	blame(a, Blame::suspect);
	run_work();
	EXPECT_EQ(state(a), "suspect");
	a.probes = 0;
	advance_ms(199);
	EXPECT_EQ(a.probes, 0);
	advance_ms(1);
	EXPECT_EQ(a.probes, 1);
}

TEST_F(PathHealth, is_dead_when_the_verdict_is_put_off_for_too_long)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_LATER;
	blame(a, Blame::suspect);
	advance_ms(9500);
	EXPECT_EQ(state(a), "suspect");
	advance_ms(500);
	EXPECT_EQ(state(a), "dead");
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(200);
	EXPECT_EQ(state(a), "usable");
}

TEST_F(PathHealth, has_all_its_time_for_each_suspicion)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_LATER;
	blame(a, Blame::suspect);
	advance_ms(9500);
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(200);
	a.verdict = MPATH_VERDICT_LATER;
	blame(a, Blame::suspect);
	advance_ms(9500);
	EXPECT_EQ(state(a), "suspect");
}

TEST_F(PathHealth, is_not_asked_while_it_is_blocked)
{
	// The question would wait with everything else that is sent to it.
	auto &a = add("a");

	a.device_state = kBlocked;
	blame(a, Blame::suspect);
	advance_ms(1000);
	EXPECT_EQ(a.probes, 0);
	a.device_state = kRunning;
	advance_ms(200);
	EXPECT_EQ(a.probes, 1);
	EXPECT_EQ(state(a), "usable");
}

TEST_F(PathHealth, is_dead_without_being_asked_when_it_is_offline)
{
	auto &a = add("a");

	a.device_state = kOffline;
	blame(a, Blame::suspect);
	run_work();
	EXPECT_EQ(a.probes, 0);
	EXPECT_EQ(state(a), "offline");
	a.device_state = kRunning;
	EXPECT_EQ(state(a), "dead");
}

TEST_F(PathHealth, is_asked_again_when_it_was_set_running)
{
	auto &a = add("a");

	a.device_state = kOffline;
	blame(a, Blame::dead);
	advance_ms(3000);
	a.device_state = kRunning;
	advance_ms(1000);
	EXPECT_EQ(state(a), "usable");
}

TEST_F(PathHealth, stays_dead_when_it_cannot_be_asked_now)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_LATER;
	blame(a, Blame::dead);
	advance_ms(1000);
	EXPECT_EQ(state(a), "dead");
	EXPECT_GT(a.probes, 3);
}

TEST_F(PathHealth, is_never_used_again_once_it_was_another_lun)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_FOREIGN;
	mpath_device_recheck(a.device);
	run_work();
	a.verdict = MPATH_VERDICT_FINE;
	mpath_device_recheck(a.device);
	advance_ms(10000);
	EXPECT_EQ(state(a), "foreign");
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(PathHealth, is_not_made_less_foreign_by_blame)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_FOREIGN;
	mpath_device_recheck(a.device);
	run_work();
	blame(a, Blame::suspect);
	EXPECT_EQ(state(a), "foreign");
	blame(a, Blame::dead);
	EXPECT_EQ(state(a), "foreign");
}

TEST_F(PathHealth, is_not_promoted_from_dead_to_suspect_by_a_late_failure)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	blame(a, Blame::dead);
	run_work();
	blame(a, Blame::suspect);
	EXPECT_EQ(state(a), "dead");
}

TEST_F(PathHealth, is_blamed_in_vain_while_it_is_removed)
{
	auto &a = add("a");

	before(Port::synchronize, [&, device = a.device] {
		device->blame(Blame::dead, MPATH_STS_TRANSPORT);
		EXPECT_STREQ(mpath_device_state_name(device), "removing");
	});
	remove(a);
	EXPECT_EQ(a.probes, 0);
}

TEST_F(PathHealth, counts_only_the_fine_verdicts_on_a_suspicion)
{
	auto &a = add("a");
	const u32 before = a.device->fine_seq();

	mpath_device_recheck(a.device); // of a usable path
	run_work();
	EXPECT_EQ(a.device->fine_seq(), before);
	blame(a, Blame::dead);
	advance_ms(1000); // it had been fine a moment ago
	EXPECT_EQ(a.device->fine_seq(), before);
	blame(a, Blame::suspect);
	run_work();
	EXPECT_EQ(a.device->fine_seq(), before + 1);
}

TEST_F(PathHealth, is_asked_when_the_transport_has_news)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_EQ(state(a), "dead");
}

TEST_F(PathHealth, is_asked_at_once_on_news_even_if_a_probe_is_due_later)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	blame(a, Blame::dead);
	run_work();
	EXPECT_GT(work_due_in(a.device).value_or(0), 0u);
	a.verdict = MPATH_VERDICT_FINE;
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_EQ(state(a), "usable");
}

// --- what people are told --------------------------------------------------------------------

TEST_F(PathHealth, says_why_it_changed)
{
	auto &a = add("a");

	a.device->blame(Blame::dead, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(logged("lun0: path a: usable -> dead (transport error)\n"));
	run_work();
	EXPECT_TRUE(logged("lun0: path a: dead -> usable (probe: fine)\n"));
}

TEST_F(PathHealth, says_what_a_probe_has_found)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	a.device->blame(Blame::suspect, MPATH_STS_TIMEOUT);
	run_work();
	EXPECT_TRUE(logged("lun0: path a: usable -> suspect (timeout)\n"));
	EXPECT_TRUE(logged("lun0: path a: suspect -> dead (probe: no)\n"));
	a.verdict = MPATH_VERDICT_FOREIGN;
	advance_ms(1000);
	EXPECT_TRUE(logged("lun0: path a: dead -> foreign (probe: it is another LUN now)\n"));
}

TEST_F(PathHealth, adds_up_the_time_in_each_state)
{
	auto &a = add("a");
	const auto spent = [this, &a](mpath::Health health) {
		return read(a).spent_ms[static_cast<unsigned>(health)];
	};

	advance_ms(100);
	EXPECT_EQ(spent(mpath::Health::usable), 100u) << "the present one counts";
	a.verdict = MPATH_VERDICT_DEAD;
	blame(a, Blame::dead);
	run_work();
	advance_ms(50);
	EXPECT_EQ(spent(mpath::Health::usable), 100u);
	EXPECT_EQ(spent(mpath::Health::dead), 50u);
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(950);
	advance_ms(7);
	EXPECT_EQ(spent(mpath::Health::usable), 107u);
	EXPECT_EQ(spent(mpath::Health::dead), 1000u);
	EXPECT_EQ(spent(mpath::Health::marginal), 0u);
}

TEST_F(PathHealth, repeats_nothing_while_nothing_changes)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	blame(a, Blame::dead);
	run_work();

	const auto lines = log_lines().size();

	blame(a, Blame::dead);
	advance_ms(10000);
	EXPECT_EQ(log_lines().size(), lines);
}

TEST_F(PathHealth, limits_the_rate_of_what_it_says)
{
	blame(add("a"), Blame::dead);
	ASSERT_EQ(log_lines().size(), 1u);
	EXPECT_TRUE(log_lines()[0].ratelimited);
}

// --- reason, time and count -------------------------------------------------------------------

TEST_F(PathHealth, carries_nothing_before_it_has_said_who_it_is)
{
	config.no_path_timeout_ms = 5000;
	auto &a = new_path("a");

	a.verdict = MPATH_VERDICT_FOREIGN;
	ASSERT_EQ(try_add(a), 0);
	EXPECT_STREQ(read(a).name, "suspect");
	EXPECT_STREQ(read(a).reason, "added");
	auto &bio = submit();
	EXPECT_TRUE(waits(bio));
	run_work();
	EXPECT_STREQ(read(a).name, "foreign");
	EXPECT_EQ(route(bio), "");
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(PathHealth, has_been_usable_since_it_was_added)
{
	advance_ms(70);

	auto &a = add("a");

	advance_ms(30);
	EXPECT_STREQ(read(a).name, "usable");
	EXPECT_STREQ(read(a).reason, "added");
	EXPECT_EQ(read(a).ms, 30u);
	EXPECT_EQ(read(a).changes, 0u);
}

TEST_F(PathHealth, knows_why_it_is_what_it_is_and_since_when)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_LATER;
	advance_ms(30);
	a.device->blame(Blame::suspect, MPATH_STS_TIMEOUT);
	advance_ms(40);
	EXPECT_STREQ(read(a).name, "suspect");
	EXPECT_STREQ(read(a).reason, "timeout");
	EXPECT_EQ(read(a).ms, 40u);
	EXPECT_EQ(read(a).changes, 1u);
	a.device->blame(Blame::dead, MPATH_STS_OFFLINE);
	advance_ms(1);
	EXPECT_STREQ(read(a).name, "dead");
	EXPECT_STREQ(read(a).reason, "device offline");
	EXPECT_EQ(read(a).ms, 1u);
	EXPECT_EQ(read(a).changes, 2u);
}

TEST_F(PathHealth, is_not_news_when_it_is_blamed_again)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_DEAD;
	a.device->blame(Blame::dead, MPATH_STS_TRANSPORT);
	advance_ms(5000);
	a.device->blame(Blame::dead, MPATH_STS_OFFLINE);
	EXPECT_STREQ(read(a).reason, "transport error");
	EXPECT_EQ(read(a).ms, 5000u);
	EXPECT_EQ(read(a).changes, 1u);
}

TEST_F(PathHealth, counts_the_time_of_what_the_transport_says_from_when_it_was_seen)
{
	auto &a = add("a");

	advance_ms(50);
	a.device_state = kBlocked;
	EXPECT_STREQ(read(a).name, "blocked");
	EXPECT_STREQ(read(a).reason, "its device is blocked or offline");
	EXPECT_EQ(read(a).ms, 0u);
	advance_ms(20);
	EXPECT_EQ(read(a).ms, 20u);
	a.device_state = kRunning;
	EXPECT_EQ(read(a).ms, 70u) << "usable all the time";
	a.access_state = kStandby;
	EXPECT_STREQ(read(a).reason, "its access state");
	EXPECT_EQ(read(a).ms, 0u);
}

TEST_F(PathHealth, has_a_word_for_every_reason)
{
	for (int i = 0; i <= static_cast<int>(mpath::Reason::last); i++) {
		const char *word = mpath::word(static_cast<mpath::Reason>(i));

		if (i != static_cast<int>(mpath::Reason::unknown_error))
			EXPECT_STRNE(word, "unknown error") << i;
	}
}
