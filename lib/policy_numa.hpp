// SPDX-License-Identifier: GPL-2.0
// numa: the nearest path of each NUMA node, kept until something better is right.
//
// Semantics of the upstream numa policy. As there, a cached path serves only while it
// is optimized (and preferred, if one of those is preferred), so while only others are left
// each bio looks again; unlike there, a cached path that was disabled meanwhile is not used.
#pragma once

#include "policy.hpp"

namespace mpath {

struct Numa {
	static constexpr bool kCounts = false, kMeasures = false;
	static constexpr bool kTakesTurns = false;

	template <typename Filter>
	static mpath_device *choose(const PathList &paths, const Hints &here, Filter filter,
				    const ReadSection &guard) noexcept
	{
		if (mpath_device *path = kept(here, filter))
			return path;

		mpath_device *path = nearest(paths, static_cast<int>(here.node), filter, guard);

		// What a bio takes that shuns the paths it failed on is no choice for the node.
		if (std::is_same_v<Filter, AnyPath> && path)
			here.of_node->store_release(path);
		return path;
	}

	static mpath_device *glance(const PathList &, const Hints &here, AnyPath any,
				    const ReadSection &) noexcept
	{
		return kept(here, any);
	}

	// Also how round-robin starts: by distance when @node is not negative.
	template <typename Filter>
	static mpath_device *nearest(const PathList &paths, int node, Filter filter,
				     const ReadSection &guard) noexcept
	{
		mpath_device *best = nullptr;
		Rank best_rank = kNrRanks;
		int best_distance = 0;

		for (auto *path = paths.first(guard); path; path = paths.after(*path, guard)) {
			if (!path->can_carry_io() || !filter.accepts(*path))
				continue;

			const Rank rank = path->rank();
			const int away = distance(node, path->numa_node());

			if (rank < best_rank || (rank == best_rank && away < best_distance)) {
				best = path;
				best_rank = rank;
				best_distance = away;
			}
		}
		return best;
	}

private:
	// The node's choice, if it is one still.
	template <typename Filter>
	static mpath_device *kept(const Hints &here, Filter filter) noexcept
	{
		mpath_device *path = here.of_node->load_acquire();

		return path && path->is_first_choice() && filter.accepts(*path) ? path : nullptr;
	}

	// include/linux/topology.h: a path whose node is not known counts as local.
	static constexpr int kLocalDistance = 10;

	static int distance(int node, int other) noexcept
	{
		return node < 0 || other < 0 ? kLocalDistance : mpk_node_distance(node, other);
	}
};

static_assert(PathPolicy<Numa>);

} // namespace mpath
