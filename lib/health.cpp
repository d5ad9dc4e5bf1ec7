// SPDX-License-Identifier: GPL-2.0
#include "health.hpp"

#include "port.h"

namespace mpath {

namespace {

// Which changes there are, but for the end of a stall: no probe can tell of that.
constexpr bool may_change(Health from, Health to) noexcept
{
	if (from == to || from == Health::removing)
		return false;
	if (from == Health::foreign)
		return to == Health::removing;
	switch (to) {
	case Health::usable:
	case Health::marginal:
		return from != Health::stalled;
	case Health::suspect:
		return carries_io(from);
	case Health::stalled:
		return from == Health::usable || from == Health::marginal;
	case Health::dead:
	case Health::barred:
	case Health::foreign:
	case Health::removing:
		break;
	}
	return true;
}

} // namespace

const char *word(Health health) noexcept
{
	switch (health) {
	case Health::usable:
		return "usable";
	case Health::marginal:
		return "marginal";
	case Health::stalled:
		return "stalled";
	case Health::suspect:
		return "suspect";
	case Health::dead:
		return "dead";
	case Health::barred:
		return "barred";
	case Health::foreign:
		return "foreign";
	case Health::removing:
		return "removing";
	}
	return "?";
}

const char *word(Reason reason) noexcept
{
	switch (reason) {
	case Reason::added:
		return "added";
	case Reason::removed:
		return "removed";
	case Reason::out_of_service:
		return "its device is blocked or offline";
	case Reason::host_recovers:
		return "its host recovers from errors";
	case Reason::access_state:
		return "its access state";
	case Reason::io_is_stuck:
		return "I/O does not come back";
	case Reason::io_moves_again:
		return "I/O comes back";
	case Reason::fails_often:
		return "it fails often";
	case Reason::lies:
		return "probes are fine, I/O is not";
	case Reason::port_in_doubt:
		return "others behind its target port have died";
	case Reason::port_works:
		return "its target port works";
	case Reason::probe_fine:
		return "probe: fine";
	case Reason::probe_failed:
		return "probe: no";
	case Reason::probe_no_lun:
		return "probe: no such LUN";
	case Reason::probe_other_lun:
		return "probe: it is another LUN now";
	case Reason::probe_unanswered:
		return "probe: no answer";
	case Reason::contradicts:
		return "its disk contradicts the head";
	case Reason::command_failed:
		return "a command failed on the way";
	case Reason::cache_differs:
		return "its disk knows of no write cache, another does";
	case Reason::cache_agrees:
		return "all disks agree on the write cache";
	case Reason::falls_short:
		return "its disk is smaller than the head, or write-protected";
	case Reason::is_up_to_it:
		return "its disk is as the head is";
	case Reason::not_registered:
		return "its nexus is not registered";
	case Reason::not_the_holder:
		return "another path holds the reservation";
	case Reason::reservation_moves:
		return "the reservation moves";
	case Reason::disabled:
		return "disabled by hand";
	case Reason::enabled:
		return "enabled by hand";
	case Reason::transport_error:
		return status_word(MPATH_STS_TRANSPORT);
	case Reason::device_offline:
		return status_word(MPATH_STS_OFFLINE);
	case Reason::io_error:
		return status_word(MPATH_STS_IOERR);
	case Reason::io_timeout:
		return status_word(MPATH_STS_TIMEOUT);
	case Reason::unknown_error:
		break;
	}
	return status_word(MPATH_STS_MAX);
}

Reason because_of(mpath_status status) noexcept
{
	switch (status) {
	case MPATH_STS_TRANSPORT:
		return Reason::transport_error;
	case MPATH_STS_OFFLINE:
		return Reason::device_offline;
	case MPATH_STS_IOERR:
		return Reason::io_error;
	case MPATH_STS_TIMEOUT:
		return Reason::io_timeout;
	default: // nobody is blamed for it
		return Reason::unknown_error;
	}
}

HealthState::HealthState() noexcept : standing_({Health::usable, Reason::added, mpk_now_ms()}) {}

bool HealthState::replace(Standing &seen, Health to, Reason why) noexcept
{
	// Acquire and release: the one who wins sees what the previous winner wrote, and whoever
	// then finds the path usable sees what made it so.
	const u64 now = mpk_now_ms();

	if (!standing_.compare_exchange(seen, {to, why, now}))
		return false;
	// What it is found to be when it joins is how it begins.
	if (why != Reason::added)
		changes_.fetch_add_relaxed(1);
	if (seen.health <= Health::dead)
		spent_ms_[static_cast<unsigned>(seen.health)].fetch_add_relaxed(now -
										seen.since_ms);
	return true;
}

u64 HealthState::spent_ms(Health health, u64 now_ms) const noexcept
{
	const Standing present = standing();
	const u64 before = spent_ms_[static_cast<unsigned>(health)].load_relaxed();

	return present.health == health ? before + (now_ms - present.since_ms) : before;
}

bool HealthState::change(Health to, Reason why, Health *from) noexcept
{
	Standing seen = standing_.load_relaxed();

	do {
		if (!may_change(seen.health, to))
			return false;
	} while (!replace(seen, to, why));
	*from = seen.health;
	return true;
}

bool HealthState::change_from(Health from, Health to, Reason why) noexcept
{
	Standing seen = standing_.load_relaxed();

	do {
		if (seen.health != from)
			return false;
	} while (!replace(seen, to, why));
	return true;
}

bool HealthState::change_seen(Standing seen, Health to, Reason why) noexcept
{
	return replace(seen, to, why);
}

} // namespace mpath
