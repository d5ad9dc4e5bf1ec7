// SPDX-License-Identifier: GPL-2.0
// Announcer: what a head tells the world of its paths, and when.
//
// Changes are noticed in any context; they are told by a work item, which looks at all
// paths and compares with what it has told before. So nothing is queued, nothing is lost
// but what has passed, and a path that flaps costs an event per pause. While the glue
// tells, no path is held: removal does not wait for user space to be told.
#pragma once

#include "path_list.hpp"

namespace mpath {

class Announcer {
public:
	Announcer(const mpath_head_config &config, const PathList &paths) noexcept;

	bool is_whole() const noexcept { return static_cast<bool>(work_); }

	// A path has joined or changed. Context: any.
	void soon() noexcept;
	// Nothing is told after this has returned. Context: process, may sleep.
	void stop() noexcept;

private:
	static void run(void *announcer) noexcept;
	void tell_all() noexcept;
	// The first path after the one with the id @after that has news, or 0.
	u32 next_news(u32 after, char (&name)[MPATH_NAME_LEN], mpath_path_news *news) noexcept;
	void note(u32 id, const char *state) noexcept;

	const mpath_head_ops *const ops_;
	void *const owner_;
	const PathList &paths_;
	Atomic<bool> stopped_{false};
	Atomic<u64> told_ms_{0};
	u64 seqnum_ = 0; // the work's
	Owned<mpk_work, mpk_work_destroy> work_;
};

} // namespace mpath
