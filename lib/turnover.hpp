// SPDX-License-Identifier: GPL-2.0
// Turnover: how long I/O stays in a path, from how many are in it and how many leave it (Little's law).
//
// All I/Os count, at no cost to any: the average of those that are measured is some hundred I/Os late,
// which on a slow path is seconds after its queue has filled.
#pragma once

#include "port.h"

namespace mpath {

class Turnover {
public:
	// Once a tick of the watch: @sent ever, of which @in_flight are not back. Time in which nothing comes
	// back says nothing of how long it takes. Context: the watch, which alone uses all of this.
	void look(u64 sent, u64 in_flight) noexcept
	{
		const u64 back = sent > in_flight ? sent - in_flight : 0;

		if (back > back_then_) {
			in_ += in_flight - in_ / kTicks;
			out_ += back - back_then_ - out_ / kTicks;
			back_then_ = back;
		}
	}
	// @tick_ms: from one look to the next. 0: at once; or so few have come back that it is chance what a
	// look finds in flight.
	u64 stay_ms(u64 tick_ms) const noexcept { return out_ < kTicks ? 0 : in_ * tick_ms / out_; }

private:
	// So many ticks are remembered.
	static constexpr u64 kTicks = 8;

	u64 back_then_ = 0;
	u64 in_ = 0;
	u64 out_ = 0;
};

} // namespace mpath
