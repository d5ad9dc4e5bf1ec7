// SPDX-License-Identifier: GPL-2.0
// epochs: how old is the oldest I/O in flight, without a look at the clock for each I/O.
//
// Time is cut into epochs of a tick. An I/O remembers in which one it was sent, and the CPUs
// count what is in flight of each. The oldest I/O belongs to the epoch that began first among
// those of which something is in flight. There are few of them: a number is used again when
// nothing of it is in flight. If all are in use, the last one goes on; then older ones tell.
#pragma once

#include "path_stats.hpp"

namespace mpath {

class Epochs {
public:
	static constexpr u32 kTickMs = 250;

	// The epoch of what is sent from now on. A sender who has read the old number, and not
	// yet counted, is late: its I/O passes for older than it is.
	// Context: the watch, which alone calls it.
	u32 turn(const IoCounts::Glance &glance, u32 current, u64 now_ms) noexcept;
	// The age of the oldest I/O, or up to a tick more; 0 if none is in flight. Context: any.
	u64 oldest_ms(const IoCounts::Glance &glance, u32 current, u64 now_ms) const noexcept;

private:
	// No I/O that is in flight of an epoch was sent before; or, of the current one, it was
	// not sent more than a tick ago.
	Atomic<u64> begun_ms_[MPATH_EPOCHS];
};

} // namespace mpath
