// SPDX-License-Identifier: GPL-2.0
// PathList: the paths of a head in the order they were attached.
//
// Readers walk it under a ReadGuard, without locks. Writers hold the head's paths
// mutex. remove() only unlinks: the path stays intact, its next pointer too, until the
// caller has waited for the readers (mpk_synchronize()) and frees it.
#pragma once

#include "path.hpp"
#include "util/assert.hpp"

namespace mpath {

class PathList {
public:
	PathList() noexcept = default;
	~PathList() { MPATH_ASSERT(first_.load_relaxed() == nullptr); }
	PathList(const PathList &) = delete;
	PathList &operator=(const PathList &) = delete;

	// The acquire loads pair with the release in push_back(): a reader that finds a
	// path finds it constructed.
	mpath_device *first(const ReadSection &) const noexcept { return first_.load_acquire(); }
	mpath_device *after(const mpath_device &path, const ReadSection &) const noexcept
	{
		return path.next_in_list.load_acquire();
	}

	bool empty(const MutexGuard &) const noexcept { return first_.load_relaxed() == nullptr; }
	mpath_device *first(const MutexGuard &) const noexcept { return first_.load_relaxed(); }
	mpath_device *after(const mpath_device &path, const MutexGuard &) const noexcept
	{
		return path.next_in_list.load_relaxed();
	}

	void push_back(mpath_device *path, const MutexGuard &) noexcept
	{
		Atomic<mpath_device *> *link = &first_;

		while (mpath_device *next = link->load_relaxed())
			link = &next->next_in_list;
		path->next_in_list.store_relaxed(nullptr);
		link->store_release(path);
	}

	void remove(mpath_device *path, const MutexGuard &) noexcept
	{
		Atomic<mpath_device *> *link = &first_;

		while (link->load_relaxed() != path) {
			MPATH_ASSERT(link->load_relaxed());
			link = &link->load_relaxed()->next_in_list;
		}
		link->store_release(path->next_in_list.load_relaxed());
	}

private:
	Atomic<mpath_device *> first_{nullptr};
};

} // namespace mpath
