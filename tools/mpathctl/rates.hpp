// SPDX-License-Identifier: GPL-2.0
// What paths carry: the difference of two looks at their counters.
#pragma once

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

// By the disk's name.
using Loads = std::map<std::string, Load>;

Loads look(const Tree &tree, const std::vector<Head> &heads);

// A table: a head and its paths, with I/O and MiB per second and the paths' share of its I/O.
// A path that has come meanwhile counts from the next look on.
std::string rates(const std::vector<Head> &heads, const Loads &before, const Loads &now,
		  double secs, bool colours);

} // namespace mpathctl
