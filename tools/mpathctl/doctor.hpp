// SPDX-License-Identifier: GPL-2.0
// What an expert would look at first, and what he would say of it.
#pragma once

#include <string>
#include <vector>

#include "topology.hpp"

namespace mpathctl {

struct Finding {
	bool bad;           // or else it is well
	std::string what;   // what was looked at, and what it is like
	std::string advice; // what to do; "" where all is well
};

std::vector<Finding> examine(const Tree &tree, const std::vector<Head> &heads);

} // namespace mpathctl
