// SPDX-License-Identifier: GPL-2.0
// WaitEstimate: how long an I/O of one direction takes on a path, as the last ones show.
//
// All CPUs share it. Each adds one I/O in sixteen, and where the policy goes by it the first one
// after each tick of the clock, too: of a path that is slow that is every one, and of a fast one
// what it has become is seen within milliseconds. Two that write at once lose one of two
// measurements, which an average does not mind.
#pragma once

#include "port.h"
#include "util/atomic.hpp"

namespace mpath {

class WaitEstimate {
public:
	// An I/O took @ns; with it, so many were in flight when it was sent. 0: not counted.
	void add(u64 ns, u32 depth) noexcept;
	// The average; 0: nothing is known.
	u64 latency_ns() const noexcept { return latency_ns_.load_relaxed(); }

	// What the next I/O is to expect while @in_flight others are under way. A path that has
	// shown what it does with so many at a time is believed to do the same with up to twice
	// as many: up to there nobody has to wait for another. Beyond, each takes its share.
	u64 expected_ns(u32 in_flight) const noexcept;

	// That of one that waits for no other, in a word that is quickly read. 0: nothing is known, or
	// a trial is due.
	u64 offer_ns() const noexcept { return offer_ns_.load_relaxed(); }
	// Is the estimate so old that one I/O should try what the path is like? True for one
	// who asks.
	bool take_trial() noexcept
	{
		Trial due = Trial::due;

		if (trial_.load_relaxed() != Trial::due ||
		    !trial_.compare_exchange(due, Trial::sent))
			return false;
		make_offer();
		return true;
	}
	// Is nothing known of what was sent while the clock showed @tick? True for one who asks, or
	// a few at once.
	bool is_first_in(u32 tick) noexcept
	{
		if (tick_.load_relaxed() == tick) [[likely]]
			return false;
		tick_.store_relaxed(tick);
		return true;
	}
	// Once a tick of the watch: decides whether a trial is due. @sent: how many I/Os of this direction
	// this path has sent, and @head_sent: all paths of the head; ever. Context: the watch.
	void look(u64 sent, u64 head_sent) noexcept;

private:
	enum class Trial : u8 { none, due, sent };

	// One that has found no trial due and is late hides the trial until the next look.
	void make_offer() noexcept
	{
		offer_ns_.store_relaxed(
			trial_.load_relaxed() == Trial::due ? 0 : usual_ns_.load_relaxed());
	}

	Atomic<u64> offer_ns_{0};
	Atomic<u64> latency_ns_{0};
	Atomic<u64> usual_ns_{0}; // the same, but for what was held up
	Atomic<u32> tick_{~0u};
	Atomic<u32> depth_{0}; // in sixteenths

	// The watch's own.
	u32 quiet_ticks_ = 0;
	Atomic<Trial> trial_{Trial::none}; // everybody's
	u64 sent_then_ = 0;
	u64 head_sent_then_ = 0;
	u64 latency_then_ = 0;
};

} // namespace mpath
