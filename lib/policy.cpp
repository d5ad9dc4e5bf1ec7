// SPDX-License-Identifier: GPL-2.0
#include "policy.hpp"

#include "policy_numa.hpp"
#include "policy_queue_depth.hpp"
#include "policy_round_robin.hpp"
#include "policy_service_time.hpp"
#include "util/text.hpp"

namespace mpath {

void PathCache::forget(const mpath_device *path) const noexcept
{
	auto clear = [path](Atomic<mpath_device *> &hint) {
		mpath_device *seen = hint.load_relaxed();

		if (seen && (!path || seen == path))
			hint.compare_exchange(seen, nullptr);
	};

	for (u32 cpu = 0; cpu < mpk_nr_cpus(); cpu++)
		if (void *cursor = mpk_percpu_of(cursors, cpu))
			clear(*static_cast<Atomic<mpath_device *> *>(cursor));
	for (u32 node = 0; node < nr_nodes; node++)
		clear(by_node[node]);
}

namespace {

template <typename Filter>
mpath_device *choose_usable(mpath_iopolicy iopolicy, const PathList &paths, const Hints &here,
			    Filter filter, const ReadSection &guard) noexcept
{
	switch (iopolicy) {
	case MPATH_IOPOLICY_NUMA:
		break;
	case MPATH_IOPOLICY_ROUND_ROBIN:
		return RoundRobin::choose(paths, here, filter, guard);
	case MPATH_IOPOLICY_QUEUE_DEPTH:
		return QueueDepth::choose(paths, here, filter, guard);
	case MPATH_IOPOLICY_SERVICE_TIME:
		return ServiceTime::choose(paths, here, filter, guard);
	}
	return Numa::choose(paths, here, filter, guard);
}

// No policy and no hints: nothing is to be left of it once a usable path is back.
template <typename Filter>
[[gnu::noinline, gnu::cold]] mpath_device *choose_reluctant(const PathList &paths, Filter filter,
							    const ReadSection &guard) noexcept
{
	mpath_device *best = nullptr;
	unsigned least = 0;

	for (auto *path = paths.first(guard); path; path = paths.after(*path, guard)) {
		if (!path->can_carry_io_at_need() || !filter.accepts(*path))
			continue;

		const unsigned reluctance = path->reluctance();

		if (!best || reluctance < least) {
			best = path;
			least = reluctance;
		}
	}
	return best;
}

} // namespace

template <typename Filter>
mpath_device *choose_path(mpath_iopolicy iopolicy, const PathList &paths, const Hints &here,
			  Filter filter, const ReadSection &guard) noexcept
{
	mpath_device *path = choose_usable(iopolicy, paths, here, filter, guard);

	if (path) [[likely]]
		return path;
	return choose_reluctant(paths, filter, guard);
}

template mpath_device *choose_path(mpath_iopolicy, const PathList &, const Hints &, AnyPath,
				   const ReadSection &) noexcept;
template mpath_device *choose_path(mpath_iopolicy, const PathList &, const Hints &, NotTried,
				   const ReadSection &) noexcept;
template mpath_device *choose_path(mpath_iopolicy, const PathList &, const Hints &, NotAmong,
				   const ReadSection &) noexcept;

} // namespace mpath
