// SPDX-License-Identifier: GPL-2.0
#include "watch.hpp"

namespace mpath {

void Watch::start() noexcept
{
	bool off = false;

	if (__atomic_compare_exchange_n(&on_, &off, true, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		mpk_work_arm(work_.get(), Epochs::kTickMs);
}

// Context: the workqueue; never sleeps.
//
// Off is not the end: there is one more look, a tick later. A sender counts first and then
// looks whether the watch is on. Either it finds it off, and starts it; or its count was on
// its way to memory when the watch was switched off, and has arrived a tick later.
void Watch::look() noexcept
{
	const u64 now = mpk_now_ms();
	const bool was_on = __atomic_load_n(&on_, __ATOMIC_RELAXED);
	u64 sent = 0;
	bool busy = false;

	{
		ReadGuard guard;

		for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
			sent += path->sent();
		for (auto *path = paths_.first(guard); path; path = paths_.after(*path, guard))
			busy |= path->look_after(now, stall_timeout_ms(), sent);
	}
	if (busy != was_on)
		__atomic_store_n(&on_, busy, __ATOMIC_RELAXED);
	if (busy || was_on)
		mpk_work_arm(work_.get(), Epochs::kTickMs);
}

} // namespace mpath
