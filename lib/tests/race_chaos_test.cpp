// SPDX-License-Identifier: GPL-2.0
// Everything at once, for the sanitizers: bios, failures, probes, paths that come and go,
// attributes that change. Every bio ends exactly once, and nothing is left.
#include <random>
#include <thread>

#include "race.hpp"

using namespace mpath::fake;

namespace {

class Chaos : public Races, public ::testing::WithParamInterface<mpath_iopolicy> {};

class Submitter {
public:
	Submitter(mpath_head *head, unsigned seed)
		: head_(head), random_(seed), thread_([this] { run(); })
	{
	}
	void stop()
	{
		stop_ = true;
		thread_.join();
		EXPECT_TRUE(eventually([this] { return unfinished() == 0; })) << unfinished();
		for (const auto &bio : bios_)
			EXPECT_EQ(bio.ended, 1);
	}
	unsigned submitted() const { return submitted_.load(std::memory_order_relaxed); }

private:
	void run()
	{
		while (!stop_ && bios_.size() < 100000) {
			auto &bio = bios_.emplace_back();

			bio.chained = random_() % 8 == 0;
			set_cpu(random_() % 2);
			mpath_head_submit(head_, &bio, random_() % 16 == 0);
			submitted_.fetch_add(1, std::memory_order_relaxed);
			if (bios_.size() - first_ > 16)
				eventually([&] { return unfinished() < 16; }, 1000);
		}
	}
	std::size_t unfinished()
	{
		while (first_ < bios_.size() && bios_[first_].ended.load(std::memory_order_acquire))
			first_++;

		std::size_t n = 0;

		for (std::size_t i = first_; i < bios_.size(); i++)
			n += !bios_[i].ended.load(std::memory_order_acquire);
		return n;
	}

	mpath_head *head_;
	std::mt19937 random_;
	std::deque<bio> bios_;
	std::size_t first_ = 0;
	std::atomic<unsigned> submitted_{0};
	std::atomic<bool> stop_{false};
	std::thread thread_;
};

mpath_status any_status(unsigned dice)
{
	switch (dice % 64) {
	case 0:
		return MPATH_STS_TRANSPORT;
	case 1:
	case 2:
		return MPATH_STS_IOERR;
	case 3:
		return MPATH_STS_RESOURCE;
	case 4:
		return MPATH_STS_MEDIUM;
	case 5:
		return MPATH_STS_AGAIN;
	default:
		return MPATH_STS_OK;
	}
}

} // namespace

TEST_P(Chaos, ends_every_bio_once)
{
	std::deque<Path> paths;

	set_nodes(2);
	config.iopolicy = GetParam();
	config.no_path_timeout_ms = 1000;
	make_head();
	start_workers(2, 200);
	{
		std::atomic<unsigned> dice{1};
		const auto roll = [&dice] {
			const unsigned seen = dice.fetch_add(1, std::memory_order_relaxed);

			return seen * 2654435761u >> 16;
		};
		Target target([&] { return any_status(roll()); });

		for (const char *name : {"a", "b", "c"}) {
			auto &path = paths.emplace_back(name);

			path.numa_node = static_cast<int>(paths.size() % 2);
			path.on_probe = [&] {
				return roll() % 4 ? MPATH_VERDICT_FINE : MPATH_VERDICT_DEAD;
			};
			target.serve(path);
			add(path);
		}

		Submitter first(head, 1);
		Submitter second(head, 2);
		std::mt19937 random(3);
		const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(400);

		// However little of the machine is ours: there has to be I/O to get lost.
		while (std::chrono::steady_clock::now() < end ||
		       first.submitted() + second.submitted() <= 100) {
			auto &path = paths[random() % paths.size()];

			switch (random() % 6) {
			case 0:
				if (path.device) {
					remove(path);
					add(path);
				}
				break;
			case 1:
				__atomic_store_n(&path.device_state,
						 random() % 2 ? kRunning : kBlocked,
						 __ATOMIC_RELAXED);
				break;
			case 2:
				__atomic_store_n(&path.access_state,
						 static_cast<u8>(random() % 2 ? kOptimized
									      : kNonoptimized),
						 __ATOMIC_RELAXED);
				break;
			case 3:
				mpath_head_set_iopolicy(head,
							static_cast<mpath_iopolicy>(random() % 3));
				mpath_head_set_iopolicy(head, GetParam());
				break;
			case 4:
				mpath_head_set_no_path_timeout_ms(head, random() % 2 ? 1000 : -1);
				break;
			default: {
				mpath_head_stats stats{};

				mpath_head_read_stats(head, &stats);
				mpath_device_recheck(path.device);
				EXPECT_NE(mpath_device_state_name(path.device), nullptr);
				EXPECT_GE(mpath_device_queue_depth(path.device), 0);
				mpath_device_serves_node(path.device, 0);
				break;
			}
			}
		}
		for (auto &path : paths)
			__atomic_store_n(&path.device_state, kRunning, __ATOMIC_RELAXED);
		mpath_head_set_no_path_timeout_ms(head, 1000);
		first.stop();
		second.stop();
	}
	for (auto &path : paths) {
		EXPECT_EQ(mpath_device_queue_depth(path.device), 0);
		remove(path);
	}
	mpath_head_kill(head);
	wait_for_idle_workers();
	mpath_head_destroy(head);
}

INSTANTIATE_TEST_SUITE_P(Policies, Chaos,
			 ::testing::Values(MPATH_IOPOLICY_NUMA, MPATH_IOPOLICY_ROUND_ROBIN,
					   MPATH_IOPOLICY_QUEUE_DEPTH, MPATH_IOPOLICY_SERVICE_TIME),
			 [](const auto &info) {
				 return info.param == MPATH_IOPOLICY_NUMA          ? "numa"
					: info.param == MPATH_IOPOLICY_ROUND_ROBIN ? "round_robin"
					: info.param == MPATH_IOPOLICY_QUEUE_DEPTH ? "queue_depth"
										   : "service_time";
			 });
