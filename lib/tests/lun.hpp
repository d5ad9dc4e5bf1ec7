// SPDX-License-Identifier: GPL-2.0
// Lun: the fixture of most tests: a head, the paths it is given, the bios sent to it.
//
// One thread; work runs when the test says so; the clock stands still until it is moved.
// However a test ends, every bio must have ended exactly once when the head is gone.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "fake/kernel.hpp"
#include "mpath_scsi.h"

namespace mpath::fake {

// Values of a path's state word; which of them are good for I/O is in config().
constexpr u32 kRunning = 2;
constexpr u32 kOffline = 4;
constexpr u32 kBlocked = 6;
constexpr u32 kHostRunning = 2;
constexpr u32 kHostRecovers = 5;

// SPC-5 6.34
constexpr u8 kOptimized = 0x0;
constexpr u8 kNonoptimized = 0x1;
constexpr u8 kStandby = 0x2;
constexpr u8 kUnavailable = 0x3;
constexpr u8 kLbaDependent = 0x4;
constexpr u8 kAccessOffline = 0xe;
constexpr u8 kTransitioning = 0xf;
constexpr u8 kPreferred = 0x80;

mpath_geometry sample_geometry();

// A path from the transport's side.
struct Path {
	explicit Path(std::string name);

	mpath_device_config config();

	gendisk disk;
	u32 device_state = kRunning;
	u32 host_state = kHostRunning;
	bool has_host_state = true;
	u8 access_state = kOptimized;
	bool has_access_state = true;
	u32 error_count = 0;
	u64 target_port = 0;
	bool port_congests = false;
	int numa_node = -1;
	mpath_geometry geometry = sample_geometry();

	mpath_verdict verdict = MPATH_VERDICT_FINE;
	std::function<mpath_verdict()> on_probe; // instead of verdict
	std::atomic<int> probes{0};
	int rescans = 0; // asked for by the core
	bool can_be_scanned = true;

	// Port groups; without on_report the path has none of it.
	mpath_port_config port{-1, -1, 0};
	std::function<void(bool extended, u8 *buffer, u32 len, mpath_scsi_answer *answer)> on_report;
	std::function<int()> on_activate = [] {
		return 0;
	};
	std::atomic<int> reports{0};
	std::atomic<int> refreshes{0};
	std::atomic<int> activations{0};
	std::function<void(const mpath_command &, mpath_scsi_answer &)> on_execute;

	mpath_device *device = nullptr; // while it is part of the head
};

class Lun : public ::testing::Test {
protected:
	void SetUp() override;
	void TearDown() override;

	// What the head is made of; to be changed before the first use of head().
	mpath_head_config config{
		"lun0",  nullptr, MPATH_IOPOLICY_NUMA, MPATH_SUBMIT_INTERPOSE, 0, false,
		nullptr, nullptr};

	// Made on first use, and live unless made by not_live_head().
	mpath_head *head();
	mpath_head *not_live_head();
	mpath_head_stats stats();

	// A path that is not part of the head yet.
	Path &new_path(const std::string &name);
	int try_add(Path &path);
	// Adds it and lets the head take note, so that nothing is due that is not the test's.
	Path &add(Path &path);
	Path &add(const std::string &name) { return add(new_path(name)); }
	void remove(Path &path);

	bio &new_bio();
	bio &submit(bool nowait = false) { return submit(new_bio(), nowait); }
	bio &submit(bio &bio, bool nowait = false);
	// The path answers; what the answer causes has been kicked, not run.
	void complete(bio &bio, mpath_status status);
	// The same, and everything it causes until nothing is due.
	void complete_and_settle(bio &bio, mpath_status status);
	// Everything in flight on this path, first sent first.
	void complete_all(Path &path, mpath_status status);

	// The disk a bio is on its way to, or nullptr.
	gendisk *where(const bio &bio) const;
	// The names of the disks it has been sent to, in order: "a b a".
	static std::string route(const bio &bio);
	static bool failfast(const bio &bio) { return bio.trips.back().failfast; }
	// The numbers of the bios in the order in which they were given back: "0 2 1".
	std::string end_order() const { return end_order_; }

	::testing::AssertionResult is_on(const Path &path, const bio &bio) const;
	::testing::AssertionResult waits(const bio &bio) const;
	::testing::AssertionResult ended_with(mpath_status status, const bio &bio) const;

	static std::string state(const Path &path) { return mpath_device_state_name(path.device); }
	static std::string reason(const Path &path);

	// The head goes, as on removal of its disk.
	void destroy_head();

	std::deque<Path> paths;
	std::deque<bio> bios;

private:
	std::string end_order_;
	mpath_head *head_ = nullptr;
};

// The other extreme: threads that wait for each other at given places.
class Gate {
public:
	void open() { open_.store(true, std::memory_order_release); }
	bool is_open() const { return open_.load(std::memory_order_acquire); }
	// False if it did not open in time, which is an answer too.
	bool wait(int ms = 60000) const;

private:
	std::atomic<bool> open_{false};
};

// True as soon as @condition is; false if it does not become so in time.
bool eventually(const std::function<bool()> &condition, int ms = 60000);

} // namespace mpath::fake
