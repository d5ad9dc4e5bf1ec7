// SPDX-License-Identifier: GPL-2.0
#include "wait_estimate.hpp"

namespace mpath {

namespace {

// How much a measurement counts against what was known: an eighth; or half, where what was
// known is old.
constexpr u32 kWeight = 8;
constexpr u32 kTrialWeight = 2;

// One that took longer counts as if it had taken no more than so many times what was known: whatever
// held it up once, others need not have met, and the path would be shunned for long.
constexpr u64 kMostTimes = 2;

constexpr u32 kDepthUnit = 16;

// More than any path takes, less than what would overflow: something is under way, and nothing
// has come back yet.
constexpr u64 kUnknownNs = 1ull << 60;

// A path without I/O of this direction is tried again after so many ticks (a second), but no
// more than one I/O of the head's in so many is spent on it; unless it has waited for long.
constexpr u32 kQuietTicks = 4;
constexpr u64 kIosPerTrial = 128;
constexpr u32 kLongTicks = 20;

template <typename T>
T average(T old, T value, u32 weight) noexcept
{
	return old ? old - old / weight + value / weight : value;
}

} // namespace

void WaitEstimate::add(u64 ns, u32 depth) noexcept
{
	Trial sent = Trial::sent;
	const bool trial = trial_.load_relaxed() == Trial::sent &&
			   trial_.compare_exchange(sent, Trial::none);
	const u32 weight = trial ? kTrialWeight : kWeight;

	const u64 usual = usual_ns_.load_relaxed();

	// 0 is for "unknown".
	if (!ns)
		ns = 1;
	latency_ns_.store_relaxed(average(latency_ns(), ns, weight));
	if (usual && ns > usual * kMostTimes)
		ns = usual * kMostTimes;
	usual_ns_.store_relaxed(average(usual, ns, weight));
	make_offer();
	if (depth)
		depth_.store_relaxed(average(depth_.load_relaxed(), depth * kDepthUnit, weight));
}

u64 WaitEstimate::expected_ns(u32 in_flight) const noexcept
{
	const u64 latency = usual_ns_.load_relaxed();
	const u32 depth = depth_.load_relaxed();
	const u64 twice = depth > kDepthUnit ? 2 * depth : 2 * kDepthUnit;
	const u64 wanted = (in_flight + 1ull) * kDepthUnit;

	// Worth one try, and no more until it is back.
	if (!latency)
		return in_flight ? kUnknownNs : 0;
	return wanted > twice ? latency * wanted / twice : latency;
}

void WaitEstimate::look(u64 sent, u64 head_sent) noexcept
{
	const u64 latency = usual_ns_.load_relaxed();
	const bool better = latency + latency_then_ / 8 < latency_then_;
	const bool quiet = sent == sent_then_;

	quiet_ticks_ = quiet ? quiet_ticks_ + 1 : 0;

	const bool affordable = head_sent - head_sent_then_ >= kIosPerTrial;
	const bool old = quiet_ticks_ >= kLongTicks || (quiet_ticks_ >= kQuietTicks && affordable);

	const Trial trial = trial_.load_relaxed();

	// A trial that went better than expected is followed by another one soon. One that has
	// failed tells nothing, and is repeated like any.
	if ((old && trial != Trial::due) || (better && trial == Trial::none)) {
		trial_.store_relaxed(Trial::due);
		quiet_ticks_ = 0;
		head_sent_then_ = head_sent;
	}
	make_offer();
	sent_then_ = sent;
	latency_then_ = latency;
}

} // namespace mpath
