// SPDX-License-Identifier: GPL-2.0
// Activation: explicit ALUA. When I/O waits and all that is left of a head are port groups in
// standby, the device handler is told to make one of them active (SET TARGET PORT GROUPS, SPC-5
// 6.40).
//
// Never while a path that takes I/O may still carry some, or a transition may still end well.
// One at a time per array, on a work item, no longer than a minute: who does not answer loses
// its turn, not its path. After each one a rest, twice as long as the one before if that is not
// long ago: two hosts that see different controllers do not fight over the LUN.
#pragma once

#include "path_list.hpp"

namespace mpath {

class Activation {
public:
	static constexpr u64 kBoundMs = 60000;
	static constexpr u64 kFirstRestMs = 5000;
	static constexpr u64 kLastRestMs = 300000;

	Activation(mpath_head &head, const PathList &paths) noexcept;

	// Once for the whole core, before any head. Context: process.
	static void init() noexcept;

	explicit operator bool() const noexcept { return static_cast<bool>(work_); }

	// Of which array the LUN is, as far as vendor and product tell. Before any I/O.
	void set_array(const mpath_geometry &geometry) noexcept;

	// I/O waits, and no path takes any. Is one being activated, or will it be? Context: any.
	bool hope(u64 now_ms, const ReadSection &guard) noexcept;
	// The handler has done with the path, or this is being removed. Context: any.
	void ended(const mpath_device &path, int error) noexcept;
	// As Alua::stop().
	void stop() noexcept { stopped_.store_relaxed(true); }

	u64 activations() const noexcept { return activations_.load_relaxed(); }

private:
	// The best path to activate, after the one that was tried last; nullptr if there is none
	// or no need.
	mpath_device *pick(u64 now_ms, const ReadSection &guard) noexcept;
	void complain() noexcept;
	void look() noexcept;
	void start(mpath_device *path, u64 now_ms) noexcept;
	void finish(u32 path_id, const char *how, bool well) noexcept;
	void arm(u64 ms) noexcept;

	static void run(void *activation) noexcept
	{
		static_cast<Activation *>(activation)->look();
	}

	mpath_head &head_;
	const PathList &paths_;
	Atomic<bool> stopped_{false};
	Atomic<u64> wanted_ms_{0};   // since when, 0: nobody wants it
	Atomic<u32> path_id_{0};     // that is being activated, 0: none
	Atomic<u64> deadline_ms_{0}; // of that one, and what its turn is known by
	Atomic<u64> rest_until_ms_{0};
	Atomic<u64> activations_{0};
	Atomic<bool> complained_{false};
	Atomic<u32> in_a_row_{0};
	Atomic<u32> last_id_{0};
	u32 array_ = 0;
	Owned<mpk_work, mpk_work_destroy> work_;
};

} // namespace mpath
