// SPDX-License-Identifier: GPL-2.0
// round-robin: the next optimized path after the last one; with none, the next
// non-optimized one. Of either kind the preferred ones, if there are any.
//
// Differs from upstream where upstream has bugs: the walk ends when the list does,
// twice at most, whether or not the last path is still linked; the number of paths is
// never asked of a list that changes; each CPU keeps its own place; and among
// non-optimized paths the next one is taken, not the last one seen.
#pragma once

#include "policy_numa.hpp"

namespace mpath {

struct RoundRobin {
	static constexpr bool kCounts = false, kMeasures = false;
	static constexpr bool kTakesTurns = true;

	static mpath_device *glance(const PathList &paths, const Hints &here, AnyPath,
				    const ReadSection &guard) noexcept
	{
		mpath_device *last = here.cursor->load_acquire();
		mpath_device *chosen = nullptr;

		if (!last)
			return nullptr;

		// As next() does.
		auto *path = paths.after(*last, guard);

		while (path && !ends_at(*path, chosen))
			path = paths.after(*path, guard);
		if (!path) {
			path = paths.first(guard);
			while (path && !ends_at(*path, chosen) && path != last)
				path = paths.after(*path, guard);
		}
		if (chosen && chosen != last)
			here.cursor->store_release(chosen);
		return chosen;
	}

	template <typename Filter>
	static mpath_device *choose(const PathList &paths, const Hints &here, Filter filter,
				    const ReadSection &guard) noexcept
	{
		Atomic<mpath_device *> &cursor = *here.cursor;
		mpath_device *last = cursor.load_acquire();
		mpath_device *path = last ? next(paths, *last, filter, guard)
					  : Numa::nearest(paths, -1, filter, guard);

		if (path && path != last)
			cursor.store_release(path);
		return path;
	}

private:
	// With @chosen, or with nothing.
	static bool ends_at(mpath_device &path, mpath_device *&chosen) noexcept
	{
		if (path.is_first_choice())
			chosen = &path;
		return chosen || path.is_to_be_withdrawn();
	}

	template <typename Filter>
	static mpath_device *next(const PathList &paths, mpath_device &last, Filter filter,
				  const ReadSection &guard) noexcept
	{
		mpath_device *second_best = nullptr;

		// To the end of the list, then once more from its start up to and including the
		// last path. An unlinked path still leads into the list, and the second walk
		// then ends where the list does.
		for (auto *path = paths.after(last, guard); path;
		     path = paths.after(*path, guard)) {
			if (take(*path, second_best, filter))
				return path;
		}
		for (auto *path = paths.first(guard); path; path = paths.after(*path, guard)) {
			if (take(*path, second_best, filter))
				return path;
			if (path == &last)
				break;
		}
		return second_best;
	}

	template <typename Filter>
	static bool take(mpath_device &path, mpath_device *&second_best, Filter filter) noexcept
	{
		if (!path.can_carry_io() || !filter.accepts(path))
			return false;
		if (path.is_first_choice())
			return true;
		if (!second_best || path.rank() < second_best->rank())
			second_best = &path;
		return false;
	}
};

static_assert(PathPolicy<RoundRobin>);

} // namespace mpath
