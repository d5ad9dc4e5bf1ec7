// SPDX-License-Identifier: GPL-2.0
// Failover: what becomes of a bio whose path fails, and of the path.
#include "lun.hpp"

using namespace mpath::fake;

namespace {

class Failover : public Lun {
protected:
	// On the only path again, after that many failures of it.
	bio &bio_moved_as_often_as_it_may()
	{
		auto &bio = submit();

		for (int i = 0; i < 32; i++) {
			complete(bio, MPATH_STS_TRANSPORT);
			advance_ms(1000);
		}
		return bio;
	}
};

} // namespace

TEST_F(Failover, moves_a_bio_when_the_transport_is_gone)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	complete(bio, MPATH_STS_TRANSPORT);
	EXPECT_EQ(state(a), "dead");
	run_work_of(head());
	EXPECT_TRUE(is_on(b, bio));
}

TEST_F(Failover, moves_a_bio_when_the_device_is_offline)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	complete(bio, MPATH_STS_OFFLINE);
	EXPECT_EQ(state(a), "dead");
	run_work_of(head());
	EXPECT_TRUE(is_on(b, bio));
}

TEST_F(Failover, moves_a_bio_on_an_error_without_a_cause_and_suspects_the_path)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	complete(bio, MPATH_STS_IOERR);
	EXPECT_EQ(state(a), "suspect");
	EXPECT_TRUE(run_work_of(head()));
	EXPECT_TRUE(is_on(b, bio));
}

TEST_F(Failover, does_not_tell_the_submitter_when_another_path_has_done_it)
{
	add("a");
	add("b");
	auto &bio = submit();

	complete_and_settle(bio, MPATH_STS_IOERR);
	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(Failover, ends_the_bio_on_an_error_of_the_lun_and_leaves_the_path_alone)
{
	auto &a = add("a");

	add("b");
	for (const auto status :
	     {MPATH_STS_NOTSUPP, MPATH_STS_NOSPC, MPATH_STS_TARGET, MPATH_STS_RESV_CONFLICT,
	      MPATH_STS_MEDIUM, MPATH_STS_PROTECTION, MPATH_STS_INVAL, MPATH_STS_ZONE_RESOURCE,
	      MPATH_STS_ZONE_OPEN_RESOURCE, MPATH_STS_ZONE_ACTIVE_RESOURCE,
	      MPATH_STS_DURATION_LIMIT}) {
		auto &bio = submit();

		complete_and_settle(bio, status);
		EXPECT_TRUE(ended_with(status, bio));
		EXPECT_EQ(route(bio), "a");
	}
	EXPECT_EQ(state(a), "usable");
	EXPECT_EQ(a.probes, 0);
}

TEST_F(Failover, counts_the_move_on_the_head_and_on_the_path_it_left)
{
	auto &a = add("a");
	auto &b = add("b");

	complete_and_settle(submit(), MPATH_STS_TRANSPORT);
	EXPECT_EQ(stats().failover_count, 1u);
	EXPECT_EQ(mpath_device_failover_count(a.device), 1u);
	EXPECT_EQ(mpath_device_failover_count(b.device), 0u);
}

TEST_F(Failover, counts_no_move_when_the_bio_ends)
{
	auto &a = add("a");

	complete(submit(), MPATH_STS_OK);
	complete(submit(), MPATH_STS_MEDIUM);
	EXPECT_EQ(stats().failover_count, 0u);
	EXPECT_EQ(mpath_device_failover_count(a.device), 0u);
}

TEST_F(Failover, never_sends_from_a_completion)
{
	// A path that fails at once would recurse until the stack is gone.
	add("a").verdict = MPATH_VERDICT_DEAD;
	add("b");
	auto &bio = submit();

	complete(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(waits(bio));
	EXPECT_EQ(route(bio), "a");
	run_work();
	EXPECT_EQ(route(bio), "a b");
}

TEST_F(Failover, sends_the_next_bios_down_the_other_path)
{
	auto &a = add("a");
	auto &b = add("b");

	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(submit(), MPATH_STS_TRANSPORT);
	EXPECT_TRUE(is_on(b, submit()));
}

TEST_F(Failover, does_not_use_a_suspect_path_before_the_verdict)
{
	auto &a = add("a");
	auto &b = add("b");

	complete(submit(), MPATH_STS_IOERR);
	EXPECT_TRUE(is_on(b, submit()));
	EXPECT_TRUE(run_work_of(a.device));
	EXPECT_TRUE(is_on(a, submit()));
}

TEST_F(Failover, has_put_the_path_out_of_service_before_the_bio_can_be_resent)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_DEAD;
	// As soon as the bio is in the list, somebody else's kick may take it out.
	before(Port::work_kick, [&] {}); // the probe's
	// The first asks whether the path has anything that has not been sent.
	after(Port::spin_unlock, [&] {
		after(Port::spin_unlock, [&] {
			mpath_head_set_no_path_timeout_ms(head(), 0); // kicks
			run_work_of(head());
		});
	});
	complete(bio, MPATH_STS_TRANSPORT);
	EXPECT_EQ(route(bio), "a b");
	EXPECT_TRUE(is_on(b, bio));
}

// --- the bad I/O guard -------------------------------------------------------------------------

TEST_F(Failover, ends_a_bio_that_failed_on_two_paths_which_are_fine)
{
	auto &a = add("a");
	add("b");
	add("c");
	auto &bio = submit();

	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(failfast(bio));
	complete_and_settle(bio, MPATH_STS_IOERR);
	// Each had one try; the last word is that of the mid-layer's retries.
	EXPECT_TRUE(is_on(a, bio));
	EXPECT_FALSE(failfast(bio));
	complete_and_settle(bio, MPATH_STS_TIMEOUT);
	EXPECT_TRUE(ended_with(MPATH_STS_TIMEOUT, bio));
	EXPECT_EQ(route(bio), "a b a");
}

TEST_F(Failover, insists_on_the_path_that_is_left_when_the_other_one_was_lost)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	EXPECT_TRUE(failfast(bio)); // b could have taken it
	b.device_state = kBlocked;
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(is_on(a, bio));
	EXPECT_FALSE(failfast(bio));
	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(Failover, ends_a_bio_that_failed_on_the_only_two_paths_which_are_fine)
{
	add("a");
	auto &b = add("b");
	auto &bio = submit();

	complete_and_settle(bio, MPATH_STS_IOERR);
	// The last path that is left to it: the mid-layer's retries have been had there.
	EXPECT_TRUE(is_on(b, bio));
	EXPECT_FALSE(failfast(bio));
	complete_and_settle(bio, MPATH_STS_TIMEOUT);
	EXPECT_TRUE(ended_with(MPATH_STS_TIMEOUT, bio));
	EXPECT_EQ(route(bio), "a b");
}

TEST_F(Failover, tells_nobody_of_short_tries_that_failed_when_the_long_one_succeeds)
{
	add("a");
	add("b");
	add("c");
	auto &bio = submit();

	complete_and_settle(bio, MPATH_STS_IOERR);
	complete_and_settle(bio, MPATH_STS_IOERR);
	complete_and_settle(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(Failover, waits_for_a_path_to_insist_on)
{
	config.no_path_timeout_ms = 5000;
	auto &a = add("a");
	auto &b = add("b");
	auto &c = add("c");
	auto &bio = submit();

	complete_and_settle(bio, MPATH_STS_IOERR);
	complete(bio, MPATH_STS_IOERR);
	run_work_of(b.device); // fine
	for (auto *path : {&a, &b, &c})
		path->device_state = kBlocked;
	run_work();
	EXPECT_TRUE(waits(bio));
	for (auto *path : {&a, &b, &c})
		path->device_state = kRunning;
	advance_ms(500);
	EXPECT_TRUE(is_on(a, bio));
	EXPECT_FALSE(failfast(bio));
}

TEST_F(Failover, goes_to_the_fine_path_while_the_other_one_owes_its_verdict)
{
	config.no_path_timeout_ms = 5000;
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	complete_and_settle(bio, MPATH_STS_IOERR); // a is fine
	b.verdict = MPATH_VERDICT_LATER;
	complete_and_settle(bio, MPATH_STS_IOERR);
	// A probe may take as long as a transport needs to give up.
	EXPECT_TRUE(is_on(a, bio));
	EXPECT_FALSE(failfast(bio));
	EXPECT_FALSE(logged("lun0: no usable path, holding I/O for up to 5000 ms\n"));
	EXPECT_EQ(stats().requeue_no_usable_path_count, 0u);
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

// The only path is found fine, and goes before the bio that it has failed is looked at again.
class OnlyPathGoes : public Failover {
protected:
	bio &bio_that_it_has_failed(Path &path)
	{
		auto &bio = submit();

		complete(bio, MPATH_STS_IOERR);
		run_work_of(path.device); // fine
		path.device_state = kOffline;
		run_work();
		return bio;
	}
};

TEST_F(OnlyPathGoes, and_the_log_says_so)
{
	config.no_path_timeout_ms = 0;
	auto &bio = bio_that_it_has_failed(add("a"));

	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_TRUE(logged("lun0: no available path, failing I/O\n"));
}

TEST_F(Failover, blames_no_path_for_a_bad_bio)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	complete_and_settle(bio, MPATH_STS_IOERR);
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_EQ(state(a), "usable");
	EXPECT_EQ(state(b), "usable");
	EXPECT_TRUE(is_on(a, submit()));
}

TEST_F(Failover, ends_a_bad_bio_on_a_single_path_after_the_second_verdict)
{
	auto &a = add("a");
	auto &bio = submit();

	for (int i = 0; i < 2; i++) {
		EXPECT_TRUE(is_on(a, bio));
		EXPECT_FALSE(failfast(bio));
		complete(bio, MPATH_STS_IOERR);
		EXPECT_TRUE(run_work_of(head()));
		EXPECT_TRUE(waits(bio));
		run_work();
	}
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_EQ(route(bio), "a a");
	EXPECT_EQ(state(a), "usable");
}

TEST_F(Failover, ends_a_bad_bio_however_long_io_may_wait_for_paths)
{
	config.no_path_timeout_ms = -1;
	add("a");
	auto &bio = submit();

	complete_and_settle(bio, MPATH_STS_IOERR);
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

// A port that was lost for a moment: HBAs report that as DID_NO_CONNECT, which is no more than an
// I/O error above the mid-layer.
TEST_F(Failover, tries_the_last_path_again_that_failed_once_and_is_fine)
{
	auto &a = add("a");
	auto &b = add("b");

	b.device_state = kOffline;
	auto &bio = submit();

	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(is_on(a, bio));
	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(OnlyPathGoes, and_its_return_is_waited_for)
{
	config.no_path_timeout_ms = 5000;
	auto &a = add("a");
	auto &bio = bio_that_it_has_failed(a);

	EXPECT_TRUE(waits(bio));
	a.device_state = kRunning;
	advance_ms(2000);
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Failover, does_not_count_a_bad_bio_as_one_without_a_path)
{
	add("a");
	auto &bio = submit();

	complete_and_settle(bio, MPATH_STS_IOERR);
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_EQ(stats().fail_no_available_path_count, 0u);
	EXPECT_FALSE(logged("lun0: no available path, failing I/O\n"));
}

TEST_F(Failover, waits_for_the_verdict_though_io_may_not_wait_for_paths)
{
	config.no_path_timeout_ms = 0;
	auto &a = add("a");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_LATER;
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(waits(bio));
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(200);
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Failover, does_not_try_a_third_path_while_two_verdicts_say_fine)
{
	add("a");
	add("b");
	auto &c = add("c");
	auto &bio = submit();

	complete(bio, MPATH_STS_IOERR);
	run_work_of(head());
	complete(bio, MPATH_STS_IOERR);
	// Both verdicts come before the bio is looked at again.
	run_work_of(paths[0].device);
	run_work_of(paths[1].device);
	run_work();
	EXPECT_EQ(c.disk.in_flight.size(), 0u);
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_EQ(route(bio), "a b a");
}

TEST_F(Failover, goes_to_a_third_path_while_the_verdicts_are_due)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &c = add("c");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_LATER;
	b.verdict = MPATH_VERDICT_LATER;
	complete_and_settle(bio, MPATH_STS_IOERR);
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(is_on(c, bio));
	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(Failover, does_not_end_a_bio_by_verdicts_while_it_is_on_its_way)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &c = add("c");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_LATER;
	b.verdict = MPATH_VERDICT_LATER;
	complete_and_settle(bio, MPATH_STS_IOERR);
	complete_and_settle(bio, MPATH_STS_IOERR);
	a.verdict = MPATH_VERDICT_FINE;
	b.verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);
	EXPECT_TRUE(is_on(c, bio));
}

TEST_F(Failover, knows_after_three_failures_that_two_paths_were_fine)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &c = add("c");
	auto &bio = submit();

	for (auto *path : {&a, &b, &c})
		path->verdict = MPATH_VERDICT_LATER;
	for (int i = 0; i < 3; i++)
		complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_EQ(route(bio), "a b c");
	a.verdict = MPATH_VERDICT_FINE;
	b.verdict = MPATH_VERDICT_FINE;
	advance_ms(200);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_EQ(route(bio), "a b c");
}

TEST_F(Failover, tries_on_when_only_one_of_two_paths_was_fine)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &c = add("c");
	auto &bio = submit();

	complete_and_settle(bio, MPATH_STS_IOERR); // a is fine
	b.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(is_on(c, bio));
	EXPECT_EQ(state(a), "usable");
	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(Failover, tries_the_fine_one_once_more_when_the_other_is_dead)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	complete_and_settle(bio, MPATH_STS_IOERR); // a is fine
	b.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(is_on(a, bio));
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_EQ(route(bio), "a b a");
}

TEST_F(Failover, shares_one_verdict_among_all_bios_that_failed_before_it)
{
	add("a");
	auto &first = submit();
	auto &second = submit();

	for (int i = 0; i < 2; i++) {
		complete(first, MPATH_STS_IOERR);
		complete(second, MPATH_STS_IOERR);
		run_work();
	}
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, first));
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, second));
	EXPECT_EQ(paths[0].probes, 2);
}

TEST_F(Failover, does_not_count_a_verdict_that_came_before_the_failure)
{
	auto &a = add("a");
	auto &bio = submit();

	// Another bio has raised a suspicion, which was answered.
	complete_and_settle(submit(), MPATH_STS_IOERR);
	a.verdict = MPATH_VERDICT_LATER;
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(waits(bio));
}

TEST_F(Failover, counts_a_verdict_that_comes_before_the_bio_is_even_parked)
{
	auto &a = add("a");
	auto &bio = submit();

	// The probe runs on another CPU between the blame and the parking.
	after(Port::work_kick, [&] { run_work_of(a.device); });
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_EQ(a.probes, 1);
	EXPECT_TRUE(is_on(a, bio));
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Failover, tells_who_resends_of_the_verdict_before_of_the_path)
{
	auto &a = add("a");
	auto &bio = submit();

	complete(bio, MPATH_STS_IOERR);
	run_work_of(head());
	// Somebody looks at the bio at the very moment at which the path is usable again.
	before(Port::log_ratelimited, [&] {
		EXPECT_STREQ(mpath_device_state_name(a.device), "usable");
		mpath_head_set_no_path_timeout_ms(head(), 0); // kicks
		run_work_of(head());
	});
	run_work_of(a.device);
	EXPECT_EQ(route(bio), "a a");
	complete_and_settle(bio, MPATH_STS_IOERR);
	// Who looked has counted the verdict: this is the second.
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_EQ(route(bio), "a a");
}

TEST_F(Failover, gives_no_credit_to_a_path_that_was_dead_in_between)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &bio = submit();
	auto &other = submit();

	complete(bio, MPATH_STS_IOERR);
	complete(other, MPATH_STS_TRANSPORT);
	run_work();
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(is_on(a, bio)) << "the first time it may well have been the path";
	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(Failover, leaves_a_bio_the_retries_of_the_last_path_that_it_has_not_failed_on)
{
	add("a");
	auto &b = add("b");
	auto &bio = submit();

	EXPECT_TRUE(failfast(bio));
	complete_and_settle(bio, MPATH_STS_IOERR); // a is fine
	EXPECT_TRUE(is_on(b, bio));
	EXPECT_FALSE(failfast(bio)) << "an error from b is the last word";
}

// --- paths that come and go ---------------------------------------------------------------------

TEST_F(Failover, fails_a_bio_when_its_last_path_turns_out_dead)
{
	auto &a = add("a");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_EQ(stats().fail_no_available_path_count, 1u);
}

TEST_F(Failover, fails_a_bio_when_its_last_path_turns_out_to_be_another_lun)
{
	auto &a = add("a");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_FOREIGN;
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_EQ(route(bio), "a");
}

TEST_F(Failover, uses_a_dead_path_again_that_a_probe_has_revived)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(waits(bio));
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);
	EXPECT_EQ(route(bio), "a a");
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Failover, fails_a_bio_when_all_paths_are_dead)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_DEAD;
	b.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_EQ(route(bio), "a b");
}

TEST_F(Failover, ends_after_so_many_moves_whatever_probes_say)
{
	// A path that swallows probes and fails I/O.
	config.no_path_timeout_ms = 120000;
	auto &a = add("a");

	a.disk.on_send = [](mpath_io *io) {
		mpath::fake::complete(io, MPATH_STS_TRANSPORT);
	};

	auto &bio = submit();

	run_work();
	// After its first return it is asked once a second.
	EXPECT_EQ(bio.trips.size(), 2u);
	for (int i = 0; i < 40; i++)
		advance_ms(1000);
	EXPECT_TRUE(ended_with(MPATH_STS_TRANSPORT, bio));
	EXPECT_EQ(bio.trips.size(), 33u);
	a.disk.on_send = nullptr;
}

TEST_F(Failover, does_not_count_moves_off_dead_paths_when_io_waits_for_ever)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");

	a.disk.on_send = [](mpath_io *io) {
		mpath::fake::complete(io, MPATH_STS_TRANSPORT);
	};

	auto &bio = submit();

	for (int i = 0; i < 60; i++)
		advance_ms(1000);
	EXPECT_GT(bio.trips.size(), 50u);
	EXPECT_EQ(bio.ended, 0);
	a.disk.on_send = nullptr;
	advance_ms(1000);
	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(Failover, ends_after_so_many_moves_where_io_may_wait_for_ever_but_the_bio_is_at_fault)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &bio = bio_moved_as_often_as_it_may();

	ASSERT_TRUE(is_on(a, bio));
	complete(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Failover, does_not_end_for_back_pressure_after_however_many_moves)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &bio = bio_moved_as_often_as_it_may();

	ASSERT_TRUE(is_on(a, bio));
	complete(bio, MPATH_STS_RESOURCE);
	advance_ms(10);
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Failover, pauses_between_the_tries_of_a_path_that_answers_probes_and_fails_io)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");

	a.disk.on_send = [](mpath_io *io) {
		mpath::fake::complete(io, MPATH_STS_TRANSPORT);
	};

	auto &bio = submit();

	run_work();
	advance_ms(10000);
	EXPECT_LE(bio.trips.size(), 13u);
	EXPECT_GE(bio.trips.size(), 10u);
}

TEST_F(Failover, has_told_the_head_before_the_submitter_looks_at_its_limits)
{
	auto &a = add("a");

	before(Port::io_finish, [&] { EXPECT_EQ(a.disk.limits_learned, 1); });
	complete(submit(), MPATH_STS_NOTSUPP);
	EXPECT_EQ(a.disk.limits_learned, 1);
}

TEST_F(Failover, tells_the_head_when_the_lun_refuses_a_command)
{
	auto &a = add("a");

	complete(submit(), MPATH_STS_TARGET);
	EXPECT_EQ(a.disk.limits_learned, 1);
	complete(submit(), MPATH_STS_NOTSUPP);
	EXPECT_EQ(a.disk.limits_learned, 2);
	complete(submit(), MPATH_STS_MEDIUM);
	EXPECT_EQ(a.disk.limits_learned, 2);
}

TEST_F(Failover, does_not_count_as_an_error_what_a_later_success_has_made_good)
{
	config.no_path_timeout_ms = -1;
	add("a");
	auto &bio = submit();

	for (int i = 0; i < 20; i++) {
		complete_and_settle(bio, MPATH_STS_TRANSPORT);
		advance_ms(1000); // a path that relapses is asked once a second
	}
	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(Failover, never_uses_a_path_again_that_was_blocked_and_is_another_lun_now)
{
	auto &a = add("a");
	auto &b = add("b");

	a.device_state = kBlocked;
	submit(); // notices
	a.verdict = MPATH_VERDICT_FOREIGN;
	a.device_state = kRunning;
	for (int i = 0; i < 5; i++) {
		EXPECT_TRUE(is_on(b, submit()));
		advance_ms(200);
	}
	EXPECT_EQ(state(a), "foreign");
}

// --- nowait ---------------------------------------------------------------------------------------

TEST_F(Failover, moves_a_nowait_bio_too)
{
	add("a").verdict = MPATH_VERDICT_DEAD;
	auto &b = add("b");
	auto &bio = submit(true);

	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(is_on(b, bio));
}

TEST_F(Failover, passes_on_the_again_that_a_nowait_bio_asked_for)
{
	auto &a = add("a");

	add("b");
	auto &bio = submit(true);

	complete_and_settle(bio, MPATH_STS_AGAIN);
	EXPECT_TRUE(ended_with(MPATH_STS_AGAIN, bio));
	EXPECT_EQ(route(bio), "a");
	EXPECT_EQ(state(a), "usable");
}

TEST_F(Failover, answers_again_to_a_nowait_bio_whose_verdict_is_due)
{
	auto &a = add("a");
	auto &bio = submit(true);

	a.verdict = MPATH_VERDICT_LATER;
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(ended_with(MPATH_STS_AGAIN, bio));
}

TEST_F(Failover, answers_again_to_a_nowait_bio_that_would_have_to_wait_for_a_path)
{
	config.no_path_timeout_ms = 5000;
	auto &a = add("a");
	auto &bio = submit(true);

	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(ended_with(MPATH_STS_AGAIN, bio));
}
