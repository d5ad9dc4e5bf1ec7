// SPDX-License-Identifier: GPL-2.0
// Stalls: I/O that does not come back is seen without a clock for each I/O, and new I/O goes
// another way; and nothing runs while there is no I/O.
#include <algorithm>
#include <cerrno>

#include "epochs.hpp"
#include "head.hpp"
#include "lun.hpp"

using namespace mpath::fake;

namespace {

constexpr u64 kTick = mpath::Epochs::kTickMs;

mpath_device_stats stats_of(const Path &path)
{
	mpath_device_stats stats{};

	mpath_device_read_stats(path.device, &stats);
	return stats;
}

class Stall : public Lun {
protected:
	void SetUp() override
	{
		Lun::SetUp();
		config.iopolicy = MPATH_IOPOLICY_ROUND_ROBIN;
	}
	// Bios to whatever path is chosen, each answered at once but by @silent.
	void traffic(u64 ms, const Path *silent = nullptr)
	{
		for (u64 i = 0; i < ms; i += 10) {
			auto &bio = submit();

			if (!silent || where(bio) != &silent->disk)
				complete(bio, MPATH_STS_OK);
			advance_ms(10);
		}
	}
	u64 oldest(const Path &path) { return stats_of(path).oldest_ms; }
};

} // namespace

TEST_F(Stall, is_no_path_that_answers)
{
	auto &a = add("a");
	auto &b = add("b");
	bio *last = &submit();

	// There is always one in flight.
	for (int i = 0; i < 1000; i++) {
		auto &bio = submit();

		advance_ms(10);
		complete(*last, MPATH_STS_OK);
		last = &bio;
		ASSERT_EQ(state(a), "usable");
		ASSERT_EQ(state(b), "usable");
	}
}

TEST_F(Stall, takes_a_silent_path_out_within_two_and_a_half_seconds)
{
	auto &a = add("a");
	auto &b = add("b");

	traffic(5000);
	traffic(2500, &a);
	EXPECT_EQ(state(a), "stalled");
	for (int i = 0; i < 100; i++) {
		auto &bio = submit();

		ASSERT_TRUE(is_on(b, bio)) << i;
		complete(bio, MPATH_STS_OK);
		advance_ms(10);
	}
}

TEST_F(Stall, is_none_before_its_time)
{
	auto &a = add("a");

	add("b");
	traffic(5000);
	// Whenever within a tick the silence begins.
	for (u64 phase = 0; phase < kTick; phase += 10) {
		traffic(phase);
		traffic(1990, &a);
		ASSERT_EQ(state(a), "usable") << phase;
		// What it took is no latency then.
		complete_all(a, MPATH_STS_MEDIUM);
		traffic(1000);
	}
}

TEST_F(Stall, ends_when_the_old_io_comes_back)
{
	auto &a = add("a");

	add("b");
	traffic(3000, &a);
	ASSERT_EQ(state(a), "stalled");
	complete_all(a, MPATH_STS_OK);
	EXPECT_EQ(oldest(a), 0u);
	traffic(2 * kTick);
	EXPECT_EQ(state(a), "usable");
}

TEST_F(Stall, ends_without_new_io_too)
{
	auto &a = add("a");

	submit();
	advance_ms(3000);
	ASSERT_EQ(state(a), "stalled");
	complete_all(a, MPATH_STS_OK);
	advance_ms(kTick);
	EXPECT_EQ(state(a), "usable");
}

TEST_F(Stall, goes_on_while_one_of_many_is_out)
{
	auto &a = add("a");

	add("b");
	traffic(3000, &a);
	while (a.disk.in_flight.size() > 1) {
		mpath_io *io = a.disk.in_flight.back();

		a.disk.in_flight.pop_back();
		mpath::fake::complete(io, MPATH_STS_OK);
	}
	traffic(2000, &a);
	EXPECT_EQ(state(a), "stalled");
}

TEST_F(Stall, leaves_the_only_path_in_use)
{
	auto &a = add("a");

	submit();
	advance_ms(3000);
	ASSERT_EQ(state(a), "stalled");
	EXPECT_TRUE(is_on(a, submit()));
}

TEST_F(Stall, waits_four_times_as_long_as_io_usually_takes)
{
	auto &a = add("a");

	for (int i = 0; i < 500; i++) {
		auto &bio = submit();

		advance_ms(500);
		complete(bio, MPATH_STS_OK);
	}
	submit();
	advance_ms(3900);
	EXPECT_EQ(state(a), "usable");
	advance_ms(700);
	EXPECT_EQ(state(a), "stalled");
}

// A disk's I/O scheduler may keep one back for seconds; and of the measured ones, the first were fast.
TEST_F(Stall, is_none_where_the_queue_is_long_and_moves)
{
	auto &a = add("a");

	while (a.disk.in_flight.size() < 30)
		submit();
	for (u64 ms = 0; ms < 5000; ms += 40) {
		mpath_io *io = a.disk.in_flight.back();

		a.disk.in_flight.pop_back();
		mpath::fake::complete(io, MPATH_STS_OK);
		submit();
		advance_ms(40);
		ASSERT_EQ(state(a), "usable") << ms;
	}
	// 2 s, and four times 30 / 25 s; the oldest is 5 s old.
	advance_ms(2500);
	EXPECT_EQ(state(a), "stalled");
}

// What comes back one by one, as what its transport gives up, makes a stuck path no slow one.
TEST_F(Stall, is_seen_within_some_seconds_though_reads_come_back)
{
	auto &a = add("a");

	traffic(1000);
	for (int i = 0; i < 128; i++) {
		auto &bio = new_bio();

		bio.direction = MPATH_WRITE;
		submit(bio);
	}

	u64 ms = 0;

	for (; ms < 120000 && state(a) != "stalled"; ms += kTick) {
		for (int i = 0; i < 4; i++)
			complete(submit(), MPATH_STS_OK);
		advance_ms(kTick);
	}
	EXPECT_LE(ms, 11000u);
}

TEST_F(Stall, takes_the_time_it_is_given)
{
	auto &a = add("a");

	EXPECT_EQ(mpath_head_stall_timeout_ms(head()), 2000u);
	EXPECT_EQ(mpath_head_set_stall_timeout_ms(head(), 500), 0);
	submit();
	advance_ms(500 + 2 * kTick);
	EXPECT_EQ(state(a), "stalled");
}

TEST_F(Stall, is_switched_off_by_0)
{
	auto &a = add("a");

	submit();
	advance_ms(3000);
	ASSERT_EQ(state(a), "stalled");
	EXPECT_EQ(mpath_head_set_stall_timeout_ms(head(), 0), 0);
	advance_ms(kTick);
	EXPECT_EQ(state(a), "usable");
	advance_ms(100000);
	EXPECT_EQ(state(a), "usable");
}

TEST_F(Stall, refuses_times_that_are_none)
{
	for (const long long ms : {-1ll, 24ll * 3600 * 1000 + 1, 1ll << 32}) {
		EXPECT_EQ(mpath_head_set_stall_timeout_ms(head(), ms), -EINVAL) << ms;
		EXPECT_EQ(mpath_head_stall_timeout_ms(head()), 2000u);
	}
}

// --- how old is the oldest? ---------------------------------------------------------------

TEST_F(Stall, shows_the_age_of_the_oldest_to_a_quarter_of_a_second)
{
	auto &a = add("a");

	EXPECT_EQ(oldest(a), 0u);
	traffic(70);
	submit();
	for (u64 age = 0; age < 40000; age += 90) {
		ASSERT_GE(oldest(a) + kTick, age);
		ASSERT_LE(oldest(a), age + kTick);
		advance_ms(90);
	}
}

TEST_F(Stall, does_not_take_io_for_old_that_comes_after_a_pause)
{
	auto &a = add("a");

	traffic(1000);
	advance_ms(3600 * 1000);
	submit();
	EXPECT_LE(oldest(a), kTick);
	advance_ms(kTick);
	EXPECT_LE(oldest(a), 2 * kTick);
	EXPECT_EQ(state(a), "usable");
}

TEST(Epochs, do_not_take_for_old_what_was_counted_late)
{
	mpath::Epochs epochs;
	mpath::IoCounts::Glance glance{};

	glance.in_flight[0] = 1;

	const u32 second = epochs.turn(glance, 0, 1000);

	glance.in_flight[0] = 0;
	glance.in_flight[second] = 1;
	ASSERT_EQ(epochs.turn(glance, second, 100000) == second, false);
	// Whoever sent it has read the number long ago.
	glance.in_flight[second] = 0;
	glance.in_flight[0] = 1;
	EXPECT_EQ(epochs.oldest_ms(glance, second, 100100), 100u);
}

// --- the watch -----------------------------------------------------------------------------

TEST_F(Stall, costs_nothing_while_there_is_no_io)
{
	add("a");
	traffic(1000);
	advance_ms(10 * kTick);

	const unsigned long before = crossings();

	advance_ms(3600 * 1000);
	EXPECT_EQ(crossings(), before);
}

TEST_F(Stall, is_watched_for_after_a_pause_too)
{
	auto &a = add("a");

	for (u64 pause = 0; pause < 4 * kTick; pause += 50) {
		traffic(10);
		advance_ms(pause);
		submit();
		advance_ms(3000);
		ASSERT_EQ(state(a), "stalled") << pause;
		complete_all(a, MPATH_STS_OK);
		advance_ms(kTick);
		ASSERT_EQ(state(a), "usable") << pause;
	}
}

TEST_F(Stall, does_not_wait_for_a_watch_that_came_late)
{
	auto &a = add("a");

	add("b");
	traffic(1000);
	submit();
	// All workers were busy: nobody knows what is older than a tick.
	skip_ms(10000);
	advance_ms(0);
	EXPECT_EQ(state(a), "usable");
	complete_all(a, MPATH_STS_OK);
}

// --- latency -------------------------------------------------------------------------------

namespace {

class Latency : public Stall {
protected:
	static mpath_device_latency of(const Path &path, mpath_direction direction)
	{
		mpath_device_latency latency{};

		mpath_device_read_latency(path.device, direction, &latency);
		return latency;
	}
	// Sixteen I/Os, of which one is measured.
	void sixteen(mpath_direction direction, u64 ns, mpath_status status = MPATH_STS_OK)
	{
		for (int i = 0; i < 16; i++) {
			auto &bio = new_bio();

			bio.direction = direction;
			set_fraction_ns(0);
			submit(bio);
			set_fraction_ns(ns);
			complete(bio, status);
		}
	}
};

} // namespace

TEST_F(Latency, is_measured_of_one_in_sixteen)
{
	add("a");

	const unsigned long before = crossings(Port::now_ns);

	sixteen(MPATH_READ, 1000);
	// When it ends; what the shim does at its beginning is no crossing.
	EXPECT_EQ(crossings(Port::now_ns) - before, 1u);
}

TEST_F(Latency, falls_into_the_bucket_of_its_power_of_two)
{
	const struct {
		u64 ns;
		int bucket;
	} cases[] = {{0, 0},    {999, 0},  {1000, 1},         {1999, 1},         {2000, 2},
		     {3999, 2}, {4000, 3}, {16777215999, 24}, {16777216000, 25}, {90000000000, 25}};

	auto &a = add("a");

	for (const auto &c : cases) {
		const auto before = of(a, MPATH_WRITE);

		sixteen(MPATH_WRITE, c.ns);
		EXPECT_EQ(of(a, MPATH_WRITE).count[c.bucket], before.count[c.bucket] + 1) << c.ns;
	}
	for (const u64 count : of(a, MPATH_READ).count)
		EXPECT_EQ(count, 0u);
}

TEST_F(Latency, is_averaged_over_the_last_few)
{
	auto &a = add("a");

	sixteen(MPATH_READ, 200000);
	EXPECT_EQ(of(a, MPATH_READ).average_ns, 200000u);
	EXPECT_EQ(of(a, MPATH_WRITE).average_ns, 0u);
	for (int i = 0; i < 50; i++)
		sixteen(MPATH_READ, 5000000);
	EXPECT_NEAR(static_cast<double>(of(a, MPATH_READ).average_ns), 5000000, 50000);
}

TEST_F(Latency, is_that_of_success)
{
	auto &a = add("a");

	sixteen(MPATH_READ, 1000000, MPATH_STS_MEDIUM);
	EXPECT_EQ(of(a, MPATH_READ).average_ns, 0u);
}
