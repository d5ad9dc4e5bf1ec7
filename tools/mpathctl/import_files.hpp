// SPDX-License-Identifier: GPL-2.0
// What an import has found goes to its files. One that somebody else has made is left alone.
#pragma once

#include "import.hpp"
#include "tree.hpp"

namespace mpathctl {

// A file that has nothing to say is not there afterwards. Return: modprobe is told something else
// than before. Throws, before anything is written, std::runtime_error for a file of somebody
// else's and std::invalid_argument for settings that have to be mended first; std::system_error.
bool write_files(const Tree &tree, const Import &found);

} // namespace mpathctl
