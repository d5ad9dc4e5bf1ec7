// SPDX-License-Identifier: GPL-2.0
// Watch: looks after the paths of a head once a tick, while I/O is about.
//
// It turns their epochs and finds those whose I/O does not come back. The first I/O that
// finds it off switches it on; without I/O it switches itself off, and costs nothing.
#pragma once

#include "epochs.hpp"
#include "path_list.hpp"

namespace mpath {

class Watch {
public:
	static constexpr u32 kStallTimeoutMs = 2000;

	// Keeps in @on whether it is on: who sends reads it.
	Watch(const PathList &paths, bool &on) noexcept
		: on_(on), paths_(paths), work_(mpk_work_create(MPATH_WORK_REQUEUE, run, this))
	{
	}
	explicit operator bool() const noexcept { return static_cast<bool>(work_); }

	// An I/O has been counted as sent, and then it was off. Context: any.
	void start() noexcept;

	u32 stall_timeout_ms() const noexcept { return stall_timeout_ms_.load_relaxed(); }
	// Takes effect with the next tick.
	void set_stall_timeout_ms(u32 ms) noexcept { stall_timeout_ms_.store_relaxed(ms); }

private:
	void look() noexcept;
	static void run(void *watch) noexcept { static_cast<Watch *>(watch)->look(); }

	bool &on_; // atomic
	Atomic<u32> stall_timeout_ms_{kStallTimeoutMs};
	const PathList &paths_;
	Owned<mpk_work, mpk_work_destroy> work_;
};

} // namespace mpath
