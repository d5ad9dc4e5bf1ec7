// SPDX-License-Identifier: GPL-2.0
// path_stats: what a path has done.
//
// I/O is counted by each CPU for itself: nothing that CPUs share is written for an I/O that
// succeeds. The count of what is in flight is also what keeps a path while it carries I/O: a
// reference would be one more counter that goes up and down with it. Errors and probes are
// rare, and counted in one place.
#pragma once

#include "port.h"
#include "util/atomic.hpp"
#include "util/owned.hpp"

namespace mpath {

mpath_error_class error_class(mpath_status status) noexcept;

class IoCounts {
public:
	// Takes over @counts.
	explicit IoCounts(mpk_percpu *counts) noexcept : percpu_(counts) {}
	// False without memory; then nothing else may be called.
	explicit operator bool() const noexcept { return static_cast<bool>(percpu_); }

	// What is sent the shim counts: mpk_count_sent().
	void back(u32 epoch) noexcept { mpk_count_back(percpu_.get(), epoch); }
	// Wait until all are back. Context: process; nobody sends any more.
	void drain() noexcept { mpk_counts_drain(percpu_.get()); }

	// What is in flight, by the epoch in which it was sent, and then what was ever sent. Of
	// an epoch in which nothing is sent any more, and of all if nothing was sent since the
	// last glance, the count is never less than what is in flight.
	struct Glance {
		u64 in_flight[MPATH_EPOCHS];
		u64 sent[MPATH_DIRECTIONS];

		u64 all_in_flight() const noexcept;
	};
	Glance glance() const noexcept;
	u64 ios(u32 direction) const noexcept;
	u64 sectors(u32 direction) const noexcept;

private:
	template <typename Field>
	auto sum(Field field) const noexcept;

	Owned<mpk_percpu, mpk_percpu_destroy> percpu_;
};

// How long I/O took. All CPUs share it, as they do the average: so few are measured that they
// seldom meet there, and one for each would be most of what a path takes on a machine with many.
class Latencies {
public:
	void took(mpath_direction direction, u64 ns) noexcept;
	u64 count(u32 direction, u32 bucket) const noexcept
	{
		return counts_[direction][bucket].load_relaxed();
	}

private:
	Atomic<u64> counts_[MPATH_DIRECTIONS][MPATH_LATENCY_BUCKETS];
};

class RareCounts {
public:
	void failed(mpath_status status) noexcept
	{
		errors_[error_class(status)].fetch_add_relaxed(1);
	}
	void moved() noexcept { moved_.fetch_add_relaxed(1); }
	void probed() noexcept { probes_.fetch_add_relaxed(1); }

	u64 errors(u32 cls) const noexcept { return errors_[cls].load_relaxed(); }
	u64 moves() const noexcept { return moved_.load_relaxed(); }
	u64 probes() const noexcept { return probes_.load_relaxed(); }

private:
	Atomic<u64> errors_[MPATH_ERROR_CLASSES];
	Atomic<u64> moved_{0};
	Atomic<u64> probes_{0};
};

} // namespace mpath
