// SPDX-License-Identifier: GPL-2.0
// health: what I/O and probes have shown of a path, and the rules by which it changes.
//
//	usable <-> marginal		a path that fails often is spared for a time
//	usable, marginal <-> stalled	I/O in flight does not come back
//	any of these -> suspect		an I/O failed in a way that may be its own fault, or
//					the transport took the device out of service
//	any -> dead			the transport or a probe says so
//	any -> barred			its nexus is not entitled to I/O
//	suspect				also one that joins: nobody has asked it yet
//	suspect, dead, barred -> usable, marginal	a probe was fine, and its nexus is entitled
//	any -> foreign -> removing	final
//
// Each change has a reason and a time. What the transport itself keeps of a path (blocked,
// offline, transitioning, standby) is read there, and is no part of this.
#pragma once

#include "classify.hpp"
#include "util/atomic.hpp"

namespace mpath {

// In this order: up to stalled a path carries I/O, the first by choice, the others when
// nothing better is left.
enum class Health : u8 {
	usable,
	marginal, // works, but not reliably: until its time is up
	stalled,  // I/O in flight does not come back: as long as it does not
	suspect,  // a probe decides
	dead,     // the transport or a probe says it carries nothing
	barred,   // works, and must not be used: because of the head's reservation
	foreign,  // it has become another LUN: never used again
	removing, // final
};

constexpr bool carries_io(Health health) noexcept
{
	return health <= Health::stalled;
}

constexpr bool works(Health health) noexcept
{
	return carries_io(health) || health == Health::barred;
}

// Why it changed: first what the status of an I/O may say of its path.
enum class Reason : u8 {
	transport_error,
	device_offline,
	io_error,
	io_timeout,
	unknown_error,
	added,
	removed,
	out_of_service,
	access_state,
	host_recovers,
	io_is_stuck,
	io_moves_again,
	fails_often,
	lies,
	port_in_doubt,
	port_works,
	probe_fine,
	probe_failed,
	probe_no_lun,
	probe_other_lun,
	probe_unanswered,
	contradicts,
	command_failed,
	cache_differs,
	cache_agrees,
	falls_short,
	is_up_to_it,
	not_registered,
	not_the_holder,
	reservation_moves,
	disabled,
	enabled,
	last = enabled,
};

Reason because_of(mpath_status status) noexcept;

// For people, and part of the ABI: sysfs shows them.
const char *word(Health health) noexcept;
const char *word(Reason reason) noexcept;

// A health, why, and since when: one word, so that the three always belong together.
struct Standing {
	Health health;
	Reason why;
	u64 since_ms : 48;
};
static_assert(sizeof(Standing) == sizeof(u64));

class HealthState {
public:
	HealthState() noexcept;
	// Before anybody can see it.
	void begin_suspect() noexcept
	{
		standing_.store_relaxed(
			{Health::suspect, Reason::added, standing_.load_relaxed().since_ms});
	}

	Health health() const noexcept { return standing_.load_relaxed().health; }
	Standing standing() const noexcept { return standing_.load_relaxed(); }
	// How often it has changed.
	u64 changes() const noexcept { return changes_.load_relaxed(); }
	// How long it has been @health, all in all.
	u64 spent_ms(Health health, u64 now_ms) const noexcept;

	// Change to @to from whatever it is, if there is such a change; or from @from only.
	// True if this call changed it; then *from is what it was. Of several callers one wins,
	// and who wins sees what the winner before has written. Context: any.
	bool change(Health to, Reason why, Health *from) noexcept;
	bool change_from(Health from, Health to, Reason why) noexcept;
	// The same from nothing but @seen, which nobody has touched since.
	bool change_seen(Standing seen, Health to, Reason why) noexcept;

private:
	bool replace(Standing &seen, Health to, Reason why) noexcept;

	Atomic<Standing> standing_;
	Atomic<u64> changes_{0};
	Atomic<u64> spent_ms_[MPATH_HEALTH_STATES]{}; // without the present one
};

} // namespace mpath
