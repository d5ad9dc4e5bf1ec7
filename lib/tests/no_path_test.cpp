// SPDX-License-Identifier: GPL-2.0
// No usable path: how long I/O waits, who says so, and what ends it.
#include "lun.hpp"

using namespace mpath::fake;

namespace {

struct NoPath : Lun {
	NoPath() { config.no_path_timeout_ms = 5000; }

	// The only path has just died.
	bio &parked_bio(Path &a)
	{
		auto &bio = submit();

		a.verdict = MPATH_VERDICT_DEAD;
		complete_and_settle(bio, MPATH_STS_TRANSPORT);
		return bio;
	}
};

} // namespace

// --- queue_if_no_path ---------------------------------------------------------------------

TEST_F(NoPath, holds_io_beyond_the_time_while_it_shall_be_queued)
{
	auto &a = add("a");
	auto &bio = parked_bio(a);

	mpath_head_set_queue_if_no_path(head(), true);
	advance_ms(60000);
	EXPECT_TRUE(waits(bio));
	EXPECT_TRUE(waits(submit()));
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);
	EXPECT_TRUE(is_on(a, bio));
	complete_all(a, MPATH_STS_OK);
}

TEST_F(NoPath, holds_io_that_would_fail_at_once_while_it_shall_be_queued)
{
	config.no_path_timeout_ms = 0;
	add("a").device_state = kOffline;
	mpath_head_set_queue_if_no_path(head(), true);

	auto &bio = submit();

	advance_ms(1000);
	EXPECT_TRUE(waits(bio));
}

TEST_F(NoPath, holds_io_of_a_head_whose_last_path_has_gone_while_it_shall_be_queued)
{
	auto &a = add("a");
	auto &bio = submit();

	mpath_head_set_queue_if_no_path(head(), true);
	a.disk.on_send = nullptr;
	complete(bio, MPATH_STS_OFFLINE);
	remove(a);
	advance_ms(60000);
	EXPECT_TRUE(waits(bio));

	auto &again = add("a again");

	EXPECT_TRUE(is_on(again, bio));
	complete(bio, MPATH_STS_OK);
	EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
}

TEST_F(NoPath, wakes_queued_io_when_it_shall_not_be_queued_any_more)
{
	config.no_path_timeout_ms = 0;
	add("a").device_state = kOffline;
	mpath_head_set_queue_if_no_path(head(), true);

	auto &bio = submit();

	run_work();
	ASSERT_TRUE(waits(bio));
	mpath_head_set_queue_if_no_path(head(), false);
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(NoPath, does_not_make_nowait_io_wait_for_that)
{
	add("a").device_state = kOffline;
	mpath_head_set_queue_if_no_path(head(), true);
	EXPECT_TRUE(ended_with(MPATH_STS_AGAIN, submit(true)));
}

// --- fail_now -------------------------------------------------------------------------------

TEST_F(NoPath, fails_what_is_parked_and_what_comes_on_request)
{
	for (const int timeout : {-1, 5000}) {
		auto &a = add("a");

		mpath_head_set_no_path_timeout_ms(head(), timeout);

		auto &bio = parked_bio(a);

		ASSERT_TRUE(waits(bio));
		mpath_head_fail_now(head());
		run_work();
		EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio)) << timeout;
		EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit())) << timeout;
		destroy_head();
	}
}

TEST_F(NoPath, fails_queued_io_on_request)
{
	auto &a = add("a");
	auto &bio = parked_bio(a);

	mpath_head_set_queue_if_no_path(head(), true);
	mpath_head_fail_now(head());
	run_work();
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(NoPath, waits_again_once_there_has_been_a_path_since_the_request)
{
	auto &a = add("a");

	parked_bio(a);
	mpath_head_fail_now(head());
	run_work();
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);

	auto &bio = submit();

	EXPECT_TRUE(is_on(a, bio));
	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(waits(bio));
}

TEST_F(NoPath, waits_again_once_a_device_is_back_that_nobody_told_about)
{
	auto &a = add("a");

	a.device_state = kBlocked;
	EXPECT_TRUE(waits(submit()));
	mpath_head_fail_now(head());
	run_work();
	a.device_state = kRunning;
	advance_ms(2000);
	complete(submit(), MPATH_STS_OK);
	a.device_state = kBlocked;
	EXPECT_TRUE(waits(submit()));
}

TEST_F(NoPath, ignores_the_request_while_there_is_a_path)
{
	auto &a = add("a");
	auto &bio = submit();

	mpath_head_fail_now(head());
	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(waits(bio));
}

// --- loss for good ------------------------------------------------------------------------------

TEST_F(NoPath, fails_io_at_once_when_no_path_knows_the_lun)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_GONE;
	b.verdict = MPATH_VERDICT_GONE;
	complete_and_settle(bio, MPATH_STS_IOERR);
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(NoPath, fails_io_at_once_when_every_path_has_become_another_lun)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_FOREIGN;
	complete_and_settle(bio, MPATH_STS_IOERR);
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, bio));
}

TEST_F(NoPath, waits_while_one_path_may_still_know_the_lun)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit();

	a.verdict = MPATH_VERDICT_GONE;
	b.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_IOERR);
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	EXPECT_TRUE(waits(bio));
}

TEST_F(NoPath, waits_while_a_path_is_dead_that_once_did_not_know_the_lun)
{
	config.no_path_timeout_ms = -1;
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_GONE;
	complete_and_settle(submit(), MPATH_STS_IOERR);
	a.verdict = MPATH_VERDICT_DEAD;
	advance_ms(1000);
	EXPECT_TRUE(waits(submit()));
}

TEST_F(NoPath, uses_a_path_that_knows_the_lun_again)
{
	auto &a = add("a");

	a.verdict = MPATH_VERDICT_GONE;
	complete_and_settle(submit(), MPATH_STS_IOERR);
	a.verdict = MPATH_VERDICT_FINE;
	advance_ms(1000);

	auto &bio = submit();

	EXPECT_TRUE(is_on(a, bio));
	complete(bio, MPATH_STS_OK);
}

// --- a limit to what waits ----------------------------------------------------------------

namespace {

// Room for two bios of 8 sectors.
struct ParkedLimit : NoPath {
	void SetUp() override
	{
		NoPath::SetUp();
		add("a").device_state = kBlocked;
		ASSERT_EQ(mpath_head_set_parked_limit_kib(head(), 8), 0);
	}
};

} // namespace

TEST_F(ParkedLimit, is_none_by_default_and_takes_what_fits)
{
	mpath_head_set_parked_limit_kib(head(), 0);
	for (int i = 0; i < 100; i++)
		EXPECT_TRUE(waits(submit()));
	EXPECT_EQ(mpath_head_set_parked_limit_kib(head(), -1), -EINVAL);
	EXPECT_EQ(mpath_head_set_parked_limit_kib(head(), 1ll << 32), -EINVAL);
	EXPECT_EQ(mpath_head_parked_limit_kib(head()), 0u);
	EXPECT_EQ(mpath_head_set_parked_limit_kib(head(), (1ll << 32) - 1), 0);
	EXPECT_EQ(mpath_head_parked_limit_kib(head()), ~0u);
}

TEST_F(ParkedLimit, fails_what_goes_beyond_and_keeps_what_waits)
{
	auto &first = submit();
	auto &second = submit();

	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
	EXPECT_TRUE(logged("lun0: no usable path, and enough I/O waits for one, failing I/O\n"));
	EXPECT_EQ(stats().fail_no_available_path_count, 1u);
	EXPECT_TRUE(waits(first));
	EXPECT_TRUE(waits(second));
}

TEST_F(ParkedLimit, has_room_for_what_has_no_data)
{
	submit();
	submit();

	auto &flush = new_bio();

	flush.sectors = 0;
	EXPECT_TRUE(waits(submit(flush)));
}

TEST_F(ParkedLimit, has_room_again_when_io_has_found_a_path)
{
	submit();
	submit();
	paths[0].device_state = kRunning;
	advance_ms(1000);
	complete_all(paths[0], MPATH_STS_OK);
	paths[0].device_state = kBlocked;
	EXPECT_TRUE(waits(submit()));
	EXPECT_TRUE(waits(submit()));
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}

TEST_F(ParkedLimit, has_room_again_when_io_has_failed)
{
	submit();
	submit();
	mpath_head_fail_now(head());
	run_work();
	paths[0].device_state = kRunning;
	advance_ms(1000);
	paths[0].device_state = kBlocked;
	EXPECT_TRUE(waits(submit()));
}

TEST_F(ParkedLimit, does_not_lose_what_comes_back_from_a_path)
{
	paths[0].device_state = kRunning;
	advance_ms(1000);

	auto &a = submit();
	auto &b = submit();
	auto &c = submit();

	paths[0].verdict = MPATH_VERDICT_DEAD;
	for (auto *bio : {&a, &b, &c})
		complete(*bio, MPATH_STS_TRANSPORT);
	run_work();
	for (auto *bio : {&a, &b, &c})
		EXPECT_TRUE(waits(*bio));
	EXPECT_TRUE(ended_with(MPATH_STS_IOERR, submit()));
}
