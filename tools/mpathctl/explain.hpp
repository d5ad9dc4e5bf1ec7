// SPDX-License-Identifier: GPL-2.0
// In words: what state a path or a head is in, why, since when, and what happens next.
#pragma once

#include <string>

#include "topology.hpp"

namespace mpathctl {

// "usable for 3 min: ..., next: ..."; without a line's end.
std::string explain(const Path &path);

// How the head is doing as a whole, and what happens to I/O.
std::string explain(const Head &head);

// 1500 -> "1.5 s", 200000 -> "3 min 20 s".
std::string duration(long long ms);

} // namespace mpathctl
