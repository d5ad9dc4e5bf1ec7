// SPDX-License-Identifier: GPL-2.0
// Bugs that reviewers have found in the upstream series, by their numbers in upstream-bugs.md,
// so that none comes back by another way. What a bug is about in general is tested where it
// belongs; here is the very situation.
#include <cerrno>
#include <thread>

#include "policy_fixture.hpp"
#include "policy_numa.hpp"
#include "policy_queue_depth.hpp"
#include "policy_round_robin.hpp"

using namespace mpath::fake;

namespace {

class UpstreamPolicy : public Policies {};
class Upstream : public Lun {};

} // namespace

// --- the path lists ------------------------------------------------------------------------

TEST_F(UpstreamPolicy, L05_round_robin_ends_though_its_last_path_is_not_in_the_list_any_more)
{
	// Upstream walks until it meets the last path again: for ever.
	auto &last = attach("last");

	EXPECT_EQ(choose<mpath::RoundRobin>(), "last");
	attach("a", kNonoptimized);
	attach("b", kNonoptimized);
	unlink(last);
	EXPECT_EQ(choose<mpath::RoundRobin>(), "a");
}

TEST_F(UpstreamPolicy, L05_round_robin_ends_when_the_last_path_is_unlinked_and_nothing_is_usable)
{
	auto &last = attach("last");

	EXPECT_EQ(choose<mpath::RoundRobin>(), "last");
	attach("a", kStandby);
	unlink(last);
	EXPECT_EQ(choose<mpath::RoundRobin>(), "none");
}

TEST_F(UpstreamPolicy, L06_round_robin_does_not_take_an_unlinked_path_for_the_only_one)
{
	// Upstream asks whether the list has one entry and then takes the cached path.
	auto &gone = attach("gone");

	EXPECT_EQ(choose<mpath::RoundRobin>(), "gone");
	attach("only");
	unlink(gone);
	EXPECT_EQ(choose<mpath::RoundRobin>(2), "only only");
}

TEST_F(UpstreamPolicy, L07_numa_does_not_use_a_cached_path_that_is_disabled_but_optimized)
{
	auto &near = attach("near", kOptimized, 0);

	attach("far", kOptimized, 1);
	EXPECT_EQ(choose<mpath::Numa>(), "near");
	near.device_state = kBlocked; // access state: still optimized
	EXPECT_EQ(choose<mpath::Numa>(), "far");
}

TEST_F(Upstream, L08_every_path_has_a_counter_when_queue_depth_is_chosen_later)
{
	// Upstream follows a pointer that the driver may have left NULL.
	auto &a = add("a");
	auto &b = add("b");

	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_QUEUE_DEPTH);
	EXPECT_TRUE(is_on(a, submit()));
	EXPECT_TRUE(is_on(b, submit()));
}

TEST_F(UpstreamPolicy, X28_round_robin_on_one_cpu_does_not_write_what_another_cpu_reads)
{
	attach("a");
	attach("b");
	set_cpu(1);
	EXPECT_EQ(choose<mpath::RoundRobin>(), "a");

	auto &other = *cache_.here().cursor;
	const auto *before = other.load_relaxed();

	set_cpu(0);
	EXPECT_EQ(choose<mpath::RoundRobin>(4), "a b a b");
	EXPECT_EQ(other.load_relaxed(), before);
}

TEST_F(UpstreamPolicy, X28_round_robin_takes_the_next_non_optimized_path_and_not_the_last_one)
{
	attach("a", kNonoptimized);
	attach("b", kNonoptimized);
	attach("c", kNonoptimized);
	attach("d", kNonoptimized);
	EXPECT_EQ(choose<mpath::RoundRobin>(5), "a b c d a");
}

TEST_F(UpstreamPolicy, S16_preferred_is_not_part_of_the_access_state)
{
	attach("a", kPreferred | kOptimized);
	EXPECT_EQ(choose<mpath::Numa>(), "a");
}

TEST_F(Upstream, X14_access_states_count_under_every_policy)
{
	add("n").access_state = kNonoptimized;
	auto &o = add("o");

	for (const auto policy :
	     {MPATH_IOPOLICY_NUMA, MPATH_IOPOLICY_ROUND_ROBIN, MPATH_IOPOLICY_QUEUE_DEPTH}) {
		mpath_head_set_iopolicy(head(), policy);
		EXPECT_TRUE(is_on(o, submit())) << mpath_iopolicy_name(policy);
	}
}

TEST_F(Upstream, L22_a_change_of_policy_forgets_what_the_old_one_had_chosen)
{
	set_nodes(2);
	add("near").numa_node = 0;
	complete(submit(), MPATH_STS_OK);
	EXPECT_TRUE(mpath_device_serves_node(paths[0].device, 0));
	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_ROUND_ROBIN);
	mpath_head_set_iopolicy(head(), MPATH_IOPOLICY_NUMA);
	EXPECT_FALSE(mpath_device_serves_node(paths[0].device, 0));
}

// --- removal ---------------------------------------------------------------------------------

TEST_F(Upstream, L10_a_bio_that_is_being_parked_while_the_head_dies_is_not_stranded)
{
	// A submitter has seen the head alive and is about to park its bio. The head dies; had
	// it kicked before it waits for the submitter, nobody would ever look at the bio again,
	// and del_gendisk() would wait for it. (Here the look that comes round anyway does not
	// count: the clock stands still.)
	config.no_path_timeout_ms = -1;
	head();

	Gate dying;
	std::thread killer;

	before(Port::spin_lock, [&] {
		before(Port::synchronize, [&] {
			run_work(); // a kick that has come too early is over now
			dying.open();
		});
		killer = std::thread([&] { mpath_head_kill(head()); });
		EXPECT_TRUE(dying.wait());
	});

	auto &bio = submit();

	killer.join();
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Upstream, X09_a_path_that_is_removed_keeps_its_disk_as_long_as_somebody_uses_it)
{
	auto &a = add("a");
	mpath_device *held = mpath_head_get_path(head());

	at_blocked_drain([&] {
		EXPECT_EQ(mpath_device_disk(held), &a.disk);
		EXPECT_EQ(mpath_device_owner(held), &a);
		mpath_device_put(held);
	});
	remove(a);
}

TEST_F(Upstream, X10_a_running_device_that_is_unbound_is_not_chosen_again)
{
	// Nothing in the transport's state says that the path goes.
	auto &a = add("a");
	auto &b = add("b");

	ASSERT_EQ(a.device_state, kRunning);
	before(Port::mutex_lock, [&] { // after the first barrier, before the hints are cleared
		on_another_cpu([&] { EXPECT_TRUE(is_on(b, submit())); });
	});
	remove(a);
	EXPECT_TRUE(is_on(b, submit()));
}

TEST_F(Upstream, S14_a_bio_that_has_failed_holds_up_no_removal)
{
	// Upstream looks the path up for each bio that fails, and keeps what it found.
	auto &a = add("a");
	auto &b = add("b");

	for (const auto status : {MPATH_STS_TRANSPORT, MPATH_STS_IOERR, MPATH_STS_RESOURCE,
				  MPATH_STS_MEDIUM, MPATH_STS_OK}) {
		auto &bio = submit();

		ASSERT_TRUE(is_on(a, bio));
		complete_and_settle(bio, status);
		advance_ms(20);
		// Moved, or sent again.
		if (where(bio))
			complete_and_settle(bio, MPATH_STS_OK);
	}
	at_blocked_drain([] { ADD_FAILURE() << "a reference on the path is left"; });
	remove(a);
	remove(b);
	at_blocked_drain(nullptr);
}

TEST_F(Upstream, L15_the_time_for_which_io_is_held_does_not_overflow)
{
	EXPECT_EQ(mpath_head_set_no_path_timeout_ms(head(), 24LL * 3600 * 1000), 0);

	auto &bio = submit();

	skip_ms(24ULL * 3600 * 1000 - 1);
	run_work();
	EXPECT_TRUE(waits(bio));
	advance_ms(200);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_EQ(mpath_head_set_no_path_timeout_ms(head(), 1LL << 40), -EINVAL);
}

// --- lost wake-ups -----------------------------------------------------------------------------

TEST_F(Upstream, X01_bios_parked_while_all_paths_are_blocked_go_on_when_one_is_unblocked)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &b = add("b");

	a.device_state = kBlocked;
	b.device_state = kBlocked;
	auto &bio = submit();

	advance_ms(1000);
	EXPECT_TRUE(waits(bio));
	b.device_state = kRunning; // and nobody says so
	advance_ms(100);
	EXPECT_TRUE(is_on(b, bio));
}

TEST_F(Upstream, X15_bios_parked_while_all_paths_are_in_transition_go_on_when_it_has_ended)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");

	a.access_state = kTransitioning;
	auto &bio = submit();

	advance_ms(1000);
	EXPECT_TRUE(waits(bio));
	a.access_state = kNonoptimized;
	advance_ms(100);
	EXPECT_TRUE(is_on(a, bio));
}

TEST_F(Upstream, X23_bios_parked_do_not_stay_when_holding_io_is_switched_off)
{
	config.no_path_timeout_ms = -1;
	auto &bio = submit();

	run_work();
	mpath_head_set_no_path_timeout_ms(head(), 0);
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

// --- errors ----------------------------------------------------------------------------------------

TEST_F(Upstream, X02_two_paths_that_fail_everything_do_not_play_ping_pong_for_ever)
{
	config.no_path_timeout_ms = -1;
	for (auto *path : {&add("a"), &add("b")})
		path->disk.on_send = [](mpath_io *io) {
			mpath::fake::complete(io, MPATH_STS_IOERR);
		};

	auto &bio = submit();

	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_EQ(route(bio), "a b");
}

TEST_F(Upstream, X02_a_path_that_fails_io_is_not_chosen_again_before_it_was_asked)
{
	auto &a = add("a");
	auto &b = add("b");

	a.verdict = MPATH_VERDICT_LATER;
	complete_and_settle(submit(), MPATH_STS_IOERR);
	for (int i = 0; i < 10; i++)
		EXPECT_TRUE(is_on(b, submit()));
}

TEST_F(Upstream, X03_a_nowait_bio_never_waits_for_a_path)
{
	config.no_path_timeout_ms = -1;
	EXPECT_TRUE(ended_with(MPATH_STS_AGAIN, submit(true)));
}

TEST_F(Upstream, X03_a_nowait_bio_never_waits_for_memory)
{
	add("a");
	fail_next_nowait_io_start();
	EXPECT_TRUE(ended_with(MPATH_STS_AGAIN, submit(true)));
}

TEST_F(Upstream, X03_again_is_no_path_error)
{
	auto &a = add("a");
	auto &bio = submit(true);

	complete_and_settle(bio, MPATH_STS_AGAIN);
	EXPECT_TRUE(ended_with(MPATH_STS_AGAIN, bio));
	EXPECT_STREQ(mpath_device_state_name(a.device), "usable");
}

TEST_F(Upstream, X06_only_what_was_on_its_way_stays_with_a_path_that_is_blocked)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &caught = submit();

	ASSERT_TRUE(is_on(a, caught));
	a.device_state = kBlocked;
	EXPECT_TRUE(is_on(b, submit()));
	EXPECT_TRUE(is_on(b, submit()));
	EXPECT_TRUE(is_on(a, caught));
	complete_and_settle(caught, MPATH_STS_TRANSPORT); // the transport has given up
	EXPECT_TRUE(is_on(b, caught));
}

TEST_F(Upstream, X04_what_succeeds_on_no_path_is_not_sent_round)
{
	add("a");
	add("b");
	for (const auto status :
	     {MPATH_STS_INVAL, MPATH_STS_ZONE_OPEN_RESOURCE, MPATH_STS_ZONE_ACTIVE_RESOURCE,
	      MPATH_STS_ZONE_RESOURCE, MPATH_STS_DURATION_LIMIT}) {
		auto &bio = submit();

		complete_and_settle(bio, status);
		EXPECT_TRUE(ended_with(status, bio));
		EXPECT_EQ(bio.trips.size(), 1u);
	}
}

TEST_F(Upstream, X05_a_path_with_a_companion_gives_errors_back_without_retries_of_its_own)
{
	add("a");
	add("b");
	EXPECT_TRUE(failfast(submit()));
}

// --- contexts --------------------------------------------------------------------------------------

class UpstreamX08b : public Upstream, public ::testing::WithParamInterface<mpath_status> {};

TEST_P(UpstreamX08b, a_bio_that_fails_within_the_send_waits_for_nobody)
{
	// Upstream's completion waits for the readers, of which its own submitter may be one. The
	// fake kernel refuses everything that sleeps in a completion.
	auto &a = add("a");
	auto &b = add("b");

	a.verdict = MPATH_VERDICT_DEAD;
	a.disk.on_send = [](mpath_io *io) {
		mpath::fake::complete(io, GetParam());
	};

	auto &bio = submit();

	EXPECT_TRUE(waits(bio));
	a.device_state = kBlocked;
	advance_ms(100);
	EXPECT_TRUE(is_on(b, bio));
}

INSTANTIATE_TEST_SUITE_P(Statuses, UpstreamX08b,
			 ::testing::Values(MPATH_STS_IOERR, MPATH_STS_TRANSPORT,
					   MPATH_STS_RESOURCE));

TEST_F(Upstream, X17_nobody_waits_for_readers_because_a_path_is_blocked_or_fails)
{
	// Upstream waits once for every LUN of a port that is blocked, one after the other.
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();
	const auto before = crossings(Port::synchronize);

	ASSERT_TRUE(is_on(a, bio));
	a.device_state = kBlocked;
	EXPECT_TRUE(is_on(b, submit()));
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(is_on(b, bio));
	a.device_state = kRunning;
	advance_ms(2000);
	EXPECT_STREQ(mpath_device_state_name(a.device), "usable");
	EXPECT_EQ(crossings(Port::synchronize), before);
}

TEST_F(Upstream, X08c_a_submitter_that_waits_for_a_record_holds_up_no_completion_and_no_removal)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &other = submit();

	before(Port::io_start, [&] {
		on_another_cpu([&] {
			complete_and_settle(other, MPATH_STS_OK);
			EXPECT_EQ(records_in_use(), 0u) << "the record that it waits for";
			remove(b);
		});
	});
	EXPECT_TRUE(is_on(a, submit()));
}

TEST_F(Upstream, X26_a_bio_that_was_moved_does_not_end_with_the_error_of_the_first_path)
{
	auto &a = add("a");

	add("b");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(Upstream, X26_a_bio_that_was_parked_ends_with_the_reason_for_which_it_ends)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	mpath_head_kill(head());
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(Upstream, G18_moved_bios_keep_their_order_and_take_no_stack)
{
	auto &a = add("a");
	auto &b = add("b");

	for (int i = 0; i < 5000; i++)
		submit();
	a.verdict = MPATH_VERDICT_DEAD;
	complete_all(a, MPATH_STS_TRANSPORT);
	run_work();
	ASSERT_EQ(b.disk.in_flight.size(), 5000u);
	for (std::size_t i = 0; i < 5000; i++)
		ASSERT_EQ(bio_of(b.disk.in_flight[i]), &bios[i]);
}

TEST_F(Upstream, G20_a_bio_leaves_no_count_behind_however_it_ends)
{
	// Upstream counts where a request starts, and has ends that do not count.
	config.iopolicy = MPATH_IOPOLICY_QUEUE_DEPTH;
	auto &a = add("a");
	auto &b = add("b");

	for (int status = MPATH_STS_OK; status <= MPATH_STS_MAX; status++) {
		for (const bool nowait : {false, true}) {
			auto &bio = submit(nowait);

			// The same answer from each path for a while, and then success.
			for (int i = 0; i < 4 && where(bio); i++) {
				complete_and_settle(bio, static_cast<mpath_status>(status));
				advance_ms(2000);
			}
			if (where(bio))
				complete_and_settle(bio, MPATH_STS_OK);
			EXPECT_EQ(mpath_device_queue_depth(a.device), 0) << status;
			EXPECT_EQ(mpath_device_queue_depth(b.device), 0) << status;
			EXPECT_EQ(records_in_use(), 0u) << status;
			EXPECT_EQ(stats().parked, 0u) << status;
		}
	}
}

TEST_F(Upstream, A04_news_of_a_path_that_is_just_being_asked_is_not_lost)
{
	auto &a = add("a");

	a.on_probe = [&a] {
		if (a.probes == 1)
			mpath_device_recheck(a.device);
		return a.probes == 1 ? MPATH_VERDICT_FINE : MPATH_VERDICT_DEAD;
	};
	mpath_device_recheck(a.device);
	run_work();
	EXPECT_EQ(a.probes, 2);
	EXPECT_STREQ(mpath_device_state_name(a.device), "dead");
}
