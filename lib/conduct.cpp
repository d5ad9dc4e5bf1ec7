// SPDX-License-Identifier: GPL-2.0
#include "conduct.hpp"

namespace mpath {

namespace {

// Two failures within this time are more than an accident.
constexpr u64 kLatelyMs = 60000;

constexpr u64 kMarginalMs = 300000;
constexpr u64 kFirstBackOffMs = 5000;
constexpr u64 kLastBackOffMs = 300000;

// Nothing for the first lie: it may have been an accident.
constexpr u64 back_off_ms(u32 lies) noexcept
{
	u64 ms = lies < 2 ? 0 : kFirstBackOffMs;

	for (u32 i = 2; i < lies && ms < kLastBackOffMs; i++)
		ms *= 2;
	return ms < kLastBackOffMs ? ms : kLastBackOffMs;
}

constexpr u64 later_of(u64 a, u64 b) noexcept
{
	return a < b ? b : a;
}

} // namespace

void Conduct::spare(u64 until_ms, Reason why) noexcept
{
	if (until_ms <= until_ms_.load_relaxed())
		return;
	why_.store_relaxed(why);
	until_ms_.store_relaxed(until_ms);
}

void Conduct::died(u64 now_ms) noexcept
{
	if (last_death_ms_ && now_ms - last_death_ms_ < kLatelyMs)
		spare(now_ms + kMarginalMs, Reason::fails_often);
	last_death_ms_ = now_ms;
}

void Conduct::lied(u64 now_ms) noexcept
{
	// It was used for want of a better one. Or this is what was in flight with the last lie.
	if (is_spared(now_ms))
		return;
	if (lies_ &&
	    now_ms - later_of(last_lie_ms_, until_ms()) >= later_of(kLatelyMs, back_off_ms(lies_)))
		lies_ = 0;
	lies_++;
	last_lie_ms_ = now_ms;
	if (const u64 ms = back_off_ms(lies_))
		spare(now_ms + ms, Reason::lies);
}

} // namespace mpath
