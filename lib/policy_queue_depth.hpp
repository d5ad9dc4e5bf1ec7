// SPDX-License-Identifier: GPL-2.0
// queue-depth: the path with the fewest I/Os in flight.
//
// Semantics of the upstream policy, with a counter that the core owns, so that there
// is none to be missing.
#pragma once

#include "policy.hpp"

namespace mpath {

struct QueueDepth {
	static constexpr bool kCounts = true, kMeasures = false;
	static constexpr bool kTakesTurns = false;

	static mpath_device *glance(const PathList &paths, const Hints &, AnyPath,
				    const ReadSection &guard) noexcept
	{
		mpath_device *best = nullptr;
		int best_depth = 0;

		for (auto *path = paths.first(guard); path; path = paths.after(*path, guard)) {
			if (!path->is_first_choice()) {
				if (path->is_to_be_withdrawn()) [[unlikely]]
					return nullptr;
				continue;
			}

			const int depth = path->nr_active();

			if (!best || depth < best_depth) {
				best = path;
				best_depth = depth;
			}
			// Nothing can be shallower.
			if (!depth)
				break;
		}
		return best;
	}

	template <typename Filter>
	static mpath_device *choose(const PathList &paths, const Hints &, Filter filter,
				    const ReadSection &guard) noexcept
	{
		mpath_device *best = nullptr;
		Rank best_rank = kNrRanks;
		int best_depth = 0;

		for (auto *path = paths.first(guard); path; path = paths.after(*path, guard)) {
			if (!path->can_carry_io() || !filter.accepts(*path))
				continue;

			const Rank rank = path->rank();
			const int depth = path->nr_active();

			if (rank < best_rank || (rank == best_rank && depth < best_depth)) {
				best = path;
				best_rank = rank;
				best_depth = depth;
			}
			// Nothing can be shallower.
			if (depth == 0 && path->is_first_choice())
				break;
		}
		return best;
	}
};

static_assert(PathPolicy<QueueDepth>);

} // namespace mpath
