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
	template <typename Filter>
	static mpath_device *choose(const PathList &paths, const PathCache &cache, Filter filter,
				    const ReadGuard &guard) noexcept
	{
		if (mpath_device *path = kept(cache, filter))
			return path;

		const u32 node = mpk_this_node();
		mpath_device *path = nearest(paths, static_cast<int>(node), filter, guard);

		// What a bio takes that shuns the paths it failed on is no choice for the node.
		if (std::is_same_v<Filter, AnyPath> && path)
			cache.by_node[node].store_release(path);
		return path;
	}

	// The node's choice, if it is one still.
	template <typename Filter>
	static mpath_device *kept(const PathCache &cache, Filter filter) noexcept
	{
		mpath_device *path = cache.by_node[mpk_this_node()].load_acquire();

		return path && path->is_first_choice() && filter.accepts(*path) ? path : nullptr;
	}

	// Also how round-robin starts: by distance when @node is not negative.
	template <typename Filter>
	static mpath_device *nearest(const PathList &paths, int node, Filter filter,
				     const ReadGuard &guard) noexcept
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
	// include/linux/topology.h: a path whose node is not known counts as local.
	static constexpr int kLocalDistance = 10;

	static int distance(int node, int other) noexcept
	{
		return node < 0 || other < 0 ? kLocalDistance : mpk_node_distance(node, other);
	}
};

static_assert(PathPolicy<Numa>);

} // namespace mpath
