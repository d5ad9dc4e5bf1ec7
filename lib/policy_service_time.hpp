// SPDX-License-Identifier: GPL-2.0
// service-time: the path with the least expected wait, for reads and writes apart.
//
// Near equals share the I/O by depth, as under queue-depth: what is measured wavers, and must
// not drive I/O to and fro between them. A path that gets no I/O is given one now and then, to
// see what has become of it; when and how often is WaitEstimate's business.
#pragma once

#include "policy.hpp"

namespace mpath {

struct ServiceTime {
	static constexpr bool kCounts = true, kMeasures = true;
	static constexpr bool kTakesTurns = false;

	// Of one or two paths that are a first choice. No path of which nothing is known, or that is to be
	// tried, is among them.
	static mpath_device *glance(const PathList &paths, const Hints &, AnyPath any,
				    const ReadSection &guard) noexcept
	{
		mpath_device *one = nullptr;
		mpath_device *other = nullptr;

		for (auto *path = paths.first(guard); path; path = paths.after(*path, guard)) {
			if (!path->is_first_choice()) {
				if (path->is_to_be_withdrawn()) [[unlikely]]
					return nullptr;
				continue;
			}
			if (other || !path->offer_ns(any.direction())) [[unlikely]]
				return nullptr;
			(one ? other : one) = path;
		}
		return one && other ? better(one, other, any.direction()) : one;
	}

	template <typename Filter>
	static mpath_device *choose(const PathList &paths, const Hints &, Filter filter,
				    const ReadSection &guard) noexcept
	{
		Rank best_rank = kNrRanks;
		u64 least = 0;

		for (auto *path = paths.first(guard); path; path = paths.after(*path, guard)) {
			if (!path->can_carry_io() || !filter.accepts(*path))
				continue;

			const Rank rank = path->rank();
			const u64 wait = path->expected_wait_ns(filter.direction());

			if (rank < best_rank || (rank == best_rank && wait < least)) {
				best_rank = rank;
				least = wait;
			}
		}
		return best_rank < kNrRanks ? shallowest(paths, filter, best_rank, least, guard)
					    : nullptr;
	}

protected:
	// So much longer a wait is no reason to prefer another path.
	static constexpr u64 kNearly = 8;
	static constexpr u64 enough(u64 least) noexcept { return least + least / kNearly; }

private:
	static mpath_device *better(mpath_device *one, mpath_device *other,
				    mpath_direction direction) noexcept
	{
		const u64 wait = one->expected_wait_ns(direction);
		const u64 other_wait = other->expected_wait_ns(direction);

		if (other_wait > enough(wait))
			return one;
		if (wait > enough(other_wait))
			return other;
		return other->nr_active() < one->nr_active() ? other : one;
	}

	// The least deep of those that are nearly the best; or one that is to be tried.
	template <typename Filter>
	static mpath_device *shallowest(const PathList &paths, Filter filter, Rank rank, u64 least,
					const ReadSection &guard) noexcept
	{
		mpath_device *best = nullptr;
		mpath_device *any = nullptr;
		int best_depth = 0;

		for (auto *path = paths.first(guard); path; path = paths.after(*path, guard)) {
			if (!path->can_carry_io() || !filter.accepts(*path) || path->rank() != rank)
				continue;
			if (path->take_trial(filter.direction())) [[unlikely]]
				return path;
			any = path;
			if (path->expected_wait_ns(filter.direction()) > enough(least))
				continue;

			const int depth = path->nr_active();

			if (!best || depth < best_depth) {
				best = path;
				best_depth = depth;
			}
		}
		// Others may have sent so much since the other walk that none is left.
		return best ? best : any;
	}
};

// The same where a path is idle that is nearly the fastest: on no other has an I/O less to expect.
struct ServiceTimeWhenIdle : ServiceTime {
	using Otherwise = ServiceTime;

	static mpath_device *glance(const PathList &paths, const Hints &, AnyPath any,
				    const ReadSection &guard) noexcept
	{
		mpath_device *first = nullptr;
		mpath_device *fastest = nullptr;
		u64 first_offer = 0;
		u64 least = 0;

		for (auto *path = paths.first(guard); path; path = paths.after(*path, guard)) {
			if (!path->is_first_choice()) {
				if (path->is_to_be_withdrawn()) [[unlikely]]
					return nullptr;
				continue;
			}

			const u64 offer = path->offer_ns(any.direction());

			if (!offer) [[unlikely]]
				return nullptr;
			if (!first) {
				first = path;
				first_offer = offer;
			}
			if (!fastest || offer < least) {
				fastest = path;
				least = offer;
			}
		}
		if (!first)
			return nullptr;
		if (first_offer <= enough(least) && !first->nr_active())
			return first;
		return fastest->nr_active() ? nullptr : fastest;
	}
};

// The same where no other says that it is faster, or that nothing is known of it, not even one that is
// no choice.
struct ServiceTimeAtAGlance : ServiceTime {
	using Otherwise = ServiceTimeWhenIdle;

	static mpath_device *glance(const PathList &paths, const Hints &, AnyPath any,
				    const ReadSection &guard) noexcept
	{
		mpath_device *fastest = paths.first(guard);

		if (!fastest)
			return nullptr;

		// Of 0, which is no offer, none that is more.
		u64 less = fastest->offer_ns(any.direction()) - 1;

		for (auto *path = paths.after(*fastest, guard); path;
		     path = paths.after(*path, guard)) {
			const u64 offer = path->offer_ns(any.direction());

			if (less < enough(offer)) [[likely]]
				continue;
			if (!offer)
				return nullptr;
			fastest = path;
			less = offer - 1;
		}
		return fastest->nr_active() || !fastest->is_first_choice() ? nullptr : fastest;
	}
};

static_assert(PathPolicy<ServiceTime>);
static_assert(PathPolicy<ServiceTimeWhenIdle>);
static_assert(PathPolicy<ServiceTimeAtAGlance>);

} // namespace mpath
