// SPDX-License-Identifier: GPL-2.0
// service-time: what it promises of a pair of paths, shown on simulated ones.
#include "policy_service_time.hpp"

#include <algorithm>
#include <queue>

#include "policy_fixture.hpp"
#include "wait_estimate.hpp"

using namespace mpath::fake;
using mpath::WaitEstimate;

// --- the estimate ------------------------------------------------------------------------------

TEST(WaitEstimate, knows_nothing_at_first_and_wants_one_try)
{
	const WaitEstimate estimate;

	EXPECT_EQ(estimate.latency_ns(), 0u);
	EXPECT_EQ(estimate.expected_ns(0), 0u);
	EXPECT_GT(estimate.expected_ns(1), 3600ull * 1000000000);
}

TEST(WaitEstimate, believes_in_twice_the_depth_it_has_seen)
{
	WaitEstimate estimate;

	estimate.add(1000, 4);
	EXPECT_EQ(estimate.expected_ns(0), 1000u);
	EXPECT_EQ(estimate.expected_ns(7), 1000u);
	EXPECT_EQ(estimate.expected_ns(15), 2000u);
}

TEST(WaitEstimate, takes_an_io_that_was_not_counted_for_a_lone_one)
{
	WaitEstimate estimate;

	estimate.add(1000, 0);
	EXPECT_EQ(estimate.expected_ns(1), 1000u);
	EXPECT_EQ(estimate.expected_ns(3), 2000u);
}

TEST(WaitEstimate, follows_what_it_is_told)
{
	WaitEstimate estimate;

	estimate.add(1000, 1);
	for (int i = 0; i < 60; i++)
		estimate.add(1000000, 1);
	EXPECT_NEAR(static_cast<double>(estimate.latency_ns()), 1000000, 10000);
}

TEST(WaitEstimate, does_not_take_one_that_was_held_up_for_the_rule)
{
	WaitEstimate estimate;

	estimate.add(1000, 1);
	estimate.add(1000000, 1);
	EXPECT_LE(estimate.expected_ns(0), 1125u);
	EXPECT_GT(estimate.latency_ns(), 100000u) << "what is shown, and when I/O is stuck";
	// But it may become the rule.
	for (int i = 0; i < 30; i++)
		estimate.add(25000, 1);
	EXPECT_GT(estimate.expected_ns(0), 20000u);
}

TEST(WaitEstimate, is_tried_once_a_second_without_io)
{
	WaitEstimate estimate;
	int trials = 0;

	for (u64 tick = 1; tick <= 40; tick++) {
		estimate.look(0, tick * 1000);
		trials += estimate.take_trial();
		EXPECT_FALSE(estimate.take_trial());
	}
	EXPECT_EQ(trials, 10);
}

TEST(WaitEstimate, is_not_tried_while_there_is_io)
{
	WaitEstimate estimate;

	for (u64 tick = 1; tick <= 40; tick++) {
		estimate.look(tick, tick * 1000);
		EXPECT_FALSE(estimate.take_trial());
	}
}

TEST(WaitEstimate, spends_no_more_than_one_in_a_hundred_on_trials)
{
	WaitEstimate estimate;
	u64 sent = 0;
	u64 trials = 0;

	// 40 I/Os a second.
	for (int tick = 0; tick < 4000; tick++) {
		sent += 10;
		estimate.look(0, sent);
		trials += estimate.take_trial();
	}
	EXPECT_LE(trials * 100, sent);
	EXPECT_GE(trials * 200, sent);
}

TEST(WaitEstimate, gives_a_trial_the_weight_of_all_that_is_old)
{
	WaitEstimate estimate;

	estimate.add(1000, 1);
	for (u64 tick = 0; tick < 5; tick++)
		estimate.look(1, tick * 1000);
	ASSERT_TRUE(estimate.take_trial());
	estimate.add(200, 1);
	EXPECT_EQ(estimate.latency_ns(), 600u);
	estimate.add(200, 1);
	EXPECT_EQ(estimate.latency_ns(), 550u);
}

TEST(WaitEstimate, is_tried_again_soon_when_it_went_better)
{
	WaitEstimate estimate;

	estimate.add(5000, 1);
	for (u64 tick = 0; tick < 5; tick++)
		estimate.look(1, tick * 1000);
	ASSERT_TRUE(estimate.take_trial());
	estimate.add(200, 1);
	estimate.look(2, 5000);
	EXPECT_TRUE(estimate.take_trial());
}

TEST(WaitEstimate, is_tried_again_though_a_trial_has_failed)
{
	WaitEstimate estimate;

	for (u64 tick = 0; tick < 5; tick++)
		estimate.look(0, tick * 1000);
	ASSERT_TRUE(estimate.take_trial());
	for (u64 tick = 5; tick < 10; tick++)
		estimate.look(1, tick * 1000);
	EXPECT_TRUE(estimate.take_trial());
}

// --- the choice --------------------------------------------------------------------------------

namespace {

class ServiceTime : public Policies {
protected:
	// A path that has answered once, and on which so many are under way.
	Path &attach_with(const std::string &name, u64 us, int depth, u8 access_state = kOptimized,
			  mpath_direction direction = MPATH_READ)
	{
		auto &path = attach(name, access_state);

		learn(path, us, direction);
		path.device->count_active(depth);
		return path;
	}
	void learn(Path &path, u64 us, mpath_direction direction)
	{
		mpath_io io{};

		io.head = head();
		io.path = path.device;
		io.direction = direction;
		set_fraction_ns(0);
		io.measured = true;
		io.sent_ns = mpk_now_ns();
		{
			mpath::ReadGuard guard;

			mpk_count_sent(&io);
		}
		set_fraction_ns(us * 1000);
		path.device->note_end(io, MPATH_STS_OK);
		path.device->count_back(io.epoch);
	}
	std::string chosen(mpath_direction direction = MPATH_READ)
	{
		return choose<mpath::ServiceTimeAtAGlance>(mpath::AnyPath{direction});
	}
};

} // namespace

TEST_F(ServiceTime, takes_the_path_with_the_least_wait)
{
	attach_with("a", 5000, 0);
	attach_with("b", 200, 1);
	EXPECT_EQ(chosen(), "b");
}

TEST_F(ServiceTime, takes_the_slower_one_when_the_faster_is_deep_enough)
{
	attach_with("a", 5000, 0);
	attach_with("b", 200, 100);
	EXPECT_EQ(chosen(), "a");
}

TEST_F(ServiceTime, takes_the_first_path_that_is_idle_only_if_it_is_nearly_the_fastest)
{
	auto &a = attach_with("a", 220, 0);

	attach_with("b", 200, 0);
	EXPECT_EQ(chosen(), "a");
	learn(a, 1000, MPATH_READ);
	EXPECT_EQ(chosen(), "b");
}

TEST_F(ServiceTime, takes_the_fastest_that_is_idle)
{
	attach_with("a", 1000, 0);
	attach_with("b", 210, 1);
	attach_with("c", 200, 0);
	EXPECT_EQ(chosen(), "c");
	attach_with("n", 50, 0, kNonoptimized);
	EXPECT_EQ(chosen(), "c");
}

TEST_F(ServiceTime, takes_the_first_of_near_equals_if_all_are_idle)
{
	attach_with("n", 50, 0, kNonoptimized);
	attach_with("a", 210, 0);
	attach_with("b", 200, 0);
	EXPECT_EQ(chosen(), "a");
}

TEST_F(ServiceTime, takes_an_idle_path_that_is_optimized_over_a_faster_one_that_is_not)
{
	attach_with("o", 5000, 0);
	attach_with("n", 200, 0, kNonoptimized);
	EXPECT_EQ(chosen(), "o");
}

TEST_F(ServiceTime, knows_reads_from_writes)
{
	auto &a = attach_with("a", 200, 0, kOptimized, MPATH_READ);
	auto &b = attach_with("b", 5000, 0, kOptimized, MPATH_READ);

	learn(a, 5000, MPATH_WRITE);
	learn(b, 200, MPATH_WRITE);
	EXPECT_EQ(chosen(MPATH_READ), "a");
	EXPECT_EQ(chosen(MPATH_WRITE), "b");
}

TEST_F(ServiceTime, prefers_optimized_over_faster_non_optimized)
{
	attach_with("n", 100, 0, kNonoptimized);
	attach_with("o", 5000, 50);
	EXPECT_EQ(chosen(), "o");
}

TEST_F(ServiceTime, prefers_optimized_for_what_is_sent_again)
{
	const mpath_io io{};

	attach_with("n", 100, 0, kNonoptimized);
	attach_with("o", 5000, 50);
	EXPECT_EQ(choose<mpath::ServiceTime>(mpath::NotTried{io}), "o");
}

TEST_F(ServiceTime, shares_by_depth_among_near_equals)
{
	attach_with("a", 200, 1);
	attach_with("b", 220, 0);
	EXPECT_EQ(chosen(), "b");
	attach_with("c", 230, 0);
	EXPECT_EQ(chosen(), "b");
}

TEST_F(ServiceTime, tries_an_unknown_path_with_one_io)
{
	attach_with("a", 200, 3);
	auto &b = attach("b");

	EXPECT_EQ(chosen(), "b");
	b.device->count_active(1);
	EXPECT_EQ(chosen(), "a");
}

TEST_F(ServiceTime, shares_by_depth_while_nothing_is_known)
{
	attach("a").device->count_active(2);
	attach("b").device->count_active(1);
	EXPECT_EQ(chosen(), "b");
}

// --- a simulated pair ---------------------------------------------------------------------------

namespace {

class ServiceTimePair : public Lun {
protected:
	struct Server {
		u64 ns;           // how long it works on one I/O
		unsigned at_once; // on how many
		std::vector<u64> free_at{};
		u64 ios = 0;
		u64 in_flight = 0;
	};
	struct Result {
		double per_second;
		u64 p99_ns;
	};

	void SetUp() override
	{
		Lun::SetUp();
		config.iopolicy = MPATH_IOPOLICY_SERVICE_TIME;
	}

	Path &serve(const std::string &name, Server &server)
	{
		Path &path = add(name);

		server.free_at.assign(server.at_once, 0);
		path.disk.on_send = [this, &server](mpath_io *io) {
			auto first = std::min_element(server.free_at.begin(), server.free_at.end());

			server.ios++;
			crowded_ += ++server.in_flight > server.at_once;
			*first = std::max(*first, now_) + jittered(server.ns);
			coming_.push({*first, io, &server});
		};
		return path;
	}
	// @depth submitters, each of which sends its next I/O when its last one has come back.
	Result run(u64 ms, unsigned depth)
	{
		const u64 end = now_ + ms * 1000000;
		std::vector<u64> took;

		if (slots_.empty())
			slots_ = std::vector<Slot>(depth);
		for (auto &slot : slots_)
			if (!slot.busy)
				send(slot);
		while (coming_.top().at < end) {
			const Event event = coming_.top();
			auto &slot = *slot_of(event.io);

			coming_.pop();
			set_time(event.at);
			complete_io(event);
			took.push_back(now_ - slot.sent);
			send(slot);
		}
		set_time(end);
		if (took.empty())
			return {0, 0};

		const auto at = took.begin() + static_cast<long>(took.size() * 99 / 100);

		std::nth_element(took.begin(), at, took.end());
		return {static_cast<double>(took.size()) * 1000 / static_cast<double>(ms), *at};
	}
	void finish()
	{
		while (!coming_.empty()) {
			const Event event = coming_.top();

			coming_.pop();
			set_time(event.at);
			complete_io(event);
		}
		slots_.clear();
	}
	void TearDown() override
	{
		finish();
		Lun::TearDown();
	}

	// In per cent of its time to either side; 0: none.
	u64 jitter_ = 0;
	// How many I/Os were sent to a path that had its hands full.
	u64 crowded_ = 0;

private:
	struct Slot {
		std::unique_ptr<::bio> bio = std::make_unique<::bio>();
		u64 sent = 0;
		bool busy = false;
	};
	struct Event {
		u64 at;
		mpath_io *io;
		Server *server;

		bool operator<(const Event &other) const { return at > other.at; }
	};

	u64 jittered(u64 ns)
	{
		// Linear congruential: the same for every run.
		random_ = random_ * 6364136223846793005ull + 1442695040888963407ull;
		return ns - ns * jitter_ / 100 + ns * jitter_ / 50 * (random_ >> 33) / (1ull << 31);
	}
	void set_time(u64 to)
	{
		advance_ms(to / 1000000 - now_ / 1000000);
		set_fraction_ns(to % 1000000);
		now_ = to;
	}
	static void complete_io(const Event &event)
	{
		event.server->in_flight--;
		mpath::fake::complete(event.io, MPATH_STS_OK);
	}
	Slot *slot_of(const mpath_io *io)
	{
		for (auto &slot : slots_)
			if (slot.bio.get() == bio_of(io))
				return &slot;
		return nullptr;
	}
	void send(Slot &slot)
	{
		slot.bio->ended = 0;
		slot.bio->trips.clear();
		slot.busy = true;
		slot.sent = now_;
		mpath_head_submit(head(), slot.bio.get(), false);
	}

	u64 now_ = 0;
	u64 random_ = 1;
	std::vector<Slot> slots_;
	std::priority_queue<Event> coming_;
};

struct Load {
	const char *name;
	unsigned depth;
	unsigned at_once; // how many I/Os a path works on at a time
};

class ServiceTimeReturn : public ServiceTimePair, public ::testing::WithParamInterface<Load> {};
class ServiceTimeGoal : public ServiceTimePair, public ::testing::WithParamInterface<Load> {};

constexpr u64 kFast = 200000;
constexpr u64 kSlow = 5000000;

std::string name_of(const ::testing::TestParamInfo<Load> &info)
{
	return info.param.name;
}

constexpr Load kDeep[] = {{"no_queue", 8, 8}, {"short_queue", 8, 4}, {"long_queue", 16, 1}};

} // namespace

INSTANTIATE_TEST_SUITE_P(Deep, ServiceTimeGoal, ::testing::ValuesIn(kDeep), name_of);
INSTANTIATE_TEST_SUITE_P(Lone, ServiceTimeGoal, ::testing::Values(Load{"one_at_a_time", 1, 1}),
			 name_of);
// One I/O at a time stays where it is.
INSTANTIATE_TEST_SUITE_P(Deep, ServiceTimeReturn, ::testing::ValuesIn(kDeep), name_of);

// The three promises.
TEST_P(ServiceTimeGoal, is_nearly_as_good_as_the_better_path_alone)
{
	Server fast{kFast, GetParam().at_once};
	Server slow{kSlow, GetParam().at_once};

	serve("fast", fast);
	run(500, GetParam().depth);

	const auto alone = run(3000, GetParam().depth);

	serve("slow", slow);
	run(500, GetParam().depth);

	const auto both = run(3000, GetParam().depth);

	RecordProperty("per_second", std::to_string(both.per_second / alone.per_second));
	RecordProperty("p99", std::to_string(static_cast<double>(both.p99_ns) /
					     static_cast<double>(alone.p99_ns)));
	EXPECT_GE(both.per_second, alone.per_second * 0.95);
	EXPECT_LE(static_cast<double>(both.p99_ns), static_cast<double>(alone.p99_ns) * 1.3);
}

TEST_P(ServiceTimeReturn, uses_a_path_again_within_five_seconds_of_its_recovery)
{
	Server a{kFast, GetParam().at_once};
	Server b{kFast, GetParam().at_once};

	serve("a", a);
	serve("b", b);
	run(500, GetParam().depth);
	b.ns = kSlow;
	run(3000, GetParam().depth);
	a.ios = b.ios = 0;
	run(1000, GetParam().depth);
	ASSERT_LT(static_cast<double>(b.ios), 0.1 * static_cast<double>(a.ios)) << "it was avoided";
	b.ns = kFast;
	run(5000, GetParam().depth);
	a.ios = b.ios = 0;
	run(500, GetParam().depth);
	EXPECT_GE(static_cast<double>(b.ios), 0.8 * static_cast<double>(a.ios));
}

// What is measured wavers: without more to go by, I/O would crowd now here, now there.
TEST_F(ServiceTimePair, does_not_flap_between_near_equals)
{
	Server a{kFast, 4};
	Server b{kFast + kFast / 20, 4};

	jitter_ = 20;
	serve("a", a);
	serve("b", b);
	run(500, 8);
	crowded_ = 0;
	a.ios = b.ios = 0;

	run(2000, 8);
	EXPECT_LE(crowded_ * 3, a.ios + b.ios);
	EXPECT_GE(b.ios * 10, a.ios * 8);
}
