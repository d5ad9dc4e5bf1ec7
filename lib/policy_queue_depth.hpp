// SPDX-License-Identifier: GPL-2.0
// queue-depth: the path with the fewest I/Os in flight.
//
// Semantics of the upstream policy, with a counter that the core owns, so that there
// is none to be missing.
#pragma once

#include "policy.hpp"

namespace mpath {

struct QueueDepth {
	template <typename Filter>
	static mpath_device *choose(const PathList &paths, const PathCache &, const Filter &filter,
				    const ReadGuard &guard) noexcept
	{
		mpath_device *best[2] = {};
		int best_depth[2] = {};

		for (auto *path = paths.first(guard); path; path = paths.after(*path, guard)) {
			if (!path->can_carry_io() || !filter.accepts(*path))
				continue;

			const bool second = !path->is_optimized();
			const int depth = path->nr_active();

			if (!best[second] || depth < best_depth[second]) {
				best[second] = path;
				best_depth[second] = depth;
			}
			// Nothing can be shallower.
			if (!second && depth == 0)
				break;
		}
		return best[0] ? best[0] : best[1];
	}
};

static_assert(PathPolicy<QueueDepth>);

} // namespace mpath
