// SPDX-License-Identifier: GPL-2.0
// All that somebody who was not there needs to see.
#pragma once

#include <string>
#include <vector>

#include "topology.hpp"

namespace mpathctl {

std::string report(const Tree &tree, const std::vector<Head> &heads);

} // namespace mpathctl
