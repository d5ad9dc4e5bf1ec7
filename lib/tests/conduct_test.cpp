// SPDX-License-Identifier: GPL-2.0
// Conduct: paths that flap and paths that lie. First by the clock alone, then as the paths of
// a head.
#include "conduct.hpp"
#include "lun.hpp"
#include "path.hpp"

using namespace mpath::fake;
using mpath::Blame;
using mpath::Conduct;
using mpath::Reason;

namespace {

constexpr u64 kStart = 1000000;

// For how long it is spared that lies now.
u64 lie(Conduct &conduct, u64 now)
{
	conduct.lied(now);
	return conduct.is_spared(now) ? conduct.until_ms() - now : 0;
}

} // namespace

TEST(Conduct, spares_nobody_at_first)
{
	EXPECT_FALSE(Conduct().is_spared(kStart));
}

TEST(Conduct, spares_a_path_that_dies_twice_within_a_minute)
{
	Conduct conduct;

	conduct.died(kStart);
	EXPECT_FALSE(conduct.is_spared(kStart));
	conduct.died(kStart + 59999);
	EXPECT_TRUE(conduct.is_spared(kStart + 59999));
	EXPECT_EQ(conduct.until_ms(), kStart + 59999 + 300000);
	EXPECT_EQ(conduct.why(), Reason::fails_often);
	EXPECT_FALSE(conduct.is_spared(kStart + 59999 + 300000));
}

TEST(Conduct, does_not_spare_a_path_that_dies_once_a_minute)
{
	Conduct conduct;

	for (u64 i = 0; i < 10; i++)
		conduct.died(kStart + i * 60000);
	EXPECT_FALSE(conduct.is_spared(kStart + 540000));
}

TEST(Conduct, takes_the_first_lie_for_an_accident)
{
	Conduct conduct;

	EXPECT_EQ(lie(conduct, kStart), 0u);
	EXPECT_EQ(lie(conduct, kStart + 1), 5000u);
	EXPECT_EQ(conduct.why(), Reason::lies);
}

TEST(Conduct, doubles_the_time_with_each_lie_up_to_300_s)
{
	Conduct conduct;
	u64 now = kStart;

	lie(conduct, now);
	for (const u64 ms : {5000, 10000, 20000, 40000, 80000, 160000, 300000, 300000}) {
		EXPECT_EQ(lie(conduct, now), ms);
		now += ms;
	}
}

TEST(Conduct, does_not_count_lies_while_it_spares)
{
	Conduct conduct;

	lie(conduct, kStart);
	lie(conduct, kStart);
	for (u64 i = 0; i < 5; i++)
		EXPECT_EQ(lie(conduct, kStart + i * 1000), 5000 - i * 1000);
	EXPECT_EQ(lie(conduct, kStart + 5000), 10000u);
}

TEST(Conduct, begins_anew_with_a_path_that_has_behaved_for_a_minute)
{
	Conduct conduct;

	lie(conduct, kStart);
	EXPECT_EQ(lie(conduct, kStart + 60000), 0u) << "a minute since";
	EXPECT_EQ(lie(conduct, kStart + 119999), 5000u);
	EXPECT_EQ(lie(conduct, kStart + 119999 + 5000 + 59999), 10000u);
	EXPECT_EQ(lie(conduct, kStart + 119999 + 5000 + 59999 + 10000 + 60000), 0u);
}

TEST(Conduct, begins_anew_no_sooner_than_it_was_spared_last)
{
	Conduct conduct;
	u64 now = kStart;

	lie(conduct, now);
	for (int i = 0; i < 5; i++) {
		lie(conduct, now);
		now = conduct.until_ms();
	}
	EXPECT_EQ(lie(conduct, now + 79999), 160000u) << "it was 80 s";
	EXPECT_EQ(lie(conduct, conduct.until_ms() + 160000), 0u);
}

// --- paths that flap ------------------------------------------------------------------------------

namespace {

class OfTwo : public Lun {
protected:
	void SetUp() override
	{
		Lun::SetUp();
		a = &add("a");
		b = &add("b");
	}
	// The disk that I/O goes to now.
	std::string target()
	{
		auto &bio = submit();

		complete(bio, MPATH_STS_OK);
		return route(bio);
	}
	// One I/O that fails on a if it is sent there, and succeeds elsewhere.
	void io_fails_on_a(mpath_status status)
	{
		auto &bio = submit();

		if (where(bio) == &a->disk)
			complete_and_settle(bio, status);
		complete_and_settle(bio, MPATH_STS_OK);
	}

	Path *a;
	Path *b;
};

class Flapping : public OfTwo {
protected:
	// Dead and back.
	void flap()
	{
		a->verdict = MPATH_VERDICT_DEAD;
		a->device->blame(Blame::dead, MPATH_STS_TRANSPORT);
		advance_ms(1000);
		a->verdict = MPATH_VERDICT_FINE;
		advance_ms(1000);
	}
};

class Liar : public OfTwo {};

} // namespace

TEST_F(Flapping, is_an_accident_once)
{
	flap();
	EXPECT_EQ(state(*a), "usable");
	EXPECT_EQ(target(), "a");
}

TEST_F(Flapping, is_left_alone_for_five_minutes)
{
	flap();
	flap();
	EXPECT_EQ(state(*a), "marginal");
	EXPECT_EQ(reason(*a), "it fails often");
	EXPECT_EQ(target(), "b");
}

TEST_F(Flapping, is_used_again_after_that_and_asked_first)
{
	flap();
	flap();
	a->probes = 0;
	advance_ms(290000);
	EXPECT_EQ(state(*a), "marginal");
	EXPECT_EQ(a->probes, 0);
	advance_ms(10000);
	EXPECT_EQ(state(*a), "usable");
	EXPECT_EQ(a->probes, 1);
	EXPECT_EQ(target(), "a");
}

TEST_F(Flapping, is_better_than_nothing)
{
	flap();
	flap();
	b->access_state = kStandby;
	EXPECT_EQ(target(), "a");
	b->access_state = kOptimized;
	EXPECT_EQ(target(), "b");
}

TEST_F(Flapping, is_dead_all_the_same_when_it_dies)
{
	flap();
	flap();
	a->verdict = MPATH_VERDICT_DEAD;
	a->device->blame(Blame::dead, MPATH_STS_TRANSPORT);
	EXPECT_EQ(state(*a), "dead");
}

TEST_F(Flapping, is_asked_at_the_usual_pace_when_it_dies)
{
	flap();
	flap();
	b->access_state = kStandby;
	a->device->blame(Blame::dead, MPATH_STS_TRANSPORT);
	advance_ms(1000);
	EXPECT_EQ(state(*a), "marginal") << "not only when its time is up";
}

TEST_F(Flapping, is_still_marginal_after_a_stall)
{
	flap();
	flap();
	a->device->set_stalled(true);
	EXPECT_EQ(state(*a), "stalled");
	a->device->set_stalled(false);
	EXPECT_EQ(state(*a), "marginal");
	advance_ms(300000);
	EXPECT_EQ(state(*a), "usable");
}

TEST_F(Flapping, is_usable_after_a_stall_that_outlasts_it)
{
	flap();
	flap();
	a->device->set_stalled(true);
	advance_ms(300000);
	EXPECT_EQ(state(*a), "stalled");
	a->device->set_stalled(false);
	EXPECT_EQ(state(*a), "usable");
}

TEST_F(Flapping, is_not_what_an_administrator_does)
{
	for (int i = 0; i < 3; i++) {
		a->device_state = kOffline;
		EXPECT_EQ(target(), "b");
		advance_ms(1000);
		a->device_state = kRunning;
		advance_ms(1000);
	}
	EXPECT_EQ(state(*a), "usable");
	EXPECT_EQ(target(), "a");
}

// --- paths that lie -------------------------------------------------------------------------------

TEST_F(Liar, is_not_who_fails_once)
{
	io_fails_on_a(MPATH_STS_IOERR);
	EXPECT_EQ(state(*a), "usable");
	EXPECT_EQ(target(), "a");
}

TEST_F(Liar, is_spared_when_it_fails_again)
{
	io_fails_on_a(MPATH_STS_IOERR);
	io_fails_on_a(MPATH_STS_IOERR);
	EXPECT_EQ(state(*a), "marginal");
	EXPECT_EQ(reason(*a), "probes are fine, I/O is not");
	EXPECT_EQ(target(), "b");
	advance_ms(4999);
	EXPECT_EQ(target(), "b");
	advance_ms(1);
	EXPECT_EQ(target(), "a");
}

TEST_F(Liar, is_spared_longer_each_time)
{
	io_fails_on_a(MPATH_STS_IOERR);
	for (const u64 ms : {5000, 10000, 20000, 40000, 80000, 160000, 300000, 300000}) {
		io_fails_on_a(MPATH_STS_IOERR);
		EXPECT_EQ(target(), "b") << ms;
		advance_ms(ms - 1);
		EXPECT_EQ(target(), "b") << ms;
		advance_ms(1);
		EXPECT_EQ(target(), "a") << ms;
	}
}

TEST_F(Liar, does_not_keep_the_head_busy)
{
	// An I/O every 100 ms for ten minutes.
	int failed = 0;

	for (int i = 0; i < 6000; i++) {
		auto &bio = submit();

		if (where(bio) == &a->disk) {
			failed++;
			complete_and_settle(bio, MPATH_STS_IOERR);
		}
		complete_and_settle(bio, MPATH_STS_OK);
		EXPECT_TRUE(ended_with(MPATH_STS_OK, bio));
		advance_ms(100);
	}
	EXPECT_LE(failed, 9);
}

TEST_F(Liar, is_found_out_when_its_verdict_came_first)
{
	for (int i = 0; i < 2; i++) {
		auto &bio = submit();

		complete_and_settle(bio, MPATH_STS_IOERR); // its probe has said fine
		EXPECT_EQ(state(*a), "usable");
		complete_and_settle(bio, MPATH_STS_OK);
	}
	EXPECT_EQ(state(*a), "marginal");
}

TEST_F(Liar, is_not_judged_before_its_probe)
{
	for (int i = 0; i < 2; i++) {
		auto &bio = submit();

		a->verdict = MPATH_VERDICT_LATER;
		complete_and_settle(bio, MPATH_STS_IOERR);
		complete_and_settle(bio, MPATH_STS_OK);
		EXPECT_EQ(state(*a), "suspect");
		a->verdict = MPATH_VERDICT_FINE;
		mpath_device_recheck(a->device);
		run_work();
		EXPECT_EQ(state(*a), i ? "marginal" : "usable") << i;
	}
}

TEST_F(Liar, is_not_who_died_before_its_probe)
{
	io_fails_on_a(MPATH_STS_IOERR);

	auto &suspected = submit();
	auto &killed = submit();

	complete(suspected, MPATH_STS_IOERR);
	EXPECT_TRUE(run_work_of(head())); // and not the probe yet
	complete(killed, MPATH_STS_TRANSPORT);
	run_work();
	complete_and_settle(suspected, MPATH_STS_OK);
	complete_and_settle(killed, MPATH_STS_OK);
	advance_ms(1000);
	EXPECT_EQ(state(*a), "usable") << "one lie, one death";
}

TEST_F(Liar, is_not_whose_probe_agrees)
{
	for (int i = 0; i < 2; i++) {
		a->verdict = MPATH_VERDICT_DEAD;
		io_fails_on_a(MPATH_STS_IOERR);
		EXPECT_EQ(state(*a), "dead");
		advance_ms(60000);
		a->verdict = MPATH_VERDICT_FINE;
		advance_ms(1000);
		EXPECT_EQ(state(*a), "usable");
	}
}

TEST_F(Liar, is_not_who_is_given_a_bad_bio)
{
	for (int i = 0; i < 10; i++) {
		auto &bio = submit();

		while (!bio.ended)
			complete_and_settle(bio, MPATH_STS_IOERR);
	}
	EXPECT_EQ(state(*a), "usable");
	EXPECT_EQ(state(*b), "usable");
}

TEST_F(Liar, is_not_who_fails_and_then_succeeds_with_the_same_bio)
{
	for (int i = 0; i < 3; i++) {
		b->access_state = kOptimized;

		auto &bio = submit();

		b->access_state = kStandby;
		complete_and_settle(bio, MPATH_STS_IOERR);
		EXPECT_TRUE(is_on(*a, bio));
		complete_and_settle(bio, MPATH_STS_OK);
	}
	EXPECT_EQ(state(*a), "usable");
}

TEST_F(Liar, carries_what_it_can_when_it_is_alone)
{
	config.no_path_timeout_ms = 30000;
	io_fails_on_a(MPATH_STS_IOERR);
	io_fails_on_a(MPATH_STS_IOERR);
	b->verdict = MPATH_VERDICT_DEAD;
	b->device->blame(Blame::dead, MPATH_STS_TRANSPORT);
	run_work();
	EXPECT_EQ(target(), "a");
	EXPECT_EQ(stats().requeue_no_usable_path_count, 0u);
}
