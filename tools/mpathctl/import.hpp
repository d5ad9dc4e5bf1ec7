// SPDX-License-Identifier: GPL-2.0
// From multipath.conf(5) to what says the same here: options of the module, settings of disks, and
// names as links. What has no counterpart is named, with the reason.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "multipath_conf.hpp"

namespace mpathctl {

inline constexpr const char *kOptionsFile = "/etc/modprobe.d/multipath-native.conf";
inline constexpr const char *kAliasesFile = "/etc/udev/rules.d/65-multipath-native.rules";
// The first line of both: who wrote them may write them again.
inline constexpr const char *kMadeByImport = "# Made by mpathctl import.";

struct Import {
	std::string options;               // the text of kOptionsFile, "" if it is not needed
	std::vector<std::string> settings; // lines of kSettingsFile
	std::string aliases;               // the text of kAliasesFile
	std::vector<std::string> remarks;  // "multipath.conf:3: failback manual: it is immediate"
};

// A name that multipath-tools gave to a wwid by itself.
using Binding = std::pair<std::string, std::string>; // alias, wwid

// The file that these names are in.
std::string bindings_file(const std::vector<ConfEntry> &conf);
// Its lines. What is none counts for nothing, as there.
std::vector<Binding> parse_bindings(const std::string &text);

// CONF is all files together, in their order.
Import translate(const std::vector<ConfEntry> &conf, const std::vector<Binding> &bindings);

// For people: each file under its name, and the remarks.
std::string text_of(const Import &found);

} // namespace mpathctl
