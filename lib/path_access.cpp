// SPDX-License-Identifier: GPL-2.0
// What a path makes of its access state; path_access.hpp has the state itself.
#include "head.hpp"

bool mpath_device::hear_access(u8 state) noexcept
{
	const u8 before = access_.state();
	const bool news = access_.hear(state);
	const u8 now = access_.state();

	access_.contradictions = access_.is_contradicted() ? access_.contradictions + 1 : 0;
	if (!news)
		return false;
	mpk_log_ratelimited(MPATH_LOG_INFO, "%s: path %s: port group %d: %s -> %s%s\n",
			    head_.name(), name_, port_group(), mpath::access_word(before),
			    mpath::access_word(now), now & mpath::kPreferred ? ", preferred" : "");
	return true;
}

// Context: the probe, or the head's reporter: the two may hear at once, each what was so a
// moment ago, and a report follows.
bool mpath_device::hear_access_by_sense(u8 state) noexcept
{
	return access_.hear_sense(state);
}

bool mpath_device::handler_has_to_look() const noexcept
{
	const u32 n = access_.contradictions;

	return n && !(n & (n - 1)) && ops_->refresh_handler && health() != Health::removing;
}

void mpath_device::refresh_handler() noexcept
{
	ops_->refresh_handler(owner_);
}

void mpath_device::observe_port(const u8 *kept, const mpath_port_config &port) noexcept
{
	access_.observe(kept, port);
}

bool mpath_device::is_in_transition(u64 now_ms, u64 limit_ms) noexcept
{
	u64 since = 0;

	if (access() != Access::transitioning) {
		transition_ms_.store_relaxed(0);
		return false;
	}
	if (transition_ms_.compare_exchange(since, now_ms))
		since = now_ms;
	// Another CPU may have seen it a moment after this one has looked at the time.
	return now_ms < since + limit_ms && mpath::carries_io(health()) &&
	       device_state_in(usable_states_);
}

bool mpath_device::awaits_activation() const noexcept
{
	constexpr u8 kExplicit = 2;

	return access_.tpgs() & kExplicit && mpath::carries_io(health()) &&
	       device_state_in(usable_states_) &&
	       mpath::without_preference(access_.state()) == mpath::kAccessStandby;
}

mpath_device_access mpath_device::shown_access() const noexcept
{
	const u8 state = access_.state();
	const bool reports = head_.lun_has_told() && reports_port_groups();

	if (!access_.is_kept() && !reports)
		return {"none", "none", port_group(), false};
	return {mpath::access_word(state),
		access_.is_kept() && !access_.is_overruled() ? "handler" : "report", port_group(),
		(state & mpath::kPreferred) != 0};
}
