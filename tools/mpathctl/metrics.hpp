// SPDX-License-Identifier: GPL-2.0
// Heads and paths in the text format of Prometheus.
#pragma once

#include <string>
#include <vector>

#include "topology.hpp"

namespace mpathctl {

std::string metrics_of(const Tree &tree, const std::vector<Head> &heads);

} // namespace mpathctl
