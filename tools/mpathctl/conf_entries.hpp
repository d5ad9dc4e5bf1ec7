// SPDX-License-Identifier: GPL-2.0
// Looking for things in what parse_multipath_conf() has found.
#pragma once

#include <string>
#include <vector>

#include "multipath_conf.hpp"

namespace mpathctl {

using Entries = std::vector<ConfEntry>;

// A name with a value; the last one counts. nullptr without one.
const ConfEntry *find_entry(const Entries &entries, const std::string &name);
// Its value, "" without one.
std::string value_in(const Entries &entries, const std::string &name);

// What all sections of that name have.
Entries all_in(const Entries &conf, const std::string &section);

} // namespace mpathctl
