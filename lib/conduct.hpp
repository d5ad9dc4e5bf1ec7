// SPDX-License-Identifier: GPL-2.0
// Conduct: what a path has done lately, and how long it is to be spared for it.
//
// A path that dies twice within a minute is marginal for five minutes. One that lies, whose
// probes are fine while I/O fails on it and succeeds elsewhere, backs off: the second lie
// costs 5 s, each further one twice as much, up to 300 s. Both are forgotten by nothing but
// time: a path that has behaved for a minute, and at least as long as it was spared last,
// begins anew.
//
// Spared means marginal, not out of use: with no other path it carries I/O as it can.
#pragma once

#include "health.hpp"

namespace mpath {

class Conduct {
public:
	// Context: the path's probe; one caller at a time.
	void died(u64 now_ms) noexcept;
	void lied(u64 now_ms) noexcept;

	// Context: any.
	bool is_spared(u64 now_ms) const noexcept { return now_ms < until_ms(); }
	u64 until_ms() const noexcept { return until_ms_.load_relaxed(); }
	Reason why() const noexcept { return why_.load_relaxed(); }

private:
	void spare(u64 until_ms, Reason why) noexcept;

	u64 last_death_ms_ = 0; // 0: none
	u64 last_lie_ms_ = 0;
	u32 lies_ = 0;
	Atomic<u64> until_ms_{0};
	Atomic<Reason> why_{Reason::fails_often};
};

} // namespace mpath
