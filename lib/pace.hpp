// SPDX-License-Identifier: GPL-2.0
// Pace: questions of which every LUN may have one at the same time, one after the other.
//
// Each gets a moment of its own, some milliseconds after the one before: five hundred LUNs
// behind a port that is gone are asked within two seconds, and never at once.
#pragma once

#include "util/atomic.hpp"

namespace mpath {

class Pace {
public:
	static constexpr u64 kBetweenMs = 4;

	// When whoever would ask now, at @now_ms, may. Context: any.
	u64 next(u64 now_ms) noexcept
	{
		u64 last = last_ms_.load_relaxed();
		u64 mine;

		do {
			mine = last + kBetweenMs > now_ms ? last + kBetweenMs : now_ms;
		} while (!last_ms_.compare_exchange(last, mine));
		return mine;
	}
	void reset() noexcept { last_ms_.store_relaxed(0); }

private:
	Atomic<u64> last_ms_{0};
};

} // namespace mpath
