// SPDX-License-Identifier: GPL-2.0
// Pace: questions of which every LUN or path may have one at the same time, one after the other.
//
// Each gets a moment of its own, some milliseconds after the one before: five hundred LUNs
// behind a port that is gone are asked within two seconds, and never at once.
//
// Leisure: the same where nothing is the matter, and without a debt: what comes too late this time
// asks again. It also says how often a path may want to, so that ten thousand together cost a CPU
// no more than a thousand do, and none is left out for the sake of those that came before it.
#pragma once

#include "util/atomic.hpp"

namespace mpath {

class Pace {
public:
	static constexpr u64 kBetweenMs = 4;

	constexpr explicit Pace(u64 between_ms = kBetweenMs) noexcept : between_ms_(between_ms) {}

	// When whoever would ask now, at @now_ms, may. Context: any.
	u64 next(u64 now_ms) noexcept
	{
		u64 last = last_ms_.load_relaxed();
		u64 mine;

		do {
			mine = last + between_ms_ > now_ms ? last + between_ms_ : now_ms;
		} while (!last_ms_.compare_exchange(last, mine));
		return mine;
	}
	// How long whoever asks now would have to wait. Context: any.
	u64 wait_ms(u64 now_ms) const noexcept
	{
		const u64 mine = last_ms_.load_relaxed() + between_ms_;

		return mine > now_ms ? mine - now_ms : 0;
	}
	void reset() noexcept { last_ms_.store_relaxed(0); }

private:
	const u64 between_ms_;
	Atomic<u64> last_ms_{0};
};

class Leisure {
public:
	// Each of them two seconds later, too: the looks at all paths come no sooner.
	static constexpr u64 kLongestWaitMs = 2000;
	static constexpr u64 kNotNow = ~0ull;

	void joined() noexcept { nr_.fetch_add_relaxed(1); }
	void left() noexcept { nr_.fetch_add_relaxed(-1u); }
	// How often each may be asked that would be asked every @usual_ms if it were alone.
	u64 interval_ms(u64 usual_ms) const noexcept
	{
		const u64 together = nr_.load_relaxed() * kPerPathMs;

		return together > usual_ms ? together : usual_ms;
	}
	// In how many ms one is to be asked; or kNotNow: at the next look. Of two at once both may
	// be the last one.
	u64 wait_ms(u64 now_ms) noexcept
	{
		if (pace_.wait_ms(now_ms) >= kLongestWaitMs)
			return kNotNow;
		return pace_.next(now_ms) - now_ms;
	}
	void reset() noexcept { pace_.reset(); }

private:
	// Twice as many as there are in the long run, for what has come late.
	static constexpr u64 kBetweenMs = 10;
	static constexpr u64 kPerPathMs = 25;

	Pace pace_{kBetweenMs};
	Atomic<u32> nr_{0};
};

} // namespace mpath
