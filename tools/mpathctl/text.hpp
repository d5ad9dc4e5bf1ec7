// SPDX-License-Identifier: GPL-2.0
// Heads and paths for people.
#pragma once

#include <string>

#include "topology.hpp"

namespace mpathctl {

// The head and its paths as a tree, as `multipath -ll` does. COLOURS: those of a terminal.
std::string tree_of(const Head &head, bool colours);

// The head with every attribute of it and of its paths.
std::string all_of(const Tree &tree, const Head &head);

// 67108864 -> "64M"
std::string size_text(unsigned long long bytes);

// WORD in the colour of its state.
std::string coloured(const std::string &state, bool colours);

} // namespace mpathctl
