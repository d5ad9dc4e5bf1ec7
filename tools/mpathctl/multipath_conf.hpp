// SPDX-License-Identifier: GPL-2.0
// The grammar of multipath.conf(5), as multipath-tools read it: names with values, and sections
// in braces. What the names mean is import.hpp's.
#pragma once

#include <string>
#include <vector>

namespace mpathctl {

struct ConfEntry {
	std::string name, value;
	std::string where; // multipath.conf:12
	bool is_section = false;
	bool has_more = false; // words behind the value, which count for nothing
	std::vector<ConfEntry> entries;
};

// All that stands in TEXT, the content of FILE. '#' and '!' begin a comment, unless in quotes; a
// quote in quotes is written twice. Throws std::runtime_error with the line of what cannot be
// understood.
std::vector<ConfEntry> parse_multipath_conf(const std::string &file, const std::string &text);

} // namespace mpathctl
