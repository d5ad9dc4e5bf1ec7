// SPDX-License-Identifier: GPL-2.0
// Alua: what the LUN of a head says of its target port groups (REPORT TARGET PORT GROUPS, SPC-5
// 6.34), asked for down one path and true of all.
//
// Asked when a path joins, dies, fails I/O, comes back or is refused by its port group, while
// I/O waits for a path, and once more two seconds after each of these; every second while a group
// is in transition; and otherwise every twenty seconds, so that a unit attention which nobody saw
// costs no more than that. At most once a second per head, and all heads of the machine one
// after the other (Pace).
//
// Nothing of it is read for an I/O: what it hears goes into the byte of each path
// (PathAccess), and wakes what waits.
#pragma once

#include "path_list.hpp"
#include "scsi_port_groups.hpp"

namespace mpath {

class Alua {
public:
	static constexpr u32 kAgainMs = 1000;
	static constexpr u32 kPollMs = 20000;
	// What has happened here happens to the array, too: a controller that is gone is replaced by
	// another one a moment after its paths have died, and idle LUNs do not hear of that.
	static constexpr u32 kSettleMs = 2000;
	// A LUN that does not know the question is asked again once it may be another one.
	static constexpr u32 kNeverMs = 600000;

	Alua(mpath_head &head, const PathList &paths) noexcept;

	// Once for the whole core, before any head. Context: process.
	static void init() noexcept;

	explicit operator bool() const noexcept { return static_cast<bool>(work_); }

	// Something has happened after which the states may be others. Context: any.
	void soon() noexcept;
	// Nobody is asked after the question that is under way when this is called, once the
	// caller has waited for a grace period. Context: any.
	void stop() noexcept { stopped_.store_relaxed(true); }

	// @path has joined, or has become another one: can it be asked? Context: process.
	void note(const mpath_device &path) noexcept;

	// Has the LUN told, ever? And did it the last time, so that nobody has to guess? Context: any.
	bool has_told() const noexcept { return told_.load_relaxed(); }
	bool informs() const noexcept { return has_told() && !silent_.load_relaxed(); }
	// So long a transition may take before it counts for nothing. Context: any.
	u64 transition_limit_ms() const noexcept { return transition_limit_ms_.load_relaxed(); }
	u64 asked() const noexcept { return asked_.load_relaxed(); }

	// Which rank is the best that a path has now: the fast path's hint. Context: any.
	void review(const ReadSection &guard) noexcept;

private:
	// In a round no more than so many paths are asked, and each no more often than this.
	static constexpr unsigned kPaths = 3;
	static constexpr unsigned kTries = 4;

	void arm(u64 ms) noexcept;
	void look() noexcept;
	void ask() noexcept;
	// A path to ask with a reference, that is not among @tried; nullptr if there is none.
	mpath_device *pick(const u32 (&tried)[kPaths], const ReadSection &guard) const noexcept;
	// Down this path. Context: process, may sleep; the caller has a reference.
	Answered ask(mpath_device &path) noexcept;
	void learn(const PortGroupReport &report) noexcept;
	// All paths of @path's group are in transition.
	void learn_transition(const mpath_device &path) noexcept;
	// Nothing is known, and nothing will be.
	void forget() noexcept;
	// The device handlers that know something else look again. Context: process, may sleep.
	void refresh_handlers() noexcept;
	// @news: something has happened before this question.
	u64 next_look_ms(bool news) const noexcept;

	static void run(void *alua) noexcept { static_cast<Alua *>(alua)->look(); }

	mpath_head &head_;
	const PathList &paths_;
	Atomic<bool> stopped_{false};
	Atomic<bool> asks_{false}; // there is, or was, a path that can be asked
	Atomic<bool> told_{false};
	Atomic<bool> silent_{false}; // no path had an answer
	Atomic<u64> due_ms_{0};      // of the next question, 0: none is wanted
	Atomic<u64> asked_ms_{0};    // when the last one began
	Atomic<u64> asked_{0};
	Atomic<u64> transition_limit_ms_{PortGroupReport::kTransitionSecs * 1000ull};
	// The work's own.
	u64 slot_ms_ = 0; // given by the pace, 0: none
	u32 buffer_len_;
	u32 shunned_id_ = 0; // the path that had no answer last
	bool extended_ = true;
	bool never_ = false;
	Owned<mpk_work, mpk_work_destroy> work_;
};

} // namespace mpath
