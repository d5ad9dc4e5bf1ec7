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

} // namespace mpath
