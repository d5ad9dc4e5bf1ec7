// SPDX-License-Identifier: GPL-2.0
// What paths carry: the difference of two looks at their counters.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "topology.hpp"

namespace mpathctl {

struct Load {
	long long ios;
	long long sectors;
	long long read_average_us, write_average_us; // of the last few
};

struct Loads {
	std::chrono::steady_clock::time_point when;
	std::map<std::string, Load> of; // by the disk's name
};

Loads look(const Tree &tree, const std::vector<Head> &heads);

// A table: a head and its paths, with I/O and MiB per second of what has passed between the looks, and
// the paths' share of its I/O. A path that has come meanwhile counts from the next look on.
std::string rates(const std::vector<Head> &heads, const Loads &before, const Loads &now,
		  bool colours);

} // namespace mpathctl
