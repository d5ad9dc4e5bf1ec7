// SPDX-License-Identifier: GPL-2.0
// Heads and paths for programs: the keys of `multipathd show maps json`, with what they mean
// there, and ours beside them.
#pragma once

#include <string>
#include <vector>

#include "topology.hpp"

namespace mpathctl {

std::string json_of(const Tree &tree, const std::vector<Head> &heads);

} // namespace mpathctl
