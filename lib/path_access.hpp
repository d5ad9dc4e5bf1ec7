// SPDX-License-Identifier: GPL-2.0
// PathAccess: the asymmetric access state of a path, and who keeps it.
//
// One byte is the truth for whoever chooses a path. Where a device handler is attached it is the
// handler's (it keeps I/O off the device by it, so nothing that anybody else knows could help);
// elsewhere it is ours, which what the LUN says writes: the report of its port groups, and the
// sense data of probes. Where the LUN tells another story than the handler, the handler is asked
// to look again.
//
// But scsi_dh_alua lets I/O into a group in transition, where the mid-layer holds it for minutes
// (02/04/0A is sent again, failfast or not), and keeps to the old state all the while if it has
// heard of the transition by sense data: it sends TEST UNIT READY until that is over, and only
// then asks for the state. So of a transition the LUN's word counts where the handler takes I/O.
#pragma once

#include "access.hpp"
#include "libmultipath.h"
#include "util/atomic.hpp"

namespace mpath {

class PathAccess {
public:
	PathAccess(const u8 *kept, const mpath_port_config &port) noexcept
		: kept_(kept), group_(port.group), relative_port_(port.relative), tpgs_(port.tpgs)
	{
		settle();
	}

	// --- hot --------------------------------------------------------------------------

	// Changes under us: one load, no order with anything. A stale answer costs one try, which
	// the error returns.
	[[gnu::always_inline]] u8 state() const noexcept
	{
		return __atomic_load_n(source_.load_relaxed(), __ATOMIC_RELAXED);
	}
	Rank rank() const noexcept { return rank_of(state()); }
	// Has no other path of the head that takes I/O a better rank? As of the last review: a rank
	// that is wrong by then costs a walk over all paths, or a choice that is not the best.
	// And takes it itself.
	[[gnu::always_inline]] bool is_first() const noexcept
	{
		return first_states_.load_relaxed() & 1u << bit_of(state());
	}

	// ------------------------------------------------------------------------------------

	// Return: has it changed?
	bool set_first_rank(Rank rank) noexcept
	{
		const u32 states = states_of(rank);

		if (first_states_.load_relaxed() == states)
			return false;
		first_states_.store_relaxed(states);
		return true;
	}

	// A device handler keeps it.
	bool is_kept() const noexcept { return kept_.load_relaxed(); }
	// And there is a transition that it does not know of.
	bool is_overruled() const noexcept { return is_kept() && source_.load_relaxed() == &own_; }
	// INQUIRY byte 5, bits 4 and 5; 0: no port groups.
	u8 tpgs() const noexcept { return tpgs_.load_relaxed(); }
	int group() const noexcept { return group_.load_relaxed(); }
	int relative_port() const noexcept { return relative_port_.load_relaxed(); }

	// As the glue sees them now. @kept must live as long as the path.
	void observe(const u8 *kept, const mpath_port_config &port) noexcept
	{
		kept_.store_relaxed(kept);
		settle();
		group_.store_relaxed(port.group);
		relative_port_.store_relaxed(port.relative);
		tpgs_.store_relaxed(port.tpgs);
	}

	// The LUN says @state. Return: does that change what counts?
	bool hear(u8 state) noexcept
	{
		const u8 before = this->state();

		__atomic_store_n(&own_, state, __ATOMIC_RELAXED);
		settle();
		return differ(before, this->state());
	}
	// Its sense data does, which does not tell whether the group is preferred.
	bool hear_sense(u8 state) noexcept { return hear(state | (own() & kPreferred)); }
	// The handler says something else than the LUN has said last.
	bool is_contradicted() const noexcept
	{
		const u8 *kept = kept_.load_relaxed();

		return kept && differ(__atomic_load_n(kept, __ATOMIC_RELAXED), own());
	}

	// For the head's reporter alone: how often in a row the handler has said something else
	// than the LUN.
	u32 contradictions = 0;

private:
	static constexpr bool differ(u8 one, u8 other) noexcept
	{
		return (one ^ other) & (kAccessMask | kPreferred);
	}
	u8 own() const noexcept { return __atomic_load_n(&own_, __ATOMIC_RELAXED); }

	// Whose word counts. Of two that hear at once either may settle it, by what both have
	// heard; and whoever observes it, every two seconds, settles it once more, by what the
	// handler says by then.
	void settle() noexcept
	{
		const u8 *kept = kept_.load_relaxed();
		const bool overruled = kept && access_of(own()) == Access::transitioning &&
				       takes_io(__atomic_load_n(kept, __ATOMIC_RELAXED));

		source_.store_relaxed(kept && !overruled ? kept : &own_);
	}

	Atomic<const u8 *> source_;
	Atomic<const u8 *> kept_;
	u8 own_ = 0; // optimized until somebody says otherwise
	// Of a set of states: PREFERRED, turned around to bit 0, and above it the state.
	static constexpr u32 bit_of(u8 state) noexcept
	{
		constexpr u32 kBits = 2 * kAccessMask + 1;

		return static_cast<u8>(state << 1 | state >> 7) & kBits;
	}
	// Those that take I/O and have no worse rank.
	static constexpr u32 states_of(Rank rank) noexcept
	{
		u32 states = 0;

		for (u32 state = 0; state < 16; state++) {
			if (!takes_io(static_cast<u8>(state)))
				continue;
			if (rank_of(static_cast<u8>(state)) <= rank)
				states |= 1u << bit_of(static_cast<u8>(state));
			if (rank_of(static_cast<u8>(state | kPreferred)) <= rank)
				states |= 1u << bit_of(static_cast<u8>(state | kPreferred));
		}
		return states;
	}

	Atomic<u32> first_states_{states_of(kRankOptimized)};
	Atomic<int> group_;
	Atomic<int> relative_port_;
	Atomic<u8> tpgs_;
};

} // namespace mpath
