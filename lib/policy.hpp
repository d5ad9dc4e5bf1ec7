// SPDX-License-Identifier: GPL-2.0
// policy: which path carries the next bio.
//
// A policy is a type with two static functions. choose() chooses. glance() does the same for the
// usual case, where some paths are a first choice, and calls nobody: nullptr says that it takes a
// closer look, and nothing else. All share three rules: a path that cannot carry I/O is never
// chosen, a better rank always wins (optimized before non-optimized, then preferred before
// others: access.hpp), and among equals the path attached first does.
// A policy sees usable paths only. Where it finds none, the least reluctant of the others
// that can carry I/O is taken, whatever the policy.
//
// The candidates go through a filter, so that a bio that failed on a path can prefer
// the others; the filter of the first try accepts everything and costs nothing.
#pragma once

#include "path_list.hpp"

namespace mpath {

// What a policy remembers that matters here: on this CPU, which is of this node.
struct Hints {
	u32 node;
	Atomic<mpath_device *> *of_node; // numa's choice for it
	Atomic<mpath_device *> *cursor;  // where round-robin stands
};

// What the policies remember between bios. Hints only: every use checks that the
// path may still be used, and removal of a path clears what points to it.
struct PathCache {
	// Where round-robin stands, one per CPU: a shared one would bounce between the CPUs
	// with every bio.
	mpk_percpu *cursors;
	// numa's choice, one per node; written when it changes.
	Atomic<mpath_device *> *by_node;
	u32 nr_nodes;

	// @cursor: is the place asked for, which takes a call?
	Hints here(u32 node, bool cursor) const noexcept
	{
		void *mine = cursor ? mpk_percpu_this(cursors) : nullptr;

		return {node, &by_node[node], static_cast<Atomic<mpath_device *> *>(mine)};
	}
	// The same for who does not know where it is.
	Hints here() const noexcept { return here(mpk_this_node(), true); }
	// Afterwards no hint is @path (any path, if nullptr) unless a reader that began
	// before the call puts it back; the caller sees to it that none can.
	void forget(const mpath_device *path) const noexcept;
};

struct AnyPath {
	mpath_direction wanted = MPATH_READ;

	mpath_direction direction() const noexcept { return wanted; }
	static bool accepts(const mpath_device &) noexcept { return true; }
};

// All but the paths on which this bio has failed.
struct NotTried {
	const mpath_io &io;

	mpath_direction direction() const noexcept
	{
		return static_cast<mpath_direction>(io.direction);
	}
	bool accepts(const mpath_device &path) const noexcept
	{
		return path.id() != io.confirmed_id && path.id() != io.suspected[0].path_id &&
		       path.id() != io.suspected[1].path_id;
	}
};

// All but the paths that this command has gone down.
struct NotAmong {
	const mpath_tries &tries;

	static mpath_direction direction() noexcept { return MPATH_READ; }
	bool accepts(const mpath_device &path) const noexcept
	{
		for (u32 i = 0; i < tries.nr; i++)
			if (tries.path_ids[i] == path.id())
				return false;
		return true;
	}
};

template <typename P>
concept PathPolicy =
	requires(const PathList &paths, const Hints &here, AnyPath any, const ReadSection &guard) {
		{ P::choose(paths, here, any, guard) } noexcept -> std::same_as<mpath_device *>;
		{ P::glance(paths, here, any, guard) } noexcept -> std::same_as<mpath_device *>;
		// Does it go by the depth of the paths' queues, and by how long they take?
		{ P::kCounts } -> std::convertible_to<bool>;
		{ P::kMeasures } -> std::convertible_to<bool>;
		// And by where this CPU stands?
		{ P::kTakesTurns } -> std::convertible_to<bool>;
	};

// The path for a bio, or nullptr. It stays valid as long as @guard.
template <typename Filter>
mpath_device *choose_path(mpath_iopolicy iopolicy, const PathList &paths, const Hints &here,
			  Filter filter, const ReadSection &guard) noexcept;

} // namespace mpath
