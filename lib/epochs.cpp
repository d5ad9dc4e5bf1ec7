// SPDX-License-Identifier: GPL-2.0
#include "epochs.hpp"

namespace mpath {

u32 Epochs::turn(const IoCounts::Glance &glance, u32 current, u64 now_ms) noexcept
{
	u32 next = current;

	for (u32 epoch = 0; epoch < MPATH_EPOCHS; epoch++) {
		if (glance.in_flight[epoch])
			continue;
		begun_ms_[epoch].store_relaxed(now_ms);
		next = epoch;
	}
	// Nobody needs another one; or there is none.
	if (!glance.in_flight[current] || next == current)
		return current;

	// It may have lasted longer, for want of another or of a CPU for the watch.
	if (begun_ms_[current].load_relaxed() + kTickMs < now_ms)
		begun_ms_[current].store_relaxed(now_ms - kTickMs);
	return next;
}

u64 Epochs::oldest_ms(const IoCounts::Glance &glance, u32 current, u64 now_ms) const noexcept
{
	u64 oldest = 0;

	for (u32 epoch = 0; epoch < MPATH_EPOCHS; epoch++) {
		if (!glance.in_flight[epoch])
			continue;

		const u64 begun = begun_ms_[epoch].load_relaxed();
		u64 age = now_ms > begun ? now_ms - begun : 0;

		if (epoch == current && age > kTickMs)
			age = kTickMs;
		if (age > oldest)
			oldest = age;
	}
	return oldest;
}

} // namespace mpath
