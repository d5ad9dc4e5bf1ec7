// SPDX-License-Identifier: GPL-2.0
// The requeue list: who waits in it, in which order they leave, and for how long they wait.
#include "lun.hpp"

using namespace mpath::fake;

namespace {

class Requeue : public Lun {
protected:
	// Paths that cannot carry anything, and say so.
	Path &add_dead(const std::string &name)
	{
		auto &path = add(name);

		path.device_state = kOffline;
		return path;
	}
	void revive(Path &path)
	{
		path.device_state = kRunning;
		mpath_head_set_no_path_timeout_ms(head(), mpath_head_no_path_timeout_ms(head()));
		run_work();
	}
	// The numbers of those that it has been sent: "0 2 1".
	std::string in_flight(const Path &path)
	{
		std::string numbers;

		for (const mpath_io *io : path.disk.in_flight)
			for (std::size_t i = 0; i < bios.size(); i++)
				if (bio_of(io) == &bios[i])
					numbers += (numbers.empty() ? "" : " ") + std::to_string(i);
		return numbers;
	}
};

} // namespace

// --- order ----------------------------------------------------------------------------------

TEST_F(Requeue, keeps_the_order_of_failure)
{
	auto &a = add("a");
	auto &b = add("b");

	for (int i = 0; i < 4; i++)
		submit();
	a.verdict = MPATH_VERDICT_DEAD;
	complete_all(a, MPATH_STS_TRANSPORT);
	run_work();
	EXPECT_EQ(in_flight(b), "0 1 2 3");
}

TEST_F(Requeue, keeps_the_order_of_submission_when_there_is_no_path)
{
	config.no_path_timeout_ms = -1;
	auto &a = add_dead("a");

	for (int i = 0; i < 4; i++)
		submit();
	revive(a);
	EXPECT_EQ(in_flight(a), "0 1 2 3");
}

TEST_F(Requeue, keeps_the_order_however_often_it_looks_in_vain)
{
	config.no_path_timeout_ms = -1;
	auto &a = add_dead("a");

	for (int i = 0; i < 4; i++) {
		submit();
		advance_ms(250);
	}
	revive(a);
	EXPECT_EQ(in_flight(a), "0 1 2 3");
}

TEST_F(Requeue, puts_what_waits_on_before_what_came_meanwhile)
{
	config.no_path_timeout_ms = -1;
	auto &a = add_dead("a");

	submit();
	submit();
	run_work();
	// While the list is being looked at, another bio is parked.
	mpath_head_set_no_path_timeout_ms(head(), 1000000); // so that the clock is read
	before(Port::now_ms, [&] { on_another_cpu([&] { submit(); }); });
	run_work();
	revive(a);
	EXPECT_EQ(in_flight(a), "0 1 2");
}

TEST_F(Requeue, gives_everything_back_in_order_when_time_is_up)
{
	config.no_path_timeout_ms = 1000;
	add_dead("a");
	for (int i = 0; i < 5; i++)
		submit();
	advance_ms(1100);
	EXPECT_EQ(end_order(), "0 1 2 3 4");
}

TEST_F(Requeue, moves_a_thousand_bios)
{
	auto &a = add("a");
	auto &b = add("b");

	for (int i = 0; i < 1000; i++)
		submit();
	a.verdict = MPATH_VERDICT_DEAD;
	complete_all(a, MPATH_STS_TRANSPORT);
	run_work();
	EXPECT_EQ(b.disk.in_flight.size(), 1000u);
	EXPECT_EQ(bio_of(b.disk.in_flight.front()), &bios.front());
	EXPECT_EQ(bio_of(b.disk.in_flight.back()), &bios.back());
}

TEST_F(Requeue, resends_under_a_plug_so_that_bios_can_merge)
{
	add("a");
	add("b");
	auto &bio = submit();

	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(bio.trips.back().plugged);
}

TEST_F(Requeue, resends_what_fails_again_at_once_from_a_new_run)
{
	// A disk that is being torn down completes within the send.
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	b.disk.on_send = [](mpath_io *io) {
		mpath::fake::complete(io, MPATH_STS_OFFLINE);
	};
	a.verdict = MPATH_VERDICT_DEAD;
	b.verdict = MPATH_VERDICT_DEAD;
	auto &c = add("c");

	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_EQ(route(bio), "a b c");
	EXPECT_TRUE(is_on(c, bio));
}

// --- no path ----------------------------------------------------------------------------------

TEST_F(Requeue, fails_at_once_when_io_may_not_wait)
{
	config.no_path_timeout_ms = 0;
	add_dead("a");
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(Requeue, waits_for_ever_when_told_to)
{
	config.no_path_timeout_ms = -1;
	auto &a = add_dead("a");
	auto &bio = submit();

	advance_ms(600000);
	EXPECT_TRUE(waits(bio));
	revive(a);
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Requeue, waits_as_long_as_it_may_and_then_fails)
{
	config.no_path_timeout_ms = 5000;
	add_dead("a");
	auto &bio = submit();

	advance_ms(4999);
	EXPECT_TRUE(waits(bio));
	advance_ms(101);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Requeue, counts_the_time_from_the_first_bio_without_a_path)
{
	config.no_path_timeout_ms = 5000;
	add_dead("a");
	auto &first = submit();

	advance_ms(3000);
	auto &second = submit();

	advance_ms(2100);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, first));
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, second));
}

TEST_F(Requeue, holds_a_bio_though_another_one_has_started_the_clock_after_it_looked_at_the_time)
{
	config.no_path_timeout_ms = 5000;
	add_dead("a");
	run_work();
	auto another_starts_the_clock = [&] {
		on_another_cpu([&] {
			advance_ms(1);
			submit();
		});
	};

	// The first look is at the paths, the second for the clock.
	after(Port::now_ms, [&] { after(Port::now_ms, another_starts_the_clock); });

	auto &bio = submit();

	EXPECT_TRUE(waits(bio));
	EXPECT_TRUE(waits(bios.back()));
}

TEST_F(Requeue, fails_new_bios_at_once_when_time_was_up)
{
	config.no_path_timeout_ms = 5000;
	add_dead("a");
	submit();
	advance_ms(6000);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(Requeue, counts_the_time_anew_after_a_path_has_carried_something)
{
	config.no_path_timeout_ms = 5000;
	auto &a = add_dead("a");

	submit();
	advance_ms(4000);
	revive(a);
	complete_all(a, MPATH_STS_OK);
	a.device_state = kOffline;

	auto &bio = submit();

	advance_ms(4900);
	EXPECT_TRUE(waits(bio));
	advance_ms(300);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Requeue, stops_the_clock_when_a_path_is_back_though_nobody_waits)
{
	config.no_path_timeout_ms = 5000;
	auto &a = add("a");

	a.access_state = kStandby;
	submit();
	advance_ms(6000);            // has failed
	a.access_state = kOptimized; // and nobody says so
	advance_ms(1000);
	a.access_state = kStandby;

	auto &bio = submit();

	advance_ms(4900);
	EXPECT_TRUE(waits(bio));
	advance_ms(300);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Requeue, watches_the_clock_for_a_nowait_bio_too)
{
	config.no_path_timeout_ms = 5000;
	auto &a = add("a");

	run_work();
	a.access_state = kStandby;
	EXPECT_TRUE(ended_with(MPATH_STS_AGAIN, submit(true)));
	a.access_state = kOptimized;
	advance_ms(1000);
	a.access_state = kStandby;
	advance_ms(10000);
	EXPECT_TRUE(ended_with(MPATH_STS_AGAIN, submit(true)));
}

TEST_F(Requeue, watches_no_clock_that_does_not_run)
{
	config.no_path_timeout_ms = 5000;
	auto &a = add("a");

	a.access_state = kStandby;
	submit();
	advance_ms(1000);
	a.access_state = kOptimized;
	advance_ms(2000);
	complete_all(a, MPATH_STS_OK);
	run_work();
	EXPECT_EQ(work_due_in(head()), std::nullopt);
}

TEST_F(Requeue, watches_no_clock_of_a_dead_head)
{
	config.no_path_timeout_ms = 5000;
	submit();
	mpath_head_kill(head());
	run_work();
	advance_ms(2000);
	EXPECT_EQ(work_due_in(head()), std::nullopt);
}

TEST_F(Requeue, counts_the_time_anew_when_a_path_is_added)
{
	config.no_path_timeout_ms = 5000;
	add_dead("a");
	submit();
	advance_ms(6000);
	add_dead("b");
	EXPECT_TRUE(waits(submit()));
}

TEST_F(Requeue, obeys_a_shorter_time_at_once)
{
	config.no_path_timeout_ms = -1;
	add_dead("a");
	auto &bio = submit();

	advance_ms(10000);
	EXPECT_EQ(mpath_head_set_no_path_timeout_ms(head(), 0), 0);
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Requeue, obeys_a_longer_time)
{
	config.no_path_timeout_ms = 1000;
	add_dead("a");
	auto &bio = submit();

	EXPECT_EQ(mpath_head_set_no_path_timeout_ms(head(), -1), 0);
	advance_ms(100000);
	EXPECT_TRUE(waits(bio));
}

TEST_F(Requeue, refuses_a_time_that_is_none_and_keeps_its_own)
{
	config.no_path_timeout_ms = 1000;
	EXPECT_EQ(mpath_head_set_no_path_timeout_ms(head(), -2), -EINVAL);
	EXPECT_EQ(mpath_head_set_no_path_timeout_ms(head(), 1LL << 32), -EINVAL);
	EXPECT_EQ(mpath_head_no_path_timeout_ms(head()), 1000);
}

TEST_F(Requeue, waits_on_a_head_without_any_path)
{
	config.no_path_timeout_ms = -1;
	auto &bio = submit();

	run_work();
	EXPECT_TRUE(waits(bio));

	auto &a = add("a");

	run_work();
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Requeue, does_not_hold_a_bio_for_a_verdict_that_never_comes)
{
	config.no_path_timeout_ms = 0;
	auto &a = add("a");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_LATER;
	complete(bio, MPATH_STS_IOERR);
	advance_ms(60000);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

// --- nowait --------------------------------------------------------------------------------------

TEST_F(Requeue, never_parks_a_nowait_bio)
{
	config.no_path_timeout_ms = -1;
	add_dead("a");
	EXPECT_TRUE(ended_with(MPATH_STS_AGAIN, submit(true)));
	EXPECT_EQ(stats().parked, 0u);
}

TEST_F(Requeue, answers_again_while_the_clock_runs_and_an_error_when_time_is_up)
{
	config.no_path_timeout_ms = 1000;
	add_dead("a");
	EXPECT_TRUE(ended_with(MPATH_STS_AGAIN, submit(true)));
	advance_ms(1000);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit(true)));
}

TEST_F(Requeue, fails_a_nowait_bio_when_nobody_may_wait)
{
	config.no_path_timeout_ms = 0;
	add_dead("a");
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit(true)));
}

TEST_F(Requeue, does_not_count_a_nowait_bio_as_failed_for_want_of_a_path)
{
	config.no_path_timeout_ms = -1;
	add_dead("a");
	submit(true);
	EXPECT_EQ(stats().fail_no_available_path_count, 0u);
}

// --- back-pressure ---------------------------------------------------------------------------------

class BackPressure : public Requeue, public ::testing::WithParamInterface<mpath_status> {};

TEST_P(BackPressure, sends_the_bio_again_after_a_pause)
{
	auto &a = add("a");
	auto &bio = submit();

	run_work();
	complete_and_settle(bio, GetParam());
	advance_ms(9);
	EXPECT_TRUE(waits(bio));
	advance_ms(1);
	EXPECT_TRUE(is_on(a, bio));
}

TEST_P(BackPressure, is_no_fault_of_the_path)
{
	auto &a = add("a");

	add("b");
	complete(submit(), GetParam());
	advance_ms(1000);
	EXPECT_STREQ(mpath_device_state_name(a.device), "usable");
	EXPECT_EQ(a.probes, 0);
	EXPECT_EQ(stats().failover_count, 0u);
	EXPECT_EQ(mpath_device_failover_count(a.device), 0u);
}

TEST_P(BackPressure, never_uses_up_the_tries)
{
	add("a");
	auto &bio = submit();

	for (int i = 0; i < 100; i++) {
		complete(bio, GetParam());
		advance_ms(10);
	}
	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_P(BackPressure, does_not_keep_the_bio_from_another_path)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	complete(bio, GetParam());
	a.device_state = kBlocked;
	advance_ms(10);
	EXPECT_TRUE(is_on(b, bio));
}

INSTANTIATE_TEST_SUITE_P(Statuses, BackPressure,
			 ::testing::Values(MPATH_STS_RESOURCE, MPATH_STS_DEV_RESOURCE,
					   MPATH_STS_AGAIN));

// --- what people see ----------------------------------------------------------------------------------

TEST_F(Requeue, counts_what_is_parked_now)
{
	config.no_path_timeout_ms = -1;
	auto &a = add_dead("a");

	submit();
	submit();
	EXPECT_EQ(stats().parked, 2u);
	advance_ms(1000);
	EXPECT_EQ(stats().parked, 2u);
	revive(a);
	EXPECT_EQ(stats().parked, 0u);
}

TEST_F(Requeue, counts_a_bio_once_however_often_it_is_looked_at)
{
	config.no_path_timeout_ms = -1;
	add_dead("a");
	submit();
	advance_ms(10000);
	EXPECT_EQ(stats().requeue_no_usable_path_count, 1u);
	EXPECT_EQ(stats().fail_no_available_path_count, 0u);
}

TEST_F(Requeue, counts_a_bio_that_waits_for_a_path_after_a_failure_too)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_DEAD;
	complete(bio, MPATH_STS_TRANSPORT);
	advance_ms(5000);
	EXPECT_EQ(stats().requeue_no_usable_path_count, 1u);
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);
	ASSERT_TRUE(is_on(a, bio));
	a.verdict = MPATH_VERDICT_DEAD;
	complete(bio, MPATH_STS_TRANSPORT);
	advance_ms(5000);
	EXPECT_EQ(stats().requeue_no_usable_path_count, 2u);
}

TEST_F(Requeue, does_not_count_a_bio_that_moves_at_once)
{
	auto &a = add("a");

	add("b");
	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(submit(), MPATH_STS_TRANSPORT);
	EXPECT_EQ(stats().requeue_no_usable_path_count, 0u);
}

TEST_F(Requeue, counts_what_failed_for_want_of_a_path)
{
	config.no_path_timeout_ms = 1000;
	add_dead("a");
	submit();
	submit();
	advance_ms(1100);
	submit();
	EXPECT_EQ(stats().requeue_no_usable_path_count, 2u);
	EXPECT_EQ(stats().fail_no_available_path_count, 3u);
}

TEST_F(Requeue, says_that_io_is_held_and_that_it_fails)
{
	config.no_path_timeout_ms = 1000;
	add_dead("a");
	submit();
	EXPECT_TRUE(logged("lun0: no usable path, holding I/O for up to 1000 ms\n"));
	EXPECT_FALSE(logged("lun0: no available path, failing I/O\n"));
	advance_ms(1100);
	EXPECT_TRUE(logged("lun0: no available path, failing I/O\n"));
}

TEST_F(Requeue, limits_the_rate_of_what_it_says)
{
	config.no_path_timeout_ms = 1000;
	add_dead("a");
	submit();
	advance_ms(1100);
	for (const auto &line : log_lines())
		EXPECT_TRUE(line.ratelimited) << line.text;
}

TEST_F(Requeue, does_not_say_that_it_holds_io_when_it_does_not)
{
	config.no_path_timeout_ms = 0;
	add_dead("a");
	submit();
	EXPECT_FALSE(logged("lun0: no usable path, holding I/O for up to 0 ms\n"));
}

// --- a path for whose tags the sender sleeps ------------------------------------------------------

namespace {

// What is resent goes down b, whose sender does not get on; a and b have one bio each in it.
class StuckSender : public Requeue {
protected:
	void SetUp() override
	{
		Requeue::SetUp();
		config.no_path_timeout_ms = 5000;
		add("a");
		add("b");
	}
	Path &a() { return paths[0]; }
	Path &b() { return paths[1]; }
	void begin(unsigned nr)
	{
		a().verdict = MPATH_VERDICT_DEAD;
		for (unsigned i = 0; i < nr; i++)
			sent.push_back(&submit());
		hold_sender(b());
		for (auto *bio : sent)
			complete(*bio, MPATH_STS_TRANSPORT);
		run_work();
		for (auto *bio : sent)
			EXPECT_EQ(route(*bio), "a");
	}
	void hold_sender(Path &path) { hold_work(path.device, MPATH_WORK_SEND); }
	void let_sender(Path &path) { release_work(path.device, MPATH_WORK_SEND); }

	std::vector<bio *> sent;
};

} // namespace

TEST_F(StuckSender, sends_all_in_order_when_it_gets_on)
{
	begin(3);
	let_sender(b());
	run_work();
	for (auto *bio : sent)
		EXPECT_TRUE(is_on(b(), *bio));
	complete_all(b(), MPATH_STS_OK);
	EXPECT_EQ(end_order(), "0 1 2");
}

TEST_F(StuckSender, holds_up_no_bio_for_another_path)
{
	auto &c = add("c");

	begin(2);
	// What goes elsewhere goes at once.
	auto &bio = submit();

	EXPECT_TRUE(is_on(b(), bio)) << "a task of its own, that may sleep";
	b().verdict = MPATH_VERDICT_DEAD;
	complete(bio, MPATH_STS_TRANSPORT);
	run_work();
	EXPECT_TRUE(is_on(c, bio));
}

TEST_F(StuckSender, gives_back_what_it_has_not_sent_when_the_path_dies)
{
	auto &c = add("c");

	begin(2);
	b().verdict = MPATH_VERDICT_DEAD;
	mpath_device_recheck(b().device);
	run_work();
	for (auto *bio : sent)
		EXPECT_TRUE(is_on(c, *bio));
	EXPECT_EQ(in_flight(b()), "");
	let_sender(b());
	run_work();
	for (auto *bio : sent)
		EXPECT_EQ(route(*bio), "a c");
}

TEST_F(StuckSender, gives_back_what_it_has_not_sent_when_the_transport_blocks_the_path)
{
	auto &c = add("c");

	begin(1);
	// Of which nobody tells.
	b().device_state = kBlocked;
	advance_ms(200);
	EXPECT_TRUE(is_on(c, *sent[0]));
}

TEST_F(StuckSender, does_not_keep_io_from_failing_when_its_time_is_up)
{
	begin(2);
	b().device_state = kBlocked;
	advance_ms(6000);
	for (auto *bio : sent)
		EXPECT_TRUE(ended_with(MPATH_STS_IOERR, *bio));
}

TEST_F(StuckSender, does_not_keep_a_path_from_being_removed)
{
	auto &c = add("c");

	begin(2);
	remove(b());
	run_work();
	for (auto *bio : sent)
		EXPECT_TRUE(is_on(c, *bio));
}
