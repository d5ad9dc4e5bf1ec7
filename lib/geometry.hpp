// SPDX-License-Identifier: GPL-2.0
// geometry: do two paths show the same disk?
#pragma once

#include "libmultipath.h"

namespace mpath {

// The first way in which @path contradicts @head, with both values in words.
struct Contradiction {
	const char *what; // nullptr: they agree
	char head[24];
	char path[24];
};

Contradiction compare(const mpath_geometry &head, const mpath_geometry &path) noexcept;

// What may change while a LUN is in use, and then changes path by path as each is rescanned.
struct Resized {
	u64 capacity;
	bool read_only;

	bool operator==(const Resized &) const = default;
};

// Would I/O that @head takes fail on @path? Of one that could not be asked for its capacity nobody knows.
constexpr bool falls_short(const Resized &path, const Resized &head) noexcept
{
	return path.capacity &&
	       (path.capacity < head.capacity || (path.read_only && !head.read_only));
}

// What a scan of a path's device finds, and what scans of the others should find as well.
struct Facts {
	Resized size;
	bool write_cache;
	u32 limits;

	bool operator==(const Facts &) const = default;
};

constexpr Resized resized(const mpath_geometry &geometry) noexcept
{
	return {geometry.capacity, geometry.read_only};
}

constexpr Facts facts_of(const mpath_geometry &geometry) noexcept
{
	return {resized(geometry), geometry.write_cache, geometry.limits};
}

// @path, with the size and the write protection of @head: what is left to contradict it.
constexpr mpath_geometry as_sized(mpath_geometry path, const mpath_geometry &head) noexcept
{
	path.capacity = head.capacity;
	path.read_only = head.read_only;
	return path;
}

} // namespace mpath
