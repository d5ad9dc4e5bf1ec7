// SPDX-License-Identifier: GPL-2.0
// Races: the fixture of tests with real threads. Work runs on threads, readers are really
// waited for, and nothing but the core's own means orders one thread with another.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "lun.hpp"

namespace mpath::fake {

class Races : public ::testing::Test {
protected:
	void SetUp() override { reset(); }
	void TearDown() override
	{
		clear_hooks();
		stop_workers();
		reset();
	}

	mpath_head_config config{
		"lun0",  nullptr, MPATH_IOPOLICY_NUMA, MPATH_SUBMIT_INTERPOSE, -1, false,
		nullptr, nullptr};
	mpath_head *head = nullptr;

	void make_head()
	{
		ASSERT_EQ(mpath_head_create(&config, &head), 0);
		mpath_head_set_live(head);
	}
	void add(Path &path)
	{
		const mpath_device_config device = path.config();

		ASSERT_EQ(mpath_head_add_path(head, &device, &path.device), 0);
		if (has_workers())
			return;
		// It has joined before the race begins.
		const auto verdict = std::exchange(path.verdict, MPATH_VERDICT_FINE);
		auto on_probe = std::exchange(path.on_probe, nullptr);

		run_work();
		path.verdict = verdict;
		path.on_probe = std::move(on_probe);
		path.probes = 0;
	}
	static void remove(Path &path)
	{
		mpath_device *device = path.device;

		path.device = nullptr;
		mpath_device_remove(device);
	}
	// The path does everything at once, within the send.
	static void succeed_at_once(Path &path)
	{
		path.disk.on_send = [](mpath_io *io) {
			complete(io, MPATH_STS_OK);
		};
	}
};

// Longer than anything that is not blocked takes; as long as a test of what must be blocked
// waits in vain.
constexpr int kWaitInVainMs = 100;

// A thread's count of something, for others to look at without being ordered by it.
class Beat {
public:
	void count()
	{
		count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
	}
	unsigned long read() const { return count_.load(std::memory_order_relaxed); }

private:
	std::atomic<unsigned long> count_{0};
};

// A thread that does the same until it is told to stop.
class Loop {
public:
	explicit Loop(std::function<void()> fn)
		: thread_([this, fn = std::move(fn)] {
			  while (!stop_.load(std::memory_order_relaxed)) {
				  fn();
				  beat_.count();
			  }
		  })
	{
	}
	~Loop() { stop(); }
	void stop()
	{
		stop_.store(true, std::memory_order_relaxed);
		if (thread_.joinable())
			thread_.join();
	}
	unsigned long rounds() const { return beat_.read(); }
	// Until it has begun and ended a round since now.
	bool another_round() const
	{
		const unsigned long seen = rounds();

		return eventually([&] { return rounds() >= seen + 2; });
	}

private:
	std::atomic<bool> stop_{false};
	Beat beat_;
	std::thread thread_;
};

// The far end of paths: completes what is sent on a thread of its own.
class Target {
public:
	using Answer = std::function<mpath_status()>;

	explicit Target(Answer answer) : answer_(std::move(answer)), thread_([this] { run(); }) {}
	~Target()
	{
		stop_ = true;
		thread_.join();
	}
	void serve(Path &path)
	{
		path.disk.on_send = [this](mpath_io *io) {
			std::lock_guard guard(lock_);

			queue_.push_back(io);
		};
	}

private:
	void run()
	{
		for (;;) {
			mpath_io *io = nullptr;

			{
				std::lock_guard guard(lock_);

				if (!queue_.empty()) {
					io = queue_.front();
					queue_.pop_front();
				} else if (stop_) {
					return;
				}
			}
			if (io)
				complete(io, answer_());
			else
				std::this_thread::yield();
		}
	}

	Answer answer_;
	std::atomic<bool> stop_{false};
	std::mutex lock_;
	std::deque<mpath_io *> queue_;
	std::thread thread_;
};

} // namespace mpath::fake
