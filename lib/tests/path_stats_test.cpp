// SPDX-License-Identifier: GPL-2.0
// What a path says it has done: every I/O counted once, on whatever CPU it begins and ends.
#include "path_stats.hpp"
#include "util/guards.hpp"

#include <cctype>

#include "classify.hpp"

#include "lun.hpp"

using namespace mpath::fake;

namespace {

class PathStats : public Lun {
protected:
	static mpath_device_stats of(const Path &path)
	{
		mpath_device_stats stats{};

		mpath_device_read_stats(path.device, &stats);
		return stats;
	}
	bio &submit_of(mpath_direction direction, u32 sectors)
	{
		auto &bio = new_bio();

		bio.direction = direction;
		bio.sectors = sectors;
		return submit(bio);
	}
};

struct ErrorOf {
	mpath_status status;
	mpath_error_class cls;
};

class PathErrors : public PathStats, public ::testing::WithParamInterface<ErrorOf> {};

} // namespace

TEST_F(PathStats, begin_at_nothing)
{
	const auto stats = of(add("a"));

	for (int direction = 0; direction < MPATH_DIRECTIONS; direction++) {
		EXPECT_EQ(stats.ios[direction], 0u);
		EXPECT_EQ(stats.sectors[direction], 0u);
	}
	for (const u64 errors : stats.errors)
		EXPECT_EQ(errors, 0u);
	EXPECT_EQ(stats.failover_count, 0u);
	EXPECT_EQ(stats.probes, 1u) << "who it is";
	EXPECT_EQ(stats.in_flight, 0u);
}

TEST_F(PathStats, count_reads_and_writes_apart)
{
	auto &a = add("a");

	complete(submit_of(MPATH_READ, 8), MPATH_STS_OK);
	complete(submit_of(MPATH_READ, 16), MPATH_STS_OK);
	complete(submit_of(MPATH_WRITE, 1024), MPATH_STS_OK);

	const auto stats = of(a);

	EXPECT_EQ(stats.ios[MPATH_READ], 2u);
	EXPECT_EQ(stats.ios[MPATH_WRITE], 1u);
	EXPECT_EQ(stats.sectors[MPATH_READ], 24u);
	EXPECT_EQ(stats.sectors[MPATH_WRITE], 1024u);
}

TEST_F(PathStats, count_an_io_when_it_is_sent)
{
	auto &a = add("a");
	auto &bio = submit_of(MPATH_WRITE, 8);

	EXPECT_EQ(of(a).ios[MPATH_WRITE], 1u);
	EXPECT_EQ(of(a).in_flight, 1u);
	complete(bio, MPATH_STS_OK);
	EXPECT_EQ(of(a).ios[MPATH_WRITE], 1u);
	EXPECT_EQ(of(a).in_flight, 0u);
}

TEST_F(PathStats, count_a_flush_that_carries_nothing)
{
	auto &a = add("a");

	complete(submit_of(MPATH_WRITE, 0), MPATH_STS_OK);
	EXPECT_EQ(of(a).ios[MPATH_WRITE], 1u);
	EXPECT_EQ(of(a).sectors[MPATH_WRITE], 0u);
}

TEST_F(PathStats, hold_more_sectors_than_32_bits)
{
	auto &a = add("a");

	for (int i = 0; i < 3; i++)
		complete(submit_of(MPATH_READ, 0xffffffff), MPATH_STS_OK);
	EXPECT_EQ(of(a).sectors[MPATH_READ], 3ull * 0xffffffff);
}

TEST_F(PathStats, sum_up_what_all_cpus_have_counted)
{
	set_cpus({true, false, true});
	auto &a = add("a");
	auto &first = submit_of(MPATH_READ, 8);

	set_cpu(2);

	auto &second = submit_of(MPATH_READ, 8);

	EXPECT_EQ(of(a).ios[MPATH_READ], 2u);
	EXPECT_EQ(of(a).in_flight, 2u);
	// Each on a CPU that has not sent it: one of them counts below nothing.
	complete(first, MPATH_STS_OK);
	EXPECT_EQ(of(a).in_flight, 1u);
	set_cpu(0);
	complete(second, MPATH_STS_OK);
	EXPECT_EQ(of(a).in_flight, 0u);
	EXPECT_EQ(of(a).ios[MPATH_READ], 2u);
}

TEST_F(PathStats, never_show_less_than_nothing_in_flight)
{
	mpk_percpu *percpu = mpk_percpu_create(sizeof(mpath_io_counts));
	mpath::IoCounts counts(percpu);
	int cpu = 0;

	// The reader has passed the CPU that sends, and not the one on which it comes back.
	before_each(Port::percpu_of, [&] {
		if (cpu++ != 1)
			return;
		set_cpu(0);
		static_cast<mpath_io_counts *>(mpk_percpu_this(percpu))->in_flight[0]++;
		set_cpu(1);
		counts.back(0);
	});
	EXPECT_EQ(counts.glance().in_flight[0], 0u);
	clear_hooks();
	EXPECT_EQ(counts.glance().in_flight[0], 0u);
}

TEST_F(PathStats, follow_a_bio_that_moves)
{
	auto &a = add("a");
	auto &b = add("b");
	auto &bio = submit_of(MPATH_WRITE, 8);

	a.verdict = MPATH_VERDICT_DEAD;
	complete_and_settle(bio, MPATH_STS_TRANSPORT);
	ASSERT_TRUE(is_on(b, bio));
	EXPECT_EQ(of(a).in_flight, 0u);
	EXPECT_EQ(of(b).in_flight, 1u);
	EXPECT_EQ(of(a).failover_count, 1u);
	EXPECT_EQ(of(b).failover_count, 0u);
	complete(bio, MPATH_STS_OK);
	EXPECT_EQ(of(b).in_flight, 0u);
	EXPECT_EQ(of(a).sectors[MPATH_WRITE], 8u);
	EXPECT_EQ(of(b).sectors[MPATH_WRITE], 8u);
}

TEST_F(PathStats, count_probes)
{
	auto &a = add("a");

	mpath_device_recheck(a.device);
	run_work();
	EXPECT_EQ(of(a).probes, 2u);
}

TEST_F(PathStats, count_nothing_for_a_bio_that_gets_no_record)
{
	auto &a = add("a");

	fail_next_nowait_io_start();
	submit(true);
	EXPECT_EQ(of(a).ios[MPATH_READ], 0u);
	EXPECT_EQ(of(a).in_flight, 0u);
}

TEST_P(PathErrors, are_counted_by_their_class)
{
	auto &a = add("a");

	add("b");
	a.verdict = MPATH_VERDICT_DEAD;
	complete(submit(), GetParam().status);

	const auto stats = of(a);

	for (int cls = 0; cls < MPATH_ERROR_CLASSES; cls++)
		EXPECT_EQ(stats.errors[cls], cls == GetParam().cls ? 1u : 0u) << cls;
	EXPECT_EQ(stats.in_flight, 0u);
}

INSTANTIATE_TEST_SUITE_P(Statuses, PathErrors,
			 ::testing::Values(ErrorOf{MPATH_STS_TRANSPORT, MPATH_ERROR_TRANSPORT},
					   ErrorOf{MPATH_STS_OFFLINE, MPATH_ERROR_TRANSPORT},
					   ErrorOf{MPATH_STS_TIMEOUT, MPATH_ERROR_TIMEOUT},
					   ErrorOf{MPATH_STS_IOERR, MPATH_ERROR_IO},
					   ErrorOf{MPATH_STS_RESOURCE, MPATH_ERROR_BUSY},
					   ErrorOf{MPATH_STS_DEV_RESOURCE, MPATH_ERROR_BUSY},
					   ErrorOf{MPATH_STS_MEDIUM, MPATH_ERROR_LUN},
					   ErrorOf{MPATH_STS_RESV_CONFLICT, MPATH_ERROR_LUN},
					   ErrorOf{MPATH_STS_NOSPC, MPATH_ERROR_LUN}),
			 [](const auto &info) {
				 std::string name = mpath::status_word(info.param.status);

				 for (char &c : name)
					 c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
				 return name;
			 });

// --- the head: the longest time without a path ---------------------------------------------

namespace {

class LongestTime : public PathStats {
protected:
	void SetUp() override
	{
		PathStats::SetUp();
		config.no_path_timeout_ms = -1;
	}
	u64 longest() { return stats().longest_no_path_ms; }
	// An I/O waits for a path for so long.
	void outage(Path &path, u64 ms)
	{
		path.device_state = kOffline;

		auto &bio = submit();

		skip_ms(ms);
		path.device_state = kRunning;
		mpath_device_recheck(path.device);
		run_work();
		ASSERT_TRUE(is_on(path, bio));
		complete(bio, MPATH_STS_OK);
	}
};

} // namespace

TEST_F(LongestTime, is_none_while_there_is_a_path)
{
	add("a");
	advance_ms(5000);
	complete(submit(), MPATH_STS_OK);
	EXPECT_EQ(longest(), 0u);
}

TEST_F(LongestTime, is_that_of_the_longest_outage)
{
	auto &a = add("a");

	outage(a, 700);
	EXPECT_EQ(longest(), 700u);
	outage(a, 1500);
	EXPECT_EQ(longest(), 1500u);
	outage(a, 300);
	EXPECT_EQ(longest(), 1500u);
}

TEST_F(LongestTime, goes_on_while_the_outage_does)
{
	submit();
	skip_ms(400);
	EXPECT_EQ(longest(), 400u);
	skip_ms(400);
	EXPECT_EQ(longest(), 800u);
	mpath_head_set_no_path_timeout_ms(head(), 0);
	run_work();
}

TEST_F(LongestTime, is_kept_when_the_waiting_is_ended)
{
	submit();
	skip_ms(400);
	mpath_head_fail_now(head());
	run_work();
	skip_ms(1000);
	EXPECT_EQ(longest(), 400u);
}
