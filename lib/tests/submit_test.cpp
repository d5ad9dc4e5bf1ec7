// SPDX-License-Identifier: GPL-2.0
// A bio's way in: which path, in which manner, and what happens when there is no memory.
#include <thread>

#include "lun.hpp"
#include "path.hpp"

using namespace mpath::fake;

namespace {

class Submit : public Lun {};

} // namespace

TEST_F(Submit, sends_the_bio_down_a_path)
{
	auto &a = add("a");

	EXPECT_TRUE(is_on(a, submit()));
}

TEST_F(Submit, gives_the_bio_back_when_the_path_has_done_it)
{
	add("a");
	auto &bio = submit();

	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(Submit, can_complete_before_the_send_returns)
{
	auto &a = add("a");

	a.disk.on_send = [](mpath_io *io) {
		mpath::fake::complete(io, MPATH_STS_OK);
	};
	EXPECT_TRUE(ended_with(MPATH_STS_OK, submit()));
}

TEST_F(Submit, leaves_no_record_behind)
{
	add("a");
	complete(submit(), MPATH_STS_OK);
	EXPECT_EQ(records_in_use(), 0u);
}

TEST_F(Submit, fails_a_bio_to_a_head_that_is_not_live_yet)
{
	not_live_head();
	add("a");
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(Submit, fails_a_bio_to_a_head_that_is_dead)
{
	add("a");
	mpath_head_kill(head());
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(Submit, does_not_hold_io_for_a_dead_head_however_long_it_would_wait_for_paths)
{
	config.no_path_timeout_ms = -1;
	mpath_head_kill(head());
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(Submit, sends_from_submitters_without_a_plug_of_its_own)
{
	add("a");
	EXPECT_FALSE(submit().trips.back().plugged);
}

// --- how ------------------------------------------------------------------------------

TEST_F(Submit, interposes_when_told_to)
{
	config.submit_mode = MPATH_SUBMIT_INTERPOSE;
	add("a");
	EXPECT_EQ(submit().trips.back().mode, MPATH_SUBMIT_INTERPOSE);
}

TEST_F(Submit, clones_when_told_to)
{
	config.submit_mode = MPATH_SUBMIT_CLONE;
	add("a");
	EXPECT_EQ(submit().trips.back().mode, MPATH_SUBMIT_CLONE);
}

TEST_F(Submit, clones_a_chained_bio_in_any_mode)
{
	// Its end tells of the bios split off it, not of itself.
	config.submit_mode = MPATH_SUBMIT_INTERPOSE;
	add("a");
	auto &bio = new_bio();

	bio.chained = true;
	EXPECT_EQ(submit(bio).trips.back().mode, MPATH_SUBMIT_CLONE);
}

TEST_F(Submit, follows_a_change_of_mode_with_the_next_bio)
{
	add("a");
	auto &before = submit();

	mpath_head_set_submit_mode(head(), MPATH_SUBMIT_CLONE);
	auto &after = submit();

	EXPECT_EQ(mpath_head_submit_mode(head()), MPATH_SUBMIT_CLONE);
	EXPECT_EQ(before.trips.back().mode, MPATH_SUBMIT_INTERPOSE);
	EXPECT_EQ(after.trips.back().mode, MPATH_SUBMIT_CLONE);
}

// --- memory -----------------------------------------------------------------------------

TEST_F(Submit, answers_again_when_there_is_no_record_for_a_nowait_bio)
{
	add("a");
	fail_next_nowait_io_start();

	auto &bio = submit(true);

	EXPECT_TRUE(ended_with(MPATH_STS_AGAIN, bio));
	EXPECT_EQ(route(bio), "");
}

TEST_F(Submit, counts_nothing_in_flight_when_there_is_no_record)
{
	config.iopolicy = MPATH_IOPOLICY_QUEUE_DEPTH;
	auto &a = add("a");

	fail_next_nowait_io_start();
	submit(true);
	EXPECT_EQ(mpath_device_queue_depth(a.device), 0);
}

TEST_F(Submit, sends_a_nowait_bio_like_any_other_when_there_is_memory)
{
	auto &a = add("a");
	auto &bio = submit(true);

	EXPECT_TRUE(is_on(a, bio));
	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(Submit, waits_for_memory_outside_of_the_read_section)
{
	// What it waits for may itself have to wait for a grace period.
	auto &a = add("a");
	auto &b = add("b");

	before(Port::io_start, [&] { on_another_cpu([&] { remove(b); }); });
	EXPECT_TRUE(is_on(a, submit()));
}

TEST_F(Submit, holds_up_no_removal_while_it_waits_for_memory)
{
	auto &a = add("a");
	auto &b = add("b");

	before(Port::io_start, [&] { on_another_cpu([&] { remove(a); }); });
	EXPECT_TRUE(is_on(b, submit()));
}

// --- failfast ---------------------------------------------------------------------------

TEST_F(Submit, wants_the_error_at_once_when_there_is_another_path)
{
	add("a");
	add("b");
	EXPECT_TRUE(failfast(submit()));
}

TEST_F(Submit, leaves_the_only_path_its_own_retries)
{
	add("a");
	EXPECT_FALSE(failfast(submit()));
}

TEST_F(Submit, counts_a_non_optimized_path_as_another_one)
{
	add("a");
	add("b").access_state = kNonoptimized;
	EXPECT_TRUE(failfast(submit()));
}

struct NoHelp {
	const char *name;
	void (*apply)(Path &path);

	friend std::ostream &operator<<(std::ostream &out, const NoHelp &n)
	{
		return out << n.name;
	}
};

class OtherPath : public Submit, public ::testing::WithParamInterface<NoHelp> {};

TEST_P(OtherPath, is_no_reason_for_failfast)
{
	add("a");
	GetParam().apply(add("b"));
	EXPECT_FALSE(failfast(submit()));
}

static const NoHelp kNoHelp[] = {
	{"blocked",
	 [](Path &p) {
		 p.device_state = kBlocked;
	 }},
	{"offline",
	 [](Path &p) {
		 p.device_state = kOffline;
	 }},
	{"standby",
	 [](Path &p) {
		 p.access_state = kStandby;
	 }},
	{"transitioning",
	 [](Path &p) {
		 p.access_state = kTransitioning;
	 }},
	{"suspect",
	 [](Path &p) {
		 p.verdict = MPATH_VERDICT_LATER;
		 p.device->blame(mpath::Blame::suspect, MPATH_STS_IOERR);
	 }},
	{"dead",
	 [](Path &p) {
		 p.verdict = MPATH_VERDICT_DEAD;
		 p.device->blame(mpath::Blame::dead, MPATH_STS_TRANSPORT);
	 }},
	{"foreign",
	 [](Path &p) {
		 p.verdict = MPATH_VERDICT_FOREIGN;
		 mpath_device_recheck(p.device);
		 run_work();
	 }},
	{"removing",
	 [](Path &p) {
		 p.device->start_removing();
	 }},
};

INSTANTIATE_TEST_SUITE_P(That, OtherPath, ::testing::ValuesIn(kNoHelp),
			 [](const auto &info) { return info.param.name; });

TEST_F(Submit, leaves_the_last_path_its_own_retries_when_the_other_was_removed)
{
	add("a");
	remove(add("b"));
	EXPECT_FALSE(failfast(submit()));
}

TEST_F(Submit, wants_the_error_at_once_again_when_the_other_path_is_back)
{
	add("a");
	auto &b = add("b");

	b.device->blame(mpath::Blame::dead, MPATH_STS_TRANSPORT);
	EXPECT_FALSE(failfast(submit()));
	run_work(); // the probe says fine
	EXPECT_TRUE(failfast(submit()));
}

TEST_F(Submit, leaves_a_bio_that_moved_to_the_last_path_the_retries_there)
{
	add("a");
	auto &b = add("b");
	auto &bio = submit();

	paths[0].verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(is_on(b, bio));
	EXPECT_FALSE(failfast(bio));
}

// --- a path for a command -----------------------------------------------------------------

class GetPath : public Lun {};

TEST_F(GetPath, gives_one_that_can_carry_a_command)
{
	add("a").device_state = kBlocked;
	auto &b = add("b");
	mpath_device *path = mpath_head_get_path(head());

	EXPECT_EQ(path, b.device);
	EXPECT_EQ(mpath_device_disk(path), &b.disk);
	EXPECT_EQ(mpath_device_owner(path), &b);
	mpath_device_put(path);
}

TEST_F(GetPath, gives_none_when_there_is_none)
{
	add("a").device_state = kBlocked;
	EXPECT_EQ(mpath_head_get_path(head()), nullptr);
}

TEST_F(GetPath, delays_the_removal_until_it_is_given_back)
{
	auto &a = add("a");
	mpath_device *path = mpath_head_get_path(head());
	bool waited = false;

	at_blocked_drain([&] {
		waited = true;
		mpath_device_put(path);
	});
	remove(a);
	EXPECT_TRUE(waited);
}
